/* SPDX-License-Identifier: MIT */
/*
 * From version 1 of the schema for SQLite to version 2: ids that outlive a store and its
 * copies, an end for organizations, claims that act only where a group is active, modes
 * of invitations, audit chains of their own (0 is the store's) that can be sealed,
 * reviews, what the console holds for an organization, erasure, and an event for every
 * change. A new store takes both steps. Run with foreign keys off.
 *
 * Lines of audit from before are sealed as they are: the hash of version 2 covers more.
 */
#include "bridge/store/store.h"

/* clang-format off */
const char *const store_schema_sqlite_2 =
"ALTER TABLE organization ADD COLUMN uid TEXT;"
"ALTER TABLE organization ADD COLUMN valid_to INTEGER;"
"ALTER TABLE organization ADD COLUMN event_seq INTEGER NOT NULL DEFAULT 0;"
"UPDATE organization SET uid = lower(hex(randomblob(16)));"
"CREATE UNIQUE INDEX organization_uid ON organization(uid);"
"DROP INDEX organization_name;"
"CREATE UNIQUE INDEX organization_name ON organization(coalesce(parent_id, 0), name_key)"
" WHERE valid_to IS NULL;"
"CREATE TRIGGER organization_has_uid BEFORE INSERT ON organization WHEN NEW.uid IS NULL"
" BEGIN SELECT raise(ABORT, 'an organization has a uid'); END;"
"CREATE TRIGGER organization_deleted BEFORE UPDATE OF valid_to ON organization"
" WHEN OLD.valid_to IS NOT NULL OR EXISTS (SELECT 1 FROM organization c"
"  WHERE c.parent_id = OLD.id AND c.valid_to IS NULL)"
" BEGIN SELECT raise(ABORT, 'org-not-empty: it has sub-organizations, or has ended'); END;"

"ALTER TABLE security_group ADD COLUMN uid TEXT;"
"UPDATE security_group SET uid = lower(hex(randomblob(16)));"
"CREATE UNIQUE INDEX security_group_uid ON security_group(uid);"
"CREATE TRIGGER security_group_has_uid BEFORE INSERT ON security_group WHEN NEW.uid IS NULL"
" BEGIN SELECT raise(ABORT, 'a group has a uid'); END;"

"CREATE TRIGGER group_claim_active BEFORE INSERT ON group_claim"
" WHEN NEW.valid_to IS NULL AND NOT EXISTS ("
"  SELECT 1 FROM security_group g WHERE g.id = NEW.group_id"
"   AND g.organization_id = NEW.organization_id"
"  UNION SELECT 1 FROM group_link l WHERE l.group_id = NEW.group_id"
"   AND l.organization_id = NEW.organization_id AND l.valid_to IS NULL)"
" BEGIN SELECT raise(ABORT, 'not-active: a claim acts where the group is active'); END;"
"CREATE INDEX group_link_organization ON group_link(organization_id);"

"CREATE TABLE principal_new ("
" id INTEGER PRIMARY KEY,"
" kind TEXT NOT NULL CHECK (kind IN ('operator', 'person', 'service')),"
" name TEXT NOT NULL,"
" account_id INTEGER UNIQUE REFERENCES account(id),"
" UNIQUE (kind, name),"
" CHECK ((kind = 'operator') = (account_id IS NULL)));"
"INSERT INTO principal_new SELECT p.id, coalesce(a.kind, 'operator'), p.name, p.account_id"
" FROM principal p LEFT JOIN account a ON a.id = p.account_id;"
"DROP TABLE principal;"
"ALTER TABLE principal_new RENAME TO principal;"

"ALTER TABLE invitation ADD COLUMN mode TEXT NOT NULL DEFAULT 'mail'"
" CHECK (mode IN ('mail', 'silent', 'staged'));"
"ALTER TABLE invitation ADD COLUMN email TEXT;"
"ALTER TABLE invitation ADD COLUMN name TEXT;"
"UPDATE invitation SET email = (SELECT s.email FROM subject s WHERE s.id = subject_id),"
" name = (SELECT s.name FROM subject s WHERE s.id = subject_id);"
"UPDATE subject SET email = email_key, name = NULL"
" WHERE id NOT IN (SELECT subject_id FROM account);"

"ALTER TABLE subject ADD COLUMN erased INTEGER;"
"CREATE TABLE subject_alias ("
" pseudonym TEXT PRIMARY KEY,"
" subject_id INTEGER NOT NULL REFERENCES subject(id)) WITHOUT ROWID;"
"CREATE TABLE erased (mac BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;"

"CREATE TABLE asset ("
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" kind TEXT NOT NULL CHECK (kind IN ('backup-reports', 'agents', 'machines',"
"  'encryption-keys', 'connection-strings', 'backup-configurations')),"
" count INTEGER NOT NULL CHECK (count > 0),"
" PRIMARY KEY (organization_id, kind)) WITHOUT ROWID;"

/* ---- on record ---- */
"CREATE TABLE chain ("
" organization_id INTEGER PRIMARY KEY,"                 /* 0: the store's own */
" seq INTEGER NOT NULL, head BLOB NOT NULL);"
"INSERT INTO chain SELECT id, audit_seq, audit_head FROM organization WHERE audit_seq > 0;"
"CREATE TABLE checkpoint ("
" organization_id INTEGER NOT NULL, seq INTEGER NOT NULL, head BLOB NOT NULL,"
" at INTEGER NOT NULL, principal TEXT NOT NULL,"
" PRIMARY KEY (organization_id, seq)) WITHOUT ROWID;"
"INSERT INTO checkpoint SELECT organization_id, seq, head, (SELECT max(a.at) FROM audit a"
" WHERE a.organization_id = chain.organization_id), 'upgrade' FROM chain;"
"CREATE TRIGGER checkpoint_stays BEFORE UPDATE ON checkpoint"
" BEGIN SELECT raise(ABORT, 'a checkpoint is sealed'); END;"
"CREATE TRIGGER checkpoint_last BEFORE DELETE ON checkpoint"
" BEGIN SELECT raise(ABORT, 'a checkpoint is sealed'); END;"
"ALTER TABLE organization DROP COLUMN audit_seq;"
"ALTER TABLE organization DROP COLUMN audit_head;"
"CREATE TABLE audit_new ("
" organization_id INTEGER NOT NULL, seq INTEGER NOT NULL,"
" at INTEGER NOT NULL, run_id INTEGER, source_id INTEGER,"
" principal TEXT NOT NULL, os_user TEXT NOT NULL, impersonated INTEGER NOT NULL,"
" subject TEXT, action TEXT NOT NULL, target TEXT NOT NULL,"
" before TEXT, after TEXT, code TEXT,"
" hash BLOB NOT NULL,"
" PRIMARY KEY (organization_id, seq)) WITHOUT ROWID;"
"INSERT INTO audit_new SELECT * FROM audit;"
"DROP TABLE audit;"
"ALTER TABLE audit_new RENAME TO audit;"
"CREATE TRIGGER audit_append_only BEFORE UPDATE ON audit"
" BEGIN SELECT raise(ABORT, 'the audit trail is append-only'); END;"
"CREATE TRIGGER audit_stays BEFORE DELETE ON audit WHEN NOT EXISTS (SELECT 1 FROM checkpoint c"
"  WHERE c.organization_id = OLD.organization_id AND c.seq >= OLD.seq)"
" BEGIN SELECT raise(ABORT, 'the audit trail is append-only above its last checkpoint'); END;"

"CREATE TABLE review ("
" id INTEGER PRIMARY KEY,"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" as_of INTEGER NOT NULL, at INTEGER NOT NULL,"
" principal_id INTEGER NOT NULL REFERENCES principal(id),"
" people INTEGER NOT NULL, invitations INTEGER NOT NULL,"
" digest BLOB NOT NULL, note TEXT);"
"CREATE TRIGGER review_stays BEFORE UPDATE ON review"
" BEGIN SELECT raise(ABORT, 'a review is on record'); END;"
"CREATE TRIGGER review_kept BEFORE DELETE ON review"
" BEGIN SELECT raise(ABORT, 'a review is on record'); END;"

"DROP TABLE outbox;"
"CREATE TABLE outbox ("
" id INTEGER PRIMARY KEY,"
" root_id INTEGER NOT NULL REFERENCES organization(id), seq INTEGER NOT NULL,"
" organization_id INTEGER NOT NULL REFERENCES organization(id),"
" at INTEGER NOT NULL, kind TEXT NOT NULL,"
" subject_id INTEGER REFERENCES subject(id), group_id INTEGER REFERENCES security_group(id),"
" role TEXT CHECK (role IN ('member', 'owner')), value TEXT, done INTEGER,"
" UNIQUE (root_id, seq));"
"CREATE INDEX outbox_waiting ON outbox(id) WHERE done IS NULL;"
"ALTER TABLE mail ADD COLUMN mode TEXT NOT NULL DEFAULT 'mail'"
" CHECK (mode IN ('mail', 'silent', 'staged'));"
"CREATE INDEX mail_waiting ON mail(id) WHERE sent IS NULL AND mode = 'mail';"

"INSERT INTO meta VALUES ('epoch', lower(hex(randomblob(16))));"
"INSERT INTO meta VALUES ('sequence', 0);"
"INSERT INTO meta SELECT 'erase-key', randomblob(32);"

"PRAGMA user_version = 2;";
/* clang-format on */
