/* SPDX-License-Identifier: MIT */
/*
 * What text and JSON say alike about a plan. Nothing here is escaped: names come as the
 * directory wrote them, and each printer escapes them for its medium. Private to the
 * room.
 */
#ifndef DIRBRIDGE_PLAN_PLAN_P_H
#define DIRBRIDGE_PLAN_PLAN_P_H

#include "bridge/plan/plan.h"

/* The name that the console has for the group, or would give it. */
const char *words_group(const struct plan *plan, uint32_t group);

/* What is done, in the fewest words: "grant", "invite, no mail", "staged". */
const char *words_verb(const struct plan *plan, const struct operation *op);

/*
 * Why, in one line: how the grant came about, what the directory says and since when,
 * the rule that forbids it, or the date that it waits for.
 */
char *words_reason(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op);

/* Further lines: what a decision would do, what access stays, who is in conflict. */
#define WORDS_LINES 4

struct words {
	const char *line[WORDS_LINES];
	size_t n;
};

void words_details(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op,
		   struct words *words);

/*
 * How an operation counts: each in exactly one class. Summaries are counted from the
 * operations that are printed, not from counters kept elsewhere, so that both always
 * tell the same.
 */
enum operation_class {
	CLASS_ADD,
	CLASS_CHANGE, /* access is the same before and after */
	CLASS_REMOVE,
	CLASS_HOLD,
	CLASS_REFUSE,
	CLASS_DEFER,
	CLASS_CONFLICT,
	CLASS_SKIP,
	CLASS_KEEP,
	CLASSES
};

enum operation_class words_class(const struct operation *op);

struct tally {
	size_t n[CLASSES];
	size_t doing;       /* operations that would be carried out */
	int64_t first_date; /* of the deferred ones: the earliest, or 0 */
	bool many_dates;    /* not all of them wait for the same */
};

void words_tally(const struct plan *plan, struct tally *tally);

/* After each piece that was printed: hand it on to plan->drain when it is enough. */
void words_drain(struct str *out, const struct plan *plan);

#endif
