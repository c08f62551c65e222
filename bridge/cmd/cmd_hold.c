/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"

/* ---- holds ---- */

static bool is_set_aside(const struct held *h)
{
	return h->decision != NULL && strcmp(h->decision, "reject") == 0;
}

static json_t *held_json(const struct held *h, const char *id)
{
	json_t *one =
		cmd_object("id", id, "source", h->source, "kind", h->kind, "code",
			   h->code, "what", h->what, "reason", h->reason, "decision",
			   h->decision, "by", h->by, "why", h->why, NULL);

	json_object_set_new(one, "since", cmd_stamp(h->since));
	json_object_set_new(one, "until", cmd_stamp(h->until));
	return one;
}

static const char *set_aside(struct cmd *cmd, const struct held *h)
{
	if (h->until == 0)
		return mem_printf(cmd, "rejected by %s", h->by);
	return mem_printf(cmd, "set aside until %s by %s",
			  clock_format_short(cmd, h->until), h->by);
}

static void list_one(struct cmd *cmd, struct listing *list, const struct held *h)
{
	const char *id = hex_of(cmd, h->id, DIGEST_SIZE);

	if (is_set_aside(h))
		listing_add(list, held_json(h, id), mem_strndup(cmd, id, 12), "", h->what,
			    set_aside(cmd, h), h->why);
	else
		listing_add(
			list, held_json(h, id), mem_strndup(cmd, id, 12), h->decision,
			h->what,
			mem_printf(cmd, "since %s", clock_format_short(cmd, h->since)),
			h->reason);
}

/* What waits first, then what need not be decided again so soon. */
static void show(struct cmd *cmd, const struct held *h, size_t n)
{
	struct listing *list = listing_new(cmd, 5);
	int64_t waiting = 0;

	for (int aside = 0; aside < 2; aside++)
		for (size_t i = 0; i < n; i++)
			if (is_set_aside(&h[i]) == (aside == 1)) {
				list_one(cmd, list, &h[i]);
				waiting += aside == 0;
			}
	listing_end(list, "holds", NULL);
	if (waiting > 0) {
		cmd_say(cmd, "%s waiting; decide with: dirbridge approve SOURCE ID...",
			cmd_count(cmd, waiting, "operation"));
		cmd->status = 3;
	} else {
		cmd_say(cmd, n > 0 ? "nothing else is held" : "nothing is held");
	}
}

struct err *cmd_holds(struct cmd *cmd)
{
	const struct source_config *source;
	struct held *held;
	uint32_t here;
	size_t n;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_source(cmd, cmd->args[0], &source);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, source->organization);
	if (err == NULL)
		err = console_organization(cmd->console, source->organization, &here);
	if (err == NULL)
		err = console_holds(cmd, cmd->console, here, source->name, &held, &n);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		show(cmd, held, n);
	return err;
}

/* ---- approve and reject, by id ---- */

enum { SHORTEST = 6 };

static struct err *find_held(struct cmd *cmd, const struct held *held, size_t n,
			     const char *prefix, const struct held **out)
{
	size_t len = strlen(prefix);

	*out = NULL;
	for (size_t i = 0; i < n; i++) {
		AUTO_MEM char *id = hex_of(NULL, held[i].id, DIGEST_SIZE);

		if (strncmp(id, prefix, len) != 0)
			continue;
		if (*out != NULL)
			return err_hint(
				err_new(ERR_USAGE,
					"more than one held operation begins with "
					"\"%s\"",
					prefix),
				"Give more of its digits.");
		*out = &held[i];
	}
	if (*out != NULL && len >= SHORTEST)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "nothing is held under \"%s\"", prefix),
			"See what is, by at least %d digits: dirbridge holds %s",
			SHORTEST, cmd->args[0]);
}

struct decision {
	const char *word, *reason;
	const char *plan;    /* digest, or its first digits; NULL: by id */
	const char **except; /* ids, or their first digits; may be NULL */
	bool all;
	const char *time; /* of reject: until when; NULL */
	int64_t until;
	size_t n;  /* out: how many were decided */
	bool done; /* out: and carried out already */
};

static struct err *decide_one(struct console *c, uint32_t here,
			      const struct source_config *source,
			      const struct decision *d, const struct held *h)
{
	return console_decide(c, here, source->name, d->word, h->id, h->organization,
			      d->until, d->reason);
}

static struct err *decide_all(struct cmd *cmd, const struct source_config *source,
			      struct decision *d)
{
	struct console *c = cmd->console;
	struct held *held;
	uint32_t here;
	size_t n;
	struct err *err = console_organization(c, source->organization, &here);

	if (err == NULL)
		err = console_holds(cmd, c, here, source->name, &held, &n);
	for (size_t i = 0; err == NULL && d->all && i < n; i++)
		if (!is_set_aside(&held[i])) {
			err = decide_one(c, here, source, d, &held[i]);
			d->n++;
		}
	for (int i = 1; err == NULL && !d->all && i < cmd->n_args; i++) {
		const struct held *h;

		err = find_held(cmd, held, n, cmd->args[i], &h);
		if (err == NULL)
			err = decide_one(c, here, source, d, h);
		d->n++;
	}
	return err;
}

static struct err *read_until(struct cmd *cmd, struct decision *d)
{
	struct err *err;

	if (d->time == NULL)
		return NULL;
	if (strcmp(d->word, "reject") != 0)
		return err_new(ERR_USAGE, "an approval lapses by itself, after 72 hours");
	err = cmd_time(d->time, &d->until);
	if (err == NULL && d->until <= cmd->now)
		err = err_new(ERR_USAGE, "\"%s\" is over", d->time);
	return err;
}

static struct err *read_decision(struct cmd *cmd, struct decision *d)
{
	const struct cmd_option options[] = {
		{ "reason", 0, CMD_TEXT, &d->reason },
		{ "all", 0, CMD_FLAG, &d->all },
		{ "plan", 0, CMD_TEXT, &d->plan },
		{ "except", 0, CMD_TEXTS, &d->except },
		{ "until", 0, CMD_TEXT, &d->time },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 10000);
	int ways;

	if (err)
		return err;
	ways = d->all + (d->plan != NULL) + (cmd->n_args > 1);
	err = cmd_reason(d->reason);
	if (err)
		return err;
	if (ways != 1)
		return err_hint(err_new(ERR_USAGE, "which operations is %s",
					ways ? "said twice" : "missing"),
				"Give their ids as `holds` shows them, or --all, or the "
				"digest of a plan.");
	if (d->plan != NULL && strlen(d->plan) < SHORTEST)
		return err_new(ERR_USAGE, "a plan is named by at least %d digits",
			       SHORTEST);
	if (d->except != NULL && d->plan == NULL)
		return err_new(ERR_USAGE, "--except goes with --plan");
	return read_until(cmd, d);
}

static struct err *decide(struct cmd *cmd, struct decision *d,
			  const struct source_config **source)
{
	struct err *err = read_decision(cmd, d);

	if (err == NULL && d->plan != NULL && strcmp(d->word, "reject") == 0)
		err = err_new(ERR_USAGE, "a plan is rejected by not approving it");
	if (err == NULL)
		err = cmd_source(cmd, cmd->args[0], source);
	if (err || d->plan != NULL)
		return err;
	err = cmd_enter(cmd, STORE_WRITE, (*source)->organization);
	if (err == NULL)
		err = decide_all(cmd, *source, d);
	return cmd_leave(cmd, err);
}

/* ---- a whole plan, by its digest ---- */

static bool is_excepted(const struct decision *d, const struct operation *op)
{
	AUTO_MEM char *id = hex_of(NULL, op->id.bytes, DIGEST_SIZE);

	for (size_t i = 0; d->except != NULL && d->except[i] != NULL; i++)
		if (strlen(d->except[i]) >= SHORTEST &&
		    strncmp(id, d->except[i], strlen(d->except[i])) == 0)
			return true;
	return false;
}

static uint32_t acts_at(const struct console *c, const struct plan *plan,
			const struct operation *op, uint32_t here)
{
	return op->group == PLAN_NONE
		       ? here
		       : view_organization(c->view, plan->groups[op->group].organization);
}

static struct err *decide_plan(struct cmd *cmd, const struct source_config *source,
			       const struct plan *plan, struct decision *d)
{
	struct console *c;
	uint32_t here;
	struct err *err = cmd_enter(cmd, STORE_WRITE, source->organization);

	c = cmd->console;
	if (err == NULL)
		err = console_organization(c, source->organization, &here);
	for (size_t i = 0; err == NULL && i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		if ((op->verdict != VERDICT_HOLD && op->verdict != VERDICT_DO) ||
		    op->kind >= OPERATION_KEEP || is_excepted(d, op))
			continue;
		err = console_decide(c, here, source->name, "approve", op->id.bytes,
				     acts_at(c, plan, op, here), 0, d->reason);
		d->n++;
	}
	return cmd_leave(cmd, err);
}

/* The very plan that was read, whole, of a source that was never applied: there is
 * nothing yet to remember a decision of. */
static struct err *apply_first(struct run *run, struct decision *d)
{
	if (d->except != NULL)
		return err_new(ERR_USAGE, "a first plan is approved whole");
	d->n = run->plan->by_verdict[VERDICT_DO];
	d->done = true;
	return run_apply(run);
}

static struct err *approve_plan(struct cmd *cmd, const struct source_config *source,
				struct decision *d)
{
	AUTO_MEM char *digest = NULL;
	struct run *run;
	struct err *err = cmd_may_apply(cmd, source->name);

	if (err == NULL)
		err = cmd_plan_source(cmd, source->name, &run);
	if (err)
		return err;
	digest = hex_of(NULL, run->plan->digest.bytes, DIGEST_SIZE);
	if (strncmp(digest, d->plan, strlen(d->plan)) != 0)
		return err_hint(err_new(ERR_STALE, "the plan is %.8s now, not \"%s\"",
					digest, d->plan),
				"Read it again: dirbridge plan %s", source->name);
	err = run->memory->is_new ? apply_first(run, d)
				  : decide_plan(cmd, source, run->plan, d);
	mem_free(run);
	return err;
}

static void say_done(struct cmd *cmd, const struct plan *plan, const struct decision *d)
{
	size_t waiting = 0;

	for (size_t i = 0; i < plan->n_operations; i++)
		waiting += plan->operations[i].guard == REASON_SECOND_PERSON;
	cmd_say(cmd, "carried out: %zu", plan->by_verdict[VERDICT_DO]);
	if (waiting > 0) {
		cmd_say(cmd,
			"waiting: %zu, which a second person must approve as well "
			"within 72 hours: so many removals take two",
			waiting);
		cmd->status = 3;
	}
	cmd_json(cmd,
		 json_pack("{s:i,s:i,s:i}", "approved", (int)d->n, "done",
			   (int)plan->by_verdict[VERDICT_DO], "waiting", (int)waiting));
}

static struct err *carry_out(struct cmd *cmd, const struct source_config *source,
			     const struct decision *d)
{
	struct run *run;
	struct err *err = cmd_run_new(cmd, source->name, true, &run);

	if (err == NULL) {
		run->only_approved = true;
		run->releases = d->plan != NULL;
		err = run_plan(run);
	}
	if (err == NULL)
		err = run_apply(run);
	if (err)
		return err_hint(err, "The approval stands for 72 hours; the next run "
				     "carries it out.");
	say_done(cmd, run->plan, d);
	return NULL;
}

/* What is approved by id is carried out at once, and nothing else; a plan, whole. */
struct err *cmd_approve(struct cmd *cmd)
{
	struct decision d = { .word = "approve" };
	const struct source_config *source;
	struct err *err = decide(cmd, &d, &source);

	if (err == NULL && d.plan != NULL)
		err = approve_plan(cmd, source, &d);
	if (err)
		return err;
	cmd_say(cmd, "approved: %zu", d.n);
	if (d.done) {
		cmd_json(cmd,
			 json_pack("{s:i,s:i}", "approved", (int)d.n, "done", (int)d.n));
		return NULL;
	}
	return carry_out(cmd, source, &d);
}

struct err *cmd_reject(struct cmd *cmd)
{
	struct decision d = { .word = "reject" };
	const struct source_config *source;
	struct err *err = decide(cmd, &d, &source);

	if (err)
		return err;
	if (d.until == 0)
		cmd_say(cmd, "rejected: %zu; not asked again while the directory says so",
			d.n);
	else
		cmd_say(cmd, "set aside: %zu; asked again after %s", d.n,
			clock_format_short(cmd, d.until));
	cmd_json(cmd, json_pack("{s:i}", "rejected", (int)d.n));
	return NULL;
}

/* ---- run: what the scheduler does ---- */

struct err *cmd_run(struct cmd *cmd)
{
	struct run *run;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_may_apply(cmd, cmd->args[0]);
	if (err == NULL)
		err = cmd_plan_source(cmd, cmd->args[0], &run);
	if (err)
		return err;
	if (run->plan->first) {
		cmd_print_plan(cmd, run, "nothing has been changed");
		cmd_say(cmd,
			"the first run of a configuration only plans: a person "
			"applies it with: dirbridge apply %s",
			run->source->name);
		cmd->status = plan_exit_code(run->plan);
		return NULL;
	}
	err = run_apply(run);
	if (err)
		return err;
	cmd_print_plan(cmd, run, "applied");
	cmd->status = plan_exit_code(run->plan) == 2 ? 0 : plan_exit_code(run->plan);
	return NULL;
}
