/* SPDX-License-Identifier: MIT */
#include "tests/hostile.h"
#include "tests/test.h"

static struct str *hostile_line(TALLOC_CTX *ctx, const char *line)
{
	struct str *s = str_new(ctx);
	unsigned byte, times;
	int len;

	while (*line != '\0' && *line != '\n') {
		if (sscanf(line, "\\x%2x%n", &byte, &len) == 1) {
			str_add_char(s, (char)byte);
		} else if (sscanf(line, "\\{%u}%n", &times, &len) == 1) {
			while (--times > 0)
				str_add_char(s, s->text[s->len - 1]);
		} else {
			len = *line == '\\' ? 2 : 1;
			str_add_char(s, line[len - 1]);
		}
		line += len;
	}
	return s;
}

struct hostile *hostile_names(TALLOC_CTX *ctx, const char *path)
{
	struct hostile *all = mem_new(ctx, struct hostile);
	FILE *file = fopen(path, "re");
	size_t capacity = 0;
	char line[1024];

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		mem_grow(all, all->names, all->n + 1, &capacity);
		all->names[all->n++] = hostile_line(all, line);
	}
	fclose(file);
	assert_in_range(all->n, 50, 10000);
	return all;
}
