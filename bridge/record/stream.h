/* SPDX-License-Identifier: MIT */
/*
 * The item stream: what a connector process tells the run, through a pipe.
 *
 * It begins with the eight bytes "dbitem1\n". Each item is
 *
 *   u32 length of what follows (little-endian, at most STREAM_ITEM_MAX)
 *   u8  kind (enum item_kind)
 *   payload, by kind; a text has at most STREAM_TEXT_MAX bytes:
 *     ENTRY    an entry (entry.h), whole
 *     CHANGED  an entry that carries only changed attributes; one with no values was
 *              cleared
 *     LINK     u8 added (1) or removed (0), u16 length + anchor of the entry,
 *              u16 length + attribute name, u32 length + value (a DN)
 *     GONE     u16 length + anchor; a tombstone, the server's own word
 *     LEFT     u16 length + anchor; exists, but no longer in the view asked for
 *     SEEN     u16 length + anchor; exists, nothing more is known
 *     UNKNOWN  u16 length + anchor; a lookup did not find it: gone or hidden
 *     NOTE     u8 enum note_kind, text: something that a person should read
 *     FACT     text "name=value": a counter or a capability
 *     END      u8 complete (1) or not (0), text: why not
 *     ERROR    u8 enum err_class, u16 length + text, text: hint
 *
 * The first six are the kinds of item of the connector's contract; UNKNOWN is an
 * answer to a lookup; the rest frames them. Each request (pull, lookup, probe) is
 * answered by items and exactly one END or ERROR. A stream that stops before END is
 * an error of the connector, never the end of the data.
 */
#ifndef DIRBRIDGE_RECORD_STREAM_H
#define DIRBRIDGE_RECORD_STREAM_H

#include "bridge/record/entry.h"

#define STREAM_MAGIC     "dbitem1\n"
#define STREAM_MAGIC_LEN 8
#define STREAM_ITEM_MAX  (ENTRY_SIZE_MAX + 16)
#define STREAM_TEXT_MAX  65535

enum item_kind {
	ITEM_ENTRY = 1,
	ITEM_CHANGED,
	ITEM_LINK,
	ITEM_GONE,
	ITEM_LEFT,
	ITEM_SEEN,
	ITEM_UNKNOWN,
	ITEM_NOTE,
	ITEM_FACT,
	ITEM_END,
	ITEM_ERROR,
};

enum note_kind {
	NOTE_INFO = 1, /* worth a line at -v */
	NOTE_SEARCH,   /* a search as a pasteable ldapsearch line; shown at -v */
	NOTE_FINDING,  /* a person should read it */
	NOTE_RECORD,   /* one entry was set aside; names it */
};

/* One item, pointing into the reader's buffer until the next stream_read(). */
struct item {
	enum item_kind kind;
	struct value entry;     /* ENTRY, CHANGED: encoded; see entry_decode() */
	struct value anchor;    /* LINK, GONE, LEFT, SEEN, UNKNOWN */
	bool added;             /* LINK */
	struct value attribute; /* LINK */
	struct value target;    /* LINK: the DN */
	enum note_kind note;    /* NOTE */
	struct value text;      /* NOTE, FACT, END (why), ERROR */
	bool complete;          /* END */
	enum err_class class;   /* ERROR */
	struct value hint;      /* ERROR */
};

/* ---- writing, in the connector process ---- */

/*
 * A sink takes items and passes them on in blocks. When a block cannot be passed on
 * (the run is gone), the sink turns bad, swallows the rest, and sink_flush() says so;
 * SIGPIPE is the process's own affair and should be ignored.
 *
 * An entry or a link that passes a limit of entry.h becomes a NOTE_RECORD and a SEEN,
 * so that it never looks gone; when even its anchor is unusable, the END that follows
 * is not complete, whatever sink_end() was told.
 */
struct sink;

/* Writes to a file descriptor; the magic is written at once. */
struct sink *sink_new(TALLOC_CTX *ctx, int fd);

/*
 * An entry, written piece by piece without a copy in between (for connectors that hold
 * the values in a network buffer). Attributes may come in any order and repeat; the
 * sink sorts them. kind is ITEM_ENTRY or ITEM_CHANGED. sink_attribute() alone, with
 * no value after it, makes an attribute without values.
 */
void sink_entry_begin(struct sink *sink, enum item_kind kind, const void *anchor,
		      size_t anchor_len, const char *dn, size_t dn_len);
void sink_attribute(struct sink *sink, const char *name, size_t len);
void sink_value(struct sink *sink, const void *bytes, size_t len);
void sink_entry_end(struct sink *sink);

void sink_entry(struct sink *sink, const struct entry *entry);
void sink_link(struct sink *sink, bool added, const struct value *anchor,
	       const char *attribute, const struct value *target);
/* GONE, LEFT, SEEN, UNKNOWN. */
void sink_anchor(struct sink *sink, enum item_kind kind, const struct value *anchor);
void sink_note(struct sink *sink, enum note_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void sink_fact(struct sink *sink, const char *name, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void sink_end(struct sink *sink, bool complete, const char *why);
void sink_error(struct sink *sink, const struct err *err);

/* Pass on what is held. ERR_BUG when the other side is gone. */
MUST_CHECK struct err *sink_flush(struct sink *sink);

/* ---- reading, in the run ---- */

struct stream;

/* What the reader will bear of one connector process. 0 means no limit. */
struct stream_limits {
	int64_t idle;   /* seconds without a byte */
	int64_t total;  /* seconds since stream_new() */
	uint64_t bytes; /* in all */
};

struct stream *stream_new(TALLOC_CTX *ctx, int fd, const struct stream_limits *limits);

/*
 * The next item. ERR_RETRY when the other side closed before END, ERR_LATER when a
 * time limit passed, ERR_INCOMPLETE when the byte limit did, ERR_BUG when what came is no
 * item. After an error nothing more can be read.
 */
MUST_CHECK struct err *stream_read(struct stream *stream, struct item *item);

/* Bytes read so far. */
uint64_t stream_bytes(const struct stream *stream);

#endif
