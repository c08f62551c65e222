/* SPDX-License-Identifier: MIT */
#include "tests/connector.h"

static struct err *begin(TALLOC_CTX *ctx, const char *script, struct direct **d)
{
	struct request request =
		test_request(ctx, "script", test_file(ctx, script, strlen(script)));

	return direct_open(ctx, "script", mem_dup(ctx, &request, sizeof(request)), d);
}

static void test_every_kind_of_item(void **state)
{
	struct direct *d;
	char *out;

	assert_ok(begin(*state,
			"# two pages\n"
			"identity example.test\n"
			"\n"
			"entry a cn=ada, dc=test\n"
			"  mail: ada@example.test\n"
			"\tcn:: QQBC\n"
			"  uid: not asked for\n"
			"changed b cn=bo,dc=test\n"
			"  mail:\n"
			"  cn::\n"
			"page\n"
			"link g add member cn=ada, dc=test\n"
			"link g remove member cn=bo,dc=test\n"
			"gone c\n"
			"left d\n"
			"seen e\n"
			"unknown f\n"
			"note finding a text: with words\n"
			"incomplete the line was cut\n",
			&d));
	assert_ok(direct_pull(d, &out));
	assert_string_equal(out, "entry 61 cn=ada, dc=test cn=A\\x00B "
				 "mail=ada@example.test\n"
				 "changed 62 cn=bo,dc=test cn= mail\n"
				 "page\n"
				 "link 67 add member cn=ada, dc=test\n"
				 "link 67 remove member cn=bo,dc=test\n"
				 "gone 63\n"
				 "left 64\n"
				 "seen 65\n"
				 "unknown 66\n"
				 "note finding a text: with words\n"
				 "end the line was cut\n");
	assert_ok(d->connector->probe(d->session, d->sink));
	assert_non_null(strstr(direct_items(d), "fact identity=example.test\n"
						"fact anchor=text\n"));
}

static void test_every_answer_to_a_lookup(void **state)
{
	static const struct value anchors[] = { { "e", 1 }, { "a", 1 }, { "x", 1 },
						{ "g", 1 }, { "l", 1 }, { "n", 1 } };
	struct direct *d;

	assert_ok(begin(*state,
			"entry a cn=ada,dc=test\n"
			"entry n cn=now,dc=test\n"
			"lookup e entry cn=eve,dc=test\n"
			"  cn: Eve\n"
			"lookup g gone\n"
			"lookup l left\n"
			"lookup n unknown\n"
			"lookup z fail later it is \"busy\"\n",
			&d));
	assert_ok(d->connector->lookup(d->session, anchors, 6, d->sink));
	assert_string_equal(direct_items(d), "entry 65 cn=eve,dc=test cn=Eve\n"
					     "entry 61 cn=ada,dc=test\n"
					     "unknown 78\n"
					     "gone 67\n"
					     "left 6c\n"
					     "unknown 6e\n");
	assert_err(
		d->connector->lookup(d->session, &(struct value){ "z", 1 }, 1, d->sink),
		ERR_LATER, "it is \"busy\"");
}

static void test_errors_where_they_are_asked_for(void **state)
{
	struct direct *d;
	char *out;

	assert_err(begin(*state, "open fail configuration no such base\n", &d),
		   ERR_CONFIG, "no such base");
	assert_ok(begin(*state, "probe fail retry cut off\nfail incomplete half\n", &d));
	assert_err(d->connector->probe(d->session, d->sink), ERR_RETRY, "cut off");
	assert_err(direct_pull(d, &out), ERR_INCOMPLETE, "half");
}

static void test_anchors_of_a_kind(void **state)
{
	struct direct *d;
	char *out;

	assert_ok(begin(*state,
			"anchor entryUUID\n"
			"gone 00000000-0000-0000-0000-00000000000a\n",
			&d));
	assert_ok(direct_pull(d, &out));
	assert_string_equal(out, "gone 0000000000000000000000000000000a\n"
				 "fact base=0\nend complete\n");
}

static void test_mistakes_are_named(void **state)
{
	static const struct {
		const char *script, *text;
	} cases[] = {
		{ "\nentri a b\n", ":2: no such verb" },
		{ "entry a\n", ":1: words are missing" },
		{ "gone\n", ":1: the anchor is missing" },
		{ "  cn: a\n", ":1: no attribute" },
		{ "entry a b\n cn\n", ":2: no attribute" },
		{ "entry a b\n cn:: *\n", ":2: no base64" },
		{ "anchor DN\n", ":1: no such kind" },
		{ "lookup\n", ":1: the anchor is missing" },
		{ "lookup a\n", ":1: no such verb" },
	};
	struct direct *d;
	char *out;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_err(begin(*state, cases[i].script, &d), ERR_CONFIG, cases[i].text);
	assert_ok(begin(*state, "note loud x\n", &d));
	assert_err(direct_pull(d, &out), ERR_CONFIG, ":1: no such kind of note");
	assert_ok(begin(*state, "link a put member x\n", &d));
	assert_err(direct_pull(d, &out), ERR_CONFIG, "neither \"add\" nor \"remove\"");
	assert_ok(begin(*state, "fail badly x\n", &d));
	assert_err(direct_pull(d, &out), ERR_CONFIG, "no such class");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_kind_of_item),
		TEST(test_every_answer_to_a_lookup),
		TEST(test_errors_where_they_are_asked_for),
		TEST(test_anchors_of_a_kind),
		TEST(test_mistakes_are_named),
	};
	return test_main(tests);
}
