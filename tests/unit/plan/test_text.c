/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "tests/unit/plan/sample.h"

static const struct plan_style plain = { .width = 0 };

static size_t count(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

#define assert_has(text, what)                                                           \
	do {                                                                             \
		if (strstr(text, what) == NULL)                                          \
			fail_msg("\"%s\" is not in:\n%s", what, text);                   \
	} while (0)

#define assert_lacks(text, what)                                                         \
	do {                                                                             \
		if (strstr(text, what) != NULL)                                          \
			fail_msg("\"%s\" is in:\n%s", what, text);                       \
	} while (0)

static void test_manual_sample(void **state)
{
	char *text = sample_text(*state, sample_manual(*state), &plain);

	assert_golden("manual.txt", text);
	assert_string_equal(text, sample_text(*state, sample_manual(*state), &plain));
}

static void test_everything(void **state)
{
	struct plan_style narrow = { .width = 80 }, verbose = { .verbose = true };

	assert_golden("everything.txt",
		      sample_text(*state, sample_everything(*state), &plain));
	assert_golden("everything-80.txt",
		      sample_text(*state, sample_everything(*state), &narrow));
	assert_golden("everything-verbose.txt",
		      sample_text(*state, sample_everything(*state), &verbose));
}

/* Every rule, and every reason, by the words that it is known under elsewhere. */
static void test_every_rule_and_reason_is_spelled_out(void **state)
{
	char *text = sample_text(*state, sample_everything(*state), &plain);

	for (enum rule rule = RULE_NONE + 1; rule < RULES; rule++) {
		assert_has(text, rule_code(rule));
		assert_has(text, rule_text(rule));
	}
	for (enum reason reason = REASON_WANTED; reason < REASONS; reason++) {
		const char *words = reason_text(reason);

		assert_has(text, mem_strndup(*state, words, strcspn(words, ",")));
	}
}

/* ---- folding ----------------------------------------------------------------------- */

static struct sample *crowd(TALLOC_CTX *ctx, size_t n, enum operation_kind kind,
			    enum verdict verdict)
{
	struct sample *s = sample_new(ctx);
	uint32_t group = sample_group(s, OPERATORS);

	for (size_t i = 0; i < n; i++) {
		uint32_t who =
			sample_person(s, mem_printf(s, "p%03zu@contoso.example", i), "P");
		struct operation *op = sample_op(s, kind, group, who);

		op->verdict = (uint8_t)verdict;
		op->grant = 0;
		op->until = verdict == VERDICT_DEFER ? SAMPLE_NOW + 60 : 0;
	}
	return s;
}

static void test_additions_fold_beyond_20(void **state)
{
	struct plan_style verbose = { .verbose = true };
	struct sample *s = crowd(*state, 201, OPERATION_GRANT, VERDICT_DO);
	char *text;

	sample_op(s, OPERATION_REVOKE, 0, 0)->reason = REASON_DISABLED;
	text = sample_text(*state, s, &plain);
	assert_int_equal(count(text, "\n  + p"), 20);
	assert_has(text, "  + … and 181 more\n  - p000@contoso.example ");
	assert_has(text, "\n201 to add, 1 to remove, ");
	text = sample_text(*state, s, &verbose);
	assert_int_equal(count(text, "\n  + p"), 201);
	assert_lacks(text, "more\n");
}

static void test_twenty_additions_do_not_fold(void **state)
{
	struct sample *s = crowd(*state, 20, OPERATION_INVITE, VERDICT_DO);
	char *text = sample_text(*state, s, &plain);

	assert_int_equal(count(text, "\n  + p"), 20);
	assert_lacks(text, "more\n");
	sample_op(s, OPERATION_INVITE, 0, 0)->grant = 0;
	assert_has(sample_text(*state, s, &plain), "\n  + … and 1 more\n21 to add, ");
}

static void test_each_group_folds_for_itself(void **state)
{
	struct sample *s = crowd(*state, 20, OPERATION_GRANT, VERDICT_DO);
	uint32_t other = sample_group(s, READERS);

	for (uint32_t i = 0; i < 20; i++)
		sample_op(s, OPERATION_GRANT, other, i)->grant = 0;
	assert_int_equal(count(sample_text(*state, s, &plain), "\n  + p"), 40);
}

static void test_nothing_else_folds(void **state)
{
	static const struct {
		enum operation_kind kind;
		enum verdict verdict;
		const char *sign;
	} cases[] = {
		{ OPERATION_REVOKE, VERDICT_DO, "\n  - p" },
		{ OPERATION_SUSPEND, VERDICT_DO, "\n  - p" },
		{ OPERATION_CANCEL, VERDICT_DO, "\n  - p" },
		{ OPERATION_GRANT, VERDICT_HOLD, "\n  ! p" },
		{ OPERATION_GRANT, VERDICT_REFUSE, "\n  ! p" },
		{ OPERATION_INVITE, VERDICT_DEFER, "\n  + p" },
		{ OPERATION_CONFLICT, VERDICT_SKIP, "\n  ! p" },
		{ OPERATION_KEEP, VERDICT_SKIP, "\n  ! p" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sample *s = crowd(*state, 60, cases[i].kind, cases[i].verdict);
		char *text = sample_text(*state, s, &plain);

		assert_int_equal(count(text, cases[i].sign), 60);
		assert_lacks(text, "… and");
	}
}

static void test_skipped_only_when_verbose(void **state)
{
	struct plan_style verbose = { .verbose = true };
	struct sample *s = crowd(*state, 3, OPERATION_INVITE, VERDICT_SKIP);
	char *text = sample_text(*state, s, &plain);

	assert_lacks(text, "p001@contoso.example");
	assert_lacks(text, "Operators");
	assert_has(text, ", 3 skipped\n");
	assert_has(text, "\nnothing to do\n");
	assert_has(sample_text(*state, s, &verbose), "\n    p001@contoso.example ");
}

/* ---- names and columns ------------------------------------------------------------- */

static struct sample *hostile(TALLOC_CTX *ctx)
{
	struct sample *s = sample_new(ctx);
	uint32_t group = sample_group(s, OPERATORS);
	uint32_t made = sample_new_group(
		s, "\xE9\x81\x8B\xE7\x94\xA8\x1b[31m\r\n2 to add, 0 to remove");
	static const char *const who[] = {
		"\xE5\xB1\xB1\xE7\x94\xB0\xE5\xA4\xAA\xE9\x83\x8E@contoso.example",
		"\xE5\xB1\xB1\xE7\x94\xB0",
		"e\xCC\x81va@contoso.example",
		"\xE2\x80\xAEgro.evil@contoso.example",
		"bad\xFF\xC3utf8",
		"x\n  - everybody@contoso.example  member  revoke",
		"\xF0\x9F\x91\xBB@contoso.example",
		"alexander.hamilton.of.the.treasury.department@long.contoso.example",
	};
	struct operation *op = sample_op(s, OPERATION_GROUP_CREATE, made, PLAN_NONE);

	for (size_t i = 0; i < sizeof who / sizeof *who; i++) {
		op = sample_op(s, OPERATION_GRANT, group, sample_person(s, NULL, who[i]));
		op->grant = i % 3;
	}
	plan_find(s->plan, "hostile", "Ask \"\x1b[2J\".", "no \"\xE2\x80\xA8\x9b\" here");
	sample_changed(s, who[5], who[3]);
	s->plan->source = "con\x07toso";
	s->plan->pull.complete = false;
	s->plan->pull.why = "\x1b[1mwhy\n\n";
	s->directory.server = "\x1b[1mserver";
	return s;
}

static char **lines_of(TALLOC_CTX *ctx, const char *text, size_t *n)
{
	char **lines = NULL;
	size_t capacity = 0;

	for (*n = 0; *text != '\0'; text += strcspn(text, "\n") + 1) {
		mem_grow(ctx, lines, *n + 1, &capacity);
		lines[(*n)++] = mem_strndup(ctx, text, strcspn(text, "\n"));
	}
	return lines;
}

/* No byte that a terminal would obey, and no line that the printer did not begin. */
static void test_hostile_names(void **state)
{
	struct plan_style verbose = { .verbose = true };
	char *text = sample_text(*state, hostile(*state), &verbose);

	assert_golden("hostile.txt", text);
	for (const char *at = text; *at != '\0'; at++)
		assert_true((unsigned char)*at >= 0x20 || *at == '\n');
	assert_lacks(text, "\xE2\x80\xAE");
	assert_lacks(text, "\xE2\x80\xA8");
	assert_lacks(text, "\n2 to add, 0 to remove");
	assert_lacks(text, "\n  - everybody");
}

/* The roles stand in one column, whatever the names are made of. */
static void test_columns_are_aligned_by_width(void **state)
{
	size_t n, rows = 0, column = 0;
	char **lines = lines_of(*state, sample_text(*state, hostile(*state), &plain), &n);

	for (size_t i = 0; i < n; i++) {
		char *role = strstr(lines[i], "member   grant ");

		if (role == NULL)
			continue;
		*role = '\0';
		if (rows++ == 0)
			column = escape_width(lines[i]);
		assert_int_equal(escape_width(lines[i]), column);
	}
	assert_int_equal(rows, 8);
}

/* Up to the summary. A terminal narrower than 60 columns is taken for one of 60. */
static void assert_fits(TALLOC_CTX *ctx, struct sample *s, size_t width)
{
	struct plan_style style = { .width = width };
	size_t n, i = 2, most = width < 60 ? 60 : width;
	char **lines = lines_of(ctx, sample_text(ctx, s, &style), &n);

	for (; lines[i][0] < '0' || lines[i][0] > '9'; i++)
		if (escape_width(lines[i]) > most)
			fail_msg("%zu columns of %zu: %s", escape_width(lines[i]), most,
				 lines[i]);
	assert_true(i > 10);
}

static void test_no_row_is_wider_than_the_terminal(void **state)
{
	for (size_t width = 1; width <= 200; width += 9) {
		assert_fits(*state, sample_everything(*state), width);
		assert_fits(*state, hostile(*state), width);
	}
}

/* However narrow, each address is there whole: no two people look alike. */
static void test_addresses_are_not_cut(void **state)
{
	struct plan_style narrow = { .width = 80 };
	char *text = sample_text(*state, hostile(*state), &narrow);

	assert_has(text, "\n  + alexander.hamilton.of.the.treasury.department@long."
			 "contoso.example\n      ");
}

static void test_colour(void **state)
{
	struct plan_style colour = { .colour = true };
	char *text = sample_text(*state, sample_everything(*state), &colour);
	char *bare = sample_text(*state, sample_everything(*state), &plain), *to = text;

	assert_golden("everything-colour.txt", text);
	assert_has(text, "\x1b[32m  + ");
	assert_has(text, "\x1b[31m  - ");
	assert_has(text, "\x1b[33m  ~ ");
	assert_has(text, "\x1b[35m  ! ");
	assert_has(text, "\x1b[35m!\x1b[0m the directory");
	assert_has(text, "\x1b[1mnorthwind/contoso / Operators\x1b[0m");
	for (const char *from = text; *from != '\0';)
		if (*from == '\x1b')
			from += strcspn(from, "m") + 1;
		else
			*to++ = *from++;
	*to = '\0';
	assert_string_equal(text, bare);
}

/* ---- access that stays ------------------------------------------------------------- */

static struct sample *leaver(TALLOC_CTX *ctx, uint32_t *eve)
{
	struct sample *s = sample_new(ctx);
	uint32_t group = sample_group(s, OPERATORS);
	struct operation *op;

	*eve = sample_account(s, "eve@contoso.example", "Eve");
	op = sample_op(s, OPERATION_REVOKE, group, *eve);
	op->reason = REASON_TOMBSTONE;
	op->until = SAMPLE_NOW;
	return s;
}

static void test_access_that_stays_is_named(void **state)
{
	uint32_t eve;
	struct sample *s = leaver(*state, &eve);

	sample_give(s, eve, READERS, ROLE_MEMBER);
	sample_give(s, eve, AUDITORS, ROLE_MEMBER);
	sample_give(s, eve, ELSEWHERE, ROLE_MEMBER);
	sample_give(s, eve, OPERATORS, ROLE_OWNER);
	assert_has(
		sample_text(*state, s, &plain),
		"revoke    deleted in the directory on 2025-11-25\n"
		"                                                "
		"keeps access through \"Readers\", \"Auditors\" (link from northwind)\n"
		"                                                "
		"stays group owner of \"Operators\"\n");
}

static void test_access_that_stays_is_only_what_is_active(void **state)
{
	uint32_t eve;
	struct sample *s = leaver(*state, &eve);
	struct view_account *account;

	sample_give(s, eve, OPERATORS, ROLE_MEMBER); /* what is revoked */
	sample_give(s, eve, ELSEWHERE, ROLE_MEMBER);
	account = &s->view->accounts[s->plan->persons[eve].account];
	view_give(s->view, READERS, ROLE_MEMBER, s->plan->persons[eve].account, 7, true);
	assert_lacks(sample_text(*state, s, &plain), "keeps access");
	sample_give(s, eve, READERS, ROLE_MEMBER);
	assert_has(sample_text(*state, s, &plain), "keeps access through \"Readers\"\n");
	account->blocked = true;
	assert_lacks(sample_text(*state, s, &plain), "keeps access");
	account->blocked = false;
	account->active = false;
	assert_lacks(sample_text(*state, s, &plain), "keeps access");
}

/* ---- the summary ------------------------------------------------------------------- */

/* The numbers are those of the operations, not of counters kept beside them. */
static void test_F71_summary_is_counted_from_the_operations(void **state)
{
	struct sample *s = crowd(*state, 4, OPERATION_GRANT, VERDICT_DO);
	struct str *out = str_new(*state);
	char *text;

	for (uint32_t i = 0; i < 3; i++)
		sample_op(s, OPERATION_REVOKE, 0, i)->reason = REASON_LEFT_GROUP;
	sample_op(s, OPERATION_JOIN, 0, 0);
	for (uint32_t i = 0; i < 2; i++)
		sample_op(s, OPERATION_REVOKE, 0, i)->verdict = VERDICT_HOLD;
	sample_op(s, OPERATION_REVOKE, 0, 3)->verdict = VERDICT_REFUSE;
	plan_identify(s->plan);
	memset(s->plan->by_verdict, 0, sizeof s->plan->by_verdict);
	plan_text(out, s->plan, PLAN_UNCHANGED, &plain);
	text = out->text;
	assert_has(text, "\n4 to add, 1 to change, 3 to remove, 2 held, 1 refused, "
			 "0 deferred\n");
	assert_int_equal(count(text, "\n  + "), 4);
	assert_int_equal(count(text, "\n  ~ "), 1);
	assert_int_equal(count(text, "\n  - "), 3);
	assert_int_equal(count(text, "\n  ! "), 3);
}

static void test_deferred_names_the_first_date(void **state)
{
	struct sample *s = crowd(*state, 3, OPERATION_INVITE, VERDICT_DEFER);

	assert_has(sample_text(*state, s, &plain),
		   ", 3 deferred until 2025-11-25 09:01\n");
	s->plan->operations[1].until = SAMPLE_NOW + 3600;
	assert_has(sample_text(*state, s, &plain),
		   ", 3 deferred until 2025-11-25 09:01 at the earliest\n");
}

static void test_people_line(void **state)
{
	struct sample *s = sample_new(*state);

	s->plan->people_before = 3;
	s->plan->people_removed = 2;
	s->plan->kept_unknown = 3;
	assert_has(sample_text(*state, s, &plain),
		   "\nremoved 2 of 3 people (66.7 %, limit 0); kept 3 grants whose "
		   "absence is not "
		   "proved\n");
	s->plan->people_before = s->plan->people_removed = UINT32_MAX;
	s->plan->kept_unknown = 0;
	assert_has(sample_text(*state, s, &plain),
		   "\nremoved 4294967295 of 4294967295 people (100.0 %, limit 0)\n");
	s->plan->people_before = 0;
	assert_lacks(sample_text(*state, s, &plain), "removed");
}

/* The mode stands in the first and in the last line. */
static void test_last_line(void **state)
{
	struct sample *s = sample_new(*state);
	struct str *out = str_new(*state);

	assert_has(sample_text(*state, s, &plain), " MB\nnothing to do\n");
	sample_op(s, OPERATION_GRANT, sample_group(s, OPERATORS),
		  sample_person(s, "ada@contoso.example", "Ada"))
		->verdict = VERDICT_HOLD;
	assert_has(sample_text(*state, s, &plain),
		   "\nnothing has been changed; what is held waits for a person\n");
	s->plan->operations[0].verdict = VERDICT_DO;
	assert_has(
		sample_text(*state, s, &plain),
		"\nnothing has been changed; apply it with: dirbridge apply contoso\n");
	plan_text(out, s->plan, "applied", &plain);
	assert_has(out->text, ", applied\n\n");
	assert_has(out->text, " MB\napplied\n");
}

static void test_incomplete_says_why(void **state)
{
	struct sample *s = sample_new(*state);

	s->plan->pull = (struct pull_facts){ .people = 1, .why = "busy (LDAP 51)" };
	assert_has(sample_text(*state, s, &plain),
		   "\nread 1 person and 0 groups, incomplete: busy (LDAP 51)\n");
	s->plan->pull.why = NULL;
	assert_has(sample_text(*state, s, &plain), " groups, incomplete\n");
}

static void test_how_they_learn_of_it(void **state)
{
	struct sample *s = sample_new(*state);
	uint32_t group = sample_group(s, OPERATORS);
	struct operation *op;

	sample_op(s, OPERATION_INVITE, group, sample_person(s, "a@contoso.example", NULL))
		->grant = 0;
	op = sample_op(s, OPERATION_INVITE, group,
		       sample_person(s, "b@contoso.example", NULL));
	op->verdict = VERDICT_HOLD;
	op->reason = REASON_DECLINED;
	assert_has(sample_text(*state, s, &plain),
		   "member   invite    in \"Backup Ops\"");
	s->plan->invitations = INVITE_SILENT;
	assert_has(sample_text(*state, s, &plain),
		   "member   invite, no mail   in \"Backup Ops\"");
	s->plan->invitations = INVITE_STAGED;
	assert_has(sample_text(*state, s, &plain),
		   "member   staged    in \"Backup Ops\"");
	assert_has(sample_text(*state, s, &plain), "member   hold      declined");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_manual_sample),
		TEST(test_everything),
		TEST(test_every_rule_and_reason_is_spelled_out),
		TEST(test_additions_fold_beyond_20),
		TEST(test_twenty_additions_do_not_fold),
		TEST(test_each_group_folds_for_itself),
		TEST(test_nothing_else_folds),
		TEST(test_skipped_only_when_verbose),
		TEST(test_hostile_names),
		TEST(test_columns_are_aligned_by_width),
		TEST(test_no_row_is_wider_than_the_terminal),
		TEST(test_addresses_are_not_cut),
		TEST(test_colour),
		TEST(test_access_that_stays_is_named),
		TEST(test_access_that_stays_is_only_what_is_active),
		TEST(test_F71_summary_is_counted_from_the_operations),
		TEST(test_deferred_names_the_first_date),
		TEST(test_people_line),
		TEST(test_last_line),
		TEST(test_incomplete_says_why),
		TEST(test_how_they_learn_of_it),
	};

	return test_main(tests);
}
