/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/console/roster.h"
#include "bridge/record/text.h"

/* ---- send and cancel ---- */

static struct err *change_invitation(struct cmd *cmd, struct change *change)
{
	struct console *c = cmd->console;
	const char *email = cmd->args[2];
	char *key = email_key(cmd, email, strlen(email));
	struct err *err;

	if (key == NULL)
		return err_new(ERR_USAGE, "\"%s\" is no e-mail address", email);
	err = console_own_group(c, cmd->args[0], cmd->args[1], &change->group);
	if (err)
		return err;
	change->email = view_add_email(c->view, email, key);
	return console_change(c, change, NULL, NULL);
}

/* Until when; somebody who joins an invitation does not make it last longer. */
static struct err *find_expiry(struct cmd *cmd, const struct change *change,
			       int64_t *expires)
{
	const struct console *c = cmd->console;

	return store_number(c->store, expires, 0,
			    "SELECT expires FROM invitation WHERE id = ?1", "i",
			    c->view->invitations[change->made].id);
}

static void tell_sent(struct cmd *cmd, const struct change *change, int64_t expires,
		      json_t *json)
{
	cmd_say(cmd, "invited \"%s\" as %s of \"%s\" in \"%s\" until %s", cmd->args[2],
		role_name(change->role), cmd->args[1], cmd->args[0],
		clock_format_short(cmd, expires));
	json_object_set_new(json, "expires", cmd_stamp(expires));
}

static void tell(struct cmd *cmd, const struct change *change, int64_t expires)
{
	bool sent = change->kind == CHANGE_INVITE;
	json_t *json = cmd_object("organization", cmd->args[0], "group", cmd->args[1],
				  "email", cmd->args[2], "role", role_name(change->role),
				  "state", sent ? "pending" : "cancelled", NULL);

	if (sent)
		tell_sent(cmd, change, expires, json);
	else
		cmd_say(cmd,
			"cancelled the invitation of \"%s\" as %s of \"%s\" in \"%s\"",
			cmd->args[2], role_name(change->role), cmd->args[1],
			cmd->args[0]);
	cmd_json(cmd, json);
}

static struct err *invite_or_cancel(struct cmd *cmd, enum change_kind kind)
{
	struct change change = { .kind = kind, .giver = GIVER_HAND };
	const char *role = NULL;
	const struct cmd_option options[] = {
		{ "role", 'r', CMD_TEXT, &role },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	int64_t expires = 0;
	struct err *err = cmd_parse(cmd, options, 3, 3);

	if (err == NULL)
		err = cmd_role(role, &change.role);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = change_invitation(cmd, &change);
	if (err == NULL && kind == CHANGE_INVITE)
		err = find_expiry(cmd, &change, &expires);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		tell(cmd, &change, expires);
	return err;
}

struct err *cmd_invite_send(struct cmd *cmd)
{
	return invite_or_cancel(cmd, CHANGE_INVITE);
}

struct err *cmd_invite_cancel(struct cmd *cmd)
{
	return invite_or_cancel(cmd, CHANGE_CANCEL);
}

/* ---- list ---- */

static struct err *list_one(struct cmd *cmd, const struct roster_invitation *i,
			    bool tokens, struct listing *list)
{
	struct err *err = NULL;
	char *token = NULL;
	json_t *one;

	if (tokens)
		err = console_show_token(cmd, cmd->console, i->mail, &token);
	if (err)
		return err;
	one = cmd_object("email", i->email, "group", i->group, "role", role_name(i->role),
			 "inviter", i->inviter, NULL);
	json_object_set_new(one, "created", cmd_stamp(i->created));
	json_object_set_new(one, "expires", cmd_stamp(i->expires));
	if (tokens)
		json_object_set_new(one, "token", cmd_text(token));
	listing_add(
		list, one, i->email, role_name(i->role), i->group,
		mem_printf(cmd, "by %s", i->inviter), cmd_age(cmd, cmd->now - i->created),
		mem_printf(cmd, "until %s", clock_format_short(cmd, i->expires)), token);
	return NULL;
}

/* What is pending in this organization's own groups. */
static struct err *list_pending(struct cmd *cmd, bool tokens, struct listing *list)
{
	struct roster roster;
	uint32_t here;
	struct err *err = console_organization(cmd->console, cmd->args[0], &here);

	if (err == NULL)
		err = roster_load(cmd, cmd->console, here, cmd->now, &roster);
	for (size_t i = 0; err == NULL && i < roster.n_invitations; i++)
		if (!roster.invitations[i].linked)
			err = list_one(cmd, &roster.invitations[i], tokens, list);
	return err;
}

struct err *cmd_invite_list(struct cmd *cmd)
{
	bool tokens = false;
	const struct cmd_option options[] = {
		{ "tokens", 0, CMD_FLAG, &tokens },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct listing *list = listing_new(cmd, 7);
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = list_pending(cmd, tokens, list);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		listing_end(list, "invitations", "organization", cmd->args[0], NULL);
	return err;
}

/* ---- accept and decline: the token is the authority ---- */

struct err *cmd_invite_accept(struct cmd *cmd)
{
	const char *email = NULL, *name = NULL;
	const struct cmd_option options[] = {
		{ "email", 0, CMD_TEXT, &email },
		{ "name", 0, CMD_TEXT, &name },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct acceptance done = { 0 };
	struct store *store;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && name != NULL)
		err = cmd_name(cmd, "a person", name, &name);
	if (err == NULL)
		err = cmd_open(cmd, STORE_WRITE, &store);
	if (err == NULL)
		err = console_accept(cmd, store, cmd->args[0],
				     &(struct answer_by){ cmd->os_user, email, name },
				     cmd->now, &done);
	if (err)
		return err;
	cmd_say(cmd, "\"%s\" has %s more in \"%s\"", done.email,
		cmd_count(cmd, done.roles, "role"), done.organization);
	cmd_json(cmd, json_pack("{s:o,s:i,s:o}", "account", cmd_text(done.email), "roles",
				(int)done.roles, "root", cmd_text(done.organization)));
	return NULL;
}

struct err *cmd_invite_decline(struct cmd *cmd)
{
	struct store *store;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_open(cmd, STORE_WRITE, &store);
	if (err == NULL)
		err = console_decline(cmd, store, cmd->args[0],
				      &(struct answer_by){ .os_user = cmd->os_user },
				      cmd->now);
	if (err)
		return err;
	cmd_say(cmd, "declined");
	cmd_json(cmd, cmd_object("state", "declined", NULL));
	return NULL;
}
