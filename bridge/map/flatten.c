/* SPDX-License-Identifier: MIT */
#include "bridge/map/map_p.h"
#include <stdlib.h>

/* A group in the queue of a walk. */
struct step {
	uint32_t group;
	uint32_t parent; /* position of the group it was reached through, or MAP_NONE */
	uint32_t path;   /* its path in the result, or MAP_NONE as long as it has none */
};

struct flattening {
	struct mapping *m;
	struct wanted_grant grant; /* what is being given */
	uint32_t role;             /* a number for each console group and role */
	uint32_t *given;           /* by person: the last such number */
	uint32_t walk;
	uint32_t *visited; /* by group: the last walk */
	struct step *steps;
	size_t n_steps, steps_capacity;
	uint64_t work;

	struct wanted_grant *grants;
	size_t n_grants, grants_capacity;
	struct wanted_path *paths;
	size_t n_paths, paths_capacity;
};

static void push(struct flattening *f, uint32_t group, uint32_t parent)
{
	mem_grow(f, f->steps, f->n_steps + 1, &f->steps_capacity);
	f->steps[f->n_steps++] = (struct step){ group, parent, MAP_NONE };
}

static void visit(struct flattening *f, uint32_t group, uint32_t parent)
{
	if (f->visited[group] == f->walk)
		return;
	f->visited[group] = f->walk;
	push(f, group, parent);
}

/* Only the paths that a grant needs are made, each step once. */
static uint32_t path_of(struct flattening *f, uint32_t at)
{
	uint32_t first = f->steps[at].path;

	if (first != MAP_NONE)
		return first;
	first = (uint32_t)f->n_paths;
	while (at != MAP_NONE && f->steps[at].path == MAP_NONE) {
		struct step *s = &f->steps[at];
		struct wanted_path path = { f->m->groups[s->group].entry, 0 };

		mem_grow(f->m->wanted, f->paths, f->n_paths + 1, &f->paths_capacity);
		s->path = (uint32_t)f->n_paths;
		path.parent = s->path + 1;
		f->paths[f->n_paths++] = path;
		at = s->parent;
	}
	f->paths[f->n_paths - 1].parent = at == MAP_NONE ? MAP_NONE : f->steps[at].path;
	return first;
}

static bool may_have_grants(const struct wanted_person *p)
{
	return p->status != PERSON_DISABLED && p->status != PERSON_EXPIRED;
}

static void give(struct flattening *f, uint32_t person, uint32_t at)
{
	if (f->given[person] == f->role || !may_have_grants(&f->m->persons[person]))
		return;
	f->given[person] = f->role;
	mem_grow(f->m->wanted, f->grants, f->n_grants + 1, &f->grants_capacity);
	f->grant.person = person;
	f->grant.path = path_of(f, at);
	f->grants[f->n_grants++] = f->grant;
}

static bool is_too_much(const struct flattening *f)
{
	return f->n_grants > MAP_GRANTS_MAX || f->n_paths > MAP_GRANTS_MAX ||
	       f->work > MAP_WORK_MAX;
}

/* Breadth first over the groups in the queue, from this position on. */
static struct err *walk(struct flattening *f, size_t at)
{
	const struct mapping *m = f->m;

	for (; at < f->n_steps && !is_too_much(f); at++) {
		const struct group *g = &m->groups[f->steps[at].group];

		for (size_t i = 0; i < g->persons.count; i++)
			give(f, m->edges[g->persons.first + i], (uint32_t)at);
		for (size_t i = 0; i < g->groups.count; i++)
			visit(f, m->edges[g->groups.first + i], (uint32_t)at);
		f->work += g->persons.count + g->groups.count;
	}
	if (!is_too_much(f))
		return NULL;
	return err_hint(err_new(ERR_CONFIG,
				"rule %u: nested groups lead to more than can be held "
				"(%zu grants, %zu paths)",
				f->grant.rule, f->n_grants, f->n_paths),
			"Let the rule take fewer groups.");
}

static void begin(struct flattening *f, const struct grant_rule *rule, bool by_owners)
{
	f->walk++;
	f->n_steps = 0;
	f->grant.rule = (uint16_t)rule->number;
	f->grant.by_owners = by_owners;
}

/* The members of the groups that feed one console group by one rule. */
static struct err *give_members(struct flattening *f, const struct feed *feeds, size_t n)
{
	begin(f, &f->m->source->grants[feeds->rule], false);
	for (size_t i = 0; i < n; i++)
		visit(f, feeds[i].group, MAP_NONE);
	return walk(f, 0);
}

/* ---- owners ---- */

/* What the owner values of one directory group led to, beside people. */
struct owners {
	uint32_t at; /* its position in the queue */
	struct tally missing, groups;
};

static void take_owner(struct flattening *f, struct owners *o, const struct value *dn)
{
	struct mapping *m = f->m;
	uint32_t node = node_of_dn(m, dn, m->groups[f->steps[o->at].group].home);

	if (node == TABLE_NONE)
		tally_add(&o->missing, dn);
	else if (node < m->n_persons)
		give(f, node, o->at);
	else if (node == NODE_NOBODY)
		return;
	else if (!m->source->groups.expand_owner_groups)
		tally_add(&o->groups, dn);
	else
		visit(f, node - m->n_persons, o->at);
}

static int by_group(const void *a, const void *b)
{
	const struct step *x = a, *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

static void tell_owners(struct flattening *f, const struct owners *o)
{
	struct mapping *m = f->m;
	const struct entry *entry = m->groups[f->steps[o->at].group].entry;
	char *name;

	if (o->missing.count == 0 && o->groups.count == 0)
		return;
	name = group_name(m, m->name_attribute, entry);
	if (o->missing.count > 0)
		map_find(m, entry, "rule %u: owners of \"%s\" that are not there: %s",
			 f->grant.rule, name, tally_text(m, &o->missing));
	if (o->groups.count > 0)
		map_find(m, entry,
			 "rule %u: groups that own \"%s\", whose members are not made "
			 "owners: %s",
			 f->grant.rule, name, tally_text(m, &o->groups));
	mem_free(name);
}

static void read_owners(struct flattening *f, uint32_t at, const char *const *attributes)
{
	const struct entry *entry = f->m->groups[f->steps[at].group].entry;
	struct owners o = { .at = at };
	size_t before = f->n_steps;

	for (size_t i = 0; attributes[i] != NULL; i++) {
		struct attribute a;
		struct value dn;

		entry_attribute(entry, attributes[i], &a);
		while (attribute_next(&a, &dn))
			take_owner(f, &o, &dn);
	}
	if (f->n_steps > before)
		qsort(f->steps + before, f->n_steps - before, sizeof *f->steps, by_group);
	tell_owners(f, &o);
}

/* Who the owner attributes of these groups name. The groups stand in the queue as the
 * beginning of the paths only; the groups that own them are walked. */
static struct err *give_owners(struct flattening *f, const struct feed *feeds, size_t n)
{
	const struct grant_rule *rule = &f->m->source->grants[feeds->rule];
	const char *const *attributes = lower_list(f->m, rule->owners);

	begin(f, rule, true);
	for (size_t i = 0; i < n; i++)
		push(f, feeds[i].group, MAP_NONE);
	for (size_t i = 0; i < n; i++)
		read_owners(f, (uint32_t)i, attributes);
	return walk(f, n);
}

/* ---- all of it ---- */

static int by_person(const void *a, const void *b)
{
	const struct wanted_grant *x = a, *y = b;

	return (x->person > y->person) - (x->person < y->person);
}

/* The feeds of one rule into one console group. */
static struct err *give_rule(struct flattening *f, const struct feed *feeds, size_t n)
{
	const struct grant_rule *rule = &f->m->source->grants[feeds->rule];
	struct err *err = NULL;

	if (rule->role == f->grant.role)
		err = give_members(f, feeds, n);
	if (err == NULL && f->grant.role == ROLE_OWNER && rule->owners != NULL)
		err = give_owners(f, feeds, n);
	return err;
}

/* How many feeds, from this one on, share its console group, and its rule if asked. */
static size_t run_of(const struct feed *feeds, size_t n, bool same_rule)
{
	size_t i = 1;

	while (i < n && feeds[i].target == feeds->target &&
	       (!same_rule || feeds[i].rule == feeds->rule))
		i++;
	return i;
}

static struct err *give_role(struct flattening *f, const struct feed *feeds, size_t n,
			     enum role role)
{
	size_t before = f->n_grants, run;
	struct err *err = NULL;

	f->role++;
	f->grant.group = feeds->target;
	f->grant.role = (uint8_t)role;
	for (size_t i = 0; err == NULL && i < n; i += run) {
		run = run_of(feeds + i, n - i, true);
		err = give_rule(f, feeds + i, run);
	}
	if (err == NULL && f->n_grants > before)
		qsort(f->grants + before, f->n_grants - before, sizeof *f->grants,
		      by_person);
	return err;
}

struct err *map_flatten(struct mapping *m)
{
	AUTO_MEM struct flattening *f = mem_new(m, struct flattening);
	struct err *err = NULL;
	size_t run;

	f->m = m;
	f->given = mem_array(f, uint32_t, m->n_persons);
	f->visited = mem_array(f, uint32_t, m->n_groups);
	for (size_t i = 0; err == NULL && i < m->n_feeds; i += run) {
		run = run_of(m->feeds + i, m->n_feeds - i, false);
		for (enum role role = 0; err == NULL && role < ROLES; role++)
			err = give_role(f, m->feeds + i, run, role);
	}
	m->wanted->grants = f->grants;
	m->wanted->n_grants = f->n_grants;
	m->wanted->paths = f->paths;
	m->wanted->n_paths = (uint32_t)f->n_paths;
	return err;
}
