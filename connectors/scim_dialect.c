/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

/* The first five are tested on shapes that were recorded; the rest on documents only. */
#define DIALECTS(ROW)                                                                    \
	ROW("generic", NULL, NULL, PAGING_AUTO, 0, WAY_AUTO, false, false)               \
	ROW("entra", "graph.microsoft.com", "/rp/scim", PAGING_CURSOR, 100,              \
	    WAY_BY_GROUP, true, true)                                                    \
	ROW("aws", ".amazonaws.com", "/scim/v2", PAGING_CURSOR, 100, WAY_BY_USER, true,  \
	    false)                                                                       \
	ROW("github", NULL, "/scim/v2/enterprises/", PAGING_INDEX, 100, WAY_AUTO, true,  \
	    false)                                                                       \
	ROW("google", ".googleapis.com", NULL, PAGING_NONE, 0, WAY_AUTO, true, false)    \
	ROW("slack", "api.slack.com", "/scim/", PAGING_INDEX, 1000, WAY_AUTO, true,      \
	    false)                                                                       \
	ROW("atlassian", "api.atlassian.com", "/scim/", PAGING_INDEX, 100, WAY_AUTO,     \
	    true, false)                                                                 \
	ROW("salesforce", ".salesforce.com", "/scim/", PAGING_INDEX, 200, WAY_AUTO,      \
	    false, false)                                                                \
	ROW("snowflake", ".snowflakecomputing.com", "/scim/", PAGING_AUTO, 0, WAY_AUTO,  \
	    true, false)                                                                 \
	ROW("databricks", ".databricks.com", "/scim/", PAGING_AUTO, 0, WAY_AUTO, false,  \
	    false)

#define ROW(...) { __VA_ARGS__ },
const struct scim_dialect scim_dialects[] = { DIALECTS(ROW){ .name = NULL } };
#undef ROW

#define ROW(name, ...) name,
const char *const scim_dialect_names[] = { "auto", DIALECTS(ROW) NULL };
#undef ROW

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && strcmp(text + n - m, end) == 0;
}

const struct scim_dialect *scim_dialect_of(const char *name, const struct url *base)
{
	bool find = strcmp(name, "auto") == 0;

	for (const struct scim_dialect *d = scim_dialects; d->name != NULL; d++) {
		bool known = d->host != NULL || d->path != NULL;

		if (!find && strcmp(d->name, name) == 0)
			return d;
		if (find && known &&
		    (d->host == NULL || ends_with(base->host, d->host)) &&
		    (d->path == NULL || strstr(base->text, d->path) != NULL))
			return d;
	}
	return &scim_dialects[0];
}
