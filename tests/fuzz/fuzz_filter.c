/* SPDX-License-Identifier: MIT */
#include "bridge/record/filter.h"
#include "tests/fuzz/fuzz.h"

/* Up to the first NUL a filter, and what follows is the value of every attribute. */
static struct entry *entry_of(TALLOC_CTX *ctx, const char *value, size_t len)
{
	static const char *const names[] = { "cn",        "cn;lang-fr",    "member",
					     "memberuid", "uniquemember",  "uidnumber",
					     "sn",        "objectcategory" };
	struct entry_builder *b = entry_builder_new(ctx);
	struct entry *entry;

	entry_begin(b, "id", 2, "cn=a", 4);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		entry_add(b, names[i], strlen(names[i]), value, len);
	MUST(entry_finish(b, ctx, &entry) == NULL);
	return entry;
}

static void count(const char *name, void *data)
{
	MUST(name[0] != '\0');
	++*(size_t *)data;
}

static void check_filter(TALLOC_CTX *ctx, const struct filter *filter,
			 const struct entry *entry)
{
	const char *text = filter_text(filter);
	size_t n = 0, n_again = 0;
	struct filter *again;

	MUST(filter_parse(ctx, text, &again) == NULL);
	MUST(strcmp(filter_text(again), text) == 0);
	MUST(filter_match(again, entry) == filter_match(filter, entry));
	filter_attributes(filter, count, &n);
	filter_attributes(again, count, &n_again);
	MUST(n == n_again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *text = mem_strndup(ctx, (const char *)bytes, len);
	size_t text_len = strlen(text);
	struct filter *filter;
	struct err *err;

	digest_init();
	err = filter_parse(ctx, text, &filter);
	if (err == NULL)
		check_filter(ctx, filter, entry_of(ctx, text + text_len, len - text_len));
	err_ignore(err);
	return 0;
}
