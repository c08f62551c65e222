/* SPDX-License-Identifier: MIT */
#include "bridge/plan/licence.h"

static enum console_state role_state(const struct view *v, const struct plan_seen *s)
{
	uint32_t role = VIEW_NONE, givers;

	if (s->account != VIEW_NONE)
		role = view_role(v, s->group, s->role, s->account);
	if (role == VIEW_NONE)
		return CONSOLE_NOTHING;
	givers = v->roles[role].givers;
	if (view_giver(v, givers, s->source) == VIEW_NONE)
		return CONSOLE_OTHERS;
	return view_has_others(v, givers, s->source) ? CONSOLE_OURS_OTHERS : CONSOLE_OURS;
}

enum console_state plan_console_state(const struct view *v, const struct plan_seen *s)
{
	enum console_state state;
	uint32_t invitation = VIEW_NONE;

	if (s->group == VIEW_NONE)
		return CONSOLE_NOTHING;
	state = role_state(v, s);
	if (state == CONSOLE_NOTHING && s->email != VIEW_NONE)
		invitation = view_invitation(v, s->group, s->role, s->email);
	if (invitation == VIEW_NONE)
		return state;
	if (s->invited &&
	    view_giver(v, v->invitations[invitation].givers, s->source) != VIEW_NONE)
		return CONSOLE_PENDING_OURS;
	return CONSOLE_PENDING_OTHERS;
}

/* The person's number among the view's addresses, entered when it is new. */
static uint32_t email_of(struct plan *plan, uint32_t person, struct view *view)
{
	struct plan_person *p = &plan->persons[person];

	if (p->view_email == VIEW_NONE && p->email_key != NULL)
		p->view_email = view_add_email(view, p->email, p->email_key);
	return p->view_email;
}

static enum change_kind change_kind(enum operation_kind kind)
{
	static const enum change_kind kinds[OPERATIONS] = {
		[OPERATION_GROUP_CREATE] = CHANGE_GROUP,
		[OPERATION_GROUP_RENAME] = CHANGE_GROUP_RENAME,
		[OPERATION_GRANT] = CHANGE_GIVE,
		[OPERATION_INVITE] = CHANGE_INVITE,
		[OPERATION_JOIN] = CHANGE_GIVE,
		[OPERATION_JOIN_INVITATION] = CHANGE_INVITE,
		[OPERATION_RESTORE] = CHANGE_RESTORE,
		[OPERATION_REVOKE] = CHANGE_TAKE,
		[OPERATION_SUSPEND] = CHANGE_SUSPEND,
		[OPERATION_LEAVE] = CHANGE_TAKE,
		[OPERATION_CANCEL] = CHANGE_UNINVITE,
	};
	return kinds[kind];
}

bool plan_change(struct plan *plan, const struct operation *op, struct view *view,
		 struct change *change)
{
	const struct plan_group *g;

	*change = (struct change){ .account = VIEW_NONE, .email = VIEW_NONE };
	if (op->kind >= OPERATION_FORGET)
		return false;
	g = &plan->groups[op->group];
	change->kind = change_kind(op->kind);
	change->organization = g->view_organization;
	change->group = g->view;
	change->role = (enum role)op->role;
	change->giver = plan_is_by_hand(op) ? GIVER_HAND : plan->source_id;
	change->for_source = true;
	change->scope = plan->scope;
	change->name = g->name;
	change->name_key = g->name_key;
	change->allow_owner_claim = g->allow_owner_claim;
	change->until = op->until;
	if (op->person == PLAN_NONE)
		return true;
	change->account = plan->persons[op->person].account;
	change->name = plan->persons[op->person].name;
	change->mode = plan->invitations;
	if (change->kind == CHANGE_INVITE)
		change->email = email_of(plan, op->person, view);
	else if (change->kind == CHANGE_UNINVITE && op->email_key != NULL)
		change->email = view_email(view, op->email_key);
	return true;
}

bool plan_change_adopted(struct plan *plan, const struct operation *op, struct view *view,
			 struct change *change)
{
	if (!op->hand || op->kind != OPERATION_JOIN ||
	    !plan_change(plan, op, view, change))
		return false;
	change->kind = CHANGE_TAKE;
	change->giver = GIVER_HAND;
	return true;
}

static void refuse(struct plan *plan, struct view *view, struct operation *op,
		   const struct change *change, enum rule rule)
{
	op->rule = (uint8_t)rule;
	if (rule == RULE_PROTECTED || rule == RULE_ERASED) {
		op->verdict = VERDICT_SKIP;
	} else if (rule == RULE_LICENCE) {
		op->verdict = VERDICT_SKIP;
		plan->unlicensed++;
	} else if (rule == RULE_INVITE_COOLDOWN) {
		uint32_t home = view->groups[change->group].organization;

		op->verdict = VERDICT_DEFER;
		op->until = view_last_mail(view, home, change->email) + INVITE_COOLDOWN;
	} else {
		op->verdict = VERDICT_REFUSE;
	}
}

bool plan_names(const struct table *ids, const struct operation *op)
{
	return ids != NULL && table_get(ids, op->id.bytes, DIGEST_SIZE) != TABLE_NONE;
}

bool plan_is_paused(const struct plan *plan, const struct operation *op)
{
	uint8_t paused = plan->paused;

	if (op->group != PLAN_NONE)
		paused |= plan->groups[op->group].paused;
	if (op->kind == OPERATION_INVITE)
		return (paused & (PAUSED_ALL | PAUSED_INVITATIONS)) != 0;
	if (plan_takes(op))
		return (paused & (PAUSED_ALL | PAUSED_REMOVALS)) != 0;
	return op->kind < OPERATION_KEEP && (paused & PAUSED_ALL) != 0;
}

static uint32_t approvals(const struct plan *plan, const struct operation *op)
{
	uint32_t n = TABLE_NONE;

	if (plan->approved != NULL)
		n = table_get(plan->approved, op->id.bytes, DIGEST_SIZE);
	return n == TABLE_NONE ? 0 : n;
}

/* Are so many removals approved that one person's word is not enough? */
static bool takes_two(const struct plan *plan)
{
	uint32_t n = 0;

	for (size_t i = 0; plan->second_person > 0 && i < plan->n_operations; i++)
		n += plan_takes(&plan->operations[i]) &&
		     approvals(plan, &plan->operations[i]) > 0;
	return plan->second_person > 0 && n >= plan->second_person;
}

static void decide(const struct plan *plan, bool two, struct operation *op)
{
	bool can = op->kind < OPERATION_FORGET;

	if (op->verdict != VERDICT_DO && op->verdict != VERDICT_HOLD)
		return;
	if (op->verdict == VERDICT_DO && plan_is_paused(plan, op)) {
		op->verdict = VERDICT_SKIP;
		op->guard = REASON_PAUSED;
	} else if (plan_names(plan->rejected, op)) {
		op->verdict = VERDICT_SKIP;
		op->guard = REASON_REJECTED;
	} else if (two && plan_takes(op) && approvals(plan, op) == 1) {
		op->verdict = VERDICT_HOLD;
		op->guard = REASON_SECOND_PERSON;
	} else if (can && plan_names(plan->approved, op) && !plan_is_paused(plan, op)) {
		op->verdict = VERDICT_DO;
	} else if (plan->only_approved && op->verdict == VERDICT_DO) {
		bool held = plan_names(plan->held, op);

		op->verdict = held ? VERDICT_HOLD : VERDICT_SKIP;
		op->guard =
			held ? (uint8_t)table_get(plan->held, op->id.bytes, DIGEST_SIZE)
			     : REASON_NOT_ASKED;
	}
}

void plan_decide(struct plan *plan)
{
	bool two = takes_two(plan);

	for (size_t i = 0; i < plan->n_operations; i++)
		decide(plan, two, &plan->operations[i]);
}

/* What the guard once held stays held, whatever its limits say by now. */
static uint8_t held_for(const struct plan *plan, const struct operation *op,
			const struct view *view, const struct change *change)
{
	uint32_t reason = TABLE_NONE;

	if (plan_names(plan->approved, op))
		return 0;
	if (guard_empties(view, change))
		return REASON_LAST_MEMBER;
	if (plan->held != NULL)
		reason = table_get(plan->held, op->id.bytes, DIGEST_SIZE);
	return reason == TABLE_NONE ? 0 : (uint8_t)reason;
}

static void judge_one(struct plan *plan, struct view *view,
		      const struct principal *principal, struct operation *op)
{
	struct change change;
	enum rule rule;

	if (!plan_change(plan, op, view, &change))
		return;
	if (op->kind != OPERATION_GROUP_CREATE && change.group == VIEW_NONE) {
		op->verdict = VERDICT_SKIP;
		if (!view->licensed)
			refuse(plan, view, op, &change, RULE_LICENCE);
		return;
	}
	op->guard = held_for(plan, op, view, &change);
	if (op->guard != 0) {
		op->verdict = VERDICT_HOLD;
		return;
	}
	rule = judge(view, principal, &change, plan->now);
	if (rule == RULE_NONE && plan_change_adopted(plan, op, view, &change))
		rule = judge(view, principal, &change, plan->now);
	if (rule != RULE_NONE)
		refuse(plan, view, op, &change, rule);
	else if (op->kind == OPERATION_GROUP_CREATE)
		plan->groups[op->group].view = change.made;
}

/* The view says whether it is licensed; an end it knows only of a console's root. */
static void find_licence(struct plan *plan, const struct view *view)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	const struct licence licence = { view->root, view->licence_end, plan->now,
					 plan->unlicensed };
	struct finding found;

	if (view->licensed && view->licence_end == 0)
		return;
	if (licence_finding(scratch, &licence, &found))
		plan_find(plan, found.code, found.hint, "%s", found.text);
}

void plan_judge(struct plan *plan, struct view *view, const struct principal *principal)
{
	for (size_t i = 0; i < plan->n_operations; i++)
		if (plan->operations[i].verdict == VERDICT_DO)
			judge_one(plan, view, principal, &plan->operations[i]);
	find_licence(plan, view);
}
