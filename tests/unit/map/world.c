/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"
#include "bridge/base/str.h"
#include <inttypes.h>

static const char *const email[] = { "mail", NULL };
static const char *const name[] = { "displayName", "cn", NULL };

struct filter *world_filter(struct world *w, const char *text)
{
	struct filter *filter = NULL;

	assert_ok(filter_parse(w->ctx, text, &filter));
	return filter;
}

struct world *world_new(TALLOC_CTX *ctx)
{
	struct world *w = mem_new(ctx, struct world);

	w->ctx = w;
	w->builder = entry_builder_new(w);
	w->source.name = "contoso";
	w->source.file = "test.yaml";
	w->source.line = 7;
	w->source.organization = "root/contoso";
	w->source.people.filter = world_filter(w, "(objectClass=person)");
	w->source.people.email.attributes = email;
	w->source.people.name.attributes = name;
	w->source.groups.filter =
		world_filter(w, "(|(objectClass=groupOfNames)(objectClass=posixGroup))");
	w->source.groups.name_attribute = "cn";
	return w;
}

static void add_pairs(struct world *w, va_list args)
{
	const char *attribute, *value;

	while ((attribute = va_arg(args, const char *)) != NULL) {
		value = va_arg(args, const char *);
		entry_add(w->builder, attribute, strlen(attribute), value, strlen(value));
	}
}

static void add(struct world *w, const char *attribute, const char *value)
{
	entry_add(w->builder, attribute, strlen(attribute), value, strlen(value));
}

static void begin(struct world *w, const char *anchor, const char *dn)
{
	entry_begin(w->builder, anchor, strlen(anchor), dn, strlen(dn));
}

static void finish(struct world *w)
{
	struct entry *entry = NULL;

	assert_ok(entry_finish(w->builder, w->ctx, &entry));
	mem_grow(w, w->entries, w->n + 1, &w->capacity);
	w->entries[w->n++] = entry;
}

void world_entry(struct world *w, const char *anchor, const char *dn, ...)
{
	va_list args;

	begin(w, anchor, dn);
	va_start(args, dn);
	add_pairs(w, args);
	va_end(args);
	finish(w);
}

char *person_dn(struct world *w, const char *who)
{
	return mem_printf(w, "uid=%s,ou=people,dc=x", who);
}

char *group_dn(struct world *w, const char *group)
{
	return mem_printf(w, "cn=%s,ou=groups,dc=x", group);
}

void world_person(struct world *w, const char *who, ...)
{
	va_list args;

	begin(w, mem_printf(w, "p-%s", who), person_dn(w, who));
	add(w, "objectClass", "person");
	add(w, "uid", who);
	add(w, "mail", mem_printf(w, "%s@x.example", who));
	add(w, "displayName", who);
	va_start(args, who);
	add_pairs(w, args);
	va_end(args);
	finish(w);
}

void world_group(struct world *w, const char *group, ...)
{
	va_list args;

	begin(w, mem_printf(w, "g-%s", group), group_dn(w, group));
	add(w, "objectClass", "groupOfNames");
	add(w, "cn", group);
	va_start(args, group);
	add_pairs(w, args);
	va_end(args);
	finish(w);
}

struct grant_rule *world_rule(struct world *w, struct grant_rule rule)
{
	size_t n = w->source.n_grants;

	mem_grow(w, w->rules, n + 1, &w->rules_capacity);
	rule.number = (unsigned)n + 1;
	rule.file = "test.yaml";
	rule.line = 20 + (int)n;
	if (rule.organization == NULL)
		rule.organization = w->source.organization;
	if (rule.group == NULL)
		rule.group = "Operators";
	w->rules[n] = rule;
	w->source.grants = w->rules;
	w->source.n_grants = n + 1;
	return &w->rules[n];
}

struct grant_rule *world_rule_named(struct world *w, const char *pattern,
				    const char *group)
{
	return world_rule(w, (struct grant_rule){ .from = GRANT_FROM_NAME,
						  .pattern = pattern,
						  .group = group });
}

static int by_anchor(const void *a, const void *b)
{
	struct value x = entry_anchor(*(const struct entry *const *)a);
	struct value y = entry_anchor(*(const struct entry *const *)b);

	return value_compare(&x, &y);
}

struct err *world_map(struct world *w)
{
	if (w->n > 0)
		qsort(w->entries, w->n, sizeof *w->entries, by_anchor);
	return map(w->ctx, &w->source, w->entries, w->homes, w->n, WORLD_NOW, &w->wanted);
}

static const char *anchor_of(struct world *w, const struct entry *entry)
{
	struct value anchor = entry_anchor(entry);

	return mem_strndup(w, anchor.bytes, anchor.len);
}

char *world_grants(struct world *w)
{
	struct str *s = str_new(w);

	for (size_t i = 0; i < w->wanted->n_grants; i++) {
		const struct wanted_grant *g = &w->wanted->grants[i];

		str_addf(s, "%s %s %s %s\n", w->wanted->groups[g->group].name,
			 role_name(g->role),
			 anchor_of(w, w->wanted->persons[g->person].entry),
			 map_reason(w, &w->source, w->wanted, g));
	}
	return s->text;
}

char *world_findings(struct world *w)
{
	struct str *s = str_new(w);

	for (uint32_t i = 0; i < w->wanted->n_findings; i++)
		str_addf(s, "%s\n", w->wanted->findings[i].text);
	return s->text;
}

static const char *or_none(const char *text)
{
	return text ? text : "-";
}

char *world_dump(struct world *w)
{
	const struct wanted *all = w->wanted;
	struct str *s = str_new(w);

	for (uint32_t i = 0; i < all->n_persons; i++) {
		const struct wanted_person *p = &all->persons[i];

		str_addf(s, "%s %s %s %s %d %s %" PRId64 " %" PRId64 "\n",
			 anchor_of(w, p->entry), or_none(p->email), or_none(p->email_key),
			 p->name, (int)p->status, or_none(p->why), p->since, p->due);
	}
	for (uint32_t i = 0; i < all->n_groups; i++) {
		const struct wanted_group *g = &all->groups[i];

		str_addf(s, "%s|%s|%s %d %d %u %s\n", g->organization, g->name,
			 g->name_key, g->create, g->allow_owner_claim, g->feeders,
			 anchor_of(w, g->feeder));
	}
	str_addf(s, "%s%s%" PRId64 " %u %u %u\n", world_grants(w), world_findings(w),
		 all->due, all->directory_groups, all->unresolved, all->n_paths);
	return s->text;
}

const struct wanted_person *world_find(const struct world *w, const char *anchor)
{
	for (uint32_t i = 0; i < w->wanted->n_persons; i++) {
		struct value is = entry_anchor(w->wanted->persons[i].entry);

		if (value_is(&is, anchor))
			return &w->wanted->persons[i];
	}
	fail_msg("no person %s", anchor);
	return NULL;
}
