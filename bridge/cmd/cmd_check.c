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

static void print_facts(struct cmd *cmd, const struct run *run, json_t *facts)
{
	struct grid *grid = grid_new(cmd, 2);

	for (size_t i = 0; i < run->n_facts; i++) {
		const char *fact = run->facts[i];
		size_t len = strcspn(fact, "=");
		const char *label = label_of(fact, len);
		char *name = mem_strndup(cmd, fact, len);

		json_object_set_new(facts, name, cmd_text(fact + len + 1));
		grid_row(grid, label ? label : name, fact + len + 1);
	}
	if (!cmd->json)
		grid_print(grid, "  ");
}

static void print_findings(struct cmd *cmd, const struct run *run, json_t *findings)
{
	for (size_t i = 0; i < run->plan->n_findings; i++) {
		const struct finding *f = &run->plan->findings[i];

		json_array_append_new(findings,
				      cmd_object("code", f->code, "text", f->text, "hint",
						 f->hint ? f->hint : "", NULL));
		cmd_say(cmd, "  ! %s", f->text);
		if (f->hint)
			cmd_say(cmd, "    %s", f->hint);
	}
}

static struct err *connect_to(struct cmd *cmd, const struct source_config *source,
			      json_t *sources)
{
	json_t *one = json_object(), *facts = json_object(), *findings = json_array();
	struct run *run;
	struct err *err = cmd_run_new(cmd, source->name, false, &run);

	json_array_append_new(sources, one);
	json_object_set_new(one, "source", cmd_text(source->name));
	json_object_set_new(one, "facts", facts);
	json_object_set_new(one, "findings", findings);
	if (err == NULL)
		err = run_probe(run);
	if (err)
		return err;
	cmd_say(cmd, "%s → %s", source->name, source->organization);
	cmd_print_notes(cmd, run);
	print_facts(cmd, run, facts);
	print_findings(cmd, run, findings);
	return NULL;
}

/* One source that cannot be reached says so and does not keep the others from being
 * asked; the first error is the command's. */
static struct err *connect_all(struct cmd *cmd, const struct config *config,
			       const char *only, json_t *sources)
{
	struct err *first = NULL;

	for (size_t i = 0; i < config->n_sources; i++) {
		const struct source_config *s = &config->sources[i];
		struct err *err;

		if (s->broken || (only != NULL && strcmp(only, s->name) != 0))
			continue;
		err = connect_to(cmd, s, sources);
		if (err != NULL && first != NULL) {
			cmd_say(cmd, "%s", err_text(err));
			err_free(err);
		} else if (err != NULL) {
			first = err;
		}
	}
	return first;
}

static void print_problems(struct cmd *cmd, const struct config *config, json_t *problems)
{
	for (size_t i = 0; i < config->n_problems; i++) {
		json_array_append_new(problems, cmd_text(config->problems[i]));
		cmd_say(cmd, "%s", config->problems[i]);
	}
	if (config->n_problems > 0)
		cmd->status = 78;
	else
		cmd_say(cmd, "configuration OK: %zu source%s", config->n_sources,
			config->n_sources == 1 ? "" : "s");
}

struct err *cmd_check(struct cmd *cmd)
{
	bool connect = false;
	const struct cmd_option options[] = {
		{ "connect", 0, CMD_FLAG, &connect },
		{ NULL, 0, 0, NULL },
	};
	json_t *problems = json_array(), *sources = json_array();
	const struct source_config *source;
	const struct config *config;
	struct err *err = cmd_parse(cmd, options, 0, 1);

	if (err == NULL)
		err = cmd_config(cmd, &config);
	if (err == NULL && cmd->n_args > 0)
		err = config_source(config, cmd->args[0], &source);
	if (err == NULL)
		print_problems(cmd, config, problems);
	if (err == NULL && connect)
		err = connect_all(cmd, config, cmd->n_args > 0 ? cmd->args[0] : NULL,
				  sources);
	if (err) {
		json_decref(problems);
		json_decref(sources);
		return err;
	}
	cmd_json(cmd, json_pack("{s:o, s:o}", "problems", problems, "sources", sources));
	return NULL;
}
