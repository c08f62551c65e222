/* SPDX-License-Identifier: MIT */
/*
 * What a changed configuration does by itself: who would be wanted otherwise if nothing
 * but the configuration had changed since a person last let one change things. What the
 * directory did in the meantime is in both, and so in neither list.
 *
 * A plan that was made under another configuration has one. It explains, and decides
 * nothing: no id, verdict or digest of the plan depends on it.
 */
#ifndef DIRBRIDGE_PLAN_CHANGED_H
#define DIRBRIDGE_PLAN_CHANGED_H

#include "bridge/record/entry.h"
#include "bridge/record/role.h"

/* What becomes of a person. */
enum plan_move {
	PLAN_ENTERS,  /* had nothing, gets something */
	PLAN_LEAVES,  /* had something, keeps nothing */
	PLAN_CHANGES, /* has something before and after */
	PLAN_MOVES
};

/* One grant of one person that comes or goes. */
struct plan_changed_grant {
	enum plan_move move; /* of the person */
	struct value anchor;
	const char *who; /* what to call them */
	const char *organization, *group, *group_key;
	enum role role;
	bool added;
};

/* A setting, and what it was; NULL: not set. Not escaped. */
struct plan_changed_setting {
	const char *name, *before, *after;
};

struct plan_changed {
	const struct plan_changed_setting *settings;
	size_t n_settings;
	/* Sorted by move, anchor, organization, group, role. */
	const struct plan_changed_grant *grants;
	size_t n_grants;
};

const char *plan_move_name(enum plan_move move); /* "enters", "leaves", "changes" */

#endif
