/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/cmd_p.h"
#include "bridge/cmd/commands.h"
#include <stdlib.h>

static bool is_refused(const struct err *err, enum rule rule)
{
	return err != NULL && err_code(err) != NULL &&
	       strcmp(err_code(err), rule_code(rule)) == 0;
}

static json_t *link_json(struct cmd *cmd, const char *state)
{
	return cmd_object("home", cmd->args[0], "group", cmd->args[1], "organization",
			  cmd->args[2], "state", state, NULL);
}

/* ---- add ---- */

static struct err *add(struct cmd *cmd, struct change *change)
{
	struct console *c = cmd->console;
	uint32_t home;
	struct err *err = console_organization(c, cmd->args[0], &home);

	if (err == NULL)
		err = console_group(c, home, cmd->args[1], &change->group);
	if (err == NULL)
		err = console_link_target(c, cmd->args[2], &change->organization);
	return err ? err : console_change(c, change, NULL, NULL);
}

/* A link that is there already stays as it is, whatever is asked of it now. */
static struct err *owner_missing(struct cmd *cmd, const struct change *change,
				 struct err *err)
{
	const struct view *v = cmd->console ? cmd->console->view : NULL;

	if (!is_refused(err, RULE_UNCHANGED) ||
	    view_claim(v, change->group, change->organization, CLAIM_OWNER) != VIEW_NONE)
		return err;
	err_free(err);
	return err_hint(err_refused(rule_code(RULE_UNCHANGED),
				    "%s: it is linked already, without Owner",
				    rule_code(RULE_UNCHANGED)),
			"Give Owner with: dirbridge group claim TARGET NAME Owner --home"
			" HOME");
}

struct err *cmd_link_add(struct cmd *cmd)
{
	struct change change = { .kind = CHANGE_LINK };
	const struct cmd_option options[] = {
		{ "with-owner", 0, CMD_FLAG, &change.allow_owner_claim },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	const char **claims;
	struct err *err = cmd_parse(cmd, options, 3, 3);
	json_t *json;

	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = add(cmd, &change);
	if (change.allow_owner_claim)
		err = owner_missing(cmd, &change, err);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	claims = cmd_claims(cmd, change.group, change.organization);
	json = link_json(cmd, "linked");
	json_object_set_new(json, "claims", cmd_texts(claims));
	cmd_say(cmd, "linked \"%s\" of \"%s\" to \"%s\"%s", cmd->args[1], cmd->args[0],
		cmd->args[2], cmd_joined(cmd, ", with ", claims));
	cmd_json(cmd, json);
	return NULL;
}

/* ---- remove ---- */

struct err *cmd_link_remove(struct cmd *cmd)
{
	struct change change = { .kind = CHANGE_UNLINK };
	struct err *err = cmd_parse(cmd, NULL, 3, 3);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = console_linked(cmd->console, cmd->args[0], cmd->args[1],
				     cmd->args[2], &change.group, &change.organization);
	if (err == NULL)
		err = console_change(cmd->console, &change, NULL, NULL);
	if (is_refused(err, RULE_NOT_GIVEN)) {
		err_free(err);
		err = err_hint(err_refused(rule_code(RULE_NOT_GIVEN),
					   "%s: \"%s\" of \"%s\" is not linked there",
					   rule_code(RULE_NOT_GIVEN), cmd->args[1],
					   cmd->args[0]),
			       "See what is with: dirbridge link list");
	}
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "\"%s\" of \"%s\" is no longer linked to \"%s\"", cmd->args[1],
		cmd->args[0], cmd->args[2]);
	cmd_json(cmd, link_json(cmd, "not linked"));
	return NULL;
}

/* ---- list ---- */

static int by_group(const void *a, const void *b)
{
	const struct linked *x = a, *y = b;
	int order = x->in == y->in ? strcmp(x->group, y->group) : y->in - x->in;

	return order ? order : strcmp(x->other, y->other);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Claims belong to who owns the organization where they act. */
const char **cmd_claims(struct cmd *cmd, uint32_t group, uint32_t organization)
{
	const struct view *v = cmd->console->view;
	uint32_t me = cmd->console->principal.account;
	size_t n = 0, capacity = 0;
	const char **claims = NULL;

	mem_grow(cmd, claims, 1, &capacity);
	for (uint32_t k = v->groups[group].claims; k != VIEW_NONE;
	     k = v->claims[k].next_of_group) {
		if (v->claims[k].organization != organization || me == VIEW_NONE ||
		    (organization != v->groups[group].organization &&
		     !view_owns_organization(v, me, organization)))
			continue;
		mem_grow(cmd, claims, n + 2, &capacity);
		claims[n++] = v->claims[k].name;
	}
	claims[n] = NULL;
	qsort(claims, n, sizeof *claims, by_text);
	return claims;
}

size_t cmd_links(struct cmd *cmd, uint32_t here, struct linked **out)
{
	const struct view *v = cmd->console->view;
	size_t n = 0, capacity = 0;

	*out = NULL;
	for (uint32_t g = 0; g < v->n_groups; g++)
		for (uint32_t l = v->groups[g].links; l != VIEW_NONE;
		     l = v->links[l].next_of_group) {
			uint32_t home = v->groups[g].organization;
			uint32_t to = v->links[l].organization;

			if (home != here && to != here)
				continue;
			mem_grow(cmd, *out, n + 1, &capacity);
			(*out)[n++] = (struct linked){
				.in = to == here,
				.group = v->groups[g].name,
				.other = v->organizations[to == here ? home : to].path,
				.claims = cmd_claims(cmd, g, to),
			};
		}
	if (n > 0)
		qsort(*out, n, sizeof **out, by_group);
	return n;
}

static void list_one(struct cmd *cmd, const struct linked *l, struct listing *list)
{
	json_t *one = cmd_object("group", l->group, "direction", l->in ? "in" : "out",
				 l->in ? "home" : "organization", l->other, NULL);

	json_object_set_new(one, "claims", cmd_texts(l->claims));
	listing_add(list, one, l->group,
		    mem_printf(cmd, "%s %s", l->in ? "from" : "to", l->other),
		    cmd_joined(cmd, "with ", l->claims));
}

struct err *cmd_link_list(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 3);
	struct linked *links = NULL;
	uint32_t here = VIEW_NONE;
	size_t n = 0;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = console_organization(cmd->console, cmd->args[0], &here);
	if (err == NULL)
		n = cmd_links(cmd, here, &links);
	for (size_t i = 0; i < n; i++)
		list_one(cmd, &links[i], list);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		listing_end(list, "links", "organization", cmd->args[0], NULL);
	return err;
}
