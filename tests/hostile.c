/* SPDX-License-Identifier: MIT */
#include "tests/hostile.h"
#include "tests/test.h"
#include <unistr.h>

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

void assert_harmless_lines(const char *text, bool lines)
{
	static const char *const hostile[] = {
		"\xC2\x80",         "\xC2\x85",     "\xC2\x9B",     "\xC2\x9F",
		"\xE2\x80\xA8",     "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAB",
		"\xE2\x80\xAC",     "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
		"\xE2\x81\xA7",     "\xE2\x81\xA8", "\xE2\x81\xA9", "\xE2\x80\x8E",
		"\xE2\x80\x8F",     "\xD8\x9C",     "\xEF\xBB\xBF", "\xE2\x80\x8B",
		"\xF3\xA0\x81\x81",
	};

	assert_null(u8_check((const uint8_t *)text, strlen(text)));
	for (const char *at = text; *at != '\0'; at++)
		if ((*at >= 0 && *at < ' ' && !(lines && *at == '\n')) || *at == 0x7F)
			fail_msg("byte %02x in \"%s\"", *at, text);
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		if (strstr(text, hostile[i]) != NULL)
			fail_msg("%zu-th hostile character in \"%s\"", i, text);
}
