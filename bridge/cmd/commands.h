/* SPDX-License-Identifier: MIT */
/*
 * Every command, for the table in bridge/main.c. What each does is the help line of its
 * row there, and in dirbridge(8). The functions are named after the words of the command;
 * one file for each first word: cmd_org.c holds cmd_org_*.
 */
#ifndef DIRBRIDGE_CMD_COMMANDS_H
#define DIRBRIDGE_CMD_COMMANDS_H

#include "bridge/cmd/cmd.h"

/*
 * Each returns the error that ends it, or NULL and leaves its exit code in cmd->status.
 * None prints an error itself, and none leaves a transaction open.
 *
 * To add a command: a function here, a file of its own, a row in main.c, a section in
 * dirbridge(8); a test holds the rows against the manual.
 */
#define COMMAND(name) MUST_CHECK struct err *cmd_##name(struct cmd *cmd)

/* The console by hand: the same rules as for a source. */
COMMAND(store_init);
COMMAND(org_create);
COMMAND(org_list);
COMMAND(licence_set);
COMMAND(licence_show);
COMMAND(principal_add);
COMMAND(principal_allow);
COMMAND(principal_list);
COMMAND(group_create);
COMMAND(group_list);
COMMAND(group_show);
COMMAND(group_add);
COMMAND(group_remove);
COMMAND(account_block);
COMMAND(account_unblock);
COMMAND(account_list);
COMMAND(invite_send);
COMMAND(invite_list);
COMMAND(invite_cancel);
COMMAND(invite_accept);
COMMAND(invite_decline);
COMMAND(roster);

/* Sources: from reading the configuration to changing the console. */
COMMAND(check);
COMMAND(look);
COMMAND(plan);
COMMAND(apply);
COMMAND(run);
COMMAND(holds);
COMMAND(approve);
COMMAND(reject);
COMMAND(expect);

/* What a run starts as its child. */
COMMAND(connector);

#undef COMMAND

#endif
