/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "connectors/ldap_p.h"

/* Anchors asked for in one search. */
#define CHUNK 50

enum place { NOWHERE, INSIDE, OUTSIDE };

struct chunk {
	const struct value *anchors;
	size_t n;
	enum place places[CHUNK];
	LDAPMessage *entries[CHUNK]; /* INSIDE; they belong to answers */
};

/* "(|(entryUUID=...)(entryUUID=...))" of those not found yet; NULL when all are. */
static char *filter_of(TALLOC_CTX *ctx, const struct session *s,
		       const struct chunk *chunk)
{
	struct str *out = str_new(ctx);

	for (size_t i = 0; i < chunk->n; i++)
		if (chunk->places[i] == NOWHERE)
			str_add(out,
				anchor_filter(out, s->server.anchor, &chunk->anchors[i]));
	return out->len > 0 ? mem_printf(ctx, "(|%s)", out->text) : NULL;
}

static void place(struct chunk *chunk, const struct dir_view *view, LDAPMessage *entry,
		  enum place where)
{
	struct value anchor = { (const char *)view->anchor, view->anchor_len };

	for (size_t i = 0; i < chunk->n; i++)
		if (chunk->places[i] == NOWHERE &&
		    value_compare(&chunk->anchors[i], &anchor) == 0) {
			chunk->places[i] = where;
			chunk->entries[i] = entry;
		}
}

static struct err *search(struct session *s, TALLOC_CTX *ctx, struct chunk *chunk,
			  struct dir_question *q, enum place where)
{
	struct dir_answer *answer;
	struct dir_view view;
	struct err *err = dir_ask(s, ctx, q, (size_t)2 * CHUNK, &answer);

	if (err != NULL)
		return err;
	/* Outside the bases nothing need be readable. */
	if (where == OUTSIDE && (answer->done.code == LDAP_NO_SUCH_OBJECT ||
				 answer->done.code == LDAP_INSUFFICIENT_ACCESS))
		return NULL;
	if (answer->done.code == LDAP_NO_SUCH_OBJECT)
		return dir_no_base(s, q->base, answer->done.matched);
	if (answer->done.code != LDAP_SUCCESS)
		return err_wrap(dir_failed(s, answer->done.code, answer->done.diagnostic),
				"lookup in \"%s\"", q->base);
	for (size_t i = 0; i < answer->n; i++) {
		err = dir_take(s, answer->entries[i], &view);
		if (err != NULL)
			return err;
		place(chunk, &view, answer->entries[i], where);
	}
	return NULL;
}

static struct err *search_bases(struct session *s, TALLOC_CTX *ctx, struct chunk *chunk)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < s->n_bases; i++) {
		char *filter = filter_of(ctx, s, chunk);
		struct dir_question q = { .base = s->bases[i].dn,
					  .scope = s->bases[i].scope,
					  .filter = dir_and(ctx, s->bases[i].filter,
							    filter),
					  .attributes = s->attributes };

		if (filter == NULL)
			return NULL;
		err = search(s, ctx, chunk, &q, INSIDE);
	}
	return err;
}

/* A naming context that holds a base, and more than that base. */
static bool holds_more(const struct session *s, const char *context)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	bool holds = false;
	struct value key;
	struct err *err = dn_key(tmp, context, strlen(context), &key);

	for (size_t i = 0; err == NULL && i < s->n_bases; i++) {
		const struct dir_base *base = &s->bases[i];

		if (!dn_is_below(&base->key, &key))
			continue;
		if (value_compare(&base->key, &key) == 0 && base->filter == NULL &&
		    base->scope == LDAP_SCOPE_SUBTREE)
			return false;
		holds = true;
	}
	err_free(err);
	return holds;
}

static struct err *search_contexts(struct session *s, TALLOC_CTX *ctx,
				   struct chunk *chunk)
{
	const char *attributes[] = { anchor_attribute(s->server.anchor), NULL };
	struct err *err = NULL;

	for (const char **at = s->server.contexts; err == NULL && *at != NULL; at++) {
		struct dir_question q = { .base = *at,
					  .scope = LDAP_SCOPE_SUBTREE,
					  .filter = filter_of(ctx, s, chunk),
					  .attributes = attributes };

		if (q.filter == NULL)
			return NULL;
		if (holds_more(s, *at))
			err = search(s, ctx, chunk, &q, OUTSIDE);
	}
	return err;
}

static struct err *answer(struct session *s, struct sink *sink, const struct chunk *chunk)
{
	static const enum item_kind kinds[] = {
		[NOWHERE] = ITEM_UNKNOWN, [OUTSIDE] = ITEM_LEFT
	};

	for (size_t i = 0; i < chunk->n; i++) {
		struct dir_view view;
		struct err *err = NULL;

		if (chunk->places[i] != INSIDE) {
			sink_anchor(sink, kinds[chunk->places[i]], &chunk->anchors[i]);
			continue;
		}
		err = dir_take(s, chunk->entries[i], &view);
		if (err == NULL)
			err = dir_write(s, sink, &view);
		if (err != NULL && err_class(err) != ERR_RECORD)
			return err;
		if (err != NULL)
			dir_set_aside(sink, &view, err);
	}
	return NULL;
}

struct err *dir_lookup(struct session *s, const struct value *anchors, size_t n,
		       struct sink *sink)
{
	struct err *err = NULL;

	for (size_t done = 0; err == NULL && done < n; done += CHUNK) {
		AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
		struct chunk *chunk = mem_new(tmp, struct chunk);

		chunk->anchors = anchors + done;
		chunk->n = n - done < CHUNK ? n - done : CHUNK;
		err = search_bases(s, tmp, chunk);
		if (err == NULL)
			err = search_contexts(s, tmp, chunk);
		if (err == NULL)
			err = answer(s, sink, chunk);
	}
	return err;
}
