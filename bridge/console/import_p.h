/* SPDX-License-Identifier: MIT */
/*
 * What the files that read a document share: the reader that cuts it into elements, the
 * element as values, and what is known so far of everything that others refer to. Rows
 * are written as long as nothing was wrong; after that, things are only looked at.
 */
#ifndef DIRBRIDGE_CONSOLE_IMPORT_P_H
#define DIRBRIDGE_CONSOLE_IMPORT_P_H

#include "bridge/base/arena.h"
#include "bridge/base/table.h"
#include "bridge/console/console_p.h"
#include "bridge/console/erase.h"
#include "bridge/console/export_p.h"
#include "bridge/console/import.h"

enum { IMPORT_DEPTH = 8, IMPORT_PROBLEMS = 100 };
#define IMPORT_ELEMENT (UINT64_C(16) << 20) /* bytes of one element */
#define IMPORT_BYTES   (UINT64_C(8) << 30)  /* of the whole */

/* ---- the text of the document (import_read.c) ---- */

struct reader {
	import_read_fn *read;
	void *from;
	char buffer[16384];
	size_t at, len;
	uint64_t bytes, line;
	int ahead; /* a character that was looked at, or -1 */
	/* Within an element: */
	uint64_t element;
	int depth;
	bool quoted, escaped;
	const char *limit; /* which one was passed, in words, or NULL */
};

void reader_start(struct reader *r, import_read_fn *read, void *from);
/* The next character that is no white space, which stays; -1 at the end. */
int reader_peek(struct reader *r);
/* This text must come next, with white space before it. */
MUST_CHECK struct err *reader_expect(struct reader *r, const char *text);
/* An object, whole; ERR_CONFIG with line and reason otherwise. */
MUST_CHECK struct err *reader_element(struct reader *r, json_t **object);
MUST_CHECK struct err *reader_error(const struct reader *r, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* ---- what is known so far ---- */

/* From when until when; 0: until now. */
struct span {
	int64_t from, to;
};

struct import_organization {
	int64_t id;
	uint32_t parent; /* or VIEW_NONE */
	unsigned level;
	struct span span;
	const char *name, *uid; /* NULL: its values are wrong */
};

struct import_person {
	int64_t subject, account, principal; /* ids */
	bool has_account, has_email;
};

struct import_group {
	int64_t id;
	uint32_t organization; /* VIEW_NONE: its values are wrong */
	struct span span;
};

/* Of the group that is being read. */
struct import_link {
	uint32_t organization;
	struct span span;
};

/* A source, or a mail. */
struct import_thing {
	int64_t id;
	uint32_t organization; /* VIEW_NONE: its values are wrong */
	uint32_t person;
};

struct import_chain {
	int64_t seq, last; /* last: of the line that was read, 0 before the first */
	int64_t sealed;    /* lines up to here were written under an older hash */
	uint8_t head[HASH_SIZE], hash[HASH_SIZE];
	bool any;
};

/* Who gives a role, or has joined an invitation, while it is read. */
struct import_giving {
	uint32_t group;
	struct span span;
	size_t n, open; /* open: gives it now; for an invitation, that it is pending */
};

/* What a checkpoint says a line's hash is. */
struct import_seal {
	uint8_t head[HASH_SIZE];
};

/* One value of an element; its bytes live as long as the element. */
struct import_value {
	bool none;
	int64_t number; /* of a reference: the place in its array */
	int64_t id;     /* of a reference: in this store */
	const char *text;
	size_t len; /* of text, or of the bytes of hexadecimal digits */
};

struct import {
	struct console *c;
	TALLOC_CTX *ctx;
	TALLOC_CTX *scratch; /* emptied after each element */
	struct arena *keys;
	struct table *seen; /* what may be there once, and where spans stand */
	struct span *spans;
	size_t n_spans, c_spans;

	struct import_organization *organizations;
	struct import_person *people;
	struct import_group *groups;
	struct import_thing *sources, *mails;
	struct import_chain *chains; /* by organization */
	struct import_link *links;
	size_t n_links, c_links;
	struct import_giving giving;
	struct import_seal *seals;
	size_t n_seals, c_seals;
	uint32_t chain;   /* the organization whose chain is read */
	bool chain_lost;  /* somebody's could not be read */
	struct str *line; /* scratch of its hashes */
	size_t n[ALL_PARTS], capacity[PARTS], c_chains;
	int64_t root, first_id, event_seq;
	struct erased *erased; /* who must not come back, in this store */

	/* Where we are: "groups[3]", and "links[0]" within it; with depth 0 the whole
	 * of "chains". */
	const char *place[2];
	size_t at[2];
	int depth;
	struct str *problems;
	int n_problems;
	struct err *err; /* of the store; ends everything */
	struct err *taken;
};

/* Something is wrong with a field of the element, or, with NULL, with the element. */
void import_problem(struct import *im, const char *field, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* The store has it already: import ends with a refusal. */
void import_taken(struct import *im, const char *field, const char *what);

/* Whether this key was not there before; it is from now on. */
bool import_once(struct import *im, const char *key, size_t len);
#define import_once_f(im, ...) import_once_(im, mem_printf((im)->scratch, __VA_ARGS__))
bool import_once_(struct import *im, const char *key);

/* Spans of one key follow each other and do not overlap; names what is wrong. */
void import_span(struct import *im, struct span span, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* inner lies within outer. */
bool span_within(struct span inner, struct span outer);

/* Its place in the tree is known: it and those above it could be read. */
bool import_is_placed(const struct import *im, uint32_t organization);

/* At or below another organization. */
bool import_is_below(const struct import *im, uint32_t organization, uint32_t top);

/* A statement, unless something was wrong. cells: the row that it belongs to (?1), the
 * element's values (from ?2), then what follows. */
void import_row(struct import *im, const char *sql, int64_t parent, enum part_id part,
		const struct import_value *v, const struct cell *more, int n_more);

/* Takes what a statement came back with: a constraint's refusal is a problem. */
void import_done(struct import *im, struct err *err);
/* Nothing was wrong so far, and rows are written. */
bool import_goes_on(const struct import *im);
/* The key of an address; NULL when it is null, or none, or not as dirbridge writes it:
 * what is cut off when a person types it is wrong in a document. */
char *import_email(struct import *im, const struct import_value *email);
/* A problem that is a rule's: its code and what it says. */
void import_rule(struct import *im, const char *field, enum rule rule);

/* ---- elements (import_organization.c and the like): look at the values, write the row;
 * the id of it, for what stands within and for what refers to it ---- */

typedef int64_t import_fn(struct import *im, const struct import_value *v,
			  int64_t parent);

import_fn import_organization, import_asset, import_licence, import_person, import_alias,
	import_block, import_claim, import_group, import_link, import_group_claim,
	import_source, import_directory, import_binding, import_group_binding,
	import_role, import_role_giver, import_mail, import_invitation,
	import_invitation_giver, import_given, import_evidence, import_chain,
	import_checkpoint, import_line, import_review;

/* After the last thing within an element. */
void import_role_end(struct import *im);
void import_invitation_end(struct import *im);
/* After the last line: every chain has reached its head. */
void import_chains_end(struct import *im);

#endif
