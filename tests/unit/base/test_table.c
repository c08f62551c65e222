/* SPDX-License-Identifier: MIT */
#include "bridge/base/table.h"
#include "tests/test.h"

static void test_many_keys_come_and_go(void **state)
{
	struct table *t = table_new(*state);
	enum { N = 50000 };
	uint32_t *keys = mem_array(*state, uint32_t, N);

	for (uint32_t i = 0; i < N; i++) {
		keys[i] = i * 2654435761u;
		assert_int_equal(table_add(t, &keys[i], sizeof keys[i], i), TABLE_NONE);
	}
	for (uint32_t i = 0; i < N; i += 2)
		assert_int_equal(table_remove(t, &keys[i], sizeof keys[i]), i);
	for (uint32_t i = 0; i < N; i++)
		assert_int_equal(table_get(t, &keys[i], sizeof keys[i]),
				 i % 2 ? i : TABLE_NONE);
	for (int round = 0; round < 10; round++)
		for (uint32_t i = 0; i < N; i += 2) {
			table_put(t, &keys[i], sizeof keys[i], i + 1);
			table_remove(t, &keys[i], sizeof keys[i]);
		}
	assert_int_equal(table_count(t), N / 2);
	assert_int_equal(table_remove(t, &keys[0], sizeof keys[0]), TABLE_NONE);
}

static void test_put_replaces_and_add_keeps(void **state)
{
	struct table *t = table_new(*state);

	assert_int_equal(table_put(t, "a", 1, 1), TABLE_NONE);
	assert_int_equal(table_put(t, "a", 1, 2), 1);
	assert_int_equal(table_add(t, "a", 1, 3), 2);
	assert_int_equal(table_get(t, "a", 1), 2);
	assert_int_equal(table_get(t, "", 0), TABLE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_many_keys_come_and_go),
		TEST(test_put_replaces_and_add_keeps),
	};
	return test_main(tests);
}
