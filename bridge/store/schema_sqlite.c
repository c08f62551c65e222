/* SPDX-License-Identifier: MIT */
/*
 * The schema of the console store for SQLite, version 1. Beside the tables it repeats,
 * as constraints and triggers, those of the console's rules that a database can state,
 * so that nobody who goes round the code can break them.
 *
 * Names of people stand in one table only, subject, which an erasure can empty; audit
 * names subjects by pseudonym. Roles, claims and links are never deleted: they end.
 * Times are seconds since 1970; valid_to NULL means now.
 */
#include "bridge/store/store.h"

/* clang-format off */
const char *const store_schema_sqlite =
"CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"

"CREATE TABLE subject ("
" id INTEGER PRIMARY KEY,"
" pseudonym TEXT NOT NULL UNIQUE,"
" email TEXT, email_key TEXT UNIQUE, name TEXT);"

"CREATE TABLE account ("
" id INTEGER PRIMARY KEY,"
" subject_id INTEGER NOT NULL UNIQUE REFERENCES subject(id),"
" kind TEXT NOT NULL CHECK (kind IN ('person', 'service')),"
" active INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),"
" created INTEGER NOT NULL);"

"CREATE TABLE principal ("
" id INTEGER PRIMARY KEY,"
" name TEXT NOT NULL UNIQUE,"
" account_id INTEGER UNIQUE REFERENCES account(id));"   /* NULL: the operator */

"CREATE TABLE principal_user ("
" os_user TEXT NOT NULL, principal_id INTEGER NOT NULL REFERENCES principal(id),"
" PRIMARY KEY (os_user, principal_id)) WITHOUT ROWID;"

"CREATE TABLE organization ("
" id INTEGER PRIMARY KEY,"
" parent_id INTEGER REFERENCES organization(id),"
" root_id INTEGER NOT NULL REFERENCES organization(id) DEFERRABLE INITIALLY DEFERRED,"
" level INTEGER NOT NULL CHECK (level BETWEEN 1 AND 3),"
" name TEXT NOT NULL, name_key TEXT NOT NULL,"
" changes INTEGER NOT NULL DEFAULT 0,"
" audit_seq INTEGER NOT NULL DEFAULT 0, audit_head BLOB,"
" created INTEGER NOT NULL,"
" CHECK ((parent_id IS NULL) = (level = 1)),"
" CHECK ((parent_id IS NULL) = (root_id = id)));"
"CREATE UNIQUE INDEX organization_name ON organization(coalesce(parent_id, 0), name_key);"
"CREATE TRIGGER organization_tree BEFORE INSERT ON organization"
" WHEN NEW.parent_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM organization p"
"  WHERE p.id = NEW.parent_id AND p.root_id = NEW.root_id AND p.level = NEW.level - 1)"
" BEGIN SELECT raise(ABORT, 'org-depth: parent, root and level do not fit'); END;"
"CREATE TRIGGER organization_fixed BEFORE UPDATE OF parent_id, root_id, level ON organization"
" BEGIN SELECT raise(ABORT, 'org-depth: parent and root are fixed at creation'); END;"

"CREATE TABLE licence ("
" root_id INTEGER NOT NULL REFERENCES organization(id),"
" plan TEXT NOT NULL CHECK (plan IN ('enterprise', 'trial')),"
" valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL CHECK (valid_to >= valid_from),"
" PRIMARY KEY (root_id, valid_from)) WITHOUT ROWID;"

/* Owner of one organization, held directly: service principals. */
"CREATE TABLE account_claim ("
" account_id INTEGER NOT NULL REFERENCES account(id),"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" claim TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER);"
"CREATE UNIQUE INDEX account_claim_now ON account_claim(account_id, organization_id, claim)"
" WHERE valid_to IS NULL;"

"CREATE TABLE account_block ("
" account_id INTEGER NOT NULL REFERENCES account(id),"
" root_id INTEGER NOT NULL REFERENCES organization(id),"
" valid_from INTEGER NOT NULL, valid_to INTEGER, reason TEXT);"
"CREATE UNIQUE INDEX account_block_now ON account_block(account_id, root_id)"
" WHERE valid_to IS NULL;"

"CREATE TABLE security_group ("
" id INTEGER PRIMARY KEY,"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" name TEXT NOT NULL, name_key TEXT NOT NULL,"
" valid_from INTEGER NOT NULL, valid_to INTEGER);"
"CREATE UNIQUE INDEX security_group_name ON security_group(organization_id, name_key)"
" WHERE valid_to IS NULL;"
"CREATE TRIGGER security_group_home BEFORE UPDATE OF organization_id ON security_group"
" BEGIN SELECT raise(ABORT, 'a group stays in its home organization'); END;"

"CREATE TABLE group_claim ("
" group_id INTEGER NOT NULL REFERENCES security_group(id),"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" claim TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER);"
"CREATE UNIQUE INDEX group_claim_now ON group_claim(group_id, organization_id, claim)"
" WHERE valid_to IS NULL;"

"CREATE TABLE group_link ("
" id INTEGER PRIMARY KEY,"
" group_id INTEGER NOT NULL REFERENCES security_group(id),"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" valid_from INTEGER NOT NULL, valid_to INTEGER);"
"CREATE UNIQUE INDEX group_link_now ON group_link(group_id, organization_id)"
" WHERE valid_to IS NULL;"
"CREATE TRIGGER group_link_down BEFORE INSERT ON group_link WHEN NOT EXISTS ("
"  WITH RECURSIVE up(id) AS (SELECT parent_id FROM organization WHERE id = NEW.organization_id"
"   UNION SELECT o.parent_id FROM organization o JOIN up ON o.id = up.id)"
"  SELECT 1 FROM up JOIN security_group g ON g.organization_id = up.id WHERE g.id = NEW.group_id)"
" BEGIN SELECT raise(ABORT, 'link-up: a link goes to a descendant'); END;"
"CREATE TRIGGER group_link_fixed BEFORE UPDATE OF group_id, organization_id ON group_link"
" BEGIN SELECT raise(ABORT, 'link-up: a link is never moved'); END;"

"CREATE TABLE role ("
" id INTEGER PRIMARY KEY,"
" group_id INTEGER NOT NULL REFERENCES security_group(id),"
" role INTEGER NOT NULL CHECK (role IN (0, 1)),"
" account_id INTEGER NOT NULL REFERENCES account(id),"
" valid_from INTEGER NOT NULL, valid_to INTEGER);"
"CREATE UNIQUE INDEX role_now ON role(group_id, role, account_id) WHERE valid_to IS NULL;"
"CREATE INDEX role_account ON role(account_id) WHERE valid_to IS NULL;"
"CREATE INDEX role_ended ON role(group_id, valid_to) WHERE valid_to IS NOT NULL;"

"CREATE TABLE giver ("
" role_id INTEGER NOT NULL REFERENCES role(id),"
" giver INTEGER NOT NULL,"                              /* 0: by hand, else a source */
" suspended_until INTEGER,"
" valid_from INTEGER NOT NULL, valid_to INTEGER,"
" PRIMARY KEY (role_id, giver, valid_from)) WITHOUT ROWID;"
"CREATE UNIQUE INDEX giver_now ON giver(role_id, giver) WHERE valid_to IS NULL;"
"CREATE INDEX giver_ended ON giver(valid_to) WHERE valid_to IS NOT NULL;"

/* ---- invitations ---- */
"CREATE TABLE mail ("
" id INTEGER PRIMARY KEY,"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" subject_id INTEGER NOT NULL REFERENCES subject(id),"
" token_id BLOB NOT NULL UNIQUE CHECK (length(token_id) = 16),"
" generation INTEGER NOT NULL DEFAULT 1,"
" queued INTEGER NOT NULL, sent INTEGER);"
"CREATE INDEX mail_subject ON mail(organization_id, subject_id, queued);"

"CREATE TABLE invitation ("
" id INTEGER PRIMARY KEY,"
" group_id INTEGER NOT NULL REFERENCES security_group(id),"
" role INTEGER NOT NULL CHECK (role IN (0, 1)),"
" subject_id INTEGER NOT NULL REFERENCES subject(id),"
" inviter_id INTEGER NOT NULL REFERENCES principal(id),"
" mail_id INTEGER NOT NULL REFERENCES mail(id),"
" state TEXT NOT NULL CHECK (state IN"
"  ('pending', 'accepted', 'declined', 'cancelled', 'expired')),"
" created INTEGER NOT NULL, expires INTEGER NOT NULL, ended INTEGER,"
" account_id INTEGER REFERENCES account(id),"
" CHECK ((state = 'pending') = (ended IS NULL)));"
"CREATE UNIQUE INDEX invitation_pending ON invitation(group_id, role, subject_id)"
" WHERE state = 'pending';"
"CREATE INDEX invitation_mail ON invitation(mail_id) WHERE state = 'pending';"
"CREATE INDEX invitation_expires ON invitation(expires) WHERE state = 'pending';"
"CREATE TRIGGER invitation_final BEFORE UPDATE OF state ON invitation"
" WHEN OLD.state <> 'pending'"
" BEGIN SELECT raise(ABORT, 'invite-ended: an invitation ends once'); END;"

"CREATE TABLE invitation_giver ("
" invitation_id INTEGER NOT NULL REFERENCES invitation(id),"
" giver INTEGER NOT NULL, anchor BLOB NOT NULL,"        /* by hand: 0 and empty */
" PRIMARY KEY (invitation_id, giver, anchor)) WITHOUT ROWID;"
"CREATE INDEX invitation_giver_anchor ON invitation_giver(giver, anchor)"
" WHERE giver <> 0;"

/* ---- sources ---- */
"CREATE TABLE source ("
" id INTEGER PRIMARY KEY,"
" name TEXT NOT NULL UNIQUE,"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" identity TEXT, anchor TEXT,"
" released_digest BLOB, released_config TEXT, released_at INTEGER,"
" reconciled_changes INTEGER, due INTEGER,"
" cursor BLOB, cursor_for BLOB);"

"CREATE TABLE run ("
" id INTEGER PRIMARY KEY,"
" source_id INTEGER NOT NULL REFERENCES source(id),"
" principal_id INTEGER NOT NULL REFERENCES principal(id),"
" started INTEGER NOT NULL, ended INTEGER NOT NULL,"
" complete INTEGER NOT NULL, health TEXT NOT NULL,"
" people INTEGER NOT NULL, groups INTEGER NOT NULL,"
" plan BLOB NOT NULL, config BLOB NOT NULL);"
"CREATE INDEX run_source ON run(source_id, id);"

/* The operations of a run, as they were decided. */
"CREATE TABLE journal ("
" run_id INTEGER NOT NULL REFERENCES run(id), seq INTEGER NOT NULL,"
" operation BLOB NOT NULL, kind TEXT NOT NULL, verdict TEXT NOT NULL, code TEXT,"
" group_id INTEGER, role INTEGER, anchor BLOB,"
" PRIMARY KEY (run_id, seq)) WITHOUT ROWID;"

"CREATE TABLE mirror ("
" source_id INTEGER NOT NULL REFERENCES source(id), anchor BLOB NOT NULL,"
" digest BLOB NOT NULL, entry BLOB NOT NULL,"
" PRIMARY KEY (source_id, anchor)) WITHOUT ROWID;"

/* A person of a source is bound to at most one account, and an account to one person. */
"CREATE TABLE binding ("
" source_id INTEGER NOT NULL REFERENCES source(id), anchor BLOB NOT NULL,"
" account_id INTEGER NOT NULL REFERENCES account(id), since INTEGER NOT NULL,"
" PRIMARY KEY (source_id, anchor), UNIQUE (source_id, account_id)) WITHOUT ROWID;"

"CREATE TABLE group_binding ("
" source_id INTEGER NOT NULL REFERENCES source(id), anchor BLOB NOT NULL,"
" group_id INTEGER NOT NULL REFERENCES security_group(id),"
" name_key TEXT NOT NULL,"                              /* the name last wanted */
" PRIMARY KEY (source_id, anchor, group_id)) WITHOUT ROWID;"

"CREATE TABLE given ("
" source_id INTEGER NOT NULL REFERENCES source(id),"
" group_id INTEGER NOT NULL REFERENCES security_group(id),"
" role INTEGER NOT NULL CHECK (role IN (0, 1)),"
" anchor BLOB NOT NULL,"
" state TEXT NOT NULL CHECK (state IN"
"  ('given', 'suspended', 'invited', 'expired', 'declined', 'cancelled', 'undone')),"
" since INTEGER NOT NULL, until INTEGER, repeats INTEGER NOT NULL DEFAULT 0,"
" wish INTEGER NOT NULL DEFAULT 1,"                     /* undone: what was wanted then */
" email_key TEXT, via BLOB,"                            /* anchors of the groups it came by */
" PRIMARY KEY (source_id, group_id, role, anchor)) WITHOUT ROWID;"
"CREATE INDEX given_anchor ON given(source_id, anchor);"

"CREATE TABLE evidence ("
" source_id INTEGER NOT NULL REFERENCES source(id), anchor BLOB NOT NULL,"
" kind TEXT NOT NULL CHECK (kind IN"
"  ('tombstone', 'disabled', 'expired', 'out-of-scope', 'not-found')),"
" first INTEGER NOT NULL, last INTEGER NOT NULL, run_id INTEGER,"
" PRIMARY KEY (source_id, anchor)) WITHOUT ROWID;"

"CREATE TABLE held ("
" source_id INTEGER NOT NULL REFERENCES source(id), operation BLOB NOT NULL,"
" since INTEGER NOT NULL, run_id INTEGER NOT NULL, kind TEXT NOT NULL,"
" code TEXT NOT NULL,"
" PRIMARY KEY (source_id, operation)) WITHOUT ROWID;"

"CREATE TABLE decision ("
" id INTEGER PRIMARY KEY,"
" source_id INTEGER NOT NULL REFERENCES source(id),"
" operation BLOB, plan BLOB,"
" word TEXT NOT NULL CHECK (word IN ('approve', 'reject', 'expect', 'expect-groups')),"
" low INTEGER, high INTEGER,"
" principal_id INTEGER NOT NULL REFERENCES principal(id),"
" reason TEXT NOT NULL, at INTEGER NOT NULL, lapses INTEGER, used_run INTEGER);"

/* ---- on record ---- */
"CREATE TABLE audit ("
" organization_id INTEGER NOT NULL REFERENCES organization(id), seq INTEGER NOT NULL,"
" at INTEGER NOT NULL, run_id INTEGER, source_id INTEGER,"
" principal TEXT NOT NULL, os_user TEXT NOT NULL, impersonated INTEGER NOT NULL,"
" subject TEXT, action TEXT NOT NULL, target TEXT NOT NULL,"
" before TEXT, after TEXT, code TEXT,"
" hash BLOB NOT NULL,"
" PRIMARY KEY (organization_id, seq)) WITHOUT ROWID;"
"CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit"
" BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;"
"CREATE TRIGGER audit_stays BEFORE DELETE ON audit"
" BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;"

"CREATE TABLE outbox ("
" id INTEGER PRIMARY KEY,"
" root_id INTEGER NOT NULL REFERENCES organization(id),"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" kind TEXT NOT NULL, mail_id INTEGER REFERENCES mail(id),"
" queued INTEGER NOT NULL, done INTEGER);"
"CREATE INDEX outbox_waiting ON outbox(id) WHERE done IS NULL;"

"PRAGMA user_version = 1;";
/* clang-format on */
