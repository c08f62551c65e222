/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/audit.h"
#include "bridge/cmd/commands.h"
#include <errno.h>
#include <stdlib.h>

/* ---- what is asked for ---- */

static struct err *read_run(const char *text, int64_t *run)
{
	char *end;

	errno = 0;
	*run = strtoll(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && *run > 0)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no number of a run", text),
			"The lines of a run name it.");
}

/* One thing at a time, and no option that another needs. */
static struct err *check_options(const struct cmd *cmd, const struct audit_ask *a)
{
	bool filtered = a->person || a->run || a->since || a->until;

	if (a->verify + a->head + a->seal + filtered > 1)
		return err_new(ERR_USAGE, "--verify, --head, --seal and what chooses "
					  "lines do not go together");
	if (a->all && !a->verify && !a->head)
		return err_new(ERR_USAGE, "--all goes with --verify and --head");
	if (a->all && cmd->n_args > 0)
		return err_new(ERR_USAGE, "--all goes with no organization");
	if (a->against && !a->verify)
		return err_new(ERR_USAGE, "--against goes with --verify");
	if (a->seal != (a->before != NULL))
		return err_new(ERR_USAGE, "--seal and --before TIME go together");
	return NULL;
}

static struct err *read_options(struct cmd *cmd, struct audit_ask *a)
{
	struct err *err = check_options(cmd, a);

	a->filter.person = a->person;
	if (err == NULL && a->run != NULL)
		err = read_run(a->run, &a->filter.run);
	if (err == NULL && a->since != NULL)
		err = cmd_time(a->since, &a->filter.since);
	if (err == NULL && a->until != NULL)
		err = cmd_time(a->until, &a->filter.until);
	if (err == NULL && a->before != NULL)
		err = cmd_time(a->before, &a->time);
	if (err == NULL && a->time > cmd->now)
		err = err_hint(err_new(ERR_USAGE, "\"%s\" is still to come", a->before),
			       "Sealing deletes what is older: name a time in the past.");
	if (err == NULL && a->until != NULL && a->filter.since >= a->filter.until)
		err = err_hint(err_new(ERR_USAGE,
				       "nothing is from \"%s\" to before"
				       " \"%s\"",
				       a->since ? a->since : "the beginning", a->until),
			       "--since is the earlier time, --until the later.");
	return err;
}

/* The owner of an organization reads its trail; the operator the store's own. */
static struct err *find_chain(struct cmd *cmd, struct audit_ask *a)
{
	const struct console *c = cmd->console;
	struct err *err;

	if (cmd->n_args > 0) {
		err = console_organization(c, cmd->args[0], &a->here);
		if (err == NULL)
			a->organization = c->view->organizations[a->here].id;
		a->what = mem_printf(cmd, "\"%s\"", cmd->args[0]);
		return err;
	}
	a->here = VIEW_NONE;
	a->organization = a->all ? TRAIL_ALL : TRAIL_STORE;
	a->what = "the store";
	if (c->principal.operator_)
		return NULL;
	return err_hint(err_refused(rule_code(RULE_NOT_OPERATOR), "%s: %s",
				    rule_code(RULE_NOT_OPERATOR),
				    rule_text(RULE_NOT_OPERATOR)),
			"Name an organization, or act as operator (--as).");
}

struct err *cmd_audit(struct cmd *cmd)
{
	struct audit_ask a = { .person = NULL };
	const struct cmd_option options[] = {
		{ "person", 0, CMD_TEXT, &a.person },
		{ "run", 0, CMD_TEXT, &a.run },
		{ "since", 0, CMD_TEXT, &a.since },
		{ "until", 0, CMD_TEXT, &a.until },
		{ "verify", 0, CMD_FLAG, &a.verify },
		{ "against", 0, CMD_TEXT, &a.against },
		{ "head", 0, CMD_FLAG, &a.head },
		{ "all", 0, CMD_FLAG, &a.all },
		{ "seal", 0, CMD_FLAG, &a.seal },
		{ "before", 0, CMD_TEXT, &a.before },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 0, 1);

	if (err == NULL)
		err = read_options(cmd, &a);
	if (err == NULL)
		err = cmd_enter(cmd, a.seal ? STORE_WRITE : STORE_READ,
				cmd->n_args > 0 ? cmd->args[0] : "");
	if (err == NULL)
		err = find_chain(cmd, &a);
	if (err == NULL)
		err = a.verify ? audit_verify(cmd, &a)
		      : a.head ? audit_heads(cmd, &a)
		      : a.seal ? audit_seal(cmd, &a)
			       : audit_show(cmd, &a);
	return cmd_leave(cmd, err);
}

/* ---- lines ---- */

struct showing {
	struct cmd *cmd;
	struct grid *grid;
	int64_t n;
};

static json_t *line_json(const struct trail_line *l)
{
	const struct audit_row *r = &l->row;
	json_t *one = json_object();

	json_object_set_new(one, "organization", cmd_text(r->organization));
	json_object_set_new(one, "seq", json_integer(r->seq));
	json_object_set_new(one, "at", cmd_stamp(r->at));
	json_object_set_new(one, "run", r->run ? json_integer(r->run) : json_null());
	json_object_set_new(one, "source",
			    r->source ? json_integer(r->source) : json_null());
	json_object_set_new(one, "source_name", cmd_text(l->source_name));
	json_object_set_new(one, "principal", cmd_text(r->principal));
	json_object_set_new(one, "principal_name", cmd_text(l->principal_name));
	json_object_set_new(one, "os_user", cmd_text(r->os_user));
	json_object_set_new(one, "impersonated", json_integer(r->impersonated));
	json_object_set_new(one, "subject", cmd_text(r->subject));
	json_object_set_new(one, "subject_name", cmd_text(l->subject_name));
	json_object_set_new(one, "action", cmd_text(r->action));
	json_object_set_new(one, "target", cmd_text(r->target));
	json_object_set_new(one, "before", cmd_text(r->before));
	json_object_set_new(one, "after", cmd_text(r->after));
	json_object_set_new(one, "code", cmd_text(r->code));
	json_object_set_new(one, "hash", json_null());
	if (l->hash_len == HASH_SIZE) {
		AUTO_MEM char *hex = hex_of(NULL, l->hash, l->hash_len);

		json_object_set_new(one, "hash", cmd_text(hex));
	}
	return one;
}

static const char *turn_text(TALLOC_CTX *ctx, const struct audit_row *r)
{
	if (r->before == NULL || r->after == NULL)
		return r->before ? mem_printf(ctx, "no longer %s", r->before) : r->after;
	return strcmp(r->before, r->after) == 0
		       ? r->after
		       : mem_printf(ctx, "%s -> %s", r->before, r->after);
}

static struct err *show_line(void *data, const struct trail_line *l)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const struct audit_row *r = &l->row;
	struct showing *s = data;
	const char *who = l->principal_name ? l->principal_name : r->principal;

	s->n++;
	if (s->cmd->json) {
		cmd_json_line(line_json(l));
		return NULL;
	}
	if (l->source_name != NULL)
		who = mem_printf(ctx, "%s (%s, run %lld)", who, l->source_name,
				 (long long)r->run);
	grid_row(s->grid, mem_printf(ctx, "%lld", (long long)r->seq),
		 clock_format_short(ctx, r->at), who, r->action, r->target,
		 l->subject_name ? l->subject_name : r->subject, turn_text(ctx, r),
		 r->code);
	return NULL;
}

struct err *audit_show(struct cmd *cmd, const struct audit_ask *a)
{
	struct showing s = { .cmd = cmd, .grid = grid_new(cmd, 8) };
	struct err *err = trail_read(cmd->console->store, a->organization, &a->filter,
				     show_line, &s);

	if (err)
		return err;
	grid_print(s.grid, "");
	if (s.n == 0)
		cmd_say(cmd, "no such line on the trail of %s", a->what);
	return NULL;
}

/* ---- heads ---- */

struct err *audit_heads(struct cmd *cmd, const struct audit_ask *a)
{
	const char *epoch = store_epoch(cmd->console->store);
	struct trail_chain *chains;
	size_t n;
	struct err *err =
		trail_chains(cmd, cmd->console->store, a->organization, &chains, &n);

	for (size_t i = 0; err == NULL && i < n; i++) {
		json_t *one;

		if (chains[i].seq == 0)
			continue;
		one = cmd_object("organization", chains[i].uid, "path", chains[i].path,
				 "epoch", epoch, NULL);
		json_object_set_new(one, "seq", json_integer(chains[i].seq));
		json_object_set_new(one, "head",
				    cmd_text(hex_of(cmd, chains[i].head, HASH_SIZE)));
		json_object_set_new(one, "at", cmd_stamp(cmd->now));
		cmd_json_line(one);
	}
	return err;
}
