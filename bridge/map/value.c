/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/map/map_p.h"
#include "bridge/record/text.h"
#include <stdlib.h>
#include <unicase.h>

/* A part of a template: plain text, or the name of an attribute. */
struct piece {
	const char *text;
	bool attribute;
};

struct value_reader {
	const char *const *attributes;
	struct piece *pieces;
	size_t n_pieces, pieces_capacity;
	bool lower;
	struct pattern *pattern;
	const char *replacement;
};

char *lower_name(TALLOC_CTX *ctx, const char *name)
{
	char *copy = mem_strdup(ctx, name);

	ascii_lower(copy, strlen(copy));
	return copy;
}

size_t list_len(const char *const *list)
{
	size_t n = 0;

	while (list != NULL && list[n] != NULL)
		n++;
	return n;
}

const char *const *lower_list(TALLOC_CTX *ctx, const char *const *list)
{
	size_t n = list_len(list);
	const char **copy = mem_array(ctx, const char *, n + 1);

	for (size_t i = 0; i < n; i++)
		copy[i] = lower_name(copy, list[i]);
	return copy;
}

static void add_piece(struct value_reader *r, const char *text, size_t len,
		      bool attribute)
{
	char *copy = mem_strndup(r, text, len);

	if (attribute)
		ascii_lower(copy, len);
	mem_grow(r, r->pieces, r->n_pieces + 1, &r->pieces_capacity);
	r->pieces[r->n_pieces++] = (struct piece){ copy, attribute };
}

static void read_template(struct value_reader *r, const char *text)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, "{"), name = strcspn(text + plain, "}");

		if (text[plain] == '\0' || text[plain + name] == '\0') {
			add_piece(r, text, strlen(text), false);
			return;
		}
		if (plain > 0)
			add_piece(r, text, plain, false);
		add_piece(r, text + plain + 1, name - 1, true);
		text += plain + name + 1;
	}
}

struct err *value_open(TALLOC_CTX *ctx, const struct value_rule *rule,
		       struct value_reader **out)
{
	struct value_reader *r = mem_new(ctx, struct value_reader);

	*out = r;
	r->attributes = lower_list(r, rule->attributes);
	r->lower = rule->lower;
	r->replacement = rule->replacement ? rule->replacement : "";
	if (rule->template_text != NULL)
		read_template(r, rule->template_text);
	return rule->pattern ? pattern_new(r, rule->pattern, false, &r->pattern) : NULL;
}

static bool is_blank(const struct value *value)
{
	for (size_t i = 0; i < value->len; i++)
		if (strchr(" \t\r\n", value->bytes[i]) == NULL || value->bytes[i] == '\0')
			return false;
	return true;
}

struct value value_lowest(const struct entry *entry, const char *attribute)
{
	struct value lowest = { NULL, 0 }, value;
	struct attribute a;

	entry_attribute(entry, attribute, &a);
	while (attribute_next(&a, &value))
		if (!is_blank(&value) &&
		    (lowest.bytes == NULL || value_compare(&value, &lowest) < 0))
			lowest = value;
	return lowest;
}

static char *lower_text(TALLOC_CTX *ctx, const struct value *value)
{
	uint8_t buffer[2 * MAP_VALUE_MAX], *text;
	size_t len = sizeof buffer;
	char *copy;

	text = u8_tolower((const uint8_t *)value->bytes, value->len, NULL, NULL, buffer,
			  &len);
	if (text == NULL)
		abort();
	copy = mem_strndup(ctx, (const char *)text, len);
	if (text != buffer)
		free(text);
	return copy;
}

/* The value as the rule wants it; NULL when it is no text, or too long. */
static struct err *shape(const struct value_reader *r, TALLOC_CTX *ctx,
			 const struct value *value, char **out)
{
	*out = NULL;
	if (value->len > MAP_VALUE_MAX || !text_is_utf8(value->bytes, value->len))
		return NULL;
	*out = r->lower ? lower_text(ctx, value)
			: mem_strndup(ctx, value->bytes, value->len);
	if (r->pattern == NULL)
		return NULL;
	return pattern_replace(ctx, r->pattern, *out, r->replacement, out);
}

static struct err *try_value(const struct value_reader *r, TALLOC_CTX *ctx,
			     const struct value *value, value_accept_fn accept,
			     struct text_found *found)
{
	char *text, *accepted;
	struct err *err = shape(r, ctx, value, &text);

	if (err != NULL)
		return err;
	accepted = text ? accept(ctx, text, strlen(text)) : NULL;
	if (accepted != NULL)
		*found = (struct text_found){ text, accepted, *value, found->refused };
	else if (found->refused.bytes == NULL ||
		 value_compare(value, &found->refused) < 0)
		found->refused = *value;
	return NULL;
}

static struct err *try_attribute(const struct value_reader *r, TALLOC_CTX *ctx,
				 struct attribute *a, value_accept_fn accept,
				 struct text_found *found)
{
	struct err *err = NULL;
	struct value value;

	while (err == NULL && attribute_next(a, &value))
		if (!is_blank(&value) &&
		    (found->text == NULL || value_compare(&value, &found->from) < 0))
			err = try_value(r, ctx, &value, accept, found);
	return err;
}

/* False when the entry lacks something that the template names. */
static bool fill_template(const struct value_reader *r, TALLOC_CTX *ctx,
			  const struct entry *entry, struct value *out)
{
	struct str *s;

	if (r->n_pieces == 0)
		return false;
	s = str_new(ctx);
	for (size_t i = 0; i < r->n_pieces; i++) {
		const struct piece *p = &r->pieces[i];
		struct value value = { p->text, strlen(p->text) };

		if (p->attribute)
			value = value_lowest(entry, p->text);
		if (value.bytes == NULL)
			return false;
		str_add_bytes(s, value.bytes, value.len);
	}
	*out = (struct value){ s->text, s->len };
	return true;
}

struct err *value_find(const struct value_reader *r, TALLOC_CTX *ctx,
		       const struct entry *entry, value_accept_fn accept,
		       struct text_found *found)
{
	struct attribute a;
	struct value filled;
	struct err *err;

	*found = (struct text_found){ 0 };
	for (size_t i = 0; r->attributes[i] != NULL; i++) {
		entry_attribute(entry, r->attributes[i], &a);
		err = try_attribute(r, ctx, &a, accept, found);
		if (err != NULL || found->text != NULL)
			return err;
	}
	if (!fill_template(r, ctx, entry, &filled))
		return NULL;
	return try_value(r, ctx, &filled, accept, found);
}

void value_attributes(const struct value_rule *rule,
		      void (*fn)(const char *name, void *data), void *data)
{
	struct value_reader *r = mem_new(NULL, struct value_reader);

	for (size_t i = 0; rule->attributes != NULL && rule->attributes[i] != NULL; i++)
		fn(rule->attributes[i], data);
	if (rule->template_text != NULL)
		read_template(r, rule->template_text);
	for (size_t i = 0; i < r->n_pieces; i++)
		if (r->pieces[i].attribute)
			fn(r->pieces[i].text, data);
	mem_free(r);
}
