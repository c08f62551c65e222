/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include <malloc.h>

/* clang-format off */
static const struct command commands[] = {
	{ "check", cmd_check, "[SOURCE] [--connect]",
	  "read the configuration; try each directory and say what it can prove" },
	{ "look", cmd_look, "SOURCE [--person TEXT]",
	  "show what a directory shows, mapped; touches no store" },
	{ "plan", cmd_plan, "SOURCE [--format text|json]",
	  "the dry run: what would change, and why" },
	{ "apply", cmd_apply, "SOURCE [--yes]",
	  "plan, show, ask, apply" },
	{ "run", cmd_run, "SOURCE",
	  "what the scheduler does: apply what is free, hold the rest" },
	{ "holds", cmd_holds, "SOURCE",
	  "show what waits for a person" },
	{ "approve", cmd_approve, "SOURCE ID...|--all|--plan DIGEST [--except ID]... --reason TEXT",
	  "let held operations happen, at once" },
	{ "reject", cmd_reject, "SOURCE ID...|--all --reason TEXT",
	  "silence held operations" },
	{ "expect", cmd_expect, "SOURCE --people|--groups LOW..HIGH --reason TEXT",
	  "say that a directory that shrank is right" },
	{ "store init", cmd_store_init, "",
	  "make a new store and its operator" },
	{ "roster", cmd_roster, "ORG [--at TIME]",
	  "show who has access and who is invited, now or then" },
	{ "org create", cmd_org_create, "PATH [--owner EMAIL [--name NAME]]",
	  "make a root (operator) or a sub-organization" },
	{ "org list", cmd_org_list, "[PATH]",
	  "show organizations" },
	{ "licence set", cmd_licence_set, "ROOT --until DATE",
	  "give a root its Enterprise licence (operator)" },
	{ "licence show", cmd_licence_show, "ROOT",
	  "show a root's licence" },
	{ "principal add", cmd_principal_add, "NAME --owner-of PATH...",
	  "appoint a service principal (operator)" },
	{ "principal allow", cmd_principal_allow, "NAME --user USER",
	  "let an operating-system user act as a principal (operator)" },
	{ "principal list", cmd_principal_list, "",
	  "show principals and who may act as them" },
	{ "group create", cmd_group_create, "ORG NAME",
	  "make a security group" },
	{ "group list", cmd_group_list, "ORG",
	  "show the groups that are active in an organization" },
	{ "group show", cmd_group_show, "ORG NAME",
	  "show who is in a group, and who gives each role" },
	{ "group add", cmd_group_add, "ORG NAME WHO --role member|owner",
	  "give a role by hand" },
	{ "group remove", cmd_group_remove, "ORG NAME WHO --role member|owner",
	  "take a role that was given by hand" },
	{ "invite send", cmd_invite_send, "ORG NAME EMAIL --role member|owner",
	  "invite a person into a group" },
	{ "invite list", cmd_invite_list, "ORG [--tokens]",
	  "show pending invitations" },
	{ "invite cancel", cmd_invite_cancel, "ORG NAME EMAIL --role member|owner",
	  "cancel a pending invitation" },
	{ "invite accept", cmd_invite_accept, "TOKEN [--email EMAIL] [--name NAME]",
	  "accept what a token stands for" },
	{ "invite decline", cmd_invite_decline, "TOKEN",
	  "decline what a token stands for" },
	{ "account block", cmd_account_block, "EMAIL --in ROOT --reason TEXT",
	  "shut a person out of a whole root, at once" },
	{ "account unblock", cmd_account_unblock, "EMAIL --in ROOT --reason TEXT",
	  "let a blocked person in again" },
	{ "account list", cmd_account_list, "ROOT",
	  "show the accounts of a root" },
	{ "connector", cmd_connector, NULL, NULL },
	{ NULL, NULL, NULL, NULL },
};
/* clang-format on */

int main(int argc, char **argv)
{
	/* What is large goes back to the system at once when it is freed. */
	mallopt(M_MMAP_THRESHOLD, 1 << 20);
	return cmd_main(commands, argc, argv);
}
