/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"

void load_organization(struct console *c, const struct rows *r)
{
	int64_t parent = row_int(r, 1);

	uint32_t number = view_add_organization(
		c->view, row_int(r, 0),
		parent ? view_organization_by_id(c->view, parent) : VIEW_NONE,
		row_text(r, 2), row_text(r, 3));

	c->view->organizations[number].assets = (uint32_t)row_int(r, 4);
	c->view->organizations[number].uid = mem_strdup(c->view, row_text(r, 5));
}

void load_licence(struct console *c, const struct rows *r)
{
	c->view->licence_end = row_int(r, 0);
	c->view->licensed = row_int(r, 1) != 0;
}

static uint32_t load_email(struct console *c, const struct rows *r, int column)
{
	uint32_t email;

	if (row_text(r, column + 2) == NULL)
		return VIEW_NONE;
	email = view_add_email(c->view, row_text(r, column + 1), row_text(r, column + 2));
	c->view->emails[email].id = row_int(r, column);
	return email;
}

void load_account(struct console *c, const struct rows *r)
{
	const char *name = row_text(r, 6) ? row_text(r, 6) : "";
	uint32_t account = view_add_account(c->view, row_int(r, 0), load_email(c, r, 3),
					    name, strcmp(row_text(r, 1), "service") == 0);

	c->view->accounts[account].active = row_int(r, 2) != 0;
	c->view->accounts[account].blocked = row_int(r, 7) != 0;
}

void load_group(struct console *c, const struct rows *r)
{
	view_add_group(c->view, row_int(r, 0),
		       view_organization_by_id(c->view, row_int(r, 1)), row_text(r, 2),
		       row_text(r, 3));
}

void load_link(struct console *c, const struct rows *r)
{
	uint32_t link = view_add_link(c->view, view_group_by_id(c->view, row_int(r, 0)),
				      view_organization_by_id(c->view, row_int(r, 1)));

	c->view->links[link].id = row_int(r, 2);
}

void load_claim(struct console *c, const struct rows *r)
{
	view_add_claim(c->view, view_group_by_id(c->view, row_int(r, 0)),
		       view_organization_by_id(c->view, row_int(r, 1)), row_text(r, 2));
}

void load_owner_claim(struct console *c, const struct rows *r)
{
	view_add_owner_claim(c->view, view_account_by_id(c->view, row_int(r, 0)),
			     view_organization_by_id(c->view, row_int(r, 1)));
}

void load_role(struct console *c, const struct rows *r)
{
	uint32_t role = view_give(c->view, view_group_by_id(c->view, row_int(r, 1)),
				  (enum role)row_int(r, 2),
				  view_account_by_id(c->view, row_int(r, 3)),
				  row_int(r, 4), row_int(r, 5) != 0);

	c->view->roles[role].id = row_int(r, 0);
}

static void load_invitation(struct console *c, const struct rows *r)
{
	uint32_t invitation =
		view_invite(c->view, view_group_by_id(c->view, row_int(r, 1)),
			    (enum role)row_int(r, 2), load_email(c, r, 3), row_int(r, 6),
			    (enum invite_mode)row_int(r, 7));

	c->view->invitations[invitation].id = row_int(r, 0);
}

static void load_mail(struct console *c, const struct rows *r)
{
	view_mailed(c->view, view_organization_by_id(c->view, row_int(r, 0)),
		    load_email(c, r, 1), row_int(r, 4));
}

#define IN_ROOT                                                                          \
	"IN (SELECT g.id FROM security_group g JOIN organization o"                      \
	" ON o.id = g.organization_id WHERE o.root_id = ?1)"

/* clang-format off */
static const struct {
	load_fn *load;
	const char *types; /* of the root, and of a time */
	int64_t before_now;
	const char *sql;
} steps[] = {
	{ load_organization, "i", 0,
	  "SELECT id, parent_id, name, name_key, (SELECT sum(count) FROM asset a"
	  " WHERE a.organization_id = o.id), uid FROM organization o"
	  " WHERE root_id = ?1 AND valid_to IS NULL ORDER BY level, id" },
	{ load_licence, "ii", LICENCE_GRACE,
	  "SELECT max(valid_to), max(valid_to > ?2 AND valid_from <= ?2 + 2592000)"
	  " FROM licence WHERE root_id = ?1" },
	{ load_account, "i", 0,
	  "SELECT a.id, a.kind, a.active, s.id, s.email, s.email_key, s.name,"
	  " EXISTS (SELECT 1 FROM account_block b WHERE b.account_id = a.id AND b.root_id = ?1"
	  "  AND b.valid_to IS NULL)"
	  " FROM account a JOIN subject s ON s.id = a.subject_id WHERE a.id IN"
	  " (SELECT r.account_id FROM role r WHERE r.valid_to IS NULL AND r.group_id " IN_ROOT
	  "  UNION SELECT account_id FROM account_claim WHERE organization_id IN"
	  "   (SELECT id FROM organization WHERE root_id = ?1) AND valid_to IS NULL"
	  "  UNION SELECT account_id FROM account_block WHERE root_id = ?1 AND valid_to IS NULL"
	  "  UNION SELECT b.account_id FROM binding b JOIN source q ON q.id = b.source_id"
	  "   JOIN organization o ON o.id = q.organization_id WHERE o.root_id = ?1)"
	  " ORDER BY a.id" },
	{ load_owner_claim, "i", 0,
	  "SELECT account_id, organization_id FROM account_claim WHERE organization_id IN"
	  " (SELECT id FROM organization WHERE root_id = ?1) AND claim = 'Owner'"
	  " AND valid_to IS NULL" },
	{ load_group, "i", 0,
	  "SELECT g.id, g.organization_id, g.name, g.name_key FROM security_group g"
	  " JOIN organization o ON o.id = g.organization_id"
	  " WHERE o.root_id = ?1 AND g.valid_to IS NULL ORDER BY g.id" },
	{ load_link, "i", 0,
	  "SELECT l.group_id, l.organization_id, l.id FROM group_link l"
	  " JOIN security_group g ON g.id = l.group_id AND g.valid_to IS NULL"
	  " WHERE l.valid_to IS NULL AND l.group_id " IN_ROOT " ORDER BY l.id" },
	{ load_claim, "i", 0,
	  "SELECT c.group_id, c.organization_id, c.claim FROM group_claim c"
	  " JOIN security_group g ON g.id = c.group_id AND g.valid_to IS NULL"
	  " WHERE c.valid_to IS NULL AND c.group_id " IN_ROOT
	  " ORDER BY c.group_id, c.organization_id, c.claim" },
	{ load_role, "i", 0,
	  "SELECT r.id, r.group_id, r.role, r.account_id, v.giver, v.suspended_until"
	  " FROM security_group g JOIN role r ON r.group_id = g.id AND r.valid_to IS NULL"
	  " JOIN giver v ON v.role_id = r.id AND v.valid_to IS NULL"
	  " WHERE g.valid_to IS NULL AND g.organization_id IN"
	  " (SELECT id FROM organization WHERE root_id = ?1)" },
	{ load_invitation, "ii", 0,
	  "SELECT i.id, i.group_id, i.role, s.id, i.email, s.email_key, v.giver,"
	  " CASE i.mode WHEN 'mail' THEN 0 WHEN 'silent' THEN 1 ELSE 2 END"
	  " FROM security_group g JOIN invitation i ON i.group_id = g.id AND i.state = 'pending'"
	  " JOIN subject s ON s.id = i.subject_id JOIN invitation_giver v ON v.invitation_id = i.id"
	  " WHERE g.valid_to IS NULL AND i.expires > ?2 AND g.organization_id IN"
	  " (SELECT id FROM organization WHERE root_id = ?1)" },
	{ load_mail, "ii", INVITE_COOLDOWN,
	  "SELECT m.organization_id, s.id, s.email_key, s.email_key, max(m.queued) FROM mail m"
	  " JOIN subject s ON s.id = m.subject_id WHERE m.queued > ?2 AND m.mode = 'mail'"
	  " AND m.organization_id IN"
	  " (SELECT id FROM organization WHERE root_id = ?1) AND s.email_key IS NOT NULL"
	  " GROUP BY m.organization_id, s.id" },
};
/* clang-format on */

struct err *load_rows(struct console *c, load_fn *load, struct rows *rows)
{
	bool more = true;
	struct err *err = NULL;

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		load(c, rows);
	}
	return err;
}

static struct err *load_step(struct console *c, size_t step)
{
	struct rows *rows;
	struct err *err;

	err = store_query(c->store, &rows, steps[step].sql, steps[step].types, c->root,
			  c->now - steps[step].before_now);
	return err ? err : load_rows(c, steps[step].load, rows);
}

static struct err *find_root(struct console *c, const char *path)
{
	size_t len = strcspn(path, "/");
	AUTO_MEM char *key = text_fold(NULL, path, len);

	return store_number(c->store, &c->root, 0,
			    "SELECT root_id FROM organization WHERE valid_to IS NULL"
			    " AND (parent_id IS NULL AND name_key = ?1 OR uid = ?1)"
			    " ORDER BY uid = ?1",
			    "t", key);
}

struct console *console_new(TALLOC_CTX *ctx, struct store *store, int64_t now)
{
	struct console *c = mem_new(ctx, struct console);

	c->store = store;
	c->now = now;
	c->os_user = "";
	c->view = view_new(c);
	c->principal = (struct principal){ .account = VIEW_NONE, .name = "" };
	c->private = mem_new(c, struct console_private);
	c->private->mails = table_new(c->private);
	c->private->actor = VIEW_NONE;
	return c;
}

struct err *console_load(TALLOC_CTX *ctx, struct store *store, const char *path,
			 int64_t now, struct console **out)
{
	struct console *c = console_new(ctx, store, now);
	struct err *err;

	err = find_root(c, path);
	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = load_step(c, i);
	if (err == NULL)
		err = load_recent(c);
	if (err) {
		mem_free(c);
		return err;
	}
	*out = c;
	return NULL;
}

struct err *console_changes(struct store *store, int64_t organization, int64_t *changes)
{
	return store_number(store, changes, 0,
			    "WITH RECURSIVE tree(id) AS (VALUES (?1) UNION SELECT o.id"
			    " FROM organization o JOIN tree ON o.parent_id = tree.id)"
			    " SELECT sum(changes) FROM organization JOIN tree USING (id)",
			    "i", organization);
}
