/* SPDX-License-Identifier: MIT */
#include "bridge/run/cron.h"
#include "bridge/base/clock.h"
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

enum { YEARS = 8, ZONE_MAX = 64 };

/* ---- reading ---- */

struct field {
	const char *name;
	unsigned low, high;
	const char *words; /* three letters each, from low on */
};

static const struct field fields[] = {
	{ "minute", 0, 59, "" },
	{ "hour", 0, 23, "" },
	{ "day of month", 1, 31, "" },
	{ "month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec" },
	{ "day of week", 0, 7, "sunmontuewedthufrisat" },
};

static bool take_number(const char **at, const struct field *f, unsigned *out)
{
	for (unsigned i = 0; f->words[(size_t)3 * i] != '\0'; i++)
		if (strncasecmp(*at, f->words + (size_t)3 * i, 3) == 0) {
			*at += 3;
			*out = f->low + i;
			return true;
		}
	if (!isdigit((unsigned char)**at))
		return false;
	for (*out = 0; isdigit((unsigned char)**at); (*at)++)
		if (*out < 1000)
			*out = *out * 10 + (unsigned)(**at - '0');
	return true;
}

/* One part of a list: "*", "5", "1-5", each maybe with "/2". */
static bool take_part(const char **at, const struct field *f, uint64_t *bits)
{
	unsigned low = f->low, high = f->high, step = 1;

	if (**at == '*')
		(*at)++;
	else {
		if (!take_number(at, f, &low))
			return false;
		high = low;
		if (**at == '-') {
			(*at)++;
			if (!take_number(at, f, &high))
				return false;
		} else if (**at == '/')
			high = f->high;
	}
	if (**at == '/') {
		(*at)++;
		if (!isdigit((unsigned char)**at) || !take_number(at, f, &step))
			return false;
	}
	if (low < f->low || high > f->high || low > high || step == 0)
		return false;
	for (unsigned i = low; i <= high; i += step)
		*bits |= UINT64_C(1) << i;
	return true;
}

static struct err *take_field(const char **at, const struct field *f, uint64_t *bits,
			      bool *star)
{
	const char *begin;
	bool good;

	*at += strspn(*at, " \t");
	begin = *at;
	*bits = 0;
	*star = *begin == '*';
	do {
		good = take_part(at, f, bits);
	} while (good && **at == ',' && *++*at != '\0');
	if (good && strchr(" \t", **at) != NULL)
		return NULL;
	return err_hint(
		err_new(ERR_CONFIG, "\"%.*s\" is no %s", (int)strcspn(begin, " \t"),
			begin, f->name),
		"A cron expression has five fields: minute, hour, day of month, month, "
		"day of week, as in \"30 2 * * mon-fri\".");
}

/* A name of tzdata(5), and nothing that could be a path to somewhere else. */
static bool zone_is_known(const char *zone)
{
	char path[ZONE_MAX + 32];

	if (zone[0] == '\0' || zone[0] == '/' || strstr(zone, "..") != NULL ||
	    strlen(zone) > ZONE_MAX)
		return false;
	snprintf(path, sizeof path, "/usr/share/zoneinfo/%s", zone);
	return strcmp(zone, "UTC") == 0 || access(path, R_OK) == 0;
}

struct err *cron_parse(const char *text, const char *zone, struct cron *out)
{
	uint64_t bits[ARRAY_LEN(fields)];
	bool stars[ARRAY_LEN(fields)];
	const char *at = text;

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		struct err *err = take_field(&at, &fields[i], &bits[i], &stars[i]);

		if (err)
			return err;
	}
	at += strspn(at, " \t");
	if (*at != '\0')
		return err_new(ERR_CONFIG,
			       "\"%s\" is more than the five fields of a cron "
			       "expression",
			       at);
	if (zone != NULL && !zone_is_known(zone))
		return err_hint(
			err_new(ERR_CONFIG, "time zone \"%s\" is not known", zone),
			"Name one of this machine's, such as Europe/Berlin; they are "
			"in the package tzdata.");
	*out = (struct cron){
		.minutes = bits[0],
		.hours = (uint32_t)bits[1],
		.days = (uint32_t)bits[2],
		.months = (uint32_t)bits[3],
		.weekdays = (uint32_t)((bits[4] | bits[4] >> 7) & 0x7f),
		.either = !stars[2] && !stars[4],
		.zone = zone,
	};
	if (cron_next(out, 0) == 0)
		return err_new(ERR_CONFIG, "\"%s\" never comes", text);
	return NULL;
}

/* ---- a zone's time; the process has one zone at a time, so it is lent ---- */

static char *zone_lend(const char *zone)
{
	const char *now = getenv("TZ");
	char *before = now ? mem_strdup(NULL, now) : NULL;

	setenv("TZ", zone ? zone : "UTC", 1);
	tzset();
	return before;
}

static void zone_return(char *before)
{
	if (before != NULL)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	mem_free(before);
}

static int64_t offset_at(int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	return localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
}

/* The first moment whose clock shows this (seconds as if it were UTC), or, where none
 * does, the first after the clock has been put forward over it. */
static int64_t first_moment(int64_t shown)
{
	int64_t before = offset_at(shown - CLOCK_DAY);
	int64_t after = offset_at(shown + CLOCK_DAY);
	int64_t low = shown - (before > after ? before : after);
	int64_t high = shown - (before > after ? after : before);

	if (low + offset_at(low) == shown)
		return low;
	if (high + offset_at(high) == shown)
		return high;
	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (offset_at(middle) == before)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* ---- the next time ---- */

static bool is_day(const struct cron *c, const struct tm *tm)
{
	bool day = c->days >> tm->tm_mday & 1, weekday = c->weekdays >> tm->tm_wday & 1;

	return (c->months >> (tm->tm_mon + 1) & 1) &&
	       (c->either ? day || weekday : day && weekday);
}

static int64_t next_of_day(const struct cron *c, int64_t midnight, int64_t after)
{
	for (int hour = 0; hour < 24; hour++)
		for (int minute = 0; c->hours >> hour & 1 && minute < 60; minute++) {
			int64_t at = first_moment(midnight + hour * CLOCK_HOUR +
						  minute * CLOCK_MINUTE);

			if (c->minutes >> minute & 1 && at > after)
				return at;
		}
	return 0;
}

int64_t cron_next(const struct cron *c, int64_t after)
{
	char *before = zone_lend(c->zone);
	int64_t shown = after + offset_at(after), at = 0;
	int64_t midnight = shown - shown % CLOCK_DAY;

	for (int day = -1; at == 0 && day < YEARS * 366; day++) {
		int64_t begin = midnight + day * CLOCK_DAY;
		time_t t = (time_t)begin;
		struct tm tm;

		if (gmtime_r(&t, &tm) != NULL && is_day(c, &tm))
			at = next_of_day(c, begin, after);
	}
	zone_return(before);
	return at;
}
