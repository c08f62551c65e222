/* SPDX-License-Identifier: MIT */
/*
 * Roots that move from one store to another: the world of world.h with everything in it
 * that an export can hold, a store that has nothing yet, and the document between them.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_CONSOLE_MOVED_H
#define DIRBRIDGE_TESTS_UNIT_CONSOLE_MOVED_H

#include "bridge/console/export.h"
#include "bridge/console/import.h"
#include "tests/unit/console/world.h"
#include <jansson.h>

/*
 * Beside what world_new() makes: northwind/contoso/berlin, an organization and a group
 * that have ended, links and claims now and before, roles that were suspended, taken and
 * given again, invitations in every state and mode, a block, what source acme remembers,
 * reviews, assets, an address that somebody had before.
 */
struct world *rich_world(TALLOC_CTX *ctx);
/* A store with an operator, "root", and nothing else; at another time. */
struct world *empty_world(TALLOC_CTX *ctx);

/* What ada, who is let in as "ada" if need be, exports; belongs to the world. */
char *exported(struct world *w, const char *root);
/* The same by somebody else; and its events. */
char *exported_by(struct world *w, const char *root, const char *who);
char *events(struct world *w, const char *root, int64_t after);
/* As the operator, in one transaction, which is given up after an error. */
struct err *imported(struct world *w, const char *text);

/* From behind the first member, which says when and where it was exported. */
const char *without_header(const char *text);

/* One thing that is wrong with a document. */
struct wrong {
	const char *path;  /* what is set, or, with a "+" before it, appended to */
	const char *value; /* JSON; NULL: it is taken out; "@N": the N-th of the array
			      again */
	const char *text;  /* what is said about it */
};
void put(json_t *document, const struct wrong *wrong);

/* Anything, at "groups.2.links.0.name"; asserted to be there. */
json_t *json_at(json_t *document, const char *path);

#endif
