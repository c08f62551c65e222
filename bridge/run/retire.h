/* SPDX-License-Identifier: MIT */
/*
 * The end of a source, as far as the console sees it: everything that it gives is given
 * by hand from then on, or taken. First it is listed and judged, to be shown; then, in
 * another transaction, listed again and carried out as it was shown.
 */
#ifndef DIRBRIDGE_RUN_RETIRE_H
#define DIRBRIDGE_RUN_RETIRE_H

#include "bridge/base/digest.h"
#include "bridge/console/life.h"

/* A role, or a pending invitation, that the source gives. Numbers are of the view. */
struct leaving {
	uint32_t group, account, email;
	uint32_t invitation; /* VIEW_NONE: a role */
	enum role role;
	bool suspended; /* the source has suspended it: it is taken in any case */
	bool others;    /* somebody else gives it as well */
	bool by_hand;   /* a person among them */
	bool paused;    /* removals are, there */
	enum rule rule; /* why it stays; RULE_NONE */
};

struct retirement {
	int64_t source;
	uint32_t scope; /* the source's organization */
	bool keep;
	struct leaving *list; /* by group, then who, then role */
	size_t n;
	size_t stays;         /* of them, refused or paused */
	struct digest digest; /* of what is listed, whatever the judge says of it */
};

/* What the source gives in this view. It belongs to ctx. */
MUST_CHECK struct err *retirement_list(TALLOC_CTX *ctx, const struct console *console,
				       int64_t source, uint32_t scope, bool keep,
				       struct retirement **out);

/* Judge each as the console's principal; afterwards the view shows what would be. */
void retirement_judge(struct retirement *retirement, struct console *console);

/*
 * Carry out what was let through when it was shown. Both were listed of the same source;
 * this one on the console's view as it was loaded. ERR_STALE when it is not what was
 * shown, or is refused by now.
 */
MUST_CHECK struct err *retirement_carry_out(const struct retirement *retirement,
					    const struct retirement *shown,
					    struct console *console);

#endif
