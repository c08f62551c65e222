/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include <stdio.h>

/* What a fact is called on screen; others are shown by their own name. */
static const struct {
	const char *name, *label;
} labels[] = {
	{ "server", "server" },
	{ "identity", "identity" },
	{ "anchor", "people are known by" },
	{ "lookup", "can look up one entry" },
	{ "deletions", "can prove a deletion" },
	{ "paging", "pages" },
	{ "tls", "secured by" },
	{ "account", "bound as" },
};

static const char *label_of(const char *fact, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(labels); i++)
		if (strlen(labels[i].name) == len &&
		    strncmp(labels[i].name, fact, len) == 0)
			return labels[i].label;
	return NULL;
}

static void print_facts(struct cmd *cmd, const struct far_side *far, json_t *facts)
{
	struct grid *grid = grid_new(cmd, 2);

	for (size_t i = 0; i < far->n_facts; i++) {
		const char *fact = far->facts[i];
		size_t len = strcspn(fact, "=");
		const char *label = label_of(fact, len);
		char *name = mem_strndup(cmd, fact, len);

		json_object_set_new(facts, name, cmd_text(fact + len + 1));
		grid_row(grid, label ? label : name, fact + len + 1);
	}
	grid_print(grid, "  ");
}

static json_t *tell_error(struct cmd *cmd, const struct err *err)
{
	cmd_say(cmd, "  ! %s", err_text(err));
	if (err_hint_text(err))
		cmd_say(cmd, "    %s", err_hint_text(err));
	return cmd_error(err);
}

/* Of two exit codes, that of who must act first. */
static int first_to_act(int a, int b)
{
	static const int order[] = { 78, 64, 1, 4 };

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return a != 0 ? a : b;
}

/* What came of asking one directory. That it failed is said in its place, and keeps
 * nobody from hearing of the others. */
static json_t *ask(struct cmd *cmd, const struct source_config *source, uint16_t number)
{
	const char *name = source->broken == NULL ? source->directories[number].name : "";
	json_t *one = cmd_object("source", source->name, "directory", name,
				 "organization", source->organization, NULL);
	json_t *facts = json_object(), *findings = json_array();
	struct run *run = NULL;
	struct err *err = cmd_run_new(cmd, source->name, false, &run);

	if (err == NULL)
		err = run_probe(run, number);
	cmd_say(cmd, "%s%s%s%s%s", source->name, *name ? " / " : "", name,
		source->organization ? " → " : "",
		source->organization ? source->organization : "");
	if (run != NULL) {
		cmd_print_notes(cmd, run);
		print_facts(cmd, &run->directories[number], facts);
		cmd_print_findings(cmd, run, "  ", findings);
	}
	json_object_set_new(one, "facts", facts);
	json_object_set_new(one, "findings", findings);
	json_object_set_new(one, "error", err ? tell_error(cmd, err) : json_null());
	if (err)
		cmd->status = first_to_act(cmd->status, err_exit_code(err));
	err_free(err);
	return one;
}

static json_t *ask_all(struct cmd *cmd, const struct config *config, const char *only)
{
	json_t *sources = json_array();

	for (size_t i = 0; i < config->n_sources; i++) {
		const struct source_config *source = &config->sources[i];
		uint16_t number = 0;

		if (only != NULL && strcmp(only, source->name) != 0)
			continue;
		do
			json_array_append_new(sources, ask(cmd, source, number));
		while (source->broken == NULL && ++number < source->n_directories);
	}
	return sources;
}

static json_t *print_problems(struct cmd *cmd, const struct config *config)
{
	json_t *problems = json_array();

	for (size_t i = 0; i < config->n_problems; i++) {
		json_array_append_new(problems, cmd_text(config->problems[i]));
		cmd_say(cmd, "%s", config->problems[i]);
	}
	if (config->n_problems > 0)
		cmd->status = 78;
	else
		cmd_say(cmd, "configuration OK: %s",
			cmd_count(cmd, (int64_t)config->n_sources, "source"));
	return problems;
}

/* A source that is there and broken is no error here: it is what check is asked for. */
static struct err *find_source(const struct config *config, const char *name)
{
	const struct source_config *source;

	for (size_t i = 0; i < config->n_sources; i++)
		if (strcmp(config->sources[i].name, name) == 0)
			return NULL;
	return config_source(config, name, &source);
}

struct err *cmd_check(struct cmd *cmd)
{
	bool connect = false;
	const struct cmd_option options[] = {
		{ "connect", 0, CMD_FLAG, &connect },
		{ NULL, 0, 0, NULL },
	};
	json_t *problems, *sources;
	const struct config *config;
	struct err *err = cmd_parse(cmd, options, 0, 1);

	if (err == NULL)
		err = cmd_config(cmd, &config);
	if (err == NULL && cmd->n_args > 0)
		err = find_source(config, cmd->args[0]);
	if (err)
		return err;
	problems = print_problems(cmd, config);
	sources = connect ? ask_all(cmd, config, cmd->args[0]) : json_array();
	cmd_json(cmd, json_pack("{s:o, s:o}", "problems", problems, "sources", sources));
	return NULL;
}
