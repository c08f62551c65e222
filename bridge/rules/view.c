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

const char *view_keep(struct view *v, const char *text)
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
	o->name = view_keep(v, name);
	o->name_key = view_keep(v, name_key);
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
	e->key = view_keep(v, key);
	e->address = strcmp(address, key) == 0 ? e->key : view_keep(v, address);
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
		.name = view_keep(v, name),
		.service = service,
		.active = true,
		.roles = VIEW_NONE,
	};
	if (email != VIEW_NONE)
		v->emails[email].account = number;
	index_id(v->index->account_ids, id, number);
	return number;
}

void *view_group_key(TALLOC_CTX *ctx, uint32_t organization, const char *name_key,
		     size_t *len)
{
	char *key;

	*len = sizeof organization + strlen(name_key);
	key = talloc_size(ctx, *len);
	memcpy(key, &organization, sizeof organization);
	memcpy(key + sizeof organization, name_key, strlen(name_key));
	return key;
}

uint32_t view_add_group(struct view *v, int64_t id, uint32_t organization,
			const char *name, const char *name_key)
{
	uint32_t number = v->n_groups++;
	size_t len;
	void *key = view_group_key(v, organization, name_key, &len);

	mem_grow(v, v->groups, v->n_groups, &v->index->c_groups);
	v->groups[number] = (struct view_group){
		.id = id,
		.organization = organization,
		.name = view_keep(v, name),
		.name_key = view_keep(v, name_key),
		.links = VIEW_NONE,
		.claims = VIEW_NONE,
	};
	table_put(v->index->groups, key, len, number);
	index_id(v->index->group_ids, id, number);
	return number;
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

const char *invite_mode_name(enum invite_mode mode)
{
	static const char *const names[INVITE_MODES] = {
		[INVITE_MAIL] = "mail",
		[INVITE_SILENT] = "silent",
		[INVITE_STAGED] = "staged",
	};
	return names[mode];
}

/* Only those that a mail went, or goes, out for. */
static void count_pending(struct view *v, const struct view_invitation *i, int by)
{
	struct view_contact *c;

	if (i->mode != INVITE_MAIL)
		return;
	c = make_contact(v, v->groups[i->group].organization, i->email);
	c->pending = (uint32_t)((int)c->pending + by);
}

uint32_t view_invite(struct view *v, uint32_t group, enum role role, uint32_t email,
		     int64_t giver, enum invite_mode mode)
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
	if (i->givers == VIEW_NONE) {
		i->mode = mode;
		count_pending(v, i, 1);
	}
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
		count_pending(v, i, -1);
}

void view_set_mode(struct view *v, uint32_t invitation, enum invite_mode mode)
{
	struct view_invitation *i = &v->invitations[invitation];

	count_pending(v, i, -1);
	i->mode = mode;
	count_pending(v, i, 1);
}

void view_mailed(struct view *v, uint32_t organization, uint32_t email, int64_t when)
{
	struct view_contact *c = make_contact(v, organization, email);

	if (when > c->last_mail)
		c->last_mail = when;
}
