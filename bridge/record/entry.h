/* SPDX-License-Identifier: MIT */
/*
 * An entry is a person or a group as a directory shows it: an anchor (its immutable
 * id), a DN as the server wrote it, and attributes with their values as bytes.
 *
 * An entry is one allocation, immutable, and *is* its encoding: the same bytes go
 * through the item stream (stream.h), lie in the mirror and are digested. Layout,
 * all numbers little-endian:
 *
 *   u16 anchor length, anchor bytes
 *   u32 DN length, DN bytes
 *   u16 number of attributes, then for each, sorted by name, no name twice:
 *     u16 name length, name (lower case, with options: "cn;lang-fr")
 *     u32 number of values, u32 bytes that follow for this attribute,
 *     then for each value: u32 length, value bytes
 *
 * Values stay in the order in which the server sent them. A value is bytes with a
 * length: it may hold NULs, be empty, or be no UTF-8 (RFC 4512 2.2, RFC 4511 4.1.5).
 */
#ifndef DIRBRIDGE_RECORD_ENTRY_H
#define DIRBRIDGE_RECORD_ENTRY_H

#include "bridge/base/arena.h"
#include "bridge/base/digest.h"
#include "bridge/base/err.h"
#include "bridge/base/mem.h"
#include <stdbool.h>

/* Limits met before anything is allocated; passing one is an error that names it. */
#define ENTRY_ANCHOR_MAX 255
#define ENTRY_DN_MAX     65535
#define ENTRY_SIZE_MAX   (64u << 20) /* a group of half a million members fits */
#define ENTRY_SIZE_TEXT  "64 MiB"

/* Bytes that belong to somebody else. */
struct value {
	const char *bytes;
	size_t len;
};

struct entry {
	uint32_t size;
	uint8_t bytes[];
};

/* One attribute of an entry; begin with a zeroed one for entry_next_attribute(). */
struct attribute {
	struct value name;
	uint32_t count;     /* number of values */
	const uint8_t *at;  /* next value, for attribute_next() */
	const uint8_t *end; /* end of this attribute */
};

/*
 * Check bytes from outside and copy them into an entry of ctx. ERR_RECORD when they
 * are not one whole, well-formed entry.
 */
MUST_CHECK struct err *entry_decode(TALLOC_CTX *ctx, const void *bytes, size_t len,
				    struct entry **out);

/* The same into an arena. */
MUST_CHECK struct err *entry_decode_in(struct arena *arena, const void *bytes, size_t len,
				       struct entry **out);

struct value entry_anchor(const struct entry *entry);
struct value entry_dn(const struct entry *entry);

/*
 * Find an attribute by its name in lower case, options included. False when the entry
 * has none; attribute->count is then 0, so that a loop over it does nothing.
 */
bool entry_attribute(const struct entry *entry, const char *name,
		     struct attribute *attribute);

/* Walk all attributes in order of name; false at the end. */
bool entry_next_attribute(const struct entry *entry, struct attribute *attribute);

/* The next value of an attribute; false at the end. */
bool attribute_next(struct attribute *attribute, struct value *value);

/* The first value, or an empty one with bytes == NULL. */
struct value entry_first(const struct entry *entry, const char *name);

void entry_digest(const struct entry *entry, struct digest *out);

/*
 * Building an entry: begin, then attributes with their values in any order, then
 * finish, which sorts, joins attributes of one name, and makes the one allocation.
 * A builder can be used again and keeps its memory.
 */
struct entry_builder;

struct entry_builder *entry_builder_new(TALLOC_CTX *ctx);
void entry_begin(struct entry_builder *b, const void *anchor, size_t anchor_len,
		 const char *dn, size_t dn_len);
/* The name is folded to lower case (ASCII). */
void entry_add(struct entry_builder *b, const char *name, size_t name_len,
	       const void *value, size_t value_len);
/* ERR_RECORD when a limit is passed, the anchor is empty, or a value came without
 * entry_begin(). */
MUST_CHECK struct err *entry_finish(struct entry_builder *b, TALLOC_CTX *ctx,
				    struct entry **out);

bool value_is(const struct value *value, const char *text);
/* Bytewise; a shorter value that is a prefix comes first. */
int value_compare(const struct value *a, const struct value *b);

#endif
