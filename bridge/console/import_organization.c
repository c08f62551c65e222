/* SPDX-License-Identifier: MIT */
#include "bridge/console/import_p.h"
#include "bridge/record/text.h"

static struct cell text_cell(const char *text)
{
	return (struct cell){ CELL_TEXT, 0, text, strlen(text) };
}

static struct cell number_cell(int64_t number)
{
	return (struct cell){ .kind = CELL_NUMBER, .number = number };
}

/* ---- organizations ---- */

static void look_for(struct import *im, const char *sql, const char *text,
		     const char *field, const char *what)
{
	int64_t n = 0;

	if (import_goes_on(im))
		import_done(im, store_number(im->c->store, &n, 0, sql, "t", text));
	if (n != 0)
		import_taken(im, field, what);
}

static void check_root(struct import *im, const struct import_organization *o,
		       const char *key)
{
	if (o->span.to != 0)
		import_problem(im, "valid_to", "a root that has ended is not imported");
	look_for(im,
		 "SELECT count(*) FROM organization WHERE parent_id IS NULL"
		 " AND valid_to IS NULL AND name_key = ?1",
		 key, "name", "the store has a root of this name");
}

static void check_sub(struct import *im, struct import_organization *o)
{
	const struct import_organization *parent = &im->organizations[o->parent];

	o->level = parent->level + 1;
	if (o->level > LEVELS)
		import_rule(im, "parent", RULE_ORG_DEPTH);
	if (!span_within(o->span, parent->span))
		import_problem(im, "parent",
			       "org-not-empty: it is there when that one is not");
}

int64_t import_organization(struct import *im, const struct import_value *v,
			    int64_t parent)
{
	uint32_t number = (uint32_t)im->n[PART_ORGANIZATIONS];
	struct import_organization *o = &im->organizations[number];
	char *key = text_fold(im->scratch, v[2].text, v[2].len);

	(void)parent;
	o->id = im->first_id + number;
	o->parent = v[1].none ? VIEW_NONE : (uint32_t)v[1].number;
	o->span = (struct span){ v[3].number, v[4].number };
	o->name = mem_strdup(im->ctx, v[2].text);
	o->uid = mem_strdup(im->ctx, v[0].text);
	if (v[1].none != (number == 0))
		import_problem(im, "parent", "the first one, and no other, is the root");
	if (strchr(v[2].text, '/') != NULL)
		import_problem(im, "name", "a name of an organization holds no slash");
	if (o->span.to != 0 && o->span.to < o->span.from)
		import_problem(im, "valid_to", "it ends before it begins");
	if (!import_once_f(im, "uid %s", v[0].text))
		import_problem(im, "uid", "another organization or group has it");
	if (o->span.to == 0 && !import_once_f(im, "org %u %s", o->parent, key))
		import_rule(im, "name", RULE_NAME_TAKEN);
	if (number == 0) {
		im->root = o->id;
		check_root(im, o, key);
	} else if (!v[1].none) {
		check_sub(im, o);
	}
	look_for(im, "SELECT count(*) FROM organization WHERE uid = ?1", v[0].text, "uid",
		 "the store has this organization");
	import_row(
		im,
		"INSERT INTO organization (uid, parent_id, name, created, valid_to, id,"
		" root_id, level, name_key) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
		" ?10)",
		0, PART_ORGANIZATIONS, v,
		(const struct cell[]){ number_cell(o->id), number_cell(im->root),
				       number_cell(o->level), text_cell(key) },
		4);
	return o->id;
}

int64_t import_asset(struct import *im, const struct import_value *v, int64_t parent)
{
	if (!import_once_f(im, "asset %lld %s", (long long)parent, v[0].text))
		import_problem(im, "kind", "it is there twice");
	if (v[1].number == 0)
		import_problem(im, "count", "what is not there is not named");
	import_row(im,
		   "INSERT INTO asset (organization_id, kind, count)"
		   " VALUES (?1, ?2, ?3)",
		   parent, PART_ASSETS, v, NULL, 0);
	return 0;
}

int64_t import_licence(struct import *im, const struct import_value *v, int64_t parent)
{
	import_span(im, (struct span){ v[1].number, v[2].number }, "licence");
	import_row(im,
		   "INSERT INTO licence (root_id, plan, valid_from, valid_to)"
		   " VALUES (?1, ?2, ?3, ?4)",
		   parent, PART_LICENCES, v, NULL, 0);
	return 0;
}

/* ---- groups ---- */

int64_t import_group(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_group *g = &im->groups[im->n[PART_GROUPS]];
	char *key = text_fold(im->scratch, v[2].text, v[2].len);
	const struct import_organization *home;

	(void)parent;
	g->organization = (uint32_t)v[1].number;
	g->span = (struct span){ v[3].number, v[4].number };
	home = &im->organizations[g->organization];
	if (!import_once_f(im, "uid %s", v[0].text))
		import_problem(im, "uid", "another organization or group has it");
	if (g->span.to != 0 && g->span.to < g->span.from)
		import_problem(im, "valid_to", "it ends before it begins");
	if (!span_within(g->span, home->span))
		import_problem(im, "organization", "it is there when that one is not");
	if (g->span.to == 0 && !import_once_f(im, "group %u %s", g->organization, key))
		import_rule(im, "name", RULE_NAME_TAKEN);
	look_for(im, "SELECT count(*) FROM security_group WHERE uid = ?1", v[0].text,
		 "uid", "the store has this group");
	import_row(im,
		   "INSERT INTO security_group (uid, organization_id, name, valid_from,"
		   " valid_to, name_key) VALUES (?2, ?3, ?4, ?5, ?6, ?7)",
		   0, PART_GROUPS, v, (const struct cell[]){ text_cell(key) }, 1);
	g->id = store_last_id(im->c->store);
	im->n_links = 0;
	return g->id;
}

static const struct import_group *current(const struct import *im)
{
	/* What stands within a group comes after the group itself was counted. */
	return &im->groups[im->n[PART_GROUPS] - 1];
}

static void check_link(struct import *im, uint32_t to, struct span span)
{
	const struct import_group *g = current(im);

	if (to == g->organization)
		import_rule(im, "organization", RULE_LINK_SELF);
	else if (!import_is_placed(im, to) || !import_is_placed(im, g->organization))
		return;
	else if (import_is_below(im, g->organization, to))
		import_rule(im, "organization", RULE_LINK_UP);
	else if (!import_is_below(im, to, g->organization))
		import_rule(im, "organization", RULE_LINK_ACROSS);
	if (!span_within(span, g->span) || !span_within(span, im->organizations[to].span))
		import_problem(im, NULL,
			       "it is there when its group or organization is not");
}

int64_t import_link(struct import *im, const struct import_value *v, int64_t parent)
{
	uint32_t to = (uint32_t)v[0].number;
	struct span span = { v[1].number, v[2].number };

	import_span(im, span, "link %zu %u", im->n[PART_GROUPS], to);
	check_link(im, to, span);
	mem_grow(im->ctx, im->links, im->n_links + 1, &im->c_links);
	im->links[im->n_links++] = (struct import_link){ to, span };
	import_row(im,
		   "INSERT INTO group_link (group_id, organization_id, valid_from,"
		   " valid_to) VALUES (?1, ?2, ?3, ?4)",
		   parent, PART_LINKS, v, NULL, 0);
	return 0;
}

static bool is_active(const struct import *im, uint32_t organization, struct span span)
{
	const struct import_group *g = current(im);

	if (organization == g->organization)
		return span_within(span, g->span);
	for (size_t i = 0; i < im->n_links; i++)
		if (im->links[i].organization == organization &&
		    span_within(span, im->links[i].span))
			return true;
	return false;
}

int64_t import_group_claim(struct import *im, const struct import_value *v,
			   int64_t parent)
{
	uint32_t organization = (uint32_t)v[0].number;
	struct span span = { v[2].number, v[3].number };

	import_span(im, span, "gives %zu %u %s", im->n[PART_GROUPS], organization,
		    v[1].text);
	if (!is_active(im, organization, span))
		import_rule(im, "organization", RULE_NOT_ACTIVE);
	import_row(im,
		   "INSERT INTO group_claim (group_id, organization_id, claim,"
		   " valid_from, valid_to) VALUES (?1, ?2, ?3, ?4, ?5)",
		   parent, PART_GROUP_CLAIMS, v, NULL, 0);
	return 0;
}
