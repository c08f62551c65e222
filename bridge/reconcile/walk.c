/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/rows_p.h"
#include <stdlib.h>

/* The grants of one group and role that lie together in one of the two lists. */
struct part {
	uint64_t order; /* the group's place, then the role */
	size_t first, count;
	uint32_t group;
	bool given; /* of what was given; else of what is wanted */
};

/* A grant of a part by the person's place. */
struct key {
	uint32_t rank;
	uint32_t index; /* into the wanted grants, or the given */
};

struct keys {
	struct key *all;
	size_t n, capacity;
};

struct lists {
	struct part *parts;
	size_t n_parts, c_parts;
	struct keys wanted, given; /* of the group and role that the walk is at */
};

/* ---- parts ---- */

static void extend(struct lists *l, const struct walk *w, uint32_t group, enum role role,
		   bool given, size_t index)
{
	uint64_t order = (uint64_t)w->order[group] << 1 | (uint64_t)role;
	struct part *last = l->n_parts > 0 ? &l->parts[l->n_parts - 1] : NULL;

	if (last != NULL && last->order == order && last->given == given &&
	    last->first + last->count == index) {
		last->count++;
		return;
	}
	mem_grow(l, l->parts, l->n_parts + 1, &l->c_parts);
	l->parts[l->n_parts++] = (struct part){ order, index, 1, group, given };
}

static int by_order(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->given != y->given)
		return x->given ? 1 : -1;
	return x->first < y->first ? -1 : x->first > y->first;
}

static struct lists *split(struct walk *w)
{
	const struct wanted *q = w->facts->wanted;
	const struct given_set *given = w->facts->given;
	struct lists *l = mem_new(w, struct lists);

	for (size_t i = 0; i < q->n_grants; i++)
		extend(l, w, w->group_of[q->grants[i].group],
		       (enum role)q->grants[i].role, false, i);
	for (size_t i = 0; i < given->n; i++) {
		uint32_t group = w->group_of_given[given->rows[i].group];

		/* A group that is no more takes what was given in it along. */
		if (group != PLAN_NONE)
			extend(l, w, group, (enum role)given->rows[i].role, true, i);
	}
	if (l->n_parts > 0)
		qsort(l->parts, l->n_parts, sizeof *l->parts, by_order);
	return l;
}

/* ---- keys ---- */

static uint32_t person_at(const struct walk *w, bool given, size_t index)
{
	if (given)
		return w->person_of[w->facts->given->rows[index].anchor];
	return w->facts->wanted->grants[index].person;
}

static void add_keys(struct lists *l, const struct walk *w, const struct part *part)
{
	struct keys *keys = part->given ? &l->given : &l->wanted;

	mem_grow(l, keys->all, keys->n + part->count, &keys->capacity);
	for (size_t i = part->first; i < part->first + part->count; i++) {
		uint32_t person = person_at(w, part->given, i);

		keys->all[keys->n++] =
			(struct key){ w->stands[person].rank, (uint32_t)i };
	}
}

static int by_rank(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static void sort(struct keys *keys)
{
	for (size_t i = 1; i < keys->n; i++)
		if (by_rank(&keys->all[i - 1], &keys->all[i]) > 0) {
			qsort(keys->all, keys->n, sizeof *keys->all, by_rank);
			return;
		}
}

/* ---- one group and role: wanted and given side by side ---- */

static void take(struct walk *w, uint32_t group, const struct key *wanted,
		 const struct key *given)
{
	const struct wanted *q = w->facts->wanted;
	struct pair p = { .walk = w, .group = group, .grant = PLAN_NONE };
	struct given row;

	if (wanted != NULL) {
		p.grant = wanted->index;
		p.role = (enum role)q->grants[p.grant].role;
		p.person = q->grants[p.grant].person;
	}
	if (given != NULL) {
		row = given_at(w->facts->given, given->index);
		p.given = &row;
		p.given_index = given->index;
		p.role = row.role;
		p.person = person_at(w, true, given->index);
	}
	pair_consider(&p);
}

static void walk_group(struct walk *w, uint32_t group, struct lists *l)
{
	const struct key *a = l->wanted.all, *end_a = a + l->wanted.n;
	const struct key *b = l->given.all, *end_b = b + l->given.n;

	while (a < end_a || b < end_b) {
		bool take_a = b == end_b || (a < end_a && a->rank <= b->rank);
		bool take_b = a == end_a || (b < end_b && b->rank <= a->rank);

		take(w, group, take_a ? a : NULL, take_b ? b : NULL);
		if (take_a)
			for (a++; a < end_a && a->rank == a[-1].rank; a++)
				;
		b += take_b;
	}
}

void walk_along(struct walk *w)
{
	struct lists *l = split(w);

	for (size_t i = 0; i < l->n_parts;) {
		const struct part *first = &l->parts[i];

		l->wanted.n = l->given.n = 0;
		for (; i < l->n_parts && l->parts[i].order == first->order; i++)
			add_keys(l, w, &l->parts[i]);
		sort(&l->wanted);
		sort(&l->given);
		operations_before(w, first->group);
		walk_group(w, first->group, l);
	}
	mem_free(l);
}
