/* SPDX-License-Identifier: MIT */
#include "tests/unit/config/kinds.h"
#include <sys/stat.h>
#include <unistd.h>

static const struct source_config *read_text(TALLOC_CTX *ctx, const char *text)
{
	struct config *config;
	const struct source_config *source;

	write_file("dirbridge.yaml", text);
	assert_ok(load(ctx, &config));
	unlink("dirbridge.yaml");
	assert_ok(config_source(config, "forest", &source));
	return source;
}

static void read_bad(TALLOC_CTX *ctx, const char *text, const char *why)
{
	struct config *config;

	write_file("dirbridge.yaml", text);
	assert_err(load(ctx, &config), ERR_CONFIG, why);
	unlink("dirbridge.yaml");
}

#define FOREST                                                                           \
	"store: sqlite:x\nsources:\n  forest:\n    organization: n\n    act_as: s\n"     \
	"    grants: []\n"

static void test_one_directory_has_no_name(void **state)
{
	const struct source_config *s = read_text(
		*state, FOREST "    type: tree\n    url: ldaps://a\n    base: dc=a\n");
	char *decides = config_decides(*state, s);

	assert_int_equal(s->n_directories, 1);
	assert_string_equal(s->directories->name, "");
	assert_null(strstr(decides, "directory"));
	assert_non_null(strstr(decides, "type: \"tree\"\n"));
}

static void test_directories_by_name(void **state)
{
	const struct source_config *s = read_text(
		*state, FOREST "    type: tree\n    page_size: 7\n    base: dc=all\n"
			       "    directories:\n"
			       "      z: { url: ldaps://z }\n"
			       "      b: { type: sheet, file: b.txt }\n"
			       "      a: { url: ldaps://a, base: dc=a, page_size: 9 }\n");
	char *decides = config_decides(*state, s);
	const struct directory_config *d = s->directories;

	assert_int_equal(s->n_directories, 3);
	assert_string_equal(d[0].name, "a");
	assert_string_equal(d[1].name, "b");
	assert_string_equal(d[2].name, "z");
	assert_string_equal(d[1].type, "sheet");
	assert_string_equal(settings_texts(d[0].settings, "base")[0], "dc=a");
	assert_string_equal(settings_texts(d[2].settings, "base")[0], "dc=all");
	assert_int_equal(settings_number(d[0].settings, "page_size"), 9);
	assert_int_equal(settings_number(d[2].settings, "page_size"), 7);
	assert_non_null(strstr(decides, "  a:\n    type: \"tree\"\n"));
	assert_non_null(strstr(decides, "  b:\n    type: \"sheet\"\n"));
}

static void test_a_directory_more_is_another_configuration(void **state)
{
	static const char *const texts[] = {
		FOREST "    type: tree\n    url: ldaps://a\n    base: dc=a\n",
		FOREST
		"    type: tree\n    directories: { a: { url: ldaps://a, base: dc=a } "
		"}\n",
		FOREST
		"    type: tree\n    directories: { b: { url: ldaps://a, base: dc=a } "
		"}\n",
		FOREST "    type: tree\n    base: dc=a\n    directories: { a: { url: "
		       "ldaps://a }, b: { url: ldaps://a } }\n",
	};
	struct digest digests[ARRAY_LEN(texts)];

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		config_digest(read_text(*state, texts[i]), &digests[i]);
		for (size_t j = 0; j < i; j++)
			assert_false(digest_equal(&digests[i], &digests[j]));
	}
}

static void test_credentials_stay_with_the_address(void **state)
{
	const struct source_config *s = read_text(
		*state, FOREST "    type: tree\n    url: ldaps://all\n"
			       "    bind: { dn: cn=all, password: env:ALL }\n"
			       "    directories:\n"
			       "      a: { base: dc=a }\n"
			       "      b: { base: dc=b, url: ldaps://b, bind: {} }\n"
			       "      c: { base: dc=c, tls: { ca: c.pem },\n"
			       "           bind: { dn: cn=c, password: env:C } }\n");

	assert_string_equal(settings_text(s->directories[0].settings, "bind.password"),
			    "env:ALL");
	assert_null(settings_text(s->directories[1].settings, "bind.password"));
	assert_null(settings_text(s->directories[1].settings, "bind.dn"));
	assert_string_equal(settings_text(s->directories[2].settings, "bind.password"),
			    "env:C");
	read_bad(*state,
		 FOREST "    type: tree\n    url: ldaps://all\n    base: dc=all\n"
			"    bind: { dn: cn=all, password: env:ALL }\n"
			"    directories:\n      a: { url: ldaps://elsewhere }\n",
		 "dirbridge.yaml:12:17: \"bind.password\" is missing: a directory that "
		 "sets "
		 "its own address inherits no credentials from its source");
}

/* However the words of a profile and of a source are divided, who says where never gets
 * the credentials that another has written. */
static void test_credentials_of_a_profile_in_directories(void **state)
{
	static const struct {
		const char *profile, *source;
	} bad[] = {
		{ "url: ldaps://p, bind: { dn: cn=p, password: env:P }",
		  "directories: { a: { url: ldaps://evil } }" },
		{ "url: ldaps://p, directories: { a: { bind: { dn: cn=p, password: env:P "
		  "} "
		  "} }",
		  "url: ldaps://evil" },
		{ "url: ldaps://p, directories: { a: { bind: { dn: cn=p, password: env:P "
		  "} "
		  "} }",
		  "directories: { a: { url: ldaps://evil } }" },
		{ "directories: { a: { url: ldaps://p, bind: { dn: cn=p, password: env:P "
		  "} "
		  "} }",
		  "directories: { a: { tls: { ca: evil.pem } } }" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		read_bad(*state,
			 mem_printf(
				 *state,
				 "store: sqlite:x\nprofiles:\n  p: { type: tree, base: "
				 "dc=p, grants: [], %s }\nsources:\n  forest: { profile: "
				 "p, organization: n, act_as: s, %s }\n",
				 bad[i].profile, bad[i].source),
			 "\"bind.password\" is missing: a source that sets its own "
			 "address "
			 "inherits no credentials from its profile");
}

static void test_mistakes_in_directories(void **state)
{
	static const struct {
		const char *directories, *why;
	} bad[] = {
		{ "[]", "must be a map of directories by name" },
		{ "{}", "must be a map of directories by name" },
		{ "{ a: ldaps://a }", "directory \"a\" must be a map of settings" },
		{ "{ \"a b\": { url: ldaps://a } }",
		  "the name of a directory is at most" },
		{ "{ a: { url: ldaps://a, page_siz: 5 } }",
		  "there is no setting \"page_siz\", did you mean \"page_size\"?" },
		{ "{ a: { url: ldaps://a, act_as: s } }",
		  "there is no setting \"act_as\"" },
		{ "{ a: { type: trea, url: x } }", "there is no kind of directory named "
						   "\"trea\", did you mean \"tree\"?" },
		{ "{ a: { base: dc=b } }", "dirbridge.yaml:9:20: \"url\" is missing" },
		{ "{ a: { url: ldaps://a, page_size: 0 } }", "\"page_size\"" },
		{ "{ a: { type: sheet, file: x, page_size: 5 } }",
		  "there is no setting \"page_size\"" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		read_bad(*state,
			 mem_printf(*state,
				    FOREST "    type: tree\n    base: dc=a\n"
					   "    directories: %s\n",
				    bad[i].directories),
			 bad[i].why);
	read_bad(*state,
		 FOREST "    type: tree\n    base: dc=a\n    file: x\n"
			"    directories: { a: { url: ldaps://a } }\n",
		 "there is no setting \"file\"");
}

static void test_a_tenants_directories_stay_below_the_base(void **state)
{
	const struct source_config *source;
	struct config *config;

	assert_int_equal(mkdir("tenants", 0700), 0);
	write_file("dirbridge.yaml",
		   "store: sqlite:x\ninclude: tenants/*.yaml\n"
		   "profiles:\n  p: { type: tree, base: dc=p, grants: [],\n"
		   "    url: ldaps://p, bind: { dn: cn=p, password: env:P } }\n");
	write_file(
		"tenants/a.yaml",
		"sources:\n  a: { organization: n/a, act_as: s, profile: p,\n"
		"    directories: { x: { base: \"ou=a,dc=p\" }, y: { base: dc=q } } }\n");
	assert_ok(load(*state, &config));
	assert_err(config_source(config, "a", &source), ERR_CONFIG,
		   "\"base\" must be, or lie below, a base of the profile whose "
		   "credentials this included file uses, not \"dc=q\"");
	assert_int_equal(config->n_problems, 1);
	unlink("tenants/a.yaml");
	unlink("dirbridge.yaml");
	rmdir("tenants");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_directory_has_no_name),
		TEST(test_directories_by_name),
		TEST(test_a_directory_more_is_another_configuration),
		TEST(test_credentials_stay_with_the_address),
		TEST(test_credentials_of_a_profile_in_directories),
		TEST(test_mistakes_in_directories),
		TEST(test_a_tenants_directories_stay_below_the_base),
	};

	test_start();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
