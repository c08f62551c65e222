/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

/* What each kind turns into what, for the audit; a rename tells the names. */
static const struct {
	const char *before, *after;
} turns[CHANGES] = {
	[CHANGE_ORGANIZATION] = { NULL, "created" },
	[CHANGE_LICENCE] = { NULL, "set" },
	[CHANGE_CLAIM] = { NULL, "Owner" },
	[CHANGE_GROUP] = { NULL, "created" },
	[CHANGE_GIVE] = { NULL, "given" },
	[CHANGE_TAKE] = { "given", NULL },
	[CHANGE_SUSPEND] = { "given", "suspended" },
	[CHANGE_RESTORE] = { "suspended", "given" },
	[CHANGE_INVITE] = { NULL, "invited" },
	[CHANGE_UNINVITE] = { "invited", NULL },
	[CHANGE_CANCEL] = { "invited", "cancelled" },
	[CHANGE_BLOCK] = { NULL, "blocked" },
	[CHANGE_UNBLOCK] = { "blocked", NULL },
};

/* Where a change acts, and what the audit says of it. */
static void describe(const struct console *c, const struct change *change,
		     struct audit_line *line, char *target, size_t size)
{
	const struct view *v = c->view;

	*line = (struct audit_line){ .organization = 0, .subject = VIEW_NONE };
	line->action = change_name(change->kind);
	line->target = target;
	target[0] = '\0';
	switch (change->kind) {
	case CHANGE_ORGANIZATION:
		line->organization = change->made;
		snprintf(target, size, "%s", v->organizations[change->made].path);
		break;
	case CHANGE_CLAIM:
		line->organization = change->organization;
		snprintf(target, size, "Owner for %s", v->accounts[change->account].name);
		break;
	case CHANGE_GROUP:
		line->organization = change->organization;
		snprintf(target, size, "%s", change->name);
		break;
	case CHANGE_LICENCE:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
		snprintf(target, size, "%s", v->root);
		break;
	default:
		line->organization = v->groups[change->group].organization;
		snprintf(target, size, "%s %s", v->groups[change->group].name,
			 change->kind == CHANGE_GROUP_RENAME ? ""
							     : role_name(change->role));
	}
}

static void describe_people(const struct console *c, const struct change *change,
			    struct audit_line *line)
{
	switch (change->kind) {
	case CHANGE_GIVE:
	case CHANGE_TAKE:
	case CHANGE_SUSPEND:
	case CHANGE_RESTORE:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
		line->subject = c->view->accounts[change->account].email;
		break;
	case CHANGE_INVITE:
	case CHANGE_UNINVITE:
	case CHANGE_CANCEL:
		line->subject = change->email;
		break;
	default:
		break;
	}
}

static struct err *write_licence(struct console *c, const struct change *change)
{
	struct err *err = store_run(
		c->store, "DELETE FROM licence WHERE root_id = ?1 AND valid_from = ?2",
		"ii", c->root, c->now);
	if (err)
		return err;
	err = store_run(c->store,
			"UPDATE licence SET valid_to = max(valid_from, min(valid_to, ?2))"
			" WHERE root_id = ?1",
			"ii", c->root, c->now);
	if (err || change->until <= c->now)
		return err;
	return store_run(c->store,
			 "INSERT INTO licence (root_id, plan, valid_from, valid_to)"
			 " VALUES (?1, 'enterprise', ?2, ?3)",
			 "iii", c->root, c->now, change->until);
}

static struct err *write_claim(struct console *c, const struct change *change)
{
	return store_run(c->store,
			 "INSERT INTO account_claim (account_id, organization_id, claim,"
			 " valid_from) VALUES (?1, ?2, 'Owner', ?3)",
			 "iii", c->view->accounts[change->account].id,
			 c->view->organizations[change->organization].id, c->now);
}

static struct err *write_rename(struct console *c, const struct change *change)
{
	return store_run(
		c->store,
		"UPDATE security_group SET name = ?2, name_key = ?3 WHERE id = ?1", "itt",
		c->view->groups[change->group].id, change->name, change->name_key);
}

/* What was so far ends, so that a past day still shows it. */
static struct err *write_suspension(struct console *c, const struct change *change)
{
	int64_t role = c->view->roles[change->made].id;
	struct err *err =
		store_run(c->store,
			  "UPDATE giver SET valid_to = ?3"
			  " WHERE role_id = ?1 AND giver = ?2 AND valid_to IS NULL",
			  "iii", role, change->giver, c->now);
	if (err)
		return err;
	return write_giver(c, role, change->giver,
			   change->kind == CHANGE_SUSPEND ? change->until : 0);
}

static struct err *write_block(struct console *c, const struct change *change,
			       const char *reason)
{
	int64_t account = c->view->accounts[change->account].id;

	if (change->kind == CHANGE_UNBLOCK)
		return store_run(
			c->store,
			"UPDATE account_block SET valid_to = ?3 WHERE account_id = ?1"
			" AND root_id = ?2 AND valid_to IS NULL",
			"iii", account, c->root, c->now);
	return store_run(
		c->store,
		"INSERT INTO account_block (account_id, root_id, valid_from, reason)"
		" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
		"iiit", account, c->root, c->now, reason);
}

static struct err *write_change(struct console *c, const struct change *change,
				const struct value *anchor, const char *reason)
{
	switch (change->kind) {
	case CHANGE_ORGANIZATION:
		return write_organization(c, change);
	case CHANGE_LICENCE:
		return write_licence(c, change);
	case CHANGE_CLAIM:
		return write_claim(c, change);
	case CHANGE_GROUP:
		return write_group(c, change);
	case CHANGE_GROUP_RENAME:
		return write_rename(c, change);
	case CHANGE_GIVE:
	case CHANGE_TAKE:
		return write_role(c, change->made, change->giver);
	case CHANGE_SUSPEND:
	case CHANGE_RESTORE:
		return write_suspension(c, change);
	case CHANGE_INVITE:
		return write_invitation(c, change, anchor);
	case CHANGE_UNINVITE:
	case CHANGE_CANCEL:
		return write_uninvite(c, change, anchor);
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
		return write_block(c, change, reason);
	case CHANGES:
		break;
	}
	return err_new(ERR_BUG, "unknown kind of change");
}

struct err *refusal(enum rule rule)
{
	return err_hint(
		err_refused(rule_code(rule), "%s: %s", rule_code(rule), rule_text(rule)),
		"%s", rule_hint(rule));
}

struct err *console_change(struct console *c, struct change *change,
			   const struct value *anchor, const char *reason)
{
	static const struct value by_hand = { "", 0 };
	bool rename = change->kind == CHANGE_GROUP_RENAME;
	const char *old = rename ? c->view->groups[change->group].name : NULL;
	enum rule rule = judge(c->view, &c->principal, change, c->now);
	struct audit_line line;
	char target[512];
	struct err *err;

	if (rule != RULE_NONE)
		return refusal(rule);
	err = write_change(c, change, anchor ? anchor : &by_hand, reason);
	if (err)
		return err;
	describe(c, change, &line, target, sizeof target);
	describe_people(c, change, &line);
	line.before = rename ? old : turns[change->kind].before;
	line.after = rename ? change->name : turns[change->kind].after;
	line.code = reason;
	return audit_write(c, &line);
}

struct err *console_finish(struct console *c)
{
	return audit_finish(c);
}

static struct err *find_source(struct console *c, uint32_t organization, const char *name)
{
	struct err *err = store_number(
		c->store, &c->source, 0,
		"SELECT id FROM source WHERE name = ?1 AND organization_id = ?2", "ti",
		name, c->view->organizations[organization].id);

	if (err || c->source != 0)
		return err;
	return err_hint(err_new(ERR_USAGE,
				"source \"%s\" of \"%s\" has never been applied", name,
				c->view->organizations[organization].path),
			"Only a source that was read before can shrink.");
}

struct err *console_expect(struct console *c, uint32_t organization, const char *source,
			   bool groups, int64_t low, int64_t high, int64_t lapses,
			   const char *reason)
{
	AUTO_MEM char *target = mem_printf(NULL, "%lld..%lld %s", (long long)low,
					   (long long)high, groups ? "groups" : "people");
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = "source.expect",
		.target = target,
		.after = reason,
	};
	struct err *err = find_source(c, organization, source);

	if (err == NULL)
		err = store_run(c->store,
				"INSERT INTO decision (source_id, word, low, high,"
				" principal_id, reason, at, lapses)"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
				"itiiitii", c->source,
				groups ? "expect-groups" : "expect", low, high,
				c->principal_id, reason, c->now, lapses);
	return err ? err : audit_write(c, &line);
}
