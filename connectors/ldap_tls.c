/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"
#include <errno.h>
#include <unistd.h>

#define EARLY 100 /* milliseconds by which libldap may miss its limit */

const char *dir_tls_priority(const struct settings *settings)
{
	if (strcmp(settings_text(settings, "tls.minimum"), "1.3") == 0)
		return "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	return "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
}

static struct err *check_files(const struct settings *settings)
{
	static const char *const names[] = { "tls.ca", "tls.cert", "tls.key" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = settings_text(settings, names[i]);

		if (path != NULL && access(path, R_OK) != 0)
			return err_hint(
				err_new(ERR_CONFIG, "%s \"%s\" cannot be read: %s",
					names[i], path, strerror(errno)),
				"Correct %s, or the permissions of that file.", names[i]);
	}
	return NULL;
}

/* libldap's GnuTLS half takes a priority string and ignores the minimum; its OpenSSL
 * half the other way round. */
static int set_minimum(LDAP *ld, const struct settings *settings)
{
	bool newest = strcmp(settings_text(settings, "tls.minimum"), "1.3") == 0;
	int minimum =
		newest ? LDAP_OPT_X_TLS_PROTOCOL_TLS1_3 : LDAP_OPT_X_TLS_PROTOCOL_TLS1_2;
	char *package = NULL;
	int code;

	code = ldap_set_option(ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &minimum);
	ldap_get_option(ld, LDAP_OPT_X_TLS_PACKAGE, &package);
	if (package != NULL && strcmp(package, "GnuTLS") == 0)
		code |= ldap_set_option(ld, LDAP_OPT_X_TLS_CIPHER_SUITE,
					dir_tls_priority(settings));
	ldap_memfree(package);
	return code;
}

struct err *dir_tls_options(LDAP *ld, const struct settings *settings)
{
	const int demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	const char *cert = settings_text(settings, "tls.cert");
	const char *key = settings_text(settings, "tls.key");
	struct err *err = check_files(settings);
	int code;

	if (err != NULL)
		return err;
	code = ldap_set_option(ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	code |= ldap_set_option(ld, LDAP_OPT_X_TLS_CACERTFILE,
				settings_text(settings, "tls.ca"));
	if (cert != NULL && key != NULL) {
		code |= ldap_set_option(ld, LDAP_OPT_X_TLS_CERTFILE, cert);
		code |= ldap_set_option(ld, LDAP_OPT_X_TLS_KEYFILE, key);
	}
	code |= set_minimum(ld, settings);
	/* Nothing of the above is used before this one is set. */
	code |= ldap_set_option(ld, LDAP_OPT_X_TLS_NEWCTX, &client);
	if (code == LDAP_OPT_SUCCESS)
		return NULL;
	err = dir_tls_files_why(settings);
	return err != NULL ? err : err_new(ERR_CONFIG, "TLS cannot be set up");
}

static struct err *ask_start_tls(struct session *s)
{
	AUTO_MESSAGE LDAPMessage *answer = NULL;
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_done done;
	struct err *err;
	int message;
	int code = ldap_start_tls(s->ld, NULL, NULL, &message);

	if (code != LDAP_SUCCESS)
		return dir_failed(s, code, NULL);
	err = dir_receive(s, message, &answer);
	if (err == NULL)
		err = dir_done(s, tmp, answer, &done);
	if (err != NULL || done.code == LDAP_SUCCESS)
		return err;
	if (dir_is_down(done.code))
		return dir_failed(s, done.code, done.diagnostic);
	return err_hint(err_new(ERR_CONFIG, "server \"%s\" refuses StartTLS: %s", s->url,
				dir_code_text(tmp, done.code, done.diagnostic)),
			"Use an ldaps:// URL; tls.mode: none sends everything, the "
			"password too, in clear text.");
}

/* LDAP_TIMEOUT means little: it is also said when the server hangs up. */
struct err *dir_tls_start(struct session *s, const LDAPURLDesc *url, bool start_tls)
{
	int64_t limit = settings_number(s->settings, "timeout.connect"), deadline;
	struct err *err = NULL;

	if (start_tls)
		err = ask_start_tls(s);
	if (err != NULL)
		return err;
	deadline = dir_deadline(limit);
	if (ldap_install_tls(s->ld) == LDAP_SUCCESS)
		return NULL;
	if (dir_left(deadline) > EARLY)
		return dir_tls_why(s->settings, s->url, url, start_tls);
	return err_new(ERR_LATER,
		       "server \"%s\" did not finish the TLS handshake within %lld s "
		       "(timeout.connect)",
		       s->url, (long long)limit);
}
