/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "tests/test.h"
#include <malloc.h>

/* talloc's limit; blocks of this size are mapped, so what is not touched costs nothing.
 */
#define LIMIT ((size_t)256 << 20)
#define MANY  (LIMIT / sizeof(uint64_t) + 5)

/* Bytes that malloc() has mapped; always 0 under a sanitizer, which finds leaks itself.
 */
static size_t mapped(void)
{
	return mallinfo2().hblkhd;
}

static void test_an_array_grows_past_the_limit(void **state)
{
	size_t before = mapped(), blocks = talloc_total_blocks(NULL), capacity = 0;
	TALLOC_CTX *ctx = mem_ctx(*state);
	uint64_t *array = NULL;

	mem_grow(ctx, array, 1000, &capacity);
	for (size_t i = 0; i < 1000; i++)
		array[i] = i * i;
	for (size_t n = MANY / 2; n <= 4 * MANY; n *= 2) {
		mem_grow(ctx, array, n, &capacity);
		assert_true(capacity >= n);
		array[n - 1] = n;
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(array[i], i * i);
	for (size_t n = MANY / 2; n <= 4 * MANY; n *= 2)
		assert_int_equal(array[n - 1], n);
	mem_free(ctx);
	assert_int_equal(talloc_total_blocks(NULL), blocks);
	assert_int_equal(mapped(), before);
}

static void test_a_large_array_is_zeroed(void **state)
{
	uint64_t *array = mem_array(*state, uint64_t, MANY);

	assert_int_equal(array[0], 0);
	assert_int_equal(array[MANY / 2], 0);
	assert_int_equal(array[MANY - 1], 0);
}

/* Freed by itself, in any order, as one goes out of scope, and with its context. */
static void test_large_blocks_are_freed(void **state)
{
	size_t before = mapped(), blocks = talloc_total_blocks(NULL);
	char *a = mem_room(*state, LIMIT), *b = mem_room(*state, LIMIT);
	char *c = mem_room(*state, LIMIT);

	a[LIMIT - 1] = b[LIMIT - 1] = c[LIMIT - 1] = 'x';
	mem_free(b);
	{
		AUTO_MEM char *d = mem_room(*state, LIMIT);

		d[0] = 'x';
	}
	mem_free(c);
	mem_free(a);
	assert_int_equal(mapped(), before);
	assert_int_equal(talloc_total_blocks(NULL), blocks);
	mem_room(*state, LIMIT);
}

static void test_a_large_block_changes_hands(void **state)
{
	TALLOC_CTX *first = mem_ctx(*state), *second = mem_ctx(*state);
	size_t capacity = 0;
	char *block = mem_room(first, LIMIT), *array = NULL;

	block[LIMIT - 1] = 'x';
	assert_ptr_equal(mem_steal(second, block), block);
	mem_free(first);
	assert_int_equal(block[LIMIT - 1], 'x');
	first = mem_ctx(*state);
	mem_grow(first, array, 1, &capacity);
	mem_steal(second, array);
	mem_grow(first, array, LIMIT + 1, &capacity);
	mem_free(first);
	array[LIMIT] = 'y';
	mem_free(second);
	assert_null(mem_steal(*state, NULL));
}

static void test_a_large_text_is_taken(void **state)
{
	char *block = mem_array(*state, char, LIMIT), *text;
	struct str *s = str_new(*state);

	str_add(s, "<");
	str_add_bytes(s, block, LIMIT);
	str_add(s, ">");
	mem_free(block);
	text = str_take(*state, s);
	assert_string_equal(text, "<");
	assert_string_equal(text + LIMIT + 1, ">");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_array_grows_past_the_limit),
		TEST(test_a_large_array_is_zeroed),
		TEST(test_large_blocks_are_freed),
		TEST(test_a_large_block_changes_hands),
		TEST(test_a_large_text_is_taken),
	};
	return test_main(tests);
}
