/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "config/config.h"
#include "tests/unit/config/kinds.h"
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one source, "contoso", with more lines below the usual ones. */
static char *text_with(TALLOC_CTX *ctx, const char *more)
{
	return mem_printf(
		ctx,
		"store: sqlite:x\nsources:\n  contoso:\n"
		"    organization: northwind/contoso\n    act_as: sync@n.example\n"
		"    type: tree\n    url: ldaps://a\n    base: dc=a\n%s",
		more);
}

static const struct source_config *source_with(TALLOC_CTX *ctx, const char *more)
{
	struct config *config;
	const struct source_config *source;

	write_file("dirbridge.yaml", text_with(ctx, more));
	assert_ok(load(ctx, &config));
	unlink("dirbridge.yaml");
	assert_ok(config_source(config, "contoso", &source));
	return source;
}

static void bad_source(TALLOC_CTX *ctx, const char *more, const char *why)
{
	struct config *config;

	write_file("dirbridge.yaml", text_with(ctx, more));
	assert_err(load(ctx, &config), ERR_CONFIG, why);
	unlink("dirbridge.yaml");
}

/* ---- good ones ---- */

static void test_defaults(void **state)
{
	const struct source_config *s = source_with(*state, "    grants: []\n");

	assert_string_equal(s->organization, "northwind/contoso");
	assert_string_equal(s->act_as, "sync@n.example");
	assert_string_equal(s->directories->type, "tree");
	assert_string_equal(s->file, "dirbridge.yaml");
	assert_int_equal(s->line, 3);
	assert_null(s->broken);
	assert_string_equal(settings_texts(s->directories->settings, "url")[0],
			    "ldaps://a");
	assert_string_equal(s->people.email.attributes[0], "mail");
	assert_string_equal(s->people.email.attributes[1], "userprincipalname");
	assert_null(s->people.email.attributes[2]);
	assert_string_equal(s->people.name.attributes[0], "displayname");
	assert_string_equal(s->people.expires[0], "accountexpires");
	assert_string_equal(s->people.employee_id[1], "employeenumber");
	assert_null(s->people.disabled);
	assert_int_equal(s->people.without_email, WITHOUT_EMAIL_SKIP);
	assert_string_equal(s->groups.name_attribute, "cn");
	assert_string_equal(s->groups.placeholders[0], "cn=empty-membership-placeholder");
	assert_int_equal(s->n_grants, 0);
	assert_int_equal(s->removal, REMOVAL_REVOKE);
	assert_int_equal(s->leavers, LEAVERS_OURS);
	assert_false(s->adopt);
	assert_int_equal(s->grace, 14 * CLOCK_DAY);
	assert_int_equal(s->invitations, INVITATIONS_MAIL);
	assert_int_equal(s->expect_people.high, 0);
	assert_int_equal(s->idle_timeout, 60);
	assert_int_equal(s->run_timeout, 3600);
	assert_true(s->max_bytes > 0);
	assert_null(s->protect[0]);
}

static bool is_person(const struct source_config *s, const char *const *classes)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct entry_builder *b = entry_builder_new(tmp);
	struct entry *entry;

	entry_begin(b, "a", 1, "cn=a", 4);
	for (; *classes != NULL; classes++)
		entry_add(b, "objectClass", strlen("objectClass"), *classes,
			  strlen(*classes));
	assert_ok(entry_finish(b, tmp, &entry));
	return filter_match(s->people.filter, entry);
}

static void test_people_are_people_and_no_computers(void **state)
{
	static const char *const person[] = { "top", "inetOrgPerson", NULL };
	static const char *const user[] = { "person", "user", NULL };
	static const char *const computer[] = { "person", "user", "computer", NULL };
	static const char *const service[] = { "user", "msDS-GroupManagedServiceAccount",
					       NULL };
	static const char *const group[] = { "groupOfNames", NULL };
	const struct source_config *s = source_with(*state, "    grants: []\n");

	assert_true(is_person(s, person));
	assert_true(is_person(s, user));
	assert_false(is_person(s, computer));
	assert_false(is_person(s, service));
	assert_false(is_person(s, group));
}

static const char everything[] =
	"    people:\n"
	"      filter: (uid=*)\n"
	"      email: { from: [Mail], template: '{UID}@x.example', lower: yes,"
	" replace: { pattern: '@(.*)\\.old$', with: '@$1' } }\n"
	"      without_email: hold\n"
	"      disabled: (employeeType=left)\n"
	"      expires: []\n      employee_id: StaffNo\n"
	"    groups: { name_attribute: sAMAccountName, placeholders: cn=none,"
	" expand_owner_groups: yes }\n"
	"    removal: suspend\n    grace: 3d\n    leavers: all\n    adopt: yes\n"
	"    invitations: staged\n    expect_people: 300..500\n"
	"    shared_directory: true\n    idle_timeout: 5s\n    run_timeout: 2m\n"
	"    max_bytes: 1000\n    protect: ['Break@Glass.Example', Auditors]\n"
	"    grants:\n"
	"      - from: { name: 'Backup-(.*)' }\n"
	"        to: { group: '$1', create: true, owners: [managedBy] }\n"
	"      - from: { dn: 'cn=Admins,dc=a' }\n"
	"        to: { group: Ops, role: owner, allow_owner_claim: yes,"
	" organization: Northwind/Contoso/site }\n"
	"      - from: { filter: (cn=x) }\n"
	"        to: { group: Cash$ }\n";

static void test_all_that_can_be_said(void **state)
{
	const struct source_config *s = source_with(*state, everything);

	assert_string_equal(filter_text(s->people.filter), "(uid=*)");
	assert_string_equal(s->people.email.attributes[0], "mail");
	assert_string_equal(s->people.email.template_text, "{uid}@x.example");
	assert_true(s->people.email.lower);
	assert_string_equal(s->people.email.pattern, "@(.*)\\.old$");
	assert_string_equal(s->people.email.replacement, "@$1");
	assert_int_equal(s->people.without_email, WITHOUT_EMAIL_HOLD);
	assert_non_null(s->people.disabled);
	assert_null(s->people.expires[0]);
	assert_string_equal(s->people.employee_id[0], "staffno");
	assert_string_equal(s->groups.name_attribute, "samaccountname");
	assert_string_equal(s->groups.placeholders[0], "cn=none");
	assert_true(s->groups.expand_owner_groups);
	assert_int_equal(s->removal, REMOVAL_SUSPEND);
	assert_int_equal(s->leavers, LEAVERS_ALL);
	assert_true(s->adopt);
	assert_int_equal(s->grace, 3 * CLOCK_DAY);
	assert_int_equal(s->invitations, INVITATIONS_STAGED);
	assert_int_equal(s->expect_people.low, 300);
	assert_int_equal(s->expect_people.high, 500);
	assert_true(s->shared_directory);
	assert_int_equal(s->idle_timeout, 5);
	assert_int_equal(s->run_timeout, 120);
	assert_int_equal(s->max_bytes, 1000);
	assert_string_equal(s->protect[0], "break@glass.example");
	assert_string_equal(s->protect[1], "Auditors");
}

static void test_all_that_a_rule_can_say(void **state)
{
	const struct source_config *s = source_with(*state, everything);

	assert_int_equal(s->n_grants, 3);
	assert_int_equal(s->grants[0].number, 1);
	assert_int_equal(s->grants[0].from, GRANT_FROM_NAME);
	assert_string_equal(s->grants[0].pattern, "Backup-(.*)");
	assert_string_equal(s->grants[0].group, "$1");
	assert_string_equal(s->grants[0].organization, "northwind/contoso");
	assert_int_equal(s->grants[0].role, ROLE_MEMBER);
	assert_true(s->grants[0].create);
	assert_string_equal(s->grants[0].owners[0], "managedby");
	assert_int_equal(s->grants[1].number, 2);
	assert_int_equal(s->grants[1].from, GRANT_FROM_DN);
	assert_int_equal(s->grants[1].role, ROLE_OWNER);
	assert_true(s->grants[1].allow_owner_claim);
	assert_string_equal(s->grants[1].organization, "Northwind/Contoso/site");
	assert_false(s->grants[1].create);
	assert_int_equal(s->grants[2].from, GRANT_FROM_FILTER);
	assert_non_null(s->grants[2].filter);
	assert_string_equal(s->grants[2].group, "Cash$");
	assert_null(s->grants[2].owners[0]);
	assert_string_equal(s->grants[2].file, "dirbridge.yaml");
}

static void test_F53_attribute_names_know_no_case(void **state)
{
	struct digest a, b;

	config_digest(source_with(*state, "    grants: []\n"
					  "    people: { email: [sAMAccountName] }\n"),
		      &a);
	config_digest(source_with(*state, "    grants: []\n"
					  "    people: { email: samaccountname }\n"),
		      &b);
	assert_true(digest_equal(&a, &b));
}

static void test_paths_start_from_the_file(void **state)
{
	const struct source_config *s =
		source_with(*state, "    grants: []\n    bind: { password: file:pw }\n"
				    "    tls: { ca: sub/ca.pem }\n");

	assert_string_equal(settings_text(s->directories->settings, "bind.password"),
			    mem_printf(*state, "file:%s/pw", folder));
	assert_string_equal(settings_text(s->directories->settings, "tls.ca"),
			    mem_printf(*state, "%s/sub/ca.pem", folder));
	s = source_with(*state, "    grants: []\n    bind: { password: file:/pw }\n");
	assert_string_equal(settings_text(s->directories->settings, "bind.password"),
			    "file:/pw");
}

static void test_an_own_address_inherits_no_credentials(void **state)
{
	struct config *config;
	const struct source_config *s;

	write_file(
		"dirbridge.yaml",
		"store: sqlite:x\n"
		"profiles:\n  p: { type: tree, base: dc=p, grants: [], url: ldaps://p,\n"
		"    organization: n, act_as: s, page_size: 7,\n"
		"    bind: { dn: cn=p, password: env:P, method: external },\n"
		"    tls: { cert: c, key: k, ca: a } }\n"
		"sources:\n  a: { profile: p }\n"
		"  b: { profile: p, url: ldaps://b, bind: {} }\n");
	assert_ok(load(*state, &config));
	unlink("dirbridge.yaml");
	assert_ok(config_source(config, "a", &s));
	assert_non_null(settings_text(s->directories->settings, "tls.cert"));
	assert_string_equal(settings_text(s->directories->settings, "bind.method"),
			    "external");
	assert_ok(config_source(config, "b", &s));
	assert_null(settings_text(s->directories->settings, "tls.cert"));
	assert_null(settings_text(s->directories->settings, "tls.key"));
	assert_null(settings_text(s->directories->settings, "bind.dn"));
	assert_null(settings_text(s->directories->settings, "bind.password"));
	assert_string_equal(settings_text(s->directories->settings, "bind.method"),
			    "simple");
	assert_int_equal(settings_number(s->directories->settings, "page_size"), 7);
	assert_string_equal(settings_text(s->directories->settings, "tls.ca"),
			    mem_printf(*state, "%s/a", folder));
}

/* ---- what decides who is wanted
 * -------------------------------------------------------------- */

static void test_what_decides_and_what_does_not(void **state)
{
	static const char plain[] = "    grants: []\n";
	static const char *const same[] = {
		"    idle_timeout: 5s\n    run_timeout: 5m\n    max_bytes: 5\n",
		"    page_size: 7\n    timeout: { answer: 7s }\n",
		"    expect_people: 1..2\n    shared_directory: yes\n",
		"    invitations: silent\n",
		"    invitations: staged\n",
		"    people: { email: [mail, userPrincipalName] }\n    removal: revoke\n",
		"    leavers: ours\n    adopt: no\n",
	};
	static const char *const other[] = {
		"    bind: { dn: cn=x }\n",
		"    bind: { password: 'env:X' }\n",
		"    removal: suspend\n",
		"    grace: 15d\n",
		"    leavers: all\n",
		"    adopt: yes\n",
		"    people: { email: mail }\n",
		"    people: { name: { from: [displayName, cn], lower: yes } }\n",
		"    people: { filter: (cn=x) }\n",
		"    people: { disabled: (cn=x) }\n",
		"    people: { expires: [] }\n",
		"    people: { without_email: hold }\n",
		"    groups: { name_attribute: ou }\n",
		"    groups: { placeholders: [] }\n",
		"    groups: { expand_owner_groups: yes }\n",
		"    protect: [x]\n",
	};
	struct digest a, b;

	config_digest(source_with(*state, plain), &a);
	for (size_t i = 0; i < ARRAY_LEN(same); i++) {
		config_digest(
			source_with(*state, mem_printf(*state, "%s%s", plain, same[i])),
			&b);
		assert_true(digest_equal(&a, &b));
	}
	for (size_t i = 0; i < ARRAY_LEN(other); i++) {
		config_digest(
			source_with(*state, mem_printf(*state, "%s%s", plain, other[i])),
			&b);
		assert_false(digest_equal(&a, &b));
	}
}

static void test_every_part_of_a_rule_decides(void **state)
{
	static const char *const rules[] = {
		"from: { name: a }, to: { group: g }",
		"from: { name: b }, to: { group: g }",
		"from: { dn: 'cn=a,dc=a' }, to: { group: g }",
		"from: { filter: (cn=a) }, to: { group: g }",
		"from: { name: a }, to: { group: h }",
		"from: { name: a }, to: { group: g, role: owner }",
		"from: { name: a }, to: { group: g, create: yes }",
		"from: { name: a }, to: { group: g, allow_owner_claim: yes }",
		"from: { name: a }, to: { group: g, owners: owner }",
		"from: { name: a }, to: { group: g, organization: northwind/contoso/x }",
	};
	struct digest digests[ARRAY_LEN(rules)];

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		config_digest(
			source_with(*state, mem_printf(*state, "    grants: [{ %s }]\n",
						       rules[i])),
			&digests[i]);
		for (size_t j = 0; j < i; j++)
			assert_false(digest_equal(&digests[i], &digests[j]));
	}
}

static void test_decides_is_a_text_with_references_only(void **state)
{
	const struct source_config *s =
		source_with(*state, "    grants: [{ from: { name: \"a\\nremoval: x\" },"
				    " to: { group: g } }]\n"
				    "    bind: { password: 'env:PASSWORD' }\n");
	const char *text = config_decides(*state, s);

	assert_non_null(strstr(text, "\n  password: \"env:PASSWORD\"\n"));
	assert_non_null(strstr(text, "name: \"a\\u000aremoval: x\"\n"));
	assert_non_null(strstr(text, "base: [\"dc=a\"]\n"));
	assert_null(strstr(text, "page_size"));
	assert_null(strstr(text, "timeout"));
}

/* ---- bad ones
 * ---------------------------------------------------------------------------------- */

static void test_F48_a_rule_that_can_match_nothing(void **state)
{
	bad_source(
		*state, "    grants: [{ from: { dn: 'cn=x,dc=b' }, to: { group: g } }]\n",
		"9:28: this rule can match nothing: \"from.dn\" lies outside \"base\"");
	bad_source(*state, "    grants: [{ from: { name: '' }, to: { group: g } }]\n",
		   "an empty pattern matches nothing");
	bad_source(*state, "", "3:3: \"grants\" is missing");
	source_with(*state,
		    "    grants: [{ from: { dn: 'CN=x, DC=A' }, to: { group: g } }]\n");
}

static void test_secrets_are_never_repeated(void **state)
{
	static const char *const lines[] = {
		"    bind: { password: hunter2 }\n",
		"    bind: { password: [hunter2] }\n",
		"    bind: { password: 'secret:hunter2' }\n",
		"    bind: { passwd: hunter2 }\n",
		"    bind: hunter2\n",
		"    bind_password: hunter2\n",
	};
	struct config *config;

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct err *err;

		write_file("dirbridge.yaml",
			   text_with(*state,
				     mem_printf(*state, "    grants: []\n%s", lines[i])));
		err = load(*state, &config);
		assert_non_null(err);
		assert_null(strstr(err_text(err), "hunter2"));
		err_free(err);
	}
	unlink("dirbridge.yaml");
}

static void test_unknown_sources(void **state)
{
	struct config *config;
	const struct source_config *source;

	write_file("dirbridge.yaml", text_with(*state, "    grants: []\n"));
	assert_ok(load(*state, &config));
	unlink("dirbridge.yaml");
	assert_err(config_source(config, "contso", &source), ERR_CONFIG,
		   "there is no source \"contso\", did you mean \"contoso\"?");
	assert_err(config_source(config, "x", &source), ERR_CONFIG,
		   "there is no source \"x\"");
}

static void test_a_file_that_is_not_there(void **state)
{
	struct config *config;

	assert_err(load(*state, &config), ERR_CONFIG,
		   "dirbridge.yaml: cannot be read: No such file or directory");
	write_file("dirbridge.yaml", "");
	assert_err(load(*state, &config), ERR_CONFIG, "must be a map of settings");
	write_file("dirbridge.yaml", "store: sqlite:x\n");
	assert_ok(config_load(*state, "dirbridge.yaml", NULL, kinds, NULL, &config));
	assert_int_equal(config->n_sources, 0);
	assert_string_equal(config->store, "sqlite:x");
	unlink("dirbridge.yaml");
}

/* ---- included files
 * ------------------------------------------------------------------------------ */

static void test_a_tenant_file(void **state)
{
	struct config *config;
	const struct source_config *source;

	assert_int_equal(mkdir("tenants", 0700), 0);
	write_file("dirbridge.yaml",
		   "store: sqlite:x\ninclude: tenants/*.yaml\n"
		   "profiles:\n  p: { type: tree, base: dc=p, grants: [],\n"
		   "    url: ldaps://p, bind: { dn: cn=p, password: env:P } }\n");
	write_file("tenants/a.yaml",
		   "sources:\n  a: { organization: n/a, act_as: s, profile: p,\n"
		   "    url: ldaps://a, bind: { password: secret:pw } }\n"
		   "  a2: { organization: N/A, act_as: s, profile: p }\n");
	write_file("tenants/b.yaml", "sources:\n  b: { organization: n/b, act_as: s, "
				     "profile: p, url: ldaps://b }\n");
	assert_ok(load(*state, &config));
	assert_int_equal(config->n_sources, 3);
	assert_ok(config_source(config, "a", &source));
	assert_string_equal(settings_text(source->directories->settings, "bind.password"),
			    mem_printf(*state, "secret:%s/tenants/secrets/pw", folder));
	assert_null(settings_text(source->directories->settings, "bind.dn"));
	assert_ok(config_source(config, "a2", &source));
	assert_string_equal(settings_text(source->directories->settings, "bind.password"),
			    "env:P");
	assert_string_equal(settings_text(source->directories->settings, "bind.dn"),
			    "cn=p");
	assert_err(config_source(config, "b", &source), ERR_CONFIG,
		   "source \"b\" cannot be used: tenants/b.yaml:2:55: \"bind.password\" "
		   "is missing");
	assert_err(config_source(config, "c", &source), ERR_CONFIG,
		   "It may be in one of the included files");
	assert_int_equal(config->n_problems, 1);
	unlink("tenants/a.yaml");
	unlink("tenants/b.yaml");
	unlink("dirbridge.yaml");
	rmdir("tenants");
}

/* ---- folders with a bad configuration and what must be said about it
 * --------------------------------- */

static char *told(TALLOC_CTX *ctx)
{
	struct config *config;
	struct err *err = load(ctx, &config);
	struct str *out = str_new(ctx);

	if (err != NULL) {
		str_addf(out, "%s\n", err_text(err));
		err_free(err);
		return str_take(ctx, out);
	}
	for (size_t i = 0; i < config->n_problems; i++)
		str_addf(out, "%s\n", config->problems[i]);
	for (size_t i = 0; i < config->n_sources; i++)
		str_addf(out, "source %s: %s\n", config->sources[i].name,
			 config->sources[i].broken ? "broken" : "good");
	return str_take(ctx, out);
}

static char *slurp(TALLOC_CTX *ctx, const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = mem_array(ctx, char, 65536);

	if (in != NULL) {
		text[fread(text, 1, 65535, in)] = '\0';
		fclose(in);
	}
	return text;
}

static void test_folders_of_bad_configurations(void **state)
{
	const char *top = TOP_SRCDIR "/tests/data/config";
	DIR *dir = opendir(top);
	const struct dirent *each;
	int seen = 0, wrong = 0;

	assert_non_null(dir);
	while ((each = readdir(dir)) != NULL) {
		char *got, *expected;

		if (each->d_name[0] == '.' ||
		    chdir(mem_printf(*state, "%s/%s", top, each->d_name)) < 0)
			continue;
		got = told(*state);
		expected = slurp(*state, "expected");
		seen++;
		if (strcmp(got, expected) != 0) {
			fprintf(stderr, "%s: got\n%s", each->d_name, got);
			wrong++;
		}
	}
	closedir(dir);
	assert_int_equal(chdir(folder), 0);
	assert_true(seen > 5);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_people_are_people_and_no_computers),
		TEST(test_all_that_can_be_said),
		TEST(test_all_that_a_rule_can_say),
		TEST(test_F53_attribute_names_know_no_case),
		TEST(test_paths_start_from_the_file),
		TEST(test_an_own_address_inherits_no_credentials),
		TEST(test_what_decides_and_what_does_not),
		TEST(test_every_part_of_a_rule_decides),
		TEST(test_decides_is_a_text_with_references_only),
		TEST(test_F48_a_rule_that_can_match_nothing),
		TEST(test_secrets_are_never_repeated),
		TEST(test_unknown_sources),
		TEST(test_a_file_that_is_not_there),
		TEST(test_a_tenant_file),
		TEST(test_folders_of_bad_configurations),
	};

	test_start();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
