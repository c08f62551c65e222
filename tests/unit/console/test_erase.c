/* SPDX-License-Identifier: MIT */
#include "bridge/console/erase.h"
#include "bridge/console/trail.h"
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define KIM  "kim@contoso.example"
#define GIL  "gil@globex.example"
#define HOME "northwind/contoso"

static struct err *erase(struct world *w, const char *email, const char *os_user,
			 struct erasure *done)
{
	return console_erase(w->store, email, &(struct looking){ os_user, NULL }, w->now,
			     done);
}

static void verify_all(struct world *w)
{
	struct trail_chain *chains;
	struct trail_verdict v;
	size_t n;

	assert_ok(trail_chains(w, w->store, TRAIL_ALL, &chains, &n));
	for (size_t i = 0; i < n; i++) {
		assert_ok(trail_verify(w->store, &chains[i], NULL, 0, &v));
		assert_string_equal(trail_verdict_text(w, &v), "good");
	}
}

/* Bo has an account, bound to a person of the source, and a user of this system. */
static struct world *with_bo(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	commit(w);
	run(w, "INSERT INTO binding SELECT 1, 'anchor', id, 1 FROM account WHERE"
	       " subject_id = (SELECT id FROM subject WHERE email = '" BO "')");
	run(w, "INSERT INTO mirror VALUES (1, 'anchor', 'd', 'e', ''),"
	       " (1, 'other', 'd', 'e', '')");
	run(w, "INSERT INTO evidence VALUES (1, 'anchor', 'disabled', 1, 1, NULL, NULL)");
	run(w, "INSERT INTO given (source_id, group_id, role, anchor, state, since,"
	       " email_key) SELECT 1, id, 0, 'anchor', 'invited', 1, '" BO "'"
	       " FROM security_group WHERE name = 'Operators'");
	return w;
}

#define NAMED(table, columns)                                                            \
	"SELECT count(*) FROM " table " WHERE lower(" columns ") LIKE '%bo@%'"

static void assert_unnamed(struct world *w)
{
	assert_int_equal(number(w, NAMED("subject", "coalesce(email, '')"
						    "|| coalesce(email_key, '')"
						    "|| coalesce(name, '')")),
			 0);
	assert_int_equal(number(w, NAMED("principal", "name")), 0);
	assert_int_equal(number(w, NAMED("invitation", "coalesce(email, '')"
						       " || coalesce(name, '')")),
			 0);
	assert_int_equal(number(w, NAMED("given", "email_key")), 0);
	assert_int_equal(number(w, NAMED("audit", "principal || coalesce(subject, '')"
						  "|| target || coalesce(code, '')"
						  "|| coalesce(before, '')"
						  "|| coalesce(after, '')")),
			 0);
	assert_int_equal(number(w, NAMED("outbox", "value")), 0);
}

static void test_names_go_and_the_trail_stays(void **state)
{
	struct world *w = with_bo(*state);
	struct erasure done;

	assert_ok(erase(w, "Bo@Contoso.example", "root", &done));
	assert_int_equal(done.roots, 1);
	assert_unnamed(w);
	verify_all(w);
	assert_int_equal(number(w, "SELECT count(*) FROM account a JOIN subject s"
				   " ON s.id = a.subject_id JOIN principal p"
				   " ON p.account_id = a.id WHERE a.active = 0"
				   " AND p.name = s.pseudonym AND s.erased = 1795510800"),
			 1);
	assert_int_equal(number(w, "SELECT count(*) FROM role WHERE valid_to IS NULL"
				   " AND account_id IN (SELECT id FROM account"
				   "  WHERE active = 0)"),
			 0);
	assert_int_equal(number(w, "SELECT count(*) FROM principal_user"
				   " WHERE os_user = 'bo'"),
			 0);
	assert_int_equal(number(w, "SELECT count(*) FROM audit a JOIN subject s"
				   " ON s.pseudonym = a.subject WHERE s.erased > 0"
				   " AND a.action = 'account.erase'"),
			 2);
	assert_int_equal(number(w, "SELECT count(*) FROM outbox"
				   " WHERE kind = 'account.erase'"),
			 1);
	assert_refused(erase(w, BO, "root", &done), "unknown-account");
}

static void test_what_sources_remember_goes_but_for_a_code(void **state)
{
	static const struct value anchor = { "anchor", 6 }, other = { "other", 5 };
	struct world *w = with_bo(*state);
	struct erased *erased;
	struct erasure done;

	assert_ok(erased_load(w, w->store, &erased));
	assert_null(erased);
	assert_false(erased_has_email(erased, BO));
	assert_ok(erase(w, BO, "root", &done));
	assert_int_equal(number(w, "SELECT count(*) FROM binding"), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM given"), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM evidence"), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM mirror"), 1);
	assert_int_equal(number(w, "SELECT count(*) FROM erased"), 2);
	assert_ok(erased_load(w, w->store, &erased));
	assert_true(erased_has_email(erased, BO));
	assert_false(erased_has_email(erased, KIM));
	assert_false(erased_has_email(erased, NULL));
	assert_true(erased_has_anchor(erased, 1, &anchor));
	assert_false(erased_has_anchor(erased, 2, &anchor));
	assert_false(erased_has_anchor(erased, 1, &other));
}

static void test_only_the_person_and_the_operator_may(void **state)
{
	struct world *w = with_bo(*state);
	int64_t lines = number(w, "SELECT count(*) FROM audit");
	struct erasure done;

	assert_refused(erase(w, BO, "ada", &done), "not-yourself");
	assert_refused(erase(w, "nobody@x.example", "ada", &done), "not-yourself");
	assert_refused(erase(w, "nobody@x.example", "root", &done), "unknown-account");
	assert_err(erase(w, "nobody", "root", &done), ERR_USAGE, "no e-mail address");
	assert_refused(erase(w, BO, "eve", &done), "not-yours");
	assert_int_equal(number(w, "SELECT count(*) FROM audit"), lines);
	assert_int_equal(number(w, "SELECT count(*) FROM erased"), 0);
	assert_ok(erase(w, BO, "bo", &done));
	assert_unnamed(w);
	verify_all(w);
}

static void test_all_roots_or_none(void **state)
{
	struct world *w = with_bo(*state);
	struct erasure done;

	/* Gil also works for northwind, and is the last owner of globex. */
	join(w, HOME, "Operators", ROLE_MEMBER, GIL);
	assert_err(erase(w, GIL, "gil", &done), ERR_REFUSED, "in \"globex\": last-owner");
	assert_int_equal(number(w, "SELECT count(*) FROM role r JOIN account a"
				   " ON a.id = r.account_id JOIN subject s"
				   " ON s.id = a.subject_id WHERE s.email = '" GIL "'"
				   " AND r.valid_to IS NULL"),
			 3);
	assert_int_equal(number(w, "SELECT count(*) FROM subject WHERE erased > 0"), 0);
	assert_int_equal(number(w, "SELECT count(*) FROM audit"
				   " WHERE action = 'account.erase'"),
			 0);
	verify_all(w);
}

static void test_who_has_left_is_erased_where_they_were(void **state)
{
	struct world *w = with_bo(*state);
	struct erasure done;

	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	commit(w);
	run(w, "DELETE FROM binding");
	assert_ok(erase(w, BO, "root", &done));
	assert_int_equal(done.roots, 1);
	assert_unnamed(w);
	verify_all(w);
}

static void test_who_was_only_invited_is_erased_as_well(void **state)
{
	struct world *w = world_new(*state);
	struct erasure done;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	assert_ok(erase(w, BO, "root", &done));
	assert_int_equal(done.roots, 1);
	assert_unnamed(w);
	assert_int_equal(number(w, "SELECT count(*) FROM invitation"
				   " WHERE state = 'cancelled'"),
			 1);
	verify_all(w);
}

static void test_the_address_invited_under_goes_too(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance accepted;
	struct erasure done;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	assert_ok(console_accept(w, w->store, token_of(w, BO),
				 BY(.email = KIM, .name = "Bo@home"), w->now, &accepted));
	assert_ok(erase(w, KIM, "root", &done));
	assert_unnamed(w);
	assert_int_equal(number(w, "SELECT count(*) FROM erased"), 2);
}

static void test_by_hand_they_may_come_back(void **state)
{
	struct world *w = with_bo(*state);
	struct erasure done;

	assert_ok(erase(w, BO, "root", &done));
	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	assert_int_equal(number(w, "SELECT count(*) FROM account a JOIN subject s"
				   " ON s.id = a.subject_id WHERE s.email = '" BO "'"
				   " AND a.active = 1"),
			 1);
	assert_int_equal(number(w, "SELECT count(*) FROM audit a JOIN subject s"
				   " ON s.pseudonym = a.subject WHERE s.email = '" BO
				   "' AND a.action = 'invitation.create'"),
			 1);
	verify_all(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_go_and_the_trail_stays),
		TEST(test_what_sources_remember_goes_but_for_a_code),
		TEST(test_only_the_person_and_the_operator_may),
		TEST(test_all_roots_or_none),
		TEST(test_who_has_left_is_erased_where_they_were),
		TEST(test_who_was_only_invited_is_erased_as_well),
		TEST(test_the_address_invited_under_goes_too),
		TEST(test_by_hand_they_may_come_back),
	};
	return test_main(tests);
}
