/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/rows_p.h"
#include <stdlib.h>

static enum console_state console_of(const struct pair *p)
{
	const struct facts *f = p->walk->facts;
	const struct plan_person *q = &p->walk->plan->persons[p->person];
	bool invited = p->given != NULL && p->given->state == GIVEN_INVITED;
	struct plan_seen seen = {
		.source = f->source,
		.group = p->walk->plan->groups[p->group].view,
		.role = p->role,
		.account = q->account,
		.email = q->view_email,
		.invited = invited,
	};

	if (invited && p->given->email_key != NULL)
		seen.email = view_email(f->view, p->given->email_key);
	return plan_console_state(f->view, &seen);
}

/* ---- what is wished ---- */

/* A value is missing: that counts only when every group on the way is there, or proved
 * gone. */
static enum wish wish_of_missing(struct pair *p)
{
	const struct facts *f = p->walk->facts;
	struct value via = p->given->via, anchor;
	enum reason reason;
	int64_t since;

	p->reason = REASON_UNPROVED;
	if (!f->census)
		return WISH_UNKNOWN;
	while (via_next(&via, &anchor))
		if (!is_mirrored(f, &anchor) &&
		    !evidence_proves(f, evidence_of(f, &anchor), &reason, &since))
			return WISH_UNKNOWN;
	p->reason = REASON_LEFT_GROUP;
	return WISH_NO;
}

static enum wish wish_of(struct pair *p)
{
	const struct stand *s = &p->walk->stands[p->person];

	p->reason = (enum reason)s->reason;
	p->since = s->since;
	if (s->wish != WISH_YES)
		return (enum wish)s->wish;
	return p->grant != PLAN_NONE ? WISH_YES : wish_of_missing(p);
}

/* An invitation whose time is over, before anybody has written so. */
static enum given_state state_of(const struct pair *p)
{
	if (p->given == NULL)
		return GIVEN_NONE;
	if (p->given->state == GIVEN_INVITED && p->console == CONSOLE_NOTHING &&
	    p->given->since + INVITE_LIFETIME <= p->walk->facts->now)
		return GIVEN_EXPIRED;
	return p->given->state;
}

static bool is_live(enum given_state state)
{
	return state == GIVEN_GIVEN || state == GIVEN_SUSPENDED || state == GIVEN_INVITED;
}

static void consider(struct pair *p)
{
	struct plan_person *q = &p->walk->plan->persons[p->person];
	enum wish wish;

	p->console = console_of(p);
	p->known = q->account != VIEW_NONE;
	p->state = state_of(p);
	wish = wish_of(p);
	q->had += is_live(p->state);
	p->row = decide(wish, p->state, p->console, p->known, p->given && p->given->wish);
	row_act(p);
}

/* ---- the walk: two sorted lists, side by side ---- */

struct key {
	uint64_t order; /* group's order, role, person's rank */
	uint32_t group;
	uint32_t index; /* into the wanted grants, or the given */
};

static int by_order(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void sort_keys(struct key *keys, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (by_order(&keys[i - 1], &keys[i]) > 0) {
			qsort(keys, n, sizeof *keys, by_order);
			return;
		}
}

static uint64_t order_of(const struct walk *w, uint32_t group, enum role role,
			 uint32_t person)
{
	return (uint64_t)w->order[group] << 32 | (uint64_t)(role & 1) << 31 |
	       w->stands[person].rank;
}

static struct key *wanted_keys(struct walk *w)
{
	const struct wanted *q = w->facts->wanted;
	struct key *keys = mem_array(w, struct key, q->n_grants);

	for (size_t i = 0; i < q->n_grants; i++) {
		const struct wanted_grant *g = &q->grants[i];
		uint32_t group = w->group_of[g->group];

		keys[i] = (struct key){ order_of(w, group, (enum role)g->role, g->person),
					group, (uint32_t)i };
	}
	sort_keys(keys, q->n_grants);
	return keys;
}

/* A group that is no more takes what was given in it along. */
static struct key *given_keys(struct walk *w, const uint32_t *persons, size_t *n)
{
	const struct facts *f = w->facts;
	struct key *keys = mem_array(w, struct key, f->n_given);

	*n = 0;
	for (size_t i = 0; i < f->n_given; i++) {
		uint32_t group = groups_of_given(w, f->given[i].group);

		if (group != PLAN_NONE)
			keys[(*n)++] = (struct key){ order_of(w, group, f->given[i].role,
							      persons[i]),
						     group, (uint32_t)i };
	}
	sort_keys(keys, *n);
	return keys;
}

static void walk_along(struct walk *w, const uint32_t *persons)
{
	const struct facts *f = w->facts;
	size_t n_wanted = f->wanted->n_grants, n_given, a = 0, b = 0;
	struct key *given = given_keys(w, persons, &n_given), *wanted = wanted_keys(w);

	while (a < n_wanted || b < n_given) {
		bool take_a = b == n_given ||
			      (a < n_wanted && wanted[a].order <= given[b].order);
		bool take_b = a == n_wanted ||
			      (b < n_given && given[b].order <= wanted[a].order);
		struct pair p = { .walk = w, .grant = PLAN_NONE };

		if (take_a) {
			p.group = wanted[a].group;
			p.grant = wanted[a].index;
			p.role = (enum role)f->wanted->grants[p.grant].role;
			p.person = f->wanted->grants[p.grant].person;
			while (++a < n_wanted && wanted[a].order == wanted[a - 1].order)
				;
		}
		if (take_b) {
			p.given = &f->given[given[b].index];
			p.group = given[b].group;
			p.role = p.given->role;
			p.person = persons[given[b].index];
			b++;
		}
		consider(&p);
	}
	mem_free(wanted);
	mem_free(given);
}

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

	return order << 8 | op->kind;
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

static void sort_operations(struct walk *w)
{
	struct operation *ops = w->plan->operations;
	size_t n = w->plan->n_operations;

	for (size_t i = 1; i < n; i++)
		if (by_reading(&ops[i - 1], &ops[i], w) > 0) {
			qsort_r(ops, n, sizeof *ops, by_reading, w);
			return;
		}
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
	uint32_t *persons = mem_array(w, uint32_t, facts->n_given);

	w->plan = plan;
	w->facts = facts;
	plan->view = facts->view;
	plan->scope = facts->scope;
	people_resolve(w);
	groups_resolve(w);
	for (size_t i = 0; i < facts->n_given; i++) {
		persons[i] = people_find(w, &facts->given[i].anchor);
		groups_of_given(w, facts->given[i].group);
	}
	people_rank(w);
	order_groups(w);
	walk_along(w, persons);
	sort_operations(w);
	add_findings(w);
	count_members(plan);
	plan_identify(plan);
	mem_free(w);
	return NULL;
}
