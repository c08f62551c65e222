/* SPDX-License-Identifier: MIT */
#include "tests/ldap_script.h"

void ldap_script_people(struct str *script, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		str_addf(script,
			 "entry cn=%u," BASE "\n"
			 "entryUUID: 00000000-0000-4000-8000-00000000%04u\n",
			 i, i);
	str_add(script, "done 0\n");
}

/* With the server's own address, unless it is NULL. */
static struct settings *make_settings(TALLOC_CTX *ctx, const char *url, va_list args)
{
	struct settings *s = settings_new(ctx, connector_settings("ldap"));
	const char *name;

	assert_ok(settings_set(s, "tls.mode", "none"));
	assert_ok(settings_set(s, "timeout.answer", "5s"));
	if (url != NULL)
		assert_ok(settings_set(s, "url", url));
	while ((name = va_arg(args, const char *)) != NULL)
		assert_ok(settings_set(s, name, va_arg(args, const char *)));
	if (!settings_given(s, "base"))
		assert_ok(settings_set(s, "base", BASE));
	return s;
}

struct settings *ldap_script_settings(TALLOC_CTX *ctx, ...)
{
	struct settings *s;
	va_list args;

	va_start(args, ctx);
	s = make_settings(ctx, NULL, args);
	va_end(args);
	return s;
}

struct err *ldap_script_dial(TALLOC_CTX *ctx, const struct settings *settings,
			     struct direct **d)
{
	static const char *const attributes[] = { "cn", "mail", "member", NULL };
	const struct request request = { .settings = settings,
					 .filter = "(cn=*)",
					 .attributes = attributes };

	return direct_open(ctx, "ldap", mem_dup(ctx, &request, sizeof(request)), d);
}

static struct err *begin(TALLOC_CTX *ctx, struct direct **d, const char *script,
			 va_list args)
{
	struct ldap_fake *fake = ldap_fake_start(ctx, script);

	return ldap_script_dial(ctx, make_settings(ctx, fake->url, args), d);
}

struct err *ldap_script_begin(TALLOC_CTX *ctx, struct direct **d, const char *script, ...)
{
	struct err *err;
	va_list args;

	va_start(args, script);
	err = begin(ctx, d, script, args);
	va_end(args);
	return err;
}

static void cut_searches(char *lines)
{
	char *note;

	while ((note = strstr(lines, "note search ")) != NULL) {
		char *next = strchr(note, '\n') + 1;

		memmove(note, next, strlen(next) + 1);
	}
}

char *ldap_script_pull(TALLOC_CTX *ctx, const char *script, ...)
{
	struct direct *d;
	va_list args;
	char *lines;

	va_start(args, script);
	assert_ok(begin(ctx, &d, script, args));
	va_end(args);
	assert_ok(direct_pull(d, &lines));
	cut_searches(lines);
	return lines;
}

struct err *ldap_script_failing_pull(TALLOC_CTX *ctx, const char *script)
{
	struct direct *d;
	char *lines;
	struct err *err = ldap_script_begin(ctx, &d, script, NULL);

	return err != NULL ? err : direct_pull(d, &lines);
}
