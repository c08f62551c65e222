/* SPDX-License-Identifier: MIT */
/* What one customer asks to see of another. */
#include "bridge/console/export.h"
#include "tests/unit/console/customers.h"

/* ---- every reading ---- */

typedef struct err *read_fn(struct world *w, const char *path, const char *group);

static struct err *read_organization(struct world *w, const char *path, const char *group)
{
	uint32_t found;

	(void)group;
	return console_organization(w->c, path, &found);
}

static struct err *read_administered(struct world *w, const char *path, const char *group)
{
	uint32_t found;

	(void)group;
	return console_administered(w->c, path, &found);
}

static struct err *read_root(struct world *w, const char *path, const char *group)
{
	uint32_t found;

	(void)group;
	return console_root(w->c, path, &found);
}

static struct err *read_group(struct world *w, const char *path, const char *group)
{
	uint32_t found;

	return console_own_group(w->c, path, group, &found);
}

static struct err *read_group_at(struct world *w, const char *path, const char *group)
{
	uint32_t found;

	return console_group_at(w->c, number_of(w, HOME), path, group, &found);
}

static struct err *read_linked_from(struct world *w, const char *path, const char *group)
{
	uint32_t found, here;

	return console_linked(w->c, path, group, HOME, &found, &here);
}

static struct err *read_linked_to(struct world *w, const char *path, const char *group)
{
	uint32_t found, there;

	(void)group;
	return console_linked(w->c, HOME, "Operators", path, &found, &there);
}

static struct err *read_link_target(struct world *w, const char *path, const char *group)
{
	uint32_t found;

	(void)group;
	return console_link_target(w->c, path, &found);
}

static struct err *drop(void *to, const char *bytes, size_t len)
{
	(void)bytes;
	*(size_t *)to += len;
	return NULL;
}

static struct err *read_export(struct world *w, const char *path, const char *group)
{
	struct export_counts counts;
	size_t len = 0;
	struct err *err = console_export(w->c, path, drop, &len, &counts);

	(void)group;
	assert_true(err == NULL || len == 0);
	return err;
}

static struct err *read_events(struct world *w, const char *path, const char *group)
{
	size_t len = 0;
	int64_t n;
	struct err *err = console_export_events(w->c, path, 0, drop, &len, &n);

	(void)group;
	assert_true(err == NULL || len == 0);
	return err;
}

static struct err *read_may_run(struct world *w, const char *path, const char *group)
{
	(void)group;
	return console_may_run(w->c, w->c->os_user, NULL, path);
}

static const struct reading {
	const char *what;
	read_fn *read;
	bool at_home;      /* asked with contoso's root in view, not the path's */
	bool operator_too; /* the operator learns no more */
	const char *own;   /* where bo gets it; NULL: nowhere */
} readings[] = {
	{ "an organization", read_organization, false, true, HOME },
	{ "an organization to administer", read_administered, false, false, HOME },
	{ "a root", read_root, false, false, NULL },
	{ "a group", read_group, false, false, HOME },
	{ "a group beside", read_group_at, true, true, HOME "/lab" },
	{ "a link from there", read_linked_from, true, true, HOME "/lab" },
	{ "a link to there", read_linked_to, true, true, NULL },
	{ "where to link", read_link_target, true, true, HOME "/lab" },
	{ "an export", read_export, false, true, NULL },
	{ "events", read_events, false, true, NULL },
	{ "a run", read_may_run, false, true, HOME "/lab" },
};

static struct answer read_at(struct world *w, const struct reading *r, const char *user,
			     const char *path, const char *group)
{
	uint64_t before = store_statements();
	struct answer a;

	enter(w, r->at_home ? "northwind" : top_of(w, path), user);
	a = answer_of(w, r->read(w, path, group), path, before);
	give_up(w);
	return a;
}

static void try_reading(struct world *w, const struct reading *r, const char *user,
			const struct target *t)
{
	struct answer there = read_at(w, r, user, t->path, t->group);
	struct answer nowhere = read_at(w, r, user, t->nothing, t->group);

	if (strcmp(there.code, "org-isolated") != 0)
		fail_msg("%s by %s: %s", r->what, user, there.words);
	assert_same(r->what, t, &there, &nowhere);
}

static void test_every_reading(void **state)
{
	struct world *w = customers(*state);

	for (size_t r = 0; r < ARRAY_LEN(readings); r++) {
		for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
			try_reading(w, &readings[r], "bo", &targets[i]);
			try_reading(w, &readings[r], "feed", &targets[i]);
			if (readings[r].operator_too)
				try_reading(w, &readings[r], "root", &targets[i]);
		}
		if (readings[r].own != NULL)
			assert_string_equal(
				read_at(w, &readings[r], "bo", readings[r].own, "Owners")
					.words,
				"done");
	}
}

/* The way by which rosters, the trail, reviews and the like are read. */
static struct answer look_at(struct world *w, const char *user, const char *path,
			     int64_t at)
{
	uint64_t before = store_statements();
	struct console *c;
	uint32_t found;
	struct answer a;

	assert_ok(store_begin(w->store));
	a = answer_of(w,
		      console_look(w, w->store, path, &(struct looking){ user, NULL }, at,
				   w->now, &c, &found),
		      path, before);
	give_up(w);
	return a;
}

static void test_looking(void **state)
{
	static const char *const users[] = { "bo", "feed", "root" };
	struct world *w = customers(*state);

	for (size_t u = 0; u < ARRAY_LEN(users); u++)
		for (size_t i = 0; i < ARRAY_LEN(targets); i++)
			for (int past = 0; past < 2; past++) {
				const struct target *t = &targets[i];
				int64_t at = w->now - past * DAY;
				struct answer there = look_at(w, users[u], t->path, at);
				struct answer nowhere =
					look_at(w, users[u], t->nothing, at);

				assert_string_equal(there.code, "org-isolated");
				assert_same("a look", t, &there, &nowhere);
			}
	assert_string_equal(look_at(w, "bo", HOME, w->now).words, "done");
	assert_string_equal(look_at(w, "bo", HOME "/lab", w->now).words, "done");
	assert_string_equal(look_at(w, "gil", "globex/lab", w->now).words, "done");
}

/* What was there once is no more to them than what never was. */
static void test_looking_at_what_is_deleted(void **state)
{
	static const struct target gone = { "northwind", "northwind/gone", "Owners",
					    "northwind/gore" };
	struct world *w = customers(*state);
	struct change made = { .kind = CHANGE_ORGANIZATION,
			       .name = "gone",
			       .name_key = "gone" };
	struct change deleted = { .kind = CHANGE_ORGANIZATION_DELETE };

	enter(w, "northwind", "ada");
	made.organization = organization(w, "northwind");
	made.account = w->c->principal.account;
	assert_ok(console_change(w->c, &made, NULL, NULL));
	commit(w);
	w->now += DAY;
	enter(w, "northwind", "ada");
	deleted.organization = organization(w, gone.path);
	assert_ok(console_change(w->c, &deleted, NULL, NULL));
	commit(w);
	for (int past = 0; past < 2; past++) {
		int64_t at = w->now - past * DAY;
		struct answer there = look_at(w, "bo", gone.path, at);
		struct answer nowhere = look_at(w, "bo", gone.nothing, at);

		assert_string_equal(there.code, "org-isolated");
		assert_same("a look", &gone, &there, &nowhere);
	}
	assert_string_equal(look_at(w, "ada", gone.path, w->now - DAY).words, "done");
}

/* By the id of an organization as by its path. */
static void test_an_id_tells_no_more_than_a_path(void **state)
{
	struct world *w = customers(*state);
	static const char *const nothing = "0123456789abcdef0123456789abcdef";

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		const char *uid;
		struct answer there, nowhere;
		uint32_t o;

		enter(w, targets[i].root, "bo");
		o = organization(w, targets[i].path);
		uid = mem_strdup(w, w->c->view->organizations[o].uid);
		give_up(w);
		there = read_at(w, &readings[0], "bo", uid, "Owners");
		nowhere = read_at(w, &readings[0], "bo", nothing, "Owners");
		assert_string_equal(there.code, "org-isolated");
		assert_same("an id", &targets[i], &there, &nowhere);
		there = look_at(w, "bo", uid, w->now);
		nowhere = look_at(w, "bo", nothing, w->now);
		assert_string_equal(there.code, "org-isolated");
		assert_same("a look by id", &targets[i], &there, &nowhere);
	}
}

/* ---- people ---- */

static struct answer know(struct world *w, const char *who)
{
	uint64_t before = store_statements();
	uint32_t found;

	return answer_of(w, console_known(w->c, who, &found), who, before);
}

static void test_people_of_others_are_nobody(void **state)
{
	static const char *const strangers[] = { EVE, "gil@globex.example", "sync" };
	struct world *w = customers(*state);

	enter(w, "northwind", "bo");
	for (size_t i = 0; i < ARRAY_LEN(strangers); i++) {
		struct answer there = know(w, strangers[i]);
		struct answer nowhere = know(w, "nobody@x.example");

		if (strcmp(strangers[i], "sync") == 0)
			continue; /* owns contoso as well */
		assert_string_equal(there.code, "unknown-account");
		assert_string_equal(there.words, nowhere.words);
		assert_int_equal(there.statements, nowhere.statements);
	}
	assert_string_equal(know(w, ADA).words, "done");
	give_up(w);
}

/* Who holds a token can accept: it is shown to who may invite, and to nobody else. */
static void test_tokens_of_others_are_none(void **state)
{
	struct world *w = customers(*state);
	char *there, *nowhere;
	uint64_t before, after;
	int64_t mail;

	invite(w, "northwind/fabrikam", "Operators", ROLE_MEMBER, "max@fabrikam.example");
	mail = number(w, "SELECT max(id) FROM mail");
	enter(w, "northwind", "bo");
	before = store_statements();
	assert_ok(console_show_token(w, w->c, mail, &there));
	after = store_statements();
	assert_ok(console_show_token(w, w->c, mail + 1, &nowhere));
	assert_int_equal(store_statements() - after, after - before);
	assert_null(there);
	assert_null(nowhere);
	give_up(w);
	enter(w, "northwind", "ada");
	assert_ok(console_show_token(w, w->c, mail, &there));
	assert_non_null(there);
	give_up(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_reading),
		TEST(test_looking),
		TEST(test_looking_at_what_is_deleted),
		TEST(test_an_id_tells_no_more_than_a_path),
		TEST(test_people_of_others_are_nobody),
		TEST(test_tokens_of_others_are_none),
	};
	return test_main(tests);
}
