/* SPDX-License-Identifier: MIT */
/*
 * How a view finds its things: by name in tables, by numbers in indexes. Private to the
 * room.
 *
 * Lists of givers are shared and never changed: each list exists once, however many
 * roles and invitations have it, and another list is another number.
 */
#ifndef DIRBRIDGE_RULES_VIEW_P_H
#define DIRBRIDGE_RULES_VIEW_P_H

#include "bridge/base/arena.h"
#include "bridge/base/index.h"
#include "bridge/rules/view.h"

/* The key of a role (who: its account) or an invitation (who: its email). */
static inline uint64_t grant_key(uint32_t group, enum role role, uint32_t who)
{
	return (uint64_t)group << 33 | (uint64_t)role << 32 | who;
}

/* The key of two numbers. */
static inline uint64_t pair_key(uint32_t a, uint32_t b)
{
	return (uint64_t)a << 32 | b;
}

/* What went between one organization and one address. */
struct view_contact {
	int64_t last_mail;
	uint32_t organization;
	uint32_t pending; /* pending invitations */
	uint32_t next;    /* of the same address, or VIEW_NONE */
};

/* In how many ways an account owns an organization. */
struct view_way {
	uint32_t account, organization;
	uint32_t count;
	bool direct; /* one of them is Owner, held directly */
};

struct view_index {
	struct arena *arena;         /* of all texts */
	struct table *organizations; /* path */
	struct table *emails;        /* key */
	struct table *groups;        /* organization, name_key */
	struct table *lists;         /* struct list_key: a list of givers */
	struct index *organization_ids, *account_ids, *group_ids; /* id */
	struct index *roles, *invitations;                        /* grant_key() */
	struct index *ways;                                       /* pair_key() */
	struct view_way *way;
	uint32_t n_ways;
	struct view_contact *contact;
	uint32_t n_contacts;
	/* Capacities of the arrays. */
	size_t c_organizations, c_accounts, c_emails, c_groups, c_links, c_roles,
		c_givers, c_invitations, c_ways, c_contacts, c_claims;
};

/* A copy that lives as long as the view. */
const char *view_keep(struct view *v, const char *text);
void *view_group_key(TALLOC_CTX *ctx, uint32_t organization, const char *name_key,
		     size_t *len);

/* ---- changes that only the judge makes ---- */

/* Paths below change with it. */
void view_rename_organization(struct view *v, uint32_t organization, const char *name,
			      const char *name_key);
void view_rename_group(struct view *v, uint32_t group, const char *name,
		       const char *name_key);
/* What is removed ends with all that hangs on it: roles, invitations, links, claims. */
void view_remove_organization(struct view *v, uint32_t organization);
void view_remove_group(struct view *v, uint32_t group);
void view_end_role(struct view *v, uint32_t role);
void view_end_invitation(struct view *v, uint32_t invitation);
/* The claims that went with a link go with it. */
void view_drop_link(struct view *v, uint32_t link);
void view_drop_claim(struct view *v, uint32_t claim);
void view_drop_owner_claim(struct view *v, uint32_t account, uint32_t organization);
/* Count a role that has become active (1) or has stopped being so (-1). */
void view_count_role(struct view *v, uint32_t role, int by);
void view_block(struct view *v, uint32_t account, bool blocked);
void view_set_mode(struct view *v, uint32_t invitation, enum invite_mode mode);
void view_change_email(struct view *v, uint32_t account, uint32_t email);
void view_erase(struct view *v, uint32_t account);

/* How many ways account has to own organization. */
uint32_t view_ways(const struct view *v, uint32_t account, uint32_t organization);
/* NULL when nothing ever went between them. */
struct view_contact *view_contact(const struct view *v, uint32_t organization,
				  uint32_t email);

#endif
