/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/cmd_p.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include "bridge/run/replace.h"

struct replacing {
	bool yes;
	const char *match, *reason;
	const struct source_config *source; /* the new one */
	struct run *run;                    /* what it shows */
	struct source_life life;            /* the old one */
	uint32_t organization;
	struct replacement *shown;
	json_t *list;
};

static struct err *read_replacing(struct cmd *cmd, struct replacing *r)
{
	const struct cmd_option options[] = {
		{ "match", 0, CMD_TEXT, &r->match },
		{ "yes", 'y', CMD_FLAG, &r->yes },
		{ "reason", 0, CMD_TEXT, &r->reason },
		{ NULL, 0, 0, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 2, 2);

	if (err == NULL && (r->match == NULL || (strcmp(r->match, "mail") != 0 &&
						 strcmp(r->match, "employee-id") != 0)))
		err = err_hint(err_new(ERR_USAGE, "by what people are found again is %s",
				       r->match ? "not known" : "missing"),
			       "Say --match mail or --match employee-id.");
	if (err == NULL)
		err = cmd_reason(r->reason);
	if (err == NULL)
		err = cmd_source(cmd, cmd->args[1], &r->source);
	if (err == NULL && !r->yes)
		err = cmd_somebody_to_ask(cmd);
	return err;
}

/* Begins what writes: the old one is there and theirs, and the new one is of the same
 * organization and remembers nothing. */
static struct err *enter_both(struct cmd *cmd, struct replacing *r)
{
	struct source_life taken;
	struct err *err = cmd_enter_source(cmd, cmd->args[0], &r->life, &r->organization);

	if (err == NULL)
		err = life_find(cmd, cmd->console->store, r->source->name, &taken);
	if (err)
		return err;
	if (taken.id != 0)
		return err_hint(err_new(ERR_USAGE, "source \"%s\" was applied before",
					r->source->name),
				"Give the new directory a name that this store has not"
				" seen.");
	if (console_place(cmd->console, r->source->organization) != r->organization)
		return err_new(ERR_USAGE,
			       "source \"%s\" is of another organization than \"%s\"",
			       r->source->name, r->life.name);
	return NULL;
}

/* No transaction is open while the directory is read. */
static struct err *look_there(struct cmd *cmd, struct replacing *r)
{
	struct err *err = enter_both(cmd, r);

	if (err)
		return cmd_leave(cmd, err);
	store_rollback(cmd->private->store);
	err = cmd_look_source(cmd, r->source->name, &r->run);
	if (err == NULL && !r->run->plan->pull.complete)
		err = err_hint(err_new(ERR_INCOMPLETE, "source \"%s\" was not read whole",
				       r->source->name),
			       "Nothing was changed. Try it with: dirbridge look");
	return err;
}

static struct err *list_moves(struct cmd *cmd, struct replacing *r,
			      struct replacement **out)
{
	const char *const *ids =
		strcmp(r->match, "mail") == 0 ? NULL : r->source->people.employee_id;
	struct err *err = enter_both(cmd, r);

	return err ? err
		   : replacement_list(cmd, cmd->console->store, r->life.id,
				      r->run->wanted, ids, out);
}

static void show(struct cmd *cmd, struct replacing *r)
{
	struct grid *grid = grid_new(cmd, 4);

	cmd_say(cmd, "%s, to be replaced by %s; who is who is told by %s", r->life.name,
		r->source->name, strcmp(r->match, "mail") == 0 ? "mail" : "employee id");
	r->list = json_array();
	for (size_t i = 0; i < r->shown->n; i++) {
		const struct moving *m = &r->shown->list[i];

		grid_row(grid, m->why ? "!" : "~", m->who, m->why ? "stay" : "move",
			 m->why);
		json_array_append_new(r->list, cmd_object("who", m->who, "operation",
							  m->why ? "stay" : "move",
							  "reason", m->why, NULL));
	}
	grid_print(grid, "  ");
	if (r->shown->n == 0)
		cmd_say(cmd, "it remembers nobody");
}

static struct err *replace_it(struct cmd *cmd, struct replacing *r)
{
	struct replacement *now;
	struct life_move *moves;
	size_t n;
	struct err *err = list_moves(cmd, r, &now);

	if (err == NULL && !digest_equal(&now->digest, &r->shown->digest))
		err = err_hint(
			err_new(ERR_STALE, "the store has changed since that was shown"),
			"Nothing was changed. Look again.");
	if (err)
		return cmd_leave(cmd, err);
	moves = replacement_moves(cmd, now, &n);
	err = life_replace(cmd->console, r->organization, &r->life, r->source->name,
			   moves, n, r->reason);
	return cmd_leave(cmd, err);
}

static void tell(struct cmd *cmd, struct replacing *r, bool done)
{
	const struct replacement *s = r->shown;

	if (!done)
		cmd_say(cmd, "nothing has been changed");
	else
		cmd_say(cmd,
			"replaced: %zu moved, %zu stayed; see what follows with:"
			" dirbridge plan %s",
			s->n - s->stays, s->stays, r->source->name);
	if (done && s->stays > 0)
		cmd_say(cmd, "who stayed can be found by hand: dirbridge account bind");
	cmd_json(cmd, json_pack("{s:o, s:o, s:b, s:o}", "source", cmd_text(r->life.name),
				"by", cmd_text(r->source->name), "replaced", done,
				"operations", r->list));
	cmd->status = s->stays > 0 ? 3 : 0;
}

struct err *cmd_source_replace(struct cmd *cmd)
{
	struct replacing r = { 0 };
	bool done;
	struct err *err = read_replacing(cmd, &r);

	if (err == NULL)
		err = look_there(cmd, &r);
	if (err)
		return err;
	err = list_moves(cmd, &r, &r.shown);
	if (err)
		return cmd_leave(cmd, err);
	store_rollback(cmd->private->store);
	show(cmd, &r);
	done = r.yes || cmd_ask();
	if (done)
		err = replace_it(cmd, &r);
	if (err) {
		json_decref(r.list);
		return err;
	}
	tell(cmd, &r, done);
	return NULL;
}
