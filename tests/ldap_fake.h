/* SPDX-License-Identifier: MIT */
/*
 * An LDAP server that says what a test's script says: for what no server at hand can be
 * brought to do. It listens on the loopback interface, serves one connection after the
 * other in a child process, and goes with its context.
 *
 * A script is a list of rules. The first that fits a request answers it; a request that
 * none fits gets code 53. Lines:
 *
 *   bind                          fits a bind; likewise "extended" (whoami, StartTLS)
 *   search BASE                   fits a search of this base ("" for the root DSE), with
 *     first                         no page cookie,
 *     cookie TEXT                   this page cookie,
 *     asks NAME                     this attribute among those asked for,
 *     filter TEXT                   these bytes somewhere in the filter
 *   once                          the rule is used up by one request
 *   entry DN                      an answer; its attributes follow:
 *     NAME: VALUE                   \HH in a value is that byte
 *   ref URL                       a search reference
 *   raw HEX                       these bytes, whatever they are
 *   intermediate                  an intermediate response of an unknown kind
 *   hang up                       close the connection
 *   done CODE [TEXT]              the end, with a diagnostic text,
 *   matched DN                      a matched DN,
 *   page TEXT                       a page cookie (none for the last page),
 *   garbled                         a control of paging that makes no sense
 *
 * A rule ends where the next one begins; its conditions come before its answers, and
 * "matched" and "page" before "done". One without answers is a server that says nothing.
 */
#ifndef DIRBRIDGE_TESTS_LDAP_FAKE_H
#define DIRBRIDGE_TESTS_LDAP_FAKE_H

#include "bridge/base/mem.h"

struct ldap_fake {
	int pid;
	int port;
	char *url;
};

struct ldap_fake *ldap_fake_start(TALLOC_CTX *ctx, const char *script);

#endif
