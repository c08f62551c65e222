/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: how each person stands, which console group each
 * group became, and the sorted keys that the walk goes along.
 */
#ifndef DIRBRIDGE_RECONCILE_RECONCILE_P_H
#define DIRBRIDGE_RECONCILE_RECONCILE_P_H

#include "bridge/base/table.h"
#include "bridge/reconcile/decide.h"
#include "bridge/reconcile/reconcile.h"

/* What is known of a person as a whole, before any one grant is looked at. */
struct stand {
	uint8_t wish;   /* WISH_YES: as the grants say; NO or UNKNOWN: for all of them */
	uint8_t reason; /* why NO or UNKNOWN */
	bool first;     /* something was given under the address that they have now */
	bool said;      /* has been named in an operation of its own */
	int64_t since;  /* when the evidence was first seen, or the expiry */
	uint32_t rank;  /* place by e-mail, then anchor: the order of reading */
};

/* A role that a person gave to somebody who has left, and that goes. */
struct taken {
	uint32_t person, group; /* of the plan */
	uint32_t role;          /* of the view */
};

struct walk {
	struct plan *plan;
	const struct facts *facts;
	struct stand *stands; /* by number of the plan's person */
	size_t c_persons, c_stands;
	struct table *absent; /* anchor -> person, of those who are not wanted */
	uint32_t *by_rank;    /* persons in order of rank */
	uint32_t *person_of;  /* person of each text of the given that is an anchor */
	uint32_t
		*group_of_given; /* plan group of each group of the given, or PLAN_NONE */
	uint32_t *group_of;      /* plan group of each wanted group, or PLAN_NONE */
	struct table *plan_group_of_view; /* view group -> plan group */
	uint32_t *order;         /* place of each plan group in the order of reading */
	struct operation *early; /* what was found before the walk, in order of reading */
	size_t n_early, early_at;
	uint32_t without_address;
	size_t c_groups;
	struct taken *taken;
	size_t n_taken, c_taken;
	bool *claimed;                /* accounts of those who have not left; or NULL */
	const struct binding **bound; /* the binding of each account, or NULL */
};

/* People: the wanted ones keep their numbers; absent ones with a given follow. */
void people_resolve(struct walk *w);
/* The number of the person of this anchor among the wanted and the absent; made as an
 * absent one when it is neither. */
uint32_t people_find(struct walk *w, const struct value *anchor);
/* Rank everybody; after the last person was found. */
void people_rank(struct walk *w);

/* Groups: what each wanted group is in the console, with what has to be done first. */
void groups_resolve(struct walk *w);

/* The plan's number of a group of the console, added when it is new; PLAN_NONE when it is
 * there no more. */
uint32_t groups_find(struct walk *w, int64_t group);

/* Take wanted and given side by side, group by group. */
void walk_along(struct walk *w);
/* Move early operations, up to those of this group, into the plan. */
void operations_before(struct walk *w, uint32_t group);

/* Findings about who is no longer wanted and has roles here that a person gave; after
 * people_rank(). */
void find_leavers(struct walk *w);

/* The account of a person who has left and is on the roster here, or VIEW_NONE. */
uint32_t leaver_account(const struct walk *w, uint32_t person);
/* Nobody else of the directory has that account, or comes with its address. */
bool is_leaver_alone(struct walk *w, uint32_t person, uint32_t account);

/* A person gives the role, not suspended; and the group is at home in the source's
 * organization or below it. */
bool is_by_hand(const struct view *v, uint32_t role);
bool is_by_hand_here(const struct walk *w, uint32_t role);

/* What was given by hand and goes of leavers, where the source says so: found before the
 * groups are put in order, made into operations after the walk. */
void by_hand_collect(struct walk *w);
void by_hand_operations(struct walk *w);

/* Findings of a first plan about what a person gave in the groups that it feeds. */
void find_by_hand(struct walk *w);

/* The binding of each account, by its number in the view; belongs to the walk. */
const struct binding **bindings_by_account(struct walk *w);

/* What was last seen of this anchor, or NULL. */
const struct evidence *evidence_of(const struct facts *facts, const struct value *anchor);
/* Does it prove that the anchor is gone? *reason and *since say how. */
bool evidence_proves(const struct facts *facts, const struct evidence *e,
		     enum reason *reason, int64_t *since);
/* How it stands at the plan's time: an invitation that is pending no more is over by that
 * time alone, also before anybody has written so. */
enum given_state state_now(const struct facts *facts, const struct given_row *row);
/* Is there an entry of this anchor in the mirror? */
bool is_mirrored(const struct facts *facts, const struct value *anchor);

#endif
