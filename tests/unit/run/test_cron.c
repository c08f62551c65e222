/* SPDX-License-Identifier: MIT */
#include "bridge/run/cron.h"
#include "tests/test.h"

static int64_t at(const char *text)
{
	int64_t time;

	assert_true(clock_parse(text, strlen(text), &time));
	return time;
}

/* The times that follow, one after the other; all UTC. */
static void follows(const char *cron, const char *zone, const char *from,
		    const char *const *times)
{
	struct cron c;
	int64_t now = at(from);

	assert_ok(cron_parse(cron, zone, &c));
	for (; *times != NULL; times++) {
		AUTO_MEM char *text = NULL;

		now = cron_next(&c, now);
		text = clock_format_short(NULL, now);
		assert_string_equal(text, *times);
	}
}

static void test_fields(void **state)
{
	(void)state;
	follows("*/20 * * * *", NULL, "2026-11-24 09:00",
		(const char *[]){ "2026-11-24 09:20", "2026-11-24 09:40",
				  "2026-11-24 10:00", NULL });
	follows("5-10/5,50 8,20 * * *", NULL, "2026-11-24 09:00",
		(const char *[]){ "2026-11-24 20:05", "2026-11-24 20:10",
				  "2026-11-24 20:50", "2026-11-25 08:05", NULL });
	follows("30 2 * * mon-fri", NULL, "2026-11-27 03:00",
		(const char *[]){ "2026-11-30 02:30", "2026-12-01 02:30", NULL });
	follows("0 0 29 feb *", NULL, "2026-11-24 09:00",
		(const char *[]){ "2028-02-29 00:00", "2032-02-29 00:00", NULL });
	follows("0 0 * * 7", NULL, "2026-11-24 09:00",
		(const char *[]){ "2026-11-29 00:00", "2026-12-06 00:00", NULL });
}

/* crontab(5): when both days are restricted, one of them is enough. */
static void test_either_day(void **state)
{
	(void)state;
	follows("0 6 1 * mon", NULL, "2026-11-24 09:00",
		(const char *[]){ "2026-11-30 06:00", "2026-12-01 06:00",
				  "2026-12-07 06:00", NULL });
	follows("0 6 1 * *", NULL, "2026-11-24 09:00",
		(const char *[]){ "2026-12-01 06:00", "2027-01-01 06:00", NULL });
}

static void test_clocks_go_forward(void **state)
{
	(void)state;
	follows("30 2 * * *", "Europe/Berlin", "2026-03-28 00:00",
		(const char *[]){ "2026-03-28 01:30", "2026-03-29 01:00",
				  "2026-03-30 00:30", NULL });
	follows("*/30 * * * *", "Europe/Berlin", "2026-03-29 00:20",
		(const char *[]){ "2026-03-29 00:30", "2026-03-29 01:00",
				  "2026-03-29 01:30", NULL });
}

static void test_clocks_go_back(void **state)
{
	(void)state;
	follows("30 2 * * *", "Europe/Berlin", "2026-10-24 00:00",
		(const char *[]){ "2026-10-24 00:30", "2026-10-25 00:30",
				  "2026-10-26 01:30", NULL });
	follows("0 12 * * *", "America/New_York", "2026-10-31 20:00",
		(const char *[]){ "2026-11-01 17:00", "2026-11-02 17:00", NULL });
	follows("0 6 * * *", "Australia/Lord_Howe", "2026-04-04 00:00",
		(const char *[]){ "2026-04-04 19:30", "2026-04-05 19:30", NULL });
}

/* Samoa had no 30 December 2011. */
static void test_a_day_that_was_not(void **state)
{
	(void)state;
	follows("0 9 * * *", "Pacific/Apia", "2011-12-29 10:00",
		(const char *[]){ "2011-12-29 19:00", "2011-12-30 10:00",
				  "2011-12-30 19:00", NULL });
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *zone, *why;
	} bad[] = {
		{ "60 * * * *", NULL, "\"60\" is no minute" },
		{ "* 24 * * *", NULL, "\"24\" is no hour" },
		{ "* * 0 * *", NULL, "\"0\" is no day of month" },
		{ "* * * foo *", NULL, "\"foo\" is no month" },
		{ "* * * * 8", NULL, "\"8\" is no day of week" },
		{ "5-1 * * * *", NULL, "\"5-1\" is no minute" },
		{ "*/0 * * * *", NULL, "\"*/0\" is no minute" },
		{ "1, * * * *", NULL, "\"1,\" is no minute" },
		{ "* * * *", NULL, "is no day of week" },
		{ "* * * * * *", NULL, "more than the five fields" },
		{ "99999999999999999999 * * * *", NULL, "is no minute" },
		{ "0 0 31 feb *", NULL, "never comes" },
		{ "0 0 * * *", "Europe/Atlantis", "time zone \"Europe/Atlantis\"" },
		{ "0 0 * * *", "../../../etc/passwd", "is not known" },
	};
	struct cron c;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_err(cron_parse(bad[i].text, bad[i].zone, &c), ERR_CONFIG,
			   bad[i].why);
}

static void test_zone_is_given_back(void **state)
{
	struct cron c;

	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	assert_ok(cron_parse("0 0 * * *", "Europe/Berlin", &c));
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	unsetenv("TZ");
	cron_next(&c, at("2026-11-24"));
	assert_null(getenv("TZ"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fields),
		TEST(test_either_day),
		TEST(test_clocks_go_forward),
		TEST(test_clocks_go_back),
		TEST(test_a_day_that_was_not),
		TEST(test_refused),
		TEST(test_zone_is_given_back),
	};
	return test_main(tests);
}
