/* SPDX-License-Identifier: MIT */
#include "tests/model/play.h"
#include "tests/test.h"

static void add_line(TALLOC_CTX *ctx, char ***lines, size_t *n, char *line)
{
	if (*n % 256 == 0)
		*lines = talloc_realloc(ctx, *lines, char *, *n + 256);
	(*lines)[(*n)++] = line;
}

/* A pseudonym is another in every store. */
static const char *inviter_of(const struct roster_invitation *v)
{
	bool named = strchr(v->inviter, '@') != NULL || strlen(v->inviter) < 32;

	return named ? v->inviter : "erased";
}

static const char *claims_of(TALLOC_CTX *ctx, const struct roster_way *way)
{
	char *text = mem_strdup(ctx, "");
	bool owner = false;

	for (size_t i = 0; i < way->n_claims; i++) {
		text = mem_printf(ctx, "%s %s", text, way->claims[i]);
		owner |= strcmp(way->claims[i], CLAIM_OWNER) == 0;
	}
	assert_int_equal(owner, way->owner);
	return text;
}

static void add_roster(TALLOC_CTX *ctx, const char *path, const struct roster *r,
		       char ***lines, size_t *n)
{
	for (size_t i = 0; i < r->n_people; i++)
		for (size_t w = 0; w < r->people[i].n_ways; w++) {
			const struct roster_person *p = &r->people[i];
			const struct roster_way *way = &p->ways[w];

			add_line(ctx, lines, n,
				 mem_printf(ctx, "%s: %s%s %s/%s %d %d%s%s since %lld",
					    path,
					    p->email  ? p->email
					    : p->name ? p->name
						      : "erased",
					    p->blocked ? " blocked" : "", way->home,
					    way->group ? way->group : "-",
					    way->role == ROLE_OWNER, way->linked,
					    claims_of(ctx, way),
					    way->suspended ? " suspended" : "",
					    (long long)way->since));
		}
	for (size_t i = 0; i < r->n_invitations; i++) {
		const struct roster_invitation *v = &r->invitations[i];

		add_line(ctx, lines, n,
			 mem_printf(
				 ctx, "%s: invited %s %s/%s %d %d by %s %lld until %lld",
				 path, v->email ? v->email : "erased", v->home, v->group,
				 v->role == ROLE_OWNER, v->linked, inviter_of(v),
				 (long long)v->created, (long long)v->expires));
	}
}

/* Loads a root as the operator. */
static struct console *look(struct play *p, TALLOC_CTX *ctx, const struct model *m,
			    int root)
{
	char path[4 * M_TEXT];
	struct console *c;

	play_end(p);
	model_org_path(&m->s, root, path);
	assert_ok(store_begin(p->store));
	assert_ok(console_load(ctx, p->store, path, p->now, &c));
	return c;
}

void play_roster(struct play *p, TALLOC_CTX *ctx, const struct model *m, int root,
		 int64_t at, char ***lines, size_t *n)
{
	struct console *c = look(p, ctx, m, root);

	for (uint32_t o = 0; o < c->view->n_organizations; o++) {
		struct roster roster;

		assert_ok(roster_load(ctx, c, o, at, &roster));
		add_roster(ctx, c->view->organizations[o].path, &roster, lines, n);
	}
	store_rollback(p->store);
}

size_t play_structure(struct play *p, const struct model *m, int root)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const struct m_state *s = &m->s;
	struct console *c = look(p, ctx, m, root);
	size_t wrong = c->view->n_links + c->view->n_claims;

	for (int g = 0; g < s->n_groups; g++)
		for (int o = 0; s->group[g].alive && o < s->n_orgs; o++) {
			struct m_op op = { .group = s->group[g].name };
			char path[4 * M_TEXT];
			uint32_t home, group, org;

			if (!s->org[o].alive || s->org[o].root != root ||
			    s->org[s->group[g].home].root != root)
				continue;
			p->c = c;
			model_org_path(s, s->group[g].home, path);
			home = view_organization(c->view, path);
			model_group_name(op.group, false, path);
			path[0] = op.group == 0 ? 'o' : 'g';
			group = home == VIEW_NONE ? VIEW_NONE
						  : view_group(c->view, home, path);
			org = play_org(p, s, o);
			p->c = NULL;
			if (group == VIEW_NONE)
				return SIZE_MAX;
			if (o != s->group[g].home && m_active_in(s, g, o))
				wrong += view_link(c->view, group, org) == VIEW_NONE ? 1
										     : -1;
			for (int k = 0; k < 3; k++)
				if (m_carries(s, g, o, k))
					wrong += view_claim(c->view, group, org,
							    model_claim(k)) == VIEW_NONE
							 ? 1
							 : -1;
		}
	store_rollback(p->store);
	return wrong;
}
