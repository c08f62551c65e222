/* SPDX-License-Identifier: MIT */
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define KIM  "kim@contoso.example"
#define HOME "northwind/contoso"

/* A world whose service principal may invite for source 1 into Operators. */
static struct world *world_of_a_source(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);
	struct change change = { .kind = CHANGE_GIVE, .role = ROLE_OWNER };

	enter(w, "northwind", "ada");
	assert_ok(console_known(w->c, "sync", &change.account));
	change.group = group(w, HOME, "Operators");
	assert_ok(console_change(w->c, &change, NULL, NULL));
	commit(w);
	return w;
}

/* The source invites; anchor is the address, and it remembers that it did. */
static void source_invites(struct world *w, enum role role, const char *who,
			   const char *anchor)
{
	struct change change = { .kind = CHANGE_INVITE, .role = role, .giver = SOURCE };
	struct value value = { anchor, strlen(anchor) };

	enter(w, "northwind", "sync");
	change.group = group(w, HOME, "Operators");
	change.scope = organization(w, HOME);
	change.email = email(w, who);
	assert_ok(console_change(w->c, &change, &value, NULL));
	assert_ok(store_run(w->store,
			    "INSERT INTO given (source_id, group_id, role, anchor, state,"
			    " since) VALUES (1, ?1, ?2, ?3, 'invited', ?4)",
			    "iibi", w->c->view->groups[change.group].id, (int64_t)role,
			    anchor, strlen(anchor), w->now));
	commit(w);
}

static struct err *accept(struct world *w, const char *token, struct acceptance *out)
{
	return console_accept(w->ctx, w->store, token, BY(.name = "Bo"), w->now, out);
}

static int64_t given(struct world *w, const char *state)
{
	int64_t n;

	assert_ok(store_number(w->store, &n, 0,
			       "SELECT count(*) FROM given WHERE state = ?1", "t",
			       state));
	return n;
}

static int64_t invitations(struct world *w, const char *state)
{
	int64_t n;

	assert_ok(store_number(w->store, &n, 0,
			       "SELECT count(*) FROM invitation WHERE state = ?1", "t",
			       state));
	return n;
}

static int64_t roles_now(struct world *w)
{
	return number(w,
		      "SELECT count(*) FROM role r JOIN account a"
		      " ON a.id = r.account_id JOIN subject s ON s.id = a.subject_id"
		      " WHERE r.valid_to IS NULL AND s.email LIKE '%@contoso.example'");
}

static struct err *ask(struct world *w, enum change_kind kind, enum role role,
		       const char *who)
{
	return change_invitation(w, kind, HOME, "Operators", role, who, GIVER_HAND);
}

/* ---- the rules ------------------------------------------------------------------------
 */

static void test_invite_rights(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_OWNER, BO);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	commit(w);
	enter(w, "northwind", "bo");
	assert_refused(ask(w, CHANGE_INVITE, ROLE_MEMBER, KIM), "invite-rights");
	give_up(w);
	enter(w, "northwind", "sync");
	assert_refused(ask(w, CHANGE_INVITE, ROLE_MEMBER, KIM), "invite-rights");
	give_up(w);
	assert_int_equal(invitations(w, "pending"), 0);
}

static void test_invite_duplicate(void **state)
{
	struct world *w = world_new(*state);

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "ada");
	assert_refused(ask(w, CHANGE_INVITE, ROLE_MEMBER, BO), "invite-duplicate");
	give_up(w);
	assert_int_equal(invitations(w, "pending"), 1);
}

static void test_invite_known(void **state)
{
	struct world *w = world_new(*state);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "ada");
	assert_refused(ask(w, CHANGE_INVITE, ROLE_MEMBER, BO), "invite-known");
	give_up(w);
}

static void test_invite_cooldown(void **state)
{
	struct world *w = world_new(*state);

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += DAY - 1;
	enter(w, "northwind", "ada");
	assert_ok(ask(w, CHANGE_CANCEL, ROLE_MEMBER, BO));
	commit(w);
	enter(w, "northwind", "ada");
	assert_refused(ask(w, CHANGE_INVITE, ROLE_OWNER, BO), "invite-cooldown");
	assert_ok(ask(w, CHANGE_INVITE, ROLE_OWNER, KIM));
	assert_ok(change_invitation(w, CHANGE_INVITE, "northwind/fabrikam", "Owners",
				    ROLE_OWNER, BO, GIVER_HAND));
	commit(w);
	w->now += 1;
	invite(w, HOME, "Operators", ROLE_OWNER, BO);
}

static void test_invite_ended(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_refused(ask(w, CHANGE_CANCEL, ROLE_MEMBER, BO), "invite-ended");
	give_up(w);
	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	enter(w, "northwind", "ada");
	assert_refused(ask(w, CHANGE_CANCEL, ROLE_OWNER, BO), "invite-ended");
	assert_ok(ask(w, CHANGE_CANCEL, ROLE_MEMBER, BO));
	assert_refused(ask(w, CHANGE_CANCEL, ROLE_MEMBER, BO), "invite-ended");
	commit(w);
}

/* ---- mail -----------------------------------------------------------------------------
 */

static void test_all_of_one_transaction_is_one_mail(void **state)
{
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_ok(ask(w, CHANGE_INVITE, ROLE_MEMBER, BO));
	assert_ok(ask(w, CHANGE_INVITE, ROLE_OWNER, BO));
	assert_ok(ask(w, CHANGE_INVITE, ROLE_MEMBER, KIM));
	commit(w);
	assert_int_equal(number(w, "SELECT count(*) FROM mail"), 2);
	assert_int_equal(number(w, "SELECT count(*) FROM mail WHERE sent IS NULL"), 2);
	assert_int_equal(number(w, "SELECT count(DISTINCT mail_id) FROM invitation"), 2);
}

static void test_one_more_while_another_is_pending_joins_it_silently(void **state)
{
	struct world *w = world_new(*state);

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += 60;
	invite(w, HOME, "Operators", ROLE_OWNER, BO);
	assert_int_equal(number(w, "SELECT count(*) FROM mail WHERE sent IS NULL"), 1);
	assert_int_equal(number(w, "SELECT count(DISTINCT mail_id) FROM invitation"), 1);
}

static void test_a_source_joins_what_is_pending_by_hand(void **state)
{
	struct world *w = world_of_a_source(*state);

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	source_invites(w, ROLE_MEMBER, BO, BO);
	assert_int_equal(invitations(w, "pending"), 1);
	assert_int_equal(number(w, "SELECT count(*) FROM invitation_giver"), 2);
	assert_int_equal(number(w, "SELECT count(*) FROM mail WHERE sent IS NULL"), 1);
	enter(w, "northwind", "sync");
	assert_ok(change_invitation(w, CHANGE_UNINVITE, HOME, "Operators", ROLE_MEMBER,
				    BO, SOURCE));
	commit(w);
	assert_int_equal(invitations(w, "pending"), 1);
	enter(w, "northwind", "ada");
	assert_ok(ask(w, CHANGE_UNINVITE, ROLE_MEMBER, BO));
	commit(w);
	assert_int_equal(invitations(w, "cancelled"), 1);
}

/* ---- accept ---------------------------------------------------------------------------
 */

static void test_accepting_makes_the_account_and_its_roles(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;

	enter(w, "northwind", "ada");
	assert_ok(ask(w, CHANGE_INVITE, ROLE_MEMBER, BO));
	assert_ok(ask(w, CHANGE_INVITE, ROLE_OWNER, BO));
	commit(w);
	assert_ok(accept(w, token_of(w, BO), &done));
	assert_string_equal(done.email, BO);
	assert_string_equal(done.organization, "northwind");
	assert_int_equal(done.roles, 2);
	assert_int_equal(invitations(w, "accepted"), 2);
	enter(w, "northwind", "ada");
	assert_true(
		view_owns_group(w->c->view, account(w, BO), group(w, HOME, "Operators")));
	assert_string_equal(w->c->view->accounts[account(w, BO)].name, "Bo");
	assert_int_equal(w->c->view->groups[group(w, HOME, "Operators")].members, 1);
	give_up(w);
	assert_refused(accept(w, token_of(w, BO), &done), "invite-ended");
}

static void test_accepting_binds_the_people_of_the_sources(void **state)
{
	struct world *w = world_of_a_source(*state);
	struct acceptance done;

	source_invites(w, ROLE_MEMBER, BO, "anchor-1");
	source_invites(w, ROLE_OWNER, "bo@old.example", "anchor-1");
	source_invites(w, ROLE_MEMBER, KIM, "anchor-2");
	assert_ok(console_accept(w->ctx, w->store, token_of(w, BO),
				 BY(.email = "bo@home.example"), w->now, &done));
	assert_string_equal(done.email, "bo@home.example");
	assert_int_equal(done.roles, 2);
	assert_int_equal(given(w, "given"), 2);
	assert_int_equal(given(w, "invited"), 1);
	assert_int_equal(number(w, "SELECT count(*) FROM binding b JOIN account a"
				   " ON a.id = b.account_id JOIN subject s"
				   " ON s.id = a.subject_id WHERE b.source_id = 1"
				   " AND b.anchor = CAST('anchor-1' AS BLOB)"
				   " AND s.email = 'bo@home.example'"),
			 1);
	assert_int_equal(number(w, "SELECT count(*) FROM giver WHERE giver = 1"), 2);
}

static void test_accepting_what_hand_and_source_asked_for_has_both_givers(void **state)
{
	struct world *w = world_of_a_source(*state);
	struct acceptance done;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	source_invites(w, ROLE_MEMBER, BO, "anchor-1");
	assert_ok(accept(w, token_of(w, BO), &done));
	assert_int_equal(done.roles, 1);
	assert_int_equal(number(w, "SELECT count(*) FROM giver v JOIN role r"
				   " ON r.id = v.role_id WHERE v.valid_to IS NULL"
				   " AND r.role = 0 AND r.account_id ="
				   " (SELECT max(id) FROM account)"),
			 2);
}

static void test_accepting_by_somebody_who_is_known(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;
	int64_t accounts = number(w, "SELECT count(*) FROM account");

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	assert_ok(console_accept(w->ctx, w->store, token_of(w, BO),
				 BY(.email = ADA, .name = "Other"), w->now, &done));
	assert_string_equal(done.email, ADA);
	assert_int_equal(number(w, "SELECT count(*) FROM account"), accounts);
	assert_int_equal(number(w, "SELECT count(*) FROM subject WHERE name = 'Other'"),
			 0);
}

static void test_an_account_of_another_root_is_the_same_account(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;

	invite(w, HOME, "Operators", ROLE_MEMBER, "gil@globex.example");
	assert_ok(accept(w, token_of(w, "gil@globex.example"), &done));
	assert_int_equal(number(w, "SELECT count(*) FROM account a JOIN subject s"
				   " ON s.id = a.subject_id"
				   " WHERE s.email = 'gil@globex.example'"),
			 1);
}

static void test_accepting_needs_a_licence_and_no_block(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;
	char *token;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	token = token_of(w, BO);
	run(w, "UPDATE licence SET valid_from = 1, valid_to = 2");
	assert_refused(accept(w, token, &done), "licence");
	run(w, "UPDATE licence SET valid_to = 3000000000");
	assert_ok(accept(w, token, &done));
	w->now += DAY;
	invite(w, HOME, "Operators", ROLE_OWNER, BO);
	run(w, "INSERT INTO account_block (account_id, root_id, valid_from)"
	       " SELECT max(id), 1, 1 FROM account WHERE kind = 'person'");
	assert_refused(accept(w, token_of(w, BO), &done), "account-blocked");
	assert_int_equal(invitations(w, "pending"), 1);
}

/* ---- decline, cancel, expire: what the sources remember -------------------------------
 */

static void test_declined(void **state)
{
	struct world *w = world_of_a_source(*state);
	struct acceptance done;

	source_invites(w, ROLE_MEMBER, BO, "anchor-1");
	source_invites(w, ROLE_MEMBER, KIM, "anchor-2");
	assert_ok(console_decline(w->ctx, w->store, token_of(w, BO), BY(), w->now));
	assert_int_equal(given(w, "declined"), 1);
	assert_int_equal(given(w, "invited"), 1);
	assert_int_equal(invitations(w, "declined"), 1);
	assert_refused(console_decline(w->ctx, w->store, token_of(w, BO), BY(), w->now),
		       "invite-ended");
	assert_refused(accept(w, token_of(w, BO), &done), "invite-ended");
	assert_int_equal(roles_now(w), 0);
}

static void test_cancelled_by_hand(void **state)
{
	struct world *w = world_of_a_source(*state);
	struct acceptance done;

	source_invites(w, ROLE_MEMBER, BO, "anchor-1");
	source_invites(w, ROLE_OWNER, BO, "anchor-1");
	enter(w, "northwind", "ada");
	assert_ok(ask(w, CHANGE_CANCEL, ROLE_MEMBER, BO));
	commit(w);
	assert_int_equal(given(w, "cancelled"), 1);
	assert_int_equal(given(w, "invited"), 1);
	assert_ok(accept(w, token_of(w, BO), &done));
	assert_int_equal(done.roles, 1);
	assert_int_equal(roles_now(w), 1);
}

static void test_expired_after_seven_days(void **state)
{
	struct world *w = world_of_a_source(*state);
	struct acceptance done;

	source_invites(w, ROLE_MEMBER, BO, "anchor-1");
	w->now += 7 * DAY - 1;
	enter(w, "northwind", "sync");
	assert_ok(console_expire(w->c));
	commit(w);
	assert_int_equal(invitations(w, "pending"), 1);
	w->now += 1;
	assert_refused(accept(w, token_of(w, BO), &done), "invite-ended");
	assert_refused(console_decline(w->ctx, w->store, token_of(w, BO), BY(), w->now),
		       "invite-ended");
	enter(w, "northwind", "sync");
	assert_int_equal(w->c->view->n_invitations, 0);
	assert_ok(console_expire(w->c));
	commit(w);
	assert_int_equal(invitations(w, "expired"), 1);
	assert_int_equal(given(w, "expired"), 1);
	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	assert_int_equal(number(w, "SELECT count(*) FROM mail"), 2);
	assert_ok(accept(w, token_of(w, BO), &done));
}

static void test_expiry_stays_in_its_root(void **state)
{
	struct world *w = world_of_a_source(*state);

	source_invites(w, ROLE_MEMBER, BO, "anchor-1");
	w->now += 8 * DAY;
	enter(w, "globex", "gil");
	assert_ok(console_expire(w->c));
	commit(w);
	assert_int_equal(invitations(w, "pending"), 1);
}

/* ---- tokens ---------------------------------------------------------------------------
 */

static void test_a_token_of_another_generation(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;
	char *old;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	old = token_of(w, BO);
	run(w, "UPDATE mail SET generation = 2");
	assert_refused(accept(w, old, &done), "invite-ended");
	assert_string_not_equal(old, token_of(w, BO));
	assert_ok(accept(w, token_of(w, BO), &done));
}

static void test_a_token_that_was_tampered_with(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;
	char *token;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	token = token_of(w, BO);
	for (size_t i = 0; i < strlen(token); i++) {
		char kept = token[i];

		token[i] = kept == '0' ? '1' : '0';
		assert_refused(accept(w, token, &done), "invite-ended");
		assert_refused(console_decline(w->ctx, w->store, token, BY(), w->now),
			       "invite-ended");
		token[i] = kept;
	}
	assert_int_equal(roles_now(w), 0);
	assert_ok(accept(w, token, &done));
}

static void test_what_is_no_token_at_all(void **state)
{
	static const char *const words[] = { "", "x", "00", "' OR 1=1 --" };
	struct world *w = world_new(*state);
	struct acceptance done;
	char *token;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_refused(accept(w, words[i], &done), "invite-ended");
	token = mem_printf(w, "%s00", token_of(w, BO));
	assert_refused(accept(w, token, &done), "invite-ended");
	token[62] = '\0';
	assert_refused(accept(w, token, &done), "invite-ended");
}

static void test_a_token_of_another_store(void **state)
{
	struct world *w = world_new(*state);
	struct acceptance done;
	char *token;

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	token = token_of(w, BO);
	run(w, "UPDATE meta SET value = zeroblob(32) WHERE name = 'token-key'");
	assert_refused(accept(w, token, &done), "invite-ended");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_invite_rights),
		TEST(test_invite_duplicate),
		TEST(test_invite_known),
		TEST(test_invite_cooldown),
		TEST(test_invite_ended),
		TEST(test_all_of_one_transaction_is_one_mail),
		TEST(test_one_more_while_another_is_pending_joins_it_silently),
		TEST(test_a_source_joins_what_is_pending_by_hand),
		TEST(test_accepting_makes_the_account_and_its_roles),
		TEST(test_accepting_binds_the_people_of_the_sources),
		TEST(test_accepting_what_hand_and_source_asked_for_has_both_givers),
		TEST(test_accepting_by_somebody_who_is_known),
		TEST(test_an_account_of_another_root_is_the_same_account),
		TEST(test_accepting_needs_a_licence_and_no_block),
		TEST(test_declined),
		TEST(test_cancelled_by_hand),
		TEST(test_expired_after_seven_days),
		TEST(test_expiry_stays_in_its_root),
		TEST(test_a_token_of_another_generation),
		TEST(test_a_token_that_was_tampered_with),
		TEST(test_what_is_no_token_at_all),
		TEST(test_a_token_of_another_store),
	};
	return test_main(tests);
}
