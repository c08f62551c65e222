/* SPDX-License-Identifier: MIT */
/*
 * usage: plain FROM.db TO.db
 *
 * What a plain program needs to write the rows that an apply has written. Every row of
 * every table of FROM is read into memory; TO is made anew with the same tables, indexes
 * and triggers and the same settings (write-ahead log, full synchronisation, foreign
 * keys, 64 MiB of cache); then the rows are written in one transaction with one prepared
 * statement a table, each table in the order of its own key. Only that is timed: the
 * seconds go to standard output, with the number of rows.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TABLES = 64, BLOCK = 16 << 20 };

struct cell {
	int type, len;
	union {
		sqlite3_int64 number;
		double real;
		const char *bytes;
	};
};

struct table {
	char *name;
	int columns;
	struct cell *cells;
	size_t n, capacity;
};

static void check(sqlite3 *db, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "plain: %s\n", db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
	exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
	check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static sqlite3 *open_db(const char *path, int flags)
{
	sqlite3 *db;

	check(NULL, sqlite3_open_v2(path, &db, flags, NULL));
	return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;

	check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
	return stmt;
}

static void *checked(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

/* ---- reading ---- */

static const char *copy(const void *bytes, size_t len)
{
	static char *at;
	static size_t left;

	if (len > left) {
		left = len > BLOCK ? len : BLOCK;
		at = checked(malloc(left));
	}
	if (len > 0)
		memcpy(at, bytes, len);
	at += len;
	left -= len;
	return at - len;
}

static struct cell read_cell(sqlite3_stmt *stmt, int column)
{
	struct cell cell = { .type = sqlite3_column_type(stmt, column) };

	if (cell.type == SQLITE_INTEGER) {
		cell.number = sqlite3_column_int64(stmt, column);
	} else if (cell.type == SQLITE_FLOAT) {
		cell.real = sqlite3_column_double(stmt, column);
	} else if (cell.type != SQLITE_NULL) {
		const void *bytes = sqlite3_column_blob(stmt, column);

		cell.len = sqlite3_column_bytes(stmt, column);
		cell.bytes = copy(bytes, (size_t)cell.len);
	}
	return cell;
}

static void read_table(sqlite3 *db, struct table *t)
{
	char sql[256];
	sqlite3_stmt *stmt;

	snprintf(sql, sizeof sql, "SELECT * FROM %s", t->name);
	stmt = prepare(db, sql);
	t->columns = sqlite3_column_count(stmt);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (int c = 0; c < t->columns; c++) {
			if (t->n == t->capacity) {
				t->capacity = t->capacity ? 2 * t->capacity : 4096;
				t->cells = checked(realloc(
					t->cells, t->capacity * sizeof *t->cells));
			}
			t->cells[t->n++] = read_cell(stmt, c);
		}
	sqlite3_finalize(stmt);
}

/* ---- writing ---- */

/* The same schema; returns how many tables it has. */
static size_t make_schema(sqlite3 *from, sqlite3 *to, struct table *tables)
{
	sqlite3_stmt *stmt = prepare(from, "SELECT sql, type, name FROM sqlite_schema"
					   " WHERE sql IS NOT NULL ORDER BY rowid");
	size_t n = 0;

	while (sqlite3_step(stmt) == SQLITE_ROW) {
		run(to, (const char *)sqlite3_column_text(stmt, 0));
		if (strcmp((const char *)sqlite3_column_text(stmt, 1), "table") == 0 &&
		    n < TABLES)
			tables[n++].name = checked(
				strdup((const char *)sqlite3_column_text(stmt, 2)));
	}
	sqlite3_finalize(stmt);
	return n;
}

static int bind(sqlite3_stmt *stmt, int at, const struct cell *cell)
{
	switch (cell->type) {
	case SQLITE_INTEGER:
		return sqlite3_bind_int64(stmt, at, cell->number);
	case SQLITE_FLOAT:
		return sqlite3_bind_double(stmt, at, cell->real);
	case SQLITE_TEXT:
		return sqlite3_bind_text(stmt, at, cell->bytes, cell->len, SQLITE_STATIC);
	case SQLITE_BLOB:
		return sqlite3_bind_blob(stmt, at, cell->bytes, cell->len, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, at);
	}
}

static size_t write_table(sqlite3 *db, const struct table *t)
{
	char sql[512];
	int len = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", t->name);
	size_t rows = t->n / (size_t)t->columns;
	sqlite3_stmt *stmt;

	for (int c = 1; c < t->columns; c++)
		len += snprintf(sql + len, sizeof sql - (size_t)len, ",?");
	snprintf(sql + len, sizeof sql - (size_t)len, ")");
	stmt = prepare(db, sql);
	for (size_t row = 0; row < rows; row++) {
		const struct cell *cells = t->cells + row * (size_t)t->columns;

		for (int c = 0; c < t->columns; c++)
			check(db, bind(stmt, c + 1, &cells[c]));
		check(db, sqlite3_step(stmt));
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
	return rows;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static struct table tables[TABLES];
	size_t n, rows = 0;
	sqlite3 *from, *to;
	double began;

	if (argc != 3) {
		fputs("usage: plain FROM.db TO.db\n", stderr);
		return 64;
	}
	from = open_db(argv[1], SQLITE_OPEN_READONLY);
	to = open_db(argv[2], SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	run(to, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		" PRAGMA foreign_keys=ON; PRAGMA cache_size=-65536");
	n = make_schema(from, to, tables);
	for (size_t i = 0; i < n; i++)
		read_table(from, &tables[i]);
	sqlite3_close(from);
	began = now();
	run(to, "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys=ON");
	for (size_t i = 0; i < n; i++)
		rows += write_table(to, &tables[i]);
	run(to, "COMMIT");
	printf("%.3f %zu\n", now() - began, rows);
	sqlite3_close(to);
	return 0;
}
