/* SPDX-License-Identifier: MIT */
#include "config/command_p.h"
#include "config/secret.h"
#include "tests/test.h"
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/dirbridge-secret-XXXXXX";

static int make_folder(void **state UNUSED)
{
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state UNUSED)
{
	return rmdir(folder);
}

/* A file of the folder with these bytes; returns its path. */
static char *file_with(TALLOC_CTX *ctx, const void *bytes, size_t len, mode_t mode)
{
	char *path = mem_printf(ctx, "%s/file", folder);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	assert_int_equal(fwrite(bytes, 1, len, out), len);
	assert_int_equal(fchmod(fileno(out), mode), 0);
	fclose(out);
	return path;
}

static void test_what_is_a_reference(void **state UNUSED)
{
	static const char *const good[] = {
		"env:PASSWORD", "file:/a b",       "file:relative", "command:pass",
		"command:a b",  "credential:ldap", "secret:bind",
	};
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(secret_is_reference(good[i], &why));
		assert_null(why);
	}
}

static void test_what_is_no_reference_is_not_repeated(void **state UNUSED)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "hunter2", "holds a secret itself" },
		{ "", "holds a secret itself" },
		{ "hunter2:file:", "holds a secret itself" },
		{ "FILE:/hunter2", "holds a secret itself" },
		{ "env:", "environment variable" },
		{ "env:1hunter2", "environment variable" },
		{ "env:A=hunter2", "environment variable" },
		{ "file:", "name a file" },
		{ "command:  ", "name a program" },
		{ "credential:hunter2/x", "without a slash" },
		{ "secret:../hunter2", "without a slash" },
		{ "secret:..", "without a slash" },
		{ "secret:", "without a slash" },
	};
	const char *why;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(secret_is_reference(bad[i].text, &why));
		assert_non_null(strstr(why, bad[i].why));
		assert_null(strstr(why, "hunter2"));
	}
}

static void test_resolving_what_is_no_reference_keeps_it_secret(void **state)
{
	struct secret *secret;
	struct err *err = secret_resolve(*state, "hunter2", &secret);

	assert_non_null(err);
	assert_int_equal(err_class(err), ERR_CONFIG);
	assert_null(strstr(err_text(err), "hunter2"));
	err_free(err);
	assert_err(secret_resolve(*state, "secret:bind", &secret), ERR_CONFIG,
		   "included file only");
}

static void test_env(void **state)
{
	struct secret *secret;

	setenv("DIRBRIDGE_TEST_SECRET", "pass word\nmore", 1);
	assert_ok(secret_resolve(*state, "env:DIRBRIDGE_TEST_SECRET", &secret));
	assert_string_equal(secret_text(secret), "pass word");
	setenv("DIRBRIDGE_TEST_SECRET", "", 1);
	assert_err(secret_resolve(*state, "env:DIRBRIDGE_TEST_SECRET", &secret),
		   ERR_CONFIG, "secret \"env:DIRBRIDGE_TEST_SECRET\": it is empty");
	unsetenv("DIRBRIDGE_TEST_SECRET");
	assert_err(secret_resolve(*state, "env:DIRBRIDGE_TEST_SECRET", &secret),
		   ERR_CONFIG, "it is not set");
}

static void test_file(void **state)
{
	static const struct {
		const char *bytes, *secret;
	} cases[] = {
		{ "hunter2", "hunter2" },           { "hunter2\n", "hunter2" },
		{ "hunter2\r\nx\n", "hunter2" },    { " hunter2 \n", " hunter2 " },
		{ "p\xc3\xa4ss\n", "p\xc3\xa4ss" },
	};
	struct secret *secret;
	char *path = NULL;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		path = file_with(*state, cases[i].bytes, strlen(cases[i].bytes), 0600);
		assert_ok(secret_resolve(*state, mem_printf(*state, "file:%s", path),
					 &secret));
		assert_string_equal(secret_text(secret), cases[i].secret);
		assert_int_equal(secret_len(secret), strlen(cases[i].secret));
	}
	unlink(path);
}

static void refuse(TALLOC_CTX *ctx, const char *reference, const char *why)
{
	struct secret *secret;
	struct err *err = secret_resolve(ctx, reference, &secret);

	assert_non_null(err);
	assert_int_equal(err_class(err), ERR_CONFIG);
	assert_non_null(strstr(err_text(err), reference));
	assert_non_null(strstr(err_text(err), why));
	assert_null(strstr(err_text(err), "hunter2"));
	err_free(err);
}

static void test_files_that_are_refused(void **state)
{
	char *large = mem_array(*state, char, SECRET_MAX + 1);
	char *path = file_with(*state, "hunter2", 7, 0620);
	char *reference = mem_printf(*state, "file:%s", path);

	memset(large, 'x', SECRET_MAX + 1);
	refuse(*state, reference, "others can write it (mode 620)");
	chmod(path, 0602);
	refuse(*state, reference, "others can write it");
	file_with(*state, "", 0, 0600);
	refuse(*state, reference, "it is empty");
	file_with(*state, "\nhunter2", 8, 0600);
	refuse(*state, reference, "it is empty");
	file_with(*state, "hunter2\0x", 9, 0600);
	refuse(*state, reference, "holds a NUL");
	file_with(*state, large, SECRET_MAX + 1, 0600);
	refuse(*state, reference, "larger than 64 KiB");
	file_with(*state, large, SECRET_MAX, 0600);
	unlink(path);
	refuse(*state, reference, "No such file");
	assert_int_equal(mkfifo(path, 0600), 0);
	refuse(*state, reference, "no regular file");
	unlink(path);
	refuse(*state, mem_printf(*state, "file:%s", folder), "no regular file");
}

/* The folder "secrets" of a tenant, and what may lie there. */
static void test_a_tenants_secret_is_no_link(void **state)
{
	char *path = file_with(*state, "hunter2\n", 8, 0600), *reference;
	char *secrets = mem_printf(*state, "%s/secrets", folder);
	char *moved = mem_printf(*state, "%s/moved", folder);
	struct secret *secret;
	const char *why;

	assert_int_equal(mkdir(secrets, 0700), 0);
	reference = secret_keep(*state, folder, "secret:pw");
	assert_string_equal(reference, mem_printf(*state, "secret:%s/pw", secrets));
	assert_true(secret_is_reference(reference, &why));
	assert_true(secret_is_kept(reference, &why));
	assert_non_null(strstr(why, "without a slash"));
	assert_false(secret_is_kept("secret:pw", &why));
	assert_false(secret_is_kept("file:/pw", &why));
	refuse(*state, reference, "No such file");
	assert_int_equal(symlink(path, mem_printf(*state, "%s/pw", secrets)), 0);
	refuse(*state, reference, "symbolic link");
	unlink(mem_printf(*state, "%s/pw", secrets));
	assert_int_equal(rename(path, mem_printf(*state, "%s/pw", secrets)), 0);
	assert_ok(secret_resolve(*state, reference, &secret));
	assert_string_equal(secret_text(secret), "hunter2");
	assert_int_equal(rename(secrets, moved), 0);
	assert_int_equal(symlink(moved, secrets), 0);
	refuse(*state, reference, "symbolic link");
	unlink(secrets);
	unlink(mem_printf(*state, "%s/pw", moved));
	rmdir(moved);
}

static void test_secret_variable(void **state UNUSED)
{
	assert_string_equal(secret_variable("env:PASSWORD"), "PASSWORD");
	assert_null(secret_variable("file:env:PASSWORD"));
	assert_null(secret_variable("PASSWORD"));
}

static void test_the_largest_secret(void **state)
{
	char *large = mem_array(*state, char, SECRET_MAX);
	char *path;
	struct secret *secret;

	memset(large, 'x', SECRET_MAX);
	path = file_with(*state, large, SECRET_MAX, 0600);
	assert_ok(secret_resolve(*state, mem_printf(*state, "file:%s", path), &secret));
	assert_int_equal(secret_len(secret), SECRET_MAX);
	unlink(path);
}

static void test_credential(void **state)
{
	char *path = file_with(*state, "hunter2\n", 8, 0400);
	struct secret *secret;

	unsetenv("CREDENTIALS_DIRECTORY");
	refuse(*state, "credential:file", "$CREDENTIALS_DIRECTORY is not set");
	setenv("CREDENTIALS_DIRECTORY", folder, 1);
	assert_ok(secret_resolve(*state, "credential:file", &secret));
	assert_string_equal(secret_text(secret), "hunter2");
	unsetenv("CREDENTIALS_DIRECTORY");
	unlink(path);
}

static void test_command(void **state)
{
	struct secret *secret;

	assert_ok(secret_resolve(*state, "command:printf  a%sc\\nx  b ", &secret));
	assert_string_equal(secret_text(secret), "abc");
}

static void test_commands_that_fail(void **state)
{
	refuse(*state, "command:/no/such/program", "cannot be started");
	refuse(*state, "command:false", "left with exit code 1");
	refuse(*state, "command:true", "it is empty");
	refuse(*state, "command:yes", "printed more than 64 KiB");
}

/* A shell of its own, because a reference knows no quotes. */
static char *script(TALLOC_CTX *ctx, const char *text)
{
	char *path = file_with(ctx, text, strlen(text), 0700);

	return mem_printf(ctx, "command:/bin/sh %s", path);
}

static void test_a_command_that_hangs_is_ended(void **state)
{
	static const char *const hangs[] = {
		"sleep 60\n",
		"echo early; sleep 60\n",
		"exec >&-; sleep 60\n",
		"(sleep 60 & sleep 60) & exit 0\n",
		"trap '' TERM HUP INT; while :; do sleep 1; done\n",
	};
	int64_t begin = clock_ticks();

	command_set_timeout(1);
	for (size_t i = 0; i < ARRAY_LEN(hangs); i++)
		refuse(*state, script(*state, hangs[i]), "not done after 1 seconds");
	command_set_timeout(0);
	assert_true(clock_ticks() - begin < 30 * INT64_C(1000000));
	refuse(*state, script(*state, "kill -9 $$\n"), "ended by signal 9");
	unlink(mem_printf(*state, "%s/file", folder));
}

static void test_a_command_reads_nothing_of_ours(void **state)
{
	struct secret *secret;

	assert_ok(secret_resolve(*state, script(*state, "read x; echo \"got $x.\"\n"),
				 &secret));
	assert_string_equal(secret_text(secret), "got .");
	unlink(mem_printf(*state, "%s/file", folder));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_a_reference),
		TEST(test_what_is_no_reference_is_not_repeated),
		TEST(test_resolving_what_is_no_reference_keeps_it_secret),
		TEST(test_env),
		TEST(test_file),
		TEST(test_files_that_are_refused),
		TEST(test_a_tenants_secret_is_no_link),
		TEST(test_secret_variable),
		TEST(test_the_largest_secret),
		TEST(test_credential),
		TEST(test_command),
		TEST(test_commands_that_fail),
		TEST(test_a_command_that_hangs_is_ended),
		TEST(test_a_command_reads_nothing_of_ours),
	};

	test_start();
	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
