/* SPDX-License-Identifier: MIT */
#include "bridge/base/index.h"
#include "tests/test.h"

enum { THINGS = 50000 };

struct things {
	uint64_t keys[THINGS];
};

static uint64_t key_of(const void *owner, uint32_t place)
{
	return ((const struct things *)owner)->keys[place];
}

static void test_many_things_are_found(void **state)
{
	struct things *t = mem_new(*state, struct things);
	struct index *x = index_new(*state, t, key_of);

	for (uint32_t i = 0; i < THINGS; i++) {
		t->keys[i] = (uint64_t)(i / 100) << 33 | (i % 100);
		assert_int_equal(index_find(x, t->keys[i]), INDEX_NONE);
		index_add(x, i);
	}
	for (uint32_t i = 0; i < THINGS; i++)
		assert_int_equal(index_find(x, t->keys[i]), i);
	assert_int_equal(index_find(x, (uint64_t)THINGS << 33), INDEX_NONE);
}

static void test_zero_and_the_largest_are_keys_as_others(void **state)
{
	struct things *t = mem_new(*state, struct things);
	struct index *x = index_new(*state, t, key_of);

	t->keys[0] = UINT64_MAX;
	index_add(x, 0);
	assert_int_equal(index_find(x, 0), INDEX_NONE);
	index_add(x, 1);
	assert_int_equal(index_find(x, 0), 1);
	assert_int_equal(index_find(x, UINT64_MAX), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_many_things_are_found),
		TEST(test_zero_and_the_largest_are_keys_as_others),
	};
	return test_main(tests);
}
