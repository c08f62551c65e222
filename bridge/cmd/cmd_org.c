/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/console/list.h"
#include "bridge/record/text.h"

/* ---- create ---- */

struct new_organization {
	bool detached;
	const char *parent; /* path, or NULL for a root */
	const char *name;
	const char *owner, *owner_name;
};

static struct err *read_owner(struct cmd *cmd, struct new_organization *new)
{
	char *address, *key;
	struct err *err = console_address(cmd, new->owner, &address, &key);

	new->owner = address;
	return err;
}

static struct err *read_path(struct cmd *cmd, struct new_organization *new)
{
	const char *path = cmd->args[0], *slash = strrchr(path, '/');
	struct err *err = NULL;

	if (slash != NULL)
		new->parent = mem_strndup(cmd, path, (size_t)(slash - path));
	if (slash != NULL && new->detached)
		return err_hint(err_new(ERR_USAGE, "\"%s\" is not detached", path),
				"A detached organization is a root of its own: %s",
				slash + 1);
	if (slash != NULL && new->owner != NULL)
		return err_hint(err_new(ERR_USAGE, "--owner is for roots"),
				"Whoever makes a sub-organization owns it.");
	if (slash == NULL && new->owner == NULL)
		return err_hint(err_new(ERR_USAGE, "a root needs --owner EMAIL"),
				"It names the root's first organization owner.");
	if (new->owner == NULL &&new->owner_name != NULL)
		return err_hint(err_new(ERR_USAGE, "--name goes with --owner"),
				"Both are for roots: they say who is the first owner.");
	if (new->owner != NULL)
		err = read_owner(cmd, new);
	if (err == NULL && new->owner_name != NULL)
		err = cmd_name(cmd, "a person", new->owner_name, &new->owner_name);
	if (err == NULL)
		err = cmd_name(cmd, "an organization", slash ? slash + 1 : path,
			       &new->name);
	return err;
}

static struct err *make(struct cmd *cmd, const struct new_organization *new)
{
	struct console *c = cmd->console;
	struct change change = {
		.kind = CHANGE_ORGANIZATION,
		.organization = VIEW_NONE,
		.account = c->principal.account,
		.name = new->name,
		.name_key = text_fold(cmd, new->name, strlen(new->name)),
	};
	struct err *err;

	if (new->parent != NULL)
		err = console_administered(c, new->parent, &change.organization);
	else
		err = console_account(c, new->owner, new->owner_name, &change.account);
	return err ? err : console_change(c, &change, NULL, NULL);
}

struct err *cmd_org_create(struct cmd *cmd)
{
	struct new_organization new = { 0 };
	const struct cmd_option options[] = {
		{ "owner", 0, CMD_TEXT, &new.owner },
		{ "name", 0, CMD_TEXT, &new.owner_name },
		{ "detached", 0, CMD_FLAG, &new.detached },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = read_path(cmd, &new);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = make(cmd, &new);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "made organization \"%s\"", cmd->args[0]);
	if (new.owner != NULL) {
		cmd_say(cmd, "next: dirbridge licence set %s --until DATE", new.name);
		cmd_say(cmd, "      dirbridge principal allow %s --user USER", new.owner);
	}
	cmd_json(cmd,
		 cmd_object("organization", cmd->args[0], "owner",
			    new.owner ? new.owner : cmd->console->principal.name, NULL));
	return NULL;
}

/* ---- list ---- */

static void list_one(struct cmd *cmd, uint32_t number, struct listing *list)
{
	const struct view_organization *o = &cmd->console->view->organizations[number];

	listing_add(list,
		    json_pack("{s:o,s:o,s:i,s:i}", "path", cmd_text(o->path), "id",
			      cmd_text(o->uid), "level", (int)o->level, "owners",
			      (int)o->person_owners),
		    o->path, cmd_count(cmd, o->person_owners, "owner"));
}

/* As a key that keeps what is below an organization together, right after it. */
static char *tree_key(struct cmd *cmd, const char *path)
{
	char *key = mem_strdup(cmd, path);

	for (char *slash = strchr(key, '/'); slash != NULL; slash = strchr(slash, '/'))
		*slash = '\1'; /* no name holds it */
	return key;
}

/* What the principal owns of one root, at or below a path. */
static struct err *list_root(struct cmd *cmd, const char *path, struct listing *list)
{
	struct err *err = cmd_enter(cmd, STORE_READ, path);
	struct named *found;
	const struct view *v;
	uint32_t top;
	size_t n = 0;

	if (err)
		return cmd_leave(cmd, err);
	v = cmd->console->view;
	top = console_place(cmd->console, path);
	found = mem_array(cmd, struct named, v->n_organizations);
	for (uint32_t o = 0; top != VIEW_NONE && o < v->n_organizations; o++)
		if (view_is_within(v, top, o) &&
		    (cmd->console->principal.operator_ ||
		     view_owns_organization(v, cmd->console->principal.account, o)))
			found[n++] =
				(struct named){ tree_key(cmd, v->organizations[o].path),
						o };
	cmd_sort(found, n);
	for (size_t i = 0; i < n; i++)
		list_one(cmd, found[i].number, list);
	return cmd_leave(cmd, NULL);
}

/* A path of which nothing is the caller's is as good as one that is not there. */
static struct err *list_path(struct cmd *cmd, const char *path, struct listing *list)
{
	struct err *err = list_root(cmd, path, list);
	uint32_t unused;

	if (err || list->n > 0)
		return err;
	return console_administered(cmd->console, path, &unused);
}

static struct err *list_all(struct cmd *cmd, struct listing *list)
{
	const char *const *roots;
	struct store *store;
	struct err *err = cmd_open(cmd, STORE_READ, &store);

	if (err == NULL)
		err = list_roots(cmd, store, &roots);
	for (size_t i = 0; err == NULL && roots[i] != NULL; i++)
		err = list_root(cmd, roots[i], list);
	return err;
}

struct err *cmd_org_list(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 2);
	struct err *err = cmd_parse(cmd, NULL, 0, 1);

	if (err == NULL)
		err = cmd->n_args > 0 ? list_path(cmd, cmd->args[0], list)
				      : list_all(cmd, list);
	if (err == NULL)
		listing_end(list, "organizations", NULL);
	return err;
}
