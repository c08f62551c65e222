/* SPDX-License-Identifier: MIT */
#include "bridge/map/map_p.h"
#include <stdlib.h>

/* Names, lower case, as they come. */
struct names {
	const char **list;
	size_t n, capacity;
};

static void add(const char *name, void *data)
{
	struct names *names = data;

	mem_grow(names, names->list, names->n + 2, &names->capacity);
	names->list[names->n++] = lower_name(names, name);
}

static void add_list(struct names *names, const char *const *list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		add(list[i], names);
}

static void add_filter(struct names *names, const struct filter *filter)
{
	if (filter != NULL)
		filter_attributes(filter, add, names);
}

static void add_people(struct names *names, const struct people_rule *rule)
{
	add_filter(names, rule->filter);
	add_filter(names, rule->disabled);
	value_attributes(&rule->email, add, names);
	value_attributes(&rule->name, add, names);
	add_list(names, rule->expires);
	add_list(names, rule->employee_id);
	for (size_t i = 0; status_attribute(i) != NULL; i++)
		add(status_attribute(i), names);
}

static void add_rules(struct names *names, const struct source_config *source)
{
	for (size_t i = 0; i < source->n_grants; i++) {
		const struct grant_rule *rule = &source->grants[i];

		if (rule->from == GRANT_FROM_FILTER)
			add_filter(names, rule->filter);
		add_list(names, rule->owners);
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_and_thin(struct names *names)
{
	size_t kept = 0;

	qsort(names->list, names->n, sizeof *names->list, by_text);
	for (size_t i = 0; i < names->n; i++)
		if (kept == 0 || strcmp(names->list[i], names->list[kept - 1]) != 0)
			names->list[kept++] = names->list[i];
	names->list[kept] = NULL;
	names->n = kept;
}

static void add_source(struct names *names, const struct source_config *source)
{
	add_filter(names, source->groups.filter);
	add(source->groups.name_attribute, names);
	add_people(names, &source->people);
	add_rules(names, source);
}

const char *const *map_attributes(TALLOC_CTX *ctx, const struct source_config *source,
				  const struct source_config *before)
{
	struct names *names = mem_new(ctx, struct names);

	add_list(names, member_attributes);
	add_source(names, source);
	if (before != NULL)
		add_source(names, before);
	sort_and_thin(names);
	return names->list;
}

const char *map_filter(TALLOC_CTX *ctx, const struct source_config *source)
{
	return mem_printf(ctx, "(|%s%s)", filter_question(source->people.filter),
			  filter_question(source->groups.filter));
}
