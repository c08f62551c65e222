/* SPDX-License-Identifier: MIT */
#include "tests/test.h"

static void test_story_reads_from_outside_in(void **state)
{
	struct err *err = err_new(ERR_LATER, "server is busy (LDAP %d)", 51);

	(void)state;
	err = err_hint(err, "Try again in %d minutes.", 5);
	err = err_hint(err_wrap(err, "search \"%s\"", "ou=people"), "Another hint.");
	err = err_wrap(err, "pull \"acme\"");
	assert_string_equal(
		err_text(err),
		"pull \"acme\": search \"ou=people\": server is busy (LDAP 51)");
	assert_string_equal(err_hint_text(err), "Try again in 5 minutes.");
	assert_int_equal(err_class(err), ERR_LATER);
	assert_null(err_code(err));
	assert_int_equal(err_exit_code(err), 1);
	err_free(err);
}

static void test_refusal_carries_the_rule(void **state)
{
	struct err *err = err_refused("last-owner", "\"ada\" is the last owner");

	(void)state;
	assert_string_equal(err_code(err), "last-owner");
	assert_int_equal(err_exit_code(err), 5);
	assert_string_equal(err_class_name(err_class(err)), "refused");
	err_free(err);
	err_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_story_reads_from_outside_in),
		TEST(test_refusal_carries_the_rule),
	};
	return test_main(tests);
}
