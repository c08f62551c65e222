/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/map/map_p.h"
#include "bridge/record/text.h"
#include <stdlib.h>

/* A console group while its feeders are collected; `was` is its number until sorted. */
struct target {
	struct wanted_group group;
	uint32_t was, feeder, rule;
};

struct matching {
	struct mapping *m;
	TALLOC_CTX *scratch; /* emptied after each rule */
	struct table *keys;  /* organization and name_key -> target */
	struct target *targets;
	size_t n_targets, capacity;
	uint32_t rule; /* index of the rule at hand */
	struct pattern *pattern;
	bool any; /* it matched a group */
};

static const struct grant_rule *rule_of(const struct matching *g)
{
	return &g->m->source->grants[g->rule];
}

/* ---- the console group that a directory group feeds ---- */

/* The rule's group name with its captures put in; NULL when one of them is empty. */
static char *expand(const struct matching *g)
{
	struct str *s = str_new(g->scratch);

	for (const char *at = rule_of(g)->group; *at != '\0'; at++) {
		struct value capture = { NULL, 0 };

		if (at[0] != '$' || at[1] < '1' || at[1] > '9') {
			str_add_char(s, *at);
			continue;
		}
		at++;
		if (g->pattern != NULL)
			capture = pattern_capture(g->pattern, (unsigned)(*at - '0'));
		if (capture.len == 0)
			return NULL;
		str_add_bytes(s, capture.bytes, capture.len);
	}
	return s->text;
}

static char *usable(TALLOC_CTX *ctx, const char *text)
{
	char *name = text ? text_name(ctx, text, strlen(text)) : NULL;

	return name && strlen(name) <= MAP_GROUP_MAX && strchr(name, '/') == NULL ? name
										  : NULL;
}

static uint32_t target_of(struct matching *g, const char *name)
{
	const struct grant_rule *rule = rule_of(g);
	char *folded = text_fold(g->scratch, name, strlen(name));
	char *organization =
		text_fold(g->scratch, rule->organization, strlen(rule->organization));
	const char *key = mem_printf(g->m, "%s\n%s", organization, folded);
	uint32_t number = (uint32_t)g->n_targets;
	uint32_t before = table_add(g->keys, key, strlen(key), number);

	if (before != TABLE_NONE)
		return before;
	mem_grow(g, g->targets, g->n_targets + 1, &g->capacity);
	g->targets[g->n_targets++] = (struct target){
		.group = { .organization = map_keep(g->m, rule->organization),
			   .name_key = map_keep(g->m, folded),
			   .allow_owner_claim = true },
		.was = number,
		.feeder = MAP_NONE,
	};
	return number;
}

static void feed(struct matching *g, uint32_t group)
{
	struct mapping *m = g->m;
	const struct grant_rule *rule = rule_of(g);
	const struct entry *entry = m->groups[group].entry;
	char *text = expand(g), *name = usable(g->scratch, text);
	struct target *t;
	uint32_t number;

	g->any = true;
	if (name == NULL) {
		map_find(m, entry, "rule %u makes no usable group name of \"%s\"%s%s",
			 rule->number, group_name(g->scratch, m->name_attribute, entry),
			 text ? ": " : "", text ? text : "");
		return;
	}
	number = target_of(g, name);
	t = &g->targets[number];
	t->group.create |= rule->create;
	t->group.allow_owner_claim &= rule->allow_owner_claim;
	if (group < t->feeder) {
		t->feeder = group;
		t->group.feeder = entry;
		t->group.name = map_keep(m, name);
	}
	mem_grow(m, m->feeds, m->n_feeds + 1, &m->feeds_capacity);
	m->feeds[m->n_feeds++] = (struct feed){ number, g->rule, group };
}

/* ---- which directory groups a rule takes ---- */

static struct err *match_dn(struct matching *g)
{
	struct mapping *m = g->m;
	struct value dn = { rule_of(g)->dn, strlen(rule_of(g)->dn) };
	uint32_t node = node_of_dn(m, &dn, NO_HOME);

	if (node < NODE_NOBODY && node >= m->n_persons)
		feed(g, node - m->n_persons);
	else
		map_find(m, NULL,
			 node == TABLE_NONE
				 ? "rule %u matches no group: there is no \"%s\""
				 : "rule %u matches no group: \"%s\" is none",
			 rule_of(g)->number, dn.bytes);
	return NULL;
}

static struct err *match_filter(struct matching *g)
{
	const struct grant_rule *rule = rule_of(g);

	for (uint32_t i = 0; i < g->m->n_groups; i++)
		if (filter_match(rule->filter, g->m->groups[i].entry))
			feed(g, i);
	if (!g->any)
		map_find(g->m, NULL, "rule %u matches no group: none passes %s",
			 rule->number, filter_text(rule->filter));
	return NULL;
}

/* Of several names that match, the lowest counts. */
static struct err *match_names(struct matching *g, uint32_t group)
{
	struct attribute a;
	struct value value, best = { NULL, 0 };
	const char *name = NULL;
	struct err *err;
	bool hit;

	entry_attribute(g->m->groups[group].entry, g->m->name_attribute, &a);
	while (attribute_next(&a, &value)) {
		char *text = value.len <= MAP_VALUE_MAX
				     ? text_name(g->scratch, value.bytes, value.len)
				     : NULL;

		if (text == NULL || (name != NULL && value_compare(&value, &best) >= 0))
			continue;
		err = pattern_match(g->pattern, text, &hit);
		if (err != NULL)
			return err_wrap(err, "\"%s\"", text);
		if (hit) {
			best = value;
			name = text;
		}
	}
	if (name == NULL)
		return NULL;
	err = pattern_match(g->pattern, name, &hit);
	if (err == NULL)
		feed(g, group);
	return err;
}

static struct err *match_pattern(struct matching *g)
{
	const struct grant_rule *rule = rule_of(g);
	struct err *err = pattern_new(g->scratch, rule->pattern, true, &g->pattern);

	for (uint32_t i = 0; err == NULL && i < g->m->n_groups; i++)
		err = match_names(g, i);
	if (err == NULL && !g->any)
		map_find(g->m, NULL, "rule %u matches no group: none is called \"%s\"",
			 rule->number, rule->pattern);
	return err;
}

static struct err *(*const match_by[])(struct matching *g) = {
	[GRANT_FROM_DN] = match_dn,
	[GRANT_FROM_FILTER] = match_filter,
	[GRANT_FROM_NAME] = match_pattern,
};

static struct err *match_rule(struct matching *g)
{
	const struct grant_rule *rule = rule_of(g);
	struct err *err;

	g->scratch = mem_ctx(g);
	g->pattern = NULL;
	g->any = false;
	err = match_by[rule->from](g);
	mem_free(g->scratch);
	if (err != NULL)
		return err_wrap(err, "%s:%d: rule %u", rule->file, rule->line,
				rule->number);
	return NULL;
}

/* ---- in order ---- */

static int by_place(const void *a, const void *b)
{
	const struct wanted_group *x = &((const struct target *)a)->group;
	const struct wanted_group *y = &((const struct target *)b)->group;
	int order = strcmp(x->organization, y->organization);

	return order ? order : strcmp(x->name_key, y->name_key);
}

static int by_feed(const void *a, const void *b)
{
	const struct feed *x = a, *y = b;

	if (x->target != y->target)
		return x->target < y->target ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return (x->group > y->group) - (x->group < y->group);
}

static void count_feeders(struct mapping *m, struct wanted_group *groups)
{
	uint32_t *last = mem_array(m, uint32_t, m->n_groups);

	for (size_t i = 0; i < m->n_feeds; i++) {
		const struct feed *f = &m->feeds[i];

		groups[f->target].feeders += last[f->group] != f->target + 1;
		last[f->group] = f->target + 1;
	}
}

static void put_in_order(struct matching *g)
{
	struct mapping *m = g->m;
	struct wanted_group *groups =
		mem_array(m->wanted, struct wanted_group, g->n_targets);
	uint32_t *now = mem_array(g, uint32_t, g->n_targets);

	if (g->n_targets > 0)
		qsort(g->targets, g->n_targets, sizeof *g->targets, by_place);
	for (size_t i = 0; i < g->n_targets; i++) {
		groups[i] = g->targets[i].group;
		now[g->targets[i].was] = (uint32_t)i;
	}
	for (size_t i = 0; i < m->n_feeds; i++)
		m->feeds[i].target = now[m->feeds[i].target];
	if (m->n_feeds > 0)
		qsort(m->feeds, m->n_feeds, sizeof *m->feeds, by_feed);
	count_feeders(m, groups);
	m->wanted->groups = groups;
	m->wanted->n_groups = (uint32_t)g->n_targets;
}

static void find_unresolved(struct mapping *m)
{
	bool *matched = mem_array(m, bool, m->n_groups);

	for (size_t i = 0; i < m->n_feeds; i++)
		matched[m->feeds[i].group] = true;
	for (uint32_t i = 0; i < m->n_groups; i++) {
		const struct group *g = &m->groups[i];

		if (matched[i] && g->unresolved.count > 0)
			map_find(m, g->entry, "members of \"%s\" that are not there: %s",
				 group_name(m, m->name_attribute, g->entry),
				 tally_text(m, &g->unresolved));
	}
}

struct err *map_groups(struct mapping *m)
{
	AUTO_MEM struct matching *g = mem_new(m, struct matching);
	struct err *err = NULL;

	g->m = m;
	g->keys = table_new(g);
	for (; err == NULL && g->rule < m->source->n_grants; g->rule++)
		err = match_rule(g);
	if (err != NULL)
		return err;
	put_in_order(g);
	find_unresolved(m);
	return NULL;
}
