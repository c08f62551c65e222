/* SPDX-License-Identifier: MIT */
#include "contrib/sample/ldif.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define PICK(a)  ((a)[ldif_random(COUNT(a))])
#define PERSON   "uid=u%06u,ou=people," LDIF_SUFFIX
#define GROUP    "cn=g%05u,ou=groups," LDIF_SUFFIX
#define MOST     10000000u

static const char *const given_names[] = {
	"Ada",  "Björn", "Chloé", "Dmitri", "Elena",  "Farid", "Grace", "Hiro",
	"Inés", "Jörg",  "Katya", "Liam",   "Mónica", "Nils",  "Olga",  "Pavel",
};
static const char *const surnames[] = {
	"Andersson", "Becker", "Castillo", "Dubois", "Eriksen", "Fischer",
	"García",    "Hansen", "Ivanova",  "Jansen", "López",   "Müller",
	"Novák",     "O'Neil", "Petrov",   "Rossi",  "Schmidt", "Tanaka",
};
static const char *const cities[] = { "Berlin", "Lyon", "Madrid", "Oslo", "Porto" };
static const char *const titles[] = { "Analyst", "Designer", "Engineer", "Manager" };

static void write_description(unsigned i)
{
	char text[LDIF_VALUE];
	int len = snprintf(text, sizeof(text), "Account of employee %06u.", i);

	for (int k = 0; k < 12; k++)
		len += snprintf(text + len, sizeof(text) - (size_t)len,
				" note %08x reviewed", ldif_random(1u << 30));
	ldif_attr("description", text);
}

static void write_person(struct ldif *ldif, unsigned i)
{
	const char *given = PICK(given_names), *sn = PICK(surnames);
	char dn[128];

	snprintf(dn, sizeof(dn), PERSON, i);
	ldif_entry(ldif, dn, "top person organizationalPerson inetOrgPerson");
	ldif_attrf("uid", "u%06u", i);
	ldif_attrf("cn", "%s %s", given, sn);
	ldif_attr("givenName", given);
	ldif_attr("sn", sn);
	ldif_attrf("displayName", "%s %s", given, sn);
	ldif_attrf("mail", "u%06u@contoso.example", i);
	ldif_attrf("mail", "user.%u@alias.contoso.example", i);
	ldif_attrf("telephoneNumber", "+49 30 %07u", ldif_random(MOST));
	ldif_attrf("mobile", "+49 170 %07u", ldif_random(MOST));
	ldif_attrf("employeeNumber", "%06u", i);
	ldif_attr("employeeType", ldif_random(10) > 0 ? "employee" : "contractor");
	ldif_attr("title", PICK(titles));
	ldif_attrf("departmentNumber", "%u", 100 + ldif_random(300));
	ldif_attrf("street", "%u Example Street", 1 + ldif_random(200));
	ldif_attr("l", PICK(cities));
	ldif_attrf("postalCode", "%05u", ldif_random(100000));
	ldif_attr("preferredLanguage", "en");
	if (i > 1)
		ldif_attrf("manager", PERSON, 1 + ldif_random(i - 1));
	write_description(i);
	ldif_end();
}

/* Every step is at most people / n, so no member comes twice. */
static void write_members(unsigned people, unsigned n)
{
	unsigned start = ldif_random(people), step = 1 + ldif_random(people / n);

	for (unsigned k = 0; k < n; k++)
		ldif_attrf("member", PERSON, 1 + (start + k * step) % people);
}

static void write_group(struct ldif *ldif, unsigned i, unsigned people)
{
	unsigned n = 20 + ldif_random(181);
	char dn[128];

	snprintf(dn, sizeof(dn), GROUP, i);
	ldif_entry(ldif, dn, "groupOfNames");
	ldif_attrf("cn", "g%05u", i);
	write_members(people, n < people ? n : people);
	/* Only lower numbers, so there is no cycle. */
	for (unsigned k = 1; i >= 100 && i % 10 == 0 && k <= 3; k++)
		ldif_attrf("member", GROUP, i - 7 * k);
	ldif_end();
}

static void write_huge(struct ldif *ldif, unsigned members)
{
	ldif_entry(ldif, "cn=huge,ou=groups," LDIF_SUFFIX, "groupOfNames");
	ldif_attr("cn", "huge");
	for (unsigned i = 1; i <= members; i++)
		ldif_attrf("member", PERSON, i);
	ldif_end();
}

static unsigned number(const char *text)
{
	char *end;

	errno = 0;
	unsigned long n = strtoul(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n == 0 || n > MOST) {
		fprintf(stderr, "gen-big: \"%s\" is no number from 1 to %u\n", text,
			MOST);
		exit(64);
	}
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	unsigned sizes[] = { 100000, 5000, 50000 }; /* people, groups, of the huge one */
	struct ldif ldif = { .uuids = argc > 1 && strcmp(argv[1], "--uuids") == 0 };
	int first = 1 + ldif.uuids;

	if (argc - first > (int)COUNT(sizes)) {
		fputs("usage: gen-big [--uuids] [PEOPLE [GROUPS [HUGE]]]\n", stderr);
		return 64;
	}
	for (int i = first; i < argc; i++)
		sizes[i - first] = number(argv[i]);
	ldif_base(&ldif, "Contoso");
	for (unsigned i = 1; i <= sizes[0]; i++)
		write_person(&ldif, i);
	for (unsigned i = 0; i < sizes[1]; i++)
		write_group(&ldif, i, sizes[0]);
	write_huge(&ldif, sizes[2] < sizes[0] ? sizes[2] : sizes[0]);
	return fflush(stdout) == 0 ? 0 : 1;
}
