/* SPDX-License-Identifier: MIT */
#include "bridge/rules/judge.h"
#include <string.h>

/* ---- organizations ---- */

static bool is_taken(const struct view *v, uint32_t parent, const char *name_key,
		     uint32_t but)
{
	for (uint32_t o = 0; o < v->n_organizations; o++)
		if (o != but && v->organizations[o].parent == parent &&
		    !v->organizations[o].gone &&
		    strcmp(v->organizations[o].name_key, name_key) == 0)
			return true;
	return false;
}

static enum rule may_create(const struct view *v, const struct principal *p,
			    const struct change *c)
{
	enum rule rule;

	if (c->organization == VIEW_NONE && !p->operator_)
		return RULE_NOT_OPERATOR;
	if (c->organization == VIEW_NONE)
		return v->n_organizations > 0 ? RULE_NAME_TAKEN : RULE_NONE;
	rule = may_administer(v, p, c->organization);
	if (rule != RULE_NONE)
		return rule;
	if (v->organizations[c->organization].level >= LEVELS)
		return RULE_ORG_DEPTH;
	if (!v->licensed)
		return RULE_LICENCE;
	return is_taken(v, c->organization, c->name_key, VIEW_NONE) ? RULE_NAME_TAKEN
								    : RULE_NONE;
}

enum rule judge_organization(struct view *v, const struct principal *p, struct change *c,
			     int64_t now)
{
	enum rule rule = may_create(v, p, c);

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	c->made = view_add_organization(v, 0, c->organization, c->name, c->name_key);
	c->group = view_add_group(v, 0, c->made, "Owners", "owners");
	view_add_claim(v, c->group, c->made, CLAIM_OWNER);
	view_give(v, c->group, ROLE_OWNER, c->account, GIVER_HAND, false);
	view_give(v, c->group, ROLE_MEMBER, c->account, GIVER_HAND, false);
	return RULE_NONE;
}

/* A root's name is unique among all roots, so only the operator, who knows them, may
 * change it. */
enum rule judge_organization_rename(struct view *v, const struct principal *p,
				    struct change *c, int64_t now)
{
	const struct view_organization *o;
	enum rule rule = may_administer(v, p, c->organization);

	(void)now;
	if (is_there(v, c->organization) && p->operator_)
		rule = v->organizations[c->organization].level == 1 ? RULE_NONE : rule;
	if (rule != RULE_NONE)
		return rule;
	o = &v->organizations[c->organization];
	if (o->level == 1 && !p->operator_)
		return RULE_NOT_OPERATOR;
	if (strcmp(o->name, c->name) == 0)
		return RULE_UNCHANGED;
	if (is_taken(v, o->parent, c->name_key, c->organization))
		return RULE_NAME_TAKEN;
	view_rename_organization(v, c->organization, c->name, c->name_key);
	return RULE_NONE;
}

static bool has_children(const struct view *v, uint32_t organization)
{
	for (uint32_t o = 0; o < v->n_organizations; o++)
		if (v->organizations[o].parent == organization &&
		    !v->organizations[o].gone)
			return true;
	return false;
}

enum rule judge_organization_delete(struct view *v, const struct principal *p,
				    struct change *c, int64_t now)
{
	enum rule rule = may_administer(v, p, c->organization);
	bool root = rule == RULE_NONE && v->organizations[c->organization].level == 1;

	if (rule != RULE_NONE)
		return rule;
	if (has_children(v, c->organization) || (root && v->licence_end > now) ||
	    v->organizations[c->organization].assets > 0)
		return RULE_ORG_NOT_EMPTY;
	view_remove_organization(v, c->organization);
	return RULE_NONE;
}

enum rule judge_review(struct view *v, const struct principal *p, struct change *c,
		       int64_t now)
{
	(void)now;
	return may_administer(v, p, c->organization);
}

/* ---- what the operator does ---- */

enum rule judge_licence(struct view *v, const struct principal *p, struct change *c,
			int64_t now)
{
	if (!p->operator_)
		return RULE_NOT_OPERATOR;
	if (v->n_organizations == 0)
		return RULE_ORG_ISOLATED;
	if (c->trial && v->licence_end != 0)
		return RULE_TRIAL_USED;
	if (c->trial)
		c->until = now + TRIAL_LIFETIME;
	if (c->until > now)
		v->licence_end = c->until;
	else if (v->licence_end > now)
		v->licence_end = now;
	v->licensed = v->licence_end != 0 && v->licence_end + LICENCE_GRACE > now;
	return RULE_NONE;
}

/* The console says what it holds, by way of the operator. */
enum rule judge_asset(struct view *v, const struct principal *p, struct change *c,
		      int64_t now)
{
	struct view_organization *o;

	(void)now;
	if (!p->operator_)
		return RULE_NOT_OPERATOR;
	if (!is_there(v, c->organization))
		return RULE_ORG_ISOLATED;
	if (c->count == c->was)
		return RULE_UNCHANGED;
	o = &v->organizations[c->organization];
	o->assets = o->assets - c->was + c->count;
	return RULE_NONE;
}

/* Owner held directly is what goes and comes here, not what a group gives. */
enum rule judge_claim(struct view *v, const struct principal *p, struct change *c,
		      int64_t now)
{
	bool owner;

	(void)now;
	if (!p->operator_)
		return RULE_NOT_OPERATOR;
	if (!is_there(v, c->organization))
		return RULE_ORG_ISOLATED;
	owner = view_holds_owner(v, c->account, c->organization);
	if (owner == (c->kind == CHANGE_CLAIM))
		return owner ? RULE_UNCHANGED : RULE_NOT_GIVEN;
	if (!owner) {
		view_add_owner_claim(v, c->account, c->organization);
		return RULE_NONE;
	}
	if (!v->accounts[c->account].service &&
	    v->organizations[c->organization].person_owners == 1 &&
	    view_owns_organization(v, c->account, c->organization) &&
	    view_ways(v, c->account, c->organization) == 1)
		return RULE_LAST_OWNER;
	view_drop_owner_claim(v, c->account, c->organization);
	return RULE_NONE;
}

enum rule judge_principal(struct view *v, const struct principal *p, struct change *c,
			  int64_t now)
{
	(void)v, (void)c, (void)now;
	return p->operator_ ? RULE_NONE : RULE_NOT_OPERATOR;
}

/* ---- accounts ---- */

enum rule judge_block(struct view *v, const struct principal *p, struct change *c,
		      int64_t now)
{
	enum rule rule = may_administer(v, p, 0);

	(void)now;
	if (p->operator_)
		rule = RULE_NONE;
	if (rule == RULE_NONE &&
	    v->accounts[c->account].blocked == (c->kind == CHANGE_BLOCK))
		rule = RULE_UNCHANGED;
	if (rule == RULE_NONE)
		view_block(v, c->account, c->kind == CHANGE_BLOCK);
	return rule;
}

static enum rule may_change_account(const struct view *v, const struct principal *p,
				    const struct change *c)
{
	if (v->accounts[c->account].service)
		return RULE_NOT_YOURSELF;
	return p->operator_ || p->account == c->account ? RULE_NONE : RULE_NOT_YOURSELF;
}

/* The person knows the root who has a role in it; the operator knows every root. */
static enum rule takes_part(const struct view *v, const struct principal *p)
{
	bool knows = p->account == VIEW_NONE ? p->operator_
					     : v->accounts[p->account].roles != VIEW_NONE;

	return v->n_organizations > 0 && knows ? RULE_NONE : RULE_ORG_ISOLATED;
}

enum rule judge_email(struct view *v, const struct principal *p, struct change *c,
		      int64_t now)
{
	enum rule rule = takes_part(v, p);
	uint32_t holder = v->emails[c->email].account;

	(void)now;
	if (rule == RULE_NONE)
		rule = may_change_account(v, p, c);
	if (rule != RULE_NONE)
		return rule;
	if (holder != VIEW_NONE)
		return holder == c->account ? RULE_UNCHANGED : RULE_EMAIL_TAKEN;
	view_change_email(v, c->account, c->email);
	return RULE_NONE;
}

enum rule judge_erase(struct view *v, const struct principal *p, struct change *c,
		      int64_t now)
{
	enum rule rule = may_change_account(v, p, c);

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	if (owns_something_alone(v, c->account))
		return RULE_LAST_OWNER;
	view_erase(v, c->account);
	return RULE_NONE;
}
