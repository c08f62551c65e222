/* SPDX-License-Identifier: MIT */
/*
 * A small world on a real store, as the console's own commands would make it:
 *
 *   northwind            owned by ada; service principal "sync" has Owner of it
 *   northwind/contoso    owned by ada; group Operators, owned by ada; "sync" has Owner
 *   northwind/fabrikam   owned by ada; "sync" has none
 *   globex               another root, owned by gil
 *
 * Operating-system users: root is the operator, ada and gil are who they are. Both roots
 * are licensed. Time stands still at `now` unless a test moves it. Source 1 ("acme") is
 * bound to northwind/contoso.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_CONSOLE_WORLD_H
#define DIRBRIDGE_TESTS_UNIT_CONSOLE_WORLD_H

#include "bridge/console/console.h"
#include "tests/unit/store/scratch.h"

#define DAY    INT64_C(86400)
#define SOURCE INT64_C(1)

struct world {
	TALLOC_CTX *ctx;
	const char *url;
	struct store *store;
	struct console *c; /* between enter() and leave() */
	int64_t now;
};

struct world *world_new(TALLOC_CTX *ctx);

/* Begin as an operating-system user, in a root; "sync" acts as the service principal. */
void enter(struct world *w, const char *root, const char *user);
void commit(struct world *w);
void give_up(struct world *w);

/* Things of the view by name; asserted to be there. */
uint32_t organization(const struct world *w, const char *path);
uint32_t group(const struct world *w, const char *path, const char *name);
uint32_t email(struct world *w, const char *address);
uint32_t account(const struct world *w, const char *address);

/* Changes, in words; judged, written and left for commit(). NULL or the refusal. */
struct err *make_group(struct world *w, const char *path, const char *name);
struct err *change_role(struct world *w, enum change_kind kind, const char *path,
			const char *name, enum role role, const char *who, int64_t giver);
struct err *change_invitation(struct world *w, enum change_kind kind, const char *path,
			      const char *name, enum role role, const char *who,
			      int64_t giver);
/* The same as one transaction by ada, asserted to succeed. */
void give(struct world *w, const char *path, const char *name, enum role role,
	  const char *who);
void invite(struct world *w, const char *path, const char *name, enum role role,
	    const char *who);

/* How people come in: invited by ada, and accepted. */
void join(struct world *w, const char *path, const char *name, enum role role,
	  const char *who);
/* The token of the last mail to an address. */
char *token_of(struct world *w, const char *address);

/* A number from the store; and a statement that must succeed. */
int64_t number(struct world *w, const char *sql);
void run(struct world *w, const char *sql);

/* An error of a rule: its code is the one expected; the error is freed. */
#define assert_refused(call, code_)                                                      \
	do {                                                                             \
		struct err *refused_ = (call);                                           \
		assert_non_null(refused_);                                               \
		assert_non_null(err_code(refused_));                                     \
		assert_string_equal(err_code(refused_), code_);                          \
		assert_int_equal(err_exit_code(refused_), 5);                            \
		err_free(refused_);                                                      \
	} while (0)

/* Whoever brings a token, for console_accept() and console_decline(). */
#define BY(...) (&(struct answer_by){ .os_user = "bearer", __VA_ARGS__ })

#endif
