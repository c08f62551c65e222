/* SPDX-License-Identifier: MIT */
/*
 * From what is wanted, what was given and what stands in the console to a plan. Pure: no
 * I/O, no clock, no store; same facts, same plan.
 *
 * reconcile() resolves people to accounts and directory groups to console groups, names
 * conflicts, then walks wanted and given side by side, sorted by group, role and person;
 * each pair falls on one row of the decision table (README.md). Verdicts come later, from
 * plan_judge(); here an operation is DO, HOLD or SKIP as its row says.
 *
 * Absence is proved, never assumed: who is missing, or lacks a value, is only "not
 * wanted" by evidence about that very anchor, or when census is true and every directory
 * group on the way that the grant once came is there or proved gone.
 */
#ifndef DIRBRIDGE_RECONCILE_RECONCILE_H
#define DIRBRIDGE_RECONCILE_RECONCILE_H

#include "bridge/map/map.h"
#include "bridge/plan/plan.h"
#include "bridge/record/anchor.h"

struct facts {
	const struct source_config *config;
	int64_t source; /* id */
	int64_t now;
	bool census; /* the pull was complete and healthy: a difference counts */

	/* The mirror that was mapped, sorted by anchor, and what map() made of it. */
	const struct entry *const *entries;
	size_t n_entries;
	const struct wanted *wanted;

	const struct given_set *given;  /* what the source gave */
	const struct binding *bindings; /* sorted by anchor */
	size_t n_bindings;
	const struct group_binding *group_bindings; /* sorted by anchor */
	size_t n_group_bindings;
	/* What was last seen of anchors that the mirror does not show alive; by anchor.
	 */
	const struct evidence *evidence;
	size_t n_evidence;
	/* More were missing than may be looked up, so nobody was: they are counted, since
	 * a line for each would tell nothing. */
	bool unasked;

	const struct view *view;
	uint32_t scope;          /* the source's organization in the view */
	enum anchor_kind anchor; /* how an anchor is written for people; ANCHOR_KINDS:
				    as digits */
};

/* Fills the plan's groups, people, operations and findings; ids too. */
MUST_CHECK struct err *reconcile(struct plan *plan, const struct facts *facts);

/* Something of it may stand in the console: given, suspended, invited. */
bool given_is_live(enum given_state state);

/* "Not found" proves absence when it was found so again this many seconds later. */
#define NOT_FOUND_AGAIN 3600

#endif
