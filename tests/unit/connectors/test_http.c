/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "connectors/http.h"
#include "connectors/json_strict.h"
#include "tests/scim_fake.h"
#include "tests/test.h"
#include <arpa/inet.h>
#include <netinet/in.h>

#define NOW INT64_C(1795514400) /* 2026-11-24 10:00 UTC */

static void test_retry_after(void **state UNUSED)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: neither form */
	} cases[] = {
		{ "0", 0 },
		{ "120", 120 },
		{ " 7 ", 7 },
		{ "99999999999999999999", 7 * 86400 },
		{ "-1", -1 },
		{ "", -1 },
		{ "soon", -1 },
		{ "12 soon", -1 },
		{ "Tue, 24 Nov 2026 10:00:30 GMT", 30 },
		{ "Tuesday, 24-Nov-26 10:01:00 GMT", 60 },
		{ "Tue Nov 24 10:02:00 2026", 120 },
		{ "Tue, 24 Nov 2026 09:00:00 GMT", 0 },
		{ "Fri, 24 Nov 2034 09:00:00 GMT", 7 * 86400 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t seconds = -1;
		bool known = retry_after_read(cases[i].text, NOW, &seconds);

		assert_int_equal(known, cases[i].seconds >= 0);
		if (known)
			assert_int_equal(seconds, cases[i].seconds);
	}
}

static void test_origin(void **state)
{
	static const struct {
		const char *reference;
		bool same;
	} cases[] = {
		{ "https://scim.example/other", true },
		{ "https://SCIM.example:443/v2", true },
		{ "/Users/1", true },
		{ "Users?x=1", true },
		{ "//other.example/v2", false },
		{ "https://scim.example:8443/v2", false },
		{ "http://scim.example/v2", false },
		{ "https://scim.example.evil.example/v2", false },
		{ "https://other.example/", false },
	};
	struct url base, url;

	assert_ok(url_read(*state, "https://scim.example/v2/", &base));
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(url_resolve(*state, &base, cases[i].reference, &url));
		assert_int_equal(url_same_origin(&base, &url), cases[i].same);
	}
	assert_false(url_resolve(*state, &base, "https://a:b@scim.example/", &url));
	assert_false(url_resolve(*state, &base, "file:///etc/passwd", &url));
}

static void test_urls_that_are_refused(void **state)
{
	static const char *const texts[] = { "ftp://x/", "nonsense", "https://", "" };
	struct url url;
	struct err *err;

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_err(url_read(*state, texts[i], &url), ERR_CONFIG, "no https://");
	err = url_read(*state, "https://user:hunter2@x.example/", &url);
	assert_non_null(err);
	assert_null(strstr(err_text(err), "hunter2"));
	err_free(err);
}

static void test_local_addresses(void **state UNUSED)
{
	static const struct {
		const char *text;
		bool local;
	} cases[] = {
		{ "127.0.0.1", true },
		{ "127.9.9.9", true },
		{ "0.0.0.0", true },
		{ "169.254.169.254", true },
		{ "10.0.0.1", false },
		{ "203.0.113.5", false },
		{ "::1", true },
		{ "::", true },
		{ "fe80::1", true },
		{ "::ffff:127.0.0.1", true },
		{ "::ffff:169.254.0.1", true },
		{ "64:ff9b::7f00:1", true },
		{ "2001:db8::1", false },
		{ "::ffff:203.0.113.5", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sockaddr_in four = { .sin_family = AF_INET };
		struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
		bool is_six = strchr(cases[i].text, ':') != NULL;

		assert_int_equal(inet_pton(is_six ? AF_INET6 : AF_INET, cases[i].text,
					   is_six ? (void *)&six.sin6_addr
						  : (void *)&four.sin_addr),
				 1);
		assert_int_equal(address_is_local(is_six ? (struct sockaddr *)&six
							 : (struct sockaddr *)&four),
				 cases[i].local);
	}
}

static void test_encoding(void **state)
{
	assert_string_equal(url_encode(*state, "a/b%=+ \xc3\xa9~", 10),
			    "a%2Fb%25%3D%2B%20%C3%A9~");
	assert_string_equal(url_encode(*state, "\0x", 2), "%00x");
}

/* ---- JSON ---- */

static void refuse(const char *text, const char *why)
{
	json_t *json;

	assert_err(json_strict_read(text, strlen(text), &json), ERR_INCOMPLETE, why);
	assert_null(json);
}

static void test_json_that_is_refused(void **state)
{
	struct str *deep = str_new(*state);

	refuse("", "empty");
	refuse("[]", "no object");
	refuse("{", "");
	refuse("{\"a\":1,\"a\":2}", "duplicate");
	refuse("{\"a\":1,\"A\":2}", "stands twice");
	refuse("{\"x\":[{\"value\":1,\"VALUE\":2}]}", "stands twice");
	refuse("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"G\":"
	       "1}",
	       "stands twice");
	refuse("{\"a\":\"\\u0000\"}", "");
	refuse("{\"a\":\"\xff\"}", "");
	refuse("{\"a\":99999999999999999999}", "");
	refuse("{\"a\":1} x", "");
	str_add(deep, "{\"a\":");
	for (int i = 0; i < 32; i++)
		str_add(deep, "[");
	refuse(deep->text, "nested too deeply");
}

static void test_json_that_is_read(void **state)
{
	static const char text[] = "\xEF\xBB\xBF{\"Resources\":[\"[{\\\"\"],\"N\":\"12\","
				   "\"b\":true,\"x\":null}";
	AUTO_JSON json_t *json = NULL;
	int64_t n = 0;

	assert_ok(json_strict_read(text, strlen(text), &json));
	assert_int_equal(json_array_size(json_member(json, "resources")), 1);
	assert_true(json_number(json_member(json, "n"), &n));
	assert_int_equal(n, 12);
	assert_string_equal(json_text(*state, json_member(json, "B")), "true");
	assert_null(json_member(json, "x"));
	assert_false(json_number(json_member(json, "b"), &n));
}

/* ---- against a server ---- */

static struct http *client(TALLOC_CTX *ctx, bool local, int64_t budget)
{
	struct http_options options = { .ca = "/dev/null",
					.allow_plain = true,
					.allow_local = local,
					.connect = 2,
					.idle = 2,
					.total = 20,
					.budget = budget,
					.max_body = 1000000 };
	struct http *http;

	assert_ok(http_new(ctx, &options, &http));
	return http;
}

static struct http_request request_of(TALLOC_CTX *ctx, const struct scim_fake *fake)
{
	return (struct http_request){
		.url = mem_printf(ctx, "%s/Users?filter=personal", fake->url),
		.accept = "application/json",
		.secret_header = "Authorization: Bearer secret",
	};
}

static void test_loopback_is_refused(void **state)
{
	struct scim_fake *fake = scim_fake_start(*state, 3, 1);
	struct http_request request = request_of(*state, fake);
	struct http_answer answer;

	assert_err(http_send(client(*state, false, 5), *state, &request, &answer),
		   ERR_CONFIG, "loopback or link-local");
	assert_int_equal(fake->world->requests, 0);
}

static void test_secrets_and_queries_are_in_no_error(void **state)
{
	struct scim_fake *fake = scim_fake_start(*state, 3, 1);
	struct http_request request = request_of(*state, fake);
	struct http_answer answer;
	struct err *err;

	fake->world->defect = SCIM_CUT_OFF;
	request.url = mem_printf(*state, "%s/Users?personal=1", fake->url);
	err = http_send(client(*state, true, 0), *state, &request, &answer);
	assert_non_null(err);
	assert_int_equal(err_class(err), ERR_LATER);
	assert_null(strstr(err_text(err), "secret"));
	assert_null(strstr(err_text(err), "personal"));
	err_free(err);
}

static void test_waits_stay_within_the_budget(void **state)
{
	struct scim_fake *fake = scim_fake_start(*state, 3, 1);
	struct http_request request = request_of(*state, fake);
	struct http *http = client(*state, true, 2);
	struct http_answer answer;
	int64_t start = clock_ticks();

	request.url = mem_printf(*state, "%s/Users", fake->url);
	fake->world->defect = SCIM_BUSY_LONG;
	assert_ok(http_send(http, *state, &request, &answer));
	assert_int_equal(answer.status, 429);
	assert_string_equal(answer.retry_after, "86400");
	assert_int_equal(fake->world->requests, 1);
	fake->world->defect = SCIM_DOWN;
	assert_ok(http_send(http, *state, &request, &answer));
	assert_int_equal(answer.status, 503);
	assert_true(http_retries(http) >= 1);
	assert_true(clock_ticks() - start < 4000000);
}

static void test_redirects(void **state)
{
	struct scim_fake *fake = scim_fake_start(*state, 3, 1);
	struct http_request request = request_of(*state, fake);
	struct http *http = client(*state, true, 2);
	struct http_answer answer;

	request.url = mem_printf(*state, "%s/Users", fake->url);
	fake->world->defect = SCIM_REDIRECT_HERE;
	assert_ok(http_send(http, *state, &request, &answer));
	assert_int_equal(answer.status, 200);
	fake->world->defect = SCIM_REDIRECT_AWAY;
	assert_err(http_send(http, *state, &request, &answer), ERR_CONFIG,
		   "redirects to another server");
}

static void test_nobody_answers(void **state)
{
	struct scim_fake *fake = scim_fake_start(*state, 3, 1);
	struct http_request request = request_of(*state, fake);
	struct http_answer answer;

	mem_free(fake);
	assert_err(http_send(client(*state, true, 0), *state, &request, &answer),
		   ERR_LATER, "does not answer");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_retry_after),
		TEST(test_origin),
		TEST(test_urls_that_are_refused),
		TEST(test_local_addresses),
		TEST(test_encoding),
		TEST(test_json_that_is_refused),
		TEST(test_json_that_is_read),
		TEST(test_loopback_is_refused),
		TEST(test_secrets_and_queries_are_in_no_error),
		TEST(test_waits_stay_within_the_budget),
		TEST(test_redirects),
		TEST(test_nobody_answers),
	};
	return test_main(tests);
}
