/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "tests/test.h"

static void test_grows_and_keeps_nuls(void **state)
{
	struct str *s = str_new(*state);

	for (int i = 0; i < 1000; i++)
		str_addf(s, "%04d,", i);
	assert_int_equal(s->len, 5000);
	assert_memory_equal(s->text + 4995, "0999,", 6);
	str_clear(s);
	str_add_bytes(s, "a\0b", 3);
	str_add_char(s, 'c');
	assert_int_equal(s->len, 4);
	assert_memory_equal(s->text, "a\0bc", 5);
}

static void test_nearest(void **state)
{
	static const char *const words[] = { "organization", "act_as", "url", NULL };

	(void)state;
	assert_string_equal(str_nearest("organisation", words), "organization");
	assert_string_equal(str_nearest("actas", words), "act_as");
	assert_string_equal(str_nearest("uri", words), "url");
	assert_null(str_nearest("password", words));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_grows_and_keeps_nuls),
		TEST(test_nearest),
	};
	return test_main(tests);
}
