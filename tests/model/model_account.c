/* SPDX-License-Identifier: MIT */
#include "tests/model/model_p.h"

const char *m_do_block(struct m_state *s, const struct m_what *w)
{
	int has = -1;

	if (s->actor != M_OPERATOR)
		ASK(m_administers(s, s->root));
	for (int b = 0; b < s->n_blocks; b++)
		if (s->block[b].on && s->block[b].a == w->account &&
		    s->block[b].b == s->org[s->root].root)
			has = b;
	REFUSE_IF((has >= 0) == (w->op->kind == M_BLOCK), "unchanged");
	if (has >= 0) {
		s->block[has].on = false;
		s->block[has].ended = s->transaction;
		return "";
	}
	assert(s->n_blocks < M_MANY);
	s->block[s->n_blocks++] =
		(struct m_pair){ true, w->account, s->org[s->root].root, 0, 0 };
	s->ever[w->account][s->org[s->root].root] = true;
	return "";
}

/* Who has no role in a root learns nothing of it. */
static const char *takes_part(const struct m_state *s)
{
	REFUSE_IF(s->root < 0, "org-isolated");
	REFUSE_IF(s->actor == M_OPERATOR, "");
	for (int r = 0; r < s->n_roles; r++)
		REFUSE_IF(s->role[r].account == s->actor && s->role[r].n > 0 &&
				  s->org[s->group[s->role[r].group].home].root == s->root,
			  "");
	return "org-isolated";
}

/* ---- another address ---- */

/* Two that wait for the same become one. */
static void merge(struct m_state *s, int from, int to)
{
	for (int i = 0; i < s->n_invitations; i++) {
		struct m_invitation *is = &s->invitation[i], *has;
		int other = is->subject == from && is->state == M_PENDING
				    ? model_invitation(s, is->group, is->role, to)
				    : -1;

		if (other >= 0) {
			has = &s->invitation[other];
			for (int k = 0; k < is->n; k++) {
				bool in = false;

				for (int j = 0; j < has->n; j++)
					in |= has->by[j].giver == is->by[k].giver &&
					      has->by[j].anchor == is->by[k].anchor;
				assert(in || has->n < M_GIVERS);
				if (!in)
					has->by[has->n++] = is->by[k];
			}
			is->state = M_CANCELLED;
		}
	}
	for (int i = 0; i < s->n_invitations; i++)
		if (s->invitation[i].subject == from)
			s->invitation[i].subject = to;
	for (int i = 0; i < s->n_mails; i++)
		if (s->mail[i].subject == from)
			s->mail[i].subject = to;
}

const char *m_do_email(struct m_state *s, const struct m_what *w)
{
	const struct m_account *a = &s->account[w->account];
	int other;

	ASK(takes_part(s));
	REFUSE_IF(a->service, "not-yourself");
	REFUSE_IF(s->actor != M_OPERATOR && s->actor != w->account, "not-yourself");
	REFUSE_IF(s->subject[a->subject].email == w->op->email, "unchanged");
	other = model_subject(s, w->op->email);
	REFUSE_IF(s->subject[other].account >= 0, "email-taken");
	merge(s, other, a->subject);
	s->subject[a->subject].email = w->op->email;
	s->subject[other].email = -1;
	return "";
}

/* ---- erasure: in every root at once ---- */

static bool is_of(const struct m_state *s, int invitation, int account)
{
	const struct m_invitation *i = &s->invitation[invitation];

	return i->subject == s->account[account].subject ||
	       (i->state == M_ACCEPTED && i->account == account);
}

static bool was_in(const struct m_state *s, int account, int root)
{
	if (s->ever[account][root])
		return true;
	for (int i = 0; i < s->n_invitations; i++)
		if (is_of(s, i, account) &&
		    s->org[s->group[s->invitation[i].group].home].root == root)
			return true;
	for (int b = 0; b < s->n_bindings; b++)
		if (s->binding[b].c == account &&
		    s->org[s->source_org[s->binding[b].a]].root == root)
			return true;
	return false;
}

static void leave(struct m_state *s, int account, int root)
{
	s->root = root;
	m_expire(s);
	for (int r = 0; r < s->n_roles; r++)
		if (s->role[r].account == account && s->role[r].n > 0 &&
		    s->org[s->group[s->role[r].group].home].root == root)
			m_end_role(s, &s->role[r]);
	for (int i = 0; i < s->n_invitations; i++)
		if (s->invitation[i].subject == s->account[account].subject &&
		    s->invitation[i].state == M_PENDING &&
		    s->org[s->group[s->invitation[i].group].home].root == root)
			s->invitation[i].state = M_CANCELLED;
	s->changes++;
}

static void forget_email(struct m_state *s, int subject)
{
	if (s->subject[subject].email >= 0)
		s->erased_email[s->subject[subject].email] = true;
	s->subject[subject].email = -1;
}

/* An address that the person was invited under, and which is nobody else's. */
static bool is_nobody_elses(const struct m_state *s, int subject, int account)
{
	bool accepted = false;

	if (s->subject[subject].account >= 0)
		return s->subject[subject].account == account;
	for (int i = 0; i < s->n_invitations; i++) {
		const struct m_invitation *is = &s->invitation[i];

		if (is->subject != subject)
			continue;
		if (is->state == M_PENDING ||
		    (is->state == M_ACCEPTED && is->account != account))
			return false;
		accepted |= is->state == M_ACCEPTED;
	}
	return accepted;
}

/* What sources remember of the person: they no longer stand behind an invitation. */
static void forget_person(struct m_state *s, int account)
{
	int kept = 0;

	for (int b = 0; b < s->n_bindings; b++) {
		const struct m_pair *of = &s->binding[b];

		for (int i = 0; of->c == account && i < s->n_invitations; i++)
			for (int k = 0; k < s->invitation[i].n; k++)
				if (s->invitation[i].by[k].giver == of->a &&
				    s->invitation[i].by[k].anchor == of->b)
					s->invitation[i].by[k].gone = true;
		if (of->c != account)
			s->binding[kept++] = *of;
	}
	s->n_bindings = kept;
	for (int b = 0; b < s->n_blocks; b++)
		if (s->block[b].a == account)
			s->block[b].on = false;
	s->account[account].closed = true;
}

static bool is_known(const struct m_state *s, int subject)
{
	for (int i = 0; i < s->n_invitations; i++)
		if (s->invitation[i].subject == subject)
			return true;
	return s->subject[subject].account >= 0;
}

static const char *erase(struct m_state *s, const struct m_op *op)
{
	int subject = model_subject(s, op->email), account;

	REFUSE_IF(op->actor != M_OPERATOR && op->actor != op->email, "not-yourself");
	REFUSE_IF(!is_known(s, subject), "unknown-account");
	account = m_account_of(s, op->email);
	for (int o = 0; o < s->n_orgs; o++)
		if (s->org[o].alive && s->org[o].parent < 0 && was_in(s, account, o))
			leave(s, account, o);
	for (int i = 0; i < s->n_subjects; i++)
		if (is_nobody_elses(s, i, account))
			forget_email(s, i);
	forget_person(s, account);
	return "";
}

const char *m_do_erase(struct model *m, const struct m_op *op)
{
	const char *code;

	m->s.transaction++;
	m->s.actor = M_NOBODY;
	m->saved = m->s;
	code = erase(&m->s, op);
	if (code[0] == '\0' && m_bereft(&m->saved, &m->s))
		code = "last-owner";
	if (code[0] != '\0')
		m->s = m->saved;
	return code;
}
