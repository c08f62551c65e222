/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"

/* The organizations from the root down to ?1. */
#define UP                                                                               \
	"WITH RECURSIVE up(id) AS (SELECT ?1 UNION ALL SELECT o.parent_id"               \
	" FROM organization o JOIN up ON o.id = up.id WHERE o.parent_id IS NOT NULL)"

/* Accounts of the principals of the operating-system user ?2. */
#define WHO                                                                              \
	"(SELECT p.account_id FROM principal p JOIN principal_user u"                    \
	" ON u.principal_id = p.id WHERE u.os_user = ?2 AND p.account_id IS NOT NULL)"

/* Groups that give Owner of one of the organizations. */
#define GIVING                                                                           \
	"(SELECT k.group_id FROM group_claim k JOIN up ON up.id = k.organization_id"     \
	" WHERE k.claim = 'Owner' AND k.valid_to IS NULL)"

/* Both halves of the OR are about a name, so that each can use its own index. */
static const char child[] =
	"SELECT id FROM organization WHERE (coalesce(parent_id, 0) = ?1 AND name_key = ?2"
	" AND valid_to IS NULL) OR (coalesce(parent_id, 0) = ?1 AND name_key = ?2"
	" AND valid_to > ?3 AND created <= ?3)"
	" ORDER BY created > ?3, id LIMIT 1";

/* As many statements as the path has names, whether they are there or not; one more for
 * what may be an id. */
static struct err *find_here(struct console *c, const char *path, int64_t at,
			     int64_t *here)
{
	struct err *err = NULL;
	size_t len;

	*here = 0;
	for (; err == NULL; path += len + 1) {
		AUTO_MEM char *key = NULL;

		len = strcspn(path, "/");
		key = text_fold(NULL, path, len);
		err = store_number(c->store, here, -1, child, "iti", *here, key, at);
		if (err || path[len] == '\0')
			break;
	}
	if (err || !console_is_id(path))
		return err;
	return store_number(c->store, here, *here,
			    "SELECT id FROM organization WHERE uid = ?1 AND ?2 < 0", "ti",
			    path, *here);
}

static void load_place(struct console *c, const struct rows *r)
{
	load_organization(c, r);
	c->view->organizations[c->view->n_organizations - 1].gone = row_int(r, 6) != 0;
}

static void load_root(struct console *c, const struct rows *r)
{
	c->root = row_int(r, 0);
}

/* clang-format off */
static const struct {
	load_fn *load;
	const char *types; /* of the organization, the user, and the end of a grace */
	const char *sql;
} steps[] = {
	{ load_root, "i",
	  "SELECT root_id FROM organization WHERE id = ?1" },
	{ load_place, "i",
	  UP "SELECT o.id, o.parent_id, o.name, o.name_key, 0, o.uid, o.valid_to IS NOT NULL"
	  " FROM up JOIN organization o ON o.id = up.id ORDER BY o.level" },
	{ load_licence, "iti",
	  "SELECT max(valid_to), max(valid_to > ?3 AND valid_from <= ?3 + 2592000), ?2"
	  " FROM licence WHERE root_id = (SELECT root_id FROM organization WHERE id = ?1)" },
	{ load_account, "it",
	  "SELECT a.id, a.kind, a.active, s.id, s.email, s.email_key, s.name,"
	  " EXISTS (SELECT 1 FROM account_block b WHERE b.account_id = a.id"
	  "  AND b.valid_to IS NULL AND b.root_id ="
	  "  (SELECT root_id FROM organization WHERE id = ?1))"
	  " FROM account a JOIN subject s ON s.id = a.subject_id WHERE a.id IN " WHO
	  " ORDER BY a.id" },
	{ load_owner_claim, "it",
	  UP "SELECT k.account_id, k.organization_id FROM account_claim k"
	  " JOIN up ON up.id = k.organization_id WHERE k.claim = 'Owner'"
	  " AND k.valid_to IS NULL AND k.account_id IN " WHO },
	{ load_group, "i",
	  UP "SELECT g.id, g.organization_id, g.name, g.name_key FROM security_group g"
	  " WHERE g.id IN " GIVING " AND g.valid_to IS NULL"
	  " AND g.organization_id IN (SELECT id FROM up) ORDER BY g.id" },
	{ load_link, "i",
	  UP "SELECT l.group_id, l.organization_id, l.id FROM group_link l"
	  " JOIN up ON up.id = l.organization_id JOIN security_group g ON g.id = l.group_id"
	  " WHERE l.valid_to IS NULL AND l.group_id IN " GIVING " AND g.valid_to IS NULL"
	  " ORDER BY l.id" },
	{ load_claim, "i",
	  UP "SELECT k.group_id, k.organization_id, k.claim FROM group_claim k"
	  " JOIN up ON up.id = k.organization_id JOIN security_group g ON g.id = k.group_id"
	  " WHERE k.claim = 'Owner' AND k.valid_to IS NULL AND g.valid_to IS NULL" },
	{ load_role, "it",
	  UP "SELECT r.id, r.group_id, r.role, r.account_id, v.giver, v.suspended_until"
	  " FROM security_group g CROSS JOIN role r JOIN giver v"
	  " ON v.role_id = r.id AND v.valid_to IS NULL"
	  " WHERE g.id IN " GIVING " AND g.valid_to IS NULL AND r.group_id = g.id"
	  " AND r.valid_to IS NULL AND r.role = 0 AND r.account_id IN " WHO },
};
/* clang-format on */

static struct err *load_steps(struct console *c, int64_t here, const char *os_user)
{
	struct err *err = NULL;
	struct rows *rows;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++) {
		err = store_query(c->store, &rows, steps[i].sql, steps[i].types, here,
				  os_user, c->now - LICENCE_GRACE);
		if (err == NULL)
			err = load_rows(c, steps[i].load, rows);
	}
	return err;
}

/* Of an organization that is gone, whoever owns the one above it. */
static struct err *find_owned(const struct console *c, const char *path,
			      uint32_t *organization)
{
	const struct view *v = c->view;
	uint32_t owned = *organization = v->n_organizations - 1; /* or VIEW_NONE */

	while (owned != VIEW_NONE && v->organizations[owned].gone)
		owned = v->organizations[owned].parent;
	if (owned != VIEW_NONE && c->principal.account != VIEW_NONE &&
	    view_owns_organization(v, c->principal.account, owned))
		return NULL;
	return isolated(c->principal.name, path);
}

struct err *console_look(TALLOC_CTX *ctx, struct store *store, const char *path,
			 const struct looking *who, int64_t at, int64_t now,
			 struct console **out, uint32_t *organization)
{
	struct console *c = console_new(ctx, store, now);
	int64_t here;
	struct err *err;

	c->private->for_reading = true;
	err = find_here(c, path, at, &here);
	if (err == NULL)
		err = load_steps(c, here, who->os_user);
	if (err == NULL)
		err = console_act(c, who->os_user, who->as);
	if (err == NULL)
		err = find_owned(c, path, organization);
	if (err) {
		mem_free(c);
		return err;
	}
	*out = c;
	return NULL;
}
