/* SPDX-License-Identifier: MIT */
#include "tests/integration/faultproxy.h"
#include "tests/integration/ldap.h"
#include <sys/stat.h>
#include <unistd.h>

#define PEOPLE "ou=people," SLAPD_SUFFIX

static struct slapd *slapd;

static void pull_ten(struct err *begun, struct process **p)
{
	char *lines;

	assert_ok(begun);
	assert_ok(ldap_pull(*p, &lines));
	assert_int_equal(count_lines(lines, "entry "), 10);
	assert_has(lines, "end complete\n");
}

static void test_password_over_start_tls(void **state)
{
	struct process *p;

	pull_ten(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			    "account", "bridge", NULL),
		 &p);
}

static void test_password_over_ldaps(void **state)
{
	struct process *p;
	char *lines;

	pull_ten(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca", slapd->ca,
			    "account", "bridge", NULL),
		 &p);
	assert_ok(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca", slapd->ca,
			     "account", "bridge", "tls.minimum", "1.3", NULL));
	assert_ok(ldap_probe(p, &lines));
	assert_has(lines, "fact tls=TLS1.3 ");
}

static void test_password_in_clear_text_when_asked_for(void **state)
{
	struct process *p;
	char *lines;

	pull_ten(ldap_begin(*state, &p, "url", slapd->ldap, "tls.mode", "none", "account",
			    "bridge", NULL),
		 &p);
	assert_ok(ldap_probe(p, &lines));
	assert_has(lines, "fact tls=no\n");
}

static void test_user_of_a_socket(void **state)
{
	struct process *p;
	char *lines;

	pull_ten(ldap_begin(*state, &p, "url", slapd->ldapi, "bind.method", "external",
			    NULL),
		 &p);
	assert_ok(ldap_probe(p, &lines));
	assert_has(lines, "cn=peercred,cn=external,cn=auth\n");
}

static void test_client_certificate(void **state)
{
	const char *const urls[] = { slapd->ldap, slapd->ldaps };
	struct process *p;
	char *lines;

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		pull_ten(ldap_begin(*state, &p, "url", urls[i], "tls.ca", slapd->ca,
				    "bind.method", "external", "tls.cert",
				    slapd->client_cert, "tls.key", slapd->client_key,
				    NULL),
			 &p);
		assert_ok(ldap_probe(p, &lines));
		assert_has(lines, "fact account=dn:" SLAPD_BRIDGE "\n");
	}
}

static void test_unknown_authority_T73(void **state)
{
	const char *const urls[] = { slapd->ldap, slapd->ldaps };
	struct process *p;

	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		assert_err(ldap_begin(*state, &p, "url", urls[i], "tls.ca",
				      slapd->other_ca, "account", "bridge", NULL),
			   ERR_CONFIG,
			   mem_printf(*state,
				      "the certificate of \"%s\" is not signed by tls.ca "
				      "\"%s\"",
				      urls[i], slapd->other_ca));
}

static void refused_certificate(TALLOC_CTX *ctx, const char *certificate, const char *why)
{
	const char *const urls[] = { slapd->ldap, slapd->ldaps };
	struct process *p;

	slapd_certificate(slapd, certificate);
	for (size_t i = 0; i < ARRAY_LEN(urls); i++)
		assert_err(ldap_begin(ctx, &p, "url", urls[i], "tls.ca", slapd->ca,
				      "account", "bridge", NULL),
			   ERR_CONFIG,
			   mem_printf(ctx, "the certificate of \"%s\" %s", urls[i], why));
	slapd_certificate(slapd, "server");
}

static void test_expired_certificate_T73(void **state)
{
	refused_certificate(*state, "expired", "expired on 20");
}

static void test_certificate_of_another_name_T73(void **state)
{
	refused_certificate(*state, "wrongname",
			    "does not name \"127.0.0.1\" but elsewhere.test");
}

static void test_tls_files_that_are_none(void **state)
{
	struct process *p;

	assert_err(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca",
			      "/nowhere/ca.pem", NULL),
		   ERR_CONFIG, "tls.ca \"/nowhere/ca.pem\" cannot be read: No such file");
	assert_err(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca",
			      slapd->client_key, NULL),
		   ERR_CONFIG, "holds no certificate");
	assert_err(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca", slapd->ca,
			      "tls.cert", slapd->client_cert, "tls.key", slapd->ca, NULL),
		   ERR_CONFIG, "cannot be used");
	assert_err(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca", slapd->ca,
			      "tls.cert", slapd->client_cert, NULL),
		   ERR_CONFIG, "tls.cert and tls.key go together");
}

static void test_no_tls_on_that_port(void **state)
{
	struct process *p;
	char *url = mem_printf(*state, "ldaps://127.0.0.1:%d", slapd_port(slapd->ldap));

	assert_err(ldap_begin(*state, &p, "url", url, "tls.ca", slapd->ca, NULL),
		   ERR_LATER, "Is this the port for TLS?");
}

static void test_wrong_password(void **state)
{
	struct process *p;

	assert_err(ldap_begin(*state, &p, "url", slapd->ldap, "url", slapd->ldaps,
			      "tls.ca", slapd->ca, "bind.dn", SLAPD_BRIDGE,
			      "bind.password", "env:PW_WRONG", NULL),
		   ERR_CONFIG,
		   mem_printf(*state,
			      "password of \"" SLAPD_BRIDGE "\" refused by \"%s\"",
			      slapd->ldap));
}

static void test_password_that_cannot_be_fetched(void **state)
{
	struct process *p;

	assert_err(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			      "bind.dn", SLAPD_BRIDGE, "bind.password", "env:PW_NOWHERE",
			      NULL),
		   ERR_CONFIG, "bind.password");
	assert_err(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			      "bind.dn", SLAPD_BRIDGE, NULL),
		   ERR_CONFIG, "bind.dn and bind.password go together");
}

static void test_server_that_cannot_be_reached(void **state)
{
	char *closed = mem_printf(*state, "ldap://127.0.0.1:%d", unused_port());
	struct process *p;

	assert_err(ldap_begin(*state, &p, "url", closed, NULL), ERR_LATER,
		   mem_printf(*state, "cannot reach \"%s\": connection refused", closed));
	assert_err(ldap_begin(*state, &p, "url", "ldap://no.such.host.invalid", NULL),
		   ERR_LATER, "the name \"no.such.host.invalid\" cannot be resolved");
	assert_err(ldap_begin(*state, &p, "url", "ldapi://%2Fnowhere%2Fldapi", NULL),
		   ERR_LATER, "cannot reach \"ldapi://%2Fnowhere%2Fldapi\"");
}

static void test_url_that_is_none(void **state)
{
	struct process *p;

	assert_err(ldap_begin(*state, &p, "url", "https://127.0.0.1", NULL), ERR_CONFIG,
		   "LDAP URL");
	assert_err(ldap_begin(*state, &p, "url", "ldap://", NULL), ERR_CONFIG,
		   "names no server");
	assert_err(ldap_begin(*state, &p, "url", "ldap://h/dc=x", NULL), ERR_CONFIG,
		   "names more than a server");
}

static void test_next_server_when_one_is_down(void **state)
{
	char *closed = mem_printf(*state, "ldap://127.0.0.1:%d", unused_port());
	struct process *p;

	pull_ten(ldap_begin(*state, &p, "url", closed, "url", slapd->ldaps, "tls.ca",
			    slapd->ca, "account", "bridge", NULL),
		 &p);
	assert_err(ldap_begin(*state, &p, "url", closed, "url", closed, NULL), ERR_LATER,
		   "connection refused: cannot reach");
}

/* LDAPKEEPALIVE_IDLE alone crashes this libldap; ldaprc would end all verification. */
static void test_hostile_environment_T74(void **state)
{
	char *folder = mem_printf(*state, "%s/hostile", slapd->dir);
	char *before = getcwd(NULL, 0);
	struct process *p;
	FILE *file;

	setenv("LDAPTLS_REQCERT", "never", 1);
	setenv("LDAPKEEPALIVE_IDLE", "60", 1);
	setenv("LDAPURI", "ldap://elsewhere.test", 1);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(chdir(folder), 0);
	file = fopen("ldaprc", "w");
	assert_non_null(file);
	fputs("TLS_REQCERT never\nKEEPALIVE_IDLE 60\nREFERRALS on\n", file);
	fclose(file);
	assert_err(ldap_begin(*state, &p, "url", slapd->ldaps, "tls.ca", slapd->other_ca,
			      "account", "bridge", NULL),
		   ERR_CONFIG, "is not signed by tls.ca");
	pull_ten(ldap_begin(*state, &p, "url", slapd->ldap, "tls.ca", slapd->ca,
			    "account", "bridge", NULL),
		 &p);
	assert_int_equal(chdir(before), 0);
	free(before);
	unsetenv("LDAPTLS_REQCERT");
	unsetenv("LDAPKEEPALIVE_IDLE");
	unsetenv("LDAPURI");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_password_over_start_tls),
		TEST(test_password_over_ldaps),
		TEST(test_password_in_clear_text_when_asked_for),
		TEST(test_user_of_a_socket),
		TEST(test_client_certificate),
		TEST(test_unknown_authority_T73),
		TEST(test_expired_certificate_T73),
		TEST(test_certificate_of_another_name_T73),
		TEST(test_tls_files_that_are_none),
		TEST(test_no_tls_on_that_port),
		TEST(test_wrong_password),
		TEST(test_password_that_cannot_be_fetched),
		TEST(test_server_that_cannot_be_reached),
		TEST(test_url_that_is_none),
		TEST(test_next_server_when_one_is_down),
		TEST(test_hostile_environment_T74),
	};
	AUTO_MEM TALLOC_CTX *ctx = NULL;

	ldap_test_start(argc, argv);
	ctx = mem_ctx(NULL);
	slapd = slapd_start(ctx, NULL, ldap_people(ctx, 10));
	return test_main(tests);
}
