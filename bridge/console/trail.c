/* SPDX-License-Identifier: MIT */
#include "bridge/console/trail.h"
#include "bridge/record/text.h"

/* The address of whom a pseudonym stands for, also of one that was taken over. */
#define NAME_OF(column)                                                                  \
	"coalesce((SELECT s.email FROM subject s WHERE s.pseudonym = " column "),"       \
	" (SELECT s.email FROM subject_alias l JOIN subject s ON s.id = l.subject_id"    \
	"  WHERE l.pseudonym = " column "))"

static const char lines[] =
	"WITH who(name) AS (SELECT ?5 UNION SELECT pseudonym FROM subject"
	"  WHERE email_key = ?6 UNION SELECT l.pseudonym FROM subject_alias l"
	"  JOIN subject s ON s.id = l.subject_id WHERE s.email_key = ?6)"
	" SELECT a.seq, a.at, a.run_id, a.source_id, a.principal, a.os_user,"
	" a.impersonated, a.subject, a.action, a.target, a.before, a.after, a.code,"
	" a.hash, " NAME_OF("a.principal") ", " NAME_OF(
		"a.subject") ", (SELECT q.name FROM source q WHERE q.id = a.source_id),"
			     " (SELECT o.uid FROM organization o WHERE o.id = ?1)"
			     " FROM audit a WHERE a.organization_id = ?1 AND a.at >= ?2"
			     " AND (?3 = 0 OR a.at < ?3) AND (?4 = 0 OR a.run_id = ?4)"
			     " AND (?5 IS NULL OR a.principal IN (SELECT name FROM who)"
			     "  OR a.subject IN (SELECT name FROM who)"
			     "  OR (a.action IN ('claim.give', 'claim.take',"
			     "   'principal.create') AND a.target = ?5)"
			     "  OR (a.action IN ('principal.allow',"
			     "   'principal.disallow') AND a.code = ?5))"
			     " ORDER BY a.seq";

static void read_line(const struct rows *r, struct trail_line *line)
{
	*line = (struct trail_line){
		.principal_name = row_text(r, 14),
		.subject_name = row_text(r, 15),
		.source_name = row_text(r, 16),
	};
	audit_row_of(r, row_text(r, 17), &line->row);
	line->hash = row_blob(r, 13, &line->hash_len);
}

struct err *trail_read(struct store *store, int64_t organization,
		       const struct trail_filter *f, trail_fn *each, void *data)
{
	AUTO_MEM char *key =
		f->person ? email_key(NULL, f->person, strlen(f->person)) : NULL;
	struct trail_line line;
	struct rows *rows;
	struct err *err;
	bool more = true;

	err = store_query(store, &rows, lines, "iiiitt", organization, f->since, f->until,
			  f->run, f->person, key);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		read_line(rows, &line);
		err = each(data, &line);
		if (err)
			rows_end(rows);
	}
	return err;
}

/* ---- chains ---- */

static const char chains_sql[] =
	"SELECT i.id, o.uid, coalesce(h.name || '/', '') || coalesce(q.name || '/', '')"
	" || o.name AS path, o.changes, c.seq, c.head"
	" FROM (SELECT 0 AS id UNION SELECT id FROM organization"
	"  UNION SELECT organization_id FROM chain) i"
	" LEFT JOIN chain c ON c.organization_id = i.id"
	" LEFT JOIN organization o ON o.id = i.id"
	" LEFT JOIN organization q ON q.id = o.parent_id"
	" LEFT JOIN organization h ON h.id = q.parent_id"
	" WHERE ?1 = -1 OR i.id = ?1 ORDER BY i.id <> 0, path, i.id";

static const char *kept(TALLOC_CTX *ctx, const char *text)
{
	return text ? mem_strdup(ctx, text) : NULL;
}

struct err *trail_chains(TALLOC_CTX *ctx, struct store *store, int64_t organization,
			 struct trail_chain **chains, size_t *n)
{
	size_t capacity = 0, len;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*chains = NULL;
	*n = 0;
	err = store_query(store, &rows, chains_sql, "i", organization);
	while (err == NULL) {
		const void *head;
		struct trail_chain *c;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *chains, *n + 1, &capacity);
		c = &(*chains)[(*n)++];
		*c = (struct trail_chain){
			.organization = row_int(rows, 0),
			.uid = kept(ctx, row_text(rows, 1)),
			.path = kept(ctx, row_text(rows, 2)),
			.changes = row_int(rows, 3),
			.seq = row_int(rows, 4),
		};
		head = row_blob(rows, 5, &len);
		if (len == HASH_SIZE)
			memcpy(c->head, head, HASH_SIZE);
	}
	return err;
}
