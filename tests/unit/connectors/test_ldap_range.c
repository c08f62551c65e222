/* SPDX-License-Identifier: MIT */
#include "tests/ldap_script.h"

#define GROUP "cn=g," BASE

#define GUID                                                                             \
	"  objectGUID: "                                                                 \
	"\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\n"

static char *pull(TALLOC_CTX *ctx, const char *script)
{
	return ldap_script_pull(ctx, script, NULL);
}

static void add_values(struct str *script, const char *name, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		str_addf(script, "%s: cn=%u," BASE "\n", name, i);
}

/* A group of n members on a server that hands out `step` at a time, as it likes to spell
 * the attribute. */
static char *group_script(TALLOC_CTX *ctx, unsigned n, unsigned step, const char *name)
{
	struct str *script = str_new(ctx);
	unsigned end;

	str_add(script, AD_ROOT "search " BASE "\n"
				"entry " GROUP "\n" GUID "cn: g\n"
				"member:\n");
	add_values(script, mem_printf(ctx, "%s0-%u", name, step - 1), 0, step);
	str_add(script, "page\ndone 0\n");
	for (unsigned from = 0; from < n; from = end) {
		end = from + step < n ? from + step : n;
		str_addf(script,
			 "search " GROUP "\n"
			 "asks member;range=%u-*\n"
			 "entry " GROUP "\n"
			 "uSNChanged: 7\n",
			 from);
		add_values(script,
			   end < n ? mem_printf(ctx, "%s%u-%u", name, from, end - 1)
				   : mem_printf(ctx, "%s%u-*", name, from),
			   from, end);
		str_add(script, "done 0\n");
	}
	return str_take(ctx, script);
}

static size_t count_members(const char *lines)
{
	size_t n = 0;

	for (const char *at = lines; (at = strstr(at, " member=")) != NULL; at++)
		n++;
	return n;
}

static void test_large_groups_are_whole_T13_F32(void **state)
{
	static const struct {
		unsigned n, step;
	} cases[] = { { 1501, 1500 }, { 3000, 1500 }, { 5001, 1000 }, { 11000, 5000 } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *lines = pull(*state, group_script(*state, cases[i].n, cases[i].step,
							"member;range="));
		char *last =
			mem_printf(*state, "member=cn=%u," BASE "\n", cases[i].n - 1);

		assert_int_equal(count_members(lines), cases[i].n);
		assert_non_null(strstr(lines, last));
		assert_non_null(strstr(lines, " cn=g member=cn=0," BASE " member=cn=1,"));
		assert_non_null(strstr(lines, "fact ranges=1\n"));
		assert_non_null(strstr(lines, "end complete\n"));
	}
}

static void test_odd_spelling_of_a_range_T15(void **state)
{
	char *lines = pull(*state, group_script(*state, 25, 10, "Member;Range="));

	assert_int_equal(count_members(lines), 25);
	lines = pull(*state, AD_ROOT "search " BASE "\n"
				     " entry " GROUP "\n" GUID
				     " member;lang-x;RANGE=0-0: cn=0," BASE "\n"
				     " page\n done 0\n"
				     "search " GROUP "\n"
				     " asks member;lang-x;range=0-*\n"
				     " entry " GROUP "\n"
				     " member;lang-x;range=0-*: cn=0," BASE "\n"
				     " done 0\n");
	assert_non_null(strstr(lines, " member;lang-x=cn=0," BASE "\n"));
	assert_non_null(strstr(lines, "end complete\n"));
}

/* The last range ended exactly at the last member: past it there is nothing. */
static void test_range_past_the_end_T16(void **state)
{
	char *lines =
		pull(*state, AD_ROOT "search " BASE "\n"
				     " entry " GROUP "\n" GUID " member;range=0-1: cn=0\n"
				     " page\n done 0\n"
				     "search " GROUP "\n asks member;range=0-*\n"
				     " entry " GROUP "\n"
				     " member;range=0-1: cn=0," BASE "\n"
				     " member;range=0-1: cn=1," BASE "\n"
				     " done 0\n"
				     "search " GROUP "\n asks member;range=2-*\n"
				     " entry " GROUP "\n"
				     " done 0\n");

	assert_int_equal(count_members(lines), 2);
	assert_non_null(strstr(lines, "end complete\n"));
}

/* Samba sends everything when asked for a range from 0. */
static void test_server_that_does_not_cut(void **state)
{
	char *lines =
		pull(*state, AD_ROOT "search " BASE "\n"
				     " entry " GROUP "\n" GUID " member;range=0-0: cn=0\n"
				     " page\n done 0\n"
				     "search " GROUP "\n"
				     " entry " GROUP "\n"
				     " member: cn=0," BASE "\n"
				     " member: cn=1," BASE "\n"
				     " memberOf: cn=2," BASE "\n"
				     " done 0\n");

	assert_int_equal(count_members(lines), 2);
	assert_non_null(strstr(lines, "end complete\n"));
}

#define CHANGING(once)                                                                   \
	"search " GROUP "\n asks member;range=0-*\n" once " entry " GROUP "\n"           \
	" uSNChanged: 7\n"                                                               \
	" member;range=0-0: cn=old," BASE "\n"                                           \
	" done 0\n"                                                                      \
	"search " GROUP "\n asks member;range=1-*\n" once " entry " GROUP "\n"           \
	" uSNChanged: 8\n"                                                               \
	" member;range=1-*: cn=1," BASE "\n"                                             \
	" done 0\n"

static const char ranged_page[] =
	AD_ROOT "search " BASE "\n"
		" entry " GROUP "\n" GUID " member;range=0-0: cn=0\n"
		" page\n done 0\n";

static void test_change_between_two_ranges_begins_again_T14(void **state)
{
	char *lines = pull(*state,
			   mem_printf(*state, "%s%s%s", ranged_page, CHANGING(" once\n"),
				      "search " GROUP "\n"
				      " entry " GROUP "\n"
				      " uSNChanged: 8\n"
				      " member;range=0-*: cn=new," BASE "\n"
				      " done 0\n"));

	assert_non_null(strstr(lines, " member=cn=new," BASE "\n"));
	assert_null(strstr(lines, "cn=old"));
	assert_non_null(strstr(lines, "end complete\n"));
}

static void assert_set_aside(TALLOC_CTX *ctx, const char *answers, const char *why)
{
	char *lines = pull(ctx, mem_printf(ctx, "%s%s", ranged_page, answers));
	char *note =
		mem_printf(ctx, "note record \"member\" of \"" GROUP "\": %s\n", why);

	assert_non_null(strstr(lines, note));
	assert_non_null(strstr(lines, "seen 0102030405060708090a0b0c0d0e0f10\n"));
	assert_null(strstr(lines, "\nentry"));
	assert_null(strstr(lines, "end complete"));
}

static void test_group_that_cannot_be_read_whole_is_set_aside(void **state)
{
	assert_set_aside(*state, CHANGING(""), "it changes faster than it can be read");
	assert_set_aside(*state, "search " GROUP "\n done 32\n",
			 "it went away meanwhile");
}

/* What the server says about the range of 0-* and then of 2-*. */
static char *two_answers(TALLOC_CTX *ctx, const char *first, const char *second)
{
	return mem_printf(ctx,
			  "search " GROUP "\n asks member;range=0-*\n entry " GROUP "\n"
			  " uSNChanged: 7\n%s done 0\n"
			  "search " GROUP "\n asks member;range=2-*\n entry " GROUP "\n"
			  " uSNChanged: 7\n%s done 0\n",
			  first, second);
}

#define FIRST     " member;range=0-1: cn=a\n member;range=0-1: cn=b\n"
#define FROM(low) "the server was asked for the values from " #low " on and sent "

static void test_ranges_that_do_not_follow_each_other(void **state)
{
	static const struct {
		const char *first, *second, *why;
	} cases[] = {
		{ FIRST, " member;range=100-*: cn=z\n",
		  FROM(2) "range member;range=100-*" },
		{ FIRST, " member;range=0-1: cn=a\n", FROM(2) "range member;range=0-1" },
		{ FIRST, " member;range=1-*: cn=b\n", FROM(2) "range member;range=1-*" },
		{ FIRST, " member: cn=a\n", FROM(2) "them without a range" },
		{ FIRST, " member;range=2-1: cn=a\n", FROM(2) "range member;range=2-1" },
		{ " member;range=1-*: cn=b\n", "", FROM(0) "range member;range=1-*" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_set_aside(*state,
				 two_answers(*state, cases[i].first, cases[i].second),
				 cases[i].why);
}

/* It had ranges a moment ago. */
static void test_group_that_shows_no_member_any_more(void **state)
{
	static const char *const nothing[] = { "", " member:\n", " member;range=0-*:\n" };

	for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
		assert_set_aside(
			*state, two_answers(*state, nothing[i], ""),
			"it had more values than fit one answer, and now none is "
			"shown");
}

/* An answer that makes no sense is not the end of the list. */
static void test_garbled_range_is_an_error(void **state)
{
	static const char *const messages[] = {
		"3011020103640c0404636e3d6730043002047f", /* in the attributes */
		"300902010364040"
		"47f6162", /* in the DN */
	};

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct direct *d;
		char *lines;

		assert_ok(ldap_script_begin(*state, &d,
					    mem_printf(*state,
						       "%ssearch " GROUP "\n raw %s\n"
						       " done 0\n",
						       ranged_page, messages[i]),
					    NULL));
		assert_err(direct_pull(d, &lines), ERR_INCOMPLETE,
			   "\"member\" of \"" GROUP "\": an entry cannot be read");
	}
}

/* In a lookup it is neither whole nor gone. */
static void test_lookup_of_a_group_that_cannot_be_read_whole(void **state)
{
	const struct value anchor = {
		"\1\2\3\4\5\6\7\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10", 16
	};
	struct direct *d;

	assert_ok(ldap_script_begin(
		*state, &d,
		mem_printf(*state, "%ssearch " GROUP "\n done 32\n", ranged_page), NULL));
	assert_ok(d->connector->lookup(d->session, &anchor, 1, d->sink));
	assert_string_equal(direct_items(d), "note record \"member\" of \"" GROUP
					     "\": it went away meanwhile\n"
					     "seen 0102030405060708090a0b0c0d0e0f10\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_large_groups_are_whole_T13_F32),
		TEST(test_odd_spelling_of_a_range_T15),
		TEST(test_range_past_the_end_T16),
		TEST(test_server_that_does_not_cut),
		TEST(test_change_between_two_ranges_begins_again_T14),
		TEST(test_group_that_cannot_be_read_whole_is_set_aside),
		TEST(test_ranges_that_do_not_follow_each_other),
		TEST(test_group_that_shows_no_member_any_more),
		TEST(test_garbled_range_is_an_error),
		TEST(test_lookup_of_a_group_that_cannot_be_read_whole),
	};

	return test_main(tests);
}
