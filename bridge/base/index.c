/* SPDX-License-Identifier: MIT */
#include "bridge/base/index.h"
#include "bridge/base/digest.h"

enum { FIRST_BITS = 6 };

struct index {
	const void *owner;
	index_key_fn key_of;
	uint64_t factor; /* random and odd */
	unsigned bits;   /* there are 1 << bits slots, at most 3/4 of them in use */
	size_t used;
	/*
	 * A place plus one, or 0. Places take fewer than `bits` bits; above them stand
	 * bits of the hash, so that the owner is hardly ever asked in vain.
	 */
	uint32_t *slots;
};

struct index *index_new(TALLOC_CTX *ctx, const void *owner, index_key_fn key_of)
{
	struct index *x = mem_new(ctx, struct index);

	x->owner = owner;
	x->key_of = key_of;
	random_bytes(&x->factor, sizeof x->factor);
	x->factor |= 1;
	x->bits = FIRST_BITS;
	x->slots = mem_array(x, uint32_t, (size_t)1 << x->bits);
	return x;
}

static uint32_t place_in(const struct index *x, uint32_t slot)
{
	return (slot & ((UINT32_C(1) << x->bits) - 1)) - 1;
}

static uint32_t tag_of(const struct index *x, uint64_t key)
{
	return (uint32_t)(key * x->factor << x->bits >> 32) << x->bits;
}

/* The slot where this key is, or would go. */
static uint32_t *find(const struct index *x, uint64_t key)
{
	size_t mask = ((size_t)1 << x->bits) - 1;
	size_t i = (size_t)(key * x->factor >> (64 - x->bits));
	uint32_t tag = tag_of(x, key);

	for (; x->slots[i] != 0; i = (i + 1) & mask)
		if ((x->slots[i] & ~(uint32_t)mask) == tag &&
		    x->key_of(x->owner, place_in(x, x->slots[i])) == key)
			break;
	return &x->slots[i];
}

static void put(struct index *x, uint32_t place)
{
	uint64_t key = x->key_of(x->owner, place);

	*find(x, key) = tag_of(x, key) | (place + 1);
}

static void grow(struct index *x)
{
	uint32_t *old = x->slots, n = UINT32_C(1) << x->bits;

	x->bits++;
	x->slots = mem_array(x, uint32_t, 2 * (size_t)n);
	for (uint32_t i = 0; i < n; i++)
		if (old[i] != 0)
			put(x, (old[i] & (n - 1)) - 1);
	mem_free(old);
}

uint32_t index_find(const struct index *x, uint64_t key)
{
	uint32_t slot = *find(x, key);

	return slot != 0 ? place_in(x, slot) : INDEX_NONE;
}

void index_add(struct index *x, uint32_t place)
{
	if (++x->used * 4 > (size_t)3 << x->bits)
		grow(x);
	put(x, place);
}
