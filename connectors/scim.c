/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

static const char *const methods[] = { "bearer", "basic",       "header",
				       "oauth",  "certificate", NULL };
static const char *const tls_modes[] = { "always", "none", NULL };
static const char *const tls_versions[] = { "1.2", "1.3", NULL };
static const char *const pagings[] = { "auto", "index", "cursor", "none", NULL };
static const char *const way_names[] = { "auto",     "list",    "each", "user",
					 "by-group", "by-user", NULL };

static const struct setting table[] = {
	{ .name = "url",
	  .type = SETTING_TEXT,
	  .flags = SETTING_REQUIRED | SETTING_ADDRESS,
	  .help = "the base of the server, what stands before /Users" },
	{ .name = "dialect",
	  .type = SETTING_CHOICE,
	  .standard = "auto",
	  .choices = scim_dialect_names,
	  .help = "what kind of server it is; auto tells by url" },
	{ .name = "auth.method",
	  .type = SETTING_CHOICE,
	  .flags = SETTING_CREDENTIAL,
	  .standard = "bearer",
	  .choices = methods,
	  .help = "how we show who we are" },
	{ .name = "auth.token",
	  .type = SETTING_SECRET,
	  .help = "the token, as a reference" },
	{ .name = "auth.header",
	  .type = SETTING_TEXT,
	  .flags = SETTING_CREDENTIAL,
	  .help = "name of the header that carries the token" },
	{ .name = "auth.user",
	  .type = SETTING_TEXT,
	  .flags = SETTING_CREDENTIAL,
	  .help = "the account to read with" },
	{ .name = "auth.password",
	  .type = SETTING_SECRET,
	  .help = "its password, as a reference" },
	{ .name = "auth.token_url",
	  .type = SETTING_TEXT,
	  .flags = SETTING_CREDENTIAL | SETTING_ADDRESS,
	  .help = "where tokens are asked for (RFC 6749 4.4)" },
	{ .name = "auth.client_id",
	  .type = SETTING_TEXT,
	  .flags = SETTING_CREDENTIAL,
	  .help = "the client that asks" },
	{ .name = "auth.client_secret",
	  .type = SETTING_SECRET,
	  .help = "its secret, as a reference" },
	{ .name = "auth.scope",
	  .type = SETTING_TEXT,
	  .flags = SETTING_CREDENTIAL,
	  .help = "what the token is to be good for" },
	{ .name = "tls.mode",
	  .type = SETTING_CHOICE,
	  .flags = SETTING_ADDRESS,
	  .standard = "always",
	  .choices = tls_modes,
	  .help = "always, or none for an http:// URL (everything in clear text)" },
	{ .name = "tls.ca",
	  .type = SETTING_FILE,
	  .flags = SETTING_ADDRESS,
	  .standard = SYSTEM_CA,
	  .help = "certificates of the authorities that may sign the server's, PEM" },
	{ .name = "tls.pin",
	  .type = SETTING_TEXT,
	  .flags = SETTING_ADDRESS,
	  .help = "digest of the only public key that the server may have" },
	{ .name = "tls.cert",
	  .type = SETTING_FILE,
	  .flags = SETTING_CREDENTIAL,
	  .help = "own certificate to show, PEM" },
	{ .name = "tls.key",
	  .type = SETTING_FILE,
	  .flags = SETTING_CREDENTIAL,
	  .help = "key of the own certificate, PEM without passphrase" },
	{ .name = "tls.minimum",
	  .type = SETTING_CHOICE,
	  .standard = "1.2",
	  .choices = tls_versions,
	  .help = "oldest version of TLS that is accepted" },
	{ .name = "proxy",
	  .type = SETTING_TEXT,
	  .flags = SETTING_ADDRESS | SETTING_MAIN,
	  .help = "proxy through which the server is reached; none from the "
		  "environment" },
	{ .name = "allow_local",
	  .type = SETTING_BOOL,
	  .flags = SETTING_MAIN,
	  .standard = "no",
	  .help = "the server may have a loopback or link-local address" },
	{ .name = "members",
	  .type = SETTING_CHOICE,
	  .standard = "auto",
	  .choices = way_names,
	  .help = "how it is found out who is in a group" },
	{ .name = "paging",
	  .type = SETTING_CHOICE,
	  .standard = "auto",
	  .choices = pagings,
	  .help = "how lists are read, page after page" },
	{ .name = "page_size",
	  .type = SETTING_NUMBER,
	  .standard = "200",
	  .min = 1,
	  .max = 10000,
	  .help = "entries asked for at a time" },
	{ .name = "max_answer",
	  .type = SETTING_NUMBER,
	  .standard = "67108864",
	  .min = 1024,
	  .max = INT64_C(1) << 30,
	  .help = "most bytes of one answer, decompressed" },
	{ .name = "timeout.connect",
	  .type = SETTING_DURATION,
	  .standard = "10s",
	  .min = 1,
	  .max = 600,
	  .help = "longest time to find, reach and secure the server" },
	{ .name = "timeout.answer",
	  .type = SETTING_DURATION,
	  .standard = "50s",
	  .min = 1,
	  .max = 3600,
	  .help = "longest silence of the server" },
	{ .name = "timeout.run",
	  .type = SETTING_DURATION,
	  .standard = "1h",
	  .min = 1,
	  .max = 7 * 86400,
	  .help = "longest time of all requests of a run together" },
	{ .name = "timeout.wait",
	  .type = SETTING_DURATION,
	  .standard = "5m",
	  .min = 0,
	  .max = 86400,
	  .help = "longest time of a run that is spent waiting because the server asks "
		  "for "
		  "it, or is down" },
	{ .name = NULL },
};

/* ---- opening ---- */

static void stay_alive(void *data, const char *what)
{
	struct session *s = data;

	sink_note(s->sink, NOTE_INFO, "%s", what);
	err_ignore(sink_flush(s->sink));
}

static struct err *open_http(struct session *s)
{
	const struct settings *set = s->settings;
	struct http_options options = {
		.ca = settings_text(set, "tls.ca"),
		.cert = settings_text(set, "tls.cert"),
		.key = settings_text(set, "tls.key"),
		.pin = settings_text(set, "tls.pin"),
		.newest = strcmp(settings_text(set, "tls.minimum"), "1.3") == 0,
		.proxy = settings_text(set, "proxy"),
		.allow_plain = strcmp(settings_text(set, "tls.mode"), "none") == 0,
		.allow_local = settings_bool(set, "allow_local"),
		.connect = settings_number(set, "timeout.connect"),
		.idle = settings_number(set, "timeout.answer"),
		.total = settings_number(set, "timeout.run"),
		.budget = settings_number(set, "timeout.wait"),
		.max_body = (size_t)settings_number(set, "max_answer"),
		.alive = stay_alive,
		.data = s,
	};

	return http_new(s, &options, &s->http);
}

static void choose_way(struct session *s)
{
	const char *set = settings_text(s->settings, "members");

	s->way = s->dialect->way;
	for (unsigned i = 1; way_names[i] != NULL; i++)
		if (strcmp(set, way_names[i]) == 0)
			s->way = (enum scim_way)i;
}

static struct err *read_settings(struct session *s)
{
	struct err *err = url_read(s, settings_text(s->settings, "url"), &s->base);
	char *root;

	if (err == NULL && s->request->filter != NULL)
		err = filter_parse(s, s->request->filter, &s->filter);
	if (err != NULL)
		return err;
	root = mem_strdup(s, s->base.text);
	while (*root != '\0' && root[strlen(root) - 1] == '/')
		root[strlen(root) - 1] = '\0';
	s->root = root;
	s->dialect = scim_dialect_of(settings_text(s->settings, "dialect"), &s->base);
	choose_way(s);
	return NULL;
}

static struct err *scim_open(TALLOC_CTX *ctx, const struct request *request,
			     struct sink *sink, struct session **out)
{
	struct session *s = mem_new(ctx, struct session);
	struct err *err;

	s->request = request;
	s->settings = request->settings;
	s->sink = sink;
	s->builder = entry_builder_new(s);
	err = read_settings(s);
	if (err == NULL)
		err = open_http(s);
	if (err == NULL)
		err = scim_auth_open(s);
	if (err == NULL)
		err = scim_meet(s);
	if (err != NULL)
		mem_free(s);
	else
		*out = s;
	return err;
}

/* ---- the pull: users, perhaps their groups, groups ---- */

void scim_incomplete(struct session *s, const char *fmt, ...)
{
	va_list args;

	if (s->incomplete != NULL)
		return;
	va_start(args, fmt);
	s->incomplete = mem_vprintf(s, fmt, args);
	va_end(args);
}

static bool is_listed(const struct session *s, enum scim_kind kind, const char *id)
{
	const struct scim_list *list = s->pull.lists[kind];

	return list != NULL && table_get(list->seen, id, strlen(id)) != TABLE_NONE;
}

static void count_members(struct session *s, const struct scim_ids *ids)
{
	struct scim_pull *p = &s->pull;

	p->members_named += ids->n;
	for (size_t i = 0; p->members_found == 0 && i < ids->n; i++)
		if (is_listed(s, SCIM_USER, ids->list[i]) ||
		    is_listed(s, SCIM_GROUP, ids->list[i]))
			p->members_found++;
		else if (p->dangling.n < 100)
			scim_ids_add(s, &p->dangling, mem_strdup(s, ids->list[i]));
}

static struct err *take_group(struct session *s, TALLOC_CTX *ctx, json_t *group,
			      struct entry **out)
{
	struct scim_ids ids = { 0 };
	const char *why, *id = scim_id(ctx, group);
	struct err *err;

	if (is_listed(s, SCIM_USER, id)) {
		scim_incomplete(s, "id \"%s\" is that of a user and of a group", id);
		return err_new(ERR_RECORD, "a user has the same id");
	}
	err = scim_members(s, ctx, group, &ids, &why);
	if (err == NULL && why != NULL)
		err = err_new(ERR_RECORD, "%s", why);
	if (err != NULL)
		return err;
	count_members(s, &ids);
	return scim_entry(s, ctx, SCIM_GROUP, group, &ids, out);
}

static struct err *take(struct session *s, enum scim_kind kind, json_t *resource)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct entry *entry;
	struct err *err;

	if (scim_id(tmp, resource) == NULL)
		return NULL;
	if (kind == SCIM_USER) {
		scim_members_of_user(s, resource);
		err = scim_entry(s, tmp, kind, resource, NULL, &entry);
	} else {
		err = take_group(s, tmp, resource, &entry);
	}
	if (err == NULL)
		return scim_pass_on(s, entry, false);
	if (err_class(err) != ERR_RECORD)
		return err;
	scim_set_aside(s, kind, resource, err_text(err));
	err_free(err);
	return NULL;
}

static struct err *take_all(struct session *s, json_t *resources)
{
	struct err *err = NULL;
	json_t *resource;
	size_t i;

	if (s->pull.kind == SCIM_GROUP)
		err = scim_members_choose(s, resources);
	if (err == NULL && s->pull.kind == SCIM_GROUP)
		err = scim_members_ask_users(s);
	json_array_foreach(err == NULL ? resources : NULL, i, resource)
	{
		err = take(s, s->pull.kind, resource);
		if (err != NULL)
			break;
	}
	return err;
}

static struct err *next_page(struct session *s)
{
	static const char *const what[] = { "users", "groups" };
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct scim_list **list = &s->pull.lists[s->pull.kind];
	json_t *resources;
	unsigned tries;
	struct err *err;

	if (*list == NULL)
		*list = scim_list_new(s, s, what[s->pull.kind],
				      s->server.paths[s->pull.kind], NULL);
	tries = (*list)->tries;
	err = scim_list_next(s, *list, tmp, &resources);
	s->pull.pages++;
	if (err == NULL)
		err = take_all(s, resources);
	if ((*list)->tries != tries && s->pull.kind == SCIM_USER)
		scim_members_forget(s);
	if (err == NULL && (*list)->why != NULL)
		scim_incomplete(s, "%s", (*list)->why);
	return err;
}

/* When not one of all members is somebody, they are named in a way that we do not
 * understand. */
static void conclude(struct session *s)
{
	struct scim_pull *p = &s->pull;

	for (size_t i = 0; p->members_found == 0 && i < p->dangling.n; i++)
		p->members_found += is_listed(s, SCIM_USER, p->dangling.list[i]) ||
				    is_listed(s, SCIM_GROUP, p->dangling.list[i]);
	if (p->members_named > 0 && p->members_found == 0)
		scim_incomplete(s,
				"not one member of the groups is a user or a group of "
				"this server, such as \"%s\"",
				p->dangling.list[0]);
	if (s->server.doubt != NULL)
		scim_incomplete(s, "%s", s->server.doubt);
	sink_fact(s->sink, "pages", "%u", p->pages);
	sink_fact(s->sink, "requests", "%u", http_requests(s->http));
	if (http_retries(s->http) > 0)
		sink_note(s->sink, NOTE_INFO, "%u requests were asked again, later",
			  http_retries(s->http));
}

static void tell_base(const struct session *s)
{
	const struct scim_list *list = s->pull.lists[s->pull.kind];

	if (list->done && list->why == NULL)
		sink_fact(s->sink, "base", "%lld %s", (long long)list->distinct,
			  list->what);
}

static struct err *scim_next(struct session *s, struct sink *sink, bool *more,
			     const char **incomplete)
{
	struct scim_pull *p = &s->pull;
	struct err *err;

	s->sink = sink;
	*more = true;
	err = next_page(s);
	if (err != NULL)
		return err;
	tell_base(s);
	if (p->lists[p->kind]->done && p->kind == SCIM_USER) {
		p->kind = SCIM_GROUP;
	} else if (p->lists[p->kind]->done) {
		conclude(s);
		*more = false;
	}
	if (s->incomplete != NULL)
		*incomplete = s->incomplete;
	return NULL;
}

static void scim_close(struct session *s)
{
	mem_free(s);
}

const struct connector connector_scim = {
	.name = "scim",
	.help = "SCIM 2.0 servers (RFC 7644), in the cloud or at home",
	.caps = CONNECTOR_LOOKUP,
	.settings = table,
	.check = scim_check,
	.open = scim_open,
	.probe = scim_probe,
	.next = scim_next,
	.lookup = scim_lookup,
	.close = scim_close,
};
