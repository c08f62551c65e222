/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/record/text.h"
#include "config/load_p.h"

#define LEVELS 3

char *organization_path(TALLOC_CTX *ctx, const char *text)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct str *path = str_new(tmp);

	for (int level = 1; level <= LEVELS; level++) {
		size_t len = strcspn(text, "/");
		char *name = text_name(tmp, text, len);

		if (name == NULL)
			return NULL;
		str_add(path, name);
		if (text[len] == '\0')
			return str_take(ctx, path);
		str_add_char(path, '/');
		text += len + 1;
	}
	return NULL;
}

bool organization_is_within(const char *path, const char *top)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *a = text_fold(tmp, path, strlen(path));
	const char *b = text_fold(tmp, top, strlen(top));
	size_t len = strlen(b);

	return strncmp(a, b, len) == 0 && (a[len] == '\0' || a[len] == '/');
}

bool organization_is_same(const char *a, const char *b)
{
	return organization_is_within(a, b) && organization_is_within(b, a);
}
