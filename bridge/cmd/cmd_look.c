/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include "bridge/record/dn.h"
#include "bridge/record/text.h"

static const char *status_name(enum person_status status)
{
	static const char *const names[] = {
		[PERSON_ACTIVE] = "active",          [PERSON_DISABLED] = "disabled",
		[PERSON_EXPIRED] = "expired",        [PERSON_NO_EMAIL] = "no address",
		[PERSON_UNKNOWN] = "not understood",
	};
	return names[status];
}

/* Grants are sorted by group: those of one person are counted or listed by a walk. */
static uint32_t *count_grants(struct cmd *cmd, const struct wanted *w)
{
	uint32_t *counts = mem_array(cmd, uint32_t, w->n_persons);

	for (size_t i = 0; i < w->n_grants; i++)
		counts[w->grants[i].person]++;
	return counts;
}

static const char *dn_of(struct cmd *cmd, const struct wanted_person *p)
{
	struct value dn = entry_dn(p->entry);

	return mem_strndup(cmd, dn.bytes, dn.len);
}

static json_t *person_json(struct cmd *cmd, const struct wanted_person *p,
			   uint32_t grants)
{
	json_t *one = cmd_object("email", p->email, "name", p->name, "dn", dn_of(cmd, p),
				 "status", status_name(p->status), "why", p->why, NULL);

	json_object_set_new(one, "grant_count", json_integer(grants));
	return one;
}

static void show_people(struct cmd *cmd, const struct wanted *w, json_t *people)
{
	uint32_t *counts = count_grants(cmd, w);
	struct grid *grid = grid_new(cmd, 5);

	grid_row(grid, "e-mail", "name", "status", "grants", "entry");
	for (uint32_t i = 0; i < w->n_persons; i++) {
		const struct wanted_person *p = &w->persons[i];

		if (cmd->json)
			json_array_append_new(people, person_json(cmd, p, counts[i]));
		else
			grid_row(grid, p->email ? p->email : "-", p->name,
				 status_name(p->status),
				 mem_printf(grid, "%u", counts[i]), dn_of(cmd, p));
	}
	grid_print(grid, "");
}

static json_t *show_entry(struct cmd *cmd, const struct entry *entry)
{
	struct attribute a = { .count = 0 };
	json_t *attributes = json_object();
	struct grid *grid = grid_new(cmd, 2);
	struct value v;

	while (entry_next_attribute(entry, &a)) {
		json_t *values = json_array();
		char *name = mem_strndup(cmd, a.name.bytes, a.name.len);

		while (attribute_next(&a, &v)) {
			bool text = text_is_utf8(v.bytes, v.len);
			char *shown = text ? mem_strndup(cmd, v.bytes, v.len)
					   : hex_of(cmd, v.bytes, v.len);

			grid_row(grid, name, shown);
			json_array_append_new(values, cmd_text(shown));
		}
		json_object_set_new(attributes, name, values);
	}
	grid_print(grid, "  ");
	return attributes;
}

static json_t *show_grants(struct cmd *cmd, const struct run *run, uint32_t person)
{
	const struct wanted *w = run->wanted;
	struct grid *grid = grid_new(cmd, 4);
	json_t *grants = json_array();

	for (size_t i = 0; i < w->n_grants; i++) {
		const struct wanted_grant *g = &w->grants[i];
		const struct wanted_group *group = &w->groups[g->group];
		char *why;

		if (g->person != person)
			continue;
		why = map_reason(cmd, run->source, w, g);
		grid_row(grid, group->organization, group->name,
			 role_name((enum role)g->role), why);
		json_array_append_new(grants,
				      cmd_object("organization", group->organization,
						 "group", group->name, "role",
						 role_name((enum role)g->role), "reason",
						 why, NULL));
	}
	grid_print(grid, "  ");
	return grants;
}

static bool is_meant(const struct wanted_person *p, const char *key)
{
	struct value dn = entry_dn(p->entry);
	AUTO_MEM char *folded_dn = text_fold(NULL, dn.bytes, dn.len);
	AUTO_MEM char *folded_name = text_fold(NULL, p->name, strlen(p->name));
	const char *email = p->email ? p->email : "";
	AUTO_MEM char *folded_email = text_fold(NULL, email, strlen(email));

	return (p->email_key != NULL && strstr(p->email_key, key) != NULL) ||
	       strstr(folded_email, key) != NULL || strstr(folded_name, key) != NULL ||
	       strstr(folded_dn, key) != NULL;
}

static void show_person(struct cmd *cmd, const struct run *run, uint32_t person,
			json_t *people)
{
	const struct wanted_person *p = &run->wanted->persons[person];
	json_t *attributes, *grants, *one;

	cmd_say(cmd, "%s (%s%s%s)", dn_of(cmd, p), status_name(p->status),
		p->why ? ": " : "", p->why ? p->why : "");
	attributes = show_entry(cmd, p->entry);
	grants = show_grants(cmd, run, person);
	one = person_json(cmd, p, (uint32_t)json_array_size(grants));
	json_object_set_new(one, "attributes", attributes);
	json_object_set_new(one, "grants", grants);
	json_array_append_new(people, one);
}

static struct err *show_persons(struct cmd *cmd, const struct run *run, const char *text,
				json_t *people)
{
	AUTO_MEM char *key = text_fold(NULL, text, strlen(text));
	uint32_t shown = 0;

	for (uint32_t i = 0; i < run->wanted->n_persons; i++)
		if (is_meant(&run->wanted->persons[i], key)) {
			show_person(cmd, run, i, people);
			shown++;
		}
	if (shown > 0)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "\"%s\" fits nobody among %u people", text,
				run->wanted->n_persons),
			"Give a part of the e-mail address, the name or the DN.");
}

/* The rules' findings beside the connector's, as in a plan. */
static json_t *show_findings(struct cmd *cmd, const struct run *run)
{
	json_t *findings = json_array();

	for (uint32_t i = 0; i < run->wanted->n_findings; i++)
		plan_find(run->plan, "mapping", NULL, "%s",
			  run->wanted->findings[i].text);
	cmd_print_findings(cmd, run, "", findings);
	return findings;
}

/* Each, where there are several. */
static json_t *show_directories(struct cmd *cmd, const struct pull_facts *pull)
{
	json_t *all = json_array();

	for (size_t i = 0; i < pull->n_directories; i++) {
		const struct pull_directory *d = &pull->directories[i];
		json_t *one = cmd_object("directory", d->name, "incomplete_because",
					 d->complete ? NULL : d->why, NULL);

		json_object_set_new(one, "entries", json_integer(d->read));
		json_object_set_new(one, "complete", json_boolean(d->complete));
		json_array_append_new(all, one);
		if (pull->n_directories == 1)
			continue;
		cmd_say(cmd, "  %s: %u %s read%s%s", d->name, d->read,
			d->read == 1 ? "entry" : "entries",
			d->complete ? ", complete" : ", INCOMPLETE: ",
			d->complete ? "" : d->why);
		if (!d->complete && d->hint != NULL)
			cmd_say(cmd, "    %s", d->hint);
	}
	return all;
}

static void show_end(struct cmd *cmd, const struct run *run, json_t *people)
{
	const struct pull_facts *pull = &run->plan->pull;
	json_t *findings = show_findings(cmd, run), *directories;

	cmd_say(cmd, "%u people, %u groups read%s%s", run->wanted->n_persons,
		run->wanted->directory_groups,
		pull->complete ? ", complete" : ", INCOMPLETE: ",
		pull->complete ? "" : pull->why);
	directories = show_directories(cmd, pull);
	if (!pull->complete)
		cmd->status = 4;
	cmd_json(cmd, json_pack("{s:o, s:o, s:o, s:I, s:o, s:b, s:o}", "source",
				cmd_text(run->source->name), "directories", directories,
				"people", people, "groups",
				(json_int_t)run->wanted->directory_groups, "findings",
				findings, "complete", (int)pull->complete,
				"incomplete_because",
				cmd_text(pull->complete ? NULL : pull->why)));
}

struct err *cmd_look(struct cmd *cmd)
{
	const char *person = NULL;
	const struct cmd_option options[] = {
		{ "person", 'p', CMD_TEXT, &person },
		{ NULL, 0, 0, NULL },
	};
	struct run *run;
	json_t *people;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = cmd_look_source(cmd, cmd->args[0], &run);
	if (err)
		return err;
	people = json_array();
	cmd_print_notes(cmd, run);
	if (person != NULL)
		err = show_persons(cmd, run, person, people);
	else
		show_people(cmd, run->wanted, people);
	if (err == NULL)
		show_end(cmd, run, people);
	else
		json_decref(people);
	return err;
}
