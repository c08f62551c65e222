/* SPDX-License-Identifier: MIT */
/*
 * Distinguished names (RFC 4514): parse, normalise, compare. Two strings name one
 * entry exactly when their keys are equal, so a key is what tables and sets use; the
 * server's own string is kept beside it and is what goes back to the server.
 *
 * Normalising (facts H1 to H4 of the field): attribute types to lower case and from
 * OID to short name; values case-folded, NFKC, inner spaces squeezed, outer ones cut
 * (RFC 4518 2); the parts of a multi-valued RDN sorted; every part with its length, so
 * that no value can imitate another's separator. "#hex" values are compared as bytes.
 *
 * Not done, on purpose: no merging of ß and ss beyond what Unicode case folding does,
 * no dotless-i magic, no accent stripping: distinct people stay distinct.
 */
#ifndef DIRBRIDGE_RECORD_DN_H
#define DIRBRIDGE_RECORD_DN_H

#include "bridge/record/entry.h"

/*
 * The binary key of a DN, as a value of ctx. ERR_RECORD when the text is no DN; the
 * text names the place. An empty DN has an empty key. Extended forms
 * ("<GUID=...>;<SID=...>;CN=...") lose their prefix first (MS-ADTS 3.1.1.3.4.1.5).
 */
MUST_CHECK struct err *dn_key(TALLOC_CTX *ctx, const char *dn, size_t len,
			      struct value *key);

/*
 * The digest of the key, with no allocation on the usual path: made for hundreds of
 * thousands of member values, and good in this process only (digest_fast()). False when
 * the text is no DN.
 */
bool dn_digest(const char *dn, size_t len, struct digest *out);

/* uniqueMember (RFC 4517 3.3.21, Name and Optional UID): cut "#'0101'B" off the end. */
size_t dn_without_uid(const char *value, size_t len);

/* True when the entry of this key lies below, or is, the entry of that key. */
bool dn_is_below(const struct value *key, const struct value *base_key);

/* The value of the first part of the leftmost RDN, unescaped, for people; text when the
 * DN does not parse. */
char *dn_leaf(TALLOC_CTX *ctx, const char *dn, size_t len);

#endif
