/* SPDX-License-Identifier: MIT */
/*
 * One HTTP client for connectors, over libcurl: one server, one connection that is used
 * again, one request at a time.
 *
 * What it sees to: the server is verified, always; no account in a URL; no redirect to
 * another origin; no loopback or link-local address unless that is allowed; limits of
 * time for connecting, for silence and for everything together; a limit of bytes after
 * decompression; what the server says about coming back later, within a budget for the
 * whole life of the client. Neither headers nor queries are ever in an error's text.
 *
 * Errors: ERR_CONFIG when a person must change something (address, certificate,
 * redirect), ERR_LATER when the server is down, busy or slow, ERR_INCOMPLETE when an
 * answer is larger than allowed. An HTTP status is no error here: the caller looks.
 */
#ifndef DIRBRIDGE_CONNECTORS_HTTP_H
#define DIRBRIDGE_CONNECTORS_HTTP_H

#include "bridge/base/err.h"
#include "bridge/base/mem.h"
#include <stdbool.h>

struct http_options {
	const char *ca;         /* PEM file */
	const char *cert, *key; /* own certificate, PEM files; or NULL */
	const char *pin;        /* "sha256//..." of the server's public key; or NULL */
	bool newest;            /* TLS 1.3 only, not 1.2 */
	const char *proxy;      /* URL; NULL: none, whatever the environment says */
	bool allow_plain;       /* http:// may be asked */
	bool allow_local;       /* loopback and link-local addresses may be asked */
	int64_t connect;        /* seconds until connected and secured */
	int64_t idle;           /* seconds of silence */
	int64_t total;          /* seconds of all requests together */
	int64_t budget;         /* seconds of all waits together */
	size_t max_body;        /* bytes of one answer, decompressed */

	/* Called at least every ten seconds of waiting; what is for people. */
	void (*alive)(void *data, const char *what);
	void *data;
};

struct http;

/* The options are copied, the texts in them borrowed. ERR_CONFIG for files that cannot
 * be read, ERR_BUG when libcurl cannot be had. */
MUST_CHECK struct err *http_new(TALLOC_CTX *ctx, const struct http_options *options,
				struct http **out);

struct http_request {
	const char *url;
	const char *accept;
	const char *secret_header; /* a whole header line that is wiped after use; NULL */
	const char *form;          /* POST this form instead of GET; NULL */
};

/* Texts belong to the ctx that was given; body ends with a NUL beyond len. */
struct http_answer {
	int status;
	const char *body;
	size_t len;
	const char *type;        /* Content-Type without parameters, lower case, or "" */
	const char *location;    /* or NULL */
	const char *retry_after; /* or NULL; also X-Retry-After */
};

/*
 * Ask, and ask again where that is safe and the server is busy, down or unreachable:
 * every request of this interface may be repeated.
 */
MUST_CHECK struct err *http_send(struct http *http, TALLOC_CTX *ctx,
				 const struct http_request *request,
				 struct http_answer *answer);

unsigned http_requests(const struct http *http);
unsigned http_retries(const struct http *http);

/* ---- http_url.c: pure ---- */

struct url {
	const char *text;   /* without a fragment */
	const char *scheme; /* lower case */
	const char *host;   /* lower case */
	int port;
	const char *path; /* begins with "/" */
	bool query;       /* has one */
};

/* ERR_CONFIG when the text is no http:// or https:// URL, or names an account; a text
 * that may hold a password is not repeated. What out points at belongs to ctx. */
MUST_CHECK struct err *url_read(TALLOC_CTX *ctx, const char *text, struct url *out);

/* A reference (absolute or relative) as seen from base; false when it is none. */
bool url_resolve(TALLOC_CTX *ctx, const struct url *base, const char *reference,
		 struct url *out);

/* Scheme, host and port are the same (RFC 6454 5). */
bool url_same_origin(const struct url *a, const struct url *b);

/* For a path segment or a query value: all but unreserved characters as %HH. */
char *url_encode(TALLOC_CTX *ctx, const char *bytes, size_t len);

/* Seconds to wait, from a count of seconds or an HTTP date (RFC 9110 10.2.3); at most a
 * week, never below 0. False when it is neither. */
bool retry_after_read(const char *text, int64_t now, int64_t *seconds);

/* Loopback, link-local, unspecified, or a mapped form of these. */
struct sockaddr;
bool address_is_local(const struct sockaddr *address);

#endif
