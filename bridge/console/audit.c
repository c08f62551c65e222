/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/console/console_p.h"

/* A field of a line as it is hashed: its length, a colon, its bytes; "-" for none. */
static void field(struct str *s, const char *text)
{
	if (text == NULL)
		str_add(s, "-,");
	else
		str_addf(s, "%zu:%s,", strlen(text), text);
}

static struct err *load_head(struct console *c, uint32_t organization,
			     struct audit_head **out)
{
	struct console_private *p = c->private;
	struct audit_head *head;
	struct rows *rows;
	struct err *err;
	const void *hash;
	size_t len;
	bool more;

	mem_grow(p, p->heads, organization + 1, &p->c_heads);
	while (p->n_heads <= organization)
		p->heads[p->n_heads++] = (struct audit_head){ .loaded = false };
	*out = head = &p->heads[organization];
	if (head->loaded)
		return NULL;
	err = store_query(c->store, &rows,
			  "SELECT audit_seq, audit_head FROM organization WHERE id = ?1",
			  "i", c->view->organizations[organization].id);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err ? err
			   : err_new(ERR_BUG, "audit of an organization not stored");
	head->seq = row_int(rows, 0);
	hash = row_blob(rows, 1, &len);
	if (len == HASH_SIZE)
		memcpy(head->hash, hash, HASH_SIZE);
	head->loaded = true;
	rows_end(rows);
	return NULL;
}

enum { NAME_SIZE = 33 }; /* of a pseudonym, with its NUL */

static struct err *pseudonym_of(struct console *c, uint32_t email, char out[NAME_SIZE])
{
	struct rows *rows;
	struct err *err;
	bool more = false;

	out[0] = '\0';
	if (email == VIEW_NONE || c->view->emails[email].id == 0)
		return NULL;
	err = store_query(c->store, &rows, "SELECT pseudonym FROM subject WHERE id = ?1",
			  "i", c->view->emails[email].id);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err == NULL && more)
		snprintf(out, NAME_SIZE, "%s", row_text(rows, 0));
	if (err == NULL)
		rows_end(rows);
	return err;
}

/*
 * hash = SHA-256(previous hash, then every field of the line as "length:bytes," in the
 * order of the table's columns), so that others can check the chain with their own tools.
 */
static void chain(struct console *c, struct audit_head *head, const struct audit_line *l,
		  const char *actor, const char *subject)
{
	struct console_private *p = c->private;

	if (p->line == NULL)
		p->line = str_new(p);
	str_clear(p->line);
	str_add_bytes(p->line, head->hash, head->seq > 1 ? HASH_SIZE : 0);
	str_addf(p->line, "%lld,%lld,%lld,%lld,", (long long)head->seq, (long long)c->now,
		 (long long)c->run, (long long)c->source);
	field(p->line, actor);
	field(p->line, c->os_user);
	field(p->line, subject);
	field(p->line, l->action);
	field(p->line, l->target);
	field(p->line, l->before);
	field(p->line, l->after);
	field(p->line, l->code);
	hash_of(p->line->text, p->line->len, head->hash);
}

struct err *audit_write(struct console *c, const struct audit_line *l)
{
	struct audit_head *head;
	struct err *err = load_head(c, l->organization, &head);
	char person[NAME_SIZE], about[NAME_SIZE];
	const char *actor, *subject;

	if (err == NULL)
		err = pseudonym_of(c, c->private->actor, person);
	if (err == NULL)
		err = pseudonym_of(c, l->subject, about);
	if (err)
		return err;
	head->seq++;
	head->changes++;
	actor = person[0] ? person : c->principal.name;
	subject = about[0] ? about : NULL;
	chain(c, head, l, actor, subject);
	return store_run(
		c->store,
		"INSERT INTO audit (organization_id, seq, at, run_id, source_id,"
		" principal, os_user, impersonated, subject, action, target, before,"
		" after, code, hash)"
		" VALUES (?1,?2,?3,?4,?5,?6,?7,0,?8,?9,?10,?11,?12,?13,?14)",
		"iiinnttttttttb", c->view->organizations[l->organization].id, head->seq,
		c->now, c->run, c->source, actor, c->os_user, subject, l->action,
		l->target, l->before, l->after, l->code, head->hash, (size_t)HASH_SIZE);
}

struct err *audit_finish(struct console *c)
{
	struct console_private *p = c->private;
	struct err *err = NULL;

	for (uint32_t o = 0; err == NULL && o < p->n_heads; o++) {
		struct audit_head *head = &p->heads[o];

		if (!head->loaded || head->changes == 0)
			continue;
		err = store_run(c->store,
				"UPDATE organization SET audit_seq = ?2, audit_head = ?3,"
				" changes = changes + ?4 WHERE id = ?1",
				"iibi", c->view->organizations[o].id, head->seq,
				head->hash, (size_t)HASH_SIZE, head->changes);
		head->changes = 0;
	}
	return err;
}
