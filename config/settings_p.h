/* SPDX-License-Identifier: MIT */
/* What the files of settings share: the checked value of one row. */
#ifndef DIRBRIDGE_CONFIG_SETTINGS_P_H
#define DIRBRIDGE_CONFIG_SETTINGS_P_H

#include "config/settings.h"

struct slot {
	bool given;
	const char **texts; /* as written, NULL-terminated; lists have any number, */
	const char *one[2]; /* and all others point here */
	size_t n, capacity;
	int64_t low, high; /* NUMBER, DURATION, BOOL: low; RANGE: both */
};

/* The slot of a name and its row; ends the process when the table lacks the name. */
struct slot *settings_slot(const struct settings *s, const char *name,
			   const struct setting **row);

bool setting_is_list(const struct setting *row);

/* Check a text against its row and put the numbers it stands for into slot. */
MUST_CHECK struct err *setting_check(const struct setting *row, const char *text,
				     struct slot *slot);

#endif
