/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "connectors/ldap_p.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/* One connection that looks at a server's certificate and does nothing else. */
struct look {
	const struct settings *settings;
	const char *text; /* the URL as configured */
	const char *name; /* whom the certificate must name */
	int64_t deadline;
	int fd;
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t tls;
};

static int free_look(struct look *look)
{
	if (look->tls != NULL)
		gnutls_deinit(look->tls);
	if (look->credentials != NULL)
		gnutls_certificate_free_credentials(look->credentials);
	if (look->fd >= 0)
		close(look->fd);
	return 0;
}

static struct look *new_look(TALLOC_CTX *ctx, const struct settings *settings)
{
	struct look *look = mem_new(ctx, struct look);

	look->settings = settings;
	look->fd = -1;
	talloc_set_destructor(look, free_look);
	return look;
}

static struct err *load_files(struct look *look)
{
	const char *ca = settings_text(look->settings, "tls.ca");
	const char *cert = settings_text(look->settings, "tls.cert");
	const char *key = settings_text(look->settings, "tls.key");
	int code;

	if (gnutls_certificate_allocate_credentials(&look->credentials) != 0)
		return err_new(ERR_BUG, "out of memory for TLS");
	code = gnutls_certificate_set_x509_trust_file(look->credentials, ca,
						      GNUTLS_X509_FMT_PEM);
	if (code <= 0)
		return err_new(ERR_CONFIG, "tls.ca \"%s\" holds no certificate%s%s", ca,
			       code < 0 ? ": " : "",
			       code < 0 ? gnutls_strerror(code) : "");
	if (cert == NULL || key == NULL)
		return NULL;
	code = gnutls_certificate_set_x509_key_file(look->credentials, cert, key,
						    GNUTLS_X509_FMT_PEM);
	if (code < 0)
		return err_new(ERR_CONFIG,
			       "tls.cert \"%s\" and tls.key \"%s\" cannot be used: %s",
			       cert, key, gnutls_strerror(code));
	return NULL;
}

struct err *dir_tls_files_why(const struct settings *settings)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	return load_files(new_look(tmp, settings));
}

/* RFC 4511 4.14.1, as bytes: message 1 is an extended request of this OID. */
static bool send_start_tls(struct look *look)
{
	static const char request[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
				      "1.3.6.1.4.1.1466.20037";
	char answer[512];

	if (send(look->fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0)
		return false;
	return dir_wait(look->fd, POLLIN, look->deadline) &&
	       recv(look->fd, answer, sizeof(answer), 0) > 0;
}

static int shake_hands(struct look *look)
{
	int code = gnutls_init(&look->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK);

	if (code != 0)
		return code;
	gnutls_priority_set_direct(look->tls, dir_tls_priority(look->settings), NULL);
	gnutls_credentials_set(look->tls, GNUTLS_CRD_CERTIFICATE, look->credentials);
	gnutls_server_name_set(look->tls, GNUTLS_NAME_DNS, look->name,
			       strlen(look->name));
	gnutls_transport_set_int(look->tls, look->fd);
	for (;;) {
		code = gnutls_handshake(look->tls);
		if (code != GNUTLS_E_AGAIN && code != GNUTLS_E_INTERRUPTED)
			return code;
		if (!dir_wait(look->fd,
			      gnutls_record_get_direction(look->tls) ? POLLOUT : POLLIN,
			      look->deadline))
			return GNUTLS_E_TIMEDOUT;
	}
}

/* The server's own certificate, or NULL. */
static gnutls_x509_crt_t peer(struct look *look)
{
	unsigned n = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(look->tls, &n);
	gnutls_x509_crt_t certificate;

	if (chain == NULL || n == 0 || gnutls_x509_crt_init(&certificate) != 0)
		return NULL;
	if (gnutls_x509_crt_import(certificate, chain, GNUTLS_X509_FMT_DER) == 0)
		return certificate;
	gnutls_x509_crt_deinit(certificate);
	return NULL;
}

static void add_address(struct str *out, const char *bytes, size_t len)
{
	if (len == 4)
		str_addf(out, "%u.%u.%u.%u", (uint8_t)bytes[0], (uint8_t)bytes[1],
			 (uint8_t)bytes[2], (uint8_t)bytes[3]);
	else
		str_add(out, "an IPv6 address");
}

/* "a.example, b.example": whom the certificate does name. */
static char *names_of(TALLOC_CTX *ctx, gnutls_x509_crt_t certificate)
{
	struct str *out = str_new(ctx);
	char name[256];

	for (unsigned i = 0; i < 8; i++) {
		size_t len = sizeof(name);
		int type = gnutls_x509_crt_get_subject_alt_name(certificate, i, name,
								&len, NULL);

		if (type < 0)
			break;
		str_add(out, i > 0 ? ", " : "");
		if (type == GNUTLS_SAN_IPADDRESS)
			add_address(out, name, len);
		else
			str_add_bytes(out, name, strnlen(name, len));
	}
	return out->len > 0 ? str_take(ctx, out) : mem_strdup(ctx, "nobody");
}

static struct err *not_trusted(struct look *look, gnutls_x509_crt_t certificate UNUSED)
{
	return err_hint(
		err_new(ERR_CONFIG,
			"the certificate of \"%s\" is not signed by tls.ca \"%s\"",
			look->text, settings_text(look->settings, "tls.ca")),
		"Put the certificate of the authority that signed it into tls.ca.");
}

static struct err *expired(struct look *look, gnutls_x509_crt_t certificate)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	return err_hint(
		err_new(ERR_CONFIG, "the certificate of \"%s\" expired on %s", look->text,
			clock_format_short(
				tmp, gnutls_x509_crt_get_expiration_time(certificate))),
		"The directory's administrator must renew it.");
}

static struct err *too_new(struct look *look, gnutls_x509_crt_t certificate)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	return err_hint(
		err_new(ERR_CONFIG, "the certificate of \"%s\" is not valid before %s",
			look->text,
			clock_format_short(
				tmp, gnutls_x509_crt_get_activation_time(certificate))),
		"Check the clock of this machine.");
}

static struct err *wrong_name(struct look *look, gnutls_x509_crt_t certificate)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	return err_hint(err_new(ERR_CONFIG,
				"the certificate of \"%s\" does not name \"%s\" but %s",
				look->text, look->name, names_of(tmp, certificate)),
			"Use a URL with a name that the certificate holds.");
}

static struct err *judge(struct look *look, unsigned status,
			 gnutls_x509_crt_t certificate)
{
	static const struct {
		unsigned bit;
		struct err *(*say)(struct look *, gnutls_x509_crt_t);
	} reasons[] = {
		{ GNUTLS_CERT_SIGNER_NOT_FOUND, not_trusted },
		{ GNUTLS_CERT_SIGNER_NOT_CA, not_trusted },
		{ GNUTLS_CERT_EXPIRED, expired },
		{ GNUTLS_CERT_NOT_ACTIVATED, too_new },
		{ GNUTLS_CERT_UNEXPECTED_OWNER, wrong_name },
	};
	gnutls_datum_t text = { NULL, 0 };
	struct err *err;

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++)
		if (status & reasons[i].bit)
			return reasons[i].say(look, certificate);
	gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0);
	err = err_new(ERR_CONFIG, "the certificate of \"%s\" is refused: %s", look->text,
		      text.data != NULL ? (const char *)text.data : "no reason given");
	gnutls_free(text.data);
	return err;
}

static struct err *verify(struct look *look)
{
	gnutls_x509_crt_t certificate = peer(look);
	struct err *err = NULL;
	unsigned status = 0;
	int code = gnutls_certificate_verify_peers3(look->tls, look->name, &status);

	if (certificate == NULL || code != 0)
		err = err_new(ERR_CONFIG, "\"%s\" shows no usable certificate",
			      look->text);
	else if (status != 0)
		err = judge(look, status, certificate);
	if (certificate != NULL)
		gnutls_x509_crt_deinit(certificate);
	return err;
}

static enum err_class class_of(int code)
{
	return code == GNUTLS_E_PREMATURE_TERMINATION || code == GNUTLS_E_PULL_ERROR ||
			       code == GNUTLS_E_PUSH_ERROR
		       ? ERR_LATER
		       : ERR_CONFIG;
}

static struct err *handshake_failed(struct look *look, int code)
{
	if (code == GNUTLS_E_TIMEDOUT)
		return err_new(ERR_LATER,
			       "server \"%s\" did not finish the TLS handshake in time "
			       "(timeout.connect)",
			       look->text);
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED)
		return err_new(ERR_CONFIG, "server \"%s\" ended the TLS handshake: %s",
			       look->text,
			       gnutls_alert_get_name(gnutls_alert_get(look->tls)));
	return err_hint(err_new(class_of(code),
				"the TLS handshake with \"%s\" failed: %s", look->text,
				gnutls_strerror(code)),
			"Is this the port for TLS? ldaps:// is usually 636, ldap:// with "
			"StartTLS 389.");
}

/* libldap puts the name of the machine in the place of this one, so we must too. */
static const char *name_to_check(TALLOC_CTX *ctx, const char *host)
{
	char name[256] = "";

	if (strcasecmp(host, "localhost") != 0 ||
	    gethostname(name, sizeof(name) - 1) != 0)
		return host;
	return mem_strdup(ctx, name);
}

static struct err *look_at(struct look *look, const LDAPURLDesc *url, bool start_tls)
{
	int64_t limit = settings_number(look->settings, "timeout.connect");
	struct err *err = load_files(look);
	int code;

	if (err == NULL)
		err = dir_dial(url, limit, &look->fd);
	if (err != NULL)
		return err;
	look->deadline = dir_deadline(limit);
	if (start_tls && !send_start_tls(look))
		return err_new(ERR_LATER, "server \"%s\" went away at StartTLS",
			       look->text);
	code = shake_hands(look);
	return code != 0 ? handshake_failed(look, code) : verify(look);
}

struct err *dir_tls_why(const struct settings *settings, const char *text,
			const LDAPURLDesc *url, bool start_tls)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct look *look = new_look(tmp, settings);
	struct err *err;

	look->text = text;
	look->name = name_to_check(look, url->lud_host);
	err = look_at(look, url, start_tls);
	if (err != NULL)
		return err;
	return err_new(ERR_LATER, "the TLS handshake with \"%s\" failed", text);
}
