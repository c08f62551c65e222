/* SPDX-License-Identifier: MIT */
#include "tests/ldap_script.h"
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static char *pull(TALLOC_CTX *ctx, const char *script)
{
	return ldap_script_pull(ctx, script, NULL);
}

static void test_entry_without_anchor_is_named(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" entry cn=a," BASE "\n"
					" cn: a\n"
					" entry cn=b," BASE "\n"
					" entryUUID: no uuid\n" PERSON(1) " page\n"
									  " done 0\n");

	assert_has(lines,
		   "note record \"cn=a," BASE "\" has no readable entryUUID\n"
		   "note record \"cn=b," BASE "\" has no readable entryUUID\n" ENTRY(1));
	assert_has(lines, "end \"cn=a," BASE "\" has no readable entryUUID; the account "
			  "needs the right to read it\n");
}

static void test_attributes_not_asked_for_are_dropped(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n" PERSON(1) " CN;lang-fr: q\n"
								      " memberOf: x\n"
								      " Mail: \\00\\ff\n"
								      " member:\n"
								      " page\n"
								      " done 0\n");

	assert_has(lines, "cn=p1 cn;lang-fr=q mail=\\x00\\xff member\n");
}

static void test_references_of_active_directory_T96(void **state)
{
	char *lines = pull(
		*state, AD_ROOT
		"search " BASE "\n"
		" ref ldap://ForestDnsZones.example.test/DC=ForestDnsZones," BASE "\n"
		" ref ldap://DomainDnsZones.example.test/DC=DomainDnsZones," BASE "\n"
		" ref ldap://example.test/CN=Configuration," BASE "\n"
		" ref ldap://child.example.test/DC=child," BASE "\n"
		" page\n"
		" done 0\n");

	assert_has(lines, "note finding the domain \"DC=child," BASE
			  "\" is not covered by this source\n");
	assert_has(lines, FACTS(1, 0, 4) "end complete\n");
	lines = pull(*state, AD_ROOT "search " BASE "\n"
				     " ref ldap://other.test/ou=sales," BASE "\n"
				     " page\n"
				     " done 0\n");
	assert_has(lines, "end a part of base \"" BASE "\" lies on another server");
}

static void test_reference_is_not_followed_T75(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	struct pollfd attacker = { .fd = socket(AF_INET, SOCK_STREAM, 0),
				   .events = POLLIN };
	char *lines;

	assert_int_equal(bind(attacker.fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(attacker.fd, 1), 0);
	assert_int_equal(getsockname(attacker.fd, (struct sockaddr *)&address, &size), 0);
	lines = pull(*state, mem_printf(*state,
					ROOT "search " BASE "\n"
					     "ref ldap://127.0.0.1:%d/ou=x," BASE "\n"
					     "page\n"
					     "done 0\n",
					ntohs(address.sin_port)));
	assert_has(lines,
		   "note finding a part of base \"" BASE "\" lies on another server");
	assert_int_equal(poll(&attacker, 1, 100), 0);
	close(attacker.fd);
}

static void test_unknown_messages_are_passed_over_T47(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" intermediate\n" PERSON(1) " intermediate\n"
								    " page\n"
								    " done 0\n");

	assert_string_equal(lines, ENTRY(1) "fact base=1 " BASE
					    "\n" FACTS(1, 0, 0) "end complete\n");
}

static void test_malformed_messages_are_errors_T93(void **state)
{
	static const char *const messages[] = {
		"30847fffffff020102",     /* 2 GiB */
		"3084ffffffff020102",     /* a negative length */
		"3085010000000002010264", /* a length of five bytes */
		"3080020102",             /* no length at all */
		"300c02010264070405616263",
		"300902010464040402616230",
	};

	for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
		struct err *err = ldap_script_failing_pull(
			*state,
			mem_printf(*state, ROOT "search " BASE "\n raw %s\n hang up\n",
				   messages[i]));

		assert_non_null(err);
		err_free(err);
	}
}

/* RFC 4511 4.4.1 */
static void test_notice_of_disconnection(void **state)
{
	assert_err(
		ldap_script_failing_pull(
			*state,
			ROOT "search " BASE "\n" PERSON(
				1) " raw "
				   "3024020100781f0a0134040004008a16312e332e362e312e342e"
				   "312e313436362e3230303336\n"
				   " hang up\n"),
		ERR_LATER, "server \"ldap://127.0.0.1:");
}

static void test_refused_bind_says_why(void **state)
{
	static const struct {
		const char *done;
		enum err_class class;
		const char *text;
	} cases[] = {
		{ "49", ERR_CONFIG,
		  "password of \"cn=svc," BASE "\" refused by \"ldap://" },
		{ "49 80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext "
		  "error, data 52e, v3839",
		  ERR_CONFIG, "the account or its password is wrong; " },
		{ "49 AcceptSecurityContext error, data 532, v1", ERR_CONFIG,
		  "its password has expired; " },
		{ "49 AcceptSecurityContext error, data 533, v1", ERR_CONFIG,
		  "the account is disabled; " },
		{ "49 AcceptSecurityContext error, data 775, v1", ERR_CONFIG,
		  "the account is locked; " },
		{ "8 Transport encryption required.", ERR_CONFIG, "only over TLS" },
		{ "13", ERR_CONFIG, "only over TLS" },
		{ "51", ERR_LATER, "cannot bind: server \"ldap://" },
		{ "52", ERR_LATER, "cannot bind: server \"ldap://" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct direct *d;

		setenv("DIRBRIDGE_TEST_PASSWORD", "x", 1);
		assert_err(ldap_script_begin(
				   *state, &d,
				   mem_printf(*state, "bind\ndone %s\n", cases[i].done),
				   "bind.dn", "cn=svc," BASE, "bind.password",
				   "env:DIRBRIDGE_TEST_PASSWORD", NULL),
			   cases[i].class, cases[i].text);
	}
}

static void test_refused_start_tls_does_not_go_on_in_clear_text(void **state)
{
	struct direct *d;

	assert_err(ldap_script_begin(*state, &d, "extended\ndone 2 unsupported\n" ROOT,
				     "tls.mode", "start", NULL),
		   ERR_CONFIG, "refuses StartTLS");
}

static void test_anchor_of_the_kind_of_server_T91(void **state)
{
	static const struct {
		const char *root, *kind, *vendor;
	} cases[] = {
		{ AD_ROOT, "objectGUID", "Active Directory" },
		{ ROOT, "entryUUID", "OpenLDAP" },
		{ "search \"\"\n done 50\n", "entryUUID", "unknown" },
		{ "search \"\"\n entry\n vendorVersion: 389-Directory/2.3.1 B1\n done "
		  "0\n",
		  "nsUniqueId", "389-Directory/2.3.1 B1" },
		{ "search \"\"\n entry\n vendorName: Samba Team (https://samba.org)\n"
		  " supportedCapabilities: 1.2.840.113556.1.4.800\n done 0\n",
		  "objectGUID", "Samba Active Directory" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct direct *d;
		char *lines;

		assert_ok(ldap_script_begin(
			*state, &d,
			mem_printf(*state,
				   "%ssearch " BASE "\n" PERSON(1) "done 0\n"
								   "extended\n done 2\n",
				   cases[i].root),
			NULL));
		assert_ok(d->connector->probe(d->session, d->sink));
		lines = direct_items(d);
		assert_has(lines, mem_printf(*state, "fact anchor=%s\n", cases[i].kind));
		assert_has(lines,
			   mem_printf(*state, "fact vendor=%s\n", cases[i].vendor));
		assert_has(lines, "fact account=anonymous\n");
		assert_has(lines, "fact paging=no\n");
	}
}

static void test_identity_of_a_domain_is_that_of_its_root(void **state)
{
	struct direct *d;

	assert_ok(ldap_script_begin(
		*state, &d,
		AD_ROOT
		"search " BASE "\n entry " BASE "\n"
		" objectGUID: "
		"\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\n"
		" done 0\n"
		"extended\n done 2\n",
		NULL));
	assert_ok(d->connector->probe(d->session, d->sink));
	assert_has(direct_items(d),
		   "fact identity=04030201-0605-0807-090a-0b0c0d0e0f10\n");
}

static void test_lookup_error_is_no_answer_F07(void **state)
{
	struct value anchor = { "\0\0\0\0\0\0\x40\0\x80\0\0\0\0\0\0\x01", 16 };
	struct direct *d;

	assert_ok(
		ldap_script_begin(*state, &d, ROOT "search " BASE "\n done 51\n", NULL));
	assert_err(d->connector->lookup(d->session, &anchor, 1, d->sink), ERR_LATER,
		   "lookup in \"" BASE "\": server \"ldap://");
	assert_string_equal(direct_items(d), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_entry_without_anchor_is_named),
		TEST(test_attributes_not_asked_for_are_dropped),
		TEST(test_references_of_active_directory_T96),
		TEST(test_reference_is_not_followed_T75),
		TEST(test_unknown_messages_are_passed_over_T47),
		TEST(test_malformed_messages_are_errors_T93),
		TEST(test_notice_of_disconnection),
		TEST(test_refused_bind_says_why),
		TEST(test_refused_start_tls_does_not_go_on_in_clear_text),
		TEST(test_anchor_of_the_kind_of_server_T91),
		TEST(test_identity_of_a_domain_is_that_of_its_root),
		TEST(test_lookup_error_is_no_answer_F07),
	};

	return test_main(tests);
}
