/* SPDX-License-Identifier: MIT */
/*
 * Reads the entries of an LDIF file (RFC 2849), one at a time, in bounded memory.
 * Private to the room.
 *
 * Understood: the version line, comments, folded lines, base64, LF and CRLF, a UTF-8
 * byte order mark. Refused, each with the file, the line and what to do: values by URL,
 * includes, change records, NULs outside base64, what is no base64, no attribute or no
 * DN, a second entry of one DN, everything that ldapsearch without -LLL adds, and a last
 * line without its end, because the file was cut there: every line has one (RFC 2849).
 *
 * A refused line is ERR_INCOMPLETE and ends the reading: half of a file is no answer.
 */
#ifndef DIRBRIDGE_CONNECTORS_LDIF_PARSE_H
#define DIRBRIDGE_CONNECTORS_LDIF_PARSE_H

#include "bridge/base/err.h"
#include "bridge/record/entry.h"

/* Of one line, unfolded: 64 MiB of value as base64, and a name. */
#define LDIF_LINE_MAX (90u << 20)

struct ldif;

/* Read this file from its beginning; the descriptor stays the caller's, path is for
 * messages and is borrowed. */
struct ldif *ldif_new(TALLOC_CTX *ctx, int fd, const char *path);

/*
 * The next entry as one of ctx, or NULL at the end. A file knows no anchors: the
 * entry's is the number of its line, as text, until the connector knows better.
 */
MUST_CHECK struct err *ldif_next(struct ldif *ldif, TALLOC_CTX *ctx,
				 struct entry **entry);

/* ERR_INCOMPLETE about the entry that came last, in the form of all errors here. */
MUST_CHECK struct err *ldif_error(const struct ldif *ldif, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/* ERR_INCOMPLETE when an entry before the last one had these bytes as its what, too; the
 * text names the lines of both. */
MUST_CHECK struct err *ldif_unique(struct ldif *ldif, const char *what, const void *bytes,
				   size_t len);

#endif
