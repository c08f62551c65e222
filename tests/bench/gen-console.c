/* SPDX-License-Identifier: MIT */
/*
 * usage: gen-console STORE.db BYTES
 *
 * Fills a store whose root "northwind" is new with a large console: 500 organizations,
 * 20,000 groups, 2,000 links, 1,000,000 roles with a line of audit each. Straight SQL, so
 * that it takes seconds; the chains are hashed as the console hashes them, and what was
 * hashed is written to the file BYTES as well, for sha256sum.
 *
 * The root has 40 groups of 2,500 members, 100,000 people, and 5,000 roles that ended.
 * The others have 40 groups each; those of the second level are linked to the third. The
 * last organization, "o499", is the small one: 500 ways in, with its links and its owner.
 */
#include "bridge/console/audit.h"
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	ORGANIZATIONS = 500,
	SECOND = 100, /* of them on the second level */
	GROUPS = 40,  /* of each */
	ALL_ROLES = 1000000,
	PEOPLE = 300000,
	ROOT_PEOPLE = 100000,
	ENDED = 5000,
	LINKS = 5, /* to each of the third level, until there are */
	ALL_LINKS = 2000,
	SIZE = 45, /* members of most groups, and a few of one more */
	SMALL = 500,
	LAST = ORGANIZATIONS - 1,
};

#define START INT64_C(1767225600) /* 2026-01-01 */

struct made {
	sqlite3 *db;
	sqlite3_stmt *role, *giver, *audit, *give;
	FILE *bytes;
	struct str *scratch;
	int64_t organization[ORGANIZATIONS]; /* ids; the first is the root */
	char uid[ORGANIZATIONS][33];
	int64_t seq[ORGANIZATIONS];
	uint8_t head[ORGANIZATIONS][HASH_SIZE];
	int64_t group, account, subject; /* the first of each */
	int64_t next_role;
	size_t roles;
};

static void check(struct made *m, int rc)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	fprintf(stderr, "gen-console: %s\n", sqlite3_errmsg(m->db));
	exit(1);
}

static void run(struct made *m, const char *sql)
{
	check(m, sqlite3_exec(m->db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepare(struct made *m, const char *sql)
{
	sqlite3_stmt *stmt;

	check(m, sqlite3_prepare_v2(m->db, sql, -1, &stmt, NULL));
	return stmt;
}

static void step(struct made *m, sqlite3_stmt *stmt)
{
	check(m, sqlite3_step(stmt));
	sqlite3_reset(stmt);
}

static int64_t number(struct made *m, const char *sql)
{
	sqlite3_stmt *stmt = prepare(m, sql);
	int64_t n = 0;

	check(m, sqlite3_step(stmt));
	n = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return n;
}

static void number_of(sqlite3_stmt *stmt, int at, int64_t n)
{
	sqlite3_bind_int64(stmt, at, n);
}

static void text(sqlite3_stmt *stmt, int at, const char *s)
{
	sqlite3_bind_text(stmt, at, s, -1, SQLITE_TRANSIENT);
}

/* ---- organizations and groups ---- */

static void read_root(struct made *m)
{
	sqlite3_stmt *stmt = prepare(
		m, "SELECT o.id, o.uid, c.seq, c.head FROM organization o JOIN chain c"
		   " ON c.organization_id = o.id WHERE o.name = 'northwind'");

	check(m, sqlite3_step(stmt));
	m->organization[0] = sqlite3_column_int64(stmt, 0);
	snprintf(m->uid[0], sizeof m->uid[0], "%s", sqlite3_column_text(stmt, 1));
	m->seq[0] = sqlite3_column_int64(stmt, 2);
	memcpy(m->head[0], sqlite3_column_blob(stmt, 3), HASH_SIZE);
	sqlite3_finalize(stmt);
}

static int parent_of(int organization)
{
	return organization <= SECOND ? 0 : 1 + organization % SECOND;
}

static void make_organizations(struct made *m)
{
	sqlite3_stmt *stmt = prepare(
		m,
		"INSERT INTO organization (id, parent_id, root_id, level, name, name_key,"
		" created, uid) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)");
	int64_t first = number(m, "SELECT max(id) + 1 FROM organization");
	char name[16];

	for (int o = 1; o < ORGANIZATIONS; o++) {
		m->organization[o] = first + o;
		snprintf(m->uid[o], sizeof m->uid[o], "%032x", 0x10000 + o);
		snprintf(name, sizeof name, "o%03d", o);
		number_of(stmt, 1, m->organization[o]);
		number_of(stmt, 2, m->organization[parent_of(o)]);
		number_of(stmt, 3, m->organization[0]);
		number_of(stmt, 4, o <= SECOND ? 2 : 3);
		text(stmt, 5, name);
		number_of(stmt, 6, START);
		text(stmt, 7, m->uid[o]);
		step(m, stmt);
	}
	sqlite3_finalize(stmt);
}

static int64_t group_of(const struct made *m, int organization, int group)
{
	return m->group + organization * GROUPS + group;
}

static void make_groups(struct made *m)
{
	sqlite3_stmt *stmt = prepare(
		m, "INSERT INTO security_group (id, organization_id, name, name_key,"
		   " valid_from, uid) VALUES (?1, ?2, ?3, ?3, ?4, ?5)");
	sqlite3_stmt *claim =
		prepare(m, "INSERT INTO group_claim (group_id, organization_id, claim,"
			   " valid_from) VALUES (?1, ?2, 'Operate', ?3)");
	char name[48];

	m->group = number(m, "SELECT max(id) + 1 FROM security_group");
	for (int i = 0; i < ORGANIZATIONS * GROUPS; i++) {
		snprintf(name, sizeof name, "team %02d", i % GROUPS);
		number_of(stmt, 1, m->group + i);
		number_of(stmt, 2, m->organization[i / GROUPS]);
		text(stmt, 3, name);
		number_of(stmt, 4, START);
		snprintf(name, sizeof name, "%032x", 0x20000000 + i);
		text(stmt, 5, name);
		step(m, stmt);
		number_of(claim, 1, m->group + i);
		number_of(claim, 2, m->organization[i / GROUPS]);
		number_of(claim, 3, START);
		step(m, claim);
	}
	sqlite3_finalize(stmt);
	sqlite3_finalize(claim);
}

static void make_links(struct made *m)
{
	sqlite3_stmt *stmt = prepare(
		m, "INSERT INTO group_link (group_id, organization_id, valid_from)"
		   " VALUES (?1, ?2, ?3)");
	int n = 0;

	for (int l = 0; n < ALL_LINKS; l++)
		for (int o = SECOND + 1; o < ORGANIZATIONS && n < ALL_LINKS; o++) {
			if (l >= LINKS && o == LAST)
				continue;
			number_of(stmt, 1, group_of(m, parent_of(o), l));
			number_of(stmt, 2, m->organization[o]);
			number_of(stmt, 3, START);
			step(m, stmt);
			n++;
		}
	sqlite3_finalize(stmt);
}

static void make_people(struct made *m)
{
	sqlite3_stmt *subject =
		prepare(m, "INSERT INTO subject (id, pseudonym, email, email_key, name)"
			   " VALUES (?1, ?2, ?3, ?3, ?4)");
	sqlite3_stmt *account =
		prepare(m, "INSERT INTO account (id, subject_id, kind, created)"
			   " VALUES (?1, ?2, 'person', ?3)");
	char word[64];

	m->subject = number(m, "SELECT max(id) + 1 FROM subject");
	m->account = number(m, "SELECT max(id) + 1 FROM account");
	for (int i = 0; i < PEOPLE; i++) {
		number_of(subject, 1, m->subject + i);
		snprintf(word, sizeof word, "%032x", 0x40000000 + i);
		text(subject, 2, word);
		/* Addresses come in another order than ids. */
		snprintf(word, sizeof word, "p%06u@contoso.example",
			 (unsigned)((i * UINT64_C(7919)) % 999983));
		text(subject, 3, word);
		snprintf(word, sizeof word, "Person %d", i);
		text(subject, 4, word);
		step(m, subject);
		number_of(account, 1, m->account + i);
		number_of(account, 2, m->subject + i);
		number_of(account, 3, START);
		step(m, account);
	}
	sqlite3_finalize(subject);
	sqlite3_finalize(account);
}

/* ---- roles, and the lines about them ---- */

static void write_line(struct made *m, int organization, const struct audit_row *row)
{
	number_of(m->audit, 1, m->organization[organization]);
	number_of(m->audit, 2, row->seq);
	number_of(m->audit, 3, row->at);
	text(m->audit, 4, row->principal);
	text(m->audit, 5, row->os_user);
	text(m->audit, 6, row->subject);
	text(m->audit, 7, row->action);
	text(m->audit, 8, row->target);
	text(m->audit, 9, row->after);
	sqlite3_bind_blob(m->audit, 10, m->head[organization], HASH_SIZE,
			  SQLITE_TRANSIENT);
	step(m, m->audit);
}

static void audit(struct made *m, int organization, int group, int person)
{
	char subject[33], target[48];
	struct audit_row row = {
		.organization = m->uid[organization],
		.seq = ++m->seq[organization],
		.at = START,
		.principal = "sync@northwind.example",
		.os_user = "bench",
		.subject = subject,
		.action = "role.give",
		.target = target,
		.after = "member",
	};

	snprintf(subject, sizeof subject, "%032x", 0x40000000 + person);
	snprintf(target, sizeof target, "team %02d", group);
	audit_hash(m->scratch, &row, m->head[organization]);
	fwrite(m->scratch->text, 1, m->scratch->len, m->bytes);
	write_line(m, organization, &row);
}

static void give(struct made *m, int organization, int group, int person, int64_t until)
{
	number_of(m->role, 1, m->next_role);
	number_of(m->role, 2, group_of(m, organization, group));
	number_of(m->role, 3, m->account + person);
	number_of(m->role, 4, START);
	sqlite3_bind_null(m->role, 5);
	if (until != 0)
		number_of(m->role, 5, until);
	step(m, m->role);
	number_of(m->giver, 1, m->next_role++);
	number_of(m->giver, 2, START);
	sqlite3_bind_null(m->giver, 3);
	if (until != 0)
		number_of(m->giver, 3, until);
	step(m, m->giver);
	if (until != 0)
		return;
	m->roles++;
	audit(m, organization, group, person);
}

static void make_root_roles(struct made *m)
{
	for (int i = 0; i < ROOT_PEOPLE; i++)
		give(m, 0, i % GROUPS, i, 0);
	for (int i = 0; i < ENDED; i++)
		give(m, 0, i % GROUPS, ROOT_PEOPLE + i, START + 200 * 86400);
}

/* The root's owner owns the small one as well, which is one way in. */
static void make_owner(struct made *m)
{
	sqlite3_stmt *stmt = prepare(
		m, "INSERT INTO account_claim (account_id, organization_id, claim,"
		   " valid_from) SELECT account_id, ?1, 'Owner', ?2 FROM principal"
		   " WHERE kind = 'person'");

	number_of(stmt, 1, m->organization[LAST]);
	number_of(stmt, 2, START);
	step(m, stmt);
	sqlite3_finalize(stmt);
}

static void make_roles(struct made *m)
{
	int small = SMALL - 1 - LINKS * SIZE, groups = (LAST - 1) * GROUPS, person = 0;

	make_root_roles(m);
	for (int i = 0; i < small; i++)
		give(m, LAST, i % GROUPS, PEOPLE - 1 - i, 0);
	/* The groups that are linked to the small one have SIZE members; the rest evenly.
	 */
	for (int i = 0; i < groups; i++)
		for (int n = 0; n < SIZE; n++)
			give(m, 1 + i / GROUPS, i % GROUPS, person++ % (PEOPLE / 2), 0);
	for (int i = 0; m->roles < ALL_ROLES; i++)
		give(m, 1 + SECOND + i % (LAST - SECOND - 1),
		     i / (LAST - SECOND - 1) % GROUPS, PEOPLE / 2 + i % (PEOPLE / 4), 0);
}

static void finish_chains(struct made *m)
{
	sqlite3_stmt *stmt =
		prepare(m, "INSERT INTO chain (organization_id, seq, head)"
			   " VALUES (?1, ?2, ?3) ON CONFLICT (organization_id) DO UPDATE"
			   " SET seq = excluded.seq, head = excluded.head");

	for (int o = 0; o < ORGANIZATIONS; o++) {
		number_of(stmt, 1, m->organization[o]);
		number_of(stmt, 2, m->seq[o]);
		sqlite3_bind_blob(stmt, 3, m->head[o], HASH_SIZE, SQLITE_STATIC);
		step(m, stmt);
	}
	sqlite3_finalize(stmt);
}

static void prepare_rows(struct made *m)
{
	m->next_role = number(m, "SELECT coalesce(max(id), 0) + 1 FROM role");
	m->role =
		prepare(m, "INSERT INTO role (id, group_id, role, account_id, valid_from,"
			   " valid_to) VALUES (?1, ?2, 0, ?3, ?4, ?5)");
	m->giver = prepare(m, "INSERT INTO giver (role_id, giver, valid_from, valid_to)"
			      " VALUES (?1, 0, ?2, ?3)");
	m->audit = prepare(
		m, "INSERT INTO audit (organization_id, seq, at, principal, os_user,"
		   " impersonated, subject, action, target, after, hash)"
		   " VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7, ?8, ?9, ?10)");
}

int main(int argc, char **argv)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct made *m = mem_new(ctx, struct made);

	if (argc != 3) {
		fputs("usage: gen-console STORE.db BYTES\n", stderr);
		return 64;
	}
	m->scratch = str_new(ctx);
	m->bytes = fopen(argv[2], "we");
	if (m->bytes == NULL || sqlite3_open(argv[1], &m->db) != SQLITE_OK) {
		fputs("gen-console: cannot open its files\n", stderr);
		return 1;
	}
	run(m, "PRAGMA synchronous=OFF; PRAGMA cache_size=-262144; BEGIN IMMEDIATE");
	read_root(m);
	make_organizations(m);
	make_groups(m);
	make_links(m);
	make_people(m);
	make_owner(m);
	prepare_rows(m);
	make_roles(m);
	finish_chains(m);
	sqlite3_finalize(m->role);
	sqlite3_finalize(m->giver);
	sqlite3_finalize(m->audit);
	run(m, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
	printf("%zu roles\n", m->roles);
	sqlite3_close(m->db);
	return fclose(m->bytes) == 0 ? 0 : 1;
}
