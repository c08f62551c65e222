/* SPDX-License-Identifier: MIT */
/*
 * How much one run, and one day, may take away without a person: the layers of the blast
 * radius. Pure. A layer whose limit would be passed holds everything of it, not only what
 * is too much, because nobody can tell which part of it is right.
 *
 * Each layer counts what the plan would do (not what is approved), beside what the runs
 * of the last 24 hours did without a person; a day may take twice what one run may. What
 * is of one group is counted group by group, in the day too.
 * Where nothing is configured the limits are:
 *
 *   people       people who would be left with nothing, of n who have something:
 *                min(500, max(2, min(10 %, max(50, 2 %))))
 *   disabled     the same where the directory says disabled or expired: twice that
 *   groups       groups where this source would give nothing any more: max(5, 5 %)
 *   group        grants of one group: 25 % where it has 10 or more, at most 100
 *   grants       grants in all: 10 % where there are 200 or more, at most 1000
 *   owners       group owners of one group: 1
 *   emails       changed addresses of pending invitations: max(5, 5 %) of the people
 *   invitations  people invited for the first time: max(200, 25 %) of those who have
 *                something; the first plan, where nobody has, has no such limit
 */
#ifndef DIRBRIDGE_PLAN_BUDGET_H
#define DIRBRIDGE_PLAN_BUDGET_H

#include "bridge/base/mem.h"
#include <stdbool.h>
#include <stdint.h>

enum budget_layer {
	BUDGET_PEOPLE,
	BUDGET_DISABLED,
	BUDGET_GROUPS,
	BUDGET_GROUP, /* of the worst group */
	BUDGET_GRANTS,
	BUDGET_OWNERS, /* of the worst group */
	BUDGET_EMAILS,
	BUDGET_INVITATIONS,
	BUDGETS
};

/* A configured limit; all 0: the default. */
struct budget_limit {
	uint32_t count;   /* at most so many in one run */
	uint32_t percent; /* or so many of 100; the smaller of the two counts */
	int64_t until;    /* the default again from then on; 0: for good */
};

struct budget {
	uint32_t of;        /* how many there are */
	uint32_t would;     /* how many of them the plan would take, or invite */
	uint32_t spent;     /* how many went in the last 24 hours without a person */
	uint32_t limit;     /* of one run, with what is announced; UINT32_MAX: none */
	uint32_t announced; /* beyond the limit, by a person's `expect --remove` */
	bool tripped;
};

struct plan;

/* "people", "disabled", ... */
const char *budget_name(enum budget_layer layer);

/* The limit of one run for a layer of so many, at this time. */
uint32_t budget_limit_of(enum budget_layer layer, uint32_t of,
			 const struct budget_limit *configured, int64_t now);

/*
 * After reconcile, before the judge: counts every layer into plan->budgets, whose spent,
 * announced and configured limits are given, and holds what belongs to a layer that is
 * passed, each with its reason, and one finding for each such layer.
 */
void budget_guard(struct plan *plan, const struct budget_limit limits[BUDGETS]);

/* What the plan takes as it stands now, approved operations left out: what a run adds to
 * the day's account. */
void budget_count(const struct plan *plan, uint32_t counts[BUDGETS]);

/* The same of each of the plan's groups, as an array that belongs to ctx, for the layer
 * of its grants or of its owners. */
uint32_t *budget_count_groups(TALLOC_CTX *ctx, const struct plan *plan,
			      enum budget_layer layer);

/* Of an announcement, what a run that took counts[] has used up. It is one-shot: of one
 * group, or its owners, all of it is used once the limit alone was passed. */
uint32_t budget_used(const struct plan *plan, enum budget_layer layer,
		     const uint32_t counts[BUDGETS]);

#endif
