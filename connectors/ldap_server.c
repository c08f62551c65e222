/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"

#define AD_CAPABILITY "1.2.840.113556.1.4.800"

static const char *const root_attributes[] = {
	"namingContexts",
	"objectClass",
	"supportedCapabilities",
	"supportedControl",
	"vendorName",
	"vendorVersion",
	NULL,
};

static bool holds(const char *const *texts, const char *text)
{
	for (; *texts != NULL; texts++)
		if (strcasecmp(*texts, text) == 0)
			return true;
	return false;
}

static enum dir_vendor vendor_of(struct session *s, TALLOC_CTX *tmp, LDAPMessage *root,
				 const char *name, const char *version)
{
	if (holds(dir_texts(tmp, s, root, "supportedCapabilities"), AD_CAPABILITY))
		return strncmp(name, "Samba", 5) == 0 ? DIR_SAMBA : DIR_AD;
	if (strncmp(version, "389-Directory/", 14) == 0)
		return DIR_389;
	if (holds(dir_texts(tmp, s, root, "objectClass"), "OpenLDAProotDSE"))
		return DIR_OPENLDAP;
	return DIR_OTHER;
}

static enum anchor_kind anchor_of(enum dir_vendor vendor)
{
	switch (vendor) {
	case DIR_AD:
	case DIR_SAMBA:
		return ANCHOR_OBJECT_GUID;
	case DIR_389:
		return ANCHOR_NS_UNIQUE_ID;
	default:
		return ANCHOR_ENTRY_UUID;
	}
}

static const char *vendor_text(TALLOC_CTX *ctx, enum dir_vendor vendor, const char *name,
			       const char *version)
{
	switch (vendor) {
	case DIR_AD:
		return "Active Directory";
	case DIR_SAMBA:
		return "Samba Active Directory";
	case DIR_OPENLDAP:
		return "OpenLDAP";
	case DIR_389:
		return mem_strdup(ctx, version);
	default:
		return *name != '\0' ? mem_strdup(ctx, name) : "unknown";
	}
}

static void take_root(struct session *s, LDAPMessage *root)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *name = dir_text(tmp, s, root, "vendorName");
	const char *version = dir_text(tmp, s, root, "vendorVersion");

	name = name != NULL ? name : "";
	version = version != NULL ? version : "";
	s->server.vendor = vendor_of(s, tmp, root, name, version);
	s->server.vendor_text = vendor_text(s, s->server.vendor, name, version);
	s->server.anchor = anchor_of(s->server.vendor);
	s->server.pages = holds(dir_texts(tmp, s, root, "supportedControl"),
				LDAP_CONTROL_PAGEDRESULTS);
	s->server.contexts = dir_texts(s, s, root, "namingContexts");
}

static struct err *check_pinned(const struct session *s)
{
	const char *pinned = s->request->anchor;
	const char *offered = anchor_kind_name(s->server.anchor);

	if (pinned == NULL || strcmp(pinned, offered) == 0)
		return NULL;
	return err_hint(
		err_new(ERR_CONFIG,
			"this source is pinned to %s, but \"%s\" now offers %s", pinned,
			s->url, offered),
		"It is another kind of server; everybody would look new. Make it a "
		"new source.");
}

/* Read after the bind: many servers show strangers less. */
struct err *dir_read_server(struct session *s)
{
	const struct dir_question q = { .base = "",
					.scope = LDAP_SCOPE_BASE,
					.filter = "(objectClass=*)",
					.attributes = root_attributes };
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_answer *answer;
	struct err *err = dir_ask(s, tmp, &q, 1, &answer);

	if (err != NULL)
		return err;
	if (dir_is_down(answer->done.code))
		return dir_failed(s, answer->done.code, answer->done.diagnostic);
	s->server = (struct dir_server){ .vendor_text = "unknown",
					 .anchor = ANCHOR_ENTRY_UUID,
					 .contexts = mem_array(s, const char *, 1) };
	if (answer->n > 0)
		take_root(s, answer->entries[0]);
	return check_pinned(s);
}
