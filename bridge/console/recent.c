/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/console_p.h"
#include <stdlib.h>

/*
 * How many members a group had at most, at any one time within the last day. Only where
 * one has gone can that be more than there are now: those groups alone are looked at.
 */

#define FOREVER "9223372036854775807"

/* From its first second up to, and without, its last. */
struct span {
	int64_t account, from, to;
};

struct change_of_one {
	int64_t when;
	int by;
};

struct sweep {
	struct console *c;
	int64_t start; /* a day ago */
	struct span *blocks;
	size_t n_blocks, c_blocks;
	struct change_of_one *changes; /* of the group at hand */
	size_t n_changes, c_changes;
	uint32_t group;    /* VIEW_NONE before the first */
	struct span given; /* what goes on while row follows row */
};

static const char blocks[] =
	"SELECT account_id, valid_from, coalesce(valid_to, " FOREVER
	") FROM account_block"
	" WHERE root_id = ?1 AND (valid_to IS NULL OR valid_to > ?2) ORDER BY 1, 2";

/* Of the groups that lost a member since: when each of their members had the role. */
static const char spans[] =
	"WITH here(id) AS (SELECT g.id FROM organization o CROSS JOIN security_group g"
	"  ON g.organization_id = o.id WHERE o.root_id = ?1 AND g.valid_to IS NULL),"
	" lost(id) AS (SELECT r.group_id FROM here JOIN role r ON r.group_id = here.id"
	"  WHERE r.role = 0 AND r.valid_to > ?2"
	"  UNION SELECT r.group_id FROM giver v JOIN role r ON r.id = v.role_id"
	"  WHERE r.role = 0 AND v.valid_to > ?2 AND r.group_id IN here"
	"  UNION SELECT r.group_id FROM account_block b JOIN role r"
	"  ON r.account_id = b.account_id AND r.valid_to IS NULL"
	"  WHERE r.role = 0 AND b.root_id = ?1 AND b.valid_from > ?2"
	"  AND r.group_id IN here),"
	" had(id, group_id, account_id, ended) AS ("
	"  SELECT r.id, r.group_id, r.account_id, " FOREVER " FROM lost"
	"  JOIN role r ON r.group_id = lost.id WHERE r.role = 0 AND r.valid_to IS NULL"
	"  UNION ALL SELECT r.id, r.group_id, r.account_id, r.valid_to FROM lost"
	"  JOIN role r ON r.group_id = lost.id WHERE r.role = 0 AND r.valid_to > ?2)"
	" SELECT h.group_id, h.account_id, v.valid_from,"
	"  min(h.ended, coalesce(v.valid_to, " FOREVER "))"
	" FROM had h JOIN account a ON a.id = h.account_id JOIN giver v ON v.role_id = "
	"h.id"
	" WHERE a.active AND v.suspended_until IS NULL"
	" AND (v.valid_to IS NULL OR v.valid_to > ?2) ORDER BY 1, 2, 3";

/* ---- one account ---- */

static void add(struct sweep *s, int64_t from, int64_t to)
{
	if (from < s->start)
		from = s->start;
	if (from >= to)
		return;
	mem_grow(s, s->changes, s->n_changes + 2, &s->c_changes);
	s->changes[s->n_changes++] = (struct change_of_one){ from, 1 };
	s->changes[s->n_changes++] = (struct change_of_one){ to, -1 };
}

static int by_account(const void *key, const void *member)
{
	int64_t x = *(const int64_t *)key, y = ((const struct span *)member)->account;

	return x < y ? -1 : x > y;
}

/* The first of the account's blocks, or their number. */
static size_t first_block(const struct sweep *s, int64_t account)
{
	const struct span *b = NULL;
	size_t at;

	if (s->n_blocks > 0)
		b = bsearch(&account, s->blocks, s->n_blocks, sizeof *b, by_account);
	if (b == NULL)
		return s->n_blocks;
	for (at = (size_t)(b - s->blocks); at > 0; at--)
		if (s->blocks[at - 1].account != account)
			break;
	return at;
}

/* While an account is blocked it counts for nobody. */
static void end_span(struct sweep *s)
{
	struct span *g = &s->given;

	for (size_t i = first_block(s, g->account);
	     i < s->n_blocks && s->blocks[i].account == g->account; i++) {
		const struct span *b = &s->blocks[i];

		add(s, g->from, b->from < g->to ? b->from : g->to);
		if (b->to > g->from)
			g->from = b->to;
	}
	add(s, g->from, g->to);
	*g = (struct span){ 0, 0, 0 };
}

/* ---- one group ---- */

/* What ends at a time is over before what begins. */
static int by_time(const void *a, const void *b)
{
	const struct change_of_one *x = a, *y = b;

	if (x->when != y->when)
		return x->when < y->when ? -1 : 1;
	return x->by - y->by;
}

static void end_group(struct sweep *s)
{
	uint32_t n = 0, *recent;

	end_span(s);
	if (s->group == VIEW_NONE || s->n_changes == 0)
		return;
	recent = &s->c->view->groups[s->group].recent;
	qsort(s->changes, s->n_changes, sizeof *s->changes, by_time);
	for (size_t i = 0; i < s->n_changes; i++) {
		n = (uint32_t)((int)n + s->changes[i].by);
		if (n > *recent)
			*recent = n;
	}
	s->n_changes = 0;
}

static void take_span(struct sweep *s, const struct rows *r)
{
	uint32_t group = view_group_by_id(s->c->view, row_int(r, 0));
	struct span span = { row_int(r, 1), row_int(r, 2), row_int(r, 3) };

	if (group != s->group) {
		end_group(s);
		s->group = group;
	} else if (span.account != s->given.account || span.from > s->given.to) {
		end_span(s);
	}
	if (s->given.to == 0)
		s->given = span;
	else if (span.to > s->given.to)
		s->given.to = span.to;
}

static void take_block(struct sweep *s, const struct rows *r)
{
	mem_grow(s, s->blocks, s->n_blocks + 1, &s->c_blocks);
	s->blocks[s->n_blocks++] =
		(struct span){ row_int(r, 0), row_int(r, 1), row_int(r, 2) };
}

static struct err *each(struct sweep *s, const char *sql,
			void (*take)(struct sweep *, const struct rows *))
{
	struct rows *rows;
	bool more = true;
	struct err *err =
		store_query(s->c->store, &rows, sql, "ii", s->c->root, s->start);

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		take(s, rows);
	}
	return err;
}

struct err *load_recent(struct console *c)
{
	AUTO_MEM struct sweep *s = mem_new(NULL, struct sweep);
	struct err *err;

	s->c = c;
	s->start = c->now - CLOCK_DAY;
	s->group = VIEW_NONE;
	err = each(s, blocks, take_block);
	if (err == NULL)
		err = each(s, spans, take_span);
	if (err == NULL)
		end_group(s);
	return err;
}
