/* SPDX-License-Identifier: MIT */
#include "bridge/run/run_p.h"

/* The oldest announcement first. */
static struct err *use_announced(struct store *store, int64_t source, int64_t now,
				 const char *layer, uint32_t used)
{
	int64_t id = 0, remaining = 0;
	struct err *err = NULL;

	while (err == NULL && used > 0) {
		err = store_number(store, &id, 0,
				   "SELECT min(id) FROM announced WHERE source_id = ?1"
				   " AND layer = ?2 AND remaining > 0 AND until > ?3",
				   "iti", source, layer, now);
		if (err == NULL)
			err = store_number(
				store, &remaining, 0,
				"SELECT remaining FROM announced WHERE id = ?1", "i", id);
		if (err || id == 0)
			break;
		if (remaining > used)
			remaining = used;
		used -= (uint32_t)remaining;
		err = store_run(store,
				"UPDATE announced SET remaining = remaining - ?2"
				" WHERE id = ?1",
				"ii", id, remaining);
	}
	return err;
}

static struct err *spend(const struct run *run, struct store *store, int64_t id,
			 int64_t now, const char *layer, int64_t group, uint32_t n)
{
	if (n == 0)
		return NULL;
	return store_run(store,
			 "INSERT INTO spent (source_id, run_id, at, layer, n, group_id)"
			 " VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
			 "iiitii", run->memory->source, id, now, layer, (int64_t)n,
			 group);
}

/* Group by group, of those that are there. */
static struct err *spend_in_groups(const struct run *run, struct store *store,
				   const struct view *view, int64_t id, int64_t now,
				   enum budget_layer layer, uint32_t used)
{
	const struct plan *plan = run->plan;
	AUTO_MEM uint32_t *n = budget_count_groups(NULL, plan, layer);
	struct err *err = NULL;

	for (uint32_t i = 0; err == NULL && i < plan->n_groups; i++)
		if (plan->groups[i].view != VIEW_NONE && n[i] > used)
			err = spend(run, store, id, now, budget_name(layer),
				    view->groups[plan->groups[i].view].id, n[i] - used);
	return err;
}

/* What went without a person counts for a day; what was announced, for what was said. */
struct err *record_spent(const struct run *run, struct store *store,
			 const struct view *view, int64_t id, int64_t now)
{
	const struct plan *plan = run->plan;
	uint32_t counts[BUDGETS];
	struct err *err = NULL;

	budget_count(plan, counts);
	for (enum budget_layer l = 0; err == NULL && l < BUDGETS; l++) {
		uint32_t used = budget_used(plan, l, counts);

		err = use_announced(store, run->memory->source, now, budget_name(l),
				    used);
		if (err == NULL && (l == BUDGET_GROUP || l == BUDGET_OWNERS))
			err = spend_in_groups(run, store, view, id, now, l, used);
		else if (err == NULL && counts[l] > used)
			err = spend(run, store, id, now, budget_name(l), 0,
				    counts[l] - used);
	}
	return err;
}

static uint32_t spent_in(const struct run *run, enum budget_layer layer, int64_t group)
{
	const struct table *t = run->memory->spent_in[layer];
	uint32_t n = t == NULL ? TABLE_NONE : table_get(t, &group, sizeof group);

	return n == TABLE_NONE ? 0 : n;
}

void spent_mark(struct run *run)
{
	const struct view *view = run->console->view;

	for (uint32_t i = 0; i < run->plan->n_groups; i++) {
		struct plan_group *g = &run->plan->groups[i];

		if (g->view == VIEW_NONE)
			continue;
		g->spent = spent_in(run, BUDGET_GROUP, view->groups[g->view].id);
		g->spent_owners = spent_in(run, BUDGET_OWNERS, view->groups[g->view].id);
	}
}
