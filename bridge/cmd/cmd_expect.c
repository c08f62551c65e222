/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include <stdlib.h>

enum { EXPECT_DAYS = 3 };

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

static struct err *write_expectation(struct cmd *cmd, const struct source_config *source,
				     bool groups, int64_t low, int64_t high,
				     const char *reason)
{
	struct console *c = cmd->console;
	uint32_t organization;
	struct err *err = console_organization(c, source->organization, &organization);

	if (err)
		return err;
	return console_expect(c, organization, source->name, groups, low, high,
			      c->now + EXPECT_DAYS * CLOCK_DAY, reason);
}

static void say(struct cmd *cmd, const char *source, const char *what, int64_t low,
		int64_t high)
{
	cmd_say(cmd, "expected in \"%s\" for %d days: %lld to %lld %s", source,
		EXPECT_DAYS, (long long)low, (long long)high, what);
	cmd_json(cmd, json_pack("{s:s, s:s, s:I, s:I}", "source", source, "what", what,
				"low", (json_int_t)low, "high", (json_int_t)high));
}

struct err *cmd_expect(struct cmd *cmd)
{
	const char *people = NULL, *groups = NULL, *reason = NULL;
	const struct cmd_option options[] = {
		{ "people", 0, CMD_TEXT, &people },
		{ "groups", 0, CMD_TEXT, &groups },
		{ "reason", 0, CMD_TEXT, &reason },
		{ NULL, 0, 0, NULL },
	};
	const struct source_config *source;
	int64_t low, high;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && ((people == NULL) == (groups == NULL) || reason == NULL))
		err = err_hint(
			err_new(ERR_USAGE, "%s",
				!reason  ? "the reason is missing"
				: people ? "people or groups: one at a time"
					 : "how many people or groups is missing"),
			"Write: dirbridge expect SOURCE --people 300..340 --reason TEXT");
	if (err == NULL)
		err = read_range(people ? people : groups, &low, &high);
	if (err == NULL)
		err = cmd_source(cmd, cmd->args[0], &source);
	if (err)
		return err;
	err = cmd_enter(cmd, STORE_WRITE, source->organization);
	if (err == NULL)
		err = write_expectation(cmd, source, groups != NULL, low, high, reason);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		say(cmd, source->name, people ? "people" : "groups", low, high);
	return err;
}
