/* SPDX-License-Identifier: MIT */
#include "bridge/console/erase.h"
#include "bridge/map/map.h"
#include "bridge/run/run_p.h"
#include "connectors/connector.h"
#include <stdlib.h>

enum { TEXT_MOST = 2000 }; /* bytes of a setting's value that are shown */

/* ---- what was released ---- */

static void cannot_compare(struct run *run, const char *why)
{
	plan_find(run->plan, "configuration-not-compared",
		  "Compare the plan itself with what you expect of the change.",
		  "who enters, leaves or changes because of it cannot be told: %s", why);
}

struct err *recall_released(struct run *run)
{
	const struct memory *m = run->memory;
	char *text;
	struct err *err, *unreadable;

	if (!m->released || !run->plan->first)
		return NULL;
	err = memory_released(run, run->store, m->source, &text);
	if (err)
		return err;
	if (text == NULL) {
		cannot_compare(run, "the configuration before was not kept");
		return NULL;
	}
	unreadable = config_released(run, text, run->source->name, connector_settings,
				     &run->released);
	if (unreadable != NULL)
		cannot_compare(run, "the configuration before cannot be read any more");
	else
		run->released_text = text;
	err_free(unreadable);
	return NULL;
}

/* ---- what it would have read ---- */

struct reading {
	const struct run *run;
	const struct entry **entries;
	uint16_t *homes; /* of each */
	size_t n;
	struct table *outside; /* anchor -> index into the run's */
};

static struct reading *reading_new(struct run *run)
{
	struct reading *r = mem_new(run, struct reading);

	r->run = run;
	r->outside = table_new(r);
	for (uint32_t i = 0; i < run->n_outside; i++) {
		struct value anchor = entry_anchor(run->outside[i]);

		table_put(r->outside, anchor.bytes, anchor.len, i);
	}
	return r;
}

static void make_room(struct reading *r, size_t most)
{
	r->entries = mem_array(r, const struct entry *, most);
	r->homes = mem_array(r, uint16_t, most);
	r->n = 0;
}

static void take(struct reading *r, const struct entry *entry, uint16_t home)
{
	r->entries[r->n] = entry;
	r->homes[r->n++] = home;
}

/* What is read for the first time may lie where it was not read before. */
static void take_read(struct reading *r, size_t i)
{
	const struct entry *entry = r->run->entries[i];
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry);

	if (memory_mirrored(r->run->memory, &anchor) != NULL ||
	    config_reads(r->run->released, &dn) != CONFIG_READS_NOT)
		take(r, entry, r->run->homes[i]);
}

static const struct entry *looked_up(const struct reading *r, const struct value *anchor)
{
	uint32_t i = table_get(r->outside, anchor->bytes, anchor->len);

	return i == TABLE_NONE ? NULL : r->run->outside[i];
}

/* As it was known it would have been read now as well. */
static bool is_in_scope(const struct run *run, const struct entry *entry)
{
	struct value dn = entry_dn(entry);

	return config_reads(run->source, &dn) == CONFIG_READS &&
	       (filter_match(run->source->people.filter, entry) ||
		filter_match(run->source->groups.filter, entry));
}

/* Gone, or moved away, whatever the configuration is. */
static bool is_gone(const struct run *run, const struct entry *entry)
{
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry);
	const struct evidence *seen = evidence_seen(run, &anchor);

	if (is_in_scope(run, entry))
		return true;
	if (seen == NULL || seen->kind == EVIDENCE_OUT_OF_SCOPE)
		return false;
	return seen->kind != EVIDENCE_NOT_FOUND ||
	       config_reads(run->source, &dn) != CONFIG_READS_NOT;
}

static void take_known(struct reading *r, const struct entry *entry)
{
	struct value anchor = entry_anchor(entry);
	const struct entry *now = looked_up(r, &anchor);
	uint16_t home = home_of(r->run, memory_home(r->run->memory, &anchor));

	if (now != NULL)
		take(r, now, home);
	else if (!is_gone(r->run, entry))
		take(r, entry, home);
}

/* Both are sorted by anchor, and so is the result. */
static void merge(struct reading *r, struct entry *const *known, size_t n)
{
	const struct run *run = r->run;

	make_room(r, run->n_entries + n);
	for (size_t i = 0, j = 0; i < run->n_entries || j < n;) {
		int order = i == run->n_entries ? 1 : -1;

		if (i < run->n_entries && j < n) {
			struct value a = entry_anchor(run->entries[i]);
			struct value b = entry_anchor(known[j]);

			order = value_compare(&a, &b);
		}
		if (order <= 0)
			take_read(r, i);
		else
			take_known(r, known[j]);
		i += order <= 0;
		j += order >= 0;
	}
}

static struct err *map_before(const struct run *run, struct reading *r,
			      struct wanted **out)
{
	struct entry **known;
	size_t n;
	struct err *err = memory_entries(r, run->store, run->memory->source, &known, &n);

	if (err)
		return err;
	merge(r, known, n);
	return map(r, run->released, r->entries, r->homes, r->n, run->plan->now, out);
}

/* What is kept because nothing can be concluded goes all the same where it is not read
 * any more. */
static struct err *map_after(const struct run *run, struct reading *r,
			     const struct wanted **out)
{
	struct wanted *wanted;
	struct err *err;

	*out = run->wanted;
	if (run->whole)
		return NULL;
	make_room(r, run->n_entries);
	for (size_t i = 0; i < run->n_entries; i++) {
		struct value dn = entry_dn(run->entries[i]);

		if (run->alive[i] || config_reads(run->source, &dn) != CONFIG_READS_NOT)
			take(r, run->entries[i], run->homes[i]);
	}
	if (r->n == run->n_entries)
		return NULL;
	err = map(r, run->source, r->entries, r->homes, r->n, run->plan->now, &wanted);
	if (err == NULL)
		*out = wanted;
	return err;
}

/* ---- in what both differ ---- */

static bool is_erased(const struct run *run, const struct wanted_person *person)
{
	struct value anchor = entry_anchor(person->entry);

	return run->erased != NULL &&
	       (erased_has_anchor(run->erased, run->memory->source, &anchor) ||
		(person->email_key != NULL &&
		 erased_has_email(run->erased, person->email_key)));
}

static enum plan_move move_of(const struct map_difference *d)
{
	return !d->had ? PLAN_ENTERS : !d->has ? PLAN_LEAVES : PLAN_CHANGES;
}

static struct plan_changed_grant grant_of(const struct map_difference *d)
{
	const struct wanted_person *p = d->person;

	return (struct plan_changed_grant){
		.move = move_of(d),
		.anchor = entry_anchor(p->entry),
		.who = p->email ? p->email : p->name,
		.organization = d->group->organization,
		.group = d->group->name,
		.group_key = d->group->name_key,
		.role = d->role,
		.added = d->added,
	};
}

/* One kind of move after the other, each in the order that they come in. */
static void list_grants(const struct run *run, struct plan_changed *changed,
			const struct map_difference *differences, size_t n)
{
	struct plan_changed_grant *grants =
		mem_array(changed, struct plan_changed_grant, n);

	for (enum plan_move move = 0; move < PLAN_MOVES; move++)
		for (size_t i = 0; i < n; i++)
			if (move_of(&differences[i]) == move &&
			    !is_erased(run, differences[i].person))
				grants[changed->n_grants++] = grant_of(&differences[i]);
	changed->grants = grants;
}

static const char *cut(TALLOC_CTX *ctx, const char *text)
{
	return text == NULL || strlen(text) <= TEXT_MOST
		       ? text
		       : mem_printf(ctx, "%.*s…", TEXT_MOST, text);
}

static void list_settings(const struct run *run, struct plan_changed *changed)
{
	AUTO_MEM char *now = config_decides(NULL, run->source);
	size_t n;
	const struct config_difference *d =
		config_compare(changed, run->released_text, now, &n);
	struct plan_changed_setting *settings =
		mem_array(changed, struct plan_changed_setting, n);

	for (size_t i = 0; i < n; i++)
		settings[i] = (struct plan_changed_setting){ d[i].name,
							     cut(settings, d[i].before),
							     cut(settings, d[i].after) };
	changed->settings = settings;
	changed->n_settings = n;
}

struct err *note_changed(struct run *run)
{
	struct reading *r;
	struct plan_changed *changed;
	const struct map_difference *differences;
	const struct wanted *after;
	struct wanted *before;
	struct err *err;
	size_t n;

	if (run->released == NULL)
		return NULL;
	r = reading_new(run);
	err = map_before(run, r, &before);
	if (err == NULL)
		err = map_after(run, r, &after);
	if (err != NULL && err_class(err) == ERR_CONFIG) {
		cannot_compare(run, err_text(err));
		err_free(err);
		return NULL;
	}
	if (err)
		return err;
	changed = mem_new(run, struct plan_changed);
	differences = map_compare(changed, before, after, &n);
	list_grants(run, changed, differences, n);
	list_settings(run, changed);
	run->plan->changed = changed;
	plan_mark_changed(run->plan);
	return NULL;
}
