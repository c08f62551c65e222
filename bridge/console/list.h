/* SPDX-License-Identifier: MIT */
/*
 * What the console can tell beside its view and its rosters: roots, principals, licences,
 * who is blocked since when and why. Everything belongs to ctx.
 */
#ifndef DIRBRIDGE_CONSOLE_LIST_H
#define DIRBRIDGE_CONSOLE_LIST_H

#include "bridge/console/console.h"

/* Names of all roots, sorted, NULL-terminated. Whether the caller has any part in one is
 * asked of each. */
MUST_CHECK struct err *list_roots(TALLOC_CTX *ctx, struct store *store,
				  const char *const **out);

struct listed_principal {
	const char *name;
	const char *kind;         /* "operator", "person" or "service" */
	const char *const *users; /* operating-system users who may act as it */
	const char *const *owns;  /* names of organizations it owns directly, by id */
};

/* All, for a user who may act as the operator; otherwise those the user may act as. */
MUST_CHECK struct err *list_principals(TALLOC_CTX *ctx, struct store *store,
				       const char *os_user, struct listed_principal **out,
				       size_t *n);

struct listed_licence {
	const char *plan; /* NULL: there never was one */
	int64_t from, to;
};

/* The one that ends last. */
MUST_CHECK struct err *list_licence(TALLOC_CTX *ctx, struct store *store, int64_t root,
				    struct listed_licence *out);

struct listed_asset {
	const char *kind;
	int64_t count;
};

/* What the console holds for an organization, by kind; and the sources that are bound to
 * it, by name, NULL-terminated. */
MUST_CHECK struct err *list_assets(TALLOC_CTX *ctx, struct store *store,
				   int64_t organization, struct listed_asset **out,
				   size_t *n);
MUST_CHECK struct err *list_sources(TALLOC_CTX *ctx, struct store *store,
				    int64_t organization, const char *const **out);

/* The name of a source. */
MUST_CHECK struct err *list_source(TALLOC_CTX *ctx, struct store *store, int64_t source,
				   const char **name);

/* Since when an account is blocked in this root, and why; since 0: it is not. */
MUST_CHECK struct err *list_block(TALLOC_CTX *ctx, struct store *store, int64_t root,
				  int64_t account, int64_t *since, const char **reason);

#endif
