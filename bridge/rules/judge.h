/* SPDX-License-Identifier: MIT */
/*
 * What the files of the judge share: the questions that many kinds of change ask first,
 * and one function for each kind. Private to the room.
 *
 * A judge_ function asks everything before it changes anything: when it refuses, the
 * view is as it was. The order of its questions is part of the rules: whether the
 * principal may know comes first, so that no answer tells who is isolated what is there.
 */
#ifndef DIRBRIDGE_RULES_JUDGE_H
#define DIRBRIDGE_RULES_JUDGE_H

#include "bridge/rules/rules.h"
#include "bridge/rules/view_p.h"

/* ---- who ---- */

bool owns(const struct view *v, const struct principal *p, uint32_t organization);
/* The rule, or org-isolated for whoever plays no part in the organization. */
enum rule or_isolated(const struct view *v, const struct principal *p,
		      uint32_t organization, enum rule rule);
/* The organization is there, and has not been deleted. */
bool is_there(const struct view *v, uint32_t organization);
/* Owner of the organization. */
enum rule may_administer(const struct view *v, const struct principal *p,
			 uint32_t organization);
/* A source stays at or below its own organization and off what is protected or erased. */
enum rule may_source(const struct view *v, const struct change *c, uint32_t email);
/* Who may change the people of a group: its owners, who also own its organization when
 * they act for a source. email: of the person, or VIEW_NONE. */
enum rule may_change_group(const struct view *v, const struct principal *p,
			   const struct change *c, uint32_t email);

/* ---- what ---- */

/* Licence, and Owner that a source would give. */
enum rule may_add(const struct view *v, const struct change *c);
/* Would this role, once gone, leave a group or an organization without an owner? */
bool is_last_owner(struct view *v, uint32_t role);
/* Would anything be without an owner, if the account had no role and no claim? */
bool owns_something_alone(const struct view *v, uint32_t account);
/* Would the organization have no person who owns it, if the group stopped giving Owner
 * there? Not when it has none now. */
bool owns_alone(const struct view *v, uint32_t group, uint32_t organization);

/* ---- one a kind ---- */

typedef enum rule judge_fn(struct view *v, const struct principal *p, struct change *c,
			   int64_t now);

judge_fn judge_organization, judge_organization_rename, judge_organization_delete;
judge_fn judge_licence, judge_asset, judge_claim, judge_principal;
judge_fn judge_group, judge_group_rename, judge_group_delete;
judge_fn judge_group_claim, judge_group_unclaim, judge_link, judge_unlink;
judge_fn judge_give, judge_take, judge_restore;
judge_fn judge_invite, judge_uninvite, judge_resend, judge_release;
judge_fn judge_accept, judge_decline, judge_expire;
judge_fn judge_block, judge_email, judge_erase;
judge_fn judge_review;

#endif
