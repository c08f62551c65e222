/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

static const char *const names[SIM_LAYERS] = { "people", "disabled",   "groups",
					       "group",  "grants",     "owners",
					       "emails", "invitations" };

enum { NO_LIMIT = 1000000 };

/* ---- limits ---- */

static unsigned people_limit(unsigned of)
{
	unsigned tenth = of / 10, arm = of / 50 > 50 ? of / 50 : 50;
	unsigned limit = tenth < arm ? tenth : arm;

	return limit < 2 ? 2 : limit > 500 ? 500 : limit;
}

static unsigned five_percent(unsigned of)
{
	return of / 20 > 5 ? of / 20 : 5;
}

static unsigned limit_of(const struct sim *s, enum sim_layer layer, unsigned of)
{
	switch (layer) {
	case SIM_BUDGET_PEOPLE:
		return people_limit(of);
	case SIM_BUDGET_DISABLED:
		return 2 * people_limit(of);
	case SIM_BUDGET_GROUPS:
		return s->tight ? 1 : five_percent(of);
	case SIM_BUDGET_GROUP:
		return of < 10 ? NO_LIMIT : of / 4 < 100 ? of / 4 : 100;
	case SIM_BUDGET_GRANTS:
		return s->tight ? 6 : of < 200 || of / 10 > 1000 ? 1000 : of / 10;
	case SIM_BUDGET_OWNERS:
		return 1;
	case SIM_BUDGET_EMAILS:
		return s->tight ? 1 : five_percent(of);
	default:
		if (of == 0 && !s->tight)
			return NO_LIMIT;
		return s->tight ? 3 : of / 4 > 200 ? of / 4 : 200;
	}
}

/* ---- what was announced ---- */

void sim_announce(struct sim *s, enum sim_layer layer, unsigned n)
{
	if (s->past.n_announced == SIM_ANNOUNCED)
		return;
	sim_do(s, SIM_NOBODY, "expect %s --remove %s=%u --reason leavers",
	       s->sources[s->at].name, names[layer], n);
	s->past.announced[s->past.n_announced++] =
		(struct sim_announced){ s->at, layer, n, s->now + 3 * SIM_DAY };
}

static unsigned announced(const struct sim *s, int source, enum sim_layer layer)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->past.n_announced; i++) {
		const struct sim_announced *a = &s->past.announced[i];

		if (a->source == source && a->layer == layer && a->until > s->now)
			n += a->left;
	}
	return n;
}

static void use(struct sim *s, int source, enum sim_layer layer, unsigned used)
{
	for (size_t i = 0; i < s->past.n_announced; i++) {
		struct sim_announced *a = &s->past.announced[i];
		unsigned n = a->left < used ? a->left : used;

		if (a->source != source || a->layer != layer || a->until <= s->now)
			continue;
		a->left -= n;
		used -= n;
	}
}

/* ---- one layer, of one run ---- */

static unsigned spent_today(const struct sim *s, enum sim_layer layer, int64_t group)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_losses; i++) {
		const struct sim_loss *l = &s->losses[i];

		if (l->layer == layer && l->group == group && l->at > s->now - SIM_DAY)
			n += l->n;
	}
	return n;
}

/* What was announced goes first, and isn't held against the day. Returns what it took of
 * that. */
static unsigned check(struct sim *s, enum sim_layer layer, int64_t group, unsigned n,
		      unsigned of)
{
	unsigned limit = limit_of(s, layer, of), extra = announced(s, s->at, layer);
	unsigned used = n < extra ? n : extra, day = spent_today(s, layer, group);

	if (n == 0)
		return 0;
	if (n > limit + extra)
		sim_fail(s, "%u of %u went at once, of %s; the limit is %u, announced %u",
			 n, of, names[layer], limit, extra);
	if (day + n > 2 * limit + extra)
		sim_fail(s,
			 "%u of %u went in a day, of %s; the limit is %u, announced %u",
			 day + n, of, names[layer], 2 * limit, extra);
	mem_grow(s, s->losses, s->n_losses + 1, &s->c_losses);
	s->losses[s->n_losses++] = (struct sim_loss){
		.at = s->now, .group = group, .layer = layer, .n = n - used
	};
	return used;
}

static void check_one(struct sim *s, enum sim_layer layer, unsigned n, unsigned of)
{
	use(s, s->at, layer, check(s, layer, 0, n, of));
}

/* ---- people ---- */

static bool is_of(const struct sim *s, const struct sim_grant *g, const char *anchor)
{
	return g->source == s->at && strcmp(g->anchor, anchor) == 0;
}

static unsigned held_by(const struct sim *s, const char *anchor)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_had; i++)
		n += is_of(s, &s->had[i], anchor);
	return n;
}

static bool has_something(const struct sim *s, const char *anchor)
{
	for (size_t i = 0; i < s->n_has; i++)
		if (is_of(s, &s->has[i], anchor) &&
		    strcmp(s->has[i].state, "suspended") != 0)
			return true;
	return false;
}

struct lost {
	bool people, disabled, moved, invited;
};

/* Where a person has decided any of it, it isn't the run that took it. */
static struct lost lost_by(const struct sim *s, const char *anchor)
{
	unsigned took = 0, other = 0, left = 0;
	struct lost l = { false };

	for (size_t i = 0; i < s->n_done; i++) {
		const struct sim_done *d = &s->done[i];

		if (d->approved || d->group == 0 || strcmp(d->anchor, anchor) != 0)
			continue;
		took += d->takes;
		left += strcmp(d->kind, "leave") == 0;
		other += d->takes && strcmp(d->code, "disabled") != 0;
		l.moved |= strcmp(d->kind, "cancel") == 0 &&
			   strcmp(d->code, "address-changed") == 0;
		l.invited |= strcmp(d->kind, "invite") == 0;
	}
	if (took > 0 && took + left == held_by(s, anchor) && !has_something(s, anchor)) {
		l.people = other > 0;
		l.disabled = other == 0;
	}
	l.invited &= held_by(s, anchor) == 0;
	return l;
}

static void check_people(struct sim *s)
{
	unsigned of = 0, people = 0, disabled = 0, moved = 0, invited = 0;

	for (int i = 0; i < SIM_PEOPLE; i++) {
		AUTO_MEM char *anchor =
			mem_printf(NULL, "%c%d", s->sources[s->at].letter, i);
		struct lost l = lost_by(s, anchor);

		of += held_by(s, anchor) > 0;
		people += l.people;
		disabled += l.disabled;
		moved += l.moved;
		invited += l.invited;
	}
	check_one(s, SIM_BUDGET_PEOPLE, people, of);
	check_one(s, SIM_BUDGET_DISABLED, disabled, of);
	check_one(s, SIM_BUDGET_EMAILS, moved, of);
	check_one(s, SIM_BUDGET_INVITATIONS, invited, of);
}

/* ---- groups ---- */

static unsigned taken(const struct sim *s, int64_t group, bool owners)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_done; i++)
		n += s->done[i].takes && !s->done[i].approved &&
		     s->done[i].group == group && (!owners || s->done[i].role == 1);
	return n;
}

static unsigned had_in(const struct sim *s, int64_t group)
{
	unsigned n = 0;

	for (size_t i = 0; i < s->n_had; i++)
		n += s->had[i].source == s->at && s->had[i].group == group;
	return n;
}

/* Of one group: all that was announced is used once the limit alone was passed. */
static void check_group(struct sim *s, enum sim_layer layer, int64_t group, unsigned n,
			unsigned of, unsigned *passed)
{
	unsigned extra = announced(s, s->at, layer);

	check(s, layer, group, n, of);
	if (n > limit_of(s, layer, of))
		*passed = extra;
}

static void check_groups(struct sim *s)
{
	char *rows = sim_rows(s, "SELECT id FROM security_group"), *row;
	unsigned of = 0, groups = 0, grants = 0, all = 0, passed = 0, owners = 0;

	while ((row = sim_line(&rows)) != NULL) {
		int64_t group = strtoll(row, NULL, 10);
		unsigned had = had_in(s, group), n = taken(s, group, false);

		of += had > 0;
		all += had;
		grants += n;
		groups += n > 0 && n == had;
		check_group(s, SIM_BUDGET_GROUP, group, n, had, &passed);
		check_group(s, SIM_BUDGET_OWNERS, group, taken(s, group, true), 1,
			    &owners);
	}
	use(s, s->at, SIM_BUDGET_GROUP, passed);
	use(s, s->at, SIM_BUDGET_OWNERS, owners);
	check_one(s, SIM_BUDGET_GROUPS, groups, of);
	check_one(s, SIM_BUDGET_GRANTS, grants, all);
}

void sim_check_budgets(struct sim *s)
{
	if (s->n_done == 0)
		return;
	check_people(s);
	check_groups(s);
}
