/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/record/text.h"

/* ---- rename ---- */

static struct err *rename_it(struct cmd *cmd, const char *name)
{
	struct change change = {
		.kind = CHANGE_GROUP_RENAME,
		.giver = GIVER_HAND,
		.name = name,
		.name_key = text_fold(cmd, name, strlen(name)),
	};
	struct err *err = console_own_group(cmd->console, cmd->args[0], cmd->args[1],
					    &change.group);

	return err ? err : console_change(cmd->console, &change, NULL, NULL);
}

struct err *cmd_group_rename(struct cmd *cmd)
{
	const char *name = NULL;
	struct err *err = cmd_parse(cmd, NULL, 3, 3);

	if (err == NULL)
		err = cmd_name(cmd, "a group", cmd->args[2], &name);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = rename_it(cmd, name);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "group \"%s\" in \"%s\" is \"%s\" now", cmd->args[1], cmd->args[0],
		name);
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "group", name, "was",
				 cmd->args[1], NULL));
	return NULL;
}

/* ---- delete ---- */

static struct err *delete_it(struct cmd *cmd, const char *reason)
{
	struct change change = { .kind = CHANGE_GROUP_DELETE };
	struct err *err = console_own_group(cmd->console, cmd->args[0], cmd->args[1],
					    &change.group);

	return err ? err : console_change(cmd->console, &change, NULL, reason);
}

struct err *cmd_group_delete(struct cmd *cmd)
{
	const char *reason = NULL;
	const struct cmd_option options[] = {
		{ "reason", 0, CMD_TEXT, &reason },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 2, 2);

	if (err == NULL)
		err = cmd_reason(reason);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = delete_it(cmd, reason);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd,
		"deleted group \"%s\" in \"%s\", with its roles, links and invitations",
		cmd->args[1], cmd->args[0]);
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "group", cmd->args[1],
				 "state", "deleted", NULL));
	return NULL;
}

/* ---- claims: of a group of the organization, or of one that is linked there ---- */

/* The console's own claim has one spelling. */
static struct err *read_claim(struct cmd *cmd, const char **claim)
{
	struct err *err = cmd_name(cmd, "a claim", cmd->args[2], claim);
	AUTO_MEM char *key = err ? NULL : text_fold(NULL, *claim, strlen(*claim));

	if (err == NULL && strcmp(key, "owner") == 0)
		*claim = CLAIM_OWNER;
	return err;
}

static struct err *set_claim(struct cmd *cmd, enum change_kind kind, const char *claim,
			     const char *home)
{
	struct change change = { .kind = kind, .name = claim };
	struct console *c = cmd->console;
	struct err *err = console_organization(c, cmd->args[0], &change.organization);

	if (err == NULL && home == NULL)
		err = console_group(c, change.organization, cmd->args[1], &change.group);
	else if (err == NULL)
		err = console_group_at(c, change.organization, home, cmd->args[1],
				       &change.group);
	return err ? err : console_change(c, &change, NULL, NULL);
}

static struct err *change_claim(struct cmd *cmd, enum change_kind kind)
{
	const char *home = NULL, *claim = NULL;
	const struct cmd_option options[] = {
		{ "home", 0, CMD_TEXT, &home },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 3, 3);

	if (err == NULL)
		err = read_claim(cmd, &claim);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = set_claim(cmd, kind, claim, home);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "members of \"%s\" %s %s in \"%s\"", cmd->args[1],
		kind == CHANGE_GROUP_CLAIM ? "have" : "no longer have", claim,
		cmd->args[0]);
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "group", cmd->args[1],
				 "home", home ? home : cmd->args[0], "claim", claim,
				 "change", change_name(kind), NULL));
	return NULL;
}

struct err *cmd_group_claim(struct cmd *cmd)
{
	return change_claim(cmd, CHANGE_GROUP_CLAIM);
}

struct err *cmd_group_unclaim(struct cmd *cmd)
{
	return change_claim(cmd, CHANGE_GROUP_UNCLAIM);
}
