/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/cmd/source.h"
#include "bridge/console/pause.h"

/* What stands where SOURCE does. */
struct place {
	const char *name; /* as it was said; NULL: everything */
	const char *path; /* of the organization */
	const char *source;
};

struct stopping {
	struct place place;
	enum pause_what what;
	const char *reason;
};

/* A source of the configuration, else an organization. */
static struct err *find_place(struct cmd *cmd, struct place *p)
{
	const struct config *config;
	const struct source_config *source;
	struct err *err;

	*p = (struct place){ .name = cmd->args[0], .path = cmd->args[0] };
	if (p->name == NULL || cmd->store != NULL)
		return NULL;
	err = cmd_config(cmd, &config);
	if (err)
		return err;
	err = config_source(config, p->name, &source);
	if (err == NULL) {
		p->path = source->organization;
		p->source = source->name;
	}
	err_free(err);
	return NULL;
}

static struct err *read_place(struct cmd *cmd, struct stopping *s)
{
	bool all = false, removals = false, invitations = false;
	const struct cmd_option options[] = {
		{ "all", 0, CMD_FLAG, &all },
		{ "removals", 0, CMD_FLAG, &removals },
		{ "invitations", 0, CMD_FLAG, &invitations },
		{ "reason", 0, CMD_TEXT, &s->reason },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 0, 1);

	if (err == NULL && all == (cmd->n_args == 1))
		err = err_hint(err_new(ERR_USAGE, "what to %s is %s", cmd->command->name,
				       all ? "said twice" : "missing"),
			       "Name a source or an organization, or say --all.");
	if (err == NULL && removals && invitations)
		err = err_new(ERR_USAGE, "--removals and --invitations: one at a time");
	if (err == NULL)
		err = cmd_reason(s->reason);
	s->what = removals ? PAUSE_REMOVALS : invitations ? PAUSE_INVITATIONS : PAUSE_ALL;
	return err ? err : find_place(cmd, &s->place);
}

static struct err *stop_or_go(struct cmd *cmd, bool resume)
{
	struct stopping s = { 0 };
	uint32_t organization = VIEW_NONE;
	const char *what;
	struct err *err = read_place(cmd, &s);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, s.place.path ? s.place.path : "");
	if (err == NULL && s.place.path != NULL)
		err = console_organization(cmd->console, s.place.path, &organization);
	if (err == NULL)
		err = console_pause(cmd->console, organization, s.place.source, s.what,
				    resume, s.reason);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	what = s.what == PAUSE_ALL ? "" : pause_name(s.what);
	cmd_say(cmd, "%s: %s%s%s\"%s\"", resume ? "resumed" : "paused", what,
		s.what == PAUSE_ALL ? "" : " of ",
		s.place.source ? "source "
		: s.place.path ? "organization "
			       : "",
		s.place.name ? s.place.name : "everything");
	cmd_json(cmd, cmd_object(resume ? "resumed" : "paused",
				 s.place.name ? s.place.name : "everything", "what",
				 pause_name(s.what), "source", s.place.source,
				 "organization", s.place.path, NULL));
	return NULL;
}

struct err *cmd_pause(struct cmd *cmd)
{
	return stop_or_go(cmd, false);
}

struct err *cmd_resume(struct cmd *cmd)
{
	return stop_or_go(cmd, true);
}
