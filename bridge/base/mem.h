/* SPDX-License-Identifier: MIT */
/*
 * Memory that we own comes from talloc: the context is the first parameter, the
 * result belongs to it and is freed with it. Nothing here returns NULL: out of
 * memory ends the process, and the store's transaction makes that harmless.
 *
 * A size that comes from outside (a page, a value, a document) must meet a limit
 * before it reaches these functions; passing the limit is an ordinary error.
 *
 * A returned const pointer is borrowed; a returned plain pointer was made in the
 * ctx that was given.
 *
 * talloc refuses a block of 256 MiB, and what grows with a directory may need more. A
 * block of that size comes from malloc() and hangs off a small object of the ctx, with
 * which it is freed. It is no context itself, and talloc's own functions do not know it:
 * mem_free() and mem_steal() do.
 */
#ifndef DIRBRIDGE_BASE_MEM_H
#define DIRBRIDGE_BASE_MEM_H

#include "bridge/base/attr.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <talloc.h>

/* One zeroed object, or an array of n zeroed objects, of this type. */
#define mem_new(ctx, type)      ((type *)mem_zero_(ctx, sizeof(type), 1, #type))
#define mem_array(ctx, type, n) ((type *)mem_zero_(ctx, sizeof(type), (n), #type))

/* An array grown to hold at least n objects; capacity doubles; new ones are not zeroed.
 */
#define mem_grow(ctx, array, n, capacity)                                                \
	((array) = mem_grow_(ctx, (array), sizeof(*(array)), (n), (capacity)))

/* A context with no parent's name to remember; free it, or use AUTO_MEM. */
#define mem_ctx(parent) mem_ctx_(parent, __func__)

/* A context that is freed when the variable goes out of scope. NULL is allowed. */
#define AUTO_MEM AUTO(mem_auto_free)

char *mem_strdup(TALLOC_CTX *ctx, const char *text);
char *mem_strndup(TALLOC_CTX *ctx, const char *text, size_t len);
void *mem_dup(TALLOC_CTX *ctx, const void *bytes, size_t len);
char *mem_printf(TALLOC_CTX *ctx, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *mem_vprintf(TALLOC_CTX *ctx, const char *fmt, va_list args) PRINTF_LIKE(2, 0);
void mem_free(void *object);

/* Give an object, and all that belongs to it, to another context; returns it. */
void *mem_steal(TALLOC_CTX *ctx, void *object);

/* Room for this many bytes, which are not zeroed. */
void *mem_room(TALLOC_CTX *ctx, size_t size);

void *mem_zero_(TALLOC_CTX *ctx, size_t size, size_t n, const char *name);
void *mem_grow_(TALLOC_CTX *ctx, void *array, size_t size, size_t n, size_t *capacity);
TALLOC_CTX *mem_ctx_(TALLOC_CTX *parent, const char *name);
void mem_auto_free(void *variable);

#include "bridge/base/banned.h"
#endif
