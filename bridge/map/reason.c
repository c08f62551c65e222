/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/map/map_p.h"

#define NAMED_MAX 4 /* groups in between that are named; the rest is counted */

struct telling {
	struct str *text;
	const char *name_attribute;
};

static void add_name(struct telling *t, const struct entry *group)
{
	char *name = group_name(t->text, t->name_attribute, group);

	str_addf(t->text, "\"%s\"", name);
	mem_free(name);
}

/* The groups between the person and the one that the rule matched, from the person up. */
static const struct wanted_path *add_chain(struct telling *t, const struct wanted *wanted,
					   const struct wanted_path *path)
{
	unsigned n = 0;

	for (; path->parent != MAP_NONE; path = &wanted->paths[path->parent]) {
		if (n < NAMED_MAX) {
			str_add(t->text, n == 0 ? " through " : ", ");
			add_name(t, path->group);
		}
		n++;
	}
	if (n > NAMED_MAX)
		str_addf(t->text, " and %u more", n - NAMED_MAX);
	return path;
}

char *map_reason(TALLOC_CTX *ctx, const struct source_config *source,
		 const struct wanted *wanted, const struct wanted_grant *grant)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	const char *attribute = lower_name(scratch, source->groups.name_attribute);
	struct telling chain = { str_new(scratch), attribute };
	struct telling whole = { str_new(scratch), attribute };
	const struct wanted_path *matched =
		add_chain(&chain, wanted, &wanted->paths[grant->path]);

	str_add(whole.text, grant->by_owners ? "owner of " : "in ");
	add_name(&whole, matched->group);
	str_addf(whole.text, "%s (rule %u)", chain.text->text, grant->rule);
	return str_take(ctx, whole.text);
}
