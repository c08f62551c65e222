/* SPDX-License-Identifier: MIT */
/*
 * Stop and go: a person stops a source, everything that acts in an organization or below
 * it, or all there is; whole, or its removals or its invitations alone. Until it is
 * resumed no run, approval or saved plan carries such a thing out. What is read meanwhile
 * is remembered, what is decided stays decided.
 *
 * A pause does not know whether a source of its name exists: one that is yet to be
 * applied can be paused too.
 */
#ifndef DIRBRIDGE_CONSOLE_PAUSE_H
#define DIRBRIDGE_CONSOLE_PAUSE_H

#include "bridge/console/console.h"

/* PAUSE_ALL is everything; the two others are part of it. */
enum pause_what { PAUSE_ALL, PAUSE_REMOVALS, PAUSE_INVITATIONS, PAUSE_WHATS };

/* "all", "removals", "invitations". */
const char *pause_name(enum pause_what what);

/*
 * Stop (or go on). organization is of the view and the principal's, asked before by
 * console_organization(); VIEW_NONE is everything, for the operator (not-operator).
 * source is the name of one that is bound to the organization, or NULL. ERR_USAGE when it
 * is paused so already, or is not. On the organization's audit chain, or the store's.
 */
MUST_CHECK struct err *console_pause(struct console *console, uint32_t organization,
				     const char *source, enum pause_what what,
				     bool resume, const char *reason);

/* One that is in force. */
struct pause {
	int64_t organization; /* id; 0: everything */
	const char *source;   /* NULL: whatever acts there */
	enum pause_what what;
	int64_t at;
	const char *reason; /* not escaped */
};

/* All that are, oldest first; which of them matter is the caller's to ask. Belongs to
 * ctx. */
MUST_CHECK struct err *pause_list(TALLOC_CTX *ctx, struct store *store,
				  struct pause **out, size_t *n);

/*
 * Where a pause is in this view: VIEW_NONE for everything; false when it is in another
 * root. And does it stop a source of this name, bound to the organization scope, whole?
 */
bool pause_place(const struct view *view, const struct pause *pause, uint32_t *place);
bool pause_stops(const struct view *view, const struct pause *pause, const char *source,
		 uint32_t scope);
/* Does it stop, whoever does it, what acts in this organization? */
bool pause_stops_at(const struct view *view, const struct pause *pause,
		    uint32_t organization);

#endif
