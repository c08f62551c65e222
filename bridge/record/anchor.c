/* SPDX-License-Identifier: MIT */
#include "bridge/record/anchor.h"
#include "bridge/base/str.h"
#include <strings.h>

#define UUID_LEN 16

/*
 * How the sixteen bytes are written: for each byte of the text form its index in the
 * anchor, and which of them a dash precedes (bit n: before byte n).
 */
struct form {
	uint8_t order[UUID_LEN];
	uint16_t dashes;
};

#define DASHES_UUID (1u << 4 | 1u << 6 | 1u << 8 | 1u << 10)
#define DASHES_389  (1u << 4 | 1u << 8 | 1u << 12)
#define STRAIGHT                                                                         \
	{                                                                                \
		0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15                     \
	}
#define MIXED                                                                            \
	{                                                                                \
		3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15                     \
	}

static const struct {
	const char *name;
	const char *attribute;
	bool binary; /* the server sends and searches the bytes themselves */
	struct form form;
} kinds[ANCHOR_KINDS] = {
	[ANCHOR_TEXT] = { "text", NULL, false, { { 0 }, 0 } },
	[ANCHOR_ENTRY_UUID] = { "entryUUID",
				"entryUUID",
				false,
				{ STRAIGHT, DASHES_UUID } },
	[ANCHOR_OBJECT_GUID] = { "objectGUID",
				 "objectGUID",
				 true,
				 { MIXED, DASHES_UUID } },
	[ANCHOR_NS_UNIQUE_ID] = { "nsUniqueId",
				  "nsUniqueId",
				  false,
				  { STRAIGHT, DASHES_389 } },
};

const char *anchor_kind_name(enum anchor_kind kind)
{
	return kinds[kind].name;
}

enum anchor_kind anchor_kind_of(const char *name)
{
	enum anchor_kind kind = 0;

	while (kind < ANCHOR_KINDS && strcasecmp(kinds[kind].name, name) != 0)
		kind++;
	return kind;
}

const char *anchor_attribute(enum anchor_kind kind)
{
	return kinds[kind].attribute;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_form(const struct form *form, const struct value *text, uint8_t *out)
{
	const char *at = text->bytes, *end = at + text->len;

	for (size_t i = 0; i < UUID_LEN; i++) {
		if (form->dashes >> i & 1 && (at == end || *at++ != '-'))
			return false;
		if (end - at < 2 || digit(at[0]) < 0 || digit(at[1]) < 0)
			return false;
		out[form->order[i]] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
		at += 2;
	}
	return at == end;
}

bool anchor_read(enum anchor_kind kind, const struct value *value, uint8_t *out,
		 size_t *len)
{
	bool text = kind == ANCHOR_TEXT;

	if (text || kinds[kind].binary) {
		if (value->len == 0 || value->len > ENTRY_ANCHOR_MAX ||
		    (text ? memchr(value->bytes, '\0', value->len) != NULL
			  : value->len != UUID_LEN))
			return false;
		memcpy(out, value->bytes, value->len);
		*len = value->len;
		return true;
	}
	*len = UUID_LEN;
	return read_form(&kinds[kind].form, value, out);
}

char *anchor_text(TALLOC_CTX *ctx, enum anchor_kind kind, const struct value *anchor)
{
	const struct form *form = &kinds[kind].form;
	struct str *s;

	if (kind == ANCHOR_TEXT)
		return mem_strndup(ctx, anchor->bytes, anchor->len);
	if (anchor->len != UUID_LEN)
		return hex_of(ctx, anchor->bytes, anchor->len);
	s = str_new(ctx);
	for (size_t i = 0; i < UUID_LEN; i++) {
		if (form->dashes >> i & 1)
			str_add_char(s, '-');
		str_addf(s, "%02x", (uint8_t)anchor->bytes[form->order[i]]);
	}
	return str_take(ctx, s);
}

char *anchor_filter(TALLOC_CTX *ctx, enum anchor_kind kind, const struct value *anchor)
{
	struct str *s;
	char *text;

	if (kinds[kind].attribute == NULL)
		return NULL;
	s = str_new(ctx);
	str_addf(s, "(%s=", kinds[kind].attribute);
	if (kinds[kind].binary) {
		for (size_t i = 0; i < anchor->len; i++)
			str_addf(s, "\\%02x", (uint8_t)anchor->bytes[i]);
	} else {
		text = anchor_text(s, kind, anchor);
		str_add(s, text);
	}
	str_add_char(s, ')');
	return str_take(ctx, s);
}
