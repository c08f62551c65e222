/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/erase.h"
#include "bridge/map/map.h"
#include "bridge/run/run_p.h"
#include <stdlib.h>

/* What a plan is carried out with: the store for writing, and the console as it is now.
 */
struct apply {
	struct run *run;
	struct store *store;
	struct console *console;
	const struct view *planned; /* the view that the plan was made on */
	int64_t run_id;
};

static struct err *stale(const char *what)
{
	return err_hint(
		err_new(ERR_STALE, "the console has changed since the plan: %s", what),
		"Nothing was changed. Plan again.");
}

/* ---- the plan's things in the console as it is now ---- */

static struct err *find_groups(struct apply *a)
{
	struct plan *plan = a->run->plan;
	const struct view *now = a->console->view;

	for (uint32_t i = 0; i < plan->n_groups; i++) {
		struct plan_group *g = &plan->groups[i];
		int64_t id = 0;

		if (g->view_organization != VIEW_NONE) {
			id = a->planned->organizations[g->view_organization].id;
			g->view_organization = view_organization_by_id(now, id);
			if (g->view_organization == VIEW_NONE)
				return stale("an organization is gone");
		}
		if (g->view == VIEW_NONE)
			continue;
		id = a->planned->groups[g->view].id;
		g->view = id == 0 ? VIEW_NONE : view_group_by_id(now, id);
		if (id != 0 && g->view == VIEW_NONE)
			return stale("a group is gone");
	}
	return NULL;
}

static struct err *find_people(struct apply *a)
{
	struct plan *plan = a->run->plan;
	const struct view *now = a->console->view;

	for (uint32_t i = 0; i < plan->n_persons; i++) {
		struct plan_person *p = &plan->persons[i];

		p->view_email = p->email_key ? view_email(now, p->email_key) : VIEW_NONE;
		if (p->account == VIEW_NONE)
			continue;
		p->account = view_account_by_id(now, a->planned->accounts[p->account].id);
		if (p->account == VIEW_NONE)
			return stale("an account is gone");
	}
	return NULL;
}

/* ---- what every operation was planned on ---- */

static struct err *check_before(const struct apply *a, const struct operation *op)
{
	const struct plan *plan = a->run->plan;
	const struct plan_person *p = &plan->persons[op->person];
	bool invited = op->given == GIVEN_INVITED;
	struct plan_seen seen = {
		.source = plan->source_id,
		.group = plan->groups[op->group].view,
		.role = (enum role)op->role,
		.account = p->account,
		.email = p->view_email,
		.invited = invited,
	};

	if (invited && op->email_key != NULL)
		seen.email = view_email(a->console->view, op->email_key);
	if (plan_console_state(a->console->view, &seen) ==
	    (enum console_state)op->console)
		return NULL;
	return stale(plan->groups[op->group].name);
}

/* All of them before the first is carried out: one may be about what another changes. */
static struct err *check_all(const struct apply *a)
{
	const struct plan *plan = a->run->plan;
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		/* What a person gave is there, or the judge says that it is not. */
		if (op->verdict == VERDICT_DO && op->person != PLAN_NONE &&
		    !plan_is_by_hand(op))
			err = check_before(a, op);
	}
	return err;
}

/* ---- one operation ---- */

struct value pack_via(const struct run *run, uint32_t grant, uint8_t *out)
{
	struct value via = { NULL, 0 };
	uint32_t path = MAP_NONE;

	if (run->saved != NULL && grant != PLAN_NONE)
		return run->saved->vias[grant];
	if (grant != PLAN_NONE)
		path = run->wanted->grants[grant].path;
	for (; path != MAP_NONE; path = run->wanted->paths[path].parent) {
		struct value anchor = entry_anchor(run->wanted->paths[path].group);

		if (via.len + 1 + anchor.len > VIA_MAX)
			break;
		via.bytes = (const char *)out;
		out[via.len++] = (uint8_t)anchor.len;
		memcpy(out + via.len, anchor.bytes, anchor.len);
		via.len += anchor.len;
	}
	return via;
}

/* An invitation ends seven days after it was made, whoever joined it since; under a new
 * address there may be one already. */
static struct err *find_since(const struct apply *a, const struct operation *op,
			      const struct change *change, int64_t *since)
{
	*since = a->console->now;
	if (op->kind != OPERATION_JOIN_INVITATION &&
	    (op->kind != OPERATION_INVITE || op->reason != REASON_ADDRESS_CHANGED))
		return NULL;
	return store_number(a->store, since, *since,
			    "SELECT created FROM invitation WHERE id = ?1", "i",
			    a->console->view->invitations[change->made].id);
}

static struct err *remember(struct apply *a, const struct operation *op, int64_t since)
{
	struct run *run = a->run;
	const struct plan_person *p = &run->plan->persons[op->person];
	const struct plan_group *g = &run->plan->groups[op->group];
	uint8_t via[VIA_MAX];
	struct given given = {
		.group = a->console->view->groups[g->view].id,
		.role = (enum role)op->role,
		.anchor = p->anchor,
		.state = (enum given_state)op->after,
		.since = since,
		.until = op->kind == OPERATION_SUSPEND ? op->until : 0,
		.repeats = op->repeats,
		.wish = op->wish,
		.email_key = op->after == GIVEN_INVITED ? p->email_key : NULL,
		.via = pack_via(run, op->grant, via),
	};

	if (op->kind == OPERATION_CANCEL)
		given.email_key = op->email_key;
	if (op->after == GIVEN_NONE)
		return memory_forget_given(a->store, run->memory->source, &given);
	return memory_save_given(a->store, run->memory->source, &given);
}

static struct err *bind_known(struct apply *a, const struct operation *op)
{
	struct plan_person *p = &a->run->plan->persons[op->person];

	if (!p->bind || op->after != GIVEN_GIVEN)
		return NULL;
	p->bind = false;
	return memory_bind(a->store, a->run->memory->source, &p->anchor,
			   a->console->view->accounts[p->account].id, a->console->now);
}

/* Others may have left since the plan was made: what it does not show, nobody has read.
 */
static struct err *check_last(const struct apply *a, const struct operation *op,
			      const struct change *change)
{
	const struct plan *plan = a->run->plan;

	if (!plan_takes(op) || !guard_empties(a->console->view, change) ||
	    (plan->approved != NULL && plan_names(plan->approved, op)))
		return NULL;
	return stale("it would take the last member of a group that had more");
}

static struct err *change_console(struct apply *a, const struct operation *op,
				  struct change *change)
{
	const struct plan_person *p = &a->run->plan->persons[op->person];
	struct err *err = check_last(a, op, change);

	return err ? err
		   : console_change(a->console, change, &p->anchor,
				    reason_code((enum reason)op->reason));
}

static struct err *carry_out_person(struct apply *a, struct operation *op)
{
	struct plan *plan = a->run->plan;
	struct change change, adopted;
	struct err *err = NULL;
	int64_t since;

	if (plan_change(plan, op, a->console->view, &change))
		err = change_console(a, op, &change);
	if (err == NULL && plan_change_adopted(plan, op, a->console->view, &adopted))
		err = change_console(a, op, &adopted);
	if (err || plan_is_by_hand(op))
		return err;
	err = find_since(a, op, &change, &since);
	if (err == NULL)
		err = bind_known(a, op);
	if (err == NULL)
		err = remember(a, op, since);
	return err;
}

static struct err *carry_out_group(struct apply *a, struct operation *op)
{
	struct plan *plan = a->run->plan;
	struct change change;
	struct err *err = NULL;

	if (plan_change(plan, op, a->console->view, &change))
		err = console_change(a->console, &change, NULL,
				     reason_code((enum reason)op->reason));
	if (err == NULL && op->kind == OPERATION_GROUP_CREATE)
		plan->groups[op->group].view = change.made;
	return err;
}

/* The judge's word counts now, not what it was when the plan was made. */
static struct err *carry_out(struct apply *a, struct operation *op)
{
	struct err *err = op->person == PLAN_NONE ? carry_out_group(a, op)
						  : carry_out_person(a, op);
	struct err *moved;

	if (err == NULL || err_class(err) != ERR_REFUSED)
		return err;
	moved = stale(err_text(err));
	err_free(err);
	return moved;
}

static struct err *carry_out_all(struct apply *a)
{
	struct plan *plan = a->run->plan;
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < plan->n_operations; i++)
		if (plan->operations[i].verdict == VERDICT_DO)
			err = carry_out(a, &plan->operations[i]);
	return err;
}

/* ---- on record ---- */

static struct err *record_run(struct apply *a)
{
	const struct plan *plan = a->run->plan;
	struct err *err;

	err = store_run(
		a->store,
		"INSERT INTO run (source_id, principal_id, started, ended, complete,"
		" health, people, groups, addresses, members, plan, config)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		"iiiiitiiiibb", a->run->memory->source, a->console->principal_id,
		plan->now, a->console->now, (int64_t)plan->pull.complete,
		plan->pull.unread     ? "undo"
		: a->run->saved       ? "saved"
		: a->run->whole       ? "healthy"
		: plan->pull.complete ? "suspect"
				      : "incomplete",
		(int64_t)plan->pull.people, (int64_t)plan->pull.groups,
		(int64_t)plan->pull.addresses, (int64_t)plan->pull.members,
		plan->digest.bytes, (size_t)DIGEST_SIZE, plan->config.bytes,
		(size_t)DIGEST_SIZE);
	a->run_id = store_last_id(a->store);
	a->console->run = a->run_id;
	return err;
}

static struct err *record_operation(struct apply *a, const struct operation *op,
				    size_t seq)
{
	const struct plan *plan = a->run->plan;
	const struct value none = { NULL, 0 };
	const struct value *anchor =
		op->person == PLAN_NONE ? &none : &plan->persons[op->person].anchor;
	uint32_t group =
		op->group == PLAN_NONE ? VIEW_NONE : plan->groups[op->group].view;

	return store_run(
		a->store,
		"INSERT INTO journal (run_id, seq, operation, kind, verdict, code,"
		" group_id, role, anchor) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
		"iibtttnib", a->run_id, (int64_t)seq, op->id.bytes, (size_t)DIGEST_SIZE,
		operation_record(op), verdict_name((enum verdict)op->verdict),
		operation_code(op),
		group == VIEW_NONE ? INT64_C(0) : a->console->view->groups[group].id,
		(int64_t)op->role, anchor->bytes, anchor->len);
}

static int64_t place_of(const struct apply *a, const struct operation *op)
{
	uint32_t o = op->group == PLAN_NONE
			     ? VIEW_NONE
			     : a->run->plan->groups[op->group].view_organization;

	return o == VIEW_NONE ? 0 : a->console->view->organizations[o].id;
}

/* What is held now, by id and in words; since when is kept for what was held before, also
 * while it is paused or set aside. */
static struct err *record_held(struct apply *a, const struct operation *op)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);

	if (op->guard == REASON_PAUSED || op->guard == REASON_REJECTED)
		return store_run(a->store,
				 "UPDATE held SET run_id = ?3 WHERE source_id = ?1"
				 " AND operation = ?2",
				 "ibi", a->run->memory->source, op->id.bytes,
				 (size_t)DIGEST_SIZE, a->run_id);
	if (op->verdict != VERDICT_HOLD)
		return NULL;
	return store_run(
		a->store,
		"INSERT INTO held (source_id, operation, since, run_id, kind, code, what,"
		" reason, organization_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
		" ON CONFLICT (source_id, operation) DO UPDATE"
		" SET run_id = excluded.run_id, what = excluded.what,"
		" reason = excluded.reason",
		"ibiittttn", a->run->memory->source, op->id.bytes, (size_t)DIGEST_SIZE,
		a->console->now, a->run_id, operation_name((enum operation_kind)op->kind),
		operation_code(op), plan_what(scratch, a->run->plan, op),
		plan_why(scratch, a->run->plan, op), place_of(a, op));
}

static struct err *use_up(struct apply *a, const struct operation *op, const char *word)
{
	return store_run(a->store,
			 "UPDATE decision SET used_run = ?3 WHERE source_id = ?1"
			 " AND operation = ?2 AND word = ?4 AND used_run IS NULL",
			 "ibit", a->run->memory->source, op->id.bytes,
			 (size_t)DIGEST_SIZE, a->run_id, word);
}

/* An approval is used up by what it let through. */
static struct err *use_approvals(struct apply *a)
{
	const struct plan *plan = a->run->plan;
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		if (op->verdict == VERDICT_DO && plan_names(a->run->memory->approved, op))
			err = use_up(a, op, "approve");
	}
	return err;
}

/* A rejection silences its operation until a whole plan no longer derives it. */
static struct err *end_rejections(struct apply *a)
{
	const struct plan *plan = a->run->plan;
	struct err *err =
		store_run(a->store,
			  "UPDATE decision SET used_run = -?2 WHERE source_id = ?1"
			  " AND word = 'reject' AND used_run IS NULL",
			  "ii", a->run->memory->source, a->run_id);

	for (size_t i = 0; err == NULL && i < plan->n_operations; i++)
		if (plan_names(a->run->memory->rejected, &plan->operations[i]))
			err = store_run(a->store,
					"UPDATE decision SET used_run = NULL"
					" WHERE source_id = ?1 AND operation = ?2"
					" AND word = 'reject' AND used_run = -?3",
					"ibi", a->run->memory->source,
					plan->operations[i].id.bytes, (size_t)DIGEST_SIZE,
					a->run_id);
	return err;
}

static struct err *record_decisions(struct apply *a)
{
	struct err *err = record_spent(a->run, a->store, a->console->view, a->run_id,
				       a->console->now);

	if (err == NULL)
		err = use_approvals(a);
	if (err == NULL && a->run->whole)
		err = end_rejections(a);
	return err;
}

static struct err *record_operations(struct apply *a)
{
	const struct plan *plan = a->run->plan;
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < plan->n_operations; i++) {
		err = record_operation(a, &plan->operations[i], i);
		if (err == NULL)
			err = record_held(a, &plan->operations[i]);
	}
	if (err == NULL && a->run->whole)
		err = store_run(a->store,
				"DELETE FROM held WHERE source_id = ?1 AND run_id < ?2",
				"ii", a->run->memory->source, a->run_id);
	return err;
}

/* As long as a rename waits, the name that was wanted before is the one to remember. */
static struct err *bind_groups(struct apply *a)
{
	const struct plan *plan = a->run->plan;
	const struct view *v = a->console->view;
	struct err *err = NULL;

	for (uint32_t i = 0; err == NULL && i < plan->n_groups; i++) {
		const struct plan_group *g = &plan->groups[i];

		if (g->bind && g->view != VIEW_NONE &&
		    strcmp(v->groups[g->view].name_key, g->name_key) == 0)
			err = memory_bind_group(a->store, a->run->memory->source,
						&g->feeder, v->groups[g->view].id,
						g->name_key);
	}
	return err;
}

static struct err *record_ways(struct apply *a)
{
	const struct run *run = a->run;
	struct err *err = NULL;
	uint8_t via[VIA_MAX];

	for (size_t i = 0; err == NULL && i < run->plan->n_ways; i++) {
		const struct plan_way *way = &run->plan->ways[i];
		struct given given = given_at(run->memory->given, way->given);

		given.via = pack_via(run, way->grant, via);
		if (given.state == GIVEN_UNDONE)
			given.state = GIVEN_GIVEN;
		err = memory_save_given(a->store, run->memory->source, &given);
	}
	return err;
}

static struct err *record(struct apply *a)
{
	struct run *run = a->run;
	AUTO_MEM char *text = config_decides(NULL, run->source);
	bool release = run_releases(run);
	struct err *err = bind_groups(a);

	if (err == NULL)
		err = record_operations(a);
	if (err == NULL)
		err = record_decisions(a);
	if (err == NULL && run->whole)
		err = record_ways(a);
	if (err == NULL)
		err = record_seen(run, a->store, a->run_id, release || !run->plan->first);
	if (err == NULL && release)
		err = memory_release(a->store, run->memory, &run->plan->config, text,
				     a->console->now);
	return err;
}

/* ---- the one transaction ---- */

/* Who wants it must own the source's organization; who does it is the service principal.
 */
static struct err *check_rights(struct apply *a)
{
	const struct source_config *s = a->run->source;
	struct err *err =
		console_may_run(a->console, a->run->os_user, a->run->as, s->organization);

	return err ? err : console_act_for_source(a->console, a->run->os_user, s->act_as);
}

static struct err *prepare(struct apply *a)
{
	struct run *run = a->run;
	const struct source_config *s = run->source;
	struct memory *now;
	struct err *err;

	err = console_load(run, a->store, s->organization, clock_now(), &a->console);
	if (err == NULL)
		err = check_rights(a);
	if (err == NULL)
		err = erased_load(run, a->store, &run->erased);
	if (err == NULL)
		err = memory_load(run, a->store, s->name, a->console->now, &now);
	if (err)
		return err;
	if (now->source != run->memory->source || now->is_new != run->memory->is_new ||
	    memory_moved(run->memory, now))
		return stale("another run of this source was faster, or its "
			     "configuration is another");
	mem_free(now);
	a->console->source = run->memory->source;
	protect(run, a->console->view);
	mark_erased(run, a->console->view);
	err = find_groups(a);
	if (err == NULL)
		err = find_people(a);
	run->plan->view = a->console->view;
	run->plan->scope = view_organization(a->console->view, s->organization);
	return err;
}

static struct err *do_all(struct apply *a)
{
	struct run *run = a->run;
	struct err *err = prepare(a);

	if (err == NULL)
		err = console_expire(a->console);
	if (err == NULL)
		err = memory_save_source(
			a->store, run->memory, run->source->name,
			a->console->view->organizations[run->plan->scope].id);
	if (err == NULL)
		err = memory_save_directories(a->store, run->memory,
					      run->plan->pull.directories,
					      run->plan->pull.n_directories);
	if (err == NULL)
		err = record_run(a);
	if (err == NULL)
		err = pauses_check(run, a->store);
	if (err == NULL)
		err = check_all(a);
	if (err == NULL)
		err = carry_out_all(a);
	if (err == NULL)
		err = record(a);
	if (err == NULL)
		err = console_finish(a->console);
	return err;
}

struct err *run_apply(struct run *run)
{
	struct apply a = { .run = run, .planned = run->console->view };
	struct err *err;

	mem_free(run->store);
	run->store = NULL;
	err = store_open(run, run->store_url, STORE_WRITE, &a.store);
	if (err == NULL)
		err = store_begin(a.store);
	if (err == NULL)
		err = do_all(&a);
	if (err == NULL)
		err = store_commit(a.store);
	else if (a.store != NULL)
		store_rollback(a.store);
	return err ? err_wrap(err, "apply \"%s\"", run->source->name) : NULL;
}
