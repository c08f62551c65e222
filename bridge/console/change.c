/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/console_p.h"

/* What each kind turns into what, for the audit; NULL where names or values tell it. */
static const struct {
	const char *before, *after;
} turns[CHANGES] = {
	[CHANGE_ORGANIZATION] = { NULL, "created" },
	[CHANGE_ORGANIZATION_DELETE] = { NULL, "deleted" },
	[CHANGE_CLAIM] = { NULL, CLAIM_OWNER },
	[CHANGE_UNCLAIM] = { CLAIM_OWNER, NULL },
	[CHANGE_GROUP] = { NULL, "created" },
	[CHANGE_GROUP_DELETE] = { NULL, "deleted" },
	[CHANGE_LINK] = { NULL, "linked" },
	[CHANGE_UNLINK] = { "linked", NULL },
	[CHANGE_GIVE] = { NULL, "given" },
	[CHANGE_TAKE] = { "given", NULL },
	[CHANGE_SUSPEND] = { "given", "suspended" },
	[CHANGE_RESTORE] = { "suspended", "given" },
	[CHANGE_INVITE] = { NULL, "invited" },
	[CHANGE_UNINVITE] = { "invited", NULL },
	[CHANGE_CANCEL] = { "invited", "cancelled" },
	[CHANGE_RESEND] = { "invited", "invited" },
	[CHANGE_RELEASE] = { "staged", "invited" },
	[CHANGE_ACCEPT] = { "invited", "given" },
	[CHANGE_DECLINE] = { "invited", "declined" },
	[CHANGE_EXPIRE] = { "invited", "expired" },
	[CHANGE_BLOCK] = { NULL, "blocked" },
	[CHANGE_UNBLOCK] = { "blocked", NULL },
	[CHANGE_EMAIL] = { NULL, "changed" },
	[CHANGE_ERASE] = { NULL, "erased" },
	[CHANGE_SERVICE] = { NULL, "created" },
	[CHANGE_ALLOW] = { NULL, "allowed" },
	[CHANGE_DISALLOW] = { "allowed", NULL },
	[CHANGE_IMPORT] = { NULL, "imported" },
};

/* What the judge is about to change, for the audit of it. */
struct change_was {
	const char *name, *path;
	int64_t licence_end;
};

static void remember_before(const struct console *c, const struct change *change,
			    struct change_was *was)
{
	const struct view *v = c->view;

	*was = (struct change_was){ .licence_end = v->licence_end };
	if (change->kind == CHANGE_GROUP_RENAME && change->group < v->n_groups)
		was->name = v->groups[change->group].name;
	if (change->kind == CHANGE_ORGANIZATION_RENAME &&
	    change->organization < v->n_organizations)
		was->name = v->organizations[change->organization].name;
}

/* Where it acts: the organization whose trail it stands on. */
static uint32_t place_of(const struct console *c, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ORGANIZATION:
		return change->made;
	case CHANGE_ORGANIZATION_RENAME:
	case CHANGE_ORGANIZATION_DELETE:
	case CHANGE_REVIEW:
	case CHANGE_ASSET:
	case CHANGE_CLAIM:
	case CHANGE_UNCLAIM:
	case CHANGE_GROUP:
	case CHANGE_GROUP_CLAIM:
	case CHANGE_GROUP_UNCLAIM:
	case CHANGE_LINK:
	case CHANGE_UNLINK:
		return change->organization;
	case CHANGE_LICENCE:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
	case CHANGE_EMAIL:
	case CHANGE_ERASE:
		return 0;
	case CHANGE_SERVICE:
	case CHANGE_ALLOW:
	case CHANGE_DISALLOW:
	case CHANGE_IMPORT:
	case CHANGE_EPOCH:
		return AUDIT_STORE;
	default:
		return c->view->groups[change->group].organization;
	}
}

static const char *target_of(TALLOC_CTX *ctx, const struct console *c,
			     const struct change *change)
{
	const struct view *v = c->view;

	switch (change->kind) {
	case CHANGE_ORGANIZATION:
		return v->organizations[change->made].path;
	case CHANGE_ORGANIZATION_RENAME:
	case CHANGE_ORGANIZATION_DELETE:
	case CHANGE_REVIEW:
		return v->organizations[change->organization].path;
	case CHANGE_CLAIM:
	case CHANGE_UNCLAIM:
		return v->accounts[change->account].name;
	case CHANGE_ASSET:
	case CHANGE_GROUP:
	case CHANGE_SERVICE:
	case CHANGE_ALLOW:
	case CHANGE_DISALLOW:
	case CHANGE_IMPORT:
		return change->name;
	case CHANGE_EPOCH:
		return "store";
	case CHANGE_GROUP_RENAME:
	case CHANGE_GROUP_DELETE:
		return v->groups[change->group].name;
	case CHANGE_GROUP_CLAIM:
	case CHANGE_GROUP_UNCLAIM:
	case CHANGE_LINK:
	case CHANGE_UNLINK:
		return mem_printf(
			ctx, "%s / %s",
			v->organizations[v->groups[change->group].organization].path,
			v->groups[change->group].name);
	case CHANGE_LICENCE:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
	case CHANGE_EMAIL:
	case CHANGE_ERASE:
		return v->root;
	default:
		return mem_printf(ctx, "%s %s", v->groups[change->group].name,
				  role_name(change->role));
	}
}

static uint32_t subject_of(const struct console *c, const struct change *change)
{
	switch (change->kind) {
	case CHANGE_ORGANIZATION:
	case CHANGE_CLAIM:
	case CHANGE_UNCLAIM:
	case CHANGE_GIVE:
	case CHANGE_TAKE:
	case CHANGE_SUSPEND:
	case CHANGE_RESTORE:
	case CHANGE_BLOCK:
	case CHANGE_UNBLOCK:
	case CHANGE_EMAIL:
	case CHANGE_ERASE:
		return c->view->accounts[change->account].email;
	case CHANGE_INVITE:
	case CHANGE_UNINVITE:
	case CHANGE_CANCEL:
	case CHANGE_RESEND:
	case CHANGE_RELEASE:
	case CHANGE_ACCEPT:
	case CHANGE_DECLINE:
	case CHANGE_EXPIRE:
	case CHANGE_ALLOW:
	case CHANGE_DISALLOW:
		return change->email;
	default:
		return VIEW_NONE;
	}
}

static const char *licence_text(TALLOC_CTX *ctx, int64_t until)
{
	return until == 0 ? NULL : mem_printf(ctx, "until %s", clock_format(ctx, until));
}

static void describe(TALLOC_CTX *ctx, const struct console *c,
		     const struct change *change, const struct change_was *was,
		     struct audit_line *line)
{
	line->organization = place_of(c, change);
	line->subject = subject_of(c, change);
	line->action = change_name(change->kind);
	line->target = target_of(ctx, c, change);
	line->before = turns[change->kind].before;
	line->after = turns[change->kind].after;
	switch (change->kind) {
	case CHANGE_ORGANIZATION_RENAME:
	case CHANGE_GROUP_RENAME:
		line->before = was->name;
		line->after = change->name;
		break;
	case CHANGE_GROUP_CLAIM:
		line->after = change->name;
		break;
	case CHANGE_GROUP_UNCLAIM:
		line->before = change->name;
		break;
	case CHANGE_ASSET:
		line->before = mem_printf(ctx, "%u", change->was);
		line->after = mem_printf(ctx, "%u", change->count);
		break;
	case CHANGE_LICENCE:
		line->before = licence_text(ctx, was->licence_end);
		line->after = licence_text(ctx, c->view->licence_end);
		break;
	case CHANGE_REVIEW:
		line->after = change->name;
		break;
	case CHANGE_EPOCH:
		line->before = change->name;
		line->after = store_epoch(c->store);
		break;
	case CHANGE_TAKE:
		if (change->for_source && change->giver == GIVER_HAND)
			line->before = "given by hand";
		break;
	case CHANGE_INVITE:
		if (change->mode == INVITE_STAGED)
			line->after = "staged";
		break;
	default:
		break;
	}
}

struct err *refusal(enum rule rule)
{
	return err_hint(
		err_refused(rule_code(rule), "%s: %s", rule_code(rule), rule_text(rule)),
		"%s", rule_hint(rule));
}

/* Those who joined the invitation and do not give the role yet. */
static void find_joined(TALLOC_CTX *ctx, const struct console *c,
			const struct change *change, struct joined *joined)
{
	const struct view *v = c->view;
	uint32_t i = view_invitation(v, change->group, change->role, change->email);
	uint32_t role = view_role(v, change->group, change->role, change->account);
	size_t capacity = 0;

	if (i == VIEW_NONE)
		return;
	for (uint32_t g = v->invitations[i].givers; g != VIEW_NONE;
	     g = v->givers[g].next) {
		int64_t giver = v->givers[g].giver;

		if (role != VIEW_NONE &&
		    view_giver(v, v->roles[role].givers, giver) != VIEW_NONE)
			continue;
		mem_grow(ctx, joined->givers, joined->n + 1, &capacity);
		joined->givers[joined->n++] = giver;
	}
}

static struct err *record(struct console *c, const struct change *change,
			  const struct change_was *was, const char *reason)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct audit_line line = { .code = reason };
	struct err *err;

	describe(scratch, c, change, was, &line);
	err = audit_write(c, &line);
	if (err || line.organization == AUDIT_STORE)
		return err;
	return event_write(c, change, &line);
}

struct err *console_change(struct console *c, struct change *change,
			   const struct value *anchor, const char *reason)
{
	static const struct value by_hand = { "", 0 };
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct joined joined = { 0 };
	struct change_was was;
	enum rule rule;
	struct err *err;

	if (c->private->for_reading)
		return err_new(ERR_BUG, "a view that holds one organization is no ground "
					"for a change");
	remember_before(c, change, &was);
	if (change->kind == CHANGE_ACCEPT)
		find_joined(scratch, c, change, &joined);
	rule = judge(c->view, &c->principal, change, c->now);
	if (rule != RULE_NONE)
		return refusal(rule);
	err = write_change(c, &(struct written){ change, anchor ? anchor : &by_hand,
						 reason, &joined });
	return err ? err : record(c, change, &was, reason);
}

struct err *console_new_epoch(struct console *c, const char *reason)
{
	AUTO_MEM char *was = mem_strdup(NULL, store_epoch(c->store));
	struct change change = { .kind = CHANGE_EPOCH, .email = VIEW_NONE, .name = was };

	return console_change(c, &change, NULL, reason);
}

struct err *console_finish(struct console *c)
{
	struct err *err = audit_finish(c);

	return err ? err : event_finish(c);
}

struct err *console_find_source(struct console *c, uint32_t organization,
				const char *name)
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
			"Only what was applied before is remembered.");
}

static char *expected_of(TALLOC_CTX *ctx, const struct expectation *e)
{
	long long low = (long long)e->low, high = (long long)e->high;

	if (e->base == NULL)
		return mem_printf(ctx, "%lld..%lld %s", low, high,
				  e->groups ? "groups" : "people");
	return mem_printf(ctx, "%lld..%lld entries of \"%s%s%s\"", low, high,
			  e->directory, *e->directory && *e->base ? ": " : "", e->base);
}

struct err *console_expect(struct console *c, uint32_t organization, const char *source,
			   const struct expectation *e)
{
	AUTO_MEM char *target = expected_of(NULL, e);
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = "source.expect",
		.target = target,
		.after = e->reason,
	};
	struct err *err = console_find_source(c, organization, source);

	if (err == NULL)
		err = store_run(c->store,
				"INSERT INTO decision (source_id, word, low, high,"
				" principal_id, reason, at, lapses, directory, base)"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
				"itiiitiitt", c->source,
				e->groups ? "expect-groups" : "expect", e->low, e->high,
				c->principal_id, e->reason, c->now, e->lapses,
				e->directory, e->base);
	return err ? err : audit_write(c, &line);
}

struct err *console_announce(struct console *c, uint32_t organization, const char *source,
			     const char *layer, int64_t n, int64_t until,
			     const char *reason)
{
	AUTO_MEM char *target = mem_printf(NULL, "%lld of %s", (long long)n, layer);
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = "source.announce",
		.target = target,
		.after = reason,
	};
	struct err *err = console_find_source(c, organization, source);

	if (err == NULL)
		err = store_run(c->store,
				"INSERT INTO announced (source_id, layer, n, remaining,"
				" principal_id, reason, at, until)"
				" VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7)",
				"itiitii", c->source, layer, n, c->principal_id, reason,
				c->now, until);
	return err ? err : audit_write(c, &line);
}
