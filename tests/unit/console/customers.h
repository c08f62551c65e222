/* SPDX-License-Identifier: MIT */
/*
 * Customers beside each other: bo owns contoso and the lab below it, and has no part in
 * the parent, in fabrikam, or in globex, which is another root. A source of contoso,
 * "feed", acts as a service principal that owns no more. What they ask of the others is
 * refused in the same words, and after the same number of statements, as where there is
 * nothing at all.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_CONSOLE_CUSTOMERS_H
#define DIRBRIDGE_TESTS_UNIT_CONSOLE_CUSTOMERS_H

#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define EVE  "eve@fabrikam.example"
#define HOME "northwind/contoso"
#define FEED INT64_C(2)

enum { NOWHERE = 4711 }; /* the number of nothing in any view */

/* An organization that is another's, a group of it, and beside it a path of as many names
 * that leads to nothing. */
struct target {
	const char *root, *path, *group, *nothing;
};

enum { TARGETS = 7 };
extern const struct target targets[TARGETS];

/* The world of world.h, and these. */
struct world *customers(TALLOC_CTX *ctx);

/* The number of an organization of the view, or NOWHERE. */
uint32_t number_of(const struct world *w, const char *path);
/* The first name of a path. */
const char *top_of(struct world *w, const char *path);

struct answer {
	char *words;         /* message and hint, the path left out; "done" */
	const char *code;    /* "": it was done */
	uint64_t statements; /* that were run for it */
};

/* Takes the error; before: store_statements() when it was asked. */
struct answer answer_of(struct world *w, struct err *err, const char *path,
			uint64_t before);
/* The answer about the target is the answer about nothing. */
void assert_same(const char *what, const struct target *t, const struct answer *there,
		 const struct answer *nowhere);

#endif
