/* SPDX-License-Identifier: MIT */
#include "bridge/console/erase.h"
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"
#include <inttypes.h>

/* ---- codes ---- */

struct erased {
	uint8_t key[KEY_SIZE];
	struct table *macs;
};

static int wipe(struct erased *e)
{
	bytes_wipe(e->key, sizeof e->key);
	return 0;
}

static struct err *load_key(TALLOC_CTX *ctx, struct store *store, struct erased **out)
{
	*out = mem_new(ctx, struct erased);
	talloc_set_destructor(*out, wipe);
	(*out)->macs = table_new(*out);
	return console_key(store, "erase-key", (*out)->key);
}

static void email_mac(const struct erased *e, const char *key, uint8_t mac[MAC_SIZE])
{
	AUTO_MEM struct str *s = str_new(NULL);

	str_addf(s, "email:%s", key);
	mac_of(e->key, s->text, s->len, mac);
}

static void anchor_mac(const struct erased *e, int64_t source, const void *anchor,
		       size_t len, uint8_t mac[MAC_SIZE])
{
	AUTO_MEM struct str *s = str_new(NULL);

	str_addf(s, "anchor:%" PRId64 ":", source);
	str_add_bytes(s, anchor, len);
	mac_of(e->key, s->text, s->len, mac);
}

struct err *erased_load(TALLOC_CTX *ctx, struct store *store, struct erased **out)
{
	struct rows *rows;
	struct erased *e;
	struct err *err = load_key(ctx, store, &e);
	bool more = true;
	size_t len;

	*out = NULL;
	if (err == NULL)
		err = store_query(store, &rows, "SELECT mac FROM erased", "");
	while (err == NULL) {
		const void *mac;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mac = row_blob(rows, 0, &len);
		if (len == MAC_SIZE)
			table_put(e->macs, mem_dup(e, mac, len), len, 1);
	}
	if (err)
		return err;
	if (table_count(e->macs) > 0)
		*out = e;
	else
		mem_free(e);
	return NULL;
}

bool erased_has_email(const struct erased *e, const char *key)
{
	uint8_t mac[MAC_SIZE];

	if (e == NULL || key == NULL)
		return false;
	email_mac(e, key, mac);
	return table_get(e->macs, mac, sizeof mac) != TABLE_NONE;
}

bool erased_has_anchor(const struct erased *e, int64_t source, const struct value *anchor)
{
	uint8_t mac[MAC_SIZE];

	if (e == NULL)
		return false;
	anchor_mac(e, source, anchor->bytes, anchor->len, mac);
	return table_get(e->macs, mac, sizeof mac) != TABLE_NONE;
}

/* ---- the person ---- */

struct erasing {
	struct store *store;
	const struct looking *who;
	const char *key; /* of the address */
	int64_t subject, account;
	int64_t now;
	struct erased *codes;
};

static struct err *find_person(struct erasing *e, const char *email)
{
	struct err *err =
		store_number(e->store, &e->subject, 0,
			     "SELECT id FROM subject WHERE email_key = ?1", "t", e->key);
	if (err == NULL)
		err = store_number(e->store, &e->account, 0,
				   "SELECT id FROM account WHERE subject_id = ?1", "i",
				   e->subject);
	if (err || e->subject != 0)
		return err;
	return err_hint(err_refused("unknown-account",
				    "unknown-account: nobody has the address \"%s\"",
				    email),
			"Check the spelling; who was erased has none any more.");
}

/* Who was only invited gets an account, for as long as it takes to close it. */
static struct err *need_account(struct erasing *e, struct console *c)
{
	uint32_t account;
	struct err *err;

	if (e->account != 0)
		return NULL;
	err = console_account(c, e->key, NULL, &account);
	if (err == NULL)
		e->account = c->view->accounts[account].id;
	return err;
}

/* Asked before anything is looked for: the answer tells nobody who is there. */
static struct err *may_erase(const struct console *c, const char *key)
{
	uint32_t me = c->private->actor;

	if (c->principal.operator_ ||
	    (me != VIEW_NONE && strcmp(c->view->emails[me].key, key) == 0))
		return NULL;
	return refusal(RULE_NOT_YOURSELF);
}

/* The account in the view of a root where it may play no part any more. */
static uint32_t enter(struct erasing *e, struct console *c)
{
	uint32_t account = view_account_by_id(c->view, e->account), email;

	if (account != VIEW_NONE)
		return account;
	email = view_add_email(c->view, e->key, e->key);
	c->view->emails[email].id = e->subject;
	return view_add_account(c->view, e->account, email, e->key, false);
}

/* ---- one root ---- */

static const char roots_sql[] =
	"SELECT DISTINCT r.id, r.name FROM organization r JOIN organization o"
	" ON o.root_id = r.id WHERE r.parent_id IS NULL AND r.valid_to IS NULL AND ("
	" o.id IN (SELECT g.organization_id FROM role x JOIN security_group g"
	"  ON g.id = x.group_id WHERE x.account_id = ?1)"
	" OR o.id IN (SELECT g.organization_id FROM invitation i JOIN security_group g"
	"  ON g.id = i.group_id WHERE i.subject_id = ?2 OR i.account_id = ?1)"
	" OR o.id IN (SELECT organization_id FROM account_claim WHERE account_id = ?1)"
	" OR o.id IN (SELECT q.organization_id FROM binding b JOIN source q"
	"  ON q.id = b.source_id WHERE b.account_id = ?1)"
	" OR r.id IN (SELECT root_id FROM account_block WHERE account_id = ?1))"
	" ORDER BY r.id";

static struct err *find_roots(TALLOC_CTX *ctx, struct erasing *e, const char ***roots,
			      size_t *n)
{
	size_t capacity = 0;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*roots = NULL;
	*n = 0;
	err = store_query(e->store, &rows, roots_sql, "ii", e->account, e->subject);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *roots, *n + 1, &capacity);
		(*roots)[(*n)++] = mem_strdup(ctx, row_text(rows, 1));
	}
	return err;
}

static struct err *erase_in(struct erasing *e, const char *root)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct change change = { .kind = CHANGE_ERASE };
	struct console *c;
	struct err *err = console_load(ctx, e->store, root, e->now, &c);

	if (err == NULL)
		err = console_act(c, e->who->os_user, e->who->as);
	if (err == NULL)
		err = console_expire(c);
	if (err)
		return err;
	change.account = enter(e, c);
	err = console_change(c, &change, NULL, NULL);
	return err ? err_wrap(err, "in \"%s\"", root) : console_finish(c);
}

/* ---- what stands where ---- */

/* Addresses under which the person was invited and accepted, and which are nobody's. */
#define SUBJECTS                                                                         \
	"(SELECT ?2 UNION SELECT i.subject_id FROM invitation i"                         \
	" WHERE i.account_id = ?1 AND NOT EXISTS (SELECT 1 FROM account a"               \
	"  WHERE a.subject_id = i.subject_id AND a.id <> ?1)"                            \
	" AND NOT EXISTS (SELECT 1 FROM invitation k WHERE k.subject_id = i.subject_id"  \
	"  AND (k.state = 'pending' OR k.account_id <> ?1)))"

/* The person in directories: bound to the account, or invited under the address. */
#define ANCHORS                                                                          \
	"(SELECT source_id, anchor FROM binding WHERE account_id = ?1"                   \
	" UNION SELECT source_id, anchor FROM given WHERE email_key IN"                  \
	"  (SELECT email_key FROM subject WHERE id IN " SUBJECTS "))"

static struct err *keep_code(struct erasing *e, const uint8_t mac[MAC_SIZE])
{
	return store_run(e->store,
			 "INSERT INTO erased (mac, at) VALUES (?1, ?2)"
			 " ON CONFLICT DO NOTHING",
			 "bi", mac, (size_t)MAC_SIZE, e->now);
}

static struct err *keep_emails(struct erasing *e)
{
	uint8_t mac[MAC_SIZE];
	struct rows *rows;
	struct err *err;
	bool more = true;

	err = store_query(e->store, &rows,
			  "SELECT email_key FROM subject WHERE email_key IS NOT NULL"
			  " AND id IN " SUBJECTS,
			  "ii", e->account, e->subject);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		email_mac(e->codes, row_text(rows, 0), mac);
		err = keep_code(e, mac);
		if (err)
			rows_end(rows);
	}
	return err;
}

static struct err *keep_anchors(struct erasing *e)
{
	uint8_t mac[MAC_SIZE];
	struct rows *rows;
	struct err *err;
	bool more = true;
	size_t len;

	err = store_query(e->store, &rows, "SELECT source_id, anchor FROM " ANCHORS, "ii",
			  e->account, e->subject);
	while (err == NULL) {
		const void *anchor;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		anchor = row_blob(rows, 1, &len);
		anchor_mac(e->codes, row_int(rows, 0), anchor, len, mac);
		err = keep_code(e, mac);
		if (err)
			rows_end(rows);
	}
	return err;
}

/* In this order: what tells whose something is goes last. */
static struct err *empty(struct erasing *e)
{
	/* clang-format off */
	static const char *const steps[] = {
		"DELETE FROM mirror WHERE (source_id, anchor) IN " ANCHORS,
		"DELETE FROM evidence WHERE (source_id, anchor) IN " ANCHORS,
		"DELETE FROM given WHERE (source_id, anchor) IN " ANCHORS,
		"DELETE FROM binding WHERE account_id = ?1 AND ?2 = ?2",
		"UPDATE account_block SET reason = NULL,"
		" valid_to = coalesce(valid_to, max(valid_from, ?3))"
		" WHERE account_id = ?1 AND ?2 = ?2",
		"DELETE FROM principal_user WHERE ?2 = ?2 AND principal_id IN"
		" (SELECT id FROM principal WHERE account_id = ?1)",
		"UPDATE principal SET name = (SELECT pseudonym FROM subject WHERE id = ?2)"
		" WHERE account_id = ?1",
		"UPDATE account SET active = 0 WHERE id = ?1 AND ?2 = ?2",
		"UPDATE subject SET email = NULL, email_key = NULL, name = NULL,"
		" erased = ?3 WHERE id IN " SUBJECTS,
		"UPDATE invitation SET email = NULL, name = NULL"
		" WHERE account_id = ?1 OR subject_id IN " SUBJECTS,
	};
	/* clang-format on */
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(e->store, steps[i], strstr(steps[i], "?3") ? "iii" : "ii",
				e->account, e->subject, e->now);
	return err;
}

/* The account belongs to no root: that it was closed is on the store's own chain. */
static struct err *record(struct erasing *e, struct console *c)
{
	struct audit_line line = {
		.organization = AUDIT_STORE,
		.action = change_name(CHANGE_ERASE),
		.target = "account",
		.after = "erased",
	};

	line.subject = view_add_email(c->view, e->key, e->key);
	c->view->emails[line.subject].id = e->subject;
	return audit_write(c, &line);
}

static struct err *erase(TALLOC_CTX *ctx, struct erasing *e, const char *email,
			 struct erasure *out)
{
	struct console *own; /* of no root: for who acts, and for the store's chain */
	const char **roots;
	struct rows *rows;
	struct err *err;
	bool more;

	err = console_load(ctx, e->store, "", e->now, &own);
	if (err == NULL)
		err = console_act(own, e->who->os_user, e->who->as);
	if (err == NULL)
		err = may_erase(own, e->key);
	if (err == NULL)
		err = find_person(e, email);
	if (err == NULL)
		err = need_account(e, own);
	if (err == NULL)
		err = find_roots(ctx, e, &roots, &out->roots);
	for (size_t i = 0; err == NULL && i < out->roots; i++)
		err = erase_in(e, roots[i]);
	if (err == NULL)
		err = record(e, own);
	if (err == NULL)
		err = console_finish(own);
	if (err == NULL)
		err = load_key(ctx, e->store, &e->codes);
	if (err == NULL)
		err = keep_emails(e);
	if (err == NULL)
		err = keep_anchors(e);
	if (err == NULL)
		err = empty(e);
	if (err == NULL)
		err = store_query(e->store, &rows,
				  "SELECT pseudonym FROM subject WHERE id = ?1", "i",
				  e->subject);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err)
		return err;
	snprintf(out->pseudonym, sizeof out->pseudonym, "%s", row_text(rows, 0));
	rows_end(rows);
	return NULL;
}

struct err *console_erase(struct store *store, const char *email,
			  const struct looking *who, int64_t now, struct erasure *out)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct erasing e = { .store = store, .who = who, .now = now };
	char *address, *key;
	struct err *err = console_address(ctx, email, &address, &key);

	*out = (struct erasure){ .roots = 0 };
	e.key = key;
	if (err)
		return err;
	err = store_begin(store);
	if (err == NULL)
		err = erase(ctx, &e, email, out);
	if (err == NULL)
		return store_commit(store);
	store_rollback(store);
	return err;
}
