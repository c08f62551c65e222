/* SPDX-License-Identifier: MIT */
/* Servers in turn, and what is wrong with settings before any is asked. */
#include "bridge/base/clock.h"
#include "config/config.h"
#include "connectors/process.h"
#include "tests/ldap_script.h"
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- names that only this test knows ------------------------------------------------
 */

static int slow[2];               /* "slow.test" is found when something can be read */
static struct sockaddr_in two[2]; /* "two.test" */

static int really(const char *host, const char *port, const struct addrinfo *want,
		  struct addrinfo **out)
{
	int (*real)(const char *, const char *, const struct addrinfo *,
		    struct addrinfo **);
	void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");

	memcpy(&real, &symbol, sizeof(real));
	return real(host, port, want, out);
}

/* In the place of the C library's. */
int getaddrinfo(const char *host, const char *port, const struct addrinfo *want,
		struct addrinfo **out)
{
	char byte;
	int code;

	if (strcmp(host, "slow.test") == 0)
		return read(slow[0], &byte, 1) >= 0 ? EAI_FAIL : EAI_SYSTEM;
	if (strcmp(host, "two.test") != 0)
		return really(host, port, want, out);
	code = really("127.0.0.1", "1", want, out);
	if (code == 0)
		code = really("127.0.0.1", "2", want, &(*out)->ai_next);
	if (code != 0)
		return code;
	memcpy((*out)->ai_addr, &two[0], sizeof(two[0]));
	memcpy((*out)->ai_next->ai_addr, &two[1], sizeof(two[1]));
	return 0;
}

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* An address that swallows whoever connects: nobody takes from its queue, which is full.
 * The first socket listens. */
static struct sockaddr_in dead_address(int sockets[3])
{
	struct sockaddr_in address = loopback(0);
	struct sockaddr *a = (struct sockaddr *)&address;
	socklen_t size = sizeof(address);

	for (int i = 0; i < 3; i++)
		sockets[i] =
			socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(sockets[0], a, size), 0);
	assert_int_equal(listen(sockets[0], 0), 0);
	assert_int_equal(getsockname(sockets[0], a, &size), 0);
	for (int i = 1; i < 3; i++)
		(void)!connect(sockets[i], a, size);
	return address;
}

#define GOOD "bind\n done 0\n" ROOT

static void test_dead_address_leaves_time_for_the_next(void **state)
{
	struct ldap_fake *fake = ldap_fake_start(*state, GOOD);
	int64_t start = clock_ticks();
	struct direct *d;
	int sockets[3];

	two[0] = dead_address(sockets);
	two[1] = loopback(fake->port);
	assert_ok(ldap_script_dial(*state,
				   ldap_script_settings(*state, "url", "ldap://two.test",
							"timeout.connect", "4s", NULL),
				   &d));
	assert_true(clock_ticks() - start > 1900000);
	assert_true(clock_ticks() - start < 3500000);
	two[1] = two[0];
	assert_err(ldap_script_dial(*state,
				    ldap_script_settings(*state, "url", "ldap://two.test",
							 "timeout.connect", "1s", NULL),
				    &d),
		   ERR_LATER,
		   "cannot reach \"ldap://two.test\": no connection within 1 s "
		   "(timeout.connect)");
	assert_true(clock_ticks() - start < 7000000);
	for (int i = 0; i < 3; i++)
		close(sockets[i]);
}

static void test_name_that_is_not_resolved_in_time(void **state)
{
	struct ldap_fake *fake = ldap_fake_start(*state, GOOD);
	struct direct *d;

	assert_int_equal(pipe(slow), 0);
	assert_ok(ldap_script_dial(*state,
				   ldap_script_settings(*state, "url", "ldap://slow.test",
							"url", fake->url,
							"timeout.connect", "1s", NULL),
				   &d));
	assert_has(direct_items(d),
		   "note info cannot reach \"ldap://slow.test\": the name \"slow.test\" "
		   "was not resolved in time (timeout.connect); \"ldap://127.0.0.1:");
	assert_int_equal(write(slow[1], "x", 1), 1);
}

/* ---- servers that accept, and say nothing -------------------------------------------
 */

/* At the bind, and where there is none at the first question. */
static void test_silent_server_is_passed_over(void **state)
{
	static const char *const silent[] = { "bind\n" ROOT,
					      "bind\n done 0\nsearch \"\"\n" };

	setenv("DIRBRIDGE_TEST_PASSWORD", "x", 1);
	for (size_t i = 0; i < ARRAY_LEN(silent); i++) {
		struct ldap_fake *first = ldap_fake_start(*state, silent[i]);
		struct ldap_fake *second = ldap_fake_start(*state, GOOD);
		int64_t start = clock_ticks();
		struct direct *d;

		assert_ok(ldap_script_dial(
			*state,
			ldap_script_settings(*state, "url", first->url, "url",
					     second->url, "timeout.connect", "1s",
					     "bind.dn", "cn=svc," BASE, "bind.password",
					     "env:DIRBRIDGE_TEST_PASSWORD", NULL),
			&d));
		assert_true(clock_ticks() - start < 3000000);
		assert_has(direct_items(d),
			   mem_printf(*state,
				      "note info server \"%s\" has sent nothing for 1 s "
				      "(timeout.connect); \"%s\" is tried next\n",
				      first->url, second->url));
	}
}

static void test_servers_silent_at_start_tls_are_named(void **state)
{
	struct ldap_fake *a = ldap_fake_start(*state, "extended\n");
	struct ldap_fake *b = ldap_fake_start(*state, "extended\n");
	int64_t start = clock_ticks();
	struct direct *d;

	assert_err(ldap_script_dial(*state,
				    ldap_script_settings(*state, "url", a->url, "url",
							 b->url, "tls.mode", "start",
							 "tls.ca", "/dev/null",
							 "timeout.connect", "1s", NULL),
				    &d),
		   ERR_LATER,
		   mem_printf(*state,
			      "server \"%s\" has sent nothing for 1 s (timeout.connect): "
			      "server \"%s\" has sent nothing for 1 s (timeout.connect)",
			      a->url, b->url));
	assert_true(clock_ticks() - start < 4000000);
}

/* Each server may take its time; the run gives up on a connector that is silent longer.
 */
static void test_run_hears_of_each_server_that_is_passed_over(void **state)
{
	static const char *const attributes[] = { "cn", NULL };
	const struct stream_limits limits = { .idle = 3, .total = 60 };
	struct ldap_fake *silent = ldap_fake_start(*state, "search \"\"\n");
	struct ldap_fake *good = ldap_fake_start(*state, GOOD);
	const struct request request = {
		.settings = ldap_script_settings(*state, "url", silent->url, "url",
						 silent->url, "url", good->url,
						 "timeout.connect", "2s", NULL),
		.attributes = attributes,
	};
	struct process *p;
	struct item item;

	assert_ok(process_start(*state, "ldap", &request, &limits, &p));
	assert_ok(process_read(p, &item));
	assert_int_equal(item.kind, ITEM_NOTE);
	mem_free(p);
}

/* With what is usual, it is the connector that says which server was silent. */
static void test_run_is_more_patient_than_the_connector(void **state)
{
	struct settings *own = settings_new(*state, connector_settings("ldap"));
	struct settings *run = settings_new(*state, config_source_settings);
	int64_t idle = settings_number(run, "idle_timeout");

	assert_true(settings_number(own, "timeout.answer") < idle);
	/* Connect, StartTLS, TLS, bind, first question. */
	assert_true(5 * settings_number(own, "timeout.connect") < idle);
}

/* ---- settings -----------------------------------------------------------------------
 */

struct collected {
	struct complaints to;
	struct str *lines;
};

static void collect(struct complaints *to, const char *name, size_t which,
		    struct err *err)
{
	str_addf(((struct collected *)to)->lines, "%s %zu: %s\n", name, which,
		 err_text(err));
	err_free(err);
}

static char *check(TALLOC_CTX *ctx, const struct settings *settings)
{
	struct collected all = { { collect }, str_new(ctx) };

	connector_check("ldap", settings, &all.to);
	return all.lines->text;
}

static void test_settings_are_checked_all_at_once(void **state)
{
	char *lines = check(
		*state, ldap_script_settings(
				*state, "url", "ldap://a", "url", "ldaps//typo", "url",
				"ldap://a/dc=x", "url", "http://a", "url", "ldap:///",
				"base", "dc=x?\?(foo", "base", "dc=x", "base",
				"not a dn?subtree", "base", "not a dn", "bind.method",
				"external", "bind.dn", "cn=a", "tls.key", "/k", NULL));

	assert_has(lines, "url 1: \"ldaps//typo\" is no LDAP URL\n");
	assert_has(lines, "url 2: \"ldap://a/dc=x\" names more than a server\n");
	assert_has(lines, "url 3: \"http://a\" is no LDAP URL\n");
	assert_has(lines, "url 4: \"ldap:///\" names no server\n");
	assert_has(lines, "base 0: base \"dc=x?\?(foo\": ");
	assert_has(lines, "base 2: base \"not a dn?subtree\": scope \"subtree\" is not "
			  "sub, one or base\n");
	assert_has(lines, "base 3: base \"not a dn\": \"not a dn\" is no DN");
	assert_has(lines, "bind.dn 0: bind.method external takes neither bind.dn nor "
			  "bind.password\n");
	assert_has(lines, "tls.cert 0: tls.cert and tls.key go together\n");
	assert_null(strstr(lines, "base 1"));
	assert_null(strstr(lines, "url 0"));
	assert_string_equal(check(*state, ldap_script_settings(*state, "url", "ldap://a",
							       "bind.dn", "cn=a", NULL)),
			    "bind.password 0: bind.dn and bind.password go together\n");
	assert_string_equal(check(*state, ldap_script_settings(
						  *state, "url", "ldapi://%2Frun%2Fldapi",
						  "url", "ldaps://a:636/", "base",
						  "dc=a\\3f?one?(cn=*)", NULL)),
			    "");
}

/* Connectors without a check have nothing to complain about. */
static void test_check_is_optional(void **state)
{
	struct collected all = { { collect }, str_new(*state) };

	connector_check("ldif", settings_new(*state, connector_settings("ldif")),
			&all.to);
	connector_check("vax", NULL, &all.to);
	assert_int_equal(all.lines->len, 0);
}

static void test_password_in_a_url_is_not_repeated(void **state)
{
	static const char *const urls[] = { "ldap://user:hunter2@ldap.test",
					    "ldaps//user:hunter2@ldap.test",
					    "ldap://user:hunter2/x@ldap.test",
					    "user:hunter2%40ldap.test" };

	for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
		struct settings *s = ldap_script_settings(*state, "url", urls[i], NULL);
		struct direct *d;

		assert_string_equal(check(*state, s),
				    "url 0: a URL holds no account; use bind.dn and "
				    "bind.password for it\n");
		assert_err(ldap_script_dial(*state, s, &d), ERR_CONFIG,
			   "a URL holds no account");
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_dead_address_leaves_time_for_the_next),
		TEST(test_name_that_is_not_resolved_in_time),
		TEST(test_silent_server_is_passed_over),
		TEST(test_servers_silent_at_start_tls_are_named),
		TEST(test_run_hears_of_each_server_that_is_passed_over),
		TEST(test_run_is_more_patient_than_the_connector),
		TEST(test_settings_are_checked_all_at_once),
		TEST(test_check_is_optional),
		TEST(test_password_in_a_url_is_not_repeated),
	};

	if (argc > 1 && strcmp(argv[1], "connector") == 0)
		return process_serve(STDIN_FILENO, STDOUT_FILENO);
	return test_main(tests);
}
