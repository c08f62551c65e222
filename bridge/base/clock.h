/* SPDX-License-Identifier: MIT */
/*
 * The only place that asks the time; tests replace it. Times are seconds since
 * 1970-01-01 UTC; 0 means "no time" wherever a time may be missing.
 */
#ifndef DIRBRIDGE_BASE_CLOCK_H
#define DIRBRIDGE_BASE_CLOCK_H

#include "bridge/base/mem.h"
#include <stdbool.h>

#define CLOCK_MINUTE INT64_C(60)
#define CLOCK_HOUR   INT64_C(3600)
#define CLOCK_DAY    INT64_C(86400)

/* Now. */
int64_t clock_now(void);

/* Microseconds of a clock that never jumps; only differences mean anything. */
int64_t clock_ticks(void);

/* For tests: from here on it is this time and stays so; 0 gives the clock back. */
void clock_set(int64_t now);

/* "2026-11-24T09:00:00Z" (RFC 3339, UTC), and "2026-11-24 09:00" for people. */
char *clock_format(TALLOC_CTX *ctx, int64_t time);
char *clock_format_short(TALLOC_CTX *ctx, int64_t time);

/*
 * Read "2026-11-24", "2026-11-24 09:00", "2026-11-24T09:00:00Z" (all UTC), or an
 * LDAP GeneralizedTime in any of the forms of RFC 4517 3.3.13 that directories
 * send (fraction, offset, seconds missing). False when it is none of these.
 */
bool clock_parse(const char *text, size_t len, int64_t *time);

/* Read "90s", "15m", "24h", "7d". False when it is not one, or overflows. */
bool clock_parse_duration(const char *text, int64_t *seconds);

#endif
