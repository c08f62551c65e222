/* SPDX-License-Identifier: MIT */
/* The judge on views made by hand: what it allows has changed the view, what it refuses
 * has not. */
#include "bridge/rules/rules.h"
#include "tests/test.h"

#define NOW  INT64_C(1000000)
#define ACME INT64_C(7) /* a source, bound to "child" */

/* root / child / grandchild; Owners (root), Team (child, carries nothing). */
struct world {
	struct view *v;
	uint32_t root, child, grandchild;
	uint32_t owners, team;
	uint32_t ada, bo, sync; /* ada owns all; bo is a member of Team; sync a service */
	struct principal as_ada, as_bo, as_sync, as_operator;
};

static uint32_t person(struct view *v, int64_t id, const char *address)
{
	return view_add_account(v, id, view_add_email(v, address, address), address,
				false);
}

static struct world world_new(TALLOC_CTX *ctx)
{
	struct world w = { .v = view_new(ctx) };

	w.v->licensed = true;
	w.root = view_add_organization(w.v, 1, VIEW_NONE, "Root", "root");
	w.child = view_add_organization(w.v, 2, w.root, "Child", "child");
	w.grandchild = view_add_organization(w.v, 3, w.child, "Lab", "lab");
	w.ada = person(w.v, 1, "ada@x.example");
	w.bo = person(w.v, 2, "bo@x.example");
	w.sync = view_add_account(w.v, 3, VIEW_NONE, "sync", true);
	w.owners = view_add_group(w.v, 1, w.root, "Owners", "owners");
	w.team = view_add_group(w.v, 2, w.child, "Team", "team");
	view_add_claim(w.v, w.owners, w.root, CLAIM_OWNER);
	view_add_owner_claim(w.v, w.ada, w.child);
	view_add_owner_claim(w.v, w.sync, w.child);
	view_give(w.v, w.owners, ROLE_OWNER, w.ada, GIVER_HAND, false);
	view_give(w.v, w.owners, ROLE_MEMBER, w.ada, GIVER_HAND, false);
	view_give(w.v, w.team, ROLE_OWNER, w.ada, GIVER_HAND, false);
	view_give(w.v, w.team, ROLE_OWNER, w.sync, GIVER_HAND, false);
	view_give(w.v, w.team, ROLE_MEMBER, w.bo, GIVER_HAND, false);
	w.as_ada = (struct principal){ .account = w.ada, .name = "ada" };
	w.as_bo = (struct principal){ .account = w.bo, .name = "bo" };
	w.as_sync = (struct principal){ .account = w.sync, .name = "sync" };
	w.as_operator = (struct principal){ .operator_ = true,
					    .account = VIEW_NONE,
					    .name = "operator" };
	return w;
}

/* All that a view holds, copied; givers and indexes show in its counts. */
struct picture {
	struct view v;
	void *organizations, *accounts, *groups, *roles, *givers, *invitations;
};

#define COPY(p, v, part)                                                                 \
	((p)->part = mem_dup(ctx, (v)->part, (v)->n_##part * sizeof *(v)->part))
#define SAME(p, a, part)                                                                 \
	((p)->v.n_##part == (a)->n_##part &&                                             \
	 ((a)->n_##part == 0 ||                                                          \
	  memcmp((p)->part, (a)->part, (a)->n_##part * sizeof *(a)->part) == 0))

static void picture_take(TALLOC_CTX *ctx, const struct view *v, struct picture *p)
{
	p->v = *v;
	COPY(p, v, organizations);
	COPY(p, v, accounts);
	COPY(p, v, groups);
	COPY(p, v, roles);
	COPY(p, v, givers);
	COPY(p, v, invitations);
}

static bool picture_same(const struct picture *p, const struct view *v)
{
	return SAME(p, v, organizations) && SAME(p, v, accounts) && SAME(p, v, groups) &&
	       SAME(p, v, roles) && SAME(p, v, givers) && SAME(p, v, invitations) &&
	       p->v.licensed == v->licensed && p->v.n_links == v->n_links;
}

static struct change grant(const struct world *w, enum change_kind kind, enum role role,
			   uint32_t account, int64_t giver)
{
	return (struct change){ .kind = kind,
				.group = w->team,
				.role = role,
				.account = account,
				.giver = giver,
				.scope = w->child };
}

static struct change invitation(const struct world *w, enum change_kind kind,
				enum role role, const char *address, int64_t giver)
{
	struct change c = grant(w, kind, role, VIEW_NONE, giver);

	c.email = view_add_email(w->v, address, address);
	return c;
}

/* Judge, and hold the view to the answer. */
static void judged(struct view *v, const struct principal *p, struct change c,
		   enum rule rule)
{
	TALLOC_CTX *ctx = mem_ctx(v);
	struct picture before;
	enum rule got;

	picture_take(ctx, v, &before);
	got = judge(v, p, &c, NOW);
	if (got != rule)
		fprintf(stderr, "%s: got \"%s\", not \"%s\"\n", change_name(c.kind),
			rule_code(got), rule_code(rule));
	assert_int_equal(got, rule);
	assert_int_equal(picture_same(&before, v), rule != RULE_NONE);
	mem_free(ctx);
}

/* ---- words ----------------------------------------------------------------------------
 */

static void test_every_rule_has_a_code_and_says_what_to_do(void **state)
{
	(void)state;
	for (enum rule r = RULE_ORG_ISOLATED; r < RULES; r++) {
		assert_true(strlen(rule_code(r)) > 3);
		assert_true(strlen(rule_text(r)) > 10);
		assert_true(strlen(rule_hint(r)) > 10);
		for (enum rule other = RULE_NONE; other < r; other++)
			assert_string_not_equal(rule_code(r), rule_code(other));
	}
	assert_string_equal(rule_code(RULE_NONE), "");
	for (enum change_kind k = 0; k < CHANGES; k++)
		assert_non_null(strchr(change_name(k), '.'));
}

/* ---- every kind, once allowed and as often refused as it can be -----------------------
 */

static void test_organizations(void **state)
{
	struct world w = world_new(*state);
	struct change c = { .kind = CHANGE_ORGANIZATION,
			    .organization = w.root,
			    .account = w.ada,
			    .name = "Child",
			    .name_key = "child" };
	struct view *empty = view_new(*state);

	judged(w.v, &w.as_ada, c, RULE_NAME_TAKEN);
	judged(w.v, &w.as_operator, c, RULE_NOT_ORG_OWNER);
	c.name_key = c.name = "other";
	w.v->licensed = false;
	judged(w.v, &w.as_ada, c, RULE_LICENCE);
	w.v->licensed = true;
	judged(w.v, &w.as_ada, c, RULE_NONE);
	c.organization = w.child;
	judged(w.v, &w.as_bo, c, RULE_NOT_ORG_OWNER);
	c.organization = w.grandchild;
	judged(w.v, &w.as_bo, c, RULE_ORG_ISOLATED);
	view_add_owner_claim(w.v, w.ada, w.grandchild);
	judged(w.v, &w.as_ada, c, RULE_ORG_DEPTH);
	c.organization = 99;
	judged(w.v, &w.as_ada, c, RULE_ORG_ISOLATED);
	c.organization = VIEW_NONE;
	judged(w.v, &w.as_ada, c, RULE_NOT_OPERATOR);
	judged(w.v, &w.as_operator, c, RULE_NAME_TAKEN);
	c.account = person(empty, 1, "eve@x.example");
	judged(empty, &w.as_operator, c, RULE_NONE);
	assert_int_equal(empty->organizations[0].person_owners, 1);
}

static void test_licences_and_claims(void **state)
{
	struct world w = world_new(*state);
	struct change licence = { .kind = CHANGE_LICENCE, .until = NOW };
	struct change claim = { .kind = CHANGE_CLAIM,
				.account = w.sync,
				.organization = w.child };

	w.v->licence_end = NOW + 86400;
	judged(w.v, &w.as_ada, licence, RULE_NOT_OPERATOR);
	assert_int_equal(judge(w.v, &w.as_operator, &licence, NOW), RULE_NONE);
	assert_true(w.v->licensed);
	assert_int_equal(judge(w.v, &w.as_operator, &licence, NOW + LICENCE_GRACE),
			 RULE_NONE);
	assert_false(w.v->licensed);
	judged(w.v, &w.as_ada, claim, RULE_NOT_OPERATOR);
	judged(w.v, &w.as_operator, claim, RULE_UNCHANGED);
	claim.organization = w.grandchild;
	assert_int_equal(judge(w.v, &w.as_operator, &claim, NOW), RULE_NONE);
	assert_true(view_owns_organization(w.v, w.sync, w.grandchild));
	assert_int_equal(w.v->organizations[w.grandchild].person_owners, 0);
}

static void test_groups(void **state)
{
	struct world w = world_new(*state);
	struct change c = { .kind = CHANGE_GROUP,
			    .organization = w.child,
			    .name = "Team",
			    .name_key = "team" };

	judged(w.v, &w.as_ada, c, RULE_NAME_TAKEN);
	judged(w.v, &w.as_bo, c, RULE_NOT_ORG_OWNER);
	judged(w.v, &w.as_operator, c, RULE_NOT_ORG_OWNER);
	c.name_key = c.name = "new";
	c.giver = ACME;
	c.scope = w.grandchild;
	judged(w.v, &w.as_ada, c, RULE_SOURCE_SCOPE);
	c.scope = w.child;
	w.v->licensed = false;
	judged(w.v, &w.as_ada, c, RULE_LICENCE);
	w.v->licensed = true;
	judged(w.v, &w.as_ada, c, RULE_NONE);
	c.kind = CHANGE_GROUP_RENAME;
	c.group = w.team;
	judged(w.v, &w.as_ada, c, RULE_NAME_TAKEN);
	judged(w.v, &w.as_bo, c, RULE_NOT_GROUP_OWNER);
	c.name = "TEAM";
	c.name_key = "team";
	judged(w.v, &w.as_ada, c, RULE_NONE);
	c.name_key = c.name = "crew";
	judged(w.v, &w.as_ada, c, RULE_NONE);
	assert_int_equal(view_group(w.v, w.child, "crew"), w.team);
	assert_int_equal(view_group(w.v, w.child, "team"), VIEW_NONE);
}

static void test_giving(void **state)
{
	struct world w = world_new(*state);
	struct change c = grant(&w, CHANGE_GIVE, ROLE_OWNER, w.bo, GIVER_HAND);
	struct change missing = c;

	missing.group = 99;
	judged(w.v, &w.as_ada, missing, RULE_ORG_ISOLATED);
	judged(w.v, &w.as_bo, c, RULE_NOT_GROUP_OWNER);
	judged(w.v, &w.as_operator, c, RULE_NOT_GROUP_OWNER);
	w.v->licensed = false;
	judged(w.v, &w.as_ada, c, RULE_LICENCE);
	w.v->licensed = true;
	w.v->accounts[w.bo].active = false;
	judged(w.v, &w.as_ada, c, RULE_ACCOUNT_BLOCKED);
	w.v->accounts[w.bo].active = true;
	judged(w.v, &w.as_ada, c, RULE_NONE);
	assert_int_equal(w.v->groups[w.team].person_owners, 2);
}

/* A source's change to Bo's role in the team, which is judged good in the end. */
static void only_in_scope_and_unprotected(struct world *w, struct change *c)
{
	uint32_t email = w->v->accounts[w->bo].email;

	c->scope = w->grandchild;
	judged(w->v, &w->as_sync, *c, RULE_SOURCE_SCOPE);
	c->scope = w->child;
	w->v->groups[w->team].is_protected = true;
	judged(w->v, &w->as_sync, *c, RULE_PROTECTED);
	w->v->groups[w->team].is_protected = false;
	w->v->emails[email].is_protected = true;
	judged(w->v, &w->as_sync, *c, RULE_PROTECTED);
	w->v->emails[email].is_protected = false;
	judged(w->v, &w->as_sync, *c, RULE_NONE);
}

static void test_a_source_gives(void **state)
{
	struct world w = world_new(*state);
	struct change c = grant(&w, CHANGE_GIVE, ROLE_MEMBER, w.bo, ACME);
	uint32_t mine = view_add_group(w.v, 3, w.grandchild, "Mine", "mine");

	only_in_scope_and_unprotected(&w, &c);
	assert_int_equal(w.v->groups[w.team].members, 1);
	c.group = mine;
	judged(w.v, &w.as_sync, c, RULE_ORG_ISOLATED);
	view_give(w.v, mine, ROLE_OWNER, w.sync, GIVER_HAND, false);
	judged(w.v, &w.as_sync, c, RULE_NOT_ORG_OWNER);
	view_add_owner_claim(w.v, w.sync, w.grandchild);
	view_add_claim(w.v, mine, w.v->groups[mine].organization, CLAIM_OWNER);
	judged(w.v, &w.as_sync, c, RULE_OWNER_CLAIM);
	c.allow_owner_claim = true;
	judged(w.v, &w.as_sync, c, RULE_NONE);
	assert_int_equal(w.v->organizations[w.grandchild].person_owners, 1);
}

static void test_a_source_takes_what_hand_gives(void **state)
{
	struct world w = world_new(*state);
	struct change c = grant(&w, CHANGE_TAKE, ROLE_MEMBER, w.bo, GIVER_HAND);

	view_give(w.v, w.team, ROLE_MEMBER, w.bo, GIVER_HAND, false);
	view_give(w.v, w.team, ROLE_MEMBER, w.bo, ACME, false);
	c.for_source = true;
	only_in_scope_and_unprotected(&w, &c);
	assert_int_equal(w.v->groups[w.team].members, 1);
	judged(w.v, &w.as_sync, c, RULE_NOT_GIVEN);
	c.account = w.ada;
	c.role = ROLE_OWNER;
	judged(w.v, &w.as_sync, c, RULE_LAST_OWNER);
}

static void test_taking_and_suspending(void **state)
{
	struct world w = world_new(*state);

	view_give(w.v, w.team, ROLE_MEMBER, w.bo, ACME, false);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_TAKE, ROLE_OWNER, w.ada, GIVER_HAND),
	       RULE_LAST_OWNER);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_SUSPEND, ROLE_OWNER, w.ada, GIVER_HAND),
	       RULE_LAST_OWNER);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_TAKE, ROLE_OWNER, w.bo, GIVER_HAND),
	       RULE_NOT_GIVEN);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_RESTORE, ROLE_OWNER, w.bo, GIVER_HAND),
	       RULE_NOT_GIVEN);
	judged(w.v, &w.as_sync, grant(&w, CHANGE_SUSPEND, ROLE_MEMBER, w.bo, ACME),
	       RULE_NONE);
	assert_int_equal(w.v->groups[w.team].members, 1);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_TAKE, ROLE_MEMBER, w.bo, GIVER_HAND),
	       RULE_NONE);
	assert_int_equal(w.v->groups[w.team].members, 0);
	assert_int_equal(w.v->groups[w.team].recent, 1);
	w.v->licensed = false;
	judged(w.v, &w.as_sync, grant(&w, CHANGE_RESTORE, ROLE_MEMBER, w.bo, ACME),
	       RULE_LICENCE);
	w.v->licensed = true;
	judged(w.v, &w.as_sync, grant(&w, CHANGE_RESTORE, ROLE_MEMBER, w.bo, ACME),
	       RULE_NONE);
	assert_int_equal(w.v->groups[w.team].members, 1);
	w.v->licensed = false;
	judged(w.v, &w.as_sync, grant(&w, CHANGE_TAKE, ROLE_MEMBER, w.bo, ACME),
	       RULE_NONE);
	assert_int_equal(view_role(w.v, w.team, ROLE_MEMBER, w.bo), VIEW_NONE);
}

/* One giver may go, even of the last owner, as long as another keeps the access. */
static void test_a_giver_may_leave_the_last_owner_to_another(void **state)
{
	struct world w = world_new(*state);
	uint32_t role = view_give(w.v, w.team, ROLE_OWNER, w.ada, ACME, true);

	judged(w.v, &w.as_ada, grant(&w, CHANGE_TAKE, ROLE_OWNER, w.ada, GIVER_HAND),
	       RULE_LAST_OWNER);
	view_suspend(w.v, role, ACME, false);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_TAKE, ROLE_OWNER, w.ada, GIVER_HAND),
	       RULE_NONE);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_TAKE, ROLE_OWNER, w.ada, ACME),
	       RULE_LAST_OWNER);
}

static void test_inviting(void **state)
{
	struct world w = world_new(*state);
	const char *eve = "eve@x.example";

	judged(w.v, &w.as_bo, invitation(&w, CHANGE_INVITE, ROLE_MEMBER, eve, GIVER_HAND),
	       RULE_INVITE_RIGHTS);
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_INVITE, ROLE_MEMBER, "bo@x.example", GIVER_HAND),
	       RULE_INVITE_KNOWN);
	assert_true(view_is_on_roster(w.v, w.bo, w.child));
	view_suspend(w.v, view_role(w.v, w.team, ROLE_MEMBER, w.bo), GIVER_HAND, true);
	assert_false(view_is_on_roster(w.v, w.bo, w.child));
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_INVITE, ROLE_MEMBER, "bo@x.example", GIVER_HAND),
	       RULE_NONE);
	w.v->licensed = false;
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_INVITE, ROLE_MEMBER, eve, GIVER_HAND), RULE_LICENCE);
	w.v->licensed = true;
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_CANCEL, ROLE_MEMBER, eve, GIVER_HAND),
	       RULE_INVITE_ENDED);
	view_mailed(w.v, w.child, view_email(w.v, eve), NOW - INVITE_COOLDOWN + 1);
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_INVITE, ROLE_MEMBER, eve, GIVER_HAND),
	       RULE_INVITE_COOLDOWN);
	view_invite(w.v, w.team, ROLE_OWNER, view_email(w.v, eve), ACME, INVITE_MAIL);
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_INVITE, ROLE_MEMBER, eve, GIVER_HAND), RULE_NONE);
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_INVITE, ROLE_MEMBER, eve, GIVER_HAND),
	       RULE_INVITE_DUPLICATE);
	judged(w.v, &w.as_sync, invitation(&w, CHANGE_INVITE, ROLE_MEMBER, eve, ACME),
	       RULE_NONE);
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_UNINVITE, ROLE_OWNER, eve, GIVER_HAND),
	       RULE_NOT_GIVEN);
	assert_int_equal(view_pending(w.v, w.child, view_email(w.v, eve)), 2);
	judged(w.v, &w.as_ada,
	       invitation(&w, CHANGE_CANCEL, ROLE_MEMBER, eve, GIVER_HAND), RULE_NONE);
	judged(w.v, &w.as_sync, invitation(&w, CHANGE_UNINVITE, ROLE_OWNER, eve, ACME),
	       RULE_NONE);
	assert_int_equal(view_pending(w.v, w.child, view_email(w.v, eve)), 0);
}

static void test_blocking(void **state)
{
	struct world w = world_new(*state);
	struct change c = { .kind = CHANGE_BLOCK, .account = w.ada };
	struct principal stranger = { .account = person(w.v, 9, "zoe@x.example"),
				      .name = "zoe" };

	judged(w.v, &stranger, c, RULE_ORG_ISOLATED);
	judged(w.v, &w.as_sync, c, RULE_ORG_ISOLATED);
	judged(w.v, &w.as_operator, c, RULE_NONE);
	assert_int_equal(w.v->organizations[w.root].person_owners, 0);
	assert_int_equal(w.v->groups[w.team].person_owners, 0);
	judged(w.v, &w.as_ada, c, RULE_NOT_ORG_OWNER);
	judged(w.v, &w.as_ada, grant(&w, CHANGE_GIVE, ROLE_OWNER, w.bo, GIVER_HAND),
	       RULE_NOT_GROUP_OWNER);
	c.kind = CHANGE_UNBLOCK;
	judged(w.v, &w.as_operator, c, RULE_NONE);
	assert_int_equal(w.v->organizations[w.root].person_owners, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_rule_has_a_code_and_says_what_to_do),
		TEST(test_organizations),
		TEST(test_licences_and_claims),
		TEST(test_groups),
		TEST(test_giving),
		TEST(test_a_source_gives),
		TEST(test_a_source_takes_what_hand_gives),
		TEST(test_taking_and_suspending),
		TEST(test_a_giver_may_leave_the_last_owner_to_another),
		TEST(test_inviting),
		TEST(test_blocking),
	};
	return test_main(tests);
}
