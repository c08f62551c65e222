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
	const char *group;   /* NULL: Owner, held directly */
	const char *home;    /* path of the group's home organization */
	const char *uid;     /* of the group; NULL: Owner, held directly */
	const char **claims; /* what it gives here, by name; none to a group owner */
	size_t n_claims;
	enum role role;
	bool linked;    /* homed above and linked here */
	bool owner;     /* gives Owner here */
	bool suspended; /* every giver has suspended it: no access */
	int64_t since;
	uint32_t rank; /* of the group among the ways in: for sorting */
};

struct roster_person {
	const char *email; /* NULL for a service principal */
	const char *name;  /* NULL when none is known */
	const char *pseudonym;
	bool blocked;
	struct roster_way *ways; /* groups of this organization first, by name */
	size_t n_ways;
	/* Has a way in through a link, and a home beside: a group of an organization that
	 * lies neither on the way up from here nor below, another customer's. Its path
	 * when the principal owns it; otherwise NULL, and not even that there is one
	 * shows. */
	const char *elsewhere;
};

struct roster_invitation {
	const char *group;
	const char *home;
	const char *uid; /* of the group */
	bool linked;
	enum role role;
	const char *email;
	const char *pseudonym;
	const char *inviter;      /* name of the principal */
	int64_t created, expires; /* expires 0: not before it is released (staged) */
	enum invite_mode mode;
	int64_t mail; /* for console_token() */
	uint32_t rank;
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
 * may see it was asked before, by console_look() or console_organization(). The result
 * belongs to ctx.
 */
MUST_CHECK struct err *roster_load(TALLOC_CTX *ctx, struct console *console,
				   uint32_t organization, int64_t at, struct roster *out);

/*
 * Fill in elsewhere, as this user may see it: each other organization is asked of as
 * console_look() asks.
 */
MUST_CHECK struct err *roster_elsewhere(TALLOC_CTX *ctx, struct console *console,
					uint32_t organization, const struct looking *who,
					struct roster *roster);

#endif
