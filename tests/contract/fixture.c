/* SPDX-License-Identifier: MIT */
#include "tests/contract/fixture.h"
#include "tests/test.h"

static void set(struct settings *settings, const char *name, const char *value)
{
	assert_ok(settings_set(settings, name, value));
}

static void set_file(struct settings *settings, const char *name)
{
	const char *top = getenv("srcdir");
	char *path = mem_printf(NULL, "%s/tests/contract/%s", top ? top : ".", name);

	set(settings, "file", path);
	mem_free(path);
}

static void ldif_configure(struct settings *settings)
{
	set_file(settings, "people.ldif");
}

static void script_configure(struct settings *settings)
{
	set_file(settings, "people.script");
}

static void file_spoil(struct settings *settings)
{
	set(settings, "file", "/nonexistent/people");
}

static const char *no_server(void)
{
	return "no LDAP server";
}

const struct fixture fixtures[] = {
	{ .type = "ldap", .begin = no_server, .filters = true },
	{ .type = "ldif",
	  .filters = true,
	  .configure = ldif_configure,
	  .spoil = file_spoil,
	  .refusal = ERR_CONFIG },
	{ .type = "script",
	  .configure = script_configure,
	  .spoil = file_spoil,
	  .refusal = ERR_CONFIG },
	{ .type = NULL },
};
