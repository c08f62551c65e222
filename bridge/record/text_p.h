/* SPDX-License-Identifier: MIT */
/*
 * The short way of text_fold(), private to the room: for loops over many values, where
 * nearly all are ASCII or Western European and no allocation is wanted.
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

#endif
