/* SPDX-License-Identifier: MIT */
#include "bridge/run/run_p.h"
#include "connectors/connector.h"
#include "tests/connector.h"

/* A run as far as the set of entries and the evidence need one. */
static struct run *run_of(TALLOC_CTX *ctx)
{
	struct run *run = mem_new(ctx, struct run);

	run->arena = arena_new(run);
	run->latest = table_new(run);
	run->seen = table_new(run);
	run->twice = table_new(run);
	run->plan = plan_new(run);
	run->plan->now = 1000;
	run->memory = memory_new(run);
	return run;
}

/* Take the items of a script (connectors/script.c), up to the first that is refused. */
static struct err *feed(struct run *run, const char *script)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct request request =
		test_request(ctx, "script", test_file(ctx, script, strlen(script)));
	const char *incomplete = NULL;
	struct item item = { 0 };
	struct err *err = NULL;
	struct direct *d;
	bool more = true;

	assert_ok(direct_open(ctx, "script", &request, &d));
	while (more)
		assert_ok(d->connector->next(d->session, d->sink, &more, &incomplete));
	sink_end(d->sink, true, "");
	assert_ok(sink_flush(d->sink));
	while (err == NULL) {
		assert_ok(stream_read(d->stream, &item));
		if (item.kind == ITEM_END)
			break;
		err = entries_take(run, &item);
	}
	return err;
}

/* The set, sorted, as lines; anchors are hexadecimal digits. */
static char *shown(struct run *run)
{
	struct str *out = str_new(run);

	entries_sort(run);
	for (size_t i = 0; i < run->n_entries; i++) {
		struct item item = {
			.kind = ITEM_ENTRY,
			.entry = { (const char *)run->entries[i]->bytes,
				   run->entries[i]->size },
		};

		show_item(out, &item);
	}
	return str_take(run, out);
}

static struct value anchor(const char *text)
{
	return (struct value){ text, strlen(text) };
}

static enum evidence_kind evidence(const struct run *run, const char *text)
{
	struct value a = anchor(text);
	const struct evidence *e = evidence_seen(run, &a);

	return e ? e->kind : EVIDENCE_NONE;
}

static bool alive(const struct run *run, const char *text)
{
	struct value a = anchor(text);

	return is_alive(run, &a);
}

#define ADA "entry a cn=ada,dc=test\n  cn: ada\n  mail: ada@example.test\n"
#define BO  "entry b cn=bo,dc=test\n  cn: bo\n"
#define OPS "entry g cn=ops,dc=test\n  cn: ops\n  member: cn=ada,dc=test\n"

/* ---- whole entries ---- */

static void test_entries_by_anchor(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, OPS BO ADA));
	assert_string_equal(shown(run),
			    "entry 61 cn=ada,dc=test cn=ada mail=ada@example.test\n"
			    "entry 62 cn=bo,dc=test cn=bo\n"
			    "entry 67 cn=ops,dc=test cn=ops member=cn=ada,dc=test\n");
	assert_true(alive(run, "a"));
	assert_false(alive(run, "z"));
}

static void test_nothing(void **state)
{
	struct run *run = run_of(*state);
	struct value a = anchor("a");

	assert_string_equal(shown(run), "");
	assert_int_equal(entries_find(run, &a), UINT32_MAX);
}

static void test_find_in_a_sorted_set(void **state)
{
	struct run *run = run_of(*state);
	struct value a = anchor("a"), b = anchor("b"), z = anchor("z");

	assert_ok(feed(run, BO ADA));
	entries_sort(run);
	assert_int_equal(entries_find(run, &a), 0);
	assert_int_equal(entries_find(run, &b), 1);
	assert_int_equal(entries_find(run, &z), UINT32_MAX);
}

/* Repeated on two pages with different values: the last word counts, one entry. */
static void test_repeated_entry_T7(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA BO "page\nentry a cn=ada,dc=moved\n  cn: Ada\n"));
	assert_string_equal(shown(run), "entry 61 cn=ada,dc=moved cn=Ada\n"
					"entry 62 cn=bo,dc=test cn=bo\n");
}

/* ... and no word before the last comes back when entries around it go. */
static void test_repeated_and_gone_T7(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, BO ADA "entry a cn=ada,dc=new\n  cn: new\ngone b\n"));
	assert_string_equal(shown(run), "entry 61 cn=ada,dc=new cn=new\n");
	assert_ok(feed(run, "gone a\n"));
	assert_string_equal(shown(run), "");
}

/* ---- changes ---- */

static void test_changed_attributes_replace_those_of_their_name(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA "changed a cn=ada,dc=moved\n  mail: new@example.test\n"
				"  mail: other@example.test\n  description: x\n"));
	assert_string_equal(shown(run),
			    "entry 61 cn=ada,dc=moved cn=ada description=x"
			    " mail=new@example.test mail=other@example.test\n");
}

static void test_changed_to_no_value_T26(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA "changed a cn=ada,dc=test\n  mail:\n"));
	assert_string_equal(shown(run), "entry 61 cn=ada,dc=test cn=ada\n");
}

static void test_change_of_what_was_never_read(void **state)
{
	struct run *run = run_of(*state);

	assert_err(feed(run, ADA "changed z cn=z,dc=test\n  cn: z\n"), ERR_INCOMPLETE,
		   "never read");
}

/* What a change starts from is not alive until the change has come. */
static void test_a_change_makes_alive(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA BO));
	run->alive[0] = run->alive[1] = false;
	run->n_alive = 0;
	assert_ok(feed(run, "changed a cn=ada,dc=test\n  cn: Ada\n"));
	assert_true(alive(run, "a"));
	assert_false(alive(run, "b"));
}

/* ---- links ---- */

static void test_links(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, OPS "link g add member cn=bo,dc=test\n"
				"link g add member cn=bo,dc=test\n"));
	assert_string_equal(shown(run), "entry 67 cn=ops,dc=test cn=ops"
					" member=cn=ada,dc=test member=cn=bo,dc=test\n");
	assert_ok(feed(run, "link g remove member cn=ada,dc=test\n"
			    "link g remove member cn=nobody,dc=test\n"));
	assert_string_equal(shown(run),
			    "entry 67 cn=ops,dc=test cn=ops member=cn=bo,dc=test\n");
}

/* The last member: an empty list is not an absent one, but reads the same. */
static void test_last_link_F78(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, OPS "link g remove member cn=ada,dc=test\n"));
	assert_string_equal(shown(run), "entry 67 cn=ops,dc=test cn=ops\n");
	assert_ok(feed(run, "link g add member cn=bo,dc=test\n"));
	assert_string_equal(shown(run),
			    "entry 67 cn=ops,dc=test cn=ops member=cn=bo,dc=test\n");
}

static void test_link_of_what_was_never_read(void **state)
{
	struct run *run = run_of(*state);

	assert_err(feed(run, "link g add member cn=bo,dc=test\n"), ERR_INCOMPLETE,
		   "never read");
}

/* ---- gone, left, seen ---- */

static void test_gone_and_left(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA BO OPS "gone a\nleft b\n"));
	assert_string_equal(shown(run),
			    "entry 67 cn=ops,dc=test cn=ops member=cn=ada,dc=test\n");
	assert_int_equal(evidence(run, "a"), EVIDENCE_TOMBSTONE);
	assert_int_equal(evidence(run, "b"), EVIDENCE_OUT_OF_SCOPE);
	assert_int_equal(evidence(run, "g"), EVIDENCE_NONE);
	assert_false(alive(run, "a"));
}

/* A tombstone of what was never read is remembered, and changes nothing else. */
static void test_gone_without_an_entry(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA "gone z\n"));
	assert_string_equal(shown(run),
			    "entry 61 cn=ada,dc=test cn=ada mail=ada@example.test\n");
	assert_int_equal(evidence(run, "z"), EVIDENCE_TOMBSTONE);
}

/* Deleted and made anew, in either order of anchors (T21). */
static void test_gone_and_another_of_the_same_name_T21(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA "gone a\nentry b cn=ada,dc=test\n  cn: ada\n"));
	assert_string_equal(shown(run), "entry 62 cn=ada,dc=test cn=ada\n");
	assert_true(alive(run, "b"));
}

/* Undeleted: the same anchor is back (T22). */
static void test_gone_and_back_T22(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, ADA "gone a\n" ADA));
	assert_string_equal(shown(run),
			    "entry 61 cn=ada,dc=test cn=ada mail=ada@example.test\n");
	assert_true(alive(run, "a"));
}

static void test_seen(void **state)
{
	struct run *run = run_of(*state);
	struct value a = anchor("a"), b = anchor("b"), z = anchor("z");

	assert_ok(feed(run, ADA "seen a\nseen b\nseen b\n"));
	assert_true(is_seen(run, &a));
	assert_true(is_seen(run, &b));
	assert_false(is_seen(run, &z));
	assert_true(entries_has(run, &a));
	assert_false(entries_has(run, &b));
	assert_false(alive(run, "b"));
	assert_string_equal(shown(run),
			    "entry 61 cn=ada,dc=test cn=ada mail=ada@example.test\n");
}

/* Not found says less than what was seen before, in whatever order they come. */
static void test_not_found_is_the_weakest_evidence(void **state)
{
	struct run *run = run_of(*state);
	struct value a = anchor("a"), b = anchor("b");

	observe(run, &a, EVIDENCE_DISABLED);
	observe(run, &a, EVIDENCE_NOT_FOUND);
	assert_int_equal(evidence(run, "a"), EVIDENCE_DISABLED);
	observe(run, &b, EVIDENCE_NOT_FOUND);
	run->plan->now += 10;
	observe(run, &b, EVIDENCE_NOT_FOUND);
	assert_int_equal(evidence_seen(run, &b)->first, 1000);
	assert_int_equal(evidence_seen(run, &b)->last, 1010);
	observe(run, &b, EVIDENCE_TOMBSTONE);
	assert_int_equal(evidence(run, "b"), EVIDENCE_TOMBSTONE);
	assert_int_equal(evidence_seen(run, &b)->first, 1010);
}

/* ---- a set that was sorted, and changes again ---- */

static void test_more_after_sorting(void **state)
{
	struct run *run = run_of(*state);

	assert_ok(feed(run, OPS BO ADA));
	entries_sort(run);
	assert_ok(feed(run, "gone a\nlink g remove member cn=ada,dc=test\n"
			    "entry b cn=bo,dc=new\n  cn: new\n"
			    "entry c cn=cy,dc=test\n  cn: cy\n"));
	assert_string_equal(shown(run), "entry 62 cn=bo,dc=new cn=new\n"
					"entry 63 cn=cy,dc=test cn=cy\n"
					"entry 67 cn=ops,dc=test cn=ops\n");
}

/* ---- two directories ---- */

static struct run *run_of_two(TALLOC_CTX *ctx)
{
	static const struct directory_config configs[] = { { .name = "amer" },
							   { .name = "emea" } };
	struct run *run = run_of(ctx);

	run->directories = mem_array(run, struct far_side, 2);
	run->n_directories = 2;
	for (int i = 0; i < 2; i++) {
		run->directories[i].config = &configs[i];
		run->directories[i].pull = mem_new(run, struct pull_directory);
	}
	return run;
}

static struct err *feed_of(struct run *run, uint16_t directory, const char *script)
{
	run->reading = directory;
	return feed(run, script);
}

static void test_each_entry_has_a_home(void **state)
{
	struct run *run = run_of_two(*state);

	assert_ok(feed_of(run, 0, OPS ADA));
	assert_ok(feed_of(run, 1, BO "gone c\n"));
	entries_sort(run);
	assert_int_equal(run->homes[0], 0);
	assert_int_equal(run->homes[1], 1);
	assert_int_equal(run->homes[2], 0);
	assert_ok(feed_of(run, 0, "gone a\n"));
	entries_sort(run);
	assert_int_equal(run->n_entries, 2);
	assert_int_equal(run->homes[0], 1);
	assert_int_equal(run->homes[1], 0);
}

/* Neither is taken, whatever is said of it later, and the first of them is named. */
static void test_one_anchor_in_two_directories(void **state)
{
	struct run *run = run_of_two(*state);

	assert_ok(feed_of(run, 0, ADA BO));
	assert_ok(feed_of(run, 1,
			  "entry a cn=other,dc=test\n  cn: other\n"
			  "entry a cn=other,dc=test\n  cn: other\n"
			  "entry b cn=bob,dc=test\n  cn: bob\n" OPS));
	assert_string_equal(shown(run),
			    "entry 67 cn=ops,dc=test cn=ops member=cn=ada,dc=test\n");
	assert_int_equal(run->directories[1].twice, 2);
	assert_string_equal(
		run->directories[1].pull->why,
		"\"cn=other,dc=test\" has the anchor of \"cn=ada,dc=test\" in "
		"directory \"amer\"");
	assert_true(is_seen(run, &(struct value){ "a", 1 }));
	assert_true(is_seen(run, &(struct value){ "b", 1 }));
}

/* What one directory does not have, or no longer has, another may. */
static void test_no_word_about_what_is_another_s(void **state)
{
	struct run *run = run_of_two(*state);

	assert_ok(feed_of(run, 0, ADA));
	assert_ok(feed_of(run, 1, "gone a\nleft a\n"));
	assert_true(alive(run, "a"));
	assert_int_equal(evidence(run, "a"), EVIDENCE_NONE);
	assert_err(feed_of(run, 1, "changed a cn=ada,dc=test\n  cn: x\n"), ERR_INCOMPLETE,
		   "never read");
	assert_err(feed_of(run, 1, "link a add member cn=bo,dc=test\n"), ERR_INCOMPLETE,
		   "never read");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_entry_has_a_home),
		TEST(test_one_anchor_in_two_directories),
		TEST(test_no_word_about_what_is_another_s),
		TEST(test_entries_by_anchor),
		TEST(test_nothing),
		TEST(test_find_in_a_sorted_set),
		TEST(test_repeated_entry_T7),
		TEST(test_repeated_and_gone_T7),
		TEST(test_changed_attributes_replace_those_of_their_name),
		TEST(test_changed_to_no_value_T26),
		TEST(test_change_of_what_was_never_read),
		TEST(test_a_change_makes_alive),
		TEST(test_links),
		TEST(test_last_link_F78),
		TEST(test_link_of_what_was_never_read),
		TEST(test_gone_and_left),
		TEST(test_gone_without_an_entry),
		TEST(test_gone_and_another_of_the_same_name_T21),
		TEST(test_gone_and_back_T22),
		TEST(test_seen),
		TEST(test_not_found_is_the_weakest_evidence),
		TEST(test_more_after_sorting),
	};

	return test_main(tests);
}
