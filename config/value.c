/* SPDX-License-Identifier: MIT */
#include "bridge/record/text.h"
#include "config/load_p.h"
#include "config/pattern_p.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define DIGITS  "0123456789"

/* RFC 4512 2.5 with the "_" and ":" that directories have besides; in lower case. */
static bool is_attribute(const char *name, size_t len)
{
	static const char first[] = LETTERS DIGITS, rest[] = LETTERS DIGITS "-;._:";

	return len > 0 && strspn(name, first) > 0 && strspn(name, rest) >= len;
}

const char *const *attribute_names(const struct building *b, const struct place *at,
				   const char *const *names)
{
	size_t n = 0;
	const char **out;

	while (names[n] != NULL)
		n++;
	out = mem_array(b->ctx, const char *, n + 1);
	for (size_t i = 0; i < n; i++) {
		char *name = mem_strdup(out, names[i]);

		ascii_lower(name, strlen(name));
		if (!is_attribute(name, strlen(name)))
			problem(b->problems, at, "\"%s\" is no name of an attribute",
				names[i]);
		out[i] = name;
	}
	return out;
}

/* Names in braces in lower case, in place; false when the braces are not in order. */
static bool fold_template(char *text)
{
	bool found = false;

	for (;;) {
		size_t len;

		text += strcspn(text, "{}");
		if (*text != '{')
			return *text == '\0' && found;
		len = strcspn(++text, "{}");
		ascii_lower(text, len);
		if (text[len] != '}' || !is_attribute(text, len))
			return false;
		text += len + 1;
		found = true;
	}
}

/* A value that is written as a map. */
struct parts {
	const struct building *b;
	const struct node *map;
	struct settings *s;
	struct value_rule *out;
};

static const struct place *at(const struct parts *p, const char *path)
{
	const struct node *node = node_path(p->map, path);

	return node ? &node->at : &p->map->at;
}

static void read_template(const struct parts *p)
{
	char *text = mem_strdup(p->b->ctx, settings_text(p->s, "template"));

	p->out->template_text = text;
	if (text != NULL && !fold_template(text))
		problem(p->b->problems, at(p, "template"),
			"\"template\" must hold names of attributes in braces, such as "
			"{uid}");
}

static void read_replace(const struct parts *p)
{
	struct err *err = NULL;

	p->out->pattern = settings_text(p->s, "replace.pattern");
	p->out->replacement = settings_text(p->s, "replace.with");
	if (p->out->pattern != NULL && p->out->replacement != NULL)
		err = captures_check(p->out->replacement, p->out->pattern);
	else if (node_get(p->map, "replace") != NULL)
		err = err_new(ERR_CONFIG, "needs both \"pattern\" and \"with\"");
	if (err != NULL)
		problem(p->b->problems, at(p, "replace"), "\"replace\" %s",
			err_text(err));
	err_free(err);
}

static void read_map(const struct building *b, const struct node *map,
		     struct value_rule *out)
{
	struct parts p = { b, map, settings_new(b->ctx, config_value_settings), out };
	const struct reading r = { b->load->scratch, b->problems, &p.s, 1, false };

	read_settings(&r, map);
	out->attributes = attribute_names(b, at(&p, "from"), settings_texts(p.s, "from"));
	out->lower = settings_bool(p.s, "lower");
	read_template(&p);
	read_replace(&p);
}

void value_read(const struct building *b, const char *path, struct value_rule *out)
{
	const struct node *node = node_path(b->map, path);
	const struct place *place = place_of_setting(b, path);

	if (node != NULL && node->kind == NODE_MAP)
		read_map(b, node, out);
	else
		out->attributes =
			attribute_names(b, place, settings_texts(b->people, path));
	if (out->attributes[0] == NULL && out->template_text == NULL)
		problem(b->problems, place, "\"%s\" names no attribute", path);
}
