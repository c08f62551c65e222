/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

/* Events of a root are numbered without a gap, in the order of their changes. */
static struct err *next_number(struct console *c, int64_t *seq)
{
	struct console_private *p = c->private;
	struct err *err = NULL;

	if (!p->events_loaded)
		err = store_number(c->store, &p->event_seq, 0,
				   "SELECT event_seq FROM organization WHERE id = ?1",
				   "i", c->root);
	p->events_loaded = err == NULL;
	*seq = ++p->event_seq;
	return err;
}

static int64_t group_of(const struct console *c, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ORGANIZATION:
	case CHANGE_ORGANIZATION_RENAME:
	case CHANGE_ORGANIZATION_DELETE:
	case CHANGE_LICENCE:
	case CHANGE_ASSET:
	case CHANGE_CLAIM:
	case CHANGE_UNCLAIM:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
	case CHANGE_EMAIL:
	case CHANGE_ERASE:
	case CHANGE_REVIEW:
		return 0;
	case CHANGE_GROUP:
		return c->view->groups[change->made].id;
	default:
		return c->view->groups[change->group].id;
	}
}

static const char *role_of(const struct change *change)
{
	return change->kind >= CHANGE_GIVE && change->kind <= CHANGE_EXPIRE
		       ? role_name(change->role)
		       : NULL;
}

/* What the kind does not say: a name, a claim, an end. */
static const char *value_of(const struct change *change, const struct audit_line *line)
{
	switch (change->kind) {
	case CHANGE_ORGANIZATION:
	case CHANGE_ORGANIZATION_RENAME:
	case CHANGE_GROUP:
	case CHANGE_GROUP_RENAME:
	case CHANGE_GROUP_CLAIM:
	case CHANGE_GROUP_UNCLAIM:
		return change->name;
	case CHANGE_ASSET:
		return line->target;
	case CHANGE_LICENCE:
	case CHANGE_INVITE:
	case CHANGE_REVIEW:
		return line->after;
	default:
		return NULL;
	}
}

static struct err *subject_row(struct console *c, const struct change *change,
			       uint32_t email, int64_t *id)
{
	*id = 0;
	if (email != VIEW_NONE)
		*id = c->view->emails[email].id;
	if (*id != 0 || (change->kind != CHANGE_CLAIM && change->kind != CHANGE_UNCLAIM))
		return NULL;
	return store_number(c->store, id, 0,
			    "SELECT subject_id FROM account WHERE id = ?1", "i",
			    c->view->accounts[change->account].id);
}

struct err *event_write(struct console *c, const struct change *change,
			const struct audit_line *line)
{
	int64_t seq, subject;
	struct err *err = next_number(c, &seq);

	if (err == NULL)
		err = subject_row(c, change, line->subject, &subject);
	if (err)
		return err;
	return store_run(c->store,
			 "INSERT INTO outbox (root_id, seq, organization_id, at, kind,"
			 " subject_id, group_id, role, value, epoch)"
			 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
			 "iiiitnnttt", c->root, seq,
			 c->view->organizations[line->organization].id, c->now,
			 line->action, subject, group_of(c, change), role_of(change),
			 value_of(change, line), store_epoch(c->store));
}

struct err *event_finish(struct console *c)
{
	if (!c->private->events_loaded)
		return NULL;
	return store_run(c->store, "UPDATE organization SET event_seq = ?2 WHERE id = ?1",
			 "ii", c->root, c->private->event_seq);
}
