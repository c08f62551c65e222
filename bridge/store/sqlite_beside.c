/* SPDX-License-Identifier: MIT */
#include "bridge/store/sqlite_p.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the file beside the store ---- */

static char *beside(TALLOC_CTX *ctx, const struct store *s, const char *end)
{
	return mem_printf(ctx, "%s.epoch%s", s->path, end);
}

/* false: there is none, or nothing that can be compared. */
static bool read_beside(const struct store *s, char epoch[STORE_EPOCH + 1],
			int64_t *sequence)
{
	AUTO_MEM char *path = beside(NULL, s, "");
	FILE *file = fopen(path, "re");
	int n;

	if (file == NULL)
		return false;
	n = fscanf(file, "%32[0-9a-f] %" SCNd64, epoch, sequence);
	fclose(file);
	return n == 2;
}

/* What cannot be written is written after the next commit: it only ever lags behind. */
void beside_write(const struct store *s)
{
	AUTO_MEM char *path = beside(NULL, s, ""), *new = NULL;
	FILE *file;
	int fd;

	new = mem_printf(NULL, "%s.epoch.%d", s->path, (int)getpid());
	fd = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	file = fdopen(fd, "w");
	fprintf(file, "%s %" PRId64 "\n", s->epoch, s->sequence);
	if (fclose(file) != 0 || rename(new, path) != 0)
		unlink(new);
}

static struct err *read_own(struct store *s)
{
	struct rows *rows;
	struct err *err = store_query(s, &rows,
				      "SELECT e.value, s.value FROM meta e, meta s"
				      " WHERE e.name = 'epoch' AND s.name = 'sequence'",
				      "");
	bool more = false;

	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err ? err
			   : err_new(ERR_CONFIG, "store \"%s\" has no epoch", s->path);
	snprintf(s->epoch, sizeof s->epoch, "%s", row_text(rows, 0));
	s->sequence = row_int(rows, 1);
	rows_end(rows);
	return NULL;
}

/* The file is read first: a commit between the two can only put the store ahead. */
struct err *beside_check(struct store *s)
{
	char epoch[STORE_EPOCH + 1];
	int64_t sequence;
	bool known = read_beside(s, epoch, &sequence);
	struct err *err = read_own(s);

	if (err || !known)
		return err;
	if (strcmp(epoch, s->epoch) != 0)
		s->was = mem_printf(s,
				    "store \"%s\" is of another epoch than what was last "
				    "written here",
				    s->path);
	else if (sequence > s->sequence)
		s->was = mem_printf(s,
				    "store \"%s\" is older than what was last written: "
				    "change %" PRId64 " of %" PRId64,
				    s->path, s->sequence, sequence);
	s->restored = s->was != NULL;
	return NULL;
}

struct err *beside_count(struct store *s)
{
	struct err *err = store_run(
		s, "UPDATE meta SET value = value + 1 WHERE name = 'sequence'", "");

	return err ? err : read_own(s);
}

const char *store_epoch(const struct store *s)
{
	return s->epoch;
}

const char *store_restored(const struct store *s)
{
	return s->was;
}

struct err *store_accept(struct store *s)
{
	uint8_t bytes[STORE_EPOCH / 2];
	AUTO_MEM char *epoch = NULL;

	random_bytes(bytes, sizeof bytes);
	epoch = hex_of(NULL, bytes, sizeof bytes);
	return store_run(s, "UPDATE meta SET value = ?1 WHERE name = 'epoch'", "t",
			 epoch);
}

/* ---- a copy of the file ---- */

static struct err *copy_pages(struct store *s, sqlite3 *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", s->db, "main");
	int rc;

	if (backup == NULL)
		return store_classify(s, sqlite3_errcode(to));
	do {
		rc = sqlite3_backup_step(backup, 1024);
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
			sqlite3_sleep(10);
	} while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
	sqlite3_backup_finish(backup);
	return rc == SQLITE_DONE ? NULL : store_classify(s, rc);
}

struct err *store_backup(struct store *s, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct err *err;
	sqlite3 *to;

	if (fd < 0)
		return err_hint(
			err_new(ERR_CONFIG, "backup \"%s\": %s", path, strerror(errno)),
			"Name a file that is not there yet, in a directory that "
			"this user may write.");
	close(fd);
	if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		sqlite3_close(to);
		return err_new(ERR_LATER, "backup \"%s\" cannot be opened", path);
	}
	err = copy_pages(s, to);
	if (err == NULL &&
	    sqlite3_exec(to, "PRAGMA journal_mode=DELETE; PRAGMA quick_check", NULL, NULL,
			 NULL) != SQLITE_OK)
		err = err_new(ERR_LATER, "backup \"%s\": %s", path, sqlite3_errmsg(to));
	sqlite3_close(to);
	if (err)
		unlink(path);
	return err ? err_wrap(err, "backup \"%s\"", path) : NULL;
}
