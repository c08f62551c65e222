/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "tests/hostile.h"
#include "tests/test.h"
#include <unistr.h>

static const char *terminal(TALLOC_CTX *ctx, const char *bytes, size_t len, size_t limit)
{
	struct str *s = str_new(ctx);

	escape_terminal(s, bytes, len, limit);
	return str_take(ctx, s);
}

static const char *logged(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	struct str *s = str_new(ctx);

	escape_log(s, bytes, len);
	return str_take(ctx, s);
}

/* What no terminal and no log line may be sent. */
static void assert_harmless(const char *text)
{
	static const char *const hostile[] = {
		"\xC2\x80",         "\xC2\x85",     "\xC2\x9B",     "\xC2\x9F",
		"\xE2\x80\xA8",     "\xE2\x80\xA9", "\xE2\x80\xAA", "\xE2\x80\xAB",
		"\xE2\x80\xAC",     "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
		"\xE2\x81\xA7",     "\xE2\x81\xA8", "\xE2\x81\xA9", "\xE2\x80\x8E",
		"\xE2\x80\x8F",     "\xD8\x9C",     "\xEF\xBB\xBF", "\xE2\x80\x8B",
		"\xF3\xA0\x81\x81",
	};

	assert_null(u8_check((const uint8_t *)text, strlen(text)));
	for (const char *at = text; *at != '\0'; at++)
		if ((*at >= 0 && *at < ' ') || *at == 0x7F)
			fail_msg("byte %02x in \"%s\"", *at, text);
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++)
		assert_null(strstr(text, hostile[i]));
}

static void test_corpus_on_a_terminal(void **state)
{
	const struct hostile *all = hostile_names(*state, HOSTILE_TXT);

	for (size_t i = 0; i < all->n; i++) {
		const struct str *name = all->names[i];
		const char *text = terminal(*state, name->text, name->len, 0);

		assert_harmless(text);
		assert_true(strlen(text) >= name->len);
		assert_string_equal(terminal(*state, text, strlen(text), 0), text);
		text = terminal(*state, name->text, name->len, 20);
		assert_harmless(text);
		assert_true(escape_width(text) <= 2 * 20 + 3);
		text = escape_name(*state, name->text);
		assert_harmless(text);
		assert_true(escape_width(text) <= ESCAPE_NAME_LIMIT + 3);
	}
}

/* One word, or one string in quotes that ends where it should. */
static void assert_one_value(const char *text)
{
	size_t len = strlen(text), i = 1;

	if (text[0] != '"') {
		assert_int_equal(strcspn(text, " =\"\\"), len);
		return;
	}
	while (i < len && text[i] != '"')
		i += text[i] == '\\' ? 2 : 1;
	assert_int_equal(i, len - 1);
}

static void test_corpus_in_a_log(void **state)
{
	const struct hostile *all = hostile_names(*state, HOSTILE_TXT);

	for (size_t i = 0; i < all->n; i++) {
		const char *text =
			logged(*state, all->names[i]->text, all->names[i]->len);

		assert_harmless(text);
		assert_one_value(text);
	}
}

static void test_corpus_as_utf8(void **state)
{
	const struct hostile *all = hostile_names(*state, HOSTILE_TXT);

	for (size_t i = 0; i < all->n; i++) {
		const struct str *name = all->names[i];
		const char *text = escape_utf8(*state, name->text, name->len);

		assert_null(u8_check((const uint8_t *)text, strlen(text)));
		assert_true(strlen(text) >= name->len);
		if (memchr(name->text, '\0', name->len) == NULL &&
		    u8_check((const uint8_t *)name->text, name->len) == NULL)
			assert_string_equal(text, name->text);
	}
}

static void test_terminal(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(terminal(ctx, "", 0, 0), "");
	assert_string_equal(terminal(ctx, "a\x1B[2J\0\xFF\x7F", 8, 0),
			    "a\\x1b[2J\\x00\\xff\\x7f");
	assert_string_equal(terminal(ctx, "\xC2\x9B\xE2\x80\xAE", 5, 0),
			    "\\u{9b}\\u{202e}");
	assert_string_equal(terminal(ctx, "\xE2\x82", 2, 0), "\\xe2\\x82");
	assert_string_equal(terminal(ctx,
				     "Stra\xC3\x9F"
				     "e\\",
				     8, 0),
			    "Stra\xC3\x9F"
			    "e\\");
	assert_string_equal(terminal(ctx, "\xE2\x80\x8D", 3, 0), "\xE2\x80\x8D");
}

static void test_terminal_limit(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(terminal(ctx, "abcde", 5, 5), "abcde");
	assert_string_equal(terminal(ctx, "abcdef", 6, 5), "abcde...");
	assert_string_equal(terminal(ctx, "\xC3\xA4\xC3\xA4\xC3\xA4", 6, 2),
			    "\xC3\xA4\xC3\xA4...");
	assert_string_equal(terminal(ctx, "abc\x1B", 4, 5), "abc...");
	assert_string_equal(terminal(ctx, "a\x1B", 2, 5), "a\\x1b");
}

static void test_log(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(logged(ctx, "ada@example.com", 15), "ada@example.com");
	assert_string_equal(logged(ctx, "", 0), "\"\"");
	assert_string_equal(logged(ctx, "a b", 3), "\"a b\"");
	assert_string_equal(logged(ctx, "a=b", 3), "\"a=b\"");
	assert_string_equal(logged(ctx, "a\"\\\n", 4), "\"a\\\"\\\\\\x0a\"");
	assert_string_equal(logged(ctx, "\0", 1), "\"\\x00\"");
	assert_string_equal(logged(ctx, "\xC3\xA4", 2), "\"\xC3\xA4\"");
}

static void test_utf8(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(escape_utf8(ctx, "", 0), "");
	assert_string_equal(escape_utf8(ctx,
					"a\0\xFF"
					"b",
					4),
			    "a\xEF\xBF\xBD\xEF\xBF\xBD"
			    "b");
	assert_string_equal(escape_utf8(ctx, "\xE2\x82\xAC\xE2\x82", 5),
			    "\xE2\x82\xAC\xEF\xBF\xBD\xEF\xBF\xBD");
	assert_string_equal(escape_utf8(ctx, "\x1B\n\xE2\x80\xAE", 5),
			    "\x1B\n\xE2\x80\xAE");
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(escape_width(""), 0);
	assert_int_equal(escape_width("abc"), 3);
	assert_int_equal(escape_width("\xE6\x97\xA5\xE6\x9C\xAC"), 4);
	assert_int_equal(escape_width("e\xCC\x81"), 1);
	assert_int_equal(escape_width("\xC3\xA4"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_corpus_on_a_terminal),
		TEST(test_corpus_in_a_log),
		TEST(test_corpus_as_utf8),
		TEST(test_terminal),
		TEST(test_terminal_limit),
		TEST(test_log),
		TEST(test_utf8),
		TEST(test_width),
	};
	return test_main(tests);
}
