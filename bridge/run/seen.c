/* SPDX-License-Identifier: MIT */
#include "bridge/run/run_p.h"

bool run_releases(const struct run *run)
{
	const struct plan *plan = run->plan;
	bool whole = run->saved ? plan->pull.complete && !plan->suspect : run->whole;

	return (!run->only_approved || run->releases) &&
	       (whole || !plan->first || !leaves_directories(run));
}

static struct err *save_whole(struct run *run, struct store *store, int64_t id)
{
	const struct pull_facts *facts = &run->plan->pull;
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct memory *m = run->memory;
	size_t n;
	const struct mirror_row *rows = without_erased(run, ctx, &n);
	struct err *err = memory_save_mirror(store, m, rows, n);

	if (err == NULL)
		err = memory_forget_directories(store, m, facts->directories,
						facts->n_directories);
	if (err == NULL)
		err = memory_save_parts(store, m, id, facts->directories,
					facts->n_directories);
	return err;
}

/* Until a configuration is in force, what it takes out may come back. */
struct err *record_seen(struct run *run, struct store *store, int64_t id, bool in_force)
{
	struct memory *m = run->memory;
	struct err *err = NULL;

	for (size_t i = 0; i < m->n_directories; i++)
		m->directories[i].stays =
			!in_force && home_of(run, &m->directories[i]) == HOME_NONE;
	if (run->whole)
		err = save_whole(run, store, id);
	if (err || (run->lets_go && !in_force))
		return err;
	return memory_save_evidence(store, m, run->evidence, run->n_evidence);
}
