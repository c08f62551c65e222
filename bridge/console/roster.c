/* SPDX-License-Identifier: MIT */
#include "bridge/console/roster.h"

/* True at ?2, of a row with valid_from and valid_to. */
#define VALID(row)                                                                       \
	row ".valid_from <= ?2 AND (" row ".valid_to IS NULL OR " row ".valid_to > ?2)"

#define ACTIVE_GROUPS                                                                    \
	" (SELECT id FROM security_group WHERE organization_id = ?1 UNION"               \
	" SELECT l.group_id FROM group_link l WHERE l.organization_id = ?1"              \
	" AND " VALID("l") ") h JOIN security_group g ON g.id = h.id AND " VALID("g")

#define PERSON                                                                           \
	"a.id, s.email, s.name, EXISTS (SELECT 1 FROM account_block b"                   \
	" JOIN organization o ON o.root_id = b.root_id WHERE o.id = ?1"                  \
	" AND b.account_id = a.id AND " VALID("b") ")"

/* Both halves of the first OR name the group, so that each can use its own index. */
static const char ways[] =
	"SELECT " PERSON ", g.name, g.organization_id, r.role, r.valid_from,"
	" EXISTS (SELECT 1 FROM group_claim c WHERE c.group_id = g.id AND r.role = 0"
	"  AND c.organization_id = ?1 AND c.claim = 'Owner' AND " VALID(
		"c") "),"
		     " NOT EXISTS (SELECT 1 FROM giver v WHERE v.role_id = r.id "
		     "AND " VALID(
			     "v") "  AND v.suspended_until IS NULL),"
				  " coalesce(s.email_key, s.name) AS who, "
				  "g.organization_id <> ?1 AS linked,"
				  " g.name_key AS name_key"
				  " FROM" ACTIVE_GROUPS " JOIN role r ON (r.group_id = "
				  "g.id AND r.valid_to IS NULL)"
				  "  OR (r.group_id = g.id AND r.valid_to > ?2)"
				  " JOIN account a ON a.id = r.account_id JOIN subject s "
				  "ON s.id = a.subject_id"
				  " WHERE r.valid_from <= ?2"
				  " UNION ALL SELECT " PERSON
				  ", NULL, ?1, 0, k.valid_from, 1, 0,"
				  " coalesce(s.email_key, s.name), 0, ''"
				  " FROM account_claim k JOIN account a ON a.id = "
				  "k.account_id"
				  " JOIN subject s ON s.id = a.subject_id"
				  " WHERE k.organization_id = ?1 AND k.claim = 'Owner' "
				  "AND " VALID("k") " ORDER BY who, a.id, linked, "
						    "name_key, r.role";

static const char invitations[] =
	"SELECT g.name, g.organization_id, i.role, s.email, p.name, i.created, i.expires,"
	" i.mail_id FROM" ACTIVE_GROUPS
	" JOIN invitation i ON i.group_id = g.id AND i.created <= ?2 AND i.expires > ?2"
	"  AND (i.ended IS NULL OR i.ended > ?2)"
	" JOIN subject s ON s.id = i.subject_id JOIN principal p ON p.id = i.inviter_id"
	" ORDER BY s.email_key, g.organization_id <> ?1, g.name_key, i.role";

static const char *path_of(const struct console *c, int64_t organization)
{
	return c->view->organizations[view_organization_by_id(c->view, organization)]
		.path;
}

static const char *text(TALLOC_CTX *ctx, const struct rows *r, int column)
{
	const char *found = row_text(r, column);

	return found ? mem_strdup(ctx, found) : NULL;
}

struct growing {
	int64_t account; /* of the last person */
	size_t people, ways, invitations;
};

static void add_way(TALLOC_CTX *ctx, const struct console *c, const struct rows *r,
		    int64_t here, struct growing *g, struct roster *out)
{
	struct roster_person *person;

	if (out->n_people == 0 || row_int(r, 0) != g->account) {
		g->account = row_int(r, 0);
		g->ways = 0;
		mem_grow(ctx, out->people, out->n_people + 1, &g->people);
		out->people[out->n_people++] = (struct roster_person){
			.email = text(ctx, r, 1),
			.name = text(ctx, r, 2),
			.blocked = row_int(r, 3) != 0,
		};
	}
	person = &out->people[out->n_people - 1];
	mem_grow(ctx, person->ways, person->n_ways + 1, &g->ways);
	person->ways[person->n_ways++] = (struct roster_way){
		.group = text(ctx, r, 4),
		.home = path_of(c, row_int(r, 5)),
		.role = (enum role)row_int(r, 6),
		.linked = row_int(r, 5) != here,
		.since = row_int(r, 7),
		.owner = row_int(r, 8) != 0,
		.suspended = row_int(r, 9) != 0,
	};
}

static void add_invitation(TALLOC_CTX *ctx, const struct console *c, const struct rows *r,
			   int64_t here, struct growing *g, struct roster *out)
{
	mem_grow(ctx, out->invitations, out->n_invitations + 1, &g->invitations);
	out->invitations[out->n_invitations++] = (struct roster_invitation){
		.group = text(ctx, r, 0),
		.home = path_of(c, row_int(r, 1)),
		.linked = row_int(r, 1) != here,
		.role = (enum role)row_int(r, 2),
		.email = text(ctx, r, 3),
		.inviter = text(ctx, r, 4),
		.created = row_int(r, 5),
		.expires = row_int(r, 6),
		.mail = row_int(r, 7),
	};
}

typedef void (*add_fn)(TALLOC_CTX *ctx, const struct console *c, const struct rows *r,
		       int64_t here, struct growing *g, struct roster *out);

static struct err *load(TALLOC_CTX *ctx, struct console *c, const char *sql, int64_t here,
			add_fn add, struct roster *out)
{
	struct growing g = { 0 };
	struct rows *rows;
	struct err *err;
	bool more = true;

	err = store_query(c->store, &rows, sql, "ii", here, out->at);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		add(ctx, c, rows, here, &g, out);
	}
	return err;
}

struct err *roster_load(TALLOC_CTX *ctx, struct console *c, uint32_t organization,
			int64_t at, struct roster *out)
{
	int64_t here = c->view->organizations[organization].id;
	struct err *err;

	*out = (struct roster){ .at = at };
	err = load(ctx, c, ways, here, add_way, out);
	if (err == NULL)
		err = load(ctx, c, invitations, here, add_invitation, out);
	return err;
}
