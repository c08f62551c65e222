/* SPDX-License-Identifier: MIT */
/*
 * usage: plain FROM.db TO.db
 *
 * What a plain program needs to write the rows that an apply has written: every row of
 * every table of FROM is read into memory, then written into TO, which holds the same
 * schema without rows, in one transaction with one prepared statement a table. Only the
 * writing is timed; the seconds go to standard output, with the number of rows.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TABLES = 64 };

struct table {
	char *name;
	int columns;
	sqlite3_value **values;
	size_t n, capacity;
};

static void check(sqlite3 *db, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "plain: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static sqlite3 *open_db(const char *path)
{
	sqlite3 *db;

	check(NULL, sqlite3_open(path, &db));
	check(db, sqlite3_exec(db, "PRAGMA cache_size=-65536; PRAGMA synchronous=FULL",
			       NULL, NULL, NULL));
	return db;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *before, const char *name,
			     const char *after)
{
	char sql[1024];
	sqlite3_stmt *stmt;

	snprintf(sql, sizeof sql, "%s %s %s", before, name, after);
	check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL));
	return stmt;
}

static void read_table(sqlite3 *db, struct table *t)
{
	sqlite3_stmt *stmt = prepare(db, "SELECT * FROM", t->name, "");

	t->columns = sqlite3_column_count(stmt);
	while (sqlite3_step(stmt) == SQLITE_ROW)
		for (int c = 0; c < t->columns; c++) {
			if (t->n == t->capacity) {
				t->capacity = t->capacity ? 2 * t->capacity : 4096;
				t->values = realloc(
					t->values, t->capacity * sizeof(sqlite3_value *));
				if (t->values == NULL)
					abort();
			}
			t->values[t->n++] =
				sqlite3_value_dup(sqlite3_column_value(stmt, c));
		}
	sqlite3_finalize(stmt);
}

static size_t read_all(const char *path, struct table *tables)
{
	sqlite3 *db = open_db(path);
	sqlite3_stmt *stmt = prepare(db, "SELECT name FROM sqlite_schema",
				     "WHERE type = 'table'", "ORDER BY rowid");
	size_t n = 0;

	while (n < TABLES && sqlite3_step(stmt) == SQLITE_ROW)
		tables[n++].name = strdup((const char *)sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	for (size_t i = 0; i < n; i++)
		read_table(db, &tables[i]);
	sqlite3_close(db);
	return n;
}

static void write_table(sqlite3 *db, const struct table *t)
{
	char places[256] = "VALUES (?";
	sqlite3_stmt *stmt;

	for (int c = 1; c < t->columns; c++)
		strcat(places, ",?");
	strcat(places, ")");
	stmt = prepare(db, "INSERT OR REPLACE INTO", t->name, places);
	for (size_t i = 0; i < t->n; i += (size_t)t->columns) {
		for (int c = 0; c < t->columns; c++)
			sqlite3_bind_value(stmt, c + 1, t->values[i + (size_t)c]);
		check(db, sqlite3_step(stmt));
		sqlite3_reset(stmt);
	}
	sqlite3_finalize(stmt);
}

int main(int argc, char **argv)
{
	static struct table tables[TABLES];
	struct timespec from, to;
	size_t n, rows = 0;
	sqlite3 *db;

	if (argc != 3)
		return 2;
	n = read_all(argv[1], tables);
	db = open_db(argv[2]);
	clock_gettime(CLOCK_MONOTONIC, &from);
	check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
	for (size_t i = 0; i < n; i++) {
		write_table(db, &tables[i]);
		rows += tables[i].n / (size_t)tables[i].columns;
	}
	check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%.3f %zu\n",
	       (double)(to.tv_sec - from.tv_sec) +
		       (double)(to.tv_nsec - from.tv_nsec) / 1e9,
	       rows);
	sqlite3_close(db);
	return 0;
}
