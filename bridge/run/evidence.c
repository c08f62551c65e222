/* SPDX-License-Identifier: MIT */
#include "bridge/map/map.h"
#include "bridge/run/run_p.h"
#include <stdlib.h>

/* The first observation starts from what was remembered. */
static void start(struct run *run)
{
	const struct memory *m = run->memory;

	if (run->evidence_of != NULL)
		return;
	run->evidence_of = table_new(run);
	mem_grow(run, run->evidence, m->n_evidence + 1, &run->c_evidence);
	for (size_t i = 0; i < m->n_evidence; i++) {
		run->evidence[i] = m->evidence[i];
		table_put(run->evidence_of, m->evidence[i].anchor.bytes,
			  m->evidence[i].anchor.len, (uint32_t)i);
	}
	run->n_evidence = m->n_evidence;
}

void observe(struct run *run, const struct value *anchor, enum evidence_kind kind)
{
	struct evidence *e;
	uint32_t at;

	start(run);
	at = table_get(run->evidence_of, anchor->bytes, anchor->len);
	if (at == TABLE_NONE && kind == EVIDENCE_NONE)
		return;
	if (at == TABLE_NONE) {
		struct value kept = { mem_dup(run, anchor->bytes, anchor->len),
				      anchor->len };

		at = (uint32_t)run->n_evidence++;
		mem_grow(run, run->evidence, run->n_evidence, &run->c_evidence);
		run->evidence[at] = (struct evidence){ .anchor = kept };
		table_put(run->evidence_of, kept.bytes, kept.len, at);
	}
	e = &run->evidence[at];
	/* Not to be found says less than whatever was seen before. */
	if (kind == EVIDENCE_NOT_FOUND && e->kind != EVIDENCE_NONE)
		kind = e->kind;
	if (e->kind != kind)
		e->first = run->plan->now;
	e->kind = kind;
	e->last = run->plan->now;
}

void observe_people(struct run *run)
{
	start(run);
	for (uint32_t i = 0; i < run->wanted->n_persons; i++) {
		const struct wanted_person *p = &run->wanted->persons[i];
		struct value anchor = entry_anchor(p->entry);

		if (run->n_alive < run->n_entries && !is_alive(run, &anchor))
			continue;
		observe(run, &anchor,
			p->status == PERSON_DISABLED  ? EVIDENCE_DISABLED
			: p->status == PERSON_EXPIRED ? EVIDENCE_EXPIRED
						      : EVIDENCE_NONE);
	}
	for (size_t i = 0; i < run->n_evidence; i++) {
		struct evidence *e = &run->evidence[i];

		if (e->kind != EVIDENCE_DISABLED && e->kind != EVIDENCE_EXPIRED &&
		    (is_alive(run, &e->anchor) || is_seen(run, &e->anchor)))
			e->kind = EVIDENCE_NONE;
	}
}

static int by_anchor(const void *a, const void *b)
{
	return value_compare(&((const struct evidence *)a)->anchor,
			     &((const struct evidence *)b)->anchor);
}

void evidence_sort(struct run *run)
{
	size_t n = 0;

	start(run);
	for (size_t i = 0; i < run->n_evidence; i++)
		if (run->evidence[i].kind != EVIDENCE_NONE)
			run->evidence[n++] = run->evidence[i];
	run->n_evidence = n;
	if (n > 0)
		qsort(run->evidence, n, sizeof *run->evidence, by_anchor);
}

const struct evidence *evidence_seen(const struct run *run, const struct value *anchor)
{
	uint32_t at = TABLE_NONE;

	if (run->evidence_of != NULL)
		at = table_get(run->evidence_of, anchor->bytes, anchor->len);
	return at == TABLE_NONE ? NULL : &run->evidence[at];
}
