/* SPDX-License-Identifier: MIT */
/*
 * A private slapd for one test program, made by contrib/slapd (see there for accounts
 * and certificates). Under $TMPDIR; gone when the context that it was made in is freed.
 */
#ifndef DIRBRIDGE_TESTS_SLAPD_H
#define DIRBRIDGE_TESTS_SLAPD_H

#include "bridge/base/mem.h"
#include <stdbool.h>

#define SLAPD_SUFFIX  "dc=example,dc=com"
#define SLAPD_BRIDGE  "cn=bridge,ou=services," SLAPD_SUFFIX
#define SLAPD_LIMITED "cn=limited,ou=services," SLAPD_SUFFIX
#define SLAPD_BLIND   "cn=blind,ou=services," SLAPD_SUFFIX
#define SLAPD_ADMIN   "cn=admin," SLAPD_SUFFIX

struct slapd {
	char *dir;
	const char *ldap, *ldaps, *ldapi; /* URLs */
	const char *ca;                   /* what the server's certificate is signed by */
	const char *other_ca;             /* what it is not signed by */
	const char *client_cert, *client_key; /* mapped to SLAPD_BRIDGE */
};

/* True when this machine can run one; it is an error of the test's own environment,
 * and ends the program, when it cannot though REQUIRE_SERVERS=1. */
bool slapd_available(void);

/* Without one the test program ends here, with a word and 77: a skip. To be called
 * first in main(). */
void slapd_required(void);

/* Start one with this content, in LDIF, below this suffix (NULL: SLAPD_SUFFIX). */
struct slapd *slapd_start(TALLOC_CTX *ctx, const char *suffix, const char *ldif);
struct slapd *slapd_start_file(TALLOC_CTX *ctx, const char *suffix, const char *path);

/* Show another certificate from now on: "server", "expired", "wrongname". */
void slapd_certificate(const struct slapd *slapd, const char *name);

/* Change the directory as its administrator, LDIF with changetype lines: entries may
 * bring their entryUUID. Or change the server's own configuration. */
void slapd_modify(const struct slapd *slapd, const char *ldif);
void slapd_configure(const struct slapd *slapd, const char *ldif);

/* It is gone, from one moment to the next; and there again, where it was. */
void slapd_kill(const struct slapd *slapd);
void slapd_again(const struct slapd *slapd);

/* Put its content and configuration aside, which ends it; and have it run again as it was
 * then. */
void slapd_keep(const struct slapd *slapd);
void slapd_back(const struct slapd *slapd);

/* The port of an ldap:// or ldaps:// URL. */
int slapd_port(const char *url);

#endif
