/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

static struct err *check_url(const struct settings *settings, const char *name, bool base)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *text = settings_text(settings, name);
	bool plain = strcmp(settings_text(settings, "tls.mode"), "none") == 0;
	struct url url;
	struct err *err;

	if (text == NULL)
		return NULL;
	err = url_read(tmp, text, &url);
	if (err != NULL)
		return err_wrap(err, "%s", name);
	if (base && (url.query || strchr(text, '#') != NULL))
		return err_new(ERR_CONFIG,
			       "%s \"%s\" ends in a query, which no base does", name,
			       text);
	if (!plain && strcmp(name, "proxy") != 0 && strcmp(url.scheme, "https") != 0)
		return err_hint(
			err_new(ERR_CONFIG, "%s \"%s\" is not https://", name, text),
			"Use https://; tls.mode: none sends everything, the "
			"secrets too, in clear text.");
	return NULL;
}

/* What a method needs; what is of other methods is left over and wrong. */
static const struct {
	const char *setting;
	const char *method, * or ;
	bool needed;
} parts[] = {
	{ "auth.token", "bearer", "header", true },
	{ "auth.header", "header", "header", true },
	{ "auth.user", "basic", "basic", true },
	{ "auth.password", "basic", "basic", true },
	{ "auth.token_url", "oauth", "oauth", true },
	{ "auth.client_id", "oauth", "oauth", true },
	{ "auth.client_secret", "oauth", "oauth", true },
	{ "auth.scope", "oauth", "oauth", false },
};

static void check_account(const struct settings *settings, struct complaints *to)
{
	const char *method = settings_text(settings, "auth.method");

	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		bool ours = strcmp(parts[i].method, method) == 0 ||
			    strcmp(parts[i].or, method) == 0;
		bool given = settings_text(settings, parts[i].setting) != NULL;

		if (ours && parts[i].needed && !given)
			complain(to, parts[i].setting, 0,
				 err_new(ERR_CONFIG, "auth.method %s needs %s", method,
					 parts[i].setting));
		if (!ours && given)
			complain(to, parts[i].setting, 0,
				 err_new(ERR_CONFIG, "auth.method %s takes no %s", method,
					 parts[i].setting));
	}
	if (strcmp(method, "certificate") == 0 &&
	    settings_text(settings, "tls.cert") == NULL)
		complain(to, "tls.cert", 0,
			 err_new(ERR_CONFIG, "auth.method certificate needs tls.cert"));
}

static struct err *check_header(const struct settings *settings)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	const char *name = settings_text(settings, "auth.header");

	if (name == NULL || (*name != '\0' && name[strspn(name, token)] == '\0'))
		return NULL;
	return err_new(ERR_CONFIG, "auth.header \"%s\" is no name of a header", name);
}

static struct err *check_pin(const struct settings *settings)
{
	const char *pin = settings_text(settings, "tls.pin");

	if (pin == NULL || strncmp(pin, "sha256//", 8) == 0)
		return NULL;
	return err_new(ERR_CONFIG, "tls.pin \"%s\" does not begin with \"sha256//\"",
		       pin);
}

void scim_check(const struct settings *settings, struct complaints *to)
{
	bool cert = settings_text(settings, "tls.cert") != NULL;
	bool key = settings_text(settings, "tls.key") != NULL;

	complain(to, "url", 0, check_url(settings, "url", true));
	complain(to, "auth.token_url", 0, check_url(settings, "auth.token_url", false));
	complain(to, "proxy", 0, check_url(settings, "proxy", true));
	complain(to, "auth.header", 0, check_header(settings));
	complain(to, "tls.pin", 0, check_pin(settings));
	check_account(settings, to);
	if (cert != key)
		complain(to, cert ? "tls.key" : "tls.cert", 0,
			 err_new(ERR_CONFIG, "tls.cert and tls.key go together"));
}
