/* SPDX-License-Identifier: MIT */
/*
 * For tests of dirbridge.yaml: two kinds of directory that exist only here, "tree" (with
 * credentials) and "sheet" (a file), and a folder of the test's own, which is the current
 * one and must be left empty.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_CONFIG_KINDS_H
#define DIRBRIDGE_TESTS_UNIT_CONFIG_KINDS_H

#include "config/config.h"
#include "tests/test.h"

extern const char *const kinds[];

/* The group's setup and teardown; its path, absolute. */
extern char folder[];
int make_folder(void **state);
int remove_folder(void **state);

void write_file(const char *path, const char *text);

/* Read dirbridge.yaml of that folder. */
MUST_CHECK struct err *load(TALLOC_CTX *ctx, struct config **out);

#endif
