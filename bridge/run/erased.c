/* SPDX-License-Identifier: MIT */
#include "bridge/console/erase.h"
#include "bridge/map/map.h"
#include "bridge/run/run_p.h"

static void mark(const struct run *run, struct view *v, const struct value *anchor,
		 const char *email, const char *key)
{
	uint32_t number;

	if (key == NULL || (!erased_has_email(run->erased, key) &&
			    !erased_has_anchor(run->erased, run->memory->source, anchor)))
		return;
	number = view_add_email(v, email, key);
	v->emails[number].is_erased = true;
}

void mark_erased(const struct run *run, struct view *v)
{
	const struct wanted *w = run->wanted;
	const struct plan *plan = run->plan;

	if (run->erased == NULL)
		return;
	for (uint32_t i = 0; w != NULL && i < w->n_persons; i++) {
		struct value anchor = entry_anchor(w->persons[i].entry);

		mark(run, v, &anchor, w->persons[i].email, w->persons[i].email_key);
	}
	for (uint32_t i = 0; w == NULL && i < plan->n_persons; i++)
		mark(run, v, &plan->persons[i].anchor, plan->persons[i].email,
		     plan->persons[i].email_key);
}

/* People are in the mapped set, by address too; anything else only by its anchor. */
static bool is_erased(const struct run *run, const struct entry *entry,
		      const struct wanted_person **next)
{
	const struct wanted_person *end = run->wanted->persons + run->wanted->n_persons;
	struct value anchor = entry_anchor(entry);

	while (*next < end) {
		struct value at = entry_anchor((*next)->entry);
		int c = value_compare(&at, &anchor);

		if (c > 0)
			break;
		if (c == 0 && erased_has_email(run->erased, (*next)->email_key))
			return true;
		(*next)++;
	}
	return erased_has_anchor(run->erased, run->memory->source, &anchor);
}

static const char *directory_of(const struct run *run, size_t i)
{
	return run->directories[run->homes[i]].config->name;
}

struct mirror_row *without_erased(const struct run *run, TALLOC_CTX *ctx, size_t *n)
{
	const struct wanted_person *next = run->wanted ? run->wanted->persons : NULL;
	struct mirror_row *rows = mem_array(ctx, struct mirror_row, run->n_entries + 1);
	bool all = run->erased == NULL || run->wanted == NULL;

	*n = 0;
	for (size_t i = 0; i < run->n_entries; i++)
		if (run->homes[i] != HOME_NONE &&
		    (all || !is_erased(run, run->entries[i], &next)))
			rows[(*n)++] = (struct mirror_row){ run->entries[i],
							    directory_of(run, i) };
	return rows;
}
