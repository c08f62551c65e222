/* SPDX-License-Identifier: MIT */
#include "tests/ldap_script.h"

static char *pull(TALLOC_CTX *ctx, const char *script)
{
	return ldap_script_pull(ctx, script, NULL);
}

static void test_pages_until_the_cookie_is_empty(void **state)
{
	char *lines = pull(*state, ROOT
			   "search " BASE "\n"
			   " first\n" PERSON(1) " page c1\n"
						" done 0\n"
						"search " BASE "\n"
						" cookie c1\n"
						" page c2\n" /* an empty page */
						" done 0\n"
						"search " BASE "\n"
						" cookie c2\n" PERSON(2) " page\n"
									 " done 0\n");

	assert_string_equal(lines, ENTRY(1) "page\npage\n" ENTRY(
					   2) "fact base=2 " BASE
					      "\n" FACTS(3, 0, 0) "end complete\n");
}

static void test_server_without_paging_F27(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" once\n"
					" done 12\n"
					"search " BASE "\n" PERSON(1) " done 0\n");

	assert_has(lines, "note info server \"ldap://127.0.0.1:");
	assert_has(lines, "does not page\npage\n" ENTRY(1));
	assert_has(lines, "end complete\n");
}

static char *people(TALLOC_CTX *ctx, const char *root, unsigned n)
{
	struct str *script = str_new(ctx);

	str_addf(script, "%ssearch " BASE "\n", root);
	ldap_script_people(script, n);
	return script->text;
}

/* Nobody can tell whether that was all, unless it is less than a page and no round
 * number. */
static void test_reply_without_the_control_T10(void **state)
{
	static const struct {
		unsigned n;
		const char *end;
	} cases[] = {
		{ 1, "end complete\n" },
		{ 199, "end complete\n" },
		{ 200,
		  "sent exactly 200 entries of \"" BASE "\", which looks like a limit" },
		{ 249, "end complete\n" },
		{ 250, "sent exactly 250 entries" },
		{ 499, "end complete\n" },
		{ 500, "sent exactly 500 entries" },
		{ 501,
		  "does not page and sent 501 entries of \"" BASE "\", a page or more "
		  "(page_size is 500); set page_size above what the base holds" },
		{ 1000, "sent exactly 1000 entries" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *lines = pull(*state, people(*state, ROOT, cases[i].n));

		assert_has(lines, cases[i].end);
		assert_has(lines, "does not page\n");
	}
	assert_has(ldap_script_pull(*state, people(*state, ROOT, 501), "page_size", "502",
				    NULL),
		   "end complete\n");
}

#define PAGING_ROOT                                                                      \
	"search \"\"\n"                                                                  \
	"  entry\n"                                                                      \
	"  supportedControl: 1.2.840.113556.1.4.319\n"                                   \
	"  done 0\n"

/* Such a server has said that it pages. */
static void test_reply_without_the_control_of_a_server_that_pages_T10(void **state)
{
	assert_has(pull(*state, people(*state, PAGING_ROOT, 1)),
		   "left out the paged-results control at page 1 of \"" BASE
		   "\", after 1 entries: nobody can tell whether that was all\n");
	assert_has(pull(*state,
			PAGING_ROOT "search " BASE "\n" PERSON(1) " page\n done 0\n"),
		   "end complete\n");
}

static void test_later_page_without_the_control_T10(void **state)
{
	char *lines =
		pull(*state, ROOT "search " BASE "\n"
				  " first\n" PERSON(1)
					  PERSON(2) " page c1\n"
						    " done 0\n"
						    "search " BASE "\n"
						    " cookie c1\n" PERSON(3) " done 0\n");

	assert_has(lines, ENTRY(3));
	assert_has(lines, "end server \"ldap://127.0.0.1:");
	assert_has(lines, "left out the paged-results control at page 2 of \"" BASE
			  "\", after 3 entries");
}

static void test_control_that_cannot_be_read_T10(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n" PERSON(1) " garbled\n"
								      " done 0\n");

	assert_has(lines, "sent a paged-results control that cannot be read at page 1");
	lines = pull(*state,
		     ROOT "search " BASE "\n"
			  " first\n" PERSON(1) " page c1\n"
					       " done 0\n"
					       "search " BASE "\n"
					       " cookie c1\n" PERSON(2) " garbled\n"
									" done 0\n");
	assert_has(lines, "sent a paged-results control that cannot be read at page 2");
}

/* Every limit that is usual, on a server that refuses the control. */
static void test_limits_of_a_server_without_paging_F27(void **state)
{
	static const unsigned limits[] = { 100, 250, 500, 750, 1000, 2000 };

	for (size_t i = 0; i < 2 * ARRAY_LEN(limits); i++) {
		unsigned n = limits[i / 2] + i % 2;
		char *lines = pull(
			*state,
			people(*state, ROOT "search " BASE "\n once\n done 12\n", n));

		if (i % 2 == 1)
			assert_has(lines, "end complete\n");
		else
			assert_has(lines,
				   mem_printf(*state,
					      "does not page and sent exactly %u entries",
					      n));
	}
}

/* It sends everything, whatever page or limit it is asked for. */
static void test_server_that_ignores_paging_can_be_probed_and_read(void **state)
{
	struct str *script = str_new(*state);
	struct direct *d;
	char *lines;

	str_add(script, ROOT "extended\n done 2\nsearch " BASE "\n asks cn\n");
	ldap_script_people(script, 201);
	str_add(script, "search " BASE "\n done 0\n");
	assert_ok(ldap_script_begin(*state, &d, script->text, NULL));
	assert_ok(d->connector->probe(d->session, d->sink));
	lines = direct_items(d);
	assert_has(lines, "fact paging=no\n");
	assert_has(lines, "note info server \"ldap://127.0.0.1:");
	assert_has(lines, "does not page: a pull counts as whole only when");
	assert_ok(direct_pull(d, &lines));
	assert_has(lines, " cn=200," BASE "\n");
	assert_has(lines, "end complete\n");
}

/* The filter finds nothing, and the search that explains it finds too much. */
static void test_filter_that_matches_nothing_where_limits_are_ignored(void **state)
{
	struct str *script = str_new(*state);
	struct direct *d;

	str_add(script, ROOT "extended\n done 2\n"
			     "search " BASE "\n asks cn\n done 0\n"
			     "search " BASE "\n asks 1.1\n");
	ldap_script_people(script, 50);
	str_add(script, "search " BASE "\n done 0\n");
	assert_ok(ldap_script_begin(*state, &d, script->text, NULL));
	assert_ok(d->connector->probe(d->session, d->sink));
	assert_has(direct_items(d), "note finding the filter matches no entry of base");
}

/* Where an answer must be one entry, more are no answer. */
static void test_server_that_answers_something_else(void **state)
{
	struct str *script = str_new(*state);
	struct direct *d;
	struct err *err;

	str_add(script, ROOT "extended\n done 2\n"
			     "search " BASE "\n asks cn\n done 0\n"
			     "search " BASE "\n");
	ldap_script_people(script, 2);
	assert_ok(ldap_script_begin(*state, &d, script->text, NULL));
	err = d->connector->probe(d->session, d->sink);
	assert_int_equal(err_class(err), ERR_INCOMPLETE);
	assert_has(err_text(err), "sent more than 1 entries");
	assert_has(err_hint_text(err), "name another server");
	err_free(err);
}

static void test_limit_with_a_cookie_ends_it_F29(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" first\n" PERSON(1) " page c1\n"
							     " done 4\n");

	assert_string_equal(
		lines,
		ENTRY(1) FACTS(
			1, 0, 0) "end search of \"" BASE "\" ended at page 1 after 1 "
				 "entries: size limit exceeded (LDAP 4); the directory's "
				 "administrator must lift it for this account (OpenLDAP: "
				 "limits dn.exact=\"...\" size=unlimited "
				 "size.prtotal=unlimited)\n");
}

/* The administrator's limit ends a page that had entries: no partial success. */
static void test_administrators_limit_is_incomplete_F15(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" first\n" PERSON(1) " done 11\n");

	assert_non_null(strstr(lines, ENTRY(1)));
	assert_non_null(strstr(lines,
			       "end search of \"" BASE "\" ended at page 1 after 1 "
			       "entries: administrative limit exceeded (LDAP 11)"));
}

static void test_advice_fits_code_and_server(void **state)
{
	static const struct {
		const char *root, *done, *advice;
	} cases[] = {
		{ ROOT, "3",
		  "time limit exceeded (LDAP 3); the directory's administrator "
		  "must lift it for this account (OpenLDAP: limits "
		  "dn.exact=\"...\" time=unlimited)" },
		{ ROOT, "11 illegal pagedResults page size", "set a smaller page_size" },
		{ AD_ROOT, "11", "see the LDAP policies of the domain controller" },
		{ ROOT, "10", "referral (LDAP 10); the rest lies on another server" },
		{ "search \"\"\n entry\n vendorVersion: 389-Directory/2.3.1\n done 0\n",
		  "11", "nsSizeLimit, nsTimeLimit and nsLookThroughLimit to -1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_has(pull(*state, mem_printf(*state, "%ssearch " BASE "\ndone %s\n",
						   cases[i].root, cases[i].done)),
			   cases[i].advice);
}

static void test_busy_in_the_middle_is_for_later_T5(void **state)
{
	assert_err(ldap_script_failing_pull(*state,
					    ROOT "search " BASE "\n"
						 " first\n" PERSON(1) " page c1\n"
								      " done 0\n"
								      "search " BASE "\n"
								      " done 51 later\n"),
		   ERR_LATER, "page 2 of \"" BASE "\": server \"ldap://127.0.0.1:");
}

static void test_lost_place_begins_again_once_T11_T95(void **state)
{
	char *lines = pull(*state, ROOT
			   "search " BASE "\n"
			   " first\n" PERSON(1) " page c1\n"
						" done 0\n"
						"search " BASE "\n"
						" cookie c1\n"
						" once\n"
						" done 53\n"
						"search " BASE "\n"
						" cookie c1\n" PERSON(2) " page\n"
									 " done 0\n");

	assert_has(lines, "lost its place at page 2 of \"" BASE "\"; begun again\n");
	assert_has(lines, ENTRY(1) "page\n" ENTRY(2));
	assert_has(lines, "end complete\n");
	assert_err(ldap_script_failing_pull(
			   *state, ROOT
			   "search " BASE "\n"
			   " first\n" PERSON(1) " page c1\n"
						" done 0\n"
						"search " BASE "\n"
						" done 53 cookie is invalid or old\n"),
		   ERR_INCOMPLETE, "cookie is invalid or old");
}

/* Moved away while the pages were read. */
static void test_entry_outside_the_base_has_left_T8(void **state)
{
	char *lines =
		pull(*state, ROOT "search " BASE "\n"
				  " entry cn=a,dc=other\n"
				  " entryUUID: 00000000-0000-4000-8000-000000000001\n"
				  " entry cn=b,o=x\\,dc=example,dc=test\n"
				  " entryUUID: 00000000-0000-4000-8000-000000000002\n"
				  " entry cn=c, DC = Example, dc=test\n"
				  " entryUUID: 00000000-0000-4000-8000-000000000003\n"
				  " page\n"
				  " done 0\n");

	assert_has(lines, "left 00000000000040008000000000000001\n"
			  "left 00000000000040008000000000000002\n"
			  "entry 00000000000040008000000000000003 cn=c, DC = Example");
	assert_has(lines, "end complete\n");
}

#define MOVED(below) "search ou=a," BASE "\n" PERSON_AT(1, below) " page\n done 0\n"
#define NONE(base)   "search " base "\n page\n done 0\n"

/* Whoever moves from one base into another has not left. */
static void test_entry_in_another_base_is_written_T8(void **state)
{
	static const char *const others[] = { "ou=b," BASE, "ou=B, " BASE "?one" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		char *lines = ldap_script_pull(
			*state,
			mem_printf(*state, ROOT "%s" MOVED("ou=b," BASE),
				   i == 0 ? NONE("ou=b," BASE) : NONE("ou=B, " BASE)),
			"base", others[i], "base", "ou=a," BASE, NULL);

		assert_has(lines, "entry " HEX(1) " cn=p1,ou=b," BASE " cn=p1\n");
		assert_null(strstr(lines, "left "));
		assert_has(lines, "end complete\n");
	}
}

/* Nobody has asked the server what the other base's own filter says. */
static void test_entry_in_another_base_with_a_filter_is_seen_T8(void **state)
{
	char *lines = ldap_script_pull(
		*state, ROOT NONE("ou=b," BASE) MOVED("ou=b," BASE), "base",
		"ou=b," BASE "?sub?(mail=*)", "base", "ou=a," BASE, NULL);

	assert_has(lines, "seen " HEX(1) "\n");
	assert_null(strstr(lines, "left "));
	assert_has(lines, "end complete\n");
}

/* Too deep for the scope of the one, and the other is only one entry. */
static void test_entry_outside_the_scopes_has_left_T8(void **state)
{
	char *lines = ldap_script_pull(
		*state, ROOT NONE("ou=b," BASE) MOVED("ou=x\\,y,ou=a," BASE), "base",
		"ou=b," BASE "?base", "base", "ou=a," BASE "?one", NULL);

	assert_has(lines, "left " HEX(1) "\n");
	lines = ldap_script_pull(*state, ROOT NONE("ou=b," BASE) MOVED("ou=b," BASE),
				 "base", "ou=b," BASE "?base", "base",
				 "ou=a," BASE "?one", NULL);
	assert_has(lines, "left " HEX(1) "\n");
	lines = ldap_script_pull(*state,
				 ROOT "search ou=a," BASE "\n"
				      " entry cn=x\\,y,ou=a," BASE "\n"
				      " entryUUID: " UUID(1) "\n page\n done 0\n",
				 "base", "ou=a," BASE "?one", NULL);
	assert_has(lines, "entry " HEX(1) " cn=x");
}

/* What cannot be read is no proof that anybody left. */
static void test_entry_whose_dn_cannot_be_read_is_seen(void **state)
{
	static const char *const names[] = { "my_id=p1", "cn=#1 team" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *script = mem_printf(
			*state,
			ROOT "search dc=example, dc=test\n"
			     " entry %s," BASE "\n"
			     " entryUUID: " UUID(1) "\n page\n done 0\n" NONE(BASE),
			names[i]);
		char *why = mem_printf(*state, "\"%s," BASE "\" is no DN", names[i]);
		char *lines = ldap_script_pull(*state, script, "base",
					       "dc=example, dc=test", NULL);

		assert_null(strstr(lines, "left "));
		assert_has(lines, mem_printf(*state, "note record %s", why));
		assert_has(lines, "seen " HEX(1) "\n");
		assert_has(lines, mem_printf(*state, "end %s", why));
		assert_has(ldap_script_pull(*state, script, "base", "dc=example, dc=test",
					    "base", BASE "?base", NULL),
			   "seen " HEX(1) "\n");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages_until_the_cookie_is_empty),
		TEST(test_server_without_paging_F27),
		TEST(test_reply_without_the_control_T10),
		TEST(test_reply_without_the_control_of_a_server_that_pages_T10),
		TEST(test_later_page_without_the_control_T10),
		TEST(test_control_that_cannot_be_read_T10),
		TEST(test_limits_of_a_server_without_paging_F27),
		TEST(test_server_that_ignores_paging_can_be_probed_and_read),
		TEST(test_filter_that_matches_nothing_where_limits_are_ignored),
		TEST(test_server_that_answers_something_else),
		TEST(test_limit_with_a_cookie_ends_it_F29),
		TEST(test_administrators_limit_is_incomplete_F15),
		TEST(test_advice_fits_code_and_server),
		TEST(test_busy_in_the_middle_is_for_later_T5),
		TEST(test_lost_place_begins_again_once_T11_T95),
		TEST(test_entry_outside_the_base_has_left_T8),
		TEST(test_entry_in_another_base_is_written_T8),
		TEST(test_entry_in_another_base_with_a_filter_is_seen_T8),
		TEST(test_entry_outside_the_scopes_has_left_T8),
		TEST(test_entry_whose_dn_cannot_be_read_is_seen),
	};

	return test_main(tests);
}
