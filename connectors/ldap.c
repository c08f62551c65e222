/* SPDX-License-Identifier: MIT */
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
	  .flags = SETTING_CREDENTIAL,
	  .help = "the account to read with; without it anonymous" },
	{ .name = "bind.password",
	  .type = SETTING_SECRET,
	  .flags = SETTING_CREDENTIAL,
	  .help = "its password, as a reference" },
	{ .name = "bind.method",
	  .type = SETTING_CHOICE,
	  .flags = SETTING_CREDENTIAL,
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
	{ .name = "timeout.connect",
	  .type = SETTING_DURATION,
	  .standard = "10s",
	  .min = 1,
	  .max = 600,
	  .help = "longest time for each step until a server answers: find and reach it, "
		  "StartTLS, TLS handshake, bind, first question" },
	{ .name = "timeout.answer",
	  .type = SETTING_DURATION,
	  .standard = "50s",
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

static struct err *parse_bases(struct session *s)
{
	const char *const *texts = settings_texts(s->settings, "base");
	struct err *err = NULL;

	while (texts[s->n_bases] != NULL)
		s->n_bases++;
	s->bases = mem_array(s, struct dir_base, s->n_bases);
	for (size_t i = 0; err == NULL && i < s->n_bases; i++) {
		s->bases[i].text = texts[i];
		err = dir_parse_base(s, texts[i], &s->bases[i]);
	}
	if (err == NULL && s->n_bases == 0)
		err = err_new(ERR_CONFIG, "base is missing");
	return err;
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
	err = parse_bases(s);
	if (err == NULL)
		err = dir_open(s, sink);
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
	.check = dir_check,
	.open = open_session,
	.probe = dir_probe,
	.next = next,
	.lookup = dir_lookup,
	.close = close_session,
};
