/* SPDX-License-Identifier: MIT */
/*
 * A growing string. Knows bytes and printf, nothing of any medium: escaping for a
 * terminal, JSON or a log is in escape.h.
 *
 * Invariant: s->text is never NULL and always ends with a NUL after s->len bytes;
 * the bytes before it may contain NULs.
 */
#ifndef DIRBRIDGE_BASE_STR_H
#define DIRBRIDGE_BASE_STR_H

#include "bridge/base/mem.h"

struct str {
	char *text;
	size_t len;
	size_t capacity;
};

struct str *str_new(TALLOC_CTX *ctx);
void str_add(struct str *s, const char *text);
void str_add_bytes(struct str *s, const void *bytes, size_t len);
void str_add_char(struct str *s, char c);
void str_addf(struct str *s, const char *fmt, ...) PRINTF_LIKE(2, 3);
void str_clear(struct str *s);

/* The text as a plain string of ctx; s is freed. */
char *str_take(TALLOC_CTX *ctx, struct str *s);

/* Closest of the candidates (NULL-terminated) to word by edit distance, or NULL when
 * none is near enough to be worth a "did you mean". */
const char *str_nearest(const char *word, const char *const *candidates);

#endif
