/* SPDX-License-Identifier: MIT */
/*
 * Random operations, mostly such as somebody with the right to it would ask for, and how
 * one is printed.
 */
#ifndef DIRBRIDGE_TESTS_MODEL_GEN_H
#define DIRBRIDGE_TESTS_MODEL_GEN_H

#include "tests/model/model.h"

struct gen {
	uint64_t random;
	struct m_op last; /* the one before */
};

uint64_t gen_number(struct gen *g, uint64_t below);
/* The next one; its actor has an account. */
struct m_op gen_op(struct gen *g, const struct m_state *s);
/* It is a transaction of its own, for which none is begun. */
bool gen_alone(enum m_kind kind);
/* Nothing else may come into the transaction after it. */
bool gen_closes(enum m_kind kind);
void gen_print(const struct m_op *op, char *out, size_t size);
struct m_path gen_path(const struct m_state *s, int org);

#endif
