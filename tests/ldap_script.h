/* SPDX-License-Identifier: MIT */
/*
 * The LDAP connector in this process against a server that follows a script
 * (tests/ldap_fake.h): pieces that scripts share, and what came as lines
 * (tests/connector.h). Without TLS, anonymous, for cn, mail and member; more settings
 * follow as pairs of name and value, ended by NULL.
 */
#ifndef DIRBRIDGE_TESTS_LDAP_SCRIPT_H
#define DIRBRIDGE_TESTS_LDAP_SCRIPT_H

#include "tests/connector.h"
#include "tests/ldap_fake.h"

#define BASE "dc=example,dc=test"

/* Root DSEs: an OpenLDAP server that does not say what it knows, and a domain. */
#define ROOT                                                                             \
	"search \"\"\n"                                                                  \
	"  entry\n"                                                                      \
	"  namingContexts: " BASE "\n"                                                   \
	"  objectClass: OpenLDAProotDSE\n"                                               \
	"  done 0\n"
#define AD_ROOT                                                                          \
	"search \"\"\n"                                                                  \
	"  entry\n"                                                                      \
	"  namingContexts: " BASE "\n"                                                   \
	"  namingContexts: CN=Configuration," BASE "\n"                                  \
	"  supportedCapabilities: 1.2.840.113556.1.4.800\n"                              \
	"  done 0\n"

/* A person of this number (one digit) in a script, below a DN, and as a line. */
#define UUID(n) "00000000-0000-4000-8000-00000000000" #n
#define HEX(n)  "0000000000004000800000000000000" #n
#define PERSON_AT(n, below)                                                              \
	"  entry cn=p" #n "," below "\n"                                                 \
	"  objectClass: person\n"                                                        \
	"  cn: p" #n "\n"                                                                \
	"  entryUUID: " UUID(n) "\n"
#define PERSON(n) PERSON_AT(n, BASE)
#define ENTRY(n)  "entry " HEX(n) " cn=p" #n "," BASE " cn=p" #n "\n"

#define FACTS(pages, ranges, references)                                                 \
	"fact pages=" #pages "\nfact ranges=" #ranges "\nfact references=" #references   \
	"\n"

#define assert_has(text, part)                                                           \
	do {                                                                             \
		if (strstr(text, part) == NULL) {                                        \
			fprintf(stderr, "\"%s\" is not in:\n%s\n", part, text);          \
			fail();                                                          \
		}                                                                        \
	} while (0)

/* n entries without a class, then "done 0", added to a script. */
void ldap_script_people(struct str *script, unsigned n);

/* Settings for servers at the addresses given with "url"; BASE unless "base" is given. */
struct settings *ldap_script_settings(TALLOC_CTX *ctx, ...) __attribute__((sentinel));

/* Open the connector, with these settings, for everything. */
MUST_CHECK struct err *ldap_script_dial(TALLOC_CTX *ctx, const struct settings *settings,
					struct direct **d);

/* Start a server and open the connector to it. */
MUST_CHECK struct err *ldap_script_begin(TALLOC_CTX *ctx, struct direct **d,
					 const char *script, ...)
	__attribute__((sentinel));

/* What a pull from such a server says, without the notes that show the search; and how
 * opening or pulling fails. */
char *ldap_script_pull(TALLOC_CTX *ctx, const char *script, ...)
	__attribute__((sentinel));
MUST_CHECK struct err *ldap_script_failing_pull(TALLOC_CTX *ctx, const char *script);

#endif
