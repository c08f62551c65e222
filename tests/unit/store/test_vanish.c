/* SPDX-License-Identifier: MIT */
#include "bridge/store/store.h"
#include "tests/unit/store/raw.h"

/* A store with something in it, and nothing beside it that has not come to its file. */
static struct place make(TALLOC_CTX *ctx)
{
	struct place p = place_new(ctx);
	struct store *store;

	assert_ok(store_open(ctx, p.file, STORE_CREATE, &store));
	assert_ok(store_run(store, "INSERT INTO meta VALUES ('before', 1)", ""));
	assert_ok(store_commit(store));
	mem_free(store);
	return p;
}

static struct store *begun(TALLOC_CTX *ctx, const struct place *p)
{
	struct store *store;

	assert_ok(store_open(ctx, p->file, STORE_WRITE, &store));
	assert_ok(store_begin(store));
	assert_ok(store_run(store, "INSERT INTO meta VALUES ('after', 1)", ""));
	return store;
}

static void test_deleted_in_a_transaction(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = make(ctx);
	struct store *store = begun(ctx, &p);
	size_t len;
	char *counted = file_read(ctx, p.epoch, &len);

	unlink(p.file);
	assert_err(store_commit(store), ERR_CONFIG,
		   "moved or deleted while it was in use");
	assert_err(store_begin(store), ERR_CONFIG, "Put it back");
	mem_free(store);
	assert_false(file_is_there(p.file));
	assert_string_equal(file_read(ctx, p.epoch, &len), counted);
}

static void test_moved_in_a_transaction_it_is_as_it_was(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = make(ctx), away = place_new(ctx);
	char *dump = raw_dump(ctx, p.file);
	struct store *store = begun(ctx, &p);

	assert_int_equal(rename(p.file, away.file), 0);
	assert_err(store_commit(store), ERR_CONFIG, "moved or deleted");
	mem_free(store);
	assert_string_equal(raw_dump(ctx, away.file), dump);
	assert_false(file_is_there(p.file));
}

/* Nothing of the one comes into the other, and its log is not taken away from it. */
static void test_another_one_in_its_place_is_left_alone(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = make(ctx), other = make(ctx);
	struct store *store;
	char *dump;

	raw_run(other.file, "INSERT INTO meta VALUES ('other', 1)");
	dump = raw_dump(ctx, other.file);
	store = begun(ctx, &p);
	assert_int_equal(rename(other.file, p.file), 0);
	assert_err(store_commit(store), ERR_CONFIG, "moved or deleted");
	mem_free(store);
	unlink(mem_printf(ctx, "%s-wal", p.file));
	unlink(mem_printf(ctx, "%s-shm", p.file));
	assert_string_equal(raw_dump(ctx, p.file), dump);
}

static void test_gone_between_two_transactions(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = make(ctx);
	struct store *store = begun(ctx, &p);

	assert_ok(store_commit(store));
	unlink(p.file);
	assert_err(store_begin(store), ERR_CONFIG, "moved or deleted");
	assert_false(file_is_there(p.file));
}

static void test_its_folder_gone_in_a_transaction(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = make(ctx);
	struct store *store = begun(ctx, &p);
	char *away = mem_printf(ctx, "%s.away", p.dir);

	assert_int_equal(rename(p.dir, away), 0);
	assert_err(store_commit(store), ERR_CONFIG, "moved or deleted");
	mem_free(store);
	assert_false(file_is_there(p.dir));
	assert_int_equal(rename(away, p.dir), 0);
	assert_int_equal(raw_number(p.file, "SELECT count(*) FROM meta"
					    " WHERE name IN ('before', 'after')"),
			 1);
	assert_ok(store_commit(begun(ctx, &p)));
}

static void test_who_reads_reads_on(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = make(ctx);
	struct store *reader;
	int64_t n;

	assert_ok(store_open(ctx, p.file, STORE_READ, &reader));
	assert_ok(store_begin(reader));
	unlink(p.file);
	assert_ok(store_number(reader, &n, 0,
			       "SELECT count(*) FROM meta WHERE name = 'before'", ""));
	assert_int_equal(n, 1);
	store_rollback(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_deleted_in_a_transaction),
		TEST(test_moved_in_a_transaction_it_is_as_it_was),
		TEST(test_another_one_in_its_place_is_left_alone),
		TEST(test_gone_between_two_transactions),
		TEST(test_its_folder_gone_in_a_transaction),
		TEST(test_who_reads_reads_on),
	};
	return test_main(tests);
}
