/* SPDX-License-Identifier: MIT */
#include "connectors/http.h"
#include "bridge/base/clock.h"
#include "bridge/base/digest.h"
#include "bridge/base/str.h"
#include "bridge/record/text.h"
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEADERS_MAX   (64u << 10)
#define REDIRECTS_MAX 3
#define TRIES_MAX     6
#define SECOND        INT64_C(1000000)
#define ALIVE_EVERY   (10 * SECOND)
#define FIRST_WAIT    SECOND
#define LONGEST_WAIT  (30 * SECOND)

struct http {
	struct http_options options;
	CURL *curl;
	int64_t began, spoke; /* ticks */
	int64_t waited;       /* microseconds of the budget */
	unsigned requests, retries;
};

/* One request being answered. */
struct exchange {
	struct http *http;
	struct str *body, *headers;
	bool too_large;
	bool local; /* the address was refused */
	char error[CURL_ERROR_SIZE];
};

static int end_http(struct http *http)
{
	curl_easy_cleanup(http->curl);
	return 0;
}

static struct err *check_files(const struct http_options *o)
{
	const char *const paths[] = { o->ca, o->cert, o->key };
	static const char *const names[] = { "tls.ca", "tls.cert", "tls.key" };

	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (paths[i] != NULL && access(paths[i], R_OK) != 0)
			return err_hint(
				err_new(ERR_CONFIG, "%s \"%s\" cannot be read: %s",
					names[i], paths[i], strerror(errno)),
				"Correct %s, or the permissions of that file.", names[i]);
	return NULL;
}

struct err *http_new(TALLOC_CTX *ctx, const struct http_options *options,
		     struct http **out)
{
	static bool begun;
	struct err *err = check_files(options);
	struct http *http;

	if (err != NULL)
		return err;
	if (!begun && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_new(ERR_BUG, "libcurl cannot be used");
	begun = true;
	http = mem_new(ctx, struct http);
	http->options = *options;
	http->began = http->spoke = clock_ticks();
	http->curl = curl_easy_init();
	if (http->curl == NULL) {
		mem_free(http);
		return err_new(ERR_BUG, "libcurl cannot be used");
	}
	talloc_set_destructor(http, end_http);
	*out = http;
	return NULL;
}

unsigned http_requests(const struct http *http)
{
	return http->requests;
}

unsigned http_retries(const struct http *http)
{
	return http->retries;
}

/* ---- what libcurl calls ---- */

static void stay_alive(struct http *http, const char *what)
{
	if (http->options.alive == NULL || clock_ticks() - http->spoke < ALIVE_EVERY)
		return;
	http->spoke = clock_ticks();
	http->options.alive(http->options.data, what);
}

static size_t take_body(char *bytes, size_t size, size_t n, void *data)
{
	struct exchange *x = data;

	if (size * n > x->http->options.max_body - x->body->len) {
		x->too_large = true;
		return 0;
	}
	str_add_bytes(x->body, bytes, size * n);
	return size * n;
}

/* A new status line begins a new set of headers. */
static size_t take_header(char *bytes, size_t size, size_t n, void *data)
{
	struct exchange *x = data;

	if (size * n >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		str_clear(x->headers);
	if (size * n > HEADERS_MAX - x->headers->len) {
		x->too_large = true;
		return 0;
	}
	str_add_bytes(x->headers, bytes, size * n);
	return size * n;
}

static int on_progress(void *data, curl_off_t a UNUSED, curl_off_t b UNUSED,
		       curl_off_t c UNUSED, curl_off_t d UNUSED)
{
	struct exchange *x = data;

	stay_alive(x->http, "an answer is on its way");
	return 0;
}

static curl_socket_t open_socket(void *data, curlsocktype purpose UNUSED,
				 struct curl_sockaddr *to)
{
	struct exchange *x = data;

	if (!x->http->options.allow_local && address_is_local(&to->addr)) {
		x->local = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- one request ---- */

static void free_headers(struct curl_slist **list)
{
	for (struct curl_slist *at = *list; at != NULL; at = at->next)
		bytes_wipe(at->data, strlen(at->data));
	curl_slist_free_all(*list);
}

static void add_header(struct curl_slist **list, const char *line)
{
	struct curl_slist *more = curl_slist_append(*list, line);

	if (more == NULL)
		abort();
	*list = more;
}

static void set_tls(CURL *curl, const struct http_options *o)
{
	curl_easy_setopt(
		curl, CURLOPT_SSLVERSION,
		(long)(o->newest ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2));
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(curl, CURLOPT_CAINFO, o->ca);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	if (o->pin != NULL)
		curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, o->pin);
	if (o->cert != NULL) {
		curl_easy_setopt(curl, CURLOPT_SSLCERT, o->cert);
		curl_easy_setopt(curl, CURLOPT_SSLKEY, o->key);
	}
}

static void set_limits(CURL *curl, const struct http *http)
{
	const struct http_options *o = &http->options;
	int64_t left = o->total * 1000 - (clock_ticks() - http->began) / 1000;

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect * 1000));
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)o->idle);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(left > 1 ? left : 1));
}

static void set_callbacks(CURL *curl, struct exchange *x)
{
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, x);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, x);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, x);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, x->error);
	if (x->http->options.proxy != NULL)
		return;
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, x);
}

static CURLcode perform(struct exchange *x, const char *url, const struct http_request *r)
{
	AUTO(free_headers) struct curl_slist *headers = NULL;
	AUTO_MEM char *accept = mem_printf(NULL, "Accept: %s", r->accept);
	struct http *http = x->http;
	const char *proxy = http->options.proxy;
	CURL *curl = http->curl;

	curl_easy_reset(curl);
	add_header(&headers, accept);
	add_header(&headers, "Expect:");
	if (r->secret_header != NULL)
		add_header(&headers, r->secret_header);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR,
			 http->options.allow_plain ? "https,http" : "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, proxy ? proxy : "");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "dirbridge/" DIRBRIDGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	if (r->form != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, r->form);
	set_tls(curl, &http->options);
	set_limits(curl, http);
	set_callbacks(curl, x);
	http->requests++;
	return curl_easy_perform(curl);
}

/* ---- what came of it ---- */

static struct err *certificate_error(const struct url *url, const char *why)
{
	return err_hint(err_new(ERR_CONFIG, "server \"%s:%d\" is not trusted: %s",
				url->host, url->port, why),
			"Correct tls.ca, tls.pin, or the certificate of the server.");
}

static struct err *failed(const struct exchange *x, const struct url *url, CURLcode code)
{
	const struct http_options *o = &x->http->options;
	const char *why = x->error[0] ? x->error : curl_easy_strerror(code);

	if (x->too_large)
		return err_hint(err_new(ERR_INCOMPLETE,
					"an answer of server \"%s:%d\" is larger than "
					"%zu bytes",
					url->host, url->port, o->max_body),
				"Ask for less at a time (page_size), or allow more "
				"(max_answer).");
	if (x->local)
		return err_hint(err_new(ERR_CONFIG,
					"server \"%s:%d\" is a loopback or link-local "
					"address",
					url->host, url->port),
				"If that is meant, say allow_local: yes.");
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
		return certificate_error(url, why);
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return err_hint(err_new(ERR_CONFIG,
					"server \"%s:%d\" cannot be asked: "
					"%s",
					url->host, url->port, why),
				"Correct url, proxy, tls.cert or tls.key.");
	case CURLE_OPERATION_TIMEDOUT:
		return err_new(ERR_LATER, "server \"%s:%d\" is too slow: %s", url->host,
			       url->port, why);
	default:
		return err_new(ERR_LATER, "server \"%s:%d\" does not answer: %s",
			       url->host, url->port, why);
	}
}

/* The last header of this name, without blanks around it, as a text of ctx. */
static char *header(TALLOC_CTX *ctx, const struct str *headers, const char *name)
{
	size_t len = strlen(name);
	char *found = NULL;

	for (const char *at = headers->text; *at != '\0'; at += strspn(at, "\r\n")) {
		size_t line = strcspn(at, "\r\n");

		if (line > len && at[len] == ':' && ascii_equal(at, name, len)) {
			const char *value = at + len + 1;

			value += strspn(value, " \t");
			found = mem_strndup(
				ctx, value,
				value < at + line ? (size_t)(at + line - value) : 0);
		}
		at += line;
	}
	return found;
}

static void fill(TALLOC_CTX *ctx, struct exchange *x, struct http_answer *answer)
{
	char *type = header(ctx, x->headers, "content-type");
	long status = 0;

	curl_easy_getinfo(x->http->curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->len = x->body->len;
	answer->body = str_take(ctx, x->body);
	answer->location = header(ctx, x->headers, "location");
	answer->retry_after = header(ctx, x->headers, "retry-after");
	if (answer->retry_after == NULL)
		answer->retry_after = header(ctx, x->headers, "x-retry-after");
	if (type != NULL) {
		type[strcspn(type, "; \t")] = '\0';
		ascii_lower(type, strlen(type));
	}
	answer->type = type ? type : "";
}

/* ---- again, later ---- */

static bool is_busy(int status)
{
	return status == 429 || status == 500 || status == 502 || status == 503 ||
	       status == 504;
}

/* Twice as long each time, and a random half of it. */
static int64_t backoff(unsigned tries)
{
	int64_t most = FIRST_WAIT << (tries < 8 ? tries : 8);
	uint32_t some;

	if (most > LONGEST_WAIT)
		most = LONGEST_WAIT;
	random_bytes(&some, sizeof(some));
	return most / 2 + (int64_t)(some % (uint32_t)(most / 2));
}

static int64_t wait_for(const struct http_answer *answer, unsigned tries)
{
	int64_t seconds;

	if (answer != NULL && answer->retry_after != NULL &&
	    retry_after_read(answer->retry_after, clock_now(), &seconds))
		return seconds * SECOND + backoff(0) / 10;
	return backoff(tries);
}

/* False when that is more than may still be waited. */
static bool wait_a_while(struct http *http, int64_t microseconds)
{
	int64_t end = clock_ticks() + microseconds;

	if (http->waited + microseconds > http->options.budget * SECOND ||
	    end - http->began > http->options.total * SECOND)
		return false;
	http->waited += microseconds;
	http->retries++;
	while (clock_ticks() < end) {
		int64_t left = end - clock_ticks();
		int64_t nap = left < SECOND ? left : SECOND;
		struct timespec t = { nap / SECOND, (nap % SECOND) * 1000 };

		nanosleep(&t, NULL);
		stay_alive(http, "the server asks us to wait");
	}
	return true;
}

static bool is_worth_another(const struct err *err)
{
	return err == NULL || err_class(err) == ERR_LATER;
}

static struct err *send_once(struct http *http, TALLOC_CTX *ctx, const struct url *url,
			     const struct http_request *request,
			     struct http_answer *answer)
{
	struct exchange x = { .http = http,
			      .body = str_new(ctx),
			      .headers = str_new(ctx) };
	CURLcode code = perform(&x, url->text, request);

	if (code != CURLE_OK)
		return failed(&x, url, code);
	fill(ctx, &x, answer);
	return NULL;
}

static struct err *send_patiently(struct http *http, TALLOC_CTX *ctx,
				  const struct url *url,
				  const struct http_request *request,
				  struct http_answer *answer)
{
	struct err *err;

	for (unsigned tries = 0;; tries++) {
		*answer = (struct http_answer){ 0 };
		err = send_once(http, ctx, url, request, answer);
		if (!is_worth_another(err) || (err == NULL && !is_busy(answer->status)) ||
		    tries + 1 == TRIES_MAX ||
		    !wait_a_while(http, wait_for(err ? NULL : answer, tries)))
			return err;
		err_free(err);
	}
}

static struct err *follow(TALLOC_CTX *ctx, struct url *url,
			  const struct http_answer *answer)
{
	struct url next;

	if (answer->location == NULL || !url_resolve(ctx, url, answer->location, &next) ||
	    !url_same_origin(url, &next))
		return err_hint(err_new(ERR_CONFIG,
					"server \"%s:%d\" redirects to another server",
					url->host, url->port),
				"Set url to where it leads, if that is meant; nothing is "
				"sent there otherwise.");
	if (answer->status != 307 && answer->status != 308)
		return err_hint(err_new(ERR_CONFIG,
					"server \"%s:%d\" redirects to \"%s\" (HTTP %d)",
					url->host, url->port, next.path, answer->status),
				"Correct url, or the account: this is often a page to "
				"sign in.");
	*url = next;
	return NULL;
}

static bool is_redirect(int status)
{
	return status >= 300 && status < 400 && status != 304;
}

struct err *http_send(struct http *http, TALLOC_CTX *ctx,
		      const struct http_request *request, struct http_answer *answer)
{
	struct url url;
	struct err *err = url_read(ctx, request->url, &url);

	for (unsigned n = 0; err == NULL; n++) {
		err = send_patiently(http, ctx, &url, request, answer);
		if (err != NULL || !is_redirect(answer->status))
			return err;
		err = n < REDIRECTS_MAX ? follow(ctx, &url, answer)
					: err_new(ERR_CONFIG,
						  "server \"%s:%d\" redirects too often",
						  url.host, url.port);
	}
	return err;
}
