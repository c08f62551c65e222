/* SPDX-License-Identifier: MIT */
/*
 * One run of one source, from first to last:
 *
 *   recall → pull → health → lookup → map → reconcile → judge, guard → [apply → record]
 *
 * run_plan() goes as far as the plan, on a store handle that cannot write. run_apply()
 * carries out what the plan marks DO in one transaction: every operation is judged
 * again, and mirror, evidence, givens, audit and journal are written with it, so that a
 * run that is killed anywhere leaves the store before or after. No transaction is open
 * while a directory is read or a person is asked.
 *
 * Memory: a run and everything it makes belong to the ctx of run_new(). This room and
 * cmd/ are the only ones that print or log.
 */
#ifndef DIRBRIDGE_RUN_RUN_H
#define DIRBRIDGE_RUN_RUN_H

#include "bridge/console/console.h"
#include "bridge/plan/save.h"
#include "bridge/run/memory.h"
#include "config/config.h"
#include "connectors/process.h"

/* A directory of the source, and the connector that reads it. */
struct far_side {
	const struct directory_config *config;
	struct process *process;     /* NULL: not reached, or done with */
	struct pull_directory *pull; /* in the plan: who it is, and how it was read */
	bool lookup;
	bool changes;       /* what follows is relative to the mirror */
	uint32_t twice;     /* anchors that a directory before it has as well */
	const char **facts; /* "name=value", as the connector said them */
	size_t n_facts, c_facts;
};

/* An entry of the mirror whose directory the source does not read any more. */
#define HOME_NONE UINT16_MAX

struct run {
	const struct source_config *source;
	const char *store_url;
	const char *os_user;
	const char *as; /* a principal of this user, or NULL: whichever is there */
	/* Called now and then with the entries read so far; may be NULL. */
	void (*progress)(void *data, uint64_t entries);
	void *data;
	bool verbose; /* keep the connector's notes on how it searched */

	struct store *store; /* of run_plan(): reading only */
	struct memory *memory;
	struct console *console;
	struct erased *erased;        /* whom no source brings back; NULL: nobody */
	struct far_side *directories; /* as the source has them */
	size_t n_directories;
	uint16_t reading;       /* the one that is answering */
	struct arena *arena;    /* of the entries */
	struct entry **entries; /* the mirror as it will be, sorted by anchor */
	bool *alive;            /* of each entry: this pull has read it */
	uint16_t *homes;        /* of each entry: its directory, or HOME_NONE */
	size_t n_entries, c_entries, c_alive, c_homes, n_alive;
	struct evidence *evidence; /* as it will be, sorted by anchor */
	size_t n_evidence, c_evidence;
	struct table *evidence_of; /* anchor -> evidence, until it is sorted */
	struct table *latest;      /* anchor -> entry, until the entries are sorted */
	struct table *seen;        /* anchors that exist, and no more is known */
	struct table *twice;       /* anchors that two directories have */
	bool is_sorted;
	bool with_known; /* the entries hold more than was read: what was known before */
	bool whole;      /* complete and healthy: the mirror becomes the entries */
	bool only_approved; /* set by the caller: carry out nothing else */
	bool releases;      /* ... and release the configuration all the same */
	bool unasked;       /* more were missing than may be looked up: nobody was */
	bool lets_go;       /* some are out of scope because their directory is */
	/* The configuration that a person last let change things, while it is not this
	 * one; NULL. And what was looked up and is out of the scope of this one. */
	const struct source_config *released;
	const char *released_text;
	struct entry **outside;
	size_t n_outside, c_outside;
	struct wanted *wanted;
	struct plan *plan;
	struct plan_saved *saved; /* what run_reopen() read; NULL */
	const char **notes;       /* for people, at -v */
	size_t n_notes, c_notes;
};

struct run *run_new(TALLOC_CTX *ctx, const struct source_config *source,
		    const char *store_url, const char *os_user);

/*
 * What the connector shows, with no store: everything read and mapped into run->wanted.
 * It knows nothing of what was pinned, so it checks no identity; nor of a mirror:
 * ERR_CONFIG for a directory that delivers changes only.
 */
MUST_CHECK struct err *run_look(struct run *run);

/* Connect to one directory and ask what its server and its account can do: its facts, and
 * the plan's findings. */
MUST_CHECK struct err *run_probe(struct run *run, uint16_t directory);

/* Everything up to the plan, which is run->plan. Changes nothing. Only for who owns the
 * source's organization, by any of their principals or by run->as. */
MUST_CHECK struct err *run_plan(struct run *run);

/*
 * Write run->plan to a file of this name, whole or not at all, readable by this user
 * only; one that is there is replaced. ERR_USAGE when it cannot be written.
 */
MUST_CHECK struct err *run_save(struct run *run, const char *path);

/*
 * In place of run_plan(): run->plan is the plan of a file (open for reading), to be shown
 * and carried out as it was read. No directory is asked, so mirror and cursor stay.
 * ERR_REFUSED, each with its own code, when the file is another store's (plan-foreign),
 * not as it was saved (plan-edited), of another source or organization (plan-source), or
 * older than PLAN_LIFETIME (plan-expired); ERR_STALE when the configuration, or what an
 * operation was planned on, is no longer what it was.
 */
MUST_CHECK struct err *run_reopen(struct run *run, FILE *in, const char *path);

/*
 * In place of run_plan(): run->plan turns round what another run of the source has done,
 * as far as that still stands and the rules allow; findings name what cannot be turned
 * round. What is undone stays so until the source wishes otherwise. ERR_USAGE when the
 * source has no such run, or it did nothing.
 */
MUST_CHECK struct err *run_undo(struct run *run, int64_t id);

/*
 * Carry out run->plan. Who wants it (run->as) must own the source's organization; it is
 * carried out as the source's own service principal. ERR_STALE when the console has moved
 * under the plan: nothing is changed.
 */
MUST_CHECK struct err *run_apply(struct run *run);

#endif
