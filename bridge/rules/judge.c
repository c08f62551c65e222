/* SPDX-License-Identifier: MIT */
#include "bridge/rules/judge.h"
#include <string.h>

bool owns(const struct view *v, const struct principal *p, uint32_t organization)
{
	return p->account != VIEW_NONE &&
	       view_owns_organization(v, p->account, organization);
}

/* Holds an active role in a group that is active there: not above it, not below. */
static bool plays_a_part(const struct view *v, uint32_t account, uint32_t organization)
{
	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account)
		if (view_role_is_active(v, r) &&
		    view_is_active_in(v, v->roles[r].group, organization))
			return true;
	return false;
}

enum rule or_isolated(const struct view *v, const struct principal *p,
		      uint32_t organization, enum rule rule)
{
	bool knows = p->account == VIEW_NONE
			     ? p->operator_
			     : owns(v, p, organization) ||
				       plays_a_part(v, p->account, organization);

	return knows ? rule : RULE_ORG_ISOLATED;
}

bool is_there(const struct view *v, uint32_t organization)
{
	return organization < v->n_organizations && !v->organizations[organization].gone;
}

enum rule may_administer(const struct view *v, const struct principal *p,
			 uint32_t organization)
{
	if (!is_there(v, organization))
		return RULE_ORG_ISOLATED;
	if (owns(v, p, organization))
		return RULE_NONE;
	return or_isolated(v, p, organization, RULE_NOT_ORG_OWNER);
}

static bool is_of_source(const struct change *c)
{
	return c->giver != GIVER_HAND || c->for_source;
}

enum rule may_source(const struct view *v, const struct change *c, uint32_t email)
{
	const struct view_group *g = &v->groups[c->group];

	if (!is_of_source(c))
		return RULE_NONE;
	if (!view_is_within(v, c->scope, g->organization))
		return RULE_SOURCE_SCOPE;
	if (g->is_protected || (email != VIEW_NONE && v->emails[email].is_protected))
		return RULE_PROTECTED;
	if (email != VIEW_NONE && v->emails[email].is_erased)
		return RULE_ERASED;
	return RULE_NONE;
}

enum rule may_change_group(const struct view *v, const struct principal *p,
			   const struct change *c, uint32_t email)
{
	uint32_t home;

	if (c->group >= v->n_groups || v->groups[c->group].gone)
		return RULE_ORG_ISOLATED;
	home = v->groups[c->group].organization;
	if (p->account == VIEW_NONE || !view_owns_group(v, p->account, c->group))
		return or_isolated(v, p, home, RULE_NOT_GROUP_OWNER);
	if (is_of_source(c) && !owns(v, p, home))
		return RULE_NOT_ORG_OWNER;
	return may_source(v, c, email);
}

enum rule may_add(const struct view *v, const struct change *c)
{
	if (!v->licensed)
		return RULE_LICENCE;
	if (c->giver != GIVER_HAND && v->groups[c->group].carries_owner &&
	    !c->allow_owner_claim)
		return RULE_OWNER_CLAIM;
	return RULE_NONE;
}

/* How many organizations where the group gives Owner have no person who owns them. */
static uint32_t ownerless(const struct view *v, const struct view_group *g)
{
	uint32_t n = 0;

	for (uint32_t c = g->claims; c != VIEW_NONE; c = v->claims[c].next_of_group)
		n += strcmp(v->claims[c].name, CLAIM_OWNER) == 0 &&
		     v->organizations[v->claims[c].organization].person_owners == 0;
	return n;
}

bool is_last_owner(struct view *v, uint32_t role)
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

bool owns_something_alone(const struct view *v, uint32_t account)
{
	if (v->accounts[account].service)
		return false;
	for (uint32_t o = 0; o < v->n_organizations; o++)
		if (v->organizations[o].person_owners == 1 &&
		    view_owns_organization(v, account, o))
			return true;
	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account)
		if (v->roles[r].role == ROLE_OWNER &&
		    v->groups[v->roles[r].group].person_owners == 1 &&
		    view_owns_group(v, account, v->roles[r].group))
			return true;
	return false;
}

bool owns_alone(const struct view *v, uint32_t group, uint32_t organization)
{
	uint32_t owners = v->organizations[organization].person_owners, lost = 0;

	if (view_claim(v, group, organization, CLAIM_OWNER) == VIEW_NONE)
		return false;
	for (uint32_t r = 0; r < v->n_roles; r++) {
		const struct view_role *role = &v->roles[r];
		const struct view_account *a = &v->accounts[role->account];

		lost += role->group == group && role->role == ROLE_MEMBER &&
			!a->service && a->active && !a->blocked &&
			view_role_is_active(v, r) &&
			view_ways(v, role->account, organization) == 1;
	}
	return owners > 0 && lost == owners;
}
