/* SPDX-License-Identifier: MIT */
#include "bridge/rules/judge.h"
#include <string.h>

enum rule judge_group(struct view *v, const struct principal *p, struct change *c,
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

enum rule judge_group_rename(struct view *v, const struct principal *p, struct change *c,
			     int64_t now)
{
	enum rule rule = may_change_group(v, p, c, VIEW_NONE);
	uint32_t taken;

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	if (strcmp(v->groups[c->group].name, c->name) == 0)
		return RULE_UNCHANGED;
	taken = view_group(v, v->groups[c->group].organization, c->name_key);
	if (taken != VIEW_NONE && taken != c->group)
		return RULE_NAME_TAKEN;
	view_rename_group(v, c->group, c->name, c->name_key);
	return RULE_NONE;
}

enum rule judge_group_delete(struct view *v, const struct principal *p, struct change *c,
			     int64_t now)
{
	const struct view_group *g;
	enum rule rule;

	(void)now;
	if (c->group >= v->n_groups || v->groups[c->group].gone)
		return RULE_ORG_ISOLATED;
	g = &v->groups[c->group];
	rule = may_administer(v, p, g->organization);
	if (rule != RULE_NONE)
		return rule;
	for (uint32_t k = g->claims; k != VIEW_NONE; k = v->claims[k].next_of_group)
		if (owns_alone(v, c->group, v->claims[k].organization))
			return RULE_LAST_OWNER;
	view_remove_group(v, c->group);
	return RULE_NONE;
}

/* ---- claims: they belong to who owns the organization where they act ---- */

static enum rule may_claim(const struct view *v, const struct principal *p,
			   const struct change *c)
{
	enum rule rule = may_administer(v, p, c->organization);

	if (rule != RULE_NONE)
		return rule;
	if (c->group >= v->n_groups || v->groups[c->group].gone)
		return RULE_ORG_ISOLATED;
	return view_is_active_in(v, c->group, c->organization) ? RULE_NONE
							       : RULE_NOT_ACTIVE;
}

enum rule judge_group_claim(struct view *v, const struct principal *p, struct change *c,
			    int64_t now)
{
	enum rule rule = may_claim(v, p, c);

	(void)now;
	if (rule == RULE_NONE && !v->licensed)
		rule = RULE_LICENCE;
	if (rule != RULE_NONE)
		return rule;
	if (view_claim(v, c->group, c->organization, c->name) != VIEW_NONE)
		return RULE_UNCHANGED;
	view_add_claim(v, c->group, c->organization, c->name);
	return RULE_NONE;
}

enum rule judge_group_unclaim(struct view *v, const struct principal *p, struct change *c,
			      int64_t now)
{
	enum rule rule = may_claim(v, p, c);
	uint32_t claim;

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	claim = view_claim(v, c->group, c->organization, c->name);
	if (claim == VIEW_NONE)
		return RULE_NOT_GIVEN;
	if (strcmp(c->name, CLAIM_OWNER) == 0 && owns_alone(v, c->group, c->organization))
		return RULE_LAST_OWNER;
	view_drop_claim(v, claim);
	return RULE_NONE;
}

/* ---- links ---- */

/* Who does not own both learns nothing of either. */
static enum rule may_link(const struct view *v, const struct principal *p,
			  const struct change *c)
{
	if (c->group >= v->n_groups || v->groups[c->group].gone ||
	    !owns(v, p, v->groups[c->group].organization))
		return RULE_ORG_ISOLATED;
	if (c->organization == VIEW_NONE)
		return RULE_LINK_ROOT;
	if (!is_there(v, c->organization) || !owns(v, p, c->organization))
		return RULE_ORG_ISOLATED;
	return view_owns_group(v, p->account, c->group) ? RULE_NONE : RULE_LINK_OWNERSHIP;
}

static enum rule goes_down(const struct view *v, uint32_t home, uint32_t target)
{
	if (target == home)
		return RULE_LINK_SELF;
	if (view_is_within(v, target, home))
		return RULE_LINK_UP;
	return view_is_within(v, home, target) ? RULE_NONE : RULE_LINK_ACROSS;
}

/* The home's claims go along; Owner only when it is asked for. */
static void copy_claims(struct view *v, const struct change *c)
{
	uint32_t home = v->groups[c->group].organization;

	for (uint32_t k = v->groups[c->group].claims; k != VIEW_NONE;
	     k = v->claims[k].next_of_group) {
		bool owner = strcmp(v->claims[k].name, CLAIM_OWNER) == 0;

		if (v->claims[k].organization == home && (!owner || c->allow_owner_claim))
			view_add_claim(v, c->group, c->organization, v->claims[k].name);
	}
}

enum rule judge_link(struct view *v, const struct principal *p, struct change *c,
		     int64_t now)
{
	enum rule rule = may_link(v, p, c);

	(void)now;
	if (rule == RULE_NONE)
		rule = goes_down(v, v->groups[c->group].organization, c->organization);
	if (rule == RULE_NONE && !v->licensed)
		rule = RULE_LICENCE;
	if (rule != RULE_NONE)
		return rule;
	if (view_link(v, c->group, c->organization) != VIEW_NONE)
		return RULE_UNCHANGED;
	c->made = view_add_link(v, c->group, c->organization);
	copy_claims(v, c);
	return RULE_NONE;
}

/* Either side may end it: who owns where it leads to, or home and group; to the latter
 * the target is nothing but where the group is linked to. */
static enum rule may_unlink(const struct view *v, const struct principal *p,
			    const struct change *c)
{
	if (c->group >= v->n_groups || v->groups[c->group].gone ||
	    !is_there(v, c->organization))
		return RULE_ORG_ISOLATED;
	if (owns(v, p, c->organization))
		return RULE_NONE;
	if (!owns(v, p, v->groups[c->group].organization) ||
	    view_link(v, c->group, c->organization) == VIEW_NONE)
		return RULE_ORG_ISOLATED;
	return view_owns_group(v, p->account, c->group) ? RULE_NONE : RULE_LINK_OWNERSHIP;
}

enum rule judge_unlink(struct view *v, const struct principal *p, struct change *c,
		       int64_t now)
{
	enum rule rule = may_unlink(v, p, c);

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	c->made = view_link(v, c->group, c->organization);
	if (c->made == VIEW_NONE)
		return RULE_NOT_GIVEN;
	if (owns_alone(v, c->group, c->organization))
		return RULE_LAST_OWNER;
	view_drop_link(v, c->made);
	return RULE_NONE;
}
