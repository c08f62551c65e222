/* SPDX-License-Identifier: MIT */
/*
 * A table from byte strings to numbers (usually an index into an array), with open
 * addressing and a hash (SipHash-2-4) keyed by a random number per process, so that
 * a hostile directory cannot choose names that collide. Its order is never seen:
 * there is no way to walk it, because same input must give same output.
 *
 * Keys are borrowed: they must stay where they are as long as the table lives.
 */
#ifndef DIRBRIDGE_BASE_TABLE_H
#define DIRBRIDGE_BASE_TABLE_H

#include "bridge/base/mem.h"
#include <stdbool.h>

#define TABLE_NONE UINT32_MAX

struct table;

struct table *table_new(TALLOC_CTX *ctx);

/* The value under this key, or TABLE_NONE. */
uint32_t table_get(const struct table *t, const void *key, size_t len);

/* Put a value under a key that may be there already; returns the value that was there
 * before (and is now replaced), or TABLE_NONE. */
uint32_t table_put(struct table *t, const void *key, size_t len, uint32_t value);

/* As table_put, but an existing value stays and is returned; TABLE_NONE when added. */
uint32_t table_add(struct table *t, const void *key, size_t len, uint32_t value);

/* Take a key out; returns its value or TABLE_NONE. */
uint32_t table_remove(struct table *t, const void *key, size_t len);

size_t table_count(const struct table *t);

#endif
