/* SPDX-License-Identifier: MIT */
#include "bridge/console/list.h"

/* The first column of all rows, NULL-terminated. sql has one parameter at most. */
static struct err *texts(TALLOC_CTX *ctx, struct store *store, const char *sql,
			 const char *types, int64_t id, const char *const **out)
{
	size_t n = 0, capacity = 0;
	const char **found = NULL;
	struct rows *rows;
	struct err *err;
	bool more = true;

	err = store_query(store, &rows, sql, types, id);
	mem_grow(ctx, found, 1, &capacity);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, found, n + 2, &capacity);
		found[n++] = mem_strdup(ctx, row_text(rows, 0));
	}
	found[n] = NULL;
	*out = found;
	return err;
}

struct err *list_roots(TALLOC_CTX *ctx, struct store *store, const char *const **out)
{
	return texts(ctx, store,
		     "SELECT name FROM organization WHERE parent_id IS NULL"
		     " AND valid_to IS NULL ORDER BY name_key",
		     "", 0, out);
}

static struct err *complete(TALLOC_CTX *ctx, struct store *store, int64_t id,
			    struct listed_principal *p)
{
	struct err *err = texts(ctx, store,
				"SELECT os_user FROM principal_user"
				" WHERE principal_id = ?1 ORDER BY os_user",
				"i", id, &p->users);
	if (err)
		return err;
	return texts(ctx, store,
		     "SELECT coalesce(h.name || '/', '') || coalesce(q.name || '/', '')"
		     " || o.name AS path FROM principal p JOIN account_claim c"
		     " ON c.account_id = p.account_id AND c.claim = 'Owner'"
		     " AND c.valid_to IS NULL JOIN organization o"
		     " ON o.id = c.organization_id LEFT JOIN organization q"
		     " ON q.id = o.parent_id LEFT JOIN organization h"
		     " ON h.id = q.parent_id WHERE p.id = ?1 ORDER BY path",
		     "i", id, &p->owns);
}

struct err *list_principals(TALLOC_CTX *ctx, struct store *store, const char *os_user,
			    struct listed_principal **out, size_t *n)
{
	size_t capacity = 0;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*out = NULL;
	*n = 0;
	err = store_query(store, &rows,
			  "SELECT p.id, p.name, coalesce(a.kind, 'operator')"
			  " FROM principal p LEFT JOIN account a ON a.id = p.account_id"
			  " LEFT JOIN subject s ON s.id = a.subject_id"
			  " WHERE s.erased IS NULL AND EXISTS (SELECT 1 FROM "
			  "principal_user u JOIN principal q"
			  "  ON q.id = u.principal_id WHERE u.os_user = ?1"
			  "  AND (q.id = p.id OR q.account_id IS NULL))"
			  " ORDER BY a.kind IS NOT NULL, a.kind, p.name",
			  "t", os_user);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		(*out)[*n] = (struct listed_principal){
			.name = mem_strdup(ctx, row_text(rows, 1)),
			.kind = mem_strdup(ctx, row_text(rows, 2)),
		};
		err = complete(ctx, store, row_int(rows, 0), &(*out)[(*n)++]);
	}
	return err;
}

struct err *list_licence(TALLOC_CTX *ctx, struct store *store, int64_t root,
			 struct listed_licence *out)
{
	struct rows *rows;
	struct err *err;
	bool more = false;

	*out = (struct listed_licence){ 0 };
	err = store_query(store, &rows,
			  "SELECT plan, valid_from, valid_to FROM licence"
			  " WHERE root_id = ?1 ORDER BY valid_to DESC, valid_from DESC"
			  " LIMIT 1",
			  "i", root);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	out->plan = mem_strdup(ctx, row_text(rows, 0));
	out->from = row_int(rows, 1);
	out->to = row_int(rows, 2);
	rows_end(rows);
	return NULL;
}

struct err *list_sources(TALLOC_CTX *ctx, struct store *store, int64_t organization,
			 const char *const **out)
{
	return texts(ctx, store,
		     "SELECT name FROM source WHERE organization_id = ?1"
		     " AND retired IS NULL ORDER BY name",
		     "i", organization, out);
}

struct err *list_assets(TALLOC_CTX *ctx, struct store *store, int64_t organization,
			struct listed_asset **out, size_t *n)
{
	size_t capacity = 0;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*out = NULL;
	*n = 0;
	err = store_query(store, &rows,
			  "SELECT kind, count FROM asset WHERE organization_id = ?1"
			  " ORDER BY kind",
			  "i", organization);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		(*out)[(*n)++] =
			(struct listed_asset){ mem_strdup(ctx, row_text(rows, 0)),
					       row_int(rows, 1) };
	}
	return err;
}

struct err *list_source(TALLOC_CTX *ctx, struct store *store, int64_t source,
			const char **name)
{
	const char *const *found;
	struct err *err = texts(ctx, store, "SELECT name FROM source WHERE id = ?1", "i",
				source, &found);

	if (err == NULL && found[0] == NULL)
		err = err_new(ERR_BUG, "no source %lld", (long long)source);
	if (err == NULL)
		*name = found[0];
	return err;
}

struct err *list_block(TALLOC_CTX *ctx, struct store *store, int64_t root,
		       int64_t account, int64_t *since, const char **reason)
{
	struct rows *rows;
	struct err *err;
	bool more = false;

	*since = 0;
	*reason = NULL;
	err = store_query(store, &rows,
			  "SELECT valid_from, reason FROM account_block"
			  " WHERE root_id = ?1 AND account_id = ?2 AND valid_to IS NULL",
			  "ii", root, account);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	*since = row_int(rows, 0);
	if (row_text(rows, 1) != NULL)
		*reason = mem_strdup(ctx, row_text(rows, 1));
	rows_end(rows);
	return NULL;
}
