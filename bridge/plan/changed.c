/* SPDX-License-Identifier: MIT */
#include "bridge/plan/plan.h"
#include <stdlib.h>

const char *plan_move_name(enum plan_move move)
{
	static const char *const names[PLAN_MOVES] = {
		[PLAN_ENTERS] = "enters",
		[PLAN_LEAVES] = "leaves",
		[PLAN_CHANGES] = "changes",
	};
	return names[move];
}

/* ---- which operations it accounts for ---- */

static int compare_grants(const struct plan_changed_grant *x,
			  const struct plan_changed_grant *y)
{
	int order = value_compare(&x->anchor, &y->anchor);

	if (order == 0)
		order = strcmp(x->organization, y->organization);
	if (order == 0)
		order = strcmp(x->group_key, y->group_key);
	return order != 0 ? order : (x->role > y->role) - (x->role < y->role);
}

static int by_grant(const void *a, const void *b)
{
	return compare_grants(*(const struct plan_changed_grant *const *)a,
			      *(const struct plan_changed_grant *const *)b);
}

static bool accounts_for(const struct plan_changed_grant **sorted, size_t n,
			 const struct plan *plan, const struct operation *op)
{
	const struct plan_group *g = &plan->groups[op->group];
	const struct plan_changed_grant wanted = {
		.anchor = plan->persons[op->person].anchor,
		.organization = g->organization,
		.group_key = g->name_key,
		.role = (enum role)op->role,
	};
	const struct plan_changed_grant *key = &wanted, **found;

	found = bsearch(&key, sorted, n, sizeof *sorted, by_grant);
	return found != NULL && (*found)->added != plan_takes(op);
}

void plan_mark_changed(struct plan *plan)
{
	const struct plan_changed *changed = plan->changed;
	AUTO_MEM const struct plan_changed_grant **sorted = NULL;

	if (changed == NULL || changed->n_grants == 0)
		return;
	sorted = mem_array(NULL, const struct plan_changed_grant *, changed->n_grants);
	for (size_t i = 0; i < changed->n_grants; i++)
		sorted[i] = &changed->grants[i];
	qsort(sorted, changed->n_grants, sizeof *sorted, by_grant);
	for (size_t i = 0; i < plan->n_operations; i++) {
		struct operation *op = &plan->operations[i];

		if (op->person != PLAN_NONE && op->group != PLAN_NONE &&
		    op->kind <= OPERATION_CANCEL)
			op->changed = accounts_for(sorted, changed->n_grants, plan, op);
	}
}
