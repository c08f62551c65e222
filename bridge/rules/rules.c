/* SPDX-License-Identifier: MIT */
#include "bridge/rules/rules.h"
#include "bridge/rules/view_p.h"

/* clang-format off */
static const struct {
	const char *code, *text, *hint;
} rules[RULES] = {
	[RULE_NONE] = { "", "allowed", "" },
	[RULE_ORG_ISOLATED] = {
		"org-isolated", "there is no such organization, or it is not yours",
		"Check the path, or act as somebody who owns it (--as)." },
	[RULE_ORG_DEPTH] = {
		"org-depth", "an organization tree has at most three levels",
		"Make it higher up in the tree." },
	[RULE_LICENCE] = {
		"licence", "the root has no valid Enterprise licence",
		"The operator sets one with: dirbridge licence set" },
	[RULE_NOT_OPERATOR] = {
		"not-operator", "only the operator may do this",
		"Ask the operator of the store, or act as operator (--as operator)." },
	[RULE_NOT_ORG_OWNER] = {
		"not-org-owner", "needs Owner of the organization where it acts",
		"Ask an organization owner, or act as one (--as)." },
	[RULE_NOT_GROUP_OWNER] = {
		"not-group-owner", "only group owners change who is in a group",
		"Ask a group owner, or act as one (--as)." },
	[RULE_NAME_TAKEN] = {
		"name-taken", "the name is taken (case does not matter)",
		"Choose another name, or use what has it." },
	[RULE_INVITE_RIGHTS] = {
		"invite-rights", "the inviter must own the group and its organization",
		"Ask somebody who owns both, or act as one (--as)." },
	[RULE_INVITE_DUPLICATE] = {
		"invite-duplicate", "the same invitation is pending already",
		"Wait for an answer, or cancel it: dirbridge invite cancel" },
	[RULE_INVITE_KNOWN] = {
		"invite-known", "the person holds this role already",
		"There is nothing to do." },
	[RULE_INVITE_COOLDOWN] = {
		"invite-cooldown", "the last mail to this address is less than 24 h old",
		"Try again when a day has passed since." },
	[RULE_INVITE_ENDED] = {
		"invite-ended", "the invitation is no longer pending",
		"See what is pending with: dirbridge invite list" },
	[RULE_LAST_OWNER] = {
		"last-owner", "the last active person who owns it cannot be removed",
		"Give the role to somebody else first; to shut the person out at once:"
		" dirbridge account block" },
	[RULE_SOURCE_SCOPE] = {
		"source-scope", "a source acts in its own organization and below",
		"Point the rule at a group of the source's own organization." },
	[RULE_ACCOUNT_BLOCKED] = {
		"account-blocked", "the account is blocked in this root",
		"An owner of the root lifts it with: dirbridge account unblock" },
	[RULE_PROTECTED] = {
		"protected", "no source touches what is protected",
		"Change it by hand, or take it off the list that protects it." },
	[RULE_OWNER_CLAIM] = {
		"owner-claim", "the group gives Owner: the rule needs allow_owner_claim",
		"Set allow_owner_claim in the rule if that is what you want." },
	[RULE_NOT_GIVEN] = {
		"not-given", "there is nothing to take",
		"See who has what with: dirbridge group show" },
};
/* clang-format on */

const char *rule_code(enum rule rule)
{
	return rules[rule].code;
}

const char *rule_text(enum rule rule)
{
	return rules[rule].text;
}

const char *rule_hint(enum rule rule)
{
	return rules[rule].hint;
}

/* ---- what every kind of change asks first ---- */

static bool owns(const struct view *v, const struct principal *p, uint32_t organization)
{
	return p->account != VIEW_NONE &&
	       view_owns_organization(v, p->account, organization);
}

/* Whoever plays no part in an organization does not learn that it is there. */
static enum rule or_isolated(const struct view *v, const struct principal *p,
			     uint32_t organization, enum rule rule)
{
	bool knows = p->account == VIEW_NONE
			     ? p->operator_
			     : owns(v, p, organization) ||
				       view_is_on_roster(v, p->account, organization);

	return knows ? rule : RULE_ORG_ISOLATED;
}

static enum rule may_administer(const struct view *v, const struct principal *p,
				uint32_t organization)
{
	if (organization == VIEW_NONE || organization >= v->n_organizations)
		return RULE_ORG_ISOLATED;
	if (owns(v, p, organization))
		return RULE_NONE;
	return or_isolated(v, p, organization, RULE_NOT_ORG_OWNER);
}

/* A source stays at or below its own organization and off what is protected. */
static enum rule may_source(const struct view *v, const struct change *c, uint32_t email)
{
	const struct view_group *g = &v->groups[c->group];

	if (c->giver == GIVER_HAND)
		return RULE_NONE;
	if (!view_is_within(v, c->scope, g->organization))
		return RULE_SOURCE_SCOPE;
	if (g->is_protected || (email != VIEW_NONE && v->emails[email].is_protected))
		return RULE_PROTECTED;
	return RULE_NONE;
}

/* Who may change the people of a group: its owners, who also own its organization when
 * they act for a source or invite. */
static enum rule may_change_group(const struct view *v, const struct principal *p,
				  const struct change *c, uint32_t email)
{
	uint32_t home;

	if (c->group >= v->n_groups)
		return RULE_ORG_ISOLATED;
	home = v->groups[c->group].organization;
	if (p->account == VIEW_NONE || !view_owns_group(v, p->account, c->group))
		return or_isolated(v, p, home, RULE_NOT_GROUP_OWNER);
	if (c->giver != GIVER_HAND && !owns(v, p, home))
		return RULE_NOT_ORG_OWNER;
	return may_source(v, c, email);
}

static enum rule may_add(const struct view *v, const struct change *c)
{
	if (!v->licensed)
		return RULE_LICENCE;
	if (c->giver != GIVER_HAND && v->groups[c->group].carries_owner &&
	    !c->allow_owner_claim)
		return RULE_OWNER_CLAIM;
	return RULE_NONE;
}

/* How many organizations where the group is active have no person who owns them. */
static uint32_t ownerless(const struct view *v, const struct view_group *g)
{
	uint32_t n = v->organizations[g->organization].person_owners == 0;

	for (uint32_t l = g->links; l != VIEW_NONE; l = v->links[l].next_of_group)
		n += v->organizations[v->links[l].organization].person_owners == 0;
	return n;
}

/* Would this role, once gone, leave a group or an organization without an owner? */
static bool is_last_owner(struct view *v, uint32_t role)
{
	const struct view_role *r = &v->roles[role];
	const struct view_group *g = &v->groups[r->group];
	const struct view_account *a = &v->accounts[r->account];
	uint32_t before, after;

	if (a->service || !a->active || a->blocked || !view_role_is_active(v, role))
		return false;
	if (r->role == ROLE_OWNER)
		return g->person_owners == 1;
	if (!g->carries_owner)
		return false;
	before = ownerless(v, g);
	view_count_role(v, role, -1);
	after = ownerless(v, g);
	view_count_role(v, role, 1);
	return after > before;
}

/* ---- one function a kind ---- */

static enum rule judge_organization(struct view *v, const struct principal *p,
				    struct change *c, int64_t now)
{
	enum rule rule;

	(void)now;
	if (c->organization == VIEW_NONE) {
		if (!p->operator_)
			return RULE_NOT_OPERATOR;
		if (v->n_organizations > 0)
			return RULE_NAME_TAKEN;
	} else {
		rule = may_administer(v, p, c->organization);
		if (rule != RULE_NONE)
			return rule;
		if (v->organizations[c->organization].level >= LEVELS)
			return RULE_ORG_DEPTH;
		if (!v->licensed)
			return RULE_LICENCE;
		for (uint32_t o = 0; o < v->n_organizations; o++)
			if (v->organizations[o].parent == c->organization &&
			    strcmp(v->organizations[o].name_key, c->name_key) == 0)
				return RULE_NAME_TAKEN;
	}
	c->made = view_add_organization(v, 0, c->organization, c->name, c->name_key);
	c->group = view_add_group(v, 0, c->made, "Owners", "owners");
	view_carry_owner(v, c->group);
	view_give(v, c->group, ROLE_OWNER, c->account, GIVER_HAND, false);
	view_give(v, c->group, ROLE_MEMBER, c->account, GIVER_HAND, false);
	return RULE_NONE;
}

static enum rule judge_operator(struct view *v, const struct principal *p,
				struct change *c, int64_t now)
{
	if (!p->operator_)
		return RULE_NOT_OPERATOR;
	if (c->kind == CHANGE_LICENCE)
		v->licensed = c->until + LICENCE_GRACE > now;
	else if (view_owns_organization(v, c->account, c->organization))
		return RULE_NAME_TAKEN;
	else
		view_add_owner_claim(v, c->account, c->organization);
	return RULE_NONE;
}

static enum rule judge_group(struct view *v, const struct principal *p, struct change *c,
			     int64_t now)
{
	enum rule rule = may_administer(v, p, c->organization);

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	if (c->giver != GIVER_HAND && !view_is_within(v, c->scope, c->organization))
		return RULE_SOURCE_SCOPE;
	if (!v->licensed)
		return RULE_LICENCE;
	if (view_group(v, c->organization, c->name_key) != VIEW_NONE)
		return RULE_NAME_TAKEN;
	c->made = view_add_group(v, 0, c->organization, c->name, c->name_key);
	view_give(v, c->made, ROLE_OWNER, p->account, GIVER_HAND, false);
	return RULE_NONE;
}

static enum rule judge_group_rename(struct view *v, const struct principal *p,
				    struct change *c, int64_t now)
{
	enum rule rule = may_change_group(v, p, c, VIEW_NONE);
	uint32_t taken;

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	taken = view_group(v, v->groups[c->group].organization, c->name_key);
	if (taken != VIEW_NONE && taken != c->group)
		return RULE_NAME_TAKEN;
	view_rename_group(v, c->group, c->name, c->name_key);
	return RULE_NONE;
}

/* What a block has left without an owner gets its next one by hand: a group from an
 * organization owner of its home, a root from the operator. */
static bool may_name_next(const struct view *v, const struct principal *p,
			  const struct change *c)
{
	const struct view_group *g = &v->groups[c->group];

	if (c->giver != GIVER_HAND)
		return false;
	if (p->operator_)
		return g->organization == 0 && g->carries_owner &&
		       v->organizations[0].person_owners == 0;
	return c->role == ROLE_OWNER && g->person_owners == 0 &&
	       owns(v, p, g->organization);
}

static enum rule judge_give(struct view *v, const struct principal *p, struct change *c,
			    int64_t now)
{
	const struct view_account *a = &v->accounts[c->account];
	enum rule rule = may_change_group(v, p, c, a->email);

	(void)now;
	if (rule == RULE_NOT_GROUP_OWNER && may_name_next(v, p, c))
		rule = RULE_NONE;
	if (rule == RULE_NONE)
		rule = may_add(v, c);
	if (rule != RULE_NONE)
		return rule;
	if (a->blocked || !a->active)
		return RULE_ACCOUNT_BLOCKED;
	c->made = view_give(v, c->group, c->role, c->account, c->giver, false);
	return RULE_NONE;
}

/* TAKE, SUSPEND and RESTORE act on a role that is there. */
static enum rule find_role(struct view *v, const struct principal *p, struct change *c)
{
	enum rule rule = may_change_group(v, p, c, v->accounts[c->account].email);

	if (rule != RULE_NONE)
		return rule;
	c->made = view_role(v, c->group, c->role, c->account);
	if (c->made == VIEW_NONE ||
	    view_giver(v, v->roles[c->made].givers, c->giver) == VIEW_NONE)
		return RULE_NOT_GIVEN;
	return RULE_NONE;
}

/* Access ends when no other giver keeps the role active. */
static bool ends_access(const struct view *v, const struct change *c)
{
	for (uint32_t g = v->roles[c->made].givers; g != VIEW_NONE; g = v->givers[g].next)
		if (v->givers[g].giver != c->giver && !v->givers[g].suspended)
			return false;
	return true;
}

static enum rule judge_take(struct view *v, const struct principal *p, struct change *c,
			    int64_t now)
{
	enum rule rule = find_role(v, p, c);

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	if (ends_access(v, c) && is_last_owner(v, c->made))
		return RULE_LAST_OWNER;
	if (c->kind == CHANGE_TAKE)
		view_take(v, c->made, c->giver);
	else
		view_suspend(v, c->made, c->giver, true);
	return RULE_NONE;
}

static enum rule judge_restore(struct view *v, const struct principal *p,
			       struct change *c, int64_t now)
{
	enum rule rule = find_role(v, p, c);

	(void)now;
	if (rule == RULE_NONE)
		rule = may_add(v, c);
	if (rule != RULE_NONE)
		return rule;
	if (v->accounts[c->account].blocked || !v->accounts[c->account].active)
		return RULE_ACCOUNT_BLOCKED;
	view_suspend(v, c->made, c->giver, false);
	return RULE_NONE;
}

/* The group, then its organization: an inviter owns both, a giver of roles only one. */
static enum rule may_invite(const struct view *v, const struct principal *p,
			    const struct change *c)
{
	enum rule rule = may_change_group(v, p, c, c->email);

	if (rule == RULE_NOT_GROUP_OWNER)
		return RULE_INVITE_RIGHTS;
	if (rule == RULE_NONE && !owns(v, p, v->groups[c->group].organization))
		return RULE_INVITE_RIGHTS;
	return rule;
}

static enum rule judge_invite(struct view *v, const struct principal *p, struct change *c,
			      int64_t now)
{
	enum rule rule = may_invite(v, p, c);
	uint32_t home, account, pending, role;

	if (rule == RULE_NONE)
		rule = may_add(v, c);
	if (rule != RULE_NONE)
		return rule;
	account = v->emails[c->email].account;
	if (account != VIEW_NONE && v->accounts[account].blocked)
		return RULE_ACCOUNT_BLOCKED;
	role = account == VIEW_NONE ? VIEW_NONE
				    : view_role(v, c->group, c->role, account);
	if (role != VIEW_NONE && view_role_is_active(v, role))
		return RULE_INVITE_KNOWN;
	pending = view_invitation(v, c->group, c->role, c->email);
	if (pending != VIEW_NONE &&
	    view_giver(v, v->invitations[pending].givers, c->giver) != VIEW_NONE)
		return RULE_INVITE_DUPLICATE;
	home = v->groups[c->group].organization;
	if (view_pending(v, home, c->email) == 0) {
		int64_t last = view_last_mail(v, home, c->email);

		if (last != 0 && now < last + INVITE_COOLDOWN)
			return RULE_INVITE_COOLDOWN;
		view_mailed(v, home, c->email, now);
	}
	c->made = view_invite(v, c->group, c->role, c->email, c->giver);
	return RULE_NONE;
}

static enum rule judge_uninvite(struct view *v, const struct principal *p,
				struct change *c, int64_t now)
{
	enum rule rule = may_invite(v, p, c);
	struct view_invitation *i;

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	c->made = view_invitation(v, c->group, c->role, c->email);
	if (c->made == VIEW_NONE)
		return RULE_INVITE_ENDED;
	i = &v->invitations[c->made];
	if (c->kind == CHANGE_UNINVITE) {
		if (view_giver(v, i->givers, c->giver) == VIEW_NONE)
			return RULE_NOT_GIVEN;
		view_uninvite(v, c->made, c->giver);
	} else {
		while (i->givers != VIEW_NONE)
			view_uninvite(v, c->made, v->givers[i->givers].giver);
	}
	return RULE_NONE;
}

static enum rule judge_block(struct view *v, const struct principal *p, struct change *c,
			     int64_t now)
{
	enum rule rule = may_administer(v, p, 0);

	(void)now;
	if (p->operator_)
		rule = RULE_NONE;
	if (rule == RULE_NONE)
		view_block(v, c->account, c->kind == CHANGE_BLOCK);
	return rule;
}

static const struct {
	const char *name;
	enum rule (*judge)(struct view *, const struct principal *, struct change *,
			   int64_t);
} kinds[CHANGES] = {
	[CHANGE_ORGANIZATION] = { "organization.create", judge_organization },
	[CHANGE_LICENCE] = { "licence.set", judge_operator },
	[CHANGE_CLAIM] = { "claim.give", judge_operator },
	[CHANGE_GROUP] = { "group.create", judge_group },
	[CHANGE_GROUP_RENAME] = { "group.rename", judge_group_rename },
	[CHANGE_GIVE] = { "role.give", judge_give },
	[CHANGE_TAKE] = { "role.take", judge_take },
	[CHANGE_SUSPEND] = { "role.suspend", judge_take },
	[CHANGE_RESTORE] = { "role.restore", judge_restore },
	[CHANGE_INVITE] = { "invitation.create", judge_invite },
	[CHANGE_UNINVITE] = { "invitation.leave", judge_uninvite },
	[CHANGE_CANCEL] = { "invitation.cancel", judge_uninvite },
	[CHANGE_BLOCK] = { "account.block", judge_block },
	[CHANGE_UNBLOCK] = { "account.unblock", judge_block },
};

const char *change_name(enum change_kind kind)
{
	return kinds[kind].name;
}

enum rule judge(struct view *view, const struct principal *principal,
		struct change *change, int64_t now)
{
	change->made = VIEW_NONE;
	return kinds[change->kind].judge(view, principal, change, now);
}
