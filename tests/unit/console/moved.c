/* SPDX-License-Identifier: MIT */
#include "tests/unit/console/moved.h"
#include "bridge/base/str.h"
#include <stdlib.h>

#define HOME "northwind/contoso"
#define BO   "bo@contoso.example"
#define KIM  "kim@contoso.example"
#define LEE  "lee@contoso.example"
#define DAN  "dan@contoso.example"

/* ---- everything that can be there ---- */

static void change_it(struct world *w, struct change change)
{
	assert_ok(console_change(w->c, &change, NULL, NULL));
}

static uint32_t sub(struct world *w, const char *parent, const char *name)
{
	struct change change = {
		.kind = CHANGE_ORGANIZATION,
		.organization = organization(w, parent),
		.account = w->c->principal.account,
		.name = name,
		.name_key = name,
	};

	assert_ok(console_change(w->c, &change, NULL, NULL));
	return change.made;
}

static void make_organizations(struct world *w)
{
	enter(w, "northwind", "ada");
	sub(w, HOME, "berlin");
	sub(w, "northwind", "closed");
	assert_ok(make_group(w, "northwind", "Infra"));
	assert_ok(make_group(w, HOME, "Short-lived"));
	commit(w);
}

/* The link of Infra to contoso has ended once, and its claim with it. */
static void make_links(struct world *w)
{
	struct change link = { .kind = CHANGE_LINK };
	struct change claim = { .kind = CHANGE_GROUP_CLAIM, .name = "Restore" };

	for (int i = 0; i < 3; i++) {
		enter(w, "northwind", "ada");
		link.kind = i == 1 ? CHANGE_UNLINK : CHANGE_LINK;
		link.group = claim.group = group(w, "northwind", "Infra");
		link.organization = claim.organization = organization(w, HOME);
		change_it(w, link);
		if (i != 1)
			change_it(w, claim);
		if (i == 2) {
			link.organization = organization(w, HOME "/berlin");
			change_it(w, link);
		}
		commit(w);
		w->now += 60;
	}
}

static void make_roles(struct world *w)
{
	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	join(w, HOME, "Short-lived", ROLE_MEMBER, LEE);
	w->now += 60;
	for (enum change_kind kind = CHANGE_TAKE; kind != CHANGES;) {
		enter(w, "northwind", "ada");
		assert_ok(change_role(w, kind, HOME, "Operators", ROLE_OWNER, BO,
				      GIVER_HAND));
		commit(w);
		w->now += 60;
		kind = kind == CHANGE_TAKE   ? CHANGE_GIVE
		       : kind == CHANGE_GIVE ? CHANGE_SUSPEND
					     : CHANGES;
	}
	enter(w, "northwind", "ada");
	assert_ok(
		change_role(w, CHANGE_GIVE, HOME, "Operators", ROLE_MEMBER, LEE, SOURCE));
	commit(w);
}

static void invite_as(struct world *w, const char *who, enum invite_mode mode)
{
	struct change change = { .kind = CHANGE_INVITE, .role = ROLE_MEMBER };

	enter(w, "northwind", "ada");
	change.group = group(w, HOME, "Operators");
	change.email = email(w, who);
	change.mode = mode;
	change.name = "Somebody \xE2\x80\xAE \"quoted\"\n";
	change_it(w, change);
	commit(w);
}

static void make_invitations(struct world *w)
{
	w->now += 2 * DAY;
	invite(w, HOME, "Operators", ROLE_MEMBER, KIM);
	assert_ok(console_decline(w, w->store, token_of(w, KIM), BY(), w->now));
	invite(w, HOME, "Operators", ROLE_OWNER, DAN);
	enter(w, "northwind", "ada");
	assert_ok(change_invitation(w, CHANGE_CANCEL, HOME, "Operators", ROLE_OWNER, DAN,
				    GIVER_HAND));
	commit(w);
	invite(w, HOME, "Short-lived", ROLE_MEMBER, "late@contoso.example");
	w->now += 8 * DAY;
	enter(w, "northwind", "ada");
	assert_ok(console_expire(w->c));
	assert_ok(change_invitation(w, CHANGE_INVITE, HOME, "Operators", ROLE_MEMBER, KIM,
				    SOURCE));
	commit(w);
	invite_as(w, "silent@contoso.example", INVITE_SILENT);
	invite_as(w, "staged@contoso.example", INVITE_STAGED);
}

static void make_ends(struct world *w)
{
	struct change change = { .kind = CHANGE_GROUP_DELETE };

	enter(w, "northwind", "ada");
	change.group = group(w, HOME, "Short-lived");
	change_it(w, change);
	change.kind = CHANGE_ORGANIZATION_DELETE;
	change.organization = organization(w, "northwind/closed");
	change_it(w, change);
	change.kind = CHANGE_BLOCK;
	change.account = account(w, LEE);
	change_it(w, change);
	commit(w);
}

/* What a run would leave, and what other commands write. */
static void make_memory(struct world *w)
{
	run(w, "UPDATE source SET released_digest = zeroblob(16), released_config = "
	       "'{\"a\":1}',"
	       " released_at = 1795510800");
	run(w,
	    "INSERT INTO directory SELECT id, '', 'dc=contoso', 'entryUUID', NULL, NULL"
	    " FROM source");
	run(w, "INSERT INTO directory VALUES (1, 'emea', 'dc=emea', 'objectGUID', NULL, "
	       "NULL)");
	run(w, "INSERT INTO binding SELECT 1, x'0102', a.id, 1795510800 FROM account a"
	       " JOIN subject s ON s.id = a.subject_id WHERE s.email = '" LEE "'");
	run(w, "INSERT INTO group_binding SELECT 1, x'a0', id, 'operators'"
	       " FROM security_group WHERE name = 'Operators'");
	run(w,
	    "INSERT INTO given (source_id, group_id, role, anchor, state, since, until,"
	    " repeats, wish, email_key, via) SELECT 1, id, 0, x'0102', 'suspended',"
	    " 1795510800, 1795510900, 1, 0, '" KIM "', x'02a0a1'"
	    " FROM security_group WHERE name = 'Operators'");
	run(w, "INSERT INTO given (source_id, group_id, role, anchor, state, since)"
	       " SELECT 1, id, 1, x'0102', 'given', 1795510800"
	       " FROM security_group WHERE name = 'Operators'");
	run(w, "INSERT INTO evidence VALUES (1, x'0103', 'disabled', 1795510800,"
	       " 1795510801, NULL, NULL)");
	run(w, "INSERT INTO asset SELECT id, 'agents', 3 FROM organization"
	       " WHERE name = 'contoso'");
	run(w, "INSERT INTO review (organization_id, as_of, at, principal_id, people,"
	       " invitations, digest, note) SELECT o.id, 1795510800, 1795510801, p.id,"
	       " 4, 3, x'00ff', 'seen' FROM organization o, principal p"
	       " WHERE o.name = 'contoso' AND p.name = 'ada@northwind.example'");
	run(w, "INSERT INTO subject_alias SELECT '0123456789abcdef0123456789abcdef', id"
	       " FROM subject WHERE email = '" BO "'");
	run(w, "INSERT INTO checkpoint SELECT organization_id, seq, hash, at, 'operator'"
	       " FROM audit WHERE seq = 2 AND organization_id ="
	       " (SELECT id FROM organization WHERE name = 'contoso')");
	run(w, "DELETE FROM audit WHERE seq = 1 AND organization_id ="
	       " (SELECT id FROM organization WHERE name = 'contoso')");
	run(w, "DELETE FROM audit WHERE seq = 2 AND organization_id ="
	       " (SELECT id FROM organization WHERE name = 'contoso')");
}

struct world *rich_world(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	make_organizations(w);
	make_links(w);
	make_roles(w);
	make_invitations(w);
	make_ends(w);
	make_memory(w);
	return w;
}

struct world *empty_world(TALLOC_CTX *ctx)
{
	struct world *w = mem_new(ctx, struct world);

	w->ctx = w;
	w->now = INT64_C(1795510800) + 100 * DAY;
	w->url = mem_printf(w, "%s/console.db", scratch_new(ctx));
	assert_ok(console_init(w->url, "root"));
	assert_ok(store_open(w, w->url, STORE_WRITE, &w->store));
	return w;
}

/* ---- out and in ---- */

static struct err *to_str(void *to, const char *bytes, size_t len)
{
	str_add_bytes(to, bytes, len);
	return NULL;
}

static void let_in(struct world *w, const char *who)
{
	assert_ok(store_run(w->store, "DELETE FROM principal_user WHERE os_user = 'ada'",
			    ""));
	assert_ok(store_run(w->store,
			    "INSERT INTO principal_user SELECT 'ada', id FROM principal"
			    " WHERE name = ?1",
			    "t", who));
}

char *exported_by(struct world *w, const char *root, const char *who)
{
	struct str *out = str_new(w);
	struct export_counts counts;

	let_in(w, who);
	enter(w, root, "ada");
	assert_ok(console_export(w->c, root, to_str, out, &counts));
	give_up(w);
	return str_take(w, out);
}

char *exported(struct world *w, const char *root)
{
	return exported_by(w, root, "ada@northwind.example");
}

char *events(struct world *w, const char *root, int64_t after)
{
	struct str *out = str_new(w);
	int64_t n;

	enter(w, root, "ada");
	assert_ok(console_export_events(w->c, root, after, to_str, out, &n));
	give_up(w);
	return str_take(w, out);
}

struct text {
	const char *at;
	size_t len;
};

/* In pieces, so that every border is somewhere. */
static size_t from_text(void *from, char *bytes, size_t size)
{
	struct text *t = from;
	size_t n = t->len < 1000 ? t->len : 1000;

	n = n < size ? n : size;
	memcpy(bytes, t->at, n);
	t->at += n;
	t->len -= n;
	return n;
}

struct err *imported(struct world *w, const char *text)
{
	struct text from = { text, strlen(text) };
	struct import_result result;
	struct err *err;

	assert_ok(store_begin(w->store));
	assert_ok(console_load(w, w->store, "", w->now, &w->c));
	assert_ok(console_act(w->c, "root", NULL));
	err = console_import(w->c, from_text, &from, &result);
	if (err == NULL)
		commit(w);
	else
		give_up(w);
	return err;
}

const char *without_header(const char *text)
{
	const char *end = strchr(text, '}');

	assert_non_null(end);
	return end;
}

json_t *json_at(json_t *at, const char *path)
{
	AUTO_MEM char *rest = mem_strdup(NULL, path);
	char *word, *from = rest;

	while ((word = strsep(&from, ".")) != NULL) {
		at = json_is_array(at) ? json_array_get(at, strtoul(word, NULL, 10))
				       : json_object_get(at, word);
		if (at == NULL)
			fail_msg("there is no %s", path);
	}
	return at;
}

void put(json_t *document, const struct wrong *wrong)
{
	AUTO_MEM char *parent = mem_strdup(NULL, wrong->path + (*wrong->path == '+'));
	char *last = strrchr(parent, '.');
	json_t *value, *at;

	if (*wrong->path == '+') {
		at = json_at(document, parent);
		value = *wrong->value == '@'
				? json_deep_copy(json_array_get(
					  at, strtoul(wrong->value + 1, NULL, 10)))
				: json_loads(wrong->value, JSON_DECODE_ANY, NULL);
		assert_int_equal(json_array_append_new(at, value), 0);
		return;
	}
	at = document;
	if (last != NULL) {
		*last++ = '\0';
		at = json_at(document, parent);
	} else {
		last = parent;
	}
	if (wrong->value == NULL) {
		assert_int_equal(json_is_array(at)
					 ? json_array_remove(at, strtoul(last, NULL, 10))
					 : json_object_del(at, last),
				 0);
		return;
	}
	value = json_loads(wrong->value, JSON_DECODE_ANY, NULL);
	assert_non_null(value);
	if (json_is_array(at))
		json_array_set_new(at, strtoul(last, NULL, 10), value);
	else
		json_object_set_new(at, last, value);
}
