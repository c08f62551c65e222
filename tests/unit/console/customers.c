/* SPDX-License-Identifier: MIT */
#include "tests/unit/console/customers.h"
#include "bridge/base/str.h"

const struct target targets[TARGETS] = {
	{ "northwind", "northwind", "Owners", "northwing" },
	{ "northwind", "northwind/fabrikam", "Operators", "northwind/fabrikan" },
	{ "northwind", "northwind/fabrikam/plant", "Owners", "northwind/fabrikam/plans" },
	{ "northwind", "northwind/fabrikam/plant", "Owners", "northwind/nowhere/plant" },
	{ "globex", "globex", "Owners", "globed" },
	{ "globex", "globex/lab", "Owners", "globex/lob" },
	{ "globex", "globex/lab", "Owners", "nowhere/lab" },
};

static void make_organization(struct world *w, const char *parent, const char *name)
{
	struct change change = {
		.kind = CHANGE_ORGANIZATION,
		.organization = organization(w, parent),
		.account = w->c->principal.account,
		.name = name,
		.name_key = name,
	};
	assert_ok(console_change(w->c, &change, NULL, NULL));
}

static void make_service(struct world *w, const char *name, const char *path)
{
	struct change claim = { .kind = CHANGE_CLAIM };

	enter(w, "northwind", "root");
	assert_ok(console_service(w->c, name, &claim.account));
	claim.organization = organization(w, path);
	assert_ok(console_change(w->c, &claim, NULL, NULL));
	assert_ok(console_allow(w->c, name, name, true));
	commit(w);
}

struct world *customers(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	join(w, HOME, "Owners", ROLE_MEMBER, BO);
	join(w, "northwind/fabrikam", "Owners", ROLE_MEMBER, EVE);
	give(w, HOME, "Owners", ROLE_OWNER, BO);
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	enter(w, "northwind", "ada");
	assert_ok(make_group(w, "northwind/fabrikam", "Operators"));
	make_organization(w, "northwind/fabrikam", "plant");
	commit(w);
	enter(w, "globex", "gil");
	make_organization(w, "globex", "lab");
	commit(w);
	enter(w, "northwind", "root");
	assert_ok(console_allow(w->c, BO, "bo", true));
	assert_ok(console_allow(w->c, EVE, "eve", true));
	commit(w);
	enter(w, "northwind", "bo");
	make_organization(w, HOME, "lab");
	commit(w);
	make_service(w, "feed", HOME);
	run(w, "INSERT INTO source (id, name, organization_id)"
	       " SELECT 2, 'feed', id FROM organization WHERE uid ="
	       " (SELECT uid FROM organization WHERE name = 'contoso')");
	return w;
}

uint32_t number_of(const struct world *w, const char *path)
{
	uint32_t found = view_organization(w->c->view, path);

	return found == VIEW_NONE ? NOWHERE : found;
}

/* ---- in the same words ---- */

static char *without(TALLOC_CTX *ctx, const char *text, const char *path)
{
	struct str *s = str_new(ctx);
	const char *quoted = mem_printf(ctx, "\"%s\"", path);
	size_t len = strlen(quoted);

	for (const char *at = text ? text : "-"; *at != '\0';) {
		bool is = strncmp(at, quoted, len) == 0;

		str_add_bytes(s, is ? "*" : at, 1);
		at += is ? len : 1;
	}
	return s->text;
}

struct answer answer_of(struct world *w, struct err *err, const char *path,
			uint64_t before)
{
	struct answer a = { .code = "", .statements = store_statements() - before };

	if (err == NULL) {
		a.words = mem_strdup(w, "done");
		return a;
	}
	a.code = mem_strdup(w, err_code(err) ? err_code(err) : "error");
	a.words = mem_printf(w, "%s | %s", without(w, err_text(err), path),
			     without(w, err_hint_text(err), path));
	err_free(err);
	return a;
}

void assert_same(const char *what, const struct target *t, const struct answer *there,
		 const struct answer *nowhere)
{
	if (strcmp(there->words, nowhere->words) == 0 &&
	    there->statements == nowhere->statements)
		return;
	fail_msg("%s: \"%s\" after %llu statements of %s, \"%s\" after %llu of %s", what,
		 there->words, (unsigned long long)there->statements, t->path,
		 nowhere->words, (unsigned long long)nowhere->statements, t->nothing);
}

const char *top_of(struct world *w, const char *path)
{
	return mem_printf(w, "%.*s", (int)strcspn(path, "/"), path);
}
