/* SPDX-License-Identifier: MIT */
#include "bridge/run/run.h"
#include "bridge/base/clock.h"
#include "bridge/run/run_p.h"

static void add_directories(struct run *run)
{
	struct pull_facts *facts = &run->plan->pull;
	size_t n = run->source->n_directories;

	run->directories = mem_array(run, struct far_side, n);
	facts->directories = mem_array(run, struct pull_directory, n);
	run->n_directories = facts->n_directories = n;
	for (size_t i = 0; i < n; i++) {
		run->directories[i].config = &run->source->directories[i];
		run->directories[i].pull = &facts->directories[i];
		facts->directories[i].name = run->source->directories[i].name;
	}
}

struct run *run_new(TALLOC_CTX *ctx, const struct source_config *source,
		    const char *store_url, const char *os_user)
{
	struct run *run = mem_new(ctx, struct run);

	run->source = source;
	run->store_url = store_url;
	run->os_user = os_user;
	run->arena = arena_new(run);
	run->latest = table_new(run);
	run->seen = table_new(run);
	run->twice = table_new(run);
	run->plan = plan_new(run);
	run->plan->source = source->name;
	run->plan->organization = source->organization;
	run->plan->now = clock_now();
	config_digest(source, &run->plan->config);
	add_directories(run);
	return run;
}

/* A run, from first to last. What follows a plan is in apply.c. */
struct err *run_plan(struct run *run)
{
	struct err *err;

	/* What we know: what was given, how it ended, what was seen last. */
	err = recall(run);
	if (err == NULL)
		err = recall_released(run);
	if (err)
		return err;

	/* What they say, and whether it can be believed. */
	err = pull(run);
	if (err == NULL)
		err = make_wanted(run);
	if (err)
		return err_wrap(err, "pull \"%s\"", run->source->name);
	run->whole =
		guard_health(run->plan, &run->memory->history) && sentinels_read(run);
	run->whole &= names_are_clear(run);
	run->plan->suspect = !run->whole && run->plan->pull.complete;

	/* Who is missing: gone, hidden, or only missed? Unless nothing can be concluded.
	 */
	err = run->whole ? look_up_missing(run) : keep_what_was_known(run);
	stop_connectors(run);
	if (err)
		return err_wrap(err, "pull \"%s\"", run->source->name);

	/* What is wanted, what follows from it, and whether it may. */
	err = make_wanted(run);
	if (err == NULL)
		err = note_moves(run);
	if (err == NULL)
		err = make_plan(run);
	if (err == NULL)
		err = note_changed(run);
	if (err == NULL)
		err = judge_plan(run);
	return err;
}

struct err *run_look(struct run *run)
{
	struct err *err;

	run->memory = memory_new(run);
	err = pull(run);
	stop_connectors(run);
	if (err == NULL)
		err = make_wanted(run);
	if (err == NULL)
		names_are_clear(run);
	return err ? err_wrap(err, "look at \"%s\"", run->source->name) : NULL;
}

struct err *run_probe(struct run *run, uint16_t directory)
{
	struct err *err = dial(run, directory);

	stop_connectors(run);
	return err ? err_wrap(err, "connect to \"%s\"", run->source->name) : NULL;
}
