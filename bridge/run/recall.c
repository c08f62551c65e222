/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/erase.h"
#include "bridge/reconcile/reconcile.h"
#include "bridge/record/text.h"
#include "bridge/run/run_p.h"
#include <sys/resource.h>

/* ---- what we know ---- */

static struct err *check_organization(struct run *run)
{
	const struct view *v = run->console->view;
	uint32_t organization;
	struct err *err = console_organization(run->console, run->source->organization,
					       &organization);

	if (err)
		return err;
	run->plan->scope = organization;
	if (run->memory->organization == 0 ||
	    run->memory->organization == v->organizations[organization].id)
		return NULL;
	return err_hint(
		err_new(ERR_CONFIG,
			"source \"%s\" of \"%s\": the name is taken in this store",
			run->source->name, run->source->organization),
		"Give this source another name; one that was applied before keeps its "
		"organization.");
}

void protect(const struct run *run, struct view *v)
{
	for (size_t i = 0; run->source->protect && run->source->protect[i]; i++) {
		const char *what = run->source->protect[i];
		AUTO_MEM char *key = text_fold(NULL, what, strlen(what));
		uint32_t email;

		if (strchr(what, '@') != NULL) {
			AUTO_MEM char *address = email_key(NULL, what, strlen(what));

			email = view_add_email(v, what, address ? address : what);
			v->emails[email].is_protected = true;
		}
		for (uint32_t g = 0; g < v->n_groups; g++)
			if (strcmp(v->groups[g].name_key, key) == 0)
				v->groups[g].is_protected = true;
	}
}

/* Was it this configuration that a person last let change things? */
static void look_at_configuration(struct run *run)
{
	struct plan *plan = run->plan;
	const struct memory *m = run->memory;

	plan->first = !m->released || !digest_equal(&m->released_digest, &plan->config);
	if (m->released && plan->first)
		plan_find(plan, "configuration-changed",
			  "Read this plan for what follows from that; applying it makes "
			  "the new configuration the one in force.",
			  "who is wanted is decided by other settings than when this "
			  "source was last applied");
}

static void look_at_store(struct run *run)
{
	if (store_restored(run->store) != NULL)
		plan_find(run->plan, "store-restored",
			  "Read what would change, then say that the store is right: "
			  "dirbridge store accept",
			  "%s; it is only planned with until a person accepts it",
			  store_restored(run->store));
}

struct err *recall(struct run *run)
{
	const struct source_config *s = run->source;
	struct err *err = store_open(run, run->store_url, STORE_READ, &run->store);

	if (err == NULL)
		err = store_begin(run->store);
	if (err)
		return err;
	look_at_store(run);
	err = memory_load(run, run->store, s->name, run->plan->now, &run->memory);
	if (err == NULL)
		err = console_load(run, run->store, s->organization, run->plan->now,
				   &run->console);
	if (err == NULL)
		err = erased_load(run, run->store, &run->erased);
	if (err == NULL)
		err = console_may_run(run->console, run->os_user, run->as,
				      s->organization);
	store_rollback(run->store);
	if (err == NULL)
		err = console_act_for_source(run->console, run->os_user, s->act_as);
	if (err == NULL)
		err = check_organization(run);
	if (err)
		return err;
	protect(run, run->console->view);
	run->console->source = run->memory->source;
	run->plan->source_id = run->memory->source;
	run->plan->held = run->memory->held;
	run->plan->approved = run->memory->approved;
	run->plan->rejected = run->memory->rejected;
	run->plan->only_approved = run->only_approved;
	run->plan->second_person = s->second_person;
	look_at_configuration(run);
	run->memory->history.expect_low = s->expect_people.low;
	run->memory->history.expect_high = s->expect_people.high;
	return NULL;
}

/* ---- what is wanted ---- */

static const struct entry *const *borrowed(const struct run *run)
{
	return (const struct entry *const *)run->entries;
}

static uint32_t count_addresses(const struct wanted *w)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->n_persons; i++)
		n += w->persons[i].email_key != NULL;
	return n;
}

static void count_what_was_read(struct pull_facts *f, const struct wanted *w)
{
	f->people = w->n_persons;
	f->groups = w->directory_groups;
	f->members = w->members;
	f->addresses = count_addresses(w);
}

struct err *make_wanted(struct run *run)
{
	int64_t start = clock_ticks();
	struct err *err;

	if (run->wanted != NULL && run->is_sorted)
		return NULL;
	entries_sort(run);
	mem_free(run->wanted);
	run->wanted = NULL;
	err = map(run, run->source, borrowed(run), run->homes, run->n_entries,
		  run->plan->now, &run->wanted);
	if (err)
		return err;
	observe_people(run);
	if (!run->with_known)
		count_what_was_read(&run->plan->pull, run->wanted);
	run->plan->pull.us_map += clock_ticks() - start;
	return NULL;
}

/* ---- what follows ---- */

static char *explain(TALLOC_CTX *ctx, const struct plan *plan, uint32_t grant)
{
	const struct run *run = plan->explain_data;

	return map_reason(ctx, run->source, run->wanted, &run->wanted->grants[grant]);
}

static enum invite_mode invite_mode_of(enum invitations invitations)
{
	static const enum invite_mode modes[] = {
		[INVITATIONS_MAIL] = INVITE_MAIL,
		[INVITATIONS_SILENT] = INVITE_SILENT,
		[INVITATIONS_STAGED] = INVITE_STAGED,
	};
	return modes[invitations];
}

static int64_t peak_kb(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_maxrss : 0;
}

struct err *make_plan(struct run *run)
{
	const struct memory *m = run->memory;
	struct facts facts = {
		.config = run->source,
		.source = m->source,
		.now = run->plan->now,
		.census = run->whole,
		.unasked = run->unasked,
		.entries = borrowed(run),
		.n_entries = run->n_entries,
		.wanted = run->wanted,
		.given = m->given,
		.bindings = m->bindings,
		.n_bindings = m->n_bindings,
		.group_bindings = m->group_bindings,
		.n_group_bindings = m->n_group_bindings,
		.view = run->console->view,
		.scope = run->plan->scope,
		.anchor = anchor_kind_of_all(run),
	};
	int64_t start = clock_ticks();
	struct err *err;

	mark_erased(run, run->console->view);
	evidence_sort(run);
	facts.evidence = run->evidence;
	facts.n_evidence = run->n_evidence;
	run->plan->explain = explain;
	run->plan->explain_data = run;
	run->plan->invitations = invite_mode_of(run->source->invitations);
	err = reconcile(run->plan, &facts);
	run->plan->pull.us_reconcile = clock_ticks() - start;
	return err;
}

_Static_assert((int)LIMITS == (int)BUDGETS, "the configuration names every layer");

void guard_budgets(struct run *run)
{
	struct budget_limit limits[BUDGETS];

	for (enum budget_layer l = 0; l < BUDGETS; l++) {
		const struct limit *c = &run->source->limits[l];

		limits[l] = (struct budget_limit){ c->count, c->percent, c->until };
		run->plan->budgets[l].spent = run->memory->spent[l];
		run->plan->budgets[l].announced = run->memory->announced[l];
	}
	spent_mark(run);
	budget_guard(run->plan, limits);
}

struct err *judge_plan(struct run *run)
{
	int64_t start = clock_ticks();
	struct err *err = pauses_mark(run, run->store, true);

	if (err)
		return err;
	guard_domains(run->plan, run->source->mail_domains);
	plan_decide(run->plan);
	guard_budgets(run);
	plan_judge(run->plan, run->console->view, &run->console->principal);
	plan_seal(run->plan);
	run->plan->pull.us_judge = clock_ticks() - start;
	run->plan->pull.peak_kb = peak_kb();
	return NULL;
}
