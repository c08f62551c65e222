/* SPDX-License-Identifier: MIT */
#include "bridge/record/given.h"
#include "tests/test.h"

#define VALUE(text) ((struct value){ text, sizeof(text) - 1 })

static const struct given all[] = {
	{ .group = 7,
	  .anchor = VALUE("ada"),
	  .state = GIVEN_INVITED,
	  .since = 1000,
	  .repeats = 2,
	  .wish = true,
	  .email_key = "ada@contoso.example",
	  .via = VALUE("\3ops") },
	{ .group = 7,
	  .role = ROLE_OWNER,
	  .anchor = VALUE("ada"),
	  .state = GIVEN_SUSPENDED,
	  .since = 1000,
	  .until = 91000,
	  .via = VALUE("\3ops") },
	{ .group = INT64_MAX, .anchor = VALUE("bo\0"), .state = GIVEN_GIVEN, .since = 5 },
};

static struct given_set *set_of(TALLOC_CTX *ctx)
{
	struct given_set *set = given_set_new(ctx);

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		given_set_add(set, &all[i]);
	given_set_end(set);
	return set;
}

static void assert_value(const struct value *a, const struct value *b)
{
	assert_int_equal(value_compare(a, b), 0);
}

static void test_rows_come_back(void **state)
{
	struct given_set *set = set_of(*state);

	assert_int_equal(set->n, ARRAY_LEN(all));
	for (size_t i = 0; i < set->n; i++) {
		struct given g = given_at(set, i);

		assert_int_equal(given_compare(&g, &all[i]), 0);
		assert_value(&g.anchor, &all[i].anchor);
		assert_value(&g.via, &all[i].via);
		assert_int_equal(g.state, all[i].state);
		assert_int_equal(g.since, all[i].since);
		assert_int_equal(g.until, all[i].until);
		assert_int_equal(g.repeats, all[i].repeats);
		assert_int_equal(g.wish, all[i].wish);
		if (all[i].email_key == NULL)
			assert_null(g.email_key);
		else
			assert_string_equal(g.email_key, all[i].email_key);
	}
}

static void test_the_same_bytes_are_kept_once(void **state)
{
	struct given_set *set = set_of(*state);

	assert_int_equal(set->rows[0].anchor, set->rows[1].anchor);
	assert_int_equal(set->rows[0].via, set->rows[1].via);
	assert_int_equal(set->rows[1].email_key, 0);
	assert_int_equal(set->n_texts, 5);
	assert_int_equal(set->n_groups, 2);
}

/* A time that is over before it began is still a time. */
static void test_an_until_is_never_lost(void **state)
{
	struct given_set *set = given_set_new(*state);
	struct given given = { .anchor = VALUE("a"), .since = 1000, .until = 900 };

	given_set_add(set, &given);
	assert_int_equal(given_at(set, 0).until, 1001);
}

static void test_a_via_is_walked(void **state)
{
	struct value via = VALUE("\3ops\0\2it"), anchor;

	(void)state;
	assert_true(via_next(&via, &anchor));
	assert_true(value_is(&anchor, "ops"));
	assert_true(via_next(&via, &anchor));
	assert_true(value_is(&anchor, ""));
	assert_true(via_next(&via, &anchor));
	assert_true(value_is(&anchor, "it"));
	assert_false(via_next(&via, &anchor));
}

static void test_a_via_that_is_cut_off_ends(void **state)
{
	struct value via = VALUE("\3op"), anchor;

	(void)state;
	assert_false(via_next(&via, &anchor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_rows_come_back),
		TEST(test_the_same_bytes_are_kept_once),
		TEST(test_an_until_is_never_lost),
		TEST(test_a_via_is_walked),
		TEST(test_a_via_that_is_cut_off_ends),
	};
	return test_main(tests);
}
