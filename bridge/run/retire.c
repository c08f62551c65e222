/* SPDX-License-Identifier: MIT */
#include "bridge/run/retire.h"
#include "bridge/base/str.h"
#include "bridge/console/list.h"
#include "bridge/console/pause.h"
#include <stdlib.h>

/* ---- what there is ---- */

static void add_one(struct retirement *r, const struct view *v, uint32_t givers,
		    struct leaving one, size_t *capacity)
{
	uint32_t own = view_giver(v, givers, r->source);

	if (own == VIEW_NONE)
		return;
	one.suspended = v->givers[own].suspended;
	one.others = view_has_others(v, givers, r->source);
	one.by_hand = view_giver(v, givers, GIVER_HAND) != VIEW_NONE;
	mem_grow(r, r->list, r->n + 1, capacity);
	r->list[r->n++] = one;
}

static void collect(struct retirement *r, const struct view *v)
{
	size_t capacity = 0;

	for (uint32_t i = 0; i < v->n_roles; i++) {
		const struct view_role *role = &v->roles[i];
		struct leaving one = {
			.group = role->group,
			.account = role->account,
			.email = v->accounts[role->account].email,
			.invitation = VIEW_NONE,
			.role = role->role,
		};

		add_one(r, v, role->givers, one, &capacity);
	}
	for (uint32_t i = 0; i < v->n_invitations; i++) {
		const struct view_invitation *invitation = &v->invitations[i];
		struct leaving one = {
			.group = invitation->group,
			.account = VIEW_NONE,
			.email = invitation->email,
			.invitation = i,
			.role = invitation->role,
		};

		add_one(r, v, invitation->givers, one, &capacity);
	}
}

static const char *who_of(const struct view *v, const struct leaving *l)
{
	return l->email != VIEW_NONE ? v->emails[l->email].key
				     : v->accounts[l->account].name;
}

static int compare(const void *a, const void *b, void *data)
{
	const struct leaving *x = a, *y = b;
	const struct view *v = data;
	const struct view_group *g = &v->groups[x->group], *h = &v->groups[y->group];
	int order = strcmp(v->organizations[g->organization].path,
			   v->organizations[h->organization].path);

	if (order == 0)
		order = strcmp(g->name_key, h->name_key);
	if (order == 0)
		order = strcmp(who_of(v, x), who_of(v, y));
	return order != 0 ? order : (x->role > y->role) - (x->role < y->role);
}

static void seal(struct retirement *r, const struct view *v)
{
	AUTO_MEM struct str *text = str_new(NULL);

	for (size_t i = 0; i < r->n; i++) {
		const struct leaving *l = &r->list[i];

		str_addf(text, "%lld %s %d %d %d %d %d\n",
			 (long long)v->groups[l->group].id, who_of(v, l), (int)l->role,
			 l->invitation != VIEW_NONE, l->suspended, l->others, l->by_hand);
	}
	digest_of(text->text, text->len, &r->digest);
}

static bool stops(const struct view *v, const struct pause *p, const struct retirement *r,
		  const char *source, const struct leaving *l)
{
	return p->what != PAUSE_INVITATIONS &&
	       (pause_stops(v, p, source, r->scope) ||
		pause_stops_at(v, p, v->groups[l->group].organization));
}

static struct err *mark_paused(struct retirement *r, const struct console *c)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *source;
	struct pause *pauses;
	size_t n;
	struct err *err = pause_list(ctx, c->store, &pauses, &n);

	if (err == NULL)
		err = list_source(ctx, c->store, r->source, &source);
	for (size_t p = 0; err == NULL && p < n; p++)
		for (size_t i = 0; i < r->n; i++)
			r->list[i].paused |=
				stops(c->view, &pauses[p], r, source, &r->list[i]);
	return err;
}

struct err *retirement_list(TALLOC_CTX *ctx, const struct console *c, int64_t source,
			    uint32_t scope, bool keep, struct retirement **out)
{
	struct retirement *r = mem_new(ctx, struct retirement);

	r->source = source;
	r->scope = scope;
	r->keep = keep;
	collect(r, c->view);
	if (r->n > 0)
		qsort_r(r->list, r->n, sizeof *r->list, compare, c->view);
	seal(r, c->view);
	*out = r;
	return keep ? NULL : mark_paused(r, c);
}

/* ---- what becomes of it ---- */

static struct change base_of(const struct retirement *r, const struct leaving *l)
{
	return (struct change){
		.organization = VIEW_NONE,
		.group = l->group,
		.role = l->role,
		.account = l->account,
		.email = l->email,
		.scope = r->scope,
	};
}

/* A person's word takes the place of the source's, unless it is there, or gives what the
 * source has suspended. */
static bool hand_over(const struct retirement *r, const struct leaving *l,
		      const struct view *v, struct change *change)
{
	if (!r->keep || l->suspended || l->by_hand)
		return false;
	*change = base_of(r, l);
	change->giver = GIVER_HAND;
	change->kind = l->invitation == VIEW_NONE ? CHANGE_GIVE : CHANGE_INVITE;
	if (l->invitation != VIEW_NONE)
		change->mode = v->invitations[l->invitation].mode;
	return true;
}

static struct change leave(const struct retirement *r, const struct leaving *l)
{
	struct change change = base_of(r, l);

	change.giver = r->source;
	change.kind = l->invitation == VIEW_NONE ? CHANGE_TAKE : CHANGE_UNINVITE;
	return change;
}

void retirement_judge(struct retirement *r, struct console *c)
{
	for (size_t i = 0; i < r->n; i++) {
		struct leaving *l = &r->list[i];
		struct change change;

		if (!l->paused && hand_over(r, l, c->view, &change))
			l->rule = judge(c->view, &c->principal, &change, c->now);
		if (!l->paused && l->rule == RULE_NONE) {
			change = leave(r, l);
			l->rule = judge(c->view, &c->principal, &change, c->now);
		}
		r->stays += l->paused || l->rule != RULE_NONE;
	}
}

/* What the source remembers of it. */
static struct err *forget(const struct retirement *r, const struct leaving *l,
			  const struct console *c)
{
	const struct view *v = c->view;
	int64_t group = v->groups[l->group].id;
	struct err *err;

	if (l->invitation == VIEW_NONE)
		return store_run(
			c->store,
			"DELETE FROM given WHERE source_id = ?1 AND group_id = ?2"
			" AND role = ?3 AND anchor IN (SELECT anchor FROM binding"
			" WHERE source_id = ?1 AND account_id = ?4)",
			"iiii", r->source, group, (int64_t)l->role,
			v->accounts[l->account].id);
	err = store_run(c->store,
			"DELETE FROM given WHERE source_id = ?1 AND group_id = ?2"
			" AND role = ?3 AND state = 'invited' AND anchor IN"
			" (SELECT anchor FROM invitation_giver WHERE invitation_id = ?4"
			"  AND giver = ?1)",
			"iiii", r->source, group, (int64_t)l->role,
			v->invitations[l->invitation].id);
	if (err)
		return err;
	return store_run(c->store,
			 "DELETE FROM invitation_giver WHERE invitation_id = ?1"
			 " AND giver = ?2",
			 "ii", v->invitations[l->invitation].id, r->source);
}

static struct err *carry_out(const struct retirement *r, const struct leaving *l,
			     struct console *c)
{
	const struct value nobody = { "", 0 };
	struct change change;
	struct err *err = NULL;

	if (hand_over(r, l, c->view, &change))
		err = console_change(c, &change, &nobody, "retired");
	if (err == NULL)
		err = forget(r, l, c);
	change = leave(r, l);
	return err ? err : console_change(c, &change, &nobody, "retired");
}

static struct err *stale(struct err *why)
{
	struct err *err = err_hint(
		err_new(ERR_STALE, "the console has changed since that was shown: %s",
			why ? err_text(why) : "the source gives something else"),
		"Nothing was changed. Look again.");

	err_free(why);
	return err;
}

struct err *retirement_carry_out(const struct retirement *r,
				 const struct retirement *shown, struct console *c)
{
	struct err *err = NULL;

	if (!digest_equal(&r->digest, &shown->digest))
		return stale(NULL);
	for (size_t i = 0; err == NULL && i < r->n; i++) {
		const struct leaving *was = &shown->list[i];

		if (was->paused || was->rule != RULE_NONE)
			continue;
		if (r->list[i].paused)
			return stale(err_new(ERR_STALE, "it is paused by now"));
		err = carry_out(r, &r->list[i], c);
	}
	return err != NULL && err_class(err) == ERR_REFUSED ? stale(err) : err;
}
