/* SPDX-License-Identifier: MIT */
#include "tests/cases.h"
#include <dirent.h>
#include <unistd.h>

enum { CASES_MAX = 500 };

static const char *cases; /* the folder */
static void (*begin_stage)(struct stage *stage);
static struct stage *prepared; /* what setup leaves */
static const char *name;       /* of the case at hand */

static char *file_of(TALLOC_CTX *ctx, const char *file)
{
	return mem_printf(ctx, "%s/%s/%s", cases, name, file);
}

static char *shared_file(TALLOC_CTX *ctx, const char *file)
{
	return stage_read(ctx, mem_printf(ctx, "%s/%s", cases, file));
}

static struct stage *make_stage(TALLOC_CTX *ctx, const struct stage *like)
{
	struct stage *s = stage_new(ctx, like);

	if (begin_stage != NULL)
		begin_stage(s);
	return s;
}

static void test_prepare(void **state UNUSED)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	const char *at;

	prepared = make_stage(NULL, NULL);
	stage_write(prepared, "dirbridge.yaml", shared_file(scratch, "dirbridge.yaml"));
	stage_play(prepared, shared_file(scratch, "setup"));
	for (at = prepared->log->text; (at = strstr(at, "\nexit ")) != NULL; at += 6)
		if (at[6] != '0')
			fail_msg("%s", prepared->log->text);
}

static void show_difference(const struct stage *s, const char *expected)
{
	AUTO_MEM char *command = mem_printf(NULL, "diff -u %s actual >&2", expected);

	stage_write(s, "actual", s->log->text);
	if (system(command) != 0)
		fail_msg("%s is not what came out", expected);
}

static void test_case(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct stage *s = make_stage(ctx, prepared);
	char *expected = file_of(ctx, "expected");

	stage_play(s, stage_read(ctx, file_of(ctx, "case")));
	if (getenv("UPDATE_GOLDEN") != NULL) {
		FILE *file = fopen(expected, "w");

		assert_non_null(file);
		fputs(s->log->text, file);
		assert_int_equal(fclose(file), 0);
	}
	if (access(expected, R_OK) != 0 ||
	    strcmp(stage_read(ctx, expected), s->log->text) != 0)
		show_difference(s, expected);
}

static int setup(void **state)
{
	name = *state;
	return test_setup(state);
}

static int is_case(const struct dirent *e)
{
	AUTO_MEM char *path = mem_printf(NULL, "%s/%s/case", cases, e->d_name);

	return access(path, R_OK) == 0;
}

static bool is_chosen(const char *folder, int argc, char **argv)
{
	bool chosen = argc == 1;

	for (int i = 1; i < argc; i++)
		chosen |= strstr(folder, argv[i]) != NULL;
	return chosen;
}

int cases_main(const char *folder, void (*begin)(struct stage *stage), int argc,
	       char **argv)
{
	static struct CMUnitTest tests[CASES_MAX] = { cmocka_unit_test(test_prepare) };
	struct dirent **found;
	int n_found, failed;
	size_t n = 1;

	cases = folder;
	begin_stage = begin;
	test_start();
	n_found = scandir(cases, &found, is_case, alphasort);
	for (int i = 0; i < n_found && n < CASES_MAX; i++) {
		if (is_chosen(found[i]->d_name, argc, argv))
			tests[n++] =
				(struct CMUnitTest){ found[i]->d_name, test_case, setup,
						     test_teardown, found[i]->d_name };
	}
	failed = _cmocka_run_group_tests(strrchr(cases, '/') + 1, tests, n, NULL, NULL);
	mem_free(prepared);
	for (int i = 0; i < n_found; i++)
		free(found[i]);
	free(found);
	return failed != 0 || n == 1;
}
