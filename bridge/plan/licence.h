/* SPDX-License-Identifier: MIT */
/*
 * What a person should read of a root's licence: one finding per root, whatever it keeps
 * from being added, so that nobody reads the same refusal for every person.
 *
 * It is told 60, 30 and 7 days ahead, while the 30 days of grace go by, and after them.
 * Each stage has a code of its own, so that whoever watches is told anew:
 *
 *   licence-60, licence-30, licence-7   it ends in at most so many days
 *   licence-grace                       it has ended; the grace goes on
 *   licence                             nothing is added any more
 *
 * Pure: times come in.
 */
#ifndef DIRBRIDGE_PLAN_LICENCE_H
#define DIRBRIDGE_PLAN_LICENCE_H

#include "bridge/plan/plan.h"

struct licence {
	const char *root; /* its name */
	int64_t end;      /* of the last licence, without grace; 0: never had one */
	int64_t now;
	size_t left_out; /* additions that a plan leaves out for it */
};

/* False when there is nothing to tell. Text and hint belong to ctx; the code is constant.
 */
bool licence_finding(TALLOC_CTX *ctx, const struct licence *licence, struct finding *out);

#endif
