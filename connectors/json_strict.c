/* SPDX-License-Identifier: MIT */
#include "connectors/json_strict.h"
#include "bridge/base/mem.h"
#include <stdlib.h>
#include <strings.h>

#define FEW 8

static struct err *bad(const char *why)
{
	return err_new(ERR_INCOMPLETE, "the answer is no usable JSON: %s", why);
}

static size_t skip_string(const char *bytes, size_t at, size_t len)
{
	for (at++; at < len && bytes[at] != '"'; at++)
		if (bytes[at] == '\\')
			at++;
	return at;
}

/* Brackets and commas outside of strings; whether they fit is jansson's matter. */
static struct err *check_limits(const char *bytes, size_t len)
{
	size_t depth = 0, values = 1;

	for (size_t at = 0; at < len; at++) {
		char c = bytes[at];

		if (c == '"')
			at = skip_string(bytes, at, len);
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		values += c == ',' || c == '{' || c == '[';
		if (depth > JSON_STRICT_DEPTH)
			return bad("it is nested too deeply");
		if (values > JSON_STRICT_VALUES)
			return bad("it has too many values");
	}
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_twins(json_t *object)
{
	const char *few[FEW], **names = few;
	size_t n = json_object_size(object), i = 0;
	AUTO_MEM TALLOC_CTX *tmp = n > FEW ? mem_ctx(NULL) : NULL;
	const char *key;
	json_t *value;

	if (n > FEW)
		names = mem_array(tmp, const char *, n);
	json_object_foreach(object, key, value) names[i++] = key;
	qsort(names, n, sizeof(*names), by_name);
	for (i = 1; i < n; i++)
		if (strcasecmp(names[i - 1], names[i]) == 0)
			return true;
	return false;
}

static struct err *check_names(json_t *json)
{
	struct err *err = NULL;
	const char *key;
	json_t *value;
	size_t i;

	if (json_is_array(json)) {
		json_array_foreach(json, i, value)
		{
			err = check_names(value);
			if (err != NULL)
				return err;
		}
	} else if (json_is_object(json)) {
		if (has_twins(json))
			return bad("a name stands twice in one object");
		json_object_foreach(json, key, value)
		{
			err = check_names(value);
			if (err != NULL)
				return err;
		}
	}
	return NULL;
}

struct err *json_strict_read(const char *bytes, size_t len, json_t **out)
{
	static const char mark[] = "\xEF\xBB\xBF";
	json_error_t error;
	struct err *err;

	*out = NULL;
	if (len >= 3 && memcmp(bytes, mark, 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	if (len == 0)
		return bad("it is empty");
	err = check_limits(bytes, len);
	if (err != NULL)
		return err;
	*out = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
	if (*out == NULL)
		return bad(error.text);
	err = json_is_object(*out) ? check_names(*out) : bad("it is no object");
	if (err != NULL) {
		json_decref(*out);
		*out = NULL;
	}
	return err;
}

json_t *json_member(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);
	const char *key;

	if (value == NULL && json_is_object(object)) {
		json_t *each;

		json_object_foreach(object, key, each) if (strcasecmp(key, name) == 0)
			value = each;
	}
	return json_is_null(value) ? NULL : value;
}

char *json_text(void *ctx, json_t *value)
{
	if (json_is_string(value))
		return mem_strdup(ctx, json_string_value(value));
	if (json_is_integer(value))
		return mem_printf(ctx, "%lld", (long long)json_integer_value(value));
	if (json_is_real(value))
		return mem_printf(ctx, "%.17g", json_real_value(value));
	if (json_is_boolean(value))
		return mem_strdup(ctx, json_is_true(value) ? "true" : "false");
	return NULL;
}

bool json_number(json_t *value, int64_t *out)
{
	const char *text = json_string_value(value);
	char *end;

	if (json_is_integer(value)) {
		*out = json_integer_value(value);
		return true;
	}
	if (json_is_real(value) && json_real_value(value) >= 0 &&
	    json_real_value(value) < 1e15) {
		*out = (int64_t)json_real_value(value);
		return true;
	}
	if (text == NULL || *text < '0' || *text > '9' || strlen(text) > 18)
		return false;
	*out = strtoll(text, &end, 10);
	return *end == '\0';
}

void json_auto_decref(json_t **json)
{
	json_decref(*json);
}
