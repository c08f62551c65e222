/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/reconcile.h"
#include "bridge/run/run_p.h"

static bool is_in_scope(const struct run *run, const struct entry *entry)
{
	return filter_match(run->source->people.filter, entry) ||
	       filter_match(run->source->groups.filter, entry);
}

static struct err *take_answer(struct run *run, const struct item *item)
{
	struct entry *entry;
	struct value anchor;
	struct err *err;

	switch (item->kind) {
	case ITEM_ENTRY:
		err = entry_decode_in(run->arena, item->entry.bytes, item->entry.len,
				      &entry);
		if (err)
			return err;
		anchor = entry_anchor(entry);
		if (is_in_scope(run, entry))
			return entries_take(run, item);
		observe(run, &anchor, EVIDENCE_OUT_OF_SCOPE);
		return NULL;
	case ITEM_LEFT:
		observe(run, &item->anchor, EVIDENCE_OUT_OF_SCOPE);
		return NULL;
	case ITEM_GONE:
		observe(run, &item->anchor, EVIDENCE_TOMBSTONE);
		return NULL;
	case ITEM_UNKNOWN:
		observe(run, &item->anchor, EVIDENCE_NOT_FOUND);
		return NULL;
	case ITEM_SEEN:
		return entries_take(run, item);
	default:
		return NULL;
	}
}

struct missing {
	struct run *run;
	struct table *asked;
	struct value *anchors;
	size_t n, capacity, known;
};

/* What was seen of it proves all that an answer could: it stays so until a pull reads the
 * anchor alive. */
static bool is_proved(const struct evidence *seen)
{
	if (seen == NULL)
		return false;
	return seen->kind == EVIDENCE_TOMBSTONE || seen->kind == EVIDENCE_OUT_OF_SCOPE ||
	       (seen->kind == EVIDENCE_NOT_FOUND &&
		seen->last - seen->first >= NOT_FOUND_AGAIN);
}

static void consider(struct missing *m, const struct value *anchor)
{
	if (table_add(m->asked, anchor->bytes, anchor->len, 1) != TABLE_NONE)
		return;
	m->known++;
	if (entries_find(m->run, anchor) != UINT32_MAX ||
	    is_proved(evidence_seen(m->run, anchor)))
		return;
	mem_grow(m->asked, m->anchors, m->n + 1, &m->capacity);
	m->anchors[m->n++] = *anchor;
}

/* Nothing can be taken from who has nothing, nor in a group that is no more. */
static bool is_live(const struct run *run, const struct given_row *row)
{
	int64_t group = run->memory->given->groups[row->group];

	return given_is_live((enum given_state)row->state) &&
	       view_group_by_id(run->console->view, group) != VIEW_NONE;
}

static void find_missing(struct missing *m)
{
	const struct given_set *given = m->run->memory->given;
	AUTO_MEM bool *asked = mem_array(NULL, bool, given->n_texts);
	AUTO_MEM bool *walked = mem_array(NULL, bool, given->n_texts);

	for (size_t i = 0; i < given->n; i++) {
		const struct given_row *row = &given->rows[i];
		struct value via = given->texts[row->via], group;

		if (!is_live(m->run, row))
			continue;
		if (!asked[row->anchor])
			consider(m, &given->texts[row->anchor]);
		while (!walked[row->via] && via_next(&via, &group))
			consider(m, &group);
		asked[row->anchor] = walked[row->via] = true;
	}
}

static struct err *ask(struct run *run, const struct missing *m)
{
	struct item end;
	struct err *err = NULL;

	for (size_t at = 0; err == NULL && at < m->n; at += PROCESS_LOOKUP_MAX) {
		size_t n =
			m->n - at < PROCESS_LOOKUP_MAX ? m->n - at : PROCESS_LOOKUP_MAX;

		err = process_lookup(run->process, m->anchors + at, n);
		if (err == NULL)
			err = read_answer(run, &end, take_answer);
		if (err == NULL && !end.complete)
			err = err_new(ERR_INCOMPLETE, "%.*s", (int)end.text.len,
				      end.text.bytes);
	}
	return err;
}

/* A lookup that fails proves nothing: the run goes on without it, and removes nothing by
 * difference. */
static void give_up(struct run *run, struct err *err)
{
	run->whole = false;
	run->plan->pull.complete = false;
	run->plan->pull.why =
		mem_printf(run, "looking up who is missing failed: %s", err_text(err));
	plan_find(run->plan, "incomplete",
		  "Nothing is removed by difference until it works.", "%s",
		  run->plan->pull.why);
	err_free(err);
}

struct err *look_up_missing(struct run *run)
{
	AUTO_MEM struct table *asked = table_new(NULL);
	struct missing m = { .run = run, .asked = asked };
	size_t limit;
	struct err *err;

	entries_sort(run);
	find_missing(&m);
	limit = guard_lookups(m.known);
	if (m.n == 0)
		return NULL;
	if (m.n > limit || !run->far_side.lookup) {
		run->unasked = m.n > limit;
		plan_find(run->plan, "missing",
			  "Look at the directory: they keep what they have until it is "
			  "proved.",
			  m.n > limit
				  ? "%zu of %zu people and groups are missing, more than "
				    "may "
				    "be looked up (%zu)"
				  : "%zu of %zu people and groups are missing, and this "
				    "directory cannot be asked for one (limit %zu)",
			  m.n, m.known, limit);
		return NULL;
	}
	run->plan->pull.lookups = (uint32_t)m.n;
	err = ask(run, &m);
	if (err == NULL)
		return run->is_sorted ? NULL : keep_what_was_seen(run);
	give_up(run, err);
	return keep_what_was_known(run);
}
