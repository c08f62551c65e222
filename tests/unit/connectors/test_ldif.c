/* SPDX-License-Identifier: MIT */
#include "tests/connector.h"

#define ADA "dn: cn=ada,dc=test\nentryUUID: 00000000-0000-0000-0000-00000000000a\n"
#define BO  "dn: cn=bo,dc=test\nentryUUID: 00000000-0000-0000-0000-00000000000b\n"
#define A   "0000000000000000000000000000000a"
#define B   "0000000000000000000000000000000b"

struct options {
	const char *filter;
	const char *setting; /* "anchor" */
	const char *pinned;
};

static struct err *pull_bytes(TALLOC_CTX *ctx, const char *bytes, size_t len,
			      const struct options *options, char **out)
{
	struct request request = test_request(ctx, "ldif", test_file(ctx, bytes, len));
	struct direct *d;
	struct err *err;

	*out = NULL;
	if (options->setting != NULL)
		assert_ok(settings_set((struct settings *)(uintptr_t)request.settings,
				       "anchor", options->setting));
	request.filter = options->filter;
	request.anchor = options->pinned;
	err = direct_open(ctx, "ldif", &request, &d);
	return err == NULL ? direct_pull(d, out) : err;
}

static struct err *pull(TALLOC_CTX *ctx, const char *text, char **out)
{
	struct options none = { 0 };

	return pull_bytes(ctx, text, strlen(text), &none, out);
}

static void test_reads_what_rfc_2849_writes(void **state)
{
	char *out;

	assert_ok(pull(*state,
		       "\xef\xbb\xbfversion: 1\r\n"
		       "# a comment\r\n"
		       "#  that is\r\n"
		       "  folded\r\n"
		       "\r\n"
		       "\r\n" ADA "cn: A\r\n"
		       " d\r\n"
		       " a\r\n"
		       "cn;lang-de:: QcOkZGE=\r\n"
		       "MAIL:ada@example.test\r\n"
		       "mail:   second@example.test\r\n"
		       "# between\r\n"
		       "description:\r\n"
		       "uid: not asked for\r\n"
		       "\r\n"
		       "version: 1\n"
		       "dn:: Y249YsO2LGRjPXRlc3Q=\n"
		       "entryUUID: 00000000-0000-0000-0000-00000000000b\n"
		       "cn: b\n",
		       &out));
	assert_string_equal(out,
			    "entry " A " cn=ada,dc=test cn=Ada cn;lang-de=A\\xc3\\xa4da "
			    "description= mail=ada@example.test "
			    "mail=second@example.test\n"
			    "entry " B
			    " cn=b\\xc3\\xb6,dc=test cn=b\nfact base=2\nend complete\n");
}

static void test_a_bad_line_is_named(void **state)
{
	static const struct {
		const char *text, *where, *why, *hint;
	} cases[] = {
		{ ADA "cn Ada\n", ":3: ", "no colon", "Correct" },
		{ ADA "c n: Ada\n", ":3: ", "no attribute", "Correct" },
		{ ADA ": Ada\n", ":3: ", "no attribute", "Correct" },
		{ ADA "\n cn: Ada\n", ":4: ", "no attribute", "Correct" },
		{ ADA "cn:: A*==\n", ":3: ", "\"cn\" is no base64", "Correct" },
		{ ADA "cn:: QQ=\n", ":3: ", "\"cn\" is no base64", "Correct" },
		{ ADA "photo:< file:///etc/passwd\n", ":3: ", "URL", "base64" },
		{ ADA "\ninclude: file:///etc/passwd\n", ":4: ", "another file", "one" },
		{ ADA "\n" BO "changetype: delete\n", ":6: ", "a change", "entries" },
		{ ADA "\ncn: Ada\n", ":4: ", "begin with \"dn:\"", "Correct" },
		{ ADA "\nsearch: 2\nresult: 0\n", ":4: ", "ldapsearch", "-LLL" },
		{ ADA "\nversion: 2\n", ":4: ", "version 1", "version 1" },
		{ ADA "\ndn: nonsense\ncn: a\n", ":4: ", "no DN", "Correct" },
		{ ADA BO, ":3: ", "empty line", "Correct" },
		{ "# one\n# t\n wo\n" ADA "cn: A\n d\n a\nx\n", ":9: ", "colon", "C" },
	};
	char *out;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err *err = pull(*state, cases[i].text, &out);

		assert_non_null(err);
		assert_int_equal(err_class(err), ERR_INCOMPLETE);
		assert_non_null(strstr(err_text(err), "/dirbridge-"));
		if (strstr(err_text(err), cases[i].where) == NULL ||
		    strstr(err_text(err), cases[i].why) == NULL)
			fail_msg("case %zu: %s", i, err_text(err));
		assert_non_null(err_hint_text(err));
		assert_non_null(strstr(err_hint_text(err), cases[i].hint));
		err_free(err);
	}
}

/* A file that is cut: at no place but the end of a line is it read as a whole one. */
static void test_a_cut_file_is_no_answer(void **state)
{
	static const char whole[] = ADA "cn: A\n da\n\n" BO "cn:: Qm8=\n# end\n";
	struct options none = { 0 };
	char *out;

	for (size_t len = strlen(ADA); len < strlen(whole); len++) {
		struct err *err;

		if (whole[len - 1] == '\n')
			continue;
		err = pull_bytes(*state, whole, len, &none, &out);
		assert_non_null(err);
		assert_int_equal(err_class(err), ERR_INCOMPLETE);
		assert_non_null(
			strstr(err_text(err), ": the file ends in the middle of a line"));
		assert_non_null(strstr(err_hint_text(err), "Export the directory again"));
		err_free(err);
	}
	assert_ok(pull(*state, whole, &out));
	assert_err(pull(*state, ADA "cn: A\n# cut", &out), ERR_INCOMPLETE,
		   ":4: the file");
	assert_err(pull(*state, ADA "cn: A\r", &out), ERR_INCOMPLETE, ":3: the file");
}

static void test_T68_odd_values_come_whole_or_not_at_all(void **state)
{
	static const char nul[] = ADA "cn: a\0b\n";
	struct options none = { 0 };
	char *out;

	assert_ok(pull(*state, ADA "description:: AGEAYg==\ncn:: //4=\nmail::\n", &out));
	assert_string_equal(
		out, "entry " A " cn=ada,dc=test cn=\\xff\\xfe "
		     "description=\\x00a\\x00b mail=\nfact base=1\nend complete\n");
	assert_ok(pull(*state, ADA "cn: \xff\xfe\n", &out));
	assert_string_equal(out, "entry " A " cn=ada,dc=test cn=\\xff\\xfe\n"
				 "fact base=1\nend complete\n");
	assert_err(pull_bytes(*state, nul, sizeof(nul) - 1, &none, &out), ERR_INCOMPLETE,
		   ":3: the line holds a NUL");
}

static void test_T68_a_large_photo(void **state)
{
	struct str *text = str_new(*state);
	char *out;

	str_add(text, ADA "jpegPhoto:: ");
	for (int i = 0; i < 5 * 1024 * 1024 / 3; i++) {
		str_add(text, "/9j/");
		if (i % 20 == 0)
			str_add(text, "\n ");
	}
	str_add(text, "\n");
	assert_ok(pull(*state, text->text, &out));
	assert_string_equal(out, "entry " A " cn=ada,dc=test jpegphoto=(5242878 bytes)\n"
				 "fact base=1\nend complete\n");
}

static char *long_name(TALLOC_CTX *ctx, const char *before, size_t len, const char *after)
{
	struct str *text = str_new(ctx);

	str_add(text, before);
	for (size_t i = 0; i < len; i++)
		str_add_char(text, 'x');
	str_add(text, after);
	return str_take(ctx, text);
}

static void test_long_names(void **state)
{
	char *out;

	assert_ok(pull(*state, long_name(*state, ADA, 10000, ": v\ncn: a\n"), &out));
	assert_string_equal(out, "entry " A
				 " cn=ada,dc=test cn=a\nfact base=1\nend complete\n");
	assert_ok(pull(*state,
		       long_name(*state, "dn: cn=", 10000,
				 "\nentryUUID: 00000000-0000-0000-0000-00000000000a\n"),
		       &out));
	assert_err(pull(*state, long_name(*state, ADA, 70000, ": v\n"), &out),
		   ERR_INCOMPLETE, ":1: ");
	assert_err(pull(*state, long_name(*state, "dn: cn=", 70000, "\n"), &out),
		   ERR_INCOMPLETE, ":1: ");
	assert_err(pull(*state, long_name(*state, ADA, 10000, ":: *\n"), &out),
		   ERR_INCOMPLETE, ":3: the value of \"xxx");
}

static void test_F66_an_anchor_that_is_not_unique(void **state)
{
	struct options by_sn = { .setting = "sn" };
	static const char text[] = "dn: cn=a,dc=test\nsn: Lovelace\n\n"
				   "dn: cn=b,dc=test\nsn: Lovelace\n";
	char *out;

	assert_err(pull_bytes(*state, text, strlen(text), &by_sn, &out), ERR_INCOMPLETE,
		   ":4: the entry has the same sn as the one at line 1");
	assert_err(pull(*state, ADA "\n" ADA, &out), ERR_INCOMPLETE,
		   ":4: the entry has the same DN as the one at line 1");
	assert_err(pull(*state,
			ADA "\ndn: CN=Ada , DC=Test\n"
			    "entryUUID: 00000000-0000-0000-0000-00000000000b\n",
			&out),
		   ERR_INCOMPLETE, "same DN as the one at line 1");
	assert_err(pull(*state,
			ADA "\ndn: cn=c,dc=test\n"
			    "entryUUID: 00000000-0000-0000-0000-00000000000A\n",
			&out),
		   ERR_INCOMPLETE, "same entryuuid as the one at line 1");
}

static void test_kinds_of_anchor(void **state)
{
	static const char guid[] = "dn: cn=a,dc=test\nobjectGUID:: "
				   "AAECAwQFBgcICQoLDA0ODw==\n";
	struct options by_uid = { .setting = "UID" };
	char *out;

	assert_ok(pull(*state, guid, &out));
	assert_string_equal(out, "entry 000102030405060708090a0b0c0d0e0f "
				 "cn=a,dc=test\nfact base=1\nend complete\n");
	assert_ok(pull(*state,
		       "dn: cn=a,dc=test\nnsUniqueId: "
		       "66446001-1dd211b2-80225011-01c25f00\n",
		       &out));
	assert_non_null(strstr(out, "entry 664460011dd211b28022501101c25f00 "));
	assert_ok(pull_bytes(*state, ADA "uid: ada\n", strlen(ADA "uid: ada\n"), &by_uid,
			     &out));
	assert_string_equal(out,
			    "entry 616461 cn=ada,dc=test\nfact base=1\nend complete\n");
}

static void test_without_a_usable_anchor(void **state)
{
	struct options by_uid = { .setting = "uid" },
		       pinned = { .setting = "uid", .pinned = "entryUUID" },
		       scope = { .filter = "(cn=bo)" };
	static const char two[] = ADA "uid: ada\nuid: lovelace\n";
	static const char later[] = ADA "\ndn: cn=b,dc=test\ncn: bo\n";
	char *out;

	assert_err(pull(*state, "dn: cn=a,dc=test\ncn: a\n", &out), ERR_CONFIG,
		   "carries no entryUUID");
	assert_err(pull_bytes(*state, two, strlen(two), &pinned, &out), ERR_CONFIG,
		   "was \"entryUUID\" until now and would be \"text\"");
	assert_err(pull_bytes(*state, two, strlen(two), &by_uid, &out), ERR_INCOMPLETE,
		   ":1: the entry has more than one value in \"uid\"");
	assert_err(pull(*state, "dn: cn=a,dc=test\nentryUUID: 1\n", &out), ERR_INCOMPLETE,
		   ":1: the entry has a value that is no anchor");
	assert_err(pull_bytes(*state, later, strlen(later), &scope, &out), ERR_INCOMPLETE,
		   ":4: the entry is in scope and has no \"entryuuid\"");
	scope.filter = "(cn=nobody)";
	assert_ok(pull_bytes(*state, later, strlen(later), &scope, &out));
	assert_string_equal(out, "fact base=0\nend complete\n");
}

static void test_filter_and_pages(void **state)
{
	struct options odd = { .filter = "(cn=*1)" };
	struct str *text = str_new(*state);
	const char *at;
	unsigned entries = 0, pages = 0;
	char *out;

	for (int i = 0; i < 2500; i++)
		str_addf(text,
			 "dn: cn=%d,dc=test\ncn: %d\n"
			 "entryUUID: 00000000-0000-0000-0000-%012d\n\n",
			 i, i, i);
	assert_ok(pull_bytes(*state, text->text, text->len, &odd, &out));
	for (at = out; (at = strstr(at, "entry ")) != NULL; at++)
		entries++;
	for (at = out; (at = strstr(at, "page\n")) != NULL; at++)
		pages++;
	assert_int_equal(entries, 250);
	assert_int_equal(pages, 2);
}

static void test_lookup_ignores_the_filter(void **state)
{
	static const char text[] = ADA "cn: ada\n\n" BO "cn: bo\n";
	uint8_t bytes[3][16] = { { 0 } };
	struct value anchors[4];
	struct request request =
		test_request(*state, "ldif", test_file(*state, text, strlen(text)));
	struct direct *d;

	bytes[0][15] = 0x0b;
	bytes[1][15] = 0x0c;
	bytes[2][15] = 0x0a;
	for (size_t i = 0; i < 4; i++)
		anchors[i] = (struct value){ (const char *)bytes[i % 3], 16 };
	request.filter = "(cn=nobody)";
	assert_ok(direct_open(*state, "ldif", &request, &d));
	assert_ok(d->connector->lookup(d->session, anchors, 4, d->sink));
	assert_string_equal(direct_items(d), "entry " B " cn=bo,dc=test cn=bo\n"
					     "unknown 0000000000000000000000000000000c\n"
					     "entry " A " cn=ada,dc=test cn=ada\n"
					     "entry " B " cn=bo,dc=test cn=bo\n");
}

static void test_a_file_that_changes_is_incomplete(void **state)
{
	char *path = test_file(*state, ADA, strlen(ADA)), *out;
	struct request request = test_request(*state, "ldif", path);
	struct direct *d;
	FILE *file;

	assert_ok(direct_open(*state, "ldif", &request, &d));
	file = fopen(path, "a");
	assert_non_null(file);
	fputs("cn: late\n", file);
	fclose(file);
	assert_ok(direct_pull(d, &out));
	assert_string_equal(out, "entry " A " cn=ada,dc=test cn=late\n"
				 "end the file was changed while it was read\n");
}

static void test_files_that_cannot_be_read(void **state)
{
	struct request request = test_request(*state, "ldif", "/nonexistent/x.ldif");
	struct request folder = test_request(*state, "ldif", "/tmp");
	struct direct *d;
	char *out;

	assert_err(direct_open(*state, "ldif", &request, &d), ERR_CONFIG,
		   "cannot open \"/nonexistent/x.ldif\": No such file");
	assert_err(direct_open(*state, "ldif", &folder, &d), ERR_CONFIG,
		   "no regular file");
	assert_err(pull(*state, "", &out), ERR_INCOMPLETE, "holds no entry");
	assert_err(pull(*state, "# nothing\n\n", &out), ERR_INCOMPLETE, "holds no entry");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reads_what_rfc_2849_writes),
		TEST(test_a_bad_line_is_named),
		TEST(test_a_cut_file_is_no_answer),
		TEST(test_T68_odd_values_come_whole_or_not_at_all),
		TEST(test_T68_a_large_photo),
		TEST(test_long_names),
		TEST(test_F66_an_anchor_that_is_not_unique),
		TEST(test_kinds_of_anchor),
		TEST(test_without_a_usable_anchor),
		TEST(test_filter_and_pages),
		TEST(test_lookup_ignores_the_filter),
		TEST(test_a_file_that_changes_is_incomplete),
		TEST(test_files_that_cannot_be_read),
	};
	return test_main(tests);
}
