/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"

struct err *cmd_store_init(struct cmd *cmd)
{
	const char *url;
	struct err *err = cmd_parse(cmd, NULL, 0, 0);

	if (err == NULL)
		err = cmd_store_url(cmd, &url);
	if (err == NULL)
		err = console_init(url, cmd->os_user);
	if (err)
		return err;
	cmd_say(cmd, "made store \"%s\"; \"%s\" is its operator", url, cmd->os_user);
	cmd_say(cmd, "next: dirbridge org create ROOT --owner EMAIL");
	cmd_json(cmd, cmd_object("store", url, "operator", cmd->os_user, NULL));
	return NULL;
}
