/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include <ctype.h>
#include <stdio.h>
#include <time.h>

static int64_t frozen;

int64_t clock_now(void)
{
	return frozen ? frozen : (int64_t)time(NULL);
}

void clock_set(int64_t now)
{
	frozen = now;
}

int64_t clock_ticks(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

char *clock_format(TALLOC_CTX *ctx, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	char text[64];

	if (gmtime_r(&t, &tm) == NULL)
		return mem_strdup(ctx, "?");
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return mem_strdup(ctx, text);
}

char *clock_format_short(TALLOC_CTX *ctx, int64_t when)
{
	char *text = clock_format(ctx, when);

	if (strlen(text) == strlen("2026-11-24T09:00:00Z")) {
		text[10] = ' ';
		text[16] = '\0';
	}
	return text;
}

/* What is left to read of a time. */
struct reader {
	const char *at, *end;
};

static bool digits(struct reader *r, int n, int *value)
{
	*value = 0;
	if (r->end - r->at < n)
		return false;
	for (int i = 0; i < n; i++) {
		if (!isdigit((unsigned char)r->at[i]))
			return false;
		*value = *value * 10 + (r->at[i] - '0');
	}
	r->at += n;
	return true;
}

static bool skip(struct reader *r, char c)
{
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* "Z", "+0200", "-05", "+02:00" or, for our own forms, nothing. */
static bool zone(struct reader *r, int *offset)
{
	int sign, hours, minutes = 0;

	*offset = 0;
	if (r->at == r->end || skip(r, 'Z') || skip(r, 'z'))
		return r->at == r->end;
	sign = *r->at == '-' ? -1 : 1;
	if (!skip(r, '+') && !skip(r, '-'))
		return false;
	if (!digits(r, 2, &hours))
		return false;
	skip(r, ':');
	if (r->at != r->end && !digits(r, 2, &minutes))
		return false;
	*offset = sign * (hours * 3600 + minutes * 60);
	return r->at == r->end && hours < 24 && minutes < 60;
}

static bool time_of_day(struct reader *r, struct tm *tm)
{
	if (!digits(r, 2, &tm->tm_hour))
		return false;
	skip(r, ':');
	if (r->at == r->end || !isdigit((unsigned char)*r->at))
		return true;
	if (!digits(r, 2, &tm->tm_min))
		return false;
	skip(r, ':');
	if (r->at == r->end || !isdigit((unsigned char)*r->at))
		return true;
	if (!digits(r, 2, &tm->tm_sec))
		return false;
	if (skip(r, '.') || skip(r, ','))
		while (r->at != r->end && isdigit((unsigned char)*r->at))
			r->at++;
	return true;
}

bool clock_parse(const char *text, size_t len, int64_t *out)
{
	struct reader r = { text, text + len };
	struct tm tm = { 0 };
	int year, offset = 0;
	int64_t when;

	if (!digits(&r, 4, &year))
		return false;
	skip(&r, '-');
	if (!digits(&r, 2, &tm.tm_mon))
		return false;
	skip(&r, '-');
	if (!digits(&r, 2, &tm.tm_mday))
		return false;
	if (r.at != r.end) {
		if (!skip(&r, 'T'))
			skip(&r, ' ');
		if (!time_of_day(&r, &tm) || !zone(&r, &offset))
			return false;
	}
	if (tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
	    tm.tm_hour > 24 || tm.tm_min > 59 || tm.tm_sec > 60)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon -= 1;
	when = (int64_t)timegm(&tm);
	*out = when - offset;
	return true;
}

bool clock_parse_duration(const char *text, int64_t *seconds)
{
	int64_t value = 0, unit;
	size_t i = 0;

	for (; isdigit((unsigned char)text[i]); i++) {
		value = value * 10 + (text[i] - '0');
		if (value > INT64_C(1000000000))
			return false;
	}
	if (i == 0 || text[i] == '\0' || text[i + 1] != '\0')
		return false;
	switch (text[i]) {
	case 's':
		unit = 1;
		break;
	case 'm':
		unit = CLOCK_MINUTE;
		break;
	case 'h':
		unit = CLOCK_HOUR;
		break;
	case 'd':
		unit = CLOCK_DAY;
		break;
	default:
		return false;
	}
	*seconds = value * unit;
	return true;
}
