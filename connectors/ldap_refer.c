/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "connectors/ldap_p.h"

/* Partitions of every Active Directory domain that hold no people and no groups. */
static const char *const partitions[] = {
	"CN=Configuration,",
	"CN=Schema,",
	"DC=DomainDnsZones,",
	"DC=ForestDnsZones,",
};

static bool same_dn(const char *a, const char *b)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct value key_a, key_b;
	struct err *err = dn_key(tmp, a, strlen(a), &key_a);

	if (err == NULL)
		err = dn_key(tmp, b, strlen(b), &key_b);
	if (err == NULL)
		return value_compare(&key_a, &key_b) == 0;
	err_free(err);
	return false;
}

/* Listed in referrals.ignore, as the whole URL or as the DN in it. */
static bool is_ignored(const struct session *s, const char *text, const char *dn)
{
	const char *const *known = settings_texts(s->settings, "referrals.ignore");

	for (; *known != NULL; known++)
		if (strcasecmp(*known, text) == 0 || (*dn != '\0' && same_dn(*known, dn)))
			return true;
	return false;
}

static bool is_partition(const char *dn)
{
	for (size_t i = 0; i < ARRAY_LEN(partitions); i++)
		if (strncasecmp(dn, partitions[i], strlen(partitions[i])) == 0)
			return true;
	return false;
}

/* "DC=child,DC=contoso,DC=example" is a domain of its own. */
static bool is_domain(const char *dn)
{
	return strncasecmp(dn, "DC=", 3) == 0;
}

static void judge(struct session *s, struct sink *sink, const char *text, const char *dn)
{
	bool ad = s->server.vendor == DIR_AD || s->server.vendor == DIR_SAMBA;
	const char *base = s->bases[s->pull.base].dn;

	if (is_ignored(s, text, dn) || (ad && is_partition(dn)))
		sink_note(sink, NOTE_INFO, "reference to \"%s\" not followed", text);
	else if (ad && is_domain(dn))
		sink_note(sink, NOTE_FINDING,
			  "the domain \"%s\" is not covered by this source", dn);
	else {
		sink_note(sink, NOTE_FINDING,
			  "a part of base \"%s\" lies on another server and was not "
			  "read: \"%s\"",
			  base, text);
		dir_incomplete(
			s,
			"a part of base \"%s\" lies on another server: \"%s\"; list "
			"it in referrals.ignore when it is not wanted",
			base, text);
	}
}

struct err *dir_reference(struct session *s, struct sink *sink, LDAPMessage *message)
{
	char **urls = NULL;
	LDAPURLDesc *url = NULL;
	int code = ldap_parse_reference(s->ld, message, &urls, NULL, 0);

	if (code != LDAP_SUCCESS || urls == NULL || urls[0] == NULL) {
		ldap_memvfree((void **)urls);
		return err_new(ERR_INCOMPLETE,
			       "server \"%s\" sent an unreadable reference", s->url);
	}
	if (ldap_url_parse(urls[0], &url) != LDAP_SUCCESS)
		url = NULL;
	judge(s, sink, urls[0], url != NULL && url->lud_dn != NULL ? url->lud_dn : "");
	if (url != NULL)
		ldap_free_urldesc(url);
	ldap_memvfree((void **)urls);
	return NULL;
}
