/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct err *check_format(struct cmd *cmd, const char *format)
{
	if (format == NULL || strcmp(format, "text") == 0)
		return NULL;
	if (strcmp(format, "json") != 0)
		return err_new(ERR_USAGE, "there is no format \"%s\": text or json",
			       format);
	cmd->json = true;
	return NULL;
}

struct err *cmd_plan(struct cmd *cmd)
{
	const char *format = NULL, *save = NULL;
	const struct cmd_option options[] = {
		{ "format", 0, CMD_TEXT, &format },
		{ "output", 'o', CMD_TEXT, &save },
		{ NULL, 0, 0, NULL },
	};
	struct run *run;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = check_format(cmd, format);
	if (err == NULL)
		err = cmd_plan_source(cmd, cmd->args[0], &run);
	if (err)
		return err;
	if (save != NULL)
		err = run_save(run, save);
	if (err)
		return err;
	cmd_print_plan(cmd, run, "nothing has been changed");
	if (save != NULL)
		cmd_say(cmd,
			"saved for 72 hours; carry it out with: dirbridge apply --plan "
			"%s",
			save);
	cmd->status = plan_exit_code(run->plan);
	return NULL;
}

/* ---- apply ---- */

struct err *cmd_somebody_to_ask(const struct cmd *cmd)
{
	if (isatty(STDIN_FILENO) && !cmd->json)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "nobody is there to ask"),
			"Nothing was changed. Say --yes to apply without asking.");
}

bool cmd_ask(void)
{
	char answer[16];

	fputs("\nApply this? [y/N] ", stdout);
	fflush(stdout);
	return fgets(answer, sizeof answer, stdin) != NULL &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

/* After applying there is nothing left to do: what remains waits, or was refused. */
static int applied_exit_code(const struct plan *plan)
{
	int code = plan_exit_code(plan);

	return code == 2 ? 0 : code;
}

static struct err *show_and_apply(struct cmd *cmd, struct run *run, bool yes)
{
	struct err *err;

	if (!cmd->json)
		cmd_print_plan(cmd, run,
			       yes ? "to be applied" : "nothing has been changed yet");
	if (!yes && !cmd_ask()) {
		cmd_say(cmd, "nothing has been changed");
		cmd->status = plan_exit_code(run->plan);
		return NULL;
	}
	err = run_apply(run);
	if (err)
		return err;
	if (cmd->json)
		cmd_print_plan(cmd, run, "applied");
	cmd_say(cmd, "applied: %zu done, %zu held, %zu refused, %zu deferred",
		run->plan->by_verdict[VERDICT_DO], run->plan->by_verdict[VERDICT_HOLD],
		run->plan->by_verdict[VERDICT_REFUSE],
		run->plan->by_verdict[VERDICT_DEFER]);
	cmd->status = applied_exit_code(run->plan);
	return NULL;
}

/* The plan of a file, for the source that its header names. */
static struct err *reopen(struct cmd *cmd, const char *path, struct run **run)
{
	FILE *in = fopen(path, "re");
	const char *source;
	struct err *err;

	if (in == NULL)
		return err_new(ERR_USAGE, "cannot read plan \"%s\": %s", path,
			       strerror(errno));
	err = plan_read_source(cmd, in, path, &source);
	if (err == NULL)
		err = cmd_may_apply(cmd, source);
	if (err == NULL)
		err = cmd_run_new(cmd, source, true, run);
	if (err == NULL)
		err = run_reopen(*run, in, path);
	fclose(in);
	return err;
}

static struct err *plan_or_reopen(struct cmd *cmd, const char *saved, struct run **run)
{
	struct err *err;

	if (saved == NULL && cmd->n_args == 0)
		return err_new(ERR_USAGE,
			       "which source, or which saved plan, is missing");
	if (saved != NULL && cmd->n_args > 0)
		return err_new(ERR_USAGE, "a saved plan names its source itself");
	if (saved != NULL)
		return reopen(cmd, saved, run);
	err = cmd_may_apply(cmd, cmd->args[0]);
	return err ? err : cmd_plan_source(cmd, cmd->args[0], run);
}

struct err *cmd_apply(struct cmd *cmd)
{
	bool yes = false;
	const char *saved = NULL;
	const struct cmd_option options[] = {
		{ "yes", 'y', CMD_FLAG, &yes },
		{ "plan", 0, CMD_TEXT, &saved },
		{ NULL, 0, 0, NULL },
	};
	struct run *run;
	struct err *err = cmd_parse(cmd, options, 0, 1);

	if (err == NULL && !yes)
		err = cmd_somebody_to_ask(cmd);
	if (err == NULL)
		err = plan_or_reopen(cmd, saved, &run);
	if (err)
		return err;
	return show_and_apply(cmd, run, yes);
}

/* ---- undo ---- */

struct err *cmd_undo(struct cmd *cmd)
{
	bool yes = false;
	const struct cmd_option options[] = {
		{ "yes", 'y', CMD_FLAG, &yes },
		{ NULL, 0, 0, NULL },
	};
	struct run *run;
	char *end;
	long long id = 0;
	struct err *err = cmd_parse(cmd, options, 2, 2);

	if (err == NULL) {
		id = strtoll(cmd->args[1], &end, 10);
		if (id <= 0 || *end != '\0')
			err = err_new(ERR_USAGE, "\"%s\" is no number of a run",
				      cmd->args[1]);
	}
	if (err == NULL && !yes)
		err = cmd_somebody_to_ask(cmd);
	if (err == NULL)
		err = cmd_may_apply(cmd, cmd->args[0]);
	if (err == NULL)
		err = cmd_run_new(cmd, cmd->args[0], true, &run);
	if (err == NULL)
		err = run_undo(run, id);
	return err ? err : show_and_apply(cmd, run, yes);
}
