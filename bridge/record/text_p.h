/* SPDX-License-Identifier: MIT */
/*
 * Private to the room. The short way of text_fold(): for loops over many values, where
 * nearly all are ASCII or Western European and no allocation is wanted. And the domain of
 * an e-mail address in the one form that all ways to write it have.
 */
#ifndef DIRBRIDGE_RECORD_TEXT_P_H
#define DIRBRIDGE_RECORD_TEXT_P_H

#include "bridge/record/text.h"

/* Fold into out, which holds len + 1 bytes, and end it with a NUL. False when there is
 * anything but ASCII and the letters U+00C0 to U+00FF without sharp s, or a NUL. */
bool text_fold_short(const char *bytes, size_t len, char *out, size_t *out_len);

/* Where a folded value lies: in the buffer when it is short and simple, else on the
 * heap. Begin with heap = NULL; the value lives as long as the struct. */
struct folded {
	char *heap;
	char buffer[256];
};

struct value folded_value(struct folded *f, const struct value *value);
void folded_free(struct folded *f);

/* The labels of a domain (well-formed UTF-8) in lower case, those beyond ASCII as
 * A-labels (RFC 5890 2.3.2.1, RFC 3492) of their NFKC form. NULL when a label is too long
 * for DNS. What is ASCII is not looked at otherwise: the caller does that afterwards. */
char *domain_ascii(TALLOC_CTX *ctx, const char *domain);

#endif
