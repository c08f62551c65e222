/* SPDX-License-Identifier: MIT */
/*
 * Writes LDIF (RFC 2849) to standard output, for the generators of sample directories.
 * It shares nothing with dirbridge itself, so that a mistake there cannot hide here.
 *
 * An entry is opened with ldif_entry(), gets its attributes, and ends with ldif_end().
 * Every entry has a number, in order; with `uuids` each also gets an entryUUID made from
 * it. A server gives its own when loading a file without them.
 */
#ifndef DIRBRIDGE_CONTRIB_SAMPLE_LDIF_H
#define DIRBRIDGE_CONTRIB_SAMPLE_LDIF_H

#include <stdbool.h>

#define LDIF_SUFFIX "dc=contoso,dc=example"

/* Longest value that can be written; a longer one ends the program. */
#define LDIF_VALUE 4096

struct ldif {
	bool uuids;
	unsigned entries; /* written so far */
};

/* classes: object classes with a space between them. */
void ldif_entry(struct ldif *ldif, const char *dn, const char *classes);

/* One line; Base64 where the value needs it. A NULL value writes nothing. */
void ldif_attr(const char *name, const char *value);
void ldif_attrf(const char *name, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

void ldif_end(void);

/* The suffix, ou=people, ou=groups and ou=services with the service accounts cn=bridge,
 * cn=limited and cn=blind, whose passwords are bridgepw, limitedpw and blindpw. */
void ldif_base(struct ldif *ldif, const char *company);

/* The next number of a fixed sequence, below n. */
unsigned ldif_random(unsigned n);

#endif
