/* SPDX-License-Identifier: MIT */
#include "tests/model/model_p.h"

/* ---- who may ---- */

bool m_licensed(const struct m_state *s)
{
	for (int l = 0; s->root >= 0 && l < s->n_licences; l++)
		if (s->licence[l].root == s->org[s->root].root &&
		    s->licence[l].to + 30 * DAY > s->now)
			return true;
	return false;
}

/* Somebody of its roster knows that the organization is there; so does the operator. */
bool m_knows(const struct m_state *s, int org)
{
	if (s->actor == M_OPERATOR || m_owns(s, s->actor, org))
		return true;
	for (int r = 0; r < s->n_roles; r++)
		if (s->role[r].account == s->actor && m_active(&s->role[r]) &&
		    m_active_in(s, s->role[r].group, org))
			return true;
	return false;
}

static const char *or_isolated(const struct m_state *s, int org, const char *code)
{
	return m_knows(s, org) ? code : "org-isolated";
}

const char *m_administers(const struct m_state *s, int org)
{
	REFUSE_IF(org < 0, "org-isolated");
	return m_owns(s, s->actor, org) ? "" : or_isolated(s, org, "not-org-owner");
}

static const char *source_may(const struct m_state *s, const struct m_what *w,
			      int subject)
{
	int email = subject < 0 ? -1 : s->subject[subject].email;

	REFUSE_IF(w->op->giver == 0, "");
	REFUSE_IF(!m_within(s, s->source_org[w->op->giver], w->home), "source-scope");
	REFUSE_IF(s->group[w->group].name == s->protected_name, "protected");
	REFUSE_IF(email >= 0 && s->protected_email[email], "protected");
	REFUSE_IF(email >= 0 && s->erased_email[email], "erased");
	return "";
}

const char *m_changes_group(const struct m_state *s, const struct m_what *w, int subject)
{
	REFUSE_IF(w->group < 0, "org-isolated");
	if (!m_owns_group(s, s->actor, w->group))
		return or_isolated(s, w->home, "not-group-owner");
	REFUSE_IF(w->op->giver != 0 && !m_owns(s, s->actor, w->home), "not-org-owner");
	return source_may(s, w, subject);
}

const char *m_adds(const struct m_state *s, const struct m_what *w)
{
	REFUSE_IF(!m_licensed(s), "licence");
	REFUSE_IF(w->op->giver != 0 && m_carries(s, w->group, -1, 0) && !w->op->allow,
		  "owner-claim");
	return "";
}

/* ---- roles ---- */

void m_give(struct m_state *s, int group, int role, int account, int giver)
{
	int r = m_role(s, group, role, account);

	s->ever[account][s->org[s->group[group].home].root] = true;
	if (r < 0) {
		for (r = 0; r < s->n_roles; r++)
			if (s->role[r].n == 0 && s->role[r].ended != s->transaction)
				break;
		s->n_roles += r == s->n_roles;
		assert(r < M_MANY);
		s->role[r] = (struct m_role){
			.group = group, .role = role, .account = account, .since = s->now
		};
	}
	for (int i = 0; i < s->role[r].n; i++)
		if (s->role[r].by[i].giver == giver)
			return;
	assert(s->role[r].n < M_GIVERS);
	s->role[r].by[s->role[r].n].suspended = false;
	s->role[r].by[s->role[r].n++].giver = giver;
}

void m_end_role(struct m_state *s, struct m_role *r)
{
	r->n = 0;
	r->ended = s->transaction;
}

/* What a block has left without an owner gets its next one. */
static bool names_next(const struct m_state *s, const struct m_what *w)
{
	if (w->op->giver != 0)
		return false;
	if (s->actor == M_OPERATOR)
		return s->org[w->home].level == 1 && m_carries(s, w->group, -1, 0) &&
		       m_people_owning(s, w->home) == 0;
	return w->op->role == M_OWNER && m_owns(s, s->actor, w->home) &&
	       m_people_owning_group(s, w->group) == 0;
}

static const char *give(struct m_state *s, const struct m_what *w)
{
	const char *code = m_changes_group(s, w, s->account[w->account].subject);
	int r;

	if (strcmp(code, "not-group-owner") != 0 || !names_next(s, w))
		ASK(code);
	ASK(m_adds(s, w));
	REFUSE_IF(m_blocked(s, w->account, w->home), "account-blocked");
	r = m_role(s, w->group, w->op->role, w->account);
	for (int i = 0; r >= 0 && i < s->role[r].n; i++)
		REFUSE_IF(s->role[r].by[i].giver == w->op->giver, "unchanged");
	m_give(s, w->group, w->op->role, w->account, w->op->giver);
	return "";
}

/* TAKE, SUSPEND and RESTORE. */
static const char *change_role(struct m_state *s, const struct m_what *w)
{
	struct m_role *r;
	int at = 0, found;

	ASK(m_changes_group(s, w, s->account[w->account].subject));
	found = m_role(s, w->group, w->op->role, w->account);
	REFUSE_IF(found < 0, "not-given");
	r = &s->role[found];
	while (at < r->n && r->by[at].giver != w->op->giver)
		at++;
	REFUSE_IF(at == r->n, "not-given");
	if (w->op->kind == M_RESTORE) {
		ASK(m_adds(s, w));
		REFUSE_IF(m_blocked(s, w->account, w->home), "account-blocked");
	}
	r->by[at].suspended = w->op->kind == M_SUSPEND;
	if (w->op->kind != M_TAKE)
		return "";
	r->by[at] = r->by[--r->n];
	if (r->n == 0)
		m_end_role(s, r);
	return "";
}

/* ---- groups ---- */

int m_new_group(struct m_state *s, int home, int name, bool upper)
{
	assert(s->n_groups < M_GROUPS);
	s->group[s->n_groups] = (struct m_group){ true, home, name, upper };
	return s->n_groups++;
}

void m_claim(struct m_state *s, int group, int org, int name)
{
	int c = 0;

	while (c < s->n_claims && s->claim[c].on)
		c++;
	s->n_claims += c == s->n_claims;
	assert(c < M_MANY);
	s->claim[c] = (struct m_claim){ true, group, org, name };
}

/* org -1: everywhere. */
static void unclaim(struct m_state *s, int group, int org)
{
	for (int c = 0; c < s->n_claims; c++)
		if (s->claim[c].group == group && (org < 0 || s->claim[c].org == org))
			s->claim[c].on = false;
}

void m_unlink_from(struct m_state *s, int group, int org)
{
	unclaim(s, group, org);
	for (int l = 0; l < s->n_links; l++)
		if (s->link[l].group == group && (org < 0 || s->link[l].org == org))
			s->link[l].on = false;
}

void m_end_group(struct m_state *s, int group)
{
	for (int r = 0; r < s->n_roles; r++)
		if (s->role[r].group == group && s->role[r].n > 0)
			m_end_role(s, &s->role[r]);
	for (int i = 0; i < s->n_invitations; i++)
		if (s->invitation[i].group == group &&
		    s->invitation[i].state == M_PENDING)
			m_end_invitation(s, &s->invitation[i], M_CANCELLED);
	m_unlink_from(s, group, -1);
	s->group[group].alive = false;
}

static const char *make_group(struct m_state *s, const struct m_what *w)
{
	ASK(m_administers(s, w->home));
	REFUSE_IF(w->op->giver != 0 && !m_within(s, s->source_org[w->op->giver], w->home),
		  "source-scope");
	REFUSE_IF(!m_licensed(s), "licence");
	REFUSE_IF(model_group(s, w->home, w->op->name) >= 0, "name-taken");
	m_give(s, m_new_group(s, w->home, w->op->name, w->op->upper), M_OWNER, s->actor,
	       0);
	return "";
}

static const char *rename_group(struct m_state *s, const struct m_what *w)
{
	int taken;

	ASK(m_changes_group(s, w, -1));
	REFUSE_IF(s->group[w->group].name == w->op->name &&
			  s->group[w->group].upper == w->op->upper,
		  "unchanged");
	taken = model_group(s, w->home, w->op->name);
	REFUSE_IF(taken >= 0 && taken != w->group, "name-taken");
	s->group[w->group].name = w->op->name;
	s->group[w->group].upper = w->op->upper;
	return "";
}

static const char *delete_group(struct m_state *s, const struct m_what *w)
{
	REFUSE_IF(w->group < 0, "org-isolated");
	ASK(m_administers(s, w->home));
	m_end_group(s, w->group);
	return "";
}

static const char *change_claim(struct m_state *s, const struct m_what *w)
{
	ASK(m_administers(s, w->org));
	REFUSE_IF(w->group < 0, "org-isolated");
	REFUSE_IF(!m_active_in(s, w->group, w->org), "not-active");
	if (w->op->kind == M_GROUP_CLAIM) {
		REFUSE_IF(!m_licensed(s), "licence");
		REFUSE_IF(m_carries(s, w->group, w->org, w->op->name), "unchanged");
		m_claim(s, w->group, w->org, w->op->name);
		return "";
	}
	REFUSE_IF(!m_carries(s, w->group, w->org, w->op->name), "not-given");
	for (int c = 0; c < s->n_claims; c++)
		if (s->claim[c].group == w->group && s->claim[c].org == w->org &&
		    s->claim[c].name == w->op->name)
			s->claim[c].on = false;
	return "";
}

/* ---- links ---- */

/* What is wrong with a link learns only who owns both ends. */
static const char *may_link(const struct m_state *s, const struct m_what *w)
{
	REFUSE_IF(w->group < 0 || !m_owns(s, s->actor, w->home), "org-isolated");
	REFUSE_IF(w->elsewhere, "link-root");
	REFUSE_IF(w->org < 0 || !m_owns(s, s->actor, w->org), "org-isolated");
	REFUSE_IF(!m_owns_group(s, s->actor, w->group), "link-ownership");
	return "";
}

static const char *link_group(struct m_state *s, const struct m_what *w)
{
	ASK(may_link(s, w));
	REFUSE_IF(w->org == w->home, "link-self");
	REFUSE_IF(m_within(s, w->org, w->home), "link-up");
	REFUSE_IF(!m_within(s, w->home, w->org), "link-across");
	REFUSE_IF(!m_licensed(s), "licence");
	REFUSE_IF(m_active_in(s, w->group, w->org), "unchanged");
	assert(s->n_links < M_MANY);
	s->link[s->n_links++] = (struct m_link){ true, w->group, w->org };
	for (int name = 0; name < 3; name++)
		if (m_carries(s, w->group, w->home, name) && (name > 0 || w->op->allow))
			m_claim(s, w->group, w->org, name);
	return "";
}

static bool linked(const struct m_state *s, int group, int org)
{
	return s->group[group].home != org && m_active_in(s, group, org);
}

/* Either end may: who owns where it leads to, or its home and the group. */
static const char *unlink_group(struct m_state *s, const struct m_what *w)
{
	REFUSE_IF(w->org < 0 || w->group < 0, "org-isolated");
	if (!m_owns(s, s->actor, w->org)) {
		REFUSE_IF(!m_owns(s, s->actor, w->home) || !linked(s, w->group, w->org),
			  "org-isolated");
		REFUSE_IF(!m_owns_group(s, s->actor, w->group), "link-ownership");
	}
	REFUSE_IF(!linked(s, w->group, w->org), "not-given");
	m_unlink_from(s, w->group, w->org);
	return "";
}

/* ---- all of it ---- */

static const char *known(const struct m_state *s, const struct m_what *w)
{
	if (w->op->giver != 0)
		return model_present(s, w->account) ? "" : "absent";
	return model_sees(s, w->account) ? "" : "unknown-account";
}

static const char *change(struct m_state *s, const struct m_what *w)
{
	switch (w->op->kind) {
	case M_ROOT:
	case M_ORG:
	case M_ORG_RENAME:
	case M_ORG_DELETE:
	case M_LICENCE:
	case M_ASSET:
	case M_CLAIM:
	case M_UNCLAIM:
		return m_do_organization(s, w);
	case M_GROUP:
		return make_group(s, w);
	case M_GROUP_RENAME:
		return rename_group(s, w);
	case M_GROUP_DELETE:
		return delete_group(s, w);
	case M_GROUP_CLAIM:
	case M_GROUP_UNCLAIM:
		return change_claim(s, w);
	case M_LINK:
		return link_group(s, w);
	case M_UNLINK:
		return unlink_group(s, w);
	case M_GIVE:
		ASK(known(s, w));
		return give(s, w);
	case M_TAKE:
	case M_SUSPEND:
	case M_RESTORE:
		ASK(known(s, w));
		return change_role(s, w);
	case M_BLOCK:
	case M_UNBLOCK:
		ASK(known(s, w));
		return m_do_block(s, w);
	case M_EMAIL:
		ASK(known(s, w));
		return m_do_email(s, w);
	default:
		return m_do_invitation(s, w);
	}
}

/* Has something that had a person who owns it none any more? Only a block may do that. */
bool m_bereft(const struct m_state *before, const struct m_state *s)
{
	for (int o = 0; o < before->n_orgs; o++)
		if (s->org[o].alive && m_people_owning(before, o) > 0 &&
		    m_people_owning(s, o) == 0)
			return true;
	for (int g = 0; g < before->n_groups; g++)
		if (s->group[g].alive && m_people_owning_group(before, g) > 0 &&
		    m_people_owning_group(s, g) == 0)
			return true;
	return false;
}

static bool can_bereave(enum m_kind kind)
{
	return kind == M_TAKE || kind == M_SUSPEND || kind == M_ORG_DELETE ||
	       kind == M_GROUP_DELETE || kind == M_UNLINK || kind == M_GROUP_UNCLAIM;
}

const char *model_do(struct model *m, const struct m_op *op)
{
	struct m_state *s = &m->s;
	struct m_what w = { .op = op };
	const char *code;

	if (op->kind == M_ACCEPT || op->kind == M_DECLINE)
		return m_do_token(s, op);
	if (op->kind == M_ERASE)
		return m_do_erase(m, op);
	m->saved = *s;
	w.org = model_org(s, &op->place);
	w.home = model_org(s, &op->home);
	w.elsewhere = w.org >= 0 && s->root >= 0 && s->org[w.org].root != s->root &&
		      m_owns(s, s->actor, w.org);
	w.org = w.org >= 0 && s->root == s->org[w.org].root ? w.org : -1;
	w.home = w.home >= 0 && s->root == s->org[w.home].root ? w.home : -1;
	w.group = model_group(s, w.home, op->group);
	w.account = model_account(s, op->who);
	code = change(s, &w);
	if (code[0] == '\0' && can_bereave(op->kind) && m_bereft(&m->saved, s))
		code = "last-owner";
	if (code[0] != '\0')
		*s = m->saved;
	else
		s->changes++;
	return code;
}

void model_begin(struct model *m, const struct m_op *op)
{
	struct m_state *s = &m->s;

	s->transaction++;
	s->root = model_org(s, &op->root);
	s->actor = op->actor == M_OPERATOR ? M_OPERATOR : model_account(s, op->actor);
	m_expire(s);
}
