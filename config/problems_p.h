/* SPDX-License-Identifier: MIT */
/*
 * Everything that is wrong with a file, collected so that a person sees it all at once.
 * A line reads `FILE:LINE:COLUMN: text`; one about a whole file reads `FILE: text`.
 */
#ifndef DIRBRIDGE_CONFIG_PROBLEMS_P_H
#define DIRBRIDGE_CONFIG_PROBLEMS_P_H

#include "bridge/base/mem.h"
#include <stdbool.h>

/* Where something is written; line 0 stands for the whole file. */
struct place {
	const char *path;
	int line, column;
};

struct problems;

struct problems *problems_new(TALLOC_CTX *ctx);
void problem(struct problems *problems, const struct place *at, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
size_t problems_count(const struct problems *problems);
/* So many that looking for more is no help to anybody, and may take long. */
bool problems_full(const struct problems *problems);

/* Sorted by place, each line once, NULL-terminated; past a hundred, a last line says how
 * many more there are. */
const char *const *problems_lines(TALLOC_CTX *ctx, const struct problems *problems,
				  size_t *n);

/* `, did you mean "x"?`, or an empty text when none of the candidates is near. */
char *did_you_mean(TALLOC_CTX *ctx, const char *word, const char *const *candidates);

#endif
