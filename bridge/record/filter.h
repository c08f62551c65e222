/* SPDX-License-Identifier: MIT */
/*
 * Search filters (RFC 4515), evaluated on our side, so that a change of scope is seen
 * whatever the server reports, and so that one configuration means the same over LDAP,
 * LDIF and later SCIM.
 *
 * Matching is what people expect of a directory: attribute names without regard to
 * case and to options ("cn" finds "cn;lang-fr"); values by text_fold(), except
 * memberUid (exact, RFC 2307), DN-valued attributes by dn_key(), and integers for >=
 * and <= when both sides are integers, generalized times when both are times, else
 * folded text. Extensible matches known: the bit rules 1.2.840.113556.1.4.803 (and)
 * and .804 (or); caseExactMatch (2.5.13.5). An unknown rule, and the in-chain rule
 * .1941, is refused when the filter is read: silently wrong is worse. So are attributes
 * by OID and Active Directory's "anr".
 *
 * objectCategory, which Active Directory stores as a DN and accepts by class name, also
 * matches by the leftmost RDN of its value, dashes aside; the classes for people (user,
 * contact, inetOrgPerson, organizationalPerson) share the category "person".
 *
 * RFC 4511 4.5.1.7: a test on an attribute that the entry lacks is false here (not
 * Undefined); (!(x=y)) is then true, as every server in use answers it.
 */
#ifndef DIRBRIDGE_RECORD_FILTER_H
#define DIRBRIDGE_RECORD_FILTER_H

#include "bridge/record/entry.h"

struct filter;

/* ERR_CONFIG with the position when the text is no filter, or nests deeper than 64. */
MUST_CHECK struct err *filter_parse(TALLOC_CTX *ctx, const char *text,
				    struct filter **out);

bool filter_match(const struct filter *filter, const struct entry *entry);

/* The filter as text, in one spelling of names, blanks and escapes, with its values as
 * they were written; for digests and for people. */
const char *filter_text(const struct filter *filter);

/* The same for a server to be asked, wider where need be: what an "and" excludes by
 * object class is left to filter_match(). OpenLDAP finds nothing at all when it is asked
 * to exclude a class that its schema lacks: (!(objectClass=computer)) is Undefined there.
 */
const char *filter_question(const struct filter *filter);

/* Call fn for the lower-case base name of each attribute that the filter looks at, as
 * often as it is there. */
void filter_attributes(const struct filter *filter,
		       void (*fn)(const char *name, void *data), void *data);

#endif
