/* SPDX-License-Identifier: MIT */
#include "bridge/record/stream.h"
#include "bridge/base/clock.h"
#include "bridge/record/wire.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define BUFFER_SIZE (256u * 1024)
#define SECOND      INT64_C(1000000)

struct stream {
	int fd;
	struct stream_limits limits;
	int64_t started; /* ticks */
	uint64_t bytes;
	bool begun;  /* the magic was read */
	bool failed; /* an error was returned */
	uint8_t *buffer;
	size_t capacity;
	size_t from; /* what lies in the buffer unread: from..to */
	size_t to;
};

struct stream *stream_new(TALLOC_CTX *ctx, int fd, const struct stream_limits *limits)
{
	struct stream *stream = mem_new(ctx, struct stream);

	stream->fd = fd;
	stream->limits = *limits;
	stream->started = clock_ticks();
	mem_grow(stream, stream->buffer, BUFFER_SIZE, &stream->capacity);
	return stream;
}

uint64_t stream_bytes(const struct stream *stream)
{
	return stream->bytes;
}

/* ---- bytes ---- */

static struct err *too_late(const char *what, int64_t seconds)
{
	return err_hint(
		err_new(ERR_LATER, "the connector %s %lld s", what, (long long)seconds),
		"See whether the directory answers, or raise the time limit.");
}

/* Microseconds until this limit is met; INT64_MAX without one. */
static int64_t left(int64_t since, int64_t limit, int64_t now)
{
	if (limit <= 0 || limit > INT64_MAX / SECOND - since)
		return INT64_MAX;
	return since + limit * SECOND - now;
}

static int milliseconds(int64_t ticks)
{
	if (ticks == INT64_MAX)
		return -1;
	return ticks / 1000 >= INT32_MAX ? INT32_MAX : (int)(ticks / 1000) + 1;
}

/* Wait until there is something to read, or a time limit passes. */
static struct err *wait_readable(const struct stream *stream)
{
	const struct stream_limits *limits = &stream->limits;
	struct pollfd p = { .fd = stream->fd, .events = POLLIN };
	int64_t begun = clock_ticks();
	int n = 0;

	while (n <= 0) {
		int64_t now = clock_ticks();
		int64_t total = left(stream->started, limits->total, now);
		int64_t idle = left(begun, limits->idle, now);

		if (total <= 0)
			return too_late("did not come to an end within", limits->total);
		if (idle <= 0)
			return too_late("sent nothing for", limits->idle);
		n = poll(&p, 1, milliseconds(total < idle ? total : idle));
		if (n < 0 && errno != EINTR)
			return err_new(ERR_BUG, "the connector cannot be waited for: %m");
	}
	return NULL;
}

/* The buffer doubles only when it is full of bytes that came. */
static void make_room(struct stream *stream)
{
	size_t held = stream->to - stream->from;

	if (stream->from > 0) {
		memmove(stream->buffer, stream->buffer + stream->from, held);
		stream->from = 0;
		stream->to = held;
	}
	mem_grow(stream, stream->buffer, held + 1, &stream->capacity);
}

static struct err *fill(struct stream *stream)
{
	struct err *err;
	ssize_t n;

	if (stream->to == stream->capacity)
		make_room(stream);
	do {
		err = wait_readable(stream);
		if (err != NULL)
			return err;
		n = read(stream->fd, stream->buffer + stream->to,
			 stream->capacity - stream->to);
	} while (n < 0 && (errno == EINTR || errno == EAGAIN));
	if (n < 0)
		return err_new(ERR_BUG, "the connector cannot be read: %m");
	if (n == 0)
		return err_new(ERR_RETRY, "the connector stopped before the end");
	stream->to += (size_t)n;
	stream->bytes += (uint64_t)n;
	if (stream->limits.bytes > 0 && stream->bytes > stream->limits.bytes)
		return err_hint(err_new(ERR_INCOMPLETE,
					"the connector sent more than %llu bytes",
					(unsigned long long)stream->limits.bytes),
				"Ask for less, or raise the limit.");
	return NULL;
}

static struct err *need(struct stream *stream, size_t len)
{
	struct err *err = NULL;

	if (stream->from == stream->to)
		stream->from = stream->to = 0;
	while (err == NULL && stream->to - stream->from < len)
		err = fill(stream);
	return err;
}

/* ---- items ---- */

static bool is_anchor(const struct value *anchor)
{
	return anchor->len > 0 && anchor->len <= ENTRY_ANCHOR_MAX;
}

static bool take_bool(struct span *s, bool *out)
{
	uint8_t n;

	if (!span_take8(s, &n) || n > 1)
		return false;
	*out = n == 1;
	return true;
}

static bool read_entry(struct span *s, struct item *item)
{
	item->entry = span_rest(s);
	return true;
}

static bool read_link(struct span *s, struct item *item)
{
	return take_bool(s, &item->added) && span_take_value16(s, &item->anchor) &&
	       is_anchor(&item->anchor) && span_take_value16(s, &item->attribute) &&
	       item->attribute.len > 0 && span_take_value32(s, &item->target);
}

static bool read_anchor(struct span *s, struct item *item)
{
	return span_take_value16(s, &item->anchor) && is_anchor(&item->anchor);
}

static bool take_text(struct span *s, struct value *out)
{
	*out = span_rest(s);
	return out->len <= STREAM_TEXT_MAX;
}

static bool read_note(struct span *s, struct item *item)
{
	uint8_t kind;

	if (!span_take8(s, &kind) || kind < NOTE_INFO || kind > NOTE_RECORD)
		return false;
	item->note = kind;
	return take_text(s, &item->text);
}

static bool read_fact(struct span *s, struct item *item)
{
	return take_text(s, &item->text) &&
	       memchr(item->text.bytes, '=', item->text.len) != NULL;
}

static bool read_end(struct span *s, struct item *item)
{
	return take_bool(s, &item->complete) && take_text(s, &item->text);
}

static bool read_error(struct span *s, struct item *item)
{
	uint8_t class;

	if (!span_take8(s, &class) || class > ERR_BUG ||
	    !span_take_value16(s, &item->text))
		return false;
	item->class = class;
	return take_text(s, &item->hint);
}

static const struct {
	const char *name;
	bool (*read)(struct span *s, struct item *item);
} kinds[] = {
	[ITEM_ENTRY] = { "entry", read_entry },
	[ITEM_CHANGED] = { "changed entry", read_entry },
	[ITEM_LINK] = { "link", read_link },
	[ITEM_GONE] = { "gone", read_anchor },
	[ITEM_LEFT] = { "left", read_anchor },
	[ITEM_SEEN] = { "seen", read_anchor },
	[ITEM_UNKNOWN] = { "unknown", read_anchor },
	[ITEM_NOTE] = { "note", read_note },
	[ITEM_FACT] = { "fact", read_fact },
	[ITEM_END] = { "end", read_end },
	[ITEM_ERROR] = { "error", read_error },
};

static struct err *read_magic(struct stream *stream)
{
	struct err *err = need(stream, STREAM_MAGIC_LEN);

	if (err != NULL)
		return err;
	if (memcmp(stream->buffer + stream->from, STREAM_MAGIC, STREAM_MAGIC_LEN) != 0)
		return err_new(ERR_BUG, "what the connector sends is no item stream");
	stream->from += STREAM_MAGIC_LEN;
	stream->begun = true;
	return NULL;
}

/* The next item's bytes after its length; they stay until the next call. */
static struct err *read_item(struct stream *stream, struct span *s)
{
	struct err *err = need(stream, 4);
	uint32_t len;

	if (err != NULL)
		return err;
	len = wire_get32(stream->buffer + stream->from);
	if (len == 0 || len > STREAM_ITEM_MAX)
		return err_new(ERR_BUG, "the connector sent an item of %u bytes", len);
	err = need(stream, 4 + (size_t)len);
	if (err != NULL)
		return err;
	s->at = stream->buffer + stream->from + 4;
	s->end = s->at + len;
	stream->from += 4 + (size_t)len;
	return NULL;
}

static struct err *parse(struct span *s, struct item *item)
{
	uint8_t kind = *s->at++;

	*item = (struct item){ .kind = kind };
	if (kind >= ARRAY_LEN(kinds) || kinds[kind].read == NULL)
		return err_new(ERR_BUG, "the connector sent an item of unknown kind %u",
			       kind);
	if (!kinds[kind].read(s, item) || !span_is_empty(s))
		return err_new(ERR_BUG, "the connector sent a malformed item \"%s\"",
			       kinds[kind].name);
	return NULL;
}

struct err *stream_read(struct stream *stream, struct item *item)
{
	struct err *err = NULL;
	struct span s;

	if (stream->failed)
		return err_new(ERR_BUG, "the connector was read again after an error");
	if (!stream->begun)
		err = read_magic(stream);
	if (err == NULL)
		err = read_item(stream, &s);
	if (err == NULL)
		err = parse(&s, item);
	stream->failed = err != NULL;
	return err;
}
