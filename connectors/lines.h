/* SPDX-License-Identifier: MIT */
/*
 * A descriptor read line by line, with bounded memory. Private to the room. A file is
 * read from its beginning, wherever its offset stands; a pipe as it comes. The
 * descriptor stays the caller's.
 */
#ifndef DIRBRIDGE_CONNECTORS_LINES_H
#define DIRBRIDGE_CONNECTORS_LINES_H

#include "bridge/base/err.h"
#include "bridge/record/entry.h"

struct lines;

/* No line may be longer than max bytes. */
struct lines *lines_new(TALLOC_CTX *ctx, int fd, size_t max);

/*
 * The next line without its LF or CRLF, in the reader's buffer until the next call;
 * line->bytes is NULL at the end. The last line may lack its end. ERR_INCOMPLETE when
 * reading fails or a line is too long.
 */
MUST_CHECK struct err *lines_next(struct lines *lines, struct value *line);

/* True when the line that came last lacks its end: what follows may have been cut off. */
bool lines_cut(const struct lines *lines);

/* The number of the line that came last, from 1. */
size_t lines_number(const struct lines *lines);

#endif
