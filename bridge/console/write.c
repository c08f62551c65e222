/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

struct err *write_nothing(struct console *c, const struct written *w)
{
	(void)c, (void)w;
	return NULL;
}

struct err *write_epoch(struct console *c, const struct written *w)
{
	(void)w;
	return store_accept(c->store);
}

struct err *write_change(struct console *c, const struct written *w)
{
	static write_fn *const writers[CHANGES] = {
		[CHANGE_ORGANIZATION] = write_organization,
		[CHANGE_ORGANIZATION_RENAME] = write_organization_rename,
		[CHANGE_ORGANIZATION_DELETE] = write_organization_delete,
		[CHANGE_LICENCE] = write_licence,
		[CHANGE_ASSET] = write_asset,
		[CHANGE_CLAIM] = write_claim,
		[CHANGE_UNCLAIM] = write_claim,
		[CHANGE_GROUP] = write_group,
		[CHANGE_GROUP_RENAME] = write_group_rename,
		[CHANGE_GROUP_DELETE] = write_group_delete,
		[CHANGE_GROUP_CLAIM] = write_group_claim,
		[CHANGE_GROUP_UNCLAIM] = write_group_claim,
		[CHANGE_LINK] = write_link,
		[CHANGE_UNLINK] = write_unlink,
		[CHANGE_GIVE] = write_giver_change,
		[CHANGE_TAKE] = write_giver_change,
		[CHANGE_SUSPEND] = write_suspension,
		[CHANGE_RESTORE] = write_suspension,
		[CHANGE_INVITE] = write_invitation,
		[CHANGE_UNINVITE] = write_uninvite,
		[CHANGE_CANCEL] = write_uninvite,
		[CHANGE_RESEND] = write_resend,
		[CHANGE_RELEASE] = write_release,
		[CHANGE_ACCEPT] = write_accept,
		[CHANGE_DECLINE] = write_answer,
		[CHANGE_EXPIRE] = write_answer,
		[CHANGE_BLOCK] = write_block,
		[CHANGE_UNBLOCK] = write_block,
		[CHANGE_EMAIL] = write_email,
		[CHANGE_ERASE] = write_erase,
		[CHANGE_REVIEW] = write_review,
		[CHANGE_EPOCH] = write_epoch,
		/* Who asks for these writes them: they are no part of a root's view. */
		[CHANGE_SERVICE] = write_nothing,
		[CHANGE_ALLOW] = write_nothing,
		[CHANGE_DISALLOW] = write_nothing,
		[CHANGE_IMPORT] = write_nothing,
	};

	return writers[w->change->kind](c, w);
}

char *uid_new(TALLOC_CTX *ctx)
{
	uint8_t bytes[16];

	random_bytes(bytes, sizeof bytes);
	return hex_of(ctx, bytes, sizeof bytes);
}

static int64_t organization_id(const struct console *c, uint32_t organization)
{
	return c->view->organizations[organization].id;
}

static int64_t group_id(const struct console *c, const struct written *w)
{
	return c->view->groups[w->change->group].id;
}

/* ---- groups ---- */

static struct err *insert_group(struct console *c, uint32_t group)
{
	struct view_group *g = &c->view->groups[group];
	AUTO_MEM char *uid = uid_new(NULL);
	struct err *err;

	err = store_run(c->store,
			"INSERT INTO security_group (organization_id, name, name_key,"
			" valid_from, uid) VALUES (?1, ?2, ?3, ?4, ?5)",
			"ittit", organization_id(c, g->organization), g->name,
			g->name_key, c->now, uid);
	g->id = store_last_id(c->store);
	return err;
}

struct err *write_group(struct console *c, const struct written *w)
{
	uint32_t group = w->change->made;
	struct err *err = insert_group(c, group);

	if (err)
		return err;
	return write_role(c, view_role(c->view, group, ROLE_OWNER, c->principal.account),
			  GIVER_HAND);
}

struct err *write_group_rename(struct console *c, const struct written *w)
{
	return store_run(
		c->store,
		"UPDATE security_group SET name = ?2, name_key = ?3 WHERE id = ?1", "itt",
		group_id(c, w), w->change->name, w->change->name_key);
}

/* All that hangs on a group ends with it; what sources remember of its invitations too.
 */
static struct err *end_group(struct console *c, int64_t group)
{
	static const char *const steps[] = {
		"UPDATE giver SET valid_to = ?2 WHERE valid_to IS NULL AND role_id IN"
		" (SELECT id FROM role WHERE group_id = ?1 AND valid_to IS NULL)",
		"UPDATE role SET valid_to = ?2 WHERE group_id = ?1 AND valid_to IS NULL",
		"UPDATE given SET state = 'cancelled', since = ?2"
		" WHERE group_id = ?1 AND state = 'invited'",
		"UPDATE invitation SET state = 'cancelled', ended = ?2"
		" WHERE group_id = ?1 AND state = 'pending'",
		"UPDATE group_claim SET valid_to = ?2"
		" WHERE group_id = ?1 AND valid_to IS NULL",
		"UPDATE group_link SET valid_to = ?2"
		" WHERE group_id = ?1 AND valid_to IS NULL",
		"UPDATE security_group SET valid_to = ?2"
		" WHERE id = ?1 AND valid_to IS NULL",
	};
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "ii", group, c->now);
	return err;
}

struct err *write_group_delete(struct console *c, const struct written *w)
{
	return end_group(c, group_id(c, w));
}

/* ---- claims and links ---- */

static struct err *insert_claim(struct console *c, int64_t group, uint32_t organization,
				const char *name)
{
	return store_run(c->store,
			 "INSERT INTO group_claim (group_id, organization_id, claim,"
			 " valid_from) VALUES (?1, ?2, ?3, ?4)",
			 "iiti", group, organization_id(c, organization), name, c->now);
}

struct err *write_group_claim(struct console *c, const struct written *w)
{
	if (w->change->kind == CHANGE_GROUP_CLAIM)
		return insert_claim(c, group_id(c, w), w->change->organization,
				    w->change->name);
	return store_run(c->store,
			 "UPDATE group_claim SET valid_to = ?4 WHERE group_id = ?1"
			 " AND organization_id = ?2 AND claim = ?3 AND valid_to IS NULL",
			 "iiti", group_id(c, w),
			 organization_id(c, w->change->organization), w->change->name,
			 c->now);
}

struct err *write_link(struct console *c, const struct written *w)
{
	const struct view *v = c->view;
	int64_t group = group_id(c, w);
	uint32_t to = w->change->organization;
	struct err *err =
		store_run(c->store,
			  "INSERT INTO group_link (group_id, organization_id, valid_from)"
			  " VALUES (?1, ?2, ?3)",
			  "iii", group, organization_id(c, to), c->now);

	c->view->links[w->change->made].id = store_last_id(c->store);
	for (uint32_t k = v->groups[w->change->group].claims;
	     err == NULL && k != VIEW_NONE; k = v->claims[k].next_of_group)
		if (v->claims[k].organization == to)
			err = insert_claim(c, group, to, v->claims[k].name);
	return err;
}

struct err *write_unlink(struct console *c, const struct written *w)
{
	int64_t group = group_id(c, w), to = organization_id(c, w->change->organization);
	struct err *err =
		store_run(c->store,
			  "UPDATE group_claim SET valid_to = ?3 WHERE group_id = ?1"
			  " AND organization_id = ?2 AND valid_to IS NULL",
			  "iii", group, to, c->now);

	if (err)
		return err;
	return store_run(c->store,
			 "UPDATE group_link SET valid_to = ?3 WHERE group_id = ?1"
			 " AND organization_id = ?2 AND valid_to IS NULL",
			 "iii", group, to, c->now);
}

/* ---- organizations ---- */

static struct err *insert_organization(struct console *c, uint32_t number)
{
	struct view_organization *o = &c->view->organizations[number];
	int64_t parent = o->parent == VIEW_NONE ? 0 : organization_id(c, o->parent);
	AUTO_MEM char *uid = uid_new(NULL);
	struct err *err;

	err = store_number(c->store, &o->id, 0,
			   "SELECT coalesce(max(id), 0) + 1 FROM organization", "");
	if (err)
		return err;
	if (parent == 0)
		c->root = o->id;
	o->uid = mem_strdup(c->view, uid);
	return store_run(c->store,
			 "INSERT INTO organization (id, parent_id, root_id, level, name,"
			 " name_key, created, uid) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,"
			 " ?8)",
			 "iniittit", o->id, parent, c->root, (int64_t)o->level, o->name,
			 o->name_key, c->now, uid);
}

struct err *write_organization(struct console *c, const struct written *w)
{
	const struct change *change = w->change;
	struct err *err = insert_organization(c, change->made);

	if (err == NULL)
		err = insert_group(c, change->group);
	if (err == NULL)
		err = insert_claim(c, c->view->groups[change->group].id, change->made,
				   CLAIM_OWNER);
	for (enum role role = ROLE_MEMBER; err == NULL && role < ROLES; role++)
		err = write_role(c,
				 view_role(c->view, change->group, role, change->account),
				 GIVER_HAND);
	return err;
}

/* Other roots are no part of the view; only the operator, who knows them, gets here. */
static struct err *is_other_root(struct console *c, const struct change *change)
{
	int64_t other;
	struct err *err =
		store_number(c->store, &other, 0,
			     "SELECT id FROM organization WHERE parent_id IS NULL"
			     " AND valid_to IS NULL AND name_key = ?1 AND id <> ?2",
			     "ti", change->name_key, c->root);

	return err || other == 0 ? err : refusal(RULE_NAME_TAKEN);
}

struct err *write_organization_rename(struct console *c, const struct written *w)
{
	struct err *err = NULL;

	if (c->view->organizations[w->change->organization].level == 1)
		err = is_other_root(c, w->change);
	if (err)
		return err;
	return store_run(c->store,
			 "UPDATE organization SET name = ?2, name_key = ?3 WHERE id = ?1",
			 "itt", organization_id(c, w->change->organization),
			 w->change->name, w->change->name_key);
}

struct err *write_organization_delete(struct console *c, const struct written *w)
{
	static const char *const steps[] = {
		"UPDATE group_claim SET valid_to = ?2"
		" WHERE organization_id = ?1 AND valid_to IS NULL",
		"UPDATE group_link SET valid_to = ?2"
		" WHERE organization_id = ?1 AND valid_to IS NULL",
		"UPDATE account_claim SET valid_to = ?2"
		" WHERE organization_id = ?1 AND valid_to IS NULL",
		"UPDATE organization SET valid_to = ?2 WHERE id = ?1",
	};
	const struct view *v = c->view;
	int64_t id = organization_id(c, w->change->organization);
	struct err *err = NULL;

	for (uint32_t g = 0; err == NULL && g < v->n_groups; g++)
		if (v->groups[g].organization == w->change->organization)
			err = end_group(c, v->groups[g].id);
	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "ii", id, c->now);
	return err;
}

/* ---- roles ---- */

static struct err *insert_role(struct console *c, struct view_role *r)
{
	struct err *err =
		store_run(c->store,
			  "INSERT INTO role (group_id, role, account_id, valid_from)"
			  " VALUES (?1, ?2, ?3, ?4)",
			  "iiii", c->view->groups[r->group].id, (int64_t)r->role,
			  c->view->accounts[r->account].id, c->now);
	r->id = store_last_id(c->store);
	return err;
}

static struct err *end_role(struct console *c, struct view_role *r)
{
	struct err *err =
		store_run(c->store, "UPDATE role SET valid_to = ?2 WHERE id = ?1", "ii",
			  r->id, c->now);
	r->id = 0;
	return err;
}

static struct err *write_giver(struct console *c, int64_t role, int64_t giver,
			       int64_t suspended_until)
{
	return store_run(c->store,
			 "INSERT INTO giver (role_id, giver, suspended_until, valid_from)"
			 " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (role_id, giver,"
			 " valid_from) DO UPDATE SET valid_to = NULL,"
			 " suspended_until = excluded.suspended_until",
			 "iini", role, giver, suspended_until, c->now);
}

struct err *write_role(struct console *c, uint32_t role, int64_t giver)
{
	struct view_role *r = &c->view->roles[role];
	struct err *err = NULL;

	if (view_giver(c->view, r->givers, giver) != VIEW_NONE) {
		if (r->id == 0)
			err = insert_role(c, r);
		if (err)
			return err;
		return write_giver(c, r->id, giver, 0);
	}
	err = store_run(c->store,
			"UPDATE giver SET valid_to = ?3"
			" WHERE role_id = ?1 AND giver = ?2 AND valid_to IS NULL",
			"iii", r->id, giver, c->now);
	if (err || r->givers != VIEW_NONE)
		return err;
	return end_role(c, r);
}

struct err *write_giver_change(struct console *c, const struct written *w)
{
	return write_role(c, w->change->made, w->change->giver);
}

/* What was so far ends, so that a past day still shows it. */
struct err *write_suspension(struct console *c, const struct written *w)
{
	int64_t role = c->view->roles[w->change->made].id;
	struct err *err =
		store_run(c->store,
			  "UPDATE giver SET valid_to = ?3"
			  " WHERE role_id = ?1 AND giver = ?2 AND valid_to IS NULL",
			  "iii", role, w->change->giver, c->now);
	if (err)
		return err;
	return write_giver(c, role, w->change->giver,
			   w->change->kind == CHANGE_SUSPEND ? w->change->until : 0);
}
