/* SPDX-License-Identifier: MIT */
/*
 * The corpus of hostile names, tests/data/hostile.txt, for the tests of everything that
 * prints: read it once, then run each name through the printer and look at the result.
 * The test program adds tests/hostile.c to its sources.
 */
#ifndef DIRBRIDGE_TESTS_HOSTILE_H
#define DIRBRIDGE_TESTS_HOSTILE_H

#include "bridge/base/str.h"
#include <stdbool.h>

struct hostile {
	struct str **names;
	size_t n;
};

/* Fails the test when a terminal or a reader of a log would obey or be misled by anything
 * in this text: controls, separators, directions, what is no UTF-8. Line ends are such a
 * thing unless lines says that it is several. */
void assert_harmless_lines(const char *text, bool lines);
#define assert_harmless(text) assert_harmless_lines(text, false)

/* Fails the test when the corpus cannot be read or is suspiciously small. */
struct hostile *hostile_names(TALLOC_CTX *ctx, const char *path);

#endif
