/* SPDX-License-Identifier: MIT */
/*
 * A cron expression in a time zone: "30 2 * * mon-fri". Five fields as in crontab(5):
 * minute, hour, day of month, month, day of week (0 and 7 are Sunday); each a star, a
 * number, a name (jan, mon), a range, a list of these, each with a step behind a slash.
 * As there: when both days are restricted, one of them is enough. No seconds, no
 * @nicknames, no L, W or #.
 *
 * Time zones are those of tzdata(5), by name ("Europe/Berlin"). Where clocks go forward,
 * what falls into the hour that is not there comes at the first moment after it, once;
 * where they go back, what falls into the hour that is there twice comes the first time
 * only. So a nightly run happens every night exactly once.
 */
#ifndef DIRBRIDGE_RUN_CRON_H
#define DIRBRIDGE_RUN_CRON_H

#include "bridge/base/err.h"
#include "bridge/base/mem.h"
#include <stdbool.h>

struct cron {
	uint64_t minutes; /* bit n: minute n; likewise the others */
	uint32_t hours, days, months, weekdays;
	bool either;      /* of days and weekdays one is enough */
	const char *zone; /* borrowed; NULL: UTC */
};

/*
 * zone is borrowed for as long as out is used; NULL is UTC. ERR_CONFIG names the field
 * and what is wrong with it, or the zone that this machine does not know; so does an
 * expression that never comes (31 February).
 */
MUST_CHECK struct err *cron_parse(const char *text, const char *zone, struct cron *out);

/* The first time after this one; 0 when there is none within eight years. */
int64_t cron_next(const struct cron *cron, int64_t after);

#endif
