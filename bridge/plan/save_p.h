/* SPDX-License-Identifier: MIT */
/*
 * What the writer and the reader of a plan file share. PLAN_FILE_FORMAT changes with
 * every line that an older reader would not understand.
 */
#ifndef DIRBRIDGE_PLAN_SAVE_P_H
#define DIRBRIDGE_PLAN_SAVE_P_H

#include "bridge/plan/save.h"

enum { PLAN_FILE_FORMAT = 1 };

/* Seal a line onto what was sealed before it; zeroes before the first. */
void seal_line(const uint8_t key[KEY_SIZE], const char *line, size_t len,
	       uint8_t seal[MAC_SIZE]);

/* What names a store in a file, and tells nothing of its key. */
void store_mark(const uint8_t key[KEY_SIZE], struct digest *mark);

#endif
