/* SPDX-License-Identifier: MIT */
/*
 * What the commands that take a SOURCE share: finding it in the configuration, running it
 * as far as they need, and printing its plan.
 */
#ifndef DIRBRIDGE_CMD_SOURCE_H
#define DIRBRIDGE_CMD_SOURCE_H

#include "bridge/cmd/cmd.h"
#include "bridge/console/life.h"
#include "bridge/map/map.h"
#include "bridge/run/run.h"

MUST_CHECK struct err *cmd_source(struct cmd *cmd, const char *name,
				  const struct source_config **out);

/* A run of the source, with progress on standard error where that is a terminal. */
MUST_CHECK struct err *cmd_run_new(struct cmd *cmd, const char *name, bool with_store,
				   struct run **out);

/* Known before a directory is read, which may take long: the source is there, and its
 * store may be written (store-restored). */
MUST_CHECK struct err *cmd_may_apply(struct cmd *cmd, const char *name);

/* Run it as far as the plan, or as far as what is wanted. */
MUST_CHECK struct err *cmd_plan_source(struct cmd *cmd, const char *name,
				       struct run **run);
MUST_CHECK struct err *cmd_look_source(struct cmd *cmd, const char *name,
				       struct run **run);

/* A source as the store remembers it, whatever the configuration says: as cmd_enter() for
 * writing, for who owns its organization. */
MUST_CHECK struct err *cmd_enter_source(struct cmd *cmd, const char *name,
					struct source_life *life, uint32_t *organization);

/* Of what changes the console without --yes: is there a person to ask? Known before a
 * directory is read, which may take long. ERR_USAGE. Then ask them; true: yes. */
MUST_CHECK struct err *cmd_somebody_to_ask(const struct cmd *cmd);
bool cmd_ask(void);

/* As text or JSON on standard output; with -v the searches first. */
void cmd_print_plan(const struct cmd *cmd, const struct run *run, const char *mode);
void cmd_print_notes(const struct cmd *cmd, const struct run *run);

/* What was found: as text after this indent, or each as an element of the array. */
void cmd_print_findings(struct cmd *cmd, const struct run *run, const char *indent,
			json_t *findings);

#endif
