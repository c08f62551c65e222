/* SPDX-License-Identifier: MIT */
/*
 * The console's state of one root, in memory, as the judge sees it: organizations,
 * accounts, groups, links, roles with their givers, pending invitations. Loaded by the
 * console room from the store, changed by the judge, and by nothing else after that.
 *
 * Things are numbered by their place in the view's arrays; VIEW_NONE is no thing. The
 * store's own ids ride along (0: not stored yet). A view owns all that it holds.
 */
#ifndef DIRBRIDGE_RULES_VIEW_H
#define DIRBRIDGE_RULES_VIEW_H

#include "bridge/base/mem.h"
#include "bridge/base/table.h"
#include "bridge/record/role.h"
#include <stdbool.h>

#define VIEW_NONE UINT32_MAX

/* Who gives a role or joined an invitation: a source by its id, or a person by hand. */
#define GIVER_HAND INT64_C(0)

struct view_organization {
	int64_t id;
	uint32_t parent; /* VIEW_NONE at the root */
	unsigned level;  /* 1 at the root */
	const char *uid; /* its id in every copy of the store; NULL: not stored yet */
	const char *name;
	const char *name_key;
	const char *path;       /* "northwind/contoso" */
	uint32_t person_owners; /* active people who own it, each once */
	uint32_t assets; /* machines, reports, keys and the like that the console holds */
	bool gone;       /* deleted in this transaction */
};

struct view_account {
	int64_t id;
	uint32_t email; /* index into emails; VIEW_NONE for a service principal */
	const char *name;
	bool service;   /* a service principal, not a person */
	bool active;    /* not closed by the console's operator */
	bool blocked;   /* in this root */
	uint32_t roles; /* first of its roles, linked by next_of_account */
};

struct view_email {
	int64_t id;          /* of the subject; 0: not stored yet */
	const char *address; /* as last written */
	const char *key;     /* email_key() of it */
	uint32_t account;  /* the account with this address in this root, or VIEW_NONE */
	uint32_t contacts; /* first of what went to it, by organization: private */
	bool is_protected; /* no source touches whoever has it */
	bool is_erased;    /* no source brings back whoever had it */
};

struct view_group {
	int64_t id;
	uint32_t organization; /* home */
	const char *name;
	const char *name_key;
	bool carries_owner;     /* gives Owner at home or through a link */
	bool gone;              /* deleted in this transaction */
	bool is_protected;      /* no source touches it */
	uint32_t members;       /* roles that count: not wholly suspended */
	uint32_t recent;        /* the most members within the last 24 hours */
	uint32_t person_owners; /* active people among its group owners */
	uint32_t links;         /* first of its links, linked by next_of_group */
	uint32_t claims;        /* first of its claims, linked by next_of_group */
};

struct view_link {
	int64_t id;
	uint32_t group;
	uint32_t organization; /* the target */
	uint32_t next_of_group;
};

/* A privilege that a group's members have in one organization where it is active. */
struct view_claim {
	uint32_t group;
	uint32_t organization;
	const char *name; /* CLAIM_OWNER, or the console's name of another */
	uint32_t next_of_group;
};

#define CLAIM_OWNER "Owner"

/* Given while at least one giver is there; active while one of them is not suspended. */
struct view_role {
	int64_t id;
	uint32_t group;
	uint32_t account;
	enum role role;
	uint32_t givers; /* a list; VIEW_NONE: the role has ended */
	uint32_t next_of_account;
};

/* A list: this giver, and what next leads to. Shared by all who have the same. */
struct view_giver {
	int64_t giver;
	bool suspended;
	uint32_t next;
};

/* How an address learns of its invitation. */
enum invite_mode {
	INVITE_MAIL,
	INVITE_SILENT, /* no mail: people come by single sign-on */
	INVITE_STAGED, /* known, but not invited until it is released */
	INVITE_MODES
};

/* "mail", "silent", "staged". */
const char *invite_mode_name(enum invite_mode mode);

struct view_invitation {
	int64_t id;
	uint32_t group;
	uint32_t email;
	enum role role;
	enum invite_mode mode;
	uint32_t givers; /* who joined it, a list; VIEW_NONE: it has ended */
};

struct view {
	const char *root;    /* name of the root, or "" before there is one */
	bool licensed;       /* Enterprise, valid or in grace, at the time of loading */
	int64_t licence_end; /* of the last licence, without grace; 0: never had one */
	struct view_organization *organizations;
	uint32_t n_organizations;
	struct view_account *accounts;
	uint32_t n_accounts;
	struct view_email *emails;
	uint32_t n_emails;
	struct view_group *groups;
	uint32_t n_groups;
	struct view_link *links;
	uint32_t n_links;
	struct view_claim *claims;
	uint32_t n_claims;
	struct view_role *roles;
	uint32_t n_roles;
	struct view_giver *givers;
	uint32_t n_givers;
	struct view_invitation *invitations;
	uint32_t n_invitations;
	struct view_index *index; /* private: how things are found */
};

struct view *view_new(TALLOC_CTX *ctx);

/* ---- filling ---- */

/* Parents first. Returns its number. */
uint32_t view_add_organization(struct view *v, int64_t id, uint32_t parent,
			       const char *name, const char *name_key);
/* The number of an address, added when it is new. key is email_key(address). */
uint32_t view_add_email(struct view *v, const char *address, const char *key);
uint32_t view_add_account(struct view *v, int64_t id, uint32_t email, const char *name,
			  bool service);
/* name_key is text_fold(name). */
uint32_t view_add_group(struct view *v, int64_t id, uint32_t organization,
			const char *name, const char *name_key);
uint32_t view_add_link(struct view *v, uint32_t group, uint32_t organization);
/* Members of the group have this claim in an organization where it is active. */
void view_add_claim(struct view *v, uint32_t group, uint32_t organization,
		    const char *name);
/* A direct Owner claim. */
void view_add_owner_claim(struct view *v, uint32_t account, uint32_t organization);
/* Add a giver to a role, which begins with its first giver. Returns the role. */
uint32_t view_give(struct view *v, uint32_t group, enum role role, uint32_t account,
		   int64_t giver, bool suspended);
/* Take a giver out; the role ends with the last one. */
void view_take(struct view *v, uint32_t role, int64_t giver);
/* Suspend or restore what this giver gives. */
void view_suspend(struct view *v, uint32_t role, int64_t giver, bool suspended);
/* A giver joins the pending invitation, which begins with the first. */
uint32_t view_invite(struct view *v, uint32_t group, enum role role, uint32_t email,
		     int64_t giver, enum invite_mode mode);
void view_uninvite(struct view *v, uint32_t invitation, int64_t giver);
/* Mail was sent or queued to this address for this organization at this time. */
void view_mailed(struct view *v, uint32_t organization, uint32_t email, int64_t when);

/* ---- asking: the number, or VIEW_NONE ---- */

uint32_t view_organization(const struct view *v, const char *path);
uint32_t view_organization_by_id(const struct view *v, int64_t id);
uint32_t view_account_by_id(const struct view *v, int64_t id);
uint32_t view_group_by_id(const struct view *v, int64_t id);
uint32_t view_email(const struct view *v, const char *key);
uint32_t view_group(const struct view *v, uint32_t organization, const char *name_key);
/* Only roles and invitations that have not ended. */
uint32_t view_role(const struct view *v, uint32_t group, enum role role,
		   uint32_t account);
uint32_t view_invitation(const struct view *v, uint32_t group, enum role role,
			 uint32_t email);

/* The group is at home in this organization, or linked to it. */
bool view_is_active_in(const struct view *v, uint32_t group, uint32_t organization);
/* The link, or claim, of a group in an organization; or VIEW_NONE. */
uint32_t view_link(const struct view *v, uint32_t group, uint32_t organization);
uint32_t view_claim(const struct view *v, uint32_t group, uint32_t organization,
		    const char *name);
/* The giver's place in a list of givers, or VIEW_NONE. */
uint32_t view_giver(const struct view *v, uint32_t givers, int64_t giver);
/* Is there any but this one? */
bool view_has_others(const struct view *v, uint32_t givers, int64_t giver);
bool view_role_is_active(const struct view *v, uint32_t role);

/* below is the organization itself or one under it; nothing is within VIEW_NONE. */
bool view_is_within(const struct view *v, uint32_t organization, uint32_t below);
bool view_owns_organization(const struct view *v, uint32_t account,
			    uint32_t organization);
/* Owner held directly, whatever groups give besides. */
bool view_holds_owner(const struct view *v, uint32_t account, uint32_t organization);
bool view_owns_group(const struct view *v, uint32_t account, uint32_t group);
/* An active role in a group that is active in this organization or below it. */
bool view_is_on_roster(const struct view *v, uint32_t account, uint32_t organization);
/* How many pending invitations with a mail the address has in groups of this
 * organization. */
uint32_t view_pending(const struct view *v, uint32_t organization, uint32_t email);
/* When mail last went to the address for this organization, or 0. */
int64_t view_last_mail(const struct view *v, uint32_t organization, uint32_t email);

#endif
