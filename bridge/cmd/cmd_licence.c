/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/cmd_p.h"
#include "bridge/cmd/commands.h"
#include "bridge/plan/licence.h"

static struct err *set(struct cmd *cmd, struct change *change)
{
	uint32_t root;
	struct err *err = console_root(cmd->console, cmd->args[0], &root);

	return err ? err
		   : console_change(cmd->console, change, NULL,
				    change->trial ? "trial" : NULL);
}

static struct err *read_until(struct cmd *cmd, const char *text, struct change *change)
{
	struct err *err;

	if (change->trial && text == NULL)
		return NULL;
	if (change->trial)
		return err_new(ERR_USAGE, "--until and --trial do not go together");
	if (text == NULL)
		return err_new(ERR_USAGE,
			       "until when is missing: --until DATE, or --trial");
	err = cmd_time(text, &change->until);
	if (err == NULL && change->until <= cmd->now)
		err = err_hint(err_new(ERR_USAGE, "\"%s\" is over", text),
			       "Name a time in the future; a licence ends by itself.");
	return err;
}

struct err *cmd_licence_set(struct cmd *cmd)
{
	struct change change = { .kind = CHANGE_LICENCE };
	const char *text = NULL;
	const struct cmd_option options[] = {
		{ "until", 0, CMD_TEXT, &text },
		{ "trial", 0, CMD_FLAG, &change.trial },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = cmd_root(cmd->args[0]);
	if (err == NULL)
		err = read_until(cmd, text, &change);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = set(cmd, &change);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "\"%s\" %s until %s", cmd->args[0],
		change.trial ? "has its trial" : "is licensed",
		clock_format_short(cmd, change.until));
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "plan",
				 change.trial ? "trial" : "enterprise", "until",
				 clock_format(cmd, change.until), NULL));
	return NULL;
}

const char *cmd_licence_state(const struct cmd *cmd, const struct listed_licence *licence)
{
	if (licence->plan == NULL)
		return "none";
	if (licence->to > cmd->now)
		return "valid";
	return licence->to + LICENCE_GRACE > cmd->now ? "grace" : "over";
}

const struct finding *cmd_licence_finding(struct cmd *cmd,
					  const struct listed_licence *licence)
{
	const struct licence l = { cmd->console->view->root, licence->to, cmd->now, 0 };
	struct finding *found = mem_new(cmd, struct finding);

	return licence_finding(cmd, &l, found) ? found : NULL;
}

void cmd_say_finding(struct cmd *cmd, const struct finding *f)
{
	if (f == NULL)
		return;
	cmd_say(cmd, "! %s", f->text);
	cmd_say(cmd, "  %s", f->hint);
}

json_t *cmd_finding(const struct finding *f)
{
	return f == NULL ? json_null()
			 : cmd_object("code", f->code, "text", f->text, "hint", f->hint,
				      NULL);
}

static void show(struct cmd *cmd, const struct listed_licence *licence)
{
	const char *state = cmd_licence_state(cmd, licence);
	const struct finding *found = cmd_licence_finding(cmd, licence);
	json_t *json = cmd_object("organization", cmd->args[0], "state", state, "plan",
				  licence->plan, NULL);

	json_object_set_new(json, "from", cmd_stamp(licence->from));
	json_object_set_new(json, "until", cmd_stamp(licence->to));
	if (licence->plan == NULL)
		cmd_say(cmd, "\"%s\" has no licence", cmd->args[0]);
	else
		cmd_say(cmd, "\"%s\" is licensed (%s) until %s: %s", cmd->args[0],
			licence->plan, clock_format_short(cmd, licence->to), state);
	cmd_say_finding(cmd, found);
	json_object_set_new(json, "finding", cmd_finding(found));
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
		err = console_root(cmd->console, cmd->args[0], &root);
	if (err == NULL)
		err = list_licence(cmd, cmd->console->store, cmd->console->root,
				   &licence);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		show(cmd, &licence);
	return err;
}
