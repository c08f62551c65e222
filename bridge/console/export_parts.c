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
#define FIELD(name_, kind_)                                                              \
	{                                                                                \
		.name = name_, .kind = FIELD_##kind_                                     \
	}
#define MAYBE(name_, kind_)                                                              \
	{                                                                                \
		.name = name_, .kind = FIELD_##kind_, .maybe = true                      \
	}
#define FROM_TO FIELD("valid_from", TIME), MAYBE("valid_to", TIME)

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
	[PART_ORGANIZATIONS] = { .name = "organizations", .select =
		"SELECT id, uid, parent_id, name, created, valid_to FROM organization"
		" WHERE root_id = ?1 ORDER BY id", .types = "i", .fields =
		{ FIELD("uid", UID), MAYBE("parent", ORGANIZATION),
		  FIELD("name", NAME), FIELD("created", TIME),
		  MAYBE("valid_to", TIME) },
		.within = { PART_ASSETS }, .n_within = 1 },
	[PART_ASSETS] = { .name = "assets", .select =
		"SELECT 0, kind, count FROM asset WHERE organization_id = ?1 ORDER BY kind", .types = "i", .fields =
		{ { .name = "kind", .kind = FIELD_WORD, .words = WORDS("backup-reports", "agents", "machines",
		    "encryption-keys", "connection-strings", "backup-configurations") },
		  FIELD("count", NUMBER) } },
	[PART_LICENCES] = { .name = "licences", .select =
		"SELECT 0, plan, valid_from, valid_to FROM licence WHERE root_id = ?1"
		" ORDER BY valid_from", .types = "i", .fields =
		{ { .name = "plan", .kind = FIELD_WORD, .words = WORDS("enterprise", "trial") },
		  FIELD("valid_from", TIME), FIELD("valid_to", TIME) } },
	[PART_PEOPLE] = { .name = "people", .select =
		PEOPLE("s.id, " CALLED ", s.erased, a.kind, a.active, a.created"), .types = "i", .fields =
		{ FIELD("pseudonym", UID), MAYBE("email", TEXT),
		  MAYBE("name", TEXT), MAYBE("erased", TIME),
		  { .name = "kind", .kind = FIELD_WORD, .maybe = true, .words = WORDS("person", "service") },
		  MAYBE("active", FLAG), MAYBE("created", TIME) },
		.within = { PART_ALIASES, PART_BLOCKS, PART_CLAIMS }, .n_within = 3 },
	[PART_ALIASES] = { .name = "aliases", .select =
		"SELECT 0, pseudonym FROM subject_alias WHERE subject_id = ?1"
		" ORDER BY pseudonym", .types = "i", .fields =
		{ FIELD("pseudonym", UID) } },
	[PART_BLOCKS] = { .name = "blocks", .select =
		"SELECT 0, b.valid_from, b.valid_to, b.reason FROM account_block b"
		" JOIN account a ON a.id = b.account_id WHERE a.subject_id = ?1"
		" AND b.root_id = ?2 ORDER BY " BY_TIME, .types = "ii", .fields =
		{ FROM_TO, MAYBE("reason", TEXT) } },
	[PART_CLAIMS] = { .name = "claims", .select =
		"SELECT 0, c.organization_id, c.claim, c.valid_from, c.valid_to"
		" FROM account_claim c JOIN account a ON a.id = c.account_id"
		" JOIN organization o ON o.id = c.organization_id"
		" WHERE a.subject_id = ?1 AND o.root_id = ?2"
		" ORDER BY c.organization_id, c.claim, c.valid_from, c.valid_to IS NULL,"
		" c.valid_to", .types = "ii", .fields =
		{ FIELD("organization", ORGANIZATION), FIELD("claim", NAME), FROM_TO } },
	[PART_GROUPS] = { .name = "groups", .select =
		"SELECT id, uid, organization_id, name, valid_from, valid_to"
		" FROM security_group WHERE id IN " GROUPS " ORDER BY id", .types = "i", .fields =
		{ FIELD("uid", UID), FIELD("organization", ORGANIZATION),
		  FIELD("name", NAME), FROM_TO },
		.within = { PART_LINKS, PART_GROUP_CLAIMS }, .n_within = 2 },
	[PART_LINKS] = { .name = "links", .select =
		"SELECT 0, organization_id, valid_from, valid_to FROM group_link"
		" WHERE group_id = ?1 ORDER BY id", .types = "i", .fields =
		{ FIELD("organization", ORGANIZATION), FROM_TO } },
	[PART_GROUP_CLAIMS] = { .name = "claims", .select =
		"SELECT 0, organization_id, claim, valid_from, valid_to FROM group_claim"
		" WHERE group_id = ?1 ORDER BY organization_id, claim, " BY_TIME, .types = "i", .fields =
		{ FIELD("organization", ORGANIZATION), FIELD("claim", NAME), FROM_TO } },
	[PART_SOURCES] = { .name = "sources", .select =
		"SELECT id, name, organization_id, released_digest, released_config,"
		" released_at, retired FROM source WHERE id IN " SOURCES
		" ORDER BY id", .types = "i", .fields =
		{ FIELD("name", NAME), FIELD("organization", ORGANIZATION),
		  { .name = "released_digest", .kind = FIELD_HEX, .maybe = true, .size = DIGEST_SIZE },
		  MAYBE("released_config", TEXT),
		  MAYBE("released_at", TIME), MAYBE("retired", TIME) },
		.within = { PART_DIRECTORIES }, .n_within = 1 },
	[PART_DIRECTORIES] = { .name = "directories", .select =
		"SELECT 0, name, identity, anchor FROM directory WHERE source_id = ?1"
		" ORDER BY name", .types = "i", .fields =
		{ FIELD("name", TEXT), FIELD("identity", TEXT), FIELD("anchor", TEXT) } },
	[PART_BINDINGS] = { .name = "bindings", .select =
		"SELECT 0, source_id, anchor, " SUBJECT_OF("account_id") ", since FROM binding"
		" WHERE source_id IN " SOURCES " ORDER BY source_id, anchor", .types = "i", .fields =
		{ FIELD("source", SOURCE), FIELD("anchor", HEX),
		  FIELD("person", ACCOUNT), FIELD("since", TIME) } },
	[PART_GROUP_BINDINGS] = { .name = "group_bindings", .select =
		"SELECT 0, source_id, anchor, group_id, name_key FROM group_binding"
		" WHERE source_id IN " SOURCES " ORDER BY source_id, anchor, group_id", .types = "i", .fields =
		{ FIELD("source", SOURCE), FIELD("anchor", HEX),
		  FIELD("group", GROUP), FIELD("name_key", TEXT) } },
	[PART_ROLES] = { .name = "roles", .select =
		"SELECT id, group_id, role, " SUBJECT_OF("account_id") ", valid_from, valid_to"
		" FROM role WHERE group_id IN " GROUPS " ORDER BY id", .types = "i", .fields =
		{ FIELD("group", GROUP), FIELD("role", ROLE),
		  FIELD("person", ACCOUNT), FROM_TO },
		.within = { PART_ROLE_GIVERS }, .n_within = 1 },
	[PART_ROLE_GIVERS] = { .name = "givers", .select =
		"SELECT 0, nullif(giver, 0), suspended_until, valid_from, valid_to FROM giver"
		" WHERE role_id = ?1 ORDER BY giver, " BY_TIME, .types = "i", .fields =
		{ MAYBE("source", GIVER), MAYBE("suspended_until", TIME),
		  FROM_TO } },
	[PART_MAILS] = { .name = "mails", .select =
		"SELECT id, organization_id, subject_id, generation, queued, sent, mode"
		" FROM mail WHERE organization_id IN " ORGANIZATIONS " ORDER BY id", .types = "i", .fields =
		{ FIELD("organization", ORGANIZATION), FIELD("person", PERSON),
		  FIELD("generation", NUMBER), FIELD("queued", TIME),
		  MAYBE("sent", TIME),
		  { .name = "mode", .kind = FIELD_WORD, .words = WORDS("mail", "silent", "staged") } } },
	[PART_INVITATIONS] = { .name = "invitations", .select =
		"SELECT id, group_id, role, subject_id, " SUBJECT_ACTING("inviter_id")
		", mail_id, state, created, expires, ended, " SUBJECT_OF("account_id")
		", mode, email, name FROM invitation WHERE group_id IN " GROUPS " ORDER BY id",
		"i",
		{ FIELD("group", GROUP), FIELD("role", ROLE), FIELD("person", PERSON),
		  MAYBE("inviter", PRINCIPAL), FIELD("mail", MAIL),
		  { .name = "state", .kind = FIELD_WORD, .words = WORDS("pending", "accepted", "declined",
		    "cancelled", "expired") },
		  FIELD("created", TIME), FIELD("expires", TIME),
		  MAYBE("ended", TIME), MAYBE("account", ACCOUNT),
		  { .name = "mode", .kind = FIELD_WORD, .words = WORDS("mail", "silent", "staged") },
		  MAYBE("email", TEXT), MAYBE("name", TEXT) },
		.within = { PART_INVITATION_GIVERS }, .n_within = 1 },
	[PART_INVITATION_GIVERS] = { .name = "givers", .select =
		"SELECT 0, nullif(giver, 0), anchor FROM invitation_giver"
		" WHERE invitation_id = ?1 ORDER BY giver, anchor", .types = "i", .fields =
		{ MAYBE("source", GIVER), FIELD("anchor", HEX) } },
	[PART_GIVEN] = { .name = "given", .select =
		"SELECT 0, source_id, group_id, role, anchor, state, since, until, repeats,"
		" wish, email_key, via FROM given WHERE source_id IN " SOURCES
		" ORDER BY source_id, group_id, role, anchor", .types = "i", .fields =
		{ FIELD("source", SOURCE), FIELD("group", GROUP), FIELD("role", ROLE),
		  FIELD("anchor", HEX),
		  { .name = "state", .kind = FIELD_WORD, .words = WORDS("given", "suspended", "invited",
		    "expired", "declined", "cancelled", "undone") },
		  FIELD("since", TIME), MAYBE("until", TIME),
		  FIELD("repeats", NUMBER), FIELD("wish", FLAG),
		  MAYBE("email_key", TEXT), MAYBE("via", HEX) } },
	[PART_EVIDENCE] = { .name = "evidence", .select =
		"SELECT 0, source_id, anchor, kind, first, last FROM evidence"
		" WHERE source_id IN " SOURCES " ORDER BY source_id, anchor", .types = "i", .fields =
		{ FIELD("source", SOURCE), FIELD("anchor", HEX),
		  { .name = "kind", .kind = FIELD_WORD, .words = WORDS("tombstone", "disabled", "expired",
		    "out-of-scope", "not-found") },
		  FIELD("first", TIME), FIELD("last", TIME) } },
	[PART_CHAINS] = { .name = "chains", .select =
		"SELECT organization_id, organization_id, seq, head FROM chain"
		" WHERE organization_id IN " ORGANIZATIONS " ORDER BY organization_id", .types = "i", .fields =
		{ FIELD("organization", ORGANIZATION), FIELD("seq", NUMBER),
		  { .name = "head", .kind = FIELD_HEX, .size = HASH_SIZE } },
		.within = { PART_CHECKPOINTS }, .n_within = 1 },
	[PART_CHECKPOINTS] = { .name = "checkpoints", .select =
		"SELECT 0, seq, head, at, principal FROM checkpoint"
		" WHERE organization_id = ?1 ORDER BY seq", .types = "i", .fields =
		{ FIELD("seq", NUMBER), { .name = "head", .kind = FIELD_HEX, .size = HASH_SIZE },
		  FIELD("at", TIME), FIELD("principal", TEXT) } },
	[PART_AUDIT] = { .name = "audit", .select =
		"SELECT 0, organization_id, seq, at, run_id, source_id, principal, os_user,"
		" impersonated, subject, action, target, before, after, code, hash FROM audit"
		" WHERE organization_id IN " ORGANIZATIONS " ORDER BY organization_id, seq", .types = "i", .fields =
		{ FIELD("organization", ORGANIZATION), FIELD("seq", NUMBER),
		  FIELD("at", TIME), MAYBE("run", NUMBER),
		  MAYBE("source", NUMBER), FIELD("principal", TEXT),
		  FIELD("os_user", TEXT), FIELD("impersonated", FLAG),
		  MAYBE("subject", TEXT), FIELD("action", TEXT),
		  FIELD("target", TEXT), MAYBE("before", TEXT),
		  MAYBE("after", TEXT), MAYBE("code", TEXT),
		  { .name = "hash", .kind = FIELD_HEX, .size = HASH_SIZE } } },
	[PART_REVIEWS] = { .name = "reviews", .select =
		"SELECT id, organization_id, as_of, at, " SUBJECT_ACTING("principal_id")
		", people, invitations, digest, note FROM review"
		" WHERE organization_id IN " ORGANIZATIONS " ORDER BY id", .types = "i", .fields =
		{ FIELD("organization", ORGANIZATION), FIELD("as_of", TIME),
		  FIELD("at", TIME), MAYBE("principal", PRINCIPAL),
		  FIELD("people", NUMBER), FIELD("invitations", NUMBER),
		  FIELD("digest", HEX), MAYBE("note", TEXT) } },
};
/* clang-format on */
