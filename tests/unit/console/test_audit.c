/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define HOME "northwind/contoso"

static void field(struct str *s, const char *text)
{
	if (text == NULL)
		str_add(s, "-,");
	else
		str_addf(s, "%zu:%s,", strlen(text), text);
}

/* The chain as it is documented, computed anew from the rows alone. */
static bool verify(struct world *w, int64_t of)
{
	struct str *s = str_new(w);
	uint8_t hash[HASH_SIZE] = { 0 };
	struct rows *rows;
	int64_t seq = 0;
	bool more, good = true;
	const void *stored;
	size_t len;

	assert_ok(store_query(
		w->store, &rows,
		"SELECT a.seq, o.uid, a.seq, nullif(a.at, 0), a.run_id, a.source_id,"
		" a.principal, a.os_user, nullif(a.impersonated, 0), a.subject, a.action,"
		" a.target, a.before, a.after, a.code, a.hash FROM audit a"
		" LEFT JOIN organization o ON o.id = a.organization_id"
		" WHERE a.organization_id = ?1 ORDER BY a.seq",
		"i", of));
	for (;;) {
		assert_ok(rows_next(rows, &more));
		if (!more)
			break;
		good &= row_int(rows, 0) == ++seq;
		str_clear(s);
		str_add_bytes(s, hash, seq > 1 ? HASH_SIZE : 0);
		for (int i = 1; i < 15; i++)
			field(s, row_text(rows, i));
		hash_of(s->text, s->len, hash);
		stored = row_blob(rows, 15, &len);
		good &= len == HASH_SIZE && memcmp(stored, hash, HASH_SIZE) == 0;
	}
	assert_ok(store_query(w->store, &rows,
			      "SELECT seq, head FROM chain WHERE organization_id = ?1",
			      "i", of));
	assert_ok(rows_next(rows, &more));
	stored = row_blob(rows, 1, &len);
	good &= row_int(rows, 0) == seq && len == HASH_SIZE &&
		memcmp(stored, hash, HASH_SIZE) == 0;
	rows_end(rows);
	return good;
}

static int64_t lines(struct world *w)
{
	return number(w, "SELECT count(*) FROM audit");
}

static int64_t id_of(struct world *w, const char *name)
{
	int64_t id;

	assert_ok(store_number(w->store, &id, 0,
			       "SELECT id FROM organization WHERE name = ?1", "t", name));
	return id;
}

static void verify_all(struct world *w)
{
	assert_true(verify(w, id_of(w, "northwind")));
	assert_true(verify(w, id_of(w, "contoso")));
	assert_true(verify(w, id_of(w, "fabrikam")));
	assert_true(verify(w, id_of(w, "globex")));
}

/* A bit of everything: given, taken, suspended, invited, accepted, declined, blocked. */
static void live(struct world *w)
{
	struct change block = { .kind = CHANGE_BLOCK };

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += 60;
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	invite(w, HOME, "Operators", ROLE_MEMBER, "kim@contoso.example");
	assert_ok(console_decline(w->ctx, w->store, token_of(w, "kim@contoso.example"),
				  BY(), w->now));
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_SUSPEND, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, BO,
			      GIVER_HAND));
	block.account = account(w, BO);
	assert_ok(console_change(w->c, &block, NULL, "left"));
	commit(w);
}

static void test_the_chain_grows_and_verifies(void **state)
{
	struct world *w = world_new(*state);
	int64_t before = lines(w);

	verify_all(w);
	live(w);
	assert_int_equal(lines(w), before + 8);
	verify_all(w);
	assert_int_equal(number(w, "SELECT count(*) FROM audit WHERE action ="
				   " 'invitation.accept' AND before = 'invited'"
				   " AND after = 'given'"),
			 1);
	assert_int_equal(number(w, "SELECT count(*) FROM audit WHERE action ="
				   " 'account.block' AND code = 'left'"
				   " AND os_user = 'ada' AND target = 'northwind'"),
			 1);
}

static void test_a_line_that_was_changed_or_is_gone_shows(void **state)
{
	struct world *w = world_new(*state);

	live(w);
	run(w, "DROP TRIGGER audit_append_only");
	run(w, "DROP TRIGGER audit_stays");
	run(w, "UPDATE audit SET target = 'Operatorz member' WHERE seq = 3");
	assert_false(verify(w, id_of(w, "contoso")));
	run(w, "UPDATE audit SET target = 'Operators member' WHERE seq = 3");
	run(w, "DELETE FROM audit WHERE organization_id ="
	       " (SELECT id FROM organization WHERE name = 'contoso') AND seq ="
	       " (SELECT max(seq) FROM audit WHERE organization_id ="
	       "  (SELECT id FROM organization WHERE name = 'contoso'))");
	assert_false(verify(w, id_of(w, "contoso")));
	assert_true(verify(w, id_of(w, "globex")));
}

static void test_the_trail_names_nobody(void **state)
{
	struct world *w = world_new(*state);

	live(w);
	assert_int_equal(number(w, "SELECT count(*) FROM audit WHERE"
				   " coalesce(principal, '') || coalesce(subject, '')"
				   " || target || coalesce(before, '')"
				   " || coalesce(after, '') LIKE '%@%'"),
			 0);
	assert_int_equal(number(w, "SELECT count(*) FROM audit a JOIN subject s"
				   " ON s.pseudonym = a.principal"
				   " WHERE s.email = '" BO "'"),
			 1);
	assert_int_equal(number(w, "SELECT count(*) FROM audit a JOIN subject s"
				   " ON s.pseudonym = a.subject WHERE s.email = '" BO
				   "' AND a.action = 'role.take'"),
			 1);
}

static void test_who_acts_without_being_a_person_is_named(void **state)
{
	struct world *w = world_new(*state);

	assert_int_equal(number(w, "SELECT count(*) FROM audit"
				   " WHERE principal = 'operator' AND os_user = 'root'"
				   " AND organization_id <> 0"),
			 6);
	enter(w, "northwind", "sync");
	assert_ok(make_group(w, HOME, "Auditors"));
	commit(w);
	assert_int_equal(number(w, "SELECT count(*) FROM audit"
				   " WHERE principal = 'sync' AND os_user = 'cron'"),
			 1);
}

static void test_a_refusal_leaves_nothing(void **state)
{
	struct world *w = world_new(*state);
	int64_t before = lines(w), roles = number(w, "SELECT count(*) FROM giver");

	enter(w, "northwind", "ada");
	assert_refused(
		change_role(w, CHANGE_TAKE, HOME, "Owners", ROLE_MEMBER, ADA, GIVER_HAND),
		"last-owner");
	commit(w);
	assert_int_equal(lines(w), before);
	assert_int_equal(number(w, "SELECT count(*) FROM giver"), roles);
	verify_all(w);
}

static void test_changes_are_counted_up_the_subtree(void **state)
{
	struct world *w = world_new(*state);
	int64_t root, contoso, fabrikam, after;

	assert_ok(console_changes(w->store, id_of(w, "northwind"), &root));
	assert_ok(console_changes(w->store, id_of(w, "contoso"), &contoso));
	assert_ok(console_changes(w->store, id_of(w, "fabrikam"), &fabrikam));
	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	assert_ok(console_changes(w->store, id_of(w, "northwind"), &after));
	assert_int_equal(after, root + 1);
	assert_ok(console_changes(w->store, id_of(w, "contoso"), &after));
	assert_int_equal(after, contoso + 1);
	assert_ok(console_changes(w->store, id_of(w, "fabrikam"), &after));
	assert_int_equal(after, fabrikam);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_chain_grows_and_verifies),
		TEST(test_a_line_that_was_changed_or_is_gone_shows),
		TEST(test_the_trail_names_nobody),
		TEST(test_who_acts_without_being_a_person_is_named),
		TEST(test_a_refusal_leaves_nothing),
		TEST(test_changes_are_counted_up_the_subtree),
	};
	return test_main(tests);
}
