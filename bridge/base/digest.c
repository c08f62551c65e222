/* SPDX-License-Identifier: MIT */
#include "bridge/base/digest.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

struct secret {
	size_t len;
	char *text;
};

static uint8_t fast_key[crypto_shorthash_siphashx24_KEYBYTES];

void digest_init(void)
{
	if (sodium_init() < 0) {
		fprintf(stderr, "dirbridge: libsodium cannot start\n");
		abort();
	}
	if (sodium_is_zero(fast_key, sizeof fast_key))
		crypto_shorthash_keygen(fast_key);
}

void digest_of(const void *bytes, size_t len, struct digest *out)
{
	crypto_generichash(out->bytes, DIGEST_SIZE, bytes, len, NULL, 0);
}

void digest_fast(const void *bytes, size_t len, struct digest *out)
{
	crypto_shorthash_siphashx24(out->bytes, bytes, len, fast_key);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

void hash_of(const void *bytes, size_t len, uint8_t out[HASH_SIZE])
{
	crypto_hash_sha256(out, bytes, len);
}

void mac_of(const uint8_t key[KEY_SIZE], const void *bytes, size_t len,
	    uint8_t out[MAC_SIZE])
{
	crypto_auth_hmacsha256(out, bytes, len, key);
}

void random_bytes(void *out, size_t len)
{
	randombytes_buf(out, len);
}

bool bytes_equal_secretly(const void *a, const void *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}

char *hex_of(TALLOC_CTX *ctx, const void *bytes, size_t len)
{
	char *hex = mem_array(ctx, char, 2 * len + 1);

	return sodium_bin2hex(hex, 2 * len + 1, bytes, len);
}

bool hex_read(const char *hex, void *out, size_t len)
{
	size_t got, hex_len = strlen(hex);

	return hex_len == 2 * len &&
	       sodium_hex2bin(out, len, hex, hex_len, NULL, &got, NULL) == 0 &&
	       got == len;
}

static int secret_wipe(struct secret *secret)
{
	sodium_memzero(secret->text, secret->len);
	return 0;
}

struct secret *secret_new(TALLOC_CTX *ctx, const char *text, size_t len)
{
	struct secret *secret = mem_new(ctx, struct secret);

	secret->len = len;
	secret->text = mem_strndup(secret, text, len);
	talloc_set_destructor(secret, secret_wipe);
	return secret;
}

const char *secret_text(const struct secret *secret)
{
	return secret->text;
}

size_t secret_len(const struct secret *secret)
{
	return secret->len;
}

void bytes_wipe(void *bytes, size_t len)
{
	sodium_memzero(bytes, len);
}
