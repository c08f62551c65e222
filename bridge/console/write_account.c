/* SPDX-License-Identifier: MIT */
#include "bridge/console/console_p.h"

struct err *subject_new(struct console *c, const char *email, const char *key,
			const char *name, int64_t *id)
{
	AUTO_MEM char *pseudonym = uid_new(NULL);
	struct err *err = store_run(c->store,
				    "INSERT INTO subject (pseudonym, email, email_key,"
				    " name) VALUES (?1, ?2, ?3, ?4)",
				    "tttt", pseudonym, email, key, name);

	*id = store_last_id(c->store);
	return err;
}

/* An address alone: what it is called belongs to the account, once there is one. */
struct err *subject_id(struct console *c, uint32_t email, int64_t *id)
{
	struct view_email *e = &c->view->emails[email];
	struct err *err = NULL;

	if (e->id == 0) {
		err = store_number(c->store, &e->id, 0,
				   "SELECT id FROM subject WHERE email_key = ?1", "t",
				   e->key);
		if (err == NULL && e->id == 0)
			err = subject_new(c, e->key, e->key, NULL, &e->id);
	}
	*id = e->id;
	return err;
}

struct err *write_licence(struct console *c, const struct written *w)
{
	struct err *err = store_run(
		c->store,
		"UPDATE licence SET valid_to = max(valid_from, min(valid_to, ?2))"
		" WHERE root_id = ?1",
		"ii", c->root, c->now);

	if (err || w->change->until <= c->now)
		return err;
	err = store_run(c->store,
			"DELETE FROM licence WHERE root_id = ?1 AND valid_from = ?2",
			"ii", c->root, c->now);
	if (err)
		return err;
	return store_run(c->store,
			 "INSERT INTO licence (root_id, plan, valid_from, valid_to)"
			 " VALUES (?1, ?2, ?3, ?4)",
			 "itii", c->root, w->change->trial ? "trial" : "enterprise",
			 c->now, w->change->until);
}

struct err *write_asset(struct console *c, const struct written *w)
{
	int64_t organization = c->view->organizations[w->change->organization].id;
	struct err *err = store_run(
		c->store, "DELETE FROM asset WHERE organization_id = ?1 AND kind = ?2",
		"it", organization, w->change->name);

	if (err || w->change->count == 0)
		return err;
	return store_run(c->store,
			 "INSERT INTO asset (organization_id, kind, count)"
			 " VALUES (?1, ?2, ?3)",
			 "iti", organization, w->change->name, (int64_t)w->change->count);
}

struct err *write_claim(struct console *c, const struct written *w)
{
	int64_t account = c->view->accounts[w->change->account].id;
	int64_t organization = c->view->organizations[w->change->organization].id;

	if (w->change->kind == CHANGE_UNCLAIM)
		return store_run(c->store,
				 "UPDATE account_claim SET valid_to = ?3 WHERE account_id"
				 " = ?1 AND organization_id = ?2 AND valid_to IS NULL",
				 "iii", account, organization, c->now);
	return store_run(c->store,
			 "INSERT INTO account_claim (account_id, organization_id, claim,"
			 " valid_from) VALUES (?1, ?2, 'Owner', ?3)",
			 "iii", account, organization, c->now);
}

struct err *write_block(struct console *c, const struct written *w)
{
	int64_t account = c->view->accounts[w->change->account].id;

	if (w->change->kind == CHANGE_UNBLOCK)
		return store_run(
			c->store,
			"UPDATE account_block SET valid_to = ?3 WHERE account_id = ?1"
			" AND root_id = ?2 AND valid_to IS NULL",
			"iii", account, c->root, c->now);
	return store_run(
		c->store,
		"INSERT INTO account_block (account_id, root_id, valid_from, reason)"
		" VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
		"iiit", account, c->root, c->now, w->reason);
}

/* ---- another address ---- */

/* Whoever had the address was only invited under it: all that becomes this account's. */
static struct err *take_over(struct console *c, int64_t from, int64_t to)
{
	static const char *const steps[] = {
		"UPDATE invitation SET subject_id = ?2 WHERE subject_id = ?1",
		"UPDATE mail SET subject_id = ?2 WHERE subject_id = ?1",
		"UPDATE outbox SET subject_id = ?2 WHERE subject_id = ?1",
		"UPDATE subject_alias SET subject_id = ?2 WHERE subject_id = ?1",
		("INSERT INTO subject_alias (pseudonym, subject_id)"
		 " SELECT pseudonym, ?2 FROM subject WHERE id = ?1"),
		"DELETE FROM subject WHERE id = ?1 AND ?2 <> ?1",
	};
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "ii", from, to);
	return err;
}

struct err *write_email(struct console *c, const struct written *w)
{
	const struct view_account *a = &c->view->accounts[w->change->account];
	struct view_email *e = &c->view->emails[w->change->email];
	int64_t subject, other, account;
	struct err *err;

	err = store_number(c->store, &subject, 0,
			   "SELECT subject_id FROM account WHERE id = ?1", "i", a->id);
	if (err == NULL)
		err = store_number(c->store, &other, 0,
				   "SELECT id FROM subject WHERE email_key = ?1", "t",
				   e->key);
	if (err == NULL)
		err = store_number(c->store, &account, 0,
				   "SELECT id FROM account WHERE subject_id = ?1", "i",
				   other);
	if (err)
		return err;
	if (account != 0)
		return refusal(RULE_EMAIL_TAKEN);
	if (other != 0)
		err = take_over(c, other, subject);
	e->id = subject;
	if (err == NULL)
		err = store_run(c->store,
				"UPDATE subject SET email = ?2, email_key = ?3"
				" WHERE id = ?1",
				"itt", subject, e->address, e->key);
	if (err)
		return err;
	return store_run(c->store, "UPDATE principal SET name = ?2 WHERE account_id = ?1",
			 "it", a->id, e->key);
}

/* ---- erasure, in one root; what belongs to no root is console_erase()'s ---- */

struct err *write_erase(struct console *c, const struct written *w)
{
	static const char *const steps[] = {
		"UPDATE giver SET valid_to = ?3 WHERE valid_to IS NULL AND role_id IN"
		" (SELECT r.id FROM role r JOIN security_group g ON g.id = r.group_id"
		"  JOIN organization o ON o.id = g.organization_id"
		"  WHERE r.account_id = ?1 AND r.valid_to IS NULL AND o.root_id = ?2)",
		"UPDATE role SET valid_to = ?3 WHERE account_id = ?1 AND valid_to IS NULL"
		" AND group_id IN (SELECT g.id FROM security_group g JOIN organization o"
		"  ON o.id = g.organization_id WHERE o.root_id = ?2)",
		"UPDATE invitation SET state = 'cancelled', ended = ?3"
		" WHERE state = 'pending' AND subject_id ="
		" (SELECT subject_id FROM account WHERE id = ?1) AND group_id IN"
		" (SELECT g.id FROM security_group g JOIN organization o"
		"  ON o.id = g.organization_id WHERE o.root_id = ?2)",
	};
	int64_t account = c->view->accounts[w->change->account].id;
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "iii", account, c->root, c->now);
	return err;
}
