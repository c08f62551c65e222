/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

/* By WAY_USER and WAY_BY_USER a group is known only when all users are. */
static struct err *members_of(struct session *s, TALLOC_CTX *ctx, json_t *group,
			      struct scim_ids *ids, const char **why)
{
	AUTO_JSON json_t *alone = json_array();
	struct err *err;

	json_array_append(alone, group);
	err = scim_members_choose(s, alone);
	if (err != NULL)
		return err;
	if ((s->way == WAY_USER || s->way == WAY_BY_USER) &&
	    (s->pull.lists[SCIM_GROUP] == NULL || !s->pull.lists[SCIM_GROUP]->done)) {
		*why = "who is in it is known only after a whole pull";
		return NULL;
	}
	return scim_members(s, ctx, group, ids, why);
}

static struct err *found(struct session *s, TALLOC_CTX *ctx, enum scim_kind kind,
			 json_t *resource)
{
	struct scim_ids ids = { 0 };
	const char *why = NULL;
	struct entry *entry;
	struct err *err = NULL;

	if (kind == SCIM_GROUP)
		err = members_of(s, ctx, resource, &ids, &why);
	if (err == NULL && why == NULL)
		err = scim_entry(s, ctx, kind, resource, &ids, &entry);
	if (err == NULL && why == NULL)
		return scim_pass_on(s, entry, true);
	if (err != NULL && err_class(err) != ERR_RECORD)
		return err;
	scim_set_aside(s, kind, resource, err ? err_text(err) : why);
	err_free(err);
	return NULL;
}

static bool is_unknown(const struct session *s, const struct scim_reply *reply)
{
	return reply->status == 404 ||
	       (reply->status == 400 && s->dialect->unknown_is_400);
}

/* Is it there, and is it that? A server that answers with another is not believed. */
static struct err *ask(struct session *s, TALLOC_CTX *ctx, enum scim_kind kind,
		       const char *id, json_t **out)
{
	struct scim_reply reply;
	struct err *err = scim_get(s, ctx, scim_path(ctx, s, kind, id), &reply);
	char *same;

	*out = NULL;
	if (err != NULL)
		return err;
	if (is_unknown(s, &reply))
		return NULL;
	if (reply.status != 200)
		return scim_refused(s, kind == SCIM_USER ? "a user" : "a group", &reply);
	same = scim_id(ctx, reply.json);
	if (same == NULL || strcmp(same, id) != 0)
		return err_new(ERR_INCOMPLETE,
			       "the server was asked for id \"%s\" and answers with "
			       "another",
			       id);
	*out = reply.json;
	return NULL;
}

static struct err *look_up(struct session *s, const struct value *anchor)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *id = mem_strndup(tmp, anchor->bytes, anchor->len);
	json_t *resource;

	for (enum scim_kind kind = 0; kind < SCIM_KINDS; kind++) {
		struct err *err = ask(s, tmp, kind, id, &resource);

		if (err != NULL)
			return err;
		if (resource != NULL)
			return found(s, tmp, kind, resource);
	}
	sink_anchor(s->sink, ITEM_UNKNOWN, anchor);
	return NULL;
}

struct err *scim_lookup(struct session *s, const struct value *anchors, size_t n,
			struct sink *sink)
{
	struct err *err = NULL;

	s->sink = sink;
	for (size_t i = 0; err == NULL && i < n; i++)
		err = look_up(s, &anchors[i]);
	return err != NULL ? err_wrap(err, "look up who is missing") : NULL;
}
