/* SPDX-License-Identifier: MIT */
/*
 * One root as one JSON document, and what has changed in it as JSON lines. Both have a
 * schema beside this file, root.schema.json and event.schema.json.
 *
 * What is written is handed on piece by piece: no more than one element of the document
 * stands in memory. The order is that in which things came into the store, so the same
 * root gives the same bytes, but for "exported_at" and "epoch", and so does a store that
 * it was imported into, and that held nothing of it before.
 *
 * Both are for who owns the root, and nobody else, the operator neither; the refusal is
 * that of console_organization(). Whether a person who was only invited has an account
 * in another root shows in nothing.
 */
#ifndef DIRBRIDGE_CONSOLE_EXPORT_H
#define DIRBRIDGE_CONSOLE_EXPORT_H

#include "bridge/console/console.h"

/* Takes the next bytes; an error ends the export and comes back from it. */
typedef struct err *export_write_fn(void *to, const char *bytes, size_t len);

/* What an export or an import was about. */
struct export_counts {
	int64_t organizations, people, groups, roles;
};

/*
 * Everything of the root that the console was loaded with: organizations, people, groups
 * with links and claims, roles and invitations with who gave them, what sources remember,
 * the audit trail, reviews; what has ended too, so that past rosters stay. Not: mirrors,
 * runs and their journal, secrets (tokens, keys), operating-system users.
 *
 * path must be the root's. ERR_RECORD when the store holds a text that is no UTF-8.
 */
MUST_CHECK struct err *console_export(struct console *console, const char *path,
				      export_write_fn *write, void *to,
				      struct export_counts *counts);

/* The events of the root after this sequence number, in order; *n is how many. */
MUST_CHECK struct err *console_export_events(struct console *console, const char *path,
					     int64_t after, export_write_fn *write,
					     void *to, int64_t *n);

#endif
