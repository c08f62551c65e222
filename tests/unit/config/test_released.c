/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "connectors/connector.h"
#include "tests/test.h"
#include <unistd.h>

static char folder[] = "/tmp/dirbridge-released-XXXXXX";

static int make_folder(void **state UNUSED)
{
	return mkdtemp(folder) == NULL || chdir(folder) < 0 ? -1 : 0;
}

static int remove_folder(void **state UNUSED)
{
	return chdir("/") < 0 ? -1 : rmdir(folder);
}

/* The one source, "contoso", with more lines below the usual ones. */
static const struct source_config *source_with(TALLOC_CTX *ctx, const char *more)
{
	const struct source_config *source;
	struct config *config;
	FILE *file = fopen("dirbridge.yaml", "w");

	assert_non_null(file);
	fprintf(file,
		"store: sqlite:x\nsources:\n  contoso:\n"
		"    organization: northwind/contoso\n    act_as: sync@n.example\n"
		"    type: ldap\n    url: ldaps://a\n    base: dc=a\n%s",
		more);
	assert_int_equal(fclose(file), 0);
	assert_ok(config_load(ctx, "dirbridge.yaml", connector_settings,
			      connector_names(), NULL, &config));
	unlink("dirbridge.yaml");
	assert_ok(config_source(config, "contoso", &source));
	return source;
}

static void assert_comes_back(TALLOC_CTX *ctx, const struct source_config *source)
{
	char *text = config_decides(ctx, source);
	const struct source_config *back;

	assert_ok(config_released(ctx, text, source->name, connector_settings, &back));
	assert_string_equal(config_decides(ctx, back), text);
	assert_string_equal(back->organization, source->organization);
	assert_int_equal(back->n_grants, source->n_grants);
}

/* Every setting of the tables that decides, each with a value that is none of its
 * defaults, and texts that YAML would take for something else. */
static void test_what_was_released_comes_back(void **state)
{
	static const char *const texts[] = {
		"    grants: []\n",
		"    grants: []\n    bind: { dn: \"cn=\\\"x\\\\\\n\\u2028\\u0085: - #\", "
		"password: file:pw, method: external }\n",
		"    grants: []\n    tls: { ca: ca.pem, cert: c, key: k }\n",
		"    grants: []\n    directories:\n"
		"      emea: { url: ldaps://e, tls: { ca: e.pem } }\n"
		"      apac: { base: [dc=b, dc=c] }\n",
		"    grants: []\n    removal: suspend\n    grace: 15d\n    leavers: all\n"
		"    adopt: yes\n    protect: [X@Example.ORG, \"Ops: 1\"]\n",
		"    grants: []\n    people: { filter: '(&(a=\\2a)(!(b=*)))', email: "
		"mail, "
		"without_email: hold, disabled: (c=x), expires: [] }\n",
		"    grants: []\n    people: { email: { template: '{UID}@x.example', "
		"lower: "
		"yes }, name: { from: [a, b], replace: { pattern: '^(.)', with: '$1!' } "
		"} "
		"}\n",
		"    grants: []\n    groups: { filter: (g=ü), name_attribute: ou, "
		"placeholders: ['cn=nobody'], expand_owner_groups: yes }\n",
		"    grants:\n"
		"      - from: { name: 'Bäck-(.*)' }\n"
		"        to: { group: $1, role: owner, create: yes, owners: [owner, b] "
		"}\n"
		"      - from: { filter: (x=y) }\n"
		"        to: { group: B, organization: northwind/contoso/b, "
		"allow_owner_claim: yes }\n"
		"      - from: { dn: 'cn=a,dc=a' }\n        to: { group: A }\n",
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_comes_back(*state, source_with(*state, texts[i]));
}

static void test_what_was_released_of_a_tenant_comes_back(void **state)
{
	struct source_config source = *source_with(*state, "    grants: []\n");
	struct settings *settings = settings_new(*state, connector_settings("ldap"));
	const struct directory_config one = { "", "ldap", settings };

	source.directories = &one;
	source.n_directories = 1;
	assert_ok(settings_set(settings, "url", "ldaps://x"));
	assert_ok(settings_set(settings, "base", "dc=x"));
	assert_ok(settings_set(settings, "bind.password", "secret:/t/secrets/pw"));
	assert_comes_back(*state, &source);
}

static void test_what_cannot_be_read_back(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "", "must be a map" },
		{ "organization: \"n\"\ntype: \"ldap\"\n", "is missing" },
		{ "organization: \"n\"\ntype: \"gone\"\ngrants: []\n", "no kind of" },
		{ "organization: \"n\"\ntype: \"ldap\"\ngrants: []\nfuture: \"x\"\n",
		  "no setting \"future\"" },
		{ "organization: \"n\"\ntype: \"ldap\"\nurl: "
		  "\"ldap://x\"\npeople.filter: "
		  "\"(a=b)\"\ngrant: 1\n  from.dn: \"cn=a\"\n",
		  "" },
		{ "- a\n", "must be a map" },
		{ "a: &b c\nx: *b\n", "" },
	};
	const struct source_config *out = NULL;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_err(config_released(*state, bad[i].text, "s", connector_settings,
					   &out),
			   ERR_CONFIG, bad[i].why);
	assert_null(out);
}

static void test_in_what_two_differ(void **state)
{
	static const char rules[] = "    grants:\n"
				    "      - { from: { name: A }, to: { group: A } }\n"
				    "      - { from: { name: B }, to: { group: B } }\n";
	static const char more[] =
		"    people: { email: mail, disabled: (x=y) }\n    removal: suspend\n"
		"    grants:\n"
		"      - { from: { name: A }, to: { group: A } }\n"
		"      - { from: { name: N }, to: { group: N } }\n"
		"      - { from: { name: B }, to: { group: B } }\n";
	char *a = config_decides(*state, source_with(*state, rules));
	char *b = config_decides(*state, source_with(*state, more));
	const struct config_difference *d;
	size_t n;

	d = config_compare(*state, a, b, &n);
	assert_int_equal(n, 4);
	assert_string_equal(d[0].name, "people.email.from");
	assert_string_equal(d[0].before, "[mail, userprincipalname]");
	assert_string_equal(d[0].after, "mail");
	assert_string_equal(d[1].name, "people.disabled");
	assert_null(d[1].before);
	assert_string_equal(d[2].name, "grants 2");
	assert_null(d[2].before);
	assert_non_null(strstr(d[2].after, "from: {name: N}"));
	assert_string_equal(d[3].name, "removal");
	d = config_compare(*state, b, a, &n);
	assert_int_equal(n, 4);
	assert_null(d[2].name[0] == 'g' ? d[2].after : "x");
	d = config_compare(*state, a, a, &n);
	assert_int_equal(n, 0);
}

static void test_where_a_source_reads(void **state)
{
	struct settings *settings = settings_new(*state, connector_settings("ldap"));
	const struct directory_config one = { "", "ldap", settings };
	struct source_config source = { .directories = &one, .n_directories = 1 },
			     *s = &source;
	static const struct value in = { "cn=1,ou=c,OU=A,dc=x", 19 };
	static const struct value maybe = { "cn=1,ou=b,dc=x", 14 };
	static const struct value out = { "cn=1,dc=x", 9 }, bad = { "x", 1 };

	assert_int_equal(config_reads(s, &in), CONFIG_READS_UNKNOWN);
	assert_ok(settings_set(settings, "base", "ou=a,dc=x"));
	assert_ok(settings_set(settings, "base", "ou=b,dc=x?one"));
	assert_int_equal(config_reads(s, &in), CONFIG_READS);
	assert_int_equal(config_reads(s, &maybe), CONFIG_READS_UNKNOWN);
	assert_int_equal(config_reads(s, &out), CONFIG_READS_NOT);
	assert_int_equal(config_reads(s, &bad), CONFIG_READS_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_released_comes_back),
		TEST(test_what_was_released_of_a_tenant_comes_back),
		TEST(test_what_cannot_be_read_back),
		TEST(test_in_what_two_differ),
		TEST(test_where_a_source_reads),
	};
	test_start();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
