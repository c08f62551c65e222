/* SPDX-License-Identifier: MIT */
#include "bridge/record/entry.h"
#include "bridge/record/wire.h"

static struct span entry_span(const struct entry *entry)
{
	return (struct span){ entry->bytes, entry->bytes + entry->size };
}

static bool take_attribute(struct span *s, struct attribute *a)
{
	struct value values;

	if (!span_take_value16(s, &a->name) || !span_take32(s, &a->count) ||
	    !span_take_value32(s, &values))
		return false;
	a->at = (const uint8_t *)values.bytes;
	a->end = a->at + values.len;
	return true;
}

static bool is_attribute_name(const struct value *name)
{
	for (size_t i = 0; i < name->len; i++)
		if (name->bytes[i] >= 'A' && name->bytes[i] <= 'Z')
			return false;
	return name->len > 0;
}

static const char *check_values(const struct attribute *a)
{
	struct span s = { a->at, a->end };
	struct value value;

	for (uint32_t i = 0; i < a->count; i++)
		if (!span_take_value32(&s, &value))
			return "a value is cut off";
	return span_is_empty(&s) ? NULL : "an attribute holds more than its values";
}

/* NULL when the bytes are one whole, well-formed entry; else what is wrong. */
static const char *check(struct span s)
{
	struct value anchor, dn, before = { "", 0 };
	struct attribute a;
	const char *why;
	uint16_t n;

	if (!span_take_value16(&s, &anchor) || anchor.len == 0 ||
	    anchor.len > ENTRY_ANCHOR_MAX)
		return "the anchor is cut off, empty or too long";
	if (!span_take_value32(&s, &dn) || dn.len > ENTRY_DN_MAX)
		return "the DN is cut off or too long";
	if (!span_take16(&s, &n))
		return "the attributes are missing";
	while (n-- > 0) {
		if (!take_attribute(&s, &a))
			return "an attribute is cut off";
		if (!is_attribute_name(&a.name) || value_compare(&before, &a.name) >= 0)
			return "an attribute's name is bad or out of order";
		why = check_values(&a);
		if (why != NULL)
			return why;
		before = a.name;
	}
	return span_is_empty(&s) ? NULL : "more bytes follow";
}

static struct err *check_entry(const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	const char *why;

	if (len > ENTRY_SIZE_MAX)
		return err_new(ERR_RECORD, "entry of %zu bytes is over %u", len,
			       ENTRY_SIZE_MAX);
	why = check((struct span){ at, at + len });
	if (why != NULL)
		return err_new(ERR_RECORD, "entry of %zu bytes is malformed: %s", len,
			       why);
	return NULL;
}

static struct entry *fill(struct entry *entry, const void *bytes, size_t len)
{
	entry->size = (uint32_t)len;
	memcpy(entry->bytes, bytes, len);
	return entry;
}

struct err *entry_decode(TALLOC_CTX *ctx, const void *bytes, size_t len,
			 struct entry **out)
{
	struct err *err = check_entry(bytes, len);

	*out = NULL;
	if (err == NULL)
		*out = fill(mem_room(ctx, sizeof(**out) + len), bytes, len);
	return err;
}

struct err *entry_decode_in(struct arena *arena, const void *bytes, size_t len,
			    struct entry **out)
{
	struct err *err = check_entry(bytes, len);

	*out = NULL;
	if (err == NULL)
		*out = fill(arena_take(arena, sizeof(**out) + len), bytes, len);
	return err;
}

struct value entry_anchor(const struct entry *entry)
{
	return (struct value){ (const char *)entry->bytes + 2, wire_get16(entry->bytes) };
}

struct value entry_dn(const struct entry *entry)
{
	const uint8_t *at = entry->bytes + 2 + wire_get16(entry->bytes);

	return (struct value){ (const char *)at + 4, wire_get32(at) };
}

bool entry_next_attribute(const struct entry *entry, struct attribute *attribute)
{
	struct span s = entry_span(entry);

	if (attribute->end == NULL) {
		struct value dn = entry_dn(entry);

		s.at = (const uint8_t *)dn.bytes + dn.len + 2;
	} else {
		s.at = attribute->end;
	}
	return take_attribute(&s, attribute);
}

bool entry_attribute(const struct entry *entry, const char *name,
		     struct attribute *attribute)
{
	struct value wanted = { name, strlen(name) };

	*attribute = (struct attribute){ 0 };
	while (entry_next_attribute(entry, attribute)) {
		int order = value_compare(&attribute->name, &wanted);

		if (order == 0)
			return true;
		if (order > 0)
			break;
	}
	*attribute = (struct attribute){ 0 };
	return false;
}

bool attribute_next(struct attribute *attribute, struct value *value)
{
	if (attribute->at == attribute->end)
		return false;
	*value = (struct value){ (const char *)attribute->at + 4,
				 wire_get32(attribute->at) };
	attribute->at += 4 + value->len;
	return true;
}

struct value entry_first(const struct entry *entry, const char *name)
{
	struct attribute attribute;
	struct value value = { NULL, 0 };

	if (entry_attribute(entry, name, &attribute))
		attribute_next(&attribute, &value);
	return value;
}

void entry_digest(const struct entry *entry, struct digest *out)
{
	digest_of(entry->bytes, entry->size, out);
}

bool value_is(const struct value *value, const char *text)
{
	size_t len = strlen(text);

	return value->len == len && (len == 0 || memcmp(value->bytes, text, len) == 0);
}

int value_compare(const struct value *a, const struct value *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int order = len > 0 ? memcmp(a->bytes, b->bytes, len) : 0;

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}
