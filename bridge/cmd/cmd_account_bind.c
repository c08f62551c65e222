/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct binding_by_hand {
	const struct source_config *source;
	const char *file, *reason;
	uint32_t organization;
	size_t n;
};

static struct err *bind_one(struct cmd *cmd, struct binding_by_hand *b, const char *email,
			    const char *hex)
{
	uint8_t bytes[ENTRY_ANCHOR_MAX];
	struct value anchor = { (const char *)bytes, strlen(hex) / 2 };

	if (anchor.len == 0 || anchor.len > sizeof bytes ||
	    !hex_read(hex, bytes, anchor.len))
		return err_hint(err_new(ERR_USAGE, "\"%s\" is no anchor", hex),
				"Write its hexadecimal digits, as a plan shows them.");
	b->n++;
	return console_bind(cmd->console, b->organization, b->source->name, email,
			    &anchor, b->reason);
}

/* E-MAIL ANCHOR, line by line; "#" begins a comment. */
static struct err *bind_line(struct cmd *cmd, struct binding_by_hand *b, char *line)
{
	char *save = NULL;
	char *email = strtok_r(line, " \t\r\n", &save);
	char *anchor = email ? strtok_r(NULL, " \t\r\n", &save) : NULL;

	if (email == NULL || email[0] == '#')
		return NULL;
	if (anchor == NULL || strtok_r(NULL, " \t\r\n", &save) != NULL)
		return err_new(ERR_USAGE, "write an e-mail address and an anchor");
	return bind_one(cmd, b, email, anchor);
}

static struct err *bind_file(struct cmd *cmd, struct binding_by_hand *b)
{
	FILE *in = fopen(b->file, "re");
	char *line = NULL;
	size_t size = 0, number = 0;
	struct err *err = NULL;

	if (in == NULL)
		return err_new(ERR_USAGE, "cannot read \"%s\": %s", b->file,
			       strerror(errno));
	while (err == NULL && getline(&line, &size, in) > 0) {
		number++;
		err = bind_line(cmd, b, line);
		if (err != NULL)
			err = err_wrap(err, "%s:%zu", b->file, number);
	}
	free(line);
	fclose(in);
	return err;
}

static struct err *read_binding(struct cmd *cmd, struct binding_by_hand *b)
{
	const struct cmd_option options[] = {
		{ "file", 0, CMD_TEXT, &b->file },
		{ "reason", 0, CMD_TEXT, &b->reason },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 3);

	if (err == NULL && cmd->n_args != (b->file ? 1 : 3))
		err = err_hint(err_new(ERR_USAGE, "who is to be bound to what is %s",
				       b->file ? "said twice" : "missing"),
			       "Give an e-mail address and an anchor, or --file FILE with"
			       " a line of both for each.");
	if (err == NULL)
		err = cmd_reason(b->reason);
	return err ? err : cmd_source(cmd, cmd->args[0], &b->source);
}

struct err *cmd_account_bind(struct cmd *cmd)
{
	struct binding_by_hand b = { 0 };
	struct err *err = read_binding(cmd, &b);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, b.source->organization);
	if (err == NULL)
		err = console_organization(cmd->console, b.source->organization,
					   &b.organization);
	if (err == NULL)
		err = b.file ? bind_file(cmd, &b)
			     : bind_one(cmd, &b, cmd->args[1], cmd->args[2]);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	cmd_say(cmd, "bound: %zu; see what follows with: dirbridge plan %s", b.n,
		b.source->name);
	cmd_json(cmd, json_pack("{s:i}", "bound", (int)b.n));
	return NULL;
}
