/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include <stdbool.h>
#include <stdio.h>
#include <unictype.h>
#include <unistr.h>
#include <uniwidth.h>

#define ESCAPE_MAX 16 /* bytes: \u{10FFFF} and a NUL */
#define INVALID    UINT32_MAX
#define REPLACED   "\xEF\xBF\xBD" /* U+FFFD */

/* The next character and how many bytes it takes; INVALID is one byte that is no UTF-8.
 */
static int next(const char *at, const char *end, ucs4_t *c)
{
	int n = u8_mbtoucr(c, (const uint8_t *)at, (size_t)(end - at));

	if (n > 0)
		return n;
	*c = INVALID;
	return 1;
}

/* The joiners belong to the spelling of several languages; no other format character
 * shows, and some turn what stands around them about. */
static bool is_hidden(ucs4_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
	       (c != 0x200C && c != 0x200D && uc_is_general_category(c, UC_FORMAT));
}

/* How the character at "at" goes out; returns how many bytes of it were taken, and how
 * many columns or so it takes. */
static int escape_one(const char *at, const char *end, char out[ESCAPE_MAX],
		      size_t *out_len, size_t *columns)
{
	ucs4_t c;
	int n = next(at, end, &c);

	if (c == INVALID || (c < 0x80 && is_hidden(c))) {
		*columns = *out_len =
			(size_t)snprintf(out, ESCAPE_MAX, "\\x%02x", (uint8_t)*at);
	} else if (is_hidden(c)) {
		*columns = *out_len = (size_t)snprintf(out, ESCAPE_MAX, "\\u{%x}", c);
	} else {
		memcpy(out, at, (size_t)n);
		*out_len = (size_t)n;
		*columns = 1;
	}
	return n;
}

void escape_terminal(struct str *out, const char *bytes, size_t len, size_t limit)
{
	const char *at = bytes, *end = bytes + len;
	char text[ESCAPE_MAX];
	size_t text_len, columns, used = 0;

	while (at < end) {
		at += escape_one(at, end, text, &text_len, &columns);
		used += columns;
		if (limit > 0 && used > limit) {
			str_add(out, "...");
			return;
		}
		str_add_bytes(out, text, text_len);
	}
}

char *escape_name(TALLOC_CTX *ctx, const char *text)
{
	struct str *s = str_new(ctx);

	escape_terminal(s, text, strlen(text), ESCAPE_NAME_LIMIT);
	return str_take(ctx, s);
}

size_t escape_width(const char *text)
{
	int width = u8_strwidth((const uint8_t *)text, "UTF-8");

	return width > 0 ? (size_t)width : 0;
}

static bool is_word(const char *bytes, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._:/@+,%-";

	for (size_t i = 0; i < len; i++)
		if (bytes[i] == '\0' || strchr(letters, bytes[i]) == NULL)
			return false;
	return len > 0;
}

void escape_log(struct str *out, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;
	char text[ESCAPE_MAX];
	size_t text_len, columns;

	if (is_word(bytes, len)) {
		str_add_bytes(out, bytes, len);
		return;
	}
	str_add_char(out, '"');
	while (at < end) {
		if (*at == '"' || *at == '\\')
			str_add_char(out, '\\');
		at += escape_one(at, end, text, &text_len, &columns);
		str_add_bytes(out, text, text_len);
	}
	str_add_char(out, '"');
}

char *escape_utf8(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	const char *at = bytes, *end = bytes + len;
	struct str *s = str_new(ctx);
	ucs4_t c;

	while (at < end) {
		int n = next(at, end, &c);

		if (c == INVALID || c == 0)
			str_add(s, REPLACED);
		else
			str_add_bytes(s, at, (size_t)n);
		at += n;
	}
	return str_take(ctx, s);
}

void escape_csv(struct str *out, const char *bytes, size_t len)
{
	AUTO_MEM char *text = escape_utf8(NULL, bytes, len);
	bool quoted = strpbrk(text, ",;\t\"\r\n") != NULL;

	if (quoted)
		str_add_char(out, '"');
	if (text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL)
		str_add_char(out, '\'');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"')
			str_add_char(out, '"');
		str_add_char(out, *at);
	}
	if (quoted)
		str_add_char(out, '"');
}

static bool is_punctuation(char c)
{
	return c > ' ' && c < 0x7F && !(c >= '0' && c <= '9') &&
	       !((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

void escape_markdown(struct str *out, const char *bytes, size_t len)
{
	AUTO_MEM struct str *text = str_new(NULL);

	escape_terminal(text, bytes, len, 0);
	for (size_t i = 0; i < text->len; i++) {
		if (is_punctuation(text->text[i]))
			str_add_char(out, '\\');
		str_add_char(out, text->text[i]);
	}
}

/* ---- mail headers ---- */

/* Words of letters, digits and what has no meaning in a phrase, a blank between two. */
static bool is_phrase(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == ' ' && (i == 0 || i + 1 == len || text[i - 1] == ' '))
			return false;
		if (c != ' ' && strchr("-_+'/!*", c) == NULL &&
		    (is_punctuation(c) || c < ' ' || c >= 0x7F))
			return false;
	}
	return len > 0;
}

static void add_base64(struct str *out, const char *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < len; i += 3) {
		uint32_t three = 0;

		for (size_t k = 0; k < 3; k++)
			three = three << 8 |
				(i + k < len ? (unsigned char)bytes[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			str_add_char(out, i + k <= len
						  ? digits[three >> (18 - 6 * k) & 63]
						  : '=');
	}
}

void escape_header(struct str *out, const char *bytes, size_t len)
{
	enum { WORD = 45 }; /* 60 digits; 75 are allowed with what stands around them */
	AUTO_MEM struct str *text = str_new(NULL);
	size_t at = 0, n;
	ucs4_t c;

	escape_terminal(text, bytes, len, 0);
	if (is_phrase(text->text, text->len)) {
		str_add_bytes(out, text->text, text->len);
		return;
	}
	for (; at < text->len; at += n) {
		const char *from = text->text + at, *end = text->text + text->len;

		for (n = 0; at + n < text->len;) {
			size_t more = (size_t)next(from + n, end, &c);

			if (n + more > WORD)
				break;
			n += more;
		}
		str_add(out, at > 0 ? " =?UTF-8?B?" : "=?UTF-8?B?");
		add_base64(out, from, n);
		str_add(out, "?=");
	}
}
