/* SPDX-License-Identifier: MIT */
#include "tests/test.h"

static const struct {
	const char *text;
	int64_t time;
} good[] = {
	{ "1970-01-01", 0 },
	{ "2026-11-24T09:00:00Z", 1795510800 },
	{ "2026-11-24 09:00", 1795510800 },
	{ "20060711011740Z", 1152580660 },
	{ "20060711011740.0Z", 1152580660 },
	{ "20060711011740,123Z", 1152580660 },
	{ "20060711031740+0200", 1152580660 },
	{ "200607110117Z", 1152580620 },
	{ "2006071101Z", 1152579600 },
};

static void test_reads_every_form(void **state)
{
	int64_t time;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(clock_parse(good[i].text, strlen(good[i].text), &time));
		assert_int_equal(time, good[i].time);
	}
}

static void test_refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = { "",
					   "tomorrow",
					   "2026-13-01",
					   "20261124090",
					   "2026-11-24T09:00:00X",
					   "20060711011740+99" };
	int64_t time;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(clock_parse(bad[i], strlen(bad[i]), &time));
}

static void test_formats_and_stands_still(void **state)
{
	int64_t seconds;

	clock_set(1795510800);
	assert_string_equal(clock_format(*state, clock_now()), "2026-11-24T09:00:00Z");
	assert_string_equal(clock_format_short(*state, clock_now()), "2026-11-24 09:00");
	assert_true(clock_parse_duration("15m", &seconds));
	assert_int_equal(seconds, 900);
	assert_true(clock_parse_duration("7d", &seconds));
	assert_int_equal(seconds, 604800);
	assert_false(clock_parse_duration("7", &seconds));
	assert_false(clock_parse_duration("7w", &seconds));
	assert_false(clock_parse_duration("99999999999d", &seconds));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reads_every_form),
		TEST(test_refuses_what_is_no_time),
		TEST(test_formats_and_stands_still),
	};
	return test_main(tests);
}
