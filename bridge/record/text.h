/* SPDX-License-Identifier: MIT */
/*
 * Text as people write it: folding for comparison, e-mail addresses, names.
 * Unicode work is libunistring's.
 */
#ifndef DIRBRIDGE_RECORD_TEXT_H
#define DIRBRIDGE_RECORD_TEXT_H

#include "bridge/record/entry.h"

#define EMAIL_MAX 254 /* RFC 5321 4.5.3.1.3 with the erratum to RFC 3696 */

/* True for well-formed UTF-8 (RFC 3629) without NUL. */
bool text_is_utf8(const char *bytes, size_t len);

/*
 * The form under which text is equal without regard to case: NFKC case folding,
 * inner white space squeezed to one space, outer cut (RFC 4518 2). Bytes that are no
 * UTF-8, or more than TEXT_FOLD_MAX, come back as they are, except that a NUL becomes
 * the bytes C0 80, which no text holds, so that it ends nothing. Used for group names,
 * organization names, attribute values of case-ignore syntax.
 */
#define TEXT_FOLD_MAX (1u << 20)
char *text_fold(TALLOC_CTX *ctx, const char *bytes, size_t len);

/* Outer white space cut and NFC; how a name is kept and shown. NULL when it is no
 * UTF-8, or is empty, or holds control characters. */
char *text_name(TALLOC_CTX *ctx, const char *bytes, size_t len);

/*
 * The key of an e-mail address: trimmed, NFC, lower case, the domain as DNS knows it, so
 * that a name beyond ASCII is the same in either form (A-label and U-label, RFC 5890).
 * Local parts are folded too: every mail system that matters does. NULL when it is no
 * address (one "@", both sides non-empty, a domain of labels, no spaces or control
 * characters, at most EMAIL_MAX bytes). As an address is shown and written in a mail it
 * is text_name() of what was given: that trims it too.
 */
char *email_key(TALLOC_CTX *ctx, const char *bytes, size_t len);

/* A GeneralizedTime as seconds since 1970, for rooms that know no clock; as
 * clock_parse() reads it. */
bool text_time(const char *bytes, size_t len, int64_t *time);

/* ASCII only; for attribute names: to lower case in place, and equal without regard to
 * case. */
void ascii_lower(char *text, size_t len);
bool ascii_equal(const char *a, const char *b, size_t len);

#endif
