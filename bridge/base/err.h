/* SPDX-License-Identifier: MIT */
/*
 * An error: who must act, and the story so far.
 *
 * NULL is success. Whoever receives a non-NULL err owns it and either returns it
 * (usually wrapped) or ends it with err_free(). Errors hang off no context, so
 * they outlive the memory of the call that made them.
 *
 * err_new() at the bottom says what could not be done and why; err_wrap() on the
 * way up puts the caller's words in front: `pull "acme": search "ou=people": server
 * is busy (LDAP 51)`. Text: lower case, no full stop, names in double quotes. The
 * hint is a sentence of its own that says what to do next.
 *
 * Library rooms return errors and print nothing; only cmd/ and run/ print or log.
 */
#ifndef DIRBRIDGE_BASE_ERR_H
#define DIRBRIDGE_BASE_ERR_H

#include "bridge/base/attr.h"
#include <stdarg.h>

/* Who must act. What happened is in the text. */
enum err_class {
	ERR_CONFIG,     /* a person must edit the configuration */
	ERR_USAGE,      /* the command line is wrong */
	ERR_RETRY,      /* the same call may work at once: reconnect and repeat */
	ERR_LATER,      /* the far side is down or busy: back off */
	ERR_RECORD,     /* this one record is bad: set it aside and go on */
	ERR_INCOMPLETE, /* the source could not be read whole: nothing may be concluded */
	ERR_STALE,      /* the store moved since the plan was made: plan again */
	ERR_REFUSED,    /* a rule forbids it; err_code() names the rule */
	ERR_BUG,        /* cannot happen */
};

struct err;

MUST_CHECK struct err *err_new(enum err_class class, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* A refusal by the console's rule of this code (a constant string, e.g. "last-owner"). */
MUST_CHECK struct err *err_refused(const char *code, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* Put "text: " in front. Returns err. */
MUST_CHECK struct err *err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Say what to do next; the first hint, given nearest to the cause, stays. Returns err. */
MUST_CHECK struct err *err_hint(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

enum err_class err_class(const struct err *err);
const char *err_class_name(enum err_class class);
const char *err_text(const struct err *err);
const char *err_code(const struct err *err);      /* NULL unless refused */
const char *err_hint_text(const struct err *err); /* NULL when there is none */

/* The exit code of the command line for this error (dirbridge(8), EXIT STATUS). */
int err_exit_code(const struct err *err);

/* NULL is allowed. */
void err_free(struct err *err);
void err_auto_free(struct err **err);

/* A call whose failure changes nothing, such as tidying up after another error. */
static inline void err_ignore(struct err *err)
{
	err_free(err);
}

#endif
