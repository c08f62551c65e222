/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include "bridge/run/memory.h"
#include <stdlib.h>

enum { EXPECT_DAYS = 3, EXPECT_MOST_DAYS = 31, EXPECT_MOST = 1000000000 };

struct expected {
	const char *people, *groups, *base, *entries, *remove, *until, *reason;
	int64_t low, high;
	int64_t lapses;
	int64_t removals[BUDGETS];
};

/* ---- what is said ---- */

static struct err *read_range(const char *text, int64_t *low, int64_t *high)
{
	char *end;

	*low = strtoll(text, &end, 10);
	*high = *low;
	if (end != text && strncmp(end, "..", 2) == 0)
		*high = strtoll(end + 2, &end, 10);
	if (end != text && *end == '\0' && *low >= 0 && *high >= *low)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no range", text),
			"Write 300..340.");
}

static struct err *read_layer(struct expected *e, char *text)
{
	char *is = strchr(text, '='), *end = NULL;
	long long n = is ? strtoll(is + 1, &end, 10) : 0;

	if (is != NULL && end != is + 1 && *end == '\0' && n > 0 && n <= EXPECT_MOST)
		for (enum budget_layer l = 0; l <= BUDGET_OWNERS; l++)
			if (strlen(budget_name(l)) == (size_t)(is - text) &&
			    strncmp(budget_name(l), text, (size_t)(is - text)) == 0) {
				e->removals[l] = n;
				return NULL;
			}
	return err_hint(err_new(ERR_USAGE, "\"%s\" does not say how many may go", text),
			"Write people=120,grants=300; there are people, disabled, groups,"
			" group, grants and owners.");
}

static struct err *read_removals(struct expected *e)
{
	AUTO_MEM char *list = mem_strdup(NULL, e->remove);
	char *save = NULL;
	struct err *err = NULL;

	for (char *one = strtok_r(list, ",", &save); err == NULL && one != NULL;
	     one = strtok_r(NULL, ",", &save))
		err = read_layer(e, one);
	return err;
}

static struct err *read_until(struct cmd *cmd, struct expected *e)
{
	struct err *err = NULL;

	e->lapses = cmd->now + EXPECT_DAYS * CLOCK_DAY;
	if (e->until == NULL)
		return NULL;
	err = cmd_time(e->until, &e->lapses);
	if (err == NULL && (e->lapses <= cmd->now ||
			    e->lapses > cmd->now + EXPECT_MOST_DAYS * CLOCK_DAY))
		err = err_new(ERR_USAGE, "--until must be within the next %d days",
			      EXPECT_MOST_DAYS);
	return err;
}

static struct err *read_expected(struct cmd *cmd, struct expected *e)
{
	const struct cmd_option options[] = {
		{ "people", 0, CMD_TEXT, &e->people },
		{ "groups", 0, CMD_TEXT, &e->groups },
		{ "base", 0, CMD_TEXT, &e->base },
		{ "entries", 0, CMD_TEXT, &e->entries },
		{ "remove", 0, CMD_TEXT, &e->remove },
		{ "until", 0, CMD_TEXT, &e->until },
		{ "reason", 0, CMD_TEXT, &e->reason },
		{ NULL, 0, 0, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);
	int ways;

	if (err)
		return err;
	ways = (e->people != NULL) + (e->groups != NULL) + (e->remove != NULL) +
	       (e->base != NULL);
	if ((e->base != NULL) != (e->entries != NULL))
		return err_hint(err_new(ERR_USAGE, "--base and --entries go together"),
				"Write --base ou=people,dc=contoso,dc=example --entries "
				"40..60.");
	if (ways != 1)
		return err_hint(
			err_new(ERR_USAGE, "what is expected is %s",
				ways ? "more than one thing at a time" : "missing"),
			"Write --people 300..340, --groups 20..25, --base BASE --entries "
			"40..60, or --remove people=12.");
	err = cmd_reason(e->reason);
	if (err == NULL)
		err = read_until(cmd, e);
	if (err == NULL && e->remove != NULL)
		return read_removals(e);
	if (err == NULL)
		err = read_range(e->people   ? e->people
				 : e->groups ? e->groups
					     : e->entries,
				 &e->low, &e->high);
	return err;
}

/* ---- on record ---- */

static struct err *no_base(struct cmd *cmd, const char *source, const char *name,
			   const char *const *names)
{
	const char *nearest = str_nearest(name, names);

	return err_hint(
		err_new(ERR_USAGE, "no good run of \"%s\" has read a base \"%s\"%s",
			source, name,
			nearest ? mem_printf(cmd, ", did you mean \"%s\"?", nearest)
				: ""),
		"Write it as a finding names it: BASE, or \"DIRECTORY: BASE\".");
}

/* It is called what a finding calls it. Another organization's source has none. */
static struct err *find_base(struct cmd *cmd, const struct source_config *source,
			     uint32_t organization, struct expectation *said)
{
	const struct view *v = cmd->console->view;
	const char **names, *name = said->base;
	struct memory *m;
	struct err *err =
		memory_load(cmd, cmd->console->store, source->name, cmd->now, &m);

	if (err || m->organization != v->organizations[organization].id)
		return err;
	names = mem_array(cmd, const char *, m->history.n_parts + 1);
	for (size_t i = 0; i < m->history.n_parts; i++) {
		const struct part_history *part = &m->history.parts[i];

		names[i] = part_name(cmd, part->directory, part->base);
		if (strcmp(names[i], name) != 0)
			continue;
		said->directory = part->directory;
		said->base = part->base;
		return NULL;
	}
	return no_base(cmd, source->name, name, names);
}

static struct err *write_expected(struct cmd *cmd, const struct source_config *source,
				  const struct expected *e)
{
	struct expectation said = {
		.groups = e->groups != NULL,
		.directory = "",
		.base = e->base,
		.low = e->low,
		.high = e->high,
		.lapses = e->lapses,
		.reason = e->reason,
	};
	struct console *c = cmd->console;
	uint32_t organization;
	struct err *err = console_organization(c, source->organization, &organization);

	if (err == NULL && e->base != NULL)
		err = find_base(cmd, source, organization, &said);
	if (err == NULL && e->remove == NULL)
		return console_expect(c, organization, source->name, &said);
	for (enum budget_layer l = 0; err == NULL && l < BUDGETS; l++)
		if (e->removals[l] > 0)
			err = console_announce(c, organization, source->name,
					       budget_name(l), e->removals[l], e->lapses,
					       e->reason);
	return err;
}

static void say(struct cmd *cmd, const char *source, const struct expected *e)
{
	const char *until = clock_format_short(cmd, e->lapses);
	const char *what = e->people   ? "people"
			   : e->groups ? "groups"
			   : e->base   ? mem_printf(cmd, "entries of \"%s\"", e->base)
				       : "removals";
	json_t *json = cmd_object("source", source, "what", e->base ? "entries" : what,
				  "base", e->base, "remove", e->remove, NULL);

	json_object_set_new(json, "until", cmd_stamp(e->lapses));
	if (e->remove == NULL) {
		json_object_set_new(json, "low", json_integer((json_int_t)e->low));
		json_object_set_new(json, "high", json_integer((json_int_t)e->high));
		cmd_say(cmd, "expected in \"%s\" until %s: %lld to %lld %s", source,
			until, (long long)e->low, (long long)e->high, what);
	} else {
		cmd_say(cmd, "may go from \"%s\" until %s, beside the limits: %s", source,
			until, e->remove);
	}
	cmd_json(cmd, json);
}

struct err *cmd_expect(struct cmd *cmd)
{
	struct expected e = { 0 };
	const struct source_config *source;
	struct err *err = read_expected(cmd, &e);

	if (err == NULL)
		err = cmd_source(cmd, cmd->args[0], &source);
	if (err)
		return err;
	err = cmd_enter(cmd, STORE_WRITE, source->organization);
	if (err == NULL)
		err = write_expected(cmd, source, &e);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		say(cmd, source->name, &e);
	return err;
}
