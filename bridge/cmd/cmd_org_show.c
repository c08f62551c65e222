/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/cmd_p.h"
#include "bridge/cmd/commands.h"
#include "bridge/console/list.h"

struct shown {
	uint32_t here;
	struct listed_licence licence;
	const struct finding *finding; /* of the licence, or NULL */
	struct listed_asset *assets;
	size_t n_assets;
	const char *const *sources;
	struct grid *grid;
	json_t *json;
};

static void put(struct shown *s, const char *key, json_t *value)
{
	json_object_set_new(s->json, key, value);
}

static void show_itself(struct cmd *cmd, struct shown *s)
{
	const struct view_organization *o = &cmd->console->view->organizations[s->here];
	const char *state = cmd_licence_state(cmd, &s->licence);
	json_t *licence = cmd_object("state", state, "plan", s->licence.plan, NULL);

	s->finding = cmd_licence_finding(cmd, &s->licence);
	json_object_set_new(licence, "until", cmd_stamp(s->licence.to));
	json_object_set_new(licence, "finding", cmd_finding(s->finding));
	s->json = cmd_object("organization", o->path, "id", o->uid, NULL);
	put(s, "level", json_integer(o->level));
	put(s, "owners", json_integer(o->person_owners));
	put(s, "licence", licence);
	grid_row(s->grid, "id", o->uid);
	grid_row(s->grid, "level", mem_printf(cmd, "%u", o->level));
	grid_row(s->grid, "owners", mem_printf(cmd, "%u", o->person_owners));
	grid_row(s->grid, "licence",
		 s->licence.plan == NULL
			 ? state
			 : mem_printf(cmd, "%s until %s: %s", s->licence.plan,
				      clock_format_short(cmd, s->licence.to), state));
}

static void show_groups(struct cmd *cmd, struct shown *s)
{
	const struct view *v = cmd->console->view;
	struct named *own = mem_array(cmd, struct named, v->n_groups);
	json_t *groups = json_array();
	size_t n = 0;

	for (uint32_t g = 0; g < v->n_groups; g++)
		if (v->groups[g].organization == s->here)
			own[n++] = (struct named){ v->groups[g].name, g };
	cmd_sort(own, n);
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(groups, cmd_text(own[i].name));
		grid_row(s->grid, "group", own[i].name);
	}
	put(s, "groups", groups);
}

static void show_links(struct cmd *cmd, struct shown *s)
{
	json_t *in = json_array(), *out = json_array();
	struct linked *links;
	size_t n = cmd_links(cmd, s->here, &links);

	for (size_t i = 0; i < n; i++) {
		const struct linked *l = &links[i];

		json_array_append_new(l->in ? in : out,
				      cmd_object("group", l->group,
						 l->in ? "home" : "organization",
						 l->other, NULL));
		grid_row(s->grid, l->in ? "linked in" : "linked out",
			 mem_printf(cmd, "%s %s %s", l->group, l->in ? "from" : "to",
				    l->other));
	}
	put(s, "links_in", in);
	put(s, "links_out", out);
}

/* What keeps it from being deleted. */
static void show_keepers(struct cmd *cmd, struct shown *s)
{
	const struct view *v = cmd->console->view;
	const char *keepers[4] = { NULL };
	const char *text;
	size_t n = 0;

	for (uint32_t o = 0; o < v->n_organizations; o++)
		if (v->organizations[o].parent == s->here && n == 0)
			keepers[n++] = "sub-organizations";
	if (v->organizations[s->here].level == 1 && s->licence.to > cmd->now)
		keepers[n++] = "licence";
	if (s->n_assets > 0)
		keepers[n++] = "what the console holds";
	text = cmd_joined(cmd, "", keepers);
	put(s, "kept_by", cmd_texts(keepers));
	grid_row(s->grid, "kept by", n > 0 ? text : "nothing");
}

static void show_rest(struct cmd *cmd, struct shown *s)
{
	json_t *assets = json_object();

	for (size_t i = 0; i < s->n_assets; i++) {
		const struct listed_asset *a = &s->assets[i];

		json_object_set_new(assets, a->kind, json_integer(a->count));
		grid_row(s->grid, "holds",
			 mem_printf(cmd, "%lld %s", (long long)a->count, a->kind));
	}
	put(s, "assets", assets);
	for (size_t i = 0; s->sources[i] != NULL; i++)
		grid_row(s->grid, "source", s->sources[i]);
	put(s, "sources", cmd_texts(s->sources));
}

static struct err *load(struct cmd *cmd, struct shown *s)
{
	const struct console *c = cmd->console;
	struct err *err = console_organization(c, cmd->args[0], &s->here);
	int64_t id;

	if (err)
		return err;
	id = c->view->organizations[s->here].id;
	err = list_licence(cmd, c->store, c->root, &s->licence);
	if (err == NULL)
		err = list_assets(cmd, c->store, id, &s->assets, &s->n_assets);
	return err ? err : list_sources(cmd, c->store, id, &s->sources);
}

struct err *cmd_org_show(struct cmd *cmd)
{
	struct shown s = { .grid = grid_new(cmd, 2) };
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = load(cmd, &s);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	show_itself(cmd, &s);
	show_groups(cmd, &s);
	show_links(cmd, &s);
	show_rest(cmd, &s);
	show_keepers(cmd, &s);
	cmd_say(cmd, "%s", cmd->console->view->organizations[s.here].path);
	grid_print(s.grid, "  ");
	cmd_say_finding(cmd, s.finding);
	cmd_json(cmd, s.json);
	return NULL;
}
