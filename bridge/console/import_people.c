/* SPDX-License-Identifier: MIT */
#include "bridge/console/import_p.h"
#include "bridge/record/text.h"

enum { PSEUDONYM, EMAIL, NAME, ERASED, KIND, ACTIVE, CREATED };

static bool is_service(const struct import_value *v)
{
	return !v[KIND].none && strcmp(v[KIND].text, "service") == 0;
}

static void check_person(struct import *im, const struct import_value *v, const char *key)
{
	if (v[KIND].none != v[ACTIVE].none || v[KIND].none != v[CREATED].none)
		import_problem(im, NULL,
			       "kind, active and created are those of an account, or all "
			       "null");
	if (!import_once_f(im, "pseudonym %s", v[PSEUDONYM].text))
		import_problem(im, "pseudonym", "somebody else has it");
	if (!v[EMAIL].none && key == NULL)
		import_problem(im, "email", "it is no e-mail address");
	else if (v[EMAIL].none && !is_service(v) && v[ERASED].none)
		import_problem(im, "email", "only who was erased has none");
	else if (!v[EMAIL].none && !v[ERASED].none)
		import_problem(im, "erased", "who was erased has no address");
	if (key != NULL && !import_once_f(im, "email %s", key))
		import_rule(im, "email", RULE_EMAIL_TAKEN);
	if (!is_service(v))
		return;
	if (!v[EMAIL].none || v[NAME].none || v[NAME].len == 0)
		import_problem(im, NULL,
			       "a service principal has a name, and no address");
	else if (!import_once_f(im, "service %s", v[NAME].text))
		import_problem(im, "name", "another service principal has it");
}

/* ---- who they are in this store ---- */

static int64_t find(struct import *im, const char *sql, const char *text)
{
	int64_t id = 0;

	if (import_goes_on(im))
		import_done(im, store_number(im->c->store, &id, 0, sql, "t", text));
	return id;
}

static int64_t by_pseudonym(struct import *im, const char *pseudonym)
{
	return find(im,
		    "SELECT id FROM subject WHERE pseudonym = ?1"
		    " UNION SELECT subject_id FROM subject_alias WHERE pseudonym = ?1",
		    pseudonym);
}

static int64_t find_subject(struct import *im, const struct import_value *v,
			    const char *key)
{
	if (is_service(v))
		return find(im,
			    "SELECT a.subject_id FROM principal p JOIN account a"
			    " ON a.id = p.account_id WHERE p.kind = 'service'"
			    " AND p.name = ?1",
			    v[NAME].text);
	if (key != NULL)
		return find(im, "SELECT id FROM subject WHERE email_key = ?1", key);
	return find(im,
		    "SELECT id FROM subject WHERE pseudonym = ?1 AND email_key IS NULL"
		    " AND erased IS NOT NULL",
		    v[PSEUDONYM].text);
}

/* The pseudonym is theirs already, or becomes theirs. */
static void add_alias(struct import *im, int64_t subject, const char *pseudonym)
{
	int64_t who = by_pseudonym(im, pseudonym);

	if (who == subject || !import_goes_on(im))
		return;
	if (who != 0)
		import_problem(im, "pseudonym", "somebody else in this store has it");
	else
		import_done(im, store_run(im->c->store,
					  "INSERT INTO subject_alias (pseudonym,"
					  " subject_id) VALUES (?1, ?2)",
					  "ti", pseudonym, subject));
}

static int64_t add_subject(struct import *im, const struct import_value *v,
			   const char *key)
{
	if (by_pseudonym(im, v[PSEUDONYM].text) != 0)
		import_problem(im, "pseudonym", "somebody else in this store has it");
	if (erased_has_email(im->erased, key))
		import_rule(im, "email", RULE_ERASED);
	if (!import_goes_on(im))
		return 0;
	import_done(im, store_run(im->c->store,
				  "INSERT INTO subject (pseudonym, email, email_key,"
				  " name, erased) VALUES (?1, ?2, ?3, ?4, ?5)",
				  "ttttn", v[PSEUDONYM].text, v[EMAIL].text, key,
				  v[NAME].text, v[ERASED].number));
	return store_last_id(im->c->store);
}

static void add_account(struct import *im, struct import_person *p,
			const struct import_value *v, const char *key)
{
	const char *name = is_service(v) ? v[NAME].text : key ? key : v[PSEUDONYM].text;
	struct store *store = im->c->store;

	import_done(im,
		    store_run(store,
			      "INSERT INTO account (subject_id, kind, active, created)"
			      " VALUES (?1, ?2, ?3, ?4)",
			      "itii", p->subject, v[KIND].text, v[ACTIVE].number,
			      v[CREATED].number));
	p->account = store_last_id(store);
	if (!import_goes_on(im))
		return;
	import_done(im, store_run(store,
				  "INSERT INTO principal (kind, name, account_id)"
				  " VALUES (?1, ?2, ?3)",
				  "tti", v[KIND].text, name, p->account));
	p->principal = store_last_id(store);
	/* Who was only an address here so far is called as the account is. */
	if (import_goes_on(im) && v[ERASED].none)
		import_done(im,
			    store_run(store,
				      "UPDATE subject SET email = ?2, name = ?3"
				      " WHERE id = ?1",
				      "itt", p->subject, v[EMAIL].text, v[NAME].text));
}

static void find_account(struct import *im, struct import_person *p)
{
	import_done(im, store_number(im->c->store, &p->account, 0,
				     "SELECT id FROM account WHERE subject_id = ?1", "i",
				     p->subject));
	if (import_goes_on(im))
		import_done(im, store_number(im->c->store, &p->principal, 0,
					     "SELECT id FROM principal"
					     " WHERE account_id = ?1",
					     "i", p->account));
}

char *import_email(struct import *im, const struct import_value *email)
{
	char *key = email->none ? NULL : email_key(im->scratch, email->text, email->len);
	char *address = key ? text_name(im->scratch, email->text, email->len) : NULL;

	return address != NULL && strcmp(address, email->text) == 0 ? key : NULL;
}

int64_t import_person(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_person *p = &im->people[im->n[PART_PEOPLE]];
	char *key = import_email(im, &v[EMAIL]);

	(void)parent;
	p->has_account = !v[KIND].none;
	p->has_email = key != NULL;
	check_person(im, v, key);
	p->subject = find_subject(im, v, key);
	if (p->subject != 0)
		add_alias(im, p->subject, v[PSEUDONYM].text);
	else
		p->subject = add_subject(im, v, key);
	if (p->has_account && import_goes_on(im)) {
		find_account(im, p);
		if (p->account == 0 && import_goes_on(im))
			add_account(im, p, v, key);
	}
	return p->subject;
}

/* ---- what stands within ---- */

/* The person was counted before. */
static const struct import_person *current(const struct import *im)
{
	return &im->people[im->n[PART_PEOPLE] - 1];
}

static void needs_account(struct import *im)
{
	if (!current(im)->has_account)
		import_problem(im, NULL, "who has no account has none of these");
}

int64_t import_alias(struct import *im, const struct import_value *v, int64_t parent)
{
	if (!import_once_f(im, "pseudonym %s", v[0].text))
		import_problem(im, "pseudonym", "somebody else has it");
	add_alias(im, parent, v[0].text);
	return 0;
}

int64_t import_block(struct import *im, const struct import_value *v, int64_t parent)
{
	(void)parent;
	needs_account(im);
	import_span(im, (struct span){ v[0].number, v[1].number }, "block %zu",
		    im->n[PART_PEOPLE]);
	import_row(im,
		   "INSERT INTO account_block (account_id, root_id, valid_from,"
		   " valid_to, reason) VALUES (?1, ?5, ?2, ?3, ?4)",
		   current(im)->account, PART_BLOCKS, v,
		   (const struct cell[]){ { .kind = CELL_NUMBER, .number = im->root } },
		   1);
	return 0;
}

int64_t import_claim(struct import *im, const struct import_value *v, int64_t parent)
{
	struct span span = { v[2].number, v[3].number };

	(void)parent;
	needs_account(im);
	import_span(im, span, "owns %zu %lld %s", im->n[PART_PEOPLE],
		    (long long)v[0].number, v[1].text);
	if (!span_within(span, im->organizations[v[0].number].span))
		import_problem(im, "organization", "it is there when that one is not");
	import_row(im,
		   "INSERT INTO account_claim (account_id, organization_id, claim,"
		   " valid_from, valid_to) VALUES (?1, ?2, ?3, ?4, ?5)",
		   current(im)->account, PART_CLAIMS, v, NULL, 0);
	return 0;
}
