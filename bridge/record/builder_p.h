/* SPDX-License-Identifier: MIT */
/*
 * The builder's inner half, shared with the sink, which writes an entry straight into
 * its block instead of making one. Private to the room.
 */
#ifndef DIRBRIDGE_RECORD_BUILDER_P_H
#define DIRBRIDGE_RECORD_BUILDER_P_H

#include "bridge/record/entry.h"

/* Begin an attribute; the values that follow are its values, maybe none. */
void builder_attribute(struct entry_builder *b, const char *name, size_t len);
void builder_value(struct entry_builder *b, const void *bytes, size_t len);

/*
 * Sort what came and say how many bytes the entry takes. ERR_RECORD as for
 * entry_finish(). The builder is ready for the next entry after builder_write(), or
 * after an error.
 */
MUST_CHECK struct err *builder_measure(struct entry_builder *b, size_t *size);

/* Write the measured entry to this place, which holds as many bytes as it takes. */
void builder_write(struct entry_builder *b, uint8_t *to);

/* The anchor as it came, cut to its limit; empty when there was none. */
struct value builder_anchor(const struct entry_builder *b);

#endif
