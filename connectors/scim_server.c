/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

static const char *const kinds[] = { [SCIM_USER] = "User", [SCIM_GROUP] = "Group" };
static const char *const usual[] = { [SCIM_USER] = "/Users", [SCIM_GROUP] = "/Groups" };

static bool is_true(json_t *value)
{
	AUTO_MEM char *text = json_text(NULL, value);

	return text != NULL && strcasecmp(text, "true") == 0;
}

/* ---- discovery: each part may be missing, or only for others ---- */

static bool is_passing(const struct scim_reply *reply)
{
	return reply->status == 429 || (reply->status >= 500 && reply->status != 501);
}

static struct err *discover(struct session *s, TALLOC_CTX *ctx, const char *path,
			    json_t **out)
{
	struct scim_reply reply;
	struct err *err = scim_get(s, ctx, path, &reply);

	*out = NULL;
	if (err != NULL && err_class(err) == ERR_INCOMPLETE) {
		err_free(err);
		return NULL;
	}
	if (err != NULL)
		return err;
	if (is_passing(&reply))
		return scim_refused(s, "what the server is", &reply);
	*out = reply.json;
	return NULL;
}

static void read_pagination(struct session *s, json_t *p)
{
	const char *standard =
		json_string_value(json_member(p, "defaultPaginationMethod"));
	int64_t most;

	if (p == NULL)
		return;
	if (is_true(json_member(p, "cursor")) &&
	    (!is_true(json_member(p, "index")) ||
	     (standard != NULL && strcasecmp(standard, "cursor") == 0)))
		s->server.paging = PAGING_CURSOR;
	if (json_number(json_member(p, "maxPageSize"), &most) && most > 0 &&
	    most <= 100000)
		s->server.page_size = (int)most;
}

/* "https://server/base/ServiceProviderConfig" without its end. */
static const char *location_of(struct session *s, json_t *config)
{
	const char *text =
		json_string_value(json_member(json_member(config, "meta"), "location"));
	const char *end = text ? strstr(text, "/ServiceProviderConfig") : NULL;
	struct url url;

	if (end == NULL || !url_resolve(s, &s->base, text, &url))
		return NULL;
	return mem_strndup(s, url.text, strlen(url.text) - strlen(end));
}

static struct err *read_config(struct session *s, TALLOC_CTX *ctx)
{
	json_t *config;
	struct err *err = discover(s, ctx, "/ServiceProviderConfig", &config);

	if (err != NULL || config == NULL)
		return err;
	s->server.described = true;
	s->server.sort = is_true(json_member(json_member(config, "sort"), "supported"));
	read_pagination(s, json_member(config, "pagination"));
	s->server.location = location_of(s, config);
	return NULL;
}

/* Absolute or relative; of another server it is not believed. */
static void take_endpoint(struct session *s, json_t *type)
{
	const char *id = json_string_value(json_member(type, "id"));
	const char *name = json_string_value(json_member(type, "name"));
	const char *endpoint = json_string_value(json_member(type, "endpoint"));
	const char *path;
	size_t root = strlen(s->root);

	if (endpoint == NULL || strpbrk(endpoint, "?# ") != NULL)
		return;
	path = strncmp(endpoint, s->root, root) == 0 ? endpoint + root : endpoint;
	if (strstr(path, "//") != NULL || strstr(path, "..") != NULL)
		return;
	for (size_t i = 0; i < SCIM_KINDS; i++)
		if ((id != NULL && strcasecmp(id, kinds[i]) == 0) ||
		    (name != NULL && strcasecmp(name, kinds[i]) == 0))
			s->server.paths[i] =
				mem_printf(s, "%s%s", *path == '/' ? "" : "/", path);
}

static struct err *read_types(struct session *s, TALLOC_CTX *ctx)
{
	json_t *json, *type;
	size_t i;
	struct err *err = discover(s, ctx, "/ResourceTypes", &json);

	if (err != NULL || json == NULL)
		return err;
	json_array_foreach(json_member(json, "Resources"), i, type)
		take_endpoint(s, type);
	return NULL;
}

/* ---- a sample: may we, and is what is listed there? ---- */

static struct err *check_sample(struct session *s, TALLOC_CTX *ctx, const char *id)
{
	struct scim_reply reply;
	struct err *err = scim_get(s, ctx, scim_path(ctx, s, SCIM_USER, id), &reply);
	char *same;

	if (err != NULL && err_class(err) != ERR_INCOMPLETE)
		return err;
	err_ignore(err);
	if (is_passing(&reply))
		return scim_refused(s, "a user", &reply);
	same = scim_id(ctx, reply.json);
	s->server.lookup = same != NULL && strcmp(same, id) == 0;
	if (reply.status == 404)
		s->server.doubt = "the server lists a user who is not there when asked "
				  "for by id";
	return NULL;
}

static struct err *take_sample(struct session *s, TALLOC_CTX *ctx)
{
	struct scim_list *list =
		scim_list_new(ctx, s, "users", s->server.paths[SCIM_USER], NULL);
	json_t *resources = NULL, *resource;
	size_t i;
	struct err *err = NULL;

	list->sort = false;
	list->count = 1;
	if (list->mode == PAGING_NONE)
		list->mode = PAGING_INDEX;
	while (err == NULL && resources == NULL && !list->done)
		err = scim_list_next(s, list, ctx, &resources);
	if (err != NULL)
		return err;
	json_array_foreach(resources, i, resource)
	{
		char *id = scim_id(ctx, resource);

		if (id != NULL)
			return check_sample(s, ctx, id);
	}
	return NULL;
}

struct err *scim_meet(struct session *s)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct err *err;

	for (size_t i = 0; i < SCIM_KINDS; i++)
		s->server.paths[i] = usual[i];
	err = read_config(s, tmp);
	if (err == NULL)
		err = read_types(s, tmp);
	return err != NULL ? err : take_sample(s, tmp);
}

/* ---- what can be said ---- */

/* One address may serve many tenants: what the server calls itself, and who hands out
 * the tokens, tell them apart. */
static void say_identity(const struct session *s, struct sink *sink)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *token = settings_text(s->settings, "auth.token_url");
	const char *at = s->server.location;
	struct str *text = str_new(tmp);

	str_addf(text, "scim:%s", s->root);
	if (at != NULL && strcmp(at, s->root) != 0)
		str_addf(text, " is %s", at);
	if (token != NULL)
		str_addf(text, " by %s", token);
	sink_fact(sink, "identity", "%s", text->text);
}

struct err *scim_probe(struct session *s, struct sink *sink)
{
	bool can = s->server.lookup;

	say_identity(s, sink);
	sink_fact(sink, "anchor", "%s", anchor_kind_name(ANCHOR_TEXT));
	sink_fact(sink, "server", "SCIM server %s (%s)", s->base.host, s->dialect->name);
	sink_fact(sink, "lookup", "%s", can ? "yes" : "no");
	if (!s->server.described)
		sink_note(sink, NOTE_INFO,
			  "the server does not describe itself (ServiceProviderConfig)");
	if (!can)
		sink_note(sink, NOTE_FINDING, "%s: who is missing cannot be looked up",
			  s->server.doubt ? s->server.doubt
					  : "the server shows no user by id");
	return NULL;
}
