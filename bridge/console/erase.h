/* SPDX-License-Identifier: MIT */
/*
 * Erasing a person: names and addresses leave the store, in every root at once, and the
 * audit trail goes on naming them by pseudonym, with every hash as it was.
 *
 * So that no directory brings back who was erased, the store keeps for each address, and
 * for each person of a source, an HMAC-SHA-256 under a key of its own: enough to know
 * them again when they come, and nothing to read.
 */
#ifndef DIRBRIDGE_CONSOLE_ERASE_H
#define DIRBRIDGE_CONSOLE_ERASE_H

#include "bridge/console/console.h"

struct erasure {
	char pseudonym[33]; /* what the trail calls them from now on */
	size_t roots;       /* where they played a part, ever */
};

/*
 * One transaction of its own, by the person or by the operator (not-yourself otherwise,
 * in the same words whether there is anybody of this address or not). In each root where
 * the person ever played a part, roles and pending invitations end, under the console's
 * rules (last-owner), on record and with an event; all of them, or nothing. Then address
 * and name are emptied wherever they stand, who may act as the person is forgotten, and
 * so is everything that sources remember of them, but for the codes above. Who was only
 * invited is erased as well, by the operator.
 */
MUST_CHECK struct err *console_erase(struct store *store, const char *email,
				     const struct looking *who, int64_t now,
				     struct erasure *out);

/* ---- for who reads directories ---- */

struct erased;

/* Who was erased; NULL when nobody ever was. The result belongs to ctx. */
MUST_CHECK struct err *erased_load(TALLOC_CTX *ctx, struct store *store,
				   struct erased **out);
/* erased: NULL is nobody. email_key as email_key() makes it. */
bool erased_has_email(const struct erased *erased, const char *email_key);
bool erased_has_anchor(const struct erased *erased, int64_t source,
		       const struct value *anchor);

#endif
