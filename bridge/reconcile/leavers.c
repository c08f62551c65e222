/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/reconcile/reconcile_p.h"

enum {
	NAMED = 20 /* leavers that get a line each */
};

/* Whose account it is, also when nothing of it is ours: bound, or on the roster here. */
static uint32_t account_of(const struct walk *w, const struct plan_person *p)
{
	const struct view *v = w->facts->view;
	uint32_t account = p->account;

	if (account == VIEW_NONE && p->email_key != NULL) {
		uint32_t email = view_email(v, p->email_key);

		account = email == VIEW_NONE ? VIEW_NONE : v->emails[email].account;
	}
	if (account == VIEW_NONE || !v->accounts[account].active ||
	    v->accounts[account].blocked ||
	    !view_is_on_roster(v, account, w->facts->scope))
		return VIEW_NONE;
	return account;
}

static bool is_by_hand(const struct walk *w, const struct view_role *role)
{
	const struct view *v = w->facts->view;
	uint32_t at = view_giver(v, role->givers, GIVER_HAND);

	return at != VIEW_NONE && !v->givers[at].suspended &&
	       view_is_within(v, v->groups[role->group].organization, w->facts->scope);
}

struct way {
	const char *name, *path, *role;
};

static int by_name(const void *a, const void *b)
{
	const struct way *x = a, *y = b;
	int c = strcmp(x->path, y->path);

	if (c == 0)
		c = strcmp(x->name, y->name);
	return c ? c : strcmp(x->role, y->role);
}

static char *ways_by_hand(const struct walk *w, TALLOC_CTX *ctx, uint32_t account)
{
	const struct view *v = w->facts->view;
	struct str *text = str_new(ctx);
	struct way *ways = NULL;
	size_t n = 0, capacity = 0;

	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account) {
		const struct view_group *g = &v->groups[v->roles[r].group];

		if (!is_by_hand(w, &v->roles[r]))
			continue;
		mem_grow(ctx, ways, n + 1, &capacity);
		ways[n++] = (struct way){ g->name, v->organizations[g->organization].path,
					  role_name(v->roles[r].role) };
	}
	if (n > 1)
		qsort(ways, n, sizeof *ways, by_name);
	for (size_t i = 0; i < n; i++)
		str_addf(text, "%s%s of \"%s / %s\"", i ? ", " : "", ways[i].role,
			 ways[i].path, ways[i].name);
	return n ? str_take(ctx, text) : NULL;
}

void find_leavers(struct walk *w)
{
	uint32_t found = 0;

	for (uint32_t i = 0; i < w->plan->n_persons; i++) {
		AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
		uint32_t number = w->by_rank[i];
		const struct plan_person *p = &w->plan->persons[number];
		uint32_t account;
		char *ways;

		if (w->stands[number].wish != WISH_NO)
			continue;
		account = account_of(w, p);
		ways = account == VIEW_NONE ? NULL : ways_by_hand(w, scratch, account);
		if (ways == NULL || ++found > NAMED)
			continue;
		plan_find(w->plan, "leaver-by-hand",
			  "No source takes what a person has given; where it should go: "
			  "dirbridge group remove.",
			  "\"%s\" keeps access that was given by hand (%s): %s", p->who,
			  reason_text((enum reason)w->stands[number].reason), ways);
	}
	if (found > NAMED)
		plan_find(w->plan, "leaver-by-hand", NULL,
			  "%u more who have left keep access that was given by hand",
			  found - NAMED);
}
