/* SPDX-License-Identifier: MIT */
/*
 * For tests of connectors: temporary files, requests, and items as lines that people
 * can read and tests can compare:
 *
 *   entry 61 cn=ada,dc=test cn=Ada mail=ada@example.test
 *   link 67 add member cn=ada,dc=test
 *   gone 62
 *   end incomplete it was cut
 *
 * Anchors are hexadecimal digits; bytes that are not printable are \xHH, so that what
 * is shown is what came; a value of more than 1000 bytes is only counted.
 */
#ifndef DIRBRIDGE_TESTS_CONNECTOR_H
#define DIRBRIDGE_TESTS_CONNECTOR_H

#include "bridge/base/str.h"
#include "connectors/connector.h"
#include "tests/test.h"

/* A file with this content; it goes when the path is freed. */
char *test_file(TALLOC_CTX *ctx, const char *bytes, size_t len);

/* For everything, of a connector that has a setting "file"; asks for cn, description,
 * jpegPhoto, mail and member. */
struct request test_request(TALLOC_CTX *ctx, const char *type, const char *file);

/* Add an item as a line. */
void show_item(struct str *out, const struct item *item);

/* A connector in this process, with a file between its sink and the reader. */
struct direct {
	const struct connector *connector;
	struct sink *sink;
	struct stream *stream;
	struct session *session;
	int written, read;
};

/* The error is open's; *out belongs to ctx even then. */
MUST_CHECK struct err *direct_open(TALLOC_CTX *ctx, const char *type,
				   const struct request *request, struct direct **out);

/* What was written since the last time, as lines. */
char *direct_items(struct direct *d);

/* The whole pull as lines, with a line "page" between pages and "end ..." at the end. */
MUST_CHECK struct err *direct_pull(struct direct *d, char **out);

#endif
