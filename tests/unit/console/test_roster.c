/* SPDX-License-Identifier: MIT */
#include "bridge/console/list.h"
#include "bridge/console/roster.h"
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define KIM  "kim@contoso.example"
#define HOME "northwind/contoso"

static struct roster look(struct world *w, const char *path, int64_t at)
{
	struct roster roster;

	enter(w, "northwind", "ada");
	assert_ok(roster_load(w->ctx, w->c, organization(w, path), at, &roster));
	give_up(w);
	return roster;
}

static const struct roster_person *person(const struct roster *r, const char *email)
{
	for (size_t i = 0; i < r->n_people; i++)
		if (r->people[i].email != NULL && strcmp(r->people[i].email, email) == 0)
			return &r->people[i];
	return NULL;
}

static void link_auditors(struct world *w)
{
	enter(w, "northwind", "ada");
	assert_ok(make_group(w, "northwind", "Auditors"));
	commit(w);
	join(w, "northwind", "Auditors", ROLE_MEMBER, BO);
	assert_ok(store_run(w->store,
			    "INSERT INTO group_link (group_id, organization_id,"
			    " valid_from) SELECT g.id, o.id, ?1 FROM security_group g,"
			    " organization o WHERE g.name = 'Auditors'"
			    " AND o.name = 'contoso'",
			    "i", w->now));
}

static void test_every_person_once_with_every_way_in(void **state)
{
	struct world *w = world_new(*state);
	const struct roster_person *bo;
	struct roster r;

	link_auditors(w);
	join(w, HOME, "Operators", ROLE_OWNER, BO);
	give(w, HOME, "Operators", ROLE_MEMBER, BO);
	r = look(w, HOME, w->now);
	assert_int_equal(r.n_people, 3);
	assert_string_equal(r.people[0].email, ADA);
	assert_string_equal(r.people[1].email, BO);
	assert_null(r.people[2].email);
	assert_string_equal(r.people[2].name, "sync");
	bo = &r.people[1];
	assert_int_equal(bo->n_ways, 3);
	assert_string_equal(bo->ways[0].group, "Operators");
	assert_int_equal(bo->ways[0].role, ROLE_MEMBER);
	assert_false(bo->ways[0].linked);
	assert_int_equal(bo->ways[1].role, ROLE_OWNER);
	assert_string_equal(bo->ways[2].group, "Auditors");
	assert_string_equal(bo->ways[2].home, "northwind");
	assert_true(bo->ways[2].linked);
	assert_false(bo->ways[2].owner);
	assert_int_equal(bo->ways[2].since, w->now);
}

static void test_who_holds_owner_and_how(void **state)
{
	struct world *w = world_new(*state);
	struct roster r = look(w, HOME, w->now);
	const struct roster_person *ada = person(&r, ADA);
	const struct roster_person *sync = &r.people[r.n_people - 1];

	assert_int_equal(ada->n_ways, 3);
	assert_string_equal(ada->ways[1].group, "Owners");
	assert_int_equal(ada->ways[1].role, ROLE_MEMBER);
	assert_true(ada->ways[1].owner);
	assert_false(ada->ways[2].owner);
	assert_int_equal(sync->n_ways, 1);
	assert_null(sync->ways[0].group);
	assert_true(sync->ways[0].owner);
	r = look(w, "northwind/fabrikam", w->now);
	assert_int_equal(r.n_people, 1);
}

static void test_a_past_day(void **state)
{
	struct world *w = world_new(*state);
	int64_t start = w->now;
	struct roster r;

	w->now += DAY;
	link_auditors(w);
	w->now += DAY;
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_TAKE, "northwind", "Auditors", ROLE_MEMBER, BO,
			      GIVER_HAND));
	commit(w);
	r = look(w, HOME, start);
	assert_null(person(&r, BO));
	r = look(w, HOME, start + DAY);
	assert_non_null(person(&r, BO));
	r = look(w, HOME, start + 2 * DAY - 1);
	assert_non_null(person(&r, BO));
	r = look(w, HOME, start + 2 * DAY);
	assert_null(person(&r, BO));
	r = look(w, HOME, start - 1);
	assert_int_equal(r.n_people, 0);
	run(w, "UPDATE group_link SET valid_to = valid_from + 60");
	r = look(w, HOME, start + DAY + 59);
	assert_non_null(person(&r, BO));
	r = look(w, HOME, start + DAY + 60);
	assert_null(person(&r, BO));
}

static void test_suspended_and_blocked_then_and_now(void **state)
{
	struct world *w = world_new(*state);
	struct change block = { .kind = CHANGE_BLOCK };
	int64_t start = w->now;
	struct roster r;

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += DAY;
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_SUSPEND, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	commit(w);
	w->now += DAY;
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_RESTORE, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	block.account = account(w, BO);
	assert_ok(console_change(w->c, &block, NULL, NULL));
	commit(w);
	r = look(w, HOME, start);
	assert_false(person(&r, BO)->ways[0].suspended);
	assert_false(person(&r, BO)->blocked);
	r = look(w, HOME, start + DAY);
	assert_true(person(&r, BO)->ways[0].suspended);
	assert_false(person(&r, BO)->blocked);
	r = look(w, HOME, start + 2 * DAY);
	assert_false(person(&r, BO)->ways[0].suspended);
	assert_true(person(&r, BO)->blocked);
}

static void test_pending_invitations_then_and_now(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;
	int64_t start = w->now;
	struct roster r;

	invite(w, HOME, "Operators", ROLE_OWNER, KIM);
	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	r = look(w, HOME, w->now);
	assert_int_equal(r.n_invitations, 2);
	assert_string_equal(r.invitations[0].email, BO);
	assert_string_equal(r.invitations[0].group, "Operators");
	assert_int_equal(r.invitations[0].role, ROLE_MEMBER);
	assert_string_equal(r.invitations[0].inviter, ADA);
	assert_int_equal(r.invitations[0].created, start);
	assert_int_equal(r.invitations[0].expires, start + 7 * DAY);
	assert_string_equal(r.invitations[1].email, KIM);
	w->now += DAY;
	assert_ok(console_accept(w->ctx, w->store, token_of(w, BO), BY(), w->now, &done));
	r = look(w, HOME, w->now);
	assert_int_equal(r.n_invitations, 1);
	r = look(w, HOME, start);
	assert_int_equal(r.n_invitations, 2);
	r = look(w, HOME, start + 7 * DAY);
	assert_int_equal(r.n_invitations, 0);
}

/* ---- after what was renamed or deleted since ---- */

/* As one who owns it reads it, also when it is there no more. */
static struct roster look_as(struct world *w, const char *user, const char *path,
			     int64_t at)
{
	const struct looking who = { .os_user = user };
	struct console *console;
	struct roster roster;
	uint32_t here;

	assert_ok(store_begin(w->store));
	assert_ok(
		console_look(w->ctx, w->store, path, &who, at, w->now, &console, &here));
	assert_ok(roster_load(w->ctx, console, here, at, &roster));
	assert_ok(roster_elsewhere(w->ctx, console, here, &who, &roster));
	store_rollback(w->store);
	return roster;
}

static void change_group(struct world *w, enum change_kind kind, const char *name,
			 const char *new)
{
	struct change change = { .kind = kind, .name = new, .name_key = new };

	enter(w, "northwind", "ada");
	change.group = group(w, HOME, name);
	change.organization = organization(w, HOME);
	assert_ok(console_change(w->c, &change, NULL, NULL));
	commit(w);
}

static void test_claims_of_each_way_then_and_now(void **state)
{
	struct world *w = world_new(*state);
	int64_t start = w->now;
	const struct roster_way *ways;
	struct roster r;

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	link_auditors(w);
	w->now += DAY;
	change_group(w, CHANGE_GROUP_CLAIM, "Operators", "restore");
	change_group(w, CHANGE_GROUP_CLAIM, "Operators", "backup");
	w->now += DAY;
	change_group(w, CHANGE_GROUP_UNCLAIM, "Operators", "backup");
	r = look(w, HOME, start);
	assert_int_equal(person(&r, BO)->n_ways, 3);
	assert_int_equal(person(&r, BO)->ways[0].n_claims, 0);
	r = look(w, HOME, start + DAY);
	ways = person(&r, BO)->ways;
	assert_int_equal(ways[0].role, ROLE_MEMBER);
	assert_int_equal(ways[0].n_claims, 2);
	assert_string_equal(ways[0].claims[0], "backup");
	assert_string_equal(ways[0].claims[1], "restore");
	assert_int_equal(ways[1].role, ROLE_OWNER);
	assert_int_equal(ways[1].n_claims, 0);
	assert_string_equal(ways[2].group, "Auditors");
	assert_int_equal(ways[2].n_claims, 0);
	r = look(w, HOME, start + 2 * DAY);
	ways = person(&r, BO)->ways;
	assert_int_equal(ways[0].n_claims, 1);
	assert_string_equal(ways[0].claims[0], "restore");
}

static void test_a_group_that_was_renamed_and_deleted(void **state)
{
	struct world *w = world_new(*state);
	int64_t start = w->now;
	struct roster r;

	enter(w, "northwind", "ada");
	assert_ok(make_group(w, HOME, "Nightshift"));
	commit(w);
	join(w, HOME, "Nightshift", ROLE_MEMBER, BO);
	invite(w, HOME, "Nightshift", ROLE_MEMBER, KIM);
	w->now += DAY;
	change_group(w, CHANGE_GROUP_RENAME, "Nightshift", "lateshift");
	w->now += DAY;
	change_group(w, CHANGE_GROUP_DELETE, "lateshift", NULL);
	r = look(w, HOME, w->now);
	assert_null(person(&r, BO));
	assert_int_equal(r.n_invitations, 0);
	r = look(w, HOME, w->now - 1);
	assert_int_equal(person(&r, BO)->n_ways, 1);
	assert_string_equal(person(&r, BO)->ways[0].group, "lateshift");
	assert_int_equal(r.n_invitations, 1);
	r = look(w, HOME, start);
	assert_string_equal(person(&r, BO)->ways[0].group, "lateshift");
	assert_string_equal(r.invitations[0].email, KIM);
	assert_string_equal(r.invitations[0].group, "lateshift");
}

static void test_an_organization_that_was_renamed_and_deleted(void **state)
{
	struct world *w = world_new(*state);
	struct change change = {
		.kind = CHANGE_ORGANIZATION_RENAME,
		.name = "fabrico",
		.name_key = "fabrico",
	};
	int64_t start = w->now;
	struct roster r;

	join(w, "northwind/fabrikam", "Owners", ROLE_OWNER, BO);
	w->now += DAY;
	enter(w, "northwind", "ada");
	change.organization = organization(w, "northwind/fabrikam");
	assert_ok(console_change(w->c, &change, NULL, NULL));
	commit(w);
	r = look_as(w, "ada", "northwind/fabrico", start);
	assert_non_null(person(&r, BO));
	assert_string_equal(person(&r, BO)->ways[0].home, "northwind/fabrico");
	w->now += DAY;
	enter(w, "northwind", "ada");
	change.kind = CHANGE_ORGANIZATION_DELETE;
	change.organization = organization(w, "northwind/fabrico");
	assert_ok(console_change(w->c, &change, NULL, NULL));
	commit(w);
	r = look_as(w, "ada", "northwind/fabrico", start + DAY);
	assert_int_equal(r.n_people, 2);
	assert_string_equal(person(&r, BO)->ways[0].group, "Owners");
	assert_string_equal(person(&r, BO)->ways[0].home, "northwind/fabrico");
}

/* Accounts are told apart by what they are, not by where they stood in memory. */
static void test_who_of_many_is_blocked(void **state)
{
	struct world *w = world_new(*state);
	struct change block = { .kind = CHANGE_BLOCK };
	struct roster r;

	for (int i = 0; i < 30; i++)
		join(w, HOME, "Operators", ROLE_MEMBER,
		     mem_printf(w->ctx, "p%02d@contoso.example", i));
	enter(w, "northwind", "ada");
	for (int i = 0; i < 30; i += 3) {
		block.account =
			account(w, mem_printf(w->ctx, "p%02d@contoso.example", i));
		assert_ok(console_change(w->c, &block, NULL, NULL));
	}
	commit(w);
	r = look(w, HOME, w->now);
	for (int i = 0; i < 30; i++) {
		const char *who = mem_printf(w->ctx, "p%02d@contoso.example", i);

		assert_int_equal(person(&r, who)->blocked, i % 3 == 0);
	}
}

/* ---- another customer's people ---- */

static void allow_sync(struct world *w)
{
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, "sync", "cron", true));
	commit(w);
}

static void test_elsewhere_is_told_to_who_owns_that_too(void **state)
{
	struct world *w = world_new(*state);
	struct roster r;

	allow_sync(w);
	link_auditors(w);
	join(w, "northwind/fabrikam", "Owners", ROLE_OWNER, BO);
	r = look_as(w, "ada", HOME, w->now);
	assert_string_equal(person(&r, BO)->elsewhere, "northwind/fabrikam");
	assert_string_equal(r.people[r.n_people - 1].name, "sync");
	assert_null(r.people[r.n_people - 1].elsewhere);
	r = look_as(w, "cron", HOME, w->now);
	assert_non_null(person(&r, BO));
	for (size_t i = 0; i < r.n_people; i++)
		assert_null(r.people[i].elsewhere);
}

static void test_elsewhere_is_only_through_a_link(void **state)
{
	struct world *w = world_new(*state);
	struct roster r;

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	join(w, "northwind/fabrikam", "Owners", ROLE_OWNER, BO);
	r = look_as(w, "ada", HOME, w->now);
	assert_non_null(person(&r, BO));
	assert_null(person(&r, BO)->elsewhere);
}

static void test_elsewhere_then_and_now(void **state)
{
	struct world *w = world_new(*state);
	int64_t start = w->now;
	struct roster r;

	link_auditors(w);
	w->now += DAY;
	join(w, "northwind/fabrikam", "Owners", ROLE_OWNER, BO);
	w->now += DAY;
	run(w, "UPDATE group_link SET valid_to = valid_from + 172800");
	r = look_as(w, "ada", HOME, start);
	assert_null(person(&r, BO)->elsewhere);
	r = look_as(w, "ada", HOME, start + DAY);
	assert_string_equal(person(&r, BO)->elsewhere, "northwind/fabrikam");
	r = look_as(w, "ada", HOME, w->now);
	assert_null(person(&r, BO));
}

/* ---- the other lists ------------------------------------------------------------------
 */

static void test_roots_in_order(void **state)
{
	struct world *w = world_new(*state);
	const char *const *roots;

	assert_ok(list_roots(w, w->store, &roots));
	assert_string_equal(roots[0], "globex");
	assert_string_equal(roots[1], "northwind");
	assert_null(roots[2]);
}

static void test_principals_for_the_operator_and_for_others(void **state)
{
	struct world *w = world_new(*state);
	struct listed_principal *found;
	size_t n;

	assert_ok(list_principals(w, w->store, "root", &found, &n));
	assert_int_equal(n, 4);
	assert_string_equal(found[0].name, "operator");
	assert_string_equal(found[0].kind, "operator");
	assert_string_equal(found[0].users[0], "root");
	assert_string_equal(found[3].name, "sync");
	assert_null(found[3].users[0]);
	assert_string_equal(found[3].owns[0], "northwind");
	assert_string_equal(found[3].owns[1], "northwind/contoso");
	assert_ok(list_principals(w, w->store, "gil", &found, &n));
	assert_int_equal(n, 1);
	assert_string_equal(found[0].name, "gil@globex.example");
	assert_ok(list_principals(w, w->store, "mallory", &found, &n));
	assert_int_equal(n, 0);
}

static void test_licences_blocks_and_sources(void **state)
{
	struct world *w = world_new(*state);
	struct listed_licence licence;
	const char *name = NULL, *reason;
	int64_t since;

	assert_ok(list_licence(w, w->store, 1, &licence));
	assert_string_equal(licence.plan, "enterprise");
	assert_int_equal(licence.to, w->now + 365 * DAY);
	assert_ok(list_licence(w, w->store, 77, &licence));
	assert_null(licence.plan);
	assert_ok(list_block(w, w->store, 1, 1, &since, &reason));
	assert_int_equal(since, 0);
	assert_ok(list_source(w, w->store, SOURCE, &name));
	assert_string_equal(name, "acme");
	assert_err(list_source(w, w->store, 77, &name), ERR_BUG, "no source");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_person_once_with_every_way_in),
		TEST(test_who_holds_owner_and_how),
		TEST(test_a_past_day),
		TEST(test_suspended_and_blocked_then_and_now),
		TEST(test_pending_invitations_then_and_now),
		TEST(test_claims_of_each_way_then_and_now),
		TEST(test_a_group_that_was_renamed_and_deleted),
		TEST(test_an_organization_that_was_renamed_and_deleted),
		TEST(test_who_of_many_is_blocked),
		TEST(test_elsewhere_is_told_to_who_owns_that_too),
		TEST(test_elsewhere_is_only_through_a_link),
		TEST(test_elsewhere_then_and_now),
		TEST(test_roots_in_order),
		TEST(test_principals_for_the_operator_and_for_others),
		TEST(test_licences_blocks_and_sources),
	};
	return test_main(tests);
}
