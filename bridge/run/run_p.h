/* SPDX-License-Identifier: MIT */
/*
 * The steps of a run, in the order in which run.c takes them. Each works on the run
 * alone and leaves it whole for the next.
 */
#ifndef DIRBRIDGE_RUN_RUN_P_H
#define DIRBRIDGE_RUN_RUN_P_H

#include "bridge/run/run.h"

/* Open the store for reading; load memory and console in one snapshot; see that the
 * organization and the service principal are there. */
MUST_CHECK struct err *recall(struct run *run);

/* Mark in a view what the configuration protects from this source. */
void protect(const struct run *run, struct view *view);

/* Likewise, of the wanted people, who was erased. */
void mark_erased(const struct run *run, struct view *view);
/* The entries that may be kept: not those of people who were erased. */
const struct entry *const *without_erased(const struct run *run, TALLOC_CTX *ctx,
					  size_t *n);

/* Start the connector and ask who is on the other side. */
MUST_CHECK struct err *dial(struct run *run);
/* See that it is the directory we know, and read it all. */
MUST_CHECK struct err *pull(struct run *run);
void stop_connector(struct run *run);
/* Whoever is on the far side is who was there before, and nobody else's directory. */
MUST_CHECK struct err *check_identity(struct run *run);

/* Map the entries, when they have changed since; for what was read this time also note
 * who is disabled. */
MUST_CHECK struct err *make_wanted(struct run *run);

/* Has every sentinel been read? One finding for each that has not. */
bool sentinels_read(struct run *run);

/* What was read is not to be trusted as a set: put what we knew beneath it. */
MUST_CHECK struct err *keep_what_was_known(struct run *run);

/* What exists and could not be read keeps the place it had; in a set that grows. */
MUST_CHECK struct err *keep_what_was_seen(struct run *run);

/* Ask for the anchors that have a given and were not seen. */
MUST_CHECK struct err *look_up_missing(struct run *run);

/* A line for each person who was renamed or moved: nothing changes for them. */
MUST_CHECK struct err *note_moves(struct run *run);

MUST_CHECK struct err *make_plan(struct run *run);

/* Verdicts by people's decisions, guard and judge; the plan is frozen then. */
MUST_CHECK struct err *judge_plan(struct run *run);

/* The directory groups on the way of a grant, packed into VIA_MAX bytes for via_next().
 */
struct value pack_via(const struct run *run, uint32_t grant, uint8_t *out);

/* Note in run->plan, of the source and of its groups, what people have stopped; aloud: as
 * findings too. Then, within the transaction: nothing of what the plan does is stopped by
 * now (ERR_STALE). */
MUST_CHECK struct err *pauses_mark(struct run *run, struct store *store, bool aloud);
MUST_CHECK struct err *pauses_check(struct run *run, struct store *store);

/* What a run took without a person, against the day and what was announced. */
MUST_CHECK struct err *record_spent(const struct run *run, struct store *store,
				    int64_t id, int64_t now);

/* Read what the connector answers, up to END: facts and notes are taken here, every
 * other item goes to take(). */
MUST_CHECK struct err *read_answer(struct run *run, struct item *end,
				   struct err *(*take)(struct run *,
						       const struct item *));

/* ---- the set of entries (entries.c) ---- */

/* Take one item of a pull into the set. */
MUST_CHECK struct err *entries_take(struct run *run, const struct item *item);
/* Of one anchor the last word counts. */
/* Returns its place, which stays until the next change. */
uint32_t entries_add(struct run *run, struct entry *entry);
/* By anchor; entries_find() is for a set that is sorted. */
void entries_sort(struct run *run);
uint32_t entries_find(const struct run *run, const struct value *anchor);
/* For a set that grows. */
bool entries_has(const struct run *run, const struct value *anchor);
/* The connector said that it exists, and no more. */
bool is_seen(const struct run *run, const struct value *anchor);
/* This pull has read the anchor. */
bool is_alive(const struct run *run, const struct value *anchor);

/* ---- evidence (evidence.c) ---- */

/* It was seen so, now; EVIDENCE_NONE: it is as it should be. */
void observe(struct run *run, const struct value *anchor, enum evidence_kind kind);
/* Note what the mapped people of this pull are, and forget what is over. */
void observe_people(struct run *run);
void evidence_sort(struct run *run);
const struct evidence *evidence_seen(const struct run *run, const struct value *anchor);

#endif
