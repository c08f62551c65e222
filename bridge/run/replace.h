/* SPDX-License-Identifier: MIT */
/*
 * A directory that was made anew: the same people under other anchors. Who of those whom
 * a source remembers is who there is worked out by e-mail address or employee id, shown,
 * and carried out as it was shown.
 */
#ifndef DIRBRIDGE_RUN_REPLACE_H
#define DIRBRIDGE_RUN_REPLACE_H

#include "bridge/base/digest.h"
#include "bridge/console/life.h"
#include "bridge/map/map.h"

struct moving {
	struct life_move move; /* to is empty when the anchor stays as well */
	const char *who;       /* an address; the anchor's digits without one */
	const char *key;       /* by what they are found; NULL: why says so */
	const char *why;       /* they are nobody there, for people; NULL: they move */
};

struct replacement {
	struct moving *list; /* by anchor */
	size_t n;
	size_t stays; /* of them */
	struct digest digest;
};

/*
 * Everybody to whom the source has given something or who is bound to it, and who that is
 * among the people of another directory: who has their address; or, with ids (attributes,
 * lower case, NULL-terminated), who has the employee id that the mirror's entry has. One
 * address or id is one person on both sides, or nobody moves; who does not and has the
 * anchor of somebody there gets one of no directory. Texts belong to ctx, anchors of the
 * other side to wanted.
 */
MUST_CHECK struct err *replacement_list(TALLOC_CTX *ctx, struct store *store,
					int64_t source, const struct wanted *wanted,
					const char *const *ids, struct replacement **out);

/* All anchors that change, for life_replace(); n receives how many. They belong to ctx.
 */
struct life_move *replacement_moves(TALLOC_CTX *ctx,
				    const struct replacement *replacement, size_t *n);

#endif
