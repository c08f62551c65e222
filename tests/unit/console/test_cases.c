/* SPDX-License-Identifier: MIT */
/* What the model of the rules once said otherwise than the store: each as a plain case.
 */
#include "bridge/console/erase.h"
#include "bridge/console/review.h"
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define BOB  "bob@contoso.example"
#define KIM  "kim@contoso.example"
#define HOME "northwind/contoso"

static void let_bo_act(struct world *w)
{
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	commit(w);
}

static void test_giving_again_writes_nothing(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += DAY;
	enter(w, "northwind", "ada");
	assert_refused(change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, BO,
				   GIVER_HAND),
		       "unchanged");
	give_up(w);
}

static void test_a_source_of_nowhere_reaches_nothing(void **state)
{
	struct world *w = world_new(*state);
	struct change change = {
		.kind = CHANGE_GROUP,
		.giver = SOURCE,
		.scope = VIEW_NONE,
		.name = "Guests",
		.name_key = "guests",
	};

	enter(w, "northwind", "sync");
	change.organization = organization(w, HOME);
	assert_refused(console_change(w->c, &change, NULL, NULL), "source-scope");
	assert_false(view_is_within(w->c->view, VIEW_NONE, change.organization));
	give_up(w);
}

/* Whoever has a role there knows the organization; what lies above is not theirs. */
static void test_a_role_below_tells_nothing_of_what_is_above(void **state)
{
	struct world *w = world_new(*state);
	struct change change = {
		.kind = CHANGE_GROUP,
		.name = "Mine",
		.name_key = "mine",
	};

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	let_bo_act(w);
	enter(w, "northwind", "bo");
	change.organization = organization(w, HOME);
	assert_refused(console_change(w->c, &change, NULL, NULL), "not-org-owner");
	change.organization = organization(w, "northwind");
	assert_refused(console_change(w->c, &change, NULL, NULL), "org-isolated");
	change.organization = 4711;
	assert_refused(console_change(w->c, &change, NULL, NULL), "org-isolated");
	give_up(w);
}

static struct err *change_email(struct world *w, const char *from, const char *to)
{
	struct change change = { .kind = CHANGE_EMAIL };

	assert_ok(console_known(w->c, from, &change.account));
	change.email = email(w, to);
	return console_change(w->c, &change, NULL, NULL);
}

static void test_an_address_changes_where_its_owner_plays_a_part(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	let_bo_act(w);
	enter(w, "globex", "bo");
	assert_refused(change_email(w, BO, BOB), "org-isolated");
	give_up(w);
	enter(w, "nowhere", "bo");
	assert_refused(change_email(w, BO, BOB), "org-isolated");
	give_up(w);
	enter(w, "northwind", "bo");
	assert_ok(change_email(w, BO, BOB));
	commit(w);
	assert_int_equal(
		number(w, "SELECT count(*) FROM subject WHERE email_key = '" BOB "'"), 1);
}

/* It was there, if only for a moment: it has its days of grace, and no trial follows. */
static void test_a_licence_that_ends_as_it_begins(void **state)
{
	struct world *w = world_new(*state);
	struct change ends = { .kind = CHANGE_LICENCE, .until = 0 };
	struct change trial = { .kind = CHANGE_LICENCE, .trial = true };

	enter(w, "northwind", "root");
	assert_ok(console_change(w->c, &ends, NULL, NULL));
	commit(w);
	enter(w, "northwind", "root");
	assert_true(w->c->view->licensed);
	assert_refused(console_change(w->c, &trial, NULL, NULL), "trial-used");
	give_up(w);
	w->now += LICENCE_GRACE;
	enter(w, "northwind", "root");
	assert_false(w->c->view->licensed);
	give_up(w);
}

/* An invitation is for the person, who has another address by now. */
static void test_accepting_under_an_address_that_has_changed(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += 2 * DAY;
	invite(w, HOME, "Operators", ROLE_OWNER, BO);
	let_bo_act(w);
	enter(w, "northwind", "bo");
	assert_ok(change_email(w, BO, BOB));
	commit(w);
	assert_ok(console_accept(w, w->store, token_of(w, BOB), BY(), w->now, &done));
	assert_string_equal(done.email, BOB);
	assert_int_equal(
		number(w, "SELECT count(*) FROM subject WHERE email_key = '" BO "'"), 0);
	enter(w, "northwind", "ada");
	assert_true(view_owns_group(w->c->view, account(w, BOB),
				    group(w, HOME, "Operators")));
	give_up(w);
}

static void test_who_is_blocked_gets_no_mail(void **state)
{
	struct world *w = world_new(*state);
	struct change block = { .kind = CHANGE_BLOCK };

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += 2 * DAY;
	invite(w, HOME, "Operators", ROLE_OWNER, BO);
	w->now += 2 * DAY;
	enter(w, "northwind", "root");
	block.account = account(w, BO);
	assert_ok(console_change(w->c, &block, NULL, "left"));
	commit(w);
	enter(w, "northwind", "ada");
	assert_refused(change_invitation(w, CHANGE_RESEND, HOME, "Operators", ROLE_OWNER,
					 BO, GIVER_HAND),
		       "account-blocked");
	give_up(w);
}

static struct roster roster_at(struct world *w, int64_t at)
{
	struct roster r;

	enter(w, "northwind", "ada");
	assert_ok(roster_load(w, w->c, organization(w, HOME), at, &r));
	give_up(w);
	return r;
}

static void test_a_roster_with_many_groups_and_people_who_are_blocked(void **state)
{
	struct world *w = world_new(*state);
	struct roster r;

	enter(w, "northwind", "ada");
	for (char name[] = "A"; name[0] <= 'Z'; name[0]++)
		assert_ok(make_group(w, HOME, mem_strdup(w, name)));
	commit(w);
	join(w, HOME, "M", ROLE_MEMBER, BO);
	join(w, HOME, "M", ROLE_MEMBER, KIM);
	run(w, "INSERT INTO account_block (account_id, root_id, valid_from) SELECT a.id, "
	       "1, 1"
	       " FROM account a JOIN subject s ON s.id = a.subject_id"
	       " WHERE s.email_key IN ('" BO "', 'gil@globex.example')");
	r = roster_at(w, w->now);
	assert_int_equal(r.n_people, 4);
	assert_string_equal(r.people[0].email, ADA);
	assert_int_equal(r.people[0].n_ways, 29);
	assert_false(r.people[0].blocked);
	assert_string_equal(r.people[1].email, BO);
	assert_true(r.people[1].blocked);
	assert_string_equal(r.people[1].ways[0].group, "M");
	assert_false(r.people[2].blocked);
}

/* Both are still there, without a name. */
static void test_a_past_roster_with_invitations_of_the_erased(void **state)
{
	static const char *const people[] = { BO, KIM };
	struct world *w = world_new(*state);
	struct erasure done;
	struct roster r;

	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		invite(w, HOME, "Operators", ROLE_MEMBER, people[i]);
	w->now += DAY;
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		assert_ok(console_erase(w->store, people[i],
					&(struct looking){ "root", NULL }, w->now,
					&done));
	r = roster_at(w, w->now - DAY);
	assert_int_equal(r.n_invitations, 2);
	assert_null(r.invitations[0].email);
	assert_null(r.invitations[1].email);
	assert_true(strcmp(r.invitations[0].pseudonym, r.invitations[1].pseudonym) < 0);
}

/* The digest that was signed off is that of the same moment, whatever has got another
 * name since, or none. */
static void test_a_digest_outlives_names(void **state)
{
	struct world *w = world_new(*state);
	struct change rename = { .kind = CHANGE_GROUP_RENAME,
				 .name = "A",
				 .name_key = "a" };
	uint8_t before[HASH_SIZE], after[HASH_SIZE];
	struct erasure done;
	struct roster r;

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	join(w, HOME, "Operators", ROLE_MEMBER, KIM);
	give(w, HOME, "Owners", ROLE_MEMBER, KIM);
	invite(w, HOME, "Operators", ROLE_MEMBER, "lee@contoso.example");
	invite(w, HOME, "Owners", ROLE_MEMBER, "max@contoso.example");
	r = roster_at(w, w->now);
	roster_digest(&r, before);
	w->now += DAY;
	enter(w, "northwind", "root");
	assert_ok(change_email(w, ADA, "zoe@northwind.example"));
	commit(w);
	enter(w, "northwind", "ada");
	rename.group = group(w, HOME, "Operators");
	assert_ok(console_change(w->c, &rename, NULL, NULL));
	rename.group = group(w, HOME, "Owners");
	rename.name = rename.name_key = "b";
	assert_ok(console_change(w->c, &rename, NULL, NULL));
	commit(w);
	assert_ok(console_erase(w->store, KIM, &(struct looking){ "root", NULL }, w->now,
				&done));
	assert_ok(console_erase(w->store, "max@contoso.example",
				&(struct looking){ "root", NULL }, w->now, &done));
	r = roster_at(w, w->now - DAY);
	roster_digest(&r, after);
	assert_memory_equal(before, after, sizeof before);
	r = roster_at(w, w->now);
	roster_digest(&r, after);
	assert_memory_not_equal(before, after, sizeof before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_giving_again_writes_nothing),
		TEST(test_a_source_of_nowhere_reaches_nothing),
		TEST(test_a_role_below_tells_nothing_of_what_is_above),
		TEST(test_an_address_changes_where_its_owner_plays_a_part),
		TEST(test_a_licence_that_ends_as_it_begins),
		TEST(test_accepting_under_an_address_that_has_changed),
		TEST(test_who_is_blocked_gets_no_mail),
		TEST(test_a_roster_with_many_groups_and_people_who_are_blocked),
		TEST(test_a_past_roster_with_invitations_of_the_erased),
		TEST(test_a_digest_outlives_names),
	};
	return test_main(tests);
}
