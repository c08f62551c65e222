/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "tests/hostile.h"
#include "tests/test.h"
#include <ctype.h>
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

typedef void escape_fn(struct str *out, const char *bytes, size_t len);

static const char *escaped(TALLOC_CTX *ctx, escape_fn *escape, const char *text)
{
	struct str *s = str_new(ctx);

	escape(s, text, strlen(text));
	return str_take(ctx, s);
}

/* What a reader of CSV makes of one cell, which must be all there is. */
static const char *read_cell(TALLOC_CTX *ctx, const char *cell)
{
	struct str *s = str_new(ctx);

	if (cell[0] != '"') {
		assert_int_equal(strcspn(cell, ",;\t\"\r\n"), strlen(cell));
		str_add(s, cell);
		return str_take(ctx, s);
	}
	for (cell++; cell[0] != '"' || cell[1] == '"'; cell++) {
		assert_int_not_equal(cell[0], '\0');
		if (cell[0] == '"')
			cell++;
		str_add_char(s, cell[0]);
	}
	assert_string_equal(cell, "\"");
	return str_take(ctx, s);
}

static void test_corpus_as_csv(void **state)
{
	const struct hostile *all = hostile_names(*state, HOSTILE_TXT);
	size_t formulas = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct str *name = all->names[i];
		struct str *cell = str_new(*state);
		const char *read, *plain = escape_utf8(*state, name->text, name->len);

		escape_csv(cell, name->text, name->len);
		read = read_cell(*state, cell->text);
		assert_null(u8_check((const uint8_t *)read, strlen(read)));
		assert_true(read[0] == '\0' || strchr("=+-@\t\r\n", read[0]) == NULL);
		formulas += strcmp(read, plain) != 0;
		assert_string_equal(strcmp(read, plain) == 0 ? read : read + 1, plain);
	}
	assert_true(formulas > 3);
}

/* Nothing is left that Markdown would read as more than a character. */
static void test_corpus_as_markdown(void **state)
{
	const struct hostile *all = hostile_names(*state, HOSTILE_TXT);

	for (size_t i = 0; i < all->n; i++) {
		struct str *s = str_new(*state);

		escape_markdown(s, all->names[i]->text, all->names[i]->len);
		assert_harmless(s->text);
		for (const char *at = s->text; *at != '\0'; at++) {
			assert_null(strchr("`*_{}[]()<>#+-.!|~&$=:@\"'/", *at));
			if (*at == '\\') {
				at++;
				assert_true(ispunct((unsigned char)*at));
			}
		}
	}
}

static int digit_of(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	return (int)(strchr(digits, c) - digits);
}

/* What a reader of mail makes of encoded words. */
static const char *read_header(TALLOC_CTX *ctx, const char *header)
{
	struct str *s = str_new(ctx);
	const char *at = header;

	if (strncmp(header, "=?", 2) != 0)
		return header;
	while (*at != '\0') {
		size_t word = strcspn(at, " ");
		const char *end = at + word;
		size_t before = s->len;

		assert_true(word <= 75);
		assert_int_equal(strncmp(at, "=?UTF-8?B?", 10), 0);
		assert_int_equal(strncmp(end - 2, "?=", 2), 0);
		for (at += 10; at < end - 2; at += 4) {
			int n = at[2] == '=' ? 1 : at[3] == '=' ? 2 : 3;
			unsigned three = 0;

			for (int k = 0; k < 4; k++)
				three = three << 6 |
					(unsigned)(k <= n ? digit_of(at[k]) : 0);
			for (int k = 0; k < n; k++)
				str_add_char(s, (char)(three >> (16 - 8 * k)));
		}
		/* No character stands in two words (RFC 2047, section 5). */
		assert_null(u8_check((const uint8_t *)s->text + before, s->len - before));
		at = *end == ' ' ? end + 1 : end;
	}
	return str_take(ctx, s);
}

static void test_corpus_in_mail_headers(void **state)
{
	const struct hostile *all = hostile_names(*state, HOSTILE_TXT);

	for (size_t i = 0; i < all->n; i++) {
		const struct str *name = all->names[i];
		struct str *s = str_new(*state);

		escape_header(s, name->text, name->len);
		for (size_t k = 0; k < s->len; k++)
			assert_true(s->text[k] >= ' ' && s->text[k] < 0x7F);
		assert_string_equal(read_header(*state, s->text),
				    terminal(*state, name->text, name->len, 0));
	}
}

static void test_csv(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(escaped(ctx, escape_csv, ""), "");
	assert_string_equal(escaped(ctx, escape_csv, "Ada"), "Ada");
	assert_string_equal(escaped(ctx, escape_csv, "a, \"b\""), "\"a, \"\"b\"\"\"");
	assert_string_equal(escaped(ctx, escape_csv, "=1+1"), "'=1+1");
	assert_string_equal(escaped(ctx, escape_csv, "a=1"), "a=1");
	assert_string_equal(escaped(ctx, escape_csv, "\r=1"), "\"'\r=1\"");
	assert_string_equal(escaped(ctx, escape_csv, "@a,b"), "\"'@a,b\"");
	assert_string_equal(escaped(ctx, escape_csv, "\xFF"), "\xEF\xBF\xBD");
	assert_string_equal(escaped(ctx, escape_csv, "a;=1+1"), "\"a;=1+1\"");
	assert_string_equal(escaped(ctx, escape_csv, "a\t=1+1"), "\"a\t=1+1\"");
}

static void test_markdown(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(escaped(ctx, escape_markdown, "a b"), "a b");
	assert_string_equal(escaped(ctx, escape_markdown, "a|<b>"), "a\\|\\<b\\>");
	assert_string_equal(escaped(ctx, escape_markdown, "[x](y)\n"),
			    "\\[x\\]\\(y\\)\\\\x0a");
	assert_string_equal(escaped(ctx, escape_markdown, "Gr\xC3\xBC"), "Gr\xC3\xBC");
}

static void test_header(void **state)
{
	TALLOC_CTX *ctx = *state;

	assert_string_equal(escaped(ctx, escape_header, "Ada Lovelace"), "Ada Lovelace");
	assert_string_equal(escaped(ctx, escape_header, ""), "");
	assert_string_equal(escaped(ctx, escape_header, "a\r\nBcc: x"),
			    "=?UTF-8?B?YVx4MGRceDBhQmNjOiB4?=");
	assert_string_equal(escaped(ctx, escape_header, "Gr\xC3\xBC"),
			    "=?UTF-8?B?R3LDvA==?=");
	assert_string_equal(escaped(ctx, escape_header, "=?x?="), "=?UTF-8?B?PT94Pz0=?=");
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
		TEST(test_corpus_as_csv),
		TEST(test_corpus_as_markdown),
		TEST(test_corpus_in_mail_headers),
		TEST(test_terminal),
		TEST(test_terminal_limit),
		TEST(test_log),
		TEST(test_utf8),
		TEST(test_csv),
		TEST(test_markdown),
		TEST(test_header),
		TEST(test_width),
	};
	return test_main(tests);
}
