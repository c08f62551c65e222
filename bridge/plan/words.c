/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/plan/plan_p.h"
#include <stdlib.h>

/* What a decision on a held operation does, and how a date is put to a reason: NULL where
 * none belongs to it. */
static const struct {
	const char *decision, *date;
} by_reason[REASONS] = {
	[REASON_TOMBSTONE] = { NULL, "on" },
	[REASON_DISABLED] = { NULL, "since" },
	[REASON_EXPIRED] = { NULL, "since" },
	[REASON_OUT_OF_SCOPE] = { NULL, "since" },
	[REASON_NOT_FOUND] = { NULL, "since" },
	[REASON_LEFT_GROUP] = { NULL, "since" },
	[REASON_GRACE_OVER] = { NULL, "since" },
	[REASON_REMOVED_BY_HAND] = { "approve to give again, reject to leave", "on" },
	[REASON_DECLINED] = { "approve to invite again, reject to leave", "on" },
	[REASON_CANCELLED] = { "approve to invite again, reject to leave", "on" },
	[REASON_REPEATS] = { "approve to invite once more, reject to leave", NULL },
	[REASON_GROUP_MISSING] = { "approve to create it, reject to do without", NULL },
	[REASON_GROUP_DELETED] = { "approve to create it again, reject to do without",
				   "on" },
	[REASON_GROUP_RENAMED] = { "approve to rename, reject to keep the name", "on" },
	[REASON_NO_ORGANIZATION] = { "make it first, or correct the rule: no source "
				     "makes one",
				     NULL },
	[REASON_UNKNOWN] = { NULL, "since" },
	[REASON_UNPROVED] = { NULL, "since" },
	[REASON_LAST_MEMBER] = { "approve to leave it empty, reject to keep", NULL },
};

static const char *const by_kind[OPERATIONS] = {
	[OPERATION_JOIN] = "has the role already, access is unchanged",
	[OPERATION_JOIN_INVITATION] = "is invited already, no mail is sent",
	[OPERATION_LEAVE] = "others give the role as well, access is unchanged",
	[OPERATION_FORGET] = "nothing is left to take",
};

static const struct plan_person *person_of(const struct plan *plan,
					   const struct operation *op)
{
	return op->person == PLAN_NONE ? NULL : &plan->persons[op->person];
}

const char *words_group(const struct plan *plan, uint32_t group)
{
	const struct plan_group *g = &plan->groups[group];

	return g->view == VIEW_NONE ? g->name : plan->view->groups[g->view].name;
}

const char *words_verb(const struct plan *plan, const struct operation *op)
{
	static const char *const invites[INVITE_MODES] = {
		[INVITE_MAIL] = "invite",
		[INVITE_SILENT] = "invite, no mail",
		[INVITE_STAGED] = "staged",
	};
	return op->kind == OPERATION_INVITE
		       ? invites[plan->invitations]
		       : operation_name((enum operation_kind)op->kind);
}

/* ---- the reason ---- */

static char *day_of(TALLOC_CTX *ctx, int64_t time)
{
	char *day = clock_format_short(ctx, time);
	char *space = strchr(day, ' ');

	if (space != NULL)
		*space = '\0';
	return day;
}

/* "removed by hand on 2026-11-20, still wanted": the date follows what it is about. */
static char *dated(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op)
{
	const char *text = reason_text((enum reason)op->reason);
	const char *word = by_reason[op->reason].date;
	size_t head = strcspn(text, ",");

	if (op->until <= 0 || op->until > plan->now || word == NULL)
		return mem_strdup(ctx, text);
	return mem_printf(ctx, "%.*s %s %s%s", (int)head, text, word,
			  day_of(ctx, op->until), text + head);
}

static char *own_reason(TALLOC_CTX *ctx, const struct plan *plan,
			const struct operation *op)
{
	if (op->reason == REASON_WANTED && op->grant != PLAN_NONE && plan->explain)
		return plan->explain(ctx, plan, op->grant);
	if (plan_is_by_hand(op))
		return mem_printf(ctx, "given by hand; %s", dated(ctx, plan, op));
	return dated(ctx, plan, op);
}

/* Likewise, with what the configuration has to do with it. */
static char *whole_reason(TALLOC_CTX *ctx, const struct plan *plan,
			  const struct operation *op)
{
	if (!op->changed)
		return own_reason(ctx, plan, op);
	if (op->reason == REASON_LEFT_GROUP)
		return mem_strdup(ctx, "no longer wanted, because the configuration "
				       "changed");
	return mem_printf(ctx, "%s, because the configuration changed",
			  own_reason(ctx, plan, op));
}

/* Refused, or left out, for what a rule says. */
static bool is_for_rule(const struct operation *op)
{
	return op->verdict == VERDICT_REFUSE ||
	       (op->verdict == VERDICT_SKIP && op->rule != RULE_NONE);
}

char *words_reason(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op)
{
	enum rule rule = (enum rule)op->rule;

	if (is_for_rule(op))
		return mem_printf(ctx, "%s: %s", rule_code(rule), rule_text(rule));
	if (op->verdict == VERDICT_DEFER)
		return mem_printf(ctx, "until %s%s%s", clock_format_short(ctx, op->until),
				  rule == RULE_NONE ? "" : ": ",
				  rule == RULE_NONE ? "" : rule_text(rule));
	if (op->guard != 0)
		return mem_printf(ctx, "%s; %s", whole_reason(ctx, plan, op),
				  reason_text((enum reason)op->guard));
	return whole_reason(ctx, plan, op);
}

/* ---- access that stays ---- */

/* A role that the person has beside the one that goes. */
struct other {
	const struct view *view;
	const struct view_role *role;
	const struct view_group *group;
	bool linked;
};

static int by_name(const void *a, const void *b)
{
	const struct other *x = a, *y = b;
	int order = (x->role->role > y->role->role) - (x->role->role < y->role->role);

	if (order == 0)
		order = x->linked - y->linked;
	if (order == 0)
		order = strcmp(x->group->name_key, y->group->name_key);
	return order ? order
		     : strcmp(x->view->organizations[x->group->organization].path,
			      y->view->organizations[y->group->organization].path);
}

static bool is_linked(const struct view *v, const struct view_group *g,
		      uint32_t organization)
{
	uint32_t l = g->links;

	while (l != VIEW_NONE && v->links[l].organization != organization)
		l = v->links[l].next_of_group;
	return l != VIEW_NONE;
}

/* The person's other active roles in groups that are active in the same organization. */
static struct other *others_of(TALLOC_CTX *ctx, const struct plan *plan,
			       const struct operation *op, size_t *n)
{
	const struct plan_group *from = &plan->groups[op->group];
	const struct view *v = plan->view;
	struct other *others = NULL;
	size_t capacity = 0;

	*n = 0;
	for (uint32_t r = v->accounts[person_of(plan, op)->account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account) {
		const struct view_role *role = &v->roles[r];
		const struct view_group *g = &v->groups[role->group];
		bool home = g->organization == from->view_organization;

		if (role->group == from->view && role->role == op->role)
			continue;
		if (!view_role_is_active(v, r) ||
		    (!home && !is_linked(v, g, from->view_organization)))
			continue;
		mem_grow(ctx, others, *n + 1, &capacity);
		others[(*n)++] = (struct other){ v, role, g, !home };
	}
	if (*n > 1)
		qsort(others, *n, sizeof *others, by_name);
	return others;
}

/* Only members have a group's claims; its owners can give themselves that role. */
static const char *kept_as(TALLOC_CTX *ctx, const struct other *others, size_t n,
			   enum role role, const char *words)
{
	struct str *text = str_new(ctx);

	for (size_t i = 0; i < n; i++) {
		const struct other *o = &others[i];

		if (o->role->role != role)
			continue;
		str_addf(text, "%s\"%s\"", text->len ? ", " : words, o->group->name);
		if (o->linked)
			str_addf(text, " (link from %s)",
				 o->view->organizations[o->group->organization].path);
	}
	return text->len ? text->text : NULL;
}

static void add(struct words *words, const char *line)
{
	if (line != NULL && words->n < WORDS_LINES)
		words->line[words->n++] = line;
}

static void add_kept(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op,
		     struct words *words)
{
	const struct plan_person *p = person_of(plan, op);
	const struct view_account *a;
	struct other *others;
	size_t n;

	if ((op->kind != OPERATION_REVOKE && op->kind != OPERATION_SUSPEND) ||
	    (op->verdict != VERDICT_DO && op->verdict != VERDICT_HOLD))
		return;
	if (op->group == PLAN_NONE || p == NULL || p->account == VIEW_NONE)
		return;
	a = &plan->view->accounts[p->account];
	if (!a->active || a->blocked)
		return;
	others = others_of(ctx, plan, op, &n);
	add(words, kept_as(ctx, others, n, ROLE_MEMBER, "keeps access through "));
	add(words, kept_as(ctx, others, n, ROLE_OWNER, "stays group owner of "));
}

/* ---- the other details ---- */

static bool is_staged(const struct plan *plan, const struct operation *op)
{
	const struct view *v = plan->view;
	uint32_t group =
		op->group == PLAN_NONE ? VIEW_NONE : plan->groups[op->group].view;
	uint32_t invitation = VIEW_NONE;

	if (op->kind == OPERATION_JOIN_INVITATION && group != VIEW_NONE)
		invitation = view_invitation(v, group, (enum role)op->role,
					     person_of(plan, op)->view_email);
	return invitation != VIEW_NONE &&
	       v->invitations[invitation].mode == INVITE_STAGED;
}

static const char *decision(TALLOC_CTX *ctx, const struct plan *plan,
			    const struct operation *op)
{
	const char *text = by_reason[op->guard ? op->guard : op->reason].decision;

	if (op->verdict == VERDICT_DO && is_staged(plan, op))
		return "is staged already, and invited when it is released";
	if (op->verdict == VERDICT_DO && op->kind == OPERATION_JOIN && op->hand)
		return "adopts what was given by hand, access is unchanged";
	if (op->verdict == VERDICT_DO)
		return by_kind[op->kind];
	if (op->verdict != VERDICT_HOLD || op->kind >= OPERATION_FORGET)
		return NULL;
	return text ? text
		    : mem_printf(ctx, "approve to %s, reject to leave it as it is",
				 operation_name((enum operation_kind)op->kind));
}

/* What would be done if it were not refused, deferred or left out. */
static const char *unless(TALLOC_CTX *ctx, const struct plan *plan,
			  const struct operation *op)
{
	const char *name = operation_name((enum operation_kind)op->kind);
	struct operation bare = *op;

	if (words_class(op) == CLASS_SKIP && !is_for_rule(op))
		return mem_printf(ctx, "would %s", name);
	if (!is_for_rule(op) && op->verdict != VERDICT_DEFER)
		return NULL;
	if (op->verdict == VERDICT_DEFER)
		bare.until = 0;
	return mem_printf(ctx, "would %s: %s", name, own_reason(ctx, plan, &bare));
}

static const char *suspension(TALLOC_CTX *ctx, const struct plan *plan,
			      const struct operation *op)
{
	if ((op->kind != OPERATION_SUSPEND && op->kind != OPERATION_KEEP) ||
	    op->verdict == VERDICT_DEFER || op->until <= plan->now)
		return NULL;
	return mem_printf(ctx, "suspended until %s", clock_format_short(ctx, op->until));
}

/* Where the plan renames it, the view has the new name already. */
static const char *new_name(TALLOC_CTX *ctx, const struct plan *plan,
			    const struct operation *op)
{
	const char *new = plan->groups[op->group].name;
	const char *old = words_group(plan, op->group);

	return strcmp(old, new) == 0 ? mem_printf(ctx, "to \"%s\"", new)
				     : mem_printf(ctx, "from \"%s\" to \"%s\"", old, new);
}

/* Somebody else has invited the person too. */
static bool stays_pending(const struct plan *plan, const struct operation *op)
{
	const struct view *v = plan->view;
	uint32_t group =
		op->group == PLAN_NONE ? VIEW_NONE : plan->groups[op->group].view;
	uint32_t email = view_email(v, op->email_key);

	return op->verdict == VERDICT_DO && group != VIEW_NONE && email != VIEW_NONE &&
	       view_invitation(v, group, (enum role)op->role, email) != VIEW_NONE;
}

static const char *particulars(TALLOC_CTX *ctx, const struct plan *plan,
			       const struct operation *op)
{
	const struct plan_person *p = person_of(plan, op);

	if (op->kind == OPERATION_GROUP_RENAME && op->group != PLAN_NONE)
		return new_name(ctx, plan, op);
	if (op->kind == OPERATION_INVITE && op->repeats > 0 &&
	    op->repeats <= INVITE_REPEATS)
		return mem_printf(ctx, "invited again, %u of at most %u times",
				  op->repeats, INVITE_REPEATS);
	if (op->kind == OPERATION_CANCEL && op->email_key != NULL &&
	    stays_pending(plan, op))
		return mem_printf(ctx,
				  "others have invited \"%s\" too: the invitation stays",
				  op->email_key);
	if (op->kind == OPERATION_CANCEL && op->email_key != NULL &&
	    (p == NULL || p->email_key == NULL || strcmp(p->email_key, op->email_key)))
		return mem_printf(ctx, "was invited as \"%s\"", op->email_key);
	return NULL;
}

/* What is wrong with an entry that is left as it is. */
static const char *trouble(const struct plan *plan, const struct operation *op)
{
	const struct plan_person *p = person_of(plan, op);

	return p != NULL && (op->reason == REASON_UNKNOWN ||
			     op->reason == REASON_NO_ADDRESS)
		       ? p->why
		       : NULL;
}

/* Two people who have one address are told apart by name and anchor. */
static const char *party(TALLOC_CTX *ctx, const struct plan *plan, uint32_t person)
{
	const struct plan_person *p;

	if (person == PLAN_NONE)
		return NULL;
	p = &plan->persons[person];
	return mem_printf(ctx, "\"%s\", anchor %s", p->name ? p->name : p->who,
			  hex_of(ctx, p->anchor.bytes, p->anchor.len));
}

/* Who is somebody else only by the anchor may be the same person, hired again. */
static const char *binding(TALLOC_CTX *ctx, const struct plan *plan,
			   const struct operation *op)
{
	const struct plan_person *p = person_of(plan, op);

	if (op->reason != REASON_ADDRESS_BOUND || p == NULL || p->email_key == NULL)
		return NULL;
	return mem_printf(
		ctx, "one person? dirbridge account bind %s %s %s --reason TEXT",
		plan->source, p->email_key, hex_of(ctx, p->anchor.bytes, p->anchor.len));
}

void words_details(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op,
		   struct words *words)
{
	words->n = 0;
	if (op->kind == OPERATION_CONFLICT) {
		add(words, party(ctx, plan, op->person));
		add(words, party(ctx, plan, op->other));
		add(words, binding(ctx, plan, op));
		return;
	}
	add(words, trouble(plan, op));
	add(words, unless(ctx, plan, op));
	add(words, decision(ctx, plan, op));
	add(words, suspension(ctx, plan, op));
	add(words, particulars(ctx, plan, op));
	add_kept(ctx, plan, op, words);
}

/* ---- counting ---- */

enum operation_class words_class(const struct operation *op)
{
	static const enum operation_class verdicts[VERDICTS] = {
		[VERDICT_HOLD] = CLASS_HOLD,
		[VERDICT_DEFER] = CLASS_DEFER,
		[VERDICT_REFUSE] = CLASS_REFUSE,
		[VERDICT_SKIP] = CLASS_SKIP,
	};
	char sign = operation_sign(op)[0];

	if (op->verdict != VERDICT_DO && op->verdict != VERDICT_SKIP)
		return verdicts[op->verdict];
	if (op->kind == OPERATION_CONFLICT)
		return CLASS_CONFLICT;
	if (op->kind == OPERATION_KEEP)
		return CLASS_KEEP;
	if (op->verdict == VERDICT_SKIP)
		return CLASS_SKIP;
	return sign == '+' ? CLASS_ADD : sign == '-' ? CLASS_REMOVE : CLASS_CHANGE;
}

void words_tally(const struct plan *plan, struct tally *tally)
{
	memset(tally, 0, sizeof *tally);
	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];
		enum operation_class class = words_class(op);

		tally->n[class]++;
		if (class <= CLASS_REMOVE)
			tally->doing++;
		if (class != CLASS_DEFER)
			continue;
		if (tally->first_date != 0 && tally->first_date != op->until)
			tally->many_dates = true;
		if (tally->first_date == 0 || op->until < tally->first_date)
			tally->first_date = op->until;
	}
}

void words_drain(struct str *out, const struct plan *plan)
{
	enum { ENOUGH = 64 * 1024 };

	if (plan->drain == NULL || out->len < ENOUGH)
		return;
	plan->drain(plan->drain_to, out->text, out->len);
	str_clear(out);
}

char *plan_what(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op)
{
	const struct plan_person *p = person_of(plan, op);
	const char *name = operation_name((enum operation_kind)op->kind);
	const char *group = op->group == PLAN_NONE ? NULL : words_group(plan, op->group);

	if (group == NULL)
		return mem_printf(ctx, "%s %s", name, p ? p->who : "");
	if (p == NULL)
		return mem_printf(ctx, "%s the group %s / %s", name,
				  plan->groups[op->group].organization, group);
	return mem_printf(ctx, "%s %s as %s of %s / %s", name, p->who,
			  role_name((enum role)op->role),
			  plan->groups[op->group].organization, group);
}

char *plan_why(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op)
{
	return words_reason(ctx, plan, op);
}
