/* SPDX-License-Identifier: MIT */
#include "tests/model/model_p.h"

#define NEVER INT64_C(253402300799)

void m_end_invitation(struct m_state *s, struct m_invitation *i, int state)
{
	(void)s;
	i->state = state;
}

/* What is over, of the root that this transaction is about, is marked so. */
void m_expire(struct m_state *s)
{
	for (int i = 0; i < s->n_invitations; i++) {
		struct m_invitation *is = &s->invitation[i];

		if (is->state != M_PENDING || is->expires > s->now || s->root < 0 ||
		    s->org[s->group[is->group].home].root != s->root)
			continue;
		is->state = M_EXPIRED;
		s->changes++;
	}
}

/* ---- mails ---- */

static bool waits(const struct m_state *s, const struct m_invitation *i, int org,
		  int subject)
{
	return m_pending(s, i) && i->subject == subject && s->group[i->group].home == org;
}

/* The mail that goes already, or -1. */
static int going(const struct m_state *s, int org, int subject, int mode)
{
	int mail = -1;

	for (int i = 0; i < s->n_invitations; i++) {
		const struct m_invitation *is = &s->invitation[i];

		if (waits(s, is, org, subject) && s->mail[is->mail].mode == mode &&
		    is->mail > mail)
			mail = is->mail;
	}
	return mail;
}

/* Somebody waits for an answer to a mail. */
static bool was_mailed(const struct m_state *s, int org, int subject)
{
	for (int i = 0; i < s->n_invitations; i++)
		if (waits(s, &s->invitation[i], org, subject) &&
		    s->invitation[i].mode == M_MAIL)
			return true;
	return false;
}

static int mail_for(struct m_state *s, int org, int subject, int mode)
{
	int mail = going(s, org, subject, mode);

	if (mail >= 0)
		return mail;
	assert(s->n_mails < M_MANY);
	s->mail[s->n_mails] = (struct m_mail){ org, subject, mode, 1, s->now };
	return s->n_mails++;
}

static const char *rested(const struct m_state *s, int org, int subject)
{
	for (int i = 0; i < s->n_mails; i++)
		REFUSE_IF(s->mail[i].org == org && s->mail[i].subject == subject &&
				  s->mail[i].mode == M_MAIL &&
				  s->now < s->mail[i].queued + DAY,
			  "invite-cooldown");
	return "";
}

/* ---- who may ---- */

static const char *may_invite(const struct m_state *s, const struct m_what *w)
{
	const char *code = m_changes_group(s, w, w->subject);

	REFUSE_IF(strcmp(code, "not-group-owner") == 0, "invite-rights");
	ASK(code);
	return m_owns(s, s->actor, w->home) ? "" : "invite-rights";
}

static const char *goes_down(const struct m_state *s, const struct m_what *w)
{
	int from = model_org(s, &w->op->from);

	REFUSE_IF(w->op->giver != 0 || w->op->from.name[0] < 0, "");
	REFUSE_IF(from < 0 || s->org[from].root != s->root, "org-isolated");
	REFUSE_IF(m_within(s, from, w->home), "");
	if (!m_owns(s, s->actor, from))
		return m_knows(s, from) ? "invite-rights" : "org-isolated";
	return m_within(s, w->home, from) ? "invite-up" : "invite-across";
}

static int joined(const struct m_invitation *i, int giver)
{
	for (int k = 0; k < i->n; k++)
		if (i->by[k].giver == giver)
			return k;
	return -1;
}

bool model_twice(const struct m_invitation *i, int giver)
{
	int n = 0;

	for (int k = 0; k < i->n; k++)
		n += i->by[k].giver == giver;
	return n > 1;
}

static void join(struct m_invitation *i, const struct m_what *w)
{
	assert(i->n < M_GIVERS);
	i->by[i->n].gone = false;
	i->by[i->n].giver = w->op->giver;
	i->by[i->n++].anchor = w->op->giver ? w->subject : -1;
}

static const char *may_be_invited(const struct m_state *s, const struct m_what *w,
				  int pending)
{
	int account = s->subject[w->subject].account, role;

	if (account >= 0 && model_present(s, account)) {
		REFUSE_IF(m_blocked(s, account, w->home), "account-blocked");
		role = m_role(s, w->group, w->op->role, account);
		REFUSE_IF(role >= 0 && m_active(&s->role[role]), "invite-known");
	}
	REFUSE_IF(pending >= 0 && joined(&s->invitation[pending], w->op->giver) >= 0,
		  "invite-duplicate");
	return "";
}

static const char *invite(struct m_state *s, const struct m_what *w)
{
	int pending = w->group < 0
			      ? -1
			      : model_invitation(s, w->group, w->op->role, w->subject);
	struct m_invitation *i;

	ASK(may_invite(s, w));
	ASK(goes_down(s, w));
	ASK(m_adds(s, w));
	ASK(may_be_invited(s, w, pending));
	if (pending >= 0) {
		join(&s->invitation[pending], w);
		return "";
	}
	if (w->op->mode == M_MAIL && !was_mailed(s, w->home, w->subject))
		ASK(rested(s, w->home, w->subject));
	assert(s->n_invitations < M_MANY);
	i = &s->invitation[s->n_invitations];
	*i = (struct m_invitation){ .group = w->group,
				    .role = w->op->role,
				    .subject = w->subject,
				    .mode = w->op->mode,
				    .inviter = s->actor,
				    .created = s->now };
	i->expires = i->mode == M_STAGED ? NEVER : s->now + 7 * DAY;
	i->mail = mail_for(s, w->home, w->subject, w->op->mode);
	join(i, w);
	s->n_invitations++;
	return "";
}

static const char *uninvite(struct m_state *s, const struct m_what *w)
{
	struct m_invitation *i;
	int pending, by;

	ASK(may_invite(s, w));
	pending = model_invitation(s, w->group, w->op->role, w->subject);
	REFUSE_IF(pending < 0, "invite-ended");
	i = &s->invitation[pending];
	by = joined(i, w->op->giver);
	if (w->op->kind == M_UNINVITE) {
		REFUSE_IF(by < 0, "not-given");
		REFUSE_IF(model_twice(i, w->op->giver), "absent");
		i->by[by] = i->by[--i->n];
	}
	if (w->op->kind == M_CANCEL || i->n == 0)
		m_end_invitation(s, i, M_CANCELLED);
	return "";
}

static const char *send(struct m_state *s, const struct m_what *w)
{
	int account = s->subject[w->subject].account, pending;
	struct m_invitation *i;

	ASK(may_invite(s, w));
	ASK(m_adds(s, w));
	pending = model_invitation(s, w->group, w->op->role, w->subject);
	REFUSE_IF(pending < 0, "invite-ended");
	REFUSE_IF(account >= 0 && m_blocked(s, account, w->home), "account-blocked");
	i = &s->invitation[pending];
	if (w->op->kind == M_RELEASE) {
		REFUSE_IF(i->mode != M_STAGED, "unchanged");
		if (w->op->mode == M_MAIL && !was_mailed(s, w->home, w->subject))
			ASK(rested(s, w->home, w->subject));
		i->mail = mail_for(s, w->home, w->subject, w->op->mode);
		i->mode = w->op->mode;
		i->expires = s->now + 7 * DAY;
		return "";
	}
	REFUSE_IF(i->mode == M_STAGED, "invite-staged");
	ASK(rested(s, w->home, w->subject));
	i->mode = s->mail[i->mail].mode = M_MAIL;
	s->mail[i->mail].generation++;
	s->mail[i->mail].queued = s->now;
	for (int k = 0; k < s->n_invitations; k++)
		if (s->invitation[k].mail == i->mail && m_pending(s, &s->invitation[k]) &&
		    s->invitation[k].mode != M_STAGED)
			s->invitation[k].expires = s->now + 7 * DAY;
	return "";
}

const char *m_do_invitation(struct m_state *s, const struct m_what *given)
{
	struct m_what w = *given;

	w.subject = model_subject(s, w.op->email);
	switch (w.op->kind) {
	case M_INVITE:
		return invite(s, &w);
	case M_UNINVITE:
	case M_CANCEL:
		return uninvite(s, &w);
	default:
		return send(s, &w);
	}
}

/* ---- answers ---- */

/* A source's same person is waited for in both. */
static bool same_person(const struct m_invitation *a, const struct m_invitation *b)
{
	for (int i = 0; i < a->n; i++)
		for (int k = 0; k < b->n; k++)
			if (a->by[i].giver != 0 && a->by[i].giver == b->by[k].giver &&
			    a->by[i].anchor == b->by[k].anchor && !a->by[i].gone &&
			    !b->by[k].gone)
				return true;
	return false;
}

static bool is_wanted(const struct m_invitation *i)
{
	for (int k = 0; k < i->n; k++)
		if (!i->by[k].gone)
			return true;
	return false;
}

static bool comes_along(const struct m_state *s, int mail, const struct m_invitation *i)
{
	for (int k = 0; k < s->n_invitations; k++)
		if (s->invitation[k].mail == mail && m_pending(s, &s->invitation[k]) &&
		    same_person(&s->invitation[k], i))
			return true;
	return false;
}

static const char *bind(struct m_state *s, const struct m_invitation *i, int account)
{
	for (int k = 0; k < i->n; k++)
		for (int b = 0; b < s->n_bindings; b++)
			REFUSE_IF(i->by[k].giver != 0 && !i->by[k].gone &&
					  s->binding[b].a == i->by[k].giver &&
					  (s->binding[b].c == account) !=
						  (s->binding[b].b == i->by[k].anchor),
				  "account-bound");
	return "";
}

static void bound(struct m_state *s, const struct m_invitation *i, int account)
{
	for (int k = 0; k < i->n; k++) {
		bool has = i->by[k].giver == 0 || i->by[k].gone;

		for (int b = 0; b < s->n_bindings; b++)
			has |= s->binding[b].a == i->by[k].giver &&
			       (s->binding[b].b == i->by[k].anchor ||
				s->binding[b].c == account);
		if (!has)
			s->binding[s->n_bindings++] =
				(struct m_pair){ true, i->by[k].giver, i->by[k].anchor,
						 account, 0 };
	}
}

static const char *accept_one(struct m_state *s, struct m_invitation *i, int account)
{
	ASK(bind(s, i, account));
	REFUSE_IF(!m_licensed(s), "licence");
	REFUSE_IF(m_blocked(s, account, s->group[i->group].home), "account-blocked");
	for (int k = 0; k < i->n; k++)
		if (!i->by[k].gone)
			m_give(s, i->group, i->role, account, i->by[k].giver);
	bound(s, i, account);
	i->state = M_ACCEPTED;
	i->account = account;
	s->changes++;
	return "";
}

static int accepter(struct m_state *s, const struct m_op *op, int first)
{
	int subject = op->email >= 0 ? model_subject(s, op->email)
				     : s->invitation[first].subject;

	if (s->subject[subject].account < 0) {
		assert(s->n_accounts < M_ACCOUNTS);
		s->account[s->n_accounts] = (struct m_account){ .subject = subject };
		s->subject[subject].account = s->n_accounts++;
	}
	return s->subject[subject].account;
}

static const char *accept(struct m_state *s, const struct m_op *op, int mail)
{
	int n = 0, found[M_MANY], account;

	for (int own = 1; own >= 0; own--)
		for (int i = 0; i < s->n_invitations; i++) {
			const struct m_invitation *is = &s->invitation[i];

			if (m_pending(s, is) && is->mode != M_STAGED && is_wanted(is) &&
			    (is->mail == mail) == own &&
			    (own || comes_along(s, mail, is)))
				found[n++] = i;
		}
	REFUSE_IF(n == 0, "invite-ended");
	account = accepter(s, op, found[0]);
	for (int i = 0; i < n; i++)
		ASK(accept_one(s, &s->invitation[found[i]], account));
	return "";
}

static const char *decline(struct m_state *s, int mail)
{
	int n = 0;

	for (int i = 0; i < s->n_invitations; i++)
		if (s->invitation[i].mail == mail && m_pending(s, &s->invitation[i])) {
			s->invitation[i].state = M_DECLINED;
			s->changes++;
			n++;
		}
	return n > 0 ? "" : "invite-ended";
}

const char *m_do_token(struct m_state *s, const struct m_op *op)
{
	static struct m_state saved;
	int mail = model_token(s, op);
	const char *code;

	s->transaction++;
	s->actor = M_NOBODY;
	REFUSE_IF(mail < 0 || (op->stale && s->mail[mail].generation > 1),
		  "invite-ended");
	s->root = s->org[s->mail[mail].org].root;
	saved = *s;
	code = op->kind == M_ACCEPT ? accept(s, op, mail) : decline(s, mail);
	if (code[0] != '\0')
		*s = saved;
	return code;
}
