/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include <stdio.h>
#include <strings.h>

struct str *str_new(TALLOC_CTX *ctx)
{
	struct str *s = mem_new(ctx, struct str);

	mem_grow(s, s->text, 1, &s->capacity);
	s->text[0] = '\0';
	return s;
}

void str_add_bytes(struct str *s, const void *bytes, size_t len)
{
	mem_grow(s, s->text, s->len + len + 1, &s->capacity);
	if (len > 0)
		memcpy(s->text + s->len, bytes, len);
	s->len += len;
	s->text[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_add_bytes(s, text, strlen(text));
}

void str_add_char(struct str *s, char c)
{
	str_add_bytes(s, &c, 1);
}

void str_addf(struct str *s, const char *fmt, ...)
{
	va_list args, again;
	int len;

	va_start(args, fmt);
	va_copy(again, args);
	len = vsnprintf(s->text + s->len, s->capacity - s->len, fmt, args);
	va_end(args);
	if (len > 0 && (size_t)len >= s->capacity - s->len) {
		mem_grow(s, s->text, s->len + (size_t)len + 1, &s->capacity);
		len = vsnprintf(s->text + s->len, s->capacity - s->len, fmt, again);
	}
	va_end(again);
	if (len > 0)
		s->len += (size_t)len;
}

void str_clear(struct str *s)
{
	s->len = 0;
	s->text[0] = '\0';
}

char *str_take(TALLOC_CTX *ctx, struct str *s)
{
	char *text = mem_steal(ctx, s->text);

	mem_free(s);
	return text;
}

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

static size_t edit_distance(const char *a, const char *b)
{
	size_t row[65], n = strlen(b);

	if (n > 64 || strlen(a) > 64)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t above = row[j];

			row[j] = min3(above + 1, row[j - 1] + 1,
				      diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[n];
}

const char *str_nearest(const char *word, const char *const *candidates)
{
	const char *best = NULL;
	size_t best_distance = strlen(word) < 4 ? 2 : 3;

	for (size_t i = 0; candidates[i] != NULL; i++) {
		size_t distance = edit_distance(word, candidates[i]);

		if (distance < best_distance) {
			best = candidates[i];
			best_distance = distance;
		}
	}
	return best;
}
