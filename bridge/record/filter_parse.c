/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/record/filter_p.h"
#include "bridge/record/text.h"

#define DEPTH_MAX 64

struct parser {
	TALLOC_CTX *ctx;
	const char *text;
	const char *at;
};

static struct err *bad(const struct parser *p, const char *why)
{
	return err_new(ERR_CONFIG, "filter \"%s\", position %td: %s", p->text,
		       p->at - p->text + 1, why);
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
}

static bool accept(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	if (strncmp(p->at, token, len) != 0)
		return false;
	p->at += len;
	return true;
}

/* ---- attribute ---- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME    LETTERS "0123456789-_."

/* A URN names an attribute of SCIM (RFC 7643 3.3): its colons are its own, up to those
 * of a matching rule. */
static size_t name_length(const char *at)
{
	static const char *const matching[] = { RULE_BITS_ALL, RULE_BITS_ANY, RULE_EXACT,
						"caseExactMatch" };
	size_t len = strspn(at, NAME);

	if (strncasecmp(at, "urn:", 4) != 0)
		return len;
	len = strspn(at, NAME ":");
	while (len > 0 && at[len - 1] == ':')
		len--;
	for (size_t i = 0; i < ARRAY_LEN(matching); i++) {
		size_t rule = strlen(matching[i]);

		if (len > rule + 4 && at[len] == ':' && at[len - rule - 1] == ':' &&
		    memcmp(at + len - rule, matching[i], rule) == 0)
			return len - rule - 1;
	}
	return len;
}

static struct err *parse_attribute(struct parser *p, struct node *node)
{
	size_t len = name_length(p->at), options;
	char *name, *tail;

	if (strspn(p->at, "0123456789.") > 0)
		return err_hint(bad(p, "an attribute begins with a letter"),
				"Write the attribute's name instead of its number.");
	if (len == 0 || *p->at == '-' || *p->at == '_')
		return bad(p, "an attribute is missing");
	for (options = len; p->at[options] == ';';)
		options += 1 + strspn(p->at + options + 1, NAME);
	name = mem_strndup(p->ctx, p->at, len);
	tail = mem_strndup(p->ctx, p->at + len, options - len);
	ascii_lower(name, len);
	ascii_lower(tail, options - len);
	if (strcmp(name, "anr") == 0)
		return err_hint(bad(p, "\"anr\" is no attribute and is not supported"),
				"Name the attributes that it stands for.");
	node->name = name;
	node->options = tail;
	node->syntax = filter_syntax(name);
	p->at += options;
	return NULL;
}

/* ---- value ---- */

static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	ascii_lower(&c, 1);
	at = c != '\0' ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Up to the next asterisk or closing parenthesis, or the end. */
static struct err *parse_piece(struct parser *p, struct value *out)
{
	struct str *s = str_new(p->ctx);
	size_t len;

	while (*p->at != '\0' && *p->at != '*' && *p->at != ')') {
		if (*p->at == '(')
			return bad(p, "\"(\" in a value is written \"\\28\"");
		if (*p->at != '\\') {
			str_add_char(s, *p->at++);
			continue;
		}
		if (digit(p->at[1]) < 0 || digit(p->at[2]) < 0)
			return bad(p, "\"\\\" in a value is written \"\\5c\"");
		str_add_char(s, (char)(digit(p->at[1]) << 4 | digit(p->at[2])));
		p->at += 3;
	}
	len = s->len;
	*out = (struct value){ str_take(p->ctx, s), len };
	return NULL;
}

static struct err *parse_value(struct parser *p, struct node *node)
{
	struct value raw;
	struct err *err = parse_piece(p, &raw);

	if (err == NULL && *p->at == '*')
		err = bad(p, "\"*\" in this value is written \"\\2a\"");
	if (err == NULL)
		node_set_value(p->ctx, node, raw);
	return err;
}

/* "=" may be a value, a presence test, or pieces between asterisks. */
static struct err *parse_equal(struct parser *p, struct node *node)
{
	struct value *raw = NULL;
	size_t n = 0, capacity = 0;
	struct err *err;

	do {
		mem_grow(p->ctx, raw, n + 1, &capacity);
		err = parse_piece(p, &raw[n]);
		if (err != NULL)
			return err;
		/* An empty piece between two asterisks says nothing. */
		if (n == 0 || raw[n].len > 0 || *p->at != '*')
			n++;
	} while (accept(p, "*"));
	if (n == 1) {
		node_set_value(p->ctx, node, raw[0]);
	} else if (n == 2 && raw[0].len + raw[1].len == 0) {
		node->test = TEST_PRESENT;
	} else {
		node->test = TEST_SUBSTRINGS;
		node_set_pieces(p->ctx, node, raw, n);
	}
	return NULL;
}

/* ---- extensible match ---- */

static const struct {
	const char *name;
	enum test test;
} rules[] = {
	{ "=", TEST_EQUAL },
	{ RULE_BITS_ALL ":=", TEST_BITS_ALL },
	{ RULE_BITS_ANY ":=", TEST_BITS_ANY },
	{ RULE_EXACT ":=", TEST_EXACT },
	{ "caseExactMatch:=", TEST_EXACT },
};

static struct err *parse_extensible(struct parser *p, struct node *node)
{
	struct err *err;
	size_t i = 0;

	while (i < ARRAY_LEN(rules) && !accept(p, rules[i].name))
		i++;
	if (i == ARRAY_LEN(rules))
		return err_hint(bad(p, "this matching rule is not supported"),
				"Known are " RULE_BITS_ALL " (all bits), " RULE_BITS_ANY
				" (any bit) and caseExactMatch; nested groups are "
				"resolved without a rule.");
	node->test = rules[i].test;
	err = parse_value(p, node);
	if (err == NULL && !node->is_number &&
	    (node->test == TEST_BITS_ALL || node->test == TEST_BITS_ANY))
		err = bad(p, "a bit rule compares with a whole number");
	return err;
}

/* ---- filters ---- */

static const struct {
	const char *token;
	enum test test;
	struct err *(*parse)(struct parser *p, struct node *node);
} operators[] = {
	{ "=", TEST_EQUAL, parse_equal },      { ">=", TEST_AT_LEAST, parse_value },
	{ "<=", TEST_AT_MOST, parse_value },   { "~=", TEST_APPROX, parse_value },
	{ ":", TEST_EQUAL, parse_extensible },
};

static struct err *parse_item(struct parser *p, struct node *node)
{
	struct err *err = parse_attribute(p, node);

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(operators); i++)
		if (accept(p, operators[i].token)) {
			node->test = operators[i].test;
			return operators[i].parse(p, node);
		}
	return err != NULL ? err : bad(p, "an operator such as \"=\" is missing");
}

static struct err *parse_filter(struct parser *p, unsigned depth, struct node **out);

static struct err *parse_set(struct parser *p, unsigned depth, struct node *node)
{
	struct err *err = NULL;
	size_t capacity = 0;

	for (skip_blanks(p); err == NULL && *p->at == '('; skip_blanks(p)) {
		mem_grow(p->ctx, node->children, node->n_children + 1, &capacity);
		err = parse_filter(p, depth, &node->children[node->n_children++]);
	}
	if (err == NULL && node->test == TEST_NOT && node->n_children != 1)
		err = bad(p, "\"!\" takes exactly one filter");
	return err;
}

static struct err *parse_inner(struct parser *p, unsigned depth, struct node *node)
{
	static const char tokens[] = { '&', '|', '!' };
	static const enum test tests[] = { TEST_AND, TEST_OR, TEST_NOT };

	for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
		if (*p->at == tokens[i]) {
			p->at++;
			node->test = tests[i];
			return parse_set(p, depth + 1, node);
		}
	return parse_item(p, node);
}

static struct err *parse_filter(struct parser *p, unsigned depth, struct node **out)
{
	struct err *err;

	*out = mem_new(p->ctx, struct node);
	if (depth > DEPTH_MAX)
		return bad(p, "it is nested too deeply");
	if (!accept(p, "("))
		return bad(p, "\"(\" is missing");
	skip_blanks(p);
	err = parse_inner(p, depth, *out);
	if (err != NULL)
		return err;
	skip_blanks(p);
	return accept(p, ")") ? NULL : bad(p, "\")\" is missing");
}

struct err *filter_parse_tree(TALLOC_CTX *ctx, const char *text, struct node **out)
{
	struct parser p = { ctx, text, text };
	struct err *err;

	skip_blanks(&p);
	err = parse_filter(&p, 1, out);
	if (err != NULL)
		return err;
	skip_blanks(&p);
	return *p.at == '\0' ? NULL : bad(&p, "more follows the filter");
}
