/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/reconcile_p.h"
#include <stdlib.h>

static int by_binding(const void *key, const void *member)
{
	return value_compare(key, &((const struct group_binding *)member)->anchor);
}

/* The bindings of a directory group: one for each console group that was made from it. */
static const struct group_binding *bindings_of(const struct facts *f,
					       const struct value *anchor, size_t *n)
{
	const struct group_binding *all = f->group_bindings, *b = NULL;
	size_t first, end;

	*n = 0;
	if (f->n_group_bindings > 0)
		b = bsearch(anchor, all, f->n_group_bindings, sizeof *b, by_binding);
	if (b == NULL)
		return NULL;
	first = end = (size_t)(b - all);
	while (first > 0 && value_compare(&all[first - 1].anchor, anchor) == 0)
		first--;
	while (end < f->n_group_bindings && value_compare(&all[end].anchor, anchor) == 0)
		end++;
	*n = end - first;
	return &all[first];
}

static int by_place(const void *key, const void *member)
{
	const struct wanted_group *x = key, *y = member;
	int c = strcmp(x->organization, y->organization);

	return c ? c : strcmp(x->name_key, y->name_key);
}

static bool is_wanted(const struct facts *f, const char *organization,
		      const char *name_key)
{
	const struct wanted_group key = { .organization = organization,
					  .name_key = name_key };

	return bsearch(&key, f->wanted->groups, f->wanted->n_groups, sizeof key,
		       by_place) != NULL;
}

static bool is_planned(const struct walk *w, int64_t group)
{
	return table_get(w->plan_group_of_view, &group, sizeof group) != TABLE_NONE;
}

/* A binding counts in the organization that the rule names; where the group is gone
 * nobody knows any more. */
static bool is_home(const struct facts *f, const struct group_binding *b,
		    uint32_t organization)
{
	uint32_t group = view_group_by_id(f->view, b->group);

	return group == VIEW_NONE || f->view->groups[group].organization == organization;
}

/*
 * The binding that stands for this wanted group: the one of its name, or else one whose
 * name nobody wants any more, because the directory group was renamed. One whose console
 * group is there comes before one whose group was deleted by hand.
 */
static const struct group_binding *
binding_of(const struct walk *w, const struct wanted_group *q, uint32_t organization)
{
	enum { OF_NAME, RENAMED, DEAD_OF_NAME, DEAD_RENAMED, RANKS };
	const struct facts *f = w->facts;
	const struct group_binding *b, *found[RANKS] = { NULL };
	struct value feeder = entry_anchor(q->feeder);
	size_t n, rank = 0;

	b = bindings_of(f, &feeder, &n);
	for (size_t i = 0; i < n; i++) {
		bool of_name = strcmp(b[i].name_key, q->name_key) == 0;

		if (!is_home(f, &b[i], organization))
			continue;
		if (!of_name && (is_wanted(f, q->organization, b[i].name_key) ||
				 is_planned(w, b[i].group)))
			continue;
		rank = view_group_by_id(f->view, b[i].group) == VIEW_NONE
			       ? (of_name ? DEAD_OF_NAME : DEAD_RENAMED)
			       : (of_name ? OF_NAME : RENAMED);
		if (found[rank] == NULL)
			found[rank] = &b[i];
	}
	for (rank = 0; rank < RANKS - 1 && found[rank] == NULL;)
		rank++;
	return found[rank];
}

static uint32_t add_group(struct walk *w, const struct plan_group *group)
{
	struct plan *plan = w->plan;
	uint32_t number = plan->n_groups++;
	struct plan_group *g;

	mem_grow(plan, plan->groups, plan->n_groups, &w->c_groups);
	g = &plan->groups[number];
	*g = *group;
	if (g->view == VIEW_NONE)
		return number;
	if (g->name == NULL)
		g->name = w->facts->view->groups[g->view].name;
	table_put(w->plan_group_of_view, &w->facts->view->groups[g->view].id,
		  sizeof(int64_t), number);
	return number;
}

static void need(struct walk *w, uint32_t group, enum operation_kind kind,
		 enum verdict verdict, enum reason reason)
{
	struct operation *op = plan_add(w->plan);

	op->kind = (uint8_t)kind;
	op->verdict = (uint8_t)verdict;
	op->reason = (uint8_t)reason;
	op->group = group;
}

/* The console group that a directory group was made into; or that has the wanted name,
 * also when the one that was made is gone: somebody has made it again by hand. */
static uint32_t existing(const struct walk *w, const struct wanted_group *q,
			 const struct group_binding **bound, uint32_t organization)
{
	const struct view *v = w->facts->view;
	uint32_t group = VIEW_NONE;

	if (*bound != NULL)
		group = view_group_by_id(v, (*bound)->group);
	if (group != VIEW_NONE || organization == VIEW_NONE)
		return group;
	group = view_group(v, organization, q->name_key);
	if (group != VIEW_NONE)
		*bound = NULL;
	return group;
}

static uint32_t scoped_organization(const struct facts *f, const char *path)
{
	uint32_t organization = view_organization(f->view, path);

	if (organization == VIEW_NONE || !view_is_within(f->view, f->scope, organization))
		return VIEW_NONE;
	return organization;
}

/* Several wanted groups may come to one console group. */
static uint32_t find_or_add(struct walk *w, const struct plan_group *g)
{
	uint32_t number = TABLE_NONE;

	if (g->view != VIEW_NONE)
		number = table_get(w->plan_group_of_view,
				   &w->facts->view->groups[g->view].id, sizeof(int64_t));
	if (number == TABLE_NONE)
		return add_group(w, g);
	w->plan->groups[number].allow_owner_claim &= g->allow_owner_claim;
	return number;
}

static void resolve(struct walk *w, uint32_t wanted)
{
	const struct wanted_group *q = &w->facts->wanted->groups[wanted];
	struct value feeder = entry_anchor(q->feeder);
	const struct group_binding *bound = NULL;
	struct plan_group g = {
		.organization = q->organization,
		.name = q->name,
		.name_key = q->name_key,
		.view_organization = scoped_organization(w->facts, q->organization),
		.feeder = feeder,
		.bind = q->create,
		.allow_owner_claim = q->allow_owner_claim,
	};
	uint32_t number;

	if (q->create)
		bound = binding_of(w, q, g.view_organization);
	g.view = existing(w, q, &bound, g.view_organization);
	number = find_or_add(w, &g);
	w->group_of[wanted] = number;
	if (g.view_organization == VIEW_NONE)
		need(w, number, OPERATION_GROUP_CREATE, VERDICT_HOLD,
		     REASON_NO_ORGANIZATION);
	else if (g.view == VIEW_NONE && bound != NULL)
		need(w, number, OPERATION_GROUP_CREATE, VERDICT_HOLD,
		     REASON_GROUP_DELETED);
	else if (g.view == VIEW_NONE && !q->create)
		need(w, number, OPERATION_GROUP_CREATE, VERDICT_HOLD,
		     REASON_GROUP_MISSING);
	else if (g.view == VIEW_NONE)
		need(w, number, OPERATION_GROUP_CREATE, VERDICT_DO, REASON_WANTED);
	else if (bound != NULL && strcmp(bound->name_key, q->name_key) != 0)
		need(w, number, OPERATION_GROUP_RENAME, VERDICT_HOLD,
		     REASON_GROUP_RENAMED);
}

uint32_t groups_find(struct walk *w, int64_t group)
{
	const struct view *v = w->facts->view;
	uint32_t number = table_get(w->plan_group_of_view, &group, sizeof group);
	uint32_t view = view_group_by_id(v, group);
	struct plan_group g;

	if (number != TABLE_NONE || view == VIEW_NONE)
		return number;
	g = (struct plan_group){
		.organization = v->organizations[v->groups[view].organization].path,
		.name_key = v->groups[view].name_key,
		.view_organization = v->groups[view].organization,
		.view = view,
	};
	return add_group(w, &g);
}

void groups_resolve(struct walk *w)
{
	const struct wanted *q = w->facts->wanted;
	const struct given_set *given = w->facts->given;

	w->plan_group_of_view = table_new(w);
	w->group_of = mem_array(w, uint32_t, q->n_groups);
	for (uint32_t i = 0; i < q->n_groups; i++)
		resolve(w, i);
	w->group_of_given = mem_array(w, uint32_t, given->n_groups);
	for (uint32_t i = 0; i < given->n_groups; i++)
		w->group_of_given[i] = groups_find(w, given->groups[i]);
}
