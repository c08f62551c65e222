/* SPDX-License-Identifier: MIT */
#include "bridge/store/sqlite_p.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who upgrades stands before it, and is told at once who is in the way. */
enum { WAIT_MS = 30 * 1000, UPGRADE_WAIT_MS = 1000 };

void store_remove_file(struct store *s)
{
	static const char *const ends[] = { "-wal", "-shm", "" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		AUTO_MEM char *path = mem_printf(NULL, "%s%s", s->path, ends[i]);

		unlink(path);
	}
}

/* An empty file that was made here, and that nobody has written to since. */
static void remove_empty(const struct store *s)
{
	struct stat st;

	if (stat(s->path, &st) == 0 && st.st_size == 0)
		unlink(s->path);
}

/* The last who closes a store takes away, by its name, what stands beside it: not when
 * another store may have that name by now. */
static int store_close(struct store *s)
{
	int yes = 1;

	for (uint32_t i = 0; i < s->n; i++)
		sqlite3_finalize(s->rows[i]->stmt);
	if (s->db != NULL) {
		store_rollback(s);
		if (store_has_moved(s))
			sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL,
					     &yes);
	}
	sqlite3_close(s->db);
	if (s->made)
		remove_empty(s);
	return 0;
}

static const char *const *const steps[STORE_SCHEMA] = { &store_schema_sqlite,
							&store_schema_sqlite_2 };

/* From version from to this program's. */
static struct err *migrate(struct store *s, int64_t from)
{
	struct err *err = NULL;

	for (int64_t i = from; err == NULL && i < STORE_SCHEMA; i++)
		err = store_script_slowly(s, *steps[i]);
	return err;
}

static struct err *check_schema(struct store *s, enum store_mode mode)
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
	if (version < STORE_SCHEMA && mode != STORE_UPGRADE && mode != STORE_LOOK)
		return err_hint(err_new(ERR_CONFIG,
					"store \"%s\" has schema %lld, older than this "
					"program's %d",
					s->path, (long long)version, STORE_SCHEMA),
				"Save a copy, then: dirbridge store upgrade");
	return NULL;
}

static struct err *is_there_already(const struct store *s)
{
	return err_hint(err_new(ERR_CONFIG, "store \"%s\" is there already", s->path),
			"Name another file, or use what is there.");
}

/* Somebody else may have made it meanwhile: only who holds the lock can tell. */
static struct err *create(struct store *s)
{
	int64_t n = 0;
	struct err *err = store_script(s, "PRAGMA journal_mode=WAL");

	if (err == NULL)
		err = store_begin(s);
	if (err == NULL)
		err = store_number(s, &n, 0, "SELECT count(*) FROM sqlite_schema", "");
	if (err == NULL && n > 0)
		err = is_there_already(s);
	if (err)
		return err;
	s->unborn = true;
	return migrate(s, 0);
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

	s->made = fd >= 0;
	if (fd < 0 && errno == EEXIST) {
		if (is_unused(s->path) && chmod(s->path, 0600) == 0)
			fd = open(s->path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		else
			errno = EEXIST;
	}
	if (fd >= 0) {
		close(fd);
		return NULL;
	}
	if (errno == EEXIST)
		return is_there_already(s);
	return err_hint(err_new(ERR_CONFIG, "store \"%s\": %s", s->path, strerror(errno)),
			"Its directory must be there, and writable by this user.");
}

static bool is_reading(enum store_mode mode)
{
	return mode == STORE_READ || mode == STORE_LOOK;
}

/* Tables are made anew with foreign keys off; and while nobody else has the store open,
 * who might go on with statements that were meant for the old ones. */
static struct err *set_up(struct store *s, enum store_mode mode)
{
	struct err *err = store_script(s, mode == STORE_CREATE || mode == STORE_UPGRADE
						  ? "PRAGMA foreign_keys=OFF"
						  : "PRAGMA foreign_keys=ON");

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, mode == STORE_UPGRADE ? UPGRADE_WAIT_MS : WAIT_MS);
	if (err == NULL && mode == STORE_UPGRADE)
		err = store_script(s, "PRAGMA locking_mode=EXCLUSIVE");
	if (err == NULL)
		err = store_script(s,
				   "PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL");
	if (err == NULL)
		err = store_script(
			s, is_reading(mode)
				   ? "PRAGMA query_only=ON; PRAGMA cache_size=-8192"
				   : "PRAGMA cache_size=-65536");
	return err;
}

/* A backup is one file, so it keeps no log. Who is read meanwhile keeps none either,
 * until it is opened the next time. */
static void keep_a_log(struct store *s)
{
	sqlite3_busy_timeout(s->db, 0);
	sqlite3_exec(s->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
	sqlite3_busy_timeout(s->db, WAIT_MS);
}

/* Was it restored? Who writes must know before. */
static struct err *check_epoch(struct store *s, enum store_mode mode)
{
	struct err *err = beside_check(s);

	if (err || is_reading(mode))
		return err;
	s->guarded = mode == STORE_WRITE;
	err = beside_refuse(s);
	if (err == NULL)
		keep_a_log(s);
	return err;
}

static struct err *open_file(struct store *s, enum store_mode mode)
{
	struct err *err = NULL;
	int rc;

	if (mode == STORE_CREATE)
		err = create_file(s);
	else if (access(s->path, F_OK) != 0)
		err = err_hint(
			err_new(ERR_CONFIG, "store \"%s\": %s", s->path, strerror(errno)),
			"Make one with: dirbridge store init");
	if (err)
		return err;
	rc = sqlite3_open_v2(
		s->path, &s->db,
		is_reading(mode) ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE, NULL);
	if (rc != SQLITE_OK)
		return store_classify(s, rc);
	err = set_up(s, mode);
	if (err == NULL)
		err = mode == STORE_CREATE ? create(s) : check_schema(s, mode);
	if (err == NULL && mode == STORE_UPGRADE)
		beside_look(s);
	if (err == NULL && mode != STORE_UPGRADE && mode != STORE_CREATE &&
	    mode != STORE_LOOK)
		err = check_epoch(s, mode);
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
	s->writing = !is_reading(mode);
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

/* Foreign keys are off while tables are made anew; nothing may be left dangling. */
static struct err *check_references(struct store *s)
{
	int64_t dangling;
	struct err *err = store_number(
		s, &dangling, 0, "SELECT count(*) FROM pragma_foreign_key_check", "");

	if (err || dangling == 0)
		return err;
	return err_new(ERR_BUG, "store \"%s\": %lld rows would refer to nothing", s->path,
		       (long long)dangling);
}

static struct err *version_of(struct store *s, int64_t *version)
{
	return store_number(s, version, 0, "PRAGMA user_version", "");
}

static struct err *look_at_version(const char *url, int64_t *version)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *s;
	struct err *err = store_open(ctx, url, STORE_LOOK, &s);

	return err ? err : version_of(s, version);
}

struct err *store_upgrade(const char *url, bool only_look, int64_t *from)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *s;
	struct err *err = look_at_version(url, from);

	if (err || only_look || *from == STORE_SCHEMA)
		return err;
	err = store_open(ctx, url, STORE_UPGRADE, &s);
	if (err == NULL)
		err = store_begin(s);
	if (err == NULL)
		err = version_of(s, from);
	if (err || *from == STORE_SCHEMA)
		return err;
	err = migrate(s, *from);
	if (err == NULL)
		err = check_references(s);
	return err ? err : store_commit(s);
}
