/* SPDX-License-Identifier: MIT */
#include "bridge/base/digest.h"
#include "connectors/lines.h"
#include "connectors/process.h"
#include <jansson.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#define REQUEST_MAX (PROCESS_LOOKUP_MAX * (2 * ENTRY_ANCHOR_MAX + 3) + (1u << 20))
#define MEMORY_MAX  (UINT64_C(4) << 30)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct server {
	TALLOC_CTX *ctx;
	struct sink *sink;
	const struct connector *connector;
	struct request request;
	struct session *session;
	bool pulled;
};

/* What cannot be given up is kept: each step only takes rights away. */
static void confine(void)
{
	struct rlimit none = { 0, 0 }, memory = { MEMORY_MAX, MEMORY_MAX };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
	if (!SANITIZED) {
		prctl(PR_SET_DUMPABLE, 0);
		setrlimit(RLIMIT_DATA, &memory);
	}
}

static struct err *malformed(const char *what)
{
	return err_new(ERR_BUG, "the request to the connector has a malformed \"%s\"",
		       what);
}

static char *copy_text(TALLOC_CTX *ctx, const json_t *json)
{
	return mem_strdup(ctx, json_string_value(json));
}

static struct err *read_attributes(struct server *s, const json_t *list)
{
	size_t n = json_array_size(list);
	const char **names = mem_array(s->ctx, const char *, n + 1);

	for (size_t i = 0; i < n; i++) {
		names[i] = copy_text(s->ctx, json_array_get(list, i));
		if (names[i] == NULL)
			return malformed("attributes");
	}
	s->request.attributes = names;
	return NULL;
}

static struct err *check_required(const struct server *s)
{
	for (const struct setting *row = s->connector->settings; row->name; row++)
		if (row->flags & SETTING_REQUIRED &&
		    !settings_given(s->request.settings, row->name))
			return err_new(ERR_CONFIG, "\"%s\" is not set", row->name);
	return NULL;
}

struct first_complaint {
	struct complaints to;
	struct err *err;
};

static void keep_first(struct complaints *to, const char *name UNUSED,
		       size_t which UNUSED, struct err *err)
{
	struct first_complaint *first = (struct first_complaint *)to;

	if (first->err == NULL)
		first->err = err;
	else
		err_free(err);
}

static struct err *check_settings(const struct server *s)
{
	struct first_complaint first = { { keep_first }, check_required(s) };

	if (first.err == NULL && s->connector->check != NULL)
		s->connector->check(s->request.settings, &first.to);
	return first.err ? err_hint(first.err, "Correct the settings of this source.")
			 : NULL;
}

static struct err *read_settings(struct server *s, const json_t *object)
{
	char *text = json_dumps(object, JSON_COMPACT);
	struct settings *settings;
	struct err *err;

	if (text == NULL)
		return malformed("settings");
	err = settings_from_json(s->ctx, s->connector->settings, text, &settings);
	free(text);
	if (err != NULL)
		return err;
	s->request.settings = settings;
	return check_settings(s);
}

static struct err *serve_open(struct server *s, const json_t *arguments)
{
	const char *type = json_string_value(json_object_get(arguments, "type"));
	struct err *err;

	s->connector = type ? connector_find(type) : NULL;
	if (s->connector == NULL)
		return malformed("type");
	s->request.filter = copy_text(s->ctx, json_object_get(arguments, "filter"));
	s->request.anchor = copy_text(s->ctx, json_object_get(arguments, "anchor"));
	err = read_attributes(s, json_object_get(arguments, "attributes"));
	if (err == NULL)
		err = read_settings(s, json_object_get(arguments, "settings"));
	if (err == NULL)
		err = s->connector->open(s->ctx, &s->request, s->sink, &s->session);
	if (err == NULL)
		sink_end(s->sink, true, NULL);
	return err;
}

static struct err *serve_probe(struct server *s, const json_t *arguments UNUSED)
{
	struct err *err = s->connector->probe(s->session, s->sink);

	if (err == NULL)
		sink_end(s->sink, true, NULL);
	return err;
}

static struct err *serve_pull(struct server *s, const json_t *arguments UNUSED)
{
	const char *incomplete = NULL;
	struct err *err = NULL;
	bool more = true;

	if (s->pulled)
		return err_new(ERR_BUG, "the connector was asked to pull twice");
	s->pulled = true;
	while (err == NULL && more) {
		err = s->connector->next(s->session, s->sink, &more, &incomplete);
		if (err == NULL)
			err = sink_flush(s->sink);
	}
	if (err == NULL)
		sink_end(s->sink, incomplete == NULL, incomplete);
	return err;
}

static bool read_anchor(TALLOC_CTX *ctx, const json_t *json, struct value *anchor)
{
	size_t len = json_string_length(json) / 2;
	uint8_t bytes[ENTRY_ANCHOR_MAX];

	if (len == 0 || len > sizeof(bytes) ||
	    !hex_read(json_string_value(json), bytes, len))
		return false;
	*anchor = (struct value){ mem_dup(ctx, bytes, len), len };
	return true;
}

static struct err *serve_lookup(struct server *s, const json_t *arguments)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const json_t *list = json_object_get(arguments, "anchors");
	size_t n = json_array_size(list);
	struct value *anchors = mem_array(ctx, struct value, n);
	struct err *err;

	for (size_t i = 0; i < n; i++)
		if (!read_anchor(ctx, json_array_get(list, i), &anchors[i]))
			return malformed("anchors");
	err = s->connector->lookup(s->session, anchors, n, s->sink);
	if (err == NULL)
		sink_end(s->sink, true, NULL);
	return err;
}

static struct err *dispatch(struct server *s, const json_t *request)
{
	static const struct {
		const char *name;
		struct err *(*serve)(struct server *s, const json_t *arguments);
	} calls[] = {
		{ "open", serve_open },
		{ "probe", serve_probe },
		{ "pull", serve_pull },
		{ "lookup", serve_lookup },
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		const json_t *arguments = json_object_get(request, calls[i].name);
		bool opens = calls[i].serve == serve_open;

		if (arguments != NULL && opens == (s->session == NULL))
			return calls[i].serve(s, arguments);
	}
	return malformed("call");
}

static struct err *answer(struct server *s, const struct value *line)
{
	json_t *request = json_loadb(line->bytes, line->len, 0, NULL);
	struct err *err = dispatch(s, request);

	json_decref(request);
	if (err != NULL)
		sink_error(s->sink, err);
	err_free(err);
	return sink_flush(s->sink);
}

int process_serve(int in, int out)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct server s = { .ctx = ctx };
	struct lines *lines = lines_new(ctx, in, REQUEST_MAX);
	struct value line;
	struct err *err;
	int code;

	confine();
	signal(SIGPIPE, SIG_IGN);
	digest_init();
	s.sink = sink_new(ctx, out);
	do {
		err = lines_next(lines, &line);
		if (err == NULL && line.bytes != NULL)
			err = answer(&s, &line);
	} while (err == NULL && line.bytes != NULL);
	if (s.session != NULL)
		s.connector->close(s.session);
	code = err != NULL;
	err_free(err);
	return code;
}
