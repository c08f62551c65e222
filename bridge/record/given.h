/* SPDX-License-Identifier: MIT */
/*
 * What the bridge remembers of one source beside its mirror: what it gave and how that
 * ended, who is bound to which account, which directory group became which console
 * group, and what was last seen of those who are no longer as wanted.
 *
 * These are the inputs of reconcile, in the order that it walks them. Ids are the
 * store's. Memory belongs to whoever loaded them.
 */
#ifndef DIRBRIDGE_RECORD_GIVEN_H
#define DIRBRIDGE_RECORD_GIVEN_H

#include "bridge/base/table.h"
#include "bridge/record/entry.h"
#include "bridge/record/role.h"

/* How what was given stands; GIVEN_NONE: nothing is remembered. */
enum given_state {
	GIVEN_NONE,
	GIVEN_GIVEN,
	GIVEN_SUSPENDED, /* until says when the grace ends */
	GIVEN_INVITED,   /* to email_key */
	GIVEN_EXPIRED,   /* the invitation; repeats says how often it was sent again */
	GIVEN_DECLINED,
	GIVEN_CANCELLED, /* by hand */
	GIVEN_UNDONE,    /* wish says what was wanted when a person undid it */
	GIVEN_STATES
};

/* "given", "suspended", ... ; and back, GIVEN_STATES when unknown. */
const char *given_name(enum given_state state);
enum given_state given_state_of(const char *name);

struct given {
	int64_t group; /* console group */
	enum role role;
	struct value anchor;
	enum given_state state;
	int64_t since;
	int64_t until;
	uint32_t repeats;
	bool wish;
	const char *email_key; /* of the invitation, or NULL */
	struct value via; /* the directory groups it came by, as via_next() reads them */
};

/* By group, role, anchor. */
int given_compare(const struct given *a, const struct given *b);

/*
 * All that a source gave, which may be millions of grants: anchors, addresses and vias
 * that come back row after row are kept once. Added in the order of given_compare().
 */
struct given_row {
	int64_t since;
	uint32_t lasts; /* seconds from since to until; 0: there is no until */
	uint32_t group; /* number of a group */
	uint32_t anchor, email_key, via; /* numbers of texts */
	uint8_t role;                    /* enum role */
	uint8_t state;                   /* enum given_state */
	uint8_t repeats;
	bool wish;
};

struct given_set {
	struct given_row *rows;
	size_t n;
	int64_t *groups;
	uint32_t n_groups;
	struct value *texts; /* the first is none at all: bytes is NULL */
	uint32_t n_texts;
	/* Private: where texts lie, and their numbers while rows are added. */
	struct arena *arena;
	struct table *numbers;
	size_t c_rows, c_groups, c_texts;
};

struct given_set *given_set_new(TALLOC_CTX *ctx);
/* Add a row; what it points to is copied. */
void given_set_add(struct given_set *set, const struct given *given);
/* The last one was added: forget what only adding needs. */
void given_set_end(struct given_set *set);
/* A row as it was added; it points into the set. */
struct given given_at(const struct given_set *set, size_t i);
/* The row of a grant; GIVEN_NONE when nothing is remembered of it. */
struct given given_find(const struct given_set *set, int64_t group, enum role role,
			const struct value *anchor);

/* Walk the anchors packed in a via (u8 length, bytes, again); false at the end. */
bool via_next(struct value *via, struct value *anchor);
/* The most bytes of a via; deeper chains are cut at the far end. */
#define VIA_MAX 4096

/* A person of the source and their account; sorted by anchor. */
struct binding {
	struct value anchor;
	int64_t account;
};

/* The account that an anchor is bound to; 0 when it is to none. */
int64_t binding_find(const struct binding *bindings, size_t n,
		     const struct value *anchor);

/* A directory group and a console group that was made from it; sorted by anchor. */
struct group_binding {
	struct value anchor;
	int64_t group;
	const char *name_key; /* the name that was last wanted */
};

enum evidence_kind {
	EVIDENCE_NONE,
	EVIDENCE_TOMBSTONE,
	EVIDENCE_DISABLED,
	EVIDENCE_EXPIRED,
	EVIDENCE_OUT_OF_SCOPE,
	EVIDENCE_NOT_FOUND, /* gone or hidden: proves nothing until seen again */
	EVIDENCE_KINDS
};

const char *evidence_name(enum evidence_kind kind);
enum evidence_kind evidence_kind_of(const char *name);

/* What was last seen of an anchor that is no longer as wanted; sorted by anchor. */
struct evidence {
	struct value anchor;
	enum evidence_kind kind;
	int64_t first; /* when it was first seen so */
	int64_t last;
};

#endif
