/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/base/str.h"
#include "config/problems_p.h"
#include <stdlib.h>

#define LINES_MAX  100
#define FULL       1000
#define LINE_LIMIT 400

struct found {
	struct place at;
	char *line;
};

struct problems {
	struct found *found;
	size_t n, capacity;
};

struct problems *problems_new(TALLOC_CTX *ctx)
{
	return mem_new(ctx, struct problems);
}

static char *line_of(struct problems *problems, const struct place *at, const char *text)
{
	struct str *out = str_new(problems);

	escape_terminal(out, at->path, strlen(at->path), 0);
	if (at->line > 0)
		str_addf(out, ":%d:%d", at->line, at->column);
	str_add(out, ": ");
	escape_terminal(out, text, strlen(text), LINE_LIMIT);
	return str_take(problems, out);
}

void problem(struct problems *problems, const struct place *at, const char *fmt, ...)
{
	struct found *found;
	va_list args;
	char *text;

	va_start(args, fmt);
	text = mem_vprintf(problems, fmt, args);
	va_end(args);
	mem_grow(problems, problems->found, problems->n + 1, &problems->capacity);
	found = &problems->found[problems->n++];
	found->at = *at;
	found->line = line_of(problems, at, text);
	mem_free(text);
}

size_t problems_count(const struct problems *problems)
{
	return problems->n;
}

bool problems_full(const struct problems *problems)
{
	return problems->n >= FULL;
}

static int by_place(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = strcmp(x->at.path, y->at.path);

	if (order == 0)
		order = (x->at.line > y->at.line) - (x->at.line < y->at.line);
	if (order == 0)
		order = (x->at.column > y->at.column) - (x->at.column < y->at.column);
	return order != 0 ? order : strcmp(x->line, y->line);
}

static size_t sort_and_unite(struct found *found, size_t n)
{
	size_t kept = 0;

	qsort(found, n, sizeof *found, by_place);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || by_place(&found[kept - 1], &found[i]) != 0)
			found[kept++] = found[i];
	return kept;
}

const char *const *problems_lines(TALLOC_CTX *ctx, const struct problems *problems,
				  size_t *n)
{
	struct found *found =
		mem_dup(ctx, problems->found, problems->n * sizeof *problems->found);
	size_t kept = sort_and_unite(found, problems->n);
	const char **lines = mem_array(ctx, const char *, kept + 1);

	*n = kept > LINES_MAX ? LINES_MAX + 1 : kept;
	for (size_t i = 0; i < *n; i++)
		lines[i] = i < LINES_MAX ? mem_strdup(lines, found[i].line)
					 : mem_printf(lines, "%s: %zu more problems",
						      found[i].at.path, kept - LINES_MAX);
	mem_free(found);
	return lines;
}

char *did_you_mean(TALLOC_CTX *ctx, const char *word, const char *const *candidates)
{
	const char *nearest = str_nearest(word, candidates);

	return nearest ? mem_printf(ctx, ", did you mean \"%s\"?", nearest)
		       : mem_strdup(ctx, "");
}
