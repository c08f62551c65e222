/* SPDX-License-Identifier: MIT */
/*
 * The roster of one organization, now or on a past day: every person once, with every
 * way in; and the invitations that were pending.
 *
 * A way in is a role in a group that is active here (homed here, or linked from above),
 * or Owner held directly, as service principals do. Roles, links and claims carry
 * valid-from and valid-to, so any day since the store was made can be asked.
 */
#ifndef DIRBRIDGE_CONSOLE_ROSTER_H
#define DIRBRIDGE_CONSOLE_ROSTER_H

#include "bridge/console/console.h"

struct roster_way {
	const char *group; /* NULL: Owner, held directly */
	const char *home;  /* path of the group's home organization */
	enum role role;
	bool linked;    /* homed above and linked here */
	bool owner;     /* gives Owner here */
	bool suspended; /* every giver has suspended it: no access */
	int64_t since;
};

struct roster_person {
	const char *email; /* NULL for a service principal */
	const char *name;  /* NULL when none is known */
	bool blocked;
	struct roster_way *ways; /* groups of this organization first, by name */
	size_t n_ways;
};

struct roster_invitation {
	const char *group;
	const char *home;
	bool linked;
	enum role role;
	const char *email;
	const char *inviter; /* name of the principal */
	int64_t created, expires;
	int64_t mail; /* for console_token() */
};

struct roster {
	int64_t at;
	struct roster_person *people; /* by e-mail; service principals by name */
	size_t n_people;
	struct roster_invitation *invitations; /* by e-mail, group, role */
	size_t n_invitations;
};

/*
 * The roster of an organization of the console's view at a time. Whether the principal
 * may see it was asked before, by console_organization(). The result belongs to ctx.
 */
MUST_CHECK struct err *roster_load(TALLOC_CTX *ctx, struct console *console,
				   uint32_t organization, int64_t at, struct roster *out);

#endif
