/* SPDX-License-Identifier: MIT */
#include "bridge/rules/view_p.h"

uint32_t view_organization(const struct view *v, const char *path)
{
	return table_get(v->index->organizations, path, strlen(path));
}

uint32_t view_organization_by_id(const struct view *v, int64_t id)
{
	return index_find(v->index->organization_ids, (uint64_t)id);
}

uint32_t view_account_by_id(const struct view *v, int64_t id)
{
	return index_find(v->index->account_ids, (uint64_t)id);
}

uint32_t view_group_by_id(const struct view *v, int64_t id)
{
	return index_find(v->index->group_ids, (uint64_t)id);
}

uint32_t view_email(const struct view *v, const char *key)
{
	return table_get(v->index->emails, key, strlen(key));
}

uint32_t view_group(const struct view *v, uint32_t organization, const char *name_key)
{
	size_t len;
	AUTO_MEM char *key = view_group_key(NULL, organization, name_key, &len);

	return table_get(v->index->groups, key, len);
}

uint32_t view_role(const struct view *v, uint32_t group, enum role role, uint32_t account)
{
	uint32_t number = index_find(v->index->roles, grant_key(group, role, account));

	if (number != INDEX_NONE && v->roles[number].givers == VIEW_NONE)
		return VIEW_NONE;
	return number;
}

uint32_t view_invitation(const struct view *v, uint32_t group, enum role role,
			 uint32_t email)
{
	uint32_t number =
		index_find(v->index->invitations, grant_key(group, role, email));

	if (number != INDEX_NONE && v->invitations[number].givers == VIEW_NONE)
		return VIEW_NONE;
	return number;
}

uint32_t view_giver(const struct view *v, uint32_t givers, int64_t giver)
{
	while (givers != VIEW_NONE && v->givers[givers].giver != giver)
		givers = v->givers[givers].next;
	return givers;
}

bool view_role_is_active(const struct view *v, uint32_t role)
{
	uint32_t g = v->roles[role].givers;

	while (g != VIEW_NONE && v->givers[g].suspended)
		g = v->givers[g].next;
	return g != VIEW_NONE;
}

bool view_has_others(const struct view *v, uint32_t givers, int64_t giver)
{
	for (; givers != VIEW_NONE; givers = v->givers[givers].next)
		if (v->givers[givers].giver != giver)
			return true;
	return false;
}

bool view_is_within(const struct view *v, uint32_t organization, uint32_t below)
{
	while (below != VIEW_NONE && below != organization)
		below = v->organizations[below].parent;
	return below != VIEW_NONE;
}

static bool may_act(const struct view *v, uint32_t account)
{
	return v->accounts[account].active && !v->accounts[account].blocked;
}

uint32_t view_ways(const struct view *v, uint32_t account, uint32_t organization)
{
	uint32_t way = index_find(v->index->ways, pair_key(account, organization));

	return way == INDEX_NONE ? 0 : v->index->way[way].count;
}

bool view_owns_organization(const struct view *v, uint32_t account, uint32_t organization)
{
	return view_ways(v, account, organization) > 0 && may_act(v, account);
}

bool view_holds_owner(const struct view *v, uint32_t account, uint32_t organization)
{
	uint32_t way = index_find(v->index->ways, pair_key(account, organization));

	return way != INDEX_NONE && v->index->way[way].direct;
}

bool view_owns_group(const struct view *v, uint32_t account, uint32_t group)
{
	uint32_t role = view_role(v, group, ROLE_OWNER, account);

	return role != VIEW_NONE && view_role_is_active(v, role) && may_act(v, account);
}

uint32_t view_link(const struct view *v, uint32_t group, uint32_t organization)
{
	uint32_t l = v->groups[group].links;

	while (l != VIEW_NONE && v->links[l].organization != organization)
		l = v->links[l].next_of_group;
	return l;
}

uint32_t view_claim(const struct view *v, uint32_t group, uint32_t organization,
		    const char *name)
{
	uint32_t c = v->groups[group].claims;

	while (c != VIEW_NONE && (v->claims[c].organization != organization ||
				  strcmp(v->claims[c].name, name) != 0))
		c = v->claims[c].next_of_group;
	return c;
}

bool view_is_active_in(const struct view *v, uint32_t group, uint32_t organization)
{
	return v->groups[group].organization == organization ||
	       view_link(v, group, organization) != VIEW_NONE;
}

static bool is_active_within(const struct view *v, uint32_t group, uint32_t organization)
{
	const struct view_group *g = &v->groups[group];

	if (view_is_within(v, organization, g->organization))
		return true;
	for (uint32_t l = g->links; l != VIEW_NONE; l = v->links[l].next_of_group)
		if (view_is_within(v, organization, v->links[l].organization))
			return true;
	return false;
}

bool view_is_on_roster(const struct view *v, uint32_t account, uint32_t organization)
{
	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account)
		if (view_role_is_active(v, r) &&
		    is_active_within(v, v->roles[r].group, organization))
			return true;
	return false;
}

struct view_contact *view_contact(const struct view *v, uint32_t organization,
				  uint32_t email)
{
	uint32_t c = v->emails[email].contacts;

	while (c != VIEW_NONE && v->index->contact[c].organization != organization)
		c = v->index->contact[c].next;
	return c == VIEW_NONE ? NULL : &v->index->contact[c];
}

uint32_t view_pending(const struct view *v, uint32_t organization, uint32_t email)
{
	const struct view_contact *c = view_contact(v, organization, email);

	return c ? c->pending : 0;
}

int64_t view_last_mail(const struct view *v, uint32_t organization, uint32_t email)
{
	const struct view_contact *c = view_contact(v, organization, email);

	return c ? c->last_mail : 0;
}
