/* SPDX-License-Identifier: MIT */
/*
 * A connector as a child process. The parent starts this same program again as
 * `dirbridge connector`, with no descriptor but one for requests, one for items, and
 * standard error, and hands it one JSON object a line:
 *
 *   {"open": {"type": ..., "settings": {...}, "filter": ..., "attributes": [...],
 *             "anchor": ...}}
 *   {"probe": {}}   {"pull": {}}   {"lookup": {"anchors": ["hex", ...]}}
 *
 * Each is answered in one item stream, by items and an END or ERROR; the end of the
 * requests means close. Secrets are references in the settings: the child resolves them,
 * the parent never does. Of the environment it gets what says where things are and how
 * to write them, and the variables that its own secrets name; no other source's.
 *
 * The child dies with its parent, dumps no core, and cannot gain rights. A child that
 * crashes, floods or hangs is an error of this run, in bounded time and memory.
 */
#ifndef DIRBRIDGE_CONNECTORS_PROCESS_H
#define DIRBRIDGE_CONNECTORS_PROCESS_H

#include "bridge/record/stream.h"
#include "connectors/connector.h"

struct process;

/* So many anchors can be asked for at once; a request has to end somewhere. */
#define PROCESS_LOOKUP_MAX 100000

/*
 * Start the child and open the connector; returns when it has answered. type names the
 * connector. Notes and facts of its opening come first from process_read(); ERR_BUG when
 * they are more than a thousand, or a megabyte. The process is ended (killed when it must
 * be, within two seconds) when it is freed.
 */
MUST_CHECK struct err *process_start(TALLOC_CTX *ctx, const char *type,
				     const struct request *request,
				     const struct stream_limits *limits,
				     struct process **out);

/* Ask; then process_read() until it gives ITEM_END. A pull can be asked for once.
 * ERR_INCOMPLETE for more anchors than PROCESS_LOOKUP_MAX. */
MUST_CHECK struct err *process_probe(struct process *process);
MUST_CHECK struct err *process_pull(struct process *process);
MUST_CHECK struct err *process_lookup(struct process *process,
				      const struct value *anchors, size_t n);

/*
 * The next item of the answer. ITEM_ERROR never arrives: it comes back as the err it
 * carries. ERR_RETRY when the child died, and the text says how (signal or exit code);
 * else as stream_read(). Any error but the connector's own ends the child.
 */
MUST_CHECK struct err *process_read(struct process *process, struct item *item);

uint64_t process_bytes(const struct process *process);

/* What `dirbridge connector` runs: serve requests from in until it ends. Exit code. */
int process_serve(int in, int out);

/* For tests that are not the dirbridge program: the program to start. */
void process_set_program(const char *path);

#endif
