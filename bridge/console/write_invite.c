/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

/* What is staged waits for its release, not for a week to go by. */
#define NEVER INT64_C(253402300799) /* 9999-12-31 */

static int64_t expiry(const struct console *c, enum invite_mode mode)
{
	return mode == INVITE_STAGED ? NEVER : c->now + INVITE_LIFETIME;
}

/* ---- mails ---- */

static struct err *insert_mail(struct console *c, uint32_t organization, int64_t subject,
			       enum invite_mode mode, int64_t *mail)
{
	uint8_t token[16];
	struct err *err;

	random_bytes(token, sizeof token);
	err = store_run(c->store,
			"INSERT INTO mail (organization_id, subject_id, token_id, queued,"
			" mode) VALUES (?1, ?2, ?3, ?4, ?5)",
			"iibit", c->view->organizations[organization].id, subject, token,
			sizeof token, c->now, invite_mode_name(mode));
	*mail = store_last_id(c->store);
	return err;
}

static struct err *pending_mail(struct console *c, uint32_t organization, int64_t subject,
				enum invite_mode mode, int64_t *mail)
{
	return store_number(
		c->store, mail, 0,
		"SELECT i.mail_id FROM mail m JOIN invitation i ON i.mail_id = m.id"
		" WHERE m.organization_id = ?1 AND m.subject_id = ?2 AND m.mode = ?4"
		" AND i.state = 'pending' AND i.expires > ?3"
		" ORDER BY i.mail_id DESC LIMIT 1",
		"iiit", c->view->organizations[organization].id, subject, c->now,
		invite_mode_name(mode));
}

/* The mail that this invitation goes with: this transaction's, one that a pending
 * invitation of the same organization went with, or a new one. */
static struct err *find_mail(struct console *c, uint32_t organization, uint32_t email,
			     int64_t subject, enum invite_mode mode, int64_t *mail)
{
	struct console_private *p = c->private;
	uint32_t *key = mem_array(p, uint32_t, 3);
	uint32_t at;
	struct err *err;

	key[0] = organization;
	key[1] = email;
	key[2] = mode;
	at = table_get(p->mails, key, 3 * sizeof *key);
	if (at != TABLE_NONE) {
		mem_free(key);
		*mail = p->mail[at];
		return NULL;
	}
	err = pending_mail(c, organization, subject, mode, mail);
	if (err == NULL && *mail == 0)
		err = insert_mail(c, organization, subject, mode, mail);
	mem_grow(p, p->mail, p->n_mails + 1, &p->c_mails);
	p->mail[p->n_mails] = *mail;
	table_put(p->mails, key, 3 * sizeof *key, p->n_mails++);
	return err;
}

/* ---- invitations ---- */

static struct err *insert_invitation(struct console *c, const struct change *change)
{
	struct view_invitation *i = &c->view->invitations[change->made];
	uint32_t home = c->view->groups[i->group].organization;
	int64_t subject, mail;
	struct err *err = subject_id(c, i->email, &subject);

	if (err == NULL)
		err = find_mail(c, home, i->email, subject, i->mode, &mail);
	if (err)
		return err;
	err = store_run(c->store,
			"INSERT INTO invitation (group_id, role, subject_id, inviter_id,"
			" mail_id, state, created, expires, mode, email, name)"
			" VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?8, ?9, ?10)",
			"iiiiiiittt", c->view->groups[i->group].id, (int64_t)i->role,
			subject, c->principal_id, mail, c->now, expiry(c, i->mode),
			invite_mode_name(i->mode), c->view->emails[i->email].address,
			change->name);
	i->id = store_last_id(c->store);
	return err;
}

struct err *write_invitation(struct console *c, const struct written *w)
{
	struct view_invitation *i = &c->view->invitations[w->change->made];
	struct err *err = NULL;

	if (i->id == 0)
		err = insert_invitation(c, w->change);
	if (err)
		return err;
	return store_run(c->store,
			 "INSERT INTO invitation_giver (invitation_id, giver, anchor)"
			 " VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
			 "iib", i->id, w->change->giver, w->anchor->bytes,
			 w->anchor->len);
}

struct err *remember(struct console *c, int64_t invitation, const char *state)
{
	return store_run(c->store,
			 "UPDATE given SET state = ?2, since = ?3"
			 " FROM invitation_giver v JOIN invitation i"
			 " ON i.id = v.invitation_id JOIN subject s"
			 " ON s.id = i.subject_id WHERE i.id = ?1"
			 " AND given.source_id = v.giver AND given.group_id = i.group_id"
			 " AND given.role = i.role AND given.anchor = v.anchor"
			 " AND given.state = 'invited' AND (given.email_key IS NULL"
			 "  OR given.email_key = s.email_key)",
			 "iti", invitation, state, c->now);
}

static struct err *end(struct console *c, struct view_invitation *i, const char *state,
		       int64_t account)
{
	struct err *err = store_run(c->store,
				    "UPDATE invitation SET state = ?2, ended = ?3,"
				    " account_id = ?4 WHERE id = ?1",
				    "itin", i->id, state, c->now, account);
	i->id = 0;
	return err;
}

struct err *write_uninvite(struct console *c, const struct written *w)
{
	struct view_invitation *i = &c->view->invitations[w->change->made];
	struct err *err = NULL;

	/* For whom it was is kept when it ends: an undo invites them again. */
	if (w->change->kind == CHANGE_CANCEL)
		err = remember(c, i->id, "cancelled");
	else if (i->givers != VIEW_NONE)
		err = store_run(c->store,
				"DELETE FROM invitation_giver WHERE invitation_id = ?1"
				" AND giver = ?2 AND anchor = ?3",
				"iib", i->id, w->change->giver, w->anchor->bytes,
				w->anchor->len);
	if (err || i->givers != VIEW_NONE)
		return err;
	return end(c, i, "cancelled", 0);
}

/* What decline and expire leave behind. */
struct err *write_answer(struct console *c, const struct written *w)
{
	const char *state = w->change->kind == CHANGE_DECLINE ? "declined" : "expired";
	struct view_invitation *i = &c->view->invitations[w->change->made];
	struct err *err = remember(c, i->id, state);

	return err ? err : end(c, i, state, 0);
}

static struct err *bind_people(struct console *c, int64_t invitation, int64_t account)
{
	return store_run(c->store,
			 "INSERT INTO binding (source_id, anchor, account_id, since)"
			 " SELECT v.giver, v.anchor, ?2, ?3 FROM invitation_giver v"
			 " WHERE v.invitation_id = ?1 AND v.giver <> 0"
			 " AND " STANDS("v") " ON CONFLICT DO NOTHING",
			 "iii", invitation, account, c->now);
}

struct err *write_accept(struct console *c, const struct written *w)
{
	const struct change *change = w->change;
	struct view_invitation *i = &c->view->invitations[change->ended];
	int64_t account = c->view->accounts[change->account].id;
	struct err *err = NULL;

	for (size_t g = 0; err == NULL && g < w->joined->n; g++)
		err = write_role(c, change->made, w->joined->givers[g]);
	if (err == NULL)
		err = bind_people(c, i->id, account);
	if (err == NULL)
		err = remember(c, i->id, "given");
	return err ? err : end(c, i, "accepted", account);
}

/* ---- sent once more, or now ---- */

/* Its mail is queued as if it were new: an older token is worth nothing any more, and
 * all that the mail stands for lasts a week from now. */
static struct err *queue(struct console *c, int64_t mail, enum invite_mode mode)
{
	struct err *err = store_run(
		c->store,
		"UPDATE mail SET generation = generation + 1, queued = ?2, sent = NULL,"
		" mode = ?3 WHERE id = ?1",
		"iit", mail, c->now, invite_mode_name(mode));
	if (err)
		return err;
	return store_run(c->store,
			 "UPDATE invitation SET expires = ?2"
			 " WHERE mail_id = ?1 AND state = 'pending' AND mode <> 'staged'",
			 "ii", mail, c->now + INVITE_LIFETIME);
}

static struct err *set_mode(struct console *c, int64_t invitation, int64_t mail,
			    enum invite_mode mode)
{
	return store_run(c->store,
			 "UPDATE invitation SET mode = ?2, mail_id = ?3, expires = ?4"
			 " WHERE id = ?1",
			 "itii", invitation, invite_mode_name(mode), mail,
			 expiry(c, mode));
}

struct err *write_resend(struct console *c, const struct written *w)
{
	int64_t id = c->view->invitations[w->change->made].id, mail;
	struct err *err =
		store_number(c->store, &mail, 0,
			     "SELECT mail_id FROM invitation WHERE id = ?1", "i", id);
	if (err == NULL)
		err = set_mode(c, id, mail, INVITE_MAIL);
	return err ? err : queue(c, mail, INVITE_MAIL);
}

struct err *write_release(struct console *c, const struct written *w)
{
	const struct view_invitation *i = &c->view->invitations[w->change->made];
	uint32_t home = c->view->groups[i->group].organization;
	int64_t subject, mail;
	struct err *err = subject_id(c, i->email, &subject);

	if (err == NULL)
		err = find_mail(c, home, i->email, subject, i->mode, &mail);
	return err ? err : set_mode(c, i->id, mail, i->mode);
}
