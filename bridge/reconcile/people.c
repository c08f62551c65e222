/* SPDX-License-Identifier: MIT */
#include "bridge/base/table.h"
#include "bridge/reconcile/reconcile_p.h"
#include <stdlib.h>

static uint32_t bound_account(const struct facts *f, const struct value *anchor)
{
	int64_t account = binding_find(f->bindings, f->n_bindings, anchor);

	return account ? view_account_by_id(f->view, account) : VIEW_NONE;
}

static uint32_t add_person(struct walk *w, const struct value *anchor)
{
	struct plan *plan = w->plan;
	uint32_t number = plan->n_persons++;
	struct plan_person *p;

	mem_grow(plan, plan->persons, plan->n_persons, &w->c_persons);
	mem_grow(w, w->stands, plan->n_persons, &w->c_stands);
	p = &plan->persons[number];
	*p = (struct plan_person){ .anchor = *anchor };
	p->account = bound_account(w->facts, anchor);
	p->view_email = VIEW_NONE;
	w->stands[number] = (struct stand){ .wish = WISH_YES };
	return number;
}

/* ---- how a wanted person stands ---- */

static void stand_of(struct walk *w, uint32_t number, const struct wanted_person *q)
{
	static const struct {
		enum wish wish;
		enum reason reason;
	} by_status[] = {
		[PERSON_ACTIVE] = { WISH_YES, REASON_WANTED },
		[PERSON_DISABLED] = { WISH_NO, REASON_DISABLED },
		[PERSON_EXPIRED] = { WISH_NO, REASON_EXPIRED },
		[PERSON_NO_EMAIL] = { WISH_UNKNOWN, REASON_NO_ADDRESS },
		[PERSON_UNKNOWN] = { WISH_UNKNOWN, REASON_UNKNOWN },
	};
	const struct evidence *e =
		evidence_of(w->facts, &w->plan->persons[number].anchor);
	struct stand *s = &w->stands[number];
	enum reason reason;

	s->wish = by_status[q->status].wish;
	s->reason = by_status[q->status].reason;
	s->since = q->since;
	if (e != NULL && (s->wish == WISH_YES || s->since == 0) &&
	    evidence_proves(w->facts, e, &reason, &s->since)) {
		s->wish = WISH_NO;
		s->reason = (uint8_t)reason;
	}
}

/* An account is known by address only on the roster of the source's own subtree. */
static void know_by_address(struct walk *w, struct plan_person *p)
{
	const struct view *v = w->facts->view;
	uint32_t account;

	if (p->view_email == VIEW_NONE || p->account != VIEW_NONE)
		return;
	account = v->emails[p->view_email].account;
	if (account == VIEW_NONE || !v->accounts[account].active ||
	    !view_is_on_roster(v, account, w->facts->scope))
		return;
	p->account = account;
	p->bind = true;
}

static void add_wanted(struct walk *w, const struct wanted_person *q)
{
	struct value anchor = entry_anchor(q->entry);
	uint32_t number = add_person(w, &anchor);
	struct plan_person *p = &w->plan->persons[number];

	p->email = q->email;
	p->email_key = q->email_key;
	p->name = q->name;
	p->who = q->email ? q->email : q->name;
	p->why = q->why;
	if (p->email_key != NULL)
		p->view_email = view_email(w->facts->view, p->email_key);
	stand_of(w, number, q);
	if (w->stands[number].wish == WISH_YES)
		know_by_address(w, p);
}

/* ---- conflicts: two claim one thing ---- */

static void conflict(struct walk *w, uint32_t person, uint32_t other, enum reason reason)
{
	struct operation *op = plan_add(w->plan);

	op->kind = OPERATION_CONFLICT;
	op->verdict = VERDICT_HOLD;
	op->reason = (uint8_t)reason;
	op->person = person;
	op->other = other;
}

static void set_aside(struct walk *w, uint32_t person, enum reason reason)
{
	w->stands[person].wish = WISH_UNKNOWN;
	w->stands[person].reason = (uint8_t)reason;
	w->plan->persons[person].account = VIEW_NONE;
	w->plan->persons[person].bind = false;
}

static bool is_bound(const struct plan_person *p)
{
	return p->account != VIEW_NONE && !p->bind;
}

/* Who was there first: bound to the account of this address, or invited under it. Under
 * which address somebody else came, or whatever else they have, is no claim to it. */
static bool is_incumbent(const struct walk *w, uint32_t person)
{
	const struct plan_person *p = &w->plan->persons[person];

	if (is_bound(p) && p->view_email != VIEW_NONE &&
	    w->facts->view->emails[p->view_email].account == p->account)
		return true;
	return w->stands[person].first;
}

/* Two who are bound have an account each, and need no address. Returns who has it. */
static uint32_t same_address(struct walk *w, uint32_t first, uint32_t second)
{
	bool a = is_incumbent(w, first), b = is_incumbent(w, second);

	if (is_bound(&w->plan->persons[first]) && is_bound(&w->plan->persons[second]))
		return b ? second : first;
	conflict(w, a ? second : first, a ? first : second, REASON_SAME_ADDRESS);
	if (!a || b)
		set_aside(w, first, REASON_SAME_ADDRESS);
	if (!b || a)
		set_aside(w, second, REASON_SAME_ADDRESS);
	return b && !a ? second : first;
}

static void find_same_addresses(struct walk *w)
{
	AUTO_MEM struct table *holders = table_new(NULL);
	uint32_t n = w->plan->n_persons;

	for (uint32_t i = 0; i < n; i++) {
		const struct plan_person *p = &w->plan->persons[i];
		uint32_t holder;

		if (w->stands[i].wish != WISH_YES)
			continue;
		holder = table_add(holders, p->email_key, strlen(p->email_key), i);
		if (holder == TABLE_NONE)
			continue;
		holder = same_address(w, holder, i);
		table_put(holders, p->email_key, strlen(p->email_key), holder);
	}
}

const struct binding **bindings_by_account(struct walk *w)
{
	const struct facts *f = w->facts;
	const struct binding **of =
		mem_array(w, const struct binding *, f->view->n_accounts);

	for (size_t i = 0; i < f->n_bindings; i++) {
		uint32_t account = view_account_by_id(f->view, f->bindings[i].account);

		if (account != VIEW_NONE)
			of[account] = &f->bindings[i];
	}
	return of;
}

/* An account is bound to one person of a source, also when that one has nothing any more:
 * a second person who comes with its address is a conflict. */
static void find_bound_addresses(struct walk *w)
{
	const struct view *v = w->facts->view;
	const struct binding **of = bindings_by_account(w);
	uint32_t n = w->plan->n_persons;

	for (uint32_t i = 0; i < n; i++) {
		const struct plan_person *p = &w->plan->persons[i];
		uint32_t account;

		if (w->stands[i].wish != WISH_YES || p->view_email == VIEW_NONE ||
		    is_bound(p))
			continue;
		account = v->emails[p->view_email].account;
		if (account == VIEW_NONE || of[account] == NULL)
			continue;
		conflict(w, i, people_find(w, &of[account]->anchor),
			 REASON_ADDRESS_BOUND);
		set_aside(w, i, REASON_ADDRESS_BOUND);
	}
}

/* The same address under another anchor is a conflict, never a merge: until the first
 * one's invitation has ended. */
static void find_invited_addresses(struct walk *w)
{
	const struct facts *f = w->facts;
	AUTO_MEM struct table *holders = table_new(NULL);
	AUTO_MEM bool *done = mem_array(NULL, bool, f->given->n_texts);

	done[0] = true; /* no address */
	for (size_t i = 0; i < f->given->n; i++) {
		const struct given_row *row = &f->given->rows[i];
		const struct value *key = &f->given->texts[row->email_key];

		if (state_now(f, row) != GIVEN_INVITED || done[row->email_key])
			continue;
		done[row->email_key] = true;
		table_add(holders, key->bytes, key->len, row->anchor);
	}
	for (uint32_t i = 0; i < f->wanted->n_persons; i++) {
		const struct plan_person *p = &w->plan->persons[i];
		uint32_t at;

		if (w->stands[i].wish != WISH_YES || is_bound(p))
			continue;
		at = table_get(holders, p->email_key, strlen(p->email_key));
		if (at == TABLE_NONE ||
		    value_compare(&f->given->texts[at], &p->anchor) == 0)
			continue;
		conflict(w, i, people_find(w, &f->given->texts[at]), REASON_SAME_ADDRESS);
		set_aside(w, i, REASON_SAME_ADDRESS);
	}
}

/* ---- the absent ---- */

static const char *name_absent(struct walk *w, const struct plan_person *p)
{
	const struct view *v = w->facts->view;

	if (p->account != VIEW_NONE) {
		const struct view_account *a = &v->accounts[p->account];

		return a->email != VIEW_NONE ? v->emails[a->email].address : a->name;
	}
	if (w->facts->anchor == ANCHOR_KINDS)
		return hex_of(w->plan, p->anchor.bytes, p->anchor.len);
	return anchor_text(w->plan, w->facts->anchor, &p->anchor);
}

static int by_person_anchor(const void *key, const void *member)
{
	struct value anchor = entry_anchor(((const struct wanted_person *)member)->entry);

	return value_compare(key, &anchor);
}

/* Proved to be gone, one way or another; *since is 0 where nobody knows. */
static bool is_gone(const struct facts *f, const struct value *anchor,
		    enum reason *reason, int64_t *since)
{
	*since = 0;
	if (evidence_proves(f, evidence_of(f, anchor), reason, since))
		return true;
	*reason = REASON_OUT_OF_SCOPE;
	return f->census && is_mirrored(f, anchor);
}

uint32_t people_find(struct walk *w, const struct value *anchor)
{
	const struct wanted *q = w->facts->wanted;
	const struct wanted_person *p = NULL;
	struct stand *s;
	uint32_t number;
	enum reason reason;

	if (q->n_persons > 0)
		p = bsearch(anchor, q->persons, q->n_persons, sizeof *p,
			    by_person_anchor);
	if (p != NULL)
		return (uint32_t)(p - q->persons);
	number = table_get(w->absent, anchor->bytes, anchor->len);
	if (number != TABLE_NONE)
		return number;
	number = add_person(w, anchor);
	table_put(w->absent, anchor->bytes, anchor->len, number);
	w->plan->persons[number].who = name_absent(w, &w->plan->persons[number]);
	s = &w->stands[number];
	s->wish = WISH_UNKNOWN;
	s->reason = REASON_UNPROVED;
	if (is_gone(w->facts, anchor, &reason, &s->since)) {
		s->wish = WISH_NO;
		s->reason = (uint8_t)reason;
	}
	return number;
}

/* Something of the row stands, and came under the address that the person has now. */
static bool is_of_address(const struct walk *w, const struct given_row *row,
			  uint32_t person)
{
	const struct value *key = &w->facts->given->texts[row->email_key];
	const char *own = w->plan->persons[person].email_key;

	return own != NULL && key->bytes != NULL &&
	       given_is_live(state_now(w->facts, row)) && value_is(key, own);
}

/* Of one who is missing and was only invited, the invitation knows the address. */
static void name_invited(struct walk *w, const struct given_row *row, uint32_t person)
{
	const struct value *key = &w->facts->given->texts[row->email_key];
	struct plan_person *p = &w->plan->persons[person];

	if (person >= w->facts->wanted->n_persons && p->account == VIEW_NONE &&
	    key->len > 0)
		p->who = mem_strndup(w->plan, key->bytes, key->len);
}

/* Whoever has something is somebody, also when nobody wants it any more. */
static void find_holders(struct walk *w)
{
	const struct given_set *given = w->facts->given;

	w->person_of = mem_array(w, uint32_t, given->n_texts);
	memset(w->person_of, 0xff, given->n_texts * sizeof *w->person_of);
	for (size_t i = 0; i < given->n; i++) {
		uint32_t anchor = given->rows[i].anchor, person = w->person_of[anchor];

		if (person == PLAN_NONE) {
			person = people_find(w, &given->texts[anchor]);
			w->person_of[anchor] = person;
			name_invited(w, &given->rows[i], person);
		}
		w->stands[person].first |= is_of_address(w, &given->rows[i], person);
	}
}

/* Who has left has nothing of the source any more, but may have what a person gave. */
static void find_left(struct walk *w)
{
	const struct facts *f = w->facts;
	const struct view *v = f->view;
	enum reason reason;
	int64_t since;

	for (size_t i = 0; i < f->n_bindings; i++) {
		const struct binding *b = &f->bindings[i];
		uint32_t account, r;

		if (!is_gone(f, &b->anchor, &reason, &since))
			continue;
		account = view_account_by_id(v, b->account);
		r = account == VIEW_NONE ? VIEW_NONE : v->accounts[account].roles;
		while (r != VIEW_NONE && !is_by_hand_here(w, r))
			r = v->roles[r].next_of_account;
		if (r != VIEW_NONE)
			people_find(w, &b->anchor);
	}
}

void people_resolve(struct walk *w)
{
	w->absent = table_new(w);
	for (uint32_t i = 0; i < w->facts->wanted->n_persons; i++)
		add_wanted(w, &w->facts->wanted->persons[i]);
	find_holders(w);
	find_left(w);
	find_same_addresses(w);
	find_bound_addresses(w);
	find_invited_addresses(w);
}

/* ---- the order of reading ---- */

struct ranked {
	const char *email;
	struct value anchor;
	uint32_t person;
};

static int by_reading(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int c = strcmp(x->email, y->email);

	return c ? c : value_compare(&x->anchor, &y->anchor);
}

void people_rank(struct walk *w)
{
	uint32_t n = w->plan->n_persons;
	struct ranked *all = mem_array(w, struct ranked, n);

	for (uint32_t i = 0; i < n; i++) {
		const struct plan_person *p = &w->plan->persons[i];

		all[i] = (struct ranked){ p->email_key ? p->email_key
						       : (p->who ? p->who : ""),
					  p->anchor, i };
	}
	qsort(all, n, sizeof *all, by_reading);
	w->by_rank = mem_array(w, uint32_t, n);
	for (uint32_t i = 0; i < n; i++) {
		w->stands[all[i].person].rank = i;
		w->by_rank[i] = all[i].person;
	}
	mem_free(all);
}
