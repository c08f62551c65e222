/* SPDX-License-Identifier: MIT */
/*
 * Many small things that live and die together, one after the other in large blocks:
 * none has a header of its own, none is freed alone, and none ever moves. For what a run
 * reads by the hundred thousand; everything else is talloc's (mem.h).
 *
 * Blocks grow with what is asked for, so that a small arena stays small. As in mem.h,
 * sizes from outside must have met a limit, and nothing here returns NULL.
 */
#ifndef DIRBRIDGE_BASE_ARENA_H
#define DIRBRIDGE_BASE_ARENA_H

#include "bridge/base/mem.h"

struct arena;

/* Freed with ctx, or by mem_free(), and everything in it with it. */
struct arena *arena_new(TALLOC_CTX *ctx);

/* Room for size bytes, not zeroed, at a place where any number may lie. */
void *arena_take(struct arena *arena, size_t size);

/* A copy of the bytes, with a NUL behind them. */
const char *arena_keep(struct arena *arena, const void *bytes, size_t len);

#endif
