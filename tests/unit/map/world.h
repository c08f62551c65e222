/* SPDX-License-Identifier: MIT */
/*
 * A small directory and a configuration for it, built by hand, for the tests of the
 * mapping. People are "uid=NAME,ou=people,dc=x" with anchor "p-NAME", groups
 * "cn=NAME,ou=groups,dc=x" with anchor "g-NAME".
 */
#ifndef DIRBRIDGE_TESTS_UNIT_MAP_WORLD_H
#define DIRBRIDGE_TESTS_UNIT_MAP_WORLD_H

#include "bridge/map/map.h"
#include "tests/test.h"

#define WORLD_NOW 1800000000 /* 2027-01-15 08:00 UTC */

struct world {
	TALLOC_CTX *ctx;
	struct entry_builder *builder;
	const struct entry **entries;
	const uint16_t *homes; /* by anchor; NULL: one directory */
	size_t n, capacity;
	struct grant_rule *rules;
	size_t rules_capacity;
	struct source_config source; /* may be changed between world_new() and map */
	struct wanted *wanted;       /* of the last world_map() */
};

/* mail for e-mail; displayName, cn for names; objectClass person and *group*. */
struct world *world_new(TALLOC_CTX *ctx);
struct filter *world_filter(struct world *w, const char *text);

/* Further arguments are attribute, value, attribute, value, ..., NULL. */
void world_entry(struct world *w, const char *anchor, const char *dn, ...);
/* With objectClass, uid, mail and displayName. */
void world_person(struct world *w, const char *name, ...);
/* With objectClass groupOfNames and cn. */
void world_group(struct world *w, const char *name, ...);
char *person_dn(struct world *w, const char *name);
char *group_dn(struct world *w, const char *name);

/* number, file, line, organization and group ("Operators") have defaults. */
struct grant_rule *world_rule(struct world *w, struct grant_rule rule);
/* By the name of one group, or any pattern; members of it are members. */
struct grant_rule *world_rule_named(struct world *w, const char *pattern,
				    const char *group);

/* Sort the entries and map. */
struct err *world_map(struct world *w);
/* One line a grant: "Operators member p-ada in "Ops" (rule 1)". */
char *world_grants(struct world *w);
/* The findings, one a line. */
char *world_findings(struct world *w);
/* All that there is in the result, for comparing two. */
char *world_dump(struct world *w);
const struct wanted_person *world_find(const struct world *w, const char *anchor);

#endif
