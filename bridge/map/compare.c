/* SPDX-License-Identifier: MIT */
#include "bridge/map/map_p.h"
#include <stdlib.h>

/* Persons and groups of both are numbered together, so that numbers are an order. */
struct numbered {
	uint32_t person, group;
	uint32_t grant; /* index into the grants of its side */
	uint8_t role;
};

struct side {
	const struct wanted *wanted;
	uint32_t *persons, *groups; /* number of each */
	struct numbered *grants;    /* sorted */
};

struct comparing {
	struct side before, after;
	uint32_t n_persons;
	bool *had, *has; /* by number of the person */
	struct map_difference *out;
	size_t n, capacity;
};

static int compare_persons(const struct wanted *a, uint32_t i, const struct wanted *b,
			   uint32_t j)
{
	struct value x = entry_anchor(a->persons[i].entry);
	struct value y = entry_anchor(b->persons[j].entry);

	return value_compare(&x, &y);
}

static int compare_groups(const struct wanted *a, uint32_t i, const struct wanted *b,
			  uint32_t j)
{
	const struct wanted_group *x = &a->groups[i], *y = &b->groups[j];
	int order = strcmp(x->organization, y->organization);

	return order != 0 ? order : strcmp(x->name_key, y->name_key);
}

typedef int compare_fn(const struct wanted *a, uint32_t i, const struct wanted *b,
		       uint32_t j);

/* Two sorted lists as one: the number of each element; returns how many there are. */
static uint32_t number(const struct side *a, uint32_t n_a, uint32_t *of_a,
		       const struct side *b, uint32_t n_b, uint32_t *of_b,
		       compare_fn *compare)
{
	uint32_t i = 0, j = 0, n = 0;

	for (; i < n_a || j < n_b; n++) {
		int order = i == n_a   ? 1
			    : j == n_b ? -1
				       : compare(a->wanted, i, b->wanted, j);

		if (order <= 0)
			of_a[i++] = n;
		if (order >= 0)
			of_b[j++] = n;
	}
	return n;
}

static int compare_numbered(const struct numbered *x, const struct numbered *y)
{
	if (x->person != y->person)
		return x->person < y->person ? -1 : 1;
	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return (x->role > y->role) - (x->role < y->role);
}

static int by_number(const void *a, const void *b)
{
	return compare_numbered(a, b);
}

static void sort_grants(struct comparing *c, struct side *side, bool *any)
{
	const struct wanted *w = side->wanted;

	side->grants = mem_array(c, struct numbered, w->n_grants);
	for (size_t i = 0; i < w->n_grants; i++) {
		const struct wanted_grant *g = &w->grants[i];

		side->grants[i] =
			(struct numbered){ side->persons[g->person],
					   side->groups[g->group], (uint32_t)i, g->role };
		any[side->persons[g->person]] = true;
	}
	if (w->n_grants > 0)
		qsort(side->grants, w->n_grants, sizeof *side->grants, by_number);
}

static const struct wanted_person *person_of(const struct comparing *c,
					     const struct wanted_person *earlier)
{
	const struct wanted *w = c->after.wanted;
	struct value anchor = entry_anchor(earlier->entry);
	uint32_t low = 0, high = w->n_persons;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		struct value at = entry_anchor(w->persons[middle].entry);
		int order = value_compare(&at, &anchor);

		if (order == 0)
			return &w->persons[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return earlier;
}

static void differ(TALLOC_CTX *ctx, struct comparing *c, const struct side *side,
		   const struct numbered *at)
{
	const struct wanted_grant *g = &side->wanted->grants[at->grant];

	mem_grow(ctx, c->out, c->n + 1, &c->capacity);
	c->out[c->n++] = (struct map_difference){
		.person = person_of(c, &side->wanted->persons[g->person]),
		.group = &side->wanted->groups[g->group],
		.role = (enum role)g->role,
		.added = side == &c->after,
		.had = c->had[at->person],
		.has = c->has[at->person],
	};
}

static void walk(TALLOC_CTX *ctx, struct comparing *c)
{
	size_t n_a = c->before.wanted->n_grants, n_b = c->after.wanted->n_grants;
	const struct numbered *a = c->before.grants, *b = c->after.grants;

	for (size_t i = 0, j = 0; i < n_a || j < n_b;) {
		int order = i == n_a ? 1 : j == n_b ? -1 : compare_numbered(&a[i], &b[j]);

		if (order < 0)
			differ(ctx, c, &c->before, &a[i]);
		if (order > 0)
			differ(ctx, c, &c->after, &b[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

const struct map_difference *map_compare(TALLOC_CTX *ctx, const struct wanted *before,
					 const struct wanted *after, size_t *n)
{
	AUTO_MEM struct comparing *c = mem_new(NULL, struct comparing);
	struct side *a = &c->before, *b = &c->after;

	a->wanted = before;
	b->wanted = after;
	a->persons = mem_array(c, uint32_t, before->n_persons);
	b->persons = mem_array(c, uint32_t, after->n_persons);
	a->groups = mem_array(c, uint32_t, before->n_groups);
	b->groups = mem_array(c, uint32_t, after->n_groups);
	c->n_persons = number(a, before->n_persons, a->persons, b, after->n_persons,
			      b->persons, compare_persons);
	number(a, before->n_groups, a->groups, b, after->n_groups, b->groups,
	       compare_groups);
	c->had = mem_array(c, bool, c->n_persons);
	c->has = mem_array(c, bool, c->n_persons);
	sort_grants(c, a, c->had);
	sort_grants(c, b, c->has);
	walk(ctx, c);
	*n = c->n;
	return c->out;
}
