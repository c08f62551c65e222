/* SPDX-License-Identifier: MIT */
#include "bridge/store/store.h"
#include "tests/unit/store/raw.h"

static void make(const struct place *p)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_CREATE, &store));
	assert_ok(store_commit(store));
}

static struct err *open_as(const struct place *p, enum store_mode mode)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;

	return store_open(ctx, p->file, mode, &store);
}

/* One more commit. */
static void change(const struct place *p)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_WRITE, &store));
	assert_ok(store_begin(store));
	assert_ok(store_run(store,
			    "INSERT INTO meta (name, value) VALUES ('seen', 1)"
			    " ON CONFLICT (name) DO UPDATE SET value = value + 1",
			    ""));
	assert_ok(store_commit(store));
}

static char *epoch_of(TALLOC_CTX *ctx, const struct place *p)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct store *store;

	assert_ok(store_open(scratch, p->file, STORE_READ, &store));
	return mem_strdup(ctx, store_epoch(store));
}

/* Reads and notices; does not write; says why, and what to do. */
static void assert_restored(const struct place *p, const char *text)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;
	struct err *err = store_open(ctx, p->file, STORE_WRITE, &store);

	assert_non_null(err);
	assert_string_equal(err_code(err), "store-restored");
	assert_int_equal(err_exit_code(err), 5);
	assert_non_null(strstr(err_hint_text(err), "dirbridge store accept"));
	if (strstr(err_text(err), text) == NULL)
		fail_msg("%s", err_text(err));
	err_free(err);
	assert_ok(store_open(ctx, p->file, STORE_READ, &store));
	assert_non_null(store_restored(store));
	assert_non_null(strstr(store_restored(store), text));
}

static void assert_goes_on(const struct place *p)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_READ, &store));
	assert_null(store_restored(store));
	mem_free(store);
	change(p);
}

/* As a person does. */
static void accept(const struct place *p)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_ACCEPT, &store));
	assert_ok(store_begin(store));
	assert_ok(store_accept(store));
	assert_ok(store_commit(store));
	assert_null(store_restored(store));
}

static void back_up(const struct place *p, const char *path)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_READ, &store));
	assert_ok(store_backup(store, path));
}

/* As the manual says: what has not come to the file yet must not come to this one. */
static void restore(const struct place *p, const char *path)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);

	unlink(mem_printf(ctx, "%s-wal", p->file));
	unlink(mem_printf(ctx, "%s-shm", p->file));
	file_copy(path, p->file);
}

/* ---- what stands beside it ---- */

static void test_every_commit_is_counted_beside_it(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct stat store, beside;
	size_t len;

	make(&p);
	change(&p);
	change(&p);
	assert_string_equal(
		file_read(ctx, p.epoch, &len),
		mem_printf(ctx, "%s 0000000000000000003\n", epoch_of(ctx, &p)));
	assert_int_equal(stat(p.file, &store) | stat(p.epoch, &beside), 0);
	assert_int_equal(beside.st_mode & 0777, store.st_mode & 0777);
	assert_goes_on(&p);
}

static void test_what_is_given_up_is_not_counted(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;
	char *before;
	size_t len;

	make(&p);
	before = file_read(ctx, p.epoch, &len);
	assert_ok(store_open(ctx, p.file, STORE_WRITE, &store));
	assert_ok(store_begin(store));
	assert_ok(store_run(store, "INSERT INTO meta VALUES ('seen', 1)", ""));
	store_rollback(store);
	assert_string_equal(file_read(ctx, p.epoch, &len), before);
	assert_goes_on(&p);
}

static void test_two_who_write_by_turns_notice_nothing(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *one, *two;

	make(&p);
	assert_ok(store_open(ctx, p.file, STORE_WRITE, &one));
	assert_ok(store_open(ctx, p.file, STORE_WRITE, &two));
	for (int i = 0; i < 4; i++) {
		struct store *store = i % 2 ? one : two;

		assert_ok(store_begin(store));
		assert_ok(store_commit(store));
		assert_ok(open_as(&p, STORE_WRITE));
	}
	assert_goes_on(&p);
}

/* ---- restored ---- */

static void test_an_older_copy_is_noticed(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);

	make(&p);
	change(&p);
	back_up(&p, saved.file);
	change(&p);
	restore(&p, saved.file);
	assert_restored(&p, "change 2 of 3");
	assert_restored(&p, "change 2 of 3");
}

static void test_the_newest_copy_is_no_loss(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);

	make(&p);
	change(&p);
	back_up(&p, saved.file);
	restore(&p, saved.file);
	assert_goes_on(&p);
}

static void test_another_store_under_its_name_is_noticed(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), other = place_new(ctx);

	make(&p);
	make(&other);
	change(&other);
	change(&other);
	restore(&p, other.file);
	assert_restored(&p, "another epoch");
}

static void test_a_new_store_in_its_place_begins_anew(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);

	make(&p);
	change(&p);
	unlink(p.file);
	make(&p);
	assert_goes_on(&p);
}

/* Nothing can be compared then, and nobody is kept from work by a lost file. */
static void test_without_the_file_nothing_is_compared(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	size_t len;

	make(&p);
	back_up(&p, saved.file);
	change(&p);
	restore(&p, saved.file);
	unlink(p.epoch);
	assert_goes_on(&p);
	file_write(p.epoch, "", 0);
	assert_goes_on(&p);
	assert_int_equal(strlen(file_read(ctx, p.epoch, &len)), 53);
}

static void test_a_file_that_says_nothing_is_no_leave_to_write(void **state)
{
	static const char *const texts[] = {
		"rubbish\n",
		"00112233445566778899aabbccddeeff\n",
		"00112233445566778899aabbccddeeff 7",
		"00112233445566778899aabbccddeeff 7\nand more\n",
		"00112233445566778899aabbccddeef 0000000000000000007\n",
		" ",
	};
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);

	make(&p);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		file_write(p.epoch, texts[i], strlen(texts[i]));
		assert_restored(&p, "it holds something else");
	}
	unlink(p.epoch);
	assert_int_equal(symlink(p.file, p.epoch), 0);
	assert_restored(&p, "cannot be compared");
	unlink(p.epoch);
	assert_int_equal(mkdir(p.epoch, 0700), 0);
	assert_restored(&p, "Is a directory");
	assert_int_equal(rmdir(p.epoch), 0);
	assert_goes_on(&p);
}

/* Killed between its commit and the file: the file is behind, and that is no loss. */
static void test_a_file_that_is_behind_is_no_loss(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	char *before;
	size_t len;

	make(&p);
	before = file_read(ctx, p.epoch, &len);
	change(&p);
	file_write(p.epoch, before, len);
	assert_goes_on(&p);
}

/* What was noticed by nobody when it was opened is noticed before it is written. */
static void test_it_is_looked_at_again_before_each_write(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;
	char *ahead;

	make(&p);
	ahead = mem_printf(ctx, "%s 0000000000000000009\n", epoch_of(ctx, &p));
	assert_ok(store_open(ctx, p.file, STORE_WRITE, &store));
	assert_ok(store_begin(store));
	assert_ok(store_commit(store));
	file_write(p.epoch, ahead, strlen(ahead));
	assert_err(store_begin(store), ERR_REFUSED, "change 2 of 9");
	assert_non_null(store_restored(store));
	accept(&p);
	assert_ok(store_begin(store));
	assert_null(store_restored(store));
	assert_string_equal(store_epoch(store), epoch_of(ctx, &p));
	assert_ok(store_commit(store));
	assert_ok(open_as(&p, STORE_WRITE));
}

/* ---- accepted ---- */

static void test_accepted_it_begins_a_new_epoch(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	char *before;

	make(&p);
	before = epoch_of(ctx, &p);
	back_up(&p, saved.file);
	change(&p);
	restore(&p, saved.file);
	accept(&p);
	assert_string_not_equal(epoch_of(ctx, &p), before);
	assert_int_equal(strlen(epoch_of(ctx, &p)), strlen(before));
	assert_goes_on(&p);
	/* Neither what was lost, nor the copy again, is taken for this epoch's. */
	restore(&p, saved.file);
	assert_restored(&p, "another epoch");
}

static void test_an_acceptance_that_is_given_up_accepts_nothing(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	struct store *store;
	char *before;

	make(&p);
	before = epoch_of(ctx, &p);
	back_up(&p, saved.file);
	change(&p);
	restore(&p, saved.file);
	assert_ok(store_open(ctx, p.file, STORE_ACCEPT, &store));
	assert_ok(store_begin(store));
	assert_ok(store_accept(store));
	store_rollback(store);
	assert_string_equal(epoch_of(ctx, &p), before);
	assert_restored(&p, "change 1 of 2");
	assert_ok(store_begin(store));
	assert_string_equal(store_epoch(store), before);
	mem_free(store);
}

static int accept_and_kill(const struct place *p, uint64_t n)
{
	pid_t child = fork();
	struct store *store;
	struct err *err;

	if (child == 0) {
		err = store_open(NULL, p->file, STORE_ACCEPT, &store);
		store_stop_at(store_stop_at(0) + n);
		if (err == NULL)
			err = store_begin(store);
		if (err == NULL)
			err = store_accept(store);
		if (err == NULL)
			err = store_commit(store);
		CHILD_ENDS(err);
	}
	return child_end(child);
}

static void test_killed_while_it_is_accepted(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx), saved = place_new(ctx);
	char *before;
	uint64_t n = 1;
	size_t len;
	int end;

	make(&p);
	back_up(&p, saved.file);
	change(&p);
	before = file_read(ctx, p.epoch, &len);
	restore(&p, saved.file);
	while ((end = accept_and_kill(&p, n)) == -SIGKILL) {
		assert_restored(&p, "change 1 of 2");
		n++;
	}
	assert_int_equal(end, 0);
	assert_int_equal(n, 6);
	/* Or just after its commit: what was accepted is known by what stood there. */
	file_write(p.epoch, before, len);
	assert_goes_on(&p);
}

/* It would be noticed again, for ever. */
static void test_accepting_needs_the_file_beside_it(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	struct store *store;
	char *before;

	make(&p);
	before = epoch_of(ctx, &p);
	unlink(p.epoch);
	assert_int_equal(mkdir(p.epoch, 0700), 0);
	assert_ok(store_open(ctx, p.file, STORE_ACCEPT, &store));
	assert_ok(store_begin(store));
	assert_err(store_accept(store), ERR_CONFIG, "a file that this user can write");
	store_rollback(store);
	mem_free(store);
	assert_string_equal(epoch_of(ctx, &p), before);
	assert_int_equal(rmdir(p.epoch), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_commit_is_counted_beside_it),
		TEST(test_what_is_given_up_is_not_counted),
		TEST(test_two_who_write_by_turns_notice_nothing),
		TEST(test_an_older_copy_is_noticed),
		TEST(test_the_newest_copy_is_no_loss),
		TEST(test_another_store_under_its_name_is_noticed),
		TEST(test_a_new_store_in_its_place_begins_anew),
		TEST(test_without_the_file_nothing_is_compared),
		TEST(test_a_file_that_says_nothing_is_no_leave_to_write),
		TEST(test_a_file_that_is_behind_is_no_loss),
		TEST(test_it_is_looked_at_again_before_each_write),
		TEST(test_accepted_it_begins_a_new_epoch),
		TEST(test_an_acceptance_that_is_given_up_accepts_nothing),
		TEST(test_killed_while_it_is_accepted),
		TEST(test_accepting_needs_the_file_beside_it),
	};
	return test_main(tests);
}
