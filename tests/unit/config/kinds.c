/* SPDX-License-Identifier: MIT */
#include "tests/unit/config/kinds.h"
#include <unistd.h>

static const char *const methods[] = { "simple", "external", NULL };

static const struct setting tree_settings[] = {
	{ "url", SETTING_TEXTS, SETTING_REQUIRED | SETTING_ADDRESS, NULL, "where", 0, 0,
	  NULL },
	{ "base", SETTING_TEXTS, SETTING_REQUIRED, NULL, "below what", 0, 0, NULL },
	{ "bind.dn", SETTING_TEXT, SETTING_CREDENTIAL, NULL, "who", 0, 0, NULL },
	{ "bind.password", SETTING_SECRET, 0, NULL, "the secret", 0, 0, NULL },
	{ "bind.method", SETTING_CHOICE, SETTING_CREDENTIAL, "simple", "how", 0, 0,
	  methods },
	{ "tls.ca", SETTING_FILE, SETTING_ADDRESS, "/etc/ssl/ca.pem", "a file", 0, 0,
	  NULL },
	{ "tls.cert", SETTING_FILE, SETTING_CREDENTIAL, NULL, "a file", 0, 0, NULL },
	{ "tls.key", SETTING_FILE, SETTING_CREDENTIAL, NULL, "a file", 0, 0, NULL },
	{ "page_size", SETTING_NUMBER, 0, "500", "a number", 1, 10000, NULL },
	{ "timeout.answer", SETTING_DURATION, 0, "60s", "a time", 1, 3600, NULL },
	{ .name = NULL },
};

static const struct setting sheet_settings[] = {
	{ "file", SETTING_FILE, SETTING_REQUIRED | SETTING_ADDRESS, NULL, "a file", 0, 0,
	  NULL },
	{ .name = NULL },
};

const char *const kinds[] = { "tree", "sheet", NULL };

static const struct setting *connectors(const char *type)
{
	if (type != NULL && strcmp(type, "tree") == 0)
		return tree_settings;
	if (type != NULL && strcmp(type, "sheet") == 0)
		return sheet_settings;
	return NULL;
}

char folder[] = "/tmp/dirbridge-config-XXXXXX";

int make_folder(void **state UNUSED)
{
	return mkdtemp(folder) == NULL || chdir(folder) < 0 ? -1 : 0;
}

int remove_folder(void **state UNUSED)
{
	return chdir("/") < 0 ? -1 : rmdir(folder);
}

void write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

struct err *load(TALLOC_CTX *ctx, struct config **out)
{
	return config_load(ctx, "dirbridge.yaml", connectors, kinds, NULL, out);
}
