/* SPDX-License-Identifier: MIT */
/*
 * For test programs whose tests are folders. Each folder has a file "case", which is
 * played on a stage of its own (tests/stage.h says what its lines mean), and a file
 * "expected", which is what that has to print. Beside the folders are
 *
 *   dirbridge.yaml   the configuration of every case
 *   setup            is played once, and every command of it has to succeed: a case
 *                    begins with what it leaves
 *
 * A main() begins with stage_is_connector() and ends with cases_main(). Words behind the
 * program's name choose the cases whose names hold one of them. UPDATE_GOLDEN=1 in the
 * environment writes "expected" anew.
 */
#ifndef DIRBRIDGE_TESTS_CASES_H
#define DIRBRIDGE_TESTS_CASES_H

#include "tests/stage.h"

/* Play them all. The hook is called with each stage before anything is played on it;
 * NULL for none. Returns what main() does. */
int cases_main(const char *folder, void (*begin)(struct stage *stage), int argc,
	       char **argv);

#endif
