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

/* A directory that was read, under the name that it had then. */
struct known_directory {
	const char *name;
	const char *identity, *anchor; /* pinned: who it is, the kind of its anchors */
	bool stays; /* set by the run: what is mirrored of it is not to go yet */
};

/* One row of the mirror without its entry. */
struct mirrored {
	struct value anchor;
	struct digest digest;
	uint32_t directory; /* index into directories */
};

/* What a row of the mirror is to be. */
struct mirror_row {
	const struct entry *entry;
	const char *directory; /* name */
};

struct memory {
	int64_t source; /* id; the one it will get when it is new */
	bool is_new;
	int64_t organization;                /* id; 0 when new */
	struct known_directory *directories; /* by name */
	size_t n_directories;
	bool released; /* a person has let this configuration change things */
	struct digest released_digest;
	struct history history;
	struct part_history *parts; /* what history.parts points at */
	struct mirrored *mirror;    /* by anchor */
	size_t n_mirror;
	struct given_set *given;
	struct binding *bindings;
	size_t n_bindings;
	struct group_binding *group_bindings;
	size_t n_group_bindings;
	struct evidence *evidence;
	uint32_t *evidence_of; /* of each: index into directories, or past them */
	size_t n_evidence, c_evidence_of;
	struct table *held; /* ids of what the guard holds, to the reason */
	struct table *approved, *rejected; /* ids of operations, while that counts; to how
					      many people said so */
	uint32_t spent[BUDGETS]; /* of the organization's sources, within 24 hours */
	struct table *spent_in[BUDGETS]; /* the same of one group, by its id; or NULL */
	uint32_t announced[BUDGETS];     /* what is left of `expect --remove` */
	struct arena *arena;             /* private: where the bytes of the rows lie */
};

/* Nothing is remembered. */
struct memory *memory_new(TALLOC_CTX *ctx);

/* Everything that is remembered of the source of this name, at this time. */
MUST_CHECK struct err *memory_load(TALLOC_CTX *ctx, struct store *store, const char *name,
				   int64_t now, struct memory **out);

/* The entries of the mirror, by anchor; they belong to ctx. */
MUST_CHECK struct err *memory_entries(TALLOC_CTX *ctx, struct store *store,
				      int64_t source, struct entry ***entries, size_t *n);

/* The text that memory_release() kept; NULL when there is none. It belongs to ctx. */
MUST_CHECK struct err *memory_released(TALLOC_CTX *ctx, struct store *store,
				       int64_t source, char **text);

/* One of them by its anchor; NULL when there is none. */
MUST_CHECK struct err *memory_entry(TALLOC_CTX *ctx, struct store *store, int64_t source,
				    const struct value *anchor, struct entry **entry);

/* The directory of this name, or NULL. */
const struct known_directory *memory_directory(const struct memory *memory,
					       const char *name);
/* The row of the mirror of this anchor, or NULL. */
const struct mirrored *memory_mirrored(const struct memory *memory,
				       const struct value *anchor);
/* The one that an anchor was mirrored, or last seen, of; or NULL. */
const struct known_directory *memory_home(const struct memory *memory,
					  const struct value *anchor);

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
					  const char *name, int64_t organization);
/* What each of these directories is, as far as it was reached. */
MUST_CHECK struct err *memory_save_directories(struct store *store,
					       const struct memory *memory,
					       const struct pull_directory *directories,
					       size_t n);
/* Forget those that are none of these, unless they stay. */
MUST_CHECK struct err *memory_forget_directories(struct store *store,
						 const struct memory *memory,
						 const struct pull_directory *directories,
						 size_t n);
/* What each base of them showed in this good run; older than the last five goes. */
MUST_CHECK struct err *memory_save_parts(struct store *store, const struct memory *memory,
					 int64_t run,
					 const struct pull_directory *directories,
					 size_t n);
MUST_CHECK struct err *memory_release(struct store *store, const struct memory *memory,
				      const struct digest *config, const char *text,
				      int64_t now);
/* Make the rows of the mirror these (sorted by anchor), beside those of a directory that
 * stays. */
MUST_CHECK struct err *memory_save_mirror(struct store *store,
					  const struct memory *memory,
					  const struct mirror_row *rows, size_t n);
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
