/* SPDX-License-Identifier: MIT */
/*
 * Digests, authentication codes, random bytes and secrets, all from libsodium.
 *
 * digest_* is BLAKE2b (RFC 7693) with 16 bytes: names for operations, plans and
 * records, where only equality matters and there are many. hash_* is SHA-256
 * (FIPS 180-4), for the audit chain, which others must be able to check with their
 * own tools. mac is HMAC-SHA-256 (RFC 2104).
 */
#ifndef DIRBRIDGE_BASE_DIGEST_H
#define DIRBRIDGE_BASE_DIGEST_H

#include "bridge/base/mem.h"
#include <stdbool.h>

#define DIGEST_SIZE 16
#define HASH_SIZE   32
#define MAC_SIZE    32
#define KEY_SIZE    32

struct digest {
	uint8_t bytes[DIGEST_SIZE];
};

/* Must be called once before anything else here; ends the process when it fails. */
void digest_init(void);

void digest_of(const void *bytes, size_t len, struct digest *out);
/* As digest_of() and several times faster, but under a key that every process draws
 * anew (SipHash-2-4-128): for tables, never for what is kept or sent. */
void digest_fast(const void *bytes, size_t len, struct digest *out);
bool digest_equal(const struct digest *a, const struct digest *b);

void hash_of(const void *bytes, size_t len, uint8_t out[HASH_SIZE]);
void mac_of(const uint8_t key[KEY_SIZE], const void *bytes, size_t len,
	    uint8_t out[MAC_SIZE]);
void random_bytes(void *out, size_t len);

/* Compare without telling by time where they differ. */
bool bytes_equal_secretly(const void *a, const void *b, size_t len);

char *hex_of(TALLOC_CTX *ctx, const void *bytes, size_t len);
/* Exactly len bytes from 2 * len hexadecimal digits; false otherwise. */
bool hex_read(const char *hex, void *out, size_t len);

/*
 * A secret is wiped when it is freed, and nothing that prints, logs or writes JSON
 * takes one. secret_text() borrows it for the call that needs it.
 */
struct secret;

struct secret *secret_new(TALLOC_CTX *ctx, const char *text, size_t len);
const char *secret_text(const struct secret *secret);
size_t secret_len(const struct secret *secret);

/* Wipe bytes in place, in a way that no compiler takes out. */
void bytes_wipe(void *bytes, size_t len);

#endif
