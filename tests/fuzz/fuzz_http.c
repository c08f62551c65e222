/* SPDX-License-Identifier: MIT */
#include "bridge/base/mem.h"
#include "connectors/http.h"
#include "tests/fuzz/fuzz.h"

/* What a server says about when to come back, and where to go instead. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *text = mem_strndup(ctx, (const char *)bytes, len);
	struct url base, url, again;
	int64_t seconds;
	struct err *err;

	digest_init();
	if (retry_after_read(text, INT64_C(1795514400), &seconds))
		MUST(seconds >= 0 && seconds <= 7 * 86400);
	err = url_read(ctx, "https://scim.example/v2", &base);
	MUST(err == NULL);
	if (url_resolve(ctx, &base, text, &url)) {
		MUST(strchr(url.host, '@') == NULL);
		MUST(url_same_origin(&url, &url));
		if (strncmp(text, "//", 2) != 0 && strchr(text, ':') == NULL &&
		    strchr(text, '\\') == NULL && strstr(text, "//") == NULL)
			MUST(url_same_origin(&base, &url));
	}
	err = url_read(ctx, text, &again);
	if (err == NULL)
		MUST(strchr(again.text, '@') == NULL);
	err_ignore(err);
	MUST(strpbrk(url_encode(ctx, (const char *)bytes, len), "&?#/ \r\n") == NULL);
	return 0;
}
