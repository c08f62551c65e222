/* SPDX-License-Identifier: MIT */
/* Whoever goes round the code, by SQL alone, meets the rules in the database. */
#include "bridge/console/review.h"
#include "tests/unit/console/world.h"

#define BO   "bo@contoso.example"
#define HOME "northwind/contoso"

#define ORG(name)   "(SELECT id FROM organization WHERE name = '" name "')"
#define GROUP(name) "(SELECT id FROM security_group WHERE name = '" name "')"

struct attempt {
	const char *sql, *why;
};

static void refuse_all(struct world *w, const struct attempt *attempts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct err *err = store_run(w->store, attempts[i].sql, "");

		if (err == NULL || err_class(err) != ERR_STALE ||
		    strstr(err_text(err), attempts[i].why) == NULL) {
			fprintf(stderr, "%s\n  %s\n", attempts[i].sql,
				err ? err_text(err) : "was let through");
			err_free(err);
			fail();
		}
		err_free(err);
	}
}

#define NEW_ORG                                                                          \
	"INSERT INTO organization (id, parent_id, root_id, level, name,"                 \
	" name_key, created, uid) VALUES "

static void test_the_tree_of_organizations(void **state)
{
	static const struct attempt attempts[] = {
		{ NEW_ORG
		  "(90, " ORG("lab") ", " ORG("northwind") ", 4, 'x', 'x', 1, 'u')",
		  "CHECK" },
		{ NEW_ORG
		  "(90, " ORG("contoso") ", " ORG("northwind") ", 2, 'x', 'x', 1, 'u')",
		  "org-depth" },
		{ NEW_ORG
		  "(90, " ORG("contoso") ", " ORG("globex") ", 3, 'x', 'x', 1, 'u')",
		  "org-depth" },
		{ NEW_ORG "(90, 12345, " ORG("globex") ", 2, 'x', 'x', 1, 'u')",
		  "org-depth" },
		{ NEW_ORG "(90, NULL, " ORG("globex") ", 1, 'x', 'x', 1, 'u')", "CHECK" },
		{ NEW_ORG "(90, NULL, 90, 2, 'x', 'x', 1, 'u')", "CHECK" },
		{ NEW_ORG "(90, NULL, 90, 1, 'Globex', 'globex', 1, 'u')", "UNIQUE" },
		{ NEW_ORG "(90, " ORG("northwind") ", " ORG(
			  "northwind") ", 2, 'C', 'contoso', 1, 'u')",
		  "UNIQUE" },
		{ "UPDATE organization SET parent_id = " ORG(
			  "globex") " WHERE name = 'contoso'",
		  "org-depth" },
		{ "UPDATE organization SET root_id = " ORG(
			  "globex") " WHERE name = 'contoso'",
		  "org-depth" },
		{ "UPDATE organization SET level = 1 WHERE name = 'contoso'",
		  "org-depth" },
		{ "UPDATE organization SET root_id = id WHERE name = 'contoso'",
		  "org-depth" },
		{ NEW_ORG "(90, " ORG("northwind") ", 90, 2, 'x', 'x', 1, 'u')",
		  "org-depth" },
		{ NEW_ORG "(90, NULL, 90, 1, 'x', 'x', 1, NULL)", "uid" },
		{ NEW_ORG "(90, NULL, 90, 0, 'x', 'x', 1, 'u')", "CHECK" },
		{ "UPDATE organization SET name_key = 'fabrikam' WHERE name = 'contoso'",
		  "UNIQUE" },
		{ "UPDATE organization SET valid_to = 9 WHERE name = 'contoso'",
		  "org-not-empty" },
		{ "DELETE FROM organization WHERE name = 'contoso'", "FOREIGN KEY" },
	};
	static const struct attempt ended[] = {
		{ "UPDATE organization SET valid_to = NULL WHERE name = 'lab'", "ended" },
	};
	struct world *w = world_new(*state);

	run(w, NEW_ORG
	    "(80, " ORG("contoso") ", " ORG("northwind") ", 3, 'lab', 'lab', 1, 'lab')");
	refuse_all(w, attempts, ARRAY_LEN(attempts));
	run(w, "UPDATE organization SET valid_to = 9 WHERE name = 'lab'");
	refuse_all(w, ended, ARRAY_LEN(ended));
}

#define NEW_LINK "INSERT INTO group_link (group_id, organization_id, valid_from) VALUES "

static void test_links_go_down(void **state)
{
	static const struct attempt attempts[] = {
		{ NEW_LINK "(" GROUP("Operators") ", " ORG("contoso") ", 1)", "link-up" },
		{ NEW_LINK "(" GROUP("Operators") ", " ORG("northwind") ", 1)",
		  "link-up" },
		{ NEW_LINK "(" GROUP("Operators") ", " ORG("fabrikam") ", 1)",
		  "link-up" },
		{ NEW_LINK "(" GROUP("Operators") ", " ORG("globex") ", 1)", "link-up" },
		{ NEW_LINK "(" GROUP("Auditors") ", " ORG("fabrikam") ", 2)", "UNIQUE" },
		{ "UPDATE group_link SET organization_id = " ORG("globex"),
		  "never moved" },
		{ "UPDATE group_link SET group_id = " GROUP("Operators"), "never moved" },
		{ "UPDATE security_group SET organization_id = " ORG(
			  "globex") " WHERE name = 'Operators'",
		  "home" },
	};
	struct world *w = world_new(*state);

	enter(w, "northwind", "ada");
	assert_ok(make_group(w, "northwind", "Auditors"));
	commit(w);
	run(w, NEW_LINK "(" GROUP("Auditors") ", " ORG("fabrikam") ", 1)");
	refuse_all(w, attempts, ARRAY_LEN(attempts));
	run(w, "UPDATE group_link SET valid_to = 2");
	run(w, NEW_LINK "(" GROUP("Auditors") ", " ORG("fabrikam") ", 3)");
}

static void test_groups_and_roles_are_there_once(void **state)
{
	static const struct attempt attempts[] = {
		{ "INSERT INTO security_group (organization_id, name, name_key,"
		  " valid_from, uid) VALUES (" ORG(
			  "contoso") ", 'X', 'operators', 1, 'u')",
		  "UNIQUE" },
		{ "INSERT INTO role (group_id, role, account_id, valid_from)"
		  " SELECT group_id, role, account_id, 9 FROM role WHERE id = 1",
		  "UNIQUE" },
		{ "INSERT INTO role (group_id, role, account_id, valid_from)"
		  " SELECT group_id, 2, account_id, 9 FROM role WHERE id = 1",
		  "CHECK" },
		{ "INSERT INTO role (group_id, role, account_id, valid_from)"
		  " VALUES (" GROUP("Operators") ", 0, 12345, 1)",
		  "FOREIGN KEY" },
		{ "INSERT INTO giver (role_id, giver, valid_from) VALUES (1, 0, 9)",
		  "UNIQUE" },
		{ "INSERT INTO account_claim (account_id, organization_id, claim,"
		  " valid_from) SELECT account_id, organization_id, claim, 9"
		  " FROM account_claim LIMIT 1",
		  "UNIQUE" },
		{ "INSERT INTO group_claim (group_id, organization_id, claim,"
		  " valid_from) SELECT group_id, organization_id, claim, 9"
		  " FROM group_claim LIMIT 1",
		  "UNIQUE" },
		{ "INSERT INTO licence (root_id, plan, valid_from, valid_to)"
		  " VALUES (" ORG("globex") ", 'enterprise', 9, 8)",
		  "CHECK" },
		{ "INSERT INTO licence (root_id, plan, valid_from, valid_to)"
		  " VALUES (" ORG("globex") ", 'pro', 8, 9)",
		  "CHECK" },
		{ "UPDATE security_group SET name_key = 'owners' WHERE name = "
		  "'Operators'",
		  "UNIQUE" },
		{ "UPDATE role SET account_id = 2", "never moved" },
		{ "UPDATE role SET group_id = " GROUP("Operators"), "never moved" },
		{ "UPDATE role SET role = 1 - role", "never moved" },
		{ "INSERT INTO binding (source_id, anchor, account_id, since)"
		  " VALUES (1, x'02', 1, 1)",
		  "UNIQUE" },
		{ "INSERT INTO binding (source_id, anchor, account_id, since)"
		  " VALUES (1, x'01', 2, 1)",
		  "UNIQUE" },
	};
	struct world *w = world_new(*state);

	run(w, "INSERT INTO binding (source_id, anchor, account_id, since)"
	       " VALUES (1, x'01', 1, 1)");
	refuse_all(w, attempts, ARRAY_LEN(attempts));
}

#define NEW_CLAIM                                                                        \
	"INSERT INTO group_claim (group_id, organization_id, claim, valid_from) VALUES "

static void test_claims_act_where_the_group_is(void **state)
{
	static const struct attempt attempts[] = {
		{ NEW_CLAIM "(" GROUP("Operators") ", " ORG("globex") ", 'Owner', 1)",
		  "not-active" },
		{ NEW_CLAIM "(" GROUP("Operators") ", " ORG("northwind") ", 'Owner', 1)",
		  "not-active" },
		{ NEW_CLAIM "(" GROUP("Operators") ", " ORG("fabrikam") ", 'Owner', 1)",
		  "not-active" },
		{ "UPDATE group_claim SET organization_id = " ORG("globex"),
		  "never moved" },
		{ "UPDATE group_claim SET group_id = " GROUP("Operators"),
		  "never moved" },
		{ "UPDATE group_claim SET claim = 'Owner'", "never moved" },
		{ "UPDATE account_claim SET organization_id = " ORG("globex"),
		  "never moved" },
		{ "UPDATE account_claim SET account_id = 1", "never moved" },
		{ "INSERT INTO licence (root_id, plan, valid_from, valid_to)"
		  " VALUES (" ORG("contoso") ", 'enterprise', 8, 9)",
		  "licence" },
		{ "INSERT INTO account_block (account_id, root_id, valid_from)"
		  " VALUES (1, " ORG("contoso") ", 1)",
		  "account-blocked" },
		{ "INSERT INTO account_block (account_id, root_id, valid_from)"
		  " VALUES (1, " ORG("globex") ", 2)",
		  "UNIQUE" },
	};
	struct world *w = world_new(*state);

	run(w, NEW_CLAIM "(" GROUP("Operators") ", " ORG("contoso") ", 'Backup', 1)");
	run(w, "INSERT INTO account_block (account_id, root_id, valid_from)"
	       " VALUES (1, " ORG("globex") ", 1)");
	refuse_all(w, attempts, ARRAY_LEN(attempts));
}

#define NEW_INVITATION                                                                   \
	"INSERT INTO invitation (group_id, role, subject_id, inviter_id, mail_id, "      \
	"state,"                                                                         \
	" created, expires, ended) SELECT group_id, role, subject_id, inviter_id,"       \
	" mail_id, "

static void test_invitations_are_pending_once_and_end_once(void **state)
{
	static const struct attempt attempts[] = {
		{ NEW_INVITATION "'pending', 1, 2, NULL FROM invitation", "UNIQUE" },
		{ NEW_INVITATION "'lost', 1, 2, 3 FROM invitation", "CHECK" },
		{ NEW_INVITATION "'accepted', 1, 2, NULL FROM invitation", "CHECK" },
		{ "UPDATE invitation SET ended = 5", "CHECK" },
		{ "UPDATE invitation SET role = 7", "CHECK" },
		{ "UPDATE invitation SET mode = 'loud'", "CHECK" },
		{ "INSERT INTO mail (organization_id, subject_id, token_id, queued)"
		  " SELECT organization_id, subject_id, token_id, 9 FROM mail",
		  "UNIQUE" },
	};
	static const struct attempt ended[] = {
		{ "UPDATE invitation SET state = 'pending', ended = NULL",
		  "invite-ended" },
		{ "UPDATE invitation SET state = 'accepted'", "invite-ended" },
	};
	struct world *w = world_new(*state);

	invite(w, HOME, "Operators", ROLE_MEMBER, BO);
	refuse_all(w, attempts, ARRAY_LEN(attempts));
	assert_ok(console_decline(w->ctx, w->store, token_of(w, BO), BY(), w->now));
	refuse_all(w, ended, ARRAY_LEN(ended));
}

#define IN_PLACE "INSERT OR REPLACE INTO "
#define BELOW    "SELECT count(*) FROM audit WHERE seq <= 2 AND organization_id = " HOME_ID
#define HOME_ID  "(SELECT id FROM organization WHERE name = 'contoso')"

static void test_the_audit_trail_is_append_only(void **state)
{
	static const struct attempt attempts[] = {
		{ "UPDATE audit SET os_user = 'nobody'", "append-only" },
		{ "UPDATE OR REPLACE audit SET seq = 1", "append-only" },
		{ "DELETE FROM audit WHERE seq = 1", "append-only" },
		{ "INSERT INTO audit SELECT * FROM audit WHERE seq = 1", "append-only" },
		{ IN_PLACE "audit SELECT * FROM audit WHERE seq = 1", "append-only" },
	};
	struct world *w = world_new(*state);

	refuse_all(w, attempts, ARRAY_LEN(attempts));
}

/* Only what is below the checkpoint may go, and the checkpoint stays. */
static void test_the_audit_trail_is_cut_below_its_checkpoint(void **state)
{
	static const struct attempt attempts[] = {
		{ "DELETE FROM audit WHERE organization_id = " HOME_ID
		  " AND seq = (SELECT max(seq) FROM audit WHERE organization_id "
		  "= " HOME_ID ")",
		  "append-only" },
		{ "DELETE FROM audit WHERE organization_id = " HOME_ID, "append-only" },
		{ "DELETE FROM audit WHERE organization_id = " ORG(
			  "northwind") " AND seq = 1",
		  "append-only" },
		{ "UPDATE checkpoint SET seq = seq + 1", "sealed" },
		{ "DELETE FROM checkpoint", "sealed" },
		{ IN_PLACE "checkpoint SELECT organization_id, seq, x'00', at, principal"
			   " FROM checkpoint",
		  "sealed" },
	};
	struct world *w = world_new(*state);

	run(w, "INSERT INTO checkpoint SELECT organization_id, seq, hash, at, 'ada'"
	       " FROM audit WHERE organization_id = " HOME_ID " AND seq = 2");
	refuse_all(w, attempts, ARRAY_LEN(attempts));
	assert_int_equal(number(w, BELOW), 2);
	run(w, "DELETE FROM audit WHERE seq <= 2 AND organization_id = " HOME_ID);
	assert_int_equal(number(w, BELOW), 0);
	refuse_all(w, attempts, ARRAY_LEN(attempts));
}

static void test_a_review_is_on_record(void **state)
{
	static const struct attempt attempts[] = {
		{ "UPDATE review SET people = 0", "on record" },
		{ "DELETE FROM review", "on record" },
		{ IN_PLACE "review SELECT * FROM review", "on record" },
	};
	struct world *w = world_new(*state);
	struct roster roster;
	struct review review;

	enter(w, "northwind", "ada");
	assert_ok(roster_load(w, w->c, organization(w, HOME), w->now, &roster));
	assert_ok(console_review(w->c, organization(w, HOME), &roster, NULL, &review));
	commit(w);
	refuse_all(w, attempts, ARRAY_LEN(attempts));
}

static void test_people_are_there_once(void **state)
{
	static const struct attempt attempts[] = {
		{ "INSERT INTO subject (pseudonym, email, email_key)"
		  " VALUES ('p', 'ADA@northwind.example', 'ada@northwind.example')",
		  "UNIQUE" },
		{ "INSERT INTO subject (pseudonym) SELECT pseudonym FROM subject",
		  "UNIQUE" },
		{ "INSERT INTO account (subject_id, kind, created) VALUES (1, 'person', "
		  "1)",
		  "UNIQUE" },
		{ "INSERT INTO account (subject_id, kind, created) VALUES (1, 'robot', "
		  "1)",
		  "CHECK" },
		{ "INSERT INTO principal (kind, name, account_id)"
		  " VALUES ('service', 'sync', 1)",
		  "UNIQUE" },
	};
	struct world *w = world_new(*state);

	refuse_all(w, attempts, ARRAY_LEN(attempts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_tree_of_organizations),
		TEST(test_links_go_down),
		TEST(test_groups_and_roles_are_there_once),
		TEST(test_claims_act_where_the_group_is),
		TEST(test_invitations_are_pending_once_and_end_once),
		TEST(test_the_audit_trail_is_append_only),
		TEST(test_the_audit_trail_is_cut_below_its_checkpoint),
		TEST(test_a_review_is_on_record),
		TEST(test_people_are_there_once),
	};
	return test_main(tests);
}
