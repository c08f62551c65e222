/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/source.h"
#include "bridge/base/escape.h"
#include "bridge/cmd/commands.h"
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct err *cmd_source(struct cmd *cmd, const char *name,
		       const struct source_config **out)
{
	const struct config *config;
	struct err *err = cmd_config(cmd, &config);

	return err ? err : config_source(config, name, out);
}

static void show_progress(void *data, uint64_t entries)
{
	(void)data;
	fprintf(stderr, "\r%llu entries read", (unsigned long long)entries);
	fflush(stderr);
}

static void end_progress(const struct cmd *cmd)
{
	if (cmd->progress)
		fputs("\r\033[K", stderr);
}

struct err *cmd_run_new(struct cmd *cmd, const char *name, bool with_store,
			struct run **out)
{
	const struct source_config *source;
	const char *url = NULL;
	struct err *err = cmd_source(cmd, name, &source);

	if (err == NULL && with_store)
		err = cmd_store_url(cmd, &url);
	if (err)
		return err;
	*out = run_new(cmd, source, url, cmd->os_user);
	(*out)->as = cmd->as;
	(*out)->verbose = cmd->verbose;
	if (cmd->progress)
		(*out)->progress = show_progress;
	return NULL;
}

static size_t columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	return 0;
}

void cmd_print_notes(const struct cmd *cmd, const struct run *run)
{
	for (size_t i = 0; cmd->verbose && !cmd->json && i < run->n_notes; i++) {
		AUTO_MEM struct str *line = str_new(NULL);

		escape_terminal(line, run->notes[i], strlen(run->notes[i]), 0);
		puts(line->text);
	}
}

void cmd_print_findings(struct cmd *cmd, const struct run *run, const char *indent,
			json_t *findings)
{
	for (size_t i = 0; i < run->plan->n_findings; i++) {
		const struct finding *f = &run->plan->findings[i];

		json_array_append_new(findings,
				      cmd_object("code", f->code, "text", f->text, "hint",
						 f->hint, NULL));
		cmd_say(cmd, "%s! %s", indent, f->text);
		if (f->hint)
			cmd_say(cmd, "%s  %s", indent, f->hint);
	}
}

static void print_out(void *to, const char *bytes, size_t len)
{
	fwrite(bytes, 1, len, to);
}

void cmd_print_plan(const struct cmd *cmd, const struct run *run, const char *mode)
{
	AUTO_MEM struct str *out = str_new(NULL);
	struct plan_style style = {
		.colour = cmd->color,
		.verbose = cmd->verbose,
		.width = columns(),
	};

	run->plan->drain = print_out;
	run->plan->drain_to = stdout;
	cmd_print_notes(cmd, run);
	if (cmd->json)
		plan_json(out, run->plan, mode);
	else
		plan_text(out, run->plan, mode, &style);
	print_out(stdout, out->text, out->len);
	fflush(stdout);
}

struct err *cmd_may_apply(struct cmd *cmd, const char *name)
{
	const struct source_config *source;
	struct store *store;
	struct err *err = cmd_source(cmd, name, &source);

	if (err == NULL)
		err = cmd_open(cmd, STORE_WRITE, &store);
	if (err == NULL)
		mem_free(store);
	return err;
}

struct err *cmd_plan_source(struct cmd *cmd, const char *name, struct run **run)
{
	struct err *err = cmd_run_new(cmd, name, true, run);

	if (err)
		return err;
	err = run_plan(*run);
	end_progress(cmd);
	return err;
}

struct err *cmd_look_source(struct cmd *cmd, const char *name, struct run **run)
{
	struct err *err = cmd_run_new(cmd, name, false, run);

	if (err)
		return err;
	err = run_look(*run);
	end_progress(cmd);
	return err;
}
