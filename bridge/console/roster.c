/* SPDX-License-Identifier: MIT */
#include "bridge/console/roster.h"
#include "bridge/base/index.h"
#include <stdlib.h>

/* Ids in the order in which they came, found again by their number. */
struct ids {
	int64_t *id;
	size_t n, capacity;
	struct index *index;
};

/* What every query of a roster needs. */
struct look {
	TALLOC_CTX *ctx;
	struct console *console;
	int64_t here, root;
	struct roster *out;
	struct roster_way *groups; /* active here, as ways without a role */
	struct ids *group_ids;     /* of each of them */
	struct ids *blocked;       /* accounts */
	size_t n_groups, c_groups;
	int64_t account; /* of the last person */
	size_t c_people, c_ways, c_claims, c_invitations;
};

/* True at ?2, of a row with valid_from and valid_to. */
#define VALID(row)                                                                       \
	row ".valid_from <= ?2 AND (" row ".valid_to IS NULL OR " row ".valid_to > ?2)"

/* clang-format off */
#define ACTIVE                                                                           \
	"WITH active(id) AS (SELECT id FROM security_group"                              \
	" WHERE (organization_id = ?1 AND valid_to IS NULL)"                             \
	"  OR (organization_id = ?1 AND valid_to > ?2)"                                  \
	" UNION SELECT l.group_id FROM group_link l WHERE l.organization_id = ?1"        \
	"  AND " VALID("l") ") "

static const char groups[] =
	ACTIVE "SELECT g.id, g.organization_id, g.name, g.uid FROM active"
	" JOIN security_group g ON g.id = active.id WHERE " VALID("g")
	" ORDER BY g.organization_id <> ?1, g.name_key, g.id";

/* Both halves of an OR name the group, so that each can use its own index. */
static const char claims[] =
	ACTIVE "SELECT c.group_id, c.claim FROM active CROSS JOIN group_claim c"
	" ON (c.group_id = active.id AND c.organization_id = ?1 AND c.valid_to IS NULL)"
	"  OR (c.group_id = active.id AND c.organization_id = ?1 AND c.valid_to > ?2)"
	" WHERE c.valid_from <= ?2"
	" ORDER BY c.group_id, c.claim";

static const char blocked[] =
	"SELECT b.account_id, ?1 FROM account_block b WHERE b.root_id = ?3 AND "
	VALID("b");

static const char ways[] =
	ACTIVE "SELECT a.id, s.email, s.name, s.pseudonym, r.group_id, r.role, r.valid_from,"
	" NOT EXISTS (SELECT 1 FROM giver v WHERE v.role_id = r.id AND " VALID("v")
	"  AND v.suspended_until IS NULL), coalesce(s.email_key, s.name) AS who"
	" FROM active CROSS JOIN role r ON (r.group_id = active.id AND r.valid_to IS NULL)"
	"  OR (r.group_id = active.id AND r.valid_to > ?2)"
	" JOIN account a ON a.id = r.account_id JOIN subject s ON s.id = a.subject_id"
	" WHERE r.valid_from <= ?2"
	" UNION ALL SELECT a.id, s.email, s.name, s.pseudonym, 0, 0, k.valid_from, 0,"
	"  coalesce(s.email_key, s.name)"
	" FROM account_claim k JOIN account a ON a.id = k.account_id"
	" JOIN subject s ON s.id = a.subject_id"
	" WHERE k.organization_id = ?1 AND k.claim = 'Owner' AND " VALID("k")
	" ORDER BY who, a.id";

static const char invitations[] =
	ACTIVE "SELECT i.group_id, i.role, s.email, s.pseudonym, p.name, i.created,"
	" i.expires, i.mail_id, i.mode FROM active CROSS JOIN invitation i"
	"  ON (i.group_id = active.id AND i.state = 'pending')"
	"  OR (i.group_id = active.id AND i.ended > ?2)"
	" JOIN subject s ON s.id = i.subject_id JOIN principal p ON p.id = i.inviter_id"
	" WHERE i.created <= ?2 AND i.expires > ?2 ORDER BY s.email_key";

/* Who is here through a link alone of all that is above, and has a group of their own in
 * an organization beside: another customer's. Whoever has more above works there. */
static const char elsewhere[] =
	"WITH RECURSIVE up(id) AS (SELECT ?1 UNION ALL SELECT o.parent_id"
	" FROM organization o JOIN up ON o.id = up.id WHERE o.parent_id IS NOT NULL),"
	" down(id) AS (SELECT ?1 UNION ALL SELECT o.id FROM organization o"
	"  JOIN down ON o.parent_id = down.id)"
	" SELECT DISTINCT s.pseudonym, coalesce(q.name || '/', '')"
	" || coalesce(p.name || '/', '') || o.name AS path FROM group_link l"
	" JOIN role r ON (r.group_id = l.group_id AND r.valid_to IS NULL)"
	"  OR (r.group_id = l.group_id AND r.valid_to > ?2)"
	" JOIN role h ON (h.account_id = r.account_id AND h.valid_to IS NULL)"
	"  OR (h.account_id = r.account_id AND h.valid_to > ?2)"
	" JOIN security_group g ON g.id = h.group_id"
	" JOIN organization o ON o.id = g.organization_id AND o.root_id = ?3"
	" LEFT JOIN organization p ON p.id = o.parent_id"
	" LEFT JOIN organization q ON q.id = p.parent_id"
	" JOIN account a ON a.id = r.account_id JOIN subject s ON s.id = a.subject_id"
	" WHERE l.organization_id = ?1 AND " VALID("l") " AND " VALID("g")
	" AND r.valid_from <= ?2 AND h.valid_from <= ?2"
	" AND g.organization_id NOT IN (SELECT id FROM up)"
	" AND g.organization_id NOT IN (SELECT id FROM down)"
	" AND NOT EXISTS (SELECT 1 FROM role t JOIN security_group b ON b.id = t.group_id"
	"  WHERE t.account_id = r.account_id AND " VALID("t")
	"  AND b.organization_id <> ?1 AND b.organization_id IN (SELECT id FROM up)"
	"  AND b.id NOT IN (SELECT k.group_id FROM group_link k"
	"   WHERE k.organization_id = ?1 AND " VALID("k") "))"
	" ORDER BY path, s.pseudonym";
/* clang-format on */

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

static uint64_t id_at(const void *owner, uint32_t place)
{
	const struct ids *ids = owner;

	return (uint64_t)ids->id[place];
}

static struct ids *ids_new(TALLOC_CTX *ctx)
{
	struct ids *ids = mem_new(ctx, struct ids);

	ids->index = index_new(ids, ids, id_at);
	return ids;
}

static uint32_t find_id(const struct ids *ids, int64_t id)
{
	return index_find(ids->index, (uint64_t)id);
}

static void add_id(struct ids *ids, int64_t id)
{
	if (find_id(ids, id) != INDEX_NONE)
		return;
	mem_grow(ids, ids->id, ids->n + 1, &ids->capacity);
	ids->id[ids->n] = id;
	index_add(ids->index, (uint32_t)ids->n++);
}

static struct roster_way *group_of(const struct look *l, int64_t id)
{
	uint32_t n = find_id(l->group_ids, id);

	return n == INDEX_NONE ? NULL : &l->groups[n];
}

static void add_group(struct look *l, const struct rows *r)
{
	int64_t home = row_int(r, 1);

	mem_grow(l->ctx, l->groups, l->n_groups + 1, &l->c_groups);
	add_id(l->group_ids, row_int(r, 0));
	l->groups[l->n_groups++] = (struct roster_way){
		.group = text(l->ctx, r, 2),
		.home = path_of(l->console, home),
		.uid = text(l->ctx, r, 3),
		.linked = home != l->here,
	};
}

/* The claims of one group follow each other. */
static void add_claim(struct look *l, const struct rows *r)
{
	struct roster_way *g = group_of(l, row_int(r, 0));

	if (g == NULL)
		return;
	if (g->n_claims == 0)
		l->c_claims = 0;
	mem_grow(l->ctx, g->claims, g->n_claims + 1, &l->c_claims);
	g->claims[g->n_claims] = text(l->ctx, r, 1);
	g->owner |= strcmp(g->claims[g->n_claims++], CLAIM_OWNER) == 0;
}

static void add_blocked(struct look *l, const struct rows *r)
{
	add_id(l->blocked, row_int(r, 0));
}

static int by_rank(const void *a, const void *b)
{
	const struct roster_way *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (int)x->role - (int)y->role;
}

static void sort_ways(struct roster *out)
{
	if (out->n_people > 0) {
		struct roster_person *p = &out->people[out->n_people - 1];

		qsort(p->ways, p->n_ways, sizeof *p->ways, by_rank);
	}
}

static struct roster_person *person_of(struct look *l, const struct rows *r)
{
	struct roster *out = l->out;

	if (out->n_people == 0 || row_int(r, 0) != l->account) {
		sort_ways(out);
		l->account = row_int(r, 0);
		l->c_ways = 0;
		mem_grow(l->ctx, out->people, out->n_people + 1, &l->c_people);
		out->people[out->n_people++] = (struct roster_person){
			.email = text(l->ctx, r, 1),
			.name = text(l->ctx, r, 2),
			.pseudonym = text(l->ctx, r, 3),
			.blocked = find_id(l->blocked, l->account) != INDEX_NONE,
		};
	}
	return &out->people[out->n_people - 1];
}

static void add_way(struct look *l, const struct rows *r)
{
	static const char *owner[] = { CLAIM_OWNER };
	const struct roster_way *group = group_of(l, row_int(r, 4));
	struct roster_person *person;
	struct roster_way way = { .claims = owner, .n_claims = 1, .owner = true };

	if (group == NULL && row_int(r, 4) != 0)
		return;
	person = person_of(l, r);
	if (group != NULL) {
		way = *group;
		way.rank = (uint32_t)(group - l->groups) + 1;
	}
	way.home = group ? group->home : path_of(l->console, l->here);
	way.role = (enum role)row_int(r, 5);
	way.since = row_int(r, 6);
	way.suspended = row_int(r, 7) != 0;
	if (way.role == ROLE_OWNER) {
		way.owner = false;
		way.n_claims = 0;
	}
	mem_grow(l->ctx, person->ways, person->n_ways + 1, &l->c_ways);
	person->ways[person->n_ways++] = way;
}

static enum invite_mode mode_of(const char *name)
{
	enum invite_mode mode = INVITE_MAIL;

	while (mode + 1 < INVITE_MODES && strcmp(invite_mode_name(mode), name) != 0)
		mode++;
	return mode;
}

static void add_invitation(struct look *l, const struct rows *r)
{
	enum invite_mode mode = mode_of(row_text(r, 8));
	const struct roster_way *group = group_of(l, row_int(r, 0));
	struct roster *out = l->out;

	if (group == NULL)
		return;
	mem_grow(l->ctx, out->invitations, out->n_invitations + 1, &l->c_invitations);
	out->invitations[out->n_invitations++] = (struct roster_invitation){
		.group = group->group,
		.home = group->home,
		.uid = group->uid,
		.linked = group->linked,
		.rank = (uint32_t)(group - l->groups),
		.role = (enum role)row_int(r, 1),
		.email = text(l->ctx, r, 2),
		.pseudonym = text(l->ctx, r, 3),
		.inviter = text(l->ctx, r, 4),
		.created = row_int(r, 5),
		.expires = mode == INVITE_STAGED ? 0 : row_int(r, 6),
		.mail = row_int(r, 7),
		.mode = mode,
	};
}

static int by_email(const void *a, const void *b)
{
	const struct roster_invitation *x = a, *y = b;
	int order = strcmp(x->email ? x->email : "", y->email ? y->email : "");

	if (order == 0)
		order = strcmp(x->pseudonym, y->pseudonym);
	if (order != 0)
		return order;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (int)x->role - (int)y->role;
}

typedef void (*add_fn)(struct look *l, const struct rows *r);

static struct err *each(struct look *l, const char *sql, const char *types, add_fn add)
{
	struct rows *rows;
	struct err *err;
	bool more = true;

	err = store_query(l->console->store, &rows, sql, types, l->here, l->out->at,
			  l->root);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		add(l, rows);
	}
	return err;
}

struct err *roster_load(TALLOC_CTX *ctx, struct console *c, uint32_t organization,
			int64_t at, struct roster *out)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct look l = {
		.ctx = ctx,
		.console = c,
		.here = c->view->organizations[organization].id,
		.root = c->root,
		.out = out,
		.group_ids = ids_new(scratch),
		.blocked = ids_new(scratch),
	};
	struct err *err;

	*out = (struct roster){ .at = at };
	err = each(&l, groups, "ii", add_group);
	if (err == NULL)
		err = each(&l, claims, "ii", add_claim);
	if (err == NULL)
		err = each(&l, blocked, "iii", add_blocked);
	if (err == NULL)
		err = each(&l, ways, "ii", add_way);
	if (err == NULL)
		err = each(&l, invitations, "ii", add_invitation);
	if (err)
		return err;
	sort_ways(out);
	if (out->n_invitations > 0)
		qsort(out->invitations, out->n_invitations, sizeof *out->invitations,
		      by_email);
	return NULL;
}

/* ---- another customer's people ---- */

static int by_pseudonym(const void *a, const void *b)
{
	const struct roster_person *const *x = a, *const *y = b;

	return strcmp((*x)->pseudonym, (*y)->pseudonym);
}

/* May it be known to this user? */
static struct err *may_know(struct console *c, const char *path,
			    const struct looking *who, int64_t at, bool *may)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct console *there;
	uint32_t organization;
	struct err *err = console_look(scratch, c->store, path, who, at, c->now, &there,
				       &organization);

	*may = err == NULL;
	if (err != NULL && err_class(err) == ERR_REFUSED) {
		err_free(err);
		err = NULL;
	}
	return err;
}

/* By path, and then by pseudonym. */
struct beside {
	const char *pseudonym, *path;
};

static struct err *load_beside(TALLOC_CTX *ctx, const struct look *l, struct beside **out,
			       size_t *n)
{
	struct rows *rows;
	size_t capacity = 0;
	bool more = true;
	struct err *err = store_query(l->console->store, &rows, elsewhere, "iii", l->here,
				      l->out->at, l->root);

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		(*out)[(*n)++] =
			(struct beside){ text(ctx, rows, 0), text(ctx, rows, 1) };
	}
	return err;
}

/* The roster's people by pseudonym. */
struct people {
	struct roster_person **sorted;
	size_t n;
};

static struct people people_of(TALLOC_CTX *ctx, const struct roster *roster)
{
	struct people p = { mem_array(ctx, struct roster_person *, roster->n_people + 1),
			    roster->n_people };

	for (size_t i = 0; i < p.n; i++)
		p.sorted[i] = &roster->people[i];
	qsort(p.sorted, p.n, sizeof *p.sorted, by_pseudonym);
	return p;
}

static void mark(TALLOC_CTX *ctx, const struct people *p, const struct beside *beside)
{
	struct roster_person key = { .pseudonym = beside->pseudonym }, *wanted = &key;
	struct roster_person **found =
		bsearch(&wanted, p->sorted, p->n, sizeof *p->sorted, by_pseudonym);

	if (found != NULL && (*found)->elsewhere == NULL)
		(*found)->elsewhere = mem_strdup(ctx, beside->path);
}

struct err *roster_elsewhere(TALLOC_CTX *ctx, struct console *c, uint32_t organization,
			     const struct looking *who, struct roster *roster)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	const struct look l = {
		.console = c,
		.here = c->view->organizations[organization].id,
		.root = c->root,
		.out = roster,
	};
	const struct people people = people_of(scratch, roster);
	struct beside *beside = NULL;
	bool may = false;
	size_t n = 0;
	struct err *err = load_beside(scratch, &l, &beside, &n);

	for (size_t i = 0; err == NULL && i < n; i++) {
		if (i == 0 || strcmp(beside[i].path, beside[i - 1].path) != 0)
			err = may_know(c, beside[i].path, who, roster->at, &may);
		if (err == NULL && may)
			mark(ctx, &people, &beside[i]);
	}
	return err;
}
