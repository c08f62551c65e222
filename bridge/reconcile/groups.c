/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/reconcile_p.h"
#include <stdlib.h>

static int by_binding(const void *key, const void *member)
{
	return value_compare(key, &((const struct group_binding *)member)->anchor);
}

static const struct group_binding *binding_of(const struct facts *f,
					      const struct value *anchor)
{
	if (f->n_group_bindings == 0)
		return NULL;
	return bsearch(anchor, f->group_bindings, f->n_group_bindings,
		       sizeof *f->group_bindings, by_binding);
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

/* The console group that a directory group was made into, or has the wanted name. */
static uint32_t existing(const struct walk *w, const struct wanted_group *q,
			 const struct group_binding *bound, uint32_t organization)
{
	if (bound != NULL)
		return view_group_by_id(w->facts->view, bound->group);
	if (organization == VIEW_NONE)
		return VIEW_NONE;
	return view_group(w->facts->view, organization, q->name_key);
}

static uint32_t scoped_organization(const struct facts *f, const char *path)
{
	uint32_t organization = view_organization(f->view, path);

	if (organization == VIEW_NONE || !view_is_within(f->view, f->scope, organization))
		return VIEW_NONE;
	return organization;
}

static void resolve(struct walk *w, uint32_t wanted)
{
	const struct wanted_group *q = &w->facts->wanted->groups[wanted];
	struct value feeder = entry_anchor(q->feeder);
	const struct group_binding *bound =
		q->create ? binding_of(w->facts, &feeder) : NULL;
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

	g.view = existing(w, q, bound, g.view_organization);
	if (g.view != VIEW_NONE) {
		number = table_get(w->plan_group_of_view,
				   &w->facts->view->groups[g.view].id, sizeof(int64_t));
		if (number == TABLE_NONE)
			number = add_group(w, &g);
	} else {
		number = add_group(w, &g);
	}
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
	else if (bound != NULL && q->feeders == 1 &&
		 strcmp(bound->name_key, q->name_key) != 0)
		need(w, number, OPERATION_GROUP_RENAME, VERDICT_HOLD,
		     REASON_GROUP_RENAMED);
}

void groups_resolve(struct walk *w)
{
	const struct wanted *q = w->facts->wanted;

	w->plan_group_of_view = table_new(w);
	w->group_of = mem_array(w, uint32_t, q->n_groups);
	for (uint32_t i = 0; i < q->n_groups; i++)
		resolve(w, i);
}

uint32_t groups_of_given(struct walk *w, int64_t group)
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
