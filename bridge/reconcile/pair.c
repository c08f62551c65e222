/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/rows_p.h"

/* The invited address is the one that the person has now. */
static bool is_own_address(const struct pair *p)
{
	const char *own = p->walk->plan->persons[p->person].email_key;

	return own != NULL && strcmp(own, p->given->email_key) == 0;
}

static enum console_state console_of(const struct pair *p)
{
	const struct facts *f = p->walk->facts;
	const struct plan_person *q = &p->walk->plan->persons[p->person];
	bool invited = p->state == GIVEN_INVITED;
	struct plan_seen seen = {
		.source = f->source,
		.group = p->walk->plan->groups[p->group].view,
		.role = p->role,
		.account = q->account,
		.email = q->view_email,
		.invited = invited,
	};

	if (invited && p->given->email_key != NULL && !is_own_address(p))
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

/* Sent once more, or released after it was staged: the invitation lives longer than what
 * was given knows. */
static bool is_pending(const struct facts *f, const struct given_row *row)
{
	const struct view *v = f->view;
	const char *key = f->given->texts[row->email_key].bytes;
	uint32_t group = view_group_by_id(v, f->given->groups[row->group]);
	uint32_t email = key == NULL ? VIEW_NONE : view_email(v, key), invitation;

	if (group == VIEW_NONE || email == VIEW_NONE)
		return false;
	invitation = view_invitation(v, group, (enum role)row->role, email);
	return invitation != VIEW_NONE &&
	       view_giver(v, v->invitations[invitation].givers, f->source) != VIEW_NONE;
}

enum given_state state_now(const struct facts *f, const struct given_row *row)
{
	enum given_state state = (enum given_state)row->state;

	if (state == GIVEN_INVITED && row->since + INVITE_LIFETIME <= f->now &&
	    !is_pending(f, row))
		return GIVEN_EXPIRED;
	return state;
}

bool given_is_live(enum given_state state)
{
	return state == GIVEN_GIVEN || state == GIVEN_SUSPENDED || state == GIVEN_INVITED;
}

void pair_consider(struct pair *p)
{
	struct plan_person *q = &p->walk->plan->persons[p->person];
	enum wish wish;

	p->state = GIVEN_NONE;
	if (p->given != NULL)
		p->state = state_now(p->walk->facts,
				     &p->walk->facts->given->rows[p->given_index]);
	p->console = console_of(p);
	p->known = q->account != VIEW_NONE;
	wish = wish_of(p);
	q->had += given_is_live(p->state);
	if (p->group != PLAN_NONE)
		p->walk->plan->groups[p->group].had += given_is_live(p->state);
	p->row = decide(wish, p->state, p->console, p->known, p->given && p->given->wish);
	row_act(p);
}
