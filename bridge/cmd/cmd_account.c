/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/console/erase.h"
#include "bridge/console/list.h"
#include "bridge/record/text.h"

/* ---- block and unblock ---- */

/* How many people own each organization, then each group: what a block changes. */
static uint32_t *count_owners(TALLOC_CTX *ctx, const struct view *v)
{
	uint32_t *counts =
		mem_array(ctx, uint32_t, (size_t)v->n_organizations + v->n_groups);

	for (uint32_t o = 0; o < v->n_organizations; o++)
		counts[o] = v->organizations[o].person_owners;
	for (uint32_t g = 0; g < v->n_groups; g++)
		counts[v->n_organizations + g] = v->groups[g].person_owners;
	return counts;
}

/* A block acts at once, so it says what it has left without an owner. */
static json_t *name_orphans(struct cmd *cmd, const uint32_t *before)
{
	const struct view *v = cmd->console->view;
	const uint32_t *after = count_owners(cmd, v);
	json_t *array = json_array();

	for (uint32_t i = 0; i < v->n_organizations + v->n_groups; i++) {
		const struct view_group *g = i < v->n_organizations
						     ? NULL
						     : &v->groups[i - v->n_organizations];
		const char *path = v->organizations[g ? g->organization : i].path;

		if (before[i] == 0 || after[i] > 0)
			continue;
		cmd_say(cmd, "without an owner now: %s%s%s", path, g ? " / " : "",
			g ? g->name : "");
		json_array_append_new(array, cmd_object("organization", path, "group",
							g ? g->name : NULL, NULL));
	}
	return array;
}

/* Whoever owns the root may shut anybody out of all of it. */
static struct err *find(struct cmd *cmd, const char *root, uint32_t *account)
{
	AUTO_MEM char *key = email_key(NULL, cmd->args[0], strlen(cmd->args[0]));
	const struct console *c = cmd->console;
	uint32_t top, email;
	struct err *err = console_root(c, root, &top);

	if (err)
		return err;
	email = key ? view_email(c->view, key) : VIEW_NONE;
	*account = email == VIEW_NONE ? VIEW_NONE : c->view->emails[email].account;
	if (*account != VIEW_NONE)
		return NULL;
	return err_hint(err_refused("unknown-account",
				    "unknown-account: \"%s\" has no account in \"%s\"",
				    cmd->args[0], root),
			"See who has with: dirbridge account list");
}

static struct err *set_block(struct cmd *cmd, enum change_kind kind, const char *root,
			     const char *reason, const uint32_t **before)
{
	struct change change = { .kind = kind };
	struct console *c = cmd->console;
	struct err *err = find(cmd, root, &change.account);

	if (err)
		return err;
	*before = count_owners(cmd, c->view);
	if (c->view->accounts[change.account].blocked == (kind == CHANGE_BLOCK))
		return NULL;
	return console_change(c, &change, NULL, reason);
}

static struct err *block(struct cmd *cmd, enum change_kind kind)
{
	const char *root = NULL, *reason = NULL;
	const struct cmd_option options[] = {
		{ "in", 0, CMD_TEXT, &root },
		{ "reason", 0, CMD_TEXT, &reason },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	const char *state = kind == CHANGE_BLOCK ? "blocked" : "not blocked";
	const uint32_t *before = NULL;
	struct err *err = cmd_parse(cmd, options, 1, 1);
	json_t *json;

	if (err == NULL && root == NULL)
		err = err_new(ERR_USAGE, "which root is missing: --in ROOT");
	if (err == NULL)
		err = cmd_root(root);
	if (err == NULL)
		err = cmd_reason(reason);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, root);
	if (err == NULL)
		err = set_block(cmd, kind, root, reason, &before);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "\"%s\" is %s in \"%s\"", cmd->args[0], state, root);
	json = cmd_object("account", cmd->args[0], "root", root, "state", state, NULL);
	json_object_set_new(json, "without_owner", name_orphans(cmd, before));
	cmd_json(cmd, json);
	return NULL;
}

struct err *cmd_account_block(struct cmd *cmd)
{
	return block(cmd, CHANGE_BLOCK);
}

struct err *cmd_account_unblock(struct cmd *cmd)
{
	return block(cmd, CHANGE_UNBLOCK);
}

/* ---- another address ---- */

/* The person knows the root who plays a part in it; the operator knows every root. */
static struct err *find_own(struct cmd *cmd, const char *root, uint32_t *account)
{
	const struct console *c = cmd->console;
	uint32_t top, me = c->principal.account;

	if (c->root == 0 ||
	    (me != VIEW_NONE && c->view->accounts[me].roles == VIEW_NONE)) {
		struct err *err = console_administered(c, root, &top);

		if (err)
			return err;
	}
	return console_known(c, cmd->args[0], account);
}

static struct err *change_email(struct cmd *cmd, const char *root, char **address)
{
	struct change change = { .kind = CHANGE_EMAIL };
	char *key;
	struct err *err = console_address(cmd, cmd->args[1], address, &key);

	if (err == NULL)
		err = find_own(cmd, root, &change.account);
	if (err)
		return err;
	change.email = view_add_email(cmd->console->view, *address, key);
	return console_change(cmd->console, &change, NULL, NULL);
}

struct err *cmd_account_email(struct cmd *cmd)
{
	const char *root = NULL;
	char *address = NULL;
	const struct cmd_option options[] = {
		{ "in", 0, CMD_TEXT, &root },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 2, 2);

	if (err == NULL && root == NULL)
		err = err_new(ERR_USAGE, "which root is missing: --in ROOT");
	if (err == NULL)
		err = cmd_root(root);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, root);
	if (err == NULL)
		err = change_email(cmd, root, &address);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "\"%s\" is \"%s\" now", cmd->args[0], address);
	cmd_json(cmd, cmd_object("account", cmd->args[0], "email", address, "root", root,
				 NULL));
	return NULL;
}

/* ---- erase ---- */

struct err *cmd_account_erase(struct cmd *cmd)
{
	struct erasure done;
	struct store *store;
	json_t *json;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_open(cmd, STORE_WRITE, &store);
	if (err == NULL)
		err = console_erase(store, cmd->args[0],
				    &(struct looking){ cmd->os_user, cmd->as }, cmd->now,
				    &done);
	if (err)
		return err;
	cmd_say(cmd, "erased \"%s\" in %s; the trail calls them %s", cmd->args[0],
		cmd_count(cmd, (int64_t)done.roots, "root"), done.pseudonym);
	json = cmd_object("account", cmd->args[0], "pseudonym", done.pseudonym, NULL);
	json_object_set_new(json, "roots", json_integer((json_int_t)done.roots));
	cmd_json(cmd, json);
	return NULL;
}

/* ---- list ---- */

static struct err *list_one(struct cmd *cmd, const struct named *named,
			    struct listing *list)
{
	const struct console *c = cmd->console;
	const struct view_account *a = &c->view->accounts[named->number];
	const char *kind = a->service ? "service" : "person", *reason, *state = "";
	int64_t since;
	struct err *err = list_block(cmd, c->store, c->root, a->id, &since, &reason);
	json_t *one;

	if (err)
		return err;
	if (since != 0)
		state = mem_printf(cmd, "blocked since %s: %s",
				   clock_format_short(cmd, since), reason ? reason : "");
	one = cmd_object("who", named->name, "kind", kind, "name", a->name,
			 "block_reason", reason, NULL);
	json_object_set_new(one, "blocked_since", cmd_stamp(since));
	listing_add(list, one, named->name, kind, state);
	return NULL;
}

static struct err *list_accounts(struct cmd *cmd, struct listing *list)
{
	const struct view *v = cmd->console->view;
	struct named *found = mem_array(cmd, struct named, v->n_accounts);
	struct err *err = NULL;
	size_t n = 0;

	for (uint32_t a = 0; a < v->n_accounts; a++)
		if (console_sees(cmd->console, a))
			found[n++] = (struct named){ cmd_who(v, a), a };
	cmd_sort(found, n);
	for (size_t i = 0; err == NULL && i < n; i++)
		err = list_one(cmd, &found[i], list);
	return err;
}

struct err *cmd_account_list(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 3);
	uint32_t root;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_root(cmd->args[0]);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = console_root(cmd->console, cmd->args[0], &root);
	if (err == NULL)
		err = list_accounts(cmd, list);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		listing_end(list, "accounts", "root", cmd->args[0], NULL);
	return err;
}
