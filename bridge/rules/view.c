/* SPDX-License-Identifier: MIT */
#include "bridge/rules/view_p.h"
#include <string.h>

/* ---- the keys of what the indexes find ---- */

static uint64_t organization_id(const void *view, uint32_t number)
{
	return (uint64_t)((const struct view *)view)->organizations[number].id;
}

static uint64_t account_id(const void *view, uint32_t number)
{
	return (uint64_t)((const struct view *)view)->accounts[number].id;
}

static uint64_t group_id(const void *view, uint32_t number)
{
	return (uint64_t)((const struct view *)view)->groups[number].id;
}

static uint64_t role_key(const void *view, uint32_t number)
{
	const struct view_role *r = &((const struct view *)view)->roles[number];

	return grant_key(r->group, r->role, r->account);
}

static uint64_t invitation_key(const void *view, uint32_t number)
{
	const struct view_invitation *i =
		&((const struct view *)view)->invitations[number];

	return grant_key(i->group, i->role, i->email);
}

static uint64_t way_key(const void *view, uint32_t number)
{
	const struct view_way *w = &((const struct view *)view)->index->way[number];

	return pair_key(w->account, w->organization);
}

struct view *view_new(TALLOC_CTX *ctx)
{
	struct view *v = mem_new(ctx, struct view);
	struct view_index *x = mem_new(v, struct view_index);

	v->root = "";
	v->index = x;
	x->arena = arena_new(x);
	x->organizations = table_new(x);
	x->emails = table_new(x);
	x->groups = table_new(x);
	x->lists = table_new(x);
	x->organization_ids = index_new(x, v, organization_id);
	x->account_ids = index_new(x, v, account_id);
	x->group_ids = index_new(x, v, group_id);
	x->roles = index_new(x, v, role_key);
	x->invitations = index_new(x, v, invitation_key);
	x->ways = index_new(x, v, way_key);
	return v;
}

static const char *keep(struct view *v, const char *text)
{
	return text ? arena_keep(v->index->arena, text, strlen(text)) : NULL;
}

static void index_id(struct index *x, int64_t id, uint32_t number)
{
	if (id != 0)
		index_add(x, number);
}

uint32_t view_add_organization(struct view *v, int64_t id, uint32_t parent,
			       const char *name, const char *name_key)
{
	uint32_t number = v->n_organizations++;
	struct view_organization *o;

	mem_grow(v, v->organizations, v->n_organizations, &v->index->c_organizations);
	o = &v->organizations[number];
	*o = (struct view_organization){ .id = id, .parent = parent, .level = 1 };
	o->name = keep(v, name);
	o->name_key = keep(v, name_key);
	o->path = o->name;
	if (parent == VIEW_NONE) {
		v->root = o->name;
	} else {
		o->level = v->organizations[parent].level + 1;
		o->path = mem_printf(v, "%s/%s", v->organizations[parent].path, name);
	}
	table_put(v->index->organizations, o->path, strlen(o->path), number);
	index_id(v->index->organization_ids, id, number);
	return number;
}

uint32_t view_add_email(struct view *v, const char *address, const char *key)
{
	uint32_t number = view_email(v, key);
	struct view_email *e;

	if (number != VIEW_NONE)
		return number;
	number = v->n_emails++;
	mem_grow(v, v->emails, v->n_emails, &v->index->c_emails);
	e = &v->emails[number];
	*e = (struct view_email){ .account = VIEW_NONE, .contacts = VIEW_NONE };
	e->key = keep(v, key);
	e->address = strcmp(address, key) == 0 ? e->key : keep(v, address);
	table_put(v->index->emails, e->key, strlen(e->key), number);
	return number;
}

uint32_t view_add_account(struct view *v, int64_t id, uint32_t email, const char *name,
			  bool service)
{
	uint32_t number = v->n_accounts++;

	mem_grow(v, v->accounts, v->n_accounts, &v->index->c_accounts);
	v->accounts[number] = (struct view_account){
		.id = id,
		.email = email,
		.name = keep(v, name),
		.service = service,
		.active = true,
		.roles = VIEW_NONE,
	};
	if (email != VIEW_NONE)
		v->emails[email].account = number;
	index_id(v->index->account_ids, id, number);
	return number;
}

static struct value_key {
	uint32_t organization;
	char name[];
} * group_key(TALLOC_CTX *ctx, uint32_t organization, const char *name_key, size_t *len)
{
	struct value_key *key;

	*len = sizeof *key + strlen(name_key);
	key = talloc_size(ctx, *len);
	key->organization = organization;
	memcpy(key->name, name_key, strlen(name_key));
	return key;
}

uint32_t view_add_group(struct view *v, int64_t id, uint32_t organization,
			const char *name, const char *name_key)
{
	uint32_t number = v->n_groups++;
	size_t len;
	void *key = group_key(v, organization, name_key, &len);

	mem_grow(v, v->groups, v->n_groups, &v->index->c_groups);
	v->groups[number] = (struct view_group){
		.id = id,
		.organization = organization,
		.name = keep(v, name),
		.name_key = keep(v, name_key),
		.links = VIEW_NONE,
	};
	table_put(v->index->groups, key, len, number);
	index_id(v->index->group_ids, id, number);
	return number;
}

void view_rename_group(struct view *v, uint32_t group, const char *name,
		       const char *name_key)
{
	struct view_group *g = &v->groups[group];
	size_t len;
	void *key = group_key(v, g->organization, g->name_key, &len);

	table_remove(v->index->groups, key, len);
	g->name = keep(v, name);
	g->name_key = keep(v, name_key);
	key = group_key(v, g->organization, g->name_key, &len);
	table_put(v->index->groups, key, len, group);
}

uint32_t view_add_link(struct view *v, uint32_t group, uint32_t organization,
		       bool carries_owner)
{
	uint32_t number = v->n_links++;

	mem_grow(v, v->links, v->n_links, &v->index->c_links);
	v->links[number] = (struct view_link){ group, organization, carries_owner,
					       v->groups[group].links };
	v->groups[group].links = number;
	v->groups[group].carries_owner |= carries_owner;
	return number;
}

void view_carry_owner(struct view *v, uint32_t group)
{
	v->groups[group].carries_owner = true;
	mem_grow(v->index, v->index->owner_at_home, v->n_groups,
		 &v->index->c_owner_at_home);
	while (v->index->n_owner_at_home < v->n_groups)
		v->index->owner_at_home[v->index->n_owner_at_home++] = false;
	v->index->owner_at_home[group] = true;
}

static bool owner_at_home(const struct view *v, uint32_t group)
{
	return group < v->index->n_owner_at_home && v->index->owner_at_home[group];
}

static struct view_way *way(struct view *v, uint32_t account, uint32_t organization)
{
	struct view_index *x = v->index;
	uint32_t number = index_find(x->ways, pair_key(account, organization));

	if (number == INDEX_NONE) {
		number = x->n_ways++;
		mem_grow(x, x->way, x->n_ways, &x->c_ways);
		x->way[number] = (struct view_way){ account, organization, 0 };
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
	if (owner_at_home(v, r->group))
		count_way(v, r->account, g->organization, by);
	for (uint32_t l = g->links; l != VIEW_NONE; l = v->links[l].next_of_group)
		if (v->links[l].carries_owner)
			count_way(v, r->account, v->links[l].organization, by);
}

/* ---- lists of givers ---- */

struct list_key {
	int64_t giver;
	uint32_t suspended, next;
};

/* The list that begins with this giver and goes on with next. */
static uint32_t list(struct view *v, int64_t giver, bool suspended, uint32_t next)
{
	struct list_key key = { giver, suspended, next };
	uint32_t number = table_get(v->index->lists, &key, sizeof key);

	if (number != TABLE_NONE)
		return number;
	number = v->n_givers++;
	mem_grow(v, v->givers, v->n_givers, &v->index->c_givers);
	v->givers[number] = (struct view_giver){ giver, suspended, next };
	table_put(v->index->lists, arena_keep(v->index->arena, &key, sizeof key),
		  sizeof key, number);
	return number;
}

static uint32_t list_without(struct view *v, uint32_t givers, int64_t giver)
{
	struct view_giver g;

	if (givers == VIEW_NONE)
		return VIEW_NONE;
	g = v->givers[givers];
	if (g.giver == giver)
		return g.next;
	return list(v, g.giver, g.suspended, list_without(v, g.next, giver));
}

static uint32_t list_suspended(struct view *v, uint32_t givers, int64_t giver,
			       bool suspended)
{
	struct view_giver g;

	if (givers == VIEW_NONE)
		return VIEW_NONE;
	g = v->givers[givers];
	if (g.giver == giver)
		return list(v, giver, suspended, g.next);
	return list(v, g.giver, g.suspended, list_suspended(v, g.next, giver, suspended));
}

/* ---- roles ---- */

uint32_t view_give(struct view *v, uint32_t group, enum role role, uint32_t account,
		   int64_t giver, bool suspended)
{
	uint32_t number = index_find(v->index->roles, grant_key(group, role, account));
	struct view_role *r;
	bool active;

	if (number == INDEX_NONE) {
		number = v->n_roles++;
		mem_grow(v, v->roles, v->n_roles, &v->index->c_roles);
		v->roles[number] = (struct view_role){
			.group = group,
			.account = account,
			.role = role,
			.givers = VIEW_NONE,
			.next_of_account = v->accounts[account].roles,
		};
		v->accounts[account].roles = number;
		index_add(v->index->roles, number);
	}
	r = &v->roles[number];
	if (view_giver(v, r->givers, giver) != VIEW_NONE)
		return number;
	active = view_role_is_active(v, number);
	r->givers = list(v, giver, suspended, r->givers);
	if (!active && !suspended)
		view_count_role(v, number, 1);
	return number;
}

void view_take(struct view *v, uint32_t role, int64_t giver)
{
	bool active = view_role_is_active(v, role);

	v->roles[role].givers = list_without(v, v->roles[role].givers, giver);
	if (active && !view_role_is_active(v, role))
		view_count_role(v, role, -1);
}

void view_suspend(struct view *v, uint32_t role, int64_t giver, bool suspended)
{
	bool active = view_role_is_active(v, role);

	v->roles[role].givers =
		list_suspended(v, v->roles[role].givers, giver, suspended);
	if (active != view_role_is_active(v, role))
		view_count_role(v, role, active ? -1 : 1);
}

/* ---- invitations ---- */

static struct view_contact *make_contact(struct view *v, uint32_t organization,
					 uint32_t email)
{
	struct view_contact *c = view_contact(v, organization, email);
	struct view_index *x = v->index;

	if (c != NULL)
		return c;
	mem_grow(x, x->contact, x->n_contacts + (size_t)1, &x->c_contacts);
	c = &x->contact[x->n_contacts];
	*c = (struct view_contact){ 0, organization, 0, v->emails[email].contacts };
	v->emails[email].contacts = x->n_contacts++;
	return c;
}

uint32_t view_invite(struct view *v, uint32_t group, enum role role, uint32_t email,
		     int64_t giver)
{
	uint32_t number =
		index_find(v->index->invitations, grant_key(group, role, email));
	struct view_invitation *i;

	if (number == INDEX_NONE) {
		number = v->n_invitations++;
		mem_grow(v, v->invitations, v->n_invitations, &v->index->c_invitations);
		v->invitations[number] = (struct view_invitation){
			.group = group,
			.email = email,
			.role = role,
			.givers = VIEW_NONE,
		};
		index_add(v->index->invitations, number);
	}
	i = &v->invitations[number];
	if (i->givers == VIEW_NONE)
		make_contact(v, v->groups[group].organization, email)->pending++;
	if (view_giver(v, i->givers, giver) == VIEW_NONE)
		i->givers = list(v, giver, false, i->givers);
	return number;
}

void view_uninvite(struct view *v, uint32_t invitation, int64_t giver)
{
	struct view_invitation *i = &v->invitations[invitation];

	if (i->givers == VIEW_NONE)
		return;
	i->givers = list_without(v, i->givers, giver);
	if (i->givers == VIEW_NONE)
		make_contact(v, v->groups[i->group].organization, i->email)->pending--;
}

static void count_account(struct view *v, uint32_t account, int by)
{
	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account)
		if (view_role_is_active(v, r))
			view_count_role(v, r, by);
}

void view_mailed(struct view *v, uint32_t organization, uint32_t email, int64_t when)
{
	struct view_contact *c = make_contact(v, organization, email);

	if (when > c->last_mail)
		c->last_mail = when;
}

/* The roles stay; while blocked they count for nobody as an owner. */
void view_block(struct view *v, uint32_t account, bool blocked)
{
	struct view_account *a = &v->accounts[account];

	if (a->blocked == blocked)
		return;
	if (blocked)
		count_account(v, account, -1);
	a->blocked = blocked;
	if (!blocked)
		count_account(v, account, 1);
}
