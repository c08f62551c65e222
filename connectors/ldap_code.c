/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"
#include <ctype.h>

#define TLS_HINT                                                                         \
	"The server accepts this only over TLS: use ldaps://, or ldap:// with "          \
	"tls.mode: start."

#define LATER_HINT                                                                       \
	"Nothing was changed, and the next run asks again. If it stays so, ask the "     \
	"directory's administrator."

static const struct {
	int code;
	enum err_class class;
	const char *hint;
} classes[] = {
	{ LDAP_SERVER_DOWN, ERR_LATER, LATER_HINT },
	{ LDAP_TIMEOUT, ERR_LATER, LATER_HINT },
	{ LDAP_CONNECT_ERROR, ERR_LATER, LATER_HINT },
	{ LDAP_BUSY, ERR_LATER, LATER_HINT },
	{ LDAP_UNAVAILABLE, ERR_LATER, LATER_HINT },
	{ LDAP_UNWILLING_TO_PERFORM, ERR_INCOMPLETE,
	  "The server's log, or its administrator, can say what it objects to." },
	{ LDAP_STRONG_AUTH_REQUIRED, ERR_CONFIG, TLS_HINT },
	{ LDAP_CONFIDENTIALITY_REQUIRED, ERR_CONFIG, TLS_HINT },
	{ LDAP_AUTH_METHOD_NOT_SUPPORTED, ERR_CONFIG, "Try the other bind.method." },
	{ LDAP_INVALID_DN_SYNTAX, ERR_CONFIG, NULL },
	{ LDAP_INVALID_CREDENTIALS, ERR_CONFIG, NULL },
	{ LDAP_INAPPROPRIATE_AUTH, ERR_CONFIG, "Give bind.dn and bind.password." },
	{ LDAP_INSUFFICIENT_ACCESS, ERR_CONFIG,
	  "Let the directory's administrator give this account the right to read." },
	{ LDAP_OPERATIONS_ERROR, ERR_CONFIG,
	  "Active Directory answers so when the account is not, or no longer, bound." },
};

/* Microsoft's own reason inside the text of code 49: "..., data 52e, v3839". */
static const struct {
	const char *data;
	const char *text;
} refusals[] = {
	{ "525", "there is no such account" },
	{ "52e", "the account or its password is wrong" },
	{ "530", "it may not log on at this time" },
	{ "532", "its password has expired" },
	{ "533", "the account is disabled" },
	{ "701", "the account has expired" },
	{ "773", "its password must be changed first" },
	{ "775", "the account is locked" },
};

bool dir_is_down(int code)
{
	return code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT ||
	       code == LDAP_CONNECT_ERROR || code == LDAP_BUSY ||
	       code == LDAP_UNAVAILABLE;
}

bool dir_is_partial(int code)
{
	return code == LDAP_TIMELIMIT_EXCEEDED || code == LDAP_SIZELIMIT_EXCEEDED ||
	       code == LDAP_ADMINLIMIT_EXCEEDED || code == LDAP_REFERRAL ||
	       code == LDAP_PARTIAL_RESULTS;
}

char *dir_code_text(TALLOC_CTX *ctx, int code, const char *diagnostic)
{
	char *text = mem_strdup(ctx, ldap_err2string(code));

	if (islower((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	if (diagnostic == NULL || *diagnostic == '\0')
		return mem_printf(ctx, "%s (LDAP %d)", text, code);
	return mem_printf(ctx, "%s (LDAP %d): %s", text, code, diagnostic);
}

static char *open_ldap_advice(TALLOC_CTX *ctx, const char *account, int code)
{
	bool time = code == LDAP_TIMELIMIT_EXCEEDED;

	return mem_printf(ctx,
			  "the directory's administrator must lift it for this account "
			  "(OpenLDAP: limits dn.exact=\"%s\" %s)",
			  account,
			  time ? "time=unlimited"
			       : "size=unlimited size.prtotal=unlimited");
}

char *dir_limit_advice(TALLOC_CTX *ctx, const struct session *s, int code,
		       const char *diagnostic)
{
	const char *account = settings_text(s->settings, "bind.dn");

	if (code == LDAP_REFERRAL || code == LDAP_PARTIAL_RESULTS)
		return mem_strdup(ctx, "the rest lies on another server");
	if (diagnostic != NULL && strstr(diagnostic, "page size") != NULL)
		return mem_strdup(ctx, "set a smaller page_size");
	switch (s->server.vendor) {
	case DIR_AD:
	case DIR_SAMBA:
		return mem_strdup(ctx, "see the LDAP policies of the domain controller, "
				       "and set a smaller page_size");
	case DIR_389:
		return mem_strdup(ctx, "the directory's administrator must set "
				       "nsSizeLimit, nsTimeLimit and nsLookThroughLimit "
				       "to -1 on the entry of this account");
	default:
		return open_ldap_advice(ctx, account != NULL ? account : "...", code);
	}
}

struct err *dir_failed(const struct session *s, int code, const char *diagnostic)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	enum err_class class = ERR_INCOMPLETE;
	const char *hint = NULL;
	struct err *err;

	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (classes[i].code == code) {
			class = classes[i].class;
			hint = classes[i].hint;
		}
	err = err_new(class, "server \"%s\": %s", s->url,
		      dir_code_text(tmp, code, diagnostic));
	return hint != NULL ? err_hint(err, "%s", hint) : err;
}

struct err *dir_no_base(const struct session *s, const char *base, const char *matched)
{
	struct err *err = err_new(ERR_CONFIG,
				  "base \"%s\" does not exist on \"%s\", or this account "
				  "may not see it (LDAP 32)",
				  base, s->url);

	if (*matched == '\0')
		return err_hint(err, "Check base, and what the account may read.");
	return err_hint(
		err,
		"The nearest entry that exists is \"%s\". Check base, and what the "
		"account may read.",
		matched);
}

static const char *refusal(const char *diagnostic)
{
	const char *data = diagnostic != NULL ? strstr(diagnostic, "data ") : NULL;

	for (size_t i = 0; data != NULL && i < ARRAY_LEN(refusals); i++)
		if (strncmp(data + 5, refusals[i].data, 3) == 0 && !isxdigit(data[8]))
			return refusals[i].text;
	return NULL;
}

struct err *dir_bind_failed(const struct session *s, int code, const char *diagnostic)
{
	const char *account = settings_text(s->settings, "bind.dn");
	const char *reason = refusal(diagnostic);
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	if (code != LDAP_INVALID_CREDENTIALS || account == NULL)
		return err_wrap(dir_failed(s, code, diagnostic), "cannot bind");
	return err_hint(
		err_new(ERR_CONFIG, "password of \"%s\" refused by \"%s\": %s%s%s",
			account, s->url, reason != NULL ? reason : "",
			reason != NULL ? "; " : "", dir_code_text(tmp, code, diagnostic)),
		"Check bind.dn and bind.password; nothing else was tried, so that "
		"the account is not locked.");
}
