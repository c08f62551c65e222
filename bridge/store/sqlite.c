/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/base/table.h"
#include "bridge/store/store.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 30 * 1000, STATEMENTS = 256 };

struct rows {
	struct store *store;
	sqlite3_stmt *stmt;
	bool running;
};

struct store {
	sqlite3 *db;
	char *path;
	bool writing, begun;
	bool unborn; /* being made: gone again unless committed */
	struct table *by_sql;
	const char *sql[STATEMENTS];
	struct rows *rows[STATEMENTS];
	uint32_t n;
};

static uint64_t writes, stop_before;

uint64_t store_stop_at(uint64_t n)
{
	stop_before = n;
	return writes;
}

static void count_write(void)
{
	if (++writes == stop_before)
		kill(getpid(), SIGKILL);
}

static struct err *classify(struct store *s, int rc)
{
	const char *text = s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc);

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

static void remove_file(struct store *s)
{
	static const char *const ends[] = { "-wal", "-shm", "" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		AUTO_MEM char *path = mem_printf(NULL, "%s%s", s->path, ends[i]);

		unlink(path);
	}
}

static int store_close(struct store *s)
{
	for (uint32_t i = 0; i < s->n; i++)
		sqlite3_finalize(s->rows[i]->stmt);
	sqlite3_close(s->db);
	if (s->unborn)
		remove_file(s);
	return 0;
}

static struct err *script(struct store *s, const char *sql)
{
	int rc = sqlite3_exec(s->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? NULL : classify(s, rc);
}

static struct err *check_schema(struct store *s)
{
	int64_t version;
	struct err *err = store_number(s, &version, 0, "PRAGMA user_version", "");

	if (err)
		return err;
	if (version == 0)
		return err_hint(
			err_new(ERR_CONFIG, "store \"%s\" holds no console", s->path),
			"Make one with: dirbridge store init");
	if (version > STORE_SCHEMA)
		return err_hint(err_new(ERR_CONFIG,
					"store \"%s\" has schema %lld, newer than this "
					"program's %d",
					s->path, (long long)version, STORE_SCHEMA),
				"Use the dirbridge that wrote it, or a newer one.");
	return NULL;
}

static struct err *create(struct store *s)
{
	struct err *err = script(s, "PRAGMA journal_mode=WAL");

	if (err == NULL)
		err = store_begin(s);
	if (err == NULL)
		err = script(s, store_schema_sqlite);
	return err;
}

/* Nothing was ever committed to it: somebody was killed while it was made. */
static bool is_unused(const char *path)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;
	bool unused = false;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_schema", -1, &stmt,
			       NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		unused = sqlite3_column_int(stmt, 0) == 0;
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return unused;
}

static struct err *create_file(struct store *s)
{
	int fd = open(s->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno == EEXIST) {
		if (is_unused(s->path) && chmod(s->path, 0600) == 0)
			fd = open(s->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		else
			errno = EEXIST;
	}
	if (fd >= 0) {
		close(fd);
		s->unborn = true;
		return NULL;
	}
	if (errno == EEXIST)
		return err_hint(
			err_new(ERR_CONFIG, "store \"%s\" is there already", s->path),
			"Name another file, or use what is there.");
	return err_hint(err_new(ERR_CONFIG, "store \"%s\": %s", s->path, strerror(errno)),
			"Its directory must be there, and writable by this user.");
}

static struct err *open_file(struct store *s, enum store_mode mode)
{
	int flags = mode == STORE_READ    ? SQLITE_OPEN_READONLY
		    : mode == STORE_WRITE ? SQLITE_OPEN_READWRITE
					  : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct err *err;
	int rc;

	if (mode != STORE_CREATE && access(s->path, F_OK) != 0)
		return err_hint(
			err_new(ERR_CONFIG, "store \"%s\": %s", s->path, strerror(errno)),
			"Make one with: dirbridge store init");
	err = mode == STORE_CREATE ? create_file(s) : NULL;
	if (err)
		return err;
	rc = sqlite3_open_v2(s->path, &s->db, flags, NULL);
	if (rc != SQLITE_OK)
		return classify(s, rc);
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, WAIT_MS);
	err = script(s, "PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; "
			"PRAGMA synchronous=FULL");
	if (err == NULL)
		err = script(s, mode == STORE_READ
					? "PRAGMA query_only=ON; PRAGMA cache_size=-8192"
					: "PRAGMA cache_size=-65536");
	if (err == NULL)
		err = mode == STORE_CREATE ? create(s) : check_schema(s);
	return err;
}

struct err *store_open(TALLOC_CTX *ctx, const char *url, enum store_mode mode,
		       struct store **out)
{
	struct store *s = mem_new(ctx, struct store);
	const char *path = strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url;
	struct err *err;

	if (strncmp(path, "postgresql:", 11) == 0) {
		mem_free(s);
		return err_new(ERR_CONFIG, "store \"%s\": this kind is not built in",
			       url);
	}
	s->path = mem_strdup(s, path);
	s->writing = mode != STORE_READ;
	s->by_sql = table_new(s);
	talloc_set_destructor(s, store_close);
	err = open_file(s, mode);
	if (err) {
		mem_free(s);
		return err;
	}
	*out = s;
	return NULL;
}

void store_set_wait(struct store *s, int milliseconds)
{
	sqlite3_busy_timeout(s->db, milliseconds);
}

struct err *store_begin(struct store *s)
{
	struct err *err;

	if (s->writing)
		count_write();
	err = script(s, s->writing ? "BEGIN IMMEDIATE" : "BEGIN");
	s->begun = err == NULL;
	return err;
}

struct err *store_commit(struct store *s)
{
	struct err *err;

	if (s->writing)
		count_write();
	err = script(s, "COMMIT");
	if (err)
		store_rollback(s);
	else
		s->unborn = false;
	s->begun = false;
	return err;
}

void store_rollback(struct store *s)
{
	if (s->begun)
		sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	s->begun = false;
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
	if (s->n == STATEMENTS)
		return err_new(ERR_BUG, "more than %d statements", STATEMENTS);
	*out = mem_new(s, struct rows);
	(*out)->store = s;
	rc = sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &(*out)->stmt,
				NULL);
	if (rc != SQLITE_OK)
		return err_wrap(classify(s, rc), "%s", sql);
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
		return err_wrap(classify(s, rc), "%s", sql);
	(*out)->running = true;
	if (!sqlite3_stmt_readonly((*out)->stmt))
		count_write();
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
	return classify(rows->store, rc);
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

int64_t store_last_id(const struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}

int64_t store_changed(const struct store *s)
{
	return sqlite3_changes64(s->db);
}
