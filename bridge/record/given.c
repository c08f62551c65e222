/* SPDX-License-Identifier: MIT */
#include "bridge/record/given.h"
#include <stdlib.h>

static const char *const states[GIVEN_STATES] = {
	[GIVEN_NONE] = "none",           [GIVEN_GIVEN] = "given",
	[GIVEN_SUSPENDED] = "suspended", [GIVEN_INVITED] = "invited",
	[GIVEN_EXPIRED] = "expired",     [GIVEN_DECLINED] = "declined",
	[GIVEN_CANCELLED] = "cancelled", [GIVEN_UNDONE] = "undone",
};

static const char *const kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_NONE] = "none",
	[EVIDENCE_TOMBSTONE] = "tombstone",
	[EVIDENCE_DISABLED] = "disabled",
	[EVIDENCE_EXPIRED] = "expired",
	[EVIDENCE_OUT_OF_SCOPE] = "out-of-scope",
	[EVIDENCE_NOT_FOUND] = "not-found",
};

static int name_index(const char *const *names, int n, const char *name)
{
	int i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

const char *given_name(enum given_state state)
{
	return states[state];
}

enum given_state given_state_of(const char *name)
{
	return (enum given_state)name_index(states, GIVEN_STATES, name);
}

const char *evidence_name(enum evidence_kind kind)
{
	return kinds[kind];
}

enum evidence_kind evidence_kind_of(const char *name)
{
	return (enum evidence_kind)name_index(kinds, EVIDENCE_KINDS, name);
}

int given_compare(const struct given *a, const struct given *b)
{
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	return value_compare(&a->anchor, &b->anchor);
}

/* ---- many of them ---- */

static void add_text(struct given_set *set, const char *bytes, size_t len)
{
	mem_grow(set, set->texts, set->n_texts + (size_t)1, &set->c_texts);
	set->texts[set->n_texts++] = (struct value){ bytes, len };
}

struct given_set *given_set_new(TALLOC_CTX *ctx)
{
	struct given_set *set = mem_new(ctx, struct given_set);

	set->arena = arena_new(set);
	set->numbers = table_new(set);
	add_text(set, NULL, 0);
	return set;
}

static uint32_t number_of(struct given_set *set, const char *bytes, size_t len)
{
	uint32_t number;

	if (bytes == NULL || len == 0)
		return 0;
	number = table_get(set->numbers, bytes, len);
	if (number != TABLE_NONE)
		return number;
	add_text(set, arena_keep(set->arena, bytes, len), len);
	number = set->n_texts - 1;
	table_put(set->numbers, set->texts[number].bytes, len, number);
	return number;
}

/* Rows come group by group. */
static uint32_t group_of(struct given_set *set, int64_t group)
{
	if (set->n_groups > 0 && set->groups[set->n_groups - 1] == group)
		return set->n_groups - 1;
	mem_grow(set, set->groups, set->n_groups + (size_t)1, &set->c_groups);
	set->groups[set->n_groups] = group;
	return set->n_groups++;
}

static uint32_t seconds(int64_t since, int64_t until)
{
	if (until <= since)
		return until > 0;
	return until - since < UINT32_MAX ? (uint32_t)(until - since) : UINT32_MAX;
}

void given_set_add(struct given_set *set, const struct given *g)
{
	struct given_row row = {
		.since = g->since,
		.lasts = seconds(g->since, g->until),
		.group = group_of(set, g->group),
		.anchor = number_of(set, g->anchor.bytes, g->anchor.len),
		.via = number_of(set, g->via.bytes, g->via.len),
		.role = (uint8_t)g->role,
		.state = (uint8_t)g->state,
		.repeats = (uint8_t)(g->repeats < UINT8_MAX ? g->repeats : UINT8_MAX),
		.wish = g->wish,
	};

	if (g->email_key != NULL)
		row.email_key = number_of(set, g->email_key, strlen(g->email_key));
	mem_grow(set, set->rows, set->n + 1, &set->c_rows);
	set->rows[set->n++] = row;
}

void given_set_end(struct given_set *set)
{
	mem_free(set->numbers);
	set->numbers = NULL;
}

struct given given_at(const struct given_set *set, size_t i)
{
	const struct given_row *row = &set->rows[i];

	return (struct given){
		.group = set->groups[row->group],
		.role = row->role,
		.anchor = set->texts[row->anchor],
		.state = row->state,
		.since = row->since,
		.until = row->lasts ? row->since + row->lasts : 0,
		.repeats = row->repeats,
		.wish = row->wish,
		.email_key = set->texts[row->email_key].bytes,
		.via = set->texts[row->via],
	};
}

bool via_next(struct value *via, struct value *anchor)
{
	size_t len;

	if (via->len == 0)
		return false;
	len = (uint8_t)via->bytes[0];
	if (len + 1 > via->len)
		return false;
	anchor->bytes = via->bytes + 1;
	anchor->len = len;
	via->bytes += len + 1;
	via->len -= len + 1;
	return true;
}

struct given given_find(const struct given_set *set, int64_t group, enum role role,
			const struct value *anchor)
{
	struct given wanted = { .group = group, .role = role, .anchor = *anchor };

	for (size_t low = 0, high = set->n; low < high;) {
		size_t middle = low + (high - low) / 2;
		struct given g = given_at(set, middle);
		int order = given_compare(&g, &wanted);

		if (order == 0)
			return g;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return (struct given){ .state = GIVEN_NONE };
}

static int by_binding(const void *key, const void *member)
{
	return value_compare(key, &((const struct binding *)member)->anchor);
}

int64_t binding_find(const struct binding *bindings, size_t n, const struct value *anchor)
{
	const struct binding *b = NULL;

	if (n > 0)
		b = bsearch(anchor, bindings, n, sizeof *b, by_binding);
	return b ? b->account : 0;
}
