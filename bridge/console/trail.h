/* SPDX-License-Identifier: MIT */
/*
 * The audit trail from its reading side (audit.h says what a line is and how it is
 * hashed): its lines, whether they still are what was written, and how it is sealed.
 *
 * A chain is verified in one pass, from its first line, or from the checkpoint below
 * which it was deleted, to its head. That finds whatever was changed, taken out or moved
 * by somebody who does not make the rest of the chain anew. Who does, or cuts the end off
 * and sets the head back, is found against a head that was exported before and kept
 * where that person cannot reach it.
 *
 * Who may read which chain is asked before, by the caller. Everything here works inside
 * the caller's transaction; results belong to ctx.
 */
#ifndef DIRBRIDGE_CONSOLE_TRAIL_H
#define DIRBRIDGE_CONSOLE_TRAIL_H

#include "bridge/console/audit.h"

/* The chain of the store itself, beside those of organizations by their id. */
#define TRAIL_STORE INT64_C(0)
#define TRAIL_ALL   INT64_C(-1)

/* ---- reading ---- */

struct trail_filter {
	const char *person; /* an e-mail address, now or under a name it had before; a
			       service principal, "operator", or a pseudonym. NULL: all */
	int64_t run;        /* 0: any, and by hand */
	int64_t since;      /* at this time or later */
	int64_t until;      /* before this time; 0: to the end */
};

/* What is borrowed here is gone with the next line. */
struct trail_line {
	struct audit_row row;
	const void *hash; /* as stored: of HASH_SIZE bytes, when it is whole */
	size_t hash_len;
	/* The addresses that the pseudonyms stand for today; NULL for who is no person,
	 * or was erased. Whoever owns an organization was told them all as its own trail
	 * grew. */
	const char *principal_name, *subject_name;
	const char *source_name; /* NULL: by hand */
};

/* Called for each line, in order; an error ends the reading and is returned. */
typedef struct err *trail_fn(void *data, const struct trail_line *line);

MUST_CHECK struct err *trail_read(struct store *store, int64_t organization,
				  const struct trail_filter *filter, trail_fn *each,
				  void *data);

/* ---- chains ---- */

struct trail_chain {
	int64_t organization; /* id, or TRAIL_STORE */
	const char *uid;      /* of the organization; NULL: the store's own */
	const char *path;     /* "northwind/contoso"; NULL: the store's own */
	int64_t changes;      /* how many it has counted; 0 for the store's own */
	int64_t seq;          /* of the last line, as the head says it; 0: no head */
	uint8_t head[HASH_SIZE];
};

/* One chain, or all: the store's own first, then organizations (also those that were
 * deleted: their trails stay) by path. */
MUST_CHECK struct err *trail_chains(TALLOC_CTX *ctx, struct store *store,
				    int64_t organization, struct trail_chain **chains,
				    size_t *n);

/* ---- verifying ---- */

/* A head as it was exported. */
struct trail_head {
	const char *uid;   /* of the organization; NULL: the store's own */
	const char *epoch; /* of the store, then */
	int64_t seq;
	uint8_t hash[HASH_SIZE];
};

enum trail_fault {
	TRAIL_GOOD,
	TRAIL_CHANGED,    /* line seq does not follow from the line before */
	TRAIL_MOVED,      /* line seq is what was written as line other */
	TRAIL_MISSING,    /* lines seq to other are not there */
	TRAIL_CUT,        /* so are these, and nothing comes after */
	TRAIL_HEAD,       /* the head is not that of the last line, seq */
	TRAIL_CHECKPOINT, /* line seq is not the one that the checkpoint has sealed */
	TRAIL_UNSEALED,   /* nobody is on record for the checkpoint at seq, where the
			     chain begins */
	TRAIL_REBUILT,    /* line seq is not the one whose head was exported */
	TRAIL_FAULTS
};

struct trail_verdict {
	enum trail_fault fault; /* of the first line that is wrong */
	int64_t seq, other;
	const char *epoch; /* CUT, REBUILT: of the exported head that tells; or NULL */
	int64_t lines;     /* that were there, up to where it went wrong */
	int64_t start;     /* the checkpoint below which it was deleted; 0: from line 1 */
	int64_t accepted;  /* up to here: written before the schema's version 2, and
			      accepted as they were sealed then */
	size_t compared;   /* exported heads that stand */
	size_t too_old;    /* exported heads of lines that were deleted since */
};

/* "changed", "missing", ...; "good". */
const char *trail_fault_name(enum trail_fault fault);
/* The verdict in words, of which the first wrong line is the first. */
char *trail_verdict_text(TALLOC_CTX *ctx, const struct trail_verdict *verdict);

/* The chain against itself, and against those of the heads that are its own, in any
 * order. A wrong chain is no error: the verdict says so. */
MUST_CHECK struct err *trail_verify(struct store *store, const struct trail_chain *chain,
				    const struct trail_head *heads, size_t n,
				    struct trail_verdict *verdict);

/* ---- sealing ---- */

struct trail_sealed {
	int64_t seq;   /* of the checkpoint; 0: nothing is that old, nothing was done */
	int64_t lines; /* that were deleted */
	struct trail_verdict verdict; /* not good: nothing was done */
};

/*
 * Delete the lines from before a time, down to a checkpoint with the hash of the last of
 * them, on record as a line of its own at the end. Only a chain that is good is sealed.
 * organization: of the view, or VIEW_NONE for the store's own.
 */
MUST_CHECK struct err *trail_seal(struct console *console, uint32_t organization,
				  int64_t before, struct trail_sealed *out);

/* What the line on record says of a checkpoint: "4711 HEX". */
char *trail_seal_text(TALLOC_CTX *ctx, int64_t seq, const void *hash);
#define TRAIL_SEAL "audit.seal"

#endif
