/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

/* One anchor in one pull. Deleted, or outside: the answer to a question, and nobody is
 * asked but after a census. */
static void see_one(const struct sim *s, struct sim_sign *sign, bool alive, bool out,
		    bool gone, bool whole)
{
	if (alive)
		*sign = (struct sim_sign){ .proof = false };
	else if (out || (whole && gone))
		sign->proof = true;
	else if (whole && sign->missing == 0)
		sign->missing = s->now;
	else if (whole && s->now - sign->missing >= SIM_HOUR)
		sign->proof = true;
}

void sim_see(const struct sim *s, struct sim_seen *seen, int source, bool whole)
{
	const struct sim_source *q = &s->sources[source];

	for (int i = 0; i < SIM_PEOPLE; i++) {
		see_one(s, &seen->people[i], q->alive[i], q->out[i],
			q->left[i] || q->people[i].state == SIM_GONE, whole);
		if (whole)
			seen->out[i] = q->out[i];
	}
	for (int g = 0; g < SIM_GRANTS; g++) {
		see_one(s, &seen->groups[g], q->group[g], false,
			q->groups[g].state == SIM_GONE, whole);
		for (int i = 0; i < SIM_PEOPLE && whole && q->group[g]; i++)
			seen->left[i][g] = !q->in[i][g];
	}
}

static void add_sign(struct sim_sign *to, const struct sim_sign *from)
{
	to->proof |= from->proof;
	if (to->missing == 0)
		to->missing = from->missing;
}

void sim_see_saved(struct sim *s)
{
	struct sim_seen *now = &s->past.seen[s->at];

	for (int i = 0; i < SIM_PEOPLE; i++) {
		add_sign(&now->people[i], &s->saved_seen.people[i]);
		for (int g = 0; g < SIM_GRANTS; g++)
			now->left[i][g] |= s->saved_seen.left[i][g];
	}
	for (int g = 0; g < SIM_GRANTS; g++)
		add_sign(&now->groups[g], &s->saved_seen.groups[g]);
}

bool sim_lets_go(const struct sim *s, const struct sim_seen *seen, int source,
		 const struct sim_done *d)
{
	int i = sim_person_of(d->anchor);
	int g = sim_grant_of(s, d->name, d->role);

	return seen->people[i].proof || (seen->out[i] && !s->sources[source].alive[i]) ||
	       seen->groups[g].proof || seen->left[i][g] ||
	       sim_is_left_out(s, source, i, g);
}

static int by_size(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* More than 30 % fewer than the median of the last five, and nobody has said so. */
static bool is_shrunken(struct sim *s, int source, const char *what, int now)
{
	char *rows = sim_rows(s,
			      "SELECT %s FROM run WHERE source_id = %d AND id <= %lld"
			      " AND health = 'healthy' ORDER BY id DESC LIMIT 5",
			      what, source + 1, (long long)s->run);
	int before[5], n = 0, median;
	char *row;

	while ((row = sim_line(&rows)) != NULL)
		before[n++] = sim_number(row);
	if (n == 0)
		return false;
	qsort(before, (size_t)n, sizeof *before, by_size);
	median = before[n / 2];
	return (median - now) * 10 > median * 3;
}

bool sim_is_credible(struct sim *s, int source)
{
	const struct sim_source *q = &s->sources[source];
	int people = 0, groups = 0;

	for (int i = 0; i < SIM_PEOPLE; i++)
		people += q->alive[i] || q->out[i];
	for (int g = 0; g < SIM_GRANTS; g++)
		groups += q->group[g];
	if (q->outage != SIM_FINE && q->outage != SIM_SHRUNKEN)
		return false;
	return s->past.expected_until[source] > s->now ||
	       (!is_shrunken(s, source, "people", people) &&
		!is_shrunken(s, source, "groups", groups));
}
