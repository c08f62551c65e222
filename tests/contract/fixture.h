/* SPDX-License-Identifier: MIT */
/*
 * Where the contract suite gets a source from: one row of fixtures[] (fixture.c) for
 * each line of connectors/list.h. Every source holds what people.ldif holds, under the
 * base dc=example,dc=test, with the anchors of that file, and delivers the entries that
 * match FIXTURE_FILTER: five people and two groups. What it calls their classes is its
 * own.
 */
#ifndef DIRBRIDGE_TESTS_CONTRACT_FIXTURE_H
#define DIRBRIDGE_TESTS_CONTRACT_FIXTURE_H

#include "config/settings.h"

#define FIXTURE_FILTER                                                                   \
	"(|(objectClass=inetOrgPerson)(objectClass=groupOfNames)(objectClass=user)"      \
	"(objectClass=group))"

struct fixture {
	const char *type;
	bool filters; /* applies the filter; a script does not */
	bool texts;   /* anchors are the texts of those UUIDs, DNs are made of them, and
			 attributes have no options: a SCIM server */

	/* Start what is needed, once for all tests; NULL, or why it cannot be had here.
	 * end() follows only a begin() that returned NULL. Both may be missing. */
	const char *(*begin)(void);
	void (*end)(void);

	/* The settings that reach it; and one change that makes open fail like this. */
	void (*configure)(struct settings *settings);
	void (*spoil)(struct settings *settings);
	enum err_class refusal;
};

/* Ends with a row whose type is NULL. */
extern const struct fixture fixtures[];

#endif
