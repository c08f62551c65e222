/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/filter.h"
#include "connectors/ldap_p.h"

/* What may hold a password is not repeated, wherever it stands. */
static bool names_account(const char *text)
{
	bool path = strncasecmp(text, "ldapi://", strlen("ldapi://")) == 0;

	return strchr(text, '@') != NULL || (!path && strstr(text, "%40") != NULL);
}

struct err *dir_parse_url(const char *text, LDAPURLDesc **out)
{
	LDAPURLDesc *url;

	*out = NULL;
	if (names_account(text))
		return err_new(
			ERR_CONFIG,
			"a URL holds no account; use bind.dn and bind.password for it");
	if (ldap_url_parse(text, &url) != LDAP_SUCCESS)
		return err_new(ERR_CONFIG, "\"%s\" is no LDAP URL", text);
	*out = url;
	if (strcmp(url->lud_scheme, "ldap") != 0 &&
	    strcmp(url->lud_scheme, "ldaps") != 0 &&
	    strcmp(url->lud_scheme, "ldapi") != 0)
		return err_new(ERR_CONFIG,
			       "\"%s\" is neither ldap://, ldaps:// nor ldapi://", text);
	if (url->lud_host == NULL || *url->lud_host == '\0')
		return err_new(ERR_CONFIG, "\"%s\" names no server", text);
	if (url->lud_dn != NULL && *url->lud_dn != '\0')
		return err_hint(
			err_new(ERR_CONFIG, "\"%s\" names more than a server", text),
			"Put what to search into base.");
	return NULL;
}

void dir_auto_url(LDAPURLDesc **url)
{
	if (*url != NULL)
		ldap_free_urldesc(*url);
}

static int scope_of(const char *name)
{
	static const char *const names[] = { "base", "one", "sub" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], name) == 0)
			return (int)i;
	return -1;
}

/* The first "?" ends the DN: one that belongs to it is written \3f. */
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

struct err *dir_parse_base(TALLOC_CTX *ctx, const char *text, struct dir_base *base)
{
	AUTO(err_auto_free) struct err *err = parse_base(ctx, text, base);

	if (err == NULL)
		return NULL;
	return err_new(ERR_CONFIG, "base \"%s\": %s", text, err_text(err));
}

static void check_urls(const struct settings *settings, struct complaints *to)
{
	const char *const *texts = settings_texts(settings, "url");

	for (size_t i = 0; texts[i] != NULL; i++) {
		AUTO(dir_auto_url) LDAPURLDesc *url = NULL;

		complain(to, "url", i, dir_parse_url(texts[i], &url));
	}
}

static void check_bases(const struct settings *settings, struct complaints *to)
{
	const char *const *texts = settings_texts(settings, "base");

	for (size_t i = 0; texts[i] != NULL; i++) {
		AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
		struct dir_base base = { 0 };

		complain(to, "base", i, dir_parse_base(tmp, texts[i], &base));
	}
}

/* Of two that go together the one that lacks. */
static void check_pair(const struct settings *settings, struct complaints *to,
		       const char *a, const char *b)
{
	bool has_a = settings_text(settings, a) != NULL;
	bool has_b = settings_text(settings, b) != NULL;

	if (has_a != has_b)
		complain(to, has_a ? b : a, 0,
			 err_new(ERR_CONFIG, "%s and %s go together", a, b));
}

static void check_account(const struct settings *settings, struct complaints *to)
{
	static const char *const names[] = { "bind.dn", "bind.password" };

	/* RFC 4513 5.1.2: a name without a password binds, as nobody. */
	if (strcmp(settings_text(settings, "bind.method"), "external") != 0) {
		check_pair(settings, to, names[0], names[1]);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (settings_text(settings, names[i]) != NULL)
			complain(to, names[i], 0,
				 err_new(ERR_CONFIG, "bind.method external takes neither "
						     "bind.dn nor bind.password"));
}

void dir_check(const struct settings *settings, struct complaints *to)
{
	check_urls(settings, to);
	check_bases(settings, to);
	check_account(settings, to);
	check_pair(settings, to, "tls.cert", "tls.key");
}
