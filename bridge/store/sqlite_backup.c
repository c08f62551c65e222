/* SPDX-License-Identifier: MIT */
#include "bridge/store/sqlite_p.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGES_AT_ONCE = 1024 };

/* A backup that is being made. */
struct backup {
	const char *path;
	char *partial;
	int fd; /* of the partial file: its lock says that somebody is at work */
	struct store *to; /* the handle alone, for classifying its errors */
};

static struct err *cannot(const char *path)
{
	return err_hint(err_new(ERR_CONFIG, "backup \"%s\": %s", path, strerror(errno)),
			"Name a file that is not there yet, in a directory that "
			"this user may write.");
}

/* The partial file and what SQLite may have left beside it. */
static void remove_partial(const struct backup *b, bool itself)
{
	static const char *const ends[] = { "-journal", "-wal", "-shm" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		AUTO_MEM char *path = mem_printf(NULL, "%s%s", b->partial, ends[i]);

		unlink(path);
	}
	if (itself)
		unlink(b->partial);
}

/* New, or one that somebody who was killed has left. */
static struct err *open_partial(struct backup *b)
{
	struct stat st, there;

	if (lstat(b->path, &st) == 0) {
		errno = EEXIST;
		return cannot(b->path);
	}
	b->fd = open(b->partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		     0600);
	if (b->fd < 0)
		return cannot(b->partial);
	if (flock(b->fd, LOCK_EX | LOCK_NB) != 0 || fstat(b->fd, &st) != 0 ||
	    lstat(b->partial, &there) != 0 || st.st_ino != there.st_ino) {
		close(b->fd);
		b->fd = -1;
		return err_hint(err_new(ERR_LATER,
					"backup \"%s\": somebody else is making it",
					b->path),
				"Wait until that has ended, or name another file.");
	}
	remove_partial(b, false);
	if (!S_ISREG(st.st_mode) || fchmod(b->fd, 0600) != 0 || ftruncate(b->fd, 0) != 0)
		return cannot(b->partial);
	return NULL;
}

static struct err *open_target(struct backup *b)
{
	int rc = sqlite3_open_v2(b->partial, &b->to->db, SQLITE_OPEN_READWRITE, NULL);

	if (rc != SQLITE_OK)
		return store_classify(b->to, rc);
	sqlite3_extended_result_codes(b->to->db, 1);
	return store_script(b->to, "PRAGMA locking_mode=EXCLUSIVE;"
				   "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF");
}

static struct err *copy_pages(struct store *s, struct store *to)
{
	sqlite3_backup *backup = sqlite3_backup_init(to->db, "main", s->db, "main");
	int rc;

	if (backup == NULL)
		return store_classify(to, sqlite3_errcode(to->db));
	/* Nobody is in its way: the one is read as of one moment, the other is its own.
	 */
	do {
		store_count_write();
		rc = sqlite3_backup_step(backup, PAGES_AT_ONCE);
	} while (rc == SQLITE_OK);
	sqlite3_backup_finish(backup);
	return rc == SQLITE_DONE ? NULL : store_classify(to, rc);
}

/* One file, without a log beside it, and every page of it as it should be. */
static struct err *check_copy(struct store *to)
{
	sqlite3_stmt *stmt = NULL;
	struct err *err = store_script(to, "PRAGMA journal_mode=DELETE");
	int rc = err ? SQLITE_ERROR
		     : sqlite3_prepare_v2(to->db, "PRAGMA quick_check(1)", -1, &stmt,
					  NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (err == NULL && rc != SQLITE_ROW)
		err = store_classify(to, rc);
	if (err == NULL && strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
		err = err_hint(err_new(ERR_CONFIG, "the store is damaged: %s",
				       (const char *)sqlite3_column_text(stmt, 0)),
			       "Restore it from a backup, or name another file.");
	sqlite3_finalize(stmt);
	return err;
}

/* Never over a file that has come meanwhile; where a file system cannot promise that in
 * one step, it can in two. */
static int name_it(const struct backup *b)
{
	if (renameat2(AT_FDCWD, b->partial, AT_FDCWD, b->path, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	return link(b->partial, b->path) == 0 ? unlink(b->partial) : -1;
}

static void keep_the_name(TALLOC_CTX *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? mem_strndup(ctx, path, (size_t)(slash - path) + 1) : NULL;
	int fd = open(folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

static struct err *make(struct store *s, struct backup *b)
{
	int64_t n;
	struct err *err;

	store_count_write();
	err = open_partial(b);
	if (err == NULL)
		err = open_target(b);
	/* The moment is that of the first thing that is read. */
	if (err == NULL)
		err = store_number(s, &n, 0, "SELECT count(*) FROM meta", "");
	if (err == NULL)
		err = copy_pages(s, b->to);
	if (err == NULL)
		err = check_copy(b->to);
	if (sqlite3_close(b->to->db) != SQLITE_OK && err == NULL)
		err = err_new(ERR_BUG, "backup \"%s\" is still in use", b->path);
	store_count_write();
	if (err == NULL && (fsync(b->fd) != 0 || name_it(b) != 0))
		err = cannot(b->path);
	return err;
}

/* For reading, also by a handle that could write: a transaction that writes cannot be
 * copied. */
static struct err *begin(struct store *s)
{
	struct err *err;

	if (s->begun)
		return s->writing
			       ? err_new(ERR_BUG, "a backup in a transaction that writes")
			       : NULL;
	err = store_script(s, "BEGIN");
	s->begun = err == NULL;
	return err;
}

struct err *store_backup(struct store *s, const char *path)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct backup b = { .path = path, .fd = -1 };
	bool begun = s->begun;
	struct err *err = begin(s);

	b.partial = mem_printf(ctx, "%s.partial", path);
	b.to = mem_new(ctx, struct store);
	b.to->path = b.partial;
	if (err == NULL)
		err = make(s, &b);
	if (err && b.fd >= 0)
		remove_partial(&b, true);
	if (!begun)
		store_rollback(s);
	if (err == NULL)
		keep_the_name(ctx, path);
	if (b.fd >= 0)
		close(b.fd);
	return err;
}
