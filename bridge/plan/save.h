/* SPDX-License-Identifier: MIT */
/*
 * A plan in a file, to be read, passed on, and carried out later as it was read.
 *
 * JSON lines (RFC 8259, one value a line): a header, the groups, the people, the
 * operations in their order, what the configuration changed, and a trailer with the seal:
 * each line is sealed onto the seal of the lines before it, by HMAC-SHA-256 (RFC 2104)
 * under a key of the store. So a plan of any size is written and read line by line, and a
 * file in which one byte was changed, or a line taken out, moved or added, is none.
 *
 * It holds operations, not the mirror: what is wanted and why stands in each operation.
 * Same plan, same file, byte for byte.
 */
#ifndef DIRBRIDGE_PLAN_SAVE_H
#define DIRBRIDGE_PLAN_SAVE_H

#include "bridge/plan/plan.h"
#include <stdio.h>

/* The longest line that is read. */
#define PLAN_LINE_MAX 65536

/* After so many seconds a saved plan is refused: what was read is too old. */
#define PLAN_LIFETIME (72 * 3600)

/* What goes with an operation beside the plan itself. */
struct plan_extra {
	struct value via;         /* the directory groups it came by; empty: none */
	const char *because;      /* why it is wanted, for people; NULL */
	struct evidence evidence; /* of its person; EVIDENCE_NONE: none */
};

typedef void plan_extra_fn(TALLOC_CTX *ctx, const void *data, const struct plan *plan,
			   const struct operation *op, struct plan_extra *out);

/*
 * Write it, through plan->drain when that is set. The names of the view stand for what
 * they are in the store: organizations, groups and accounts by id.
 */
void plan_save(struct str *out, const struct plan *plan, const uint8_t key[KEY_SIZE],
	       plan_extra_fn *extra, const void *data);

/* What was read. Everything belongs to the ctx of plan_read(). */
struct plan_saved {
	/*
	 * Groups, people and operations as they were, with VERDICTS; explain gives what
	 * was said then. Numbers into a view are not known here: view_organization, view
	 * and account are VIEW_NONE, and the ids stand below, 0 for what was not there.
	 */
	struct plan *plan;
	int64_t *organizations, *groups; /* ids, of each group of the plan */
	int64_t *accounts;               /* ids, of each person */
	struct value *vias;              /* of each operation */
	const char **because;            /* of each operation; NULL */
	struct plan_changed_setting *changed_settings; /* of plan->changed */
	struct plan_changed_grant *changed_grants;     /* likewise */
	struct evidence *evidence;                     /* of the people who have any */
	size_t n_evidence;
};

/*
 * The header alone: whose plan it is. ERR_CONFIG when it is no plan of this program, or
 * of a newer one. The file is read from the start.
 */
MUST_CHECK struct err *plan_read_source(TALLOC_CTX *ctx, FILE *in, const char *path,
					const char **source);

/*
 * Read it whole, against the key of a store: ERR_CONFIG when it is no plan;
 * ERR_REFUSED plan-foreign when another store has sealed it, plan-edited when the seal
 * does not fit what is there. Nothing of a file whose seal does not fit comes back.
 * path is what the file is called in errors.
 */
MUST_CHECK struct err *plan_read(TALLOC_CTX *ctx, FILE *in, const char *path,
				 const uint8_t key[KEY_SIZE], struct plan_saved **out);

#endif
