/* SPDX-License-Identifier: MIT */
/*
 * A filter as a tree, private to the room: filter_parse.c makes it, filter_match.c
 * walks it, filter.c writes it out again.
 */
#ifndef DIRBRIDGE_RECORD_FILTER_P_H
#define DIRBRIDGE_RECORD_FILTER_P_H

#include "bridge/record/filter.h"

enum test {
	TEST_AND,
	TEST_OR,
	TEST_NOT,
	TEST_PRESENT,
	TEST_EQUAL,
	TEST_APPROX,
	TEST_SUBSTRINGS,
	TEST_AT_LEAST,
	TEST_AT_MOST,
	TEST_BITS_ALL, /* 1.2.840.113556.1.4.803 */
	TEST_BITS_ANY, /* 1.2.840.113556.1.4.804 */
	TEST_EXACT,    /* 2.5.13.5, caseExactMatch */
};

/* How the values of an attribute are compared. */
enum syntax {
	SYNTAX_TEXT,
	SYNTAX_BYTES,
	SYNTAX_DN,
	SYNTAX_CATEGORY, /* a DN, or the short name in its leftmost RDN */
};

/* One value to compare with, or one piece between asterisks. */
struct assertion {
	struct value raw;    /* as written, unescaped */
	struct value folded; /* as its syntax compares it */
};

struct node {
	enum test test;

	struct node **children; /* AND, OR, NOT */
	size_t n_children;

	const char *name;    /* all others: the base name, lower case */
	const char *options; /* ";lang-fr", or empty; lower case */
	enum syntax syntax;
	struct assertion *pieces; /* SUBSTRINGS: first and last may be empty */
	size_t n_pieces;          /* 1 where there is one value; 0 for PRESENT */

	/* What the one value also is, if it is. */
	bool is_dn;
	bool is_number;
	bool is_time;
	struct digest dn;
	int64_t number;
	int64_t time;
};

struct filter {
	const struct node *root;
	const char *text, *question;
};

/* Matching rules that have a name (RFC 4515 extensible match). */
#define RULE_BITS_ALL "1.2.840.113556.1.4.803"
#define RULE_BITS_ANY "1.2.840.113556.1.4.804"
#define RULE_EXACT    "2.5.13.5"

/* A whole number in decimal that fits; nothing else around it. */
bool filter_number(const struct value *value, int64_t *number);

/* An assertion on this attribute made ready: folded, and read as what else it may be. */
void node_set_value(TALLOC_CTX *ctx, struct node *node, struct value raw);

/* The same for the pieces of a substring test. */
void node_set_pieces(TALLOC_CTX *ctx, struct node *node, struct value *raw, size_t n);

enum syntax filter_syntax(const char *name);

/* The digest of a DN value of this attribute (uniqueMember may carry a UID). */
bool filter_dn(const char *name, const struct value *value, struct digest *out);

MUST_CHECK struct err *filter_parse_tree(TALLOC_CTX *ctx, const char *text,
					 struct node **out);
bool filter_match_node(const struct node *node, const struct entry *entry);

#endif
