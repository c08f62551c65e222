/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/reconcile/reconcile_p.h"

enum {
	NAMED = 20 /* leavers that get a line each */
};

uint32_t leaver_account(const struct walk *w, uint32_t person)
{
	const struct view *v = w->facts->view;
	const struct plan_person *p = &w->plan->persons[person];
	uint32_t account = p->account;

	if (w->stands[person].wish != WISH_NO)
		return VIEW_NONE;
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

static void find_claimed(struct walk *w)
{
	const struct view *v = w->facts->view;

	w->bound = bindings_by_account(w);
	w->claimed = mem_array(w, bool, v->n_accounts + 1);
	for (uint32_t i = 0; i < w->plan->n_persons; i++) {
		const struct plan_person *p = &w->plan->persons[i];
		uint32_t email = p->email_key ? view_email(v, p->email_key) : VIEW_NONE;

		if (w->stands[i].wish == WISH_NO)
			continue;
		if (p->account != VIEW_NONE)
			w->claimed[p->account] = true;
		if (email != VIEW_NONE && v->emails[email].account != VIEW_NONE)
			w->claimed[v->emails[email].account] = true;
	}
}

/* An account that is bound to another person is not this one's, whatever its address. */
static bool is_of_another(struct walk *w, uint32_t person, uint32_t account)
{
	const struct value *anchor = &w->plan->persons[person].anchor;

	if (w->bound == NULL)
		find_claimed(w);
	return w->bound[account] != NULL &&
	       value_compare(&w->bound[account]->anchor, anchor) != 0;
}

bool is_leaver_alone(struct walk *w, uint32_t person, uint32_t account)
{
	return !is_of_another(w, person, account) && !w->claimed[account];
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

		if (!is_by_hand_here(w, r))
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

static void find_leaver(struct walk *w, uint32_t person, const char *ways)
{
	bool all = w->facts->config->leavers == LEAVERS_ALL;

	plan_find(w->plan, "leaver-by-hand",
		  all ? "Nothing is taken while somebody else has the account or its "
			"address: dirbridge account bind says who it is."
		      : "Where it should go: dirbridge group remove; or \"leavers: all\" "
			"in the configuration, for everybody.",
		  "\"%s\" keeps access that was given by hand (%s): %s",
		  w->plan->persons[person].who,
		  reason_text((enum reason)w->stands[person].reason), ways);
}

void find_leavers(struct walk *w)
{
	bool all = w->facts->config->leavers == LEAVERS_ALL;
	uint32_t found = 0;

	for (uint32_t i = 0; i < w->plan->n_persons; i++) {
		AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
		uint32_t number = w->by_rank[i];
		uint32_t account = leaver_account(w, number);
		char *ways;

		if (account == VIEW_NONE || is_of_another(w, number, account) ||
		    (all && is_leaver_alone(w, number, account)))
			continue;
		ways = ways_by_hand(w, scratch, account);
		if (ways != NULL && ++found <= NAMED)
			find_leaver(w, number, ways);
	}
	if (found > NAMED)
		plan_find(w->plan, "leaver-by-hand", NULL,
			  "%u more who have left keep access that was given by hand",
			  found - NAMED);
}
