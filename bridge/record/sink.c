/* SPDX-License-Identifier: MIT */
#include "bridge/record/builder_p.h"
#include "bridge/record/stream.h"
#include "bridge/record/wire.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define BLOCK_SIZE (64u * 1024)

struct sink {
	int fd;
	int bad;   /* errno of the write that failed, or 0 */
	bool lost; /* something could not be passed on and not even be named */
	uint8_t *block;
	size_t len;
	size_t capacity;
	enum item_kind kind; /* of the entry being built */
	struct entry_builder *builder;
};

/* True when it is worth writing again. */
static bool wait_writable(const struct sink *sink)
{
	struct pollfd p = { .fd = sink->fd, .events = POLLOUT };

	if (errno == EINTR)
		return true;
	return errno == EAGAIN && (poll(&p, 1, -1) >= 0 || errno == EINTR);
}

static void pass_on(struct sink *sink)
{
	size_t done = 0;

	while (done < sink->len && sink->bad == 0) {
		ssize_t n = write(sink->fd, sink->block + done, sink->len - done);

		if (n >= 0)
			done += (size_t)n;
		else if (!wait_writable(sink))
			sink->bad = errno;
	}
	sink->len = 0;
}

/* Room for an item of this payload, with its head written. */
static uint8_t *item(struct sink *sink, enum item_kind kind, size_t size)
{
	size_t whole = 4 + 1 + size;
	uint8_t *at;

	if (sink->len + whole > BLOCK_SIZE)
		pass_on(sink);
	mem_grow(sink, sink->block, sink->len + whole, &sink->capacity);
	at = sink->block + sink->len;
	sink->len += whole;
	return wire_put8(wire_put32(at, (uint32_t)size + 1), (uint8_t)kind);
}

struct sink *sink_new(TALLOC_CTX *ctx, int fd)
{
	struct sink *sink = mem_new(ctx, struct sink);

	sink->fd = fd;
	sink->builder = entry_builder_new(sink);
	mem_grow(sink, sink->block, BLOCK_SIZE, &sink->capacity);
	sink->len = STREAM_MAGIC_LEN;
	memcpy(sink->block, STREAM_MAGIC, STREAM_MAGIC_LEN);
	pass_on(sink);
	return sink;
}

void sink_entry_begin(struct sink *sink, enum item_kind kind, const void *anchor,
		      size_t anchor_len, const char *dn, size_t dn_len)
{
	sink->kind = kind;
	entry_begin(sink->builder, anchor, anchor_len, dn, dn_len);
}

void sink_attribute(struct sink *sink, const char *name, size_t len)
{
	builder_attribute(sink->builder, name, len);
}

void sink_value(struct sink *sink, const void *bytes, size_t len)
{
	builder_value(sink->builder, bytes, len);
}

/* The entry exists, so it must not look gone: say that it was seen. */
static void set_aside(struct sink *sink, struct err *err)
{
	struct value anchor = builder_anchor(sink->builder);

	sink_note(sink, NOTE_RECORD, "%s", err_text(err));
	err_free(err);
	sink_anchor(sink, ITEM_SEEN, &anchor);
}

void sink_entry_end(struct sink *sink)
{
	size_t size;
	struct err *err = builder_measure(sink->builder, &size);

	if (err != NULL)
		set_aside(sink, err);
	else
		builder_write(sink->builder, item(sink, sink->kind, size));
}

void sink_entry(struct sink *sink, const struct entry *entry)
{
	wire_put(item(sink, ITEM_ENTRY, entry->size), entry->bytes, entry->size);
}

static bool is_anchor(struct sink *sink, const struct value *anchor)
{
	if (anchor->len > 0 && anchor->len <= ENTRY_ANCHOR_MAX)
		return true;
	sink->lost = true;
	return false;
}

static uint8_t *put_value16(uint8_t *at, const void *bytes, size_t len)
{
	return wire_put(wire_put16(at, (uint16_t)len), bytes, len);
}

void sink_link(struct sink *sink, bool added, const struct value *anchor,
	       const char *attribute, const struct value *target)
{
	size_t name_len = strlen(attribute);
	uint8_t *at;

	if (!is_anchor(sink, anchor))
		return;
	if (name_len > UINT16_MAX || target->len > ENTRY_DN_MAX) {
		sink_note(sink, NOTE_RECORD,
			  "a value of \"%.99s\" is longer than %u bytes", attribute,
			  ENTRY_DN_MAX);
		sink_anchor(sink, ITEM_SEEN, anchor);
		return;
	}
	at = item(sink, ITEM_LINK, 1 + 2 + anchor->len + 2 + name_len + 4 + target->len);
	at = wire_put8(at, added);
	at = put_value16(at, anchor->bytes, anchor->len);
	at = put_value16(at, attribute, name_len);
	at = wire_put32(at, (uint32_t)target->len);
	wire_put(at, target->bytes, target->len);
}

void sink_anchor(struct sink *sink, enum item_kind kind, const struct value *anchor)
{
	if (is_anchor(sink, anchor))
		put_value16(item(sink, kind, 2 + anchor->len), anchor->bytes,
			    anchor->len);
}

static size_t text_len(const char *text)
{
	return text ? strnlen(text, STREAM_TEXT_MAX) : 0;
}

void sink_note(struct sink *sink, enum note_kind kind, const char *fmt, ...)
{
	va_list args;
	char *text;
	size_t len;

	va_start(args, fmt);
	text = mem_vprintf(sink, fmt, args);
	va_end(args);
	len = text_len(text);
	wire_put(wire_put8(item(sink, ITEM_NOTE, 1 + len), (uint8_t)kind), text, len);
	mem_free(text);
}

void sink_fact(struct sink *sink, const char *name, const char *fmt, ...)
{
	va_list args;
	char *value, *text;
	size_t len;

	va_start(args, fmt);
	value = mem_vprintf(sink, fmt, args);
	va_end(args);
	text = mem_printf(value, "%s=%s", name, value);
	len = text_len(text);
	wire_put(item(sink, ITEM_FACT, len), text, len);
	mem_free(value);
}

void sink_end(struct sink *sink, bool complete, const char *why)
{
	size_t len;

	if (complete && sink->lost) {
		complete = false;
		why = "an entry without a usable anchor could not be passed on";
	}
	len = text_len(why);
	wire_put(wire_put8(item(sink, ITEM_END, 1 + len), complete), why, len);
	sink->lost = false;
}

void sink_error(struct sink *sink, const struct err *err)
{
	const char *hint = err_hint_text(err);
	size_t text = text_len(err_text(err)), rest = text_len(hint);
	uint8_t *at = item(sink, ITEM_ERROR, 1 + 2 + text + rest);

	at = wire_put8(at, (uint8_t)err_class(err));
	at = put_value16(at, err_text(err), text);
	wire_put(at, hint, rest);
}

struct err *sink_flush(struct sink *sink)
{
	pass_on(sink);
	if (sink->bad == 0)
		return NULL;
	errno = sink->bad;
	return err_new(ERR_BUG, "items cannot be passed on: %m");
}
