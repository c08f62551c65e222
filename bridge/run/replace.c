/* SPDX-License-Identifier: MIT */
#include "bridge/run/replace.h"
#include "bridge/base/str.h"
#include "bridge/base/table.h"
#include "bridge/record/text.h"
#include "bridge/run/memory.h"

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
	m->key = email ? mem_strdup(r, email) : NULL;
	m->who = email ? m->key : hex_of(r, bytes, len);
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

struct matching {
	struct table *here, *there; /* key -> number, or TWICE */
	const char *unknown, *nobody, *many_here, *many_there;
};

static void note(struct table *t, const char *key, uint32_t number)
{
	if (table_add(t, key, strlen(key), number) != TABLE_NONE)
		table_put(t, key, strlen(key), TWICE);
}

static void by_mail(struct matching *m, const struct replacement *r,
		    const struct wanted *w)
{
	m->unknown = "no address of theirs is known";
	m->nobody = "nobody there has this address";
	m->many_here = "more than one person has had this address";
	m->many_there = "more than one person there has this address";
	for (uint32_t i = 0; i < w->n_persons; i++)
		if (w->persons[i].email_key != NULL)
			note(m->there, w->persons[i].email_key, i);
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].key != NULL)
			note(m->here, r->list[i].key, (uint32_t)i);
}

/* The ids of an entry under the first attribute that has one: NULL without; one of
 * several, and all of them are noted as nobody's alone. */
static const char *note_ids(TALLOC_CTX *ctx, struct table *t, const struct entry *entry,
			    const char *const *ids, uint32_t number)
{
	const char *first = NULL;
	struct attribute a;
	struct value value;

	for (; first == NULL && *ids != NULL; ids++) {
		entry_attribute(entry, *ids, &a);
		while (attribute_next(&a, &value)) {
			const char *id = text_fold(ctx, value.bytes, value.len);

			if (*id == '\0' || (first != NULL && strcmp(id, first) == 0))
				continue;
			note(t, id, first ? TWICE : number);
			if (first != NULL)
				note(t, first, TWICE);
			first = first ? first : id;
		}
	}
	return first;
}

/* Both the list and the mirror are in order of anchor. */
static struct err *by_id(struct matching *m, TALLOC_CTX *ctx, struct store *store,
			 int64_t source, struct replacement *r, const struct wanted *w,
			 const char *const *ids)
{
	struct entry **known;
	size_t n, at = 0;
	struct err *err = memory_entries(ctx, store, source, &known, &n);

	m->unknown = "no employee id of theirs is known";
	m->nobody = "nobody there has this employee id";
	m->many_here = "this employee id was not one person's alone";
	m->many_there = "this employee id is not one person's alone there";
	for (uint32_t i = 0; i < w->n_persons; i++)
		note_ids(ctx, m->there, w->persons[i].entry, ids, i);
	for (size_t i = 0; i < r->n; i++)
		r->list[i].key = NULL;
	for (size_t i = 0; err == NULL && i < n; i++) {
		const char *id = note_ids(ctx, m->here, known[i], ids, (uint32_t)i);
		struct value anchor = entry_anchor(known[i]);

		while (at < r->n && value_compare(&r->list[at].move.from, &anchor) < 0)
			at++;
		if (at < r->n && value_compare(&r->list[at].move.from, &anchor) == 0)
			r->list[at].key = id ? mem_strdup(r, id) : NULL;
	}
	return err;
}

static void find(const struct matching *m, const struct wanted *w, struct moving *who)
{
	uint32_t found = TABLE_NONE;

	if (who->key != NULL)
		found = table_get(m->there, who->key, strlen(who->key));
	if (who->key == NULL)
		who->why = m->unknown;
	else if (found == TABLE_NONE)
		who->why = m->nobody;
	else if (found == TWICE)
		who->why = m->many_there;
	else if (table_get(m->here, who->key, strlen(who->key)) == TWICE)
		who->why = m->many_here;
	else
		who->move.to = entry_anchor(w->persons[found].entry);
}

static struct err *match(struct replacement *r, struct store *store, int64_t source,
			 const struct wanted *w, const char *const *ids)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct matching m = { .here = table_new(scratch), .there = table_new(scratch) };
	struct err *err = NULL;

	if (ids != NULL)
		err = by_id(&m, scratch, store, source, r, w, ids);
	else
		by_mail(&m, r, w);
	for (size_t i = 0; err == NULL && i < r->n; i++)
		find(&m, w, &r->list[i]);
	return err;
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
			     const struct wanted *wanted, const char *const *ids,
			     struct replacement **out)
{
	struct replacement *r = mem_new(ctx, struct replacement);
	struct err *err = load(r, store, source);

	if (err == NULL)
		err = match(r, store, source, wanted, ids);
	if (err)
		return err;
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
