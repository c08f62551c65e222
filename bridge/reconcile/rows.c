/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/rows_p.h"

static struct operation *operation(const struct pair *p, enum operation_kind kind,
				   enum verdict verdict, enum reason reason,
				   enum given_state after)
{
	struct operation *op = plan_add(p->walk->plan);

	op->kind = (uint8_t)kind;
	op->verdict = (uint8_t)verdict;
	op->reason = (uint8_t)reason;
	op->row = (uint8_t)p->row;
	op->role = (uint8_t)p->role;
	op->given = (uint8_t)p->state;
	op->console = (uint8_t)p->console;
	op->after = (uint8_t)after;
	op->group = p->group;
	op->person = p->person;
	op->grant = p->grant;
	op->until = p->since;
	op->email_key = p->given ? p->given->email_key : NULL;
	return op;
}

/* Give when the account is known, invite when it is not. */
static struct operation *add(const struct pair *p, enum verdict verdict,
			     enum reason reason)
{
	return p->known ? operation(p, OPERATION_GRANT, verdict, reason, GIVEN_GIVEN)
			: operation(p, OPERATION_INVITE, verdict, reason, GIVEN_INVITED);
}

/* Name a person once, not for every grant. */
static void say(const struct pair *p)
{
	struct walk *w = p->walk;
	struct stand *s = &w->stands[p->person];
	bool no_address = p->reason == REASON_NO_ADDRESS;
	bool ask = w->facts->config->people.without_email == WITHOUT_EMAIL_HOLD;
	struct operation *op;

	if (s->said || p->reason == REASON_SAME_ADDRESS ||
	    p->reason == REASON_ADDRESS_BOUND)
		return;
	s->said = true;
	if (no_address && !ask && p->given == NULL) {
		w->without_address++;
		return;
	}
	op = plan_add(w->plan);
	op->kind = OPERATION_KEEP;
	op->verdict = no_address && ask ? VERDICT_HOLD : VERDICT_SKIP;
	op->reason = (uint8_t)p->reason;
	op->person = p->person;
	op->until = p->since;
}

/* Who has nothing any more, and is only remembered, keeps nothing either. */
static void as_is(const struct pair *p)
{
	const struct facts *f = p->walk->facts;
	bool keeps = given_is_live(p->state);

	p->walk->plan->kept_unknown += keeps;
	if (p->reason != REASON_UNPROVED || (keeps && f->census && !f->unasked))
		say(p);
}

/* The directory groups that it comes by now are those that are remembered. */
static bool is_same_way(const struct pair *p)
{
	const struct wanted *q = p->walk->facts->wanted;
	struct value via = p->given->via, before;
	size_t len = 0;

	for (uint32_t path = q->grants[p->grant].path; path != MAP_NONE;
	     path = q->paths[path].parent) {
		struct value now = entry_anchor(q->paths[path].group);

		len += 1 + now.len;
		if (len > VIA_MAX)
			break;
		if (!via_next(&via, &before) || value_compare(&now, &before) != 0)
			return false;
	}
	return via.len == 0;
}

static void keep(const struct pair *p)
{
	struct plan *plan = p->walk->plan;

	plan->unchanged++;
	if (p->grant == PLAN_NONE || (is_same_way(p) && p->given->state != GIVEN_UNDONE))
		return;
	mem_grow(plan, plan->ways, plan->n_ways + 1, &plan->c_ways);
	plan->ways[plan->n_ways++] = (struct plan_way){ p->given_index, p->grant };
}

static void nothing(const struct pair *p)
{
	(void)p;
}

static void grant(const struct pair *p)
{
	add(p, VERDICT_DO, REASON_WANTED);
}

static void cancel(const struct pair *p, enum reason reason)
{
	operation(p, OPERATION_CANCEL, VERDICT_DO, reason, GIVEN_NONE);
}

/* Our invitation is pending, though the person has come to the role another way. Whoever
 * accepts it later would have the role from us again. */
static bool is_still_invited(const struct pair *p)
{
	const struct facts *f = p->walk->facts;
	const struct view *v = f->view;
	uint32_t group = p->walk->plan->groups[p->group].view, email, invitation;

	if (p->state != GIVEN_INVITED || p->given->email_key == NULL ||
	    group == VIEW_NONE)
		return false;
	email = view_email(v, p->given->email_key);
	if (email == VIEW_NONE)
		return false;
	invitation = view_invitation(v, group, p->role, email);
	return invitation != VIEW_NONE &&
	       view_giver(v, v->invitations[invitation].givers, f->source) != VIEW_NONE;
}

/* The source takes over what a person gave. */
static bool adopts(const struct pair *p)
{
	const struct facts *f = p->walk->facts;
	const struct plan *plan = p->walk->plan;

	return f->config->adopt &&
	       is_by_hand(f->view, view_role(f->view, plan->groups[p->group].view,
					     p->role, plan->persons[p->person].account));
}

static void join(const struct pair *p)
{
	struct operation *op =
		operation(p, OPERATION_JOIN, VERDICT_DO, REASON_WANTED, GIVEN_GIVEN);

	op->hand = adopts(p);
	if (is_still_invited(p))
		cancel(p, REASON_HAS_ROLE);
}

static void join_invitation(const struct pair *p)
{
	operation(p, OPERATION_JOIN_INVITATION, VERDICT_DO, REASON_WANTED, GIVEN_INVITED);
}

static void restore(const struct pair *p)
{
	operation(p, OPERATION_RESTORE, VERDICT_DO, REASON_WANTED, GIVEN_GIVEN);
}

static void keep_invitation(const struct pair *p)
{
	const struct plan_person *q = &p->walk->plan->persons[p->person];

	if (p->given->email_key != NULL &&
	    strcmp(p->given->email_key, q->email_key) == 0) {
		keep(p);
		return;
	}
	cancel(p, REASON_ADDRESS_CHANGED);
	add(p, VERDICT_DO, REASON_ADDRESS_CHANGED);
}

static void invite_again(const struct pair *p)
{
	bool spent = !p->known && p->given->repeats >= INVITE_REPEATS;
	struct operation *op = add(p, spent ? VERDICT_HOLD : VERDICT_DO,
				   spent ? REASON_REPEATS : REASON_WANTED);

	if (!p->known)
		op->repeats = (uint8_t)(p->given->repeats + 1);
}

static void removed_by_hand(const struct pair *p)
{
	add(p, VERDICT_HOLD, REASON_REMOVED_BY_HAND);
}

static void turned_down(const struct pair *p)
{
	enum reason reason =
		p->given->state == GIVEN_DECLINED ? REASON_DECLINED : REASON_CANCELLED;

	add(p, VERDICT_HOLD, reason)->until = p->given->since;
}

static void leave(const struct pair *p)
{
	operation(p, OPERATION_LEAVE, VERDICT_DO, p->reason, GIVEN_NONE);
}

static void remove_role(const struct pair *p)
{
	const struct facts *f = p->walk->facts;

	if (f->config->removal == REMOVAL_REVOKE)
		operation(p, OPERATION_REVOKE, VERDICT_DO, p->reason, GIVEN_NONE);
	else
		operation(p, OPERATION_SUSPEND, VERDICT_DO, p->reason, GIVEN_SUSPENDED)
			->until = f->now + f->config->grace;
}

static void grace(const struct pair *p)
{
	if (p->given->until > p->walk->facts->now)
		keep(p);
	else
		operation(p, OPERATION_REVOKE, VERDICT_DO, REASON_GRACE_OVER, GIVEN_NONE)
			->until = p->given->until;
}

static void end_invitation(const struct pair *p)
{
	cancel(p, p->reason);
}

static void forget(const struct pair *p)
{
	if (is_still_invited(p))
		cancel(p, p->reason);
	else
		operation(p, OPERATION_FORGET, VERDICT_DO, p->reason, GIVEN_NONE);
}

static void bug(const struct pair *p)
{
	operation(p, OPERATION_KEEP, VERDICT_HOLD, REASON_BUG, GIVEN_NONE);
}

static void (*const actions[ROWS])(const struct pair *) = {
	[ROW_AS_IS] = as_is,
	[ROW_UNDONE] = nothing,
	[ROW_GRANT] = grant,
	[ROW_INVITE] = grant,
	[ROW_JOIN] = join,
	[ROW_JOIN_INVITATION] = join_invitation,
	[ROW_KEEP] = keep,
	[ROW_RESTORE] = restore,
	[ROW_KEEP_INVITATION] = keep_invitation,
	[ROW_INVITE_AGAIN] = invite_again,
	[ROW_REMOVED_BY_HAND] = removed_by_hand,
	[ROW_TURNED_DOWN] = turned_down,
	[ROW_LEAVE] = leave,
	[ROW_REMOVE] = remove_role,
	[ROW_GRACE] = grace,
	[ROW_CANCEL] = end_invitation,
	[ROW_FORGET] = forget,
	[ROW_REMEMBER] = nothing,
	[ROW_NOT_OURS] = nothing,
	[ROW_BUG] = bug,
};

void row_act(const struct pair *p)
{
	actions[p->row](p);
}
