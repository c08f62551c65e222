/* SPDX-License-Identifier: MIT */
/*
 * What can be known about a PCRE2 pattern and a text with $1..$9 before they meet any
 * name: whether the pattern compiles, and whether it has the captures that are used.
 */
#ifndef DIRBRIDGE_CONFIG_PATTERN_P_H
#define DIRBRIDGE_CONFIG_PATTERN_P_H

#include "bridge/base/err.h"

/* ERR_CONFIG with the position when it is no pattern; else how many captures it has. */
MUST_CHECK struct err *pattern_check(const char *pattern, unsigned *captures);

/* The highest capture that a text uses; 0 without any. */
unsigned captures_used(const char *text);

/* ERR_CONFIG when it uses one that the pattern lacks. */
MUST_CHECK struct err *captures_check(const char *text, const char *pattern);

#endif
