/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/map/map.h"
#include "bridge/reconcile/reconcile.h"
#include "bridge/run/run_p.h"
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct err *load_key(struct run *run, uint8_t key[KEY_SIZE])
{
	struct err *err = store_begin(run->store);

	if (err == NULL)
		err = console_key(run->store, "plan-key", key);
	store_rollback(run->store);
	return err;
}

/* ---- writing ---- */

static void extra(TALLOC_CTX *ctx, const void *data, const struct plan *plan,
		  const struct operation *op, struct plan_extra *out)
{
	const struct run *run = data;
	const struct evidence *e = NULL;

	out->via = pack_via(run, op->grant, mem_array(ctx, uint8_t, VIA_MAX));
	if (op->grant != PLAN_NONE)
		out->because = plan->explain(ctx, plan, op->grant);
	if (op->person != PLAN_NONE)
		e = evidence_seen(run, &plan->persons[op->person].anchor);
	if (e != NULL)
		out->evidence = *e;
}

static void to_file(void *to, const char *bytes, size_t len)
{
	fwrite(bytes, 1, len, to);
}

static bool write_to(struct run *run, const uint8_t *key, FILE *out)
{
	AUTO_MEM struct str *text = str_new(NULL);

	run->plan->drain = to_file;
	run->plan->drain_to = out;
	plan_save(text, run->plan, key, extra, run);
	fwrite(text->text, 1, text->len, out);
	return ferror(out) == 0 && fflush(out) == 0 && fsync(fileno(out)) == 0;
}

static struct err *cannot(const char *what, const char *path)
{
	return err_new(ERR_USAGE, "cannot %s plan \"%s\": %s", what, path,
		       strerror(errno));
}

struct err *run_save(struct run *run, const char *path)
{
	AUTO_MEM char *partial = mem_printf(NULL, "%s.partial", path);
	uint8_t key[KEY_SIZE];
	struct err *err = load_key(run, key);
	mode_t mask;
	FILE *out;

	if (err)
		return err;
	unlink(partial);
	mask = umask(077);
	out = fopen(partial, "wxe");
	umask(mask);
	if (out == NULL)
		err = cannot("write", path);
	else if (!write_to(run, key, out))
		err = cannot("write", path);
	if (out != NULL && fclose(out) != 0 && err == NULL)
		err = cannot("write", path);
	if (err == NULL && rename(partial, path) != 0)
		err = cannot("write", path);
	if (err)
		unlink(partial);
	bytes_wipe(key, sizeof key);
	return err;
}

/* ---- is it still what it was ---- */

static struct err *moved(const char *what)
{
	return err_hint(err_new(ERR_STALE, "since the plan was saved, %s", what),
			"Nothing was changed. Plan again.");
}

static struct err *check_whose(const struct run *run, const struct plan *plan,
			       const char *path)
{
	const struct source_config *s = run->source;

	if (strcmp(plan->source, s->name) != 0 ||
	    strcmp(plan->organization, s->organization) != 0)
		return err_hint(err_refused("plan-source",
					    "plan-source: \"%s\" is a plan of source "
					    "\"%s\" for \"%s\", not of \"%s\" for \"%s\"",
					    path, plan->source, plan->organization,
					    s->name, s->organization),
				"Nothing was changed. Plan again.");
	if (plan->now + PLAN_LIFETIME < run->plan->now || plan->now > run->plan->now + 60)
		return err_hint(
			err_refused(
				"plan-expired",
				"plan-expired: \"%s\" is of %s, and a plan is good for "
				"72 hours",
				path, clock_format_short(run->plan, plan->now)),
			"Nothing was changed. Plan again.");
	if (plan->source_id != run->memory->source)
		return moved("another source was applied for the first time");
	if (!digest_equal(&plan->config, &run->plan->config))
		return moved("the configuration has changed");
	return NULL;
}

static struct err *find_things(struct run *run, struct plan_saved *saved)
{
	const struct view *v = run->console->view;
	struct plan *plan = saved->plan;

	for (uint32_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *g = &plan->groups[i];

		if (saved->organizations[i] != 0)
			g->view_organization =
				view_organization_by_id(v, saved->organizations[i]);
		if (saved->groups[i] != 0)
			g->view = view_group_by_id(v, saved->groups[i]);
		if ((saved->organizations[i] != 0) !=
			    (g->view_organization != VIEW_NONE) ||
		    (saved->groups[i] != 0) != (g->view != VIEW_NONE))
			return moved("a group or an organization has gone");
	}
	for (uint32_t i = 0; i < plan->n_persons; i++) {
		if (saved->accounts[i] == 0)
			continue;
		plan->persons[i].account = view_account_by_id(v, saved->accounts[i]);
		if (plan->persons[i].account == VIEW_NONE)
			return moved("an account has gone");
	}
	return NULL;
}

static enum given_state given_now(const struct run *run, const struct plan *plan,
				  const struct operation *op)
{
	uint32_t group = plan->groups[op->group].view;
	int64_t id = group == VIEW_NONE ? 0 : run->console->view->groups[group].id;

	return given_find(run->memory->given, id, (enum role)op->role,
			  &plan->persons[op->person].anchor)
		.state;
}

/* An id holds what its operation was planned on, so it comes out as it was. */
static struct err *check_before(const struct run *run, struct plan *plan,
				const struct digest *ids)
{
	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		if (!digest_equal(&op->id, &ids[i]))
			return moved("what it stands on has changed");
		if (op->verdict == VERDICT_DO && op->person != PLAN_NONE &&
		    !plan_is_by_hand(op) &&
		    given_now(run, plan, op) != (enum given_state)op->given)
			return moved("another run has changed what was given");
	}
	return NULL;
}

static struct err *check_plan(const struct run *run, struct plan *plan)
{
	AUTO_MEM struct digest *ids = mem_array(NULL, struct digest, plan->n_operations);
	struct digest digest = plan->digest;

	for (size_t i = 0; i < plan->n_operations; i++)
		ids[i] = plan->operations[i].id;
	plan_identify(plan);
	plan_seal(plan);
	if (!digest_equal(&digest, &plan->digest))
		return moved("what it stands on has changed");
	return check_before(run, plan, ids);
}

/* Whom the plan lets in, its pull has read alive: what was seen before is over. */
static void forget_older(struct run *run, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];
		const struct evidence *seen;

		if (op->verdict != VERDICT_DO || op->person == PLAN_NONE ||
		    op->kind < OPERATION_GRANT || op->kind > OPERATION_RESTORE)
			continue;
		seen = evidence_seen(run, &plan->persons[op->person].anchor);
		if (seen != NULL && seen->last <= plan->now)
			observe(run, &plan->persons[op->person].anchor, EVIDENCE_NONE);
	}
}

static void take_evidence(struct run *run, const struct plan_saved *saved)
{
	int64_t now = run->plan->now;

	evidence_sort(run); /* from here on what is remembered is seen */
	for (size_t i = 0; i < saved->n_evidence; i++) {
		const struct evidence *e = &saved->evidence[i];
		const struct evidence *seen = evidence_seen(run, &e->anchor);

		if (seen != NULL && seen->last >= e->last)
			continue;
		run->plan->now = e->last;
		observe(run, &e->anchor, e->kind);
	}
	run->plan->now = now;
	forget_older(run, saved->plan);
	evidence_sort(run);
}

/* What has been rejected since is neither done nor asked again. */
static void silence_rejected(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_operations; i++) {
		struct operation *op = &plan->operations[i];

		if ((op->verdict != VERDICT_HOLD && op->verdict != VERDICT_DO) ||
		    !plan_names(plan->rejected, op))
			continue;
		op->verdict = VERDICT_SKIP;
		op->guard = REASON_REJECTED;
	}
	plan_count(plan);
}

static struct err *check_identities(struct run *run)
{
	const struct pull_facts *facts = &run->plan->pull;
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < facts->n_directories; i++)
		if (facts->directories[i].identity != NULL)
			err = check_identity(run, &facts->directories[i]);
	return err;
}

/* Where it takes from hand, what hand gives counts as well, and stays as it was read. */
static void count_groups(const struct run *run, struct plan *plan, struct table *of)
{
	const struct view *v = run->console->view;
	AUTO_MEM bool *by_hand = mem_array(NULL, bool, plan->n_groups + 1);

	for (size_t i = 0; i < plan->n_operations; i++)
		if (plan->operations[i].group != PLAN_NONE)
			by_hand[plan->operations[i].group] |=
				plan_is_by_hand(&plan->operations[i]);
	for (uint32_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *g = &plan->groups[i];

		if (by_hand[i] || g->view == VIEW_NONE)
			continue;
		g->had = 0;
		table_put(of, &v->groups[g->view].id, sizeof(int64_t), i);
	}
}

/* Limits are measured on what the source gives by now. */
static void count_had(const struct run *run, struct plan *plan)
{
	const struct given_set *given = run->memory->given;
	AUTO_MEM struct table *groups = table_new(NULL), *persons = table_new(NULL);

	count_groups(run, plan, groups);
	for (uint32_t i = 0; i < plan->n_persons; i++) {
		struct plan_person *p = &plan->persons[i];

		p->had = 0;
		table_put(persons, p->anchor.bytes, p->anchor.len, i);
	}
	for (size_t i = 0; i < given->n; i++) {
		struct given row = given_at(given, i);
		uint32_t g = table_get(groups, &row.group, sizeof row.group);
		uint32_t p = table_get(persons, row.anchor.bytes, row.anchor.len);

		if (!given_is_live(row.state))
			continue;
		if (g != TABLE_NONE)
			plan->groups[g].had++;
		if (p != TABLE_NONE)
			plan->persons[p].had++;
	}
}

/* The run's own plan knows what was recalled; the file's, what is to be done. */
static void adopt(struct run *run, struct plan_saved *saved)
{
	struct plan *plan = saved->plan, *own = run->plan;

	take_evidence(run, saved);
	plan->held = own->held;
	plan->approved = own->approved;
	plan->rejected = own->rejected;
	silence_rejected(plan);
	run->plan = plan;
	run->saved = saved;
	count_had(run, plan);
	guard_budgets(run);
	plan_count(plan);
}

struct err *run_reopen(struct run *run, FILE *in, const char *path)
{
	uint8_t key[KEY_SIZE];
	struct plan_saved *saved;
	struct err *err = recall(run);

	if (err == NULL)
		err = load_key(run, key);
	if (err == NULL)
		err = plan_read(run, in, path, key, &saved);
	if (err == NULL)
		err = check_whose(run, saved->plan, path);
	if (err == NULL) {
		saved->plan->view = run->console->view;
		saved->plan->scope = run->plan->scope;
		err = find_things(run, saved);
	}
	if (err == NULL)
		err = check_plan(run, saved->plan);
	if (err == NULL) {
		adopt(run, saved);
		err = check_identities(run);
	}
	bytes_wipe(key, sizeof key);
	return err;
}
