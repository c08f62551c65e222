/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "connectors/process.h"
#include <unistd.h>

struct err *cmd_connector(struct cmd *cmd)
{
	cmd->status = process_serve(STDIN_FILENO, STDOUT_FILENO);
	return NULL;
}
