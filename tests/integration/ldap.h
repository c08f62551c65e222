/* SPDX-License-Identifier: MIT */
/*
 * For tests of the LDAP connector, through its process as a run uses it. A test's main()
 * must call ldap_test_start() first: the same program is also the connector's child.
 */
#ifndef DIRBRIDGE_TESTS_LDAP_H
#define DIRBRIDGE_TESTS_LDAP_H

#include "connectors/process.h"
#include "tests/connector.h"
#include "tests/integration/slapd.h"

/* Serves and ends when this process is a child; skips where there is no slapd. */
void ldap_test_start(int argc, char **argv);

/*
 * Open the connector with pairs of setting and value, ended by NULL. Beside settings:
 * "filter", "anchor", and "attributes" ("cn mail", sorted). "account" is short for the
 * bind.dn of that account and its password.
 */
MUST_CHECK struct err *ldap_begin(TALLOC_CTX *ctx, struct process **out, ...)
	__attribute__((sentinel));

/* Pull, or probe, or look up; the items as lines (tests/connector.h). */
MUST_CHECK struct err *ldap_pull(struct process *p, char **lines);
MUST_CHECK struct err *ldap_probe(struct process *p, char **lines);
MUST_CHECK struct err *ldap_lookup(struct process *p, const struct value *anchors,
				   size_t n, char **lines);

/* How many of the lines begin with this. */
size_t count_lines(const char *lines, const char *start);

#define assert_has(text, part)                                                           \
	do {                                                                             \
		if (strstr(text, part) == NULL) {                                        \
			fprintf(stderr, "%s:%d: \"%s\" is not in:\n%s\n", __FILE__,      \
				__LINE__, part, text);                                   \
			fail();                                                          \
		}                                                                        \
	} while (0)
#define assert_has_not(text, part) assert_null(strstr(text, part))

/* LDIF of n people u00001... below ou=people, with entryUUIDs made of their numbers
 * (ldap_anchor()); the organizational unit too. */
char *ldap_people(TALLOC_CTX *ctx, unsigned n);
struct value ldap_anchor(TALLOC_CTX *ctx, unsigned number);

#endif
