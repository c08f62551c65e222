/* SPDX-License-Identifier: MIT */
#include "bridge/console/review.h"
#include "bridge/console/console_p.h"
#include <stdlib.h>

/* ---- what was read ---- */

/* Length first, so that no two rosters are the same bytes. */
static void add_text(struct str *s, const char *text)
{
	if (text == NULL)
		str_add(s, "-");
	else
		str_addf(s, "%zu:%s", strlen(text), text);
	str_add_char(s, ' ');
}

/* Names change while what was read does not: everything in an order of its own. */
static int by_uid(const void *a, const void *b)
{
	const struct roster_way *x = a, *y = b;
	int order = strcmp(x->uid ? x->uid : "", y->uid ? y->uid : "");

	return order != 0 ? order : (int)x->role - (int)y->role;
}

static int by_pseudonym(const void *a, const void *b)
{
	const struct roster_person *x = a, *y = b;

	return strcmp(x->pseudonym, y->pseudonym);
}

static int by_invited(const void *a, const void *b)
{
	const struct roster_invitation *x = a, *y = b;
	int order = strcmp(x->pseudonym, y->pseudonym);

	if (order == 0)
		order = strcmp(x->uid, y->uid);
	return order != 0 ? order : (int)x->role - (int)y->role;
}

/* A sorted copy. */
static void *in_order(TALLOC_CTX *ctx, const void *all, size_t n, size_t size,
		      int (*compare)(const void *, const void *))
{
	void *copy = mem_dup(ctx, all, n * size);

	if (n > 0)
		qsort(copy, n, size, compare);
	return copy;
}

static void add_person(struct str *s, const struct roster_person *p)
{
	struct roster_way *ways =
		in_order(s, p->ways, p->n_ways, sizeof *p->ways, by_uid);

	add_text(s, p->pseudonym);
	str_addf(s, "%d\n", p->blocked);
	for (size_t i = 0; i < p->n_ways; i++) {
		const struct roster_way *w = &ways[i];

		add_text(s, w->uid);
		str_addf(s, "%s %d %d %lld", role_name(w->role), w->owner, w->suspended,
			 (long long)w->since);
		for (size_t k = 0; k < w->n_claims; k++)
			add_text(s, w->claims[k]);
		str_add_char(s, '\n');
	}
	mem_free(ways);
}

static void add_invitation(struct str *s, const struct roster_invitation *i)
{
	add_text(s, i->pseudonym);
	add_text(s, i->uid);
	str_addf(s, "%s %lld %lld\n", role_name(i->role), (long long)i->created,
		 (long long)i->expires);
}

void roster_digest(const struct roster *r, uint8_t digest[HASH_SIZE])
{
	struct str *s = str_new(NULL);
	struct roster_person *people =
		in_order(s, r->people, r->n_people, sizeof *people, by_pseudonym);
	struct roster_invitation *invitations = in_order(
		s, r->invitations, r->n_invitations, sizeof *invitations, by_invited);

	str_addf(s, "roster 1 %zu %zu\n", r->n_people, r->n_invitations);
	for (size_t i = 0; i < r->n_people; i++)
		add_person(s, &people[i]);
	for (size_t i = 0; i < r->n_invitations; i++)
		add_invitation(s, &invitations[i]);
	hash_of(s->text, s->len, digest);
	mem_free(s);
}

/* ---- that it was read ---- */

struct err *write_review(struct console *c, const struct written *w)
{
	const struct review *r = c->private->review;

	return store_run(c->store,
			 "INSERT INTO review (organization_id, as_of, at, principal_id,"
			 " people, invitations, digest, note)"
			 " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
			 "iiiiiibt", c->view->organizations[w->change->organization].id,
			 r->as_of, r->at, c->principal_id, (int64_t)r->people,
			 (int64_t)r->invitations, r->digest, sizeof r->digest, r->note);
}

struct err *console_review(struct console *c, uint32_t organization,
			   const struct roster *roster, const char *note,
			   struct review *out)
{
	AUTO_MEM char *what = NULL;
	AUTO_MEM char *hex = NULL;
	struct change change = {
		.kind = CHANGE_REVIEW,
		.organization = organization,
	};
	struct err *err;

	*out = (struct review){
		.as_of = roster->at,
		.at = c->now,
		.people = roster->n_people,
		.invitations = roster->n_invitations,
		.by = c->principal.name,
		.note = note,
	};
	roster_digest(roster, out->digest);
	hex = hex_of(NULL, out->digest, sizeof out->digest);
	what = mem_printf(NULL, "%zu people, %zu invitations, %s", out->people,
			  out->invitations, hex);
	change.name = what;
	c->private->review = out;
	err = console_change(c, &change, NULL, NULL);
	c->private->review = NULL;
	return err;
}

struct err *review_list(TALLOC_CTX *ctx, struct console *c, uint32_t organization,
			struct review **out, size_t *n)
{
	struct rows *rows;
	size_t capacity = 0;
	bool more = true;
	struct err *err =
		store_query(c->store, &rows,
			    "SELECT v.as_of, v.at, v.people, v.invitations, v.digest,"
			    " p.name, v.note FROM review v"
			    " JOIN principal p ON p.id = v.principal_id"
			    " WHERE v.organization_id = ?1 ORDER BY v.id DESC",
			    "i", c->view->organizations[organization].id);

	*out = NULL;
	*n = 0;
	while (err == NULL) {
		struct review *r;
		size_t len;
		const void *digest;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		r = &(*out)[(*n)++];
		*r = (struct review){
			.as_of = row_int(rows, 0),
			.at = row_int(rows, 1),
			.people = (size_t)row_int(rows, 2),
			.invitations = (size_t)row_int(rows, 3),
			.by = mem_strdup(ctx, row_text(rows, 5)),
			.note = row_text(rows, 6) ? mem_strdup(ctx, row_text(rows, 6))
						  : NULL,
		};
		digest = row_blob(rows, 4, &len);
		if (len == sizeof r->digest)
			memcpy(r->digest, digest, len);
	}
	return err;
}
