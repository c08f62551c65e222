/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/console/roster.h"
#include "bridge/record/text.h"

/* ---- send, resend and cancel ---- */

struct asked {
	struct change change;
	const char *role, *home;
	char *email;
	bool silent, staged;
	int64_t expires;
};

static struct err *read_asked(struct asked *a)
{
	if (a->silent && a->staged)
		return err_hint(
			err_new(ERR_USAGE, "--silent and --staged do not go together"),
			"Stage it; release it later, with a mail or without.");
	if (a->silent)
		a->change.mode = INVITE_SILENT;
	if (a->staged)
		a->change.mode = INVITE_STAGED;
	return cmd_role(a->role, &a->change.role);
}

/* From this organization into a group of its own, or of the one that is said. */
static struct err *find_group(struct cmd *cmd, struct asked *a)
{
	const struct console *c = cmd->console;
	struct err *err = NULL;

	a->change.organization = VIEW_NONE;
	if (a->home != NULL)
		err = console_organization(c, cmd->args[0], &a->change.organization);
	if (err)
		return err;
	return console_own_group(c, a->home ? a->home : cmd->args[0], cmd->args[1],
				 &a->change.group);
}

/* Until when; somebody who joins an invitation does not make it last longer. */
static struct err *find_expiry(struct cmd *cmd, struct asked *a)
{
	const struct console *c = cmd->console;

	return store_number(c->store, &a->expires, 0,
			    "SELECT expires FROM invitation WHERE id = ?1", "i",
			    c->view->invitations[a->change.made].id);
}

static struct err *change_invitation(struct cmd *cmd, struct asked *a)
{
	char *key;
	struct err *err = console_address(cmd, cmd->args[2], &a->email, &key);

	if (err == NULL)
		err = find_group(cmd, a);
	if (err)
		return err;
	a->change.email = view_add_email(cmd->console->view, a->email, key);
	err = console_change(cmd->console, &a->change, NULL, NULL);
	if (err || a->change.kind == CHANGE_CANCEL)
		return err;
	return find_expiry(cmd, a);
}

static void tell_cancelled(struct cmd *cmd, const struct asked *a, json_t *json)
{
	json_object_set_new(json, "state", json_string("cancelled"));
	cmd_say(cmd, "cancelled the invitation of \"%s\" as %s of \"%s\" in \"%s\"",
		a->email, role_name(a->change.role), cmd->args[1], cmd->args[0]);
}

static void tell_pending(struct cmd *cmd, const struct asked *a, const char *home,
			 json_t *json)
{
	enum invite_mode mode = cmd->console->view->invitations[a->change.made].mode;
	const char *until = clock_format_short(cmd, a->expires);
	const char *tail = mem_printf(cmd, "until %s", until);

	if (mode == INVITE_STAGED)
		tail = "once it is released";
	if (mode == INVITE_SILENT)
		tail = mem_printf(cmd, "until %s, without a mail", until);
	json_object_set_new(json, "state", json_string("pending"));
	json_object_set_new(json, "mode", cmd_text(invite_mode_name(mode)));
	json_object_set_new(json, "expires",
			    cmd_stamp(mode == INVITE_STAGED ? 0 : a->expires));
	cmd_say(cmd, "invited \"%s\"%s as %s of \"%s\" in \"%s\" %s", a->email,
		a->change.kind == CHANGE_RESEND ? " again" : "",
		role_name(a->change.role), cmd->args[1], home, tail);
}

static void tell(struct cmd *cmd, const struct asked *a)
{
	const char *home = a->home ? a->home : cmd->args[0];
	json_t *json = cmd_object("organization", home, "group", cmd->args[1], "email",
				  a->email, "role", role_name(a->change.role), NULL);

	if (a->change.kind == CHANGE_CANCEL)
		tell_cancelled(cmd, a, json);
	else
		tell_pending(cmd, a, home, json);
	cmd_json(cmd, json);
}

static struct err *ask(struct cmd *cmd, struct asked *a, const struct cmd_option *options)
{
	struct err *err = cmd_parse(cmd, options, 3, 3);

	a->change.giver = GIVER_HAND;
	if (err == NULL)
		err = read_asked(a);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = change_invitation(cmd, a);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		tell(cmd, a);
	return err;
}

static struct err *ask_for_role(struct cmd *cmd, enum change_kind kind)
{
	struct asked a = { .change.kind = kind };
	const struct cmd_option options[] = {
		{ "role", 'r', CMD_TEXT, &a.role },
		{ NULL, 0, CMD_FLAG, NULL },
	};

	return ask(cmd, &a, options);
}

struct err *cmd_invite_send(struct cmd *cmd)
{
	struct asked a = { .change.kind = CHANGE_INVITE };
	const struct cmd_option options[] = {
		{ "role", 'r', CMD_TEXT, &a.role },
		{ "home", 0, CMD_TEXT, &a.home },
		{ "silent", 0, CMD_FLAG, &a.silent },
		{ "staged", 0, CMD_FLAG, &a.staged },
		{ NULL, 0, CMD_FLAG, NULL },
	};

	return ask(cmd, &a, options);
}

struct err *cmd_invite_resend(struct cmd *cmd)
{
	return ask_for_role(cmd, CHANGE_RESEND);
}

struct err *cmd_invite_cancel(struct cmd *cmd)
{
	return ask_for_role(cmd, CHANGE_CANCEL);
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
			 "inviter", i->inviter, "mode", invite_mode_name(i->mode), NULL);
	json_object_set_new(one, "created", cmd_stamp(i->created));
	json_object_set_new(one, "expires", cmd_stamp(i->expires));
	if (tokens)
		json_object_set_new(one, "token", cmd_text(token));
	listing_add(list, one, i->email, role_name(i->role), i->group,
		    mem_printf(cmd, "by %s", i->inviter),
		    cmd_age(cmd, cmd->now - i->created),
		    i->expires ? mem_printf(cmd, "until %s",
					    clock_format_short(cmd, i->expires))
			       : NULL,
		    i->mode == INVITE_MAIL ? NULL : invite_mode_name(i->mode), token);
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
	struct listing *list = listing_new(cmd, 8);
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
