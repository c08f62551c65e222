/* SPDX-License-Identifier: MIT */
/* What one customer asks to change at another. */
#include "bridge/record/text.h"
#include "tests/unit/console/customers.h"

/* ---- every change ---- */

/* Of the store, or for the operator alone: where it is asked makes no difference. */
static bool is_the_operators(enum change_kind kind)
{
	static const char *const of[] = {
		"licence.", "asset.", "claim.", "principal.", "root.", "store.",
	};

	for (size_t i = 0; i < ARRAY_LEN(of); i++)
		if (strncmp(change_name(kind), of[i], strlen(of[i])) == 0)
			return true;
	return false;
}

static const char *answer_to(enum change_kind kind)
{
	switch (kind) {
	case CHANGE_ACCEPT:
	case CHANGE_DECLINE:
		return "invite-rights"; /* those are for who has the token */
	case CHANGE_EXPIRE:
		return "unchanged";
	case CHANGE_ERASE:
		return "not-yourself";
	default:
		return is_the_operators(kind) ? "not-operator" : "org-isolated";
	}
}

/* Somebody who is there, and is not who asks. */
static uint32_t somebody(struct world *w)
{
	struct view *v = w->c->view;

	for (uint32_t a = 0; a < v->n_accounts; a++)
		if (a != w->c->principal.account && !v->accounts[a].service)
			return a;
	return view_add_account(v, 90, email(w, "nobody@x.example"), "nobody", false);
}

static struct err *ask(struct world *w, enum change_kind kind, const char *path,
		       const char *name, int64_t giver)
{
	uint32_t there = number_of(w, path), home = number_of(w, HOME);
	AUTO_MEM char *key = text_fold(NULL, name, strlen(name));
	struct change change = {
		.kind = kind,
		.organization = there,
		.group = there == NOWHERE ? NOWHERE : view_group(w->c->view, there, key),
		.account = somebody(w),
		.email = email(w, "new@x.example"),
		.giver = giver,
		.scope = giver == GIVER_HAND || home == NOWHERE ? VIEW_NONE : home,
		.name = kind == CHANGE_GROUP_CLAIM ? "Backup" : "mine",
		.name_key = "mine",
		.until = w->now + DAY,
	};

	return console_change(w->c, &change, NULL, NULL);
}

static struct answer change_at(struct world *w, const char *user, enum change_kind kind,
			       const char *path, const char *name, int64_t giver)
{
	uint64_t before = store_statements();
	struct answer a;

	enter(w, top_of(w, path), user);
	a = answer_of(w, ask(w, kind, path, name, giver), path, before);
	give_up(w);
	return a;
}

/* It is about the person in a root, and not about an organization. */
static bool is_elsewhere(enum change_kind kind, const struct target *t)
{
	return kind == CHANGE_EMAIL && strcmp(t->root, "northwind") == 0;
}

static void try_change(struct world *w, const char *user, enum change_kind kind,
		       const struct target *t, int64_t giver)
{
	struct answer there = change_at(w, user, kind, t->path, t->group, giver);
	struct answer nowhere = change_at(w, user, kind, t->nothing, t->group, giver);
	const char *want = answer_to(kind);

	if (is_elsewhere(kind, t)) {
		assert_true(strcmp(there.code, "not-yourself") == 0 ||
			    strcmp(there.code, "org-isolated") == 0);
		return;
	}
	if (strcmp(there.code, want) != 0)
		fail_msg("%s by %s of %s: \"%s\"", change_name(kind), user, t->path,
			 there.words);
	assert_same(change_name(kind), t, &there, &nowhere);
}

static void test_every_change_by_a_person(void **state)
{
	struct world *w = customers(*state);
	int64_t lines = number(w, "SELECT count(*) FROM audit");

	for (size_t i = 0; i < ARRAY_LEN(targets); i++)
		for (enum change_kind kind = 0; kind < CHANGES; kind++)
			try_change(w, "bo", kind, &targets[i], GIVER_HAND);
	assert_int_equal(number(w, "SELECT count(*) FROM audit"), lines);
}

/* A source makes groups, and changes who is in them. */
static void test_every_change_by_a_source(void **state)
{
	static const enum change_kind kinds[] = {
		CHANGE_GROUP,   CHANGE_GROUP_RENAME, CHANGE_GIVE,   CHANGE_TAKE,
		CHANGE_SUSPEND, CHANGE_RESTORE,      CHANGE_INVITE, CHANGE_UNINVITE,
	};
	struct world *w = customers(*state);

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
			try_change(w, "feed", kinds[k], &targets[i], FEED);
		for (enum change_kind kind = 0; kind < CHANGES; kind++)
			try_change(w, "feed", kind, &targets[i], GIVER_HAND);
	}
}

/* Its service principal owns the parent too; the source is of contoso all the same. */
static void test_a_source_stays_in_its_scope(void **state)
{
	static const enum change_kind kinds[] = {
		CHANGE_GROUP,   CHANGE_GROUP_RENAME, CHANGE_GIVE,   CHANGE_TAKE,
		CHANGE_SUSPEND, CHANGE_RESTORE,      CHANGE_INVITE, CHANGE_UNINVITE,
	};
	struct world *w = customers(*state);

	enter(w, "northwind", "sync");
	assert_ok(make_group(w, "northwind", "Synced"));
	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		assert_refused(ask(w, kinds[k], "northwind", "Synced", FEED),
			       "source-scope");
	assert_ok(ask(w, CHANGE_GROUP, HOME, "Owners", FEED));
	give_up(w);
}

/* ---- links: their codes are for who owns both ends ---- */

static struct err *link_to(struct world *w, const char *user, const char *home,
			   const char *name, const char *to)
{
	struct change change = { .kind = CHANGE_LINK };
	struct err *err;

	enter(w, "northwind", user);
	change.group = group(w, home, name);
	err = console_link_target(w->c, to, &change.organization);
	if (err == NULL)
		err = console_change(w->c, &change, NULL, NULL);
	give_up(w);
	return err;
}

static void own_globex_too(struct world *w)
{
	struct acceptance done;

	enter(w, "globex", "gil");
	assert_ok(change_invitation(w, CHANGE_INVITE, "globex", "Owners", ROLE_MEMBER,
				    ADA, GIVER_HAND));
	commit(w);
	assert_ok(console_accept(w, w->store, token_of(w, ADA), BY(), w->now, &done));
}

static void test_link_codes_are_for_who_owns_both(void **state)
{
	static const struct {
		const char *to, *code;
	} of_ada[] = {
		{ HOME, "link-self" },
		{ "northwind", "link-up" },
		{ "northwind/fabrikam", "link-across" },
		{ "northwind/fabrikam/plant", "link-across" },
		{ "globex", "link-root" },
	};
	struct world *w = customers(*state);

	own_globex_too(w);
	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		assert_refused(link_to(w, "bo", HOME, "Operators", targets[i].path),
			       "org-isolated");
		assert_refused(link_to(w, "bo", HOME, "Operators", targets[i].nothing),
			       "org-isolated");
	}
	for (size_t i = 0; i < ARRAY_LEN(of_ada); i++)
		assert_refused(link_to(w, "ada", HOME, "Operators", of_ada[i].to),
			       of_ada[i].code);
	assert_refused(link_to(w, "bo", "northwind/fabrikam", "Operators", HOME),
		       "org-isolated");
	assert_ok(link_to(w, "bo", HOME, "Operators", HOME "/lab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_change_by_a_person),
		TEST(test_every_change_by_a_source),
		TEST(test_a_source_stays_in_its_scope),
		TEST(test_link_codes_are_for_who_owns_both),
	};
	return test_main(tests);
}
