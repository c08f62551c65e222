/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/reconcile/reconcile_p.h"
#include <stdlib.h>

bool is_by_hand(const struct view *v, uint32_t role)
{
	uint32_t at = role == VIEW_NONE
			      ? VIEW_NONE
			      : view_giver(v, v->roles[role].givers, GIVER_HAND);

	return at != VIEW_NONE && !v->givers[at].suspended;
}

bool is_by_hand_here(const struct walk *w, uint32_t role)
{
	const struct view *v = w->facts->view;
	uint32_t home = v->groups[v->roles[role].group].organization;

	return is_by_hand(v, role) && view_is_within(v, w->facts->scope, home);
}

/* ---- what goes of leavers ---- */

/* Another source keeps the role, whatever becomes of hand's part and of ours. */
static bool others_keep(const struct walk *w, uint32_t role)
{
	const struct view *v = w->facts->view;

	for (uint32_t g = v->roles[role].givers; g != VIEW_NONE; g = v->givers[g].next)
		if (v->givers[g].giver != GIVER_HAND &&
		    v->givers[g].giver != w->facts->source && !v->givers[g].suspended)
			return true;
	return false;
}

static void take(struct walk *w, uint32_t person, uint32_t role)
{
	const struct view *v = w->facts->view;

	mem_grow(w, w->taken, w->n_taken + 1, &w->c_taken);
	w->taken[w->n_taken++] = (struct taken){
		.person = person,
		.role = role,
		.group = groups_find(w, v->groups[v->roles[role].group].id),
	};
}

void by_hand_collect(struct walk *w)
{
	const struct view *v = w->facts->view;
	AUTO_MEM bool *done = mem_array(NULL, bool, v->n_accounts + 1);

	if (w->facts->config->leavers != LEAVERS_ALL)
		return;
	for (uint32_t i = 0; i < w->plan->n_persons; i++) {
		uint32_t number = w->by_rank[i];
		uint32_t account = leaver_account(w, number);

		if (account == VIEW_NONE || done[account] ||
		    !is_leaver_alone(w, number, account))
			continue;
		done[account] = true;
		for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
		     r = v->roles[r].next_of_account)
			if (is_by_hand_here(w, r))
				take(w, number, r);
	}
}

/* Who takes from hand answers for what hand gives: limits are measured on both. */
static void count_had(struct walk *w)
{
	const struct view *v = w->facts->view;
	AUTO_MEM uint32_t *of = mem_array(NULL, uint32_t, v->n_groups + 1);

	for (size_t i = 0; i < w->n_taken; i++)
		of[v->roles[w->taken[i].role].group] = w->taken[i].group + 1;
	for (uint32_t r = 0; r < v->n_roles; r++) {
		uint32_t group = of[v->roles[r].group];

		if (group != 0 && is_by_hand(v, r) &&
		    view_giver(v, v->roles[r].givers, w->facts->source) == VIEW_NONE)
			w->plan->groups[group - 1].had++;
	}
}

void by_hand_operations(struct walk *w)
{
	for (size_t i = 0; i < w->n_taken; i++) {
		const struct taken *t = &w->taken[i];
		const struct stand *s = &w->stands[t->person];
		struct operation *op = plan_add(w->plan);

		/* Also whoever is known by the address alone. */
		w->plan->persons[t->person].account =
			w->facts->view->roles[t->role].account;
		op->kind = others_keep(w, t->role) ? OPERATION_LEAVE : OPERATION_REVOKE;
		op->verdict = VERDICT_DO;
		op->reason = s->reason;
		op->row = ROW_NOT_OURS;
		op->role = (uint8_t)w->facts->view->roles[t->role].role;
		op->console = CONSOLE_OTHERS;
		op->hand = true;
		op->group = t->group;
		op->person = t->person;
		op->until = s->since;
	}
	if (w->n_taken > 0)
		count_had(w);
}

/* ---- what is there already when a source is first planned ---- */

enum { NAMED = 10 };

struct there {
	const struct view *view;
	const struct view_role *role;
	bool wanted;
};

static const char *who_of(const struct there *t)
{
	const struct view_account *a = &t->view->accounts[t->role->account];

	return a->email == VIEW_NONE ? a->name : t->view->emails[a->email].address;
}

static int by_place(const void *a, const void *b)
{
	const struct there *x = a, *y = b;
	const struct view_group *g = &x->view->groups[x->role->group];
	const struct view_group *h = &y->view->groups[y->role->group];
	int c = strcmp(x->view->organizations[g->organization].path,
		       y->view->organizations[h->organization].path);

	if (c == 0)
		c = strcmp(g->name_key, h->name_key);
	if (c == 0)
		c = (x->role->role > y->role->role) - (x->role->role < y->role->role);
	return c ? c : strcmp(who_of(x), who_of(y));
}

enum fed {
	FED = 1,        /* the source feeds the group */
	FED_OWNERS = 2, /* ... and its owners */
};

/* What the source feeds, by group of the view, and which roles of it the directory wants.
 */
static void look_at_wanted(const struct walk *w, uint8_t *fed, bool *wanted)
{
	const struct wanted *q = w->facts->wanted;
	const struct view *v = w->facts->view;

	for (uint32_t i = 0; i < q->n_groups; i++) {
		uint32_t group = w->plan->groups[w->group_of[i]].view;

		if (group != VIEW_NONE)
			fed[group] |= FED;
	}
	for (size_t i = 0; i < q->n_grants; i++) {
		const struct wanted_grant *g = &q->grants[i];
		uint32_t group = w->plan->groups[w->group_of[g->group]].view, role;
		uint32_t account = w->plan->persons[g->person].account;

		if (group == VIEW_NONE)
			continue;
		if (g->role == ROLE_OWNER)
			fed[group] |= FED_OWNERS;
		if (account == VIEW_NONE || w->stands[g->person].wish != WISH_YES)
			continue;
		role = view_role(v, group, (enum role)g->role, account);
		if (role != VIEW_NONE)
			wanted[role] = true;
	}
}

static struct there *all_there(const struct walk *w, TALLOC_CTX *ctx, size_t *n)
{
	const struct view *v = w->facts->view;
	uint8_t *fed = mem_array(ctx, uint8_t, v->n_groups + 1);
	bool *wanted = mem_array(ctx, bool, v->n_roles + 1);
	struct there *all = NULL;
	size_t capacity = 0;

	*n = 0;
	look_at_wanted(w, fed, wanted);
	for (uint32_t r = 0; r < v->n_roles; r++) {
		const struct view_role *role = &v->roles[r];
		const struct view_account *a = &v->accounts[role->account];
		uint8_t needed = role->role == ROLE_OWNER ? FED_OWNERS : FED;

		if (!(fed[role->group] & needed) || a->service || a->blocked ||
		    !a->active || !is_by_hand(v, r))
			continue;
		mem_grow(ctx, all, *n + 1, &capacity);
		all[(*n)++] = (struct there){ v, role, wanted[r] };
	}
	if (*n > 1)
		qsort(all, *n, sizeof *all, by_place);
	return all;
}

static const char *names_of(TALLOC_CTX *ctx, const struct there *all, size_t n,
			    bool wanted, size_t most)
{
	struct str *text = str_new(ctx);
	size_t named = 0, left = 0;

	for (size_t i = 0; i < n; i++) {
		const struct view_group *g = &all[i].view->groups[all[i].role->group];

		if (all[i].wanted != wanted)
			continue;
		if (named == most) {
			left++;
			continue;
		}
		str_addf(text, "%s\"%s\" as %s of \"%s / %s\"", named++ ? ", " : ": ",
			 who_of(&all[i]), role_name(all[i].role->role),
			 all[i].view->organizations[g->organization].path, g->name);
	}
	if (left > 0)
		str_addf(text, " and %zu more", left);
	return text->text;
}

void find_by_hand(struct walk *w)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	const struct source_config *config = w->facts->config;
	size_t n, wanted = 0, most, left;
	struct there *all;

	if (!w->plan->first)
		return;
	all = all_there(w, scratch, &n);
	for (size_t i = 0; i < n; i++)
		wanted += all[i].wanted;
	left = n - wanted;
	most = NAMED - (left < NAMED / 2 ? left : NAMED / 2);
	if (most > wanted)
		most = wanted;
	if (n > 0)
		plan_find(
			w->plan, "by-hand",
			"What becomes of it is said by \"adopt\" and \"leavers\" of the "
			"source: see dirbridge.yaml(5).",
			"given by hand already, in the groups that the source feeds: "
			"%zu %s",
			n, n == 1 ? "role" : "roles");
	if (wanted > 0)
		plan_find(w->plan, "by-hand", NULL,
			  "the directory wants %zu of them too, which the source %s%s",
			  wanted, config->adopt ? "adopts" : "joins",
			  names_of(scratch, all, n, true, most));
	if (left > 0)
		plan_find(w->plan, "by-hand", NULL,
			  "the directory does not want %zu of them, which %s%s%s", left,
			  left == 1 ? "stays" : "stay",
			  config->leavers == LEAVERS_ALL ? " unless the person has left"
							 : "",
			  names_of(scratch, all, n, false, NAMED - most));
}
