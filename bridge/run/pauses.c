/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/pause.h"
#include "bridge/run/run_p.h"

static const uint8_t bits[PAUSE_WHATS] = {
	[PAUSE_ALL] = PAUSED_ALL,
	[PAUSE_REMOVALS] = PAUSED_REMOVALS,
	[PAUSE_INVITATIONS] = PAUSED_INVITATIONS,
};

/* What to resume, for who may; who is above is named to nobody below. */
static void say(struct run *run, const struct pause *p, const char *where,
		const char *resume)
{
	static const char *const states[PAUSE_WHATS] = {
		[PAUSE_ALL] = "is paused",
		[PAUSE_REMOVALS] = "has its removals paused",
		[PAUSE_INVITATIONS] = "has its invitations paused",
	};
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *hint = "Whoever owns an organization above resumes it.";

	if (resume != NULL)
		hint = mem_printf(ctx,
				  "Go on with: dirbridge resume %s%s%s --reason TEXT",
				  resume, p->what == PAUSE_ALL ? "" : " --",
				  p->what == PAUSE_ALL ? "" : pause_name(p->what));
	plan_find(run->plan, "paused", hint, "%s %s since %s: %s", where, states[p->what],
		  clock_format_short(ctx, p->at), p->reason);
}

/* In the words of who reads the plan: nothing is said of who, or what, is above. */
static void stop_source(struct run *run, const struct view *v, const struct pause *p,
			bool aloud)
{
	uint32_t place;

	if (!pause_stops(v, p, run->source->name, run->plan->scope))
		return;
	run->plan->paused |= bits[p->what];
	pause_place(v, p, &place);
	if (aloud && p->source != NULL)
		say(run, p, "this source", run->source->name);
	else if (aloud && place == run->plan->scope)
		say(run, p, "this organization", run->source->organization);
	else if (aloud)
		say(run, p, "everything here", NULL);
}

static void stop_groups(struct run *run, const struct view *v, const struct pause *p,
			bool aloud)
{
	struct plan *plan = run->plan;
	uint32_t place;
	bool any = false;

	for (uint32_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *g = &plan->groups[i];

		if (!pause_stops_at(v, p, g->view_organization))
			continue;
		g->paused |= bits[p->what];
		any = true;
	}
	if (aloud && any && !pause_stops_at(v, p, plan->scope)) {
		AUTO_MEM char *where = NULL;

		pause_place(v, p, &place);
		where = mem_printf(NULL, "\"%s\"", v->organizations[place].path);
		say(run, p, where, v->organizations[place].path);
	}
}

struct err *pauses_mark(struct run *run, struct store *store, bool aloud)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const struct view *v = run->plan->view;
	struct pause *pauses;
	size_t n;
	struct err *err = pause_list(ctx, store, &pauses, &n);

	for (size_t i = 0; err == NULL && i < n; i++) {
		stop_source(run, v, &pauses[i], aloud);
		stop_groups(run, v, &pauses[i], aloud);
	}
	return err;
}

struct err *pauses_check(struct run *run, struct store *store)
{
	const struct plan *plan = run->plan;
	struct err *err = pauses_mark(run, store, false);

	for (size_t i = 0; err == NULL && i < plan->n_operations; i++)
		if (plan->operations[i].verdict == VERDICT_DO &&
		    plan_is_paused(plan, &plan->operations[i]))
			return err_hint(err_new(ERR_STALE, "since the plan, a person has "
							   "paused what it would do"),
					"Nothing was changed. Plan again.");
	return err;
}
