/* SPDX-License-Identifier: MIT */
#include "bridge/record/text.h"
#include "bridge/base/clock.h"
#include "bridge/record/text_p.h"
#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

bool text_is_utf8(const char *bytes, size_t len)
{
	return len == 0 || (memchr(bytes, '\0', len) == NULL &&
			    u8_check((const uint8_t *)bytes, len) == NULL);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

void ascii_lower(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		text[i] = lower(text[i]);
}

bool ascii_equal(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool is_space(ucs4_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= '\t' && c <= '\r');
	return uc_is_property_white_space(c);
}

/* The second byte of a letter from U+00C0 to U+00FF in lower case; 0 for sharp s, which
 * becomes two letters, and for bytes that do not follow C3. */
static char lower_latin(char c)
{
	if ((uint8_t)c < 0x80 || (uint8_t)c > 0xBF || (uint8_t)c == 0x9F)
		return 0;
	return (uint8_t)c < 0x9F && (uint8_t)c != 0x97 ? (char)(c | 0x20) : c;
}

bool text_fold_short(const char *bytes, size_t len, char *out, size_t *out_len)
{
	char *to = out;

	for (size_t i = 0; i < len; i++) {
		char c = bytes[i];

		if (c > ' ') {
			*to++ = lower(c);
		} else if (c == '\xC3' && i + 1 < len && lower_latin(bytes[i + 1]) != 0) {
			*to++ = c;
			*to++ = lower_latin(bytes[++i]);
		} else if (c <= 0) {
			return false;
		} else if (!is_space((ucs4_t)c)) {
			*to++ = c;
		} else if (to != out && to[-1] != ' ') {
			*to++ = ' ';
		}
	}
	if (to != out && to[-1] == ' ')
		to--;
	*to = '\0';
	*out_len = (size_t)(to - out);
	return true;
}

/* Squeeze white space in place; the text is well-formed UTF-8. */
static void squeeze(char *text, size_t len)
{
	const uint8_t *from = (const uint8_t *)text, *end = from + len;
	char *to = text;
	bool pending = false;

	while (from < end) {
		ucs4_t c = *from;
		int n = c < 0x80 ? 1 : u8_mbtouc(&c, from, (size_t)(end - from));

		if (is_space(c)) {
			pending = to != text;
		} else {
			if (pending)
				*to++ = ' ';
			pending = false;
			memmove(to, from, (size_t)n);
			to += n;
		}
		from += n;
	}
	*to = '\0';
}

/* A result of libunistring as a string of ctx; it gives NULL only without memory. */
static char *take_unicode(TALLOC_CTX *ctx, uint8_t *text, size_t len)
{
	char *copy;

	if (text == NULL)
		abort();
	copy = mem_strndup(ctx, (const char *)text, len);
	free(text);
	return copy;
}

static char *keep_bytes(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	size_t nuls = 0;
	char *copy, *to;

	for (size_t i = 0; i < len; i++)
		nuls += bytes[i] == '\0';
	copy = to = mem_array(ctx, char, len + nuls + 1);
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\0')
			*to++ = '\xC0';
		*to++ = bytes[i] == '\0' ? '\x80' : bytes[i];
	}
	return copy;
}

char *text_fold(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	uint8_t *unicode;
	char *folded;
	size_t n;

	if (len > TEXT_FOLD_MAX)
		return keep_bytes(ctx, bytes, len);
	folded = mem_array(ctx, char, len + 1);
	if (text_fold_short(bytes, len, folded, &n))
		return folded;
	mem_free(folded);
	if (!text_is_utf8(bytes, len))
		return keep_bytes(ctx, bytes, len);
	unicode = u8_casefold((const uint8_t *)bytes, len, NULL, UNINORM_NFKC, NULL, &n);
	folded = take_unicode(ctx, unicode, n);
	squeeze(folded, n);
	return folded;
}

struct value folded_value(struct folded *f, const struct value *value)
{
	struct value folded = { f->buffer, 0 };

	if (value->len < sizeof(f->buffer) &&
	    text_fold_short(value->bytes, value->len, f->buffer, &folded.len))
		return folded;
	f->heap = text_fold(NULL, value->bytes, value->len);
	return (struct value){ f->heap, strlen(f->heap) };
}

void folded_free(struct folded *f)
{
	mem_free(f->heap);
}

static void trim(const char **text, size_t *len)
{
	const uint8_t *from = (const uint8_t *)*text, *end = from + *len, *at;
	ucs4_t c;
	int n;

	while (from < end) {
		n = u8_mbtouc(&c, from, (size_t)(end - from));
		if (!is_space(c))
			break;
		from += n;
	}
	while (from < end && (at = u8_prev(&c, end, from)) != NULL && is_space(c))
		end = at;
	*text = (const char *)from;
	*len = (size_t)(end - from);
}

static bool is_ascii(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] <= 0)
			return false;
	return true;
}

static bool holds(const char *text, size_t len, bool (*is)(ucs4_t c))
{
	const uint8_t *from = (const uint8_t *)text, *end = from + len;
	ucs4_t c;

	while (from < end) {
		from += u8_mbtouc(&c, from, (size_t)(end - from));
		if (is(c))
			return true;
	}
	return false;
}

static bool is_control(ucs4_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029;
}

char *text_name(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	uint8_t *normal;
	size_t n;

	if (len > TEXT_FOLD_MAX || !text_is_utf8(bytes, len))
		return NULL;
	trim(&bytes, &len);
	if (len == 0 || holds(bytes, len, is_control))
		return NULL;
	if (is_ascii(bytes, len))
		return mem_strndup(ctx, bytes, len);
	normal = u8_normalize(UNINORM_NFC, (const uint8_t *)bytes, len, NULL, &n);
	return take_unicode(ctx, normal, n);
}

static bool is_not_mailable(ucs4_t c)
{
	return is_space(c) || is_control(c) || uc_is_general_category(c, UC_FORMAT);
}

static bool is_label(const char *label, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = lower(label[i]);

		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
		    c != '_')
			return false;
	}
	return len > 0 && len <= LABEL_MAX && label[0] != '-' && label[len - 1] != '-';
}

static bool is_domain(const char *domain)
{
	for (;;) {
		size_t len = strcspn(domain, ".");

		if (!is_label(domain, len))
			return false;
		if (domain[len] == '\0')
			return true;
		domain += len + 1;
	}
}

static bool is_address(const char *text)
{
	const char *at = strchr(text, '@');
	size_t len = strlen(text);

	return len <= EMAIL_MAX && at != NULL && at != text && is_domain(at + 1) &&
	       !holds(text, len, is_not_mailable);
}

/* The local part stays; the domain becomes what DNS knows. */
static char *with_ascii_domain(TALLOC_CTX *ctx, char *key)
{
	char *at = strchr(key, '@'), *domain, *whole = NULL;

	if (at == NULL || is_ascii(at, strlen(at)))
		return key;
	domain = holds(at, strlen(at), is_not_mailable) ? NULL
							: domain_ascii(NULL, at + 1);
	if (domain != NULL)
		whole = mem_printf(ctx, "%.*s@%s", (int)(at - key), key, domain);
	mem_free(domain);
	mem_free(key);
	return whole;
}

char *email_key(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	uint8_t *folded;
	char *key;
	size_t n;

	if (len > TEXT_FOLD_MAX || !text_is_utf8(bytes, len))
		return NULL;
	trim(&bytes, &len);
	if (len == 0)
		return NULL;
	if (is_ascii(bytes, len)) {
		key = mem_strndup(ctx, bytes, len);
		ascii_lower(key, len);
	} else {
		folded = u8_tolower((const uint8_t *)bytes, len, NULL, UNINORM_NFC, NULL,
				    &n);
		key = with_ascii_domain(ctx, take_unicode(ctx, folded, n));
	}
	if (key == NULL || is_address(key))
		return key;
	mem_free(key);
	return NULL;
}

bool text_time(const char *bytes, size_t len, int64_t *time)
{
	return clock_parse(bytes, len, time);
}
