/* SPDX-License-Identifier: MIT */
/*
 * usage: rosters STORE.db ROUNDS USER
 *
 * Rosters of the console that gen-console made, warm and in one process, each beside what
 * a plain program needs to fetch the same joined rows in the same order. Prints a line of
 * name, median and least seconds, rows, for: small (500 ways in), root, past (the root a
 * while ago), plain (the rows of root). USER is an operating-system user who owns it.
 */
#include "bridge/base/clock.h"
#include "bridge/console/roster.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SMALL "northwind/o100/o499"
#define OWNER "ada@northwind.example"
#define ROOT  "northwind"
#define PAST  (INT64_C(1767225600) + 100 * CLOCK_DAY)

enum { ROUNDS_MAX = 1000 };

struct bench {
	const char *path, *url, *user;
	int rounds;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(struct err *err)
{
	if (err == NULL)
		return;
	fprintf(stderr, "rosters: %s\n", err_text(err));
	exit(1);
}

static void check(sqlite3 *db, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "rosters: %s\n", sqlite3_errmsg(db));
	exit(1);
}

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void report(const char *name, double *seconds, int n, size_t rows)
{
	qsort(seconds, (size_t)n, sizeof *seconds, by_size);
	printf("%s %.6f %.6f %zu\n", name, seconds[n / 2], seconds[0], rows);
}

static size_t ways_of(const struct roster *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_people; i++)
		n += r->people[i].n_ways;
	return n;
}

static void measure(const struct bench *b, struct store *store, const char *name,
		    const char *path, int64_t at)
{
	const struct looking who = { b->user, OWNER };
	double seconds[ROUNDS_MAX];
	size_t rows = 0;

	for (int i = -1; i < b->rounds; i++) {
		AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
		double began = now();
		struct console *console;
		struct roster roster;
		uint32_t here;

		must(console_look(ctx, store, path, &who, at, clock_now(), &console,
				  &here));
		must(roster_load(ctx, console, here, at, &roster));
		if (i >= 0)
			seconds[i] = now() - began;
		rows = ways_of(&roster);
	}
	report(name, seconds, b->rounds, rows);
}

/* Every way in of the root, with the person, the group, and whether it is suspended. */
static const char joined[] =
	"SELECT a.id, s.email, s.name, s.pseudonym, g.id, g.name, g.uid, r.role,"
	" r.valid_from, v.suspended_until FROM security_group g"
	" JOIN role r ON r.group_id = g.id AND r.valid_to IS NULL"
	" JOIN giver v ON v.role_id = r.id AND v.valid_to IS NULL"
	" JOIN account a ON a.id = r.account_id JOIN subject s ON s.id = a.subject_id"
	" WHERE g.organization_id = 1 AND g.valid_to IS NULL"
	" ORDER BY s.email_key, a.id, g.name_key, r.role";

static size_t fetch(sqlite3 *db, sqlite3_stmt *stmt)
{
	size_t rows = 0, bytes = 0;
	int rc;

	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (int c = 0; c < sqlite3_column_count(stmt); c++) {
			if (sqlite3_column_type(stmt, c) == SQLITE_TEXT)
				bytes += strlen(
					(const char *)sqlite3_column_text(stmt, c));
			else
				bytes += sqlite3_column_int64(stmt, c) != 0;
		}
		rows++;
	}
	check(db, rc);
	sqlite3_reset(stmt);
	return bytes > 0 ? rows : 0;
}

static void measure_plain(const struct bench *b)
{
	double seconds[ROUNDS_MAX];
	sqlite3_stmt *stmt;
	size_t rows = 0;
	sqlite3 *db;

	check(NULL, sqlite3_open_v2(b->path, &db, SQLITE_OPEN_READONLY, NULL));
	check(db, sqlite3_exec(db, "PRAGMA cache_size=-8192", NULL, NULL, NULL));
	check(db, sqlite3_prepare_v2(db, joined, -1, &stmt, NULL));
	for (int i = -1; i < b->rounds; i++) {
		double began = now();

		rows = fetch(db, stmt);
		if (i >= 0)
			seconds[i] = now() - began;
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	report("plain", seconds, b->rounds, rows);
}

int main(int argc, char **argv)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct bench b = { .rounds = argc == 4 ? (int)strtol(argv[2], NULL, 10) : 0 };
	struct store *store;

	if (b.rounds < 1 || b.rounds > ROUNDS_MAX) {
		fputs("usage: rosters STORE.db ROUNDS USER\n", stderr);
		return 64;
	}
	b.path = argv[1];
	b.url = mem_printf(ctx, "sqlite:%s", b.path);
	b.user = argv[3];
	must(store_open(ctx, b.url, STORE_READ, &store));
	must(store_begin(store));
	measure(&b, store, "small", SMALL, clock_now());
	measure(&b, store, "root", ROOT, clock_now());
	measure(&b, store, "past", ROOT, PAST);
	store_rollback(store);
	measure_plain(&b);
	return 0;
}
