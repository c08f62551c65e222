/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

struct err *subject_new(struct console *c, const char *email, const char *key,
			const char *name, int64_t *id)
{
	uint8_t pseudonym[16];
	AUTO_MEM char *hex = NULL;
	struct err *err;

	random_bytes(pseudonym, sizeof pseudonym);
	hex = hex_of(NULL, pseudonym, sizeof pseudonym);
	err = store_run(c->store,
			"INSERT INTO subject (pseudonym, email, email_key, name)"
			" VALUES (?1, ?2, ?3, ?4)",
			"tttt", hex, email, key, name);
	*id = store_last_id(c->store);
	return err;
}

struct err *subject_id(struct console *c, uint32_t email, const char *name, int64_t *id)
{
	struct view_email *e = &c->view->emails[email];
	struct err *err = NULL;

	if (e->id == 0) {
		err = store_number(c->store, &e->id, 0,
				   "SELECT id FROM subject WHERE email_key = ?1", "t",
				   e->key);
		if (err == NULL && e->id == 0)
			err = subject_new(c, e->address, e->key, name, &e->id);
	}
	*id = e->id;
	return err;
}

/* ---- organizations and groups ---- */

static struct err *insert_group(struct console *c, uint32_t group)
{
	struct view_group *g = &c->view->groups[group];
	struct err *err;

	err = store_run(c->store,
			"INSERT INTO security_group (organization_id, name, name_key,"
			" valid_from) VALUES (?1, ?2, ?3, ?4)",
			"itti", c->view->organizations[g->organization].id, g->name,
			g->name_key, c->now);
	g->id = store_last_id(c->store);
	return err;
}

struct err *write_group(struct console *c, const struct change *change)
{
	struct err *err = insert_group(c, change->made);

	if (err)
		return err;
	return write_role(
		c, view_role(c->view, change->made, ROLE_OWNER, c->principal.account),
		GIVER_HAND);
}

static struct err *insert_organization(struct console *c, uint32_t number)
{
	struct view_organization *o = &c->view->organizations[number];
	int64_t parent =
		o->parent == VIEW_NONE ? 0 : c->view->organizations[o->parent].id;
	struct err *err;

	err = store_number(c->store, &o->id, 0,
			   "SELECT coalesce(max(id), 0) + 1 FROM organization", "");
	if (err)
		return err;
	if (parent == 0)
		c->root = o->id;
	return store_run(c->store,
			 "INSERT INTO organization (id, parent_id, root_id, level, name,"
			 " name_key, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
			 "iniitti", o->id, parent, c->root, (int64_t)o->level, o->name,
			 o->name_key, c->now);
}

struct err *write_organization(struct console *c, const struct change *change)
{
	struct view *v = c->view;
	struct err *err = insert_organization(c, change->made);

	if (err == NULL)
		err = insert_group(c, change->group);
	if (err == NULL)
		err = store_run(
			c->store,
			"INSERT INTO group_claim (group_id, organization_id, claim,"
			" valid_from) VALUES (?1, ?2, 'Owner', ?3)",
			"iii", v->groups[change->group].id,
			v->organizations[change->made].id, c->now);
	for (enum role role = ROLE_MEMBER; err == NULL && role < ROLES; role++)
		err = write_role(c, view_role(v, change->group, role, change->account),
				 GIVER_HAND);
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

struct err *write_giver(struct console *c, int64_t role, int64_t giver,
			int64_t suspended_until)
{
	return store_run(c->store,
			 "INSERT INTO giver (role_id, giver, suspended_until, valid_from)"
			 " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (role_id, giver,"
			 " valid_from) DO UPDATE SET valid_to = NULL,"
			 " suspended_until = excluded.suspended_until",
			 "iini", role, giver, suspended_until, c->now);
}

/* Make the rows say what the view says about this role and this giver. */
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

/* ---- invitations ---- */

static struct err *insert_mail(struct console *c, uint32_t organization, int64_t subject,
			       int64_t *mail)
{
	int64_t id = c->view->organizations[organization].id;
	uint8_t token[16];
	struct err *err;

	random_bytes(token, sizeof token);
	err = store_run(c->store,
			"INSERT INTO mail (organization_id, subject_id, token_id, queued)"
			" VALUES (?1, ?2, ?3, ?4)",
			"iibi", id, subject, token, sizeof token, c->now);
	*mail = store_last_id(c->store);
	if (err)
		return err;
	return store_run(
		c->store,
		"INSERT INTO outbox (root_id, organization_id, kind, mail_id, queued)"
		" VALUES (?1, ?2, 'invitation', ?3, ?4)",
		"iiii", c->root, id, *mail, c->now);
}

/* The mail that this invitation goes with: this transaction's, one that a pending
 * invitation of the same organization went with, or a new one. */
static struct err *find_mail(struct console *c, uint32_t organization, uint32_t email,
			     int64_t subject, int64_t *mail)
{
	struct console_private *p = c->private;
	uint32_t *key = mem_array(p, uint32_t, 2);
	uint32_t at;
	struct err *err;

	key[0] = organization;
	key[1] = email;
	at = table_get(p->mails, key, 2 * sizeof *key);
	if (at != TABLE_NONE) {
		mem_free(key);
		*mail = p->mail[at];
		return NULL;
	}
	err = store_number(
		c->store, mail, 0,
		"SELECT i.mail_id FROM mail m JOIN invitation i ON i.mail_id = m.id"
		" WHERE m.organization_id = ?1 AND m.subject_id = ?2"
		" AND i.state = 'pending' AND i.expires > ?3"
		" ORDER BY i.mail_id DESC LIMIT 1",
		"iii", c->view->organizations[organization].id, subject, c->now);
	if (err == NULL && *mail == 0)
		err = insert_mail(c, organization, subject, mail);
	mem_grow(p, p->mail, p->n_mails + 1, &p->c_mails);
	p->mail[p->n_mails] = *mail;
	table_put(p->mails, key, 2 * sizeof *key, p->n_mails++);
	return err;
}

static struct err *insert_invitation(struct console *c, const struct change *change)
{
	struct view_invitation *i = &c->view->invitations[change->made];
	uint32_t home = c->view->groups[i->group].organization;
	int64_t subject, mail;
	struct err *err = subject_id(c, i->email, change->name, &subject);

	if (err == NULL)
		err = find_mail(c, home, i->email, subject, &mail);
	if (err)
		return err;
	err = store_run(c->store,
			"INSERT INTO invitation (group_id, role, subject_id, inviter_id,"
			" mail_id, state, created, expires)"
			" VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7)",
			"iiiiiii", c->view->groups[i->group].id, (int64_t)i->role,
			subject, c->principal_id, mail, c->now, c->now + INVITE_LIFETIME);
	i->id = store_last_id(c->store);
	return err;
}

struct err *write_invitation(struct console *c, const struct change *change,
			     const struct value *anchor)
{
	struct view_invitation *i = &c->view->invitations[change->made];
	struct err *err = NULL;

	if (i->id == 0)
		err = insert_invitation(c, change);
	if (err)
		return err;
	return store_run(c->store,
			 "INSERT INTO invitation_giver (invitation_id, giver, anchor)"
			 " VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
			 "iib", i->id, change->giver, anchor->bytes, anchor->len);
}

struct err *write_uninvite(struct console *c, const struct change *change,
			   const struct value *anchor)
{
	struct view_invitation *i = &c->view->invitations[change->made];
	struct err *err;

	if (change->kind == CHANGE_CANCEL)
		err = remember(c, i->id, "cancelled");
	else
		err = store_run(c->store,
				"DELETE FROM invitation_giver WHERE invitation_id = ?1"
				" AND giver = ?2 AND anchor = ?3",
				"iib", i->id, change->giver, anchor->bytes, anchor->len);
	if (err || i->givers != VIEW_NONE)
		return err;
	err = store_run(
		c->store,
		"UPDATE invitation SET state = 'cancelled', ended = ?2 WHERE id = ?1",
		"ii", i->id, c->now);
	i->id = 0;
	return err;
}
