/* SPDX-License-Identifier: MIT */
#include "bridge/run/schedule.h"
#include "tests/test.h"

enum { EVERY = 900 };

static const int64_t begin = INT64_C(1795510800);
static const struct schedule often = { .source = "contoso", .every = EVERY };

static struct schedule_state after(enum outcome outcome, unsigned failures, int64_t ended)
{
	return (struct schedule_state){ .began = ended - 5,
					.ended = ended,
					.outcome = outcome,
					.failures = failures };
}

static void test_never_run_is_due(void **state)
{
	const struct schedule_state never = { 0 };

	(void)state;
	assert_true(schedule_next(&often, &never, begin, NULL) <= begin);
}

static void test_slots(void **state)
{
	int64_t last = begin, least = INT64_MAX, most = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct schedule_state s = after(OUTCOME_DONE, 0, last);
		int64_t next = schedule_next(&often, &s, last, NULL);

		if (i > 1 && next - last < least)
			least = next - last;
		if (i > 1 && next - last > most)
			most = next - last;
		assert_int_equal(next, schedule_next(&often, &s, last + 60, NULL));
		last = next;
	}
	assert_in_range(last - begin, 999 * EVERY - EVERY / 10, 1001 * EVERY);
	assert_in_range(least, EVERY * 8 / 10, EVERY * 9 / 10);
	assert_in_range(most, EVERY * 11 / 10, EVERY * 12 / 10);
}

static void test_sources_differ(void **state)
{
	const struct schedule other = { .source = "fabrikam", .every = EVERY };
	struct schedule_state s = after(OUTCOME_DONE, 0, begin);
	int same = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		s.ended = begin + (int64_t)i * EVERY + EVERY / 2;
		same += schedule_next(&often, &s, s.ended, NULL) ==
			schedule_next(&other, &s, s.ended, NULL);
	}
	assert_in_range(same, 0, 9);
}

static void test_longer_than_interval_skips_and_counts_F84(void **state)
{
	struct schedule_state s = { .began = begin, .ended = begin + 10 * EVERY };
	unsigned skipped;
	int64_t next = schedule_next(&often, &s, s.ended, &skipped);

	(void)state;
	assert_in_range(skipped, 9, 11);
	assert_in_range(next - s.ended, 1, EVERY * 12 / 10);
	s = after(OUTCOME_DONE, 0, next);
	schedule_next(&often, &s, next, &skipped);
	assert_in_range(skipped, 0, 1);
}

static void test_due_work(void **state)
{
	struct schedule_state s = after(OUTCOME_DONE, 0, begin);
	int64_t slot = schedule_next(&often, &s, begin, NULL);

	(void)state;
	s.due_at = begin + 200;
	assert_int_equal(schedule_next(&often, &s, begin, NULL),
			 slot < s.due_at ? slot : s.due_at);
	s.due_at = begin + 1;
	assert_int_equal(schedule_next(&often, &s, begin, NULL), begin + SCHEDULE_FLOOR);
	s.due_at = begin + CLOCK_DAY;
	assert_int_equal(schedule_next(&often, &s, begin, NULL),
			 slot > begin + SCHEDULE_FLOOR ? slot : begin + SCHEDULE_FLOOR);
}

static void expect_wait(enum outcome outcome, unsigned failures, int64_t wait)
{
	struct schedule_state s = after(outcome, failures, begin);
	int64_t slot = schedule_next(
		&often, &(struct schedule_state){ .began = begin, .ended = begin }, begin,
		NULL);
	int64_t next = schedule_next(&often, &s, begin, NULL);

	assert_true(next >= begin + wait);
	assert_true(next == begin + wait || next <= slot);
}

static void test_back_off(void **state)
{
	(void)state;
	expect_wait(OUTCOME_FAILED, 1, 15 * CLOCK_MINUTE);
	expect_wait(OUTCOME_FAILED, 2, CLOCK_HOUR);
	expect_wait(OUTCOME_FAILED, 3, 6 * CLOCK_HOUR);
	expect_wait(OUTCOME_FAILED, 4, CLOCK_DAY);
	expect_wait(OUTCOME_FAILED, 400, CLOCK_DAY);
	expect_wait(OUTCOME_UNREACHABLE, 1, 15 * CLOCK_MINUTE);
	expect_wait(OUTCOME_UNREACHABLE, 2, CLOCK_HOUR);
	expect_wait(OUTCOME_UNREACHABLE, 400, CLOCK_HOUR);
}

static void test_not_before_a_person_has_acted(void **state)
{
	struct schedule_state s = after(OUTCOME_CONFIG, 1, begin);

	(void)state;
	assert_int_equal(schedule_next(&often, &s, begin + 30 * CLOCK_DAY, NULL),
			 INT64_MAX);
	s.changed = true;
	assert_true(schedule_next(&often, &s, begin, NULL) <= begin);
}

static void test_clock_is_put_back(void **state)
{
	struct schedule_state s = after(OUTCOME_DONE, 0, begin);
	int64_t now = begin - 30 * CLOCK_DAY;

	(void)state;
	assert_in_range(schedule_next(&often, &s, now, NULL) - now, 1, EVERY * 12 / 10);
}

static void test_clock_is_put_forward(void **state)
{
	struct schedule_state s = after(OUTCOME_DONE, 0, begin);
	int64_t now = begin + 30 * CLOCK_DAY;
	unsigned skipped;

	(void)state;
	assert_true(schedule_next(&often, &s, now, &skipped) <= now);
	assert_in_range(skipped, 0, 1);
	schedule_ran(&s, now, now + 5, OUTCOME_DONE, 10, 0);
	assert_true(schedule_next(&often, &s, now + 5, NULL) > now + 5);
}

static void test_cron_and_its_jitter(void **state)
{
	struct cron cron;
	struct schedule nightly = { .source = "contoso", .cron = &cron, .jitter = 600 };
	struct schedule_state s = after(OUTCOME_DONE, 0, begin);
	int64_t last = begin;

	(void)state;
	assert_ok(cron_parse("0 2 * * *", "Europe/Berlin", &cron));
	for (int i = 0; i < 400; i++) {
		int64_t slot = cron_next(&cron, last), next;

		s.ended = last;
		next = schedule_next(&nightly, &s, last, NULL);
		assert_in_range(next - slot, 0, 600);
		last = next;
	}
}

static void test_failing(void **state)
{
	struct schedule_state s = { 0 };

	(void)state;
	for (int i = 1; i < SCHEDULE_FAILING; i++)
		schedule_ran(&s, begin, begin + i, OUTCOME_UNREACHABLE, 0, 0);
	assert_int_equal(s.failing_since, 0);
	assert_int_equal(schedule_alert(&s, 0, begin + 10), -1);
	schedule_ran(&s, begin, begin + 9, OUTCOME_UNREACHABLE, 0, 0);
	assert_int_equal(s.failing_since, begin + 9);
	schedule_ran(&s, begin, begin + 99, OUTCOME_UNREACHABLE, 0, 0);
	assert_int_equal(s.failing_since, begin + 9);
	schedule_ran(&s, begin, begin + 999, OUTCOME_DONE, 100, 0);
	assert_int_equal(s.failing_since, 0);
	assert_int_equal(s.failures, 0);
}

static void test_many_entries_fail(void **state)
{
	struct schedule_state s = { 0 };

	(void)state;
	schedule_ran(&s, begin, begin + 1, OUTCOME_DONE, 19, 19);
	assert_int_equal(s.failing_since, 0);
	schedule_ran(&s, begin, begin + 2, OUTCOME_DONE, 20, 8);
	assert_int_equal(s.failing_since, 0);
	schedule_ran(&s, begin, begin + 3, OUTCOME_DONE, 20, 9);
	assert_int_equal(s.failing_since, begin + 3);
}

static void test_alerts(void **state)
{
	struct schedule_state s = { .failing_since = begin };
	static const int expected[] = { 0, 7, 21, 28 };
	int64_t last = 0;
	size_t n = 0;

	(void)state;
	for (int64_t now = begin; now < begin + 60 * CLOCK_DAY; now += CLOCK_HOUR) {
		int days = schedule_alert(&s, last, now);

		if (days < 0)
			continue;
		assert_int_equal(days, expected[n++]);
		assert_int_equal(now, begin + days * CLOCK_DAY);
		last = now;
	}
	assert_int_equal(n, ARRAY_LEN(expected));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_never_run_is_due),
		TEST(test_slots),
		TEST(test_sources_differ),
		TEST(test_longer_than_interval_skips_and_counts_F84),
		TEST(test_due_work),
		TEST(test_back_off),
		TEST(test_not_before_a_person_has_acted),
		TEST(test_clock_is_put_back),
		TEST(test_clock_is_put_forward),
		TEST(test_cron_and_its_jitter),
		TEST(test_failing),
		TEST(test_many_entries_fail),
		TEST(test_alerts),
	};
	return test_main(tests);
}
