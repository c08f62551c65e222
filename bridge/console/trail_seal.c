/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"
#include "bridge/console/trail.h"
#include <inttypes.h>

char *trail_seal_text(TALLOC_CTX *ctx, int64_t seq, const void *hash)
{
	AUTO_MEM char *hex = hex_of(NULL, hash, HASH_SIZE);

	return mem_printf(ctx, "%" PRId64 " %s", seq, hex);
}

/* The last line before the first that is not as old; 0 when there is none. */
static struct err *find_last(struct console *c, int64_t organization, int64_t before,
			     int64_t *seq, uint8_t hash[HASH_SIZE])
{
	struct rows *rows;
	struct err *err;
	const void *bytes;
	bool more = false;
	size_t len;

	*seq = 0;
	err = store_query(c->store, &rows,
			  "SELECT seq, hash FROM audit WHERE organization_id = ?1"
			  " AND seq < coalesce((SELECT min(n.seq) FROM audit n"
			  "  WHERE n.organization_id = ?1 AND n.at >= ?2),"
			  "  9223372036854775807) ORDER BY seq DESC LIMIT 1",
			  "ii", organization, before);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	bytes = row_blob(rows, 1, &len);
	if (len == HASH_SIZE) {
		*seq = row_int(rows, 0);
		memcpy(hash, bytes, HASH_SIZE);
	}
	rows_end(rows);
	return NULL;
}

static struct err *check(TALLOC_CTX *ctx, struct console *c, int64_t organization,
			 struct trail_verdict *verdict)
{
	struct trail_chain *chains;
	size_t n;
	struct err *err = audit_finish(c); /* heads of what was written before this */

	if (err == NULL)
		err = trail_chains(ctx, c->store, organization, &chains, &n);
	if (err == NULL && n == 0)
		err = err_new(ERR_BUG, "no chain %" PRId64, organization);
	return err ? err : trail_verify(c->store, chains, NULL, 0, verdict);
}

/* On record under the same name as every line. */
static struct err *record(struct console *c, uint32_t organization, int64_t id,
			  int64_t seq, const uint8_t hash[HASH_SIZE])
{
	AUTO_MEM char *text = trail_seal_text(NULL, seq, hash);
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = TRAIL_SEAL,
		.target = organization == AUDIT_STORE
				  ? "store"
				  : c->view->organizations[organization].path,
		.after = text,
	};
	struct err *err = audit_write(c, &line);

	if (err)
		return err;
	return store_run(
		c->store,
		"INSERT INTO checkpoint (organization_id, seq, head, at, principal)"
		" SELECT organization_id, ?2, ?3, ?4, principal FROM audit"
		" WHERE organization_id = ?1 ORDER BY seq DESC LIMIT 1"
		" ON CONFLICT DO NOTHING",
		"iibi", id, seq, hash, (size_t)HASH_SIZE, c->now);
}

struct err *trail_seal(struct console *c, uint32_t organization, int64_t before,
		       struct trail_sealed *out)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	int64_t id = organization == AUDIT_STORE
			     ? TRAIL_STORE
			     : c->view->organizations[organization].id;
	uint8_t hash[HASH_SIZE];
	struct err *err;

	*out = (struct trail_sealed){ 0 };
	err = check(ctx, c, id, &out->verdict);
	if (err || out->verdict.fault != TRAIL_GOOD)
		return err;
	err = find_last(c, id, before, &out->seq, hash);
	if (err || out->seq == 0)
		return err;
	err = record(c, organization, id, out->seq, hash);
	if (err == NULL)
		err = store_run(
			c->store,
			"DELETE FROM audit WHERE organization_id = ?1 AND seq <= ?2",
			"ii", id, out->seq);
	out->lines = err ? 0 : store_changed(c->store);
	return err;
}
