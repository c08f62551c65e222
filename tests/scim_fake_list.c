/* SPDX-License-Identifier: MIT */
#include "tests/scim_fake_p.h"
#include <stdio.h>
#include <stdlib.h>

long fake_parameter(const struct client *c, const char *name, long standard)
{
	const char *at = strstr(c->query, name);

	return at ? strtol(at + strlen(name), NULL, 10) : standard;
}

unsigned fake_unescape(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0' && *at != '&' && *at != ' '; at++) {
		char hex[3] = { at[1], at[1] ? at[2] : '\0', '\0' };

		if (*at == '%') {
			*to++ = (char)strtol(hex, NULL, 16);
			at += 2;
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
	return (unsigned)(to - text);
}

static char *filter_of(const struct client *c)
{
	const char *at = strstr(c->query, "filter=");
	char *copy = at ? mem_strdup(c->ctx, at + 7) : NULL;

	if (copy != NULL)
		fake_unescape(copy);
	return copy;
}

static bool passes(const struct client *c, const char *filter, unsigned n)
{
	char *id = fake_id(c, c->users, n);
	const char *quote = strchr(filter, '"');

	if (strncmp(filter, "id eq", 5) == 0 && strstr(filter, "members pr") != NULL)
		return !c->users && n != c->w->emptied &&
		       strncmp(quote + 1, id, strlen(id)) == 0;
	for (unsigned other = 1; quote != NULL && other <= c->w->users; other++) {
		char *want = fake_id(c, !c->users, other);
		bool same = strncmp(quote + 1, want, strlen(want)) == 0 &&
			    quote[1 + strlen(want)] == '"';

		if (same)
			return c->users ? fake_is_in(c->w, n, other)
					: fake_is_in(c->w, other, n);
	}
	return false;
}

struct listing {
	unsigned rows[4096], n;
};

static void select_rows(const struct client *c, struct listing *l)
{
	char *filter = filter_of(c);
	unsigned n;

	l->n = 0;
	for (unsigned i = 0; i < 4096; i++) {
		n = c->users ? fake_user_at(c->w, i) : fake_group_at(c->w, i);
		if (n == 0)
			return;
		if (filter == NULL || fake_is(c, SCIM_FILTER_IGNORED) ||
		    passes(c, filter, n))
			l->rows[l->n++] = n;
		if (fake_is(c, SCIM_PLACEHOLDER) && c->users)
			return;
	}
}

struct window {
	unsigned from, to; /* rows */
	bool cursors;
	unsigned total;
};

static void choose_total(const struct client *c, const struct listing *l,
			 struct window *v)
{
	v->total = l->n;
	if (fake_is(c, SCIM_TOTAL_IS_PAGE_SIZE))
		v->total = v->to - v->from;
	if (fake_is(c, SCIM_TOTAL_TOO_SMALL))
		v->total = l->n / 2;
	if (fake_is(c, SCIM_TOTAL_TOO_LARGE))
		v->total = l->n + 2;
	if (fake_is(c, SCIM_TOTAL_CHANGES))
		v->total = l->n + v->from % 3;
	if (fake_is(c, SCIM_LAST_PAGE_FOR_EVER))
		v->total = l->n + 5;
}

static void choose_rows(const struct client *c, const struct listing *l, struct window *v)
{
	long start = fake_parameter(c, "startIndex=", 1),
	     count = fake_parameter(c, "count=", 100);
	long most = c->w->page;

	if (v->cursors) {
		const char *at = strstr(c->query, "cursor=");
		const char *digits = at ? strpbrk(at + 7, "0123456789&") : NULL;

		start = digits ? strtol(digits, NULL, 10) : 1;
		if (fake_is(c, SCIM_CURSOR_TO_ENCODE) && at && strstr(at, "%2B%2F%3D"))
			start = strtol(strstr(at, "%2B%2F%3D") + 9, NULL, 10);
		start = start < 1 ? 1 : start;
	}
	if (fake_is(c, SCIM_COUNT_LOWERED))
		most = 7;
	count = count < most ? count : most;
	if (fake_is(c, SCIM_COUNT_EXCEEDED))
		count += 3;
	if (fake_is(c, SCIM_START_FROM_ZERO))
		start++;
	if (fake_is(c, SCIM_START_IGNORED))
		start = 1;
	if (fake_is(c, SCIM_PAGES_OVERLAP) && start > 1)
		start--;
	if (fake_is(c, SCIM_LAST_PAGE_FOR_EVER) && start > (long)l->n - count)
		start = (long)l->n - count + 1;
	if (fake_is(c, SCIM_FIRST_PAGE_PAST_THE_END) && start > (long)l->n)
		start = 1;
	if (start < 1)
		start = 1;
	v->from = (unsigned)start - 1 < l->n ? (unsigned)start - 1 : l->n;
	v->to = v->from + (unsigned)count < l->n ? v->from + (unsigned)count : l->n;
	if (fake_is(c, SCIM_FIRST_PAGE_ONLY) && start > 1)
		v->to = v->from;
}

static void add_next(const struct client *c, const struct listing *l, struct str *s,
		     const struct window *v)
{
	unsigned next = fake_is(c, SCIM_CURSOR_REPEATS) ? 4 : v->to + 1;

	if (!v->cursors)
		return;
	if (v->to < l->n)
		str_addf(s, ",\"nextCursor\":\"%s%u\"",
			 fake_is(c, SCIM_CURSOR_TO_ENCODE) ? "+/=" : "c", next);
	else if (fake_is(c, SCIM_CURSOR_EMPTY_AT_END))
		str_add(s, ",\"nextCursor\":\"\"");
	else if (fake_is(c, SCIM_CURSOR_NULL_AT_END))
		str_add(s, ",\"nextCursor\":null");
}

bool fake_has_cursors(const struct client *c)
{
	return (c->w->defect >= SCIM_CURSORS && c->w->defect <= SCIM_CURSOR_REPEATS) ||
	       fake_is(c, SCIM_LIKE_ENTRA) || fake_is(c, SCIM_LIKE_AWS);
}

static void add_rows(const struct client *c, const struct listing *l,
		     const struct window *v, struct str *s)
{
	bool first = true;

	for (unsigned i = v->from; i < v->to; i++) {
		if (fake_is(c, SCIM_ROW_LEFT_OUT) && c->users && i == 4)
			continue;
		str_add(s, first ? "" : ",");
		first = false;
		if (c->users)
			fake_add_user(c, s, l->rows[i]);
		else
			fake_add_group(c, s, l->rows[i], false);
	}
}

void fake_send_list(const struct client *c)
{
	struct listing *l = mem_new(c->ctx, struct listing);
	struct window v = { .cursors = fake_has_cursors(c) };
	struct str *s = str_new(c->ctx);
	const char *quote = fake_is(c, SCIM_NUMBERS_AS_TEXT) ? "\"" : "";

	if (strstr(c->query, "filter=") != NULL && !fake_is(c, SCIM_FILTER_IGNORED) &&
	    !fake_is(c, SCIM_MEMBERS_BY_GROUP) && !fake_is(c, SCIM_MEMBERS_BY_USER) &&
	    !fake_is(c, SCIM_EMPTY_NOT_SHOWN) && !fake_is(c, SCIM_LIKE_ENTRA) &&
	    !fake_is(c, SCIM_LIKE_AWS)) {
		fake_refuse(c, 400, "invalidFilter", JSON_TYPE);
		return;
	}
	select_rows(c, l);
	choose_rows(c, l, &v);
	choose_total(c, l, &v);
	if (fake_is(c, SCIM_START_TOO_BIG) && v.from >= 20) {
		fake_refuse(c, 400, "Start index too big", JSON_TYPE);
		return;
	}
	str_add(s,
		"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"]");
	if (!fake_is(c, SCIM_TOTAL_MISSING) && !v.cursors)
		str_addf(s, ",\"totalResults\":%s%u%s", quote, v.total, quote);
	str_addf(s, ",\"startIndex\":%s%u%s,\"itemsPerPage\":200", quote, v.from + 1,
		 quote);
	add_next(c, l, s, &v);
	if (fake_is(c, SCIM_NESTED_DEEPLY))
		for (unsigned i = 0; i < 40; i++)
			str_addf(s, i == 0 ? ",\"x\":[" : "[");
	if (fake_is(c, SCIM_NESTED_DEEPLY))
		for (unsigned i = 0; i < 40; i++)
			str_add(s, "]");
	if (fake_is(c, SCIM_LIST_NULL) && c->users)
		str_add(s, ",\"Resources\":null");
	else if (!fake_is(c, SCIM_LIST_MISSING) || !c->users) {
		str_addf(s, ",\"%s\":[",
			 fake_is(c, SCIM_LIST_LOWER_CASE) || fake_is(c, SCIM_LIKE_ENTRA)
				 ? "resources"
				 : "Resources");
		add_rows(c, l, &v, s);
		str_add(s, "]");
	}
	str_add(s, "}");
	fake_send_json(c, s);
}
