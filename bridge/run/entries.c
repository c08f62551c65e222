/* SPDX-License-Identifier: MIT */
#include "bridge/run/run_p.h"
#include <stdlib.h>

/* Where an anchor's entry stands in a set that grows, or TABLE_NONE. */
static uint32_t place_of(const struct run *run, const struct value *anchor)
{
	return table_get(run->latest, anchor->bytes, anchor->len);
}

bool entries_has(const struct run *run, const struct value *anchor)
{
	return place_of(run, anchor) != TABLE_NONE;
}

/* Sorting has moved the entries: find the places anew before the set changes again. */
static void grow_again(struct run *run)
{
	for (uint32_t i = 0; run->is_sorted && i < run->n_entries; i++) {
		struct value anchor = entry_anchor(run->entries[i]);

		table_put(run->latest, anchor.bytes, anchor.len, i);
	}
	run->is_sorted = false;
}

/* Of one anchor the last word counts. */
uint32_t entries_add(struct run *run, struct entry *entry, uint16_t home)
{
	struct value anchor = entry_anchor(entry);
	uint32_t at;

	grow_again(run);
	at = table_add(run->latest, anchor.bytes, anchor.len, (uint32_t)run->n_entries);
	if (at == TABLE_NONE) {
		at = (uint32_t)run->n_entries++;
		mem_grow(run, run->entries, run->n_entries, &run->c_entries);
		mem_grow(run, run->alive, run->n_entries, &run->c_alive);
		mem_grow(run, run->homes, run->n_entries, &run->c_homes);
		run->alive[at] = false;
	}
	run->entries[at] = entry;
	run->homes[at] = home;
	return at;
}

static void mark_alive(struct run *run, uint32_t at)
{
	run->n_alive += !run->alive[at];
	run->alive[at] = true;
}

bool is_alive(const struct run *run, const struct value *anchor)
{
	uint32_t at = run->is_sorted ? entries_find(run, anchor) : place_of(run, anchor);

	return at != TABLE_NONE && run->alive[at];
}

struct placed {
	struct value anchor;
	struct entry *entry;
	bool alive;
	uint16_t home;
};

static int by_anchor(const void *a, const void *b)
{
	return value_compare(&((const struct placed *)a)->anchor,
			     &((const struct placed *)b)->anchor);
}

void entries_sort(struct run *run)
{
	AUTO_MEM struct placed *all = NULL;
	size_t n = run->n_entries;

	if (run->is_sorted)
		return;
	all = mem_array(NULL, struct placed, n);
	for (size_t i = 0; i < n; i++)
		all[i] = (struct placed){ entry_anchor(run->entries[i]), run->entries[i],
					  run->alive[i], run->homes[i] };
	qsort(all, n, sizeof *all, by_anchor);
	for (size_t i = 0; i < n; i++) {
		run->entries[i] = all[i].entry;
		run->alive[i] = all[i].alive;
		run->homes[i] = all[i].home;
	}
	mem_free(run->latest);
	run->latest = table_new(run);
	run->is_sorted = true;
}

static int by_entry_anchor(const void *key, const void *member)
{
	struct value anchor = entry_anchor(*(struct entry *const *)member);

	return value_compare(key, &anchor);
}

/* Only in a sorted set. */
uint32_t entries_find(const struct run *run, const struct value *anchor)
{
	struct entry **found = NULL;

	if (run->n_entries > 0)
		found = bsearch(anchor, run->entries, run->n_entries,
				sizeof *run->entries, by_entry_anchor);
	return found ? (uint32_t)(found - run->entries) : UINT32_MAX;
}

static void drop(struct run *run, const struct value *anchor)
{
	uint32_t at = table_remove(run->latest, anchor->bytes, anchor->len);
	size_t last = run->n_entries - 1;

	if (at == TABLE_NONE)
		return;
	run->n_alive -= run->alive[at];
	run->entries[at] = run->entries[last];
	run->alive[at] = run->alive[last];
	run->homes[at] = run->homes[last];
	run->n_entries = last;
	if (at < last) {
		struct value moved = entry_anchor(run->entries[at]);

		table_put(run->latest, moved.bytes, moved.len, at);
	}
}

/* Where an anchor's entry of the directory at hand stands, or TABLE_NONE. */
static uint32_t place_here(const struct run *run, const struct value *anchor)
{
	uint32_t at = place_of(run, anchor);

	return at != TABLE_NONE && run->homes[at] == run->reading ? at : TABLE_NONE;
}

/* What another directory shows does not end with this one's word. */
static void take_end(struct run *run, const struct value *anchor, enum evidence_kind kind)
{
	if (entries_has(run, anchor) && place_here(run, anchor) == TABLE_NONE)
		return;
	drop(run, anchor);
	observe(run, anchor, kind);
}

/* ---- changes to an entry that is known ---- */

static void copy_attribute(struct entry_builder *b, struct attribute *a,
			   const struct value *except)
{
	struct value v;

	while (attribute_next(a, &v))
		if (except == NULL || value_compare(&v, except) != 0)
			entry_add(b, a->name.bytes, a->name.len, v.bytes, v.len);
}

static struct entry_builder *begin(struct run *run, const struct entry *entry)
{
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry);
	struct entry_builder *b = entry_builder_new(run);

	entry_begin(b, anchor.bytes, anchor.len, dn.bytes, dn.len);
	return b;
}

static struct err *finish(struct run *run, struct entry_builder *b, uint32_t at)
{
	struct entry *entry;
	struct err *err = entry_finish(b, run, &entry);

	mem_free(b);
	if (err)
		return err;
	run->entries[at] = entry;
	mark_alive(run, at);
	return NULL;
}

/* Attributes of the change replace those of their name; one without values goes. */
static struct err *take_changed(struct run *run, const struct item *item)
{
	struct attribute a = { .count = 0 }, other;
	struct entry_builder *b;
	struct entry *change;
	struct value anchor;
	uint32_t at;
	struct err *err =
		entry_decode_in(run->arena, item->entry.bytes, item->entry.len, &change);

	if (err)
		return err;
	anchor = entry_anchor(change);
	at = place_here(run, &anchor);
	if (at == TABLE_NONE)
		return err_new(ERR_INCOMPLETE,
			       "a change to an entry that was never read");
	b = begin(run, change);
	while (entry_next_attribute(change, &a))
		copy_attribute(b, &a, NULL);
	a = (struct attribute){ .count = 0 };
	while (entry_next_attribute(run->entries[at], &a)) {
		AUTO_MEM char *name = mem_strndup(NULL, a.name.bytes, a.name.len);

		if (!entry_attribute(change, name, &other) && other.at == NULL)
			copy_attribute(b, &a, NULL);
	}
	return finish(run, b, at);
}

static struct err *take_link(struct run *run, const struct item *item)
{
	struct attribute a = { .count = 0 };
	uint32_t at = place_here(run, &item->anchor);
	struct entry_builder *b;

	if (at == TABLE_NONE)
		return err_new(ERR_INCOMPLETE, "a link of an entry that was never read");
	b = begin(run, run->entries[at]);
	while (entry_next_attribute(run->entries[at], &a)) {
		bool same = value_compare(&a.name, &item->attribute) == 0;

		copy_attribute(b, &a, same ? &item->target : NULL);
	}
	if (item->added)
		entry_add(b, item->attribute.bytes, item->attribute.len,
			  item->target.bytes, item->target.len);
	return finish(run, b, at);
}

/* It exists, and that is all: what was known of it stays (see keep_what_was_seen()). */
static void take_seen(struct run *run, const struct value *anchor)
{
	if (!is_seen(run, anchor))
		table_put(run->seen, mem_dup(run, anchor->bytes, anchor->len),
			  anchor->len, 1);
}

bool is_seen(const struct run *run, const struct value *anchor)
{
	return table_get(run->seen, anchor->bytes, anchor->len) != TABLE_NONE;
}

/* ---- one anchor of two directories ---- */

static bool is_of_another(const struct run *run, const struct value *anchor)
{
	uint32_t at;

	if (run->n_directories < 2)
		return false;
	at = place_of(run, anchor);
	return table_get(run->twice, anchor->bytes, anchor->len) != TABLE_NONE ||
	       (at != TABLE_NONE && run->alive[at] && run->homes[at] != run->reading);
}

/* Neither is taken: one could pass for the other. */
static void set_both_aside(struct run *run, const struct entry *entry)
{
	struct far_side *far = &run->directories[run->reading];
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry), other;
	uint32_t at = place_of(run, &anchor);

	take_seen(run, &anchor);
	if (at == TABLE_NONE)
		return;
	other = entry_dn(run->entries[at]);
	if (far->twice++ == 0) {
		far->pull->why = mem_printf(
			run, "\"%.*s\" has the anchor of \"%.*s\" in directory \"%s\"",
			(int)dn.len, dn.bytes, (int)other.len, other.bytes,
			run->directories[run->homes[at]].config->name);
		far->pull->hint = "Read each entry in one directory only; until then "
				  "neither of them is taken.";
	}
	table_put(run->twice, mem_dup(run, anchor.bytes, anchor.len), anchor.len, 1);
	drop(run, &anchor);
}

static struct err *take_entry(struct run *run, const struct item *item)
{
	struct value anchor;
	struct entry *entry;
	struct err *err =
		entry_decode_in(run->arena, item->entry.bytes, item->entry.len, &entry);

	if (err)
		return err;
	anchor = entry_anchor(entry);
	if (is_of_another(run, &anchor))
		set_both_aside(run, entry);
	else
		mark_alive(run, entries_add(run, entry, run->reading));
	return NULL;
}

/* ---- one item ---- */

struct err *entries_take(struct run *run, const struct item *item)
{
	grow_again(run);
	switch (item->kind) {
	case ITEM_ENTRY:
		return take_entry(run, item);
	case ITEM_CHANGED:
		return take_changed(run, item);
	case ITEM_LINK:
		return take_link(run, item);
	case ITEM_GONE:
		take_end(run, &item->anchor, EVIDENCE_TOMBSTONE);
		return NULL;
	case ITEM_LEFT:
		take_end(run, &item->anchor, EVIDENCE_OUT_OF_SCOPE);
		return NULL;
	case ITEM_SEEN:
		take_seen(run, &item->anchor);
		return NULL;
	default:
		return NULL;
	}
}
