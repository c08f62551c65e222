/* SPDX-License-Identifier: MIT */
/*
 * The two ways to the key of a DN, private to the room, so that tests can force both
 * over one corpus: where the short way answers, it answers as the long way does.
 *
 * A key is the RDNs from the root to the leaf, so that a base is a prefix of what lies
 * below it. An RDN is its parts, sorted, joined by '+' and ended by ','; a part is its
 * type, '=' (or '#' for a value kept as BER bytes), u32 length of the value, value.
 */
#ifndef DIRBRIDGE_RECORD_DN_P_H
#define DIRBRIDGE_RECORD_DN_P_H

#include "bridge/base/str.h"
#include "bridge/record/entry.h"

/* The short way takes DNs up to this length; each "a=," of it makes 7 bytes of key. */
#define DN_SHORT_MAX     512
#define DN_SHORT_KEY_MAX (DN_SHORT_MAX * 7 / 3 + 8)

/*
 * The length of the key of a plain DN: printable ASCII, no escapes, no "#", no "+", no
 * quotes. 0 when it must go the long way, which also says whether it is a DN at all.
 */
size_t dn_short_key(const char *dn, size_t len, uint8_t key[DN_SHORT_KEY_MAX]);

/* Any DN; false when it is none. */
bool dn_long_key(const char *dn, size_t len, struct str *key);

/* A type's one name, in lower case: "2.5.4.3" and "commonname" are "cn". */
struct value dn_type(const char *type, size_t len);

/* Cut "<GUID=...>;<SID=...>;" off the front; false when nothing follows it. */
bool dn_cut_prefix(const char **dn, size_t *len);

#endif
