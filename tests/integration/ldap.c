/* SPDX-License-Identifier: MIT */
#include "tests/integration/ldap.h"
#include <unistd.h>

void ldap_test_start(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "connector") == 0)
		exit(process_serve(STDIN_FILENO, STDOUT_FILENO));
	slapd_required();
	setenv("PW_BRIDGE", "bridgepw", 1);
	setenv("PW_LIMITED", "limitedpw", 1);
	setenv("PW_BLIND", "blindpw", 1);
	setenv("PW_WRONG", "not this one", 1);
}

static const char **split(TALLOC_CTX *ctx, const char *words)
{
	const char **out = mem_array(ctx, const char *, 32);
	size_t n = 0;

	while (*words != '\0' && n < 31) {
		size_t len = strcspn(words, " ");

		out[n++] = mem_strndup(ctx, words, len);
		words += len + (words[len] == ' ');
	}
	return out;
}

static void set_account(struct settings *s, const char *name)
{
	char password[32] = "env:PW_", dn[128];
	size_t at = strlen(password);

	for (const char *c = name; *c != '\0' && at < sizeof(password) - 1; c++)
		password[at++] = (char)(*c - 'a' + 'A');
	snprintf(dn, sizeof(dn), "cn=%s,ou=services," SLAPD_SUFFIX, name);
	assert_ok(settings_set(s, "bind.dn", dn));
	assert_ok(settings_set(s, "bind.password", password));
}

static void set_one(TALLOC_CTX *ctx, struct settings *s, struct request *request,
		    const char *name, const char *value)
{
	if (strcmp(name, "filter") == 0)
		request->filter = value;
	else if (strcmp(name, "anchor") == 0)
		request->anchor = value;
	else if (strcmp(name, "attributes") == 0)
		request->attributes = split(ctx, value);
	else if (strcmp(name, "account") == 0)
		set_account(s, value);
	else
		assert_ok(settings_set(s, name, value));
}

struct err *ldap_begin(TALLOC_CTX *ctx, struct process **out, ...)
{
	static const char *const usual[] = { "cn", "mail", "uid", NULL };
	struct request request = { .filter = "(objectClass=inetOrgPerson)",
				   .attributes = usual };
	struct stream_limits limits = { .idle = 30, .total = 60 };
	struct settings *s = settings_new(ctx, connector_settings("ldap"));
	const char *name;
	va_list args;

	request.settings = s;
	va_start(args, out);
	while ((name = va_arg(args, const char *)) != NULL)
		set_one(ctx, s, &request, name, va_arg(args, const char *));
	va_end(args);
	if (!settings_given(s, "base"))
		assert_ok(settings_set(s, "base", SLAPD_SUFFIX));
	return process_start(ctx, "ldap", &request, &limits, out);
}

static struct err *read_all(struct process *p, char **lines)
{
	struct str *out = str_new(p);
	struct item item = { 0 };
	struct err *err;

	do {
		err = process_read(p, &item);
		if (err == NULL)
			show_item(out, &item);
	} while (err == NULL && item.kind != ITEM_END);
	*lines = str_take(p, out);
	return err;
}

struct err *ldap_pull(struct process *p, char **lines)
{
	struct err *err = process_pull(p);

	return err != NULL ? err : read_all(p, lines);
}

struct err *ldap_probe(struct process *p, char **lines)
{
	struct err *err = process_probe(p);

	return err != NULL ? err : read_all(p, lines);
}

struct err *ldap_lookup(struct process *p, const struct value *anchors, size_t n,
			char **lines)
{
	struct err *err = process_lookup(p, anchors, n);

	return err != NULL ? err : read_all(p, lines);
}

size_t count_lines(const char *lines, const char *start)
{
	size_t n = 0;

	for (; *lines != '\0'; lines += strcspn(lines, "\n") + 1)
		n += strncmp(lines, start, strlen(start)) == 0;
	return n;
}

char *ldap_people(TALLOC_CTX *ctx, unsigned n)
{
	struct str *out = str_new(ctx);

	str_add(out, "dn: ou=people," SLAPD_SUFFIX "\n"
		     "objectClass: organizationalUnit\n"
		     "ou: people\n"
		     "entryUUID: 00000000-0000-4000-8000-0000ffffffff\n");
	for (unsigned i = 1; i <= n; i++)
		str_addf(out,
			 "\ndn: uid=u%05u,ou=people," SLAPD_SUFFIX "\n"
			 "objectClass: inetOrgPerson\n"
			 "uid: u%05u\n"
			 "cn: Person %u\n"
			 "sn: %u\n"
			 "mail: u%05u@example.com\n"
			 "entryUUID: 00000000-0000-4000-8000-%012x\n",
			 i, i, i, i, i, i);
	return str_take(ctx, out);
}

struct value ldap_anchor(TALLOC_CTX *ctx, unsigned number)
{
	static const char pattern[16] = { [6] = 0x40, [8] = (char)0x80 };
	char *bytes = mem_dup(ctx, pattern, sizeof(pattern));

	for (int i = 0; i < 4; i++)
		bytes[12 + i] = (char)(number >> (24 - 8 * i));
	return (struct value){ bytes, 16 };
}
