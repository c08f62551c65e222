/* SPDX-License-Identifier: MIT */
/*
 * Sign-off: a person has read the roster of an organization and says so, on record. What
 * was read is kept as a digest, so that it can be shown later that a roster printed again
 * for the same moment is the one that was signed. A review is never changed or deleted.
 */
#ifndef DIRBRIDGE_CONSOLE_REVIEW_H
#define DIRBRIDGE_CONSOLE_REVIEW_H

#include "bridge/console/roster.h"

struct review {
	int64_t as_of; /* the moment whose roster was read */
	int64_t at;    /* when it was signed off */
	size_t people, invitations;
	uint8_t digest[HASH_SIZE];
	const char *by;   /* name of the principal */
	const char *note; /* NULL: none */
};

/*
 * SHA-256 (FIPS 180-4) over what a roster says: every person with every way in, every
 * pending invitation. Pseudonyms and ids stand in place of names, and sort it, so that it
 * is the same after an erasure, another address, or another name of a group.
 */
void roster_digest(const struct roster *roster, uint8_t digest[HASH_SIZE]);

/* Sign off what was read, in the console's transaction: needs Owner there, as reading
 * does. Audited, and an event. note may be NULL. */
MUST_CHECK struct err *console_review(struct console *console, uint32_t organization,
				      const struct roster *roster, const char *note,
				      struct review *out);

/* Who signed off an organization, newest first. Belongs to ctx. */
MUST_CHECK struct err *review_list(TALLOC_CTX *ctx, struct console *console,
				   uint32_t organization, struct review **out, size_t *n);

#endif
