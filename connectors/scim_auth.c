/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "config/secret.h"
#include "connectors/scim_p.h"
#include <sodium.h>
#include <stdint.h>

#define MARGIN 60  /* seconds before its end at which a token is not used any more */
#define UNSAID 300 /* seconds that one is used when its end is not said */
#define LEAST  5   /* seconds */

struct scim_auth {
	struct secret *line; /* the whole header line, or NULL */
	struct secret *password;
	bool oauth;
	int64_t ends; /* of the token */
};

static void wipe_text(char **text)
{
	if (*text != NULL)
		bytes_wipe(*text, strlen(*text));
	mem_free(*text);
}
#define AUTO_WIPE AUTO(wipe_text)

static struct err *fetch(struct session *s, const char *name, struct secret **out)
{
	struct err *err = secret_resolve(s->auth, settings_text(s->settings, name), out);

	if (err != NULL)
		return err_wrap(err, "%s", name);
	if (strpbrk(secret_text(*out), "\r\n") != NULL)
		return err_new(ERR_CONFIG, "%s has more than one line", name);
	return NULL;
}

static void set_line(struct scim_auth *auth, const char *before, const char *secret)
{
	AUTO_WIPE char *line = mem_printf(NULL, "%s%s", before, secret);

	mem_free(auth->line);
	auth->line = secret_new(auth, line, strlen(line));
}

static struct err *open_token(struct session *s)
{
	const char *name = settings_text(s->settings, "auth.header");
	AUTO_MEM char *before = name ? mem_printf(NULL, "%s: ", name)
				     : mem_strdup(NULL, "Authorization: Bearer ");
	struct secret *token;
	struct err *err = fetch(s, "auth.token", &token);

	if (err != NULL)
		return err;
	set_line(s->auth, before, secret_text(token));
	mem_free(token);
	return NULL;
}

static struct err *open_basic(struct session *s)
{
	AUTO_WIPE char *pair = NULL;
	AUTO_WIPE char *encoded = NULL;
	struct secret *password;
	struct err *err = fetch(s, "auth.password", &password);
	size_t len;

	if (err != NULL)
		return err;
	pair = mem_printf(NULL, "%s:%s", settings_text(s->settings, "auth.user"),
			  secret_text(password));
	len = sodium_base64_encoded_len(strlen(pair), sodium_base64_VARIANT_ORIGINAL);
	encoded = mem_room(NULL, len);
	sodium_bin2base64(encoded, len, (const uint8_t *)pair, strlen(pair),
			  sodium_base64_VARIANT_ORIGINAL);
	set_line(s->auth, "Authorization: Basic ", encoded);
	mem_free(password);
	return NULL;
}

/* ---- OAuth 2.0, client credentials (RFC 6749 4.4) ---- */

static char *token_form(const struct session *s)
{
	const char *scope = settings_text(s->settings, "auth.scope");
	const char *id = settings_text(s->settings, "auth.client_id");
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	AUTO_WIPE char *secret = url_encode(NULL, secret_text(s->auth->password),
					    secret_len(s->auth->password));

	return mem_printf(NULL,
			  "grant_type=client_credentials&client_id=%s&"
			  "client_secret=%s%s%s",
			  url_encode(tmp, id, strlen(id)), secret, scope ? "&scope=" : "",
			  scope ? url_encode(tmp, scope, strlen(scope)) : "");
}

static struct err *no_token(const struct http_answer *answer, json_t *json)
{
	const char *why = json_string_value(json_member(json, "error"));

	if (answer->status == 429 || answer->status >= 500)
		return err_new(ERR_LATER, "the token server answers HTTP %d",
			       answer->status);
	return err_hint(err_new(ERR_CONFIG,
				"the token server gives no token (HTTP %d%s%.80s)",
				answer->status, why ? ": " : "", why ? why : ""),
			"Correct auth.client_id, auth.client_secret, auth.scope or "
			"auth.token_url.");
}

static struct err *take_token(struct session *s, const struct http_answer *answer)
{
	AUTO_JSON json_t *json = NULL;
	struct err *err = json_strict_read(answer->body, answer->len, &json);
	const char *token = json_string_value(json_member(json, "access_token"));
	int64_t lives = UNSAID;

	err_ignore(err);
	if (answer->status != 200 || token == NULL || *token == '\0' ||
	    strpbrk(token, "\r\n") != NULL)
		return no_token(answer, json);
	if (!json_number(json_member(json, "expires_in"), &lives))
		lives = UNSAID;
	lives = lives > 2 * MARGIN ? lives - MARGIN : lives / 2;
	s->auth->ends = clock_now() + (lives > LEAST ? lives : LEAST);
	set_line(s->auth, "Authorization: Bearer ", token);
	return NULL;
}

static struct err *ask_for_token(struct session *s)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	AUTO_WIPE char *form = token_form(s);
	struct http_request request = { .url = settings_text(s->settings,
							     "auth.token_url"),
					.accept = "application/json",
					.form = form };
	struct http_answer answer = { 0 };
	struct err *err = http_send(s->http, tmp, &request, &answer);

	if (err == NULL)
		err = take_token(s, &answer);
	if (answer.body != NULL)
		bytes_wipe((void *)(uintptr_t)answer.body, answer.len);
	return err != NULL ? err_wrap(err, "ask for a token") : NULL;
}

static struct err *open_oauth(struct session *s)
{
	struct err *err = fetch(s, "auth.client_secret", &s->auth->password);

	s->auth->oauth = true;
	return err != NULL ? err : ask_for_token(s);
}

static struct err *open_certificate(struct session *s UNUSED)
{
	return NULL;
}

struct err *scim_auth_open(struct session *s)
{
	static const struct {
		const char *method;
		struct err *(*open)(struct session *s);
	} methods[] = {
		{ "bearer", open_token },
		{ "header", open_token },
		{ "basic", open_basic },
		{ "oauth", open_oauth },
		{ "certificate", open_certificate },
	};
	const char *method = settings_text(s->settings, "auth.method");

	s->auth = mem_new(s, struct scim_auth);
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (strcmp(methods[i].method, method) == 0)
			return methods[i].open(s);
	return err_new(ERR_BUG, "auth.method \"%s\" is not known", method);
}

struct err *scim_auth_header(struct session *s, const char **line)
{
	struct err *err = NULL;

	if (s->auth->oauth && clock_now() >= s->auth->ends)
		err = ask_for_token(s);
	*line = s->auth->line ? secret_text(s->auth->line) : NULL;
	return err;
}

bool scim_auth_again(struct session *s)
{
	struct err *err;

	if (!s->auth->oauth)
		return false;
	err = ask_for_token(s);
	if (err == NULL)
		return true;
	err_free(err);
	return false;
}
