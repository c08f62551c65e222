/* SPDX-License-Identifier: MIT */
#include "bridge/plan/budget.h"
#include "bridge/plan/plan.h"

static const struct {
	const char *name, *what; /* "would remove 37 of 120 WHAT" */
	enum reason reason;
} layers[BUDGETS] = {
	[BUDGET_PEOPLE] = { "people", "people", REASON_BUDGET_PEOPLE },
	[BUDGET_DISABLED] = { "disabled", "people, who are disabled or expired,",
			      REASON_BUDGET_DISABLED },
	[BUDGET_GROUPS] = { "groups", "groups", REASON_BUDGET_GROUPS },
	[BUDGET_GROUP] = { "group", "grants of one group", REASON_BUDGET_GROUP },
	[BUDGET_GRANTS] = { "grants", "grants", REASON_BUDGET_GRANTS },
	[BUDGET_OWNERS] = { "owners", "group owners of one group", REASON_BUDGET_OWNERS },
	[BUDGET_EMAILS] = { "emails", "addresses", REASON_BUDGET_EMAILS },
	[BUDGET_INVITATIONS] = { "invitations", "people", REASON_BUDGET_INVITATIONS },
};

const char *budget_name(enum budget_layer layer)
{
	return layers[layer].name;
}

/* ---- limits ---- */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t percent(uint32_t of, uint32_t n)
{
	return (uint32_t)((uint64_t)of * n / 100);
}

static uint32_t default_limit(enum budget_layer layer, uint32_t of)
{
	uint32_t people =
		least(500, most(2, least(percent(of, 10), most(50, percent(of, 2)))));

	switch (layer) {
	case BUDGET_PEOPLE:
		return people;
	case BUDGET_DISABLED:
		return 2 * people;
	case BUDGET_GROUPS:
	case BUDGET_EMAILS:
		return most(5, percent(of, 5));
	case BUDGET_GROUP:
		return of < 10 ? UINT32_MAX : least(100, percent(of, 25));
	case BUDGET_GRANTS:
		return of < 200 ? 1000 : least(1000, percent(of, 10));
	case BUDGET_OWNERS:
		return 1;
	default:
		return of == 0 ? UINT32_MAX : most(200, percent(of, 25));
	}
}

uint32_t budget_limit_of(enum budget_layer layer, uint32_t of,
			 const struct budget_limit *c, int64_t now)
{
	uint32_t limit = UINT32_MAX;

	if ((c->count == 0 && c->percent == 0) || (c->until != 0 && c->until <= now))
		return default_limit(layer, of);
	if (c->count > 0)
		limit = c->count;
	if (c->percent > 0)
		limit = least(limit, percent(of, c->percent));
	return limit;
}

/* ---- counting ---- */

struct person_count {
	uint32_t lost;
	bool ends, stays, other; /* other: for another reason than disabled, expired */
	bool moves, invited;
	uint32_t by_hand; /* roles that a person gave and the plan would take */
};

struct group_count {
	uint32_t had, lost; /* grants of members and owners */
	uint32_t owners_lost;
};

struct counts {
	struct person_count *persons;
	struct group_count *groups;
	uint32_t n[BUDGETS], of[BUDGETS];
};

static bool is_approved(const struct plan *plan, const struct operation *op)
{
	return plan->approved != NULL &&
	       table_get(plan->approved, op->id.bytes, DIGEST_SIZE) != TABLE_NONE;
}

static bool counts_for_budgets(const struct plan *plan, const struct operation *op)
{
	return op->verdict == VERDICT_DO && op->person != PLAN_NONE &&
	       op->group != PLAN_NONE && !is_approved(plan, op);
}

static void count_taken(const struct operation *op, struct person_count *p,
			struct group_count *g)
{
	p->lost += !op->hand;
	if (op->kind == OPERATION_LEAVE)
		return;
	p->ends = true;
	p->other |= op->reason != REASON_DISABLED && op->reason != REASON_EXPIRED;
	g->lost++;
	g->owners_lost += op->role == ROLE_OWNER;
}

static void count_operations(const struct plan *plan, struct counts *c)
{
	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];
		struct person_count *p;

		if (op->person != PLAN_NONE)
			c->persons[op->person].by_hand += plan_is_by_hand(op);
		if (!counts_for_budgets(plan, op))
			continue;
		p = &c->persons[op->person];
		if (plan_takes(op))
			count_taken(op, p, &c->groups[op->group]);
		else if (op->kind == OPERATION_CANCEL)
			p->moves |= op->reason == REASON_ADDRESS_CHANGED;
		else if (op->kind >= OPERATION_GRANT && op->kind <= OPERATION_RESTORE)
			p->stays = true;
		p->invited |= op->kind == OPERATION_INVITE;
	}
}

static void count_layers(const struct plan *plan, struct counts *c)
{
	uint32_t people = 0, grants = 0, groups = 0;

	for (uint32_t i = 0; i < plan->n_persons; i++) {
		const struct person_count *p = &c->persons[i];
		uint32_t had = plan->persons[i].had;

		people += had > 0 || p->by_hand > 0;
		grants += had + p->by_hand;
		if (p->ends && !p->stays && p->lost == had)
			c->n[p->other ? BUDGET_PEOPLE : BUDGET_DISABLED]++;
		c->n[BUDGET_EMAILS] += p->moves;
		c->n[BUDGET_INVITATIONS] += p->invited && had == 0;
	}
	for (uint32_t i = 0; i < plan->n_groups; i++) {
		const struct group_count *g = &c->groups[i];

		groups += plan->groups[i].had > 0;
		c->n[BUDGET_GRANTS] += g->lost;
		c->n[BUDGET_GROUPS] += g->lost > 0 && g->lost == plan->groups[i].had;
		c->n[BUDGET_OWNERS] = most(c->n[BUDGET_OWNERS], g->owners_lost);
	}
	c->of[BUDGET_PEOPLE] = c->of[BUDGET_DISABLED] = c->of[BUDGET_EMAILS] =
		c->of[BUDGET_INVITATIONS] = people;
	c->of[BUDGET_GRANTS] = grants;
	c->of[BUDGET_GROUPS] = groups;
}

static struct counts *count_all(TALLOC_CTX *ctx, const struct plan *plan)
{
	struct counts *c = mem_new(ctx, struct counts);

	c->persons = mem_array(c, struct person_count, plan->n_persons + 1);
	c->groups = mem_array(c, struct group_count, plan->n_groups + 1);
	count_operations(plan, c);
	count_layers(plan, c);
	return c;
}

void budget_count(const struct plan *plan, uint32_t counts[BUDGETS])
{
	AUTO_MEM struct counts *c = count_all(NULL, plan);

	memcpy(counts, c->n, sizeof c->n);
}

uint32_t *budget_count_groups(TALLOC_CTX *ctx, const struct plan *plan,
			      enum budget_layer layer)
{
	AUTO_MEM struct counts *c = count_all(NULL, plan);
	uint32_t *n = mem_array(ctx, uint32_t, plan->n_groups + 1);

	for (uint32_t i = 0; i < plan->n_groups; i++)
		n[i] = layer == BUDGET_OWNERS ? c->groups[i].owners_lost
					      : c->groups[i].lost;
	return n;
}

uint32_t budget_used(const struct plan *plan, enum budget_layer layer,
		     const uint32_t counts[BUDGETS])
{
	const struct budget *b = &plan->budgets[layer];

	if (layer == BUDGET_GROUP || layer == BUDGET_OWNERS)
		return b->would > b->limit - b->announced ? b->announced : 0;
	return least(b->announced, counts[layer]);
}

/* ---- holding ---- */

static uint32_t and_announced(const struct plan *plan, enum budget_layer layer,
			      uint32_t limit)
{
	uint32_t room = UINT32_MAX - limit;

	return limit + least(room, plan->budgets[layer].announced);
}

/* One group against its own limits, of its grants or of its owners. */
static struct budget group_budget(const struct plan *plan, const struct counts *c,
				  enum budget_layer layer,
				  const struct budget_limit *limits, uint32_t i)
{
	const struct plan_group *g = &plan->groups[i];
	bool owners = layer == BUDGET_OWNERS;
	struct budget b = { .of = owners ? 0 : g->had,
			    .would =
				    owners ? c->groups[i].owners_lost : c->groups[i].lost,
			    .spent = owners ? g->spent_owners : g->spent,
			    .announced = plan->budgets[layer].announced };
	uint32_t limit = budget_limit_of(layer, b.of, &limits[layer], plan->now);

	b.limit = and_announced(plan, layer, limit);
	b.tripped = b.would > b.limit ||
		    (b.would > 0 &&
		     (uint64_t)b.would + b.spent > 2 * (uint64_t)limit + b.announced);
	return b;
}

/* The group that passes its limit by most stands for all in the plan's numbers. */
static void worst_group(struct plan *plan, const struct counts *c,
			enum budget_layer layer, const struct budget_limit *limits)
{
	struct budget *worst = &plan->budgets[layer];

	for (uint32_t i = 0; i < plan->n_groups; i++) {
		struct budget b = group_budget(plan, c, layer, limits, i);

		if (b.tripped > worst->tripped ||
		    (b.tripped == worst->tripped && b.would > worst->would))
			*worst = b;
	}
}

static bool is_of(const struct plan *plan, const struct counts *c,
		  const struct operation *op, enum budget_layer layer,
		  const struct budget_limit *limits)
{
	const struct person_count *p = &c->persons[op->person];
	const struct group_count *g = &c->groups[op->group];
	bool takes = plan_takes(op) && op->kind != OPERATION_LEAVE;
	bool leaves = p->ends && !p->stays && p->lost == plan->persons[op->person].had;

	switch (layer) {
	case BUDGET_PEOPLE:
		return takes && leaves && p->other;
	case BUDGET_DISABLED:
		return takes && leaves && !p->other;
	case BUDGET_GROUPS:
		return takes && g->lost == plan->groups[op->group].had;
	case BUDGET_GROUP:
		return takes && group_budget(plan, c, layer, limits, op->group).tripped;
	case BUDGET_GRANTS:
		return takes;
	case BUDGET_OWNERS:
		return takes && op->role == ROLE_OWNER &&
		       group_budget(plan, c, layer, limits, op->group).tripped;
	case BUDGET_EMAILS:
		return p->moves && op->reason == REASON_ADDRESS_CHANGED;
	default:
		return op->kind == OPERATION_INVITE && plan->persons[op->person].had == 0;
	}
}

static void hold_layer(struct plan *plan, const struct counts *c, enum budget_layer layer,
		       const struct budget_limit *limits, const bool *counted)
{
	for (size_t i = 0; i < plan->n_operations; i++) {
		struct operation *op = &plan->operations[i];

		if (!counted[i] || !is_of(plan, c, op, layer, limits))
			continue;
		op->verdict = VERDICT_HOLD;
		if (op->guard == 0)
			op->guard = (uint8_t)layers[layer].reason;
	}
}

static void tell(struct plan *plan, enum budget_layer layer)
{
	const struct budget *b = &plan->budgets[layer];
	unsigned permille = b->of ? (unsigned)((uint64_t)b->would * 1000 / b->of) : 0;
	const char *verb = layer == BUDGET_INVITATIONS ? "invite"
			   : layer == BUDGET_EMAILS    ? "change"
						       : "remove";
	char before[64] = "";

	if (b->spent > 0)
		snprintf(before, sizeof before, "; %u more went in the last 24 hours",
			 b->spent);
	plan_find(plan, reason_code(layers[layer].reason),
		  mem_printf(plan,
			     "Look at them. After a run, what is right is approved by "
			     "the id that it has in: dirbridge holds %s",
			     plan->source),
		  "would %s %u of %u %s (%u.%u %%, limit %u)%s: all of these are held",
		  verb, b->would, b->of, layers[layer].what, permille / 10, permille % 10,
		  b->limit, before);
}

static void measure(struct plan *plan, const struct counts *c,
		    const struct budget_limit *limits)
{
	for (enum budget_layer l = 0; l < BUDGETS; l++) {
		struct budget *b = &plan->budgets[l];
		uint64_t day;

		if (l == BUDGET_GROUP)
			continue;
		b->of = c->of[l];
		b->limit = budget_limit_of(l, b->of, &limits[l], plan->now);
		day = 2 * (uint64_t)b->limit + b->announced;
		b->limit = and_announced(plan, l, b->limit);
		if (l == BUDGET_OWNERS)
			continue;
		b->would = c->n[l];
		b->tripped = b->would > b->limit ||
			     (b->would > 0 && (uint64_t)b->would + b->spent > day);
	}
	worst_group(plan, c, BUDGET_GROUP, limits);
	worst_group(plan, c, BUDGET_OWNERS, limits);
}

void budget_guard(struct plan *plan, const struct budget_limit limits[BUDGETS])
{
	AUTO_MEM struct counts *c = count_all(NULL, plan);
	AUTO_MEM bool *counted = mem_array(NULL, bool, plan->n_operations + 1);

	for (size_t i = 0; i < plan->n_operations; i++)
		counted[i] = counts_for_budgets(plan, &plan->operations[i]);
	measure(plan, c, limits);
	for (enum budget_layer l = 0; l < BUDGETS; l++) {
		if (!plan->budgets[l].tripped)
			continue;
		hold_layer(plan, c, l, limits, counted);
		tell(plan, l);
	}
}
