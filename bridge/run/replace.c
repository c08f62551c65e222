/* SPDX-License-Identifier: MIT */
#include "bridge/run/replace.h"
#include "bridge/base/str.h"
#include "bridge/base/table.h"

/* ---- who is remembered ---- */

static void add_one(struct replacement *r, const struct rows *rows, size_t *capacity)
{
	const char *email = row_text(rows, 1);
	struct moving *m;
	const void *bytes;
	size_t len;

	mem_grow(r, r->list, r->n + 1, capacity);
	m = &r->list[r->n++];
	bytes = row_blob(rows, 0, &len);
	*m = (struct moving){ .move.from = { mem_dup(r, bytes, len), len } };
	m->who = email ? mem_strdup(r, email) : hex_of(r, bytes, len);
	m->why = email ? NULL : "no address of theirs is known";
}

static struct err *load(struct replacement *r, struct store *store, int64_t source)
{
	size_t capacity = 0;
	struct rows *rows;
	bool more = true;
	struct err *err = store_query(
		store, &rows,
		"SELECT x.anchor, coalesce(z.email_key,"
		" (SELECT s.email_key FROM invitation_giver v"
		"  JOIN invitation i ON i.id = v.invitation_id"
		"  JOIN subject s ON s.id = i.subject_id"
		"  WHERE v.giver = ?1 AND v.anchor = x.anchor ORDER BY i.id DESC LIMIT "
		"1))"
		" FROM (SELECT anchor FROM binding WHERE source_id = ?1"
		"  UNION SELECT anchor FROM given WHERE source_id = ?1) x"
		" LEFT JOIN binding b ON b.source_id = ?1 AND b.anchor = x.anchor"
		" LEFT JOIN account a ON a.id = b.account_id"
		" LEFT JOIN subject z ON z.id = a.subject_id ORDER BY x.anchor",
		"i", source);

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		add_one(r, rows, &capacity);
	}
	return err;
}

/* ---- who that is ---- */

enum { TWICE = UINT32_MAX - 1 };

static void note(struct table *t, const char *key, uint32_t number)
{
	if (table_add(t, key, strlen(key), number) != TABLE_NONE)
		table_put(t, key, strlen(key), TWICE);
}

static void match(struct replacement *r, const struct wanted *w)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct table *here = table_new(scratch), *there = table_new(scratch);

	for (uint32_t i = 0; i < w->n_persons; i++)
		if (w->persons[i].email_key != NULL)
			note(there, w->persons[i].email_key, i);
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].why == NULL)
			note(here, r->list[i].who, (uint32_t)i);
	for (size_t i = 0; i < r->n; i++) {
		struct moving *m = &r->list[i];
		uint32_t found;

		if (m->why != NULL)
			continue;
		found = table_get(there, m->who, strlen(m->who));
		if (found == TABLE_NONE)
			m->why = "nobody there has this address";
		else if (found == TWICE)
			m->why = "more than one person there has this address";
		else if (table_get(here, m->who, strlen(m->who)) == TWICE)
			m->why = "more than one person has had this address";
		else
			m->move.to = entry_anchor(w->persons[found].entry);
	}
}

/* Who stays is nobody there: an anchor that is somebody else's by now becomes one that no
 * directory has. */
static void keep_apart(struct replacement *r, const struct wanted *w)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct table *there = table_new(scratch);

	for (uint32_t i = 0; i < w->n_persons; i++) {
		struct value anchor = entry_anchor(w->persons[i].entry);

		table_put(there, anchor.bytes, anchor.len, i);
	}
	for (size_t i = 0; i < r->n; i++) {
		struct moving *m = &r->list[i];
		const struct value *from = &m->move.from;
		struct digest apart;
		char *text;

		if (m->why == NULL ||
		    table_get(there, from->bytes, from->len) == TABLE_NONE)
			continue;
		text = mem_printf(scratch, "apart %s",
				  hex_of(scratch, from->bytes, from->len));
		digest_of(text, strlen(text), &apart);
		m->move.to = (struct value){ mem_dup(r, apart.bytes, DIGEST_SIZE),
					     DIGEST_SIZE };
	}
}

static void seal(struct replacement *r)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct str *text = str_new(scratch);

	for (size_t i = 0; i < r->n; i++) {
		struct moving *m = &r->list[i];

		r->stays += m->why != NULL;
		str_addf(text, "%s %s %s\n",
			 hex_of(scratch, m->move.from.bytes, m->move.from.len), m->who,
			 m->why ? "-"
				: hex_of(scratch, m->move.to.bytes, m->move.to.len));
	}
	digest_of(text->text, text->len, &r->digest);
}

struct err *replacement_list(TALLOC_CTX *ctx, struct store *store, int64_t source,
			     const struct wanted *wanted, struct replacement **out)
{
	struct replacement *r = mem_new(ctx, struct replacement);
	struct err *err = load(r, store, source);

	if (err)
		return err;
	match(r, wanted);
	keep_apart(r, wanted);
	seal(r);
	*out = r;
	return NULL;
}

struct life_move *replacement_moves(TALLOC_CTX *ctx, const struct replacement *r,
				    size_t *n)
{
	struct life_move *moves = mem_array(ctx, struct life_move, r->n);

	*n = 0;
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].move.to.len > 0)
			moves[(*n)++] = r->list[i].move;
	return moves;
}
