/* SPDX-License-Identifier: MIT */
#include "bridge/plan/licence.h"
#include "tests/unit/plan/sample.h"

#define DAY SAMPLE_DAY
#define NOW SAMPLE_NOW

static const char *code_at(TALLOC_CTX *ctx, int64_t seconds_left)
{
	struct licence l = { "northwind", NOW + seconds_left, NOW, 0 };
	struct finding found;

	return licence_finding(ctx, &l, &found) ? found.code : "";
}

static void test_each_stage_has_its_code(void **state)
{
	assert_string_equal(code_at(*state, 61 * DAY), "");
	assert_string_equal(code_at(*state, 60 * DAY + 1), "");
	assert_string_equal(code_at(*state, 60 * DAY), "licence-60");
	assert_string_equal(code_at(*state, 30 * DAY + 1), "licence-60");
	assert_string_equal(code_at(*state, 30 * DAY), "licence-30");
	assert_string_equal(code_at(*state, 7 * DAY + 1), "licence-30");
	assert_string_equal(code_at(*state, 7 * DAY), "licence-7");
	assert_string_equal(code_at(*state, 1), "licence-7");
	assert_string_equal(code_at(*state, 0), "licence-grace");
	assert_string_equal(code_at(*state, -LICENCE_GRACE + 1), "licence-grace");
	assert_string_equal(code_at(*state, -LICENCE_GRACE), "licence");
	assert_string_equal(code_at(*state, -NOW), "licence");
}

static void test_what_when_and_what_to_do(void **state)
{
	struct licence l = { "northwind", NOW + DAY, NOW, 0 };
	struct finding f;

	assert_true(licence_finding(*state, &l, &f));
	assert_string_equal(
		f.text,
		"the licence of \"northwind\" ends on 2025-11-26 09:00, in 1 day");
	assert_string_equal(f.hint,
			    "Ask the operator to renew it: dirbridge licence set. "
			    "Without it nothing is added after 30 days of grace.");
	l.end = NOW - 10 * DAY;
	assert_true(licence_finding(*state, &l, &f));
	assert_string_equal(f.text,
			    "the licence of \"northwind\" ended on 2025-11-15 09:00; its "
			    "grace ends on 2025-12-15 09:00, in 20 days");
	l.end = NOW - 40 * DAY;
	l.left_out = 3;
	assert_true(licence_finding(*state, &l, &f));
	assert_string_equal(f.text,
			    "the licence of \"northwind\" ended on 2025-10-16 09:00, its "
			    "grace on 2025-11-15 09:00: 3 additions are left out");
	l.end = 0;
	l.left_out = 1;
	assert_true(licence_finding(*state, &l, &f));
	assert_string_equal(f.text, "\"northwind\" has no Enterprise licence: 1 addition "
				    "is left out");
	assert_string_equal(f.hint, "Ask the operator for one: dirbridge licence set. "
				    "Removals go on.");
}

/* However many additions it concerns, one finding, and no refusal. */
static void test_one_finding_for_all_that_is_left_out(void **state)
{
	struct sample *s = sample_new(*state);
	struct principal sync = { .name = "sync" };
	uint32_t group = sample_group(s, OPERATORS);
	uint32_t owner = sample_account(s, "sync@northwind.example", "sync");

	sync.account = s->plan->persons[owner].account;
	view_add_owner_claim(s->view, sync.account, 1);
	sample_give(s, owner, OPERATORS, ROLE_OWNER);
	for (int i = 0; i < 50; i++)
		sample_op(
			s, OPERATION_INVITE, group,
			sample_person(s, mem_printf(s, "p%d@contoso.example", i), NULL));
	sample_op(s, OPERATION_INVITE, sample_new_group(s, "Nightshift"), owner);
	s->view->licensed = false;
	s->view->licence_end = NOW - 40 * DAY;
	plan_judge(s->plan, s->view, &sync);
	plan_seal(s->plan);
	assert_int_equal(s->plan->n_findings, 1);
	assert_string_equal(s->plan->findings[0].code, "licence");
	assert_int_equal(s->plan->by_verdict[VERDICT_REFUSE], 0);
	assert_int_equal(s->plan->unlicensed, 51);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_stage_has_its_code),
		TEST(test_what_when_and_what_to_do),
		TEST(test_one_finding_for_all_that_is_left_out),
	};

	return test_main(tests);
}
