/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/console/list.h"

static struct err *set(struct cmd *cmd, int64_t until)
{
	struct change change = { .kind = CHANGE_LICENCE, .until = until };
	uint32_t root;
	struct err *err = console_administered(cmd->console, cmd->args[0], &root);

	if (err == NULL)
		err = console_change(
			cmd->console, &change, NULL,
			mem_printf(cmd, "until %s", clock_format(cmd, until)));
	return err;
}

struct err *cmd_licence_set(struct cmd *cmd)
{
	const char *text = NULL;
	const struct cmd_option options[] = {
		{ "until", 0, CMD_TEXT, &text },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	int64_t until = 0;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = cmd_root(cmd->args[0]);
	if (err == NULL && text == NULL)
		err = err_new(ERR_USAGE, "until when is missing: --until DATE");
	if (err == NULL)
		err = cmd_time(text, &until);
	if (err == NULL && until <= cmd->now)
		err = err_hint(err_new(ERR_USAGE, "\"%s\" is over", text),
			       "Name a time in the future; a licence ends by itself.");
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = set(cmd, until);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "\"%s\" is licensed until %s", cmd->args[0],
		clock_format_short(cmd, until));
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "until",
				 clock_format(cmd, until), NULL));
	return NULL;
}

static const char *licence_state(const struct cmd *cmd,
				 const struct listed_licence *licence)
{
	if (licence->plan == NULL)
		return "none";
	if (licence->to > cmd->now)
		return "valid";
	return licence->to + LICENCE_GRACE > cmd->now ? "grace" : "over";
}

static void show(struct cmd *cmd, const struct listed_licence *licence)
{
	const char *state = licence_state(cmd, licence);
	json_t *json = cmd_object("organization", cmd->args[0], "state", state, "plan",
				  licence->plan, NULL);

	json_object_set_new(json, "from", cmd_stamp(licence->from));
	json_object_set_new(json, "until", cmd_stamp(licence->to));
	if (licence->plan == NULL)
		cmd_say(cmd, "\"%s\" has no licence", cmd->args[0]);
	else
		cmd_say(cmd, "\"%s\" is licensed (%s) until %s: %s", cmd->args[0],
			licence->plan, clock_format_short(cmd, licence->to), state);
	cmd_json(cmd, json);
}

struct err *cmd_licence_show(struct cmd *cmd)
{
	struct listed_licence licence;
	uint32_t root;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_root(cmd->args[0]);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = console_administered(cmd->console, cmd->args[0], &root);
	if (err == NULL)
		err = list_licence(cmd, cmd->console->store, cmd->console->root,
				   &licence);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		show(cmd, &licence);
	return err;
}
