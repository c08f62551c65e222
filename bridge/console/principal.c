/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/base/str.h"
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"

#define OPERATOR INT64_C(1) /* id of its principal */

static struct err *make_key(struct store *store, const char *name)
{
	uint8_t key[KEY_SIZE];
	struct err *err;

	random_bytes(key, sizeof key);
	err = store_run(store, "INSERT INTO meta (name, value) VALUES (?1, ?2)", "tb",
			name, key, sizeof key);
	bytes_wipe(key, sizeof key);
	return err;
}

struct err *console_key(struct store *store, const char *name, uint8_t key[KEY_SIZE])
{
	struct rows *rows;
	const void *bytes;
	bool more = false;
	size_t len = 0;
	struct err *err = store_query(
		store, &rows, "SELECT value FROM meta WHERE name = ?1", "t", name);

	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err ? err : err_new(ERR_CONFIG, "the store has no \"%s\"", name);
	bytes = row_blob(rows, 0, &len);
	if (len == KEY_SIZE)
		memcpy(key, bytes, KEY_SIZE);
	rows_end(rows);
	return len == KEY_SIZE
		       ? NULL
		       : err_new(ERR_CONFIG, "the store's \"%s\" is broken", name);
}

static struct err *make_operator(struct store *store, const char *os_user)
{
	struct err *err = store_run(store,
				    "INSERT INTO principal (id, kind, name) VALUES (1, "
				    "'operator', 'operator')",
				    "");
	if (err)
		return err;
	return store_run(
		store,
		"INSERT INTO principal_user (os_user, principal_id) VALUES (?1, 1)", "t",
		os_user);
}

struct err *console_init(const char *url, const char *os_user)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;
	struct err *err = store_open(ctx, url, STORE_CREATE, &store);

	if (err)
		return err;
	err = make_key(store, "plan-key");
	if (err == NULL)
		err = make_key(store, "token-key");
	if (err == NULL)
		err = make_operator(store, os_user);
	if (err == NULL)
		err = store_commit(store);
	if (err)
		store_rollback(store);
	return err;
}

#define PRINCIPAL                                                                        \
	"SELECT p.id, p.name, p.account_id, s.id, s.email, s.email_key, p.kind"          \
	" FROM principal p"                                                              \
	" LEFT JOIN account a ON a.id = p.account_id"                                    \
	" LEFT JOIN subject s ON s.id = a.subject_id"

/* The principal's account in the view, added when it plays no part in this root yet. */
static void enter(struct console *c, const struct rows *r)
{
	int64_t account = row_int(r, 2);

	c->principal_id = row_int(r, 0);
	c->principal.name = mem_strdup(c, row_text(r, 1));
	c->principal.operator_ = account == 0;
	c->principal.account = VIEW_NONE;
	c->private->actor = VIEW_NONE;
	if (account == 0)
		return;
	if (row_text(r, 5) != NULL) {
		c->private->actor =
			view_add_email(c->view, row_text(r, 4), row_text(r, 5));
		c->view->emails[c->private->actor].id = row_int(r, 3);
	}
	c->principal.account = view_account_by_id(c->view, account);
	if (c->principal.account == VIEW_NONE)
		c->principal.account =
			view_add_account(c->view, account, c->private->actor,
					 c->principal.name, row_text(r, 5) == NULL);
}

/* A person is called by the key of the address, however it is written. */
static char *as_person(const char *name)
{
	return name ? email_key(NULL, name, strlen(name)) : NULL;
}

struct err *console_act(struct console *c, const char *os_user, const char *as)
{
	AUTO_MEM struct str *choices = str_new(NULL);
	AUTO_MEM char *key = as_person(as);
	struct rows *rows;
	struct err *err;
	bool more = true;
	int n = 0;

	c->os_user = mem_strdup(c, os_user);
	err = store_query(c->store, &rows,
			  PRINCIPAL " JOIN principal_user u ON u.principal_id = p.id"
				    " WHERE u.os_user = ?1 AND (?2 IS NULL OR p.name = ?2"
				    "  OR p.kind || ':' || p.name = ?2"
				    "  OR p.kind = 'person' AND p.name = ?3)"
				    " ORDER BY p.name, p.kind",
			  "ttt", os_user, as, key);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		str_addf(choices, "%s%s%s%s", n++ ? ", " : "",
			 as ? row_text(rows, 6) : "", as ? ":" : "", row_text(rows, 1));
		enter(c, rows);
	}
	if (err)
		return err;
	if (n == 0)
		return err_hint(err_refused("not-yours",
					    "not-yours: operating-system user \"%s\""
					    " may not act as %s%s%s",
					    os_user, as ? "\"" : "anyone", as ? as : "",
					    as ? "\"" : ""),
				"The operator allows it with: dirbridge principal allow");
	if (n > 1)
		return err_hint(err_new(ERR_USAGE,
					"user \"%s\" may act as more than one principal",
					os_user),
				"Choose with --as: %s.", choices->text);
	return NULL;
}

struct err *isolated(const char *who, const char *path)
{
	return err_hint(err_refused("org-isolated",
				    "org-isolated: \"%s\" owns no organization \"%s\"",
				    who, path),
			"Check the path, or act as somebody who owns it (--as).");
}

struct err *console_may_run(const struct console *c, const char *os_user, const char *as,
			    const char *path)
{
	AUTO_MEM char *key = as_person(as);
	uint32_t organization = console_place(c, path), account;
	bool more = true, may = false;
	struct rows *rows;
	struct err *err;

	err = store_query(
		c->store, &rows,
		"SELECT p.account_id FROM principal p JOIN principal_user u"
		" ON u.principal_id = p.id WHERE u.os_user = ?1"
		" AND (?2 IS NULL OR p.name = ?2 OR p.kind || ':' || p.name = ?2"
		"  OR p.kind = 'person' AND p.name = ?3)"
		" AND p.account_id IS NOT NULL",
		"ttt", os_user, as, key);
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		account = view_account_by_id(c->view, row_int(rows, 0));
		may |= organization != VIEW_NONE && account != VIEW_NONE &&
		       view_owns_organization(c->view, account, organization);
	}
	if (err || may)
		return err;
	return isolated(as ? as : os_user, path);
}

struct err *console_operates(const struct console *c)
{
	return c->principal.operator_ ? NULL : refusal(RULE_NOT_OPERATOR);
}

struct err *console_may_operate(struct store *store, const char *os_user, const char *as)
{
	int64_t n;
	struct err *err = store_number(
		store, &n, 0,
		"SELECT count(*) FROM principal_user u JOIN principal p"
		" ON p.id = u.principal_id WHERE p.account_id IS NULL AND u.os_user = ?1"
		" AND (?2 IS NULL OR p.name = ?2 OR 'operator:' || p.name = ?2)",
		"tt", os_user, as);

	return err || n > 0 ? err : refusal(RULE_NOT_OPERATOR);
}

struct err *console_act_for_source(struct console *c, const char *os_user,
				   const char *service)
{
	struct rows *rows;
	struct err *err;
	bool more = false;

	c->os_user = mem_strdup(c, os_user);
	err = store_query(c->store, &rows,
			  PRINCIPAL " WHERE p.name = ?1 AND p.kind = 'service'", "t",
			  service);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err)
		return err;
	if (!more)
		return err_hint(err_refused("not-yours",
					    "not-yours: there is no service"
					    " principal \"%s\"",
					    service),
				"The operator makes it with: dirbridge principal add");
	enter(c, rows);
	rows_end(rows);
	return NULL;
}

struct err *console_organization(const struct console *c, const char *path,
				 uint32_t *organization)
{
	*organization = console_place(c, path);
	if (*organization != VIEW_NONE && c->principal.account != VIEW_NONE &&
	    view_owns_organization(c->view, c->principal.account, *organization))
		return NULL;
	return isolated(c->principal.name, path);
}

struct err *console_administered(const struct console *c, const char *path,
				 uint32_t *organization)
{
	*organization = console_place(c, path);
	if (*organization != VIEW_NONE && c->principal.operator_)
		return NULL;
	return console_organization(c, path, organization);
}

struct err *console_group(const struct console *c, uint32_t organization,
			  const char *name, uint32_t *group)
{
	AUTO_MEM char *key = text_fold(NULL, name, strlen(name));

	*group = view_group(c->view, organization, key);
	if (*group != VIEW_NONE)
		return NULL;
	return err_hint(err_refused("no-group",
				    "no-group: \"%s\" has no security group \"%s\"",
				    c->view->organizations[organization].path, name),
			"See which it has with: dirbridge group list");
}

struct err *console_own_group(const struct console *c, const char *path, const char *name,
			      uint32_t *group)
{
	AUTO_MEM char *key = text_fold(NULL, name, strlen(name));
	uint32_t organization = console_place(c, path);
	struct err *err;

	if (organization != VIEW_NONE && c->principal.account != VIEW_NONE) {
		*group = view_group(c->view, organization, key);
		if (*group != VIEW_NONE &&
		    view_owns_group(c->view, c->principal.account, *group))
			return NULL;
	}
	err = console_administered(c, path, &organization);
	return err ? err : console_group(c, organization, name, group);
}

bool console_sees(const struct console *c, uint32_t account)
{
	const struct view *v = c->view;

	if (c->principal.operator_ || account == c->principal.account)
		return true;
	for (uint32_t r = v->accounts[account].roles; r != VIEW_NONE;
	     r = v->roles[r].next_of_account)
		if (view_owns_group(v, c->principal.account, v->roles[r].group))
			return true;
	for (uint32_t o = 0; o < v->n_organizations; o++)
		if (view_owns_organization(v, c->principal.account, o) &&
		    (view_owns_organization(v, account, o) ||
		     view_is_on_roster(v, account, o)))
			return true;
	return false;
}

static uint32_t service_of(const struct view *v, const char *name)
{
	for (uint32_t a = 0; a < v->n_accounts; a++)
		if (v->accounts[a].service && strcmp(v->accounts[a].name, name) == 0)
			return a;
	return VIEW_NONE;
}

struct err *console_known(const struct console *c, const char *who, uint32_t *account)
{
	AUTO_MEM char *key = email_key(NULL, who, strlen(who));
	uint32_t email = key ? view_email(c->view, key) : VIEW_NONE;

	*account = email == VIEW_NONE ? VIEW_NONE : c->view->emails[email].account;
	if (*account == VIEW_NONE)
		*account = service_of(c->view, who);
	if (*account != VIEW_NONE && console_sees(c, *account))
		return NULL;
	return err_hint(err_refused("unknown-account",
				    "unknown-account: \"%s\" knows nobody as \"%s\" here",
				    c->principal.name, who),
			c->principal.operator_
				? "See who has an account with: dirbridge account list"
				: "Check the spelling, or invite them: dirbridge invite"
				  " send");
}

static struct err *insert_account(struct console *c, int64_t subject, const char *kind,
				  int64_t *account)
{
	struct err *err = store_run(c->store,
				    "INSERT INTO account (subject_id, kind, created)"
				    " VALUES (?1, ?2, ?3)",
				    "iti", subject, kind, c->now);
	*account = store_last_id(c->store);
	return err;
}

static struct err *insert_principal(struct console *c, const char *kind, const char *name,
				    int64_t account)
{
	return store_run(
		c->store,
		"INSERT INTO principal (kind, name, account_id) VALUES (?1, ?2, ?3)",
		"tti", kind, name, account);
}

/* Whoever accepts brings the address and the name of the account. */
static struct err *make_person(struct console *c, const struct view_email *e,
			       const char *email, const char *name, int64_t *account)
{
	struct err *err = insert_account(c, e->id, "person", account);

	if (err == NULL)
		err = insert_principal(c, "person", e->key, *account);
	if (err == NULL)
		err = store_run(c->store,
				"UPDATE subject SET email = ?2, name = ?3 WHERE id = ?1",
				"itt", e->id, email, name);
	return err;
}

struct err *console_address(TALLOC_CTX *ctx, const char *text, char **address, char **key)
{
	*key = email_key(ctx, text, strlen(text));
	*address = *key ? text_name(ctx, text, strlen(text)) : NULL;
	if (*address != NULL)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no e-mail address", text),
			"It is NAME@DOMAIN, without spaces, of at most %d bytes.",
			EMAIL_MAX);
}

struct err *console_account(struct console *c, const char *text, const char *name,
			    uint32_t *account)
{
	int64_t subject, id;
	uint32_t number;
	char *email, *key;
	struct err *err = console_address(c, text, &email, &key);

	if (err)
		return err;
	number = view_add_email(c->view, email, key);
	*account = c->view->emails[number].account;
	if (*account != VIEW_NONE)
		return NULL;
	err = subject_id(c, number, &subject);
	if (err == NULL)
		err = store_number(c->store, &id, 0,
				   "SELECT id FROM account WHERE subject_id = ?1", "i",
				   subject);
	if (err == NULL && id == 0)
		err = make_person(c, &c->view->emails[number], email, name, &id);
	if (err)
		return err;
	*account = view_add_account(c->view, id, number, name ? name : key, false);
	return NULL;
}

static struct err *find_service(struct console *c, const char *name, int64_t *id)
{
	return store_number(c->store, id, 0,
			    "SELECT account_id FROM principal WHERE kind = 'service'"
			    " AND name = ?1",
			    "t", name);
}

static struct err *make_service(struct console *c, const char *name, int64_t *id)
{
	struct change change = { .kind = CHANGE_SERVICE, .name = name };
	int64_t subject;
	struct err *err = console_change(c, &change, NULL, NULL);

	if (err == NULL)
		err = subject_new(c, NULL, NULL, name, &subject);
	if (err == NULL)
		err = insert_account(c, subject, "service", id);
	return err ? err : insert_principal(c, "service", name, *id);
}

struct err *console_service(struct console *c, const char *name, uint32_t *account)
{
	int64_t id;
	struct err *err = find_service(c, name, &id);

	if (err == NULL && id == 0)
		err = make_service(c, name, &id);
	if (err)
		return err;
	*account = view_account_by_id(c->view, id);
	if (*account == VIEW_NONE)
		*account = view_add_account(c->view, id, VIEW_NONE, name, true);
	return NULL;
}

#define CALLED                                                                           \
	" FROM principal WHERE name = ?1 OR kind || ':' || name = ?1"                    \
	" OR kind = 'person' AND name = ?2"

static struct err *find_principal(struct console *c, const char *name, int64_t *id)
{
	AUTO_MEM char *key = as_person(name);
	int64_t n;
	struct err *err =
		store_number(c->store, &n, 0, "SELECT count(*)" CALLED, "tt", name, key);

	if (err == NULL && n > 1)
		return err_hint(
			err_new(ERR_USAGE, "\"%s\" is a person and a service", name),
			"Say person:%s or service:%s.", name, name);
	if (err == NULL)
		err = store_number(c->store, id, 0, "SELECT id" CALLED, "tt", name, key);
	if (err == NULL && *id == 0)
		err = err_hint(err_refused("no-principal",
					   "no-principal: there is no principal \"%s\"",
					   name),
			       "See them with: dirbridge principal list");
	return err;
}

/* A store that nobody may operate could never be given back. */
static struct err *keep_an_operator(struct console *c)
{
	int64_t n;
	struct err *err = store_number(
		c->store, &n, 0,
		"SELECT count(*) FROM principal_user WHERE principal_id = ?1", "i",
		OPERATOR);

	if (err || n > 1)
		return err;
	return err_hint(err_refused(rule_code(RULE_LAST_OWNER),
				    "%s: nobody else may act as operator",
				    rule_code(RULE_LAST_OWNER)),
			"Allow another user first: dirbridge principal allow operator"
			" --user USER");
}

/* A person is the subject of the line, by pseudonym; anybody else is named. */
static struct err *name_on_record(struct console *c, int64_t id, struct change *change,
				  const char **name)
{
	struct rows *rows;
	struct err *err;
	bool more = false;

	*name = NULL;
	err = store_query(c->store, &rows, PRINCIPAL " WHERE p.id = ?1", "i", id);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	if (row_text(rows, 5) == NULL) {
		*name = mem_strdup(c, row_text(rows, 1));
	} else {
		change->email =
			view_add_email(c->view, row_text(rows, 4), row_text(rows, 5));
		c->view->emails[change->email].id = row_int(rows, 3);
	}
	rows_end(rows);
	return NULL;
}

struct err *console_allow(struct console *c, const char *principal, const char *os_user,
			  bool allow)
{
	AUTO_MEM char *target = mem_printf(NULL, "user %s", os_user);
	struct change change = { .kind = allow ? CHANGE_ALLOW : CHANGE_DISALLOW,
				 .email = VIEW_NONE,
				 .name = target };
	enum rule rule = judge(c->view, &c->principal, &change, c->now);
	const char *service;
	int64_t id, has;
	struct err *err;

	if (rule != RULE_NONE)
		return refusal(rule);
	err = find_principal(c, principal, &id);
	if (err == NULL)
		err = store_number(
			c->store, &has, 0,
			"SELECT count(*) FROM principal_user WHERE os_user = ?1"
			" AND principal_id = ?2",
			"ti", os_user, id);
	if (err)
		return err;
	if (has != 0 && allow)
		return NULL;
	if (has == 0 && !allow)
		return err_hint(err_refused(rule_code(RULE_NOT_GIVEN),
					    "%s: user \"%s\" may not act as \"%s\"",
					    rule_code(RULE_NOT_GIVEN), os_user,
					    principal),
				"See who may with: dirbridge principal list");
	if (!allow && id == OPERATOR)
		err = keep_an_operator(c);
	if (err)
		return err;
	err = store_run(c->store,
			allow ? "INSERT INTO principal_user (os_user, principal_id)"
				" VALUES (?1, ?2)"
			      : "DELETE FROM principal_user WHERE os_user = ?1"
				" AND principal_id = ?2",
			"ti", os_user, id);
	if (err == NULL)
		err = name_on_record(c, id, &change, &service);
	return err ? err : console_change(c, &change, NULL, service);
}
