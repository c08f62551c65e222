/* SPDX-License-Identifier: MIT */
/*
 * JSON from the other side: read by jansson, after its limits were checked on the bytes
 * themselves, so that neither depth nor numbers can hurt.
 *
 * Refused, beside what is no JSON: more than JSON_STRICT_DEPTH levels or
 * JSON_STRICT_VALUES values, an object with two keys that are equal but for the case of
 * ASCII letters, a NUL in a text, and anything but one object. Names of attributes are
 * equal in any case there (RFC 7643 2.1): two of them leave open which one is meant.
 */
#ifndef DIRBRIDGE_CONNECTORS_JSON_STRICT_H
#define DIRBRIDGE_CONNECTORS_JSON_STRICT_H

#include "bridge/base/err.h"
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_STRICT_DEPTH  32
#define JSON_STRICT_VALUES 4000000

/* The result is for json_decref(). ERR_INCOMPLETE says what is wrong. */
MUST_CHECK struct err *json_strict_read(const char *bytes, size_t len, json_t **out);

/* The value under this name in any case; NULL when there is none, or it is null. */
json_t *json_member(json_t *object, const char *name);

/* A text, or a number or a boolean as one, as a string of ctx; NULL otherwise. */
char *json_text(void *ctx, json_t *value);

/* A whole number, or a text of one. False otherwise. */
bool json_number(json_t *value, int64_t *out);

#define AUTO_JSON AUTO(json_auto_decref)
void json_auto_decref(json_t **json);

#endif
