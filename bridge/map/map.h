/* SPDX-License-Identifier: MIT */
/*
 * From the mirror to what is wanted: who is a person, what their address is, and which
 * (group, role, person) the rules of the configuration ask for. Pure: same entries in
 * any order, same rules and same time give the same result, byte for byte. No I/O, no
 * clock (the time is handed in), no knowledge of the console.
 *
 * Nested groups are flattened here: each matched directory group is walked once over
 * the graph of groups, each group and person visited once per walk, cycles and
 * self-membership included; the first path found (breadth first, so a shortest one) is
 * kept as the reason. Depth is unlimited.
 *
 * An entry that fails to map (bad address, unreadable value) is UNKNOWN, never absent.
 */
#ifndef DIRBRIDGE_MAP_MAP_H
#define DIRBRIDGE_MAP_MAP_H

#include "bridge/base/err.h"
#include "bridge/record/entry.h"
#include "bridge/record/role.h"
#include "config/config.h"

#define MAP_NONE UINT32_MAX

/* What the directory says about a person. */
enum person_status {
	PERSON_ACTIVE,
	PERSON_DISABLED, /* the directory's own flag, or the rule's filter */
	PERSON_EXPIRED,  /* by an expiry that lies before now */
	PERSON_NO_EMAIL, /* in scope, but nobody can be invited */
	PERSON_UNKNOWN,  /* failed to map; why says how */
};

struct wanted_person {
	const struct entry *entry;
	const char *email;     /* as written, trimmed; NULL without one */
	const char *email_key; /* NULL without one */
	const char *name;      /* display name; the e-mail or the DN's leaf without one */
	enum person_status status;
	const char *why; /* DISABLED: "pwdAccountLockedTime"; EXPIRED: the attribute;
			    UNKNOWN, NO_EMAIL: a text for people */
	int64_t since;   /* EXPIRED: when; else 0 */
	int64_t due;     /* ACTIVE with an expiry ahead: when; else 0 */
};

/* A console group that at least one directory group feeds. */
struct wanted_group {
	const char *organization; /* path */
	const char *name;
	const char *name_key; /* text_fold(name) */
	bool create;
	bool allow_owner_claim; /* every rule that feeds it allows it */
	uint32_t feeders;       /* how many directory groups feed it */
	const struct entry
		*feeder; /* the one of the lowest anchor; its id when created */
};

/* How a grant came about: a directory group, and the one it was reached through. */
struct wanted_path {
	const struct entry *group;
	uint32_t parent; /* index of a path, or MAP_NONE at the matched group */
};

struct wanted_grant {
	uint32_t group;  /* index into groups */
	uint32_t person; /* index into persons */
	uint32_t path;   /* index into paths: the group that holds the person directly */
	uint16_t rule;   /* number of the rule */
	uint8_t role;    /* enum role */
	bool by_owners;  /* by the group's owners attribute, not by being a member */
};

struct map_finding {
	const char *text; /* one sentence for people, names quoted, not escaped */
	const struct entry *entry; /* which it is about, or NULL */
};

struct wanted {
	const struct wanted_person *persons; /* sorted by anchor, each anchor once */
	uint32_t n_persons;
	const struct wanted_group *groups; /* sorted by organization, name_key */
	uint32_t n_groups;
	const struct wanted_path *paths;
	uint32_t n_paths;
	/* Sorted by group, role, person; each once. Of persons whose status is ACTIVE,
	 * NO_EMAIL or UNKNOWN; a disabled or expired person has none. Of several ways to
	 * one grant the first rule counts, then the shortest path, then the lowest
	 * anchor. */
	const struct wanted_grant *grants;
	size_t n_grants;
	const struct map_finding *findings; /* in a fixed order */
	uint32_t n_findings;
	int64_t due;               /* the earliest expiry ahead of now, or 0 */
	uint32_t directory_groups; /* entries that are groups */
	uint32_t members;          /* member values that name an entry of the mirror */
	uint32_t unresolved;       /* member values that name no entry of the mirror */
	/* DNs that two directories have, used where neither is at home: a text that names
	 * one; NULL where there is none. They stand for nobody. */
	const char *ambiguous;
};

/*
 * entries: the whole mirror, sorted by anchor, no anchor twice; they must outlive the
 * result. homes: for each the number of its directory; NULL: there is one. A DN names an
 * entry of any directory, of its own first; a uid or gidNumber only of its own.
 * ERR_CONFIG when a rule cannot be used on any entry (a pattern that runs into its match
 * limit). The result belongs to ctx.
 */
MUST_CHECK struct err *map(TALLOC_CTX *ctx, const struct source_config *source,
			   const struct entry *const *entries, const uint16_t *homes,
			   size_t n_entries, int64_t now, struct wanted **out);

/* One grant that only one of two wanteds has. */
struct map_difference {
	const struct wanted_person
		*person; /* of the later one, when that has the person */
	const struct wanted_group *group;
	enum role role;
	bool added;    /* the later one has it */
	bool had, has; /* the person has any grant in the earlier one, in the later one */
};

/*
 * In what two wanteds differ, by organization, group, role and anchor; how a grant came
 * about makes no difference. Sorted by anchor, then group, then role. It points into
 * both; the array belongs to ctx.
 */
const struct map_difference *map_compare(TALLOC_CTX *ctx, const struct wanted *before,
					 const struct wanted *after, size_t *n);

/* "in "Backup Ops" through "Infra" (rule 1)": the reason of a grant, for people. */
char *map_reason(TALLOC_CTX *ctx, const struct source_config *source,
		 const struct wanted *wanted, const struct wanted_grant *grant);

/*
 * What must be asked of the connector: the attributes that the rules look at (lower
 * case, sorted, NULL-terminated), those of another configuration too unless it is NULL,
 * and one filter for people and groups together.
 */
const char *const *map_attributes(TALLOC_CTX *ctx, const struct source_config *source,
				  const struct source_config *before);
const char *map_filter(TALLOC_CTX *ctx, const struct source_config *source);

#endif
