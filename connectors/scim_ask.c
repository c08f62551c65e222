/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"
#include <stdlib.h>

#define ACCEPT     "application/scim+json, application/json;q=0.9"
#define DETAIL_MAX 200

/* JSON that goes with its context. */
struct holder {
	json_t *json;
};

static int let_go(struct holder *h)
{
	json_decref(h->json);
	return 0;
}

static json_t *keep(TALLOC_CTX *ctx, json_t *json)
{
	struct holder *h = mem_new(ctx, struct holder);

	h->json = json;
	talloc_set_destructor(h, let_go);
	return json;
}

static struct err *ask(struct session *s, TALLOC_CTX *ctx, const char *path,
		       struct http_answer *answer)
{
	struct http_request request = { .url = mem_printf(ctx, "%s%s", s->root, path),
					.accept = ACCEPT };
	struct err *err = scim_auth_header(s, &request.secret_header);

	if (err == NULL)
		err = http_send(s->http, ctx, &request, answer);
	if (err != NULL || answer->status != 401 || !scim_auth_again(s))
		return err;
	err = scim_auth_header(s, &request.secret_header);
	return err != NULL ? err : http_send(s->http, ctx, &request, answer);
}

/* Control characters are the printers' matter; length is ours. */
static char *cut(TALLOC_CTX *ctx, const char *text)
{
	return text ? mem_strndup(ctx, text, strnlen(text, DETAIL_MAX)) : NULL;
}

/* RFC 7644 3.12, or the shape of SCIM 1.1. */
static void read_refusal(TALLOC_CTX *ctx, const struct http_answer *answer,
			 struct scim_reply *reply)
{
	AUTO_JSON json_t *json = NULL;
	struct err *err = json_strict_read(answer->body, answer->len, &json);
	json_t *old = json_array_get(json_member(json, "Errors"), 0);

	err_ignore(err);
	reply->type = cut(ctx, json_string_value(json_member(json, "scimType")));
	reply->detail = cut(ctx, json_string_value(json_member(json, "detail")));
	if (reply->detail == NULL)
		reply->detail =
			cut(ctx, json_string_value(json_member(old, "description")));
	if (reply->type == NULL)
		reply->type = "";
	if (reply->detail == NULL)
		reply->detail = "";
}

static struct err *read_json(TALLOC_CTX *ctx, const struct http_answer *answer,
			     struct scim_reply *reply)
{
	json_t *json;
	struct err *err = json_strict_read(answer->body, answer->len, &json);

	if (err != NULL && answer->len > 0 && strcmp(answer->type, "text/html") == 0) {
		err_free(err);
		err = err_hint(err_new(ERR_LATER, "the answer is an HTML page"),
			       "Look at url in a browser: this is often a page to sign "
			       "in, or one of a proxy.");
	}
	if (err == NULL)
		reply->json = keep(ctx, json);
	return err;
}

struct err *scim_get(struct session *s, TALLOC_CTX *ctx, const char *path,
		     struct scim_reply *reply)
{
	struct http_answer answer;
	struct err *err = ask(s, ctx, path, &answer);

	*reply = (struct scim_reply){ .type = "", .detail = "" };
	if (err != NULL)
		return err;
	reply->status = answer.status;
	if (answer.status == 200)
		return read_json(ctx, &answer, reply);
	read_refusal(ctx, &answer, reply);
	return NULL;
}

struct err *scim_refused(const struct session *s, const char *what,
			 const struct scim_reply *reply)
{
	const char *colon = *reply->detail != '\0' ? ": " : "";
	int status = reply->status;

	if (status == 401 || status == 403)
		return err_hint(err_new(ERR_CONFIG,
					"read %s: the server refuses us (HTTP "
					"%d%s%s)",
					what, status, colon, reply->detail),
				"Check auth, and what this account may read there.");
	if (status == 429 || status >= 500)
		return err_new(ERR_LATER,
			       "read %s: the server is busy or down (HTTP "
			       "%d%s%s)",
			       what, status, colon, reply->detail);
	if (status == 404)
		return err_hint(err_new(ERR_CONFIG,
					"read %s: there is nothing at \"%s\" "
					"(HTTP 404)",
					what, s->root),
				"Correct url; many end in /v2.");
	return err_new(ERR_INCOMPLETE, "read %s: the server answers HTTP %d%s%s", what,
		       status, colon, reply->detail);
}

char *scim_id(TALLOC_CTX *ctx, json_t *resource)
{
	json_t *id = json_member(resource, "id");
	char *text = json_is_boolean(id) ? NULL : json_text(ctx, id);

	return text != NULL && *text != '\0' ? text : NULL;
}

char *scim_path(TALLOC_CTX *ctx, const struct session *s, enum scim_kind kind,
		const char *id)
{
	return mem_printf(ctx, "%s/%s", s->server.paths[kind],
			  url_encode(ctx, id, strlen(id)));
}

char *scim_filter(TALLOC_CTX *ctx, const char *name, const char *id)
{
	struct str *s = str_new(ctx);
	const char *filter;

	str_addf(s, "%s eq \"", name);
	for (; *id != '\0'; id++) {
		if (*id == '"' || *id == '\\')
			str_add_char(s, '\\');
		str_add_char(s, *id);
	}
	str_add_char(s, '"');
	filter = url_encode(ctx, s->text, s->len);
	return mem_printf(ctx, "filter=%s", filter);
}
