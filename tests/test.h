/* SPDX-License-Identifier: MIT */
/*
 * What every unit test includes: cmocka, and a context that must be empty again at the
 * end of each test. A leak is a failing test: errors hang off no context, so the whole
 * of talloc's memory is compared, not only the test's own.
 *
 *   static void test_x(void **state)
 *   {
 *           TALLOC_CTX *ctx = *state;
 *           ...
 *   }
 *   int main(void)
 *   {
 *           const struct CMUnitTest tests[] = { TEST(test_x) };
 *           return test_main(tests);
 *   }
 */
#ifndef DIRBRIDGE_TESTS_TEST_H
#define DIRBRIDGE_TESTS_TEST_H

#include "bridge/base/clock.h"
#include "bridge/base/digest.h"
#include "bridge/base/err.h"
#include "bridge/base/mem.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TEST(fn)         cmocka_unit_test_setup_teardown(fn, test_setup, test_teardown)
#define test_main(tests) (test_start(), cmocka_run_group_tests(tests, NULL, NULL))

static size_t test_blocks_before;

static inline void test_start(void)
{
	talloc_enable_null_tracking();
	atexit(talloc_disable_null_tracking);
	digest_init();
}

static inline int test_setup(void **state)
{
	test_blocks_before = talloc_total_blocks(NULL);
	*state = mem_ctx(NULL);
	return 0;
}

static inline int test_teardown(void **state)
{
	mem_free(*state);
	clock_set(0);
	if (talloc_total_blocks(NULL) == test_blocks_before)
		return 0;
	talloc_report_full(NULL, stderr);
	return -1;
}

/* Assert success; print the error otherwise. */
#define assert_ok(call)                                                                  \
	do {                                                                             \
		struct err *assert_err_ = (call);                                        \
		if (assert_err_ != NULL) {                                               \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__,               \
				err_text(assert_err_));                                  \
			err_free(assert_err_);                                           \
			fail();                                                          \
		}                                                                        \
	} while (0)

/* Assert an error of this class whose text (or hint) holds this text. */
#define assert_err(call, class_, text_)                                                  \
	do {                                                                             \
		struct err *assert_err_ = (call);                                        \
		assert_non_null(assert_err_);                                            \
		if (err_class(assert_err_) != (class_) ||                                \
		    (strstr(err_text(assert_err_), text_) == NULL &&                     \
		     (err_hint_text(assert_err_) == NULL ||                              \
		      strstr(err_hint_text(assert_err_), text_) == NULL))) {             \
			fprintf(stderr, "%s:%d: got %s: %s\n", __FILE__, __LINE__,       \
				err_class_name(err_class(assert_err_)),                  \
				err_text(assert_err_));                                  \
			err_free(assert_err_);                                           \
			fail();                                                          \
		}                                                                        \
		err_free(assert_err_);                                                   \
	} while (0)

#endif
