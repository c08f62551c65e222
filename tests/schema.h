/* SPDX-License-Identifier: MIT */
/*
 * As much of JSON Schema (draft 2020-12) as our schemas use: type, enum, const, required,
 * properties without others, items, pattern, minimum, and $ref within the document.
 */
#ifndef DIRBRIDGE_TESTS_SCHEMA_H
#define DIRBRIDGE_TESTS_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

/* Whether the value is as the schema, a whole document, says; prints where it is not. */
bool schema_fits(json_t *value, json_t *schema);

#endif
