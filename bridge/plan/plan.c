/* SPDX-License-Identifier: MIT */
#include "bridge/plan/plan.h"

static const struct {
	const char *name, *sign;
} kinds[OPERATIONS] = {
	[OPERATION_GROUP_CREATE] = { "create", "+" },
	[OPERATION_GROUP_RENAME] = { "rename", "~" },
	[OPERATION_GRANT] = { "grant", "+" },
	[OPERATION_INVITE] = { "invite", "+" },
	[OPERATION_JOIN] = { "join", "~" },
	[OPERATION_JOIN_INVITATION] = { "join", "~" },
	[OPERATION_RESTORE] = { "restore", "+" },
	[OPERATION_REVOKE] = { "revoke", "-" },
	[OPERATION_SUSPEND] = { "suspend", "-" },
	[OPERATION_LEAVE] = { "leave", "~" },
	[OPERATION_CANCEL] = { "cancel", "-" },
	[OPERATION_FORGET] = { "forget", "~" },
	[OPERATION_KEEP] = { "keep", "!" },
	[OPERATION_CONFLICT] = { "conflict", "!" },
};

static const char *const verdicts[VERDICTS] = {
	[VERDICT_DO] = "do",         [VERDICT_HOLD] = "hold", [VERDICT_DEFER] = "defer",
	[VERDICT_REFUSE] = "refuse", [VERDICT_SKIP] = "skip",
};

static const struct {
	const char *code, *text;
} reasons[REASONS] = {
	[REASON_WANTED] = { "wanted", "wanted" },
	[REASON_TOMBSTONE] = { "tombstone", "deleted in the directory" },
	[REASON_DISABLED] = { "disabled", "disabled in the directory" },
	[REASON_EXPIRED] = { "expired", "expired in the directory" },
	[REASON_OUT_OF_SCOPE] = { "out-of-scope", "no longer in scope" },
	[REASON_NOT_FOUND] = { "not-found", "not found twice, an hour or more apart" },
	[REASON_LEFT_GROUP] = { "left-group", "no longer in the directory group" },
	[REASON_GRACE_OVER] = { "grace-over", "the suspension's days are over" },
	[REASON_ADDRESS_CHANGED] = { "address-changed", "has another address now" },
	[REASON_REMOVED_BY_HAND] = { "removed-by-hand", "removed by hand, still wanted" },
	[REASON_DECLINED] = { "declined", "declined the invitation, still wanted" },
	[REASON_CANCELLED] = { "cancelled", "cancelled by hand, still wanted" },
	[REASON_REPEATS] = { "repeats", "invited as often as is allowed" },
	[REASON_GROUP_MISSING] = { "group-missing", "the group is missing and the rule "
						    "may not create it" },
	[REASON_GROUP_DELETED] = { "group-deleted", "deleted by hand, still wanted" },
	[REASON_GROUP_RENAMED] = { "group-renamed", "renamed in the directory" },
	[REASON_NO_ORGANIZATION] = { "no-organization", "there is no such organization "
							"below the source's own" },
	[REASON_SAME_ADDRESS] = { "same-address", "two entries have one address" },
	[REASON_ADDRESS_BOUND] = { "address-bound",
				   "the address belongs to somebody else's account" },
	[REASON_NO_ADDRESS] = { "no-address", "has no usable e-mail address" },
	[REASON_UNKNOWN] = { "unknown", "the entry could not be understood" },
	[REASON_UNPROVED] = { "unproved", "missing, but absence is not proved" },
	[REASON_LAST_MEMBER] = { "last-member",
				 "the last member of a group that had more" },
	[REASON_BUDGET_PEOPLE] = { "budget-people",
				   "more people than may go in one run" },
	[REASON_BUDGET_DISABLED] = { "budget-disabled",
				     "more disabled people than may go in one run" },
	[REASON_BUDGET_GROUPS] = { "budget-groups",
				   "more groups than may be emptied in one run" },
	[REASON_BUDGET_GROUP] = { "budget-group",
				  "more of one group than may go in one run" },
	[REASON_BUDGET_GRANTS] = { "budget-grants",
				   "more grants than may go in one run" },
	[REASON_BUDGET_OWNERS] = { "budget-owners",
				   "more owners of one group than may go in one run" },
	[REASON_BUDGET_EMAILS] = { "budget-emails",
				   "more changed addresses than in one run" },
	[REASON_BUDGET_INVITATIONS] = { "budget-invitations", "more new people than may "
							      "be invited in one run" },
	[REASON_REJECTED] = { "rejected", "a person has rejected it" },
	[REASON_NOT_ASKED] = { "not-asked", "left for the next run" },
	[REASON_HAS_ROLE] = { "has-role", "has the role already" },
	[REASON_PAUSED] = { "paused", "paused" },
	[REASON_SECOND_PERSON] = { "second-person",
				   "approved; a second person must approve as well" },
	[REASON_UNDONE] = { "undone", "turned round by hand" },
	[REASON_MAIL_DOMAIN] = { "mail-domain",
				 "the address is of none of the source's domains" },
	[REASON_BUG] = { "bug", "a bug: no row of the decision table fits" },
};

static const char *const states[CONSOLE_STATES] = {
	[CONSOLE_NOTHING] = "nothing",
	[CONSOLE_OURS] = "ours",
	[CONSOLE_OURS_OTHERS] = "ours-and-others",
	[CONSOLE_OTHERS] = "others",
	[CONSOLE_PENDING_OURS] = "pending-ours",
	[CONSOLE_PENDING_OTHERS] = "pending-others",
};

const char *operation_name(enum operation_kind kind)
{
	return kinds[kind].name;
}

const char *operation_record(const struct operation *op)
{
	if (!op->hand)
		return operation_name((enum operation_kind)op->kind);
	return op->kind == OPERATION_JOIN     ? "adopt"
	       : op->kind == OPERATION_REVOKE ? "revoke-hand"
					      : "leave-hand";
}

const char *operation_sign(const struct operation *op)
{
	return op->verdict == VERDICT_HOLD || op->verdict == VERDICT_REFUSE
		       ? "!"
		       : kinds[op->kind].sign;
}

const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict];
}

const char *operation_code(const struct operation *op)
{
	if (op->rule != RULE_NONE)
		return rule_code((enum rule)op->rule);
	return reason_code((enum reason)(op->guard ? op->guard : op->reason));
}

const char *reason_code(enum reason reason)
{
	return reasons[reason].code;
}

enum reason reason_of_code(const char *code)
{
	for (enum reason r = 0; r < REASONS; r++)
		if (strcmp(reasons[r].code, code) == 0)
			return r;
	return REASON_BUG;
}

const char *reason_text(enum reason reason)
{
	return reasons[reason].text;
}

const char *console_state_name(enum console_state state)
{
	return states[state];
}

struct plan *plan_new(TALLOC_CTX *ctx)
{
	return mem_new(ctx, struct plan);
}

struct operation *plan_add(struct plan *plan)
{
	struct operation *op;

	mem_grow(plan, plan->operations, plan->n_operations + 1, &plan->c_operations);
	op = &plan->operations[plan->n_operations++];
	memset(op, 0, sizeof *op);
	op->group = op->person = op->other = op->grant = PLAN_NONE;
	return op;
}

void plan_find(struct plan *plan, const char *code, const char *hint, const char *fmt,
	       ...)
{
	struct finding *f;
	va_list args;

	mem_grow(plan, plan->findings, plan->n_findings + 1, &plan->c_findings);
	f = &plan->findings[plan->n_findings++];
	f->code = code;
	f->hint = mem_strdup(plan, hint);
	va_start(args, fmt);
	f->text = mem_vprintf(plan, fmt, args);
	va_end(args);
}

/* ---- ids ---- */

/* What an id is the digest of, packed; long enough for the longest anchor. */
struct packed {
	uint8_t bytes[ENTRY_ANCHOR_MAX * 2 + 256];
	size_t len;
};

/* Every part fits: an id is made of two anchors and less than 100 bytes beside them. */
static void pack(struct packed *p, const void *bytes, size_t len)
{
	uint16_t size = (uint16_t)len;

	memcpy(p->bytes + p->len, &size, sizeof size);
	memcpy(p->bytes + p->len + sizeof size, bytes, len);
	p->len += len + sizeof size;
}

static void pack_value(struct packed *p, const struct value *value)
{
	pack(p, value->bytes ? value->bytes : "", value->len);
}

/* A group that is yet to be made is named by the directory group that makes it, and by
 * its own name, since that one may make several. */
static void pack_group(struct packed *p, const struct plan *plan, uint32_t group)
{
	const struct plan_group *g;
	struct digest name;
	int64_t id = 0;

	if (group == PLAN_NONE)
		return;
	g = &plan->groups[group];
	if (g->view_organization != VIEW_NONE)
		id = plan->view->organizations[g->view_organization].id;
	pack(p, &id, sizeof id);
	if (g->view != VIEW_NONE && plan->view->groups[g->view].id != 0) {
		pack(p, &plan->view->groups[g->view].id, sizeof id);
		return;
	}
	digest_of(g->name_key, strlen(g->name_key), &name);
	pack_value(p, &g->feeder);
	pack(p, &name, sizeof name);
}

static void identify(const struct plan *plan, struct operation *op)
{
	struct packed p;
	uint8_t head[6] = { op->kind,    op->role,  op->given,
			    op->console, op->after, op->reason };

	p.len = 0;
	pack(&p, head, sizeof head);
	pack(&p, &plan->source_id, sizeof plan->source_id);
	pack_group(&p, plan, op->group);
	if (op->person != PLAN_NONE)
		pack_value(&p, &plan->persons[op->person].anchor);
	if (op->other != PLAN_NONE)
		pack_value(&p, &plan->persons[op->other].anchor);
	if (op->hand)
		pack(&p, "hand", strlen("hand"));
	digest_of(p.bytes, p.len, &op->id);
}

void plan_identify(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_operations; i++)
		identify(plan, &plan->operations[i]);
}

bool plan_takes(const struct operation *op)
{
	return op->kind >= OPERATION_REVOKE && op->kind <= OPERATION_CANCEL &&
	       op->reason != REASON_ADDRESS_CHANGED && op->reason != REASON_HAS_ROLE;
}

bool plan_is_by_hand(const struct operation *op)
{
	return op->hand && plan_takes(op);
}

static bool gives(const struct operation *op)
{
	return op->verdict == VERDICT_DO && op->kind >= OPERATION_GRANT &&
	       op->kind <= OPERATION_RESTORE;
}

/* Who only leaves it to others, or gets something else instead, is not removed. */
static void count_people(struct plan *plan)
{
	AUTO_MEM bool *ends = mem_array(NULL, bool, plan->n_persons);
	AUTO_MEM bool *stays = mem_array(NULL, bool, plan->n_persons);
	AUTO_MEM bool *by_hand = mem_array(NULL, bool, plan->n_persons);

	plan->people_before = plan->people_removed = 0;
	for (uint32_t i = 0; i < plan->n_persons; i++)
		plan->persons[i].lost = 0;
	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		if (gives(op))
			stays[op->person] = true;
		if (plan_is_by_hand(op))
			by_hand[op->person] = true;
		if (op->verdict != VERDICT_DO || !plan_takes(op))
			continue;
		plan->persons[op->person].lost += !op->hand;
		ends[op->person] |= op->kind != OPERATION_LEAVE;
	}
	for (uint32_t i = 0; i < plan->n_persons; i++) {
		const struct plan_person *p = &plan->persons[i];

		plan->people_before += p->had > 0 || by_hand[i];
		plan->people_removed += ends[i] && !stays[i] && p->lost == p->had;
	}
}

void plan_count(struct plan *plan)
{
	memset(plan->by_verdict, 0, sizeof plan->by_verdict);
	for (size_t i = 0; i < plan->n_operations; i++)
		plan->by_verdict[plan->operations[i].verdict]++;
	count_people(plan);
}

void plan_seal(struct plan *plan)
{
	AUTO_MEM struct str *all = str_new(NULL);

	plan_count(plan);
	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		str_add_bytes(all, op->id.bytes, DIGEST_SIZE);
		str_add_char(all, (char)op->verdict);
	}
	str_add_bytes(all, plan->config.bytes, DIGEST_SIZE);
	digest_of(all->text, all->len, &plan->digest);
}

int plan_exit_code(const struct plan *plan)
{
	if (plan->by_verdict[VERDICT_HOLD] > 0)
		return 3;
	if (plan->suspect || !plan->pull.complete)
		return 4;
	if (plan->by_verdict[VERDICT_REFUSE] > 0 || plan->unlicensed > 0)
		return 5;
	return plan->by_verdict[VERDICT_DO] > 0 ? 2 : 0;
}
