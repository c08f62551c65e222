/* SPDX-License-Identifier: MIT */
#include "bridge/store/store.h"
#include "tests/unit/store/raw.h"
#include <sys/file.h>

enum { NOBODY = 65534 };

static struct store *make(TALLOC_CTX *ctx, const struct place *p)
{
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_CREATE, &store));
	assert_ok(store_commit(store));
	return store;
}

static struct store *open_store(TALLOC_CTX *ctx, const struct place *p,
				enum store_mode mode)
{
	struct store *store;

	assert_ok(store_open(ctx, p->file, mode, &store));
	return store;
}

/* A commit that writes two rows, for whoever asks whether it is there whole. */
static struct err *write_pair(struct store *store, int64_t i)
{
	struct err *err = store_begin(store);

	if (err == NULL)
		err = store_run(store,
				"INSERT INTO meta (name, value) VALUES ('a' || ?1, ?1)",
				"i", i);
	if (err == NULL)
		err = store_run(store,
				"INSERT INTO meta (name, value) VALUES ('b' || ?1,"
				" zeroblob(5000))",
				"i", i);
	return err ? err : store_commit(store);
}

#define PAIRS(letter) "SELECT count(*) FROM meta WHERE name GLOB '" letter "[0-9]*'"

static void test_a_store_of_its_own(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	struct store *store = make(ctx, &p), *copy;
	struct stat st;

	assert_ok(write_pair(store, 1));
	assert_ok(store_backup(store, saved.file));
	assert_int_equal(stat(saved.file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_string_equal(folder_names(ctx, saved.dir), "console.db\n");
	assert_string_equal(raw_dump(ctx, saved.file), raw_dump(ctx, p.file));
	copy = open_store(ctx, &saved, STORE_READ);
	assert_string_equal(store_epoch(copy), store_epoch(store));
	mem_free(copy);
	copy = open_store(ctx, &saved, STORE_WRITE);
	assert_ok(write_pair(copy, 2));
	assert_int_equal(raw_number(p.file, PAIRS("a")), 1);
}

/* A process that commits until it is told to stop; it tells of its first. */
static void write_on(const struct place *p, int ready, int stop)
{
	struct store *store;
	struct err *err = store_open(NULL, p->file, STORE_WRITE, &store);
	char c;

	fcntl(stop, F_SETFL, O_NONBLOCK);
	for (int64_t i = 1; err == NULL && read(stop, &c, 1) != 0; i++) {
		err = write_pair(store, i);
		if (i == 1 && write(ready, "x", 1) != 1)
			_exit(9);
	}
	CHILD_ENDS(err);
}

static void test_while_others_write_it_is_of_one_moment(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store = make(ctx, &p);
	int ready[2], stop[2];
	int64_t last = 0;
	pid_t child;
	char c;

	assert_int_equal(pipe(ready) | pipe(stop), 0);
	mem_free(store);
	child = fork();
	if (child == 0) {
		close(stop[1]);
		write_on(&p, ready[1], stop[0]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	for (int i = 0; i < 5; i++) {
		struct place saved = place_new(ctx);
		int64_t n, now;

		store = open_store(ctx, &p, STORE_READ);
		assert_ok(store_backup(store, saved.file));
		n = raw_number(saved.file, PAIRS("a"));
		assert_int_equal(raw_number(saved.file, PAIRS("b")), n);
		assert_int_equal(raw_number(saved.file, "SELECT value FROM meta"
							" WHERE name = 'sequence'"),
				 n + 1);
		assert_true(n >= last && n > 0);
		last = n;
		/* Somebody has gone on meanwhile. */
		do {
			assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
			assert_ok(store_number(store, &now, 0, PAIRS("a"), ""));
		} while (now <= n);
		mem_free(store);
	}
	close(stop[1]);
	assert_int_equal(child_end(child), 0);
	close(stop[0]);
	close(ready[0]);
}

static void test_of_what_a_transaction_sees(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	struct store *writer = make(ctx, &p), *reader = open_store(ctx, &p, STORE_READ);
	int64_t n;

	assert_ok(store_begin(reader));
	assert_ok(store_number(reader, &n, -1, PAIRS("a"), ""));
	assert_ok(write_pair(writer, 1));
	assert_ok(store_backup(reader, saved.file));
	assert_int_equal(raw_number(saved.file, PAIRS("a")), 0);
	assert_ok(store_number(reader, &n, -1, PAIRS("a"), ""));
	assert_int_equal(n, 0);
	store_rollback(reader);
	/* What is not committed yet is nobody's to save. */
	assert_ok(store_begin(writer));
	assert_err(store_backup(writer, mem_printf(ctx, "%s.2", saved.file)), ERR_BUG,
		   "that writes");
	store_rollback(writer);
	assert_string_equal(folder_names(ctx, saved.dir), "console.db\n");
}

/* ---- what is not begun ---- */

static void test_never_over_anything(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	struct store *store = make(ctx, &p);
	char *dump = raw_dump(ctx, p.file);

	file_write(saved.file, "somebody else's", 15);
	assert_err(store_backup(store, saved.file), ERR_CONFIG, "File exists");
	assert_string_equal(file_read(ctx, saved.file, &(size_t){ 0 }),
			    "somebody else's");
	assert_err(store_backup(store, p.file), ERR_CONFIG, "File exists");
	unlink(saved.file);
	assert_int_equal(symlink("/nonexistent", saved.file), 0);
	assert_err(store_backup(store, saved.file), ERR_CONFIG, "File exists");
	assert_string_equal(folder_names(ctx, saved.dir), "console.db\n");
	assert_string_equal(raw_dump(ctx, p.file), dump);
}

static void test_no_place_for_it(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	struct store *store = make(ctx, &p);
	pid_t child;

	assert_err(store_backup(store, "/nonexistent/saved.db"), ERR_CONFIG,
		   "No such file");
	chmod(saved.dir, 0555);
	child = fork();
	if (child == 0) {
		struct err *err;

		if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(9);
		err = store_backup(store, saved.file);
		_exit(err == NULL || err_class(err) != ERR_CONFIG ||
		      strstr(err_hint_text(err), "may write") == NULL);
	}
	assert_int_equal(child_end(child), 0);
	assert_string_equal(folder_names(ctx, saved.dir), "");
}

static void test_two_at_once_under_one_name(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	struct store *store = make(ctx, &p);
	char *partial = mem_printf(ctx, "%s.partial", saved.file);
	int fd = open(partial, O_RDWR | O_CREAT, 0600);

	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_err(store_backup(store, saved.file), ERR_LATER, "somebody else");
	assert_true(file_is_there(partial));
	close(fd);
	assert_ok(store_backup(store, saved.file));
	assert_string_equal(folder_names(ctx, saved.dir), "console.db\n");
}

/* The page of a table is not what SQLite has written. */
static void test_a_damaged_store_is_not_saved_as_if_it_were_whole(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	char noise[4096];
	int64_t page;
	int fd;

	mem_free(make(ctx, &p));
	page = raw_number(p.file,
			  "SELECT rootpage - 1 FROM sqlite_schema WHERE name = 'audit'");
	memset(noise, 0xa5, sizeof noise);
	fd = open(p.file, O_RDWR);
	assert_int_equal(pwrite(fd, noise, sizeof noise, page * 4096), sizeof noise);
	close(fd);
	assert_err(store_backup(open_store(ctx, &p, STORE_READ), saved.file), ERR_CONFIG,
		   "Restore it from a backup");
	assert_string_equal(folder_names(ctx, saved.dir), "");
}

/* ---- killed anywhere ---- */

static int back_up_and_kill(const struct place *p, const char *path, uint64_t n)
{
	pid_t child = fork();
	struct store *store;

	if (child == 0) {
		if (store_open(NULL, p->file, STORE_READ, &store) != NULL)
			_exit(9);
		store_stop_at(store_stop_at(0) + n);
		CHILD_ENDS(store_backup(store, path));
	}
	return child_end(child);
}

static void test_killed_anywhere_there_is_no_backup_or_a_whole_one(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	char *dump;
	uint64_t n = 1;
	int end;

	mem_free(make(ctx, &p));
	dump = raw_dump(ctx, p.file);
	while ((end = back_up_and_kill(&p, saved.file, n)) == -SIGKILL) {
		assert_false(file_is_there(saved.file));
		n++;
	}
	assert_int_equal(end, 0);
	assert_true(n > 2);
	assert_string_equal(folder_names(ctx, saved.dir), "console.db\n");
	assert_string_equal(raw_dump(ctx, saved.file), dump);
	assert_string_equal(raw_dump(ctx, p.file), dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_store_of_its_own),
		TEST(test_while_others_write_it_is_of_one_moment),
		TEST(test_of_what_a_transaction_sees),
		TEST(test_never_over_anything),
		TEST(test_no_place_for_it),
		TEST(test_two_at_once_under_one_name),
		TEST(test_a_damaged_store_is_not_saved_as_if_it_were_whole),
		TEST(test_killed_anywhere_there_is_no_backup_or_a_whole_one),
	};
	return test_main(tests);
}
