/* SPDX-License-Identifier: MIT */
#include "tests/connector.h"
#include "tests/ldap_fake.h"
#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BASE "dc=example,dc=test"

#define ROOT                                                                             \
	"search \"\"\n"                                                                  \
	"  entry\n"                                                                      \
	"  namingContexts: " BASE "\n"                                                   \
	"  objectClass: OpenLDAProotDSE\n"                                               \
	"  done 0\n"

#define AD_ROOT                                                                          \
	"search \"\"\n"                                                                  \
	"  entry\n"                                                                      \
	"  namingContexts: " BASE "\n"                                                   \
	"  namingContexts: CN=Configuration," BASE "\n"                                  \
	"  supportedCapabilities: 1.2.840.113556.1.4.800\n"                              \
	"  done 0\n"

#define PERSON(n)                                                                        \
	"  entry cn=p" #n "," BASE "\n"                                                  \
	"  objectClass: person\n"                                                        \
	"  cn: p" #n "\n"                                                                \
	"  entryUUID: 00000000-0000-4000-8000-00000000000" #n "\n"

#define ENTRY(n)                                                                         \
	"entry 0000000000004000800000000000000" #n " cn=p" #n "," BASE " cn=p" #n "\n"

static struct request request_to(TALLOC_CTX *ctx, const char *url)
{
	static const char *const attributes[] = { "cn", "mail", "member", NULL };
	struct settings *s = settings_new(ctx, connector_settings("ldap"));

	assert_ok(settings_set(s, "url", url));
	assert_ok(settings_set(s, "base", BASE));
	assert_ok(settings_set(s, "tls.mode", "none"));
	assert_ok(settings_set(s, "timeout.answer", "5s"));
	return (struct request){ .settings = s,
				 .filter = "(cn=*)",
				 .attributes = attributes };
}

static struct err *begin(TALLOC_CTX *ctx, const char *script, struct direct **d)
{
	struct ldap_fake *fake = ldap_fake_start(ctx, script);
	struct request request = request_to(ctx, fake->url);

	return direct_open(ctx, "ldap", mem_dup(ctx, &request, sizeof(request)), d);
}

/* What a pull says, without the notes that show the search. */
static char *pull(TALLOC_CTX *ctx, const char *script)
{
	struct direct *d;
	char *lines, *note;

	assert_ok(begin(ctx, script, &d));
	assert_ok(direct_pull(d, &lines));
	while ((note = strstr(lines, "note search ")) != NULL) {
		char *next = strchr(note, '\n') + 1;

		memmove(note, next, strlen(next) + 1);
	}
	return lines;
}

static struct err *failing_pull(TALLOC_CTX *ctx, const char *script)
{
	struct direct *d;
	char *lines;
	struct err *err = begin(ctx, script, &d);

	return err != NULL ? err : direct_pull(d, &lines);
}

#define FACTS(pages, ranges, references)                                                 \
	"fact pages=" #pages "\nfact ranges=" #ranges "\nfact references=" #references   \
	"\n"

#define assert_has(text, part)                                                           \
	do {                                                                             \
		if (strstr(text, part) == NULL) {                                        \
			fprintf(stderr, "\"%s\" is not in:\n%s\n", part, text);          \
			fail();                                                          \
		}                                                                        \
	} while (0)

static void test_pages_until_the_cookie_is_empty(void **state)
{
	char *lines = pull(*state, ROOT
			   "search " BASE "\n"
			   " first\n" PERSON(1) " page c1\n"
						" done 0\n"
						"search " BASE "\n"
						" cookie c1\n"
						" page c2\n" /* an empty page */
						" done 0\n"
						"search " BASE "\n"
						" cookie c2\n" PERSON(2) " page\n"
									 " done 0\n");

	assert_string_equal(lines, ENTRY(1) "page\npage\n" ENTRY(2)
					   FACTS(3, 0, 0) "end complete\n");
}

static void test_server_without_paging_F27(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" once\n"
					" done 12\n"
					"search " BASE "\n" PERSON(1) " done 0\n");

	assert_has(lines, "note info server \"ldap://127.0.0.1:");
	assert_has(lines, "does not page\npage\n" ENTRY(1));
	assert_has(lines, "end complete\n");
}

static void test_reply_without_the_control_T10(void **state)
{
	struct str *script = str_new(*state);
	char *lines = pull(*state, ROOT "search " BASE "\n" PERSON(1) " done 0\n");

	assert_has(lines, "end complete\n");
	str_add(script, ROOT "search " BASE "\n");
	for (int i = 0; i < 500; i++)
		str_addf(script,
			 "entry cn=%d," BASE "\n"
			 "entryUUID: 00000000-0000-4000-8000-00000000%04d\n",
			 i, i);
	str_add(script, "done 0\n");
	lines = pull(*state, script->text);
	assert_has(lines, "does not page and sent exactly 500 entries of \"" BASE
			  "\", which looks like a limit");
}

static void test_limit_with_a_cookie_ends_it_F29(void **state)
{
	char *lines = pull(*state, ROOT "search " BASE "\n"
					" first\n" PERSON(1) " page c1\n"
							     " done 4\n");

	assert_string_equal(
		lines,
		ENTRY(1) FACTS(
			1, 0, 0) "end search of \"" BASE "\" ended at page 1 after 1 "
				 "entries: size limit exceeded (LDAP 4); the directory's "
				 "administrator must lift it for this account (OpenLDAP: "
				 "limits dn.exact=\"...\" size=unlimited "
				 "size.prtotal=unlimited)\n");
}

static void test_advice_fits_code_and_server(void **state)
{
	static const struct {
		const char *root, *done, *advice;
	} cases[] = {
		{ ROOT, "3",
		  "time limit exceeded (LDAP 3); the directory's administrator "
		  "must lift it for this account (OpenLDAP: limits "
		  "dn.exact=\"...\" time=unlimited)" },
		{ ROOT, "11 illegal pagedResults page size", "set a smaller page_size" },
		{ AD_ROOT, "11", "see the LDAP policies of the domain controller" },
		{ ROOT, "10", "referral (LDAP 10); the rest lies on another server" },
		{ "search \"\"\n entry\n vendorVersion: 389-Directory/2.3.1\n done 0\n",
		  "11", "nsSizeLimit, nsTimeLimit and nsLookThroughLimit to -1" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_has(pull(*state, mem_printf(*state, "%ssearch " BASE "\ndone %s\n",
						   cases[i].root, cases[i].done)),
			   cases[i].advice);
}

static void test_busy_in_the_middle_is_for_later_T5(void **state)
{
	assert_err(failing_pull(*state, ROOT "search " BASE "\n"
					     " first\n" PERSON(1) " page c1\n"
								  " done 0\n"
								  "search " BASE "\n"
								  " done 51 later\n"),
		   ERR_LATER, "page 2 of \"" BASE "\": server \"ldap://127.0.0.1:");
}

static void test_lost_place_begins_again_once_T11_T95(void **state)
{
	char *lines = pull(*state, ROOT
			   "search " BASE "\n"
			   " first\n" PERSON(1) " page c1\n"
						" done 0\n"
						"search " BASE "\n"
						" cookie c1\n"
						" once\n"
						" done 53\n"
						"search " BASE "\n"
						" cookie c1\n" PERSON(2) " page\n"
									 " done 0\n");

	assert_has(lines, "lost its place at page 2 of \"" BASE "\"; begun again\n");
	assert_has(lines, ENTRY(1) "page\n" ENTRY(2));
	assert_has(lines, "end complete\n");
	assert_err(
		failing_pull(*state, ROOT
			     "search " BASE "\n"
			     " first\n" PERSON(1) " page c1\n"
						  " done 0\n"
						  "search " BASE "\n"
						  " done 53 cookie is invalid or old\n"),
		ERR_INCOMPLETE, "cookie is invalid or old");
}

/* Moved away while the pages were read. */
static void test_entry_outside_the_base_has_left_T8(void **state)
{
	char *lines =
		pull(*state, ROOT "search " BASE "\n"
				  " entry cn=a,dc=other\n"
				  " entryUUID: 00000000-0000-4000-8000-000000000001\n"
				  " entry cn=b,x\\,dc=example,dc=test\n"
				  " entryUUID: 00000000-0000-4000-8000-000000000002\n"
				  " entry cn=c, DC = Example, dc=test\n"
				  " entryUUID: 00000000-0000-4000-8000-000000000003\n"
				  " page\n"
				  " done 0\n");

	assert_has(lines, "left 00000000000040008000000000000001\n"
			  "left 00000000000040008000000000000002\n"
			  "entry 00000000000040008000000000000003 cn=c, DC = Example");
	assert_has(lines, "end complete\n");
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

	assert_string_equal(lines, ENTRY(1) FACTS(1, 0, 0) "end complete\n");
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
		struct err *err = failing_pull(
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
		failing_pull(
			*state,
			ROOT "search " BASE "\n" PERSON(
				1) " raw "
				   "3024020100781f0a0134040004008a16312e332e362e312e342e"
				   "312e313436362e3230303336\n"
				   " hang up\n"),
		ERR_LATER, "server \"ldap://127.0.0.1:");
}

static void set_account(struct request *request)
{
	struct settings *s;

	memcpy(&s, &request->settings, sizeof(s));
	setenv("DIRBRIDGE_TEST_PASSWORD", "x", 1);
	assert_ok(settings_set(s, "bind.dn", "cn=svc," BASE));
	assert_ok(settings_set(s, "bind.password", "env:DIRBRIDGE_TEST_PASSWORD"));
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
		struct ldap_fake *fake = ldap_fake_start(
			*state, mem_printf(*state, "bind\ndone %s\n", cases[i].done));
		struct request request = request_to(*state, fake->url);
		struct direct *d;

		set_account(&request);
		assert_err(direct_open(*state, "ldap", &request, &d), cases[i].class,
			   cases[i].text);
		mem_free(fake);
	}
}

static void test_refused_start_tls_does_not_go_on_in_clear_text(void **state)
{
	struct ldap_fake *fake =
		ldap_fake_start(*state, "extended\ndone 2 unsupported\n" ROOT);
	struct request request = request_to(*state, fake->url);
	struct settings *s;
	struct direct *d;

	memcpy(&s, &request.settings, sizeof(s));
	assert_ok(settings_set(s, "tls.mode", "start"));
	assert_err(direct_open(*state, "ldap", &request, &d), ERR_CONFIG,
		   "refuses StartTLS");
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

		assert_ok(begin(*state,
				mem_printf(*state,
					   "%ssearch " BASE
					   "\n" PERSON(1) "done 0\n"
							  "extended\n done 2\n",
					   cases[i].root),
				&d));
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

	assert_ok(
		begin(*state,
		      AD_ROOT
		      "search " BASE "\n entry " BASE "\n"
		      " objectGUID: "
		      "\\01\\02\\03\\04\\05\\06\\07\\08\\09\\0a\\0b\\0c\\0d\\0e\\0f\\10\n"
		      " done 0\n"
		      "extended\n done 2\n",
		      &d));
	assert_ok(d->connector->probe(d->session, d->sink));
	assert_has(direct_items(d),
		   "fact identity=04030201-0605-0807-090a-0b0c0d0e0f10\n");
}

static void test_lookup_error_is_no_answer_F07(void **state)
{
	struct value anchor = { "\0\0\0\0\0\0\x40\0\x80\0\0\0\0\0\0\x01", 16 };
	struct direct *d;

	assert_ok(begin(*state, ROOT "search " BASE "\n done 51\n", &d));
	assert_err(d->connector->lookup(d->session, &anchor, 1, d->sink), ERR_LATER,
		   "lookup in \"" BASE "\": server \"ldap://");
	assert_string_equal(direct_items(d), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages_until_the_cookie_is_empty),
		TEST(test_server_without_paging_F27),
		TEST(test_reply_without_the_control_T10),
		TEST(test_limit_with_a_cookie_ends_it_F29),
		TEST(test_advice_fits_code_and_server),
		TEST(test_busy_in_the_middle_is_for_later_T5),
		TEST(test_lost_place_begins_again_once_T11_T95),
		TEST(test_entry_outside_the_base_has_left_T8),
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
