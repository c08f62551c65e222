/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include <stdio.h>
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
	const char *format = NULL;
	const struct cmd_option options[] = {
		{ "format", 0, CMD_TEXT, &format },
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
	cmd_print_plan(cmd, run, "nothing has been changed");
	cmd->status = plan_exit_code(run->plan);
	return NULL;
}

/* ---- apply ---- */

/* Known before a directory is read, which may take long. */
static struct err *somebody_to_ask(const struct cmd *cmd)
{
	if (isatty(STDIN_FILENO) && !cmd->json)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "nobody is there to ask"),
			"Nothing was changed. Say --yes to apply without asking.");
}

static bool ask(void)
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

struct err *cmd_apply(struct cmd *cmd)
{
	bool yes = false;
	const struct cmd_option options[] = {
		{ "yes", 'y', CMD_FLAG, &yes },
		{ NULL, 0, 0, NULL },
	};
	struct run *run;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && !yes)
		err = somebody_to_ask(cmd);
	if (err == NULL)
		err = cmd_may_apply(cmd, cmd->args[0]);
	if (err == NULL)
		err = cmd_plan_source(cmd, cmd->args[0], &run);
	if (err)
		return err;
	if (!cmd->json)
		cmd_print_plan(cmd, run,
			       yes ? "to be applied" : "nothing has been changed yet");
	if (!yes && !ask()) {
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
