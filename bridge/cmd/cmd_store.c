/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"

struct err *cmd_store_init(struct cmd *cmd)
{
	const char *url;
	struct err *err = cmd_parse(cmd, NULL, 0, 0);

	if (err == NULL)
		err = cmd_store_url(cmd, &url);
	if (err == NULL)
		err = console_init(url, cmd->os_user);
	if (err)
		return err;
	cmd_say(cmd, "made store \"%s\"; \"%s\" is its operator", url, cmd->os_user);
	cmd_say(cmd, "next: dirbridge org create ROOT --owner EMAIL");
	cmd_json(cmd, cmd_object("store", url, "operator", cmd->os_user, NULL));
	return NULL;
}

/* ---- upgrade ---- */

/* Whatever version it has. */
static struct err *check_operator(struct cmd *cmd, const char *url)
{
	struct store *store;
	struct err *err = store_open(cmd, url, STORE_LOOK, &store);

	if (err)
		return err;
	err = console_may_operate(store, cmd->os_user, cmd->as);
	mem_free(store);
	return err;
}

static void say_upgrade(struct cmd *cmd, const char *url, bool check, int64_t from)
{
	bool older = from < STORE_SCHEMA;

	if (!older)
		cmd_say(cmd, "store \"%s\" has schema %lld, as it should", url,
			(long long)from);
	else
		cmd_say(cmd,
			check ? "store \"%s\" has schema %lld, to be upgraded to %d"
			      : "upgraded store \"%s\" from schema %lld to %d",
			url, (long long)from, STORE_SCHEMA);
	if (older && check)
		cmd_say(cmd, "next: dirbridge store backup FILE, then without --check");
	cmd_json(cmd, json_pack("{s:o, s:I, s:i, s:b}", "store", cmd_text(url), "from",
				(json_int_t)from, "to", STORE_SCHEMA, "upgraded",
				older && !check));
	cmd->status = older && check ? 2 : 0;
}

struct err *cmd_store_upgrade(struct cmd *cmd)
{
	bool check = false;
	const struct cmd_option options[] = {
		{ "check", 0, CMD_FLAG, &check },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	const char *url;
	int64_t from;
	struct err *err = cmd_parse(cmd, options, 0, 0);

	if (err == NULL)
		err = cmd_store_url(cmd, &url);
	if (err == NULL)
		err = check_operator(cmd, url);
	if (err == NULL)
		err = store_upgrade(url, check, &from);
	if (err == NULL)
		say_upgrade(cmd, url, check, from);
	return err;
}

/* ---- accept ---- */

struct accepted {
	const char *noticed; /* NULL: nothing */
	const char *was, *epoch;
};

static struct err *accept(struct cmd *cmd, const char *reason, struct accepted *out)
{
	struct store *store;
	struct err *err = cmd_enter(cmd, STORE_ACCEPT, "");

	if (err)
		return err;
	store = cmd->console->store;
	if (store_restored(store) != NULL)
		out->noticed = mem_strdup(cmd, store_restored(store));
	out->was = mem_strdup(cmd, store_epoch(store));
	err = console_new_epoch(cmd->console, reason);
	out->epoch = mem_strdup(cmd, store_epoch(store));
	return err;
}

struct err *cmd_store_accept(struct cmd *cmd)
{
	struct accepted a = { .noticed = NULL };
	const char *reason = NULL;
	const struct cmd_option options[] = {
		{ "reason", 0, CMD_TEXT, &reason },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 0, 0);

	if (err == NULL)
		err = cmd_reason(reason);
	if (err)
		return err;
	err = cmd_leave(cmd, accept(cmd, reason, &a));
	if (err)
		return err;
	cmd_say(cmd, "noticed: %s", a.noticed ? a.noticed : "nothing");
	cmd_say(cmd, "accepted: epoch %.8s ends, %.8s begins", a.was, a.epoch);
	cmd_json(cmd, cmd_object("noticed", a.noticed, "was", a.was, "epoch", a.epoch,
				 "reason", reason, NULL));
	return NULL;
}
