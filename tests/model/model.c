/* SPDX-License-Identifier: MIT */
#include "tests/model/model.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct model *model_new(int64_t now)
{
	struct model *m = calloc(1, sizeof *m);

	m->s.now = now;
	m->s.root = -1;
	m->s.source_org[1] = m->s.source_org[2] = -1;
	m->s.protected_name = -1;
	return m;
}

void model_free(struct model *m)
{
	for (size_t i = 0; i < m->n_days; i++)
		free(m->day[i].line);
	free(m->day);
	free(m);
}

/* ---- names ---- */

void model_org_name(int level, int name, bool upper, char out[M_TEXT])
{
	snprintf(out, M_TEXT, "%c%d",
		 level == 1 ? (upper ? 'R' : 'r') : (upper ? 'S' : 's'), name);
}

void model_group_name(int name, bool upper, char out[M_TEXT])
{
	if (name == 0)
		snprintf(out, M_TEXT, "%s", upper ? "OWNERS" : "Owners");
	else
		snprintf(out, M_TEXT, "%c%d", upper ? 'G' : 'g', name);
}

void model_email(int email, char out[M_TEXT])
{
	snprintf(out, M_TEXT, "p%02d@people.example", email);
}

const char *model_claim(int name)
{
	static const char *const names[] = { "Owner", "Backup", "Restore" };

	return names[name];
}

void model_org_path(const struct m_state *s, int org, char out[4 * M_TEXT])
{
	char name[M_TEXT];
	size_t len = 0;

	out[0] = '\0';
	if (s->org[org].parent >= 0) {
		model_org_path(s, s->org[org].parent, out);
		len = strlen(out);
		out[len++] = '/';
	}
	model_org_name(s->org[org].level, s->org[org].name, s->org[org].upper, name);
	snprintf(out + len, M_TEXT, "%s", name);
}

/* ---- finding ---- */

static int child(const struct m_state *s, int parent, int name)
{
	for (int o = 0; o < s->n_orgs; o++)
		if (s->org[o].alive && s->org[o].parent == parent &&
		    s->org[o].name == name)
			return o;
	return -1;
}

int model_org(const struct m_state *s, const struct m_path *path)
{
	int org = -1;

	for (int i = 0; i < 3 && path->name[i] >= 0; i++) {
		org = child(s, org, path->name[i]);
		if (org < 0)
			return -1;
	}
	return org;
}

int model_group(const struct m_state *s, int home, int name)
{
	for (int g = 0; home >= 0 && g < s->n_groups; g++)
		if (s->group[g].alive && s->group[g].home == home &&
		    s->group[g].name == name)
			return g;
	return -1;
}

int model_account(const struct m_state *s, int who)
{
	for (int a = 0; a < s->n_accounts; a++) {
		const struct m_account *is = &s->account[a];

		if (is->service ? who == M_SERVICE(is->number)
				: s->subject[is->subject].email == who)
			return a;
	}
	return M_NOBODY;
}

int model_subject(struct m_state *s, int email)
{
	for (int i = 0; i < s->n_subjects; i++)
		if (s->subject[i].email == email)
			return i;
	assert(s->n_subjects < M_ACCOUNTS);
	s->subject[s->n_subjects] = (struct m_subject){ email, M_NOBODY };
	return s->n_subjects++;
}

bool m_pending(const struct m_state *s, const struct m_invitation *i)
{
	return i->state == M_PENDING && i->expires > s->now;
}

int model_invitation(const struct m_state *s, int group, int role, int subject)
{
	for (int i = 0; i < s->n_invitations; i++) {
		const struct m_invitation *is = &s->invitation[i];

		if (is->group == group && is->role == role && is->subject == subject &&
		    m_pending(s, is))
			return i;
	}
	return -1;
}

int model_token(const struct m_state *s, const struct m_op *op)
{
	return s->n_mails == 0 ? -1 : s->n_mails - 1 - op->token % s->n_mails;
}

/* ---- what is so ---- */

bool m_within(const struct m_state *s, int above, int org)
{
	while (org >= 0 && org != above)
		org = s->org[org].parent;
	return above >= 0 && org == above;
}

bool m_blocked(const struct m_state *s, int account, int org)
{
	for (int i = 0; i < s->n_blocks; i++)
		if (s->block[i].on && s->block[i].a == account &&
		    s->block[i].b == s->org[org].root)
			return true;
	return false;
}

bool m_active(const struct m_role *r)
{
	for (int i = 0; i < r->n; i++)
		if (!r->by[i].suspended)
			return true;
	return false;
}

bool m_active_in(const struct m_state *s, int group, int org)
{
	if (s->group[group].home == org)
		return s->group[group].alive;
	for (int l = 0; l < s->n_links; l++)
		if (s->link[l].on && s->link[l].group == group && s->link[l].org == org)
			return true;
	return false;
}

/* claim -1, org -1: any. */
bool m_carries(const struct m_state *s, int group, int org, int claim)
{
	for (int c = 0; c < s->n_claims; c++)
		if (s->claim[c].on && s->claim[c].group == group &&
		    (org < 0 || s->claim[c].org == org) && s->claim[c].name == claim)
			return true;
	return false;
}

static bool has_owner(const struct m_state *s, int account, int org)
{
	for (int d = 0; d < s->n_directs; d++)
		if (s->direct[d].on && s->direct[d].account == account &&
		    s->direct[d].org == org)
			return true;
	for (int r = 0; r < s->n_roles; r++) {
		const struct m_role *is = &s->role[r];

		if (is->account == account && is->role == M_MEMBER && m_active(is) &&
		    m_carries(s, is->group, org, 0))
			return true;
	}
	return false;
}

bool m_owns(const struct m_state *s, int account, int org)
{
	return account >= 0 && org >= 0 && !m_blocked(s, account, org) &&
	       has_owner(s, account, org);
}

int m_role(const struct m_state *s, int group, int role, int account)
{
	for (int r = 0; r < s->n_roles; r++)
		if (s->role[r].group == group && s->role[r].role == role &&
		    s->role[r].account == account && s->role[r].n > 0)
			return r;
	return -1;
}

bool m_owns_group(const struct m_state *s, int account, int group)
{
	int r = account < 0 ? -1 : m_role(s, group, M_OWNER, account);

	return r >= 0 && m_active(&s->role[r]) &&
	       !m_blocked(s, account, s->group[group].home);
}

int m_people_owning(const struct m_state *s, int org)
{
	int n = 0;

	for (int a = 0; a < s->n_accounts; a++)
		n += !s->account[a].service && m_owns(s, a, org);
	return n;
}

int m_people_owning_group(const struct m_state *s, int group)
{
	int n = 0;

	for (int a = 0; a < s->n_accounts; a++)
		n += !s->account[a].service && m_owns_group(s, a, group);
	return n;
}

/* ---- who knows whom ---- */

static bool in_root(const struct m_state *s, int org)
{
	return org >= 0 && s->root >= 0 && s->org[org].root == s->org[s->root].root;
}

/* Plays any part in the root, or did so when this transaction began. */
bool model_present(const struct m_state *s, int account)
{
	if (account < 0 || s->root < 0 || account == s->actor)
		return account >= 0 && account == s->actor;
	for (int r = 0; r < s->n_roles; r++)
		if (s->role[r].account == account &&
		    (s->role[r].n > 0 || s->role[r].ended == s->transaction) &&
		    in_root(s, s->group[s->role[r].group].home))
			return true;
	for (int d = 0; d < s->n_directs; d++)
		if (s->direct[d].account == account &&
		    (s->direct[d].on || s->direct[d].ended == s->transaction) &&
		    in_root(s, s->direct[d].org))
			return true;
	for (int b = 0; b < s->n_blocks; b++)
		if (s->block[b].a == account &&
		    (s->block[b].on || s->block[b].ended == s->transaction) &&
		    in_root(s, s->block[b].b))
			return true;
	for (int b = 0; b < s->n_bindings; b++)
		if (s->binding[b].c == account &&
		    in_root(s, s->source_org[s->binding[b].a]))
			return true;
	return false;
}

static bool on_roster_below(const struct m_state *s, int account, int org)
{
	for (int r = 0; r < s->n_roles; r++)
		for (int o = 0; o < s->n_orgs; o++)
			if (s->role[r].account == account && m_active(&s->role[r]) &&
			    s->org[o].alive && m_within(s, org, o) &&
			    m_active_in(s, s->role[r].group, o))
				return true;
	return false;
}

/* Somebody on a roster, or in a group, that the actor owns. */
bool model_sees(const struct m_state *s, int account)
{
	if (!model_present(s, account))
		return false;
	if (s->actor == M_OPERATOR || account == s->actor)
		return true;
	for (int r = 0; r < s->n_roles; r++)
		if (s->role[r].account == account &&
		    (s->role[r].n > 0 || s->role[r].ended == s->transaction) &&
		    in_root(s, s->group[s->role[r].group].home) &&
		    m_owns_group(s, s->actor, s->role[r].group))
			return true;
	for (int o = 0; o < s->n_orgs; o++)
		if (s->org[o].alive && in_root(s, o) && m_owns(s, s->actor, o) &&
		    (m_owns(s, account, o) || on_roster_below(s, account, o)))
			return true;
	return false;
}

/* ---- rosters ---- */

static void add(struct m_line **line, size_t *n, struct m_line one)
{
	if (*n % 64 == 0)
		*line = realloc(*line, (*n + 64) * sizeof **line);
	(*line)[(*n)++] = one;
}

/* What is so of a way in, but for whose it is. */
static struct m_line way_of(const struct m_state *s, int org, int group, int role)
{
	struct m_line line = {
		.org = org, .account = -1, .group = group, .role = role, .invitation = -1
	};

	if (group < 0) {
		line.claim[0] = true;
		return line;
	}
	line.linked = s->group[group].home != org;
	for (int name = 0; role == M_MEMBER && name < 3; name++)
		line.claim[name] = m_carries(s, group, org, name);
	return line;
}

static void add_org(const struct m_state *s, int org, struct m_line **line, size_t *n)
{
	for (int r = 0; r < s->n_roles; r++) {
		const struct m_role *is = &s->role[r];
		struct m_line one;

		if (is->n == 0 || !m_active_in(s, is->group, org))
			continue;
		one = way_of(s, org, is->group, is->role);
		one.account = is->account;
		one.suspended = !m_active(is);
		one.blocked = m_blocked(s, is->account, org);
		one.since = is->since;
		add(line, n, one);
	}
	for (int d = 0; d < s->n_directs; d++) {
		struct m_line one = way_of(s, org, -1, M_MEMBER);

		if (!s->direct[d].on || s->direct[d].org != org)
			continue;
		one.account = s->direct[d].account;
		one.blocked = m_blocked(s, s->direct[d].account, org);
		one.since = s->direct[d].since;
		add(line, n, one);
	}
	for (int i = 0; i < s->n_invitations; i++) {
		const struct m_invitation *is = &s->invitation[i];
		struct m_line one;

		if (!m_pending(s, is) || !m_active_in(s, is->group, org))
			continue;
		one = way_of(s, org, is->group, is->role);
		one.invitation = i;
		one.since = is->created;
		add(line, n, one);
	}
}

struct m_line *model_roster(const struct m_state *s, size_t *n)
{
	struct m_line *line = NULL;

	*n = 0;
	for (int o = 0; o < s->n_orgs; o++)
		if (s->org[o].alive)
			add_org(s, o, &line, n);
	return line;
}

void model_remember(struct model *m, int64_t until)
{
	struct m_day *day;

	m->day = realloc(m->day, (m->n_days + 1) * sizeof *m->day);
	day = &m->day[m->n_days++];
	*day = (struct m_day){ .from = m->s.now, .until = until };
	day->line = model_roster(&m->s, &day->n);
}

/* Who was erased has no name. */
static void subject_name(const struct m_state *s, int subject, char out[M_TEXT])
{
	if (s->subject[subject].email < 0)
		snprintf(out, M_TEXT, "erased");
	else
		model_email(s->subject[subject].email, out);
}

static void account_name(const struct m_state *s, int account, char out[M_TEXT])
{
	if (s->account[account].service)
		snprintf(out, M_TEXT, "svc%d", s->account[account].number);
	else
		subject_name(s, s->account[account].subject, out);
}

static void group_name(const struct m_state *s, int group, char out[M_TEXT])
{
	if (group < 0)
		snprintf(out, M_TEXT, "-");
	else
		model_group_name(s->group[group].name, s->group[group].upper, out);
}

bool model_line(const struct m_state *s, const struct m_line *l, int64_t at, char *out,
		size_t size)
{
	char path[4 * M_TEXT], home[4 * M_TEXT], group[M_TEXT], who[M_TEXT], by[M_TEXT];
	const struct m_invitation *i =
		&s->invitation[l->invitation < 0 ? 0 : l->invitation];

	if (!s->org[l->org].alive || (l->invitation >= 0 && i->expires <= at))
		return false;
	model_org_path(s, l->org, path);
	model_org_path(s, l->group < 0 ? l->org : s->group[l->group].home, home);
	group_name(s, l->group, group);
	if (l->invitation >= 0) {
		subject_name(s, i->subject, who);
		account_name(s, i->inviter, by);
		snprintf(out, size, "%s: invited %s %s/%s %d %d by %s %lld until %lld",
			 path, who, home, group, l->role, l->linked, by,
			 (long long)i->created,
			 i->mode == M_STAGED ? 0 : (long long)i->expires);
		return true;
	}
	account_name(s, l->account, who);
	snprintf(out, size, "%s: %s%s %s/%s %d %d%s%s%s%s since %lld", path, who,
		 l->blocked ? " blocked" : "", home, group, l->role, l->linked,
		 l->claim[1] ? " Backup" : "", l->claim[0] ? " Owner" : "",
		 l->claim[2] ? " Restore" : "", l->suspended ? " suspended" : "",
		 (long long)l->since);
	return true;
}
