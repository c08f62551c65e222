/* SPDX-License-Identifier: MIT */
#include "bridge/base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

static NORETURN void out_of_memory(size_t size)
{
	fprintf(stderr, "dirbridge: out of memory (%zu bytes); nothing was changed\n",
		size);
	abort();
}

static void *checked(void *object, size_t size)
{
	if (object == NULL)
		out_of_memory(size);
	return object;
}

/*
 * Ask for huge pages under a large object: filling it takes far fewer page faults then.
 * Whole pages, from the first, so that what was mapped as one can grow as one. Where the
 * system has no huge pages nothing happens.
 */
static void *large(void *object, size_t size)
{
	enum { PAGE = 4096, LARGE = 4 << 20 };
	uintptr_t from = (uintptr_t)object & -(uintptr_t)PAGE;
	uintptr_t to = ((uintptr_t)object + size + PAGE - 1) & -(uintptr_t)PAGE;

	if (size >= LARGE)
		madvise((void *)from, to - from, MADV_HUGEPAGE);
	return object;
}

/* ---- what is too large for talloc ---- */

#define TALLOC_LIMIT (256u << 20) /* it refuses a block of this size */

/* Owns a block of malloc() and stands for it where talloc is asked. */
struct owner {
	void *block;
	struct owner *next, **link;
};

static struct owner *owners; /* few: each block is a large one */

static struct owner *owner_of(const void *block)
{
	struct owner *owner = owners;

	while (owner != NULL && owner->block != block)
		owner = owner->next;
	return owner;
}

static int free_block(struct owner *owner)
{
	*owner->link = owner->next;
	if (owner->next != NULL)
		owner->next->link = owner->link;
	free(owner->block);
	return 0;
}

static void *block_new(TALLOC_CTX *ctx, size_t size)
{
	struct owner *owner = checked(talloc(ctx, struct owner), size);

	owner->block = checked(calloc(1, size), size);
	owner->next = owners;
	owner->link = &owners;
	if (owners != NULL)
		owners->link = &owner->next;
	owners = owner;
	talloc_set_destructor(owner, free_block);
	return owner->block;
}

/* What talloc knows the object as. */
static void *handle(void *object)
{
	struct owner *owner = owner_of(object);

	return owner ? owner : object;
}

static void *take(TALLOC_CTX *ctx, size_t size, const char *name)
{
	if (size >= TALLOC_LIMIT)
		return block_new(ctx, size);
	return checked(talloc_named_const(ctx, size, name), size);
}

static void *move(TALLOC_CTX *ctx, void *array, size_t size)
{
	void *block = block_new(array ? talloc_parent(array) : ctx, size);

	if (array != NULL)
		memcpy(block, array, talloc_get_size(array));
	talloc_free(array);
	return block;
}

static void *resize(TALLOC_CTX *ctx, void *array, size_t size)
{
	struct owner *owner = owner_of(array);

	if (owner != NULL)
		return owner->block = checked(realloc(owner->block, size), size);
	if (size >= TALLOC_LIMIT)
		return move(ctx, array, size);
	return checked(talloc_realloc_size(ctx, array, size), size);
}

/* ---- the calls ---- */

void *mem_room(TALLOC_CTX *ctx, size_t size)
{
	return large(take(ctx, size, "room"), size);
}

void *mem_zero_(TALLOC_CTX *ctx, size_t size, size_t n, const char *name)
{
	void *object;

	if (n == 0)
		n = 1;
	if (n > SIZE_MAX / size)
		out_of_memory(SIZE_MAX);
	size *= n;
	object = large(take(ctx, size, name), size);
	return size >= TALLOC_LIMIT ? object : memset(object, 0, size);
}

void *mem_grow_(TALLOC_CTX *ctx, void *array, size_t size, size_t n, size_t *capacity)
{
	size_t want = *capacity ? *capacity : 16;

	if (array != NULL && n <= *capacity)
		return array;
	while (want < n) {
		if (want > SIZE_MAX / 2 / size)
			out_of_memory(SIZE_MAX);
		want *= 2;
	}
	*capacity = want;
	return large(resize(ctx, array, want * size), want * size);
}

TALLOC_CTX *mem_ctx_(TALLOC_CTX *parent, const char *name)
{
	return checked(talloc_named_const(parent, 0, name), 0);
}

void *mem_dup(TALLOC_CTX *ctx, const void *bytes, size_t len)
{
	void *copy = take(ctx, len ? len : 1, "bytes");

	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

char *mem_strndup(TALLOC_CTX *ctx, const char *text, size_t len)
{
	char *copy = take(ctx, len + 1, "text");

	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *mem_strdup(TALLOC_CTX *ctx, const char *text)
{
	return text ? mem_strndup(ctx, text, strlen(text)) : NULL;
}

char *mem_vprintf(TALLOC_CTX *ctx, const char *fmt, va_list args)
{
	return checked(talloc_vasprintf(ctx, fmt, args), 0);
}

char *mem_printf(TALLOC_CTX *ctx, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = mem_vprintf(ctx, fmt, args);
	va_end(args);
	return text;
}

void mem_free(void *object)
{
	if (object != NULL)
		talloc_free(handle(object));
}

void *mem_steal(TALLOC_CTX *ctx, void *object)
{
	if (object != NULL)
		talloc_steal(ctx, handle(object));
	return object;
}

void mem_auto_free(void *variable)
{
	mem_free(*(void **)variable);
}
