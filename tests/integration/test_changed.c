/* SPDX-License-Identifier: MIT */
/* What a changed configuration does, on a real server. */
#include "tests/integration/slapd.h"
#include "tests/stage.h"
#include "tests/test.h"

#define PEOPLE 12
#define WEST   6

static struct slapd *slapd;

static char *person(TALLOC_CTX *ctx, const char *name, unsigned number, const char *ou)
{
	return mem_printf(ctx,
			  "dn: uid=%s%u,ou=%s," SLAPD_SUFFIX "\n"
			  "objectClass: inetOrgPerson\nuid: %s%u\ncn: %s%u\nsn: x\n"
			  "mail: %s%u@contoso.example\n\n",
			  name, number, ou, name, number, name, number, name, number);
}

static char *unit(TALLOC_CTX *ctx, const char *name)
{
	return mem_printf(ctx,
			  "dn: ou=%s," SLAPD_SUFFIX
			  "\nobjectClass: organizationalUnit\nou: %s\n\n",
			  name, name);
}

/* p1.. in ou=people and w1.. in ou=west, all of them in one group. */
static char *company(TALLOC_CTX *ctx)
{
	struct str *out = str_new(ctx);

	str_addf(out, "%s%s%s", unit(ctx, "people"), unit(ctx, "west"),
		 unit(ctx, "groups"));
	for (unsigned i = 1; i <= PEOPLE; i++)
		str_add(out, person(ctx, "p", i, "people"));
	for (unsigned i = 1; i <= WEST; i++)
		str_add(out, person(ctx, "w", i, "west"));
	str_add(out, "dn: cn=ops,ou=groups," SLAPD_SUFFIX
		     "\nobjectClass: groupOfNames\ncn: ops\n");
	for (unsigned i = 1; i <= PEOPLE; i++)
		str_addf(out, "member: uid=p%u,ou=people," SLAPD_SUFFIX "\n", i);
	for (unsigned i = 1; i <= WEST; i++)
		str_addf(out, "member: uid=w%u,ou=west," SLAPD_SUFFIX "\n", i);
	return out->text;
}

static void configure(TALLOC_CTX *ctx, const struct stage *stage, const char *bases)
{
	stage_write(stage, "dirbridge.yaml",
		    mem_printf(ctx,
			       "store: sqlite:console.db\nsources:\n  contoso:\n"
			       "    organization: northwind/contoso\n"
			       "    act_as: sync@northwind.example\n    type: ldap\n"
			       "    url: %s\n    tls: { ca: %s }\n    base: [%s]\n"
			       "    bind: { dn: \"%s\", password: \"file:pw\" }\n"
			       "    grants: [{ from: { name: ops }, to: { group: "
			       "Operators } }]\n",
			       slapd->ldap, slapd->ca, bases, SLAPD_BRIDGE));
}

#define BASE(ou) "\"ou=" ou "," SLAPD_SUFFIX "\""

static struct stage *applied(TALLOC_CTX *ctx)
{
	struct stage *stage = stage_new(ctx, NULL);

	stage_write(stage, "pw", "bridgepw\n");
	configure(ctx, stage, BASE("people") ", " BASE("west") ", " BASE("groups"));
	stage_play(stage, stage_read(ctx, TOP_SRCDIR "/tests/decide/setup"));
	stage_play(stage, "quietly apply contoso --yes\n");
	assert_null(strstr(stage->log->text, "\nexit 1\n"));
	return stage;
}

static char *planned(TALLOC_CTX *ctx, struct stage *stage)
{
	struct str *out = str_new(ctx);

	stage_command(stage, "plan contoso", out);
	return out->text;
}

static void assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void assert_leave(const char *text)
{
	assert_has(text, " 0 enter, 6 leave, 0 change\n");
	for (unsigned i = 1; i <= WEST; i++) {
		AUTO_MEM char *line = mem_printf(NULL,
						 "  - w%u@contoso.example       leaves "
						 "   member of \"Operators\"\n",
						 i);
		assert_has(text, line);
	}
	assert_null(strstr(text, "p12@contoso.example      leaves"));
}

/* An organizational unit is taken out of the base, so many people that the source is
 * suspect; somebody else is deleted at the same time. */
static void test_base_taken_away_F11(void **state)
{
	struct stage *stage = applied(*state);
	char *text;

	slapd_modify(slapd,
		     "dn: uid=p12,ou=people," SLAPD_SUFFIX "\nchangetype: delete\n");
	configure(*state, stage, BASE("people") ", " BASE("groups"));
	text = planned(*state, stage);
	assert_has(text, "people read: 11; the median of the last good runs is 18");
	assert_has(text, "    base  ");
	assert_leave(text);
	/* A person says that so few are right: too many are missing to be looked up. */
	stage_play(stage, "quietly expect contoso --people 11..11 --reason west\n");
	text = planned(*state, stage);
	assert_has(text, "more than may be looked up");
	assert_leave(text);
	mem_free(stage);
}

/* And put back in, with another: who is there for the first time enters. */
static void test_base_added_F11(void **state)
{
	struct stage *stage = stage_new(*state, NULL);
	char *text;

	stage_write(stage, "pw", "bridgepw\n");
	configure(*state, stage, BASE("people") ", " BASE("groups"));
	stage_play(stage, stage_read(*state, TOP_SRCDIR "/tests/decide/setup"));
	stage_play(stage, "quietly apply contoso --yes\n");
	slapd_modify(slapd, "dn: uid=new,ou=people," SLAPD_SUFFIX
			    "\nchangetype: add\nobjectClass: inetOrgPerson\n"
			    "uid: new\ncn: new\nsn: x\n"
			    "mail: new@contoso.example\n\n"
			    "dn: cn=ops,ou=groups," SLAPD_SUFFIX
			    "\nchangetype: modify\nadd: member\n"
			    "member: uid=new,ou=people," SLAPD_SUFFIX "\n");
	configure(*state, stage, BASE("people") ", " BASE("west") ", " BASE("groups"));
	text = planned(*state, stage);
	assert_has(text, " 6 enter, 0 leave, 0 change\n");
	assert_has(text, "  + w1@contoso.example       enters    member of");
	assert_null(strstr(text, "new@contoso.example      enters"));
	assert_has(text, "  + new@contoso.example");
	mem_free(stage);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_base_taken_away_F11),
		TEST(test_base_added_F11),
	};
	AUTO_MEM TALLOC_CTX *ctx = NULL;

	if (stage_is_connector(argc, argv))
		return stage_connector();
	slapd_required();
	ctx = mem_ctx(NULL);
	slapd = slapd_start(ctx, NULL, company(ctx));
	return test_main(tests);
}
