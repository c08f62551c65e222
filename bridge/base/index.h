/* SPDX-License-Identifier: MIT */
/*
 * Finds the things of an array by a number of 64 bits, where there are very many of
 * them: it keeps four bytes a thing, its place, and asks the array's owner for the key
 * that belongs to a place. Where keys are bytes, see table.h.
 *
 * As there, the order is never seen, and where a key lies is scattered by a random
 * number per index. A thing keeps its key and its place as long as the index lives.
 */
#ifndef DIRBRIDGE_BASE_INDEX_H
#define DIRBRIDGE_BASE_INDEX_H

#include "bridge/base/mem.h"

#define INDEX_NONE UINT32_MAX

struct index;

/* The key of what lies at this place; owner is what index_new() was given. */
typedef uint64_t (*index_key_fn)(const void *owner, uint32_t place);

struct index *index_new(TALLOC_CTX *ctx, const void *owner, index_key_fn key_of);

/* The place of what has this key, or INDEX_NONE. */
uint32_t index_find(const struct index *x, uint64_t key);

/* Make what lies at this place known; nothing else with its key may be known yet. */
void index_add(struct index *x, uint32_t place);

#endif
