/* SPDX-License-Identifier: MIT */
#include "bridge/record/builder_p.h"
#include "bridge/record/text.h"
#include "bridge/record/wire.h"
#include <stdlib.h>

/* What an attribute takes in an entry beside its name and values. The room for one more
 * is always kept, and that holds the four bytes of a value's length too. */
#define ATTRIBUTE_OVERHEAD 10

/* Values that came together under one name; they lie encoded in b->bytes. */
struct piece {
	uint32_t name;
	uint32_t name_len;
	uint32_t values;
	uint32_t size;
	uint32_t count;
};

struct entry_builder {
	bool open;
	const char *why; /* the first limit that was passed */
	uint8_t *bytes;  /* anchor and DN as the entry has them; then the pieces */
	size_t len;
	size_t capacity;
	size_t head; /* length of anchor and DN */
	struct piece *pieces;
	size_t n_pieces;
	size_t pieces_capacity;
	uint16_t n_attributes;
};

struct entry_builder *entry_builder_new(TALLOC_CTX *ctx)
{
	return mem_new(ctx, struct entry_builder);
}

static void fail(struct entry_builder *b, const char *why)
{
	if (b->why == NULL)
		b->why = why;
}

static uint8_t *reserve(struct entry_builder *b, size_t len)
{
	mem_grow(b, b->bytes, b->len + len, &b->capacity);
	return b->bytes + b->len;
}

static bool has_room(struct entry_builder *b, size_t len)
{
	size_t used = b->len + (b->n_pieces + 1) * ATTRIBUTE_OVERHEAD;

	if (!b->open)
		fail(b, "a value came before an entry");
	else if (used > ENTRY_SIZE_MAX || len > ENTRY_SIZE_MAX - used)
		fail(b, "it is larger than " ENTRY_SIZE_TEXT);
	return b->why == NULL;
}

static size_t limited(struct entry_builder *b, size_t len, size_t max, const char *why)
{
	if (len <= max)
		return len;
	fail(b, why);
	return max;
}

void entry_begin(struct entry_builder *b, const void *anchor, size_t anchor_len,
		 const char *dn, size_t dn_len)
{
	uint8_t *at;

	b->open = true;
	b->why = anchor_len > 0 ? NULL : "it has no anchor";
	b->len = b->n_pieces = 0;
	anchor_len = limited(b, anchor_len, ENTRY_ANCHOR_MAX,
			     "its anchor is longer than 255 bytes");
	dn_len = limited(b, dn_len, ENTRY_DN_MAX, "its DN is longer than 65535 bytes");
	b->head = 2 + anchor_len + 4 + dn_len;
	at = reserve(b, b->head);
	at = wire_put16(at, (uint16_t)anchor_len);
	at = wire_put(at, anchor, anchor_len);
	at = wire_put32(at, (uint32_t)dn_len);
	wire_put(at, dn, dn_len);
	b->len = b->head;
}

void builder_attribute(struct entry_builder *b, const char *name, size_t len)
{
	struct piece *piece;

	if (len == 0 || len > UINT16_MAX)
		fail(b, "an attribute's name is empty or longer than 65535 bytes");
	if (!has_room(b, len))
		return;
	wire_put(reserve(b, len), name, len);
	ascii_lower((char *)b->bytes + b->len, len);
	mem_grow(b, b->pieces, b->n_pieces + 1, &b->pieces_capacity);
	piece = &b->pieces[b->n_pieces++];
	*piece = (struct piece){ .name = (uint32_t)b->len, .name_len = (uint32_t)len };
	b->len += len;
	piece->values = (uint32_t)b->len;
}

void builder_value(struct entry_builder *b, const void *bytes, size_t len)
{
	struct piece *piece;

	if (b->n_pieces == 0)
		fail(b, "a value came before an attribute");
	if (!has_room(b, len))
		return;
	wire_put(wire_put32(reserve(b, len + 4), (uint32_t)len), bytes, len);
	b->len += len + 4;
	piece = &b->pieces[b->n_pieces - 1];
	piece->count++;
	piece->size += (uint32_t)len + 4;
}

static bool continues(const struct entry_builder *b, const char *name, size_t len)
{
	const struct piece *last;

	if (b->n_pieces == 0)
		return false;
	last = &b->pieces[b->n_pieces - 1];
	return last->name_len == len &&
	       ascii_equal((const char *)b->bytes + last->name, name, len);
}

void entry_add(struct entry_builder *b, const char *name, size_t name_len,
	       const void *value, size_t value_len)
{
	if (!continues(b, name, name_len))
		builder_attribute(b, name, name_len);
	builder_value(b, value, value_len);
}

static int compare_names(const struct entry_builder *b, const struct piece *x,
			 const struct piece *y)
{
	struct value name_x = { (const char *)b->bytes + x->name, x->name_len };
	struct value name_y = { (const char *)b->bytes + y->name, y->name_len };

	return value_compare(&name_x, &name_y);
}

static int compare_pieces(const void *x, const void *y, void *builder)
{
	const struct piece *piece_x = x, *piece_y = y;
	int order = compare_names(builder, piece_x, piece_y);

	if (order != 0)
		return order;
	return (piece_x->name > piece_y->name) - (piece_x->name < piece_y->name);
}

static bool begins_attribute(const struct entry_builder *b, size_t i)
{
	return i == 0 || compare_names(b, &b->pieces[i - 1], &b->pieces[i]) != 0;
}

static void sort(struct entry_builder *b)
{
	for (size_t i = 1; i < b->n_pieces; i++)
		if (compare_pieces(&b->pieces[i - 1], &b->pieces[i], b) > 0) {
			qsort_r(b->pieces, b->n_pieces, sizeof(*b->pieces),
				compare_pieces, b);
			return;
		}
}

struct value builder_anchor(const struct entry_builder *b)
{
	if (b->bytes == NULL)
		return (struct value){ NULL, 0 };
	return (struct value){ (const char *)b->bytes + 2, wire_get16(b->bytes) };
}

static struct err *failure(struct entry_builder *b)
{
	const char *dn = "", *why = b->why;
	int dn_len = 0;

	if (b->open) {
		dn = (const char *)b->bytes + 2 + builder_anchor(b).len + 4;
		dn_len = (int)((const char *)b->bytes + b->head - dn);
	}
	b->open = false;
	b->why = NULL;
	return err_new(ERR_RECORD, "entry \"%.*s\" cannot be kept: %s",
		       dn_len < 200 ? dn_len : 200, dn, why);
}

struct err *builder_measure(struct entry_builder *b, size_t *size)
{
	size_t n = 0;

	if (!b->open)
		fail(b, "it was never begun");
	if (b->why != NULL)
		return failure(b);
	sort(b);
	*size = b->head + 2;
	for (size_t i = 0; i < b->n_pieces; i++) {
		if (begins_attribute(b, i)) {
			*size += ATTRIBUTE_OVERHEAD + b->pieces[i].name_len;
			n++;
		}
		*size += b->pieces[i].size;
	}
	if (n > UINT16_MAX)
		fail(b, "it has more than 65535 attributes");
	b->n_attributes = (uint16_t)n;
	return b->why != NULL ? failure(b) : NULL;
}

/* Write the pieces of one attribute, from the first on; *first becomes the next. */
static uint8_t *write_attribute(const struct entry_builder *b, size_t *first, uint8_t *to)
{
	const struct piece *piece = &b->pieces[*first];
	size_t end = *first + 1;
	uint32_t count = piece->count, size = piece->size;

	for (; end < b->n_pieces && !begins_attribute(b, end); end++) {
		count += b->pieces[end].count;
		size += b->pieces[end].size;
	}
	to = wire_put16(to, (uint16_t)piece->name_len);
	to = wire_put(to, b->bytes + piece->name, piece->name_len);
	to = wire_put32(to, count);
	to = wire_put32(to, size);
	for (; *first < end; ++*first) {
		piece = &b->pieces[*first];
		to = wire_put(to, b->bytes + piece->values, piece->size);
	}
	return to;
}

void builder_write(struct entry_builder *b, uint8_t *to)
{
	to = wire_put(to, b->bytes, b->head);
	to = wire_put16(to, b->n_attributes);
	for (size_t i = 0; i < b->n_pieces;)
		to = write_attribute(b, &i, to);
	b->open = false;
}

struct err *entry_finish(struct entry_builder *b, TALLOC_CTX *ctx, struct entry **out)
{
	struct entry *entry;
	struct err *err;
	size_t size;

	*out = NULL;
	err = builder_measure(b, &size);
	if (err != NULL)
		return err;
	entry = (struct entry *)mem_array(ctx, uint8_t, sizeof(*entry) + size);
	entry->size = (uint32_t)size;
	builder_write(b, entry->bytes);
	*out = entry;
	return NULL;
}
