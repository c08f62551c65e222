/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/reconcile_p.h"
#include <stdlib.h>

/* ---- the order of the plan ---- */

struct ordered {
	const char *organization, *name_key;
	uint32_t group;
};

static int by_path(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int c = strcmp(x->organization, y->organization);

	if (c == 0)
		c = strcmp(x->name_key, y->name_key);
	return c ? c : (x->group > y->group) - (x->group < y->group);
}

static void order_groups(struct walk *w)
{
	uint32_t n = w->plan->n_groups;
	struct ordered *all = mem_array(w, struct ordered, n);

	for (uint32_t i = 0; i < n; i++) {
		const struct plan_group *g = &w->plan->groups[i];

		all[i] = (struct ordered){
			g->organization,
			g->view == VIEW_NONE ? g->name_key
					     : w->facts->view->groups[g->view].name_key,
			i
		};
	}
	qsort(all, n, sizeof *all, by_path);
	w->order = mem_array(w, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
		w->order[all[i].group] = i;
	mem_free(all);
}

static uint64_t reading_order(const struct walk *w, const struct operation *op)
{
	uint64_t order = op->group == PLAN_NONE ? 0 : (uint64_t)w->order[op->group] + 1;

	return order << 8 | (plan_is_by_hand(op) ? OPERATIONS : op->kind);
}

static uint64_t reading_person(const struct walk *w, const struct operation *op)
{
	uint64_t rank =
		op->person == PLAN_NONE ? 0 : (uint64_t)w->stands[op->person].rank + 1;

	return (uint64_t)op->role << 32 | rank;
}

static int by_reading(const void *a, const void *b, void *data)
{
	const struct walk *w = data;
	uint64_t x = reading_order(w, a), y = reading_order(w, b);

	if (x == y) {
		x = reading_person(w, a);
		y = reading_person(w, b);
	}
	return x < y ? -1 : x > y;
}

/* What groups and people need was found before the walk, and goes where it belongs. */
void operations_before(struct walk *w, uint32_t group)
{
	uint64_t end =
		group == PLAN_NONE ? UINT64_MAX : (uint64_t)(w->order[group] + 2) << 8;
	struct operation *op;

	for (; w->early_at < w->n_early; w->early_at++) {
		if (reading_order(w, &w->early[w->early_at]) >= end)
			return;
		op = plan_add(w->plan);
		*op = w->early[w->early_at];
	}
}

/* The walk goes along the persons of a group, so among them nobody is out of order. */
static bool is_in_order(struct walk *w, const struct operation *a,
			const struct operation *b)
{
	uint64_t x = reading_order(w, a), y = reading_order(w, b);

	if (x == y && a->group == PLAN_NONE)
		return by_reading(a, b, w) <= 0;
	return x < y || (x == y && a->role <= b->role);
}

static void sort_operations(struct walk *w, struct operation *ops, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (!is_in_order(w, &ops[i - 1], &ops[i])) {
			qsort_r(ops, n, sizeof *ops, by_reading, w);
			return;
		}
}

static void put_early_aside(struct walk *w)
{
	w->early = w->plan->operations;
	w->n_early = w->plan->n_operations;
	if (w->n_early > 1)
		qsort_r(w->early, w->n_early, sizeof *w->early, by_reading, w);
	w->plan->operations = NULL;
	w->plan->n_operations = w->plan->c_operations = 0;
}

static void add_findings(struct walk *w)
{
	const struct wanted *q = w->facts->wanted;

	for (uint32_t i = 0; i < q->n_findings; i++)
		plan_find(w->plan, "mapping", NULL, "%s", q->findings[i].text);
	if (w->without_address > 0)
		plan_find(w->plan, "no-address",
			  "Give them one in the directory, or see people.email in the "
			  "configuration.",
			  "in mapped groups, without a usable e-mail address and left "
			  "out: %u",
			  w->without_address);
}

static void count_members(struct plan *plan)
{
	for (uint32_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *g = &plan->groups[i];

		if (g->view == VIEW_NONE)
			continue;
		g->members = plan->view->groups[g->view].members;
		g->owners = plan->view->groups[g->view].person_owners;
	}
}

struct err *reconcile(struct plan *plan, const struct facts *facts)
{
	struct walk *w = mem_new(plan, struct walk);

	w->plan = plan;
	w->facts = facts;
	plan->view = facts->view;
	plan->scope = facts->scope;
	people_resolve(w);
	groups_resolve(w);
	people_rank(w);
	by_hand_collect(w);
	order_groups(w);
	put_early_aside(w);
	walk_along(w);
	operations_before(w, PLAN_NONE);
	by_hand_operations(w);
	sort_operations(w, plan->operations, plan->n_operations);
	add_findings(w);
	find_by_hand(w);
	find_leavers(w);
	count_members(plan);
	plan_identify(plan);
	mem_free(w->early);
	mem_free(w);
	return NULL;
}
