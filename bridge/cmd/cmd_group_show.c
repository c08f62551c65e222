/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/cmd_p.h"
#include "bridge/cmd/commands.h"

/* ---- who is in it ---- */

/* The roles of one kind in a group, by who holds them. */
static struct named *find_holders(struct cmd *cmd, uint32_t group, enum role role,
				  size_t *n)
{
	const struct view *v = cmd->console->view;
	struct named *found = NULL;
	size_t capacity = 0;

	*n = 0;
	for (uint32_t r = 0; r < v->n_roles; r++) {
		const struct view_role *held = &v->roles[r];

		if (held->group != group || held->role != role ||
		    held->givers == VIEW_NONE)
			continue;
		mem_grow(cmd, found, *n + 1, &capacity);
		found[(*n)++] = (struct named){ cmd_who(v, held->account), r };
	}
	cmd_sort(found, *n);
	return found;
}

/* "hand", or the name of a source; NULL-terminated. */
static struct err *name_givers(struct cmd *cmd, uint32_t role, const char ***names)
{
	const struct view *v = cmd->console->view;
	size_t n = 0, capacity = 0;
	struct err *err = NULL;

	*names = NULL;
	for (uint32_t g = v->roles[role].givers; err == NULL && g != VIEW_NONE;
	     g = v->givers[g].next) {
		mem_grow(cmd, *names, n + 2, &capacity);
		(*names)[n] = "hand";
		if (v->givers[g].giver != GIVER_HAND)
			err = list_source(cmd, cmd->console->store, v->givers[g].giver,
					  &(*names)[n]);
		(*names)[++n] = NULL;
	}
	return err;
}

static const char *role_state(const struct view *v, uint32_t role)
{
	if (v->accounts[v->roles[role].account].blocked)
		return "blocked";
	return view_role_is_active(v, role) ? "active" : "suspended";
}

static struct err *show_holder(struct cmd *cmd, const struct named *holder,
			       enum role role, struct listing *list)
{
	const char *state = role_state(cmd->console->view, holder->number);
	const char **names;
	struct err *err = name_givers(cmd, holder->number, &names);
	json_t *one;

	if (err)
		return err;
	one = cmd_object("who", holder->name, "role", role_name(role), "state", state,
			 NULL);
	json_object_set_new(one, "givers", cmd_texts(names));
	listing_add(list, one, holder->name, role_name(role),
		    cmd_joined(cmd, "by ", names),
		    strcmp(state, "active") == 0 ? "" : state);
	return NULL;
}

static struct err *show_holders(struct cmd *cmd, uint32_t group, enum role role,
				struct listing *list)
{
	size_t n;
	const struct named *found = find_holders(cmd, group, role, &n);
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < n; i++)
		err = show_holder(cmd, &found[i], role, list);
	return err;
}

/* ---- what it gives, and where ---- */

static json_t *show_claims(struct cmd *cmd, uint32_t group, uint32_t organization)
{
	const char *path = cmd->console->view->organizations[organization].path;
	const char **claims = cmd_claims(cmd, group, organization);
	json_t *one = cmd_object("organization", path, NULL);

	json_object_set_new(one, "claims", cmd_texts(claims));
	if (organization == cmd->console->view->groups[group].organization) {
		if (claims[0] != NULL)
			cmd_say(cmd, "gives%s in %s", cmd_joined(cmd, " ", claims), path);
	} else {
		cmd_say(cmd, "linked to %s%s", path, cmd_joined(cmd, ", gives ", claims));
	}
	return one;
}

static json_t *show_home(struct cmd *cmd, uint32_t group)
{
	return show_claims(cmd, group, cmd->console->view->groups[group].organization);
}

static json_t *show_links(struct cmd *cmd, uint32_t group)
{
	const struct view *v = cmd->console->view;
	struct named *links = mem_array(cmd, struct named, v->n_links);
	json_t *array = json_array();
	size_t n = 0;

	for (uint32_t l = v->groups[group].links; l != VIEW_NONE;
	     l = v->links[l].next_of_group) {
		uint32_t to = v->links[l].organization;

		links[n++] = (struct named){ v->organizations[to].path, to };
	}
	cmd_sort(links, n);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(array, show_claims(cmd, group, links[i].number));
	return array;
}

static void show(struct cmd *cmd, uint32_t group, const struct listing *roles)
{
	json_t *json = cmd_object("organization", cmd->args[0], "group",
				  cmd->console->view->groups[group].name, NULL);

	json_object_set(json, "roles", roles->array);
	grid_print(roles->grid, "");
	json_object_set_new(json, "home", show_home(cmd, group));
	json_object_set_new(json, "links", show_links(cmd, group));
	cmd_json(cmd, json);
}

struct err *cmd_group_show(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 4);
	uint32_t group = VIEW_NONE;
	struct err *err = cmd_parse(cmd, NULL, 2, 2);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = console_own_group(cmd->console, cmd->args[0], cmd->args[1], &group);
	for (enum role role = ROLE_MEMBER; err == NULL && role < ROLES; role++)
		err = show_holders(cmd, group, role, list);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		show(cmd, group, list);
	return err;
}
