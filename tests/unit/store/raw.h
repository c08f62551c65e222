/* SPDX-License-Identifier: MIT */
/*
 * A store's file as anybody with SQLite sees it, without the code that it is to test; and
 * what is done to files behind its back. Everything is asserted to succeed.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_STORE_RAW_H
#define DIRBRIDGE_TESTS_UNIT_STORE_RAW_H

#include "tests/unit/store/scratch.h"
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

/* Where a store may be, in a folder of its own that goes with ctx. */
struct place {
	const char *dir, *file, *epoch; /* the file beside it */
};

struct place place_new(TALLOC_CTX *ctx);

/* Statements, all at once. */
void raw_run(const char *path, const char *sql);
int64_t raw_number(const char *path, const char *sql);
/* The rows of a query, a line each, every cell as SQLite quotes it. */
char *raw_rows(TALLOC_CTX *ctx, const char *path, const char *sql);
/* Names, in order, NULL-terminated. */
char **raw_tables(TALLOC_CTX *ctx, const char *path);
/* Every row of every table, but for the number of the last commit. */
char *raw_dump(TALLOC_CTX *ctx, const char *path);

/* Files: a whole one; and what is in a folder, by name, a line each. */
char *file_read(TALLOC_CTX *ctx, const char *path, size_t *len);
void file_write(const char *path, const void *bytes, size_t len);
void file_copy(const char *from, const char *to);
char *folder_names(TALLOC_CTX *ctx, const char *folder);
bool file_is_there(const char *path);

/* Ends a child process: 0 when there is no error, 1 otherwise. */
#define CHILD_ENDS(call) _exit((call) != NULL)

/* How a child ended: its exit code, or minus the signal. */
int child_end(pid_t child);

#endif
