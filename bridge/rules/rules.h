/* SPDX-License-Identifier: MIT */
/*
 * The console's rules, as a pure function. judge() says whether a principal may make a
 * change to the console as a view shows it, and, when it may, makes the change to the
 * view. Plans get their verdicts from it; the console room, the only code that writes
 * console state, calls it again inside the write transaction, for plans and for
 * commands by hand alike. There is no bypass; the database repeats what it can.
 *
 * The rules are the console's own where its documentation states them; where it is
 * silent the choice is ours and is labelled so in dirbridge(8), RULES.
 */
#ifndef DIRBRIDGE_RULES_RULES_H
#define DIRBRIDGE_RULES_RULES_H

#include "bridge/rules/view.h"

/* Why a change is refused. The code of each is the same in text, JSON and audit. */
enum rule {
	RULE_NONE,             /* allowed */
	RULE_ORG_ISOLATED,     /* org-isolated: no such organization, or none of yours */
	RULE_ORG_DEPTH,        /* org-depth: three levels, parent fixed at creation */
	RULE_LICENCE,          /* licence: no valid Enterprise licence on the root */
	RULE_NOT_OPERATOR,     /* not-operator: only the operator does this */
	RULE_NOT_ORG_OWNER,    /* not-org-owner: needs Owner where it acts */
	RULE_NOT_GROUP_OWNER,  /* not-group-owner: only group owners change a group */
	RULE_NAME_TAKEN,       /* name-taken: names are unique, without regard to case */
	RULE_INVITE_RIGHTS,    /* invite-rights: own the group and its organization */
	RULE_INVITE_DUPLICATE, /* invite-duplicate: pending already; nothing changes */
	RULE_INVITE_KNOWN,     /* invite-known: holds the role already */
	RULE_INVITE_COOLDOWN,  /* invite-cooldown: 24 h between mails to one address */
	RULE_INVITE_ENDED,    /* invite-ended: accepted, declined, cancelled or expired */
	RULE_LAST_OWNER,      /* last-owner: the last active person who owns it stays */
	RULE_SOURCE_SCOPE,    /* source-scope: a source acts at or below its own */
	RULE_ACCOUNT_BLOCKED, /* account-blocked: gets nothing in this root */
	RULE_PROTECTED,       /* protected: no source touches it */
	RULE_OWNER_CLAIM,     /* owner-claim: giving Owner needs allow_owner_claim */
	RULE_NOT_GIVEN,       /* not-given: there is nothing to take */
	RULES
};

enum change_kind {
	CHANGE_ORGANIZATION, /* create: organization = parent (or VIEW_NONE), name; its
				group Owners, with account as owner and member */
	CHANGE_LICENCE,      /* set on the root: until (0: none) */
	CHANGE_CLAIM, /* account, a service principal, gets Owner of organization */
	CHANGE_GROUP, /* create: organization, name */
	CHANGE_GROUP_RENAME, /* group, name */
	CHANGE_GIVE,         /* group, role, account, giver */
	CHANGE_TAKE,         /* group, role, account, giver */
	CHANGE_SUSPEND,      /* group, role, account, giver, until */
	CHANGE_RESTORE,      /* group, role, account, giver */
	CHANGE_INVITE,       /* group, role, email, giver; joins a pending one */
	CHANGE_UNINVITE,     /* group, role, email, giver: leaves; ends with the last */
	CHANGE_CANCEL,       /* group, role, email: whoever joined it */
	CHANGE_BLOCK,        /* account, in this root */
	CHANGE_UNBLOCK,      /* account */
	CHANGES
};

/* One change. Fields that a kind does not name are not looked at. */
struct change {
	enum change_kind kind;
	uint32_t organization;
	uint32_t group;
	enum role role;
	uint32_t account;
	uint32_t email;
	int64_t giver;  /* GIVER_HAND, or a source */
	uint32_t scope; /* the source's organization, when giver is a source */
	const char *name;
	const char *name_key;
	int64_t until;
	bool allow_owner_claim;
	uint32_t made; /* out: number of what was created, or of the role, invitation */
};

/* Who acts: an account of the view, or the operator. */
struct principal {
	bool operator_;
	uint32_t account; /* VIEW_NONE for the operator */
	const char *name;
};

/* "last-owner", "" for RULE_NONE. */
const char *rule_code(enum rule rule);
/* For people: what the rule says; and, a sentence of its own, what to do about it. */
const char *rule_text(enum rule rule);
const char *rule_hint(enum rule rule);
/* "group.create", "role.give", ...: the kind as audit and JSON name it. */
const char *change_name(enum change_kind kind);

/* Allowed: RULE_NONE, and the view has changed. Otherwise the view is as it was. now is
 * compared with the last mail and with the end of a licence that is being set, and noted
 * as the time of the mail that an invitation sends; nothing else depends on it. */
enum rule judge(struct view *view, const struct principal *principal,
		struct change *change, int64_t now);

#define INVITE_COOLDOWN (INT64_C(24) * 3600)
#define INVITE_LIFETIME (INT64_C(7) * 86400)
#define INVITE_REPEATS  2
#define LICENCE_GRACE   (INT64_C(30) * 86400)
#define LEVELS          3

#endif
