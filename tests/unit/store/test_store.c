/* SPDX-License-Identifier: MIT */
#include "bridge/store/store.h"
#include "tests/unit/store/scratch.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

struct place {
	const char *dir, *file, *url;
};

static struct place place_new(TALLOC_CTX *ctx)
{
	struct place p = { .dir = scratch_new(ctx) };

	p.file = mem_printf(ctx, "%s/console.db", p.dir);
	p.url = mem_printf(ctx, "sqlite:%s", p.file);
	return p;
}

static struct store *make(TALLOC_CTX *ctx, const struct place *p)
{
	struct store *store;

	assert_ok(store_open(ctx, p->url, STORE_CREATE, &store));
	assert_ok(store_commit(store));
	return store;
}

static struct store *open_store(TALLOC_CTX *ctx, const struct place *p,
				enum store_mode mode)
{
	struct store *store;

	assert_ok(store_open(ctx, p->url, mode, &store));
	return store;
}

static struct err *put(struct store *store, const char *name, const char *value)
{
	return store_run(store, "INSERT INTO meta (name, value) VALUES (?1, ?2)", "tb",
			 name, value, strlen(value));
}

static int64_t count(struct store *store)
{
	int64_t n = -1;

	assert_ok(store_number(store, &n, 0,
			       "SELECT count(*) FROM meta"
			       " WHERE name NOT IN ('epoch', 'sequence', 'erase-key')",
			       ""));
	return n;
}

/* ---- opening --------------------------------------------------------------------------
 */

static void test_a_store_is_made_once_and_for_its_user_only(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);
	struct stat st;

	assert_int_equal(count(store), 0);
	assert_int_equal(stat(p.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_err(store_open(ctx, p.url, STORE_CREATE, &store), ERR_CONFIG,
		   "is there already");
	assert_int_equal(count(open_store(ctx, &p, STORE_WRITE)), 0);
	assert_int_equal(count(open_store(ctx, &p, STORE_READ)), 0);
}

static void test_a_plain_path_means_sqlite(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);

	assert_ok(put(store, "a", "1"));
	assert_ok(store_open(ctx, p.file, STORE_READ, &store));
	assert_int_equal(count(store), 1);
}

static void test_a_kind_that_is_not_built_in(void **state)
{
	struct store *store;

	assert_err(store_open(*state, "postgresql://db/console", STORE_READ, &store),
		   ERR_CONFIG, "not built in");
}

static void test_no_store_there(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;

	assert_err(store_open(ctx, p.url, STORE_READ, &store), ERR_CONFIG,
		   "No such file");
	assert_err(store_open(ctx, p.url, STORE_WRITE, &store), ERR_CONFIG,
		   "dirbridge store init");
	assert_int_equal(access(p.file, F_OK), -1);
}

static void test_no_directory_there(void **state)
{
	struct store *store;

	assert_err(store_open(*state, "/nonexistent/console.db", STORE_CREATE, &store),
		   ERR_CONFIG, "No such file");
}

static void write_file(const char *path, const char *text, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
}

static void test_not_a_database(void **state)
{
	static const char text[4096] = "people: [ada, bo]\n";
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;

	write_file(p.file, text, sizeof text);
	assert_err(store_open(ctx, p.url, STORE_READ, &store), ERR_CONFIG,
		   "not a database");
	assert_err(store_open(ctx, p.url, STORE_WRITE, &store), ERR_CONFIG, "backup");
}

static void test_a_database_that_is_no_console(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;

	write_file(p.file, "", 0);
	assert_err(store_open(ctx, p.url, STORE_WRITE, &store), ERR_CONFIG,
		   "holds no console");
}

static void test_a_newer_schema(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);

	assert_ok(store_run(store, "PRAGMA user_version = 9999", ""));
	mem_free(store);
	assert_err(store_open(ctx, p.url, STORE_READ, &store), ERR_CONFIG,
		   "newer than this program's");
}

/* Root writes anywhere, so a child does it that is nobody. Exit code: 0 as it should be.
 */
static void child_without_rights(const struct place *p, enum store_mode mode)
{
	struct store *store;
	struct err *err;

	if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
		_exit(9);
	err = store_open(NULL, p->url, mode, &store);
	_exit(err == NULL || err_class(err) != ERR_CONFIG ||
	      strstr(err_hint_text(err), "writable") == NULL);
}

/* Until it is committed there is no store. */
static void test_a_store_that_was_not_finished(void **state)
{
	TALLOC_CTX *ctx = mem_ctx(*state);
	struct place p = place_new(ctx);
	struct store *store;
	pid_t child;
	int status;

	assert_ok(store_open(ctx, p.url, STORE_CREATE, &store));
	mem_free(store);
	assert_int_not_equal(access(p.file, F_OK), 0);
	child = fork();
	if (child == 0) {
		if (store_open(NULL, p.url, STORE_CREATE, &store) == NULL)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(access(p.file, F_OK), 0);
	assert_err(store_open(ctx, p.url, STORE_READ, &store), ERR_CONFIG, "no console");
	mem_free(make(ctx, &p));
	mem_free(open_store(ctx, &p, STORE_READ));
	mem_free(ctx);
}

static void test_a_directory_that_is_read_only(void **state)
{
	static const enum store_mode modes[] = { STORE_CREATE, STORE_READ, STORE_WRITE };

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		TALLOC_CTX *ctx = mem_ctx(*state);
		struct place p = place_new(ctx);
		int status = -1;
		pid_t child;

		if (modes[i] != STORE_CREATE)
			mem_free(make(ctx, &p));
		chmod(p.file, 0444);
		chmod(p.dir, 0555);
		child = fork();
		if (child == 0)
			child_without_rights(&p, modes[i]);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
		mem_free(ctx);
	}
}

/* ---- reading and writing --------------------------------------------------------------
 */

static void test_F86_a_store_opened_for_reading_refuses_writes(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;

	make(ctx, &p);
	store = open_store(ctx, &p, STORE_READ);
	assert_ok(store_begin(store));
	assert_err(put(store, "a", "1"), ERR_CONFIG, "readonly");
	assert_err(store_run(store, "DELETE FROM meta", ""), ERR_CONFIG, "readonly");
	assert_err(store_run(store, "CREATE TABLE x (y)", ""), ERR_CONFIG, "readonly");
	store_rollback(store);
	assert_int_equal(count(store), 0);
}

static void test_what_is_given_up_was_never_there(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);

	assert_ok(store_begin(store));
	assert_ok(put(store, "a", "1"));
	assert_int_equal(count(store), 1);
	store_rollback(store);
	store_rollback(store);
	assert_int_equal(count(store), 0);
	assert_ok(store_begin(store));
	assert_ok(put(store, "b", "2"));
	assert_ok(store_commit(store));
	assert_int_equal(count(store), 1);
}

static void test_a_reader_sees_one_snapshot(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *writer = make(ctx, &p);
	struct store *reader = open_store(ctx, &p, STORE_READ);

	assert_ok(store_begin(reader));
	assert_int_equal(count(reader), 0);
	assert_ok(store_begin(writer));
	assert_ok(put(writer, "a", "1"));
	assert_ok(store_commit(writer));
	assert_int_equal(count(reader), 0);
	store_rollback(reader);
	assert_ok(store_begin(reader));
	assert_int_equal(count(reader), 1);
	store_rollback(reader);
}

static void test_another_writer_holds_it(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *first = make(ctx, &p);
	struct store *second = open_store(ctx, &p, STORE_WRITE);

	store_set_wait(second, 10);
	assert_ok(store_begin(first));
	assert_err(store_begin(second), ERR_LATER, "another writer");
	assert_int_equal(count(second), 0);
	assert_ok(store_commit(first));
	assert_ok(store_begin(second));
	store_rollback(second);
}

static void test_waiting_for_another_writer_is_no_error(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	int ready[2], status = 0;
	struct store *store;
	pid_t child;
	char c;

	mem_free(make(ctx, &p));
	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		if (store_open(NULL, p.url, STORE_WRITE, &store) != NULL ||
		    store_begin(store) != NULL || write(ready[1], "x", 1) != 1)
			_exit(1);
		usleep(200 * 1000);
		_exit(store_commit(store) != NULL);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	store = open_store(ctx, &p, STORE_WRITE);
	assert_ok(store_begin(store));
	store_rollback(store);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(ready[0]);
	close(ready[1]);
}

/* A write that would make a file longer than this fails, as on a full disk. */
static void test_a_full_disk_is_for_later_and_changes_nothing(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);
	struct rlimit old, limit;
	struct err *err = NULL;

	assert_ok(put(store, "before", "1"));
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 600 * 1024;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	err = store_begin(store);
	for (int i = 0; err == NULL && i < 4; i++)
		err = store_run(store,
				"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
				" FROM n WHERE i < 1000) INSERT INTO meta (name, value)"
				" SELECT 'x' || ?1 || '-' || i, zeroblob(1000) FROM n",
				"i", (int64_t)i);
	if (err == NULL)
		err = store_commit(store);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_err(err, ERR_LATER, "nothing was changed");
	store_rollback(store);
	assert_int_equal(count(store), 1);
	assert_ok(put(store, "after", "1"));
}

/* ---- statements -----------------------------------------------------------------------
 */

static void test_rows_and_their_types(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);
	struct rows *rows;
	const void *blob;
	size_t len;
	bool more;

	assert_ok(store_query(store, &rows, "SELECT ?1, ?2, ?3, ?4, ?5, ?6", "itbnnt",
			      INT64_C(1) << 62, "\xC3\xA4", "a\0b", (size_t)3, INT64_C(0),
			      INT64_C(7), NULL));
	assert_ok(rows_next(rows, &more));
	assert_true(more);
	assert_int_equal(row_int(rows, 0), INT64_C(1) << 62);
	assert_string_equal(row_text(rows, 1), "\xC3\xA4");
	blob = row_blob(rows, 2, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(blob, "a\0b", 3);
	assert_null(row_text(rows, 3));
	assert_int_equal(row_int(rows, 3), 0);
	assert_int_equal(row_int(rows, 4), 7);
	assert_null(row_text(rows, 5));
	assert_ok(rows_next(rows, &more));
	assert_false(more);
}

static void test_a_number_or_its_default(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);
	int64_t n;

	assert_ok(store_number(store, &n, -1, "SELECT 5 WHERE ?1 = 1", "i", INT64_C(1)));
	assert_int_equal(n, 5);
	assert_ok(store_number(store, &n, -1, "SELECT 5 WHERE ?1 = 1", "i", INT64_C(2)));
	assert_int_equal(n, -1);
}

static void test_a_constraint_means_that_the_store_moved(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);

	assert_ok(put(store, "a", "1"));
	assert_int_equal(store_changed(store), 1);
	assert_err(put(store, "a", "2"), ERR_STALE, "plan again");
}

static void test_a_wrong_statement_is_a_bug(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);
	static const char all[] = "SELECT name FROM meta";
	struct rows *rows, *again;

	assert_err(store_run(store, "SELEKT 1", ""), ERR_BUG, "SELEKT");
	assert_ok(put(store, "a", "1"));
	assert_ok(store_query(store, &rows, all, ""));
	assert_err(store_query(store, &again, all, ""), ERR_BUG, "running");
	rows_end(rows);
	rows_end(NULL);
	assert_ok(store_query(store, &rows, all, ""));
	rows_end(rows);
}

/* ---- killed anywhere ------------------------------------------------------------------
 */

/* Stops before the n-th writing statement: BEGIN, two INSERTs, the count, COMMIT. */
static void child_writes(const struct place *p, uint64_t n)
{
	struct store *store;

	if (store_open(NULL, p->url, STORE_WRITE, &store) != NULL)
		_exit(9);
	store_stop_at(store_stop_at(0) + n);
	if (store_begin(store) != NULL || put(store, "a", "1") != NULL ||
	    put(store, "b", "2") != NULL || store_commit(store) != NULL)
		_exit(9);
	_exit(0);
}

static void test_killed_at_any_write_the_store_is_before_or_after(void **state)
{
	for (uint64_t n = 1; n <= 6; n++) {
		TALLOC_CTX *ctx = mem_ctx(*state);
		struct place p = place_new(ctx);
		int status = 0;
		pid_t child;

		mem_free(make(ctx, &p));
		child = fork();
		if (child == 0)
			child_writes(&p, n);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0,
				 n <= 5 ? SIGKILL : 0);
		assert_int_equal(count(open_store(ctx, &p, STORE_WRITE)), n <= 5 ? 0 : 2);
		mem_free(ctx);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_store_is_made_once_and_for_its_user_only),
		TEST(test_a_plain_path_means_sqlite),
		TEST(test_a_kind_that_is_not_built_in),
		TEST(test_no_store_there),
		TEST(test_no_directory_there),
		TEST(test_not_a_database),
		TEST(test_a_database_that_is_no_console),
		TEST(test_a_newer_schema),
		TEST(test_a_store_that_was_not_finished),
		TEST(test_a_directory_that_is_read_only),
		TEST(test_F86_a_store_opened_for_reading_refuses_writes),
		TEST(test_what_is_given_up_was_never_there),
		TEST(test_a_reader_sees_one_snapshot),
		TEST(test_another_writer_holds_it),
		TEST(test_waiting_for_another_writer_is_no_error),
		TEST(test_a_full_disk_is_for_later_and_changes_nothing),
		TEST(test_rows_and_their_types),
		TEST(test_a_number_or_its_default),
		TEST(test_a_constraint_means_that_the_store_moved),
		TEST(test_a_wrong_statement_is_a_bug),
		TEST(test_killed_at_any_write_the_store_is_before_or_after),
	};
	return test_main(tests);
}
