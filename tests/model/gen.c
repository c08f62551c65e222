/* SPDX-License-Identifier: MIT */
#include "tests/model/gen.h"
#include <stdio.h>
#include <string.h>

#define HOUR INT64_C(3600)
#define DAY  (24 * HOUR)

static const struct {
	const char *name;
	unsigned weight;
} kinds[M_KINDS] = {
	[M_WAIT] = { "wait", 130 },
	[M_ROOT] = { "root", 6 },
	[M_ORG] = { "org", 40 },
	[M_ORG_RENAME] = { "org-rename", 12 },
	[M_ORG_DELETE] = { "org-delete", 20 },
	[M_LICENCE] = { "licence", 16 },
	[M_ASSET] = { "asset", 20 },
	[M_CLAIM] = { "claim", 15 },
	[M_UNCLAIM] = { "unclaim", 10 },
	[M_GROUP] = { "group", 50 },
	[M_GROUP_RENAME] = { "group-rename", 20 },
	[M_GROUP_DELETE] = { "group-delete", 25 },
	[M_GROUP_CLAIM] = { "group-claim", 40 },
	[M_GROUP_UNCLAIM] = { "group-unclaim", 25 },
	[M_LINK] = { "link", 60 },
	[M_UNLINK] = { "unlink", 25 },
	[M_GIVE] = { "give", 110 },
	[M_TAKE] = { "take", 70 },
	[M_SUSPEND] = { "suspend", 25 },
	[M_RESTORE] = { "restore", 20 },
	[M_INVITE] = { "invite", 120 },
	[M_UNINVITE] = { "uninvite", 20 },
	[M_CANCEL] = { "cancel", 15 },
	[M_RESEND] = { "resend", 50 },
	[M_RELEASE] = { "release", 30 },
	[M_ACCEPT] = { "accept", 70 },
	[M_DECLINE] = { "decline", 15 },
	[M_BLOCK] = { "block", 20 },
	[M_UNBLOCK] = { "unblock", 25 },
	[M_EMAIL] = { "email", 20 },
	[M_ERASE] = { "erase", 8 },
};

/* splitmix64 */
uint64_t gen_number(struct gen *g, uint64_t below)
{
	uint64_t z = g->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % below;
}

static int pick(struct gen *g, int below)
{
	return below <= 0 ? 0 : (int)gen_number(g, (uint64_t)below);
}

static bool chance(struct gen *g, int percent)
{
	return pick(g, 100) < percent;
}

struct m_path gen_path(const struct m_state *s, int org)
{
	struct m_path path = { { -1, -1, -1 } };

	for (int o = org; o >= 0; o = s->org[o].parent)
		path.name[s->org[o].level - 1] = s->org[o].name;
	return path;
}

/* A living organization of a root (-1: of any), or -1. */
static int any_org(struct gen *g, const struct m_state *s, int root)
{
	for (int tries = 0; s->n_orgs > 0 && tries < 200; tries++) {
		int o = pick(g, s->n_orgs);

		if (s->org[o].alive && (root < 0 || s->org[o].root == root))
			return o;
	}
	return root;
}

static int any_group(struct gen *g, const struct m_state *s, int root)
{
	for (int tries = 0; s->n_groups > 0 && tries < 400; tries++) {
		int k = pick(g, s->n_groups);

		if (s->group[k].alive && s->group[k].name != 0 + chance(g, 60) * 99 &&
		    (root < 0 || s->org[s->group[k].home].root == root))
			return k;
	}
	return -1;
}

static int who_of(const struct m_state *s, int account)
{
	return s->account[account].service
		       ? M_SERVICE(s->account[account].number)
		       : s->subject[s->account[account].subject].email;
}

static int any_account(struct gen *g, const struct m_state *s)
{
	int a;

	do
		a = pick(g, s->n_accounts);
	while (s->account[a].closed);
	return who_of(s, a);
}

/* Somebody who owns the group, or the organization; otherwise anybody. */
static int owner_of(struct gen *g, const struct m_state *s, int group, int org)
{
	for (int tries = 0; tries < 60; tries++) {
		int a = pick(g, s->n_accounts);

		if ((group >= 0 && m_owns_group(s, a, group) &&
		     (org < 0 || m_owns(s, a, org))) ||
		    (group < 0 && org >= 0 && m_owns(s, a, org)))
			return who_of(s, a);
	}
	return chance(g, 30) ? M_OPERATOR : any_account(g, s);
}

static bool of_a_group(enum m_kind kind)
{
	return kind >= M_GROUP_RENAME && kind <= M_RELEASE;
}

static bool of_the_operator(enum m_kind kind)
{
	return kind == M_ROOT || kind == M_LICENCE || kind == M_ASSET ||
	       kind == M_CLAIM || kind == M_UNCLAIM;
}

static enum m_kind any_kind(struct gen *g)
{
	unsigned all = 0, at;

	for (int k = 0; k < M_KINDS; k++)
		all += kinds[k].weight;
	at = (unsigned)pick(g, (int)all);
	for (int k = 0; k < M_KINDS; k++) {
		if (at < kinds[k].weight)
			return (enum m_kind)k;
		at -= kinds[k].weight;
	}
	return M_WAIT;
}

static int64_t any_time(struct gen *g, enum m_kind kind)
{
	if (kind == M_LICENCE)
		return chance(g, 12) ? 0 : DAY * (1 + pick(g, 200));
	if (kind == M_ASSET)
		return chance(g, 50) ? 0 : pick(g, 3);
	if (kind == M_SUSPEND)
		return 30 * DAY;
	if (chance(g, 60))
		return pick(g, 3600);
	if (chance(g, 80))
		return pick(g, (int)(30 * HOUR));
	return pick(g, (int)((chance(g, 85) ? 9 : 40) * DAY));
}

/* Where: a group, an organization of the same root for the most part, and the root. */
static void choose_place(struct gen *g, const struct m_state *s, int root,
			 struct m_op *op, int *group, int *org)
{
	static const struct m_path nowhere = { { 0, 77, -1 } }, none = { { -1, -1, -1 } };
	int home;

	*group = chance(g, 95) ? any_group(g, s, root) : -1;
	home = *group >= 0 ? s->group[*group].home : any_org(g, s, root);
	if (root < 0 && home >= 0)
		root = s->org[home].root;
	op->root = root >= 0 ? gen_path(s, root) : (struct m_path){ { 3, -1, -1 } };
	op->home = home >= 0 && chance(g, 98) ? gen_path(s, home) : nowhere;
	op->group = *group >= 0 ? s->group[*group].name : pick(g, 6);
	*org = chance(g, 25) ? home : any_org(g, s, chance(g, 88) ? root : -1);
	op->place = *org >= 0 && chance(g, 96) ? gen_path(s, *org) : nowhere;
	op->from = none;
	if (op->kind == M_INVITE && chance(g, 25))
		op->from = gen_path(s, any_org(g, s, chance(g, 90) ? root : -1));
}

static void choose_actor(struct gen *g, const struct m_state *s, struct m_op *op,
			 int group, int org)
{
	int home = group >= 0 ? s->group[group].home : model_org(s, &op->home);

	if (of_the_operator(op->kind))
		op->actor = chance(g, 90) ? M_OPERATOR : any_account(g, s);
	else if (chance(g, 8))
		op->actor = chance(g, 30) ? M_OPERATOR : any_account(g, s);
	else if (op->kind == M_EMAIL || op->kind == M_ERASE)
		op->actor = chance(g, 40) ? M_OPERATOR : any_account(g, s);
	else if (op->kind == M_LINK)
		op->actor = owner_of(g, s, group, org);
	else if (of_a_group(op->kind) && op->kind != M_GROUP_CLAIM &&
		 op->kind != M_GROUP_UNCLAIM && op->kind != M_GROUP_DELETE)
		op->actor = owner_of(g, s, group, chance(g, 80) ? home : -1);
	else if (op->kind == M_BLOCK || op->kind == M_UNBLOCK)
		op->actor = chance(g, 40) ? M_OPERATOR
					  : owner_of(g, s, -1, model_org(s, &op->root));
	else
		op->actor = owner_of(g, s, -1, op->kind == M_GROUP ? home : org);
}

static void choose_rest(struct gen *g, const struct m_state *s, struct m_op *op)
{
	bool own = op->kind == M_EMAIL || op->kind == M_ERASE;

	op->name = op->kind == M_ROOT || op->kind == M_ORG_RENAME ? pick(g, 4)
		   : op->kind == M_ORG                            ? pick(g, 3)
		   : op->kind == M_ASSET || op->kind == M_GROUP_CLAIM ||
				   op->kind == M_GROUP_UNCLAIM
			   ? pick(g, 3)
			   : pick(g, 6);
	op->upper = chance(g, 15);
	op->role = chance(g, 60) ? M_MEMBER : M_OWNER;
	op->email = pick(g, M_PEOPLE);
	op->who = chance(g, 93) ? any_account(g, s) : op->email;
	if (own && op->actor != M_OPERATOR && chance(g, 85))
		op->who = op->actor;
	if (op->kind == M_ERASE && op->who < M_SERVICE(0) && chance(g, 85))
		op->email = op->who;
	if (op->kind == M_CLAIM || op->kind == M_UNCLAIM)
		op->who = M_SERVICE(1 + pick(g, 2));
	if (op->actor >= M_SERVICE(0) && op->kind >= M_GROUP && op->kind <= M_RELEASE &&
	    chance(g, 70))
		op->giver = op->actor - M_SERVICE(0);
	op->mode = chance(g, 60) ? M_MAIL : pick(g, op->kind == M_RELEASE ? 2 : 3);
	op->until = any_time(g, op->kind);
	op->trial = op->kind == M_LICENCE && chance(g, 20);
	op->allow = chance(g, 30);
	op->token = chance(g, 70) ? pick(g, 4) : pick(g, 30);
	op->stale = chance(g, 10);
	if ((op->kind == M_ACCEPT || op->kind == M_DECLINE) && chance(g, 80))
		op->email = -1;
}

/* Sources change nothing but people, and make groups. */
static void keep_to_sources(struct m_op *op)
{
	if (op->giver != 0 && op->kind != M_GROUP && op->kind != M_GROUP_RENAME &&
	    (op->kind < M_GIVE || op->kind > M_UNINVITE))
		op->giver = 0;
}

static bool begins(enum m_kind kind)
{
	return kind == M_WAIT || kind == M_ROOT || kind == M_ACCEPT ||
	       kind == M_DECLINE || kind == M_EMAIL || kind == M_ERASE ||
	       kind == M_ORG_RENAME || kind == M_ORG_DELETE;
}

bool gen_alone(enum m_kind kind)
{
	return kind == M_ACCEPT || kind == M_DECLINE || kind == M_ERASE;
}

bool gen_closes(enum m_kind kind)
{
	return begins(kind) || kind == M_CLAIM || kind == M_UNCLAIM || kind == M_CANCEL ||
	       kind == M_UNINVITE || kind == M_RESEND || kind == M_GROUP_DELETE;
}

/* ---- at what is there ---- */

static bool of_root(const struct m_state *s, int org, int root)
{
	return root < 0 || s->org[org].root == root;
}

static void aim_group(const struct m_state *s, struct m_op *op, int group)
{
	op->group = s->group[group].name;
	op->home = gen_path(s, s->group[group].home);
	op->root = gen_path(s, s->org[s->group[group].home].root);
}

/* Of the last ones, one that waits for an answer. */
static int any_pending(struct gen *g, const struct m_state *s, int root, int mode)
{
	for (int tries = 0; s->n_invitations > 0 && tries < 200; tries++) {
		int back = pick(g, s->n_invitations < 100 ? s->n_invitations : 100);
		const struct m_invitation *i =
			&s->invitation[s->n_invitations - 1 - back];

		if (m_pending(s, i) && of_root(s, s->group[i->group].home, root) &&
		    (mode < 0 || i->mode == mode))
			return s->n_invitations - 1 - back;
	}
	return -1;
}

static int aim_invitation(struct gen *g, const struct m_state *s, int root,
			  struct m_op *op)
{
	int at = any_pending(g, s, root, op->kind == M_RELEASE ? M_STAGED : -1);
	const struct m_invitation *i = &s->invitation[at < 0 ? 0 : at];

	if (at < 0)
		return -1;
	aim_group(s, op, i->group);
	op->role = i->role;
	op->email = s->subject[i->subject].email;
	op->giver = op->kind == M_UNINVITE && i->n > 0 ? i->by[pick(g, i->n)].giver : 0;
	return i->group;
}

static int any_role(struct gen *g, const struct m_state *s, int root)
{
	for (int tries = 0; s->n_roles > 0 && tries < 200; tries++) {
		int r = pick(g, s->n_roles);

		if (s->role[r].n > 0 && of_root(s, s->group[s->role[r].group].home, root))
			return r;
	}
	return -1;
}

/* A group that a source's service principal owns. */
static int aim_source(struct gen *g, const struct m_state *s, int root, struct m_op *op)
{
	int n = 1 + pick(g, 2);

	for (int tries = 0; tries < 100; tries++) {
		int group = any_group(g, s, root);

		if (group < 0 || !m_owns_group(s, n - 1, group))
			continue;
		aim_group(s, op, group);
		op->giver = n;
		return group;
	}
	return -1;
}

static int aim_role(struct gen *g, const struct m_state *s, int root, struct m_op *op)
{
	int at = any_role(g, s, root);
	const struct m_role *r = &s->role[at < 0 ? 0 : at];

	if (at < 0)
		return -1;
	op->who = who_of(s, r->account);
	if (op->kind == M_GIVE && chance(g, 30))
		return aim_source(g, s, s->org[s->group[r->group].home].root, op);
	if (op->kind == M_GIVE) {
		int group = any_group(g, s, s->org[s->group[r->group].home].root);

		if (group >= 0)
			aim_group(s, op, group);
		return group;
	}
	aim_group(s, op, r->group);
	op->role = r->role;
	op->giver = r->by[pick(g, r->n)].giver;
	return r->group;
}

/* Somebody who owns both, of two roots. */
static void aim_across(struct gen *g, const struct m_state *s, struct m_op *op, int home)
{
	for (int tries = 0; tries < 400; tries++) {
		int a = pick(g, s->n_accounts), o = pick(g, s->n_orgs);

		if (!s->org[o].alive || s->org[o].root == s->org[home].root ||
		    !m_owns(s, a, o) || !m_owns(s, a, home))
			continue;
		op->actor = who_of(s, a);
		op->place = gen_path(s, o);
		break;
	}
}

static int aim_claim(struct gen *g, const struct m_state *s, int root, struct m_op *op)
{
	for (int tries = 0; s->n_claims > 0 && tries < 100; tries++) {
		const struct m_claim *c = &s->claim[pick(g, s->n_claims)];

		if (!c->on || !of_root(s, c->org, root))
			continue;
		aim_group(s, op, c->group);
		op->place = gen_path(s, c->org);
		op->name = c->name;
		op->actor = owner_of(g, s, -1, c->org);
		break;
	}
	return -1;
}

static int aim_link(struct gen *g, const struct m_state *s, int root, struct m_op *op)
{
	int group = op->kind == M_LINK ? any_group(g, s, root) : -1;

	for (int tries = 0; op->kind == M_UNLINK && tries < 100; tries++) {
		const struct m_link *l = &s->link[pick(g, s->n_links)];

		if (s->n_links > 0 && l->on && of_root(s, l->org, root)) {
			op->place = gen_path(s, l->org);
			group = l->group;
			break;
		}
	}
	if (group < 0)
		return -1;
	aim_group(s, op, group);
	if (op->kind == M_LINK && chance(g, 12)) {
		aim_across(g, s, op, s->group[group].home);
		return -1;
	}
	for (int tries = 0; op->kind == M_LINK && tries < 50; tries++) {
		int org = any_org(g, s, s->org[s->group[group].home].root);

		if (org != s->group[group].home && m_within(s, s->group[group].home, org))
			op->place = gen_path(s, org);
	}
	return group;
}

/* The account of another person of the same source. */
static void aim_bound(struct gen *g, const struct m_state *s, int giver, struct m_op *op)
{
	const struct m_pair *b = &s->binding[pick(g, s->n_bindings)];

	if (s->n_bindings > 0 && b->a == giver && chance(g, 30))
		op->email = who_of(s, b->c);
}

static int aim_token(struct gen *g, const struct m_state *s, struct m_op *op)
{
	int at = any_pending(g, s, -1, -1);
	const struct m_invitation *i = &s->invitation[at < 0 ? 0 : at];

	if (at < 0)
		return -1;
	op->token = s->n_mails - 1 - i->mail;
	if (i->n > 0)
		aim_bound(g, s, i->by[0].giver, op);
	return -1;
}

static int aim_block(struct gen *g, const struct m_state *s, int root, struct m_op *op)
{
	for (int tries = 0; s->n_blocks > 0 && tries < 100; tries++) {
		const struct m_pair *b = &s->block[pick(g, s->n_blocks)];

		if (b->on && of_root(s, b->b, root)) {
			op->who = who_of(s, b->a);
			op->root = gen_path(s, b->b);
			break;
		}
	}
	return -1;
}

/* The group that it is about, or -1. */
static int aim(struct gen *g, const struct m_state *s, int root, struct m_op *op)
{
	switch (op->kind) {
	case M_GIVE:
	case M_TAKE:
	case M_SUSPEND:
	case M_RESTORE:
		return aim_role(g, s, root, op);
	case M_INVITE:
		return chance(g, 40) ? aim_source(g, s, root, op) : -1;
	case M_UNINVITE:
	case M_CANCEL:
	case M_RESEND:
	case M_RELEASE:
		return aim_invitation(g, s, root, op);
	case M_GROUP_UNCLAIM:
		return aim_claim(g, s, root, op);
	case M_LINK:
	case M_UNLINK:
		return aim_link(g, s, root, op);
	case M_ACCEPT:
	case M_DECLINE:
		return aim_token(g, s, op);
	case M_UNBLOCK:
		return aim_block(g, s, root, op);
	default:
		return -1;
	}
}

static int aimed_actor(struct gen *g, const struct m_state *s, const struct m_op *op,
		       int group)
{
	if (op->giver != 0)
		return M_SERVICE(op->giver);
	if (op->kind == M_UNBLOCK)
		return chance(g, 40) ? M_OPERATOR
				     : owner_of(g, s, -1, model_org(s, &op->root));
	if (group < 0)
		return op->actor;
	if (op->kind == M_UNLINK && chance(g, 50))
		return owner_of(g, s, -1, model_org(s, &op->place));
	return owner_of(g, s, group, s->group[group].home);
}

struct m_op gen_op(struct gen *g, const struct m_state *s)
{
	struct m_op op = { .kind = any_kind(g) };
	int group, org, root;

	op.joins = !begins(op.kind) && !gen_closes(g->last.kind) && chance(g, 35);
	root = op.joins ? model_org(s, &g->last.root) : -1;
	choose_place(g, s, root, &op, &group, &org);
	choose_actor(g, s, &op, group, org);
	choose_rest(g, s, &op);
	keep_to_sources(&op);
	if (chance(g, 70)) {
		group = aim(g, s, root, &op);
		op.actor = aimed_actor(g, s, &op, group);
	}
	if (op.joins) {
		op.actor = g->last.actor;
		op.root = g->last.root;
	}
	if (op.kind == M_ROOT)
		op.root = op.place = (struct m_path){ { op.name, -1, -1 } };
	g->last = op;
	return op;
}

static void print_path(const struct m_path *path, char out[M_TEXT])
{
	snprintf(out, M_TEXT, "%d/%d/%d", path->name[0], path->name[1], path->name[2]);
}

void gen_print(const struct m_op *op, char *out, size_t size)
{
	char root[M_TEXT], place[M_TEXT], home[M_TEXT], from[M_TEXT];

	print_path(&op->root, root);
	print_path(&op->place, place);
	print_path(&op->home, home);
	print_path(&op->from, from);
	snprintf(out, size,
		 "%s%s by %d in %s: place %s, group %d of %s, from %s, name %d%s, role"
		 " %d, who %d, email %d, giver %d, mode %d, until %lld%s%s, token %d%s",
		 op->joins ? "  and " : "", kinds[op->kind].name, op->actor, root, place,
		 op->group, home, from, op->name, op->upper ? "^" : "", op->role, op->who,
		 op->email, op->giver, op->mode, (long long)op->until,
		 op->trial ? " trial" : "", op->allow ? " allow" : "", op->token,
		 op->stale ? " stale" : "");
}
