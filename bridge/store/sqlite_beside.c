/* SPDX-License-Identifier: MIT */
#include "bridge/store/sqlite_p.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BESIDE_MAX = 128, BESIDE_FLAGS = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK };

/* What stands beside a store. */
struct beside {
	bool there;
	const char *wrong; /* why it cannot be read, or NULL */
	char epoch[STORE_EPOCH + 1];
	int64_t sequence;
};

static char *path_of(TALLOC_CTX *ctx, const struct store *s)
{
	return mem_printf(ctx, "%s.epoch", s->path);
}

static void parse(const char *text, struct beside *b)
{
	int end = 0;

	if (sscanf(text, "%32[0-9a-f] %" SCNd64 "%n", b->epoch, &b->sequence, &end) !=
		    2 ||
	    strlen(b->epoch) != STORE_EPOCH || strcmp(text + end, "\n") != 0)
		b->wrong = "it holds something else";
}

static struct beside read_beside(const struct store *s)
{
	AUTO_MEM char *path = path_of(NULL, s);
	int fd = open(path, O_RDONLY | BESIDE_FLAGS);
	struct beside b = { .there = fd >= 0 || errno != ENOENT };
	char text[BESIDE_MAX + 1];
	ssize_t n;

	if (fd < 0) {
		b.wrong = strerror(errno);
		return b;
	}
	n = pread(fd, text, BESIDE_MAX, 0);
	if (n < 0)
		b.wrong = strerror(errno);
	close(fd);
	if (n < 0)
		return b;
	text[n] = '\0';
	b.there = n > 0;
	parse(text, &b);
	return b;
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

/* What stood there when the store was accepted: whoever did it was killed before that
 * could be written anew. */
static struct err *was_accepted(struct store *s, const struct beside *b, bool *accepted)
{
	AUTO_MEM char *what = mem_printf(NULL, "%s %" PRId64, b->epoch, b->sequence);
	int64_t n;
	struct err *err = store_number(s, &n, 0,
				       "SELECT count(*) FROM meta"
				       " WHERE name = 'accepted' AND value = ?1",
				       "t", what);

	*accepted = err == NULL && n > 0;
	return err;
}

static struct err *compare(struct store *s, const struct beside *b)
{
	bool other = strcmp(b->epoch, s->epoch) != 0, accepted = false;
	struct err *err = NULL;

	mem_free(s->was);
	s->was = NULL;
	if (!b->there)
		return NULL;
	if (b->wrong == NULL && other)
		err = was_accepted(s, b, &accepted);
	if (err || accepted)
		return err;
	if (b->wrong != NULL)
		s->was = mem_printf(s,
				    "store \"%s\" cannot be compared with what was last "
				    "written: \"%s.epoch\": %s",
				    s->path, s->path, b->wrong);
	else if (other)
		s->was = mem_printf(s,
				    "store \"%s\" is of another epoch than what was last "
				    "written here",
				    s->path);
	else if (b->sequence > s->sequence)
		s->was = mem_printf(s,
				    "store \"%s\" is older than what was last written: "
				    "change %" PRId64 " of %" PRId64,
				    s->path, s->sequence, b->sequence);
	return NULL;
}

/* The file is read first: a commit between the two can only put the store ahead, unless
 * it began a new epoch; so what was noticed is looked at twice. */
struct err *beside_check(struct store *s)
{
	struct err *err = NULL;

	for (int i = 0; err == NULL && (i == 0 || (i == 1 && s->was != NULL)); i++) {
		struct beside b = read_beside(s);

		err = read_own(s);
		if (err == NULL)
			err = compare(s, &b);
	}
	return err;
}

struct err *beside_refuse(const struct store *s)
{
	if (s->was == NULL || !s->guarded)
		return NULL;
	return err_hint(err_refused("store-restored", "store-restored: %s", s->was),
			"Plan, to see what would change; then say that it is right: "
			"dirbridge store accept");
}

void beside_look(struct store *s)
{
	if (read_beside(s).there)
		s->was = mem_printf(s, "store \"%s\" is older than what was last written",
				    s->path);
}

/* ---- writing ---- */

/* Whoever can read the store can read what stands beside it. */
static void give_rights(const struct store *s, int fd)
{
	struct stat st;

	if (stat(s->path, &st) != 0)
		return;
	if (fchown(fd, st.st_uid, st.st_gid) == 0 || st.st_uid == geteuid())
		(void)!fchmod(fd, st.st_mode & 0666);
}

/* -1, and errno, when it cannot be written. Empty when it was not there. */
static int open_beside(const struct store *s)
{
	AUTO_MEM char *path = path_of(NULL, s);
	int fd = open(path, O_RDWR | O_CREAT | BESIDE_FLAGS, 0600);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 0)
		give_rights(s, fd);
	return fd;
}

/* In place, at once, and always of one length: who reads it meanwhile reads the one or
 * the other. One after the other, each with what is in the store by then, so that the
 * last to write writes the newest. */
void beside_write(struct store *s)
{
	int fd = s->was == NULL ? open_beside(s) : -1;
	char text[BESIDE_MAX];
	struct err *err;
	int len;

	if (fd < 0)
		return;
	while (flock(fd, LOCK_EX) != 0 && errno == EINTR)
		continue;
	err = read_own(s);
	len = snprintf(text, sizeof text, "%s %019" PRId64 "\n", s->epoch, s->sequence);
	if (err == NULL && pwrite(fd, text, (size_t)len, 0) == len)
		(void)!ftruncate(fd, len);
	err_ignore(err);
	close(fd);
}

struct err *beside_count(struct store *s)
{
	struct err *err = store_run(
		s, "UPDATE meta SET value = value + 1 WHERE name = 'sequence'", "");

	return err ? err : read_own(s);
}

/* ---- epochs ---- */

const char *store_epoch(const struct store *s)
{
	return s->epoch;
}

const char *store_restored(const struct store *s)
{
	return s->was;
}

/* Otherwise the same would be noticed again. */
static struct err *check_rights(const struct store *s)
{
	int fd = open_beside(s);

	if (fd < 0)
		return err_hint(
			err_new(ERR_CONFIG, "\"%s.epoch\": %s", s->path, strerror(errno)),
			"It must be a file that this user can write, in a directory that "
			"this user can write.");
	close(fd);
	return NULL;
}

struct err *store_accept(struct store *s)
{
	AUTO_MEM char *epoch = NULL, *before = NULL;
	struct beside b = read_beside(s);
	uint8_t bytes[STORE_EPOCH / 2];
	struct err *err = check_rights(s);

	random_bytes(bytes, sizeof bytes);
	epoch = hex_of(NULL, bytes, sizeof bytes);
	before = b.there && b.wrong == NULL
			 ? mem_printf(NULL, "%s %" PRId64, b.epoch, b.sequence)
			 : mem_strdup(NULL, "");
	if (err == NULL)
		err = store_run(s, "UPDATE meta SET value = ?1 WHERE name = 'epoch'", "t",
				epoch);
	if (err == NULL)
		err = store_run(
			s,
			"INSERT INTO meta (name, value) VALUES ('accepted', ?1)"
			" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			"t", before);
	s->accepting = err == NULL;
	return err ? err : read_own(s);
}
