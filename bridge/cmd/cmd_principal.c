/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/console/list.h"

/* ---- add ---- */

/* Owner of one organization, unless the principal has it already. */
static struct err *own(struct cmd *cmd, uint32_t account, const char *path)
{
	struct change change = { .kind = CHANGE_CLAIM, .account = account };
	struct console *c = cmd->console;
	struct err *err = console_administered(c, path, &change.organization);

	if (err || view_owns_organization(c->view, account, change.organization))
		return err;
	return console_change(c, &change, NULL, NULL);
}

/* What an id belongs to shows once the root of the first is loaded. */
static struct err *one_root(const char *const *paths)
{
	size_t len = strcspn(paths[0], "/");

	for (size_t i = 1; paths[i] != NULL && !console_is_id(paths[0]); i++)
		if (!console_is_id(paths[i]) && (strcspn(paths[i], "/") != len ||
						 strncmp(paths[i], paths[0], len) != 0))
			return err_hint(err_new(ERR_USAGE,
						"\"%s\" and \"%s\" are of two roots",
						paths[0], paths[i]),
					"Name one root's organizations at a time.");
	return NULL;
}

static struct err *add(struct cmd *cmd, const char *name, const char *const *paths)
{
	uint32_t account = VIEW_NONE;
	struct err *err = console_service(cmd->console, name, &account);

	for (size_t i = 0; err == NULL && paths[i] != NULL; i++)
		err = own(cmd, account, paths[i]);
	return err;
}

struct err *cmd_principal_add(struct cmd *cmd)
{
	const char **paths = NULL, *name = NULL;
	const struct cmd_option options[] = {
		{ "owner-of", 0, CMD_TEXTS, &paths },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && paths == NULL)
		err = err_new(ERR_USAGE, "owner of what is missing: --owner-of PATH");
	if (err == NULL)
		err = one_root(paths);
	if (err == NULL)
		err = cmd_name(cmd, "a principal", cmd->args[0], &name);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, paths[0]);
	if (err == NULL)
		err = add(cmd, name, paths);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	for (size_t i = 0; paths[i] != NULL; i++)
		cmd_say(cmd, "service principal \"%s\" has Owner of \"%s\"", name,
			paths[i]);
	cmd_json(cmd, json_pack("{s:o,s:o}", "principal", cmd_text(name), "owns",
				cmd_texts(paths)));
	return NULL;
}

/* ---- allow and disallow ---- */

static struct err *allow(struct cmd *cmd, bool may)
{
	const char *user = NULL;
	const struct cmd_option options[] = {
		{ "user", 'u', CMD_TEXT, &user },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && (user == NULL || user[0] == '\0'))
		err = err_new(ERR_USAGE, "which user is missing: --user USER");
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, "");
	if (err == NULL)
		err = console_allow(cmd->console, cmd->args[0], user, may);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "operating-system user \"%s\" may %sact as \"%s\"", user,
		may ? "" : "no longer ", cmd->args[0]);
	cmd_json(cmd, cmd_object("principal", cmd->args[0], "user", user, NULL));
	return NULL;
}

struct err *cmd_principal_allow(struct cmd *cmd)
{
	return allow(cmd, true);
}

struct err *cmd_principal_disallow(struct cmd *cmd)
{
	return allow(cmd, false);
}

/* ---- remove ---- */

static struct err *disown(struct cmd *cmd, const char *path)
{
	struct change change = { .kind = CHANGE_UNCLAIM };
	struct console *c = cmd->console;
	struct err *err = console_administered(c, path, &change.organization);

	if (err == NULL)
		err = console_known(c, cmd->args[0], &change.account);
	if (err == NULL)
		err = console_change(c, &change, NULL, NULL);
	if (err == NULL || err_code(err) == NULL ||
	    strcmp(err_code(err), rule_code(RULE_NOT_GIVEN)) != 0)
		return err;
	err_free(err);
	return err_hint(err_refused(rule_code(RULE_NOT_GIVEN),
				    "%s: \"%s\" does not own \"%s\" directly",
				    rule_code(RULE_NOT_GIVEN), cmd->args[0], path),
			"See what it owns with: dirbridge principal list");
}

struct err *cmd_principal_remove(struct cmd *cmd)
{
	const char *path = NULL;
	const struct cmd_option options[] = {
		{ "owner-of", 0, CMD_TEXT, &path },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && path == NULL)
		err = err_new(ERR_USAGE, "owner of what is missing: --owner-of PATH");
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, path);
	if (err == NULL)
		err = disown(cmd, path);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "service principal \"%s\" no longer has Owner of \"%s\"",
		cmd->args[0], path);
	cmd_json(cmd, cmd_object("principal", cmd->args[0], "disowned", path, NULL));
	return NULL;
}

/* ---- list ---- */

static void list_one(struct cmd *cmd, const struct listed_principal *p,
		     struct listing *list)
{
	json_t *one = cmd_object("name", p->name, "kind", p->kind, NULL);

	json_object_set_new(one, "users", cmd_texts(p->users));
	json_object_set_new(one, "owns", cmd_texts(p->owns));
	listing_add(list, one, p->name, p->kind, cmd_joined(cmd, "user ", p->users),
		    cmd_joined(cmd, "owns ", p->owns));
}

struct err *cmd_principal_list(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 4);
	struct listed_principal *found;
	struct store *store;
	size_t n = 0;
	struct err *err = cmd_parse(cmd, NULL, 0, 0);

	if (err == NULL)
		err = cmd_open(cmd, STORE_READ, &store);
	if (err == NULL)
		err = list_principals(cmd, store, cmd->os_user, &found, &n);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		list_one(cmd, &found[i], list);
	listing_end(list, "principals", NULL);
	return NULL;
}
