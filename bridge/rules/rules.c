/* SPDX-License-Identifier: MIT */
#include "bridge/rules/rules.h"
#include "bridge/rules/judge.h"

/* clang-format off */
static const struct {
	const char *code, *text, *hint;
} rules[RULES] = {
	[RULE_NONE] = { "", "allowed", "" },
	[RULE_ORG_ISOLATED] = {
		"org-isolated", "there is no such organization, or it is not yours",
		"Check the path, or act as somebody who owns it (--as)." },
	[RULE_ORG_DEPTH] = {
		"org-depth", "an organization tree has at most three levels",
		"Make it higher up in the tree." },
	[RULE_LICENCE] = {
		"licence", "the root has no valid Enterprise licence",
		"The operator sets one with: dirbridge licence set" },
	[RULE_NOT_OPERATOR] = {
		"not-operator", "only the operator may do this",
		"Ask the operator of the store, or act as operator (--as operator)." },
	[RULE_NOT_ORG_OWNER] = {
		"not-org-owner", "needs Owner of the organization where it acts",
		"Ask an organization owner, or act as one (--as)." },
	[RULE_NOT_GROUP_OWNER] = {
		"not-group-owner", "only group owners change who is in a group",
		"Ask a group owner, or act as one (--as)." },
	[RULE_NAME_TAKEN] = {
		"name-taken", "the name is taken (case does not matter)",
		"Choose another name, or use what has it." },
	[RULE_UNCHANGED] = {
		"unchanged", "it is so already",
		"There is nothing to do." },
	[RULE_ORG_NOT_EMPTY] = {
		"org-not-empty", "it still has sub-organizations, a licence, or something"
		" that the console holds for it",
		"See what with: dirbridge org show; remove that first." },
	[RULE_TRIAL_USED] = {
		"trial-used", "a root has one trial, before any licence",
		"Set a licence with: dirbridge licence set --until" },
	[RULE_LINK_SELF] = {
		"link-self", "the group is at home there",
		"Link it to an organization below its home." },
	[RULE_LINK_UP] = {
		"link-up", "a link goes downward, not to an organization above",
		"Make a group above and link that one down." },
	[RULE_LINK_ACROSS] = {
		"link-across", "a link goes downward, not to a neighbour",
		"Make a group in what both are below, and link that one." },
	[RULE_LINK_ROOT] = {
		"link-root", "roots share nothing",
		"Make a group of its own in the other root." },
	[RULE_LINK_OWNERSHIP] = {
		"link-ownership", "needs Owner of both organizations and ownership of the group",
		"Ask somebody who has all three, or act as one (--as)." },
	[RULE_NOT_ACTIVE] = {
		"not-active", "the group is neither at home there nor linked there",
		"Link it first: dirbridge link add" },
	[RULE_INVITE_RIGHTS] = {
		"invite-rights", "the inviter must own the group and its organization",
		"Ask somebody who owns both, or act as one (--as)." },
	[RULE_INVITE_UP] = {
		"invite-up", "invitations go downward, not into a group of an organization above",
		"Invite from the group's home organization." },
	[RULE_INVITE_ACROSS] = {
		"invite-across", "invitations go downward, not into a neighbour's group",
		"Invite from the group's home organization." },
	[RULE_INVITE_DUPLICATE] = {
		"invite-duplicate", "the same invitation is pending already",
		"Wait for an answer, or cancel it: dirbridge invite cancel" },
	[RULE_INVITE_KNOWN] = {
		"invite-known", "the person holds this role already",
		"There is nothing to do." },
	[RULE_INVITE_COOLDOWN] = {
		"invite-cooldown", "the last mail to this address is less than 24 h old",
		"Try again when a day has passed since." },
	[RULE_INVITE_ENDED] = {
		"invite-ended", "the invitation is no longer pending",
		"See what is pending with: dirbridge invite list" },
	[RULE_INVITE_STAGED] = {
		"invite-staged", "nobody is invited before the invitation is released",
		"Release it with: dirbridge invite release" },
	[RULE_ACCOUNT_BOUND] = {
		"account-bound", "the account belongs to somebody else of the same directory",
		"Accept with an account of your own." },
	[RULE_LAST_OWNER] = {
		"last-owner", "the last active person who owns it cannot be removed",
		"Give the role to somebody else first; to shut the person out at once:"
		" dirbridge account block" },
	[RULE_SOURCE_SCOPE] = {
		"source-scope", "a source acts in its own organization and below",
		"Point the rule at a group of the source's own organization." },
	[RULE_ACCOUNT_BLOCKED] = {
		"account-blocked", "the account is blocked in this root",
		"An owner of the root lifts it with: dirbridge account unblock" },
	[RULE_PROTECTED] = {
		"protected", "no source touches what is protected",
		"Change it by hand, or take it off the list that protects it." },
	[RULE_OWNER_CLAIM] = {
		"owner-claim", "the group gives Owner: the rule needs allow_owner_claim",
		"Set allow_owner_claim in the rule if that is what you want." },
	[RULE_NOT_GIVEN] = {
		"not-given", "there is nothing to take",
		"See who has what with: dirbridge group show" },
	[RULE_NOT_YOURSELF] = {
		"not-yourself", "only the person, or the operator, may do this",
		"Act as that person, or as operator (--as)." },
	[RULE_EMAIL_TAKEN] = {
		"email-taken", "another account has this address",
		"Take another address, or erase the account that has it." },
	[RULE_ERASED] = {
		"erased", "the person was erased, and no source brings them back",
		"Invite them by hand if they want to come back: dirbridge invite send" },
};
/* clang-format on */

const char *rule_code(enum rule rule)
{
	return rules[rule].code;
}

const char *rule_text(enum rule rule)
{
	return rules[rule].text;
}

const char *rule_hint(enum rule rule)
{
	return rules[rule].hint;
}

static const struct {
	const char *name;
	judge_fn *judge;
} kinds[CHANGES] = {
	[CHANGE_ORGANIZATION] = { "organization.create", judge_organization },
	[CHANGE_ORGANIZATION_RENAME] = { "organization.rename",
					 judge_organization_rename },
	[CHANGE_ORGANIZATION_DELETE] = { "organization.delete",
					 judge_organization_delete },
	[CHANGE_LICENCE] = { "licence.set", judge_licence },
	[CHANGE_ASSET] = { "asset.set", judge_asset },
	[CHANGE_CLAIM] = { "claim.give", judge_claim },
	[CHANGE_UNCLAIM] = { "claim.take", judge_claim },
	[CHANGE_GROUP] = { "group.create", judge_group },
	[CHANGE_GROUP_RENAME] = { "group.rename", judge_group_rename },
	[CHANGE_GROUP_DELETE] = { "group.delete", judge_group_delete },
	[CHANGE_GROUP_CLAIM] = { "group.claim", judge_group_claim },
	[CHANGE_GROUP_UNCLAIM] = { "group.unclaim", judge_group_unclaim },
	[CHANGE_LINK] = { "link.create", judge_link },
	[CHANGE_UNLINK] = { "link.end", judge_unlink },
	[CHANGE_GIVE] = { "role.give", judge_give },
	[CHANGE_TAKE] = { "role.take", judge_take },
	[CHANGE_SUSPEND] = { "role.suspend", judge_take },
	[CHANGE_RESTORE] = { "role.restore", judge_restore },
	[CHANGE_INVITE] = { "invitation.create", judge_invite },
	[CHANGE_UNINVITE] = { "invitation.leave", judge_uninvite },
	[CHANGE_CANCEL] = { "invitation.cancel", judge_uninvite },
	[CHANGE_RESEND] = { "invitation.resend", judge_resend },
	[CHANGE_RELEASE] = { "invitation.release", judge_release },
	[CHANGE_ACCEPT] = { "invitation.accept", judge_accept },
	[CHANGE_DECLINE] = { "invitation.decline", judge_decline },
	[CHANGE_EXPIRE] = { "invitation.expire", judge_expire },
	[CHANGE_BLOCK] = { "account.block", judge_block },
	[CHANGE_UNBLOCK] = { "account.unblock", judge_block },
	[CHANGE_EMAIL] = { "account.email", judge_email },
	[CHANGE_ERASE] = { "account.erase", judge_erase },
	[CHANGE_SERVICE] = { "principal.create", judge_principal },
	[CHANGE_ALLOW] = { "principal.allow", judge_principal },
	[CHANGE_DISALLOW] = { "principal.disallow", judge_principal },
	[CHANGE_IMPORT] = { "root.import", judge_principal },
	[CHANGE_REVIEW] = { "roster.review", judge_review },
	[CHANGE_EPOCH] = { "store.accept", judge_principal },
};

const char *change_name(enum change_kind kind)
{
	return kinds[kind].name;
}

enum rule judge(struct view *view, const struct principal *principal,
		struct change *change, int64_t now)
{
	change->made = VIEW_NONE;
	return kinds[change->kind].judge(view, principal, change, now);
}
