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

void *mem_room(TALLOC_CTX *ctx, size_t size)
{
	return large(checked(talloc_size(ctx, size), size), size);
}

void *mem_zero_(TALLOC_CTX *ctx, size_t size, size_t n, const char *name)
{
	void *object;

	if (n == 0)
		n = 1;
	if (n > SIZE_MAX / size)
		out_of_memory(SIZE_MAX);
	object = checked(talloc_named_const(ctx, size * n, name), size * n);
	return memset(large(object, size * n), 0, size * n);
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
	array = checked(talloc_realloc_size(ctx, array, want * size), want * size);
	return large(array, want * size);
}

TALLOC_CTX *mem_ctx_(TALLOC_CTX *parent, const char *name)
{
	return checked(talloc_named_const(parent, 0, name), 0);
}

void *mem_dup(TALLOC_CTX *ctx, const void *bytes, size_t len)
{
	void *copy = checked(talloc_size(ctx, len ? len : 1), len);

	if (len > 0)
		memcpy(copy, bytes, len);
	return copy;
}

char *mem_strndup(TALLOC_CTX *ctx, const char *text, size_t len)
{
	char *copy = checked(talloc_size(ctx, len + 1), len + 1);

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
		talloc_free(object);
}

void mem_auto_free(void *variable)
{
	mem_free(*(void **)variable);
}
