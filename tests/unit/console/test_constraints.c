/* SPDX-License-Identifier: MIT */
/* Whoever goes round the code, by SQL alone, meets the rules in the database. */
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
		{ "DELETE FROM organization WHERE name = 'contoso'", "FOREIGN KEY" },
	};
	struct world *w = world_new(*state);

	run(w, NEW_ORG
	    "(80, " ORG("contoso") ", " ORG("northwind") ", 3, 'lab', 'lab', 1, 'lab')");
	refuse_all(w, attempts, ARRAY_LEN(attempts));
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

static void test_the_audit_trail_is_append_only(void **state)
{
	static const struct attempt attempts[] = {
		{ "UPDATE audit SET os_user = 'nobody'", "append-only" },
		{ "DELETE FROM audit WHERE seq = 1", "append-only" },
		{ "INSERT INTO audit SELECT * FROM audit WHERE seq = 1", "UNIQUE" },
	};
	struct world *w = world_new(*state);

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
		TEST(test_invitations_are_pending_once_and_end_once),
		TEST(test_the_audit_trail_is_append_only),
		TEST(test_people_are_there_once),
	};
	return test_main(tests);
}
