/* SPDX-License-Identifier: MIT */
#include "tests/model/model_p.h"

static int64_t licence_end(const struct m_state *s)
{
	int64_t end = 0;

	for (int l = 0; l < s->n_licences; l++)
		if (s->licence[l].root == s->root && s->licence[l].to > end)
			end = s->licence[l].to;
	return end;
}

static void new_org(struct m_state *s, int parent, const struct m_op *op, int owner)
{
	int o = s->n_orgs++, group;

	assert(o < M_ORGS);
	s->org[o] = (struct m_org){ true,
				    parent,
				    parent < 0 ? o : s->org[parent].root,
				    parent < 0 ? 1 : s->org[parent].level + 1,
				    op->name,
				    op->upper };
	group = m_new_group(s, o, 0, false);
	m_claim(s, group, o, 0);
	m_give(s, group, M_OWNER, owner, 0);
	m_give(s, group, M_MEMBER, owner, 0);
}

static bool org_named(const struct m_state *s, int parent, int name, int but)
{
	for (int o = 0; o < s->n_orgs; o++)
		if (o != but && s->org[o].alive && s->org[o].parent == parent &&
		    s->org[o].name == name)
			return true;
	return false;
}

static const char *make_org(struct m_state *s, const struct m_what *w)
{
	ASK(m_administers(s, w->org));
	REFUSE_IF(s->org[w->org].level == 3, "org-depth");
	REFUSE_IF(!m_licensed(s), "licence");
	REFUSE_IF(org_named(s, w->org, w->op->name, -1), "name-taken");
	new_org(s, w->org, w->op, s->actor);
	return "";
}

int m_account_of(struct m_state *s, int email)
{
	int a = model_account(s, email), subject;

	if (a >= 0)
		return a;
	subject = model_subject(s, email);
	assert(s->n_accounts < M_ACCOUNTS);
	s->account[s->n_accounts] = (struct m_account){ .subject = subject };
	return s->subject[subject].account = s->n_accounts++;
}

static const char *make_root(struct m_state *s, const struct m_what *w)
{
	REFUSE_IF(s->actor != M_OPERATOR, "not-operator");
	REFUSE_IF(org_named(s, -1, w->op->name, -1), "name-taken");
	new_org(s, -1, w->op, m_account_of(s, w->op->email));
	return "";
}

/* A root's name is the operator's business, any other its owner's. */
static const char *rename_org(struct m_state *s, const struct m_what *w)
{
	struct m_org *o = s->org + (w->org < 0 ? 0 : w->org);

	REFUSE_IF(w->org < 0, "org-isolated");
	if (s->actor != M_OPERATOR || o->level > 1)
		ASK(m_administers(s, w->org));
	REFUSE_IF(o->level == 1 && s->actor != M_OPERATOR, "not-operator");
	REFUSE_IF(o->name == w->op->name && o->upper == w->op->upper, "unchanged");
	REFUSE_IF(org_named(s, o->parent, w->op->name, w->org), "name-taken");
	o->name = w->op->name;
	o->upper = w->op->upper;
	return "";
}

/* The operator says what the console holds, of an organization that is there. */
static const char *set_asset(struct m_state *s, const struct m_what *w)
{
	REFUSE_IF(w->org < 0, "org-isolated");
	REFUSE_IF(s->actor != M_OPERATOR && !m_owns(s, s->actor, w->org), "org-isolated");
	REFUSE_IF(s->actor != M_OPERATOR, "not-operator");
	REFUSE_IF(s->asset[w->org][w->op->name] == w->op->until, "unchanged");
	s->asset[w->org][w->op->name] = w->op->until;
	return "";
}

static const char *delete_org(struct m_state *s, const struct m_what *w)
{
	ASK(m_administers(s, w->org));
	for (int o = 0; o < s->n_orgs; o++)
		REFUSE_IF(s->org[o].alive && s->org[o].parent == w->org, "org-not-empty");
	for (int kind = 0; kind < M_ASSETS; kind++)
		REFUSE_IF(s->asset[w->org][kind] > 0, "org-not-empty");
	REFUSE_IF(s->org[w->org].level == 1 && licence_end(s) > s->now, "org-not-empty");
	for (int g = 0; g < s->n_groups; g++)
		if (s->group[g].alive && s->group[g].home == w->org)
			m_end_group(s, g);
		else
			m_unlink_from(s, g, w->org);
	for (int d = 0; d < s->n_directs; d++)
		if (s->direct[d].on && s->direct[d].org == w->org) {
			s->direct[d].on = false;
			s->direct[d].ended = s->transaction;
		}
	s->org[w->org].alive = false;
	return "";
}

static const char *set_licence(struct m_state *s, const struct m_what *w)
{
	int64_t until = w->op->trial ? s->now + 30 * DAY : s->now + w->op->until;

	REFUSE_IF(s->actor != M_OPERATOR, "not-operator");
	REFUSE_IF(s->root < 0, "org-isolated");
	REFUSE_IF(w->op->trial && licence_end(s) != 0, "trial-used");
	for (int l = 0; l < s->n_licences; l++)
		if (s->licence[l].root == s->root && s->licence[l].to > s->now)
			s->licence[l].to = s->now;
	for (int l = 0; until > s->now && l < s->n_licences; l++)
		if (s->licence[l].root == s->root && s->licence[l].from == s->now)
			s->licence[l].to = 0;
	if (w->op->until <= 0 && !w->op->trial)
		return "";
	assert(s->n_licences < M_MANY);
	s->licence[s->n_licences++] = (struct m_licence){ s->root, s->now, until };
	return "";
}

static const char *service_owner(struct m_state *s, const struct m_what *w)
{
	int has = -1;

	REFUSE_IF(s->actor != M_OPERATOR, "not-operator");
	REFUSE_IF(w->org < 0, "org-isolated");
	for (int d = 0; d < s->n_directs; d++)
		if (s->direct[d].on && s->direct[d].account == w->account &&
		    s->direct[d].org == w->org)
			has = d;
	if (w->op->kind == M_CLAIM) {
		REFUSE_IF(has >= 0, "unchanged");
		assert(s->n_directs < M_MANY);
		s->direct[s->n_directs++] =
			(struct m_direct){ true, w->account, w->org, s->now, 0 };
		s->ever[w->account][s->org[w->org].root] = true;
		return "";
	}
	REFUSE_IF(has < 0, "not-given");
	s->direct[has].on = false;
	s->direct[has].ended = s->transaction;
	return "";
}

const char *m_do_organization(struct m_state *s, const struct m_what *w)
{
	switch (w->op->kind) {
	case M_ROOT:
		return make_root(s, w);
	case M_ORG:
		return make_org(s, w);
	case M_ORG_RENAME:
		return rename_org(s, w);
	case M_ORG_DELETE:
		return delete_org(s, w);
	case M_LICENCE:
		return set_licence(s, w);
	case M_ASSET:
		return set_asset(s, w);
	default:
		return service_owner(s, w);
	}
}
