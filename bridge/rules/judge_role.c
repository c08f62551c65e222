/* SPDX-License-Identifier: MIT */
#include "bridge/rules/judge.h"

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

enum rule judge_give(struct view *v, const struct principal *p, struct change *c,
		     int64_t now)
{
	const struct view_account *a = &v->accounts[c->account];
	enum rule rule = may_change_group(v, p, c, a->email);
	uint32_t role;

	(void)now;
	if (rule == RULE_NOT_GROUP_OWNER && may_name_next(v, p, c))
		rule = RULE_NONE;
	if (rule == RULE_NONE)
		rule = may_add(v, c);
	if (rule != RULE_NONE)
		return rule;
	if (a->blocked || !a->active)
		return RULE_ACCOUNT_BLOCKED;
	role = view_role(v, c->group, c->role, c->account);
	if (role != VIEW_NONE &&
	    view_giver(v, v->roles[role].givers, c->giver) != VIEW_NONE)
		return RULE_UNCHANGED;
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

enum rule judge_take(struct view *v, const struct principal *p, struct change *c,
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

enum rule judge_restore(struct view *v, const struct principal *p, struct change *c,
			int64_t now)
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
