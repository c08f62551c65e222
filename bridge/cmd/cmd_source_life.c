/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/cmd_p.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include "bridge/console/life.h"
#include "bridge/run/retire.h"

struct err *cmd_enter_source(struct cmd *cmd, const char *name, struct source_life *life,
			     uint32_t *organization)
{
	struct store *store;
	struct err *err = cmd_open(cmd, STORE_WRITE, &store);

	if (err == NULL)
		err = store_begin(store);
	if (err)
		return err;
	err = life_find(cmd, store, name, life);
	store_rollback(store);
	mem_free(store);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, life->id != 0 ? life->place : "");
	return err ? err : life_enter(cmd->console, life, organization);
}

/* ---- source rename ---- */

struct err *cmd_source_rename(struct cmd *cmd)
{
	const char *reason = NULL, *name;
	const struct cmd_option options[] = {
		{ "reason", 0, CMD_TEXT, &reason },
		{ NULL, 0, 0, NULL },
	};
	struct source_life life;
	uint32_t organization;
	struct err *err = cmd_parse(cmd, options, 2, 2);

	if (err == NULL)
		err = cmd_reason(reason);
	if (err == NULL)
		err = cmd_name(cmd, "a source", cmd->args[1], &name);
	if (err)
		return err;
	err = cmd_enter_source(cmd, cmd->args[0], &life, &organization);
	if (err == NULL)
		err = life_rename(cmd->console, organization, &life, name, reason);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "renamed: the configuration has to name it \"%s\" as well", name);
	cmd_json(cmd, cmd_object("renamed", life.name, "name", name, NULL));
	return NULL;
}

/* ---- source retire ---- */

struct ending {
	bool keep, revoke, yes;
	const char *reason;
	struct source_life life;
	uint32_t organization;
	const struct view *view;  /* that was shown */
	struct retirement *shown; /* judged */
	json_t *list;
};

static struct err *read_ending(struct cmd *cmd, struct ending *e)
{
	const struct cmd_option options[] = {
		{ "keep", 0, CMD_FLAG, &e->keep },
		{ "revoke", 0, CMD_FLAG, &e->revoke },
		{ "yes", 'y', CMD_FLAG, &e->yes },
		{ "reason", 0, CMD_TEXT, &e->reason },
		{ NULL, 0, 0, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && e->keep == e->revoke)
		err = err_hint(err_new(ERR_USAGE,
				       "what becomes of what the source gave is %s",
				       e->keep ? "said twice" : "missing"),
			       "Say --keep or --revoke.");
	if (err == NULL)
		err = cmd_reason(e->reason);
	if (err == NULL && !e->yes)
		err = cmd_somebody_to_ask(cmd);
	return err;
}

/* What the source gives now; its own principal acts from here on. */
static struct err *list_what_it_gives(struct cmd *cmd, struct ending *e,
				      struct retirement **out)
{
	struct console *c = cmd->console;
	struct err *err = NULL;

	if (e->life.service != NULL)
		err = console_act_for_source(c, cmd->os_user, e->life.service);
	c->source = e->life.id;
	return err ? err
		   : retirement_list(cmd, c, e->life.id, e->organization, e->keep, out);
}

/* In a transaction that is given up: nobody is asked while one is open. */
static struct err *look_ahead(struct cmd *cmd, struct ending *e)
{
	struct err *err = cmd_enter_source(cmd, cmd->args[0], &e->life, &e->organization);

	if (err == NULL)
		err = list_what_it_gives(cmd, e, &e->shown);
	if (err == NULL)
		retirement_judge(e->shown, cmd->console);
	if (err)
		return cmd_leave(cmd, err);
	store_rollback(cmd->private->store);
	e->view = cmd->console->view;
	return NULL;
}

static const char *word_of(const struct ending *e, const struct leaving *l)
{
	if (l->paused || l->rule != RULE_NONE)
		return l->paused ? "skip" : "refuse";
	if (e->keep && !l->suspended)
		return "keep";
	if (l->others)
		return "leave";
	return l->invitation == VIEW_NONE ? "revoke" : "cancel";
}

static void show_one(struct ending *e, const struct leaving *l, struct grid *grid)
{
	const struct view *v = e->view;
	const struct view_group *g = &v->groups[l->group];
	const char *path = v->organizations[g->organization].path;
	const char *who = l->email != VIEW_NONE ? v->emails[l->email].address
						: v->accounts[l->account].name;
	const char *word = word_of(e, l);
	const char *code = l->paused ? "paused" : rule_code(l->rule);
	bool stays = l->paused || l->rule != RULE_NONE;

	grid_row(grid,
		 stays                       ? "!"
		 : strcmp(word, "keep") == 0 ? "~"
					     : "-",
		 who, role_name(l->role), word,
		 mem_printf(grid, "%s / %s", path, g->name),
		 stays ? mem_printf(grid, "%s: %s", code,
				    l->paused ? "removals are, until they are resumed"
					      : rule_text(l->rule))
		       : NULL);
	json_array_append_new(e->list,
			      cmd_object("organization", path, "group", g->name, "who",
					 who, "role", role_name(l->role), "operation",
					 word, "code", stays ? code : NULL, NULL));
}

static void show(struct cmd *cmd, struct ending *e)
{
	struct grid *grid = grid_new(cmd, 6);

	cmd_say(cmd, "%s, to be retired; what it gives is %s", e->life.name,
		e->keep ? "given by hand" : "taken");
	e->list = json_array();
	for (size_t i = 0; i < e->shown->n; i++)
		show_one(e, &e->shown->list[i], grid);
	grid_print(grid, "  ");
	if (e->shown->n == 0)
		cmd_say(cmd, "it gives nothing");
	if (e->shown->stays > 0)
		cmd_say(cmd,
			"the source is remembered until nothing is left of it: %zu of %zu"
			" stay",
			e->shown->stays, e->shown->n);
}

static struct err *end_it(struct cmd *cmd, struct ending *e)
{
	struct retirement *now;
	struct err *err = cmd_enter(cmd, STORE_WRITE, e->life.place);

	if (err == NULL)
		err = life_enter(cmd->console, &e->life, &e->organization);
	if (err == NULL)
		err = list_what_it_gives(cmd, e, &now);
	if (err == NULL)
		err = retirement_carry_out(now, e->shown, cmd->console);
	if (err == NULL)
		err = console_act(cmd->console, cmd->os_user, cmd->as);
	if (err == NULL && e->shown->stays == 0)
		err = life_forget(cmd->console, e->organization, &e->life,
				  e->keep ? "keep" : "revoke", e->reason);
	return cmd_leave(cmd, err);
}

/* As of a plan: something was refused, or waits. */
static int exit_code(const struct retirement *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i].rule != RULE_NONE)
			return 5;
	return r->stays > 0 ? 3 : 0;
}

static void tell(struct cmd *cmd, struct ending *e, bool done)
{
	bool forgotten = done && e->shown->stays == 0;

	if (!done)
		cmd_say(cmd, "nothing has been changed");
	else if (forgotten)
		cmd_say(cmd,
			"retired: \"%s\" is forgotten; take it out of the configuration",
			e->life.name);
	else
		cmd_say(cmd, "not retired yet: %zu done, %zu stay",
			e->shown->n - e->shown->stays, e->shown->stays);
	cmd_json(cmd, json_pack("{s:o, s:b, s:o}", "source", cmd_text(e->life.name),
				"retired", forgotten, "operations", e->list));
	cmd->status = exit_code(e->shown);
}

struct err *cmd_source_retire(struct cmd *cmd)
{
	struct ending e = { 0 };
	bool done;
	struct err *err = read_ending(cmd, &e);

	if (err == NULL)
		err = look_ahead(cmd, &e);
	if (err)
		return err;
	show(cmd, &e);
	done = e.yes || cmd_ask();
	if (done)
		err = end_it(cmd, &e);
	if (err) {
		json_decref(e.list);
		return err;
	}
	tell(cmd, &e, done);
	return NULL;
}
