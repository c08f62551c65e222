/* SPDX-License-Identifier: MIT */
#include "tests/unit/store/old.h"
#include "bridge/store/store.h"
#include "tests/unit/store/raw.h"

/* clang-format off */
static const char people[] =
"INSERT INTO meta VALUES ('plan-key', randomblob(32)), ('token-key', randomblob(32));"
"INSERT INTO subject VALUES"
" (1, 'a1', 'Ada@Northwind.example', 'ada@northwind.example', 'Ada'),"
" (2, 'b2', 'bo@contoso.example', 'bo@contoso.example', 'Bo'),"
" (3, 'c3', 'Kim@Contoso.example', 'kim@contoso.example', 'Kim'),"
" (4, 'd4', NULL, NULL, 'sync@northwind.example');"
"INSERT INTO account VALUES (1, 1, 'person', 1, 1000), (2, 2, 'person', 1, 2000),"
" (3, 4, 'service', 1, 1000);"
"INSERT INTO principal VALUES (1, 'operator', NULL), (2, 'ada@northwind.example', 1),"
" (3, 'sync@northwind.example', 3), (4, 'bo@contoso.example', 2);"
"INSERT INTO principal_user VALUES ('ada', 2), ('sync', 3);"
"INSERT INTO organization (id, parent_id, root_id, level, name, name_key, changes,"
" audit_seq, audit_head, created) VALUES"
" (1, NULL, 1, 1, 'northwind', 'northwind', 7, 1, zeroblob(31) || x'01', 1000),"
" (2, 1, 1, 2, 'contoso', 'contoso', 5, 2, randomblob(32), 1000);"
"INSERT INTO licence VALUES (1, 'enterprise', 1000, 4102444800);"
"INSERT INTO account_claim VALUES (3, 2, 'Owner', 1000, NULL);"
"INSERT INTO account_block VALUES (2, 1, 3000, 4000, 'lost laptop');"
"INSERT INTO security_group VALUES (1, 1, 'Owners', 'owners', 1000, NULL),"
" (2, 2, 'Operators', 'operators', 1000, NULL), (3, 2, 'Gone', 'gone', 1000, 1500);"
"INSERT INTO group_claim VALUES (1, 1, 'Owner', 1000, NULL), (1, 2, 'Owner', 1000, NULL);"
"INSERT INTO group_link VALUES (1, 1, 2, 1000, NULL);"
"INSERT INTO role VALUES (1, 1, 0, 1, 1000, NULL), (2, 1, 1, 1, 1000, NULL),"
" (3, 2, 1, 1, 1000, NULL), (4, 2, 0, 2, 2000, NULL), (5, 2, 1, 2, 2000, 2500);"
"INSERT INTO giver VALUES (1, 0, NULL, 1000, NULL), (2, 0, NULL, 1000, NULL),"
" (3, 0, NULL, 1000, NULL), (4, 1, NULL, 2000, NULL), (5, 0, NULL, 2000, 2500);"
"INSERT INTO mail VALUES (1, 2, 2, randomblob(16), 1, 1500, 1600),"
" (2, 2, 3, randomblob(16), 2, 1600, NULL);"
"INSERT INTO invitation VALUES"
" (1, 2, 0, 2, 3, 1, 'accepted', 1500, 9000, 2000, 2),"
" (2, 2, 0, 3, 3, 2, 'pending', 1600, 4102444800, NULL, NULL);"
"INSERT INTO invitation_giver VALUES (1, 1, x'626f'), (2, 1, x'6b696d');";

static const char sources[] =
"INSERT INTO source VALUES (1, 'contoso', 2, 'dc=contoso', 'x', randomblob(32),"
" 'source: contoso', 1500, 5, 9000, x'00ff', x'01');"
"INSERT INTO run VALUES (1, 1, 3, 1500, 1501, 1, 'healthy', 2, 1, randomblob(16),"
" randomblob(16));"
"INSERT INTO journal VALUES (1, 1, randomblob(16), 'invite', 'do', NULL, 2, 0, x'626f');"
"INSERT INTO mirror VALUES (1, x'626f', randomblob(16), x'0001ff'), (1, x'6b696d', x'02', x'');"
"INSERT INTO binding VALUES (1, x'626f', 2, 2000);"
"INSERT INTO group_binding VALUES (1, x'6f7073', 2, 'operators');"
"INSERT INTO given VALUES (1, 2, 0, x'626f', 'given', 2000, NULL, 0, 1, NULL, x'6f7073'),"
" (1, 2, 0, x'6b696d', 'invited', 1600, 4102444800, 1, 1, 'kim@contoso.example', NULL);"
"INSERT INTO evidence VALUES (1, x'657665', 'disabled', 1500, 1600, 1);"
"INSERT INTO held VALUES (1, randomblob(16), 1500, 1, 'revoke', 'budget');"
"INSERT INTO decision VALUES (1, 1, randomblob(16), NULL, 'approve', NULL, NULL, 2,"
" 'they left', 1600, 9000, NULL), (2, 1, NULL, NULL, 'expect', 1, 9, 2, 'fewer', 1700,"
" 9000, 1);"
"INSERT INTO audit VALUES (1, 1, 1000, NULL, NULL, 'operator', 'root', 0, 'a1',"
" 'organization.create', 'northwind', NULL, 'created', NULL, zeroblob(31) || x'01'),"
" (2, 1, 1500, 1, 1, 'sync@northwind.example', 'root', 0, 'b2', 'invitation.create',"
" 'Operators member', NULL, 'invited', 'row 3', randomblob(32)),"
" (2, 2, 2000, NULL, NULL, 'b2', 'bearer', 0, 'b2', 'invitation.accept',"
" 'Operators member', 'invited', 'given', NULL,"
" (SELECT audit_head FROM organization WHERE id = 2));"
"INSERT INTO outbox VALUES (1, 1, 2, 'mail', 2, 1600, NULL);";

const char *const old_store_more =
"INSERT INTO asset VALUES (2, 'agents', 3);"
"INSERT INTO review VALUES (1, 2, 5000, 5001, 2, 2, 1, randomblob(32), 'spring');"
"INSERT INTO subject_alias VALUES ('z9', 2);"
"INSERT INTO erased VALUES (randomblob(32), 5000);"
"INSERT INTO spent VALUES (1, 1, 'people', 0, 1500, 2);"
"INSERT INTO announced VALUES (1, 1, 'people', 9, 4, 2, 'branch closes', 1500, 9000);"
"INSERT INTO part VALUES (1, '', 'dc=contoso', 1, 3);"
"INSERT INTO pause VALUES (1, 2, 'contoso', 'removals', 2, 'migration', 1500, NULL, NULL);"
"INSERT INTO outbox VALUES (1, 1, 1, 2, 5000, 'role.give', 2, 2, 'member', NULL, NULL,"
" '00112233445566778899aabbccddeeff');";
/* clang-format on */

void old_store(const char *path, const char *os_user)
{
	AUTO_MEM char *operator_ =
		mem_printf(NULL, "INSERT INTO principal_user VALUES ('%s', 1)", os_user);

	raw_run(path, "PRAGMA journal_mode=WAL");
	raw_run(path, store_schema_sqlite);
	raw_run(path, people);
	raw_run(path, sources);
	raw_run(path, operator_);
}
