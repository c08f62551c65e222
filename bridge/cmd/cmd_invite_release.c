/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/record/text.h"

/* What was staged: one of it, or all of an organization. */
struct release {
	const char *role_text;
	bool silent;
	enum role role;
	size_t released, refused;
	struct listing *list;
};

static struct err *release_it(struct cmd *cmd, struct release *r, uint32_t group,
			      enum role role, uint32_t email)
{
	struct change change = {
		.kind = CHANGE_RELEASE,
		.group = group,
		.role = role,
		.email = email,
		.giver = GIVER_HAND,
		.mode = r->silent ? INVITE_SILENT : INVITE_MAIL,
	};

	return console_change(cmd->console, &change, NULL, NULL);
}

static void list_it(struct cmd *cmd, struct release *r, uint32_t group, enum role role,
		    uint32_t email, const char *code)
{
	const struct view *v = cmd->console->view;
	const char *who = v->emails[email].address, *name = v->groups[group].name;

	listing_add(r->list,
		    cmd_object("email", who, "group", name, "role", role_name(role),
			       "outcome", code ? "refused" : "invited", "code", code,
			       NULL),
		    who, role_name(role), name, code ? code : "invited");
	r->released += code == NULL;
	r->refused += code != NULL;
}

/* A refusal of one leaves the others free; any other error ends it. */
static struct err *release_next(struct cmd *cmd, struct release *r, uint32_t number)
{
	const struct view_invitation i = cmd->console->view->invitations[number];
	struct err *err = release_it(cmd, r, i.group, i.role, i.email);

	if (err != NULL && err_code(err) == NULL)
		return err;
	list_it(cmd, r, i.group, i.role, i.email, err ? err_code(err) : NULL);
	err_free(err);
	return NULL;
}

static struct err *release_all(struct cmd *cmd, struct release *r)
{
	const struct view *v = cmd->console->view;
	struct named *found = mem_array(cmd, struct named, v->n_invitations);
	uint32_t here;
	struct err *err = console_organization(cmd->console, cmd->args[0], &here);
	size_t n = 0;

	for (uint32_t i = 0; err == NULL && i < v->n_invitations; i++)
		if (v->invitations[i].givers != VIEW_NONE &&
		    v->invitations[i].mode == INVITE_STAGED &&
		    v->groups[v->invitations[i].group].organization == here)
			found[n++] = (struct named){
				v->emails[v->invitations[i].email].address, i
			};
	cmd_sort(found, n);
	for (size_t i = 0; err == NULL && i < n; i++)
		err = release_next(cmd, r, found[i].number);
	return err;
}

static struct err *release_one(struct cmd *cmd, struct release *r)
{
	uint32_t group, email;
	char *address, *key;
	struct err *err = console_address(cmd, cmd->args[2], &address, &key);

	if (err == NULL)
		err = console_own_group(cmd->console, cmd->args[0], cmd->args[1], &group);
	if (err)
		return err;
	email = view_add_email(cmd->console->view, address, key);
	err = release_it(cmd, r, group, r->role, email);
	if (err == NULL)
		list_it(cmd, r, group, r->role, email, NULL);
	return err;
}

static struct err *read_release(struct cmd *cmd, struct release *r)
{
	if (cmd->n_args == 3)
		return cmd_role(r->role_text, &r->role);
	if (cmd->n_args == 1 && r->role_text == NULL)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "what to release is not clear"),
			"Name the organization, for all that is staged there; or also"
			" the group, the address and --role.");
}

struct err *cmd_invite_release(struct cmd *cmd)
{
	struct release r = { .list = listing_new(cmd, 4) };
	const struct cmd_option options[] = {
		{ "role", 'r', CMD_TEXT, &r.role_text },
		{ "silent", 0, CMD_FLAG, &r.silent },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 3);

	if (err == NULL)
		err = read_release(cmd, &r);
	if (err == NULL)
		err = cmd_enter(cmd, STORE_WRITE, cmd->args[0]);
	if (err == NULL)
		err = cmd->n_args == 1 ? release_all(cmd, &r) : release_one(cmd, &r);
	err = cmd_leave(cmd, err);
	if (err)
		return err;
	listing_end(r.list, "invitations", "organization", cmd->args[0], NULL);
	cmd_say(cmd, "released %zu, refused %zu", r.released, r.refused);
	cmd->status = r.refused > 0 ? 5 : 0;
	return NULL;
}
