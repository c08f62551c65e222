/* SPDX-License-Identifier: MIT */
/*
 * What the store remembers of a source outlives the configuration: it gets another name,
 * or is forgotten. Here a source is found by its name in the store alone, whatever a
 * configuration says.
 */
#ifndef DIRBRIDGE_CONSOLE_LIFE_H
#define DIRBRIDGE_CONSOLE_LIFE_H

#include "bridge/console/console.h"

struct source_life {
	int64_t id; /* 0: the store knows no such source */
	const char *name;
	const char *place;   /* its organization's id, for console_load() */
	const char *service; /* the principal of its last run; NULL: never ran */
};

/* Within a transaction; tells who asks nothing: whoever shows it asks life_enter(). Its
 * texts belong to ctx. A source that was retired is not found any more. */
MUST_CHECK struct err *life_find(TALLOC_CTX *ctx, struct store *store, const char *name,
				 struct source_life *out);

/* Its organization in this view, for who owns that. ERR_REFUSED (org-isolated) in the
 * same words for who does not, and where there is no such source. */
MUST_CHECK struct err *life_enter(const struct console *console,
				  const struct source_life *life, uint32_t *organization);

/* It goes on under another name: all that is remembered of it, and its pauses. ERR_USAGE
 * when the name is taken in this store. On the audit trail. */
MUST_CHECK struct err *life_rename(struct console *console, uint32_t organization,
				   const struct source_life *life, const char *name,
				   const char *reason);

/* A person's anchor, and the one in the directory that was made anew. */
struct life_move {
	struct value from, to;
};

/*
 * Another directory, of another name, takes its place: what the source gave and to whom
 * it is bound goes on under the anchors there. Nobody may be moved to an anchor that
 * stays. What was seen, held, decided and released was of the old directory and is
 * forgotten. ERR_USAGE when the name is taken in this store. On the audit trail.
 */
MUST_CHECK struct err *life_replace(struct console *console, uint32_t organization,
				    const struct source_life *life, const char *name,
				    const struct life_move *moves, size_t n,
				    const char *reason);

/*
 * Forget it: mirror, bindings, givens, evidence, what is held and decided, pauses. Its
 * runs stay on record under a name that says that it is retired, and its own name is
 * free. It must give nothing any more. how: "keep" or "revoke", for the audit trail.
 */
MUST_CHECK struct err *life_forget(struct console *console, uint32_t organization,
				   const struct source_life *life, const char *how,
				   const char *reason);

#endif
