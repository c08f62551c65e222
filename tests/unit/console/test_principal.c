/* SPDX-License-Identifier: MIT */
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define HOME "northwind/contoso"

static void load(struct world *w, const char *root)
{
	assert_ok(store_begin(w->store));
	assert_ok(console_load(w->ctx, w->store, root, w->now, &w->c));
}

static void test_whoever_made_the_store_is_the_operator(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "root");
	assert_true(w->c->principal.operator_);
	assert_int_equal(w->c->principal.account, VIEW_NONE);
	assert_string_equal(w->c->principal.name, "operator");
	give_up(w);
	assert_err(console_init(w->url, "mallory"), ERR_CONFIG, "is there already");
}

static void test_only_ones_own(void **state)
{
	struct world *w = world_new(*state);

	load(w, "northwind");
	assert_refused(console_act(w->c, "mallory", NULL), "not-yours");
	assert_refused(console_act(w->c, "ada", "operator"), "not-yours");
	assert_refused(console_act(w->c, "gil", ADA), "not-yours");
	assert_ok(console_act(w->c, "ada", ADA));
	give_up(w);
}

static void test_a_choice_must_be_made(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, "sync", "ada", true));
	assert_ok(console_allow(w->c, "sync", "ada", true));
	assert_refused(console_allow(w->c, "nobody", "ada", true), "no-principal");
	commit(w);
	load(w, "northwind");
	assert_err(console_act(w->c, "ada", NULL), ERR_USAGE, ADA ", sync");
	assert_ok(console_act(w->c, "ada", "sync"));
	assert_true(w->c->view->accounts[w->c->principal.account].service);
	give_up(w);
}

static void test_a_source_acts_as_a_service_principal_only(void **state)
{
	struct world *w = world_new(*state);

	load(w, "northwind");
	assert_refused(console_act_for_source(w->c, "root", "nobody"), "not-yours");
	assert_refused(console_act_for_source(w->c, "root", ADA), "not-yours");
	assert_refused(console_act_for_source(w->c, "root", "operator"), "not-yours");
	assert_ok(console_act_for_source(w->c, "root", "sync"));
	assert_string_equal(w->c->os_user, "root");
	give_up(w);
}

static void test_a_person_and_a_service_may_have_one_name(void **state)
{
	struct world *w = world_new(*state);
	uint32_t first, again, taken;

	enter(w, "northwind", "root");
	assert_ok(console_service(w->c, "sync", &first));
	assert_ok(console_service(w->c, "sync", &again));
	assert_int_equal(first, again);
	assert_ok(console_service(w->c, ADA, &taken));
	assert_int_not_equal(taken, account(w, ADA));
	assert_err(console_allow(w->c, ADA, "eve", true), ERR_USAGE,
		   "a person and a service");
	assert_ok(console_allow(w->c, "service:" ADA, "eve", true));
	assert_ok(console_allow(w->c, "person:" ADA, "eve", true));
	assert_err(console_act(w->c, "eve", ADA), ERR_USAGE,
		   "person:" ADA ", service:" ADA);
	assert_ok(console_act(w->c, "eve", "service:" ADA));
	assert_int_equal(w->c->principal.account, taken);
	give_up(w);
}

static void test_a_person_who_plays_no_part_is_still_a_person(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "gil");
	assert_false(w->c->view->accounts[w->c->principal.account].service);
	assert_int_equal(account(w, "gil@globex.example"), w->c->principal.account);
	give_up(w);
}

static void test_known_is_who_can_be_seen(void **state)
{
	struct world *w = world_new(*state);
	uint32_t found;
	struct err *there, *nowhere;

	join(w, HOME, "Owners", ROLE_MEMBER, BO);
	join(w, "northwind/fabrikam", "Owners", ROLE_MEMBER, "fay@fabrikam.example");
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	assert_ok(console_known(w->c, "fay@fabrikam.example", &found));
	commit(w);
	enter(w, "northwind", "bo");
	assert_ok(console_known(w->c, BO, &found));
	assert_ok(console_known(w->c, " ADA@Northwind.example", &found));
	assert_ok(console_known(w->c, "sync", &found));
	there = console_known(w->c, "fay@fabrikam.example", &found);
	nowhere = console_known(w->c, "xay@fabrikam.example", &found);
	assert_string_equal(err_code(there), "unknown-account");
	assert_string_equal(err_code(nowhere), "unknown-account");
	assert_string_equal(strrchr(err_text(there), '@'),
			    strrchr(err_text(nowhere), '@'));
	err_free(there);
	err_free(nowhere);
	assert_refused(console_known(w->c, "gil@globex.example", &found),
		       "unknown-account");
	give_up(w);
}

static void test_no_group(void **state)
{
	struct world *w = world_new(*state);
	uint32_t found;

	enter(w, "northwind", "ada");
	assert_ok(console_group(w->c, organization(w, HOME), "  OPERATORS ", &found));
	assert_refused(console_group(w->c, organization(w, HOME), "Nobody", &found),
		       "no-group");
	assert_refused(console_own_group(w->c, HOME, "Nobody", &found), "no-group");
	assert_refused(console_own_group(w->c, "globex", "Owners", &found),
		       "org-isolated");
	give_up(w);
}

static void test_no_address(void **state)
{
	struct world *w = world_new(*state);
	uint32_t found;

	enter(w, "northwind", "root");
	assert_err(console_account(w->c, "ada", NULL, &found), ERR_USAGE,
		   "no e-mail address");
	give_up(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_whoever_made_the_store_is_the_operator),
		TEST(test_only_ones_own),
		TEST(test_a_choice_must_be_made),
		TEST(test_a_source_acts_as_a_service_principal_only),
		TEST(test_a_person_and_a_service_may_have_one_name),
		TEST(test_a_person_who_plays_no_part_is_still_a_person),
		TEST(test_known_is_who_can_be_seen),
		TEST(test_no_group),
		TEST(test_no_address),
	};
	return test_main(tests);
}
