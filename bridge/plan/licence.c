/* SPDX-License-Identifier: MIT */
#include "bridge/plan/licence.h"
#include "bridge/base/clock.h"

#define RENEW "Ask the operator to renew it: dirbridge licence set."

static int64_t days_until(int64_t time, int64_t now)
{
	return (time - now + CLOCK_DAY - 1) / CLOCK_DAY;
}

static char *in_days(TALLOC_CTX *ctx, int64_t time, int64_t now)
{
	int64_t days = days_until(time, now);

	return mem_printf(ctx, "%s, in %lld %s", clock_format_short(ctx, time),
			  (long long)days, days == 1 ? "day" : "days");
}

static void ends_soon(TALLOC_CTX *ctx, const struct licence *l, struct finding *out)
{
	int64_t days = days_until(l->end, l->now);

	out->code = days <= 7 ? "licence-7" : days <= 30 ? "licence-30" : "licence-60";
	out->text = mem_printf(ctx, "the licence of \"%s\" ends on %s", l->root,
			       in_days(ctx, l->end, l->now));
	out->hint = RENEW " Without it nothing is added after 30 days of grace.";
}

static void in_grace(TALLOC_CTX *ctx, const struct licence *l, struct finding *out)
{
	out->code = "licence-grace";
	out->text =
		mem_printf(ctx, "the licence of \"%s\" ended on %s; its grace ends on %s",
			   l->root, clock_format_short(ctx, l->end),
			   in_days(ctx, l->end + LICENCE_GRACE, l->now));
	out->hint = RENEW " From then on nothing is added; removals go on.";
}

static const char *left_out(TALLOC_CTX *ctx, size_t n)
{
	return n == 0 ? "nothing is added"
		      : mem_printf(ctx, "%zu %s left out", n,
				   n == 1 ? "addition is" : "additions are");
}

static void is_over(TALLOC_CTX *ctx, const struct licence *l, struct finding *out)
{
	out->code = "licence";
	if (l->end == 0)
		out->text = mem_printf(ctx, "\"%s\" has no Enterprise licence: %s",
				       l->root, left_out(ctx, l->left_out));
	else
		out->text = mem_printf(
			ctx, "the licence of \"%s\" ended on %s, its grace on %s: %s",
			l->root, clock_format_short(ctx, l->end),
			clock_format_short(ctx, l->end + LICENCE_GRACE),
			left_out(ctx, l->left_out));
	out->hint = l->end == 0 ? "Ask the operator for one: dirbridge licence set. "
				  "Removals go on."
				: RENEW " Removals go on.";
}

bool licence_finding(TALLOC_CTX *ctx, const struct licence *l, struct finding *out)
{
	if (l->end > l->now + 60 * CLOCK_DAY)
		return false;
	if (l->end > l->now)
		ends_soon(ctx, l, out);
	else if (l->end != 0 && l->end + LICENCE_GRACE > l->now)
		in_grace(ctx, l, out);
	else
		is_over(ctx, l, out);
	return true;
}
