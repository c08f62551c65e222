/* SPDX-License-Identifier: MIT */
/*
 * The other side of the model test: the same operations, made in a real store through the
 * console's own calls, in transactions of one or more.
 */
#ifndef DIRBRIDGE_TESTS_MODEL_PLAY_H
#define DIRBRIDGE_TESTS_MODEL_PLAY_H

#include "bridge/console/roster.h"
#include "tests/model/model.h"

struct play {
	TALLOC_CTX *transaction; /* what lives as long as one */
	struct store *store;
	struct console *c; /* NULL: none is open */
	int64_t now;
	bool dirty;  /* refused while it was written: the view is worth nothing */
	char *error; /* why it went wrong, when the answer is no rule's code */
	int n_mails; /* whose tokens are known */
	char *token[M_MANY], *older[M_MANY];
};

struct play *play_new(TALLOC_CTX *ctx, int64_t now);

/* Begin, as the model has; and end: all that was allowed is committed. */
void play_begin(struct play *p, const struct model *m, const struct m_op *op);
void play_end(struct play *p);

enum { NOWHERE = 999999 }; /* the number of nothing in any view */

/* The number that an organization of the model has in the view; or NOWHERE. */
uint32_t play_org(const struct play *p, const struct m_state *s, int org);

/* The code of the refusal, "" or "error". m: as it is before the operation. */
const char *play_do(struct play *p, struct model *m, const struct m_op *op);

/* Source n reads for this organization. */
void play_source(struct play *p, const struct model *m, int n, int org);

/* The lines of the rosters of all organizations of one root at a time, each a text of
 * ctx, added to *lines. */
void play_roster(struct play *p, TALLOC_CTX *ctx, const struct model *m, int root,
		 int64_t at, char ***lines, size_t *n);
/* How many links and claims the store's view of a root holds beyond the model's, plus
 * how many of the model's it lacks. */
size_t play_structure(struct play *p, const struct model *m, int root);
int64_t play_number(struct play *p, const char *sql);

#endif
