/* SPDX-License-Identifier: MIT */
#include "contrib/sample/ldif.h"
#include <sodium.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_plain(const char *value)
{
	size_t len = strlen(value);

	if (len == 0)
		return true;
	if (strchr(" :<", value[0]) != NULL || value[len - 1] == ' ')
		return false;
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c > 126 || (unsigned char)*c < ' ')
			return false;
	return true;
}

void ldif_attr(const char *name, const char *value)
{
	char text[sodium_base64_ENCODED_LEN(LDIF_VALUE, sodium_base64_VARIANT_ORIGINAL)];

	if (value == NULL)
		return;
	if (is_plain(value)) {
		printf("%s: %s\n", name, value);
		return;
	}
	if (strlen(value) > LDIF_VALUE)
		abort();
	sodium_bin2base64(text, sizeof(text), (const unsigned char *)value, strlen(value),
			  sodium_base64_VARIANT_ORIGINAL);
	printf("%s:: %s\n", name, text);
}

void ldif_attrf(const char *name, const char *fmt, ...)
{
	char value[LDIF_VALUE + 1];
	va_list args;

	va_start(args, fmt);
	int len = vsnprintf(value, sizeof(value), fmt, args);
	va_end(args);
	if (len < 0 || len > LDIF_VALUE)
		abort();
	ldif_attr(name, value);
}

void ldif_entry(struct ldif *ldif, const char *dn, const char *classes)
{
	ldif_attr("dn", dn);
	while (*classes != '\0') {
		size_t len = strcspn(classes, " ");

		ldif_attrf("objectClass", "%.*s", (int)len, classes);
		classes += len + (classes[len] == ' ');
	}
	ldif->entries++;
	if (ldif->uuids)
		ldif_attrf("entryUUID", "5a3d1e00-c0de-4000-8000-%012x", ldif->entries);
}

void ldif_end(void)
{
	putchar('\n');
}

void ldif_base(struct ldif *ldif, const char *company)
{
	static const char *const units[] = { "people", "groups", "services" };
	static const char *const services[] = { "bridge", "limited", "blind" };
	char dn[128];

	ldif_entry(ldif, LDIF_SUFFIX, "dcObject organization");
	ldif_attr("dc", "contoso");
	ldif_attr("o", company);
	ldif_end();
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		snprintf(dn, sizeof(dn), "ou=%s," LDIF_SUFFIX, units[i]);
		ldif_entry(ldif, dn, "organizationalUnit");
		ldif_attr("ou", units[i]);
		ldif_end();
	}
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++) {
		snprintf(dn, sizeof(dn), "cn=%s,ou=services," LDIF_SUFFIX, services[i]);
		ldif_entry(ldif, dn, "organizationalRole simpleSecurityObject");
		ldif_attr("cn", services[i]);
		ldif_attrf("userPassword", "%spw", services[i]);
		ldif_end();
	}
}

unsigned ldif_random(unsigned n)
{
	static uint64_t state = 0x9E3779B97F4A7C15u;

	/* xorshift64 (Marsaglia, 2003) */
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (unsigned)((state >> 33) % n);
}
