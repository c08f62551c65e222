/* SPDX-License-Identifier: MIT */
#include "connectors/lines.h"
#include "tests/test.h"
#include <unistd.h>

static struct lines *piped(TALLOC_CTX *ctx, const char *text, size_t max, int *fd)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], text, strlen(text)), (ssize_t)strlen(text));
	close(ends[1]);
	*fd = ends[0];
	return lines_new(ctx, ends[0], max);
}

static void test_ends_of_lines(void **state)
{
	static const char *const wanted[] = { "one", "", "two\rtwo", "three" };
	struct value line;
	struct lines *lines;
	int fd;

	lines = piped(*state, "one\n\r\ntwo\rtwo\r\nthree", 100, &fd);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_ok(lines_next(lines, &line));
		assert_true(value_is(&line, wanted[i]));
		assert_int_equal(lines_number(lines), i + 1);
		assert_true(lines_cut(lines) == (i == 3));
	}
	assert_ok(lines_next(lines, &line));
	assert_null(line.bytes);
	close(fd);
}

static void test_a_line_has_a_limit(void **state)
{
	struct value line;
	struct lines *lines;
	int fd;

	lines = piped(*state, "12345678\n123456789\n", 8, &fd);
	assert_ok(lines_next(lines, &line));
	assert_err(lines_next(lines, &line), ERR_INCOMPLETE, "longer than 8 bytes");
	assert_int_equal(lines_number(lines), 2);
	close(fd);
}

static void test_what_cannot_be_read(void **state)
{
	struct lines *lines = lines_new(*state, -1, 8);
	struct value line;

	assert_err(lines_next(lines, &line), ERR_INCOMPLETE, "cannot read");
}

static void test_lines_across_blocks(void **state)
{
	FILE *file = tmpfile();
	struct lines *lines;
	struct value line;

	assert_non_null(file);
	for (int i = 0; i < 3; i++)
		fprintf(file, "%0100000d\n", i);
	fflush(file);
	lines = lines_new(*state, fileno(file), 100000);
	for (int i = 0; i < 3; i++) {
		assert_ok(lines_next(lines, &line));
		assert_int_equal(line.len, 100000);
		assert_int_equal(line.bytes[99999], '0' + i);
	}
	assert_ok(lines_next(lines, &line));
	assert_null(line.bytes);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ends_of_lines),
		TEST(test_a_line_has_a_limit),
		TEST(test_what_cannot_be_read),
		TEST(test_lines_across_blocks),
	};
	return test_main(tests);
}
