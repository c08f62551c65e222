/* SPDX-License-Identifier: MIT */
#include "bridge/record/text_p.h"
#include "tests/test.h"
#include <unicase.h>
#include <unistr.h>

#define SHARP_S  "\xC3\x9F"
#define DOT_I    "\xC4\xB0"     /* capital I with dot above */
#define NO_DOT_I "\xC4\xB1"     /* small i without one */
#define E_ACUTE  "\xC3\xA9"     /* precomposed */
#define E_PLUS   "e\xCC\x81"    /* e and a combining acute */
#define WIDE_A   "\xEF\xBC\xA1" /* full-width capital A */
#define NBSP     "\xC2\xA0"
#define ZWSP     "\xE2\x80\x8B"

static const char *fold(TALLOC_CTX *ctx, const char *text)
{
	return text_fold(ctx, text, strlen(text));
}

static const char *name(TALLOC_CTX *ctx, const char *text)
{
	return text_name(ctx, text, strlen(text));
}

static const char *email(TALLOC_CTX *ctx, const char *text)
{
	return email_key(ctx, text, strlen(text));
}

static void test_fold_case_and_space(void **state)
{
	static const char *const pairs[][2] = {
		{ "", "" },
		{ "   ", "" },
		{ "  Ada \t Lovelace\r\n", "ada lovelace" },
		{ "\xC3\x84rzte" NBSP NBSP "Nord ", "\xC3\xA4rzte nord" },
		{ NBSP "x" NBSP, "x" },
		{ "\xCE\xA3\xCE\x99\xCE\x93\xCE\x9C\xCE\x91\xCF\x82",
		  "\xCF\x83\xCE\xB9\xCE\xB3\xCE\xBC\xCE\xB1\xCF\x83" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		assert_string_equal(fold(*state, pairs[i][0]), pairs[i][1]);
}

static void test_T70_fold_merges_no_more_than_unicode_does(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(fold(ctx, "Stra" SHARP_S "e"), "strasse");
	assert_string_equal(fold(ctx, DOT_I "zmir"), "i\xCC\x87zmir");
	assert_string_not_equal(fold(ctx, DOT_I), fold(ctx, "I"));
	assert_string_not_equal(fold(ctx, NO_DOT_I), fold(ctx, "I"));
	assert_string_equal(fold(ctx, E_PLUS), E_ACUTE);
	assert_string_equal(fold(ctx, E_ACUTE), E_ACUTE);
	assert_string_not_equal(fold(ctx, E_ACUTE), fold(ctx, "e"));
	assert_string_equal(fold(ctx, WIDE_A "da"), "ada");
	assert_string_not_equal(fold(ctx, "\xC3\xA4"), fold(ctx, "ae"));
	assert_string_not_equal(fold(ctx, "ad" ZWSP "a"), fold(ctx, "ada"));
}

static void check_folded_twice(TALLOC_CTX *ctx, ucs4_t from, ucs4_t to)
{
	for (ucs4_t c = from; c < to; c++) {
		uint8_t text[8];
		int n = u8_uctomb(text, c, sizeof(text));
		char *once, *twice;

		if (n <= 0 || c == 0)
			continue;
		once = text_fold(ctx, (char *)text, (size_t)n);
		twice = text_fold(ctx, once, strlen(once));
		if (strcmp(once, twice) != 0)
			fail_msg("U+%04X: %s, %s", c, once, twice);
		mem_free(once);
		mem_free(twice);
	}
}

static void test_folding_a_folded_text_changes_nothing(void **state)
{
	check_folded_twice(*state, 0, 0x3400);
	check_folded_twice(*state, 0xA600, 0xAC00);
	check_folded_twice(*state, 0xF900, 0x10800);
	check_folded_twice(*state, 0x1D400, 0x1D800);
	check_folded_twice(*state, 0x1F100, 0x1F300);
}

static void test_short_and_long_fold_agree(void **state)
{
	for (int i = 0; i < 256 * 256; i++) {
		const char text[] = { 'A', (char)(i >> 8), (char)i, 'z' };
		struct value value = { text, sizeof(text) };
		struct folded f = { .heap = NULL };
		char *folded = text_fold(*state, text, sizeof(text));

		value = folded_value(&f, &value);
		assert_true(value_is(&value, folded));
		folded_free(&f);
		mem_free(folded);
	}
}

static void test_short_fold_knows_its_letters(void **state)
{
	for (ucs4_t c = 0xC0; c < 0x100; c++) {
		const char text[] = { '\xC3', (char)(c - 0x40) };
		char out[3];
		size_t len, n;
		uint8_t *expected = u8_casefold((const uint8_t *)text, 2, NULL,
						UNINORM_NFKC, NULL, &n);

		assert_int_equal(text_fold_short(text, 2, out, &len), c != 0xDF);
		if (c != 0xDF) {
			assert_int_equal(len, n);
			assert_memory_equal(out, expected, n);
		}
		free(expected);
	}
	assert_false(text_fold_short("\xC3", 1, (char[2]){ 0 }, &(size_t){ 0 }));
	assert_false(text_fold_short("\xC3(", 2, (char[3]){ 0 }, &(size_t){ 0 }));
	assert_string_equal(fold(*state, "\xC3\x84\xCC\x81"), "\xC3\xA4\xCC\x81");
}

static void test_T68_bytes_that_are_no_text(void **state)
{
	TALLOC_CTX *ctx = *state;
	size_t len = TEXT_FOLD_MAX + 1;
	char *large = mem_array(ctx, char, len);

	assert_string_equal(fold(ctx, "A\xFF B "), "A\xFF B ");
	assert_string_equal(fold(ctx, "\xED\xA0\x80"), "\xED\xA0\x80");
	assert_string_equal(text_fold(ctx, "A\0b", 3), "A\xC0\x80"
						       "b");
	memset(large, 'A', len);
	assert_int_equal(strlen(text_fold(ctx, large, len)), len);
	assert_int_equal(text_fold(ctx, large, len)[0], 'A');

	assert_true(text_is_utf8("", 0));
	assert_true(text_is_utf8(E_ACUTE, 2));
	assert_false(text_is_utf8(E_ACUTE, 1));
	assert_false(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xC0\x80", 2));
	assert_false(text_is_utf8("\xF4\x90\x80\x80", 4));
}

static void test_F56_names_are_preserved(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(name(ctx, " Stra" SHARP_S "e  NORD " NBSP),
			    "Stra" SHARP_S "e  NORD");
	assert_string_equal(name(ctx, "Ren" E_PLUS), "Ren" E_ACUTE);
	assert_string_equal(name(ctx, WIDE_A), WIDE_A);
	assert_null(name(ctx, ""));
	assert_null(name(ctx, " \t "));
	assert_null(name(ctx, "a\nb"));
	assert_null(name(ctx, "a\x1B[2Jb"));
	assert_null(name(ctx, "a\xC2\x9B"
			      "b"));
	assert_null(name(ctx, "a\xE2\x80\xA8"
			      "b"));
	assert_null(name(ctx, "a\xFF"));
	assert_null(text_name(ctx, "a\0b", 3));
}

static void test_email_key(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(email(ctx, " Ada.Lovelace@Example.COM\n"),
			    "ada.lovelace@example.com");
	assert_string_equal(email(ctx, "root@localhost"), "root@localhost");
	assert_string_equal(email(ctx, "o'neil+tag@x_y.example"),
			    "o'neil+tag@x_y.example");
	assert_string_equal(email(ctx, "ren" E_PLUS "@x.example"),
			    "ren" E_ACUTE "@x.example");
}

/* RFC 3492 7.1 among them. */
static void test_a_domain_is_the_same_in_either_form(void **state)
{
	static const char *const same[][2] = {
		{ "a@b\xC3\xBC"
		  "cher.example",
		  "a@xn--bcher-kva.example" },
		{ "a@x.U\xCC\x88", "a@x.xn--tda" },
		{ "A@B\xC3\x9C"
		  "CHER.Example",
		  "a@xn--bcher-kva.example" },
		{ "a@XN--BCHER-KVA.example", "a@xn--bcher-kva.example" },
		{ "a@stra" SHARP_S "e.de", "a@xn--strae-oqa.de" },
		{ "a@x.\xC3\xBC", "a@x.xn--tda" },
		{ "a@\xE2\x9D\xA4.x", "a@xn--qei.x" },
		{ "a@\xD0\xBF\xD1\x80\xD0\xB8\xD0\xBC\xD0\xB5\xD1\x80.example",
		  "a@xn--e1afmkfd.example" },
		{ "a@\xE3\x81\xB2\xE3\x81\xA8\xE3\x81\xA4\xE5\xB1\x8B\xE6\xA0"
		  "\xB9\xE3\x81\xAE\xE4\xB8\x8B"
		  "2\xE3\x80\x82x",
		  "a@xn--2-u9tlzr9756bt3uc0v.x" },
		{ "a@\xEF\xBD\x85xample\xEF\xBC\x8E"
		  "com",
		  "a@example.com" },
	};

	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		assert_string_equal(email(*state, same[i][0]), same[i][1]);
	assert_string_not_equal(email(*state, "a@b\xC3\xBC"
					      "cher.x"),
				email(*state, "a@bucher.x"));
}

/* A label is measured as it goes over the wire. */
static void test_a_label_is_as_long_as_in_dns(void **state)
{
	char text[2 + 3 * 64 + 1] = "a@";

	for (size_t i = 0; i < 58; i++)
		memcpy(text + 2 + 2 * i, "\xC3\xBC", 2);
	assert_null(email(*state, text));
	text[2 + 2 * 57] = '\0';
	assert_int_equal(strlen(email(*state, text)), 2 + 63);
	for (size_t i = 0; i < 64; i++)
		memcpy(text + 2 + 3 * i, "\xE3\x81\x82", 3);
	assert_null(email(*state, text));
}

static void test_T70_email_keys_stay_apart(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(email(ctx, "stra" SHARP_S "e@x.de"), "stra" SHARP_S "e@x.de");
	assert_string_not_equal(email(ctx, DOT_I "@x.de"), email(ctx, "i@x.de"));
	assert_string_not_equal(email(ctx, NO_DOT_I "@x.de"), email(ctx, "i@x.de"));
	assert_string_not_equal(email(ctx, E_ACUTE "@x.de"), email(ctx, "e@x.de"));
}

static void test_what_is_no_email(void **state)
{
	static const char *const bad[] = {
		"",
		"ada",
		"@",
		"@example.com",
		"ada@",
		"ada@b@example.com",
		"a da@example.com",
		"ada@exam ple.com",
		"ada@example.com.",
		"ada@.example.com",
		"ada@example..com",
		"ada@-x.com",
		"ada@x-.com",
		"ada@[127.0.0.1]",
		"ada@x.com>",
		"ada\t@x.com",
		"ada\x7F@x.com",
		"ada" NBSP "b@x.com",
		"ada" ZWSP "@x.com",
		"ada\xE2\x80\xAE@x.com",
		"ada@\xC3\xBC..com",
		"ada@\xC3\xBC ber.com",
		"ada@\xC3\xBC" ZWSP ".com",
		"ada@b@\xC3\xBC.com",
		"ada@b\xEF\xBC\xA0\xC3\xBC.com",
		"ada@\xC2\xB8.com",
		"ada@-\xEF\xBD\x85.com",
		"ada\xFF@x.com",
	};
	char *text = mem_array(*state, char, 400);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (email(*state, bad[i]) != NULL)
			fail_msg("\"%s\" is an address", bad[i]);
	assert_null(email_key(*state, "a\0b@x.com", 9));
	memset(text, 'a', EMAIL_MAX + 1);
	memcpy(text + EMAIL_MAX - 5, "@x.com", 6);
	assert_null(email(*state, text));
	assert_non_null(email(*state, text + 1));
	memset(text, 'a', 66);
	memcpy(text, "a@", 2);
	text[66] = '\0';
	assert_null(email(*state, text));
	text[65] = '\0';
	assert_non_null(email(*state, text));
}

static void test_ascii(void **state)
{
	char text[] = "MemberOf;Lang-\xC3\x84[@`{";

	(void)state;
	ascii_lower(text, sizeof(text) - 1);
	assert_string_equal(text, "memberof;lang-\xC3\x84[@`{");
	assert_true(ascii_equal("CN", "cn", 2));
	assert_false(ascii_equal("[", "{", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fold_case_and_space),
		TEST(test_T70_fold_merges_no_more_than_unicode_does),
		TEST(test_folding_a_folded_text_changes_nothing),
		TEST(test_short_and_long_fold_agree),
		TEST(test_short_fold_knows_its_letters),
		TEST(test_T68_bytes_that_are_no_text),
		TEST(test_F56_names_are_preserved),
		TEST(test_email_key),
		TEST(test_a_domain_is_the_same_in_either_form),
		TEST(test_a_label_is_as_long_as_in_dns),
		TEST(test_T70_email_keys_stay_apart),
		TEST(test_what_is_no_email),
		TEST(test_ascii),
	};
	return test_main(tests);
}
