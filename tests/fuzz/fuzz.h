/* SPDX-License-Identifier: MIT */
/*
 * A fuzzer is one function that is fed bytes and must survive them. Configured with
 * --enable-fuzzers it is linked with libFuzzer, which invents the bytes; otherwise with
 * replay.c, which feeds it every file of its corpus, as part of `make check`.
 *
 * A new one: fuzz_x.c with this function, corpus/x/ with a dozen small files, and its
 * lines in Makefile.inc. What libFuzzer finds becomes a file of the corpus.
 */
#ifndef DIRBRIDGE_TESTS_FUZZ_H
#define DIRBRIDGE_TESTS_FUZZ_H

#include "bridge/base/digest.h"
#include <stdio.h>
#include <stdlib.h>

/* Must leave nothing allocated and return 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* Like assert(), in every build. */
#define MUST(condition)                                                                  \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);  \
			abort();                                                         \
		}                                                                        \
	} while (0)

#endif
