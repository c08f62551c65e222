/* SPDX-License-Identifier: MIT */
#include "tests/schema.h"
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool fits(json_t *whole, json_t *value, json_t *schema);

static bool is_type(const json_t *value, const json_t *type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object", [JSON_ARRAY] = "array",
		[JSON_STRING] = "string", [JSON_INTEGER] = "integer",
		[JSON_REAL] = "number",   [JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean", [JSON_NULL] = "null",
	};

	return strcmp(names[json_typeof(value)], json_string_value(type)) == 0;
}

static bool type_fits(const json_t *value, const json_t *types)
{
	bool any = false;

	if (json_is_string(types))
		return is_type(value, types);
	for (size_t i = 0; i < json_array_size(types); i++)
		any |= is_type(value, json_array_get(types, i));
	return any;
}

static bool enum_fits(const json_t *value, const json_t *values)
{
	bool any = false;

	for (size_t i = 0; i < json_array_size(values); i++)
		any |= json_equal(value, json_array_get(values, i)) != 0;
	return any;
}

static bool pattern_fits(const json_t *value, const json_t *pattern)
{
	regex_t regex;
	bool good;

	if (regcomp(&regex, json_string_value(pattern), REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	good = regexec(&regex, json_string_value(value), 0, NULL, 0) == 0;
	regfree(&regex);
	return good;
}

static bool members_fit(json_t *whole, json_t *value, json_t *schema)
{
	json_t *known = json_object_get(schema, "properties"), *one;
	json_t *required = json_object_get(schema, "required");
	bool open = !json_is_false(json_object_get(schema, "additionalProperties"));
	const char *key;

	for (size_t i = 0; i < json_array_size(required); i++)
		if (json_object_get(value, json_string_value(
						   json_array_get(required, i))) == NULL)
			return false;
	json_object_foreach(value, key, one)
	{
		json_t *inner = json_object_get(known, key);

		if (inner == NULL ? !open : !fits(whole, one, inner))
			return false;
	}
	return true;
}

static bool items_fit(json_t *whole, json_t *value, json_t *items)
{
	for (size_t i = 0; items != NULL && i < json_array_size(value); i++)
		if (!fits(whole, json_array_get(value, i), items))
			return false;
	return true;
}

static json_t *referred(json_t *whole, const json_t *ref)
{
	const char *name = json_string_value(ref);

	if (strncmp(name, "#/$defs/", 8) != 0)
		return NULL;
	return json_object_get(json_object_get(whole, "$defs"), name + 8);
}

static bool one_fits(json_t *whole, json_t *value, json_t *schema)
{
	json_t *ref = json_object_get(schema, "$ref");
	json_t *type = json_object_get(schema, "type");
	json_t *values = json_object_get(schema, "enum");
	json_t *constant = json_object_get(schema, "const");
	json_t *pattern = json_object_get(schema, "pattern");
	json_t *minimum = json_object_get(schema, "minimum");

	if (ref != NULL &&
	    (referred(whole, ref) == NULL || !fits(whole, value, referred(whole, ref))))
		return false;
	return (type == NULL || type_fits(value, type)) &&
	       (values == NULL || enum_fits(value, values)) &&
	       (constant == NULL || json_equal(value, constant)) &&
	       (pattern == NULL || !json_is_string(value) ||
		pattern_fits(value, pattern)) &&
	       (minimum == NULL || !json_is_integer(value) ||
		json_integer_value(value) >= json_integer_value(minimum)) &&
	       (!json_is_object(value) || members_fit(whole, value, schema)) &&
	       (!json_is_array(value) ||
		items_fit(whole, value, json_object_get(schema, "items")));
}

static bool fits(json_t *whole, json_t *value, json_t *schema)
{
	char *text;

	if (one_fits(whole, value, schema))
		return true;
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	printf("does not fit: %.200s\n", text ? text : "");
	free(text);
	return false;
}

bool schema_fits(json_t *value, json_t *schema)
{
	return fits(schema, value, schema);
}
