/* SPDX-License-Identifier: MIT */
#include "tests/stage.h"
#include <dirent.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETUP_FOLDER TOP_SRCDIR "/tests/decide"

enum { NOBODY = 65534, READ_ALL = 0444, SEARCH_ALL = 0555, WRITE_ALL = 0666 };

/* A stage with somebody who is given, and a plan that would do a lot. */
static struct stage *ready(TALLOC_CTX *ctx)
{
	struct stage *s = stage_new(ctx, NULL);

	stage_write(s, "dirbridge.yaml", stage_read(ctx, SETUP_FOLDER "/dirbridge.yaml"));
	stage_play(s, stage_read(ctx, SETUP_FOLDER "/setup"));
	stage_play(s, "clock 2026-11-20 10:00\n"
		      "source\n"
		      "\tperson bo\n"
		      "\tperson eve\n"
		      "\tgroup ops Operators bo eve\n"
		      "quietly apply contoso --yes\n"
		      "accept bo@contoso.example\n"
		      "accept eve@contoso.example\n"
		      "clock 2026-11-21 10:00\n"
		      "source\n"
		      "\tperson bo\n"
		      "\tperson eve disabled\n"
		      "\tperson kim\n"
		      "\tgroup ops Operators bo eve kim\n"
		      "\tgroup night Nightshift bo kim owner:kim\n");
	return s;
}

static char *bytes_of(TALLOC_CTX *ctx, const char *path)
{
	FILE *file = fopen(path, "r");
	struct digest digest;
	struct stat st;
	char *bytes;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &st), 0);
	bytes = mem_array(ctx, char, (size_t)st.st_size);
	assert_int_equal(fread(bytes, 1, (size_t)st.st_size, file), st.st_size);
	fclose(file);
	digest_of(bytes, (size_t)st.st_size, &digest);
	return hex_of(ctx, digest.bytes, DIGEST_SIZE);
}

/* What is in the folder beside the store and what a reader of it may leave. */
static size_t count_others(const char *folder)
{
	static const char *const known[] = {
		"console.db",
		"console.db-shm",
		"console.db.epoch",
		"console.db-wal",
		"dirbridge.yaml",
		"source.script",
		"stdout",
		"stderr",
		".",
		"..",
	};
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)) != NULL; n++)
		for (size_t i = 0; i < ARRAY_LEN(known); i++)
			if (strcmp(e->d_name, known[i]) == 0)
				n--;
	closedir(dir);
	return n;
}

static void test_plan_leaves_the_store_as_it_is_F86(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct stage *s = ready(ctx);
	char *before = bytes_of(ctx, "console.db"), *rows = stage_dump(ctx, s);
	struct str *out = str_new(ctx);
	struct stat wal;

	assert_int_equal(stage_command(s, "plan contoso", out), 2);
	assert_int_equal(stage_command(s, "plan contoso --format json", out), 2);
	assert_non_null(strstr(out->text, "create"));
	assert_string_equal(bytes_of(ctx, "console.db"), before);
	assert_true(stat("console.db-wal", &wal) != 0 || wal.st_size == 0);
	assert_int_equal(count_others(s->folder), 0);
	assert_string_equal(stage_dump(ctx, s), rows);
}

/* In a process of its own, as somebody who may not write. */
static int plan_as_nobody(struct stage *s)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct str *out = str_new(NULL);

		if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0))
			_exit(99);
		prctl(PR_SET_DUMPABLE, 1);
		_exit(stage_command(s, "plan contoso", out));
	}
	while (waitpid(child, &status, 0) < 0)
		continue;
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_plan_where_nothing_can_be_written_F86(void **state)
{
	static const struct {
		const char *name;
		mode_t mode;
	} modes[] = {
		{ "console.db", READ_ALL },     { "console.db-shm", READ_ALL },
		{ "console.db-wal", READ_ALL }, { "dirbridge.yaml", READ_ALL },
		{ "source.script", READ_ALL },  { "stdout", WRITE_ALL },
		{ "stderr", WRITE_ALL },        { ".", SEARCH_ALL },
	};
	TALLOC_CTX *ctx = *state;
	struct stage *s = ready(ctx);
	struct str *out = str_new(ctx);
	char *before;

	stage_sql(s,
		  "INSERT INTO principal_user SELECT 'nobody', principal_id"
		  " FROM principal_user WHERE os_user <> 'nobody'",
		  out);
	assert_int_equal(stage_command(s, "plan contoso", out), 2);
	before = bytes_of(ctx, "console.db");
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		assert_int_equal(chmod(modes[i].name, modes[i].mode), 0);
	assert_int_equal(plan_as_nobody(s), 2);
	assert_non_null(strstr(stage_read(ctx, "stdout"), "Nightshift"));
	assert_string_equal(bytes_of(ctx, "console.db"), before);
	assert_int_equal(count_others(s->folder), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_plan_leaves_the_store_as_it_is_F86),
		TEST(test_plan_where_nothing_can_be_written_F86),
	};

	if (stage_is_connector(argc, argv))
		return stage_connector();
	return test_main(tests);
}
