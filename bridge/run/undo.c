/* SPDX-License-Identifier: MIT */
#include "bridge/base/table.h"
#include "bridge/run/run_p.h"

/* What is turned round, and what cannot be. */
struct undoing {
	struct run *run;
	struct plan *plan;
	const struct view *view;
	struct table *groups;  /* number in the view -> in the plan */
	struct table *persons; /* anchor -> in the plan */
	size_t c_groups, c_persons;
	size_t done; /* operations of the run */
	size_t mails, groups_made, gone;
	size_t by_hand; /* operations that ended what a person gave */
};

/* One line of a run's journal. */
struct entry_of_journal {
	enum operation_kind kind;
	bool by_hand; /* it ended what a person gave */
	int64_t group;
	enum role role;
	struct value anchor;
};

/* ---- the things of the plan ---- */

static uint32_t group_of(struct undoing *u, uint32_t view)
{
	const struct view_group *g = &u->view->groups[view];
	uint32_t *key = mem_dup(u->plan, &view, sizeof view);
	uint32_t found = table_add(u->groups, key, sizeof *key, u->plan->n_groups);

	if (found != TABLE_NONE)
		return found;
	mem_grow(u->plan, u->plan->groups, u->plan->n_groups + 1, &u->c_groups);
	u->plan->groups[u->plan->n_groups] = (struct plan_group){
		.organization = u->view->organizations[g->organization].path,
		.name = g->name,
		.name_key = g->name_key,
		.view_organization = g->organization,
		.view = view,
		.members = g->members,
		.owners = g->person_owners,
	};
	return u->plan->n_groups++;
}

static uint32_t account_of(const struct undoing *u, const struct value *anchor)
{
	const struct memory *m = u->run->memory;
	int64_t account = binding_find(m->bindings, m->n_bindings, anchor);

	return account ? view_account_by_id(u->view, account) : VIEW_NONE;
}

/* Who has no account was invited, under the last address that the source used. */
static struct err *address_of(struct undoing *u, struct plan_person *p)
{
	struct rows *rows;
	bool more = false;
	struct err *err;

	if (p->account != VIEW_NONE && u->view->accounts[p->account].email != VIEW_NONE) {
		p->view_email = u->view->accounts[p->account].email;
		p->email = u->view->emails[p->view_email].address;
		p->email_key = u->view->emails[p->view_email].key;
		return NULL;
	}
	err = store_query(u->run->store, &rows,
			  "SELECT s.email, s.email_key FROM invitation_giver v"
			  " JOIN invitation i ON i.id = v.invitation_id"
			  " JOIN subject s ON s.id = i.subject_id"
			  " WHERE v.giver = ?1 AND v.anchor = ?2"
			  " ORDER BY i.id DESC LIMIT 1",
			  "ib", u->plan->source_id, p->anchor.bytes, p->anchor.len);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	if (row_text(rows, 1) != NULL) {
		p->email = mem_strdup(u->plan, row_text(rows, 0));
		p->email_key = mem_strdup(u->plan, row_text(rows, 1));
		p->view_email = view_email(u->view, p->email_key);
	}
	rows_end(rows);
	return NULL;
}

static struct err *person_of(struct undoing *u, const struct value *anchor,
			     uint32_t *number)
{
	struct value kept = { mem_dup(u->plan, anchor->bytes, anchor->len), anchor->len };
	uint32_t found = table_add(u->persons, kept.bytes, kept.len, u->plan->n_persons);
	struct plan_person *p;
	struct err *err;

	*number = found;
	if (found != TABLE_NONE)
		return NULL;
	mem_grow(u->plan, u->plan->persons, u->plan->n_persons + 1, &u->c_persons);
	*number = u->plan->n_persons++;
	p = &u->plan->persons[*number];
	*p = (struct plan_person){
		.anchor = kept,
		.account = account_of(u, &kept),
		.view_email = VIEW_NONE,
	};
	err = address_of(u, p);
	p->who = p->email ? p->email : hex_of(u->plan, kept.bytes, kept.len);
	return err;
}

/* ---- the other way round ---- */

/* What undoes it, from what stands there now; OPERATIONS: nothing does. */
static enum operation_kind reverse(enum operation_kind did, enum console_state now,
				   enum given_state given, bool known)
{
	switch (did) {
	case OPERATION_GRANT:
	case OPERATION_INVITE:
	case OPERATION_JOIN:
	case OPERATION_JOIN_INVITATION:
		return now == CONSOLE_OURS           ? OPERATION_REVOKE
		       : now == CONSOLE_OURS_OTHERS  ? OPERATION_LEAVE
		       : now == CONSOLE_PENDING_OURS ? OPERATION_CANCEL
						     : OPERATIONS;
	case OPERATION_RESTORE:
		return now == CONSOLE_OURS || now == CONSOLE_OURS_OTHERS
			       ? OPERATION_SUSPEND
			       : OPERATIONS;
	case OPERATION_SUSPEND:
		return given == GIVEN_SUSPENDED ? OPERATION_RESTORE : OPERATIONS;
	case OPERATION_REVOKE:
	case OPERATION_LEAVE:
		return !known                   ? OPERATIONS
		       : now == CONSOLE_NOTHING ? OPERATION_GRANT
		       : now == CONSOLE_OTHERS  ? OPERATION_JOIN
						: OPERATIONS;
	case OPERATION_CANCEL:
		return now == CONSOLE_NOTHING          ? OPERATION_INVITE
		       : now == CONSOLE_PENDING_OTHERS ? OPERATION_JOIN_INVITATION
						       : OPERATIONS;
	default:
		return OPERATIONS;
	}
}

static void add_operation(struct undoing *u, const struct entry_of_journal *e,
			  uint32_t view, uint32_t person)
{
	struct plan *plan = u->plan;
	const struct plan_person *p = &plan->persons[person];
	struct given given =
		given_find(u->run->memory->given, e->group, e->role, &e->anchor);
	struct plan_seen seen = {
		plan->source_id, view,    p->account,
		p->view_email,   e->role, given.state == GIVEN_INVITED
	};
	enum console_state now = plan_console_state(u->view, &seen);
	enum operation_kind kind =
		reverse(e->kind, now, given.state, p->account != VIEW_NONE);
	struct operation *op;

	if (kind == OPERATIONS || (kind == OPERATION_INVITE &&
				   p->view_email == VIEW_NONE && p->email_key == NULL)) {
		u->gone++;
		return;
	}
	op = plan_add(plan);
	op->kind = (uint8_t)kind;
	op->verdict = VERDICT_DO;
	op->reason = REASON_UNDONE;
	op->role = (uint8_t)e->role;
	op->given = (uint8_t)given.state;
	op->console = (uint8_t)now;
	op->after = GIVEN_UNDONE;
	op->wish = e->kind <= OPERATION_RESTORE;
	op->group = group_of(u, view);
	op->person = person;
	if (kind == OPERATION_SUSPEND)
		op->until = plan->now + u->run->source->grace;
	if (kind == OPERATION_CANCEL)
		op->email_key = given.email_key ? mem_strdup(plan, given.email_key)
						: p->email_key;
}

static struct err *turn_round(struct undoing *u, const struct entry_of_journal *e)
{
	uint32_t view = view_group_by_id(u->view, e->group), person;
	struct err *err;

	u->done++;
	u->by_hand += e->by_hand;
	if (e->by_hand)
		return NULL;
	u->groups_made += e->kind <= OPERATION_GROUP_RENAME;
	u->mails += e->kind == OPERATION_INVITE;
	if (e->kind <= OPERATION_GROUP_RENAME || e->kind >= OPERATION_FORGET)
		return NULL;
	if (view == VIEW_NONE || e->anchor.len == 0) {
		u->gone++;
		return NULL;
	}
	err = person_of(u, &e->anchor, &person);
	if (err == NULL)
		add_operation(u, e, view, person);
	return err;
}

static enum operation_kind kind_of(const char *name)
{
	enum operation_kind kind = 0;

	while (kind < OPERATIONS && strcmp(operation_name(kind), name) != 0)
		kind++;
	return kind;
}

static bool is_by_hand(const char *name)
{
	return strcmp(name, "adopt") == 0 || strcmp(name, "revoke-hand") == 0 ||
	       strcmp(name, "leave-hand") == 0;
}

/* All of them first: what is looked up for one uses the store as well. */
static struct err *load_journal(struct undoing *u, int64_t id,
				struct entry_of_journal **out, size_t *n)
{
	struct rows *rows;
	size_t capacity = 0, len;
	bool more = true;
	struct err *err = store_query(
		u->run->store, &rows,
		"SELECT kind, group_id, role, anchor FROM journal WHERE run_id = ?1"
		" AND verdict = 'do' ORDER BY group_id, role, seq",
		"i", id);

	while (err == NULL) {
		struct entry_of_journal *e;
		const void *anchor;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(u->plan, *out, *n + 1, &capacity);
		e = &(*out)[(*n)++];
		anchor = row_blob(rows, 3, &len);
		*e = (struct entry_of_journal){
			.kind = kind_of(row_text(rows, 0)),
			.by_hand = is_by_hand(row_text(rows, 0)),
			.group = row_int(rows, 1),
			.role = (enum role)row_int(rows, 2),
			.anchor = { anchor ? mem_dup(u->plan, anchor, len) : NULL, len },
		};
	}
	return err;
}

static void tell(const struct undoing *u)
{
	if (u->mails > 0)
		plan_find(u->plan, "mails", NULL,
			  "%zu %s invited, and may have read of it: a mail does not come "
			  "back",
			  u->mails, u->mails == 1 ? "person was" : "people were");
	if (u->groups_made > 0)
		plan_find(u->plan, "groups-made",
			  "Delete or rename them by hand: dirbridge group delete, "
			  "dirbridge group rename",
			  "%zu %s made or renamed, which stays", u->groups_made,
			  u->groups_made == 1 ? "group was" : "groups were");
	if (u->by_hand > 0)
		plan_find(u->plan, "given-by-hand",
			  "Only a person can give by hand again: dirbridge group add",
			  "%zu %s given by hand before the run took or adopted that, "
			  "which stays",
			  u->by_hand, u->by_hand == 1 ? "role was" : "roles were");
	if (u->gone > 0)
		plan_find(
			u->plan, "moved-on", NULL,
			"%zu of %zu operations can no longer be turned round: what they "
			"did is not there any more",
			u->gone, u->done);
}

static struct err *check_run(const struct run *run, int64_t id)
{
	int64_t found;
	struct err *err =
		store_number(run->store, &found, 0,
			     "SELECT count(*) FROM run WHERE id = ?1 AND source_id = ?2",
			     "ii", id, run->memory->source);

	if (err || found != 0)
		return err;
	return err_hint(err_new(ERR_USAGE, "source \"%s\" has no run %lld",
				run->source->name, (long long)id),
			"Runs are named in the trail: dirbridge audit %s",
			run->source->organization);
}

/* Who turns it round has read the plan: what guards the runs that nobody reads does not
 * hold it, what rules forbid is refused. */
static void judge_it(struct run *run)
{
	struct plan *plan = run->plan;
	struct table *ids = table_new(plan);

	plan_identify(plan);
	for (size_t i = 0; i < plan->n_operations; i++)
		table_put(ids, plan->operations[i].id.bytes, DIGEST_SIZE, 1);
	plan->approved = ids;
	plan_decide(plan);
	plan_judge(plan, run->console->view, &run->console->principal);
	plan_seal(plan);
}

struct err *run_undo(struct run *run, int64_t id)
{
	struct undoing u = { .run = run, .plan = run->plan };
	struct entry_of_journal *journal = NULL;
	size_t n = 0;
	struct err *err = recall(run);

	if (err == NULL)
		err = check_run(run, id);
	if (err)
		return err;
	u.view = run->plan->view = run->console->view;
	u.groups = table_new(run->plan);
	u.persons = table_new(run->plan);
	run->only_approved = true;
	run->plan->n_findings = 0;
	run->plan->first = false;
	run->plan->pull.complete = run->plan->pull.unread = true;
	err = load_journal(&u, id, &journal, &n);
	for (size_t i = 0; err == NULL && i < n; i++)
		err = turn_round(&u, &journal[i]);
	if (err == NULL && u.done == 0)
		err = err_new(ERR_USAGE, "run %lld of \"%s\" did nothing", (long long)id,
			      run->source->name);
	if (err == NULL)
		err = pauses_mark(run, run->store, true);
	if (err)
		return err;
	tell(&u);
	evidence_sort(run);
	judge_it(run);
	return NULL;
}
