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
	RULE_NONE,            /* allowed */
	RULE_ORG_ISOLATED,    /* org-isolated: no such organization, or none of yours */
	RULE_ORG_DEPTH,       /* org-depth: three levels, parent fixed at creation */
	RULE_LICENCE,         /* licence: no valid Enterprise licence on the root */
	RULE_NOT_OPERATOR,    /* not-operator: only the operator does this */
	RULE_NOT_ORG_OWNER,   /* not-org-owner: needs Owner where it acts */
	RULE_NOT_GROUP_OWNER, /* not-group-owner: only group owners change a group */
	RULE_NAME_TAKEN,      /* name-taken: names are unique, without regard to case */
	RULE_UNCHANGED,       /* unchanged: it is so already */
	RULE_ORG_NOT_EMPTY,   /* org-not-empty: something there keeps it from deletion */
	RULE_TRIAL_USED,      /* trial-used: a root has one trial, before any licence */
	RULE_LINK_SELF,       /* link-self: it is the group's home */
	RULE_LINK_UP,         /* link-up: links go downward */
	RULE_LINK_ACROSS,     /* link-across: neither above nor below */
	RULE_LINK_ROOT,       /* link-root: roots share nothing */
	RULE_LINK_OWNERSHIP,  /* link-ownership: own both organizations and the group */
	RULE_NOT_ACTIVE, /* not-active: the group is neither at home nor linked there */
	RULE_INVITE_RIGHTS,    /* invite-rights: own the group and its organization */
	RULE_INVITE_UP,        /* invite-up: invitations go downward, as links do */
	RULE_INVITE_ACROSS,    /* invite-across: neither above nor below */
	RULE_INVITE_DUPLICATE, /* invite-duplicate: pending already; nothing changes */
	RULE_INVITE_KNOWN,     /* invite-known: holds the role already */
	RULE_INVITE_COOLDOWN,  /* invite-cooldown: 24 h between mails to one address */
	RULE_INVITE_ENDED,    /* invite-ended: accepted, declined, cancelled or expired */
	RULE_INVITE_STAGED,   /* invite-staged: nobody is invited before it is released */
	RULE_ACCOUNT_BOUND,   /* account-bound: one account, one person of a directory */
	RULE_LAST_OWNER,      /* last-owner: the last active person who owns it stays */
	RULE_SOURCE_SCOPE,    /* source-scope: a source acts at or below its own */
	RULE_ACCOUNT_BLOCKED, /* account-blocked: gets nothing in this root */
	RULE_PROTECTED,       /* protected: no source touches it */
	RULE_OWNER_CLAIM,     /* owner-claim: giving Owner needs allow_owner_claim */
	RULE_NOT_GIVEN,       /* not-given: there is nothing to take */
	RULE_NOT_YOURSELF,    /* not-yourself: for the person, or the operator */
	RULE_EMAIL_TAKEN,     /* email-taken: another account has the address */
	RULE_ERASED,          /* erased: no source brings back who was erased */
	RULES
};

enum change_kind {
	CHANGE_ORGANIZATION, /* create: organization = parent (or VIEW_NONE), name; its
				group Owners, with account as owner and member */
	CHANGE_ORGANIZATION_RENAME, /* organization, name */
	CHANGE_ORGANIZATION_DELETE, /* organization, with all its groups and links */
	CHANGE_LICENCE, /* of the root: until (over by now: it ends now), trial */
	CHANGE_ASSET, /* organization, name: of a kind the console holds count, not was */
	CHANGE_CLAIM, /* account, a service principal, gets Owner of organization */
	CHANGE_UNCLAIM,       /* account, organization */
	CHANGE_GROUP,         /* create: organization, name */
	CHANGE_GROUP_RENAME,  /* group, name */
	CHANGE_GROUP_DELETE,  /* group */
	CHANGE_GROUP_CLAIM,   /* group, organization where it is active, name: a claim */
	CHANGE_GROUP_UNCLAIM, /* group, organization, name */
	CHANGE_LINK,    /* group, organization (VIEW_NONE: in another root that is owned);
			   allow_owner_claim: Owner goes with it */
	CHANGE_UNLINK,  /* group, organization */
	CHANGE_GIVE,    /* group, role, account, giver */
	CHANGE_TAKE,    /* group, role, account, giver */
	CHANGE_SUSPEND, /* group, role, account, giver, until */
	CHANGE_RESTORE, /* group, role, account, giver */
	CHANGE_INVITE,  /* group, role, email, giver, mode; joins a pending one;
			   organization: from where, VIEW_NONE for the group's home */
	CHANGE_UNINVITE, /* group, role, email, giver: leaves; ends with the last */
	CHANGE_CANCEL,   /* group, role, email: whoever joined it */
	CHANGE_RESEND,   /* group, role, email: one mail more, a new week */
	CHANGE_RELEASE,  /* group, role, email: what was staged is invited now */
	CHANGE_ACCEPT,   /* group, role, email; account: who gets the role */
	CHANGE_DECLINE,  /* group, role, email */
	CHANGE_EXPIRE,   /* group, role, email; until: when its time is over */
	CHANGE_BLOCK,    /* account, in this root */
	CHANGE_UNBLOCK,  /* account */
	CHANGE_EMAIL,    /* account, email: the new one */
	CHANGE_ERASE,    /* account: its roles and invitations in this root end */
	CHANGE_SERVICE,  /* a service principal, name: made by the caller */
	CHANGE_ALLOW,    /* name: an operating-system user may act as somebody */
	CHANGE_DISALLOW, /* name */
	CHANGE_IMPORT,   /* name: a root, read by the caller from what was exported */
	CHANGE_REVIEW,   /* organization: somebody has looked at who is there */
	CHANGE_EPOCH,    /* of the store: name, the one that ends */
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
	int64_t giver;   /* GIVER_HAND, or a source */
	uint32_t scope;  /* the source's organization, when a source asks for it */
	bool for_source; /* TAKE, giver is GIVER_HAND: a source asks, within its limits */
	const char *name;
	const char *name_key;
	int64_t until;
	uint32_t count, was;
	enum invite_mode mode;
	bool trial;
	bool allow_owner_claim;
	uint32_t ended; /* out, ACCEPT: the invitation */
	uint32_t made;  /* out: number of what was created, or of the role, invitation */
};

/* Who acts: an account of the view, the operator, or whoever holds the token of an
 * invitation, which the caller has verified. */
struct principal {
	bool operator_;
	bool bearer;
	uint32_t account; /* VIEW_NONE for the operator and for a bearer */
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
 * compared with the last mail, the ends of licences and of invitations. */
enum rule judge(struct view *view, const struct principal *principal,
		struct change *change, int64_t now);

#define TRIAL_LIFETIME  (INT64_C(30) * 86400)
#define INVITE_COOLDOWN (INT64_C(24) * 3600)
#define INVITE_LIFETIME (INT64_C(7) * 86400)
#define INVITE_REPEATS  2
#define LICENCE_GRACE   (INT64_C(30) * 86400)
#define LEVELS          3

#endif
