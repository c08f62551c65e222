/* SPDX-License-Identifier: MIT */
#include "config/secret.h"
#include "connectors/ldap_p.h"

static struct err *dial(struct session *s, const LDAPURLDesc *url)
{
	struct err *err;
	int fd;

	err = dir_dial(url, settings_number(s->settings, "timeout.connect"), &fd);
	if (err != NULL)
		return err_hint(
			err_wrap(err, "cannot reach \"%s\"", s->url),
			"Check url, that the server runs, and what lies between.");
	return dir_attach(fd, s->url, &s->ld);
}

static struct err *set_options(struct session *s)
{
	const int version = LDAP_VERSION3, never = LDAP_DEREF_NEVER;
	struct timeval connect = { settings_number(s->settings, "timeout.connect"), 0 };
	struct timeval answer = { settings_number(s->settings, "timeout.answer"), 0 };
	int code;

	code = ldap_set_option(s->ld, LDAP_OPT_PROTOCOL_VERSION, &version);
	code |= ldap_set_option(s->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	code |= ldap_set_option(s->ld, LDAP_OPT_RESTART, LDAP_OPT_ON);
	code |= ldap_set_option(s->ld, LDAP_OPT_DEREF, &never);
	/* Without this the TLS handshake has no time limit. */
	code |= ldap_set_option(s->ld, LDAP_OPT_CONNECT_ASYNC, LDAP_OPT_ON);
	code |= ldap_set_option(s->ld, LDAP_OPT_NETWORK_TIMEOUT, &connect);
	code |= ldap_set_option(s->ld, LDAP_OPT_TIMEOUT, &answer);
	return code == LDAP_OPT_SUCCESS ? NULL
					: err_new(ERR_BUG, "libldap refuses options");
}

static struct err *secure(struct session *s, const LDAPURLDesc *url)
{
	bool wanted = strcmp(settings_text(s->settings, "tls.mode"), "start") == 0;
	bool start_tls = strcmp(url->lud_scheme, "ldap") == 0 && wanted;
	struct err *err;

	if (strcmp(url->lud_scheme, "ldaps") != 0 && !start_tls)
		return NULL;
	err = dir_tls_options(s->ld, s->settings);
	return err != NULL ? err : dir_tls_start(s, url, start_tls);
}

static struct err *bind_answer(struct session *s, int message)
{
	AUTO_MESSAGE LDAPMessage *answer = NULL;
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_done done;
	struct err *err = dir_receive(s, message, &answer);

	if (err == NULL)
		err = dir_done(s, tmp, answer, &done);
	if (err != NULL || done.code == LDAP_SUCCESS)
		return err;
	return dir_bind_failed(s, done.code, done.diagnostic);
}

static struct err *bind_with(struct session *s, const char *dn, const char *mechanism,
			     struct berval *credentials)
{
	int message;
	int code =
		ldap_sasl_bind(s->ld, dn, mechanism, credentials, NULL, NULL, &message);

	if (code != LDAP_SUCCESS)
		return dir_bind_failed(s, code, NULL);
	return bind_answer(s, message);
}

static struct err *bind_simple(struct session *s)
{
	const char *dn = settings_text(s->settings, "bind.dn");
	struct secret *password = NULL;
	struct berval credentials;
	struct err *err;

	if (dn == NULL)
		return NULL;
	err = secret_resolve(s, settings_text(s->settings, "bind.password"), &password);
	if (err != NULL)
		return err_wrap(err, "bind.password");
	credentials.bv_len = secret_len(password);
	credentials.bv_val =
		mem_strndup(password, secret_text(password), credentials.bv_len);
	err = bind_with(s, dn, LDAP_SASL_SIMPLE, &credentials);
	bytes_wipe(credentials.bv_val, credentials.bv_len);
	mem_free(password);
	return err;
}

static struct err *authenticate(struct session *s)
{
	static char empty[] = "";
	struct berval nothing = { 0, empty };

	if (strcmp(settings_text(s->settings, "bind.method"), "external") == 0)
		return bind_with(s, NULL, "EXTERNAL", &nothing);
	return bind_simple(s);
}

static struct err *open_one(struct session *s, const char *text)
{
	AUTO(dir_auto_url) LDAPURLDesc *url = NULL;
	struct err *err;

	s->url = text;
	s->lost = false;
	s->patience = "timeout.connect";
	err = dir_parse_url(text, &url);
	if (err == NULL)
		err = dial(s, url);
	if (err == NULL)
		err = set_options(s);
	if (err == NULL)
		err = secure(s, url);
	if (err == NULL)
		err = authenticate(s);
	if (err == NULL)
		err = dir_read_server(s);
	s->patience = "timeout.answer";
	if (err != NULL)
		dir_hang_up(s);
	return err;
}

void dir_hang_up(struct session *s)
{
	if (s->ld != NULL)
		ldap_unbind_ext(s->ld, NULL, NULL);
	s->ld = NULL;
}

/* At once, because the run waits only so long for a sign of life. */
static struct err *say_next(struct sink *sink, const struct err *err, const char *url)
{
	sink_note(sink, NOTE_INFO, "%s; \"%s\" is tried next", err_text(err), url);
	return sink_flush(sink);
}

struct err *dir_open(struct session *s, struct sink *sink)
{
	const char *const *urls = settings_texts(s->settings, "url");
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *before = NULL;
	struct err *err = NULL;

	for (; *urls != NULL; urls++) {
		err = open_one(s, *urls);
		if (err == NULL || err_class(err) != ERR_LATER || urls[1] == NULL)
			break;
		before = before == NULL
				 ? mem_strdup(tmp, err_text(err))
				 : mem_printf(tmp, "%s; %s", before, err_text(err));
		err_ignore(say_next(sink, err, urls[1]));
		err_free(err);
	}
	return err != NULL && before != NULL ? err_wrap(err, "%s", before) : err;
}
