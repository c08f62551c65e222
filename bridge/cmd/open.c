/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/cmd.h"
#include "bridge/cmd/cmd_p.h"
#include "bridge/record/text.h"
#include "connectors/connector.h"
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_LIMIT = 200 }; /* bytes; names go into paths, mails and lines on a screen */

struct err *cmd_name(struct cmd *cmd, const char *what, const char *text,
		     const char **name)
{
	*name = text_name(cmd, text, strlen(text));
	if (*name != NULL && strlen(*name) <= NAME_LIMIT)
		return NULL;
	return err_new(ERR_USAGE,
		       "\"%s\" is no name for %s: it takes 1 to %d bytes of UTF-8"
		       " without control characters",
		       text, what, NAME_LIMIT);
}

struct err *cmd_role(const char *text, enum role *role)
{
	if (text == NULL)
		return err_hint(err_new(ERR_USAGE, "which role is missing"),
				"Say --role member or --role owner.");
	for (*role = ROLE_MEMBER; *role < ROLES; (*role)++)
		if (strcmp(text, role_name(*role)) == 0)
			return NULL;
	return err_hint(err_new(ERR_USAGE, "there is no role \"%s\"", text),
			"Say --role member or --role owner.");
}

struct err *cmd_root(const char *path)
{
	size_t len = strcspn(path, "/");
	struct err *err;

	if (path[len] == '\0')
		return NULL;
	err = err_new(ERR_USAGE, "\"%s\" is no root", path);
	return len > 0 ? err_hint(err, "Name its root: %.*s", (int)len, path) : err;
}

struct err *cmd_reason(const char *text)
{
	if (text == NULL || text[strspn(text, " \t")] == '\0')
		return err_new(ERR_USAGE, "why is missing: --reason TEXT");
	return cmd_note(text);
}

struct err *cmd_note(const char *text)
{
	if (text == NULL || text_is_utf8(text, strlen(text)))
		return NULL;
	return err_new(ERR_USAGE, "\"%s\" is no text: it is no UTF-8", text);
}

struct err *cmd_time(const char *text, int64_t *time)
{
	if (clock_parse(text, strlen(text), time))
		return NULL;
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no time", text),
			"Write 2026-11-24, \"2026-11-24 09:00\" or"
			" 2026-11-24T09:00:00Z (UTC).");
}

const char *cmd_who(const struct view *v, uint32_t account)
{
	const struct view_account *a = &v->accounts[account];

	return a->email == VIEW_NONE ? a->name : v->emails[a->email].address;
}

static int by_name(const void *a, const void *b)
{
	const struct named *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

void cmd_sort(struct named *list, size_t n)
{
	if (n > 0)
		qsort(list, n, sizeof *list, by_name);
}

struct err *cmd_config(struct cmd *cmd, const struct config **config)
{
	struct cmd_private *p = cmd->private;
	struct err *err = NULL;

	if (p->config == NULL && access(cmd->config_path, R_OK) != 0)
		return err_hint(err_new(ERR_CONFIG, "configuration \"%s\": %s",
					cmd->config_path, strerror(errno)),
				"Name it with -c FILE or DIRBRIDGE_CONFIG; what needs no"
				" source also takes --store URL.");
	if (p->config == NULL)
		err = config_load(cmd, cmd->config_path, connector_settings,
				  connector_names(), connector_check, &p->config);
	*config = p->config;
	return err;
}

struct err *cmd_store_url(struct cmd *cmd, const char **url)
{
	const struct config *config;
	struct err *err;

	*url = cmd->store;
	if (*url != NULL)
		return NULL;
	err = cmd_config(cmd, &config);
	if (err)
		return err;
	*url = config->store;
	return NULL;
}

struct err *cmd_open(struct cmd *cmd, enum store_mode mode, struct store **store)
{
	const char *url;
	struct err *err = cmd_store_url(cmd, &url);

	return err ? err : store_open(cmd, url, mode, store);
}

struct err *cmd_enter(struct cmd *cmd, enum store_mode mode, const char *path)
{
	struct cmd_private *p = cmd->private;
	struct err *err = NULL;

	p->writing = mode == STORE_WRITE || mode == STORE_ACCEPT;
	if (p->store == NULL)
		err = cmd_open(cmd, mode, &p->store);
	if (err == NULL)
		err = store_begin(p->store);
	if (err == NULL)
		err = console_load(cmd, p->store, path, cmd->now, &cmd->console);
	if (err == NULL)
		err = console_act(cmd->console, cmd->os_user, cmd->as);
	if (err == NULL && p->writing)
		err = console_expire(cmd->console);
	return err;
}

struct err *cmd_visit(struct cmd *cmd, const char *path, int64_t at,
		      uint32_t *organization)
{
	const struct looking who = { cmd->os_user, cmd->as };
	struct cmd_private *p = cmd->private;
	struct err *err = cmd_open(cmd, STORE_READ, &p->store);

	if (err == NULL)
		err = store_begin(p->store);
	if (err == NULL)
		err = console_look(cmd, p->store, path, &who, at, cmd->now, &cmd->console,
				   organization);
	return err;
}

struct err *cmd_leave(struct cmd *cmd, struct err *err)
{
	struct cmd_private *p = cmd->private;

	if (p->store == NULL)
		return err;
	if (err == NULL && p->writing)
		err = console_finish(cmd->console);
	if (err == NULL && p->writing)
		err = store_commit(p->store);
	else
		store_rollback(p->store);
	return err;
}
