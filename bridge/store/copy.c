/* SPDX-License-Identifier: MIT */
#include "bridge/base/digest.h"
#include "bridge/base/str.h"
#include "bridge/store/store.h"

/* Every table, after those that it refers to; and the columns that put it in order. */
static const struct {
	const char *read, *add;
} tables[] = {
#define TABLE(name, order)                                                               \
	{                                                                                \
		"SELECT * FROM " name " ORDER BY " order, "INSERT INTO " name            \
	}
	TABLE("meta", "name"),
	TABLE("subject", "id"),
	TABLE("account", "id"),
	TABLE("principal", "id"),
	TABLE("principal_user", "os_user, principal_id"),
	TABLE("organization", "id"),
	TABLE("licence", "root_id, valid_from"),
	TABLE("account_claim",
	      "account_id, organization_id, claim, valid_from, valid_to"),
	TABLE("account_block", "account_id, root_id, valid_from, valid_to, reason"),
	TABLE("security_group", "id"),
	TABLE("group_link", "id"),
	TABLE("group_claim", "group_id, organization_id, claim, valid_from, valid_to"),
	TABLE("role", "id"),
	TABLE("giver", "role_id, giver, valid_from"),
	TABLE("mail", "id"),
	TABLE("invitation", "id"),
	TABLE("invitation_giver", "invitation_id, giver, anchor"),
	TABLE("source", "id"),
	TABLE("directory", "source_id, name"),
	TABLE("run", "id"),
	TABLE("part", "source_id, directory, base, run_id"),
	TABLE("journal", "run_id, seq"),
	TABLE("mirror", "source_id, anchor"),
	TABLE("binding", "source_id, anchor"),
	TABLE("group_binding", "source_id, anchor, group_id"),
	TABLE("given", "source_id, group_id, role, anchor"),
	TABLE("evidence", "source_id, anchor"),
	TABLE("held", "source_id, operation"),
	TABLE("decision", "id"),
	TABLE("announced", "id"),
	TABLE("spent", "source_id, run_id, layer, group_id"),
	TABLE("chain", "organization_id"),
	TABLE("checkpoint", "organization_id, seq"),
	TABLE("audit", "organization_id, seq"),
	TABLE("outbox", "id"),
	TABLE("review", "id"),
	TABLE("pause", "id"),
	TABLE("asset", "organization_id, kind"),
	TABLE("subject_alias", "pseudonym"),
	TABLE("erased", "mac"),
};

static void add_big_endian(struct str *s, uint64_t n)
{
	for (int shift = 56; shift >= 0; shift -= 8)
		str_add_char(s, (char)(n >> shift));
}

/* A running digest: each row's cells, hashed onto what came before. */
static void add_to_digest(struct str *scratch, const struct cell *cells, int n,
			  uint8_t hash[HASH_SIZE])
{
	str_clear(scratch);
	str_add_bytes(scratch, hash, HASH_SIZE);
	for (int i = 0; i < n; i++) {
		bool number = cells[i].kind == CELL_NUMBER;

		str_add_char(scratch, (char)('0' + cells[i].kind));
		add_big_endian(scratch,
			       number ? (uint64_t)cells[i].number : cells[i].len);
		str_add_bytes(scratch, cells[i].bytes, cells[i].len);
	}
	hash_of(scratch->text, scratch->len, hash);
}

static const char *insert_of(TALLOC_CTX *ctx, const char *start, int columns)
{
	struct str *sql = str_new(ctx);

	str_addf(sql, "%s VALUES (", start);
	for (int i = 0; i < columns; i++)
		str_addf(sql, "%s?%d", i ? ", " : "", i + 1);
	str_add(sql, ")");
	return sql->text;
}

static struct err *check_row(size_t table, const struct cell *cells, int columns)
{
	if (columns > STORE_COLUMNS)
		return err_new(ERR_BUG, "too wide: %s", tables[table].read);
	for (int i = 0; i < columns; i++)
		if (cells[i].kind == CELL_OTHER)
			return err_new(ERR_BUG,
				       "column %d holds no text, bytes or number: %s",
				       i + 1, tables[table].read);
	return NULL;
}

/* to: where to, or NULL: only the digest is wanted. */
static struct err *go_along(struct store *from, struct store *to, size_t table,
			    int64_t *n, uint8_t hash[HASH_SIZE])
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct str *scratch = str_new(ctx);
	const char *add = NULL;
	struct rows *rows;
	struct err *err = store_query(from, &rows, tables[table].read, "");
	bool more = true;

	*n = 0;
	memset(hash, 0, HASH_SIZE);
	while (err == NULL) {
		struct cell cells[STORE_COLUMNS];
		int columns;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		columns = row_cells(rows, cells);
		err = check_row(table, cells, columns);
		if (err) {
			rows_end(rows);
			return err;
		}
		add_to_digest(scratch, cells, columns, hash);
		++*n;
		if (to != NULL && add == NULL)
			add = insert_of(to, tables[table].add, columns);
		if (to != NULL)
			err = store_run_cells(to, add, cells, columns);
	}
	return err;
}

static struct err *verify(struct store *from, struct store *to, struct store_copied *out)
{
	uint8_t both[2 * HASH_SIZE];
	struct err *err = NULL;

	for (size_t t = 0; err == NULL && t < ARRAY_LEN(tables); t++) {
		uint8_t before[HASH_SIZE], after[HASH_SIZE];
		int64_t there, here;

		err = go_along(from, NULL, t, &there, before);
		if (err == NULL)
			err = go_along(to, NULL, t, &here, after);
		if (err == NULL && (here != there || memcmp(before, after, HASH_SIZE)))
			err = err_new(ERR_BUG, "the copy differs: %s", tables[t].read);
		out->rows += there;
		memcpy(both, out->digest, HASH_SIZE);
		memcpy(both + HASH_SIZE, before, HASH_SIZE);
		hash_of(both, sizeof both, out->digest);
	}
	return err;
}

static struct err *fill(struct store *from, struct store *to)
{
	struct err *err = store_run(to, "DELETE FROM meta", "");

	for (size_t t = 0; err == NULL && t < ARRAY_LEN(tables); t++) {
		uint8_t hash[HASH_SIZE];
		int64_t n;

		err = go_along(from, to, t, &n, hash);
	}
	return err;
}

struct err *store_copy(const char *from_url, const char *to_url, struct store_copied *out)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *from, *to = NULL;
	struct err *err = store_open(ctx, from_url, STORE_READ, &from);

	*out = (struct store_copied){ .tables = ARRAY_LEN(tables) };
	if (err == NULL && store_restored(from) != NULL)
		err = err_hint(err_refused("store-restored", "store-restored: %s",
					   store_restored(from)),
			       "Say that it is right: dirbridge store accept");
	if (err == NULL)
		err = store_open(ctx, to_url, STORE_CREATE, &to);
	if (err == NULL)
		err = store_begin(from);
	if (err == NULL)
		err = fill(from, to);
	if (err == NULL)
		err = verify(from, to, out);
	if (err == NULL)
		err = store_commit(to);
	return err;
}
