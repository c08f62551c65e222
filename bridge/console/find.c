/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

bool console_is_id(const char *path)
{
	uint8_t bytes[16];

	return hex_read(path, bytes, sizeof bytes);
}

uint32_t console_place(const struct console *c, const char *path)
{
	uint32_t found = view_organization(c->view, path);

	for (uint32_t o = 0; found == VIEW_NONE && o < c->view->n_organizations; o++) {
		const struct view_organization *at = &c->view->organizations[o];

		if (!at->gone && at->uid != NULL && strcmp(at->uid, path) == 0)
			found = o;
	}
	return found;
}

struct err *console_root(const struct console *c, const char *path, uint32_t *root)
{
	struct err *err = console_administered(c, path, root);

	if (err || c->view->organizations[*root].level == 1)
		return err;
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no root", path),
			"Name its root: %s", c->view->root);
}

struct err *console_group_at(const struct console *c, uint32_t here, const char *home,
			     const char *name, uint32_t *group)
{
	uint32_t at = console_place(c, home);
	struct err *err = NULL;

	if (at != VIEW_NONE)
		err = console_group(c, at, name, group);
	if (at != VIEW_NONE && err == NULL && view_is_active_in(c->view, *group, here))
		return NULL;
	err_free(err);
	err = console_organization(c, home, &at);
	return err ? err : console_group(c, at, name, group);
}

struct err *console_linked(const struct console *c, const char *home, const char *name,
			   const char *path, uint32_t *group, uint32_t *organization)
{
	struct err *err = console_organization(c, path, organization);
	uint32_t at;

	if (err == NULL)
		return console_group_at(c, *organization, home, name, group);
	err_free(err);
	err = console_organization(c, home, &at);
	if (err == NULL)
		err = console_group(c, at, name, group);
	if (err)
		return err;
	if (*organization == VIEW_NONE ||
	    view_link(c->view, *group, *organization) == VIEW_NONE)
		return isolated(c->principal.name, path);
	return NULL;
}

struct err *console_link_target(struct console *c, const char *path,
				uint32_t *organization)
{
	struct err *err = console_organization(c, path, organization);
	struct console *other;
	uint32_t me, there;

	if (err == NULL || c->principal.account == VIEW_NONE)
		return err;
	/* Also when it is there, and not theirs: nobody can tell by what is read. */
	err_free(err);
	*organization = VIEW_NONE;
	err = console_load(c, c->store, path, c->now, &other);
	if (err)
		return err;
	there = console_place(other, path);
	me = view_account_by_id(other->view, c->view->accounts[c->principal.account].id);
	if (there == VIEW_NONE || me == VIEW_NONE ||
	    !view_owns_organization(other->view, me, there))
		err = isolated(c->principal.name, path);
	mem_free(other);
	return err;
}

/* ---- what the console holds ---- */

const char *const *console_asset_kinds(void)
{
	static const char *const kinds[] = {
		"backup-reports",
		"agents",
		"machines",
		"encryption-keys",
		"connection-strings",
		"backup-configurations",
		NULL,
	};

	return kinds;
}

struct err *console_asset(struct console *c, uint32_t organization, const char *kind,
			  uint32_t count)
{
	struct change change = {
		.kind = CHANGE_ASSET,
		.organization = organization,
		.name = kind,
		.count = count,
	};
	int64_t was;
	struct err *err = store_number(
		c->store, &was, 0,
		"SELECT count FROM asset WHERE organization_id = ?1 AND kind = ?2", "it",
		c->view->organizations[organization].id, kind);

	change.was = (uint32_t)was;
	return err ? err : console_change(c, &change, NULL, NULL);
}
