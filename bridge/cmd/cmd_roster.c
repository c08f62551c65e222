/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/commands.h"
#include "bridge/cmd/roster.h"

struct asked {
	const char *time, *format, *note;
	bool sign_off, reviews;
	int64_t at;
	void (*print)(struct cmd *cmd, const struct roster_page *page);
};

static struct err *read_format(struct cmd *cmd, struct asked *a)
{
	static const struct {
		const char *name;
		void (*print)(struct cmd *cmd, const struct roster_page *page);
	} formats[] = {
		{ "text", roster_text },
		{ "json", roster_json },
		{ "csv", roster_csv },
		{ "md", roster_markdown },
	};

	a->print = cmd->json ? roster_json : roster_text;
	if (a->format == NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (strcmp(formats[i].name, a->format) == 0) {
			a->print = formats[i].print;
			cmd->json = formats[i].print == roster_json;
			return NULL;
		}
	return err_hint(err_new(ERR_USAGE, "no such format: \"%s\"", a->format),
			"Formats are text, json, csv and md.");
}

static struct err *read_options(struct cmd *cmd, struct asked *a)
{
	const struct cmd_option options[] = {
		{ "at", 0, CMD_TEXT, &a->time },
		{ "format", 0, CMD_TEXT, &a->format },
		{ "sign-off", 0, CMD_FLAG, &a->sign_off },
		{ "note", 0, CMD_TEXT, &a->note },
		{ "reviews", 0, CMD_FLAG, &a->reviews },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	a->at = cmd->now;
	if (err == NULL && a->time != NULL)
		err = cmd_time(a->time, &a->at);
	if (err == NULL)
		err = read_format(cmd, a);
	if (err == NULL && a->note != NULL && !a->sign_off)
		err = err_new(ERR_USAGE, "--note is for --sign-off");
	if (err == NULL)
		err = cmd_note(a->note);
	if (err == NULL && a->reviews && (a->sign_off || a->time || a->format))
		err = err_new(ERR_USAGE, "--reviews stands alone");
	if (err == NULL && a->at > cmd->now)
		err = err_new(ERR_USAGE, "\"%s\" is still to come", a->time);
	return err;
}

/* ---- who signed off ---- */

static struct err *show_reviews(struct cmd *cmd)
{
	struct listing *list = listing_new(cmd, 5);
	struct review *reviews;
	uint32_t here;
	size_t n;
	struct err *err = cmd_visit(cmd, cmd->args[0], cmd->now, &here);

	if (err == NULL)
		err = review_list(cmd, cmd->console, here, &reviews, &n);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		const struct review *r = &reviews[i];

		listing_add(
			list, review_json(r), clock_format_short(cmd, r->at),
			mem_printf(cmd, "by %s", r->by),
			mem_printf(cmd, "as of %s", clock_format_short(cmd, r->as_of)),
			mem_printf(cmd, "%s, %zu invited",
				   cmd_count(cmd, (int64_t)r->people, "person"),
				   r->invitations),
			r->note);
	}
	if (n == 0)
		cmd_say(cmd, "nobody has signed off \"%s\" yet", cmd->args[0]);
	listing_end(list, "reviews", "organization", cmd->args[0], NULL);
	return NULL;
}

/* ---- the roster ---- */

static struct err *load(struct cmd *cmd, const struct asked *a, struct roster *roster,
			struct review *review, const char **path)
{
	const struct looking who = { cmd->os_user, cmd->as };
	uint32_t here;
	struct err *err;

	if (a->sign_off) {
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
		if (err == NULL)
			err = console_organization(cmd->console, cmd->args[0], &here);
	} else {
		err = cmd_visit(cmd, cmd->args[0], a->at, &here);
	}
	if (err == NULL)
		err = roster_load(cmd, cmd->console, here, a->at, roster);
	if (err == NULL)
		err = roster_elsewhere(cmd, cmd->console, here, &who, roster);
	if (err == NULL)
		*path = cmd->console->view->organizations[here].path;
	if (err == NULL && a->sign_off)
		err = console_review(cmd->console, here, roster, a->note, review);
	return cmd_leave(cmd, err);
}

struct err *cmd_roster(struct cmd *cmd)
{
	struct asked a = { 0 };
	struct roster roster;
	struct review review;
	struct roster_page page = { .roster = &roster };
	struct err *err = read_options(cmd, &a);

	if (err)
		return err;
	if (a.reviews)
		return show_reviews(cmd);
	err = load(cmd, &a, &roster, &review, &page.path);
	if (err)
		return err;
	if (a.sign_off)
		page.signed_off = &review;
	a.print(cmd, &page);
	return NULL;
}
