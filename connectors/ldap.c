/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/filter.h"
#include "connectors/ldap_p.h"
#include <stdlib.h>

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

static const char *const methods[] = { "simple", "external", NULL };
static const char *const tls_modes[] = { "start", "none", NULL };
static const char *const tls_versions[] = { "1.2", "1.3", NULL };

static const struct setting table[] = {
	{ .name = "url",
	  .type = SETTING_TEXTS,
	  .flags = SETTING_REQUIRED | SETTING_ADDRESS,
	  .help = "servers as ldap://, ldaps:// or ldapi:// URLs, tried in this order" },
	{ .name = "base",
	  .type = SETTING_TEXTS,
	  .flags = SETTING_REQUIRED,
	  .help = "where to search: DN, DN?scope or DN?scope?(filter); scope is sub, one "
		  "or base" },
	{ .name = "bind.dn",
	  .type = SETTING_TEXT,
	  .help = "the account to read with; without it anonymous" },
	{ .name = "bind.password",
	  .type = SETTING_SECRET,
	  .help = "its password, as a reference" },
	{ .name = "bind.method",
	  .type = SETTING_CHOICE,
	  .standard = "simple",
	  .choices = methods,
	  .help = "simple (password) or external (client certificate, or the user of an "
		  "ldapi:// socket)" },
	{ .name = "tls.mode",
	  .type = SETTING_CHOICE,
	  .flags = SETTING_ADDRESS,
	  .standard = "start",
	  .choices = tls_modes,
	  .help = "for ldap:// URLs: start (StartTLS) or none (everything in clear "
		  "text); "
		  "ldaps:// is always TLS" },
	{ .name = "tls.ca",
	  .type = SETTING_FILE,
	  .flags = SETTING_ADDRESS,
	  .standard = SYSTEM_CA,
	  .help = "certificates of the authorities that may sign the server's, PEM" },
	{ .name = "tls.cert",
	  .type = SETTING_FILE,
	  .help = "own certificate to show, PEM" },
	{ .name = "tls.key",
	  .type = SETTING_FILE,
	  .help = "key of the own certificate, PEM without passphrase" },
	{ .name = "tls.minimum",
	  .type = SETTING_CHOICE,
	  .standard = "1.2",
	  .choices = tls_versions,
	  .help = "oldest version of TLS that is accepted" },
	{ .name = "timeout.connect",
	  .type = SETTING_DURATION,
	  .standard = "10s",
	  .min = 1,
	  .max = 600,
	  .help = "longest time to connect, and again for the TLS handshake" },
	{ .name = "timeout.answer",
	  .type = SETTING_DURATION,
	  .standard = "60s",
	  .min = 1,
	  .max = 3600,
	  .help = "longest wait for one message of the server" },
	{ .name = "page_size",
	  .type = SETTING_NUMBER,
	  .standard = "500",
	  .min = 1,
	  .max = 10000,
	  .help = "entries asked for at a time" },
	{ .name = "referrals.ignore",
	  .type = SETTING_TEXTS,
	  .help = "references to other servers, as URL or DN, that are known and not "
		  "wanted" },
	{ .name = NULL },
};

static int scope_of(const char *name)
{
	static const char *const names[] = { "base", "one", "sub" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* A "?" inside a DN must be written %3f or \3f; nss_ldap splits in the same way. */
static struct err *parse_base(TALLOC_CTX *ctx, const char *text, struct dir_base *base)
{
	char *dn = mem_strdup(ctx, text);
	char *scope = strchr(dn, '?'), *filter = NULL;
	struct filter *parsed;
	struct err *err;

	base->dn = dn;
	base->scope = LDAP_SCOPE_SUBTREE;
	if (scope != NULL) {
		*scope++ = '\0';
		filter = strchr(scope, '?');
	}
	if (filter != NULL)
		*filter++ = '\0';
	if (scope != NULL && *scope != '\0')
		base->scope = scope_of(scope);
	if (base->scope < 0)
		return err_new(ERR_CONFIG, "scope \"%s\" is not sub, one or base", scope);
	err = dn_key(ctx, dn, strlen(dn), &base->key);
	if (err != NULL || filter == NULL || *filter == '\0')
		return err;
	base->filter = filter;
	return filter_parse(ctx, filter, &parsed);
}

static struct err *parse_bases(struct session *s)
{
	const char *const *texts = settings_texts(s->settings, "base");

	while (texts[s->n_bases] != NULL)
		s->n_bases++;
	s->bases = mem_array(s, struct dir_base, s->n_bases);
	for (size_t i = 0; i < s->n_bases; i++) {
		struct err *err = parse_base(s, texts[i], &s->bases[i]);

		if (err != NULL)
			return err_wrap(err, "base \"%s\"", texts[i]);
	}
	return s->n_bases > 0 ? NULL : err_new(ERR_CONFIG, "base is missing");
}

static struct err *check_settings(const struct settings *settings)
{
	bool external = strcmp(settings_text(settings, "bind.method"), "external") == 0;
	bool dn = settings_text(settings, "bind.dn") != NULL;
	bool password = settings_text(settings, "bind.password") != NULL;
	bool cert = settings_text(settings, "tls.cert") != NULL;
	bool key = settings_text(settings, "tls.key") != NULL;

	if (cert != key)
		return err_new(ERR_CONFIG, "tls.cert and tls.key go together");
	if (external && (dn || password))
		return err_new(ERR_CONFIG,
			       "bind.method external takes neither bind.dn nor "
			       "bind.password");
	/* RFC 4513 5.1.2: a name without a password binds, as nobody. */
	if (dn != password)
		return err_new(ERR_CONFIG, "bind.dn and bind.password go together");
	return NULL;
}

static bool names(const char *const *list, const char *name)
{
	for (; *list != NULL; list++)
		if (strcasecmp(*list, name) == 0)
			return true;
	return false;
}

static int compare_texts(const void *a, const void *b)
{
	const char *const *text_a = a, *const *text_b = b;

	return strcasecmp(*text_a, *text_b);
}

static void choose_attributes(struct session *s)
{
	const char *const *asked = s->request->attributes;
	const char *extra[] = { anchor_attribute(s->server.anchor), "objectclass" };
	size_t n = 0;

	while (asked[s->n_asked] != NULL)
		s->n_asked++;
	s->attributes = mem_array(s, const char *, s->n_asked + ARRAY_LEN(extra) + 1);
	for (; n < s->n_asked; n++)
		s->attributes[n] = asked[n];
	qsort(s->attributes, n, sizeof(*s->attributes), compare_texts);
	for (size_t i = 0; i < ARRAY_LEN(extra); i++)
		if (!names(asked, extra[i]))
			s->attributes[n++] = extra[i];
}

static int free_session(struct session *s)
{
	dir_end_pull(s);
	mem_free(s->scratch);
	dir_hang_up(s);
	return 0;
}

static struct err *open_session(TALLOC_CTX *ctx, const struct request *request,
				struct sink *sink, struct session **out)
{
	struct session *s = mem_new(ctx, struct session);
	struct err *err;

	/* Before libldap is first called: its files and variables must not count. */
	setenv("LDAPNOINIT", "1", 1);
	talloc_set_destructor(s, free_session);
	s->request = request;
	s->settings = request->settings;
	err = check_settings(s->settings);
	if (err == NULL)
		err = parse_bases(s);
	if (err == NULL)
		err = dir_open(s, sink);
	if (err == NULL)
		err = dir_read_server(s);
	if (err != NULL) {
		mem_free(s);
		return err;
	}
	choose_attributes(s);
	*out = s;
	return NULL;
}

static struct err *next(struct session *s, struct sink *sink, bool *more,
			const char **incomplete)
{
	struct err *err = dir_next(s, sink, more);

	if (s->incomplete != NULL)
		*incomplete = s->incomplete;
	return err;
}

void dir_incomplete(struct session *s, const char *fmt, ...)
{
	va_list args;

	if (s->incomplete != NULL)
		return;
	va_start(args, fmt);
	s->incomplete = mem_vprintf(s, fmt, args);
	va_end(args);
}

static void close_session(struct session *s)
{
	mem_free(s);
}

const struct connector connector_ldap = {
	.name = "ldap",
	.help = "LDAP directories: OpenLDAP, 389 Directory Server, Active Directory",
	.caps = CONNECTOR_LOOKUP,
	.settings = table,
	.open = open_session,
	.probe = dir_probe,
	.next = next,
	.lookup = dir_lookup,
	.close = close_session,
};
