/* SPDX-License-Identifier: MIT */
#include "bridge/run/memory.h"

struct err *memory_save_source(struct store *store, struct memory *m, const char *name,
			       int64_t organization)
{
	if (!m->is_new)
		return NULL;
	return store_run(store,
			 "INSERT INTO source (id, name, organization_id)"
			 " VALUES (?1, ?2, ?3)",
			 "iti", m->source, name, organization);
}

struct err *memory_release(struct store *store, const struct memory *m,
			   const struct digest *config, const char *text, int64_t now)
{
	return store_run(store,
			 "UPDATE source SET released_digest = ?2, released_config = ?3,"
			 " released_at = ?4 WHERE id = ?1"
			 " AND released_digest IS DISTINCT FROM ?2",
			 "ibti", m->source, config->bytes, (size_t)DIGEST_SIZE, text,
			 now);
}

static struct err *put_entry(struct store *store, int64_t source,
			     const struct mirror_row *row, const struct digest *digest)
{
	struct value anchor = entry_anchor(row->entry);

	return store_run(
		store,
		"INSERT INTO mirror (source_id, anchor, digest, entry, directory)"
		" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (source_id, anchor)"
		" DO UPDATE SET digest = excluded.digest, entry = excluded.entry,"
		" directory = excluded.directory",
		"ibbbt", source, anchor.bytes, anchor.len, digest->bytes,
		(size_t)DIGEST_SIZE, row->entry->bytes, (size_t)row->entry->size,
		row->directory);
}

static struct err *drop_entry(struct store *store, const struct memory *m,
			      const struct mirrored *old)
{
	if (old->directory < m->n_directories && m->directories[old->directory].stays)
		return NULL;
	return store_run(store, "DELETE FROM mirror WHERE source_id = ?1 AND anchor = ?2",
			 "ib", m->source, old->anchor.bytes, old->anchor.len);
}

static bool is_same_row(const struct memory *m, const struct mirrored *old,
			const struct mirror_row *row, const struct digest *digest)
{
	return digest_equal(digest, &old->digest) &&
	       memory_directory(m, row->directory) == &m->directories[old->directory];
}

struct err *memory_save_mirror(struct store *store, const struct memory *m,
			       const struct mirror_row *rows, size_t n)
{
	size_t old = 0, new = 0;
	struct err *err = NULL;

	while (err == NULL && (old < m->n_mirror || new < n)) {
		struct value anchor =
			new < n ? entry_anchor(rows[new].entry) : (struct value){ 0 };
		int c = old == m->n_mirror ? 1
			: new == n         ? -1
				   : value_compare(&m->mirror[old].anchor, &anchor);
		struct digest digest;

		if (c < 0) {
			err = drop_entry(store, m, &m->mirror[old]);
			old++;
			continue;
		}
		entry_digest(rows[new].entry, &digest);
		if (c > 0 || !is_same_row(m, &m->mirror[old], &rows[new], &digest))
			err = put_entry(store, m->source, &rows[new], &digest);
		old += c == 0;
		new ++;
	}
	return err;
}

static struct err *put_evidence(struct store *store, const struct memory *m,
				const struct evidence *e)
{
	const struct known_directory *home = memory_home(m, &e->anchor);

	return store_run(store,
			 "INSERT INTO evidence (source_id, anchor, kind, first, last,"
			 " directory) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
			 " ON CONFLICT (source_id, anchor) DO UPDATE"
			 " SET kind = excluded.kind, first = excluded.first,"
			 " last = excluded.last,"
			 " directory = coalesce(excluded.directory, directory)",
			 "ibtiit", m->source, e->anchor.bytes, e->anchor.len,
			 evidence_name(e->kind), e->first, e->last,
			 home ? home->name : NULL);
}

static bool is_same_evidence(const struct evidence *a, const struct evidence *b)
{
	return a->kind == b->kind && a->first == b->first && a->last == b->last;
}

struct err *memory_save_evidence(struct store *store, const struct memory *m,
				 const struct evidence *evidence, size_t n)
{
	size_t old = 0, new = 0;
	struct err *err = NULL;

	while (err == NULL && (old < m->n_evidence || new < n)) {
		const struct evidence *was =
			old < m->n_evidence ? m->evidence + old : NULL;
		const struct evidence *is = new < n ? evidence + new : NULL;
		int c = was == NULL  ? 1
			: is == NULL ? -1
				     : value_compare(&was->anchor, &is->anchor);

		if (c < 0)
			err = store_run(store,
					"DELETE FROM evidence WHERE source_id = ?1"
					" AND anchor = ?2",
					"ib", m->source, was->anchor.bytes,
					was->anchor.len);
		else if (c > 0 || !is_same_evidence(was, is))
			err = put_evidence(store, m, is);
		old += c <= 0;
		new += c >= 0;
	}
	return err;
}

struct err *memory_save_given(struct store *store, int64_t source, const struct given *g)
{
	return store_run(
		store,
		"INSERT INTO given (source_id, group_id, role, anchor, state, since,"
		" until, repeats, email_key, via, wish)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
		" ON CONFLICT (source_id, group_id, role, anchor) DO UPDATE SET"
		" state = excluded.state, since = excluded.since,"
		" until = excluded.until, repeats = excluded.repeats,"
		" email_key = excluded.email_key, via = coalesce(excluded.via, via),"
		" wish = excluded.wish",
		"iiibtinitbi", source, g->group, (int64_t)g->role, g->anchor.bytes,
		g->anchor.len, given_name(g->state), g->since, g->until,
		(int64_t)g->repeats, g->email_key, g->via.bytes, g->via.len,
		(int64_t)g->wish);
}

struct err *memory_forget_given(struct store *store, int64_t source,
				const struct given *g)
{
	return store_run(
		store,
		"DELETE FROM given WHERE source_id = ?1 AND group_id = ?2 AND role = ?3"
		" AND anchor = ?4 AND (?5 IS NULL OR email_key = ?5)",
		"iiibt", source, g->group, (int64_t)g->role, g->anchor.bytes,
		g->anchor.len, g->email_key);
}

struct err *memory_bind(struct store *store, int64_t source, const struct value *anchor,
			int64_t account, int64_t now)
{
	int64_t others;
	struct err *err =
		store_number(store, &others, 0,
			     "SELECT count(*) FROM binding WHERE source_id = ?1"
			     " AND (anchor = ?2) <> (account_id = ?3)",
			     "ibi", source, anchor->bytes, anchor->len, account);

	if (err == NULL && others > 0)
		err = err_hint(err_new(ERR_STALE,
				       "the account, or the person, is bound already"),
			       "Nothing was changed. Plan again.");
	if (err)
		return err;
	return store_run(store,
			 "INSERT INTO binding (source_id, anchor, account_id, since)"
			 " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source_id, anchor)"
			 " DO NOTHING",
			 "ibii", source, anchor->bytes, anchor->len, account, now);
}

struct err *memory_bind_group(struct store *store, int64_t source,
			      const struct value *anchor, int64_t group,
			      const char *name_key)
{
	return store_run(
		store,
		"INSERT INTO group_binding (source_id, anchor, group_id, name_key)"
		" VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source_id, anchor, group_id)"
		" DO UPDATE SET name_key = excluded.name_key"
		" WHERE name_key <> excluded.name_key",
		"ibit", source, anchor->bytes, anchor->len, group, name_key);
}

struct err *memory_save_directories(struct store *store, const struct memory *m,
				    const struct pull_directory *directories, size_t n)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < n; i++)
		if (directories[i].identity != NULL)
			err = store_run(
				store,
				"INSERT INTO directory (source_id, name, identity, "
				"anchor)"
				" VALUES (?1, ?2, ?3, ?4) ON CONFLICT (source_id, name)"
				" DO UPDATE SET identity = excluded.identity,"
				" anchor = excluded.anchor",
				"ittt", m->source, directories[i].name,
				directories[i].identity, directories[i].anchor);
	return err;
}

struct err *memory_forget_directories(struct store *store, const struct memory *m,
				      const struct pull_directory *directories, size_t n)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < m->n_directories; i++) {
		const struct known_directory *d = &m->directories[i];
		bool stays = d->stays;

		for (size_t j = 0; j < n; j++)
			stays |= strcmp(directories[j].name, d->name) == 0;
		if (!stays)
			err = store_run(store,
					"DELETE FROM directory WHERE source_id = ?1"
					" AND name = ?2",
					"it", m->source, d->name);
	}
	return err;
}

static struct err *save_part(struct store *store, int64_t source, int64_t run,
			     const char *directory, const struct pull_base *base)
{
	return store_run(store,
			 "INSERT INTO part (source_id, directory, base, run_id, entries)"
			 " VALUES (?1, ?2, ?3, ?4, ?5)",
			 "ittii", source, directory, base->name, run,
			 (int64_t)base->entries);
}

struct err *memory_save_parts(struct store *store, const struct memory *m, int64_t run,
			      const struct pull_directory *directories, size_t n)
{
	struct err *err = NULL;

	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; err == NULL && b < directories[i].n_bases; b++)
			err = save_part(store, m->source, run, directories[i].name,
					&directories[i].bases[b]);
	if (err)
		return err;
	return store_run(store,
			 "DELETE FROM part WHERE source_id = ?1 AND run_id < (SELECT"
			 " min(run_id) FROM (SELECT DISTINCT run_id FROM part"
			 "  WHERE source_id = ?1 ORDER BY run_id DESC LIMIT 5))",
			 "i", m->source);
}
