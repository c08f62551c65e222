/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/console/roster.h"

/* ---- for people ---- */

static const char *way_text(TALLOC_CTX *ctx, const struct roster_way *w)
{
	if (w->group == NULL)
		return "Owner, held directly";
	return mem_printf(ctx, "%s of %s%s%s%s%s", role_name(w->role), w->group,
			  w->linked ? ", linked from " : "", w->linked ? w->home : "",
			  w->owner ? ", Owner" : "", w->suspended ? ", suspended" : "");
}

static void print_person(struct cmd *cmd, const struct roster_person *p,
			 struct grid *grid)
{
	for (size_t i = 0; i < p->n_ways; i++) {
		bool first = i == 0;

		grid_row(grid,
			 !first     ? ""
			 : p->email ? p->email
				    : p->name,
			 !first             ? ""
			 : p->email == NULL ? "(service)"
					    : p->name,
			 way_text(cmd, &p->ways[i]), p->blocked ? "blocked" : "");
	}
}

static bool is_suspended(const struct roster_person *p)
{
	for (size_t i = 0; i < p->n_ways; i++)
		if (!p->ways[i].suspended)
			return false;
	return true;
}

/* Who is shut out is on the roster, and has no access. */
static void print_counts(struct cmd *cmd, const struct roster *r)
{
	size_t blocked = 0, suspended = 0;
	char *out = mem_strdup(cmd, "");

	for (size_t i = 0; i < r->n_people; i++) {
		blocked += r->people[i].blocked;
		suspended += !r->people[i].blocked && is_suspended(&r->people[i]);
	}
	if (blocked > 0)
		out = mem_printf(cmd, "%s, %zu blocked", out, blocked);
	if (suspended > 0)
		out = mem_printf(cmd, "%s, %zu suspended", out, suspended);
	cmd_say(cmd, "%s on %s: %zu with access, %zu invited%s", cmd->args[0],
		clock_format_short(cmd, r->at), r->n_people - blocked - suspended,
		r->n_invitations, out);
}

static void print_text(struct cmd *cmd, const struct roster *r)
{
	struct grid *people = grid_new(cmd, 4), *invited = grid_new(cmd, 5);

	print_counts(cmd, r);
	for (size_t i = 0; i < r->n_people; i++)
		print_person(cmd, &r->people[i], people);
	for (size_t i = 0; i < r->n_invitations; i++) {
		const struct roster_invitation *n = &r->invitations[i];

		grid_row(
			invited, n->email,
			mem_printf(cmd, "%s of %s%s%s", role_name(n->role), n->group,
				   n->linked ? ", linked from " : "",
				   n->linked ? n->home : ""),
			mem_printf(cmd, "by %s", n->inviter),
			cmd_age(cmd, r->at - n->created),
			mem_printf(cmd, "until %s", clock_format_short(cmd, n->expires)));
	}
	grid_print(people, "  ");
	if (r->n_invitations > 0)
		cmd_say(cmd, "invited:");
	grid_print(invited, "  ");
}

/* ---- for programs ---- */

static json_t *way_json(const struct roster_way *w)
{
	json_t *one = cmd_object("group", w->group, "home", w->home, "role",
				 w->group ? role_name(w->role) : NULL, NULL);

	json_object_set_new(one, "linked", json_boolean(w->linked));
	json_object_set_new(one, "owner", json_boolean(w->owner));
	json_object_set_new(one, "suspended", json_boolean(w->suspended));
	json_object_set_new(one, "since", cmd_stamp(w->since));
	return one;
}

static json_t *person_json(const struct roster_person *p)
{
	json_t *one = cmd_object("kind", p->email ? "person" : "service", "email",
				 p->email, "name", p->name, NULL);
	json_t *ways = json_array();

	for (size_t i = 0; i < p->n_ways; i++)
		json_array_append_new(ways, way_json(&p->ways[i]));
	json_object_set_new(one, "blocked", json_boolean(p->blocked));
	json_object_set_new(one, "ways", ways);
	return one;
}

static json_t *invitation_json(const struct roster_invitation *i)
{
	json_t *one = cmd_object("email", i->email, "group", i->group, "home", i->home,
				 "role", role_name(i->role), "inviter", i->inviter, NULL);

	json_object_set_new(one, "linked", json_boolean(i->linked));
	json_object_set_new(one, "created", cmd_stamp(i->created));
	json_object_set_new(one, "expires", cmd_stamp(i->expires));
	return one;
}

static void print_json(struct cmd *cmd, const struct roster *r)
{
	json_t *people = json_array(), *invited = json_array();

	for (size_t i = 0; i < r->n_people; i++)
		json_array_append_new(people, person_json(&r->people[i]));
	for (size_t i = 0; i < r->n_invitations; i++)
		json_array_append_new(invited, invitation_json(&r->invitations[i]));
	cmd_json(cmd, json_pack("{s:o,s:o,s:o,s:o}", "organization",
				cmd_text(cmd->args[0]), "at", cmd_stamp(r->at), "people",
				people, "invitations", invited));
}

struct err *cmd_roster(struct cmd *cmd)
{
	const char *time = NULL;
	const struct cmd_option options[] = {
		{ "at", 0, CMD_TEXT, &time },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	int64_t at = cmd->now;
	struct roster roster;
	uint32_t here;
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL && time != NULL)
		err = cmd_time(time, &at);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = console_organization(cmd->console, cmd->args[0], &here);
	if (err == NULL)
		err = roster_load(cmd, cmd->console, here, at, &roster);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	if (cmd->json)
		print_json(cmd, &roster);
	else
		print_text(cmd, &roster);
	return NULL;
}
