/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "bridge/map/map_p.h"
#include <pcre2.h>

/* A pattern that needs more than this for one name is a mistake or an attack. */
#define MATCH_LIMIT 100000
#define HEAP_LIMIT  1024 /* kilobytes */

struct pattern {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	const char *subject; /* of the last hit */
};

static int pattern_free(struct pattern *p)
{
	pcre2_match_context_free(p->limits);
	pcre2_match_data_free(p->data);
	pcre2_code_free(p->code);
	return 0;
}

static struct err *pattern_err(int code, const char *what)
{
	char text[256];

	pcre2_get_error_message(code, (PCRE2_UCHAR *)text, sizeof text);
	return err_new(ERR_CONFIG, "%s: %s", what, text);
}

static struct err *limit_err(int code)
{
	return err_hint(pattern_err(code, "pattern gives no answer"),
			"Write it without nested repeats, such as (a+)+.");
}

struct err *pattern_new(TALLOC_CTX *ctx, const char *text, bool whole,
			struct pattern **out)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C;
	struct pattern *p = mem_new(ctx, struct pattern);
	PCRE2_SIZE where;
	int code;

	*out = NULL;
	if (whole)
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_CASELESS;
	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &code,
				&where, NULL);
	if (p->code == NULL) {
		mem_free(p);
		return err_wrap(pattern_err(code, "no pattern"), "\"%s\", character %zu",
				text, where + 1);
	}
	p->data = pcre2_match_data_create_from_pattern(p->code, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (p->data == NULL || p->limits == NULL)
		abort();
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(p->limits, HEAP_LIMIT);
	talloc_set_destructor(p, pattern_free);
	*out = p;
	return NULL;
}

struct err *pattern_match(struct pattern *p, const char *subject, bool *hit)
{
	int code = pcre2_match(p->code, (PCRE2_SPTR)subject, PCRE2_ZERO_TERMINATED, 0, 0,
			       p->data, p->limits);

	p->subject = subject;
	*hit = code > 0;
	return code > 0 || code == PCRE2_ERROR_NOMATCH ? NULL : limit_err(code);
}

struct value pattern_capture(const struct pattern *p, unsigned n)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->data) + (size_t)2 * n;

	if (n >= pcre2_get_ovector_count(p->data) || at[0] == PCRE2_UNSET ||
	    at[1] < at[0])
		return (struct value){ p->subject, 0 };
	return (struct value){ p->subject + at[0], at[1] - at[0] };
}

struct err *pattern_replace(TALLOC_CTX *ctx, struct pattern *p, const char *subject,
			    const char *replacement, char **out)
{
	uint32_t options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_UNSET_EMPTY;
	PCRE2_UCHAR text[MAP_VALUE_MAX];
	PCRE2_SIZE len = sizeof text;
	int code = pcre2_substitute(
		p->code, (PCRE2_SPTR)subject, PCRE2_ZERO_TERMINATED, 0, options, p->data,
		p->limits, (PCRE2_SPTR)replacement, PCRE2_ZERO_TERMINATED, text, &len);

	*out = NULL;
	if (code == PCRE2_ERROR_NOMEMORY)
		return NULL;
	if (code < 0)
		return limit_err(code);
	*out = mem_strndup(ctx, (const char *)text, len);
	return NULL;
}
