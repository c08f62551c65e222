/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share. map() in map.c tells the whole; each file below
 * does one of its steps on one struct mapping.
 *
 * People and groups are numbered together as nodes: first the people, then the groups,
 * each in order of anchor. A number is thus also an order, and everything between
 * reading the entries and writing the grants is done on numbers in arrays.
 */
#ifndef DIRBRIDGE_MAP_MAP_P_H
#define DIRBRIDGE_MAP_MAP_P_H

#include "bridge/base/table.h"
#include "bridge/map/map.h"

/* Named, but stands for nobody: a placeholder, or an entry that is out of scope. */
#define NODE_NOBODY (UINT32_MAX - 1)

/* Where a name is looked up that is at home in no directory. */
#define NO_HOME UINT32_MAX

/* A mirror can ask for more than any console could hold, by nesting or by malice. */
#define MAP_ENTRIES_MAX (UINT32_C(1) << 30)
#define MAP_GRANTS_MAX  (UINT32_C(1) << 25)
#define MAP_WORK_MAX    (UINT64_C(1) << 32) /* memberships looked at */

#define MAP_NAME_MAX  256  /* bytes of a person's name */
#define MAP_GROUP_MAX 200  /* bytes of a console group's name */
#define MAP_VALUE_MAX 4096 /* bytes of a value that a value rule looks at */

/* A part of mapping.edges. */
struct slice {
	size_t first, count;
};

/* Names that count in one directory only. */
struct local {
	struct table *uids; /* uid -> person; NODE_NOBODY when two have it */
	struct table *gids; /* gidNumber -> first person; the rest through gid_next */
};

/* Something that is counted, and told once with its first example. */
struct tally {
	uint32_t count;
	struct value example;
};

/* A directory group and who it names. */
struct group {
	const struct entry *entry;
	uint32_t home;           /* its directory */
	struct slice persons;    /* numbers of persons, in no order, each once */
	struct slice groups;     /* numbers of groups (from 0), ascending, each once */
	struct tally unresolved; /* member values that name no entry */
};

/* One directory group feeds one console group by one rule. */
struct feed {
	uint32_t target; /* index into wanted.groups */
	uint32_t rule;   /* index into source.grants */
	uint32_t group;  /* index into mapping.groups */
};

struct mapping {
	const struct source_config *source;
	const struct entry *const *entries;
	const uint16_t *homes; /* by entry; NULL: all of one */
	size_t n_entries;
	int64_t now;
	struct wanted *wanted; /* the result; owns everything that is handed back */

	uint32_t *nodes; /* by entry, then by placeholder: its node, or NODE_NOBODY */
	size_t n_placeholders;
	struct wanted_person *persons;
	uint32_t n_persons;
	struct group *groups;
	uint32_t n_groups;

	struct digest *digests; /* of the DNs, by entry, then by placeholder */
	uint32_t *names;        /* open addressing over digests: index plus one, or 0 */
	size_t names_mask;
	uint32_t *namesakes; /* by entry: another directory's of that DN, plus one, or 0;
				NULL: there are none */
	struct tally ambiguous;
	struct local *locals; /* by home, the rest of them last */
	uint32_t n_locals;
	uint32_t *gid_next; /* by person, or MAP_NONE */
	struct tally same_uid;
	uint32_t *edges;
	size_t n_edges, edges_capacity;

	struct feed *feeds; /* sorted by target, rule, group */
	size_t n_feeds, feeds_capacity;
	const char *name_attribute;

	struct map_finding *findings;
	size_t findings_capacity;
	char *text_at; /* free part of the current block of kept texts */
	size_t text_left;
};

/* ---- map.c ---- */

void map_find(struct mapping *m, const struct entry *entry, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void tally_add(struct tally *tally, const struct value *example);
/* "x" and 2 more, as a text of ctx. */
char *tally_text(TALLOC_CTX *ctx, const struct tally *tally);
/* A copy that belongs to the result; many small texts share a block. */
const char *map_keep(struct mapping *m, const char *text);
/* The name of a directory group for people. */
char *group_name(TALLOC_CTX *ctx, const char *attribute, const struct entry *entry);

/* ---- persons.c: which entries are people, and which groups ---- */

void map_classify(struct mapping *m);
MUST_CHECK struct err *map_persons(struct mapping *m);

/* ---- status.c: disabled, expired ---- */

/* The i-th attribute that may say "disabled"; NULL behind the last. */
const char *status_attribute(size_t i);

/* Sets status (ACTIVE, DISABLED, EXPIRED, UNKNOWN), why, since, due. expires is in lower
 * case. A text made for `why` belongs to ctx. */
void person_status(TALLOC_CTX *ctx, const struct people_rule *rule,
		   const char *const *expires, int64_t now, struct wanted_person *person);

/* ---- members.c: what member values name ---- */

void map_names(struct mapping *m);
void map_members(struct mapping *m);
/* Every attribute that is looked at to know who is a member; NULL-terminated. */
extern const char *const member_attributes[];
/* The node of a DN that stands in an entry of this home, NODE_NOBODY, or TABLE_NONE when
 * it names nothing. */
uint32_t node_of_dn(struct mapping *m, const struct value *dn, uint32_t home);
/* The directory of an entry, by its place among them. */
uint32_t home_of_entry(const struct mapping *m, size_t i);

/* ---- groups.c: which directory groups feed which console groups ---- */

MUST_CHECK struct err *map_groups(struct mapping *m);

/* ---- flatten.c: the walk ---- */

MUST_CHECK struct err *map_flatten(struct mapping *m);

/* ---- value.c: texts out of entries ---- */

struct value_reader;

/* A rule made ready for many entries. ERR_CONFIG when its pattern is none. */
MUST_CHECK struct err *value_open(TALLOC_CTX *ctx, const struct value_rule *rule,
				  struct value_reader **out);

/* What makes a text usable, or returns NULL: email_key() or text_name(). */
typedef char *(*value_accept_fn)(TALLOC_CTX *ctx, const char *bytes, size_t len);

struct text_found {
	const char *text;     /* by the rule; NULL when no value was accepted */
	const char *accepted; /* what accept() made of it */
	struct value from;    /* the value that it was made of */
	struct value refused; /* the lowest value that accept() refused, if any */
};

/*
 * The first attribute with a value that accept() takes; of several such values the
 * lowest in byte order, since directories promise no order; else the template, if the
 * entry has all that it names. Blank values do not count. Results belong to ctx.
 */
MUST_CHECK struct err *value_find(const struct value_reader *reader, TALLOC_CTX *ctx,
				  const struct entry *entry, value_accept_fn accept,
				  struct text_found *found);

/* Call fn for each attribute that a rule names, its template included. */
void value_attributes(const struct value_rule *rule,
		      void (*fn)(const char *name, void *data), void *data);
/* The lowest value that is not blank, or one with bytes == NULL. */
struct value value_lowest(const struct entry *entry, const char *attribute);
/* NULL is an empty list. */
size_t list_len(const char *const *list);
/* Copies in lower case, NULL-terminated. NULL is an empty list. */
const char *const *lower_list(TALLOC_CTX *ctx, const char *const *list);
char *lower_name(TALLOC_CTX *ctx, const char *name);

/* ---- pattern.c: PCRE2 with limits ---- */

struct pattern;

/* whole: the subject must match from end to end, without regard to case. ERR_CONFIG when
 * the text is no pattern. */
MUST_CHECK struct err *pattern_new(TALLOC_CTX *ctx, const char *text, bool whole,
				   struct pattern **out);
/* *hit says whether it matches. The subject must be UTF-8. ERR_CONFIG when a limit is
 * reached. */
MUST_CHECK struct err *pattern_match(struct pattern *p, const char *subject, bool *hit);
/* The n-th capture of the last hit; of no length when it took no part. */
struct value pattern_capture(const struct pattern *p, unsigned n);
/* Every match replaced; NULL in *out when the result is longer than MAP_VALUE_MAX. */
MUST_CHECK struct err *pattern_replace(TALLOC_CTX *ctx, struct pattern *p,
				       const char *subject, const char *replacement,
				       char **out);

#endif
