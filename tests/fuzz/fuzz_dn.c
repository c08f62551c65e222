/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/dn_p.h"
#include "bridge/record/text.h"
#include "tests/fuzz/fuzz.h"

/* Where the short way answers, the long way gives the same. */
static void check_ways(TALLOC_CTX *ctx, const char *dn, size_t len)
{
	uint8_t key[DN_SHORT_KEY_MAX];
	size_t key_len = dn_short_key(dn, len, key);
	struct str *s = str_new(ctx);

	if (key_len == 0)
		return;
	MUST(dn_long_key(dn, len, s));
	MUST(s->len == key_len && memcmp(s->text, key, key_len) == 0);
}

static void check_key(TALLOC_CTX *ctx, const char *dn, size_t len)
{
	struct digest of_dn, of_key;
	struct value key;
	struct err *err = dn_key(ctx, dn, len, &key);

	MUST((err == NULL) == dn_digest(dn, len, &of_dn));
	MUST(strlen(dn_leaf(ctx, dn, len)) <= 2 * len);
	MUST(dn_without_uid(dn, len) <= len);
	if (err == NULL) {
		digest_fast(key.bytes, key.len, &of_key);
		MUST(digest_equal(&of_dn, &of_key));
		MUST(dn_is_below(&key, &key));
	}
	err_ignore(err);
}

static void check_text(TALLOC_CTX *ctx, const char *text, size_t len)
{
	const char *folded = text_fold(ctx, text, len), *email;

	MUST(strcmp(folded, text_fold(ctx, folded, strlen(folded))) == 0);
	email = email_key(ctx, text, len);
	if (email != NULL)
		MUST(strcmp(email, email_key(ctx, email, strlen(email))) == 0);
	text_name(ctx, text, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *text = (const char *)bytes;

	digest_init();
	check_ways(ctx, text, len);
	check_key(ctx, text, len);
	check_text(ctx, text, len);
	return 0;
}
