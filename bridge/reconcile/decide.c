/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/decide.h"

/* clang-format off */
enum {
	YES = 1 << WISH_YES, NO = 1 << WISH_NO, UNKNOWN = 1 << WISH_UNKNOWN,
	ANY = 0xff,

	NONE = 1 << GIVEN_NONE, GIVEN = 1 << GIVEN_GIVEN, SUSPENDED = 1 << GIVEN_SUSPENDED,
	INVITED = 1 << GIVEN_INVITED, EXPIRED = 1 << GIVEN_EXPIRED,
	DECLINED = 1 << GIVEN_DECLINED, CANCELLED = 1 << GIVEN_CANCELLED,
	UNDONE = 1 << GIVEN_UNDONE,

	NOTHING = 1 << CONSOLE_NOTHING, OURS = 1 << CONSOLE_OURS,
	BOTH = 1 << CONSOLE_OURS_OTHERS, OTHERS = 1 << CONSOLE_OTHERS,
	PENDING = 1 << CONSOLE_PENDING_OURS, THEIRS = 1 << CONSOLE_PENDING_OTHERS,
	NOT_OURS = NOTHING | OTHERS | THEIRS,

	IS_KNOWN = 1, NOT_KNOWN = 2,
};

static const struct {
	unsigned wish, given, console, known;
} rows[ROWS] = {
	[ROW_AS_IS]           = { UNKNOWN,  ANY,                                 ANY,         ANY },
	[ROW_UNDONE]          = { YES | NO, UNDONE,                              ANY,         ANY },
	[ROW_GRANT]           = { YES,      NONE,                                NOTHING,     IS_KNOWN },
	[ROW_INVITE]          = { YES,      NONE,                                NOTHING,     NOT_KNOWN },
	[ROW_JOIN]            = { YES,      ANY,                                 OTHERS,      ANY },
	[ROW_JOIN_INVITATION] = { YES,      ANY,                                 THEIRS,      ANY },
	[ROW_KEEP]            = { YES,      GIVEN,                               OURS | BOTH, ANY },
	[ROW_RESTORE]         = { YES,      SUSPENDED,                           OURS | BOTH, ANY },
	[ROW_KEEP_INVITATION] = { YES,      INVITED,                             PENDING,     ANY },
	[ROW_INVITE_AGAIN]    = { YES,      EXPIRED,                             NOTHING,     ANY },
	[ROW_REMOVED_BY_HAND] = { YES,      GIVEN | SUSPENDED,                   NOTHING,     ANY },
	[ROW_TURNED_DOWN]     = { YES,      DECLINED | CANCELLED,                NOTHING,     ANY },
	[ROW_LEAVE]           = { NO,       GIVEN | SUSPENDED,                   BOTH,        ANY },
	[ROW_REMOVE]          = { NO,       GIVEN,                               OURS,        ANY },
	[ROW_GRACE]           = { NO,       SUSPENDED,                           OURS,        ANY },
	[ROW_CANCEL]          = { NO,       INVITED,                             PENDING,     ANY },
	[ROW_FORGET]          = { NO,       GIVEN | SUSPENDED | INVITED | EXPIRED, NOT_OURS,  ANY },
	[ROW_REMEMBER]        = { NO,       DECLINED | CANCELLED,                NOT_OURS,    ANY },
	[ROW_NOT_OURS]        = { NO,       NONE,                                ANY,         ANY },
	[ROW_BUG]             = { ANY,      ANY,                                 ANY,         ANY },
};
/* clang-format on */

enum row decide(enum wish wish, enum given_state given, enum console_state console,
		bool known, bool undone_wish)
{
	unsigned is_known = known ? IS_KNOWN : NOT_KNOWN;
	enum row row = ROW_AS_IS;

	if (given == GIVEN_UNDONE && wish != WISH_UNKNOWN &&
	    (wish == WISH_YES) != undone_wish)
		given = GIVEN_GIVEN;
	while (!((rows[row].wish >> wish & 1) && (rows[row].given >> given & 1) &&
		 (rows[row].console >> console & 1) && (rows[row].known & is_known)))
		row++;
	return row;
}
