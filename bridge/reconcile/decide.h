/* SPDX-License-Identifier: MIT */
/*
 * The decision table (README.md beside this file) as a pure function.
 */
#ifndef DIRBRIDGE_RECONCILE_DECIDE_H
#define DIRBRIDGE_RECONCILE_DECIDE_H

#include "bridge/plan/plan.h"

/*
 * Whether a grant is wanted, by the directory and the rules. Unknown is a person or group
 * whose absence is not proved, an entry that failed to map, or one in a conflict.
 */
enum wish { WISH_NO, WISH_YES, WISH_UNKNOWN, WISHES };

/*
 * The rows, by number; a test holds them against the README. The names say what a row
 * does, not when it fits: when it fits is the table's business alone.
 */
enum row {
	ROW_AS_IS,
	ROW_UNDONE,
	ROW_GRANT,
	ROW_INVITE,
	ROW_JOIN,
	ROW_JOIN_INVITATION,
	ROW_KEEP,
	ROW_RESTORE,
	ROW_KEEP_INVITATION,
	ROW_INVITE_AGAIN,
	ROW_REMOVED_BY_HAND,
	ROW_TURNED_DOWN,
	ROW_LEAVE,
	ROW_REMOVE,
	ROW_GRACE,
	ROW_CANCEL,
	ROW_FORGET,
	ROW_REMEMBER,
	ROW_NOT_OURS,
	ROW_BUG,
	ROWS
};

/*
 * The first row that fits. undone_wish is what was wanted when a person undid the grant;
 * it matters only when given is GIVEN_UNDONE.
 */
enum row decide(enum wish wish, enum given_state given, enum console_state console,
		bool known, bool undone_wish);

#endif
