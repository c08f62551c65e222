/* SPDX-License-Identifier: MIT */
#include "contrib/sample/ldif.h"
#include <stdio.h>
#include <string.h>

#define PEOPLE      300
#define COUNT(a)    (sizeof(a) / sizeof(*(a)))
#define PLACEHOLDER "cn=placeholder," LDIF_SUFFIX
#define DN_SIZE     512

enum person_flags {
	BY_CN = 1, /* the RDN is the cn, not the uid */
	NO_MAIL = 2,
	DISABLED = 4,
	EXPIRED = 8,
	EXPIRES_LATER = 16,
};

struct person {
	const char *uid, *given, *sn;
	const char *cn;   /* NULL: given name and surname */
	const char *mail; /* NULL: uid@contoso.example */
	unsigned flags;
};

static const struct person cast[] = {
	{ "ada", "Ada", "Lindqvist", NULL, NULL, 0 },
	{ "bo", "Bo", "Nilsson", NULL, NULL, 0 },
	{ "eve", "Eve", "Moreau", NULL, NULL, 0 },
	{ "kim", "Kim", "Andersen", NULL, NULL, 0 },
	{ "noor", "Noor", "Haddad", NULL, NULL, 0 },
	{ "clara", "Clara", "Vogel", NULL, NULL, BY_CN },
	{ "breakglass", "Break", "Glass", NULL, NULL, 0 },
	{ "jmueller", "Jörg", "Müller", "Müller, Jörg", "joerg.mueller@contoso.example",
	  BY_CN },
	{ "jmueller2", "Jörg", "Müller", NULL, "joerg.mueller2@contoso.example", 0 },
	{ "aplusb", "A", "B", "A+B", NULL, BY_CN },
	{ "space", "Leading", "Space", " Leading Space", NULL, BY_CN },
	{ "hash", "Number", "Seven", "#7 Hash", NULL, BY_CN },
	{ "quote", "Otto", "Quote", "Otto \"Q\" Back\\slash", NULL, BY_CN },
	{ "angle", "Semi", "Colon", "Semi;Colon <Angle> = 1", NULL, BY_CN },
	{ "tanaka", "太郎", "田中", "田中 太郎", NULL, BY_CN },
	{ "wang", "小明", "王", "王小明", NULL, BY_CN },
	{ "minjun", "민준", "김", "김민준", NULL, BY_CN },
	{ "formula", "Formula", "One", "=1+1", NULL, 0 },
	{ "html", "Bold", "Name", "<b>Bold</b> Name", NULL, 0 },
	{ "loud", "Lou", "Deutsch", NULL, "LOUD@Contoso.Example", 0 },
	{ "dora", "Dora", "Gone", NULL, NULL, DISABLED },
	{ "emil", "Emil", "Past", NULL, NULL, EXPIRED },
	{ "fritz", "Fritz", "Future", NULL, NULL, EXPIRES_LATER },
	{ "kiosk1", "Kiosk", "One", NULL, NULL, NO_MAIL },
	{ "kiosk2", "Kiosk", "Two", NULL, NULL, NO_MAIL },
	{ "kiosk3", "Kiosk", "Three", NULL, NULL, NO_MAIL },
	{ "twin1", "Pat", "Twin", NULL, "twin@contoso.example", 0 },
	{ "twin2", "Sam", "Twin", NULL, "twin@contoso.example", 0 },
};

#define CROWD (PEOPLE - COUNT(cast))

struct name {
	const char *text, *ascii;
};

static const struct name given_names[] = {
	{ "Anna", "anna" },     { "Björn", "bjoern" }, { "Chloé", "chloe" },
	{ "Dmitri", "dmitri" }, { "Elena", "elena" },  { "Farid", "farid" },
	{ "Grace", "grace" },   { "Hiro", "hiro" },    { "Inés", "ines" },
	{ "Jonas", "jonas" },   { "Katya", "katya" },  { "Liam", "liam" },
	{ "Mónica", "monica" }, { "Nils", "nils" },    { "Olga", "olga" },
	{ "Pavel", "pavel" },   { "Quinn", "quinn" },  { "Rosa", "rosa" },
	{ "Søren", "soeren" },  { "Tariq", "tariq" },
};

static const struct name surnames[] = {
	{ "Andersson", "andersson" }, { "Becker", "becker" },
	{ "Castillo", "castillo" },   { "Dubois", "dubois" },
	{ "Eriksen", "eriksen" },     { "Fischer", "fischer" },
	{ "García", "garcia" },       { "Hansen", "hansen" },
	{ "Ivanova", "ivanova" },     { "Jansen", "jansen" },
	{ "Kowalski", "kowalski" },   { "López", "lopez" },
	{ "Meyer", "meyer" },         { "Novák", "novak" },
	{ "O'Neil", "oneil" },        { "Petrov", "petrov" },
	{ "Quist", "quist" },         { "Rossi", "rossi" },
	{ "Schmidt", "schmidt" },     { "Tanaka", "tanaka" },
	{ "Usman", "usman" },         { "Vogel", "vogel" },
	{ "Weber", "weber" },         { "Xu", "xu" },
	{ "Yılmaz", "yilmaz" },
};

static const char *const titles[] = { "Engineer", "Analyst", "Manager", "Technician" };

struct group {
	const char *cn;
	unsigned crowd, n_crowd; /* these people of the crowd are members */
	const char *members;     /* "uid, uid, @group" */
	const char *owners;
	const char *class; /* NULL: groupOfNames */
};

static const struct group groups[] = {
	{ "Backup-Operators", 0, 2, "ada|bo|eve|kim|jmueller|@Infra", "@Backup Admins",
	  NULL },
	{ "Backup-Auditors", 2, 8, "jmueller2|@Compliance", "ada", NULL },
	{ "Backup-Ops West", 10, 8, "aplusb|space|hash", "kim", NULL },
	{ "Backup-Ops East", 20, 8, "quote|angle|nobody", "kim", NULL },
	{ "Backup-Restore", 28, 3, "clara", NULL, "groupOfUniqueNames" },
	{ "Backup-Archive", 0, 0, NULL, "ada", NULL },
	{ "Backup-Linux", 45, 6, "bo", NULL, "posixGroup" },
	{ "Backup-Everyone", 0, 200, NULL, "ada|kim", NULL },
	{ "Backup-Köln & Söhne", 50, 5, "loud|jmueller", NULL, NULL },
	{ "Backup-東京", 0, 0, "tanaka|wang|minjun", "tanaka", NULL },
	{ "Backup-R+D, Labs", 55, 5, "formula|html", NULL, NULL },
	{ "Backup-Contractors", 60, 4, "dora|emil|fritz|kiosk1|kiosk2|twin1|twin2",
	  "dora", NULL },
	{ "Backup Admins", 0, 0, "ada|kim", "@Compliance", NULL },
	{ "Infra", 30, 6, "@Infra-Network", "ada", NULL },
	{ "Infra-Network", 36, 5, "@Infra-Network-Edge", NULL, NULL },
	{ "Infra-Network-Edge", 41, 4, "@Infra", NULL, NULL },
	{ "Compliance", 70, 3, "kiosk3", NULL, NULL },
	{ "Sales", 72, 12, NULL, NULL, NULL },
	{ "Marketing", 84, 12, NULL, NULL, NULL },
	{ "Engineering", 96, 12, "@Developers|@Release Managers", NULL, NULL },
	{ "Finance", 108, 12, NULL, NULL, NULL },
	{ "Legal", 120, 6, NULL, NULL, NULL },
	{ "Human Resources", 126, 6, NULL, NULL, NULL },
	{ "Support", 132, 12, "@Helpdesk", NULL, NULL },
	{ "Helpdesk", 144, 6, NULL, NULL, NULL },
	{ "Facilities", 150, 6, NULL, NULL, NULL },
	{ "Research", 156, 12, NULL, NULL, NULL },
	{ "Quality", 168, 6, NULL, NULL, NULL },
	{ "Logistics", 174, 12, NULL, NULL, NULL },
	{ "Procurement", 186, 6, NULL, NULL, NULL },
	{ "Security", 192, 6, "eve|breakglass", NULL, NULL },
	{ "Data Platform", 198, 8, NULL, NULL, NULL },
	{ "Developers", 206, 20, NULL, NULL, NULL },
	{ "Release Managers", 226, 4, NULL, NULL, NULL },
	{ "Board", 230, 3, NULL, NULL, NULL },
	{ "Works Council", 233, 5, NULL, NULL, NULL },
	{ "Trainees", 238, 10, NULL, NULL, NULL },
	{ "Canteen", 248, 4, NULL, NULL, NULL },
	{ "VPN Users", 100, 60, NULL, NULL, NULL },
	{ "Printers", 252, 2, NULL, NULL, NULL },
};

/* attribute=value as an RDN (RFC 4514, section 2.4), and what it hangs under. */
static void make_dn(char dn[DN_SIZE], const char *attribute, const char *value,
		    const char *unit)
{
	size_t len = (size_t)snprintf(dn, DN_SIZE, "%s=", attribute);

	for (const char *c = value; *c != '\0' && len < DN_SIZE / 2; c++) {
		if (strchr("\"+,;<>\\", *c) != NULL ||
		    (c == value && (*c == ' ' || *c == '#')))
			dn[len++] = '\\';
		dn[len++] = *c;
	}
	snprintf(dn + len, DN_SIZE - len, ",ou=%s," LDIF_SUFFIX, unit);
}

static const char *person_cn(const struct person *person, char cn[DN_SIZE])
{
	if (person->cn != NULL)
		return person->cn;
	snprintf(cn, DN_SIZE, "%s %s", person->given, person->sn);
	return cn;
}

static void person_dn(char dn[DN_SIZE], const struct person *person)
{
	char cn[DN_SIZE];

	if (person->flags & BY_CN)
		make_dn(dn, "cn", person_cn(person, cn), "people");
	else
		make_dn(dn, "uid", person->uid, "people");
}

/* The i-th of the crowd; 21 and 25 have no common factor, so no name comes twice. */
static void crowd_person(unsigned i, char uid[DN_SIZE], struct person *out)
{
	const struct name *given = &given_names[i % COUNT(given_names)];
	const struct name *sn = &surnames[(i + i / COUNT(given_names)) % COUNT(surnames)];

	snprintf(uid, DN_SIZE, "%s.%s", given->ascii, sn->ascii);
	*out = (struct person){ .uid = uid, .given = given->text, .sn = sn->text };
	if (i % 60 == 17)
		out->flags |= DISABLED;
	if (i % 90 == 40)
		out->flags |= EXPIRED;
}

static void write_person(struct ldif *ldif, const struct person *person, unsigned number)
{
	char dn[DN_SIZE], cn[DN_SIZE];
	const char *name = person_cn(person, cn);

	person_dn(dn, person);
	ldif_entry(ldif, dn, "inetOrgPerson posixAccount shadowAccount");
	ldif_attr("uid", person->uid);
	ldif_attr("cn", name);
	ldif_attr("sn", person->sn);
	ldif_attr("givenName", person->given);
	ldif_attr("displayName", name);
	if (person->mail != NULL)
		ldif_attr("mail", person->mail);
	else if (!(person->flags & NO_MAIL))
		ldif_attrf("mail", "%s@contoso.example", person->uid);
	ldif_attr("employeeType", person->flags & DISABLED ? "disabled" : "employee");
	ldif_attrf("employeeNumber", "%u", number);
	ldif_attr("title", titles[number % COUNT(titles)]);
	ldif_attrf("uidNumber", "%u", 10000 + number);
	ldif_attr("gidNumber", "10000");
	ldif_attrf("homeDirectory", "/home/%s", person->uid);
	if (person->flags & EXPIRED)
		ldif_attr("shadowExpire", "19358"); /* 2023-01-01 */
	if (person->flags & EXPIRES_LATER)
		ldif_attr("shadowExpire", "47482"); /* 2100-01-01 */
	ldif_end();
}

/* What a word of a group's members or owners stands for. */
static void write_reference(const char *attribute, const char *word)
{
	char dn[DN_SIZE];

	if (strcmp(attribute, "memberUid") == 0) {
		ldif_attr(attribute, word);
		return;
	}
	if (word[0] == '@')
		make_dn(dn, "cn", word + 1, "groups");
	else
		make_dn(dn, "uid", word, "people");
	for (size_t i = 0; i < COUNT(cast); i++)
		if (strcmp(cast[i].uid, word) == 0)
			person_dn(dn, &cast[i]);
	ldif_attr(attribute, dn);
}

static void write_references(const char *attribute, const char *words)
{
	while (words != NULL && *words != '\0') {
		char word[DN_SIZE];
		size_t len = strcspn(words, "|");

		snprintf(word, sizeof(word), "%.*s", (int)len, words);
		write_reference(attribute, word);
		words += len + (words[len] == '|');
	}
}

static const char *member_attribute(const char *class)
{
	if (strcmp(class, "posixGroup") == 0)
		return "memberUid";
	return strcmp(class, "groupOfUniqueNames") == 0 ? "uniqueMember" : "member";
}

static void write_members(const struct group *group, const char *attribute)
{
	write_references(attribute, group->members);
	for (unsigned i = 0; i < group->n_crowd; i++) {
		char uid[DN_SIZE];
		struct person person;

		crowd_person(group->crowd + i, uid, &person);
		write_reference(attribute, uid);
	}
	if (group->members == NULL && group->n_crowd == 0)
		ldif_attr(attribute, PLACEHOLDER);
}

static void write_group(struct ldif *ldif, const struct group *group, unsigned number)
{
	const char *class = group->class != NULL ? group->class : "groupOfNames";
	char dn[DN_SIZE];

	make_dn(dn, "cn", group->cn, "groups");
	ldif_entry(ldif, dn, class);
	ldif_attr("cn", group->cn);
	if (strcmp(class, "posixGroup") == 0)
		ldif_attrf("gidNumber", "%u", 20000 + number);
	write_references("owner", group->owners);
	write_members(group, member_attribute(class));
	ldif_end();
}

static void write_company(struct ldif *ldif)
{
	ldif_base(ldif, "Contoso");
	for (unsigned i = 0; i < COUNT(cast); i++)
		write_person(ldif, &cast[i], i + 1);
	for (unsigned i = 0; i < CROWD; i++) {
		char uid[DN_SIZE];
		struct person person;

		crowd_person(i, uid, &person);
		write_person(ldif, &person, (unsigned)COUNT(cast) + i + 1);
	}
	for (unsigned i = 0; i < COUNT(groups); i++)
		write_group(ldif, &groups[i], i + 1);
}

static const char changes[] =
	"# Noor joins a group.\n"
	"dn: cn=Backup-Ops West,ou=groups," LDIF_SUFFIX "\n"
	"changetype: modify\n"
	"add: member\n"
	"member: uid=noor,ou=people," LDIF_SUFFIX "\n"
	"\n"
	"# Bo leaves one.\n"
	"dn: cn=Backup-Operators,ou=groups," LDIF_SUFFIX "\n"
	"changetype: modify\n"
	"delete: member\n"
	"member: uid=bo,ou=people," LDIF_SUFFIX "\n"
	"\n"
	"# Eve is disabled.\n"
	"dn: uid=eve,ou=people," LDIF_SUFFIX "\n"
	"changetype: modify\n"
	"replace: employeeType\n"
	"employeeType: disabled\n"
	"\n"
	"# Clara takes another surname: her DN changes, her mail does not.\n"
	"dn: cn=Clara Vogel,ou=people," LDIF_SUFFIX "\n"
	"changetype: modrdn\n"
	"newrdn: cn=Clara Weber\n"
	"deleteoldrdn: 1\n"
	"\n"
	"dn: cn=Clara Weber,ou=people," LDIF_SUFFIX "\n"
	"changetype: modify\n"
	"replace: sn\n"
	"sn: Weber\n"
	"-\n"
	"replace: displayName\n"
	"displayName: Clara Weber\n"
	"\n";

/* The whole list at once: right whether or not the server renames members itself. */
static void write_changes(void)
{
	fputs(changes, stdout);
	puts("# Her group follows her.");
	for (size_t i = 0; i < COUNT(groups); i++) {
		if (strcmp(groups[i].cn, "Backup-Restore") != 0)
			continue;
		struct group restore = groups[i];
		char dn[DN_SIZE];

		restore.members = NULL;
		make_dn(dn, "cn", restore.cn, "groups");
		ldif_attr("dn", dn);
		ldif_attr("changetype", "modify");
		ldif_attr("replace", "uniqueMember");
		ldif_attr("uniqueMember", "cn=Clara Weber,ou=people," LDIF_SUFFIX);
		write_members(&restore, "uniqueMember");
		ldif_end();
	}
}

int main(int argc, char **argv)
{
	struct ldif ldif = { .uuids = argc == 2 && strcmp(argv[1], "--uuids") == 0 };

	if (argc == 1 || ldif.uuids) {
		write_company(&ldif);
	} else if (argc == 2 && strcmp(argv[1], "--changes") == 0) {
		write_changes();
	} else {
		fputs("usage: gen-company [--uuids | --changes]\n", stderr);
		return 64;
	}
	return fflush(stdout) == 0 ? 0 : 1;
}
