/* SPDX-License-Identifier: MIT */
/*
 * What the files for SQLite share. Private to the room.
 */
#ifndef DIRBRIDGE_STORE_SQLITE_P_H
#define DIRBRIDGE_STORE_SQLITE_P_H

#include "bridge/base/table.h"
#include "bridge/store/store.h"
#include <sqlite3.h>

enum { STORE_STATEMENTS = 256, STORE_EPOCH = 32 };

struct rows {
	struct store *store;
	sqlite3_stmt *stmt;
	bool running;
};

struct store {
	sqlite3 *db;
	char *path;
	bool writing, begun;
	bool made;   /* an empty file was made here */
	bool unborn; /* being filled, under the write lock: gone again unless committed */
	char epoch[STORE_EPOCH + 1];
	int64_t sequence; /* of the last commit that this handle made or saw */
	char *was;        /* why it counts as restored, as a sentence; or NULL */
	bool guarded;     /* and is not written then */
	bool accepting;   /* the transaction begins a new epoch */
	/* Prepared statements, by the address of their text. */
	struct table *by_sql;
	const char *sql[STORE_STATEMENTS];
	struct rows *rows[STORE_STATEMENTS];
	uint32_t n;
};

/* An error of SQLite's, sorted by who must act. */
struct err *store_classify(struct store *s, int rc);
/* Statements without parameters, all at once. */
MUST_CHECK struct err *store_script(struct store *s, const char *sql);
/* The same one by one, each of them a place where a fault test can stop. */
MUST_CHECK struct err *store_script_slowly(struct store *s, const char *sql);
/* Is about to write: see store_stop_at(). */
void store_count_write(void);
/* Its file is no longer where it was opened. */
bool store_has_moved(const struct store *s);
/* Take away what was begun to be made; only while nobody else can have written to it. */
void store_remove_file(struct store *s);

/* ---- the file beside the store ---- */

/* Read it, then the store's own: is the store older than what was last written? */
MUST_CHECK struct err *beside_check(struct store *s);
/* store-restored, when it was and is guarded. */
MUST_CHECK struct err *beside_refuse(const struct store *s);
/* Before an upgrade from a version without epochs: is there anything beside it? */
void beside_look(struct store *s);
/* One more commit: within the transaction, and after it. */
MUST_CHECK struct err *beside_count(struct store *s);
void beside_write(struct store *s);

#endif
