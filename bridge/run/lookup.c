/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/reconcile.h"
#include "bridge/run/run_p.h"

static bool is_in_scope(const struct run *run, const struct entry *entry)
{
	return filter_match(run->source->people.filter, entry) ||
	       filter_match(run->source->groups.filter, entry);
}

/* Whose directory nobody remembers is asked of each, and not found when none has it. */
static uint16_t home_of_anchor(const struct run *run, const struct value *anchor)
{
	return home_of(run, memory_home(run->memory, anchor));
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
		mem_grow(run, run->outside, run->n_outside + 1, &run->c_outside);
		run->outside[run->n_outside++] = entry;
		return NULL;
	case ITEM_LEFT:
		observe(run, &item->anchor, EVIDENCE_OUT_OF_SCOPE);
		return NULL;
	case ITEM_GONE:
		observe(run, &item->anchor, EVIDENCE_TOMBSTONE);
		return NULL;
	case ITEM_UNKNOWN:
		if (home_of_anchor(run, &item->anchor) != HOME_NONE)
			observe(run, &item->anchor, EVIDENCE_NOT_FOUND);
		return NULL;
	case ITEM_SEEN:
		return entries_take(run, item);
	default:
		return NULL;
	}
}

struct missing_one {
	struct value anchor;
	uint16_t home; /* HOME_NONE: not known */
};

struct missing {
	struct run *run;
	struct table *asked;
	struct missing_one *list;
	size_t n, capacity, known;
	size_t cannot; /* more, whose directory cannot be asked */
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

/* Its directory is out of scope, and it with that: nobody can be asked, or need be. */
static void let_go(struct run *run, const struct value *anchor)
{
	run->lets_go = true;
	observe(run, anchor, EVIDENCE_OUT_OF_SCOPE);
}

static bool is_asked_of(const struct missing_one *one, uint16_t directory)
{
	return one->home == HOME_NONE || one->home == directory;
}

static bool can_be_asked(const struct run *run, const struct missing_one *one)
{
	for (uint16_t i = 0; i < run->n_directories; i++)
		if (is_asked_of(one, i) && !run->directories[i].lookup)
			return false;
	return true;
}

static void consider(struct missing *m, const struct value *anchor)
{
	struct missing_one one = { .anchor = *anchor };
	const struct known_directory *known;

	if (table_add(m->asked, anchor->bytes, anchor->len, 1) != TABLE_NONE)
		return;
	if (entries_find(m->run, anchor) != UINT32_MAX ||
	    is_proved(evidence_seen(m->run, anchor))) {
		m->known++;
		return;
	}
	known = memory_home(m->run->memory, anchor);
	one.home = home_of(m->run, known);
	if (known != NULL && one.home == HOME_NONE) {
		let_go(m->run, anchor);
		return;
	}
	m->known++;
	if (!can_be_asked(m->run, &one)) {
		m->cannot++;
		return;
	}
	mem_grow(m->asked, m->list, m->n + 1, &m->capacity);
	m->list[m->n++] = one;
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

/* ---- asking ---- */

static struct err *ask(struct run *run, const struct value *anchors, size_t n)
{
	struct process *process = run->directories[run->reading].process;
	struct item end;
	struct err *err = NULL;

	for (size_t at = 0; err == NULL && at < n; at += PROCESS_LOOKUP_MAX) {
		size_t some = n - at < PROCESS_LOOKUP_MAX ? n - at : PROCESS_LOOKUP_MAX;

		err = process_lookup(process, anchors + at, some);
		if (err == NULL)
			err = read_answer(run, &end, take_answer);
		if (err == NULL && !end.complete)
			err = err_new(ERR_INCOMPLETE, "%.*s", (int)end.text.len,
				      end.text.bytes);
	}
	return err;
}

static bool is_answered(const struct run *run, const struct value *anchor)
{
	return is_alive(run, anchor) || is_seen(run, anchor) ||
	       is_proved(evidence_seen(run, anchor));
}

static struct err *ask_directory(struct run *run, const struct missing *m,
				 uint16_t directory)
{
	AUTO_MEM struct value *anchors = mem_array(NULL, struct value, m->n);
	struct err *err;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		if (is_asked_of(&m->list[i], directory) &&
		    !is_answered(run, &m->list[i].anchor))
			anchors[n++] = m->list[i].anchor;
	run->reading = directory;
	err = ask(run, anchors, n);
	if (err != NULL && run->n_directories > 1)
		err = err_wrap(err, "directory \"%s\"",
			       run->directories[directory].config->name);
	return err;
}

static struct err *ask_all(struct run *run, const struct missing *m)
{
	struct err *err = NULL;

	for (uint16_t i = 0; err == NULL && i < run->n_directories; i++)
		err = ask_directory(run, m, i);
	for (size_t i = 0; err == NULL && i < m->n; i++)
		if (m->list[i].home == HOME_NONE && !is_answered(run, &m->list[i].anchor))
			observe(run, &m->list[i].anchor, EVIDENCE_NOT_FOUND);
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

static void note_unasked(struct run *run, const struct missing *m, size_t limit)
{
	size_t n = m->n + m->cannot;

	run->unasked = n > limit;
	plan_find(run->plan, "missing",
		  n > limit ? mem_printf(run->plan,
					 "Look at the directory: they keep what they "
					 "have until it is proved. If it is true, say "
					 "so: dirbridge expect %s --remove people=%zu "
					 "--reason ...",
					 run->source->name, n)
			    : "Look at the directory: they keep what they have until it "
			      "is proved.",
		  n > limit
			  ? "%zu of %zu people and groups are missing, more than may be "
			    "looked up (%zu)"
			  : "%zu of %zu people and groups are missing, and this "
			    "directory cannot be asked for one (limit %zu)",
		  n > limit ? n : m->cannot, m->known, limit);
}

/* A leaver day lets as many more go. */
static size_t announced(const struct run *run)
{
	const uint32_t *n = run->memory->announced;

	return (size_t)n[BUDGET_PEOPLE] + n[BUDGET_GROUPS];
}

struct err *look_up_missing(struct run *run)
{
	AUTO_MEM struct table *asked = table_new(NULL);
	struct missing m = { .run = run, .asked = asked };
	size_t limit;
	struct err *err;

	entries_sort(run);
	find_missing(&m);
	limit = guard_lookups(m.known) + announced(run);
	if (m.cannot > 0 || m.n > limit)
		note_unasked(run, &m, limit);
	if (m.n == 0 || run->unasked)
		return NULL;
	run->plan->pull.lookups = (uint32_t)m.n;
	err = ask_all(run, &m);
	if (err == NULL)
		return run->is_sorted ? NULL : keep_what_was_seen(run);
	give_up(run, err);
	return keep_what_was_known(run);
}
