/* SPDX-License-Identifier: MIT */
#include "tests/integration/ldap.h"

#define PEOPLE     "ou=people," SLAPD_SUFFIX
#define ODD        "ou=odd," SLAPD_SUFFIX
#define REFERRAL   "ou=elsewhere," ODD
#define N_PEOPLE   1500
#define LEAVER     0xffff0001u
#define STRANGER   0xffff0002u
#define ODD_PERSON 0xffff0003u

static const char odd_content[] =
	"\n\ndn: ou=leavers," SLAPD_SUFFIX "\n"
	"objectClass: organizationalUnit\n"
	"ou: leavers\n"
	"\n"
	"dn: uid=leaver,ou=leavers," SLAPD_SUFFIX "\n"
	"objectClass: inetOrgPerson\n"
	"uid: leaver\n"
	"cn: Leaver\n"
	"sn: L\n"
	"entryUUID: 00000000-0000-4000-8000-0000ffff0001\n"
	"\n"
	"dn: " ODD "\n"
	"objectClass: organizationalUnit\n"
	"ou: odd\n"
	"\n"
	"dn: cn=alias," ODD "\n"
	"objectClass: alias\n"
	"objectClass: extensibleObject\n"
	"cn: alias\n"
	"aliasedObjectName: uid=u00001," PEOPLE "\n"
	"\n"
	"dn: " REFERRAL "\n"
	"objectClass: referral\n"
	"objectClass: extensibleObject\n"
	"ou: elsewhere\n"
	"ref: ldap://elsewhere.test/" REFERRAL "\n"
	"\n"
	"dn: uid=odd," ODD "\n"
	"objectClass: inetOrgPerson\n"
	"uid: odd\n"
	"cn: Odd\n"
	"cn;lang-fr: Bizarre\n"
	"sn: O\n"
	"jpegPhoto:: AAEC/w==\n"
	"userCertificate;binary::\n"
	" MIIBcDCCARWgAwIBAgIUNLhTL+K3vwcMJHB2rx21vYMBMUMwCgYIKoZIzj0EAwIw\n"
	" DDEKMAgGA1UEAwwBeDAgFw0yNjExMjQwNDAyNTZaGA8yMTI2MTAzMTA0MDI1Nlow\n"
	" DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM7IISMmyjIx\n"
	" bfF6twGDudPqWJv+uU29tGQss9WhNg8UW1duvOC7odAyCwfhvJXTar9k34+JjHVW\n"
	" CxWYFTS8BQmjUzBRMB0GA1UdDgQWBBSkmpvTm/uWIjvnrG2gcEGzBiequzAfBgNV\n"
	" HSMEGDAWgBSkmpvTm/uWIjvnrG2gcEGzBiequzAPBgNVHRMBAf8EBTADAQH/MAoG\n"
	" CCqGSM49BAMCA0kAMEYCIQDboPG19ymxhbBriA1vWbaoFtH4zor08/m0utIgzCgO\n"
	" hwIhAJZDno+iFmPzg0RHVWbLRA/ySMeuYMkSjNVuO9Fr41n6\n"
	"entryUUID: 00000000-0000-4000-8000-0000ffff0003\n";

static struct slapd *slapd;

static void pull_people(TALLOC_CTX *ctx, const char *account, const char *page_size,
			char **lines)
{
	struct process *p;

	assert_ok(ldap_begin(ctx, &p, "url", slapd->ldap, "tls.ca", slapd->ca, "account",
			     account, "base", PEOPLE, "page_size", page_size, NULL));
	assert_ok(ldap_pull(p, lines));
}

static void test_everything_arrives_whole_F28(void **state)
{
	char *lines;

	pull_people(*state, "bridge", "100", &lines);
	assert_int_equal(count_lines(lines, "entry "), N_PEOPLE);
	assert_has(lines, "entry 000000000000400080000000000005dc "
			  "uid=u01500,ou=people,dc=example,dc=com "
			  "cn=Person 1500 mail=u01500@example.com uid=u01500\n");
	assert_has(lines, "fact pages=15\n");
	assert_has(lines, "end complete\n");
	pull_people(*state, "bridge", "10000", &lines);
	assert_int_equal(count_lines(lines, "entry "), N_PEOPLE);
	assert_has(lines, "end complete\n");
}

static void test_limit_on_first_page_is_incomplete_T1_F14(void **state)
{
	char *lines;

	pull_people(*state, "limited", "1000", &lines);
	assert_int_equal(count_lines(lines, "entry "), 500);
	assert_has(lines, "end incomplete search of \"" PEOPLE
			  "\" ended at page 1 after 500 entries: size limit exceeded "
			  "(LDAP 4)");
	assert_has(lines, "limits dn.exact=\"" SLAPD_LIMITED
			  "\" size=unlimited size.prtotal=unlimited");
}

static void test_limit_over_all_pages_is_incomplete_T2_F30(void **state)
{
	char *lines;

	pull_people(*state, "limited", "100", &lines);
	assert_int_equal(count_lines(lines, "entry "), 500);
	assert_has(lines,
		   "ended at page 6 after 500 entries: size limit exceeded (LDAP 4)");
}

static void test_account_that_sees_nothing_F01(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "blind", NULL));
	assert_ok(ldap_probe(p, &lines));
	assert_has(lines, "note finding the account reads the base \"" SLAPD_SUFFIX
			  "\" but no entry below it");
	assert_ok(ldap_pull(p, &lines));
	assert_int_equal(count_lines(lines, "entry "), 0);
}

static void test_probe_says_what_server_and_account_can(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", PEOPLE, NULL));
	assert_ok(ldap_probe(p, &lines));
	assert_has(lines, "fact identity=00000000-0000-4000-8000-0000ffffffff\n");
	assert_has(lines, "fact anchor=entryUUID\n");
	assert_has(lines, "fact vendor=OpenLDAP\n");
	assert_has(lines, "fact account=dn:" SLAPD_BRIDGE "\n");
	assert_has(lines, "fact paging=yes\n");
	assert_has(lines, "fact lookup=yes\n");
	assert_has(lines, "fact deletions=no\n");
	assert_has(lines, "fact tls=TLS1.");
	assert_has(lines, "(OpenLDAP)\n");
	assert_int_equal(count_lines(lines, "note finding"), 0);
	assert_int_equal(count_lines(lines, "entry "), 0);
	assert_ok(ldap_pull(p, &lines));
	assert_int_equal(count_lines(lines, "entry "), N_PEOPLE);
	assert_has(lines, "end complete\n");
}

/* As a shell would run it, the note finds the same entries. */
static void test_search_note_can_be_pasted(void **state)
{
	char *lines, *command, *end;
	FILE *out;
	char count[32] = "";

	pull_people(*state, "bridge", "500", &lines);
	command = strstr(lines, "note search ldapsearch ");
	assert_non_null(command);
	command += strlen("note search ");
	end = strchr(command, '\n');
	command = mem_printf(*state,
			     "LDAPTLS_CACERT=%s %.*s uid 2>/dev/null | grep -c ^dn:",
			     slapd->ca, (int)(end - command), command);
	end = strstr(command, " -W");
	assert_non_null(end);
	memcpy(end, " -y", 3);
	command = mem_printf(*state, "printf bridgepw >'%s/pw'; %.*s '%s/pw' %s",
			     slapd->dir, (int)(end + 3 - command), command, slapd->dir,
			     end + 3);
	out = popen(command, "r");
	assert_non_null(fgets(count, sizeof(count), out));
	pclose(out);
	assert_string_equal(count, "1500\n");
}

static void test_filter_that_matches_nothing_is_said(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", PEOPLE, "filter",
			     "(objectClass=user)", NULL));
	assert_ok(ldap_probe(p, &lines));
	assert_has(lines, "note finding the filter matches no entry of base \"" PEOPLE
			  "\", though there are some: (objectClass=user)\n");
}

static void test_filter_of_a_base_and_its_scope(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", PEOPLE "?one?(uid=u0000*)",
			     "base", SLAPD_SUFFIX "?one", "base",
			     "uid=u00042," PEOPLE "?base", NULL));
	assert_ok(ldap_pull(p, &lines));
	assert_int_equal(count_lines(lines, "entry "), 9 + 1);
	assert_has(lines, "end complete\n");
	assert_err(
		ldap_begin(*state, &p, "url", slapd->ldap, "base", PEOPLE "?tree", NULL),
		ERR_CONFIG, "scope \"tree\" is not sub, one or base");
	assert_err(ldap_begin(*state, &p, "url", slapd->ldap, "base",
			      PEOPLE "?sub?(uid=", NULL),
		   ERR_CONFIG, "base \"" PEOPLE "?sub?(uid=\"");
}

/* Both bases hold the people: each may arrive twice; the run joins them by anchor. */
static void test_bases_that_overlap_T83(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", PEOPLE "?sub?(uid=u00001)",
			     "base", PEOPLE, NULL));
	assert_ok(ldap_pull(p, &lines));
	assert_int_equal(count_lines(lines, "entry "), 1 + N_PEOPLE);
	assert_has(lines, "end complete\n");
}

static void test_base_that_was_renamed_T83(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", PEOPLE, "base",
			     "ou=staff," SLAPD_SUFFIX, NULL));
	assert_err(ldap_pull(p, &lines), ERR_CONFIG,
		   "base \"ou=staff," SLAPD_SUFFIX "\" does not exist");
	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", "ou=staff," SLAPD_SUFFIX,
			     NULL));
	assert_err(ldap_probe(p, &lines), ERR_CONFIG,
		   "The nearest entry that exists is \"" SLAPD_SUFFIX "\"");
}

static void pull_odd(TALLOC_CTX *ctx, const char *ignore, char **lines)
{
	struct process *p;

	assert_ok(ldap_begin(ctx, &p, "url", slapd->ldap, "tls.ca", slapd->ca, "account",
			     "bridge", "base", ODD, "filter",
			     "(|(objectClass=inetOrgPerson)(objectClass=alias))",
			     "referrals.ignore", ignore, "attributes",
			     "cn jpegphoto usercertificate", NULL));
	assert_ok(ldap_pull(p, lines));
}

static void test_alias_and_referral_are_no_people_T84(void **state)
{
	char *lines;

	pull_odd(*state, "ou=other," SLAPD_SUFFIX, &lines);
	assert_int_equal(count_lines(lines, "entry "), 1);
	assert_has(lines, "note record \"cn=alias," ODD "\" is an alias entry");
	assert_has(lines,
		   "note finding a part of base \"" ODD "\" lies on another server");
	assert_has(lines,
		   "end incomplete a part of base \"" ODD "\" lies on another server: "
		   "\"ldap://elsewhere.test/" REFERRAL);
	assert_has(lines, "list it in referrals.ignore");
}

static void test_known_referral_leaves_the_pull_whole_T84(void **state)
{
	char *lines;

	pull_odd(*state, "OU=elsewhere, ou=odd,dc=example,dc=com", &lines);
	assert_has(lines, "note info reference to \"ldap://elsewhere.test/" REFERRAL);
	assert_has(lines, "end complete\n");
}

static void test_options_are_kept_apart_T69(void **state)
{
	char *lines;

	pull_odd(*state, REFERRAL, &lines);
	assert_has(lines, "uid=odd," ODD
			  " cn=Odd cn;lang-fr=Bizarre jpegphoto=\\x00\\x01\\x02\\xff "
			  "usercertificate;binary=0\\x82");
}

static void test_lookup_inside_outside_and_unknown(void **state)
{
	struct value anchors[120];
	struct process *p;
	char *lines;

	for (unsigned i = 0; i < 117; i++)
		anchors[i] = ldap_anchor(*state, 117 - i);
	anchors[117] = ldap_anchor(*state, LEAVER);
	anchors[118] = ldap_anchor(*state, STRANGER);
	anchors[119] = ldap_anchor(*state, 1000);
	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", PEOPLE, "filter",
			     "(uid=u00001)", NULL));
	assert_ok(ldap_lookup(p, anchors, 120, &lines));
	assert_int_equal(count_lines(lines, "entry "), 118);
	assert_has(lines,
		   "\nentry 00000000000040008000000000000001 uid=u00001,ou=people,"
		   "dc=example,dc=com cn=Person 1 mail=u00001@example.com uid=u00001\n"
		   "left 000000000000400080000000ffff0001\n"
		   "unknown 000000000000400080000000ffff0002\n"
		   "entry 000000000000400080000000000003e8 ");
	assert_memory_equal(lines, "entry 00000000000040008000000000000075 uid=u00117",
			    49);
	assert_has(lines, "end complete\n");
}

/* What a base's own filter leaves out is outside. */
static void test_lookup_heeds_the_filter_of_a_base(void **state)
{
	struct value anchors[2] = { ldap_anchor(*state, 1), ldap_anchor(*state, 2) };
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base",
			     SLAPD_SUFFIX "?sub?(uid=u00002)", NULL));
	assert_ok(ldap_lookup(p, anchors, 2, &lines));
	assert_has(lines, "left 00000000000040008000000000000001\nentry ");
}

static void test_lookup_that_fails_is_an_error_F07(void **state)
{
	struct value anchor = ldap_anchor(*state, 1);
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "base", "ou=staff," SLAPD_SUFFIX,
			     NULL));
	assert_err(ldap_lookup(p, &anchor, 1, &lines), ERR_CONFIG,
		   "base \"ou=staff," SLAPD_SUFFIX "\" does not exist");
	assert_int_equal(count_lines(lines, "unknown"), 0);
}

static void test_pinned_kind_of_anchor(void **state)
{
	struct process *p;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "anchor", "entryUUID", NULL));
	assert_err(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			      "account", "bridge", "anchor", "objectGUID", NULL),
		   ERR_CONFIG, "is pinned to objectGUID, but");
}

static void test_filter_that_is_none(void **state)
{
	struct process *p;
	char *lines;

	assert_ok(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			     "account", "bridge", "filter", "(uid=u00001", NULL));
	assert_err(ldap_pull(p, &lines), ERR_CONFIG,
		   "filter \"(uid=u00001\" cannot be sent");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_everything_arrives_whole_F28),
		TEST(test_limit_on_first_page_is_incomplete_T1_F14),
		TEST(test_limit_over_all_pages_is_incomplete_T2_F30),
		TEST(test_account_that_sees_nothing_F01),
		TEST(test_probe_says_what_server_and_account_can),
		TEST(test_search_note_can_be_pasted),
		TEST(test_filter_that_matches_nothing_is_said),
		TEST(test_filter_of_a_base_and_its_scope),
		TEST(test_bases_that_overlap_T83),
		TEST(test_base_that_was_renamed_T83),
		TEST(test_alias_and_referral_are_no_people_T84),
		TEST(test_known_referral_leaves_the_pull_whole_T84),
		TEST(test_options_are_kept_apart_T69),
		TEST(test_lookup_inside_outside_and_unknown),
		TEST(test_lookup_heeds_the_filter_of_a_base),
		TEST(test_lookup_that_fails_is_an_error_F07),
		TEST(test_pinned_kind_of_anchor),
		TEST(test_filter_that_is_none),
	};
	AUTO_MEM TALLOC_CTX *ctx = NULL;

	ldap_test_start(argc, argv);
	ctx = mem_ctx(NULL);
	slapd = slapd_start(
		ctx, NULL,
		mem_printf(ctx, "%s%s", ldap_people(ctx, N_PEOPLE), odd_content));
	return test_main(tests);
}
