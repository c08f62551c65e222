/* SPDX-License-Identifier: MIT */
#include "tests/unit/console/world.h"
#include "bridge/record/text.h"

void enter(struct world *w, const char *root, const char *user)
{
	assert_ok(store_begin(w->store));
	assert_ok(console_load(w->ctx, w->store, root, w->now, &w->c));
	if (strcmp(user, "sync") == 0)
		assert_ok(console_act_for_source(w->c, "cron", user));
	else
		assert_ok(console_act(w->c, user, NULL));
}

void commit(struct world *w)
{
	assert_ok(console_finish(w->c));
	assert_ok(store_commit(w->store));
}

void give_up(struct world *w)
{
	store_rollback(w->store);
}

uint32_t organization(const struct world *w, const char *path)
{
	uint32_t found = view_organization(w->c->view, path);

	assert_int_not_equal(found, VIEW_NONE);
	return found;
}

uint32_t group(const struct world *w, const char *path, const char *name)
{
	AUTO_MEM char *key = text_fold(NULL, name, strlen(name));
	uint32_t found = view_group(w->c->view, organization(w, path), key);

	assert_int_not_equal(found, VIEW_NONE);
	return found;
}

uint32_t email(struct world *w, const char *address)
{
	return view_add_email(w->c->view, address, address);
}

uint32_t account(const struct world *w, const char *address)
{
	uint32_t found = view_email(w->c->view, address);

	assert_int_not_equal(found, VIEW_NONE);
	found = w->c->view->emails[found].account;
	assert_int_not_equal(found, VIEW_NONE);
	return found;
}

struct err *make_group(struct world *w, const char *path, const char *name)
{
	struct change change = {
		.kind = CHANGE_GROUP,
		.organization = organization(w, path),
		.name = name,
		.name_key = text_fold(w->ctx, name, strlen(name)),
	};
	return console_change(w->c, &change, NULL, NULL);
}

static struct change about(struct world *w, enum change_kind kind, const char *path,
			   const char *name, enum role role, int64_t giver)
{
	return (struct change){
		.kind = kind,
		.group = group(w, path, name),
		.role = role,
		.giver = giver,
		.scope = giver ? organization(w, "northwind/contoso") : VIEW_NONE,
		.until = kind == CHANGE_SUSPEND ? w->now + 30 * DAY : 0,
	};
}

struct err *change_role(struct world *w, enum change_kind kind, const char *path,
			const char *name, enum role role, const char *who, int64_t giver)
{
	struct change change = about(w, kind, path, name, role, giver);

	change.account = account(w, who);
	return console_change(w->c, &change, NULL, NULL);
}

struct err *change_invitation(struct world *w, enum change_kind kind, const char *path,
			      const char *name, enum role role, const char *who,
			      int64_t giver)
{
	struct change change = about(w, kind, path, name, role, giver);
	struct value anchor = { who, giver ? strlen(who) : 0 };

	change.email = email(w, who);
	return console_change(w->c, &change, &anchor, NULL);
}

void give(struct world *w, const char *path, const char *name, enum role role,
	  const char *who)
{
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_GIVE, path, name, role, who, GIVER_HAND));
	commit(w);
}

void invite(struct world *w, const char *path, const char *name, enum role role,
	    const char *who)
{
	enter(w, "northwind", "ada");
	assert_ok(change_invitation(w, CHANGE_INVITE, path, name, role, who, GIVER_HAND));
	commit(w);
}

char *token_of(struct world *w, const char *address)
{
	char *token;
	int64_t mail;

	assert_ok(store_number(w->store, &mail, 0,
			       "SELECT max(m.id) FROM mail m JOIN subject s"
			       " ON s.id = m.subject_id WHERE s.email_key = ?1",
			       "t", address));
	assert_int_not_equal(mail, 0);
	assert_ok(console_token(w->ctx, w->store, mail, &token));
	return token;
}

void join(struct world *w, const char *path, const char *name, enum role role,
	  const char *who)
{
	struct acceptance done;

	invite(w, path, name, role, who);
	assert_ok(
		console_accept(w->ctx, w->store, token_of(w, who), BY(), w->now, &done));
}

int64_t number(struct world *w, const char *sql)
{
	int64_t n = -1;

	assert_ok(store_number(w->store, &n, -1, sql, ""));
	return n;
}

void run(struct world *w, const char *sql)
{
	assert_ok(store_run(w->store, sql, ""));
}

/* ---- making it ------------------------------------------------------------------------
 */

static void make_root(struct world *w, const char *name, const char *owner,
		      const char *user)
{
	struct change root = {
		.kind = CHANGE_ORGANIZATION,
		.organization = VIEW_NONE,
		.name = name,
		.name_key = name,
	};
	struct change licence = { .kind = CHANGE_LICENCE, .until = w->now + 365 * DAY };

	enter(w, name, "root");
	assert_ok(console_account(w->c, owner, NULL, &root.account));
	assert_ok(console_change(w->c, &root, NULL, NULL));
	assert_ok(console_change(w->c, &licence, NULL, NULL));
	assert_ok(console_allow(w->c, owner, user, true));
	commit(w);
}

static void make_sub(struct world *w, const char *name)
{
	struct change sub = {
		.kind = CHANGE_ORGANIZATION,
		.organization = organization(w, "northwind"),
		.account = w->c->principal.account,
		.name = name,
		.name_key = name,
	};
	assert_ok(console_change(w->c, &sub, NULL, NULL));
}

static void make_service(struct world *w)
{
	static const char *const paths[] = { "northwind", "northwind/contoso" };
	struct change claim = { .kind = CHANGE_CLAIM };

	enter(w, "northwind", "root");
	assert_ok(console_service(w->c, "sync", &claim.account));
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		claim.organization = organization(w, paths[i]);
		assert_ok(console_change(w->c, &claim, NULL, NULL));
	}
	commit(w);
}

struct world *world_new(TALLOC_CTX *ctx)
{
	struct world *w = mem_new(ctx, struct world);

	w->ctx = w;
	w->now = INT64_C(1795510800); /* 2026-11-24 09:00 */
	w->url = mem_printf(w, "%s/console.db", scratch_new(ctx));
	assert_ok(console_init(w->url, "root"));
	assert_ok(store_open(w, w->url, STORE_WRITE, &w->store));
	make_root(w, "northwind", "ada@northwind.example", "ada");
	make_root(w, "globex", "gil@globex.example", "gil");
	enter(w, "northwind", "ada");
	make_sub(w, "contoso");
	make_sub(w, "fabrikam");
	assert_ok(make_group(w, "northwind/contoso", "Operators"));
	commit(w);
	make_service(w);
	run(w, "INSERT INTO source (id, name, organization_id)"
	       " SELECT 1, 'acme', id FROM organization WHERE name = 'contoso'");
	return w;
}
