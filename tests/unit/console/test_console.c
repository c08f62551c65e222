/* SPDX-License-Identifier: MIT */
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define GIL  "gil@globex.example"
#define BO   "bo@contoso.example"
#define KIM  "kim@contoso.example"
#define HOME "northwind/contoso"

static struct err *make_organization(struct world *w, uint32_t parent, const char *name)
{
	struct change change = {
		.kind = CHANGE_ORGANIZATION,
		.organization = parent,
		.account = w->c->principal.account,
		.name = name,
		.name_key = name,
	};
	return console_change(w->c, &change, NULL, NULL);
}

static struct err *set_licence(struct world *w, int64_t until)
{
	struct change change = { .kind = CHANGE_LICENCE, .until = until };

	return console_change(w->c, &change, NULL, NULL);
}

static struct err *block(struct world *w, enum change_kind kind, const char *who)
{
	struct change change = { .kind = kind, .account = account(w, who) };

	return console_change(w->c, &change, NULL, "left in anger");
}

/* ---- organizations --------------------------------------------------------------------
 */

static void test_a_new_organization_has_owners(void **state)
{
	struct world *w = world_new(*state);
	uint32_t contoso;

	enter(w, "northwind", "ada");
	contoso = organization(w, HOME);
	assert_true(view_owns_organization(w->c->view, account(w, ADA), contoso));
	assert_true(
		view_owns_group(w->c->view, account(w, ADA), group(w, HOME, "Owners")));
	assert_int_equal(w->c->view->organizations[contoso].level, 2);
	assert_int_equal(w->c->view->organizations[contoso].person_owners, 1);
	give_up(w);
}

static void test_org_isolated(void **state)
{
	struct world *w = world_new(*state);
	uint32_t o;
	struct err *there, *nowhere;

	enter(w, "northwind", "gil");
	there = console_organization(w->c, HOME, &o);
	nowhere = console_organization(w->c, "northwind/CONTOSO", &o);
	assert_string_equal(err_code(there), "org-isolated");
	assert_string_equal(err_code(nowhere), "org-isolated");
	assert_string_equal(err_hint_text(there), err_hint_text(nowhere));
	err_free(there);
	err_free(nowhere);
	assert_refused(make_group(w, HOME, "Mine"), "org-isolated");
	assert_refused(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, ADA,
				   GIVER_HAND),
		       "org-isolated");
	assert_refused(change_invitation(w, CHANGE_INVITE, HOME, "Operators", ROLE_MEMBER,
					 BO, GIVER_HAND),
		       "org-isolated");
	assert_refused(block(w, CHANGE_BLOCK, ADA), "org-isolated");
	give_up(w);
	assert_int_equal(number(w, "SELECT count(*) FROM invitation"), 0);
}

static void test_roots_share_nothing(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "globex", "gil");
	assert_int_equal(view_organization(w->c->view, "northwind"), VIEW_NONE);
	assert_int_equal(view_email(w->c->view, ADA), VIEW_NONE);
	assert_int_equal(w->c->view->n_organizations, 1);
	give_up(w);
}

static void test_org_depth(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_ok(make_organization(w, organization(w, HOME), "lab"));
	assert_refused(make_organization(w, organization(w, HOME "/lab"), "cell"),
		       "org-depth");
	give_up(w);
}

static void test_name_taken(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_refused(make_organization(w, organization(w, "northwind"), "contoso"),
		       "name-taken");
	assert_refused(make_group(w, HOME, "OPERATORS"), "name-taken");
	assert_ok(make_group(w, "northwind/fabrikam", "Operators"));
	give_up(w);
	enter(w, "NorthWind", "root");
	assert_refused(make_organization(w, VIEW_NONE, "NorthWind"), "name-taken");
	give_up(w);
}

static void test_not_operator(void **state)
{
	struct world *w = world_new(*state);
	struct change claim = { .kind = CHANGE_CLAIM };
	uint32_t service;

	enter(w, "northwind", "ada");
	claim.account = account(w, ADA);
	claim.organization = organization(w, "northwind/fabrikam");
	assert_refused(set_licence(w, w->now + 365 * DAY), "not-operator");
	assert_refused(console_change(w->c, &claim, NULL, NULL), "not-operator");
	assert_refused(console_service(w->c, "mine", &service), "not-operator");
	assert_refused(console_allow(w->c, "sync", "ada", true), "not-operator");
	give_up(w);
	enter(w, "initech", "ada");
	assert_refused(make_organization(w, VIEW_NONE, "initech"), "not-operator");
	give_up(w);
}

static void test_not_org_owner(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	assert_refused(make_group(w, HOME, "Mine"), "not-org-owner");
	commit(w);
	enter(w, "northwind", "bo");
	assert_refused(make_group(w, HOME, "Mine"), "not-org-owner");
	assert_refused(make_group(w, "northwind/fabrikam", "Mine"), "org-isolated");
	give_up(w);
}

static void test_not_group_owner(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	commit(w);
	enter(w, "northwind", "bo");
	assert_refused(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO,
				   GIVER_HAND),
		       "not-group-owner");
	give_up(w);
	enter(w, "northwind", "sync");
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO, SOURCE),
		"not-group-owner");
	give_up(w);
}

static void test_a_group_owner_needs_no_owner_claim(void **state)
{
	struct world *w = world_new(*state);
	uint32_t found;

	join(w, HOME, "Operators", ROLE_OWNER, BO);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	commit(w);
	enter(w, "northwind", "bo");
	assert_refused(console_organization(w->c, HOME, &found), "org-isolated");
	assert_refused(console_own_group(w->c, HOME, "Owners", &found), "org-isolated");
	assert_ok(console_own_group(w->c, HOME, "operators", &found));
	assert_int_equal(found, group(w, HOME, "Operators"));
	assert_ok(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	commit(w);
}

/* ---- licence --------------------------------------------------------------------------
 */

static void test_licence(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += (365 + 30) * DAY - 1;
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	w->now += 1;
	enter(w, "northwind", "ada");
	assert_refused(make_group(w, HOME, "Late"), "licence");
	assert_refused(make_organization(w, organization(w, "northwind"), "late"),
		       "licence");
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Owners", ROLE_MEMBER, BO, GIVER_HAND),
		"licence");
	assert_refused(change_invitation(w, CHANGE_INVITE, HOME, "Operators", ROLE_MEMBER,
					 KIM, GIVER_HAND),
		       "licence");
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	commit(w);
	enter(w, "northwind", "root");
	assert_ok(set_licence(w, w->now + DAY));
	commit(w);
	enter(w, "northwind", "ada");
	assert_ok(make_group(w, HOME, "Late"));
	give_up(w);
}

static void test_a_licence_flows_down_from_its_root_only(void **state)
{
	struct world *w = world_new(*state);

	run(w, "UPDATE licence SET valid_to = valid_from WHERE root_id ="
	       " (SELECT id FROM organization WHERE name = 'globex')");
	w->now += 31 * DAY;
	enter(w, "globex", "gil");
	assert_refused(make_group(w, "globex", "Any"), "licence");
	give_up(w);
	enter(w, "northwind", "ada");
	assert_ok(make_group(w, HOME, "Any"));
	give_up(w);
}

/* ---- last owner -----------------------------------------------------------------------
 */

static void test_last_owner(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_refused(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, ADA,
				   GIVER_HAND),
		       "last-owner");
	assert_refused(
		change_role(w, CHANGE_TAKE, HOME, "Owners", ROLE_MEMBER, ADA, GIVER_HAND),
		"last-owner");
	give_up(w);
	join(w, HOME, "Operators", ROLE_OWNER, BO);
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, ADA,
			      GIVER_HAND));
	commit(w);
	enter(w, "northwind", "ada");
	assert_refused(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, BO,
				   GIVER_HAND),
		       "not-group-owner");
	give_up(w);
}

static void test_last_owner_does_not_count_service_principals(void **state)
{
	struct world *w = world_new(*state);
	struct change change = { .kind = CHANGE_GIVE, .role = ROLE_OWNER };

	enter(w, "northwind", "ada");
	assert_ok(console_known(w->c, "sync", &change.account));
	change.group = group(w, HOME, "Operators");
	assert_ok(console_change(w->c, &change, NULL, NULL));
	assert_refused(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, ADA,
				   GIVER_HAND),
		       "last-owner");
	give_up(w);
}

static void test_last_owner_does_not_count_suspended_or_blocked_people(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_OWNER, BO);
	enter(w, "northwind", "ada");
	assert_ok(block(w, CHANGE_BLOCK, BO));
	commit(w);
	enter(w, "northwind", "ada");
	assert_refused(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, ADA,
				   GIVER_HAND),
		       "last-owner");
	assert_ok(block(w, CHANGE_UNBLOCK, BO));
	assert_ok(change_role(w, CHANGE_SUSPEND, HOME, "Operators", ROLE_OWNER, BO,
			      GIVER_HAND));
	commit(w);
	enter(w, "northwind", "ada");
	assert_refused(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, ADA,
				   GIVER_HAND),
		       "last-owner");
	assert_ok(change_role(w, CHANGE_RESTORE, HOME, "Operators", ROLE_OWNER, BO,
			      GIVER_HAND));
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, ADA,
			      GIVER_HAND));
	commit(w);
}

static void test_last_owner_looks_at_what_a_link_carries(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_ok(make_group(w, "northwind", "Auditors"));
	commit(w);
	join(w, "northwind", "Auditors", ROLE_MEMBER, BO);
	run(w, "INSERT INTO group_link (group_id, organization_id, valid_from)"
	       " SELECT g.id, o.id, 1 FROM security_group g, organization o"
	       " WHERE g.name = 'Auditors' AND o.name = 'fabrikam'");
	run(w, "INSERT INTO group_claim (group_id, organization_id, claim, valid_from)"
	       " SELECT g.id, o.id, 'Owner', 1 FROM security_group g, organization o"
	       " WHERE g.name = 'Auditors' AND o.name = 'fabrikam'");
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_TAKE, "northwind/fabrikam", "Owners", ROLE_MEMBER,
			      ADA, GIVER_HAND));
	assert_refused(change_role(w, CHANGE_TAKE, "northwind", "Auditors", ROLE_MEMBER,
				   BO, GIVER_HAND),
		       "last-owner");
	give_up(w);
}

static void test_what_a_block_left_without_an_owner_gets_its_next(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	join(w, "northwind", "Owners", ROLE_MEMBER, KIM);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, KIM, "kim", true));
	assert_refused(change_role(w, CHANGE_GIVE, "northwind", "Owners", ROLE_MEMBER, BO,
				   GIVER_HAND),
		       "not-group-owner");
	assert_ok(block(w, CHANGE_BLOCK, ADA));
	assert_refused(change_role(w, CHANGE_GIVE, "northwind", "Owners", ROLE_MEMBER, BO,
				   GIVER_HAND),
		       "not-group-owner");
	commit(w);
	enter(w, "northwind", "kim");
	assert_refused(change_role(w, CHANGE_GIVE, "northwind", "Owners", ROLE_MEMBER, BO,
				   GIVER_HAND),
		       "not-group-owner");
	assert_ok(change_role(w, CHANGE_GIVE, "northwind", "Owners", ROLE_OWNER, KIM,
			      GIVER_HAND));
	commit(w);
	enter(w, "northwind", "root");
	assert_ok(block(w, CHANGE_BLOCK, KIM));
	assert_ok(change_role(w, CHANGE_GIVE, "northwind", "Owners", ROLE_MEMBER, BO,
			      GIVER_HAND));
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Owners", ROLE_MEMBER, BO, GIVER_HAND),
		"not-group-owner");
	commit(w);
}

/* ---- sources --------------------------------------------------------------------------
 */

/* The service principal owns Operators, Auditors (northwind) and contoso's Owners. */
static struct world *world_of_a_source(TALLOC_CTX *ctx)
{
	static const char *const groups[][2] = { { HOME, "Operators" },
						 { HOME, "Owners" },
						 { "northwind", "Auditors" } };
	struct world *w = world_new(ctx);
	struct change change = { .kind = CHANGE_GIVE, .role = ROLE_OWNER };

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "ada");
	assert_ok(make_group(w, "northwind", "Auditors"));
	assert_ok(console_known(w->c, "sync", &change.account));
	for (size_t i = 0; i < ARRAY_LEN(groups); i++) {
		change.group = group(w, groups[i][0], groups[i][1]);
		assert_ok(console_change(w->c, &change, NULL, NULL));
	}
	commit(w);
	return w;
}

static void test_source_scope(void **state)
{
	struct world *w = world_of_a_source(*state);

	enter(w, "northwind", "sync");
	assert_ok(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO, SOURCE));
	assert_refused(change_role(w, CHANGE_GIVE, "northwind", "Auditors", ROLE_MEMBER,
				   BO, SOURCE),
		       "source-scope");
	assert_refused(change_invitation(w, CHANGE_INVITE, "northwind", "Auditors",
					 ROLE_MEMBER, KIM, SOURCE),
		       "source-scope");
	give_up(w);
}

static void test_owner_claim(void **state)
{
	struct world *w = world_of_a_source(*state);
	struct change change = { .kind = CHANGE_GIVE,
				 .role = ROLE_MEMBER,
				 .giver = SOURCE };

	enter(w, "northwind", "sync");
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Owners", ROLE_MEMBER, BO, SOURCE),
		"owner-claim");
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Owners", ROLE_OWNER, BO, SOURCE),
		"owner-claim");
	change.group = group(w, HOME, "Owners");
	change.account = account(w, BO);
	change.scope = organization(w, HOME);
	change.allow_owner_claim = true;
	assert_ok(console_change(w->c, &change, NULL, NULL));
	give_up(w);
}

static void test_protected(void **state)
{
	struct world *w = world_of_a_source(*state);

	enter(w, "northwind", "sync");
	w->c->view->emails[email(w, BO)].is_protected = true;
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO, SOURCE),
		"protected");
	w->c->view->emails[email(w, BO)].is_protected = false;
	w->c->view->groups[group(w, HOME, "Operators")].is_protected = true;
	assert_refused(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO, SOURCE),
		"protected");
	give_up(w);
	enter(w, "northwind", "ada");
	w->c->view->groups[group(w, HOME, "Operators")].is_protected = true;
	assert_ok(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO,
			      GIVER_HAND));
	give_up(w);
}

static void test_a_role_lasts_while_somebody_gives_it(void **state)
{
	struct world *w = world_of_a_source(*state);

	enter(w, "northwind", "sync");
	assert_ok(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, BO, SOURCE));
	commit(w);
	assert_int_equal(number(w, "SELECT count(*) FROM giver v JOIN role r"
				   " ON r.id = v.role_id JOIN security_group g"
				   " ON g.id = r.group_id WHERE g.name = 'Operators'"
				   " AND r.role = 0 AND v.valid_to IS NULL"),
			 2);
	w->now += DAY;
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	assert_refused(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO,
				   GIVER_HAND),
		       "not-given");
	commit(w);
	enter(w, "northwind", "sync");
	assert_int_equal(w->c->view->groups[group(w, HOME, "Operators")].members, 1);
	assert_ok(
		change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO, SOURCE));
	commit(w);
	enter(w, "northwind", "ada");
	assert_int_equal(w->c->view->groups[group(w, HOME, "Operators")].members, 0);
	assert_int_equal(w->c->view->groups[group(w, HOME, "Operators")].recent, 1);
	give_up(w);
}

static void test_not_given(void **state)
{
	struct world *w = world_of_a_source(*state);

	enter(w, "northwind", "sync");
	assert_refused(
		change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO, SOURCE),
		"not-given");
	assert_refused(change_role(w, CHANGE_SUSPEND, HOME, "Operators", ROLE_MEMBER, BO,
				   SOURCE),
		       "not-given");
	give_up(w);
}

static void test_taken_and_given_again_within_a_second(void **state)
{
	struct world *w = world_of_a_source(*state);

	enter(w, "northwind", "sync");
	assert_ok(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, BO, SOURCE));
	assert_ok(
		change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO, SOURCE));
	assert_ok(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, BO, SOURCE));
	commit(w);
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	assert_int_equal(w->c->view->groups[group(w, HOME, "Operators")].members, 1);
	give_up(w);
}

/* ---- accounts -------------------------------------------------------------------------
 */

static void test_account_blocked(void **state)
{
	struct world *w = world_of_a_source(*state);

	enter(w, "northwind", "ada");
	assert_ok(block(w, CHANGE_BLOCK, BO));
	commit(w);
	assert_int_equal(number(w, "SELECT count(*) FROM account_block"
				   " WHERE reason = 'left in anger'"
				   " AND valid_to IS NULL"),
			 1);
	enter(w, "northwind", "ada");
	assert_true(w->c->view->accounts[account(w, BO)].blocked);
	assert_refused(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO,
				   GIVER_HAND),
		       "account-blocked");
	assert_refused(change_invitation(w, CHANGE_INVITE, HOME, "Operators", ROLE_OWNER,
					 BO, GIVER_HAND),
		       "account-blocked");
	assert_ok(block(w, CHANGE_UNBLOCK, BO));
	assert_ok(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_OWNER, BO,
			      GIVER_HAND));
	commit(w);
}

static void test_who_is_blocked_owns_nothing(void **state)
{
	struct world *w = world_of_a_source(*state);
	uint32_t o;

	join(w, HOME, "Operators", ROLE_OWNER, KIM);
	enter(w, "northwind", "root");
	assert_ok(block(w, CHANGE_BLOCK, ADA));
	commit(w);
	enter(w, "northwind", "ada");
	assert_refused(console_organization(w->c, HOME, &o), "org-isolated");
	assert_false(view_owns_group(w->c->view, account(w, ADA),
				     group(w, HOME, "Operators")));
	give_up(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_new_organization_has_owners),
		TEST(test_org_isolated),
		TEST(test_roots_share_nothing),
		TEST(test_org_depth),
		TEST(test_name_taken),
		TEST(test_not_operator),
		TEST(test_not_org_owner),
		TEST(test_not_group_owner),
		TEST(test_a_group_owner_needs_no_owner_claim),
		TEST(test_licence),
		TEST(test_a_licence_flows_down_from_its_root_only),
		TEST(test_last_owner),
		TEST(test_last_owner_does_not_count_service_principals),
		TEST(test_last_owner_does_not_count_suspended_or_blocked_people),
		TEST(test_last_owner_looks_at_what_a_link_carries),
		TEST(test_what_a_block_left_without_an_owner_gets_its_next),
		TEST(test_source_scope),
		TEST(test_owner_claim),
		TEST(test_protected),
		TEST(test_a_role_lasts_while_somebody_gives_it),
		TEST(test_not_given),
		TEST(test_taken_and_given_again_within_a_second),
		TEST(test_account_blocked),
		TEST(test_who_is_blocked_owns_nothing),
	};
	return test_main(tests);
}
