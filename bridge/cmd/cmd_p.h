/* SPDX-License-Identifier: MIT */
/* What the files of this room keep between them while a command runs. */
#ifndef DIRBRIDGE_CMD_CMD_P_H
#define DIRBRIDGE_CMD_CMD_P_H

#include "bridge/cmd/cmd.h"
#include "bridge/console/list.h"
#include "bridge/plan/plan.h"

struct cmd_private {
	int argc; /* from the last word of the command on */
	char **argv;
	bool no_color, help, version; /* as the options were given */
	struct config *config;        /* once it was read */
	struct store *store;          /* once it was open */
	bool writing;
};

/* "valid", "grace", "over" or "none", as of now. */
const char *cmd_licence_state(const struct cmd *cmd,
			      const struct listed_licence *licence);
/* What a person should read of it, as a plan would show it: code, text, hint; NULL when
 * there is nothing. */
const struct finding *cmd_licence_finding(struct cmd *cmd,
					  const struct listed_licence *licence);
/* The finding and its hint, a line each, or nothing. */
void cmd_say_finding(struct cmd *cmd, const struct finding *finding);
/* The same for --json: an object, or null. */
json_t *cmd_finding(const struct finding *finding);

/* A link that leads to an organization (in), or from it, and what lies at its other end.
 */
struct linked {
	bool in;
	const char *group, *other;
	const char **claims; /* where it leads to; none to who does not own that */
};

/* Those of an organization, in order. Returns how many. */
size_t cmd_links(struct cmd *cmd, uint32_t organization, struct linked **out);
/* The claims of a group in one organization, in order, NULL-terminated. */
const char **cmd_claims(struct cmd *cmd, uint32_t group, uint32_t organization);

/* Print an error for people, or for --json; free it; its exit code. */
int cmd_report(struct cmd *cmd, struct err *err);

#endif
