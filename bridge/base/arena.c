/* SPDX-License-Identifier: MIT */
#include "bridge/base/arena.h"

enum {
	BLOCK_MIN = 16 << 10,
	BLOCK_MAX = 16 << 20,
	ALIGN = 8,
};

struct arena {
	char *at;
	size_t left;
	size_t block; /* size of the next one */
};

struct arena *arena_new(TALLOC_CTX *ctx)
{
	struct arena *arena = mem_new(ctx, struct arena);

	arena->block = BLOCK_MIN;
	return arena;
}

static char *take(struct arena *arena, size_t size)
{
	char *at;

	if (size > arena->left) {
		arena->left = size > arena->block ? size : arena->block;
		arena->at = mem_room(arena, arena->left);
		if (arena->block < BLOCK_MAX)
			arena->block *= 2;
	}
	at = arena->at;
	arena->at += size;
	arena->left -= size;
	return at;
}

void *arena_take(struct arena *arena, size_t size)
{
	size_t gap = -(uintptr_t)arena->at & (ALIGN - 1);

	if (gap < arena->left)
		take(arena, gap);
	return take(arena, (size + ALIGN - 1) & ~(size_t)(ALIGN - 1));
}

const char *arena_keep(struct arena *arena, const void *bytes, size_t len)
{
	char *copy = take(arena, len + 1);

	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}
