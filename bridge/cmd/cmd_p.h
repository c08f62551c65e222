/* SPDX-License-Identifier: MIT */
/* What the files of this room keep between them while a command runs. */
#ifndef DIRBRIDGE_CMD_CMD_P_H
#define DIRBRIDGE_CMD_CMD_P_H

#include "bridge/cmd/cmd.h"

struct cmd_private {
	int argc; /* from the last word of the command on */
	char **argv;
	bool no_color, help, version; /* as the options were given */
	struct config *config;        /* once it was read */
	struct store *store;          /* once it was open */
	bool writing;
};

/* Print an error for people, or for --json; free it; its exit code. */
int cmd_report(struct cmd *cmd, struct err *err);

#endif
