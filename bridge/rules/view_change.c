/* SPDX-License-Identifier: MIT */
#include "bridge/rules/view_p.h"
#include <string.h>

/* ---- who owns what, counted ---- */

static struct view_way *way(struct view *v, uint32_t account, uint32_t organization)
{
	struct view_index *x = v->index;
	uint32_t number = index_find(x->ways, pair_key(account, organization));

	if (number == INDEX_NONE) {
		number = x->n_ways++;
		mem_grow(x, x->way, x->n_ways, &x->c_ways);
		x->way[number] = (struct view_way){ account, organization, 0, false };
		index_add(x->ways, number);
	}
	return &x->way[number];
}

/* One way more, or less, in which an account owns an organization. */
static void count_way(struct view *v, uint32_t account, uint32_t organization, int by)
{
	struct view_way *w = way(v, account, organization);
	const struct view_account *a = &v->accounts[account];
	uint32_t before = w->count;

	w->count = (uint32_t)((int)before + by);
	if (a->service || !a->active || a->blocked)
		return;
	v->organizations[organization].person_owners += (before == 0) - (w->count == 0);
}

void view_add_owner_claim(struct view *v, uint32_t account, uint32_t organization)
{
	count_way(v, account, organization, 1);
	way(v, account, organization)->direct = true;
}

void view_drop_owner_claim(struct view *v, uint32_t account, uint32_t organization)
{
	count_way(v, account, organization, -1);
	way(v, account, organization)->direct = false;
}

static bool gives_owner(const struct view_claim *c)
{
	return strcmp(c->name, CLAIM_OWNER) == 0;
}

/* A role has become active or has stopped being so. */
void view_count_role(struct view *v, uint32_t role, int by)
{
	const struct view_role *r = &v->roles[role];
	struct view_group *g = &v->groups[r->group];
	const struct view_account *a = &v->accounts[r->account];

	if (a->blocked || !a->active)
		return;
	if (r->role == ROLE_OWNER) {
		if (!a->service)
			g->person_owners = (uint32_t)((int)g->person_owners + by);
		return;
	}
	g->members = (uint32_t)((int)g->members + by);
	if (g->members > g->recent)
		g->recent = g->members;
	if (!g->carries_owner)
		return;
	for (uint32_t c = g->claims; c != VIEW_NONE; c = v->claims[c].next_of_group)
		if (gives_owner(&v->claims[c]))
			count_way(v, r->account, v->claims[c].organization, by);
}

static void count_account(struct view *v, uint32_t account, int by)
{
	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account)
		if (view_role_is_active(v, r))
			view_count_role(v, r, by);
}

/* What the person owns without any role. */
static void count_direct(struct view *v, uint32_t account, int by)
{
	const struct view_account *a = &v->accounts[account];

	for (uint32_t w = 0; w < v->index->n_ways && !a->service && a->active; w++) {
		const struct view_way *at = &v->index->way[w];
		uint32_t *owners = &v->organizations[at->organization].person_owners;

		if (at->account == account && at->count > 0)
			*owners = (uint32_t)((int)*owners + by);
	}
}

/* The roles stay; while blocked they count for nobody as an owner. */
void view_block(struct view *v, uint32_t account, bool blocked)
{
	struct view_account *a = &v->accounts[account];

	if (a->blocked == blocked)
		return;
	if (blocked) {
		count_account(v, account, -1);
		count_direct(v, account, -1);
	}
	a->blocked = blocked;
	if (!blocked) {
		count_direct(v, account, 1);
		count_account(v, account, 1);
	}
}

/* ---- links and claims ---- */

uint32_t view_add_link(struct view *v, uint32_t group, uint32_t organization)
{
	uint32_t number = v->n_links++;

	mem_grow(v, v->links, v->n_links, &v->index->c_links);
	v->links[number] =
		(struct view_link){ 0, group, organization, v->groups[group].links };
	v->groups[group].links = number;
	return number;
}

/* Its members own the organization by one way more, or less. */
static void count_claim(struct view *v, const struct view_claim *c, int by)
{
	for (uint32_t r = 0; r < v->n_roles; r++) {
		const struct view_role *role = &v->roles[r];
		const struct view_account *a = &v->accounts[role->account];

		if (role->group == c->group && role->role == ROLE_MEMBER && !a->blocked &&
		    a->active && view_role_is_active(v, r))
			count_way(v, role->account, c->organization, by);
	}
}

void view_add_claim(struct view *v, uint32_t group, uint32_t organization,
		    const char *name)
{
	struct view_group *g = &v->groups[group];
	uint32_t number = v->n_claims++;
	struct view_claim *c;

	mem_grow(v, v->claims, v->n_claims, &v->index->c_claims);
	c = &v->claims[number];
	*c = (struct view_claim){ group, organization, view_keep(v, name), g->claims };
	g->claims = number;
	if (gives_owner(c)) {
		g->carries_owner = true;
		count_claim(v, c, 1);
	}
}

void view_drop_claim(struct view *v, uint32_t claim)
{
	struct view_claim *c = &v->claims[claim];
	struct view_group *g = &v->groups[c->group];
	uint32_t *at = &g->claims;

	if (gives_owner(c))
		count_claim(v, c, -1);
	g->carries_owner = false;
	while (*at != VIEW_NONE) {
		if (*at == claim) {
			*at = c->next_of_group;
			continue;
		}
		g->carries_owner |= gives_owner(&v->claims[*at]);
		at = &v->claims[*at].next_of_group;
	}
}

static void drop_claims(struct view *v, uint32_t group, uint32_t organization)
{
	uint32_t c = v->groups[group].claims;

	while (c != VIEW_NONE) {
		uint32_t next = v->claims[c].next_of_group;

		if (organization == VIEW_NONE ||
		    v->claims[c].organization == organization)
			view_drop_claim(v, c);
		c = next;
	}
}

void view_drop_link(struct view *v, uint32_t link)
{
	uint32_t *at = &v->groups[v->links[link].group].links;

	while (*at != link)
		at = &v->links[*at].next_of_group;
	*at = v->links[link].next_of_group;
	drop_claims(v, v->links[link].group, v->links[link].organization);
}

/* ---- names ---- */

static char *path_of(struct view *v, const struct view_organization *o)
{
	if (o->parent == VIEW_NONE)
		return mem_strdup(v, o->name);
	return mem_printf(v, "%s/%s", v->organizations[o->parent].path, o->name);
}

/* Parents have lower numbers than what is below them. */
void view_rename_organization(struct view *v, uint32_t organization, const char *name,
			      const char *name_key)
{
	struct table *paths = v->index->organizations;

	v->organizations[organization].name = view_keep(v, name);
	v->organizations[organization].name_key = view_keep(v, name_key);
	for (uint32_t o = organization; o < v->n_organizations; o++) {
		struct view_organization *at = &v->organizations[o];

		if (at->gone || !view_is_within(v, organization, o))
			continue;
		table_remove(paths, at->path, strlen(at->path));
		at->path = path_of(v, at);
		table_put(paths, at->path, strlen(at->path), o);
	}
	if (v->organizations[organization].parent == VIEW_NONE)
		v->root = v->organizations[organization].name;
}

void view_rename_group(struct view *v, uint32_t group, const char *name,
		       const char *name_key)
{
	struct view_group *g = &v->groups[group];
	size_t len;
	void *key = view_group_key(v, g->organization, g->name_key, &len);

	table_remove(v->index->groups, key, len);
	g->name = view_keep(v, name);
	g->name_key = view_keep(v, name_key);
	key = view_group_key(v, g->organization, g->name_key, &len);
	table_put(v->index->groups, key, len, group);
}

void view_change_email(struct view *v, uint32_t account, uint32_t email)
{
	struct view_account *a = &v->accounts[account];

	if (a->email != VIEW_NONE)
		v->emails[a->email].account = VIEW_NONE;
	a->email = email;
	v->emails[email].account = account;
}

/* ---- what is deleted ---- */

void view_end_role(struct view *v, uint32_t role)
{
	while (v->roles[role].givers != VIEW_NONE)
		view_take(v, role, v->givers[v->roles[role].givers].giver);
}

void view_end_invitation(struct view *v, uint32_t invitation)
{
	struct view_invitation *i = &v->invitations[invitation];

	while (i->givers != VIEW_NONE)
		view_uninvite(v, invitation, v->givers[i->givers].giver);
}

void view_remove_group(struct view *v, uint32_t group)
{
	struct view_group *g = &v->groups[group];
	size_t len;
	void *key = view_group_key(v, g->organization, g->name_key, &len);

	for (uint32_t r = 0; r < v->n_roles; r++)
		if (v->roles[r].group == group)
			view_end_role(v, r);
	for (uint32_t i = 0; i < v->n_invitations; i++)
		if (v->invitations[i].group == group)
			view_end_invitation(v, i);
	while (g->links != VIEW_NONE)
		view_drop_link(v, g->links);
	drop_claims(v, group, VIEW_NONE);
	table_remove(v->index->groups, key, len);
	g->gone = true;
}

void view_remove_organization(struct view *v, uint32_t organization)
{
	struct view_organization *o = &v->organizations[organization];

	for (uint32_t g = 0; g < v->n_groups; g++) {
		uint32_t link;

		if (v->groups[g].gone)
			continue;
		link = view_link(v, g, organization);
		if (v->groups[g].organization == organization)
			view_remove_group(v, g);
		else if (link != VIEW_NONE)
			view_drop_link(v, link);
	}
	for (uint32_t w = 0; w < v->index->n_ways; w++)
		if (v->index->way[w].organization == organization &&
		    v->index->way[w].direct)
			view_drop_owner_claim(v, v->index->way[w].account, organization);
	table_remove(v->index->organizations, o->path, strlen(o->path));
	o->gone = true;
}

void view_erase(struct view *v, uint32_t account)
{
	struct view_account *a = &v->accounts[account];

	for (uint32_t r = a->roles; r != VIEW_NONE; r = v->roles[r].next_of_account)
		view_end_role(v, r);
	for (uint32_t i = 0; i < v->n_invitations; i++)
		if (v->invitations[i].email == a->email)
			view_end_invitation(v, i);
	if (!a->blocked)
		count_direct(v, account, -1);
	a->active = false;
}
