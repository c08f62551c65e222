/* SPDX-License-Identifier: MIT */
#include "bridge/run/schedule.h"
#include "bridge/base/clock.h"
#include "bridge/base/digest.h"

enum { FAILED_PERCENT = 40, TRIED_AT_LEAST = 20, SLOTS_COUNTED_MAX = 100000 };

static const int alert_days[] = { 0, 7, 21, 28 };

/* 0 .. range - 1, the same for every worker. */
static int64_t draw(const struct schedule *s, int64_t slot, int64_t range)
{
	char text[512];
	struct digest digest;
	uint32_t n;
	int len = snprintf(text, sizeof text, "%jd %s", (intmax_t)slot, s->source);

	if (range <= 0)
		return 0;
	digest_of(text, len < (int)sizeof text ? (size_t)len : sizeof text - 1, &digest);
	memcpy(&n, digest.bytes, sizeof n);
	return (int64_t)n % range;
}

/* Slot number n of an interval begins at n * every, of which jitter moves it. */
static int64_t interval_slot(const struct schedule *s, int64_t n)
{
	int64_t tenth = s->every / 10;

	return n * s->every + draw(s, n, 2 * tenth + 1) - tenth;
}

static int64_t next_slot(const struct schedule *s, int64_t after)
{
	int64_t at, n;

	if (s->cron != NULL) {
		for (at = after - s->jitter;;) {
			int64_t moved;

			at = cron_next(s->cron, at);
			if (at == 0)
				return INT64_MAX;
			moved = at + draw(s, at, s->jitter + 1);
			if (moved > after)
				return moved;
		}
	}
	for (n = after / s->every;; n++) {
		at = interval_slot(s, n);
		if (at > after)
			return at;
	}
}

static unsigned slots_between(const struct schedule *s, int64_t began, int64_t ended)
{
	unsigned n = 0;

	for (int64_t at = next_slot(s, began); at <= ended && n < SLOTS_COUNTED_MAX;
	     at = next_slot(s, at))
		n++;
	return n;
}

static int64_t back_off(const struct schedule_state *state)
{
	static const int64_t waits[] = { 15 * CLOCK_MINUTE, CLOCK_HOUR, 6 * CLOCK_HOUR,
					 CLOCK_DAY };
	unsigned most = state->outcome == OUTCOME_UNREACHABLE ? 1 : 3;
	unsigned n = state->failures > 0 ? state->failures - 1 : 0;

	return waits[n < most ? n : most];
}

int64_t schedule_next(const struct schedule *s, const struct schedule_state *state,
		      int64_t now, unsigned *skipped)
{
	int64_t ended = state->ended < now ? state->ended : now, at;

	if (skipped != NULL)
		*skipped = state->ended == 0 || state->began > now
				   ? 0
				   : slots_between(s, state->began, ended);
	if (state->ended == 0 || state->changed)
		return 0;
	if (state->outcome == OUTCOME_CONFIG)
		return INT64_MAX;
	at = next_slot(s, ended);
	if (state->outcome != OUTCOME_DONE) {
		int64_t wait = ended + back_off(state);

		return at > wait ? at : wait;
	}
	if (state->due_at != 0 && state->due_at < at)
		at = state->due_at;
	return at > ended + SCHEDULE_FLOOR ? at : ended + SCHEDULE_FLOOR;
}

void schedule_ran(struct schedule_state *state, int64_t began, int64_t ended,
		  enum outcome outcome, uint64_t tried, uint64_t failed)
{
	bool many = tried >= TRIED_AT_LEAST && failed * 100 > tried * FAILED_PERCENT;

	state->began = began;
	state->ended = ended;
	state->outcome = outcome;
	state->changed = false;
	state->failures = outcome == OUTCOME_DONE ? 0 : state->failures + 1;
	if (!many && state->failures < SCHEDULE_FAILING && outcome == OUTCOME_DONE)
		state->failing_since = 0;
	else if (state->failing_since == 0 &&
		 (many || state->failures >= SCHEDULE_FAILING))
		state->failing_since = ended;
}

enum outcome schedule_outcome(const struct err *err)
{
	if (err == NULL)
		return OUTCOME_DONE;
	switch (err_class(err)) {
	case ERR_LATER:
	case ERR_RETRY:
		return OUTCOME_UNREACHABLE;
	case ERR_CONFIG:
	case ERR_USAGE:
	case ERR_REFUSED:
		return OUTCOME_CONFIG;
	default:
		return OUTCOME_FAILED;
	}
}

int schedule_alert(const struct schedule_state *state, int64_t last_alert, int64_t now)
{
	if (state->failing_since == 0)
		return -1;
	for (size_t i = ARRAY_LEN(alert_days); i-- > 0;) {
		int64_t at = state->failing_since + alert_days[i] * CLOCK_DAY;

		if (now >= at)
			return last_alert < at ? alert_days[i] : -1;
	}
	return -1;
}
