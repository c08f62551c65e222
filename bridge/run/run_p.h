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

/* The configuration that was released before, when this is another: run->released, or a
 * finding that says why it cannot be told what the change does. Then, with the plan made:
 * what it does, in plan->changed. */
MUST_CHECK struct err *recall_released(struct run *run);
MUST_CHECK struct err *note_changed(struct run *run);

/* Mark in a view what the configuration protects from this source. */
void protect(const struct run *run, struct view *view);

/* Likewise, of the wanted people, who was erased. */
void mark_erased(const struct run *run, struct view *view);
/* The entries that may be kept, as rows of the mirror: not those of people who were
 * erased. */
struct mirror_row *without_erased(const struct run *run, TALLOC_CTX *ctx, size_t *n);

/* Start the connector of a directory and ask who is on the other side. */
MUST_CHECK struct err *dial(struct run *run, uint16_t directory);
/*
 * Dial each directory in order of name, see that it is the one we know, and read it all.
 * One of several that cannot be reached or read is not whole, and the others go on; that
 * none can be read is an error, as is a directory that is not the one we know.
 */
MUST_CHECK struct err *pull(struct run *run);
void stop_connectors(struct run *run);
/* Whoever is on the far side is who was there before, and nobody else's directory. */
MUST_CHECK struct err *check_identity(struct run *run,
				      const struct pull_directory *directory);

/* ---- homes: which directory is whose (homes.c) ---- */

/* The directory of the source that this one is: of its name, or under another name the
 * same; HOME_NONE: the source does not read it any more. NULL is none as well. */
uint16_t home_of(const struct run *run, const struct known_directory *known);
/* Has the source read a directory that it does not read any more? */
bool leaves_directories(const struct run *run);
/* How anchors are written for people; ANCHOR_KINDS where that differs. */
enum anchor_kind anchor_kind_of_all(const struct run *run);
/* No member or owner, and no rule, names what several directories have? One finding. */
bool names_are_clear(struct run *run);

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

/* Hold what is more than may go without a person, by what is left of the day now. */
void guard_budgets(struct run *run);

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

/* What a run took without a person, against the day and what was announced; the view is
 * the console as it is now. */
MUST_CHECK struct err *record_spent(const struct run *run, struct store *store,
				    const struct view *view, int64_t id, int64_t now);

/* Note in run->plan, of each of its groups, what the day has taken already. */
void spent_mark(struct run *run);

/* Does carrying the plan out put its configuration in force? One that takes a directory
 * out only when the plan shows the end of who was in it. */
bool run_releases(const struct run *run);
/* Keep what was seen: evidence, and of a whole run the mirror and what each base showed.
 * id: of the run in the store. */
MUST_CHECK struct err *record_seen(struct run *run, struct store *store, int64_t id,
				   bool in_force);

/* Read what the connector answers, up to END: facts and notes are taken here, every
 * other item goes to take(). */
MUST_CHECK struct err *read_answer(struct run *run, struct item *end,
				   struct err *(*take)(struct run *,
						       const struct item *));

/* ---- the set of entries (entries.c) ---- */

/* Take one item of a pull of run->reading into the set. An anchor that two directories
 * have is of neither: what was known of it stays. */
MUST_CHECK struct err *entries_take(struct run *run, const struct item *item);
/* Of one anchor the last word counts. */
/* Returns its place, which stays until the next change. */
uint32_t entries_add(struct run *run, struct entry *entry, uint16_t home);
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
