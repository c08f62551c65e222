/* SPDX-License-Identifier: MIT */
/*
 * What the store remembers of one source: loaded as sorted arrays before a run, written
 * back in the run's one transaction. The rows are this room's; console state is not.
 */
#ifndef DIRBRIDGE_RUN_MEMORY_H
#define DIRBRIDGE_RUN_MEMORY_H

#include "bridge/base/digest.h"
#include "bridge/plan/plan.h"
#include "bridge/record/given.h"
#include "bridge/store/store.h"

/* One row of the mirror without its entry. */
struct mirrored {
	struct value anchor;
	struct digest digest;
};

struct memory {
	int64_t source; /* id; the one it will get when it is new */
	bool is_new;
	int64_t organization; /* id; 0 when new */
	const char *identity; /* pinned, or NULL */
	const char *anchor;   /* pinned kind, or NULL */
	bool released;        /* a person has let this configuration change things */
	struct digest released_digest;
	struct history history;
	struct mirrored *mirror; /* by anchor */
	size_t n_mirror;
	struct given_set *given;
	struct binding *bindings;
	size_t n_bindings;
	struct group_binding *group_bindings;
	size_t n_group_bindings;
	struct evidence *evidence;
	size_t n_evidence;
	struct table *held; /* ids of what the guard holds, to the reason */
	struct table *approved, *rejected; /* ids of operations, while that counts; to how
					      many people said so */
	uint32_t spent[BUDGETS];     /* of the organization's sources, within 24 hours */
	uint32_t announced[BUDGETS]; /* what is left of `expect --remove` */
	struct arena *arena;         /* private: where the bytes of the rows lie */
};

/* Nothing is remembered. */
struct memory *memory_new(TALLOC_CTX *ctx);

/* Everything that is remembered of the source of this name, at this time. */
MUST_CHECK struct err *memory_load(TALLOC_CTX *ctx, struct store *store, const char *name,
				   int64_t now, struct memory **out);

/* The entries of the mirror, by anchor; they belong to ctx. */
MUST_CHECK struct err *memory_entries(TALLOC_CTX *ctx, struct store *store,
				      int64_t source, struct entry ***entries, size_t *n);

/* One of them by its anchor; NULL when there is none. */
MUST_CHECK struct err *memory_entry(TALLOC_CTX *ctx, struct store *store, int64_t source,
				    const struct value *anchor, struct entry **entry);

/* Another organization's source that reads the same directory: true when there is one. */
MUST_CHECK struct err *memory_is_shared(struct store *store, const struct memory *memory,
					const char *identity, int64_t organization,
					bool *shared);

/* Has what was given, or how it ended, or the released configuration changed between two
 * loads? What was only seen since (evidence) makes no plan stale. */
bool memory_moved(const struct memory *before, const struct memory *after);

/*
 * Each of these writes rows of the one source and nothing else. None begins or ends a
 * transaction; an error leaves it to the caller to give up.
 */
/* ---- writing, inside the run's transaction ---- */

MUST_CHECK struct err *memory_save_source(struct store *store, struct memory *memory,
					  const char *name, int64_t organization,
					  const char *identity, const char *anchor);
MUST_CHECK struct err *memory_release(struct store *store, const struct memory *memory,
				      const struct digest *config, const char *text,
				      int64_t now);
/* Make the rows of the mirror those of the entries (sorted by anchor). */
MUST_CHECK struct err *memory_save_mirror(struct store *store,
					  const struct memory *memory,
					  const struct entry *const *entries, size_t n);
/* Likewise, of evidence sorted by anchor: what the run has not seen otherwise than it was
 * loaded stays as it is. */
MUST_CHECK struct err *memory_save_evidence(struct store *store,
					    const struct memory *memory,
					    const struct evidence *evidence, size_t n);
/* Without a via the one that is remembered stays. */
MUST_CHECK struct err *memory_save_given(struct store *store, int64_t source,
					 const struct given *given);
/* With an address: only while it is the invited one. */
MUST_CHECK struct err *memory_forget_given(struct store *store, int64_t source,
					   const struct given *given);
/* ERR_STALE when one of the two is bound to somebody else: one account, one person. */
MUST_CHECK struct err *memory_bind(struct store *store, int64_t source,
				   const struct value *anchor, int64_t account,
				   int64_t now);
MUST_CHECK struct err *memory_bind_group(struct store *store, int64_t source,
					 const struct value *anchor, int64_t group,
					 const char *name_key);

#endif
