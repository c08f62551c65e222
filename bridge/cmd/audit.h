/* SPDX-License-Identifier: MIT */
/*
 * What `audit` was asked for, and the parts of it. Each part is called between
 * cmd_enter() and cmd_leave(), after it was seen that the caller may.
 */
#ifndef DIRBRIDGE_CMD_AUDIT_H
#define DIRBRIDGE_CMD_AUDIT_H

#include "bridge/cmd/cmd.h"
#include "bridge/console/trail.h"

struct audit_ask {
	struct trail_filter filter;
	const char *person, *run, *since, *until; /* as they were typed, or NULL */
	const char *against;                      /* a file of heads, or NULL */
	const char *before;
	bool verify, head, all, seal;
	int64_t time;         /* of before */
	uint32_t here;        /* of the view; VIEW_NONE: the store's own chain */
	int64_t organization; /* its id, TRAIL_STORE or TRAIL_ALL */
	const char *what; /* as it is called in what is printed: "the store", or a path in
			      quotes */
};

/* The lines, as a table, or each as a line of JSON. */
MUST_CHECK struct err *audit_show(struct cmd *cmd, const struct audit_ask *ask);
/* The heads, each as a line of JSON. */
MUST_CHECK struct err *audit_heads(struct cmd *cmd, const struct audit_ask *ask);
/* The exit code is 1 for a chain that is wrong. */
MUST_CHECK struct err *audit_verify(struct cmd *cmd, const struct audit_ask *ask);
MUST_CHECK struct err *audit_seal(struct cmd *cmd, const struct audit_ask *ask);

/* Exported heads, one JSON object a line; they belong to the cmd. ERR_USAGE, with the
 * number of the line, for what is none. */
MUST_CHECK struct err *audit_read_heads(struct cmd *cmd, const char *path,
					struct trail_head **heads, size_t *n);

#endif
