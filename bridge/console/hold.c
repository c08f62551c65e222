/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

#define APPROVAL_LIFETIME (INT64_C(72) * 3600)

static const char *text(TALLOC_CTX *ctx, const struct rows *r, int column)
{
	const char *found = row_text(r, column);

	return found ? mem_strdup(ctx, found) : NULL;
}

static void read_row(TALLOC_CTX *ctx, const struct console *c, const struct rows *r,
		     struct held *out)
{
	const void *id;
	size_t len;

	*out = (struct held){
		.source = text(ctx, r, 1),
		.kind = text(ctx, r, 2),
		.code = text(ctx, r, 3),
		.what = text(ctx, r, 4),
		.reason = text(ctx, r, 5),
		.since = row_int(r, 6),
		.organization = view_organization_by_id(c->view, row_int(r, 7)),
		.decision = text(ctx, r, 8),
		.until = row_int(r, 9),
		.by = text(ctx, r, 10),
		.why = text(ctx, r, 11),
	};
	id = row_blob(r, 0, &len);
	memcpy(out->id, id, len < DIGEST_SIZE ? len : DIGEST_SIZE);
}

struct err *console_holds(TALLOC_CTX *ctx, struct console *c, uint32_t organization,
			  const char *source, struct held **out, size_t *n)
{
	size_t capacity = 0;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*out = NULL;
	*n = 0;
	err = store_query(
		c->store, &rows,
		"WITH RECURSIVE here(id) AS (VALUES (?1) UNION SELECT o.id"
		" FROM organization o JOIN here ON o.parent_id = here.id)"
		" SELECT h.operation, q.name, h.kind, h.code, h.what, h.reason, h.since,"
		" coalesce(h.organization_id, q.organization_id),"
		" d.word, d.lapses, p.name, d.reason"
		" FROM held h JOIN source q ON q.id = h.source_id"
		" LEFT JOIN decision d ON d.id = (SELECT max(x.id) FROM decision x"
		"  WHERE x.source_id = h.source_id AND x.operation = h.operation"
		"  AND x.used_run IS NULL AND (x.lapses IS NULL OR x.lapses > ?3))"
		" LEFT JOIN principal p ON p.id = d.principal_id"
		" WHERE q.organization_id IN (SELECT id FROM here)"
		" AND (?2 IS NULL OR q.name = ?2) ORDER BY q.name, h.since, h.what",
		"iti", c->view->organizations[organization].id, source, c->now);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		read_row(ctx, c, rows, &(*out)[(*n)++]);
	}
	return err;
}

static struct err *may_decide(const struct console *c, uint32_t organization,
			      uint32_t acts_at)
{
	uint32_t me = c->principal.account;

	if (me != VIEW_NONE && view_owns_organization(c->view, me, organization) &&
	    acts_at != VIEW_NONE && view_owns_organization(c->view, me, acts_at))
		return NULL;
	return refusal(RULE_ORG_ISOLATED);
}

struct err *console_decide(struct console *c, uint32_t organization, const char *source,
			   const char *word, const uint8_t id[DIGEST_SIZE],
			   uint32_t acts_at, int64_t until, const char *reason)
{
	AUTO_MEM char *hex = hex_of(NULL, id, DIGEST_SIZE);
	AUTO_MEM char *action = mem_printf(NULL, "operation.%s", word);
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = action,
		.target = hex,
		.after = reason,
	};
	struct err *err = may_decide(c, organization, acts_at);

	if (err == NULL)
		err = console_find_source(c, organization, source);
	if (err == NULL)
		err = store_run(c->store,
				"UPDATE decision SET used_run = 0 WHERE source_id = ?1"
				" AND operation = ?2 AND used_run IS NULL"
				" AND (word <> ?3 OR principal_id = ?4)",
				"ibti", c->source, id, (size_t)DIGEST_SIZE, word,
				c->principal_id);
	if (err == NULL)
		err = store_run(c->store,
				"INSERT INTO decision (source_id, operation, word,"
				" principal_id, reason, at, lapses, os_user)"
				" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
				"ibtitint", c->source, id, (size_t)DIGEST_SIZE, word,
				c->principal_id, reason, c->now,
				strcmp(word, "approve") == 0 ? c->now + APPROVAL_LIFETIME
							     : until,
				c->os_user);
	return err ? err : audit_write(c, &line);
}
