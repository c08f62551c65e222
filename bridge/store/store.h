/* SPDX-License-Identifier: MIT */
/*
 * The store's contract is a database, not a domain: open, begin, statement, row, commit,
 * and errors sorted by who must act. What the statements mean is the business of the
 * rooms that write them. One file per database; schema and triggers are another, under
 * the same version number.
 *
 * SQL here is what SQLite and PostgreSQL share: ?1, ?2 for parameters, no vendor's
 * functions. Text is UTF-8, blobs are bytes, times are seconds since 1970, booleans are
 * 0 and 1.
 *
 * Errors: ERR_CONFIG no such store, wrong kind, no rights, newer schema, not initialised;
 * ERR_LATER busy, locked, disk full; ERR_STALE a constraint refused a row that the judge
 * had let through (somebody else was faster, or somebody went round the code); ERR_BUG
 * the statement is wrong.
 */
#ifndef DIRBRIDGE_STORE_STORE_H
#define DIRBRIDGE_STORE_STORE_H

#include "bridge/base/digest.h"
#include "bridge/base/err.h"
#include "bridge/base/mem.h"
#include <stdbool.h>

/* The version of the schema that this program writes and understands. */
#define STORE_SCHEMA 2

enum store_mode {
	STORE_READ, /* the database refuses every write */
	STORE_LOOK, /* for reading, whatever version it has */
	STORE_WRITE,
	STORE_ACCEPT,  /* for writing, also when it was restored: see store_accept() */
	STORE_UPGRADE, /* for writing, whatever version it has: see store_upgrade() */
	STORE_CREATE,  /* must not be there yet, or hold nothing; makes the schema */
};

struct store;

/*
 * Open by URL ("sqlite:/path"); a plain path means sqlite. The result belongs to ctx and
 * is closed with it. A store that is made here is readable by its user only, since it
 * holds keys; it comes begun, to be filled, and is there once store_commit() has
 * succeeded: rolled back, or closed before, it leaves no file behind.
 */
MUST_CHECK struct err *store_open(TALLOC_CTX *ctx, const char *url, enum store_mode mode,
				  struct store **out);

/*
 * Bring a store to this program's version of the schema, all steps in one transaction;
 * *from is the version it had. only_look: change nothing, say what would be done.
 * ERR_LATER when anybody else has it open; ERR_CONFIG for a version that is newer.
 */
MUST_CHECK struct err *store_upgrade(const char *url, bool only_look, int64_t *from);

/* Waiting for another writer is not an error, until this many milliseconds have passed;
 * 30 s unless told otherwise. */
void store_set_wait(struct store *store, int milliseconds);

/*
 * Beside the file of a store stands another, "PATH.epoch": the store's epoch and the
 * number of its last commit, written after each. A store that is behind what stands
 * there, or of another epoch, was restored from an older copy: it can be read, and
 * planned with, but opening it for writing, or beginning to, is refused (store-restored)
 * until a person accepts it. So is one whose file cannot be read, or holds something
 * else. Without that file, or when it is empty, nothing is compared.
 *
 * It is written after the commit. Who is killed between the two, or cannot write it,
 * leaves it behind the store, where it stays until the next commit; never ahead of it.
 */
const char *store_epoch(const struct store *store);
/* What was noticed, as a sentence; NULL when nothing was. */
const char *store_restored(const struct store *store);
/* In a transaction of a store opened with STORE_ACCEPT: begin a new epoch, whether or not
 * anything was noticed. store_epoch() then is the new one. ERR_CONFIG when the file
 * beside it cannot be written. */
MUST_CHECK struct err *store_accept(struct store *store);

/*
 * A copy in a file of its own, as of one moment, while others read and write: of what a
 * transaction for reading sees, if one was begun; none for writing may be. The file
 * must not be there yet; only this user can read it. It is written and checked as
 * "PATH.partial" and gets its name when it is whole: who is killed leaves no more than
 * that, which the next backup of the same name takes over. After an error nothing is
 * left.
 */
MUST_CHECK struct err *store_backup(struct store *store, const char *path);

struct store_copied {
	size_t tables;
	int64_t rows;
	uint8_t digest[HASH_SIZE]; /* of every row of every table, in order: the same on
				      every machine */
};

/*
 * Everything into a new store, which may be of another kind; then both are read again,
 * table by table, and compared by digest before the new one is there. ERR_BUG when they
 * differ, and nothing is left behind. Epoch and all, it goes on where the old one ends,
 * which nobody should write to after that. ERR_REFUSED (store-restored) for a store that
 * was restored: a copy would hide that.
 */
MUST_CHECK struct err *store_copy(const char *from_url, const char *to_url,
				  struct store_copied *out);

/*
 * Begin. For writing, the write lock is taken now (BEGIN IMMEDIATE), so that what is read
 * after it stays true until commit. For reading, one snapshot. Does not nest.
 */
MUST_CHECK struct err *store_begin(struct store *store);
MUST_CHECK struct err *store_commit(struct store *store);
/* Give up what was begun, if anything. Cannot fail. */
void store_rollback(struct store *store);

/* ---- statements ---- */

/*
 * Run a statement that returns no rows, or begin one that does. Parameters follow, one
 * for each letter of types:
 *
 *   i  int64_t             t  const char *, NULL is NULL
 *   b  const void *, size_t; NULL is NULL
 *   n  int64_t, where 0 is NULL (a time or an id that may be missing)
 *
 * sql must be a constant: prepared statements are kept by its address. What is passed
 * must stay valid until the statement has run, or the rows have ended.
 */
MUST_CHECK struct err *store_run(struct store *store, const char *sql, const char *types,
				 ...);

struct rows;

/* Only one set of rows of the same sql at a time. */
MUST_CHECK struct err *store_query(struct store *store, struct rows **rows,
				   const char *sql, const char *types, ...);

/* Go to the next row; *more is false, and the rows have ended, when there is none. */
MUST_CHECK struct err *rows_next(struct rows *rows, bool *more);
/* End early. NULL is allowed. */
void rows_end(struct rows *rows);

/* Columns from 0; valid until the next rows_next(). NULL reads as 0, NULL, empty. */
int64_t row_int(const struct rows *rows, int column);
const char *row_text(const struct rows *rows, int column);
const void *row_blob(const struct rows *rows, int column, size_t *len);

/* A row as it is, whatever its columns are, for copying. */
enum { STORE_COLUMNS = 24 };

struct cell {
	/* OTHER: a number with a fraction, which no column of ours has */
	enum { CELL_NULL, CELL_NUMBER, CELL_TEXT, CELL_BYTES, CELL_OTHER } kind;
	int64_t number;
	const void *bytes; /* of text and bytes; valid until the next rows_next() */
	size_t len;
};

/* Fills as many cells as there are columns, at most STORE_COLUMNS; returns how many. */
int row_cells(const struct rows *rows, struct cell cells[STORE_COLUMNS]);
MUST_CHECK struct err *store_run_cells(struct store *store, const char *sql,
				       const struct cell *cells, int n);

/* The id that the last INSERT made. */
int64_t store_last_id(const struct store *store);
/* How many rows the last statement changed. */
int64_t store_changed(const struct store *store);

/* A single number: the first column of the first row, or missing when there is none. */
MUST_CHECK struct err *store_number(struct store *store, int64_t *number, int64_t missing,
				    const char *sql, const char *types, ...);

/*
 * For fault tests: stop the process, as kill -9 would, before the n-th writing statement
 * of this process (BEGIN and COMMIT count); 0 never. Returns how many there were so far.
 */
uint64_t store_stop_at(uint64_t n);

/* For tests of who learns what: how many statements this process has run so far, whether
 * they read or write; BEGIN, COMMIT and ROLLBACK are none. */
uint64_t store_statements(void);

/* Private to the room: the statements that make the schema. */
extern const char *const store_schema_sqlite, *const store_schema_sqlite_2;

#endif
