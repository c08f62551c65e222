/* SPDX-License-Identifier: MIT */
/*
 * One grant, wanted or given or both, as the walk has found it; and what its row of the
 * decision table does about it.
 */
#ifndef DIRBRIDGE_RECONCILE_ROWS_P_H
#define DIRBRIDGE_RECONCILE_ROWS_P_H

#include "bridge/reconcile/reconcile_p.h"

struct pair {
	struct walk *walk;
	uint32_t group;  /* of the plan */
	uint32_t person; /* of the plan */
	uint32_t grant;  /* of the wanted, or PLAN_NONE */
	enum role role;
	const struct given *given; /* or NULL */
	uint32_t given_index;      /* its place among the given */
	enum given_state state; /* as it is now: expired, also before that is written */
	enum console_state console;
	bool known;         /* the account is */
	enum reason reason; /* when not, or not known to be, wanted */
	int64_t since;
	enum row row;
};

/* Find out how the pair stands and which row of the table it falls on, and act. */
void pair_consider(struct pair *pair);

/* Add the operations of the pair's row to the plan, and count. */
void row_act(const struct pair *pair);

#endif
