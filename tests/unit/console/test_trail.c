/* SPDX-License-Identifier: MIT */
#include "bridge/console/trail.h"
#include "tests/unit/console/world.h"

#define ADA  "ada@northwind.example"
#define BO   "bo@contoso.example"
#define KIM  "kim@contoso.example"
#define HOME "northwind/contoso"

/* The chain of contoso, whose lines are all written by now. */
static int64_t contoso(struct world *w)
{
	return number(w, "SELECT id FROM organization WHERE name = 'contoso'");
}

static struct trail_chain chain(struct world *w, int64_t organization)
{
	struct trail_chain *chains;
	size_t n;

	assert_ok(trail_chains(w, w->store, organization, &chains, &n));
	assert_int_equal(n, 1);
	return chains[0];
}

static struct trail_verdict against(struct world *w, const struct trail_head *heads,
				    size_t n)
{
	struct trail_chain c = chain(w, contoso(w));
	struct trail_verdict v;

	assert_ok(trail_verify(w->store, &c, heads, n, &v));
	return v;
}

static struct trail_verdict verify(struct world *w)
{
	return against(w, NULL, 0);
}

static void assert_fault(struct world *w, enum trail_fault fault, int64_t seq,
			 int64_t other, const char *text)
{
	struct trail_verdict v = verify(w);

	assert_string_equal(trail_fault_name(v.fault), trail_fault_name(fault));
	assert_int_equal(v.seq, seq);
	assert_int_equal(v.other, other);
	assert_string_equal(trail_verdict_text(w, &v), text);
}

static void assert_good(struct world *w, int64_t lines)
{
	assert_fault(w, TRAIL_GOOD, 0, 0, "good");
	assert_int_equal(verify(w).lines, lines);
}

/* Nine lines, of which the first three are the world's. */
static struct world *lived(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	join(w, HOME, "Operators", ROLE_MEMBER, BO);
	w->now += 60;
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	invite(w, HOME, "Operators", ROLE_MEMBER, KIM);
	w->now += DAY;
	enter(w, "northwind", "ada");
	assert_ok(change_role(w, CHANGE_SUSPEND, HOME, "Operators", ROLE_MEMBER, BO,
			      GIVER_HAND));
	assert_ok(change_role(w, CHANGE_TAKE, HOME, "Operators", ROLE_OWNER, BO,
			      GIVER_HAND));
	commit(w);
	run(w, "DROP TRIGGER audit_append_only");
	run(w, "DROP TRIGGER audit_stays");
	assert_good(w, 9);
	return w;
}

#define OF_CONTOSO                                                                       \
	" organization_id = (SELECT id FROM organization WHERE name = 'contoso')"

/* ---- what was done by somebody with SQL alone ---- */

static void test_every_chain_is_good(void **state)
{
	struct world *w = lived(*state);
	struct trail_chain *chains;
	struct trail_verdict v;
	size_t n;

	assert_ok(trail_chains(w, w->store, TRAIL_ALL, &chains, &n));
	assert_int_equal(n, 5);
	assert_null(chains[0].path);
	assert_string_equal(chains[1].path, "globex");
	assert_string_equal(chains[3].path, "northwind/contoso");
	assert_int_equal(chains[3].seq, 9);
	for (size_t i = 0; i < n; i++) {
		assert_ok(trail_verify(w->store, &chains[i], NULL, 0, &v));
		assert_int_equal(v.fault, TRAIL_GOOD);
		assert_int_equal(v.lines, chains[i].seq);
	}
}

static void test_a_changed_line_is_named(void **state)
{
	static const char *const changes[] = {
		"UPDATE audit SET at = at + 1 WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET run_id = 1 WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET source_id = 1 WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET principal = 'x' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET os_user = 'x' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET impersonated = 1 WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET subject = NULL WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET action = 'role.take' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET target = target || 's' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET before = '' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET after = 'x' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET code = 'x' WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET hash = zeroblob(32) WHERE seq = 5 AND" OF_CONTOSO,
		"UPDATE audit SET hash = x'00' WHERE seq = 5 AND" OF_CONTOSO,
	};
	struct world *w = lived(*state);

	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		assert_ok(store_begin(w->store));
		run(w, changes[i]);
		if (i != 9) /* "before" was empty all the same: it is another line now */
			assert_int_equal(store_changed(w->store), 1);
		assert_fault(w, TRAIL_CHANGED, 5, 0,
			     "line 5 was changed: its hash does not follow from the line"
			     " before");
		assert_int_equal(verify(w).lines, 4);
		give_up(w);
	}
	assert_good(w, 9);
	run(w, "UPDATE audit SET os_user = 'x' WHERE seq = 1 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_CHANGED, 1, 0,
		     "line 1 was changed: its hash does not follow from the line before");
}

static void test_a_missing_line_is_named(void **state)
{
	struct world *w = lived(*state);

	assert_ok(store_begin(w->store));
	run(w, "DELETE FROM audit WHERE seq = 6 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MISSING, 6, 6, "line 6 is missing");
	run(w, "DELETE FROM audit WHERE seq = 5 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MISSING, 5, 6, "lines 5 to 6 are missing");
	run(w, "DELETE FROM audit WHERE seq < 3 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MISSING, 1, 2, "lines 1 to 2 are missing");
	give_up(w);
	run(w, "DELETE FROM audit WHERE seq = 4 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = seq - 1 WHERE seq > 4 AND" OF_CONTOSO);
	run(w, "UPDATE chain SET seq = seq - 1 WHERE" OF_CONTOSO);
	assert_fault(w, TRAIL_CHANGED, 4, 0,
		     "line 4 was changed: its hash does not follow from the line before");
}

static void test_lines_in_another_order_are_named(void **state)
{
	struct world *w = lived(*state);

	assert_ok(store_begin(w->store));
	run(w, "UPDATE audit SET seq = 100 WHERE seq = 4 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 4 WHERE seq = 5 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 5 WHERE seq = 100 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MOVED, 4, 5, "line 4 was written as line 5, and moved");
	give_up(w);

	assert_ok(store_begin(w->store));
	run(w, "UPDATE audit SET seq = 100 WHERE seq = 3 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 3 WHERE seq = 7 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 7 WHERE seq = 100 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MOVED, 3, 7, "line 3 was written as line 7, and moved");
	give_up(w);

	/* One line to the end of others, which all move up by one; and back. */
	assert_ok(store_begin(w->store));
	run(w, "UPDATE audit SET seq = 100 WHERE seq = 2 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 2 WHERE seq = 3 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 3 WHERE seq = 4 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 4 WHERE seq = 100 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MOVED, 2, 3, "line 2 was written as line 3, and moved");
	give_up(w);
	run(w, "UPDATE audit SET seq = 100 WHERE seq = 1 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 1 WHERE seq = 4 AND" OF_CONTOSO);
	run(w, "UPDATE audit SET seq = 4 WHERE seq = 100 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MOVED, 1, 4, "line 1 was written as line 4, and moved");
}

static void test_a_cut_tail_and_a_wrong_head_are_named(void **state)
{
	struct world *w = lived(*state);

	assert_ok(store_begin(w->store));
	run(w, "DELETE FROM audit WHERE seq > 7 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_CUT, 8, 9, "lines 8 to 9 are cut off at the end");
	run(w, "DELETE FROM audit WHERE" OF_CONTOSO);
	assert_fault(w, TRAIL_CUT, 1, 9, "lines 1 to 9 are cut off at the end");
	run(w, "DELETE FROM chain WHERE" OF_CONTOSO);
	assert_fault(w, TRAIL_CUT, 1, 9, "lines 1 to 9 are cut off at the end");
	give_up(w);

	assert_ok(store_begin(w->store));
	run(w, "UPDATE chain SET head = zeroblob(32) WHERE" OF_CONTOSO);
	assert_fault(w, TRAIL_HEAD, 9, 9,
		     "the head is not that of the last line, 9: it was changed");
	run(w, "UPDATE chain SET seq = 7 WHERE" OF_CONTOSO);
	assert_fault(w, TRAIL_HEAD, 9, 7, "the last line is 9, and the head says 7");
	run(w, "DELETE FROM chain WHERE" OF_CONTOSO);
	assert_fault(w, TRAIL_HEAD, 9, 0, "the last line is 9, and the head says 0");
	give_up(w);
	assert_good(w, 9);
}

/* ---- what was done by somebody who makes the hashes anew ---- */

static char *kept(struct world *w, const struct rows *rows, int column)
{
	const char *text = row_text(rows, column);

	return text ? mem_strdup(w, text) : NULL;
}

static void rebuild(struct world *w, int64_t from)
{
	struct audit_row lines[32];
	struct str *scratch = str_new(w);
	uint8_t hash[HASH_SIZE] = { 0 };
	struct rows *rows;
	size_t n = 0, len;
	bool more = true;

	assert_ok(store_query(
		w->store, &rows,
		"SELECT a.seq, o.uid, a.at, a.run_id, a.source_id, a.principal,"
		" a.os_user, a.impersonated, a.subject, a.action, a.target, a.before,"
		" a.after, a.code, (SELECT p.hash FROM audit p WHERE p.organization_id ="
		" a.organization_id AND p.seq = ?2 - 1) FROM audit a JOIN organization o"
		" ON o.id = a.organization_id WHERE o.id = ?1 AND a.seq >= ?2 ORDER BY 1",
		"ii", contoso(w), from));
	for (;; n++) {
		assert_ok(rows_next(rows, &more));
		if (!more)
			break;
		lines[n] = (struct audit_row){
			.seq = row_int(rows, 0),
			.organization = kept(w, rows, 1),
			.at = row_int(rows, 2),
			.run = row_int(rows, 3),
			.source = row_int(rows, 4),
			.principal = kept(w, rows, 5),
			.os_user = kept(w, rows, 6),
			.impersonated = row_int(rows, 7),
			.subject = kept(w, rows, 8),
			.action = kept(w, rows, 9),
			.target = kept(w, rows, 10),
			.before = kept(w, rows, 11),
			.after = kept(w, rows, 12),
			.code = kept(w, rows, 13),
		};
		if (n == 0 && row_blob(rows, 14, &len) != NULL)
			memcpy(hash, row_blob(rows, 14, &len), HASH_SIZE);
	}
	for (size_t i = 0; i < n; i++) {
		audit_hash(scratch, &lines[i], hash);
		assert_ok(store_run(w->store,
				    "UPDATE audit SET hash = ?3"
				    " WHERE organization_id = ?1 AND seq = ?2",
				    "iib", contoso(w), lines[i].seq, hash,
				    (size_t)HASH_SIZE));
	}
	assert_ok(store_run(w->store,
			    "UPDATE chain SET seq = ?2, head = ?3"
			    " WHERE organization_id = ?1",
			    "iib", contoso(w), lines[n - 1].seq, hash,
			    (size_t)HASH_SIZE));
}

static struct trail_head head_at(struct world *w, int64_t seq)
{
	struct trail_head head = { .uid = chain(w, contoso(w)).uid,
				   .epoch = store_epoch(w->store),
				   .seq = seq };
	struct rows *rows;
	bool more;
	size_t len;

	assert_ok(store_query(w->store, &rows,
			      "SELECT hash FROM audit WHERE organization_id = ?1"
			      " AND seq = ?2",
			      "ii", contoso(w), seq));
	assert_ok(rows_next(rows, &more));
	assert_true(more);
	memcpy(head.hash, row_blob(rows, 0, &len), HASH_SIZE);
	rows_end(rows);
	return head;
}

static void test_an_exported_head_finds_a_chain_made_anew(void **state)
{
	struct world *w = lived(*state);
	struct trail_head heads[] = { head_at(w, 9),
				      head_at(w, 3),
				      { .uid = "another", .epoch = "", .seq = 2 } };
	struct trail_verdict v = against(w, heads, 3);

	assert_int_equal(v.fault, TRAIL_GOOD);
	assert_int_equal(v.compared, 2);
	run(w, "UPDATE audit SET os_user = 'nobody' WHERE seq = 5 AND" OF_CONTOSO);
	rebuild(w, 5);
	assert_good(w, 9);
	v = against(w, heads, 3);
	assert_int_equal(v.fault, TRAIL_REBUILT);
	assert_int_equal(v.seq, 9);
	assert_string_equal(v.epoch, store_epoch(w->store));
	assert_string_equal(trail_verdict_text(w, &v),
			    "line 9 is not the one whose head was exported: the chain was"
			    " made anew");
	assert_int_equal(against(w, heads + 1, 1).fault, TRAIL_GOOD);
}

static void test_an_exported_head_finds_a_cut_tail(void **state)
{
	struct world *w = lived(*state);
	struct trail_head head = head_at(w, 9);
	struct trail_verdict v;

	run(w, "DELETE FROM audit WHERE seq > 7 AND" OF_CONTOSO);
	rebuild(w, 7);
	assert_good(w, 7);
	v = against(w, &head, 1);
	assert_int_equal(v.fault, TRAIL_CUT);
	assert_int_equal(v.seq, 8);
	assert_int_equal(v.other, 9);
}

/* ---- checkpoints ---- */

static void test_a_checkpoint_in_the_middle_must_match(void **state)
{
	struct world *w = lived(*state);

	run(w, "INSERT INTO checkpoint SELECT organization_id, seq, hash, at, 'x'"
	       " FROM audit WHERE seq = 4 AND" OF_CONTOSO);
	assert_good(w, 9);
	run(w, "UPDATE audit SET os_user = 'nobody' WHERE seq = 2 AND" OF_CONTOSO);
	rebuild(w, 2);
	assert_fault(w, TRAIL_CHECKPOINT, 4, 0,
		     "line 4 is not the one that its checkpoint has sealed");
}

static void test_what_an_upgrade_sealed_is_accepted(void **state)
{
	struct world *w = lived(*state);

	run(w, "UPDATE audit SET hash = randomblob(32) WHERE seq < 5 AND" OF_CONTOSO);
	rebuild(w, 5);
	assert_fault(w, TRAIL_CHANGED, 1, 0,
		     "line 1 was changed: its hash does not follow from the line before");
	run(w, "INSERT INTO checkpoint SELECT organization_id, seq, hash, at, 'upgrade'"
	       " FROM audit WHERE seq = 4 AND" OF_CONTOSO);
	assert_good(w, 9);
	assert_int_equal(verify(w).accepted, 4);
	run(w, "UPDATE audit SET os_user = 'nobody' WHERE seq = 5 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_CHANGED, 5, 0,
		     "line 5 was changed: its hash does not follow from the line before");
	rebuild(w, 5);
	assert_good(w, 9);
	run(w, "UPDATE audit SET hash = randomblob(32) WHERE seq = 4 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_CHECKPOINT, 4, 0,
		     "line 4 is not the one that its checkpoint has sealed");
	run(w, "DELETE FROM audit WHERE seq < 5 AND" OF_CONTOSO);
	assert_good(w, 5);
	assert_int_equal(verify(w).start, 4);
}

static struct trail_sealed seal(struct world *w, int64_t before)
{
	struct trail_sealed done;

	enter(w, "northwind", "ada");
	assert_ok(trail_seal(w->c, organization(w, HOME), before, &done));
	commit(w);
	return done;
}

static void test_what_is_old_is_sealed_and_deleted(void **state)
{
	struct world *w = lived(*state);
	struct trail_head old = head_at(w, 3), new = head_at(w, 8), heads[2];
	struct trail_sealed done = seal(w, w->now - 2 * DAY);

	assert_int_equal(done.seq, 0);
	assert_good(w, 9);
	done = seal(w, w->now - 30);
	assert_int_equal(done.verdict.fault, TRAIL_GOOD);
	assert_int_equal(done.seq, 7);
	assert_int_equal(done.lines, 7);
	assert_good(w, 3);
	assert_int_equal(verify(w).start, 7);
	assert_int_equal(number(w, "SELECT count(*) FROM audit WHERE seq = 10 AND action"
				   " = 'audit.seal' AND target = 'northwind/contoso'"
				   " AND os_user = 'ada' AND after LIKE '7 %'"),
			 1);
	heads[0] = new;
	heads[1] = old;
	assert_int_equal(against(w, heads, 2).fault, TRAIL_GOOD);
	assert_int_equal(against(w, heads, 2).compared, 1);
	assert_int_equal(against(w, heads, 2).too_old, 1);
	give(w, HOME, "Operators", ROLE_OWNER, BO);
	done = seal(w, w->now + DAY);
	assert_int_equal(done.seq, 11);
	assert_good(w, 1);
	give(w, HOME, "Operators", ROLE_MEMBER, ADA);
	assert_good(w, 2);
	run(w, "UPDATE audit SET at = 0 WHERE seq = 12 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_CHANGED, 12, 0,
		     "line 12 was changed: its hash does not follow from the line "
		     "before");
}

static void test_nobody_seals_what_is_wrong(void **state)
{
	struct world *w = lived(*state);
	struct trail_sealed done;

	run(w, "UPDATE audit SET os_user = 'nobody' WHERE seq = 5 AND" OF_CONTOSO);
	done = seal(w, w->now + DAY);
	assert_int_equal(done.verdict.fault, TRAIL_CHANGED);
	assert_int_equal(done.seq, 0);
	assert_int_equal(number(w, "SELECT count(*) FROM audit WHERE" OF_CONTOSO), 9);
	assert_int_equal(number(w, "SELECT count(*) FROM checkpoint"), 0);
}

static void test_a_seal_that_nobody_made_is_named(void **state)
{
	struct world *w = lived(*state);

	run(w, "INSERT INTO checkpoint SELECT organization_id, seq, hash, at, 'ada'"
	       " FROM audit WHERE seq = 6 AND" OF_CONTOSO);
	run(w, "DELETE FROM audit WHERE seq < 7 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_UNSEALED, 6, 0,
		     "lines 1 to 6 were deleted, and no line says who sealed them");
	run(w, "DELETE FROM audit WHERE seq = 7 AND" OF_CONTOSO);
	assert_fault(w, TRAIL_MISSING, 7, 7, "line 7 is missing");
}

static void test_the_store_has_a_chain_of_its_own(void **state)
{
	struct world *w = lived(*state);
	struct trail_chain own;
	struct trail_verdict v;
	struct trail_sealed done;

	enter(w, "", "root");
	assert_ok(trail_seal(w->c, VIEW_NONE, w->now, &done));
	commit(w);
	assert_int_equal(done.seq, 3);
	own = chain(w, TRAIL_STORE);
	assert_null(own.uid);
	assert_int_equal(own.seq, 4);
	assert_ok(trail_verify(w->store, &own, NULL, 0, &v));
	assert_int_equal(v.fault, TRAIL_GOOD);
	assert_int_equal(v.start, 3);
}

/* ---- reading ---- */

struct seen {
	char seqs[64];
	char principal[64], subject[64];
};

static struct err *see(void *data, const struct trail_line *line)
{
	struct seen *s = data;
	size_t len = strlen(s->seqs);

	snprintf(s->seqs + len, sizeof s->seqs - len, "%s%d", len ? " " : "",
		 (int)line->row.seq);
	snprintf(s->principal, sizeof s->principal, "%s",
		 line->principal_name ? line->principal_name : "-");
	snprintf(s->subject, sizeof s->subject, "%s",
		 line->subject_name ? line->subject_name : "-");
	assert_int_equal(line->hash_len, HASH_SIZE);
	return NULL;
}

static struct seen read_trail(struct world *w, struct trail_filter filter)
{
	struct seen seen = { "", "", "" };

	assert_ok(trail_read(w->store, contoso(w), &filter, see, &seen));
	return seen;
}

#define assert_lines(w, seqs_, ...)                                                      \
	assert_string_equal(read_trail(w, (struct trail_filter){ __VA_ARGS__ }).seqs,    \
			    seqs_)

static void test_lines_are_chosen(void **state)
{
	struct world *w = lived(*state);

	assert_lines(w, "1 2 3 4 5 6 7 8 9", .run = 0);
	assert_lines(w, "4 5 6 8 9", .person = BO);
	assert_lines(w, "4 5 6 8 9", .person = "Bo@Contoso.example");
	assert_lines(w, "7", .person = KIM);
	assert_lines(w, "3", .person = "sync");
	assert_lines(w, "3", .person = "operator");
	assert_lines(w, "", .person = "gil@globex.example");
	assert_lines(w, "", .person = "no address");
	assert_lines(w, "", .run = 7);
	assert_lines(w, "8 9", .since = w->now);
	assert_lines(w, "1 2 3 4 5 6 7", .until = w->now);
	assert_lines(w, "6 7", .since = w->now - DAY, .until = w->now);
	assert_lines(w, "8 9", .person = BO, .since = w->now);
}

static void test_lines_name_people_as_they_are_called_today(void **state)
{
	struct world *w = lived(*state);
	struct change change = { .kind = CHANGE_EMAIL };
	struct seen seen = read_trail(w, (struct trail_filter){ .person = BO });

	assert_string_equal(seen.principal, ADA);
	assert_string_equal(seen.subject, BO);
	enter(w, "northwind", "root");
	change.account = account(w, BO);
	change.email = email(w, KIM);
	assert_ok(console_change(w->c, &change, NULL, NULL));
	commit(w);
	assert_lines(w, "4 5 6 7 8 9", .person = KIM);
	assert_lines(w, "", .person = BO);
	seen = read_trail(w, (struct trail_filter){ .until = w->now });
	assert_string_equal(seen.seqs, "1 2 3 4 5 6 7");
	assert_string_equal(seen.subject, KIM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_chain_is_good),
		TEST(test_a_changed_line_is_named),
		TEST(test_a_missing_line_is_named),
		TEST(test_lines_in_another_order_are_named),
		TEST(test_a_cut_tail_and_a_wrong_head_are_named),
		TEST(test_an_exported_head_finds_a_chain_made_anew),
		TEST(test_an_exported_head_finds_a_cut_tail),
		TEST(test_a_checkpoint_in_the_middle_must_match),
		TEST(test_what_an_upgrade_sealed_is_accepted),
		TEST(test_what_is_old_is_sealed_and_deleted),
		TEST(test_nobody_seals_what_is_wrong),
		TEST(test_a_seal_that_nobody_made_is_named),
		TEST(test_the_store_has_a_chain_of_its_own),
		TEST(test_lines_are_chosen),
		TEST(test_lines_name_people_as_they_are_called_today),
	};
	return test_main(tests);
}
