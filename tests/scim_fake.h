/* SPDX-License-Identifier: MIT */
/*
 * A SCIM server of the tests' own, on the loopback interface, in a process of its own
 * that ends with the test. It holds people user-001 to user-NNN (address
 * u1@contoso.example, ...) and groups group-1 to group-M (named "Group 1", ...): user n
 * is in group (n mod M) + 1.
 *
 * What it does wrong is one switch that a test turns while it runs, as is what has
 * changed in its directory. The switches are those of real servers.
 */
#ifndef DIRBRIDGE_TESTS_SCIM_FAKE_H
#define DIRBRIDGE_TESTS_SCIM_FAKE_H

#include "bridge/base/mem.h"
#include <stdbool.h>
#include <sys/types.h>

#define SCIM_DEFECTS(X)                                                                  \
	X(HEALTHY)                                                                       \
	/* pages */                                                                      \
	X(COUNT_LOWERED)                                                                 \
	X(COUNT_EXCEEDED)                                                                \
	X(TOTAL_IS_PAGE_SIZE)                                                            \
	X(TOTAL_TOO_SMALL)                                                               \
	X(TOTAL_TOO_LARGE)                                                               \
	X(TOTAL_CHANGES)                                                                 \
	X(TOTAL_MISSING)                                                                 \
	X(NUMBERS_AS_TEXT)                                                               \
	X(START_FROM_ZERO)                                                               \
	X(START_IGNORED)                                                                 \
	X(START_TOO_BIG)                                                                 \
	X(PAGES_OVERLAP)                                                                 \
	X(ROW_LEFT_OUT)                                                                  \
	X(ROW_WITHOUT_ID)                                                                \
	X(LAST_PAGE_FOR_EVER)                                                            \
	X(FIRST_PAGE_PAST_THE_END)                                                       \
	X(FIRST_PAGE_ONLY)                                                               \
	X(CURSORS)                                                                       \
	X(CURSOR_EMPTY_AT_END)                                                           \
	X(CURSOR_NULL_AT_END)                                                            \
	X(CURSOR_TO_ENCODE)                                                              \
	X(CURSOR_EXPIRES_ONCE)                                                           \
	X(CURSOR_EXPIRES_ALWAYS)                                                         \
	X(CURSOR_REPEATS)                                                                \
	X(LIST_MISSING)                                                                  \
	X(LIST_NULL)                                                                     \
	X(LIST_LOWER_CASE)                                                               \
	X(PLACEHOLDER)                                                                   \
	/* resources */                                                                  \
	X(BOOLEANS_AS_TEXT)                                                              \
	X(EMAILS_AS_OBJECT)                                                              \
	X(SCHEMAS_MISSING)                                                               \
	X(EXTENSION_INLINED)                                                             \
	X(DATES_ODD)                                                                     \
	X(KEYS_TWICE)                                                                    \
	X(NESTED_DEEPLY)                                                                 \
	/* members */                                                                    \
	X(MEMBERS_ABSENT)                                                                \
	X(MEMBERS_NULL)                                                                  \
	X(MEMBERS_NAMED_ONLY)                                                            \
	X(MEMBERS_BY_OTHER_NAMES)                                                        \
	X(MEMBERS_BY_REFERENCE)                                                          \
	X(REFERENCE_RELATIVE)                                                            \
	X(REFERENCE_OF_OTHER_HOST)                                                       \
	X(MEMBERS_IN_EACH_GROUP)                                                         \
	X(MEMBERS_CUT)                                                                   \
	X(MEMBERS_IN_USERS)                                                              \
	X(MEMBERS_BY_GROUP)                                                              \
	X(MEMBERS_BY_USER)                                                               \
	X(FILTER_IGNORED)                                                                \
	X(EMPTY_NOT_SHOWN)                                                               \
	/* HTTP */                                                                       \
	X(HTML)                                                                          \
	X(HTML_LATER)                                                                    \
	X(EMPTY_BODY)                                                                    \
	X(NO_CONTENT)                                                                    \
	X(GZIP)                                                                          \
	X(GZIP_BOMB)                                                                     \
	X(CHUNKED_WITHOUT_END)                                                           \
	X(CUT_OFF)                                                                       \
	X(BUSY)                                                                          \
	X(BUSY_ONCE)                                                                     \
	X(BUSY_SECONDS)                                                                  \
	X(BUSY_X_SECONDS)                                                                \
	X(BUSY_DATE)                                                                     \
	X(BUSY_LONG)                                                                     \
	X(DOWN)                                                                          \
	X(REFUSED_LATER)                                                                 \
	X(TOKEN_ENDS)                                                                    \
	X(REDIRECT_AWAY)                                                                 \
	X(REDIRECT_HERE)                                                                 \
	X(NOT_DESCRIBED)                                                                 \
	X(NO_USER_BY_ID)                                                                 \
	X(REFUSED_ALWAYS)                                                                \
	/* as some are known to be */                                                    \
	X(LIKE_ENTRA)                                                                    \
	X(LIKE_AWS)

enum scim_defect {
#define X(name) SCIM_##name,
	SCIM_DEFECTS(X)
#undef X
		SCIM_DEFECT_COUNT
};

extern const char *const scim_defect_names[];

/* How ids look; fixed from the start, as ids do not change. */
enum scim_ids_look { IDS_PLAIN, IDS_NUMBERS, IDS_ODD };

/* Shared by the test and the server; a test may change it at any time. */
struct scim_world {
	enum scim_defect defect;
	enum scim_ids_look ids;
	unsigned users, groups;
	unsigned page;     /* resources a page at most */
	unsigned gone;     /* number of a user who is deleted; 0: nobody */
	unsigned disabled; /* ... who is not active */
	unsigned left;     /* ... who is in no group */
	unsigned emptied;  /* number of a group that nobody is in */
	unsigned dangling; /* number of a group that holds somebody who is not there */
	bool nested;       /* the last group holds group 1 as well */
	unsigned crowd;    /* this many more members of group 1, who are users as well */
	bool fixture;  /* the people and groups of tests/contract/people.ldif instead */
	bool same_ids; /* of the fixture: a group has the id of a user */
	char token[64];
	char header[128]; /* instead of that token's, when it is not empty */
	pid_t pid;        /* the server's */
	/* what happened */
	unsigned requests, tokens, busy, expired;
	char last[512]; /* target of the last request */
};

struct scim_fake {
	struct scim_world *world;
	int port;
	char *url;       /* http://127.0.0.1:PORT/scim/v2 */
	char *token_url; /* where it hands out world->token for the secret "a+b/c" */
	pid_t pid;
	int lifeline;
};

/* Ends with ctx. Every request must carry the token "secret" until it is changed. */
struct scim_fake *scim_fake_start(TALLOC_CTX *ctx, unsigned users, unsigned groups);

#endif
