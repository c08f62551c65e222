/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"

/* ---- tokens: the mail's random id, its generation, and an HMAC over both ---- */

enum { TOKEN_ID = 16, TOKEN_MAC = 16, TOKEN_SIZE = TOKEN_ID + TOKEN_MAC };

static struct err *token_mac(struct store *store, const uint8_t id[TOKEN_ID],
			     int64_t generation, uint8_t mac[MAC_SIZE])
{
	uint8_t key[KEY_SIZE], text[TOKEN_ID + sizeof generation];
	struct rows *rows;
	const void *bytes;
	struct err *err;
	bool more;
	size_t len;

	err = store_query(store, &rows, "SELECT value FROM meta WHERE name = 'token-key'",
			  "");
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err ? err : err_new(ERR_CONFIG, "the store has no token key");
	bytes = row_blob(rows, 0, &len);
	memset(key, 0, sizeof key);
	memcpy(key, bytes, len < sizeof key ? len : sizeof key);
	rows_end(rows);
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

/* ---- ending an invitation ---- */

static struct err *end_invitation(struct console *c, int64_t id, const char *state,
				  int64_t account)
{
	return store_run(c->store,
			 "UPDATE invitation SET state = ?2, ended = ?3, account_id = ?4"
			 " WHERE id = ?1",
			 "itin", id, state, c->now, account);
}

struct err *remember(struct console *c, int64_t invitation, const char *state)
{
	return store_run(c->store,
			 "UPDATE given SET state = ?2, since = ?3"
			 " FROM invitation_giver v JOIN invitation i"
			 " ON i.id = v.invitation_id JOIN subject s"
			 " ON s.id = i.subject_id WHERE i.id = ?1"
			 " AND given.source_id = v.giver AND given.group_id = i.group_id"
			 " AND given.role = i.role AND given.anchor = v.anchor"
			 " AND given.state = 'invited' AND (given.email_key IS NULL"
			 "  OR given.email_key = s.email_key)",
			 "iti", invitation, state, c->now);
}

/* An invitation that ends: also that of a group which is no more. */
struct ended {
	int64_t id, group;
	enum role role;
	const char *email_key;
	int64_t subject, organization;
	const char *name; /* of the group */
};

static struct err *audit_end(struct console *c, const struct ended *e, uint32_t email,
			     const char *action, const char *after)
{
	struct audit_line line = {
		.organization = view_organization_by_id(c->view, e->organization),
		.subject = email,
		.action = action,
		.target = e->name,
		.before = "invited",
		.after = after,
	};

	return audit_write(c, &line);
}

/* ---- accepting ---- */

#define INVITATIONS                                                                      \
	"SELECT i.id, i.group_id, i.role, s.email_key, s.id, g.organization_id, g.name"  \
	" FROM invitation i JOIN subject s ON s.id = i.subject_id"                       \
	" JOIN security_group g ON g.id = i.group_id"

/* Of a row of invitation_giver that is called so: the source still remembers that it has
 * invited this person, under this address. What it has ended since is worth nothing. */
#define STANDS(v)                                                                        \
	"EXISTS (SELECT 1 FROM given x JOIN invitation k ON k.id = " v ".invitation_id"  \
	" JOIN subject z ON z.id = k.subject_id"                                         \
	" WHERE x.source_id = " v ".giver AND x.anchor = " v ".anchor"                   \
	" AND x.group_id = k.group_id AND x.role = k.role AND x.state = 'invited'"       \
	" AND (x.email_key IS NULL OR x.email_key = z.email_key))"

/* All that becomes roles: the mail's own, and others of the same people. */
static const char accepted[] = INVITATIONS
	" WHERE i.state = 'pending' AND i.expires > ?2 AND g.valid_to IS NULL"
	" AND EXISTS (SELECT 1 FROM invitation_giver v WHERE v.invitation_id = i.id"
	"  AND (v.giver = 0 OR " STANDS(
		"v") "))"
		     " AND (i.mail_id = ?1 OR i.id IN (SELECT w.invitation_id FROM "
		     "invitation_giver w"
		     "  JOIN invitation_giver v ON v.giver = w.giver AND v.anchor = "
		     "w.anchor"
		     "  JOIN invitation j ON j.id = v.invitation_id"
		     "  WHERE j.mail_id = ?1 AND j.state = 'pending' AND j.expires > ?2"
		     "  AND w.giver <> 0 AND " STANDS("v") " AND " STANDS(
			     "w") "))"
				  " ORDER BY i.id";

static struct err *find_invitations(TALLOC_CTX *ctx, struct console *c, const char *sql,
				    int64_t mail, struct ended **out, size_t *n)
{
	size_t capacity = 0;
	struct rows *rows;
	struct err *err;
	bool more = true;

	*out = NULL;
	*n = 0;
	err = store_query(c->store, &rows, sql, "ii", mail, c->now);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		(*out)[(*n)++] = (struct ended){
			row_int(rows, 0),
			row_int(rows, 1),
			(enum role)row_int(rows, 2),
			mem_strdup(ctx, row_text(rows, 3)),
			row_int(rows, 4),
			row_int(rows, 5),
			mem_strdup(ctx, row_text(rows, 6)),
		};
	}
	return err;
}

static bool owns_all(const struct console *c, const struct ended *found, size_t n)
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
	struct ended *found;
	size_t n;
	struct err *err = find_invitations(ctx, c, accepted, mail, &found, &n);

	*token = NULL;
	if (err || !owns_all(c, found, n))
		return err;
	return console_token(ctx, c->store, mail, token);
}

static struct err *bind_people(struct console *c, int64_t invitation, int64_t account)
{
	return store_run(c->store,
			 "INSERT INTO binding (source_id, anchor, account_id, since)"
			 " SELECT v.giver, v.anchor, ?2, ?3 FROM invitation_giver v"
			 " WHERE v.invitation_id = ?1 AND v.giver <> 0"
			 " AND " STANDS("v") " ON CONFLICT DO NOTHING",
			 "iii", invitation, account, c->now);
}

static struct err *still_gives(struct console *c, int64_t invitation, int64_t giver,
			       bool *gives)
{
	int64_t people = 1;
	struct err *err = NULL;

	if (giver != GIVER_HAND)
		err = store_number(c->store, &people, 0,
				   "SELECT count(*) FROM invitation_giver v"
				   " WHERE v.invitation_id = ?1 AND v.giver = ?2"
				   " AND " STANDS("v"),
				   "ii", invitation, giver);
	*gives = people > 0;
	return err;
}

/* Every giver that joined the invitation, and stands by it, becomes one of the role. */
static struct err *become_role(struct console *c, const struct ended *e, uint32_t account)
{
	struct view *v = c->view;
	uint32_t group = view_group_by_id(v, e->group);
	uint32_t email = view_email(v, e->email_key);
	uint32_t i = view_invitation(v, group, e->role, email);
	struct err *err = NULL;

	while (err == NULL && v->invitations[i].givers != VIEW_NONE) {
		int64_t giver = v->givers[v->invitations[i].givers].giver;
		uint32_t role = view_role(v, group, e->role, account);
		bool has = role != VIEW_NONE &&
			   view_giver(v, v->roles[role].givers, giver) != VIEW_NONE;
		bool gives;

		view_uninvite(v, i, giver);
		err = still_gives(c, e->id, giver, &gives);
		if (err || has || !gives)
			continue;
		role = view_give(v, group, e->role, account, giver, false);
		err = write_role(c, role, giver);
	}
	if (err == NULL)
		err = bind_people(c, e->id, v->accounts[account].id);
	if (err == NULL)
		err = remember(c, e->id, "given");
	if (err == NULL)
		err = end_invitation(c, e->id, "accepted", v->accounts[account].id);
	if (err == NULL)
		err = audit_end(c, e, email, "invitation.accept", "given");
	return err;
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
	return err_hint(err_refused("account-bound",
				    "account-bound: the account belongs to somebody else "
				    "of the same directory"),
			"Accept with an account of your own.");
}

static struct err *accept_all(TALLOC_CTX *ctx, struct console *c, int64_t mail,
			      const char *email, const char *name, struct acceptance *out)
{
	struct ended *found;
	uint32_t account;
	struct err *err;
	size_t n;

	err = find_invitations(ctx, c, accepted, mail, &found, &n);
	if (err)
		return err;
	if (n == 0)
		return no_such_token();
	err = console_account(c, email ? email : found[0].email_key, name, &account);
	if (err)
		return err;
	if (!c->view->licensed)
		return refusal(RULE_LICENCE);
	if (c->view->accounts[account].blocked)
		return refusal(RULE_ACCOUNT_BLOCKED);
	c->private->actor = c->view->accounts[account].email;
	c->principal.name = c->view->emails[c->private->actor].key;
	for (size_t i = 0; err == NULL && i < n; i++) {
		err = check_bindings(c, found[i].id, c->view->accounts[account].id);
		if (err == NULL)
			err = become_role(c, &found[i], account);
	}
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
			   const char *email, const char *name, int64_t now,
			   struct acceptance *out)
{
	struct console *c = NULL;
	int64_t mail;
	struct err *err = with_token(ctx, store, token, now, &c, &mail);

	if (err == NULL)
		err = accept_all(ctx, c, mail, email, name, out);
	return finish(store, c, err);
}

static const char of_mail[] =
	INVITATIONS " WHERE i.state = 'pending' AND i.expires > ?2 AND i.mail_id = ?1"
		    " AND g.valid_to IS NULL ORDER BY i.id";

static uint32_t load_subject(struct console *c, const struct ended *e)
{
	uint32_t email = view_add_email(c->view, e->email_key, e->email_key);

	c->view->emails[email].id = e->subject;
	return email;
}

static struct err *end_all(struct console *c, const struct ended *found, size_t n,
			   const char *state, const char *action)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < n; i++) {
		uint32_t email = load_subject(c, &found[i]);

		err = remember(c, found[i].id, state);
		if (err == NULL)
			err = end_invitation(c, found[i].id, state, 0);
		if (err == NULL)
			err = audit_end(c, &found[i], email, action, state);
	}
	return err;
}

struct err *console_decline(TALLOC_CTX *ctx, struct store *store, const char *token,
			    int64_t now)
{
	struct console *c = NULL;
	struct ended *found;
	int64_t mail;
	size_t n;
	struct err *err = with_token(ctx, store, token, now, &c, &mail);

	if (err == NULL)
		err = find_invitations(ctx, c, of_mail, mail, &found, &n);
	if (err == NULL && n == 0)
		err = no_such_token();
	if (err == NULL) {
		c->private->actor = load_subject(c, &found[0]);
		c->principal.name = found[0].email_key;
		err = end_all(c, found, n, "declined", "invitation.decline");
	}
	return finish(store, c, err);
}

static const char over[] = INVITATIONS
	" JOIN organization o ON o.id = g.organization_id"
	" WHERE i.state = 'pending' AND o.root_id = ?1 AND i.expires <= ?2 ORDER BY i.id";

struct err *console_expire(struct console *c)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct ended *found;
	size_t n;
	struct err *err = find_invitations(ctx, c, over, c->root, &found, &n);

	if (err == NULL)
		err = end_all(c, found, n, "expired", "invitation.expire");
	return err;
}
