/* SPDX-License-Identifier: MIT */
#include "bridge/store/store.h"
#include "tests/unit/store/old.h"
#include "tests/unit/store/raw.h"

static struct place old_place(TALLOC_CTX *ctx)
{
	struct place p = place_new(ctx);

	old_store(p.file, "root");
	return p;
}

static int64_t version(const char *file)
{
	return raw_number(file, "PRAGMA user_version");
}

/* ---- what was there ---- */

/* What reads the same before and after; and at the end the tables that are read below. */
static const struct {
	const char *table, *columns;
} kept[] = {
	{ "meta", "name, hex(value)" },
	{ "subject", "id, pseudonym, email_key" },
	{ "account", "*" },
	{ "principal", "id, name, account_id" },
	{ "principal_user", "*" },
	{ "organization",
	  "id, parent_id, root_id, level, name, name_key, changes, created" },
	{ "licence", "*" },
	{ "account_claim", "*" },
	{ "account_block", "*" },
	{ "security_group", "id, organization_id, name, name_key, valid_from, valid_to" },
	{ "group_claim", "*" },
	{ "group_link", "*" },
	{ "role", "*" },
	{ "giver", "*" },
	{ "mail",
	  "id, organization_id, subject_id, hex(token_id), generation, queued, sent" },
	{ "invitation",
	  "id, group_id, role, subject_id, inviter_id, mail_id, state, created,"
	  " expires, ended, account_id" },
	{ "invitation_giver", "invitation_id, giver, hex(anchor)" },
	{ "source", "id, name, organization_id, hex(released_digest), released_config,"
		    " released_at, reconciled_changes, due" },
	{ "run", "id, source_id, principal_id, started, ended, complete, health, people,"
		 " groups, hex(plan), hex(config)" },
	{ "journal", "run_id, seq, hex(operation), kind, verdict, code, group_id, role,"
		     " hex(anchor)" },
	{ "mirror", "source_id, hex(anchor), hex(digest), hex(entry)" },
	{ "binding", "source_id, hex(anchor), account_id, since" },
	{ "group_binding", "source_id, hex(anchor), group_id, name_key" },
	{ "given", "source_id, group_id, role, hex(anchor), state, since, until, repeats,"
		   " wish, email_key, hex(via)" },
	{ "evidence", "source_id, hex(anchor), kind, first, last, run_id" },
	{ "held", "source_id, hex(operation), since, run_id, kind, code" },
	{ "decision", "id, source_id, hex(operation), hex(plan), word, low, high,"
		      " principal_id, reason, at, lapses, used_run" },
	{ "audit",
	  "organization_id, seq, at, run_id, source_id, principal, os_user,"
	  " impersonated, subject, action, target, before, after, code, hex(hash)" },
	{ "outbox", "1" },
};

static const char *select_of(TALLOC_CTX *ctx, size_t i)
{
	return mem_printf(ctx, "SELECT %s FROM %s%s ORDER BY 1, 2", kept[i].columns,
			  kept[i].table,
			  strcmp(kept[i].table, "meta") == 0 ? " WHERE name LIKE '%-key'"
							       " AND name <> 'erase-key'"
							     : "");
}

/* Deliveries are written anew by version 2, from the mails that wait. */
enum { KEPT = ARRAY_LEN(kept) - 1 };

static void test_everything_is_kept(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	char **tables = raw_tables(ctx, p.file), *before[KEPT];
	int64_t from;
	size_t n = 0;

	while (tables[n] != NULL)
		n++;
	assert_int_equal(n, ARRAY_LEN(kept));
	for (size_t i = 0; i < KEPT; i++) {
		before[i] = raw_rows(ctx, p.file, select_of(ctx, i));
		assert_string_not_equal(before[i], "");
	}
	assert_ok(store_upgrade(p.file, false, &from));
	assert_int_equal(from, 1);
	assert_int_equal(version(p.file), STORE_SCHEMA);
	for (size_t i = 0; i < KEPT; i++)
		assert_string_equal(raw_rows(ctx, p.file, select_of(ctx, i)), before[i]);
}

/* What stood in one column and stands in another, or follows from what is there. */
static void test_what_moves_is_found_in_its_new_place(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	char *heads = raw_rows(
		ctx, p.file,
		"SELECT id, audit_seq, hex(audit_head) FROM organization ORDER BY 1");
	int64_t from;

	assert_ok(store_upgrade(p.file, false, &from));
	assert_string_equal(
		raw_rows(ctx, p.file,
			 "SELECT organization_id, seq, hex(head) FROM chain ORDER BY 1"),
		heads);
	assert_string_equal(raw_rows(ctx, p.file,
				     "SELECT organization_id, seq, hex(head) FROM "
				     "checkpoint ORDER BY 1"),
			    heads);
	assert_string_equal(raw_rows(ctx, p.file, "SELECT at, principal FROM checkpoint"),
			    "'1000'|'upgrade'\n'2000'|'upgrade'\n");
	assert_string_equal(
		raw_rows(ctx, p.file,
			 "SELECT source_id, name, identity, anchor, hex(cursor),"
			 " hex(cursor_for) FROM directory"),
		"'1'|''|'dc=contoso'|'x'|'00FF'|'01'\n");
	assert_string_equal(
		raw_rows(ctx, p.file, "SELECT DISTINCT directory FROM mirror"), "''\n");
	assert_string_equal(
		raw_rows(ctx, p.file, "SELECT id, kind FROM principal ORDER BY 1"),
		"'1'|'operator'\n'2'|'person'\n'3'|'service'\n'4'|'person'\n");
	assert_string_equal(
		raw_rows(ctx, p.file, "SELECT id, email, name, mode FROM invitation"),
		"'1'|'bo@contoso.example'|'Bo'|'mail'\n"
		"'2'|'Kim@Contoso.example'|'Kim'|'mail'\n");
	assert_string_equal(raw_rows(ctx, p.file, "SELECT id, email, name FROM subject"),
			    "'1'|'Ada@Northwind.example'|'Ada'\n"
			    "'2'|'bo@contoso.example'|'Bo'\n"
			    "'3'|'kim@contoso.example'|NULL\n"
			    "'4'|NULL|'sync@northwind.example'\n");
	assert_int_equal(raw_number(p.file, "SELECT count(DISTINCT uid) FROM"
					    " (SELECT uid FROM organization UNION ALL"
					    "  SELECT uid FROM security_group)"
					    " WHERE length(uid) = 32"),
			 5);
}

static void test_it_is_then_as_if_it_had_been_made_so(void **state)
{
	static const char schema[] =
		"SELECT type, name, sql FROM sqlite_schema ORDER BY 2";
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx), new = place_new(ctx);
	struct store *store;
	int64_t from;

	assert_ok(store_upgrade(p.file, false, &from));
	assert_ok(store_open(ctx, new.file, STORE_CREATE, &store));
	assert_ok(store_commit(store));
	mem_free(store);
	assert_string_equal(raw_rows(ctx, p.file, schema),
			    raw_rows(ctx, new.file, schema));
	assert_ok(store_open(ctx, p.file, STORE_WRITE, &store));
	assert_null(store_restored(store));
	assert_int_equal(strlen(store_epoch(store)), 32);
	assert_err(store_run(store,
			     "INSERT INTO giver (role_id, giver, valid_from)"
			     " VALUES (99, 0, 1)",
			     ""),
		   ERR_STALE, "FOREIGN KEY");
}

static void test_twice_is_once(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	char *dump;
	int64_t from;

	assert_ok(store_upgrade(p.file, false, &from));
	dump = raw_dump(ctx, p.file);
	assert_ok(store_upgrade(p.file, false, &from));
	assert_int_equal(from, STORE_SCHEMA);
	assert_string_equal(raw_dump(ctx, p.file), dump);
}

/* ---- what is not done ---- */

static void test_a_look_changes_nothing(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	size_t before, after;
	char *bytes = file_read(ctx, p.file, &before);
	struct stat wal;
	int64_t from;

	assert_ok(store_upgrade(p.file, true, &from));
	assert_int_equal(from, 1);
	assert_true(stat(mem_printf(ctx, "%s-wal", p.file), &wal) != 0 ||
		    wal.st_size == 0);
	assert_false(file_is_there(p.epoch));
	assert_memory_equal(file_read(ctx, p.file, &after), bytes, before);
	assert_int_equal(after, before);
	assert_ok(store_upgrade(p.file, false, &from));
	assert_ok(store_upgrade(p.file, true, &from));
	assert_int_equal(from, STORE_SCHEMA);
}

static void test_nobody_works_with_an_older_one(void **state)
{
	static const enum store_mode modes[] = { STORE_READ, STORE_WRITE, STORE_ACCEPT };
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	struct store *store;

	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		assert_err(store_open(ctx, p.file, modes[i], &store), ERR_CONFIG,
			   "dirbridge store upgrade");
	assert_int_equal(version(p.file), 1);
}

static void test_a_newer_one_is_refused(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	int64_t from;
	char *dump;

	raw_run(p.file, "PRAGMA user_version = 99");
	dump = raw_dump(ctx, p.file);
	assert_err(store_upgrade(p.file, false, &from), ERR_CONFIG, "newer than this");
	assert_err(store_upgrade(p.file, true, &from), ERR_CONFIG, "newer than this");
	assert_string_equal(raw_dump(ctx, p.file), dump);
	assert_int_equal(version(p.file), 99);
}

static void test_what_is_no_store_is_refused(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = place_new(ctx);
	int64_t from;

	assert_err(store_upgrade(p.file, false, &from), ERR_CONFIG, "No such file");
	assert_false(file_is_there(p.file));
	file_write(p.file, "", 0);
	assert_err(store_upgrade(p.file, false, &from), ERR_CONFIG, "holds no console");
	file_write(p.file, "people: [ada, bo], and this is no database\n", 44);
	assert_err(store_upgrade(p.file, false, &from), ERR_CONFIG, "not a database");
}

/* Whoever has it open goes on with statements that were meant for the old tables. */
static void test_not_while_somebody_has_it_open(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	struct store *reader;
	int64_t from;
	char *dump = raw_dump(ctx, p.file);

	assert_ok(store_open(ctx, p.file, STORE_LOOK, &reader));
	assert_err(store_upgrade(p.file, false, &from), ERR_LATER, "holds it");
	assert_ok(store_begin(reader));
	assert_err(store_upgrade(p.file, false, &from), ERR_LATER, "holds it");
	assert_ok(store_upgrade(p.file, true, &from));
	mem_free(reader);
	assert_int_equal(version(p.file), 1);
	assert_string_equal(raw_dump(ctx, p.file), dump);
	assert_ok(store_upgrade(p.file, false, &from));
	assert_int_equal(version(p.file), STORE_SCHEMA);
}

/* A row that refers to nothing would be taken over into a table that forbids it. */
static void test_a_store_that_is_not_whole_stays_as_it_is(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	int64_t from;
	char *dump;

	raw_run(p.file, "INSERT INTO giver VALUES (77, 0, NULL, 1, 2)");
	dump = raw_dump(ctx, p.file);
	assert_err(store_upgrade(p.file, false, &from), ERR_BUG, "1 rows would refer");
	assert_int_equal(version(p.file), 1);
	assert_string_equal(raw_dump(ctx, p.file), dump);
}

/* ---- killed anywhere ---- */

static int upgrade_and_kill(const struct place *p, uint64_t n)
{
	pid_t child = fork();
	int64_t from;

	if (child == 0) {
		store_stop_at(store_stop_at(0) + n);
		CHILD_ENDS(store_upgrade(p->file, false, &from));
	}
	return child_end(child);
}

static void test_killed_at_any_write_it_is_the_old_one_or_the_new(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx);
	char *dump = raw_dump(ctx, p.file);
	uint64_t n = 1;
	int end;

	while ((end = upgrade_and_kill(&p, n)) == -SIGKILL) {
		assert_int_equal(version(p.file), 1);
		assert_string_equal(raw_dump(ctx, p.file), dump);
		n++;
	}
	assert_int_equal(end, 0);
	assert_true(n > 50);
	assert_int_equal(version(p.file), STORE_SCHEMA);
	assert_true(file_is_there(p.epoch));
}

/* ---- an old copy over a newer store ---- */

static void test_an_old_copy_is_noticed_after_its_upgrade(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct place p = old_place(ctx), saved = place_new(ctx);
	struct store *store;
	int64_t from;

	file_copy(p.file, saved.file);
	assert_ok(store_upgrade(p.file, false, &from));
	file_copy(saved.file, p.file);
	assert_ok(store_upgrade(p.file, false, &from));
	assert_int_equal(from, 1);
	assert_err(store_open(ctx, p.file, STORE_WRITE, &store), ERR_REFUSED,
		   "store-restored");
	assert_ok(store_open(ctx, p.file, STORE_READ, &store));
	assert_non_null(strstr(store_restored(store), "another epoch"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_everything_is_kept),
		TEST(test_what_moves_is_found_in_its_new_place),
		TEST(test_it_is_then_as_if_it_had_been_made_so),
		TEST(test_twice_is_once),
		TEST(test_a_look_changes_nothing),
		TEST(test_nobody_works_with_an_older_one),
		TEST(test_a_newer_one_is_refused),
		TEST(test_what_is_no_store_is_refused),
		TEST(test_not_while_somebody_has_it_open),
		TEST(test_a_store_that_is_not_whole_stays_as_it_is),
		TEST(test_killed_at_any_write_it_is_the_old_one_or_the_new),
		TEST(test_an_old_copy_is_noticed_after_its_upgrade),
	};
	return test_main(tests);
}
