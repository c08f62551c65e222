/* SPDX-License-Identifier: MIT */
#include "bridge/plan/plan.h"
#include <stdlib.h>

enum { SHRUNKEN_PERCENT = 30, LOST_PERCENT = 50, FEW = 10 };

bool guard_empties(const struct view *view, const struct change *change)
{
	const struct view_account *a;
	const struct view_group *g;
	uint32_t role;

	if (change->kind != CHANGE_TAKE && change->kind != CHANGE_SUSPEND)
		return false;
	if (change->role != ROLE_MEMBER || change->account == VIEW_NONE)
		return false;
	a = &view->accounts[change->account];
	g = &view->groups[change->group];
	role = view_role(view, change->group, ROLE_MEMBER, change->account);
	if (role == VIEW_NONE || g->members != 1 || g->recent < 2)
		return false;
	if (a->blocked || !a->active)
		return false;
	for (uint32_t v = view->roles[role].givers; v != VIEW_NONE;
	     v = view->givers[v].next)
		if (view->givers[v].giver != change->giver && !view->givers[v].suspended)
			return false;
	return view_role_is_active(view, role);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t median(const uint32_t *numbers, size_t n)
{
	uint32_t sorted[5];

	memcpy(sorted, numbers, n * sizeof *numbers);
	qsort(sorted, n, sizeof *sorted, by_number);
	return sorted[n / 2];
}

static bool is_said(const struct said *said, uint32_t n)
{
	return said->anything && n >= said->low && n <= said->high;
}

static bool shrunken(struct plan *plan, const char *what, uint32_t now, uint32_t before)
{
	uint64_t lost = before > now ? before - now : 0;

	if (lost * 100 <= (uint64_t)before * SHRUNKEN_PERCENT)
		return false;
	plan_find(plan, "shrunken",
		  mem_printf(plan,
			     "Look at the directory. If it is true, say so: "
			     "dirbridge expect %s --%s %u..%u --reason ...",
			     plan->source, what, now, now),
		  "%s read: %u; the median of the last good runs is %u "
		  "(%llu.%llu %% fewer, limit %d %%)",
		  what, now, before, (unsigned long long)(lost * 100 / before),
		  (unsigned long long)(lost * 1000 / before % 10), SHRUNKEN_PERCENT);
	return true;
}

/* The entries are there, but what they say is not: an attribute that may no longer be
 * read looks as if nobody had it. */
static bool attribute_lost(struct plan *plan, const char *what, const char *expect,
			   uint32_t now, uint32_t before)
{
	uint64_t lost = before > now ? before - now : 0;
	uint32_t n =
		strcmp(expect, "people") == 0 ? plan->pull.people : plan->pull.groups;

	if (before < FEW || lost * 100 <= (uint64_t)before * LOST_PERCENT)
		return false;
	plan_find(plan, "attribute-lost",
		  mem_printf(plan,
			     "See whether the account may still read the attribute. If "
			     "it is true, say so: dirbridge expect %s --%s %u..%u "
			     "--reason ...",
			     plan->source, expect, n, n),
		  "%s read: %u; the median of the last good runs is %u, and the entries "
		  "are there: nobody loses anything for being missing",
		  what, now, before);
	return true;
}

static bool empty(struct plan *plan, const struct history *h)
{
	uint32_t before = h->n ? median(h->people, h->n) : h->mirror;

	if (plan->pull.people > 0 || before == 0)
		return false;
	if (plan->pull.read == 0)
		plan_find(plan, "unreadable",
			  "Check that the account may read below the base: "
			  "dirbridge check --connect.",
			  "the directory answered with success and not one entry");
	else
		plan_find(
			plan, "empty",
			mem_printf(plan,
				   "Check the filter, the base and what the account may "
				   "read. If it is true, say so: dirbridge expect %s "
				   "--people 0..0 --reason ...",
				   plan->source),
			"not one person was read; the last good runs read %u", before);
	return true;
}

static bool unexpected(struct plan *plan, const struct history *h)
{
	uint32_t people = plan->pull.people;

	if ((!h->expect_low && !h->expect_high) ||
	    (people >= h->expect_low && people <= h->expect_high))
		return false;
	plan_find(plan, "unexpected", "Look at the directory, or change expect_people.",
		  "people read: %u; expect_people says %lld..%lld", people,
		  (long long)h->expect_low, (long long)h->expect_high);
	return true;
}

static void incomplete(struct plan *plan)
{
	static const char *const hint =
		"Nothing is removed by difference until it is whole.";
	const struct pull_facts *f = &plan->pull;

	if (f->n_directories < 2)
		plan_find(plan, "incomplete", hint,
			  "the directory was not read whole: %s", f->why);
	for (size_t i = 0; f->n_directories > 1 && i < f->n_directories; i++) {
		const struct pull_directory *d = &f->directories[i];

		if (!d->complete)
			plan_find(plan, "incomplete",
				  d->hint ? mem_printf(plan, "%s %s", d->hint, hint)
					  : hint,
				  "directory \"%s\" was not read whole: %s", d->name,
				  d->why);
	}
}

/* ---- the parts of a source ---- */

char *part_name(TALLOC_CTX *ctx, const char *directory, const char *base)
{
	if (*directory == '\0' || *base == '\0')
		return mem_strdup(ctx, *base ? base : directory);
	return mem_printf(ctx, "%s: %s", directory, base);
}

static const struct part_history *find_part(const struct history *h,
					    const char *directory, const char *base)
{
	for (size_t i = 0; i < h->n_parts; i++)
		if (strcmp(h->parts[i].directory, directory) == 0 &&
		    strcmp(h->parts[i].base, base) == 0)
			return &h->parts[i];
	return NULL;
}

static bool part_shrunken(struct plan *plan, const char *name, uint32_t now,
			  uint32_t before)
{
	uint64_t lost = before > now ? before - now : 0;
	const char *hint = mem_printf(
		plan,
		"See whether the account may still read it. If it is true, say "
		"so: dirbridge expect %s --base \"%s\" --entries %u..%u "
		"--reason ...",
		plan->source, name, now, now);

	if (lost * 100 <= (uint64_t)before * SHRUNKEN_PERCENT)
		return false;
	if (now == 0)
		plan_find(plan, "base-empty", hint,
			  "\"%s\" showed no entry; the median of the last good runs is "
			  "%u: nobody loses anything for being missing",
			  name, before);
	else if (before >= FEW)
		plan_find(plan, "base-shrunken", hint,
			  "entries read of \"%s\": %u; the median of the last good runs "
			  "is %u (%llu.%llu %% fewer, limit %d %%)",
			  name, now, before, (unsigned long long)(lost * 100 / before),
			  (unsigned long long)(lost * 1000 / before % 10),
			  SHRUNKEN_PERCENT);
	return now == 0 || before >= FEW;
}

static bool parts_healthy(struct plan *plan, const struct history *h)
{
	const struct pull_facts *f = &plan->pull;
	size_t parts = 0;
	bool healthy = true;

	for (size_t i = 0; i < f->n_directories; i++)
		parts += f->directories[i].n_bases;
	for (size_t i = 0; parts > 1 && i < f->n_directories; i++) {
		const struct pull_directory *d = &f->directories[i];

		for (size_t b = 0; b < d->n_bases; b++) {
			const struct pull_base *base = &d->bases[b];
			const struct part_history *p = find_part(h, d->name, base->name);

			if (p != NULL && p->n > 0 && !is_said(&p->said, base->entries))
				healthy &= !part_shrunken(
					plan, part_name(plan, d->name, base->name),
					base->entries, median(p->entries, p->n));
		}
	}
	return healthy;
}

bool guard_health(struct plan *plan, const struct history *h)
{
	uint32_t people = plan->pull.people, groups = plan->pull.groups;
	bool said = is_said(&h->said, people), healthy = true;

	if (!plan->pull.complete) {
		incomplete(plan);
		return false;
	}
	if (!said && empty(plan, h))
		return false;
	if (!said)
		healthy = !unexpected(plan, h);
	if (!said && h->n > 0)
		healthy &=
			!shrunken(plan, "people", people, median(h->people, h->n)) &&
			!attribute_lost(plan, "e-mail addresses", "people",
					plan->pull.addresses, median(h->addresses, h->n));
	if (!is_said(&h->said_groups, groups) && h->n > 0)
		healthy &= !shrunken(plan, "groups", groups, median(h->groups, h->n)) &&
			   !attribute_lost(plan, "members of groups", "groups",
					   plan->pull.members, median(h->members, h->n));
	healthy &= parts_healthy(plan, h);
	return healthy;
}

static bool is_of(const char *email_key, const char *const *domains)
{
	const char *at = strrchr(email_key, '@');

	for (; at != NULL && *domains != NULL; domains++)
		if (strcmp(at + 1, *domains) == 0)
			return true;
	return false;
}

void guard_domains(struct plan *plan, const char *const *domains)
{
	for (size_t i = 0; domains != NULL && *domains && i < plan->n_operations; i++) {
		struct operation *op = &plan->operations[i];
		const char *key = op->person == PLAN_NONE
					  ? NULL
					  : plan->persons[op->person].email_key;

		if (op->verdict != VERDICT_DO || key == NULL ||
		    op->kind < OPERATION_GRANT || op->kind > OPERATION_JOIN_INVITATION ||
		    is_of(key, domains))
			continue;
		op->verdict = VERDICT_HOLD;
		op->guard = REASON_MAIL_DOMAIN;
	}
}

static size_t at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t at_least(size_t a, size_t b)
{
	return a > b ? a : b;
}

size_t guard_lookups(size_t n)
{
	size_t one_run = at_most(n / 10, at_least(50, n / 50));

	return 2 * at_most(500, at_least(2, one_run));
}
