/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include <sys/stat.h>

/* ---- backup ---- */

static void say_backup(struct cmd *cmd, const char *url, const char *path)
{
	struct stat st = { .st_size = 0 };

	(void)!stat(path, &st);
	cmd_say(cmd, "saved store \"%s\" to \"%s\": %lld bytes", url, path,
		(long long)st.st_size);
	cmd_say(cmd, "It holds keys and names: keep it where the store itself may be.");
	cmd_json(cmd, json_pack("{s:o, s:o, s:I}", "store", cmd_text(url), "file",
				cmd_text(path), "bytes", (json_int_t)st.st_size));
}

/* Also of a store that is to be upgraded. */
struct err *cmd_store_backup(struct cmd *cmd)
{
	struct store *store;
	const char *url;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_store_url(cmd, &url);
	if (err == NULL)
		err = store_open(cmd, url, STORE_LOOK, &store);
	if (err == NULL)
		err = console_may_operate(store, cmd->os_user, cmd->as);
	if (err == NULL)
		err = store_backup(store, cmd->args[0]);
	if (err == NULL)
		say_backup(cmd, url, cmd->args[0]);
	return err;
}

/* ---- copy ---- */

struct err *cmd_store_copy(struct cmd *cmd)
{
	struct store_copied copied;
	const char *url, *digest;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);

	if (err == NULL)
		err = cmd_store_url(cmd, &url);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, "");
	if (err == NULL)
		err = console_operates(cmd->console);
	err = cmd_leave(cmd, err);
	if (err == NULL)
		err = store_copy(url, cmd->args[0], &copied);
	if (err)
		return err;
	digest = hex_of(cmd, copied.digest, HASH_SIZE);
	cmd_say(cmd, "copied store \"%s\" to \"%s\", and read both again", url,
		cmd->args[0]);
	cmd_say(cmd, "%s, %s, digest %s", cmd_count(cmd, (int64_t)copied.tables, "table"),
		cmd_count(cmd, copied.rows, "row"), digest);
	cmd_say(cmd, "It goes on where the old one ends: write to that no more.");
	cmd_json(cmd,
		 json_pack("{s:o, s:o, s:i, s:I, s:o}", "store", cmd_text(url), "copy",
			   cmd_text(cmd->args[0]), "tables", (int)copied.tables, "rows",
			   (json_int_t)copied.rows, "digest", cmd_text(digest)));
	return NULL;
}
