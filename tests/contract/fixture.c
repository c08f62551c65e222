/* SPDX-License-Identifier: MIT */
#include "tests/contract/fixture.h"
#include "tests/integration/slapd.h"
#include "tests/scim_fake.h"
#include "tests/test.h"

static void set(struct settings *settings, const char *name, const char *value)
{
	assert_ok(settings_set(settings, name, value));
}

static void set_file(struct settings *settings, const char *name)
{
	char *path = mem_printf(NULL, TOP_SRCDIR "/tests/contract/%s", name);

	set(settings, "file", path);
	mem_free(path);
}

static void ldif_configure(struct settings *settings)
{
	set_file(settings, "people.ldif");
}

static void script_configure(struct settings *settings)
{
	set_file(settings, "people.script");
}

static void file_spoil(struct settings *settings)
{
	set(settings, "file", "/nonexistent/people");
}

#define LDAP_SUFFIX "dc=example,dc=test"

static struct slapd *slapd;

static const char *ldap_begin(void)
{
	if (!slapd_available())
		return "no LDAP server";
	setenv("PW_BRIDGE", "bridgepw", 1);
	setenv("PW_WRONG", "not this one", 1);
	slapd = slapd_start_file(NULL, LDAP_SUFFIX,
				 TOP_SRCDIR "/tests/contract/people.ldif");
	return NULL;
}

static void ldap_end(void)
{
	mem_free(slapd);
}

static void ldap_configure(struct settings *settings)
{
	set(settings, "url", slapd->ldap);
	set(settings, "tls.ca", slapd->ca);
	set(settings, "base", LDAP_SUFFIX);
	set(settings, "bind.dn", "cn=bridge,ou=services," LDAP_SUFFIX);
	set(settings, "bind.password", "env:PW_BRIDGE");
	set(settings, "page_size", "2");
}

static void ldap_spoil(struct settings *settings)
{
	set(settings, "bind.password", "env:PW_WRONG");
}

static struct scim_fake *scim;

static const char *scim_begin(void)
{
	setenv("SCIM_TOKEN", "secret", 1);
	setenv("SCIM_WRONG", "not this one", 1);
	scim = scim_fake_start(NULL, 0, 0);
	scim->world->fixture = true;
	scim->world->page = 2;
	return NULL;
}

static void scim_end(void)
{
	mem_free(scim);
}

static void scim_configure(struct settings *settings)
{
	set(settings, "url", scim->url);
	set(settings, "tls.mode", "none");
	set(settings, "allow_local", "yes");
	set(settings, "auth.token", "env:SCIM_TOKEN");
	set(settings, "page_size", "2");
}

static void scim_spoil(struct settings *settings)
{
	set(settings, "auth.token", "env:SCIM_WRONG");
}

const struct fixture fixtures[] = {
	{ .type = "ldap",
	  .filters = true,
	  .begin = ldap_begin,
	  .end = ldap_end,
	  .configure = ldap_configure,
	  .spoil = ldap_spoil,
	  .refusal = ERR_CONFIG },
	{ .type = "ldif",
	  .filters = true,
	  .configure = ldif_configure,
	  .spoil = file_spoil,
	  .refusal = ERR_CONFIG },
	{ .type = "scim",
	  .filters = true,
	  .texts = true,
	  .begin = scim_begin,
	  .end = scim_end,
	  .configure = scim_configure,
	  .spoil = scim_spoil,
	  .refusal = ERR_CONFIG },
	{ .type = "script",
	  .configure = script_configure,
	  .spoil = file_spoil,
	  .refusal = ERR_CONFIG },
	{ .type = NULL },
};
