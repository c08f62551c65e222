/* SPDX-License-Identifier: MIT */
/*
 * Little-endian numbers in byte strings, as entries and items carry them; private to
 * the room.
 *
 * Writing is inline, because every value of every entry passes through it: whoever calls
 * has reserved the room. Reading bytes from outside goes through a span, which knows
 * where they end; the gets are for bytes that were checked before.
 */
#ifndef DIRBRIDGE_RECORD_WIRE_H
#define DIRBRIDGE_RECORD_WIRE_H

#include "bridge/record/entry.h"

/* Two bytes and four, lowest first, at any alignment. */
static inline uint16_t wire_get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t wire_get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

/*
 * Each put returns the place behind what it wrote, so that puts follow one another:
 *
 *   at = wire_put16(at, (uint16_t)len);
 *   at = wire_put(at, bytes, len);
 */
static inline uint8_t *wire_put8(uint8_t *at, uint8_t n)
{
	*at = n;
	return at + 1;
}

static inline uint8_t *wire_put16(uint8_t *at, uint16_t n)
{
	at[0] = (uint8_t)n;
	at[1] = (uint8_t)(n >> 8);
	return at + 2;
}

static inline uint8_t *wire_put32(uint8_t *at, uint32_t n)
{
	wire_put16(at, (uint16_t)n);
	wire_put16(at + 2, (uint16_t)(n >> 16));
	return at + 4;
}

/* Bytes as they are; none, and then from NULL, is allowed. */
static inline uint8_t *wire_put(uint8_t *at, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(at, bytes, len);
	return at + len;
}

/*
 * What is left of a byte string from outside. Each take returns false, and the span is
 * then no longer of use, when fewer bytes are left than asked for; a value taken points
 * into the string. Nothing is copied.
 */
struct span {
	const uint8_t *at;
	const uint8_t *end;
};

bool span_take(struct span *s, size_t len, struct value *out);
bool span_take8(struct span *s, uint8_t *n);
bool span_take16(struct span *s, uint16_t *n);
bool span_take32(struct span *s, uint32_t *n);

/* A length of 16 or 32 bits and the bytes that it counts. */
bool span_take_value16(struct span *s, struct value *out);
bool span_take_value32(struct span *s, struct value *out);

/* All that is left, maybe nothing; never with bytes == NULL. */
struct value span_rest(struct span *s);

bool span_is_empty(const struct span *s);

#endif
