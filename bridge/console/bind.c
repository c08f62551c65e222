/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"
#include "bridge/record/text.h"

/* What a source remembers of one person becomes another's. What it knows of both stays
 * with the new one as it is there, but a role that stands, or that a person has undone,
 * is more than what became of an invitation. */
static struct err *move(struct console *c, const struct value *from,
			const struct value *to)
{
	static const char *const steps[] = {
		("DELETE FROM given WHERE source_id = ?1 AND anchor = ?3"
		 " AND state NOT IN ('given', 'suspended', 'undone')"
		 " AND EXISTS (SELECT 1 FROM given o WHERE o.source_id = ?1"
		 "  AND o.anchor = ?2 AND o.group_id = given.group_id"
		 "  AND o.role = given.role AND o.state IN ('given', 'suspended', "
		 "'undone'))"),
		"UPDATE OR IGNORE given SET anchor = ?3 WHERE source_id = ?1 AND anchor "
		"= ?2",
		"DELETE FROM given WHERE source_id = ?1 AND anchor = ?2 AND ?3 IS NOT "
		"NULL",
		("UPDATE OR IGNORE invitation_giver SET anchor = ?3"
		 " WHERE giver = ?1 AND anchor = ?2"),
		("DELETE FROM binding WHERE source_id = ?1 AND anchor = ?2"
		 " AND ?3 IS NOT NULL"),
	};
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && from->len > 0 && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "ibb", c->source, from->bytes,
				from->len, to->bytes, to->len);
	return err;
}

/* Bound to the source already, or somebody whom the principal knows. */
static struct err *find_person(struct console *c, const char *email, int64_t *account)
{
	AUTO_MEM char *key = email_key(NULL, email, strlen(email));
	uint32_t known;
	struct err *err;

	err = store_number(c->store, account, 0,
			   "SELECT a.id FROM account a JOIN subject s"
			   " ON s.id = a.subject_id WHERE s.email_key = ?1 AND a.id IN"
			   " (SELECT account_id FROM binding WHERE source_id = ?2)",
			   "ti", key, c->source);
	if (err || *account != 0)
		return err;
	err = console_known(c, email, &known);
	if (err == NULL && c->view->accounts[known].service)
		err = err_new(ERR_USAGE, "\"%s\" is no person", email);
	if (err == NULL)
		*account = c->view->accounts[known].id;
	return err;
}

/* The anchor that the account is bound to; empty: none. */
static struct err *find_bound(TALLOC_CTX *ctx, struct console *c, int64_t account,
			      struct value *anchor)
{
	struct rows *rows;
	const void *bytes;
	bool more = false;
	struct err *err = store_query(c->store, &rows,
				      "SELECT anchor FROM binding WHERE source_id = ?1"
				      " AND account_id = ?2",
				      "ii", c->source, account);

	*anchor = (struct value){ "", 0 };
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	bytes = row_blob(rows, 0, &anchor->len);
	anchor->bytes = mem_dup(ctx, bytes, anchor->len);
	rows_end(rows);
	return NULL;
}

static struct err *check_free(struct console *c, const char *email, int64_t account,
			      const struct value *anchor)
{
	int64_t holder;
	struct err *err =
		store_number(c->store, &holder, 0,
			     "SELECT account_id FROM binding WHERE source_id = ?1"
			     " AND anchor = ?2",
			     "ib", c->source, anchor->bytes, anchor->len);

	if (err || holder == 0)
		return err;
	return holder == account
		       ? err_new(ERR_USAGE, "\"%s\" is bound to that already", email)
		       : err_hint(err_new(ERR_USAGE,
					  "that is bound to another account than \"%s\"",
					  email),
				  "One of the two has to be bound elsewhere first.");
}

struct err *console_bind(struct console *c, uint32_t organization, const char *source,
			 const char *email, const struct value *anchor,
			 const char *reason)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	AUTO_MEM char *key = email_key(NULL, email, strlen(email));
	struct value was;
	int64_t account;
	struct audit_line line = {
		.organization = organization,
		.action = "account.bind",
		.target = source,
		.after = hex_of(ctx, anchor->bytes, anchor->len),
		.code = reason,
	};
	struct err *err;

	if (key == NULL)
		return err_new(ERR_USAGE, "\"%s\" is no e-mail address", email);
	err = console_find_source(c, organization, source);
	if (err == NULL)
		err = find_person(c, email, &account);
	if (err == NULL)
		err = check_free(c, email, account, anchor);
	if (err == NULL)
		err = find_bound(ctx, c, account, &was);
	if (err == NULL)
		err = move(c, &was, anchor);
	if (err == NULL)
		err = store_run(
			c->store,
			"INSERT INTO binding (source_id, anchor, account_id, since)"
			" VALUES (?1, ?2, ?3, ?4)",
			"ibii", c->source, anchor->bytes, anchor->len, account, c->now);
	if (err)
		return err;
	if (was.len > 0)
		line.before = hex_of(ctx, was.bytes, was.len);
	line.subject = view_add_email(c->view, email, key);
	return audit_write(c, &line);
}
