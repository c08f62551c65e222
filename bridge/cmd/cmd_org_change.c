/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/console/list.h"
#include "bridge/record/text.h"
#include <stdlib.h>

/* ---- rename ---- */

static struct err *rename_it(struct cmd *cmd, const char *name, uint32_t *organization)
{
	struct change change = {
		.kind = CHANGE_ORGANIZATION_RENAME,
		.name = name,
		.name_key = text_fold(cmd, name, strlen(name)),
	};
	struct err *err =
		console_administered(cmd->console, cmd->args[0], &change.organization);

	*organization = change.organization;
	return err ? err : console_change(cmd->console, &change, NULL, NULL);
}

struct err *cmd_org_rename(struct cmd *cmd)
{
	const char *name = NULL, *path;
	uint32_t organization = VIEW_NONE;
	struct err *err = cmd_parse(cmd, NULL, 2, 2);

	if (err == NULL)
		err = cmd_name(cmd, "an organization", cmd->args[1], &name);
	if (err == NULL && strchr(name, '/') != NULL)
		err = err_hint(err_new(ERR_USAGE, "\"%s\" is a path, not a name", name),
			       "An organization stays where it was made.");
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = rename_it(cmd, name, &organization);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	path = cmd->console->view->organizations[organization].path;
	cmd_say(cmd, "organization \"%s\" is \"%s\" now", cmd->args[0], path);
	cmd_json(cmd, cmd_object("organization", path, "was", cmd->args[0], NULL));
	return NULL;
}

/* ---- delete ---- */

static struct err *delete_it(struct cmd *cmd, const char *reason)
{
	struct change change = { .kind = CHANGE_ORGANIZATION_DELETE };
	struct err *err =
		console_administered(cmd->console, cmd->args[0], &change.organization);

	return err ? err : console_change(cmd->console, &change, NULL, reason);
}

struct err *cmd_org_delete(struct cmd *cmd)
{
	const char *reason = NULL;
	const struct cmd_option options[] = {
		{ "reason", 0, CMD_TEXT, &reason },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = cmd_reason(reason);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = delete_it(cmd, reason);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "deleted organization \"%s\", with its groups and invitations",
		cmd->args[0]);
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "state", "deleted", NULL));
	return NULL;
}

/* ---- what the console holds ---- */

enum { MOST = 99999999 }; /* of one kind: all together still fit a view's counter */

static struct err *read_asset(struct cmd *cmd, const char *text, char **kind,
			      uint32_t *count)
{
	const char *const *kinds = console_asset_kinds();
	size_t len = strcspn(text, "=");
	unsigned long number;
	char *end;

	*kind = mem_strndup(cmd, text, len);
	for (size_t i = 0; kinds[i] != NULL; i++) {
		if (strcmp(kinds[i], *kind) != 0 || text[len] == '\0')
			continue;
		number = strtoul(text + len + 1, &end, 10);
		if (text[len + 1] < '0' || text[len + 1] > '9' || *end != '\0' ||
		    number > MOST)
			break;
		*count = (uint32_t)number;
		return NULL;
	}
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no KIND=N", text),
			"N is a number up to %d; kinds are: %s.", MOST,
			cmd_joined(cmd, "", kinds));
}

/* What is so already is no reason to leave the rest undone. */
static struct err *set_assets(struct cmd *cmd, uint32_t organization)
{
	struct err *err = NULL;
	uint32_t count = 0;
	char *kind;

	for (int i = 1; err == NULL && i < cmd->n_args; i++) {
		err = read_asset(cmd, cmd->args[i], &kind, &count);
		if (err == NULL)
			err = console_asset(cmd->console, organization, kind, count);
		if (err != NULL && err_code(err) != NULL &&
		    strcmp(err_code(err), rule_code(RULE_UNCHANGED)) == 0) {
			err_free(err);
			err = NULL;
		}
	}
	return err;
}

static struct err *list_held(struct cmd *cmd, uint32_t organization, struct listing *list)
{
	const struct console *c = cmd->console;
	struct listed_asset *found;
	size_t n;
	struct err *err = list_assets(
		cmd, c->store, c->view->organizations[organization].id, &found, &n);

	for (size_t i = 0; err == NULL && i < n; i++)
		listing_add(list,
			    json_pack("{s:o,s:I}", "kind", cmd_text(found[i].kind),
				      "count", (json_int_t)found[i].count),
			    found[i].kind,
			    mem_printf(cmd, "%lld", (long long)found[i].count));
	return err;
}

struct err *cmd_org_assets(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 2);
	uint32_t organization = VIEW_NONE;
	struct err *err = cmd_parse(cmd, NULL, 1, 16);

	if (err == NULL)
		err = cmd_enter(cmd, cmd->n_args > 1 ? STORE_WRITE : STORE_READ,
				cmd->args[0]);
	if (err == NULL)
		err = console_administered(cmd->console, cmd->args[0], &organization);
	if (err == NULL)
		err = set_assets(cmd, organization);
	if (err == NULL)
		err = list_held(cmd, organization, list);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		listing_end(list, "assets", "organization", cmd->args[0], NULL);
	return err;
}
