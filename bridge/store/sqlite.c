/* SPDX-License-Identifier: MIT */
#include "bridge/store/sqlite_p.h"
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>

static uint64_t writes, stop_before, statements;

uint64_t store_statements(void)
{
	return statements;
}

uint64_t store_stop_at(uint64_t n)
{
	stop_before = n;
	return writes;
}

void store_count_write(void)
{
	if (++writes == stop_before)
		kill(getpid(), SIGKILL);
}

static struct err *has_vanished(const struct store *s)
{
	return err_hint(err_new(ERR_CONFIG,
				"store \"%s\" was moved or deleted while it was in use",
				s->path),
			"Nothing was changed. Put it back, or name the right one.");
}

struct err *store_classify(struct store *s, int rc)
{
	const char *text = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);

	if (rc == SQLITE_READONLY_DBMOVED)
		return has_vanished(s);
	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_hint(err_new(ERR_LATER,
					"store \"%s\": another writer holds it", s->path),
				"Wait until the other run has ended, then try again.");
	case SQLITE_FULL:
		return err_hint(err_new(ERR_LATER, "store \"%s\": %s", s->path, text),
				"Free some space; nothing was changed.");
	case SQLITE_IOERR:
		return err_hint(err_new(ERR_LATER, "store \"%s\": %s (%s)", s->path, text,
					strerror(sqlite3_system_errno(s->db))),
				"Look at the disk; nothing was changed.");
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return err_hint(
			err_new(ERR_CONFIG, "store \"%s\": %s", s->path, text),
			"The file and its directory must be writable by this user.");
	case SQLITE_NOTADB:
	case SQLITE_CORRUPT:
		return err_hint(err_new(ERR_CONFIG, "store \"%s\": %s", s->path, text),
				"Restore it from a backup, or name another file.");
	case SQLITE_CONSTRAINT:
		return err_hint(err_new(ERR_STALE, "store \"%s\": %s", s->path, text),
				"The console changed meanwhile: plan again.");
	default:
		return err_new(ERR_BUG, "store \"%s\": %s", s->path, text);
	}
}

struct err *store_script(struct store *s, const char *sql)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? NULL : store_classify(s, rc);
}

struct err *store_script_slowly(struct store *s, const char *sql)
{
	while (*sql != '\0') {
		sqlite3_stmt *stmt;
		int rc = sqlite3_prepare_v2(s->db, sql, -1, &stmt, &sql);

		if (rc != SQLITE_OK)
			return store_classify(s, rc);
		if (stmt == NULL) /* blanks at the end */
			break;
		store_count_write();
		rc = sqlite3_step(stmt);
		sqlite3_finalize(stmt);
		if (rc != SQLITE_DONE && rc != SQLITE_ROW)
			return store_classify(s, rc);
	}
	return NULL;
}

bool store_has_moved(const struct store *s)
{
	int moved = 0;

	sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved != 0;
}

void store_set_wait(struct store *s, int milliseconds)
{
	sqlite3_busy_timeout(s->db, milliseconds);
}

/* With the lock, nobody else writes: what is true now stays true until commit. */
static struct err *check_begun(struct store *s)
{
	struct err *err;

	if (store_has_moved(s))
		return has_vanished(s);
	if (s->epoch[0] == '\0') /* it is made, or upgraded to have one */
		return NULL;
	err = beside_check(s);
	return err ? err : beside_refuse(s);
}

struct err *store_begin(struct store *s)
{
	struct err *err;

	if (s->writing)
		store_count_write();
	err = store_script(s, s->writing ? "BEGIN IMMEDIATE" : "BEGIN");
	s->begun = err == NULL;
	if (err || !s->writing)
		return err;
	err = check_begun(s);
	if (err)
		store_rollback(s);
	return err;
}

struct err *store_commit(struct store *s)
{
	struct err *err = s->writing ? beside_count(s) : NULL;

	if (s->writing)
		store_count_write();
	if (err == NULL && s->writing && store_has_moved(s))
		err = has_vanished(s);
	if (err == NULL)
		err = store_script(s, "COMMIT");
	if (err) {
		store_rollback(s);
		return err;
	}
	s->begun = false;
	if (s->accepting)
		s->was = NULL;
	s->accepting = false;
	if (s->writing)
		beside_write(s);
	if (!s->unborn)
		return NULL;
	s->unborn = false;
	return store_script(s, "PRAGMA foreign_keys=ON");
}

void store_rollback(struct store *s)
{
	if (s->begun && s->unborn)
		store_remove_file(s);
	if (s->begun)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->begun = s->unborn = s->accepting = false;
	/* What a snapshot was read with is of no use to the next. */
	if (!s->writing)
		sqlite3_db_release_memory(s->db);
}

static struct err *prepare(struct store *s, const char *sql, struct rows **out)
{
	uint32_t at = table_get(s->by_sql, &sql, sizeof sql);
	int rc;

	if (at != TABLE_NONE) {
		*out = s->rows[at];
		if ((*out)->running)
			return err_new(ERR_BUG, "statement is running: %s", sql);
		return NULL;
	}
	if (s->n == STORE_STATEMENTS)
		return err_new(ERR_BUG, "more than %d statements", STORE_STATEMENTS);
	*out = mem_new(s, struct rows);
	(*out)->store = s;
	rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &(*out)->stmt,
				NULL);
	if (rc != SQLITE_OK)
		return err_wrap(store_classify(s, rc), "%s", sql);
	s->sql[s->n] = sql;
	s->rows[s->n] = *out;
	table_put(s->by_sql, &s->sql[s->n], sizeof sql, s->n);
	s->n++;
	return NULL;
}

static int bind_one(sqlite3_stmt *stmt, int at, char type, va_list *args)
{
	const void *bytes;
	int64_t number;

	switch (type) {
	case 'i':
		return sqlite3_bind_int64(stmt, at, va_arg(*args, int64_t));
	case 'n':
		number = va_arg(*args, int64_t);
		return number ? sqlite3_bind_int64(stmt, at, number)
			      : sqlite3_bind_null(stmt, at);
	case 't':
		return sqlite3_bind_text(stmt, at, va_arg(*args, const char *), -1,
					 SQLITE_STATIC);
	case 'b':
		bytes = va_arg(*args, const void *);
		return sqlite3_bind_blob64(stmt, at, bytes, va_arg(*args, size_t),
					   SQLITE_STATIC);
	default:
		return SQLITE_MISUSE;
	}
}

static struct err *start(struct store *s, struct rows **out, const char *sql,
			 const char *types, va_list *args)
{
	struct err *err = prepare(s, sql, out);
	int rc = SQLITE_OK;

	if (err)
		return err;
	for (int i = 0; types[i] != '\0' && rc == SQLITE_OK; i++)
		rc = bind_one((*out)->stmt, i + 1, types[i], args);
	if (rc != SQLITE_OK)
		return err_wrap(store_classify(s, rc), "%s", sql);
	(*out)->running = true;
	statements++;
	if (!sqlite3_stmt_readonly((*out)->stmt))
		store_count_write();
	return NULL;
}

struct err *rows_next(struct rows *rows, bool *more)
{
	int rc = sqlite3_step(rows->stmt);

	*more = rc == SQLITE_ROW;
	if (*more)
		return NULL;
	rows_end(rows);
	if (rc == SQLITE_DONE)
		return NULL;
	return store_classify(rows->store, rc);
}

void rows_end(struct rows *rows)
{
	if (rows == NULL || !rows->running)
		return;
	rows->running = false;
	sqlite3_reset(rows->stmt);
	sqlite3_clear_bindings(rows->stmt);
}

struct err *store_run(struct store *s, const char *sql, const char *types, ...)
{
	struct rows *rows;
	struct err *err;
	va_list args;
	bool more = true;

	va_start(args, types);
	err = start(s, &rows, sql, types, &args);
	va_end(args);
	while (err == NULL && more)
		err = rows_next(rows, &more);
	return err;
}

struct err *store_query(struct store *s, struct rows **rows, const char *sql,
			const char *types, ...)
{
	struct err *err;
	va_list args;

	va_start(args, types);
	err = start(s, rows, sql, types, &args);
	va_end(args);
	return err;
}

struct err *store_number(struct store *s, int64_t *number, int64_t missing,
			 const char *sql, const char *types, ...)
{
	struct rows *rows;
	struct err *err;
	va_list args;
	bool more;

	va_start(args, types);
	err = start(s, &rows, sql, types, &args);
	va_end(args);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err)
		return err;
	*number = more ? row_int(rows, 0) : missing;
	rows_end(rows);
	return NULL;
}

int64_t row_int(const struct rows *rows, int column)
{
	return sqlite3_column_int64(rows->stmt, column);
}

const char *row_text(const struct rows *rows, int column)
{
	return (const char *)sqlite3_column_text(rows->stmt, column);
}

const void *row_blob(const struct rows *rows, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(rows->stmt, column);

	*len = (size_t)sqlite3_column_bytes(rows->stmt, column);
	return bytes;
}

int row_cells(const struct rows *rows, struct cell cells[STORE_COLUMNS])
{
	int n = sqlite3_column_count(rows->stmt);

	for (int i = 0; i < n && i < STORE_COLUMNS; i++) {
		struct cell *c = &cells[i];
		int type = sqlite3_column_type(rows->stmt, i);

		*c = (struct cell){ .kind = type == SQLITE_NULL      ? CELL_NULL
					    : type == SQLITE_INTEGER ? CELL_NUMBER
					    : type == SQLITE_TEXT    ? CELL_TEXT
					    : type == SQLITE_BLOB    ? CELL_BYTES
								     : CELL_OTHER };
		if (c->kind == CELL_NUMBER)
			c->number = row_int(rows, i);
		else if (c->kind != CELL_NULL)
			c->bytes = row_blob(rows, i, &c->len);
	}
	return n;
}

static int bind_cell(sqlite3_stmt *stmt, int at, const struct cell *c)
{
	switch (c->kind) {
	case CELL_NUMBER:
		return sqlite3_bind_int64(stmt, at, c->number);
	case CELL_TEXT:
		return sqlite3_bind_text64(stmt, at, c->len ? c->bytes : "", c->len,
					   SQLITE_STATIC, SQLITE_UTF8);
	case CELL_BYTES:
		return c->len ? sqlite3_bind_blob64(stmt, at, c->bytes, c->len,
						    SQLITE_STATIC)
			      : sqlite3_bind_zeroblob(stmt, at, 0);
	default:
		return sqlite3_bind_null(stmt, at);
	}
}

struct err *store_run_cells(struct store *s, const char *sql, const struct cell *cells,
			    int n)
{
	struct rows *rows;
	struct err *err = prepare(s, sql, &rows);
	bool more = true;
	int rc = SQLITE_OK;

	if (err)
		return err;
	for (int i = 0; i < n && rc == SQLITE_OK; i++)
		rc = bind_cell(rows->stmt, i + 1, &cells[i]);
	if (rc != SQLITE_OK)
		return err_wrap(store_classify(s, rc), "%s", sql);
	rows->running = true;
	statements++;
	store_count_write();
	while (err == NULL && more)
		err = rows_next(rows, &more);
	return err;
}

int64_t store_last_id(const struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int64_t store_changed(const struct store *s)
{
	return sqlite3_changes64(s->db);
}
