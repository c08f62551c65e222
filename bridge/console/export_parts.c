/* SPDX-License-Identifier: MIT */
#include "bridge/console/export_p.h"

#define WORDS(...)    ((const char *const[]){ __VA_ARGS__, NULL })
#define ORGANIZATIONS "(SELECT id FROM organization WHERE root_id = ?1)"
#define GROUPS                                                                           \
	"(SELECT id FROM security_group WHERE organization_id IN " ORGANIZATIONS ")"
#define SOURCES             "(SELECT id FROM source WHERE organization_id IN " ORGANIZATIONS ")"
#define SUBJECT_OF(account) "(SELECT subject_id FROM account WHERE id = " account ")"
#define SUBJECT_ACTING(principal)                                                        \
	"(SELECT a.subject_id FROM account a JOIN principal p ON p.account_id = a.id"    \
	" WHERE p.id = " principal ")"
#define BY_TIME "valid_from, valid_to IS NULL, valid_to"
#define FROM_TO                                                                          \
	{ "valid_from", FIELD_TIME },                                                    \
	{                                                                                \
		"valid_to", FIELD_TIME, true                                             \
	}

/* Whose account plays a part in the root, by account; whoever else is known to it, by
 * subject: who was invited, and whom the audit trail names. */
#define HERE                                                                             \
	"here(id) AS (SELECT account_id FROM role WHERE group_id IN " GROUPS             \
	" UNION SELECT account_id FROM account_claim WHERE organization_id "             \
	"IN " ORGANIZATIONS                                                              \
	" UNION SELECT account_id FROM account_block WHERE root_id = ?1"                 \
	" UNION SELECT account_id FROM binding WHERE source_id IN " SOURCES              \
	" UNION SELECT account_id FROM invitation WHERE group_id IN " GROUPS             \
	" UNION SELECT p.account_id FROM invitation i JOIN principal p ON p.id = "       \
	"i.inviter_id"                                                                   \
	"  WHERE i.group_id IN " GROUPS " UNION SELECT p.account_id FROM review v JOIN " \
	"principal p ON p.id = v.principal_id"                                           \
	"  WHERE v.organization_id IN " ORGANIZATIONS ")"
#define NAMED                                                                            \
	"said(name) AS (SELECT principal FROM audit WHERE organization_id "              \
	"IN " ORGANIZATIONS                                                              \
	"  UNION SELECT subject FROM audit WHERE organization_id IN " ORGANIZATIONS ")," \
	" named(id) AS (SELECT subject_id FROM account WHERE id IN (SELECT id FROM "     \
	"here)"                                                                          \
	" UNION SELECT subject_id FROM mail WHERE organization_id IN " ORGANIZATIONS     \
	" UNION SELECT subject_id FROM invitation WHERE group_id IN " GROUPS             \
	" UNION SELECT subject_id FROM outbox WHERE root_id = ?1"                        \
	" UNION SELECT id FROM subject WHERE pseudonym IN (SELECT name FROM said)"       \
	" UNION SELECT subject_id FROM subject_alias WHERE pseudonym IN (SELECT name "   \
	"FROM said))"
#define PEOPLE(columns)                                                                  \
	"WITH " HERE ", " NAMED " SELECT " columns " FROM subject s"                     \
	" LEFT JOIN account a ON a.subject_id = s.id AND a.id IN (SELECT id FROM here)"  \
	" WHERE s.id IN (SELECT id FROM named) ORDER BY s.id"
#define CALLED                                                                           \
	"s.pseudonym, CASE WHEN a.id IS NULL THEN s.email_key ELSE s.email END,"         \
	" CASE WHEN a.id IS NULL THEN NULL ELSE s.name END"

const char *const export_people = PEOPLE("s.id, a.id, " CALLED);

/* clang-format off */
const struct part export_parts[ALL_PARTS] = {
	[PART_ORGANIZATIONS] = { "organizations",
		"SELECT id, uid, parent_id, name, created, valid_to FROM organization"
		" WHERE root_id = ?1 ORDER BY id", "i",
		{ { "uid", FIELD_UID }, { "parent", FIELD_ORGANIZATION, true },
		  { "name", FIELD_NAME }, { "created", FIELD_TIME },
		  { "valid_to", FIELD_TIME, true } },
		{ PART_ASSETS }, 1 },
	[PART_ASSETS] = { "assets",
		"SELECT 0, kind, count FROM asset WHERE organization_id = ?1 ORDER BY kind", "i",
		{ { "kind", FIELD_WORD, .words = WORDS("backup-reports", "agents", "machines",
		    "encryption-keys", "connection-strings", "backup-configurations") },
		  { "count", FIELD_NUMBER } } },
	[PART_LICENCES] = { "licences",
		"SELECT 0, plan, valid_from, valid_to FROM licence WHERE root_id = ?1"
		" ORDER BY valid_from", "i",
		{ { "plan", FIELD_WORD, .words = WORDS("enterprise", "trial") },
		  { "valid_from", FIELD_TIME }, { "valid_to", FIELD_TIME } } },
	[PART_PEOPLE] = { "people",
		PEOPLE("s.id, " CALLED ", s.erased, a.kind, a.active, a.created"), "i",
		{ { "pseudonym", FIELD_UID }, { "email", FIELD_TEXT, true },
		  { "name", FIELD_TEXT, true }, { "erased", FIELD_TIME, true },
		  { "kind", FIELD_WORD, true, .words = WORDS("person", "service") },
		  { "active", FIELD_FLAG, true }, { "created", FIELD_TIME, true } },
		{ PART_ALIASES, PART_BLOCKS, PART_CLAIMS }, 3 },
	[PART_ALIASES] = { "aliases",
		"SELECT 0, pseudonym FROM subject_alias WHERE subject_id = ?1"
		" ORDER BY pseudonym", "i",
		{ { "pseudonym", FIELD_UID } } },
	[PART_BLOCKS] = { "blocks",
		"SELECT 0, b.valid_from, b.valid_to, b.reason FROM account_block b"
		" JOIN account a ON a.id = b.account_id WHERE a.subject_id = ?1"
		" AND b.root_id = ?2 ORDER BY " BY_TIME, "ii",
		{ FROM_TO, { "reason", FIELD_TEXT, true } } },
	[PART_CLAIMS] = { "claims",
		"SELECT 0, c.organization_id, c.claim, c.valid_from, c.valid_to"
		" FROM account_claim c JOIN account a ON a.id = c.account_id"
		" JOIN organization o ON o.id = c.organization_id"
		" WHERE a.subject_id = ?1 AND o.root_id = ?2"
		" ORDER BY c.organization_id, c.claim, c.valid_from, c.valid_to IS NULL,"
		" c.valid_to", "ii",
		{ { "organization", FIELD_ORGANIZATION }, { "claim", FIELD_NAME }, FROM_TO } },
	[PART_GROUPS] = { "groups",
		"SELECT id, uid, organization_id, name, valid_from, valid_to"
		" FROM security_group WHERE id IN " GROUPS " ORDER BY id", "i",
		{ { "uid", FIELD_UID }, { "organization", FIELD_ORGANIZATION },
		  { "name", FIELD_NAME }, FROM_TO },
		{ PART_LINKS, PART_GROUP_CLAIMS }, 2 },
	[PART_LINKS] = { "links",
		"SELECT 0, organization_id, valid_from, valid_to FROM group_link"
		" WHERE group_id = ?1 ORDER BY id", "i",
		{ { "organization", FIELD_ORGANIZATION }, FROM_TO } },
	[PART_GROUP_CLAIMS] = { "claims",
		"SELECT 0, organization_id, claim, valid_from, valid_to FROM group_claim"
		" WHERE group_id = ?1 ORDER BY organization_id, claim, " BY_TIME, "i",
		{ { "organization", FIELD_ORGANIZATION }, { "claim", FIELD_NAME }, FROM_TO } },
	[PART_SOURCES] = { "sources",
		"SELECT id, name, organization_id, identity, anchor, released_digest,"
		" released_config, released_at FROM source WHERE id IN " SOURCES
		" ORDER BY id", "i",
		{ { "name", FIELD_NAME }, { "organization", FIELD_ORGANIZATION },
		  { "identity", FIELD_TEXT, true }, { "anchor", FIELD_TEXT, true },
		  { "released_digest", FIELD_HEX, true, DIGEST_SIZE },
		  { "released_config", FIELD_TEXT, true },
		  { "released_at", FIELD_TIME, true } } },
	[PART_BINDINGS] = { "bindings",
		"SELECT 0, source_id, anchor, " SUBJECT_OF("account_id") ", since FROM binding"
		" WHERE source_id IN " SOURCES " ORDER BY source_id, anchor", "i",
		{ { "source", FIELD_SOURCE }, { "anchor", FIELD_HEX },
		  { "person", FIELD_ACCOUNT }, { "since", FIELD_TIME } } },
	[PART_GROUP_BINDINGS] = { "group_bindings",
		"SELECT 0, source_id, anchor, group_id, name_key FROM group_binding"
		" WHERE source_id IN " SOURCES " ORDER BY source_id, anchor, group_id", "i",
		{ { "source", FIELD_SOURCE }, { "anchor", FIELD_HEX },
		  { "group", FIELD_GROUP }, { "name_key", FIELD_TEXT } } },
	[PART_ROLES] = { "roles",
		"SELECT id, group_id, role, " SUBJECT_OF("account_id") ", valid_from, valid_to"
		" FROM role WHERE group_id IN " GROUPS " ORDER BY id", "i",
		{ { "group", FIELD_GROUP }, { "role", FIELD_ROLE },
		  { "person", FIELD_ACCOUNT }, FROM_TO },
		{ PART_ROLE_GIVERS }, 1 },
	[PART_ROLE_GIVERS] = { "givers",
		"SELECT 0, nullif(giver, 0), suspended_until, valid_from, valid_to FROM giver"
		" WHERE role_id = ?1 ORDER BY giver, " BY_TIME, "i",
		{ { "source", FIELD_GIVER, true }, { "suspended_until", FIELD_TIME, true },
		  FROM_TO } },
	[PART_MAILS] = { "mails",
		"SELECT id, organization_id, subject_id, generation, queued, sent, mode"
		" FROM mail WHERE organization_id IN " ORGANIZATIONS " ORDER BY id", "i",
		{ { "organization", FIELD_ORGANIZATION }, { "person", FIELD_PERSON },
		  { "generation", FIELD_NUMBER }, { "queued", FIELD_TIME },
		  { "sent", FIELD_TIME, true },
		  { "mode", FIELD_WORD, .words = WORDS("mail", "silent", "staged") } } },
	[PART_INVITATIONS] = { "invitations",
		"SELECT id, group_id, role, subject_id, " SUBJECT_ACTING("inviter_id")
		", mail_id, state, created, expires, ended, " SUBJECT_OF("account_id")
		", mode, email, name FROM invitation WHERE group_id IN " GROUPS " ORDER BY id",
		"i",
		{ { "group", FIELD_GROUP }, { "role", FIELD_ROLE }, { "person", FIELD_PERSON },
		  { "inviter", FIELD_PRINCIPAL, true }, { "mail", FIELD_MAIL },
		  { "state", FIELD_WORD, .words = WORDS("pending", "accepted", "declined",
		    "cancelled", "expired") },
		  { "created", FIELD_TIME }, { "expires", FIELD_TIME },
		  { "ended", FIELD_TIME, true }, { "account", FIELD_ACCOUNT, true },
		  { "mode", FIELD_WORD, .words = WORDS("mail", "silent", "staged") },
		  { "email", FIELD_TEXT, true }, { "name", FIELD_TEXT, true } },
		{ PART_INVITATION_GIVERS }, 1 },
	[PART_INVITATION_GIVERS] = { "givers",
		"SELECT 0, nullif(giver, 0), anchor FROM invitation_giver"
		" WHERE invitation_id = ?1 ORDER BY giver, anchor", "i",
		{ { "source", FIELD_GIVER, true }, { "anchor", FIELD_HEX } } },
	[PART_GIVEN] = { "given",
		"SELECT 0, source_id, group_id, role, anchor, state, since, until, repeats,"
		" wish, email_key, via FROM given WHERE source_id IN " SOURCES
		" ORDER BY source_id, group_id, role, anchor", "i",
		{ { "source", FIELD_SOURCE }, { "group", FIELD_GROUP }, { "role", FIELD_ROLE },
		  { "anchor", FIELD_HEX },
		  { "state", FIELD_WORD, .words = WORDS("given", "suspended", "invited",
		    "expired", "declined", "cancelled", "undone") },
		  { "since", FIELD_TIME }, { "until", FIELD_TIME, true },
		  { "repeats", FIELD_NUMBER }, { "wish", FIELD_FLAG },
		  { "email_key", FIELD_TEXT, true }, { "via", FIELD_HEX, true } } },
	[PART_EVIDENCE] = { "evidence",
		"SELECT 0, source_id, anchor, kind, first, last FROM evidence"
		" WHERE source_id IN " SOURCES " ORDER BY source_id, anchor", "i",
		{ { "source", FIELD_SOURCE }, { "anchor", FIELD_HEX },
		  { "kind", FIELD_WORD, .words = WORDS("tombstone", "disabled", "expired",
		    "out-of-scope", "not-found") },
		  { "first", FIELD_TIME }, { "last", FIELD_TIME } } },
	[PART_CHAINS] = { "chains",
		"SELECT organization_id, organization_id, seq, head FROM chain"
		" WHERE organization_id IN " ORGANIZATIONS " ORDER BY organization_id", "i",
		{ { "organization", FIELD_ORGANIZATION }, { "seq", FIELD_NUMBER },
		  { "head", FIELD_HEX, .size = HASH_SIZE } },
		{ PART_CHECKPOINTS }, 1 },
	[PART_CHECKPOINTS] = { "checkpoints",
		"SELECT 0, seq, head, at, principal FROM checkpoint"
		" WHERE organization_id = ?1 ORDER BY seq", "i",
		{ { "seq", FIELD_NUMBER }, { "head", FIELD_HEX, .size = HASH_SIZE },
		  { "at", FIELD_TIME }, { "principal", FIELD_TEXT } } },
	[PART_AUDIT] = { "audit",
		"SELECT 0, organization_id, seq, at, run_id, source_id, principal, os_user,"
		" impersonated, subject, action, target, before, after, code, hash FROM audit"
		" WHERE organization_id IN " ORGANIZATIONS " ORDER BY organization_id, seq", "i",
		{ { "organization", FIELD_ORGANIZATION }, { "seq", FIELD_NUMBER },
		  { "at", FIELD_TIME }, { "run", FIELD_NUMBER, true },
		  { "source", FIELD_NUMBER, true }, { "principal", FIELD_TEXT },
		  { "os_user", FIELD_TEXT }, { "impersonated", FIELD_FLAG },
		  { "subject", FIELD_TEXT, true }, { "action", FIELD_TEXT },
		  { "target", FIELD_TEXT }, { "before", FIELD_TEXT, true },
		  { "after", FIELD_TEXT, true }, { "code", FIELD_TEXT, true },
		  { "hash", FIELD_HEX, .size = HASH_SIZE } } },
	[PART_REVIEWS] = { "reviews",
		"SELECT id, organization_id, as_of, at, " SUBJECT_ACTING("principal_id")
		", people, invitations, digest, note FROM review"
		" WHERE organization_id IN " ORGANIZATIONS " ORDER BY id", "i",
		{ { "organization", FIELD_ORGANIZATION }, { "as_of", FIELD_TIME },
		  { "at", FIELD_TIME }, { "principal", FIELD_PRINCIPAL, true },
		  { "people", FIELD_NUMBER }, { "invitations", FIELD_NUMBER },
		  { "digest", FIELD_HEX }, { "note", FIELD_TEXT, true } } },
};
/* clang-format on */
