/* SPDX-License-Identifier: MIT */
#include "bridge/store/store.h"
#include "tests/stage.h"
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETUP_FOLDER TOP_SRCDIR "/tests/decide"

static struct stage *prepared; /* a console with an organization, and no source yet */

static void test_prepare(void **state UNUSED)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);

	prepared = stage_new(NULL, NULL);
	stage_write(prepared, "dirbridge.yaml",
		    stage_read(ctx, SETUP_FOLDER "/dirbridge.yaml"));
	stage_play(prepared, stage_read(ctx, SETUP_FOLDER "/setup"));
}

/* A run that is about to be applied. */
struct scene {
	struct stage *stage;
	const char *command, *check;
	char *before, *after; /* all that is in the store */
	uint64_t statements;  /* that write, of the one transaction */
};

static int run(struct stage *stage, const char *command)
{
	AUTO_MEM struct str *out = str_new(NULL);

	return stage_command(stage, command, out);
}

/* How it ends when nobody disturbs it. */
static void rehearse(TALLOC_CTX *ctx, struct scene *scene)
{
	uint64_t before = store_stop_at(0);

	stage_keep(scene->stage);
	scene->before = stage_dump(ctx, scene->stage);
	run(scene->stage, scene->command);
	scene->statements = store_stop_at(0) - before;
	scene->after = stage_dump(ctx, scene->stage);
	assert_string_not_equal(scene->before, scene->after);
}

/* A process that is killed before its n-th statement. */
static void run_and_kill(struct stage *stage, const char *command, uint64_t n)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		store_stop_at(store_stop_at(0) + n);
		_exit(run(stage, command));
	}
	while (waitpid(child, &status, 0) < 0)
		continue;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("not killed before statement %llu, but ended with %d",
			 (unsigned long long)n, status);
}

static void assert_whole(const struct scene *scene, uint64_t n)
{
	AUTO_MEM char *now = stage_dump(NULL, scene->stage);

	if (strcmp(now, scene->before) != 0 && strcmp(now, scene->after) != 0)
		fail_msg("killed before statement %llu, the store is between:\n%s",
			 (unsigned long long)n, now);
}

/* Let it run again, to its end. */
static void run_to_the_end(const struct scene *scene, uint64_t n)
{
	AUTO_MEM char *again = NULL;

	run(scene->stage, scene->command);
	again = stage_dump(NULL, scene->stage);
	if (strcmp(again, scene->after) != 0)
		fail_msg("killed before statement %llu, it ends elsewhere:\n%s",
			 (unsigned long long)n, again);
	assert_int_equal(run(scene->stage, scene->check), 0);
	stage_back(scene->stage);
}

/* Kill it before every statement, or every so many; now and then let it end after that.
 */
static void play_every(TALLOC_CTX *ctx, struct scene *scene, uint64_t step,
		       uint64_t least)
{
	uint64_t n = 0, last;

	rehearse(ctx, scene);
	last = scene->statements;
	assert_in_range(last, least, 100000);
	stage_back(scene->stage);
	for (uint64_t i = 1; n < last; i++) {
		n = 1 + (i - 1) * step < last ? 1 + (i - 1) * step : last;
		run_and_kill(scene->stage, scene->command, n);
		assert_whole(scene, n);
		if (i % 8 == 0 || n == last)
			run_to_the_end(scene, n);
	}
}

static struct scene scene_of(TALLOC_CTX *ctx, const char *text, const char *source)
{
	struct scene scene = { .stage = stage_new(ctx, prepared) };

	stage_play(scene.stage, text);
	scene.command = mem_printf(ctx, "apply %s --yes", source);
	scene.check = mem_printf(ctx, "plan %s", source);
	return scene;
}

static void test_killed_in_a_first_apply_T87_F43(void **state)
{
	struct scene scene = scene_of(*state,
				      "clock 2026-11-20 10:00\n"
				      "source\n"
				      "\tperson bo\n"
				      "\tperson eve\n"
				      "\tgroup night Nightshift bo owner:eve\n"
				      "\tgroup ops Operators eve\n",
				      "contoso");

	play_every(*state, &scene, 1, 30);
}

/* Grants, revokes, cancels, joins, leaves, invites again under another address. */
static void test_killed_in_a_second_apply_T87(void **state)
{
	struct scene scene =
		scene_of(*state,
			 "clock 2026-11-20 10:00\n"
			 "$ group add northwind/contoso Operators ada@northwind.example"
			 " --role member\n"
			 "source\n"
			 "\tpeople p 6\n"
			 "\tperson ada mail=ada@northwind.example\n"
			 "\tgroup ops Operators p*5 ada\n"
			 "\tgroup night Nightshift p6\n"
			 "quietly apply contoso --yes\n"
			 "accept p1@contoso.example\n"
			 "accept p2@contoso.example\n"
			 "accept p6@contoso.example\n"
			 "clock 2026-11-21 10:00\n"
			 "source\n"
			 "\tperson p1\n"
			 "\tperson p2 disabled\n"
			 "\tperson p3 mail=three@contoso.example\n"
			 "\tperson p4\n"
			 "\tperson p5 disabled\n"
			 "\tperson p6\n"
			 "\tperson ada mail=ada@northwind.example\n"
			 "\tgroup ops Operators p1 p2 p3 p5\n"
			 "\tgroup night Nightshift p1 p6 ada\n",
			 "contoso");

	play_every(*state, &scene, 2, 40);
}

static void test_killed_while_suspending_and_restoring_T87_F06(void **state)
{
	struct scene scene = scene_of(*state,
				      "clock 2026-11-20 10:00\n"
				      "source\n"
				      "\tpeople p 4\n"
				      "\tgroup ops Operators p*4\n"
				      "quietly apply patient --yes\n"
				      "accept p1@contoso.example\n"
				      "accept p2@contoso.example\n"
				      "accept p3@contoso.example\n"
				      "clock 2026-11-21 10:00\n"
				      "source\n"
				      "\tperson p1 disabled\n"
				      "\tperson p2\n"
				      "\tperson p3\n"
				      "\tperson p4\n"
				      "\tgroup ops Operators p*4\n"
				      "quietly apply patient --yes\n"
				      "clock 2026-11-22 10:00\n"
				      "source\n"
				      "\tperson p1\n"
				      "\tperson p2 disabled\n"
				      "\tperson p3\n"
				      "\tperson p4 disabled\n"
				      "\tgroup ops Operators p*4\n",
				      "patient");

	play_every(*state, &scene, 1, 20);
}

static void test_killed_in_a_bigger_apply_T87(void **state)
{
	struct scene scene = scene_of(*state,
				      "clock 2026-11-20 10:00\n"
				      "source\n"
				      "\tpeople p 40\n"
				      "\tgroup a Alpha p*40 owner:p1\n"
				      "\tgroup b Beta p*10 +in-c\n"
				      "\tgroup c in-c p11 p12\n",
				      "contoso");

	play_every(*state, &scene, 61, 300);
}

/* ---- decisions ---- */

static const char two_left[] = "clock 2026-11-20 10:00\n"
			       "source\n"
			       "\tperson bo\n"
			       "\tperson eve\n"
			       "\tgroup ops Operators bo eve\n"
			       "quietly apply contoso --yes\n"
			       "accept bo@contoso.example\n"
			       "accept eve@contoso.example\n"
			       "clock 2026-11-21 10:00\n"
			       "source\n"
			       "\tperson bo disabled\n"
			       "\tperson eve disabled\n"
			       "\tgroup ops Operators bo eve\n";

static void test_killed_in_a_run(void **state)
{
	struct scene scene = scene_of(*state, two_left, "contoso");

	scene.command = "run contoso";
	scene.check = "group list northwind/contoso";
	play_every(*state, &scene, 1, 15);
}

static void test_killed_in_a_rejection(void **state)
{
	struct scene scene = scene_of(*state, two_left, "contoso");

	run(scene.stage, "run contoso");
	scene.command = "reject contoso --all --reason no";
	play_every(*state, &scene, 1, 4);
}

/* The decision and what follows from it are two transactions; wherever it ends, the next
 * run does what was approved, once. */
static void test_killed_in_an_approval(void **state)
{
	struct scene scene = scene_of(*state, two_left, "contoso");
	const char *show = "group show northwind/contoso Operators";
	AUTO_MEM struct str *wanted = str_new(NULL);

	run(scene.stage, "run contoso");
	scene.command = "approve contoso --all --reason yes";
	rehearse(*state, &scene);
	assert_int_equal(stage_command(scene.stage, show, wanted), 0);
	assert_null(strstr(wanted->text, "eve@contoso.example"));
	for (uint64_t n = 1; n <= scene.statements; n++) {
		AUTO_MEM struct str *got = str_new(NULL);

		stage_back(scene.stage);
		run_and_kill(scene.stage, scene.command, n);
		if (run(scene.stage, "run contoso") == 3)
			run(scene.stage, scene.command);
		assert_int_equal(stage_command(scene.stage, show, got), 0);
		assert_string_equal(got->text, wanted->text);
		assert_int_equal(run(scene.stage, "run contoso"), 0);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prepare),
		TEST(test_killed_in_a_first_apply_T87_F43),
		TEST(test_killed_in_a_second_apply_T87),
		TEST(test_killed_while_suspending_and_restoring_T87_F06),
		TEST(test_killed_in_a_bigger_apply_T87),
		TEST(test_killed_in_a_run),
		TEST(test_killed_in_a_rejection),
		TEST(test_killed_in_an_approval),
	};
	int failed;

	if (stage_is_connector(argc, argv))
		return stage_connector();
	failed = test_main(tests);
	mem_free(prepared);
	return failed;
}
