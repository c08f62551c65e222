/* SPDX-License-Identifier: MIT */
#include "config/settings.h"
#include "tests/test.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const scopes[] = { "base", "one", "sub", NULL };

static const struct setting table[] = {
	{ "url", SETTING_TEXTS, SETTING_REQUIRED, NULL, "where", 0, 0, NULL },
	{ "name", SETTING_TEXT, 0, NULL, "a text", 0, 0, NULL },
	{ "attributes", SETTING_TEXTS, 0, "[mail, cn]", "some", 0, 0, NULL },
	{ "one", SETTING_TEXTS, 0, "member", "one", 0, 0, NULL },
	{ "strict", SETTING_BOOL, 0, "yes", "a switch", 0, 0, NULL },
	{ "page", SETTING_NUMBER, 0, "500", "a number", 1, 5000, NULL },
	{ "any", SETTING_NUMBER, 0, NULL, "a number", 0, 0, NULL },
	{ "wait", SETTING_DURATION, 0, "15m", "a time", 1, 86400, NULL },
	{ "people", SETTING_RANGE, 0, "3..5", "two numbers", 0, 0, NULL },
	{ "scope", SETTING_CHOICE, 0, "sub", "a choice", 0, 0, scopes },
	{ "ca", SETTING_FILE, 0, NULL, "a file", 0, 0, NULL },
	{ "bind.dn", SETTING_DN, 0, NULL, "a name", 0, 0, NULL },
	{ "bind.password", SETTING_SECRET, 0, NULL, "a secret", 0, 0, NULL },
	{ "filter", SETTING_FILTER, 0, "(cn=*)", "a filter", 0, 0, NULL },
	{ "pattern", SETTING_PATTERN, 0, NULL, "a pattern", 0, 0, NULL },
	{ "value", SETTING_VALUE, 0, "[displayName, cn]", "a value", 0, 0, NULL },
	{ .name = NULL },
};

static void test_defaults(void **state)
{
	struct settings *s = settings_new(*state, table);
	int64_t low, high;

	assert_null(settings_text(s, "name"));
	assert_null(settings_texts(s, "url")[0]);
	assert_string_equal(settings_texts(s, "attributes")[0], "mail");
	assert_string_equal(settings_texts(s, "attributes")[1], "cn");
	assert_null(settings_texts(s, "attributes")[2]);
	assert_string_equal(settings_texts(s, "one")[0], "member");
	assert_null(settings_texts(s, "one")[1]);
	assert_string_equal(settings_texts(s, "value")[1], "cn");
	assert_true(settings_bool(s, "strict"));
	assert_int_equal(settings_number(s, "page"), 500);
	assert_int_equal(settings_number(s, "any"), 0);
	assert_int_equal(settings_number(s, "wait"), 900);
	assert_string_equal(settings_text(s, "scope"), "sub");
	assert_string_equal(settings_text(s, "filter"), "(cn=*)");
	settings_range(s, "people", &low, &high);
	assert_int_equal(low, 3);
	assert_int_equal(high, 5);
	assert_false(settings_given(s, "page"));
}

static void test_set_replaces_a_text_and_adds_to_a_list(void **state)
{
	struct settings *s = settings_new(*state, table);

	assert_ok(settings_set(s, "name", "a"));
	assert_ok(settings_set(s, "name", "b"));
	assert_string_equal(settings_text(s, "name"), "b");
	assert_ok(settings_set(s, "attributes", "uid"));
	assert_ok(settings_set(s, "attributes", "sn"));
	assert_string_equal(settings_texts(s, "attributes")[0], "uid");
	assert_string_equal(settings_texts(s, "attributes")[1], "sn");
	assert_null(settings_texts(s, "attributes")[2]);
	assert_true(settings_given(s, "attributes"));
	settings_set_none(s, "one");
	assert_null(settings_texts(s, "one")[0]);
	assert_true(settings_given(s, "one"));
}

static void test_a_long_list_is_kept_whole(void **state)
{
	struct settings *s = settings_new(*state, table);
	const char *const *texts;
	char text[16];

	for (int i = 0; i < 1000; i++) {
		snprintf(text, sizeof text, "u%d", i);
		assert_ok(settings_set(s, "url", text));
	}
	texts = settings_texts(s, "url");
	assert_string_equal(texts[0], "u0");
	assert_string_equal(texts[999], "u999");
	assert_null(texts[1000]);
}

static void test_bad_values_are_refused_and_change_nothing(void **state)
{
	struct settings *s = settings_new(*state, table);
	static const struct {
		const char *name, *text, *why;
	} bad[] = {
		{ "url", "", "must not be empty" },
		{ "name", "\xff", "UTF-8" },
		{ "strict", "maybe", "must be yes or no, not \"maybe\"" },
		{ "page", "0", "must be from 1 to 5000, not \"0\"" },
		{ "page", "5001", "from 1 to 5000" },
		{ "page", "", "whole number" },
		{ "page", "5x", "whole number" },
		{ "page", " 5", "whole number" },
		{ "any", "9223372036854775808", "whole number" },
		{ "any", "--1", "whole number" },
		{ "wait", "15", "duration such as" },
		{ "wait", "2d", "must be from 1s to 1d, not \"2d\"" },
		{ "people", "5..3", "the lower first" },
		{ "people", "5", "two numbers" },
		{ "people", "3...5", "two numbers" },
		{ "people", "-3..5", "two numbers" },
		{ "scope", "subs",
		  "one of base, one, sub, not \"subs\", did you mean "
		  "\"sub\"?" },
		{ "ca", "", "must not be empty" },
		{ "bind.dn", "nobody", "bind.dn" },
		{ "bind.password", "hunter2", "holds a secret itself" },
		{ "filter", "(cn=", "\"filter\"" },
		{ "pattern", "(", "at character" },
		{ "pattern", "", "matches nothing" },
		{ "pattern", "\\C", "at character" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_err(settings_set(s, bad[i].name, bad[i].text), ERR_CONFIG,
			   bad[i].why);
		assert_false(settings_given(s, bad[i].name));
	}
	assert_int_equal(settings_number(s, "page"), 500);
	assert_string_equal(settings_text(s, "scope"), "sub");
}

static void test_no_message_holds_a_secret(void **state)
{
	struct settings *s = settings_new(*state, table);
	struct err *err = settings_set(s, "bind.password", "hunter2");

	assert_non_null(err);
	assert_null(strstr(err_text(err), "hunter2"));
	err_free(err);
}

static void test_json_and_back(void **state)
{
	struct settings *s = settings_new(*state, table), *again;
	char *json;

	assert_string_equal(settings_to_json(*state, s), "{}");
	assert_ok(settings_set(s, "url", "ldap://a"));
	assert_ok(settings_set(s, "url", "ldap://\"b\""));
	assert_ok(settings_set(s, "bind.password", "file:/x"));
	assert_ok(settings_set(s, "strict", "no"));
	assert_ok(settings_set(s, "page", "7"));
	assert_ok(settings_set(s, "wait", "2m"));
	assert_ok(settings_set(s, "people", "1..2"));
	settings_set_none(s, "attributes");
	json = settings_to_json(*state, s);
	assert_string_equal(json, "{\"attributes\":[],\"bind.password\":\"file:/x\","
				  "\"page\":7,\"people\":\"1..2\",\"strict\":false,"
				  "\"url\":[\"ldap://a\",\"ldap://\\\"b\\\"\"],"
				  "\"wait\":\"2m\"}");
	assert_ok(settings_from_json(*state, table, json, &again));
	assert_string_equal(settings_to_json(*state, again), json);
	assert_int_equal(settings_number(again, "wait"), 120);
	assert_null(settings_texts(again, "attributes")[0]);
}

static void test_bad_json_is_refused(void **state)
{
	struct settings *s;
	static const struct {
		const char *json, *why;
	} bad[] = {
		{ "", "no JSON object" },
		{ "[]", "no JSON object" },
		{ "{\"page\":1", "no JSON object" },
		{ "{\"page\":1,\"page\":2}", "no JSON object" },
		{ "{\"pages\":1}", "there is no setting \"pages\"" },
		{ "{\"page\":1.5}", "wrong kind" },
		{ "{\"page\":[1]}", "wrong kind" },
		{ "{\"page\":6000}", "from 1 to 5000" },
		{ "{\"url\":[[]]}", "list of texts" },
		{ "{\"url\":null}", "wrong kind" },
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_err(settings_from_json(*state, table, bad[i].json, &s), ERR_CONFIG,
			   bad[i].why);
}

/* ---- what is a bug of ours ends the process ------------------------------------------
 */

static void ask_unknown(struct settings *s)
{
	settings_text(s, "unknown");
}

static void ask_wrong_type(struct settings *s)
{
	settings_number(s, "name");
}

static void set_unknown(struct settings *s)
{
	err_ignore(settings_set(s, "unknown", "x"));
}

static void empty_no_list(struct settings *s)
{
	settings_set_none(s, "name");
}

static void bad_default(struct settings *s)
{
	static const struct setting wrong[] = {
		{ "n", SETTING_NUMBER, 0, "many", "a number", 0, 0, NULL },
		{ .name = NULL },
	};

	settings_new(s, wrong);
}

static void test_bugs_end_the_process(void **state)
{
	static void (*const bugs[])(struct settings *) = {
		ask_unknown, ask_wrong_type, set_unknown, empty_no_list, bad_default,
	};
	struct settings *s = settings_new(*state, table);

	for (size_t i = 0; i < ARRAY_LEN(bugs); i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			signal(SIGABRT, SIG_DFL);
			fclose(stderr);
			bugs[i](s);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), SIGABRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_set_replaces_a_text_and_adds_to_a_list),
		TEST(test_a_long_list_is_kept_whole),
		TEST(test_bad_values_are_refused_and_change_nothing),
		TEST(test_no_message_holds_a_secret),
		TEST(test_json_and_back),
		TEST(test_bad_json_is_refused),
		TEST(test_bugs_end_the_process),
	};
	return test_main(tests);
}
