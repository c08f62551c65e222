/* SPDX-License-Identifier: MIT */
#include "bridge/record/filter.h"
#include "bridge/base/clock.h"
#include "bridge/base/str.h"
#include "bridge/record/dn.h"
#include "bridge/record/filter_p.h"
#include "bridge/record/text.h"

/* ---- attributes and values ---- */

static const struct {
	const char *name;
	enum syntax syntax;
} syntaxes[] = {
	{ "memberuid", SYNTAX_BYTES },      { "member", SYNTAX_DN },
	{ "uniquemember", SYNTAX_DN },      { "owner", SYNTAX_DN },
	{ "manager", SYNTAX_DN },           { "managedby", SYNTAX_DN },
	{ "memberof", SYNTAX_DN },          { "seealso", SYNTAX_DN },
	{ "distinguishedname", SYNTAX_DN }, { "objectcategory", SYNTAX_CATEGORY },
};

enum syntax filter_syntax(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(syntaxes); i++)
		if (strcmp(syntaxes[i].name, name) == 0)
			return syntaxes[i].syntax;
	return SYNTAX_TEXT;
}

bool filter_number(const struct value *value, int64_t *number)
{
	bool negative = value->len > 0 && value->bytes[0] == '-';
	int64_t n = 0;

	if (value->len == negative)
		return false;
	for (size_t i = negative; i < value->len; i++) {
		int digit = value->bytes[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_sub_overflow(n, digit, &n))
			return false;
	}
	if (!negative && n == INT64_MIN)
		return false;
	*number = negative ? n : -n;
	return true;
}

bool filter_dn(const char *name, const struct value *value, struct digest *out)
{
	size_t len = value->len;

	if (strcmp(name, "uniquemember") == 0)
		len = dn_without_uid(value->bytes, len);
	return len > 0 && dn_digest(value->bytes, len, out);
}

static struct value fold(TALLOC_CTX *ctx, enum syntax syntax, struct value raw)
{
	char *folded;

	if (syntax == SYNTAX_BYTES)
		return raw;
	folded = text_fold(ctx, raw.bytes, raw.len);
	return (struct value){ folded, strlen(folded) };
}

void node_set_value(TALLOC_CTX *ctx, struct node *node, struct value raw)
{
	node->pieces = mem_new(ctx, struct assertion);
	node->n_pieces = 1;
	node->pieces[0] = (struct assertion){ raw, fold(ctx, node->syntax, raw) };
	node->is_number = filter_number(&raw, &node->number);
	node->is_time = clock_parse(raw.bytes, raw.len, &node->time);
	node->is_dn = (node->syntax == SYNTAX_DN || node->syntax == SYNTAX_CATEGORY) &&
		      filter_dn(node->name, &raw, &node->dn);
}

/* White space next to an asterisk separates words there, so one of it stays. */
static struct value fold_piece(TALLOC_CTX *ctx, enum syntax syntax, struct value raw,
			       bool first, bool last)
{
	static const char spaces[] = " \t\r\n";
	struct value folded = fold(ctx, syntax, raw);
	bool before, after;

	if (syntax == SYNTAX_BYTES || raw.len == 0)
		return folded;
	before = !first && strchr(spaces, raw.bytes[0]) != NULL;
	after = !last && strchr(spaces, raw.bytes[raw.len - 1]) != NULL;
	if (folded.len == 0)
		after = false;
	folded.bytes = mem_printf(ctx, "%s%s%s", before ? " " : "", folded.bytes,
				  after ? " " : "");
	folded.len = strlen(folded.bytes);
	return folded;
}

void node_set_pieces(TALLOC_CTX *ctx, struct node *node, struct value *raw, size_t n)
{
	node->pieces = mem_array(ctx, struct assertion, n);
	node->n_pieces = n;
	for (size_t i = 0; i < n; i++)
		node->pieces[i] = (struct assertion){
			raw[i],
			fold_piece(ctx, node->syntax, raw[i], i == 0, i == n - 1),
		};
}

/* ---- text ---- */

static void write_value(struct str *s, const struct value *value)
{
	bool utf8 = text_is_utf8(value->bytes, value->len);

	for (size_t i = 0; i < value->len; i++) {
		uint8_t c = (uint8_t)value->bytes[i];

		if (c < 0x20 || c == 0x7F || (c >= 0x80 && !utf8) ||
		    strchr("*()\\", c) != NULL)
			str_addf(s, "\\%02x", c);
		else
			str_add_char(s, (char)c);
	}
}

static bool excludes_a_class(const struct node *node)
{
	return node->test == TEST_NOT && node->children[0]->test == TEST_EQUAL &&
	       strcmp(node->children[0]->name, "objectclass") == 0;
}

static void write_node(struct str *s, const struct node *node, bool wider);

static void write_children(struct str *s, const struct node *node, bool wider)
{
	size_t n = 0;

	for (size_t i = 0; i < node->n_children; i++) {
		if (wider && node->test == TEST_AND &&
		    excludes_a_class(node->children[i]))
			continue;
		write_node(s, node->children[i], wider && node->test != TEST_NOT);
		n++;
	}
	if (n == 0 && node->n_children > 0)
		str_add(s, "(objectclass=*)");
}

static void write_node(struct str *s, const struct node *node, bool wider)
{
	static const char *const operators[] = {
		[TEST_AND] = "&",
		[TEST_OR] = "|",
		[TEST_NOT] = "!",
		[TEST_PRESENT] = "=*",
		[TEST_EQUAL] = "=",
		[TEST_APPROX] = "~=",
		[TEST_SUBSTRINGS] = "=",
		[TEST_AT_LEAST] = ">=",
		[TEST_AT_MOST] = "<=",
		[TEST_BITS_ALL] = ":" RULE_BITS_ALL ":=",
		[TEST_BITS_ANY] = ":" RULE_BITS_ANY ":=",
		[TEST_EXACT] = ":" RULE_EXACT ":=",
	};

	str_add_char(s, '(');
	if (node->name != NULL)
		str_addf(s, "%s%s", node->name, node->options);
	str_add(s, operators[node->test]);
	write_children(s, node, wider);
	for (size_t i = 0; i < node->n_pieces; i++) {
		if (i > 0)
			str_add_char(s, '*');
		write_value(s, &node->pieces[i].raw);
	}
	str_add_char(s, ')');
}

static const char *written(struct filter *filter, bool wider)
{
	struct str *s = str_new(filter);

	write_node(s, filter->root, wider);
	return str_take(filter, s);
}

/* ---- the calls ---- */

struct err *filter_parse(TALLOC_CTX *ctx, const char *text, struct filter **out)
{
	struct filter *filter = mem_new(ctx, struct filter);
	struct node *root;
	struct err *err = filter_parse_tree(filter, text, &root);

	*out = NULL;
	if (err != NULL) {
		mem_free(filter);
		return err;
	}
	filter->root = root;
	filter->text = written(filter, false);
	filter->question = written(filter, true);
	*out = filter;
	return NULL;
}

bool filter_match(const struct filter *filter, const struct entry *entry)
{
	return filter_match_node(filter->root, entry);
}

const char *filter_text(const struct filter *filter)
{
	return filter->text;
}

const char *filter_question(const struct filter *filter)
{
	return filter->question;
}

static void visit(const struct node *node, void (*fn)(const char *name, void *data),
		  void *data)
{
	if (node->name != NULL)
		fn(node->name, data);
	for (size_t i = 0; i < node->n_children; i++)
		visit(node->children[i], fn, data);
}

void filter_attributes(const struct filter *filter,
		       void (*fn)(const char *name, void *data), void *data)
{
	visit(filter->root, fn, data);
}
