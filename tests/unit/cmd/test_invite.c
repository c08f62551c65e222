/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "tests/unit/store/scratch.h"
#include <pwd.h>
#include <sqlite3.h>

/* A store that is lost as soon as something was committed to it. */
static const char *lose; /* its file, or NULL to keep it */

struct err *__real_store_commit(struct store *store);
struct err *__wrap_store_commit(struct store *store);

struct err *__wrap_store_commit(struct store *store)
{
	struct err *err = __real_store_commit(store);
	sqlite3 *db = NULL;

	if (err == NULL && lose != NULL) {
		assert_int_equal(sqlite3_open(lose, &db), SQLITE_OK);
		assert_int_equal(sqlite3_exec(db, "ALTER TABLE invitation RENAME TO lost",
					      NULL, NULL, NULL),
				 SQLITE_OK);
		sqlite3_close(db);
	}
	return err;
}

/* Its exit code, and what it writes to standard output. */
static int call(TALLOC_CTX *ctx, const char *store, const char *const *words, char **out)
{
	static const struct command commands[] = {
		{ "store init", cmd_store_init, "", "" },
		{ "org create", cmd_org_create, "", "" },
		{ "licence set", cmd_licence_set, "", "" },
		{ "principal allow", cmd_principal_allow, "", "" },
		{ "invite send", cmd_invite_send, "", "" },
		{ NULL, NULL, NULL, NULL },
	};
	char *argv[16] = { mem_strdup(ctx, "dirbridge"), mem_strdup(ctx, "--json"),
			   mem_strdup(ctx, "--store"), mem_strdup(ctx, store) };
	FILE *to = tmpfile();
	int argc = 4, status, before = dup(STDOUT_FILENO);
	long size;

	while (*words != NULL)
		argv[argc++] = mem_strdup(ctx, *words++);
	fflush(stdout);
	dup2(fileno(to), STDOUT_FILENO);
	status = cmd_main(commands, argc, argv);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	close(before);
	size = lseek(fileno(to), 0, SEEK_END);
	*out = mem_array(ctx, char, (size_t)size + 1);
	assert_int_equal(pread(fileno(to), *out, (size_t)size, 0), size);
	fclose(to);
	return status;
}

#define CALL(...) call(ctx, store, (const char *const[]){ __VA_ARGS__, NULL }, &out)

/* What was sent is told with one document and success, whatever becomes of the store. */
static void test_nothing_is_asked_after_the_commit(void **state)
{
	TALLOC_CTX *ctx = mem_ctx(*state);
	const char *store = mem_printf(ctx, "%s/console.db", scratch_new(ctx));
	const char *ada = "ada@northwind.example";
	char *out;
	json_t *json;

	assert_int_equal(CALL("store", "init"), 0);
	assert_int_equal(CALL("org", "create", "northwind", "--owner", ada), 0);
	assert_int_equal(CALL("licence", "set", "northwind", "--until", "2999-12-31"), 0);
	assert_int_equal(
		CALL("principal", "allow", ada, "--user", getpwuid(getuid())->pw_name),
		0);
	lose = store;
	assert_int_equal(CALL("invite", "send", "northwind", "Owners",
			      "bo@contoso.example", "--role", "member", "--as", ada),
			 0);
	lose = NULL;
	json = json_loads(out, 0, NULL);
	assert_non_null(json);
	assert_string_equal(json_string_value(json_object_get(json, "state")), "pending");
	assert_true(json_is_string(json_object_get(json, "expires")));
	json_decref(json);
	mem_free(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_asked_after_the_commit),
	};
	return test_main(tests);
}
