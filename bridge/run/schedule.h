/* SPDX-License-Identifier: MIT */
/*
 * When a source is run next. Pure: what is known goes in, a time comes out; whoever calls
 * keeps the state. Times are those of the database's clock, so that many workers agree.
 *
 * Slots. A source has slots: with an interval one every `every` seconds, with a cron
 * expression one whenever it comes. Each slot is moved by a jitter that is drawn from the
 * source's name and the slot, so that sources do not come all at once, a source does not
 * come at the same moment of each interval, and every worker draws the same. It moves an
 * interval's slot by up to a tenth of the interval either way, and a cron slot only
 * later, by up to `jitter`.
 *
 * A source that has never run is due at once. After a run, it is due at the first slot
 * that lies after the run's end. Slots that passed while it ran are skipped and counted,
 * never made up for.
 *
 * Due work. A run also becomes due before its slot when something else falls due
 * (due_at: a deferred invitation, an expiry, the end of a grace), but not sooner than
 * SCHEDULE_FLOOR after the last one ended.
 *
 * Failures. What kind of failure it was decides:
 *   config     not tried again before the configuration, or the secret, has changed;
 *   unreachable, busy: after 15 min, 1 h, then hourly;
 *   incomplete, failed: after 15 min, 1 h, 6 h, then daily.
 * Never sooner than the slot would have been. The first success ends it. After
 * SCHEDULE_FAILING failures in a row, or a run in which more than 40 % of at least 20
 * entries failed, the source is failing. Alerts come when it begins to fail, and 7, 21
 * and 28 days later while it lasts.
 *
 * Clocks. When the clock was put back so that the last run lies ahead, the source is due
 * as if it had ended now: it is never put off by more than one interval. When it was
 * put forward, or the machine slept, the source is due once, at once.
 */
#ifndef DIRBRIDGE_RUN_SCHEDULE_H
#define DIRBRIDGE_RUN_SCHEDULE_H

#include "bridge/run/cron.h"

#define SCHEDULE_FLOOR   INT64_C(120)
#define SCHEDULE_FAILING 5

/* How a run ended, as far as the next one cares. */
enum outcome {
	OUTCOME_DONE,        /* also with holds and refusals */
	OUTCOME_UNREACHABLE, /* no answer, or busy: ERR_LATER, ERR_RETRY */
	OUTCOME_FAILED,      /* read, but not whole or not understood; or a bug */
	OUTCOME_CONFIG, /* a person must change something: wrong password, bad base */
};

struct schedule {
	const char *source;      /* its name, borrowed */
	int64_t every;           /* seconds, at least SCHEDULE_FLOOR; 0: by cron */
	const struct cron *cron; /* borrowed; NULL: by interval */
	int64_t jitter;          /* of a cron slot, seconds */
};

/* What is kept of a source between its runs. All zero: it has never run. */
struct schedule_state {
	int64_t began, ended;  /* of the last run */
	enum outcome outcome;  /* of it */
	unsigned failures;     /* in a row, up to it */
	int64_t failing_since; /* 0: it is not failing */
	bool changed;          /* configuration or secret, since that run */
	int64_t due_at;        /* what else falls due then; 0: nothing */
};

/*
 * When it is due: now or earlier means at once; INT64_MAX: not before a person has
 * changed something. skipped (may be NULL) becomes the number of slots that passed while
 * the last run ran.
 */
int64_t schedule_next(const struct schedule *schedule, const struct schedule_state *state,
		      int64_t now, unsigned *skipped);

/* The state after a run; tried and failed count its entries. */
void schedule_ran(struct schedule_state *state, int64_t began, int64_t ended,
		  enum outcome outcome, uint64_t tried, uint64_t failed);

/* What an error of a run is. */
enum outcome schedule_outcome(const struct err *err);

/* Days since it began to fail for which an alert is due at this time and was not yet
 * when the last one was sent (0: none was): 0, 7, 21 or 28; -1: none is. */
int schedule_alert(const struct schedule_state *state, int64_t last_alert, int64_t now);

#endif
