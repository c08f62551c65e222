/* SPDX-License-Identifier: MIT */
#include "bridge/plan/plan.h"
#include "tests/test.h"

/* ---- source health ---- */

/* A plan that was read whole, with so many people and groups. */
static struct plan *read_plan(TALLOC_CTX *ctx, uint32_t people, uint32_t groups)
{
	struct plan *plan = plan_new(ctx);

	plan->source = "contoso";
	plan->pull.complete = true;
	plan->pull.people = people;
	plan->pull.groups = groups;
	plan->pull.read = people + groups;
	return plan;
}

static struct history usual(uint32_t people, uint32_t groups)
{
	struct history h = { .n = 1, .mirror = people + groups };

	h.people[0] = people;
	h.groups[0] = groups;
	return h;
}

/* One finding of this code, or healthy for NULL. */
static void assert_health(struct plan *plan, const struct history *h, const char *code)
{
	assert_int_equal(guard_health(plan, h), code == NULL);
	assert_int_equal(plan->n_findings, code != NULL);
	if (code != NULL)
		assert_string_equal(plan->findings[0].code, code);
}

static void test_the_first_run_has_no_past(void **state)
{
	struct history h = { .n = 0 };

	assert_health(read_plan(*state, 0, 0), &h, NULL);
	assert_health(read_plan(*state, 300, 20), &h, NULL);
}

static void test_incomplete_and_nothing_else_F14(void **state)
{
	struct plan *plan = read_plan(*state, 0, 0);
	struct history h = usual(100, 10);

	h.expect_low = 50;
	h.expect_high = 200;
	plan->pull.complete = false;
	plan->pull.why = "size limit exceeded (LDAP 4)";
	assert_health(plan, &h, "incomplete");
	assert_non_null(strstr(plan->findings[0].text, "size limit exceeded (LDAP 4)"));
}

static void test_unreadable_F01(void **state)
{
	struct history h = usual(100, 10);

	assert_health(read_plan(*state, 0, 0), &h, "unreadable");
}

static void test_empty_F02(void **state)
{
	struct plan *plan = read_plan(*state, 0, 10);
	struct history h = usual(100, 10);

	assert_health(plan, &h, "empty");
	assert_non_null(strstr(plan->findings[0].text, "read 100"));
}

/* Without any good run the mirror tells what there was. */
static void test_empty_where_only_the_mirror_is_known(void **state)
{
	struct history h = { .n = 0, .mirror = 7 };

	assert_health(read_plan(*state, 0, 3), &h, "empty");
}

static void test_empty_as_ever(void **state)
{
	struct history h = usual(0, 3);

	assert_health(read_plan(*state, 0, 3), &h, NULL);
}

static void test_shrunken_by_more_than_30_percent_T3(void **state)
{
	struct history h = usual(100, 10);

	assert_health(read_plan(*state, 70, 10), &h, NULL);
	assert_health(read_plan(*state, 69, 10), &h, "shrunken");
	assert_health(read_plan(*state, 100, 7), &h, NULL);
	assert_health(read_plan(*state, 100, 6), &h, "shrunken");
	assert_health(read_plan(*state, 1000, 100), &h, NULL);
}

static void test_shrunken_says_what_to_do(void **state)
{
	struct plan *plan = read_plan(*state, 69, 10);
	struct history h = usual(100, 10);

	assert_false(guard_health(plan, &h));
	assert_string_equal(plan->findings[0].text,
			    "people read: 69; the median of the last good runs is 100 "
			    "(31.0 % fewer, limit 30 %)");
	assert_non_null(strstr(plan->findings[0].hint,
			       "dirbridge expect contoso --people 69..69"));
}

static void test_people_and_groups_are_two_findings(void **state)
{
	struct plan *plan = read_plan(*state, 1, 1);
	struct history h = usual(100, 10);

	assert_false(guard_health(plan, &h));
	assert_int_equal(plan->n_findings, 2);
}

/* The last good runs, in any order: one odd run in five does not move the median. */
static void test_median_of_the_last_good_runs(void **state)
{
	static const struct {
		uint32_t people[5];
		size_t n;
		uint32_t median;
	} cases[] = {
		{ { 100 }, 1, 100 },
		{ { 100, 200 }, 2, 200 },
		{ { 300, 100, 200 }, 3, 200 },
		{ { 100, 100, 1, 100, 100 }, 5, 100 },
		{ { 1000, 98, 100, 101, 102 }, 5, 101 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct plan *plan = read_plan(*state, 1, 0);
		struct history h = { .n = cases[i].n };
		char *text = mem_printf(*state, "good runs is %u (", cases[i].median);

		memcpy(h.people, cases[i].people, sizeof h.people);
		assert_false(guard_health(plan, &h));
		assert_non_null(strstr(plan->findings[0].text, text));
	}
}

static void test_unexpected(void **state)
{
	struct history h = usual(100, 10);

	h.expect_low = 90;
	h.expect_high = 110;
	assert_health(read_plan(*state, 90, 10), &h, NULL);
	assert_health(read_plan(*state, 110, 10), &h, NULL);
	assert_health(read_plan(*state, 89, 10), &h, "unexpected");
	assert_health(read_plan(*state, 111, 10), &h, "unexpected");
	h.n = 0;
	assert_health(read_plan(*state, 89, 10), &h, "unexpected");
}

/* A person's word counts for what is inside it, and heals nothing that was not read. */
static void test_what_a_person_said(void **state)
{
	struct plan *plan = read_plan(*state, 45, 10);
	struct history h = usual(100, 10);

	h.expect_low = 90;
	h.expect_high = 110;
	h.said = (struct said){ true, 40, 50 };
	assert_health(read_plan(*state, 40, 10), &h, NULL);
	assert_health(read_plan(*state, 50, 10), &h, NULL);
	assert_false(guard_health(read_plan(*state, 39, 10), &h));
	assert_false(guard_health(read_plan(*state, 51, 10), &h));
	plan->pull.complete = false;
	plan->pull.why = "busy";
	assert_health(plan, &h, "incomplete");
	h.said.low = 0;
	assert_health(read_plan(*state, 0, 10), &h, NULL);
}

/* Said of the people it says nothing of the groups, and the other way round. */
static void test_what_a_person_said_of_the_groups(void **state)
{
	struct plan *plan = read_plan(*state, 45, 1);
	struct history h = usual(100, 10);

	h.said = (struct said){ true, 40, 50 };
	assert_health(plan, &h, "shrunken");
	assert_non_null(strstr(plan->findings[0].text, "groups read: 1"));
	assert_non_null(
		strstr(plan->findings[0].hint, "dirbridge expect contoso --groups 1..1"));
	h.said_groups = (struct said){ true, 1, 3 };
	assert_health(read_plan(*state, 45, 1), &h, NULL);
	assert_health(read_plan(*state, 45, 4), &h, "shrunken");
	h.said = (struct said){ false, 0, 0 };
	assert_health(read_plan(*state, 45, 1), &h, "shrunken");
	assert_health(read_plan(*state, 0, 1), &h, "empty");
}

/* ---- lookups: twice min(500, max(2, min(10 %, max(50, 2 %)))) ---- */

static void test_how_many_may_be_looked_up(void **state UNUSED)
{
	static const struct {
		size_t known, most;
	} cases[] = {
		{ 0, 4 },        { 1, 4 },          { 20, 4 },     { 29, 4 },
		{ 30, 6 },       { 100, 20 },       { 499, 98 },   { 500, 100 },
		{ 2500, 100 },   { 2550, 102 },     { 5000, 200 }, { 25000, 1000 },
		{ 25001, 1000 }, { 1000000, 1000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(guard_lookups(cases[i].known), cases[i].most);
}

/* ---- never to zero ---- */

enum { SOURCE = 7, OTHER = 8 };

struct group {
	struct view *view;
	struct change change; /* takes the first member */
	uint32_t roles[2];
};

/* A group with so many members, each given by the source. */
static struct group group_of(TALLOC_CTX *ctx, size_t members)
{
	static const char *const emails[] = { "bo@contoso.example",
					      "eve@contoso.example" };
	struct group g = { .view = view_new(ctx) };
	uint32_t root =
		view_add_organization(g.view, 1, VIEW_NONE, "northwind", "northwind");
	uint32_t group = view_add_group(g.view, 1, root, "Operators", "operators");

	for (size_t i = 0; i < members; i++) {
		uint32_t email = view_add_email(g.view, emails[i], emails[i]);
		uint32_t account =
			view_add_account(g.view, (int64_t)i + 1, email, "", false);

		g.roles[i] =
			view_give(g.view, group, ROLE_MEMBER, account, SOURCE, false);
	}
	g.change = (struct change){
		.kind = CHANGE_TAKE,
		.group = group,
		.role = ROLE_MEMBER,
		.account = 0,
		.giver = SOURCE,
	};
	return g;
}

static void test_one_of_two_may_go(void **state)
{
	struct group g = group_of(*state, 2);

	assert_false(guard_empties(g.view, &g.change));
}

static void test_the_last_of_two_is_held(void **state)
{
	struct group g = group_of(*state, 2);

	view_take(g.view, g.roles[1], SOURCE);
	assert_true(guard_empties(g.view, &g.change));
	g.change.kind = CHANGE_SUSPEND;
	assert_true(guard_empties(g.view, &g.change));
	g.change.kind = CHANGE_RESTORE;
	assert_false(guard_empties(g.view, &g.change));
}

static void test_the_only_one_for_long_may_go(void **state)
{
	struct group g = group_of(*state, 1);

	assert_false(guard_empties(g.view, &g.change));
	g.view->groups[g.change.group].recent = 2;
	assert_true(guard_empties(g.view, &g.change));
}

/* The group does not become empty while somebody else gives the role. */
static void test_who_has_the_role_from_others_may_be_left(void **state)
{
	struct group g = group_of(*state, 2);

	view_take(g.view, g.roles[1], SOURCE);
	view_give(g.view, g.change.group, ROLE_MEMBER, 0, OTHER, false);
	assert_false(guard_empties(g.view, &g.change));
	view_suspend(g.view, g.roles[0], OTHER, true);
	assert_true(guard_empties(g.view, &g.change));
}

static void test_a_suspended_role_is_none(void **state)
{
	struct group g = group_of(*state, 2);

	view_suspend(g.view, g.roles[0], SOURCE, true);
	assert_int_equal(g.view->groups[g.change.group].members, 1);
	assert_false(guard_empties(g.view, &g.change));
}

/* Who is shut out, or whose account is closed, counts for nobody. */
static void test_who_does_not_count_may_go(void **state)
{
	struct group g = group_of(*state, 2);

	g.view->groups[g.change.group].members = 1;
	g.view->accounts[0].blocked = true;
	assert_false(guard_empties(g.view, &g.change));
	g.view->accounts[0].blocked = false;
	assert_true(guard_empties(g.view, &g.change));
	g.view->accounts[0].active = false;
	assert_false(guard_empties(g.view, &g.change));
}

static void test_owners_are_no_members(void **state)
{
	struct group g = group_of(*state, 2);

	view_take(g.view, g.roles[1], SOURCE);
	view_give(g.view, g.change.group, ROLE_OWNER, 0, SOURCE, false);
	g.change.role = ROLE_OWNER;
	assert_false(guard_empties(g.view, &g.change));
}

static void test_nobody_has_the_role(void **state)
{
	struct group g = group_of(*state, 2);

	view_take(g.view, g.roles[0], SOURCE);
	assert_false(guard_empties(g.view, &g.change));
	g.change.account = VIEW_NONE;
	assert_false(guard_empties(g.view, &g.change));
}

/* ---- the parts of a source ---- */

static struct pull_base bases[] = { { "ou=a", 100 }, { "ou=b", 3 } };
static struct pull_directory parts[] = {
	{ .name = "", .complete = true, .bases = bases, .n_bases = 2 },
};

/* 100 people, 10 groups; so many entries of each base now, and 100 and 3 before. */
static struct plan *read_parts(TALLOC_CTX *ctx, uint32_t a, uint32_t b)
{
	struct plan *plan = read_plan(ctx, 100, 10);

	bases[0].entries = a;
	bases[1].entries = b;
	plan->pull.directories = parts;
	plan->pull.n_directories = 1;
	return plan;
}

static void test_a_base_is_judged_by_itself(void **state)
{
	struct part_history before[] = {
		{ .directory = "", .base = "ou=a", .entries = { 100 }, .n = 1 },
		{ .directory = "", .base = "ou=b", .entries = { 3 }, .n = 1 },
	};
	struct history h = usual(100, 10);

	h.parts = before;
	h.n_parts = 2;
	assert_health(read_parts(*state, 100, 3), &h, NULL);
	assert_health(read_parts(*state, 70, 3), &h, NULL);
	assert_health(read_parts(*state, 69, 3), &h, "base-shrunken");
	assert_health(read_parts(*state, 0, 3), &h, "base-empty");
	assert_health(read_parts(*state, 100, 1), &h, NULL);
	assert_health(read_parts(*state, 100, 0), &h, "base-empty");
	h.said = (struct said){ true, 0, 1000 };
	assert_health(read_parts(*state, 100, 0), &h, "base-empty");
	before[1].said = (struct said){ true, 0, 0 };
	assert_health(read_parts(*state, 100, 0), &h, NULL);
	before[1].said = (struct said){ true, 1, 2 };
	assert_health(read_parts(*state, 100, 0), &h, "base-empty");
}

static void test_a_base_that_is_new_has_no_past(void **state)
{
	struct part_history before[] = {
		{ .directory = "", .base = "ou=a", .entries = { 100 }, .n = 1 },
		{ .directory = "emea", .base = "ou=b", .entries = { 3 }, .n = 1 },
	};
	struct history h = usual(100, 10);

	h.parts = before;
	h.n_parts = 2;
	assert_health(read_parts(*state, 100, 0), &h, NULL);
}

/* The counts of people and groups say all that could be said of the only one. */
static void test_the_only_base_is_the_source(void **state)
{
	struct part_history before[] = {
		{ .directory = "", .base = "ou=a", .entries = { 1000 }, .n = 1 },
	};
	struct history h = usual(100, 10);
	struct plan *plan = read_parts(*state, 0, 0);

	h.parts = before;
	h.n_parts = 1;
	parts[0].n_bases = 1;
	assert_health(plan, &h, NULL);
	parts[0].n_bases = 2;
}

static void test_each_directory_that_is_not_whole_is_named(void **state)
{
	struct pull_directory two[] = {
		{ .name = "amer", .complete = true },
		{ .name = "emea", .why = "connection refused", .hint = "Look at it." },
		{ .name = "sola", .why = "busy" },
	};
	struct history h = usual(100, 10);
	struct plan *plan = read_plan(*state, 1, 0);

	plan->pull.complete = false;
	plan->pull.directories = two;
	plan->pull.n_directories = 3;
	assert_false(guard_health(plan, &h));
	assert_int_equal(plan->n_findings, 2);
	assert_string_equal(plan->findings[0].text,
			    "directory \"emea\" was not read whole: connection refused");
	assert_string_equal(plan->findings[0].hint,
			    "Look at it. Nothing is removed by difference until it is "
			    "whole.");
	assert_string_equal(plan->findings[1].text,
			    "directory \"sola\" was not read whole: busy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_base_is_judged_by_itself),
		TEST(test_a_base_that_is_new_has_no_past),
		TEST(test_the_only_base_is_the_source),
		TEST(test_each_directory_that_is_not_whole_is_named),
		TEST(test_the_first_run_has_no_past),
		TEST(test_incomplete_and_nothing_else_F14),
		TEST(test_unreadable_F01),
		TEST(test_empty_F02),
		TEST(test_empty_where_only_the_mirror_is_known),
		TEST(test_empty_as_ever),
		TEST(test_shrunken_by_more_than_30_percent_T3),
		TEST(test_shrunken_says_what_to_do),
		TEST(test_people_and_groups_are_two_findings),
		TEST(test_median_of_the_last_good_runs),
		TEST(test_unexpected),
		TEST(test_what_a_person_said),
		TEST(test_what_a_person_said_of_the_groups),
		TEST(test_how_many_may_be_looked_up),
		TEST(test_one_of_two_may_go),
		TEST(test_the_last_of_two_is_held),
		TEST(test_the_only_one_for_long_may_go),
		TEST(test_who_has_the_role_from_others_may_be_left),
		TEST(test_a_suspended_role_is_none),
		TEST(test_who_does_not_count_may_go),
		TEST(test_owners_are_no_members),
		TEST(test_nobody_has_the_role),
	};

	return test_main(tests);
}
