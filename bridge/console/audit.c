/* SPDX-License-Identifier: MIT */
#include "bridge/console/audit.h"
#include "bridge/console/console_p.h"

static struct audit_head *head_of(struct console *c, uint32_t organization)
{
	struct console_private *p = c->private;

	if (organization == AUDIT_STORE)
		return &p->store_head;
	mem_grow(p, p->heads, organization + 1, &p->c_heads);
	while (p->n_heads <= organization)
		p->heads[p->n_heads++] = (struct audit_head){ .loaded = false };
	return &p->heads[organization];
}

static struct err *load_head(struct console *c, uint32_t organization,
			     struct audit_head **out)
{
	struct audit_head *head = *out = head_of(c, organization);
	struct rows *rows;
	struct err *err;
	const void *hash;
	size_t len;
	bool more;

	if (head->loaded)
		return NULL;
	head->id =
		organization == AUDIT_STORE ? 0 : c->view->organizations[organization].id;
	err = store_query(c->store, &rows,
			  "SELECT c.seq, c.head, o.uid FROM (SELECT ?1 AS id) i"
			  " LEFT JOIN chain c ON c.organization_id = i.id"
			  " LEFT JOIN organization o ON o.id = i.id",
			  "i", head->id);
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err)
		return err;
	head->seq = row_int(rows, 0);
	hash = row_blob(rows, 1, &len);
	if (len == HASH_SIZE)
		memcpy(head->hash, hash, HASH_SIZE);
	if (row_text(rows, 2) != NULL)
		head->uid = mem_strdup(c->private, row_text(rows, 2));
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

/* Decimal digits, written from the end of out; returns where they begin. */
static char *digits(char out[24], uint64_t n)
{
	char *at = out + 23;

	*at = '\0';
	do
		*--at = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return at;
}

/* "length:bytes,", written at one go: a trail has millions of them. */
static void counted(struct str *s, const char *text, size_t len)
{
	char out[24], *from = digits(out, len), *at;
	size_t n = (size_t)(out + 23 - from);

	if (s->len + n + len + 3 > s->capacity)
		mem_grow(s, s->text, s->len + n + len + 3, &s->capacity);
	at = s->text + s->len;
	memcpy(at, from, n);
	at[n++] = ':';
	memcpy(at + n, text, len);
	n += len;
	at[n++] = ',';
	at[n] = '\0';
	s->len += n;
}

static void field(struct str *s, const char *text)
{
	if (text == NULL)
		str_add_bytes(s, "-,", 2);
	else
		counted(s, text, strlen(text));
}

static void number(struct str *s, int64_t n)
{
	char out[24], *at;

	if (n == 0) {
		field(s, NULL);
		return;
	}
	at = digits(out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
	if (n < 0)
		*--at = '-';
	counted(s, at, (size_t)(out + 23 - at));
}

void audit_hash(struct str *scratch, const struct audit_row *r, uint8_t hash[HASH_SIZE])
{
	str_clear(scratch);
	if (r->seq > 1)
		str_add_bytes(scratch, hash, HASH_SIZE);
	field(scratch, r->organization);
	number(scratch, r->seq);
	number(scratch, r->at);
	number(scratch, r->run);
	number(scratch, r->source);
	field(scratch, r->principal);
	field(scratch, r->os_user);
	number(scratch, r->impersonated);
	field(scratch, r->subject);
	field(scratch, r->action);
	field(scratch, r->target);
	field(scratch, r->before);
	field(scratch, r->after);
	field(scratch, r->code);
	hash_of(scratch->text, scratch->len, hash);
}

static struct err *insert(struct console *c, const struct audit_head *head,
			  const struct audit_row *r)
{
	return store_run(
		c->store,
		"INSERT INTO audit (organization_id, seq, at, run_id, source_id,"
		" principal, os_user, impersonated, subject, action, target, before,"
		" after, code, hash)"
		" VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15)",
		"iiinnttittttttb", head->id, r->seq, r->at, r->run, r->source,
		r->principal, r->os_user, r->impersonated, r->subject, r->action,
		r->target, r->before, r->after, r->code, head->hash, (size_t)HASH_SIZE);
}

struct err *audit_write(struct console *c, const struct audit_line *l)
{
	struct console_private *p = c->private;
	struct audit_head *head;
	struct err *err = load_head(c, l->organization, &head);
	char person[NAME_SIZE], about[NAME_SIZE];
	struct audit_row row;

	if (err == NULL)
		err = pseudonym_of(c, p->actor, person);
	if (err == NULL)
		err = pseudonym_of(c, l->subject, about);
	if (err)
		return err;
	head->changes++;
	row = (struct audit_row){
		.organization = head->uid,
		.seq = ++head->seq,
		.at = c->now,
		.run = c->run,
		.source = c->source,
		.principal = person[0] ? person : c->principal.name,
		.os_user = c->os_user,
		.subject = about[0] ? about : NULL,
		.action = l->action,
		.target = l->target,
		.before = l->before,
		.after = l->after,
		.code = l->code,
	};
	if (p->line == NULL)
		p->line = str_new(p);
	audit_hash(p->line, &row, head->hash);
	return insert(c, head, &row);
}

static struct err *finish(struct console *c, struct audit_head *head)
{
	struct err *err;

	if (!head->loaded || head->changes == 0)
		return NULL;
	err = store_run(c->store,
			"INSERT INTO chain (organization_id, seq, head)"
			" VALUES (?1, ?2, ?3) ON CONFLICT (organization_id) DO UPDATE"
			" SET seq = excluded.seq, head = excluded.head",
			"iib", head->id, head->seq, head->hash, (size_t)HASH_SIZE);
	if (err == NULL && head->id != 0)
		err = store_run(c->store,
				"UPDATE organization SET changes = changes + ?2"
				" WHERE id = ?1",
				"ii", head->id, head->changes);
	head->changes = 0;
	return err;
}

struct err *audit_finish(struct console *c)
{
	struct console_private *p = c->private;
	struct err *err = NULL;

	for (uint32_t o = 0; err == NULL && o < p->n_heads; o++)
		err = finish(c, &p->heads[o]);
	return err ? err : finish(c, &p->store_head);
}

void audit_row_of(const struct rows *r, const char *organization, struct audit_row *row)
{
	*row = (struct audit_row){
		.organization = organization,
		.seq = row_int(r, 0),
		.at = row_int(r, 1),
		.run = row_int(r, 2),
		.source = row_int(r, 3),
		.principal = row_text(r, 4),
		.os_user = row_text(r, 5),
		.impersonated = row_int(r, 6),
		.subject = row_text(r, 7),
		.action = row_text(r, 8),
		.target = row_text(r, 9),
		.before = row_text(r, 10),
		.after = row_text(r, 11),
		.code = row_text(r, 12),
	};
}
