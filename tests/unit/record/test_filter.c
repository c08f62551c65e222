/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/record/filter.h"
#include "tests/test.h"

static struct entry *sample(TALLOC_CTX *ctx)
{
	static const char *const values[][2] = {
		{ "objectClass", "top" },
		{ "objectClass", "inetOrgPerson" },
		{ "cn", "Ada  Lovelace" },
		{ "cn;lang-fr;x-old", "Comtesse" },
		{ "cn-x", "decoy" },
		{ "sn", "M\xC3\xBCller" },
		{ "sAMAccountName", "Ada" },
		{ "userAccountControl", "514" },
		{ "groupType", "-2147483646" },
		{ "uidNumber", "1000" },
		{ "expires", "20261124090000Z" },
		{ "memberUid", "Ada" },
		{ "memberOf", "CN=Backup\\, Ops,DC=x" },
		{ "uniqueMember", "uid=b,dc=x#'01'B" },
		{ "objectCategory", "CN=Person,CN=Schema,CN=Configuration,DC=x" },
		{ "description", "* (star) \\ back" },
		{ "empty", "" },
	};
	struct entry_builder *b = entry_builder_new(ctx);
	struct entry *entry;

	entry_begin(b, "id", 2, "uid=ada,dc=x", 12);
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		entry_add(b, values[i][0], strlen(values[i][0]), values[i][1],
			  strlen(values[i][1]));
	entry_add(b, "bytes", 5, "a\0b", 3);
	entry_add(b, "photo", 5, "\xFF\xD8", 2);
	assert_ok(entry_finish(b, ctx, &entry));
	return entry;
}

static void check(TALLOC_CTX *ctx, const char *const *texts, size_t n, bool expected)
{
	const struct entry *entry = sample(ctx);
	struct filter *filter, *again;

	for (size_t i = 0; i < n; i++) {
		assert_ok(filter_parse(ctx, texts[i], &filter));
		if (filter_match(filter, entry) != expected)
			fail_msg("%s", texts[i]);
		/* What it is written as means the same and is written so again. */
		assert_ok(filter_parse(ctx, filter_text(filter), &again));
		assert_int_equal(filter_match(again, entry), expected);
		assert_string_equal(filter_text(again), filter_text(filter));
	}
}

static void test_matches(void **state)
{
	static const char *const texts[] = {
		"(objectClass=inetorgperson)",
		"(cn=ada lovelace)",
		"(cn= ADA LOVELACE )",
		"(cn~=ada lovelace)",
		"(cn=*)",
		"(cn=**)",
		"(cn=ada*)",
		"(cn=*lace)",
		"(cn=a*a*l*e)",
		"(cn=ada *)",
		"(cn=* love*)",
		"(cn=* *)",
		"(empty=)",
		"(empty=*)",
		"(&)",
		"(!(|))",
		"(!(missing=x))",
		"(!(missing=*))",
		"(&(cn=ada*)(|(sn=x)(!(sn=y))))",
		" ( & (cn=ada*)\n\t(sn=*) ) ",
		"(uidNumber>=999)",
		"(uidNumber<=1000)",
		"(uidnumber>=-5)",
		"(expires>=20261124085959Z)",
		"(expires<=20261124100000+0100)",
		"(sn>=mulla)",
		"(description=\\2a*\\28star\\29*\\5c*)",
	};

	check(*state, texts, ARRAY_LEN(texts), true);
}

static void test_does_not_match(void **state)
{
	static const char *const texts[] = {
		"(cn=ada)",
		"(cn=adalovelace)",
		"(cn=decoy)",
		"(cn=*ada)",
		"(cn=lovelace*)",
		"(cn=ada lovelace*lovelace)",
		"(cn=*ace*ada*)",
		"(cn=*lace*e)",
		"(missing=*)",
		"(missing=x)",
		"(missing>=0)",
		"(!(cn=*))",
		"(|)",
		"(!(&))",
		"(&(cn=*)(missing=*))",
		"(|(missing=*)(sn=x))",
		"(uidNumber>=1001)",
		"(uidNumber<=999)",
		"(expires>=20261124090001Z)",
		"(empty=x)",
		"(cn=* lace)",
	};

	check(*state, texts, ARRAY_LEN(texts), false);
}

static void test_F53_names_without_regard_to_case(void **state)
{
	static const char *const texts[] = {
		"(samaccountname=ada)",
		"(sAMAccountName=ADA)",
		"(SAMACCOUNTNAME=*)",
		"(CN;LANG-FR=comtesse)",
	};

	check(*state, texts, ARRAY_LEN(texts), true);
}

static void test_T69_options(void **state)
{
	static const char *const yes[] = {
		"(cn=comtesse)",
		"(cn;lang-fr=comtesse)",
		"(cn;x-old;lang-fr=comtesse)",
	};
	static const char *const no[] = {
		"(cn;lang-fr=ada lovelace)",
		"(cn;lang-de=*)",
		"(cn;lang=*)",
		"(cn;lang-fr;x=*)",
	};

	check(*state, yes, ARRAY_LEN(yes), true);
	check(*state, no, ARRAY_LEN(no), false);
}

static void test_F55_unicode_values(void **state)
{
	static const char *const yes[] = {
		"(sn=m\xC3\xBCller)",           "(sn=M\\c3\\9Cller)",
		"(sn=Mu\xCC\x88ller)",          "(sn=M\xC3\xBC*)",
		"(sn:2.5.13.5:=M\xC3\xBCller)", "(sn:caseExactMatch:=M\xC3\xBCller)",
	};
	static const char *const no[] = {
		"(sn=muller)",
		"(sn=mueller)",
		"(sn:2.5.13.5:=m\xC3\xBCller)",
	};

	check(*state, yes, ARRAY_LEN(yes), true);
	check(*state, no, ARRAY_LEN(no), false);
}

static void test_T68_bytes(void **state)
{
	static const char *const yes[] = { "(bytes=a\\00b)", "(photo=\\ff\\d8)" };
	static const char *const no[] = { "(bytes=a)", "(photo=\\ff)",
					  "(photo=\xC3\xBF)" };

	check(*state, yes, ARRAY_LEN(yes), true);
	check(*state, no, ARRAY_LEN(no), false);
}

static void test_values_by_syntax(void **state)
{
	static const char *const yes[] = {
		"(memberUid=Ada)",
		"(memberUid=A*a)",
		"(memberOf=cn=backup\\5c2C ops, dc=X)",
		"(memberof=*ops*)",
		"(uniqueMember=UID=B,DC=X)",
		"(uniqueMember=uid=b,dc=x#'11'B)",
		"(objectCategory=person)",
		"(objectCategory=user)",
		"(objectCategory=cn=person,cn=schema,cn=configuration,dc=x)",
	};
	static const char *const no[] = {
		"(memberUid=ada)",           "(memberUid=a*)",
		"(memberOf=cn=backup,dc=x)", "(memberOf=backup)",
		"(objectCategory=computer)", "(objectCategory=cn=person,dc=x)",
	};

	check(*state, yes, ARRAY_LEN(yes), true);
	check(*state, no, ARRAY_LEN(no), false);
}

static void test_bit_rules(void **state)
{
	static const char *const yes[] = {
		"(userAccountControl:1.2.840.113556.1.4.803:=2)",
		"(userAccountControl:1.2.840.113556.1.4.803:=514)",
		"(userAccountControl:1.2.840.113556.1.4.804:=3)",
		"(groupType:1.2.840.113556.1.4.803:=2147483648)",
		"(groupType:1.2.840.113556.1.4.803:=-2147483646)",
		"(cn:=ada lovelace)",
	};
	static const char *const no[] = {
		"(userAccountControl:1.2.840.113556.1.4.803:=3)",
		"(userAccountControl:1.2.840.113556.1.4.804:=5)",
		"(cn:1.2.840.113556.1.4.803:=1)",
	};

	check(*state, yes, ARRAY_LEN(yes), true);
	check(*state, no, ARRAY_LEN(no), false);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} bad[] = {
		{ "", "position 1: \"(\" is missing" },
		{ "cn=a", "position 1: \"(\" is missing" },
		{ "(cn=a", "position 6: \")\" is missing" },
		{ "(cn=a))", "position 7: more follows" },
		{ "(cn=a)(cn=b)", "position 7: more follows" },
		{ "()", "position 2: an attribute is missing" },
		{ "(=a)", "an attribute is missing" },
		{ "(-x=a)", "an attribute is missing" },
		{ "(cn)", "position 4: an operator" },
		{ "(cn =a)", "an operator" },
		{ "(cn>a)", "an operator" },
		{ "(!)", "exactly one" },
		{ "(!(a=b)(c=d))", "exactly one" },
		{ "(&(a=b)c)", "position 8: \")\" is missing" },
		{ "(cn=a(b)", "written \"\\28\"" },
		{ "(cn=a\\)", "written \"\\5c\"" },
		{ "(cn=a\\4)", "written \"\\5c\"" },
		{ "(cn=\\", "written \"\\5c\"" },
		{ "(cn>=a*)", "written \"\\2a\"" },
		{ "(2.5.4.3=a)", "instead of its number" },
		{ "(anr=ada)", "not supported" },
		{ "(memberOf:1.2.840.113556.1.4.1941:=cn=a)", "not supported" },
		{ "(cn:dn:=a)", "not supported" },
		{ "(:2.5.13.5:=a)", "an attribute is missing" },
		{ "(uac:1.2.840.113556.1.4.803:=x)", "whole number" },
		{ "(uac:1.2.840.113556.1.4.803:=9223372036854775808)", "whole number" },
	};
	struct filter *filter;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_err(filter_parse(*state, bad[i].text, &filter), ERR_CONFIG,
			   bad[i].error);
}

static const char *nested(TALLOC_CTX *ctx, int depth)
{
	struct str *s = str_new(ctx);

	for (int i = 1; i < depth; i++)
		str_add(s, "(!");
	str_add(s, "(a=b)");
	for (int i = 1; i < depth; i++)
		str_add(s, ")");
	return str_take(ctx, s);
}

static void test_depth_has_a_limit(void **state)
{
	struct filter *filter;

	assert_ok(filter_parse(*state, nested(*state, 64), &filter));
	assert_err(filter_parse(*state, nested(*state, 65), &filter), ERR_CONFIG,
		   "too deeply");
	assert_err(filter_parse(*state, nested(*state, 100000), &filter), ERR_CONFIG,
		   "too deeply");
}

static void collect(const char *name, void *data)
{
	str_addf(data, "%s ", name);
}

static void test_text_and_attributes(void **state)
{
	struct str *names = str_new(*state);
	struct filter *filter;

	assert_ok(filter_parse(*state,
			       " ( & (CN;Lang-FR=A\\2A*\\42*) (!(Sn:=\\ff\\0a)) (| (a=*) "
			       "(b>=1)(c:caseExactMatch:=\xC3\xBC)))",
			       &filter));
	assert_string_equal(filter_text(filter),
			    "(&(cn;lang-fr=A\\2a*B*)(!(sn=\\ff\\0a))(|(a=*)(b>=1)"
			    "(c:2.5.13.5:=\xC3\xBC)))");
	filter_attributes(filter, collect, names);
	assert_string_equal(names->text, "cn sn a b c ");
}

static void test_question_excludes_no_class_in_an_and(void **state)
{
	static const char *const questions[][2] = {
		{ "(&(a=b)(!(objectClass=c))(!(d=e)))", "(&(a=b)(!(d=e)))" },
		{ "(|(&(a=b)(!(OBJECTCLASS=c)))(!(objectClass=d)))",
		  "(|(&(a=b))(!(objectclass=d)))" },
		{ "(&(!(objectClass=c)))", "(&(objectclass=*))" },
		{ "(!(&(a=b)(!(objectClass=c))))", "(!(&(a=b)(!(objectclass=c))))" },
	};
	struct filter *filter;

	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		assert_ok(filter_parse(*state, questions[i][0], &filter));
		assert_string_equal(filter_question(filter), questions[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_matches),
		TEST(test_does_not_match),
		TEST(test_F53_names_without_regard_to_case),
		TEST(test_T69_options),
		TEST(test_F55_unicode_values),
		TEST(test_T68_bytes),
		TEST(test_values_by_syntax),
		TEST(test_bit_rules),
		TEST(test_refused),
		TEST(test_depth_has_a_limit),
		TEST(test_text_and_attributes),
		TEST(test_question_excludes_no_class_in_an_and),
	};
	return test_main(tests);
}
