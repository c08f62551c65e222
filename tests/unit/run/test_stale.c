/* SPDX-License-Identifier: MIT */
/* What happens to a source between a plan and its apply, and what the apply makes of it.
 */
#include "bridge/run/run.h"
#include "tests/stage.h"

#define SETUP_FOLDER TOP_SRCDIR "/tests/decide"

/* One person, whom a group has, and one whom none has. */
#define BEFORE                                                                           \
	"clock 2026-11-20 10:00\n"                                                       \
	"source\n"                                                                       \
	"\tperson bo\n"                                                                  \
	"\tperson eve\n"                                                                 \
	"\tgroup ops Operators bo\n"                                                     \
	"quietly apply contoso --yes\n"                                                  \
	"clock 2026-11-20 11:00\n"

static struct stage *scene(TALLOC_CTX *ctx, const char *text)
{
	struct stage *stage = stage_new(ctx, NULL);

	stage_write(stage, "dirbridge.yaml",
		    stage_read(ctx, SETUP_FOLDER "/dirbridge.yaml"));
	stage_play(stage, stage_read(ctx, SETUP_FOLDER "/setup"));
	stage_play(stage, text);
	return stage;
}

static struct run *planned(TALLOC_CTX *ctx, const struct stage *stage)
{
	const struct source_config *source;
	struct config *config;
	struct run *run;

	assert_ok(config_load(ctx, "dirbridge.yaml", connector_settings,
			      connector_names(), connector_check, &config));
	assert_ok(config_source(config, "contoso", &source));
	run = run_new(ctx, source, "sqlite:console.db", stage->user);
	assert_ok(run_plan(run));
	return run;
}

static void assert_stale(TALLOC_CTX *ctx, struct run *run, const struct stage *stage,
			 const char *text)
{
	char *before = stage_dump(ctx, stage);

	assert_err(run_apply(run), ERR_STALE, text);
	assert_string_equal(stage_dump(ctx, stage), before);
}

static char *evidence(TALLOC_CTX *ctx, const struct stage *stage)
{
	struct str *out = str_new(ctx);

	stage_sql(stage,
		  "SELECT CAST(anchor AS TEXT), kind, time(last, 'unixepoch')"
		  " FROM evidence ORDER BY anchor",
		  out);
	return out->text;
}

/* Who is wanted is decided otherwise by now: the plan is of the old configuration. */
static void test_another_configuration_was_applied(void **state)
{
	struct stage *stage = scene(*state, BEFORE);
	struct run *run = planned(*state, stage);

	stage_sql(stage, "UPDATE source SET released_digest = zeroblob(32)",
		  str_new(*state));
	assert_stale(*state, run, stage, "configuration");
	mem_free(run);
}

static void test_the_configuration_is_no_longer_released(void **state)
{
	struct stage *stage = scene(*state, BEFORE);
	struct run *run = planned(*state, stage);

	stage_sql(stage, "UPDATE source SET released_digest = NULL", str_new(*state));
	assert_stale(*state, run, stage, "configuration");
	mem_free(run);
}

/* Another run has seen that eve is deleted, which changes nothing that was planned: it is
 * no reason to plan again, and none to forget it. */
static void test_what_another_run_has_seen_stays(void **state)
{
	struct stage *stage = scene(*state, BEFORE);
	struct run *run = planned(*state, stage);

	stage_play(stage, "source\n"
			  "\tgone eve\n"
			  "\tperson bo\n"
			  "\tgroup ops Operators bo\n"
			  "\tincomplete the server is busy\n"
			  "quietly apply contoso --yes\n");
	assert_string_equal(evidence(*state, stage), "eve | tombstone | 11:00:00\n");
	assert_ok(run_apply(run));
	assert_string_equal(evidence(*state, stage), "eve | tombstone | 11:00:00\n");
	mem_free(run);
}

/* Of what this run has seen too, its own word counts; what is over goes. */
static void test_what_the_run_has_seen_itself(void **state)
{
	struct stage *stage = scene(*state, BEFORE);
	struct run *run;

	stage_play(stage, "source\n"
			  "\tperson bo disabled\n"
			  "\tperson eve disabled\n"
			  "\tperson kim disabled\n"
			  "\tgroup ops Operators bo\n"
			  "quietly apply contoso --yes\n"
			  "clock 2026-11-20 12:00\n"
			  "source\n"
			  "\tperson bo\n"
			  "\tperson eve disabled\n"
			  "\tperson lea disabled\n"
			  "\tgroup ops Operators bo\n");
	assert_string_equal(evidence(*state, stage), "bo | disabled | 11:00:00\n"
						     "eve | disabled | 11:00:00\n"
						     "kim | disabled | 11:00:00\n");
	run = planned(*state, stage);
	assert_ok(run_apply(run));
	assert_string_equal(evidence(*state, stage), "eve | disabled | 12:00:00\n"
						     "kim | disabled | 11:00:00\n"
						     "lea | disabled | 12:00:00\n");
	mem_free(run);
}

/* The account was bound to somebody else in the meantime. */
static void test_an_account_is_one_person(void **state)
{
	struct stage *stage = scene(*state, BEFORE "accept bo@contoso.example\n");
	const struct value bo = { "bo", 2 }, eve = { "eve", 3 };
	struct store *store;
	int64_t account;

	assert_ok(store_open(*state, "console.db", STORE_WRITE, &store));
	assert_ok(store_begin(store));
	assert_ok(store_number(store, &account, 0, "SELECT account_id FROM binding", ""));
	assert_ok(memory_bind(store, 1, &bo, account, 1));
	assert_err(memory_bind(store, 1, &eve, account, 1), ERR_STALE, "bound already");
	assert_err(memory_bind(store, 1, &bo, account + 1, 1), ERR_STALE,
		   "bound already");
	store_rollback(store);
	mem_free(store);
	mem_free(stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_another_configuration_was_applied),
		TEST(test_the_configuration_is_no_longer_released),
		TEST(test_what_another_run_has_seen_stays),
		TEST(test_what_the_run_has_seen_itself),
		TEST(test_an_account_is_one_person),
	};

	if (stage_is_connector(argc, argv))
		return stage_connector();
	return test_main(tests);
}
