/* SPDX-License-Identifier: MIT */
/*
 * A root that console_export() wrote, read into a store that does not have it. Nothing in
 * the document is believed: shape, limits, references and the console's rules are checked
 * here, and the database's constraints meet every row after that. Each thing that is
 * wrong is named by its place ("groups[3].links[0].organization: link-up: ...").
 */
#ifndef DIRBRIDGE_CONSOLE_IMPORT_H
#define DIRBRIDGE_CONSOLE_IMPORT_H

#include "bridge/console/export.h"

/* Fills at most size bytes; 0 at the end. */
typedef size_t import_read_fn(void *from, char *bytes, size_t size);

struct import_result {
	struct export_counts counts;
	char *root; /* its name; belongs to the console */
};

/*
 * For the operator, with a console that was loaded for no root (""). On the store's own
 * audit chain. After an error the transaction must be given up: rows may stand in it.
 *
 * A person whose address the store knows is that person, with the account's own name;
 * the document's pseudonym becomes another of theirs. A service principal is that of its
 * name. A pending invitation has a new token: whoever holds an old one has nothing.
 *
 * ERR_REFUSED: not-operator; name-taken, when the store has a root of this name, or an
 * organization, group or source of the document. ERR_CONFIG: the document is wrong; one
 * line for each thing, at most a hundred.
 */
MUST_CHECK struct err *console_import(struct console *console, import_read_fn *read,
				      void *from, struct import_result *result);

#endif
