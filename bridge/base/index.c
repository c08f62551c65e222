/* SPDX-License-Identifier: MIT */
#include "bridge/base/index.h"
#include "bridge/base/digest.h"

enum { FIRST_BITS = 6 };

struct index {
	const void *owner;
	index_key_fn key_of;
	uint64_t factor; /* random and odd */
	unsigned bits;   /* there are 1 << bits slots, at most half of them in use */
	size_t used;
	uint32_t *slots; /* a place plus one, or 0 */
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

/* The slot where this key is, or would go. */
static uint32_t *find(const struct index *x, uint64_t key)
{
	size_t mask = ((size_t)1 << x->bits) - 1;
	size_t i = (size_t)(key * x->factor >> (64 - x->bits));

	while (x->slots[i] != 0 && x->key_of(x->owner, x->slots[i] - 1) != key)
		i = (i + 1) & mask;
	return &x->slots[i];
}

static void grow(struct index *x)
{
	uint32_t *old = x->slots;
	size_t n = (size_t)1 << x->bits++;

	x->slots = mem_array(x, uint32_t, 2 * n);
	for (size_t i = 0; i < n; i++)
		if (old[i] != 0)
			*find(x, x->key_of(x->owner, old[i] - 1)) = old[i];
	mem_free(old);
}

uint32_t index_find(const struct index *x, uint64_t key)
{
	return *find(x, key) - 1;
}

void index_add(struct index *x, uint32_t place)
{
	if (++x->used * 2 > (size_t)1 << x->bits)
		grow(x);
	*find(x, x->key_of(x->owner, place)) = place + 1;
}
