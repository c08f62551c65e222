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

/* Walk the anchors packed in a via (u8 length, bytes, again); false at the end. */
bool via_next(struct value *via, struct value *anchor);
/* The most bytes of a via; deeper chains are cut at the far end. */
#define VIA_MAX 4096

/* A person of the source and their account; sorted by anchor. */
struct binding {
	struct value anchor;
	int64_t account;
};

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
