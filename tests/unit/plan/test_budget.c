/* SPDX-License-Identifier: MIT */
/* The limits themselves; what is held by them is in the golden cases. */
#include "bridge/plan/budget.h"
#include "tests/test.h"

static void expect_limit(enum budget_layer layer, uint32_t of, uint32_t limit)
{
	const struct budget_limit none = { 0 };

	assert_int_equal(budget_limit_of(layer, of, &none, 1000), limit);
}

static void test_defaults(void **state)
{
	static const struct {
		uint32_t of, people;
	} sizes[] = {
		{ 0, 2 },      { 3, 2 },       { 20, 2 },
		{ 30, 3 },     { 500, 50 },    { 2500, 50 },
		{ 5000, 100 }, { 25000, 500 }, { 1000000, 500 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		expect_limit(BUDGET_PEOPLE, sizes[i].of, sizes[i].people);
		expect_limit(BUDGET_DISABLED, sizes[i].of, 2 * sizes[i].people);
	}
	expect_limit(BUDGET_GROUPS, 40, 5);
	expect_limit(BUDGET_GROUPS, 1000, 50);
	expect_limit(BUDGET_GROUP, 9, UINT32_MAX);
	expect_limit(BUDGET_GROUP, 10, 2);
	expect_limit(BUDGET_GROUP, 4000, 100);
	expect_limit(BUDGET_GRANTS, 199, 1000);
	expect_limit(BUDGET_GRANTS, 200, 20);
	expect_limit(BUDGET_GRANTS, 1000000, 1000);
	expect_limit(BUDGET_OWNERS, 50, 1);
	expect_limit(BUDGET_INVITATIONS, 0, UINT32_MAX);
	expect_limit(BUDGET_INVITATIONS, 4000, 1000);
}

static void test_what_is_configured(void **state)
{
	const struct budget_limit count = { .count = 7 }, percent = { .percent = 50 },
				  both = { .count = 7, .percent = 50 },
				  over = { .count = 7, .until = 1000 };

	(void)state;
	assert_int_equal(budget_limit_of(BUDGET_PEOPLE, 100, &count, 1000), 7);
	assert_int_equal(budget_limit_of(BUDGET_PEOPLE, 100, &percent, 1000), 50);
	assert_int_equal(budget_limit_of(BUDGET_PEOPLE, 100, &both, 1000), 7);
	assert_int_equal(budget_limit_of(BUDGET_PEOPLE, 10, &both, 1000), 5);
	assert_int_equal(budget_limit_of(BUDGET_PEOPLE, 100, &over, 999), 7);
	assert_int_equal(budget_limit_of(BUDGET_PEOPLE, 100, &over, 1000), 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_what_is_configured),
	};

	return test_main(tests);
}
