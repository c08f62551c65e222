/* SPDX-License-Identifier: MIT */
#include "bridge/run/memory.h"
#include "bridge/base/clock.h"
#include <stdlib.h>

/* ---- loading ---- */

static struct value keep_blob(struct memory *m, const struct rows *r, int column)
{
	size_t len;
	const void *bytes = row_blob(r, column, &len);

	return (struct value){ arena_keep(m->arena, bytes, len), len };
}

static const char *keep_text(struct memory *m, const struct rows *r, int column)
{
	const char *text = row_text(r, column);

	return text ? arena_keep(m->arena, text, strlen(text)) : NULL;
}

static void load_source(struct memory *m, const struct rows *r, size_t *capacity)
{
	size_t len;
	const void *digest = row_blob(r, 2, &len);

	(void)capacity;
	m->source = row_int(r, 0);
	m->is_new = false;
	m->organization = row_int(r, 1);
	m->released = len == DIGEST_SIZE;
	if (m->released)
		memcpy(m->released_digest.bytes, digest, DIGEST_SIZE);
}

static void load_directory(struct memory *m, const struct rows *r, size_t *capacity)
{
	mem_grow(m, m->directories, m->n_directories + 1, capacity);
	m->directories[m->n_directories++] =
		(struct known_directory){ keep_text(m, r, 0), keep_text(m, r, 1),
					  keep_text(m, r, 2), false };
}

static void load_run(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct history *h = &m->history;

	(void)capacity;
	h->people[h->n] = (uint32_t)row_int(r, 0);
	h->addresses[h->n] = (uint32_t)row_int(r, 2);
	h->members[h->n] = (uint32_t)row_int(r, 3);
	h->groups[h->n++] = (uint32_t)row_int(r, 1);
}

/* The latest of a part come first. */
static void load_part(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct history *h = &m->history;
	struct part_history *last = h->n_parts > 0 ? &m->parts[h->n_parts - 1] : NULL;
	const char *directory = row_text(r, 0), *base = row_text(r, 1);

	if (last == NULL || strcmp(last->directory, directory) != 0 ||
	    strcmp(last->base, base) != 0) {
		mem_grow(m, m->parts, h->n_parts + 1, capacity);
		h->parts = m->parts;
		last = &m->parts[h->n_parts++];
		*last = (struct part_history){ .directory = keep_text(m, r, 0),
					       .base = keep_text(m, r, 1) };
	}
	if (last->n < ARRAY_LEN(last->entries))
		last->entries[last->n++] = (uint32_t)row_int(r, 2);
}

static void load_said_of_part(struct memory *m, const struct rows *r, size_t *capacity)
{
	(void)capacity;
	for (size_t i = 0; i < m->history.n_parts; i++)
		if (strcmp(m->parts[i].directory, row_text(r, 0)) == 0 &&
		    strcmp(m->parts[i].base, row_text(r, 1)) == 0)
			m->parts[i].said =
				(struct said){ true, row_int(r, 2), row_int(r, 3) };
}

static void load_said(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct said *said = strcmp(row_text(r, 0), "expect") == 0
				    ? &m->history.said
				    : &m->history.said_groups;

	(void)capacity;
	*said = (struct said){ true, row_int(r, 1), row_int(r, 2) };
}

static uint32_t number_of_directory(const struct memory *m, const char *name)
{
	uint32_t i = 0;

	if (name == NULL)
		return (uint32_t)m->n_directories;
	while (i < m->n_directories && strcmp(m->directories[i].name, name) != 0)
		i++;
	return i;
}

static void load_mirrored(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct mirrored *row;
	const void *digest;
	size_t len;

	mem_grow(m, m->mirror, m->n_mirror + 1, capacity);
	row = &m->mirror[m->n_mirror++];
	row->anchor = keep_blob(m, r, 0);
	row->directory = number_of_directory(m, row_text(r, 2));
	digest = row_blob(r, 1, &len);
	memset(row->digest.bytes, 0, DIGEST_SIZE);
	memcpy(row->digest.bytes, digest, len < DIGEST_SIZE ? len : DIGEST_SIZE);
}

static struct value blob_of(const struct rows *r, int column)
{
	struct value value;

	value.bytes = row_blob(r, column, &value.len);
	return value;
}

static void load_given(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct given given = {
		.group = row_int(r, 0),
		.role = (enum role)row_int(r, 1),
		.anchor = blob_of(r, 2),
		.state = given_state_of(row_text(r, 3)),
		.since = row_int(r, 4),
		.until = row_int(r, 5),
		.repeats = (uint32_t)row_int(r, 6),
		.wish = row_int(r, 7) != 0,
		.email_key = row_text(r, 8),
		.via = blob_of(r, 9),
	};

	(void)capacity;
	given_set_add(m->given, &given);
}

static void load_binding(struct memory *m, const struct rows *r, size_t *capacity)
{
	mem_grow(m, m->bindings, m->n_bindings + 1, capacity);
	m->bindings[m->n_bindings++] =
		(struct binding){ keep_blob(m, r, 0), row_int(r, 1) };
}

static void load_group_binding(struct memory *m, const struct rows *r, size_t *capacity)
{
	mem_grow(m, m->group_bindings, m->n_group_bindings + 1, capacity);
	m->group_bindings[m->n_group_bindings++] =
		(struct group_binding){ keep_blob(m, r, 0), row_int(r, 1),
					keep_text(m, r, 2) };
}

static void load_held(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct value id = keep_blob(m, r, 0);
	enum reason reason = reason_of_code(row_text(r, 1));

	(void)capacity;
	if (reason == REASON_LAST_MEMBER ||
	    (reason >= REASON_BUDGET_PEOPLE && reason <= REASON_BUDGET_INVITATIONS))
		table_put(m->held, id.bytes, id.len, (uint32_t)reason);
}

static void load_spent(struct memory *m, const struct rows *r, size_t *capacity)
{
	int64_t group = row_int(r, 2);

	(void)capacity;
	for (enum budget_layer l = 0; l < BUDGETS; l++) {
		if (strcmp(budget_name(l), row_text(r, 0)) != 0)
			continue;
		if (group == 0) {
			m->spent[l] = (uint32_t)row_int(r, 1);
			continue;
		}
		if (m->spent_in[l] == NULL)
			m->spent_in[l] = table_new(m);
		table_put(m->spent_in[l], arena_keep(m->arena, &group, sizeof group),
			  sizeof group, (uint32_t)row_int(r, 1));
	}
}

static void load_announced(struct memory *m, const struct rows *r, size_t *capacity)
{
	(void)capacity;
	for (enum budget_layer l = 0; l < BUDGETS; l++)
		if (strcmp(budget_name(l), row_text(r, 0)) == 0)
			m->announced[l] = (uint32_t)row_int(r, 1);
}

static void load_decision(struct memory *m, const struct rows *r, size_t *capacity)
{
	struct value id = keep_blob(m, r, 1);

	(void)capacity;
	table_put(strcmp(row_text(r, 0), "approve") == 0 ? m->approved : m->rejected,
		  id.bytes, id.len, (uint32_t)row_int(r, 2));
}

static void load_evidence(struct memory *m, const struct rows *r, size_t *capacity)
{
	mem_grow(m, m->evidence, m->n_evidence + 1, capacity);
	m->evidence[m->n_evidence++] =
		(struct evidence){ keep_blob(m, r, 0), evidence_kind_of(row_text(r, 1)),
				   row_int(r, 2), row_int(r, 3) };
	mem_grow(m, m->evidence_of, m->n_evidence, &m->c_evidence_of);
	m->evidence_of[m->n_evidence - 1] = number_of_directory(m, row_text(r, 4));
}

/* clang-format off */
static const struct {
	void (*load)(struct memory *, const struct rows *, size_t *);
	const char *sql; /* ?1 the source, ?2 now */
} steps[] = {
	{ load_run, "SELECT people, groups, addresses, members FROM run WHERE source_id = ?1 AND health = 'healthy'"
		    " AND ?2 > 0 ORDER BY id DESC LIMIT 5" },
	{ load_part, "SELECT directory, base, entries FROM part WHERE source_id = ?1"
		     " AND ?2 > 0 ORDER BY directory, base, run_id DESC" },
	{ load_said, "SELECT word, low, high FROM decision WHERE source_id = ?1"
		     " AND word IN ('expect', 'expect-groups') AND base IS NULL"
		     " AND lapses > ?2 ORDER BY id" },
	{ load_said_of_part, "SELECT directory, base, low, high FROM decision"
			     " WHERE source_id = ?1 AND word = 'expect'"
			     " AND base IS NOT NULL AND lapses > ?2 ORDER BY id" },
	{ load_directory, "SELECT name, identity, anchor FROM directory"
			  " WHERE source_id = ?1 AND ?2 > 0 ORDER BY name" },
	{ load_mirrored, "SELECT anchor, digest, directory FROM mirror"
			 " WHERE source_id = ?1 AND ?2 > 0 ORDER BY anchor" },
	{ load_given, "SELECT group_id, role, anchor, state, since, until, repeats, wish,"
		      " email_key, via FROM given WHERE source_id = ?1 AND ?2 > 0"
		      " ORDER BY group_id, role, anchor" },
	{ load_binding, "SELECT anchor, account_id FROM binding WHERE source_id = ?1"
			" AND ?2 > 0 ORDER BY anchor" },
	{ load_group_binding, "SELECT anchor, group_id, name_key FROM group_binding"
			      " WHERE source_id = ?1 AND ?2 > 0 ORDER BY anchor, group_id" },
	{ load_held, "SELECT operation, code FROM held WHERE source_id = ?1 AND ?2 > 0" },
	{ load_spent, "SELECT layer, sum(n), group_id FROM spent WHERE at > ?2 - 86400 AND source_id IN"
		      " (SELECT q.id FROM source p JOIN source q"
		      "  ON q.organization_id = p.organization_id WHERE p.id = ?1)"
		      " GROUP BY layer, group_id" },
	{ load_announced, "SELECT layer, min(sum(remaining), 1000000000) FROM announced"
			  " WHERE source_id = ?1 AND until > ?2 GROUP BY layer" },
	{ load_decision, "SELECT word, operation,"
			 " min(count(DISTINCT principal_id), count(DISTINCT os_user))"
			 " FROM decision WHERE source_id = ?1"
			 " AND word IN ('approve', 'reject') AND operation IS NOT NULL"
			 " AND used_run IS NULL AND (lapses IS NULL OR lapses > ?2)"
			 " GROUP BY operation, word ORDER BY min(id)" },
	{ load_evidence, "SELECT anchor, kind, first, last, directory FROM evidence"
			 " WHERE source_id = ?1 AND ?2 > 0 ORDER BY anchor" },
};
/* clang-format on */

static struct err *each(struct memory *m, struct rows *rows,
			void (*load)(struct memory *, const struct rows *, size_t *))
{
	size_t capacity = 0;
	struct err *err;
	bool more;

	for (;;) {
		err = rows_next(rows, &more);
		if (err || !more)
			return err;
		load(m, rows, &capacity);
	}
}

struct memory *memory_new(TALLOC_CTX *ctx)
{
	struct memory *m = mem_new(ctx, struct memory);

	m->arena = arena_new(m);
	m->given = given_set_new(m);
	m->held = table_new(m);
	m->approved = table_new(m);
	m->rejected = table_new(m);
	return m;
}

struct err *memory_load(TALLOC_CTX *ctx, struct store *store, const char *name,
			int64_t now, struct memory **out)
{
	struct memory *m = memory_new(ctx);
	struct rows *rows;
	struct err *err;

	m->is_new = true;
	err = store_query(store, &rows,
			  "SELECT id, organization_id, released_digest FROM source"
			  " WHERE name = ?1",
			  "t", name);
	if (err == NULL)
		err = each(m, rows, load_source);
	if (err == NULL && m->is_new)
		err = store_number(store, &m->source, 1,
				   "SELECT coalesce(max(id), 0) + 1 FROM source", "");
	for (size_t i = 0; err == NULL && !m->is_new && i < ARRAY_LEN(steps); i++) {
		err = store_query(store, &rows, steps[i].sql, "ii", m->source, now);
		if (err == NULL)
			err = each(m, rows, steps[i].load);
	}
	given_set_end(m->given);
	m->history.mirror = (uint32_t)m->n_mirror;
	*out = m;
	return err;
}

struct err *memory_released(TALLOC_CTX *ctx, struct store *store, int64_t source,
			    char **text)
{
	struct rows *rows;
	bool more;
	struct err *err = store_query(store, &rows,
				      "SELECT released_config FROM source WHERE id = ?1",
				      "i", source);

	*text = NULL;
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	*text = mem_strdup(ctx, row_text(rows, 0));
	rows_end(rows);
	return NULL;
}

struct err *memory_entries(TALLOC_CTX *ctx, struct store *store, int64_t source,
			   struct entry ***entries, size_t *n)
{
	size_t capacity = 0, len;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*n = 0;
	*entries = NULL;
	err = store_query(store, &rows,
			  "SELECT entry FROM mirror WHERE source_id = ?1 ORDER BY anchor",
			  "i", source);
	while (err == NULL) {
		const void *bytes;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		bytes = row_blob(rows, 0, &len);
		mem_grow(ctx, *entries, *n + 1, &capacity);
		err = entry_decode(ctx, bytes, len, &(*entries)[*n]);
		if (err)
			rows_end(rows);
		*n += 1;
	}
	return err;
}

struct err *memory_entry(TALLOC_CTX *ctx, struct store *store, int64_t source,
			 const struct value *anchor, struct entry **entry)
{
	struct rows *rows;
	const void *bytes;
	bool more = false;
	size_t len;
	struct err *err;

	*entry = NULL;
	err = store_query(store, &rows,
			  "SELECT entry FROM mirror WHERE source_id = ?1 AND anchor = ?2",
			  "ib", source, anchor->bytes, anchor->len);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	bytes = row_blob(rows, 0, &len);
	err = entry_decode(ctx, bytes, len, entry);
	rows_end(rows);
	return err;
}

struct err *memory_is_shared(struct store *store, const struct memory *memory,
			     const char *identity, int64_t organization, bool *shared)
{
	int64_t others;
	struct err *err = store_number(store, &others, 0,
				       "SELECT count(*) FROM directory d"
				       " JOIN source s ON s.id = d.source_id"
				       " WHERE d.identity = ?1 AND s.id <> ?2"
				       " AND s.organization_id <> ?3",
				       "tii", identity, memory->source, organization);
	*shared = others > 0;
	return err;
}

const struct known_directory *memory_directory(const struct memory *m, const char *name)
{
	uint32_t i = number_of_directory(m, name);

	return i < m->n_directories ? &m->directories[i] : NULL;
}

static int by_mirrored(const void *key, const void *member)
{
	return value_compare(key, &((const struct mirrored *)member)->anchor);
}

static int by_evidence(const void *key, const void *member)
{
	return value_compare(key, &((const struct evidence *)member)->anchor);
}

const struct mirrored *memory_mirrored(const struct memory *m, const struct value *anchor)
{
	return m->n_mirror == 0 ? NULL
				: bsearch(anchor, m->mirror, m->n_mirror,
					  sizeof *m->mirror, by_mirrored);
}

const struct known_directory *memory_home(const struct memory *m,
					  const struct value *anchor)
{
	const struct evidence *seen = NULL;
	const struct mirrored *row = memory_mirrored(m, anchor);
	size_t at = m->n_directories;

	if (row == NULL && m->n_evidence > 0)
		seen = bsearch(anchor, m->evidence, m->n_evidence, sizeof *seen,
			       by_evidence);
	if (row != NULL)
		at = row->directory;
	else if (seen != NULL)
		at = m->evidence_of[seen - m->evidence];
	return at < m->n_directories ? &m->directories[at] : NULL;
}

bool memory_moved(const struct memory *before, const struct memory *after)
{
	if (before->given->n != after->given->n || before->n_mirror != after->n_mirror ||
	    before->n_bindings != after->n_bindings ||
	    before->released != after->released)
		return true;
	if (before->released &&
	    !digest_equal(&before->released_digest, &after->released_digest))
		return true;
	for (size_t i = 0; i < before->given->n; i++) {
		struct given a = given_at(before->given, i);
		struct given b = given_at(after->given, i);

		if (a.state != b.state || given_compare(&a, &b) != 0)
			return true;
	}
	return false;
}
