/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/record/text.h"

/* ---- create ---- */

static struct err *create(struct cmd *cmd, const char *name)
{
	struct change change = {
		.kind = CHANGE_GROUP,
		.giver = GIVER_HAND,
		.name = name,
		.name_key = text_fold(cmd, name, strlen(name)),
	};
	struct err *err =
		console_organization(cmd->console, cmd->args[0], &change.organization);

	return err ? err : console_change(cmd->console, &change, NULL, NULL);
}

struct err *cmd_group_create(struct cmd *cmd)
{
	const char *name = NULL;
	struct err *err = cmd_parse(cmd, NULL, 2, 2);

	if (err == NULL)
		err = cmd_name(cmd, "a group", cmd->args[1], &name);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = create(cmd, name);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "made group \"%s\" in \"%s\"; \"%s\" is its owner", name,
		cmd->args[0], cmd->console->principal.name);
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "group", name, "owner",
				 cmd->console->principal.name, NULL));
	return NULL;
}

/* ---- add and remove ---- */

enum outcome { DONE, NOTHING_TO_DO, STILL_GIVEN };

static bool by_hand(const struct view *v, uint32_t role)
{
	return role != VIEW_NONE &&
	       view_giver(v, v->roles[role].givers, GIVER_HAND) != VIEW_NONE;
}

static struct err *give_or_take(struct cmd *cmd, struct change *change,
				enum outcome *outcome)
{
	struct console *c = cmd->console;
	struct err *err =
		console_own_group(c, cmd->args[0], cmd->args[1], &change->group);

	if (err == NULL)
		err = console_known(c, cmd->args[2], &change->account);
	if (err)
		return err;
	*outcome = DONE;
	if (change->kind == CHANGE_GIVE &&
	    by_hand(c->view,
		    view_role(c->view, change->group, change->role, change->account))) {
		*outcome = NOTHING_TO_DO;
		return NULL;
	}
	err = console_change(c, change, NULL, NULL);
	if (err == NULL && change->kind == CHANGE_TAKE &&
	    c->view->roles[change->made].givers != VIEW_NONE)
		*outcome = STILL_GIVEN;
	return err;
}

static void tell(struct cmd *cmd, const struct change *change, enum outcome outcome)
{
	static const struct {
		const char *word, *line;
	} of[] = {
		[DONE] = { "done", "" },
		[NOTHING_TO_DO] = { "nothing to do", " already" },
		[STILL_GIVEN] = { "still given", " by a source that gives it too" },
	};
	bool is = change->kind == CHANGE_GIVE || outcome == STILL_GIVEN;

	cmd_say(cmd, "\"%s\" is %s%s of \"%s\" in \"%s\"%s", cmd->args[2],
		is ? "" : "no longer ", role_name(change->role), cmd->args[1],
		cmd->args[0], of[outcome].line);
	cmd_json(cmd, cmd_object("organization", cmd->args[0], "group", cmd->args[1],
				 "who", cmd->args[2], "role", role_name(change->role),
				 "change", change_name(change->kind), "outcome",
				 of[outcome].word, NULL));
}

static struct err *change_role(struct cmd *cmd, enum change_kind kind)
{
	struct change change = { .kind = kind, .giver = GIVER_HAND };
	const char *role = NULL;
	const struct cmd_option options[] = {
		{ "role", 'r', CMD_TEXT, &role },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	enum outcome outcome = DONE;
	struct err *err = cmd_parse(cmd, options, 3, 3);

	if (err == NULL)
		err = cmd_role(role, &change.role);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = give_or_take(cmd, &change, &outcome);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		tell(cmd, &change, outcome);
	return err;
}

struct err *cmd_group_add(struct cmd *cmd)
{
	return change_role(cmd, CHANGE_GIVE);
}

struct err *cmd_group_remove(struct cmd *cmd)
{
	return change_role(cmd, CHANGE_TAKE);
}

/* ---- list ---- */

/* How many roles of each kind are active, by group. */
static uint32_t *count_roles(TALLOC_CTX *ctx, const struct view *v)
{
	uint32_t *counts = mem_array(ctx, uint32_t, (size_t)v->n_groups * ROLES);

	for (uint32_t r = 0; r < v->n_roles; r++)
		if (view_role_is_active(v, r))
			counts[v->roles[r].group * ROLES + v->roles[r].role]++;
	return counts;
}

static void list_groups(struct cmd *cmd, uint32_t here, struct listing *list)
{
	const struct view *v = cmd->console->view;
	const uint32_t *counts = count_roles(cmd, v);

	for (uint32_t g = 0; g < v->n_groups; g++) {
		const char *home = v->organizations[v->groups[g].organization].path;
		const uint32_t *n = &counts[g * ROLES];
		bool linked = view_link(v, g, here) != VIEW_NONE;

		if (v->groups[g].organization != here && !linked)
			continue;
		listing_add(list,
			    json_pack("{s:o,s:o,s:i,s:i,s:b}", "name",
				      cmd_text(v->groups[g].name), "home", cmd_text(home),
				      "members", (int)n[ROLE_MEMBER], "owners",
				      (int)n[ROLE_OWNER], "linked", linked),
			    v->groups[g].name, cmd_count(cmd, n[ROLE_MEMBER], "member"),
			    cmd_count(cmd, n[ROLE_OWNER], "owner"),
			    linked ? mem_printf(cmd, "linked from %s", home) : "");
	}
}

struct err *cmd_group_list(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 4);
	uint32_t here = VIEW_NONE;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = console_organization(cmd->console, cmd->args[0], &here);
	if (err == NULL)
		list_groups(cmd, here, list);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		listing_end(list, "groups", "organization", cmd->args[0], NULL);
	return err;
}
