/* SPDX-License-Identifier: MIT */
/*
 * Everything that comes from a directory or a person is hostile until it is escaped
 * for the medium it goes to. One function per medium; every printer calls one.
 *
 * The corpus tests/data/hostile.txt runs through all of them.
 */
#ifndef DIRBRIDGE_BASE_ESCAPE_H
#define DIRBRIDGE_BASE_ESCAPE_H

#include "bridge/base/str.h"

/*
 * For a terminal: control characters (C0, DEL, C1), line and paragraph separators,
 * bidirectional overrides and bytes that are no UTF-8 become \xHH or \u{HEX}; more
 * than limit characters end in "...". limit 0 means no limit.
 */
void escape_terminal(struct str *out, const char *bytes, size_t len, size_t limit);

/* As above, as a string of ctx, with the usual limit for a name on screen. */
#define ESCAPE_NAME_LIMIT 120
char *escape_name(TALLOC_CTX *ctx, const char *text);

/* Columns that this escaped text takes on a terminal (East Asian width; UAX 11). */
size_t escape_width(const char *text);

/* For the value of key=value in a log line: quoted when it holds anything but a
 * plain word, with the same escapes as for a terminal. */
void escape_log(struct str *out, const char *bytes, size_t len);

/* For JSON: valid UTF-8 as it is; each byte that is no UTF-8 becomes U+FFFD. NULs end
 * nothing: they become U+FFFD as well. The result belongs to ctx. */
char *escape_utf8(TALLOC_CTX *ctx, const char *bytes, size_t len);

/*
 * One cell of CSV (RFC 4180): in quotes when it holds a comma, a quote or a line end, or
 * what some spreadsheets take for a comma (semicolon, tab), behind which a formula could
 * begin; what is no UTF-8, and NUL, becomes U+FFFD. A cell that a spreadsheet would take
 * for a formula (it begins with = + - @, tab, CR or LF) begins with an apostrophe
 * instead. Cells are put together with "," and lines end in CR LF: that is the caller's.
 */
void escape_csv(struct str *out, const char *bytes, size_t len);

/* For Markdown, on one line, also in a cell of a table: every punctuation of ASCII has a
 * backslash before it, so that none means anything; what does not show is written out as
 * for a terminal. */
void escape_markdown(struct str *out, const char *bytes, size_t len);

/*
 * A phrase of a mail header (a display name, a subject): plain words as they are,
 * anything else as encoded words of RFC 2047 with a space between two, where a caller may
 * fold. What does not show is written out as for a terminal before that, so that nothing
 * ends the header or turns it about, in the mail or in what a reader makes of it.
 */
void escape_header(struct str *out, const char *bytes, size_t len);

#endif
