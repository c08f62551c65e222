/* SPDX-License-Identifier: MIT */
/*
 * An anchor is what a directory never changes about an entry: objectGUID, entryUUID,
 * nsUniqueId, a SCIM id; never a DN, never an e-mail. It is kept as raw bytes (the 16
 * bytes of a UUID where it is one) and shown in its directory's own text form.
 */
#ifndef DIRBRIDGE_RECORD_ANCHOR_H
#define DIRBRIDGE_RECORD_ANCHOR_H

#include "bridge/record/entry.h"

enum anchor_kind {
	ANCHOR_TEXT,        /* any text, kept as it is (SCIM id; an LDIF without ids) */
	ANCHOR_ENTRY_UUID,  /* RFC 4530: text with dashes; 16 bytes in network order */
	ANCHOR_OBJECT_GUID, /* MS-DTYP 2.3.4.2: 16 bytes, first three fields little-endian
			     */
	ANCHOR_NS_UNIQUE_ID, /* 389-DS: 8-8-8-8 hexadecimal digits; 16 bytes */
	ANCHOR_KINDS
};

/* "entryUUID", "objectGUID", "nsUniqueId", "text"; and back. ANCHOR_KINDS when unknown.
 */
const char *anchor_kind_name(enum anchor_kind kind);
enum anchor_kind anchor_kind_of(const char *name);

/* The attribute that carries it ("entryUUID"); NULL for ANCHOR_TEXT. */
const char *anchor_attribute(enum anchor_kind kind);

/*
 * From an attribute value, as the server sends it, to the raw bytes: *len is the size
 * of out (at least ENTRY_ANCHOR_MAX) and becomes the length. False when malformed: a
 * text that is empty, too long or holds a NUL, too.
 */
bool anchor_read(enum anchor_kind kind, const struct value *value, uint8_t *out,
		 size_t *len);

/* For people and logs: the directory's own text form. */
char *anchor_text(TALLOC_CTX *ctx, enum anchor_kind kind, const struct value *anchor);

/* For a search: an RFC 4515 filter that finds it, each byte escaped where binary. NULL
 * for ANCHOR_TEXT, which no attribute carries. */
char *anchor_filter(TALLOC_CTX *ctx, enum anchor_kind kind, const struct value *anchor);

#endif
