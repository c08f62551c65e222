/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "config/config.h"

const struct setting config_file_settings[] = {
	{ "store", SETTING_TEXT, SETTING_REQUIRED, NULL, "where the console's store is",
	  0, 0, NULL },
	{ "include", SETTING_TEXTS, 0, NULL, "files of tenants, with wildcards", 0, 0,
	  NULL },
	{ "profiles", SETTING_MAPS, 0, NULL, "settings that sources share, by name", 0, 0,
	  NULL },
	{ "sources", SETTING_MAPS, 0, NULL, "the directories to read, by name", 0, 0,
	  NULL },
	{ .name = NULL },
};

static const char *const removals[] = { "revoke", "suspend", NULL };
static const char *const leavers[] = { "ours", "all", NULL };
static const char *const invitations[] = { "mail", "silent", "staged", NULL };

const struct setting config_source_settings[] = {
	{ "organization", SETTING_TEXT, SETTING_REQUIRED, NULL,
	  "path of the organization that this source serves", 0, 0, NULL },
	{ "act_as", SETTING_TEXT, SETTING_REQUIRED, NULL,
	  "service principal under which it acts", 0, 0, NULL },
	{ "profile", SETTING_TEXT, 0, NULL, "profile whose settings it inherits", 0, 0,
	  NULL },
	{ "directories", SETTING_MAPS, 0, NULL,
	  "the directories that are read as one, by name", 0, 0, NULL },
	{ "grants", SETTING_MAPS, SETTING_REQUIRED, NULL,
	  "rules from directory groups to console groups", 0, 0, NULL },
	{ "removal", SETTING_CHOICE, 0, "revoke",
	  "what becomes of a role that is no longer wanted", 0, 0, removals },
	{ "grace", SETTING_DURATION, 0, "14d",
	  "how long a suspended role waits for its return", 0, 400 * CLOCK_DAY, NULL },
	{ "leavers", SETTING_CHOICE, 0, "ours",
	  "what goes of who has left: what the source gave, or also what a person gave",
	  0, 0, leavers },
	{ "adopt", SETTING_BOOL, 0, "no",
	  "a role that is wanted and was given by hand becomes the source's alone", 0, 0,
	  NULL },
	{ "invitations", SETTING_CHOICE, 0, "mail",
	  "how the people that it invites learn of it", 0, 0, invitations },
	{ "expect_people", SETTING_RANGE, 0, NULL,
	  "how many people the directory must show", 0, 0, NULL },
	{ "sentinels", SETTING_TEXTS, 0, NULL,
	  "addresses or DNs that the directory must always show", 0, 0, NULL },
	{ "mail_domains", SETTING_TEXTS, 0, NULL,
	  "domains of the addresses that may be let in without a person", 0, 0, NULL },
	{ "limits.people", SETTING_TEXT, SETTING_MAIN, NULL,
	  "people who may lose everything in one run", 0, 0, NULL },
	{ "limits.disabled", SETTING_TEXT, SETTING_MAIN, NULL,
	  "the same, of people who are disabled or expired", 0, 0, NULL },
	{ "limits.groups", SETTING_TEXT, SETTING_MAIN, NULL,
	  "groups that may lose every grant of the source", 0, 0, NULL },
	{ "limits.group", SETTING_TEXT, SETTING_MAIN, NULL,
	  "grants that one group may lose", 0, 0, NULL },
	{ "limits.grants", SETTING_TEXT, SETTING_MAIN, NULL, "grants that may go in all",
	  0, 0, NULL },
	{ "limits.owners", SETTING_TEXT, SETTING_MAIN, NULL,
	  "owners that one group may lose", 0, 0, NULL },
	{ "limits.emails", SETTING_TEXT, SETTING_MAIN, NULL,
	  "pending invitations that may change their address", 0, 0, NULL },
	{ "limits.invitations", SETTING_TEXT, SETTING_MAIN, NULL,
	  "people who may be invited for the first time", 0, 0, NULL },
	{ "second_person", SETTING_NUMBER, SETTING_MAIN, "0",
	  "removals approved at once from which on two people must approve; 0: never", 0,
	  1000000, NULL },
	{ "protect", SETTING_TEXTS, 0, NULL,
	  "e-mail addresses and groups that are never touched", 0, 0, NULL },
	{ "shared_directory", SETTING_BOOL, SETTING_MAIN, "no",
	  "another organization may read the same directory", 0, 0, NULL },
	{ "idle_timeout", SETTING_DURATION, 0, "60s", "longest silence of the connector",
	  1, CLOCK_DAY, NULL },
	{ "run_timeout", SETTING_DURATION, 0, "1h", "longest pull", 1, 7 * CLOCK_DAY,
	  NULL },
	{ "max_bytes", SETTING_NUMBER, 0, "8589934592", "most bytes of one pull", 1,
	  INT64_C(1) << 50, NULL },
	{ .name = NULL },
};

const struct setting config_directory_settings[] = {
	{ "type", SETTING_TEXT, SETTING_REQUIRED, NULL,
	  "kind of directory; names the connector", 0, 0, NULL },
	{ .name = NULL },
};

static const char *const without_email[] = { "skip", "hold", NULL };

const struct setting config_people_settings[] = {
	{ "people.filter", SETTING_FILTER, 0,
	  "(&(|(objectClass=person)(objectClass=inetOrgPerson)(objectClass=user)"
	  "(objectClass=posixAccount))(!(objectClass=computer))"
	  "(!(objectClass=msDS-ManagedServiceAccount))"
	  "(!(objectClass=msDS-GroupManagedServiceAccount))"
	  "(!(objectClass=alias))(!(objectClass=referral)))",
	  "which entries are people", 0, 0, NULL },
	{ "people.email", SETTING_VALUE, 0, "[mail, userPrincipalName]",
	  "e-mail address of a person", 0, 0, NULL },
	{ "people.name", SETTING_VALUE, 0, "[displayName, cn]", "name of a person", 0, 0,
	  NULL },
	{ "people.without_email", SETTING_CHOICE, 0, "skip",
	  "what becomes of a person without an address", 0, 0, without_email },
	{ "people.disabled", SETTING_FILTER, 0, NULL,
	  "who is disabled, beside what the directory itself says", 0, 0, NULL },
	{ "people.expires", SETTING_TEXTS, 0,
	  "[accountExpires, shadowExpire, pwdEndTime, krbPrincipalExpiration]",
	  "attributes that hold the end of an account", 0, 0, NULL },
	{ "people.employee_id", SETTING_TEXTS, 0, "[employeeID, employeeNumber]",
	  "attributes by which people are found again in another directory", 0, 0, NULL },
	{ .name = NULL },
};

const struct setting config_groups_settings[] = {
	{ "groups.filter", SETTING_FILTER, 0,
	  "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
	  "(objectClass=groupOfEntries)(objectClass=posixGroup)(objectClass=group))",
	  "which entries are groups", 0, 0, NULL },
	{ "groups.name_attribute", SETTING_TEXT, 0, "cn",
	  "attribute that name patterns look at", 0, 0, NULL },
	{ "groups.placeholders", SETTING_TEXTS, 0, "[cn=empty-membership-placeholder]",
	  "members that stand for nobody", 0, 0, NULL },
	{ "groups.expand_owner_groups", SETTING_BOOL, 0, "no",
	  "the members of a group that owns a group own it too", 0, 0, NULL },
	{ .name = NULL },
};

static const char *const roles[] = { "member", "owner", NULL };

const struct setting config_grant_settings[] = {
	{ "from.dn", SETTING_DN, 0, NULL, "the directory group of this name", 0, 0,
	  NULL },
	{ "from.filter", SETTING_FILTER, 0, NULL, "directory groups that match", 0, 0,
	  NULL },
	{ "from.name", SETTING_PATTERN, 0, NULL,
	  "directory groups whose whole name matches", 0, 0, NULL },
	{ "to.group", SETTING_TEXT, SETTING_REQUIRED, NULL,
	  "console group, with $1 to $9 from the pattern", 0, 0, NULL },
	{ "to.role", SETTING_CHOICE, 0, "member", "role that the members get", 0, 0,
	  roles },
	{ "to.organization", SETTING_TEXT, 0, NULL,
	  "home of the console group; the source's own unless given", 0, 0, NULL },
	{ "to.create", SETTING_BOOL, 0, "no",
	  "a console group that is missing is created", 0, 0, NULL },
	{ "to.allow_owner_claim", SETTING_BOOL, 0, "no",
	  "the console group may carry the Owner claim", 0, 0, NULL },
	{ "to.owners", SETTING_TEXTS, 0, NULL,
	  "attributes of the directory group that name group owners", 0, 0, NULL },
	{ .name = NULL },
};

const struct setting config_value_settings[] = {
	{ "from", SETTING_TEXTS, 0, NULL,
	  "attributes, the first that has a usable value wins", 0, 0, NULL },
	{ "template", SETTING_TEXT, 0, NULL,
	  "text with {attribute}, when no attribute of from has one", 0, 0, NULL },
	{ "lower", SETTING_BOOL, 0, "no", "fold to lower case", 0, 0, NULL },
	{ "replace.pattern", SETTING_PATTERN, 0, NULL,
	  "what is replaced, wherever it is found", 0, 0, NULL },
	{ "replace.with", SETTING_TEXT, 0, NULL,
	  "what it is replaced by, with $1 to $9 from the pattern", 0, 0, NULL },
	{ .name = NULL },
};
