/* SPDX-License-Identifier: MIT */
/*
 * Every command, for the table in bridge/main.c. What each does is the help line of its
 * row there, and in dirbridge(8). The functions are named after the words of the command;
 * their files begin with its first word: cmd_org*.c hold cmd_org_*.
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

/*
 * The console by hand. Each loads the root that its path names, acts as one of the
 * caller's principals, and makes one change in one transaction: the same judge that a
 * source's operations pass, the same audit line, the same event. A refusal changes
 * nothing, and is exit code 5 with the rule's code.
 */
COMMAND(store_init);
COMMAND(store_upgrade);
COMMAND(store_backup);
COMMAND(store_copy);
COMMAND(store_accept);
COMMAND(org_create);
COMMAND(org_list);
COMMAND(org_show);
COMMAND(org_rename);
COMMAND(org_delete);
COMMAND(org_assets);
COMMAND(licence_set);
COMMAND(licence_show);
COMMAND(principal_add);
COMMAND(principal_remove);
COMMAND(principal_allow);
COMMAND(principal_disallow);
COMMAND(principal_list);
COMMAND(group_create);
COMMAND(group_list);
COMMAND(group_show);
COMMAND(group_rename);
COMMAND(group_delete);
COMMAND(group_claim);
COMMAND(group_unclaim);
COMMAND(group_add);
COMMAND(group_remove);
COMMAND(link_add);
COMMAND(link_remove);
COMMAND(link_list);

/* People: the person's own, but for shutting out and erasing. */
COMMAND(account_block);
COMMAND(account_unblock);
COMMAND(account_list);
COMMAND(account_email);
COMMAND(account_bind);
COMMAND(account_erase);

/* Invitations: of whoever owns the group and its home; answered by who holds the token.
 */
COMMAND(invite_send);
COMMAND(invite_list);
COMMAND(invite_resend);
COMMAND(invite_release);
COMMAND(invite_cancel);
COMMAND(invite_accept);
COMMAND(invite_decline);

/* What reads: at a cost that does not grow with what is not asked for, and for who may.
 */
COMMAND(roster);
COMMAND(audit);
COMMAND(export);
COMMAND(import);

/*
 * Sources. Whoever owns the source's organization may run it; what it does is judged as
 * its own service principal. A plan has its own exit codes: plan_exit_code().
 *
 * From reading the configuration to changing the console. */
COMMAND(check);
COMMAND(look);
COMMAND(plan);
COMMAND(apply);
COMMAND(run);
COMMAND(holds);
COMMAND(approve);
COMMAND(reject);
COMMAND(pause);
COMMAND(resume);
COMMAND(expect);
COMMAND(undo);
COMMAND(source_rename);
COMMAND(source_replace);
COMMAND(source_retire);

/* What a run starts as its child. */
COMMAND(connector);

#undef COMMAND

#endif
