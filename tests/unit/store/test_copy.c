/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/store/store.h"
#include "tests/unit/store/old.h"
#include "tests/unit/store/raw.h"

enum { NOBODY = 65534, MANY = 1000 };

/* One that has a row in every table. */
static struct place full(TALLOC_CTX *ctx)
{
	struct place p = place_new(ctx);
	int64_t from;

	old_store(p.file, "root");
	assert_ok(store_upgrade(p.file, false, &from));
	raw_run(p.file, old_store_more);
	return p;
}

static char *schema(TALLOC_CTX *ctx, const char *file)
{
	return raw_rows(ctx, file,
			"SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2");
}

/* ---- what is copied ---- */

static void test_every_table_row_by_row(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	char **tables = raw_tables(ctx, from.file);
	struct store_copied copied;
	int64_t rows = 0;
	size_t n = 0;

	for (; tables[n] != NULL; n++) {
		int64_t here = raw_number(
			from.file, mem_printf(ctx, "SELECT count(*) FROM %s", tables[n]));

		if (here == 0)
			fail_msg("nothing is in %s", tables[n]);
		rows += here;
	}
	assert_ok(store_copy(from.file, to.file, &copied));
	assert_int_equal(copied.tables, n);
	assert_int_equal(copied.rows, rows);
	assert_string_equal(raw_dump(ctx, to.file), raw_dump(ctx, from.file));
	assert_string_equal(schema(ctx, to.file), schema(ctx, from.file));
}

static void test_it_goes_on_where_the_old_one_ends(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	struct store *old, *new;
	struct store_copied copied;
	struct stat st;

	assert_ok(store_copy(from.file, to.file, &copied));
	assert_int_equal(stat(to.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_ok(store_open(ctx, from.file, STORE_READ, &old));
	assert_ok(store_open(ctx, to.file, STORE_WRITE, &new));
	assert_string_equal(store_epoch(new), store_epoch(old));
	assert_null(store_restored(new));
	assert_ok(store_begin(new));
	assert_err(store_run(new, "DELETE FROM security_group", ""), ERR_STALE,
		   "FOREIGN KEY");
	store_rollback(new);
}

/* A process that commits two rows at a time many times, or until it is told to stop; it
 * tells of its first. */
static void write_on(const char *file, int ready, int stop)
{
	struct store *store;
	struct err *err = store_open(NULL, file, STORE_WRITE, &store);
	char c;

	fcntl(stop, F_SETFL, O_NONBLOCK);
	for (int64_t i = 0; err == NULL && i < MANY && read(stop, &c, 1) != 0; i += 2) {
		err = store_begin(store);
		for (int64_t j = 0; err == NULL && j < 2; j++)
			err = store_run(store, "INSERT INTO erased VALUES (?1, 7)", "i",
					i + j);
		if (err == NULL)
			err = store_commit(store);
		if (i == 0 && write(ready, "x", 1) != 1)
			_exit(9);
	}
	CHILD_ENDS(err);
}

static void test_while_others_write_it_is_of_one_moment(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx);
	int ready[2], stop[2];
	pid_t child;
	char c;

	assert_int_equal(pipe(ready) | pipe(stop), 0);
	child = fork();
	if (child == 0) {
		close(stop[1]);
		write_on(from.file, ready[1], stop[0]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	for (int i = 0; i < 3; i++) {
		struct place to = place_new(ctx);
		struct store_copied copied;
		int64_t n;

		assert_ok(store_copy(from.file, to.file, &copied));
		n = raw_number(to.file, "SELECT count(*) FROM erased WHERE at = 7");
		assert_true(n >= 2);
		assert_int_equal(n % 2, 0);
	}
	close(stop[1]);
	assert_int_equal(child_end(child), 0);
	close(stop[0]);
	close(ready[0]);
}

/* ---- the digest ---- */

static void assert_digest(const char *file, const uint8_t wanted[HASH_SIZE], bool same)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct place to = place_new(ctx);
	struct store_copied copied;

	assert_ok(store_copy(file, to.file, &copied));
	assert_int_equal(memcmp(copied.digest, wanted, HASH_SIZE) == 0, same);
}

static void test_the_digest_is_of_what_is_there(void **state)
{
	static const char *const changes[] = {
		"UPDATE giver SET valid_from = 1001 WHERE role_id = 1",
		"UPDATE mirror SET entry = x'00' WHERE entry = x''",
		"UPDATE licence SET valid_to = valid_to + 1",
		"DELETE FROM erased",
		"UPDATE subject SET name = NULL WHERE id = 2",
		"UPDATE subject SET name = '' WHERE id = 2",
		"UPDATE subject SET name = x'' WHERE id = 2",
	};
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx), same = place_new(ctx);
	struct store_copied copied;

	assert_ok(store_copy(from.file, to.file, &copied));
	assert_digest(from.file, copied.digest, true);
	file_copy(from.file, same.file);
	assert_digest(same.file, copied.digest, true);
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		raw_run(from.file, changes[i]);
		assert_digest(from.file, copied.digest, false);
		assert_ok(store_copy(from.file, mem_printf(ctx, "%s.%zu", to.file, i),
				     &copied));
	}
}

/* A number with a fraction, which no code of ours has written. */
static void test_what_cannot_be_copied_as_it_is_is_refused(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	struct store_copied copied;

	raw_run(from.file, "UPDATE run SET started = 1500.5");
	assert_err(store_copy(from.file, to.file, &copied), ERR_BUG, "run");
	assert_string_equal(folder_names(ctx, to.dir), "");
}

static void test_a_row_that_no_store_takes_ends_it(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	struct store_copied copied;

	raw_run(from.file, "PRAGMA ignore_check_constraints=ON;"
			   "UPDATE given SET state = 'lost' WHERE state = 'given'");
	assert_err(store_copy(from.file, to.file, &copied), ERR_STALE, "CHECK");
	assert_string_equal(folder_names(ctx, to.dir), "");
}

/* ---- what is not begun ---- */

static void test_never_over_anything(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = full(ctx);
	struct store_copied copied;
	char *there = raw_dump(ctx, to.file);

	assert_err(store_copy(from.file, to.file, &copied), ERR_CONFIG, "there already");
	assert_err(store_copy(from.file, from.file, &copied), ERR_CONFIG,
		   "there already");
	assert_string_equal(raw_dump(ctx, to.file), there);
	file_write(to.file, "a text that is no store, of somebody else\n", 42);
	assert_err(store_copy(from.file, to.file, &copied), ERR_CONFIG, "there already");
	assert_string_equal(file_read(ctx, to.file, &(size_t){ 0 }),
			    "a text that is no store, of somebody else\n");
}

static void test_no_place_for_it(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	struct store_copied copied;
	pid_t child;

	assert_err(store_copy(from.file, "/nonexistent/console.db", &copied), ERR_CONFIG,
		   "Its directory must be there");
	assert_err(store_copy(from.file, "postgresql://db/console", &copied), ERR_CONFIG,
		   "not built in");
	assert_err(store_copy("/nonexistent/console.db", to.file, &copied), ERR_CONFIG,
		   "No such file");
	chmod(to.dir, 0555);
	chmod(from.dir, 0777);
	chmod(from.file, 0666);
	child = fork();
	if (child == 0) {
		struct err *err;

		if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(9);
		err = store_copy(from.file, to.file, &copied);
		_exit(err == NULL || strstr(err_text(err), "Permission denied") == NULL);
	}
	assert_int_equal(child_end(child), 0);
	assert_string_equal(folder_names(ctx, to.dir), "");
}

/* The copy would begin a life without anybody having seen what it is missing. */
static void test_not_of_one_that_was_restored(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	struct store_copied copied;
	struct err *err;

	file_write(from.epoch, "00112233445566778899aabbccddeeff 0000000000000000009\n",
		   53);
	err = store_copy(from.file, to.file, &copied);
	assert_non_null(err);
	assert_string_equal(err_code(err), "store-restored");
	assert_int_equal(err_exit_code(err), 5);
	err_free(err);
	assert_string_equal(folder_names(ctx, to.dir), "");
}

/* ---- killed anywhere ---- */

static int copy_and_kill(const char *from, const char *to, uint64_t n)
{
	pid_t child = fork();
	struct store_copied copied;

	if (child == 0) {
		store_stop_at(store_stop_at(0) + n);
		CHILD_ENDS(store_copy(from, to, &copied));
	}
	return child_end(child);
}

/* What is left then is no store, and in nobody's way. */
static void test_killed_at_any_write_there_is_no_new_store(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place from = full(ctx), to = place_new(ctx);
	char *dump = raw_dump(ctx, from.file);
	struct store *store;
	uint64_t n = 1;
	int end;

	while ((end = copy_and_kill(from.file, to.file, n)) == -SIGKILL) {
		assert_err(store_open(ctx, to.file, STORE_READ, &store), ERR_CONFIG, "");
		assert_false(file_is_there(to.epoch));
		n++;
	}
	assert_int_equal(end, 0);
	assert_true(n > 100);
	assert_string_equal(raw_dump(ctx, from.file), dump);
	assert_string_equal(raw_dump(ctx, to.file), dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_table_row_by_row),
		TEST(test_it_goes_on_where_the_old_one_ends),
		TEST(test_while_others_write_it_is_of_one_moment),
		TEST(test_the_digest_is_of_what_is_there),
		TEST(test_what_cannot_be_copied_as_it_is_is_refused),
		TEST(test_a_row_that_no_store_takes_ends_it),
		TEST(test_never_over_anything),
		TEST(test_no_place_for_it),
		TEST(test_not_of_one_that_was_restored),
		TEST(test_killed_at_any_write_there_is_no_new_store),
	};
	return test_main(tests);
}
