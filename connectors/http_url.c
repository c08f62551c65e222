/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/record/text.h"
#include "connectors/http.h"
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>

#define WEEK (INT64_C(7) * 86400)

static void free_url(CURLU **url)
{
	curl_url_cleanup(*url);
}

static char *part(TALLOC_CTX *ctx, CURLU *url, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy = NULL;

	if (curl_url_get(url, what, &text, flags) == CURLUE_OK)
		copy = mem_strdup(ctx, text);
	curl_free(text);
	return copy;
}

static bool is_web(const char *scheme)
{
	return strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0;
}

static bool take_apart(TALLOC_CTX *ctx, CURLU *url, struct url *out)
{
	char *host, *port, *query;

	curl_url_set(url, CURLUPART_FRAGMENT, NULL, 0);
	out->text = part(ctx, url, CURLUPART_URL, 0);
	out->scheme = part(ctx, url, CURLUPART_SCHEME, 0);
	out->host = host = part(ctx, url, CURLUPART_HOST, 0);
	out->path = part(ctx, url, CURLUPART_PATH, 0);
	port = part(ctx, url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	query = part(ctx, url, CURLUPART_QUERY, 0);
	if (out->text == NULL || out->scheme == NULL || host == NULL || *host == '\0' ||
	    out->path == NULL || port == NULL || !is_web(out->scheme))
		return false;
	ascii_lower(host, strlen(host));
	out->port = (int)strtol(port, NULL, 10);
	out->query = query != NULL;
	return true;
}

struct err *url_read(TALLOC_CTX *ctx, const char *text, struct url *out)
{
	AUTO(free_url) CURLU *url = curl_url();
	CURLUcode code = curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER);

	if (code == CURLUE_USER_NOT_ALLOWED || strchr(text, '@') != NULL)
		return err_new(ERR_CONFIG, "a URL holds no account");
	if (code != CURLUE_OK || !take_apart(ctx, url, out))
		return err_new(ERR_CONFIG, "\"%s\" is no https:// URL", text);
	return NULL;
}

bool url_resolve(TALLOC_CTX *ctx, const struct url *base, const char *reference,
		 struct url *out)
{
	AUTO(free_url) CURLU *url = curl_url();

	return curl_url_set(url, CURLUPART_URL, base->text, 0) == CURLUE_OK &&
	       curl_url_set(url, CURLUPART_URL, reference, CURLU_DISALLOW_USER) ==
		       CURLUE_OK &&
	       take_apart(ctx, url, out);
}

bool url_same_origin(const struct url *a, const struct url *b)
{
	return strcmp(a->scheme, b->scheme) == 0 && strcmp(a->host, b->host) == 0 &&
	       a->port == b->port;
}

char *url_encode(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~";
	struct str *s = str_new(ctx);

	for (size_t i = 0; i < len; i++)
		if (bytes[i] != '\0' && strchr(plain, bytes[i]) != NULL)
			str_add_char(s, bytes[i]);
		else
			str_addf(s, "%%%02X", (unsigned)(uint8_t)bytes[i]);
	return str_take(ctx, s);
}

bool retry_after_read(const char *text, int64_t now, int64_t *seconds)
{
	size_t digits;
	time_t date;

	text += strspn(text, " \t");
	digits = strspn(text, "0123456789");
	if (digits > 0 && text[digits + strspn(text + digits, " \t")] == '\0') {
		*seconds = digits > 9 ? WEEK : strtol(text, NULL, 10);
	} else {
		date = curl_getdate(text, NULL);
		if (digits > 0 || date < 0)
			return false;
		*seconds = date - now;
	}
	if (*seconds < 0)
		*seconds = 0;
	if (*seconds > WEEK)
		*seconds = WEEK;
	return true;
}

static bool is_local4(uint32_t address)
{
	return address >> 24 == 127 || address >> 24 == 0 || address >> 16 == 0xA9FE;
}

bool address_is_local(const struct sockaddr *address)
{
	const struct in6_addr *six = &((const struct sockaddr_in6 *)address)->sin6_addr;
	uint32_t four;

	if (address->sa_family == AF_INET)
		return is_local4(
			ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr));
	if (address->sa_family != AF_INET6)
		return true;
	memcpy(&four, &six->s6_addr[12], sizeof(four));
	if (IN6_IS_ADDR_V4MAPPED(six) || IN6_IS_ADDR_V4COMPAT(six) ||
	    memcmp(six->s6_addr, "\0\x64\xff\x9b\0\0\0\0\0\0\0", 12) == 0)
		return is_local4(ntohl(four));
	return IN6_IS_ADDR_LOOPBACK(six) || IN6_IS_ADDR_UNSPECIFIED(six) ||
	       IN6_IS_ADDR_LINKLOCAL(six);
}
