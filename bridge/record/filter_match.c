/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/record/dn.h"
#include "bridge/record/filter_p.h"
#include "bridge/record/text_p.h"

/* A value of the entry as the assertion's folded form compares with it. */
static struct value fold(struct folded *f, const struct node *node,
			 const struct value *value)
{
	return node->syntax == SYNTAX_BYTES ? *value : folded_value(f, value);
}

/* ---- tests of one value ---- */

static bool is_equal(const struct value *a, const struct value *b)
{
	return a->len == b->len && value_compare(a, b) == 0;
}

/*
 * Active Directory takes a class's name for its category (MS-ADTS 3.1.1.3.1.3.5): the
 * classes for people share one, and class names have no dashes.
 */
static bool is_category(const struct node *node, const struct value *value)
{
	static const char *const people[] = { "user", "contact", "inetorgperson",
					      "organizationalperson" };
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *wanted = node->pieces[0].folded.bytes;
	char *leaf = dn_leaf(tmp, value->bytes, value->len), *to;

	leaf = to = text_fold(tmp, leaf, strlen(leaf));
	if (strcmp(leaf, wanted) == 0)
		return true;
	for (const char *from = leaf; *from != '\0'; from++)
		if (*from != '-')
			*to++ = *from;
	*to = '\0';
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		if (strcmp(wanted, people[i]) == 0)
			wanted = "person";
	return strcmp(leaf, wanted) == 0;
}

static bool test_equal(const struct node *node, const struct value *value)
{
	AUTO(folded_free) struct folded f;
	struct value folded;
	struct digest dn;

	f.heap = NULL;
	if (node->is_dn)
		return filter_dn(node->name, value, &dn) && digest_equal(&dn, &node->dn);
	if (node->syntax == SYNTAX_CATEGORY)
		return is_category(node, value);
	folded = fold(&f, node, value);
	return is_equal(&folded, &node->pieces[0].folded);
}

static bool test_exact(const struct node *node, const struct value *value)
{
	return is_equal(value, &node->pieces[0].raw);
}

static bool cut_front(struct value *text, const struct value *piece)
{
	if (text->len < piece->len || memcmp(text->bytes, piece->bytes, piece->len) != 0)
		return false;
	text->bytes += piece->len;
	text->len -= piece->len;
	return true;
}

static bool cut_back(struct value *text, const struct value *piece)
{
	if (text->len < piece->len ||
	    memcmp(text->bytes + text->len - piece->len, piece->bytes, piece->len) != 0)
		return false;
	text->len -= piece->len;
	return true;
}

static bool cut_through(struct value *text, const struct value *piece)
{
	const char *at = memmem(text->bytes, text->len, piece->bytes, piece->len);

	if (at == NULL)
		return false;
	text->len -= (size_t)(at - text->bytes) + piece->len;
	text->bytes = at + piece->len;
	return true;
}

static bool test_substrings(const struct node *node, const struct value *value)
{
	AUTO(folded_free) struct folded f;
	size_t last = node->n_pieces - 1;
	struct value rest;

	f.heap = NULL;
	rest = fold(&f, node, value);
	if (!cut_front(&rest, &node->pieces[0].folded) ||
	    !cut_back(&rest, &node->pieces[last].folded))
		return false;
	for (size_t i = 1; i < last; i++)
		if (!cut_through(&rest, &node->pieces[i].folded))
			return false;
	return true;
}

static int order(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Below, at or above zero as the value is below, at or above the assertion. */
static int compare(const struct node *node, const struct value *value)
{
	AUTO(folded_free) struct folded f;
	struct value folded;
	int64_t n;

	f.heap = NULL;
	if (node->is_number && filter_number(value, &n))
		return order(n, node->number);
	if (node->is_time && clock_parse(value->bytes, value->len, &n))
		return order(n, node->time);
	folded = fold(&f, node, value);
	return value_compare(&folded, &node->pieces[0].folded);
}

static bool test_at_least(const struct node *node, const struct value *value)
{
	return compare(node, value) >= 0;
}

static bool test_at_most(const struct node *node, const struct value *value)
{
	return compare(node, value) <= 0;
}

static bool test_bits_all(const struct node *node, const struct value *value)
{
	int64_t n;

	return filter_number(value, &n) && (n & node->number) == node->number;
}

static bool test_bits_any(const struct node *node, const struct value *value)
{
	int64_t n;

	return filter_number(value, &n) && (n & node->number) != 0;
}

static bool test_present(UNUSED const struct node *node, UNUSED const struct value *value)
{
	return true;
}

/* ---- attributes and nodes ---- */

static bool has_option(const struct value *have, const char *option, size_t len)
{
	const char *at = have->bytes, *end = at + have->len;

	while (at < end) {
		const char *next = memchr(at + 1, ';', (size_t)(end - at - 1));
		size_t n = (size_t)((next ? next : end) - at);

		if (n == len && memcmp(at, option, len) == 0)
			return true;
		at += n;
	}
	return false;
}

/* RFC 4512 2.5.2: a description covers those that have its options, and maybe more. */
static bool is_covered(const struct node *node, const struct value *name)
{
	size_t base = strlen(node->name), len;
	struct value options = { name->bytes + base, name->len - base };

	if (name->len < base || memcmp(name->bytes, node->name, base) != 0 ||
	    (name->len > base && name->bytes[base] != ';'))
		return false;
	for (const char *option = node->options; *option != '\0'; option += len) {
		len = 1 + strcspn(option + 1, ";");
		if (!has_option(&options, option, len))
			return false;
	}
	return true;
}

static bool match_attribute(const struct node *node, const struct entry *entry,
			    bool (*test)(const struct node *, const struct value *))
{
	struct attribute attribute = { 0 };
	struct value value;

	while (entry_next_attribute(entry, &attribute))
		if (is_covered(node, &attribute.name))
			while (attribute_next(&attribute, &value))
				if (test(node, &value))
					return true;
	return false;
}

static bool match_set(const struct node *node, const struct entry *entry, bool decides)
{
	for (size_t i = 0; i < node->n_children; i++)
		if (filter_match_node(node->children[i], entry) == decides)
			return decides;
	return !decides;
}

bool filter_match_node(const struct node *node, const struct entry *entry)
{
	static bool (*const tests[])(const struct node *, const struct value *) = {
		[TEST_PRESENT] = test_present,   [TEST_EQUAL] = test_equal,
		[TEST_APPROX] = test_equal,      [TEST_SUBSTRINGS] = test_substrings,
		[TEST_AT_LEAST] = test_at_least, [TEST_AT_MOST] = test_at_most,
		[TEST_BITS_ALL] = test_bits_all, [TEST_BITS_ANY] = test_bits_any,
		[TEST_EXACT] = test_exact,
	};

	switch (node->test) {
	case TEST_AND:
		return match_set(node, entry, false);
	case TEST_OR:
		return match_set(node, entry, true);
	case TEST_NOT:
		return !filter_match_node(node->children[0], entry);
	default:
		return match_attribute(node, entry, tests[node->test]);
	}
}
