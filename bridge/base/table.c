/* SPDX-License-Identifier: MIT */
#include "bridge/base/table.h"
#include "bridge/base/digest.h"
#include <sodium.h>

struct slot {
	const void *key; /* NULL: free, or removed when len is 1 */
	uint32_t len;
	uint32_t value;
	uint64_t hash;
};

struct table {
	struct slot *slots;
	size_t size; /* a power of two */
	size_t used; /* live and removed */
	size_t live;
	uint8_t seed[crypto_shorthash_KEYBYTES];
};

struct table *table_new(TALLOC_CTX *ctx)
{
	struct table *t = mem_new(ctx, struct table);

	random_bytes(t->seed, sizeof t->seed);
	t->size = 64;
	t->slots = mem_array(t, struct slot, t->size);
	return t;
}

static uint64_t hash(const struct table *t, const void *key, size_t len)
{
	uint64_t h;

	crypto_shorthash((uint8_t *)&h, key, len, t->seed);
	return h;
}

static bool is_removed(const struct slot *s)
{
	return s->key == NULL && s->len == 1;
}

static struct slot *find(const struct table *t, const void *key, size_t len, uint64_t h)
{
	struct slot *removed = NULL;

	for (size_t i = h & (t->size - 1);; i = (i + 1) & (t->size - 1)) {
		struct slot *s = &t->slots[i];

		if (is_removed(s)) {
			if (removed == NULL)
				removed = s;
			continue;
		}
		if (s->key == NULL)
			return removed ? removed : s;
		if (s->hash == h && s->len == len && memcmp(s->key, key, len) == 0)
			return s;
	}
}

static void grow(struct table *t)
{
	struct slot *old = t->slots;
	size_t old_size = t->size;

	if (t->live * 2 >= t->size)
		t->size *= 2;
	t->slots = mem_array(t, struct slot, t->size);
	for (size_t i = 0; i < old_size; i++)
		if (old[i].key != NULL)
			*find(t, old[i].key, old[i].len, old[i].hash) = old[i];
	t->used = t->live;
	mem_free(old);
}

uint32_t table_get(const struct table *t, const void *key, size_t len)
{
	const struct slot *s;

	if (t->live == 0)
		return TABLE_NONE;
	s = find(t, key, len, hash(t, key, len));
	return s->key ? s->value : TABLE_NONE;
}

static struct slot *claim(struct table *t, const void *key, size_t len)
{
	uint64_t h = hash(t, key, len);
	struct slot *s;

	if ((t->used + 1) * 4 > t->size * 3)
		grow(t);
	s = find(t, key, len, h);
	if (s->key == NULL) {
		t->used += !is_removed(s);
		t->live++;
		*s = (struct slot){ key, (uint32_t)len, TABLE_NONE, h };
	}
	return s;
}

uint32_t table_put(struct table *t, const void *key, size_t len, uint32_t value)
{
	struct slot *s = claim(t, key, len);
	uint32_t before = s->value;

	s->value = value;
	return before;
}

uint32_t table_add(struct table *t, const void *key, size_t len, uint32_t value)
{
	struct slot *s = claim(t, key, len);
	uint32_t before = s->value;

	if (before == TABLE_NONE)
		s->value = value;
	return before;
}

uint32_t table_remove(struct table *t, const void *key, size_t len)
{
	struct slot *s;
	uint32_t value;

	if (t->live == 0)
		return TABLE_NONE;
	s = find(t, key, len, hash(t, key, len));
	if (s->key == NULL)
		return TABLE_NONE;
	value = s->value;
	*s = (struct slot){ NULL, 1, 0, 0 };
	t->live--;
	return value;
}

size_t table_count(const struct table *t)
{
	return t->live;
}
