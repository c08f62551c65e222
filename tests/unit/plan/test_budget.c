/* SPDX-License-Identifier: MIT */
/* The limits themselves; what is held by them is in the golden cases. */
#include "bridge/plan/plan.h"
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

/* Six of a group's twenty who have nothing of the source lose what a person gave. */
static struct plan *plan_by_hand(TALLOC_CTX *ctx)
{
	struct plan *plan = plan_new(ctx);

	plan->source = "contoso";
	plan->n_groups = 1;
	plan->groups = mem_array(plan, struct plan_group, 1);
	plan->groups[0].had = 20;
	plan->n_persons = 6;
	plan->persons = mem_array(plan, struct plan_person, 6);
	for (uint32_t i = 0; i < 6; i++) {
		struct operation *op = plan_add(plan);

		op->kind = OPERATION_REVOKE;
		op->reason = REASON_TOMBSTONE;
		op->hand = true;
		op->group = 0;
		op->person = i;
	}
	return plan;
}

static void test_what_hand_gave_counts(void **state)
{
	const struct budget_limit limits[BUDGETS] = { 0 };
	struct plan *plan = plan_by_hand(*state);
	uint32_t counts[BUDGETS];

	budget_count(plan, counts);
	assert_int_equal(counts[BUDGET_PEOPLE], 6);
	assert_int_equal(counts[BUDGET_GRANTS], 6);
	budget_guard(plan, limits);
	assert_int_equal(plan->budgets[BUDGET_PEOPLE].of, 6);
	assert_true(plan->budgets[BUDGET_PEOPLE].tripped);
	assert_int_equal(plan->budgets[BUDGET_GROUP].limit, 5);
	assert_true(plan->budgets[BUDGET_GROUP].tripped);
	for (size_t i = 0; i < plan->n_operations; i++)
		assert_int_equal(plan->operations[i].verdict, VERDICT_HOLD);
}

/* What hand gives beside a source's own is one person, counted once. */
static void test_hand_beside_the_source_counts_once(void **state)
{
	struct plan *plan = plan_by_hand(*state);
	uint32_t counts[BUDGETS];
	struct operation *op = plan_add(plan);

	plan->persons[0].had = 1;
	op->kind = OPERATION_LEAVE;
	op->reason = REASON_TOMBSTONE;
	op->group = 0;
	op->person = 0;
	budget_count(plan, counts);
	assert_int_equal(counts[BUDGET_PEOPLE], 6);
	assert_int_equal(counts[BUDGET_GRANTS], 6);
	plan_seal(plan);
	assert_int_equal(plan->people_before, 6);
	assert_int_equal(plan->people_removed, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_defaults),
		TEST(test_what_is_configured),
		TEST(test_what_hand_gave_counts),
		TEST(test_hand_beside_the_source_counts_once),
	};

	return test_main(tests);
}
