/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"
#include "tests/fuzz/fuzz.h"

static void begin(struct session *s, TALLOC_CTX *ctx)
{
	static const char *const attributes[] = { "mail", NULL };
	static struct request request = { .attributes = attributes };

	s->request = &request;
	s->builder = entry_builder_new(ctx);
}

/* A resource from the other side, as a user and as a group. */
static void flatten(TALLOC_CTX *ctx, json_t *json)
{
	struct session s = { 0 };
	struct scim_ids ids = { 0 };
	struct entry *entry;
	struct err *err;

	begin(&s, ctx);
	if (scim_id(ctx, json) == NULL)
		return;
	err = scim_entry(&s, ctx, SCIM_USER, json, NULL, &entry);
	err_ignore(err);
	if (!scim_members_shown(ctx, json, &ids))
		return;
	for (size_t i = 0; i < ids.n; i++)
		MUST(ids.list[i] != NULL);
	err = scim_entry(&s, ctx, SCIM_GROUP, json, &ids, &entry);
	err_ignore(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *text = mem_strndup(ctx, (const char *)bytes, len);
	AUTO_JSON json_t *json = NULL;
	struct err *err = json_strict_read(text, strlen(text), &json);
	int64_t number;

	digest_init();
	MUST((err == NULL) == (json != NULL));
	err_ignore(err);
	if (json == NULL)
		return 0;
	MUST(json_is_object(json));
	json_number(json_member(json, "totalResults"), &number);
	flatten(ctx, json);
	return 0;
}
