/* SPDX-License-Identifier: MIT */
#include "bridge/rules/judge.h"

/* The group, then its organization: an inviter owns both, a giver of roles only one. */
static enum rule may_invite(const struct view *v, const struct principal *p,
			    const struct change *c)
{
	enum rule rule = may_change_group(v, p, c, c->email);

	if (rule == RULE_NOT_GROUP_OWNER)
		return RULE_INVITE_RIGHTS;
	if (rule == RULE_NONE && !owns(v, p, v->groups[c->group].organization))
		return RULE_INVITE_RIGHTS;
	return rule;
}

/* From where it is sent to where the group is at home: downward, as links are. */
static enum rule goes_down(const struct view *v, const struct principal *p,
			   const struct change *c)
{
	uint32_t home = v->groups[c->group].organization;

	if (c->giver != GIVER_HAND || c->organization == VIEW_NONE ||
	    view_is_within(v, c->organization, home))
		return RULE_NONE;
	if (!owns(v, p, c->organization))
		return or_isolated(v, p, c->organization, RULE_INVITE_RIGHTS);
	return view_is_within(v, home, c->organization) ? RULE_INVITE_UP
							: RULE_INVITE_ACROSS;
}

/* One mail for all that is pending, and a day between two. */
static enum rule may_mail(struct view *v, uint32_t organization, uint32_t email,
			  int64_t now)
{
	int64_t last = view_last_mail(v, organization, email);

	if (last != 0 && now < last + INVITE_COOLDOWN)
		return RULE_INVITE_COOLDOWN;
	view_mailed(v, organization, email, now);
	return RULE_NONE;
}

static enum rule may_be_invited(const struct view *v, const struct change *c)
{
	uint32_t account = v->emails[c->email].account, pending, role;

	if (account != VIEW_NONE && v->accounts[account].blocked)
		return RULE_ACCOUNT_BLOCKED;
	role = account == VIEW_NONE ? VIEW_NONE
				    : view_role(v, c->group, c->role, account);
	if (role != VIEW_NONE && view_role_is_active(v, role))
		return RULE_INVITE_KNOWN;
	pending = view_invitation(v, c->group, c->role, c->email);
	if (pending != VIEW_NONE &&
	    view_giver(v, v->invitations[pending].givers, c->giver) != VIEW_NONE)
		return RULE_INVITE_DUPLICATE;
	return RULE_NONE;
}

enum rule judge_invite(struct view *v, const struct principal *p, struct change *c,
		       int64_t now)
{
	enum rule rule = may_invite(v, p, c);
	uint32_t home;

	if (rule == RULE_NONE)
		rule = goes_down(v, p, c);
	if (rule == RULE_NONE)
		rule = may_add(v, c);
	if (rule == RULE_NONE)
		rule = may_be_invited(v, c);
	if (rule != RULE_NONE)
		return rule;
	home = v->groups[c->group].organization;
	if (c->mode == INVITE_MAIL && view_pending(v, home, c->email) == 0 &&
	    view_invitation(v, c->group, c->role, c->email) == VIEW_NONE)
		rule = may_mail(v, home, c->email, now);
	if (rule == RULE_NONE)
		c->made = view_invite(v, c->group, c->role, c->email, c->giver, c->mode);
	return rule;
}

/* What acts on a pending invitation finds it first. */
static enum rule find_pending(const struct view *v, struct change *c)
{
	c->made = view_invitation(v, c->group, c->role, c->email);
	return c->made == VIEW_NONE ? RULE_INVITE_ENDED : RULE_NONE;
}

enum rule judge_uninvite(struct view *v, const struct principal *p, struct change *c,
			 int64_t now)
{
	enum rule rule = may_invite(v, p, c);

	(void)now;
	if (rule == RULE_NONE)
		rule = find_pending(v, c);
	if (rule != RULE_NONE)
		return rule;
	if (c->kind == CHANGE_CANCEL) {
		view_end_invitation(v, c->made);
		return RULE_NONE;
	}
	if (view_giver(v, v->invitations[c->made].givers, c->giver) == VIEW_NONE)
		return RULE_NOT_GIVEN;
	view_uninvite(v, c->made, c->giver);
	return RULE_NONE;
}

static enum rule may_send(const struct view *v, const struct principal *p,
			  struct change *c)
{
	enum rule rule = may_invite(v, p, c);

	uint32_t account = v->emails[c->email].account;

	if (rule == RULE_NONE)
		rule = may_add(v, c);
	if (rule == RULE_NONE)
		rule = find_pending(v, c);
	if (rule == RULE_NONE && account != VIEW_NONE && v->accounts[account].blocked)
		rule = RULE_ACCOUNT_BLOCKED;
	return rule;
}

enum rule judge_resend(struct view *v, const struct principal *p, struct change *c,
		       int64_t now)
{
	enum rule rule = may_send(v, p, c);

	if (rule != RULE_NONE)
		return rule;
	if (v->invitations[c->made].mode == INVITE_STAGED)
		return RULE_INVITE_STAGED;
	rule = may_mail(v, v->groups[c->group].organization, c->email, now);
	if (rule == RULE_NONE)
		view_set_mode(v, c->made, INVITE_MAIL);
	return rule;
}

enum rule judge_release(struct view *v, const struct principal *p, struct change *c,
			int64_t now)
{
	uint32_t home;
	enum rule rule = may_send(v, p, c);

	if (rule != RULE_NONE)
		return rule;
	if (v->invitations[c->made].mode != INVITE_STAGED || c->mode == INVITE_STAGED)
		return RULE_UNCHANGED;
	home = v->groups[c->group].organization;
	if (c->mode == INVITE_MAIL && view_pending(v, home, c->email) == 0)
		rule = may_mail(v, home, c->email, now);
	if (rule == RULE_NONE)
		view_set_mode(v, c->made, c->mode);
	return rule;
}

/* ---- the invited person's answer, and time's ---- */

static enum rule may_answer(const struct view *v, const struct principal *p,
			    struct change *c)
{
	if (!p->bearer)
		return RULE_INVITE_RIGHTS;
	return find_pending(v, c);
}

/* Every giver that joined the invitation gives the role. */
enum rule judge_accept(struct view *v, const struct principal *p, struct change *c,
		       int64_t now)
{
	const struct view_account *a = &v->accounts[c->account];
	enum rule rule = may_answer(v, p, c);
	uint32_t invitation = c->ended = c->made;

	(void)now;
	if (rule != RULE_NONE)
		return rule;
	if (!v->licensed)
		return RULE_LICENCE;
	if (v->invitations[invitation].mode == INVITE_STAGED)
		return RULE_INVITE_STAGED;
	if (a->blocked || !a->active)
		return RULE_ACCOUNT_BLOCKED;
	while (v->invitations[invitation].givers != VIEW_NONE) {
		int64_t giver = v->givers[v->invitations[invitation].givers].giver;

		c->made = view_give(v, c->group, c->role, c->account, giver, false);
		view_uninvite(v, invitation, giver);
	}
	return RULE_NONE;
}

enum rule judge_decline(struct view *v, const struct principal *p, struct change *c,
			int64_t now)
{
	enum rule rule = may_answer(v, p, c);

	(void)now;
	if (rule == RULE_NONE)
		view_end_invitation(v, c->made);
	return rule;
}

/* Whoever acts: time has gone by. What is over is no longer in the view. */
enum rule judge_expire(struct view *v, const struct principal *p, struct change *c,
		       int64_t now)
{
	(void)p;
	if (c->until > now)
		return RULE_UNCHANGED;
	c->made = view_invitation(v, c->group, c->role, c->email);
	if (c->made != VIEW_NONE)
		view_end_invitation(v, c->made);
	return RULE_NONE;
}
