/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"

/* ---- tokens: the mail's random id, its generation, and an HMAC over both ---- */

enum { TOKEN_ID = 16, TOKEN_MAC = 16, TOKEN_SIZE = TOKEN_ID + TOKEN_MAC };

static struct err *token_mac(struct store *store, const uint8_t id[TOKEN_ID],
			     int64_t generation, uint8_t mac[MAC_SIZE])
{
	uint8_t key[KEY_SIZE], text[TOKEN_ID + sizeof generation];
	struct err *err = console_key(store, "token-key", key);

	if (err)
		return err;
	memcpy(text, id, TOKEN_ID);
	memcpy(text + TOKEN_ID, &generation, sizeof generation);
	mac_of(key, text, sizeof text, mac);
	bytes_wipe(key, sizeof key);
	return NULL;
}

struct err *console_token(TALLOC_CTX *ctx, struct store *store, int64_t mail,
			  char **token)
{
	uint8_t bytes[TOKEN_SIZE], mac[MAC_SIZE];
	int64_t generation;
	struct rows *rows;
	const void *id;
	struct err *err;
	bool more;
	size_t len;

	err = store_query(store, &rows,
			  "SELECT token_id, generation FROM mail WHERE id = ?1", "i",
			  mail);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err ? err : err_new(ERR_BUG, "no mail %lld", (long long)mail);
	id = row_blob(rows, 0, &len);
	memcpy(bytes, id, TOKEN_ID);
	generation = row_int(rows, 1);
	rows_end(rows);
	err = token_mac(store, bytes, generation, mac);
	if (err)
		return err;
	memcpy(bytes + TOKEN_ID, mac, TOKEN_MAC);
	*token = hex_of(ctx, bytes, sizeof bytes);
	return NULL;
}

static struct err *no_such_token(void)
{
	return err_hint(
		err_refused("invite-ended",
			    "invite-ended: the token belongs to no pending invitation"),
		"It may have been accepted, declined, cancelled, or be over: ask for a "
		"new "
		"one.");
}

/* The mail of a token and the root it belongs to. */
static struct err *find_token(struct store *store, const char *token, int64_t *mail,
			      char **root, TALLOC_CTX *ctx)
{
	uint8_t bytes[TOKEN_SIZE], mac[MAC_SIZE];
	int64_t generation = 0;
	struct rows *rows;
	struct err *err;
	bool more;

	if (!hex_read(token, bytes, sizeof bytes))
		return no_such_token();
	err = store_query(
		store, &rows,
		"SELECT m.id, m.generation, r.name FROM mail m JOIN organization o"
		" ON o.id = m.organization_id JOIN organization r ON r.id = o.root_id"
		" WHERE m.token_id = ?1",
		"b", bytes, (size_t)TOKEN_ID);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err)
		return err;
	if (!more)
		return no_such_token();
	*mail = row_int(rows, 0);
	generation = row_int(rows, 1);
	*root = mem_strdup(ctx, row_text(rows, 2));
	rows_end(rows);
	err = token_mac(store, bytes, generation, mac);
	if (err == NULL && !bytes_equal_secretly(mac, bytes + TOKEN_ID, TOKEN_MAC))
		return no_such_token();
	return err;
}

/* ---- what a token stands for ---- */

/* All that becomes roles: the mail's own, and others of the same people; what is staged
 * is nobody's yet, and a group that is gone takes nobody. */
#define INVITATIONS                                                                      \
	"SELECT i.id, i.group_id, i.role, s.email_key, s.id, i.email, i.name, i.expires" \
	" FROM invitation i JOIN subject s ON s.id = i.subject_id"                       \
	" JOIN security_group g ON g.id = i.group_id AND g.valid_to IS NULL"             \
	" WHERE i.state = 'pending'"

/* clang-format off */
static const char accepted[] = INVITATIONS
	" AND i.expires > ?2 AND i.mode <> 'staged'"
	" AND EXISTS (SELECT 1 FROM invitation_giver v WHERE v.invitation_id = i.id"
	"  AND (v.giver = 0 OR " STANDS("v") "))"
	" AND (i.mail_id = ?1 OR i.id IN (SELECT w.invitation_id FROM invitation_giver w"
	"  JOIN invitation_giver v ON v.giver = w.giver AND v.anchor = w.anchor"
	"  JOIN invitation j ON j.id = v.invitation_id"
	"  WHERE j.mail_id = ?1 AND j.state = 'pending' AND j.expires > ?2"
	"  AND w.giver <> 0 AND " STANDS("v") " AND " STANDS("w") "))"
	" ORDER BY i.mail_id <> ?1, i.id";
/* clang-format on */

static const char of_mail[] =
	INVITATIONS " AND i.expires > ?2 AND i.mail_id = ?1 ORDER BY i.id";

static const char over[] =
	INVITATIONS " AND i.expires <= ?2 AND g.organization_id IN"
		    " (SELECT id FROM organization WHERE root_id = ?1) ORDER BY i.id";

struct found {
	int64_t id, group, subject, expires;
	enum role role;
	const char *email_key, *email, *name;
};

static struct err *find_invitations(TALLOC_CTX *ctx, struct console *c, const char *sql,
				    int64_t id, struct found **out, size_t *n)
{
	size_t capacity = 0;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*out = NULL;
	*n = 0;
	err = store_query(c->store, &rows, sql, "ii", id, c->now);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		(*out)[(*n)++] = (struct found){
			.id = row_int(rows, 0),
			.group = row_int(rows, 1),
			.role = (enum role)row_int(rows, 2),
			.email_key = mem_strdup(ctx, row_text(rows, 3)),
			.subject = row_int(rows, 4),
			.email = mem_strdup(ctx, row_text(rows, 5)),
			.name = row_text(rows, 6) ? mem_strdup(ctx, row_text(rows, 6))
						  : NULL,
			.expires = row_int(rows, 7),
		};
	}
	return err;
}

static bool owns_all(const struct console *c, const struct found *found, size_t n)
{
	const struct view *v = c->view;
	uint32_t me = c->principal.account;

	for (size_t i = 0; i < n; i++) {
		uint32_t group = view_group_by_id(v, found[i].group);

		if (group == VIEW_NONE || me == VIEW_NONE ||
		    !view_owns_group(v, me, group) ||
		    !view_owns_organization(v, me, v->groups[group].organization))
			return false;
	}
	return n > 0;
}

struct err *console_show_token(TALLOC_CTX *ctx, struct console *c, int64_t mail,
			       char **token)
{
	struct found *found;
	size_t n;
	struct err *err = find_invitations(ctx, c, accepted, mail, &found, &n);

	*token = NULL;
	if (err || !owns_all(c, found, n))
		return err;
	return console_token(ctx, c->store, mail, token);
}

/* ---- answering ---- */

static uint32_t load_subject(struct console *c, const struct found *f)
{
	uint32_t email = view_add_email(c->view, f->email_key, f->email_key);

	c->view->emails[email].id = f->subject;
	return email;
}

static struct change answer(struct console *c, enum change_kind kind,
			    const struct found *f)
{
	return (struct change){
		.kind = kind,
		.group = view_group_by_id(c->view, f->group),
		.role = f->role,
		.email = load_subject(c, f),
		.account = VIEW_NONE,
		.until = f->expires,
	};
}

/* An account is one person of a source, and a person has one account. */
static struct err *check_bindings(struct console *c, int64_t invitation, int64_t account)
{
	int64_t others;
	struct err *err = store_number(
		c->store, &others, 0,
		"SELECT count(*) FROM invitation_giver v JOIN binding b"
		" ON b.source_id = v.giver WHERE v.invitation_id = ?1"
		" AND " STANDS("v") " AND (b.account_id = ?2) <> (b.anchor = v.anchor)",
		"ii", invitation, account);

	if (err || others == 0)
		return err;
	return refusal(RULE_ACCOUNT_BOUND);
}

static struct err *still_joined(struct console *c, int64_t invitation, int64_t giver,
				bool *joined)
{
	int64_t people;
	struct err *err = store_number(c->store, &people, 0,
				       "SELECT count(*) FROM invitation_giver v"
				       " WHERE v.invitation_id = ?1 AND v.giver = ?2"
				       " AND (v.giver = 0 OR " STANDS("v") ")",
				       "ii", invitation, giver);

	*joined = people > 0;
	return err;
}

/* A source that has ended its part since gives nothing. */
static struct err *forget_the_gone(struct console *c, const struct found *f,
				   const struct change *change)
{
	struct view *v = c->view;
	uint32_t i = view_invitation(v, change->group, change->role, change->email);
	uint32_t next = i == VIEW_NONE ? VIEW_NONE : v->invitations[i].givers;
	struct err *err = NULL;

	while (err == NULL && next != VIEW_NONE) {
		int64_t giver = v->givers[next].giver;
		bool joined;

		next = v->givers[next].next;
		err = still_joined(c, f->id, giver, &joined);
		if (err == NULL && !joined)
			view_uninvite(v, i, giver);
	}
	return err;
}

static struct err *accept_one(struct console *c, const struct found *f, uint32_t account)
{
	struct change change = answer(c, CHANGE_ACCEPT, f);
	struct err *err = check_bindings(c, f->id, c->view->accounts[account].id);

	change.account = account;
	if (err == NULL)
		err = forget_the_gone(c, f, &change);
	return err ? err : console_change(c, &change, NULL, NULL);
}

static void act_as_bearer(struct console *c, uint32_t email, const char *os_user)
{
	c->os_user = mem_strdup(c, os_user);
	c->private->actor = email;
	c->principal = (struct principal){
		.bearer = true,
		.account = VIEW_NONE,
		.name = c->view->emails[email].key,
	};
}

/* The person who was invited may have another address by now. */
static const char *address_of(const struct found *f)
{
	AUTO_MEM char *key = email_key(NULL, f->email, strlen(f->email));

	return key != NULL && strcmp(key, f->email_key) == 0 ? f->email : f->email_key;
}

static struct err *accept_all(TALLOC_CTX *ctx, struct console *c, int64_t mail,
			      const struct answer_by *by, struct acceptance *out)
{
	struct found *found;
	uint32_t account;
	struct err *err;
	size_t n;

	err = find_invitations(ctx, c, accepted, mail, &found, &n);
	if (err)
		return err;
	if (n == 0)
		return no_such_token();
	err = console_account(c, by->email ? by->email : address_of(&found[0]),
			      by->name ? by->name : found[0].name, &account);
	if (err)
		return err;
	act_as_bearer(c, c->view->accounts[account].email, by->os_user);
	for (size_t i = 0; err == NULL && i < n; i++)
		err = accept_one(c, &found[i], account);
	out->email = mem_strdup(ctx, c->principal.name);
	out->roles = (uint32_t)n;
	out->organization = mem_strdup(ctx, c->view->root);
	return err;
}

/* One transaction: load the token's root, do, finish. */
static struct err *with_token(TALLOC_CTX *ctx, struct store *store, const char *token,
			      int64_t now, struct console **c, int64_t *mail)
{
	char *root = NULL;
	struct err *err = store_begin(store);

	if (err == NULL)
		err = find_token(store, token, mail, &root, ctx);
	if (err == NULL)
		err = console_load(ctx, store, root, now, c);
	return err;
}

static struct err *finish(struct store *store, struct console *c, struct err *err)
{
	if (err == NULL)
		err = console_finish(c);
	if (err == NULL)
		err = store_commit(store);
	else
		store_rollback(store);
	return err;
}

struct err *console_accept(TALLOC_CTX *ctx, struct store *store, const char *token,
			   const struct answer_by *by, int64_t now,
			   struct acceptance *out)
{
	struct console *c = NULL;
	int64_t mail;
	struct err *err = with_token(ctx, store, token, now, &c, &mail);

	if (err == NULL)
		err = accept_all(ctx, c, mail, by, out);
	return finish(store, c, err);
}

struct err *console_decline(TALLOC_CTX *ctx, struct store *store, const char *token,
			    const struct answer_by *by, int64_t now)
{
	struct console *c = NULL;
	struct found *found;
	int64_t mail;
	size_t n = 0;
	struct err *err = with_token(ctx, store, token, now, &c, &mail);

	if (err == NULL)
		err = find_invitations(ctx, c, of_mail, mail, &found, &n);
	if (err == NULL && n == 0)
		err = no_such_token();
	if (err == NULL)
		act_as_bearer(c, load_subject(c, &found[0]), by->os_user);
	for (size_t i = 0; err == NULL && i < n; i++) {
		struct change change = answer(c, CHANGE_DECLINE, &found[i]);

		err = console_change(c, &change, NULL, NULL);
	}
	return finish(store, c, err);
}

/* A group that somebody ended behind the console's back takes them along. */
static struct err *end_groupless(struct console *c)
{
	static const char *const steps[] = {
		"UPDATE given SET state = 'expired', since = ?2 WHERE state = 'invited'"
		" AND group_id IN (SELECT i.group_id FROM invitation i"
		"  JOIN security_group g ON g.id = i.group_id JOIN organization o"
		"  ON o.id = g.organization_id WHERE o.root_id = ?1"
		"  AND g.valid_to IS NOT NULL AND i.state = 'pending'"
		"  AND i.expires <= ?2)",
		"UPDATE invitation SET state = 'expired', ended = ?2"
		" WHERE state = 'pending' AND expires <= ?2 AND group_id IN"
		" (SELECT g.id FROM security_group g JOIN organization o"
		"  ON o.id = g.organization_id WHERE o.root_id = ?1"
		"  AND g.valid_to IS NOT NULL)",
	};
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "ii", c->root, c->now);
	return err;
}

/* What is over is no part of the view; it is put there to be ended. */
struct err *console_expire(struct console *c)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct found *found;
	size_t n;
	struct err *err = find_invitations(ctx, c, over, c->root, &found, &n);

	for (size_t i = 0; err == NULL && i < n; i++) {
		struct change change = answer(c, CHANGE_EXPIRE, &found[i]);
		uint32_t number = view_invite(c->view, change.group, change.role,
					      change.email, GIVER_HAND, INVITE_SILENT);

		c->view->invitations[number].id = found[i].id;
		err = console_change(c, &change, NULL, NULL);
	}
	return err ? err : end_groupless(c);
}
