/* SPDX-License-Identifier: MIT */
#include "config/settings_p.h"
#include <jansson.h>
#include <stdlib.h>

static json_t *value_json(const struct setting *row, const struct slot *slot)
{
	json_t *list;

	switch (row->type) {
	case SETTING_BOOL:
		return json_boolean(slot->low);
	case SETTING_NUMBER:
		return json_integer(slot->low);
	case SETTING_TEXTS:
	case SETTING_VALUE:
		list = json_array();
		for (size_t i = 0; i < slot->n; i++)
			json_array_append_new(list, json_string(slot->texts[i]));
		return list;
	default:
		return json_string(slot->texts[0]);
	}
}

char *settings_to_json(TALLOC_CTX *ctx, const struct settings *s)
{
	json_t *object = json_object();
	char *text, *copy;

	for (const struct setting *row = settings_table(s); row->name != NULL; row++) {
		const struct setting *same;
		const struct slot *slot = settings_slot(s, row->name, &same);

		if (slot->given)
			json_object_set_new(object, row->name, value_json(row, slot));
	}
	text = json_dumps(object, JSON_SORT_KEYS | JSON_COMPACT);
	copy = mem_strdup(ctx, text);
	free(text);
	json_decref(object);
	return copy;
}

static struct err *set_json(struct settings *s, const char *name, const json_t *value);

static struct err *set_list(struct settings *s, const char *name, const json_t *list)
{
	const json_t *item;
	size_t i;

	settings_set_none(s, name);
	json_array_foreach(list, i, item)
	{
		struct err *err =
			json_is_string(item)
				? set_json(s, name, item)
				: err_new(ERR_CONFIG, "\"%s\" must be a list of texts",
					  name);
		if (err != NULL)
			return err;
	}
	return NULL;
}

static struct err *set_json(struct settings *s, const char *name, const json_t *value)
{
	const struct setting *row = setting_find(settings_table(s), name);
	char number[32];

	if (row == NULL)
		return err_new(ERR_CONFIG, "there is no setting \"%s\"", name);
	switch (json_typeof(value)) {
	case JSON_STRING:
		return settings_set(s, name, json_string_value(value));
	case JSON_TRUE:
	case JSON_FALSE:
		return settings_set(s, name, json_is_true(value) ? "yes" : "no");
	case JSON_INTEGER:
		snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(value));
		return settings_set(s, name, number);
	case JSON_ARRAY:
		if (setting_is_list(row))
			return set_list(s, name, value);
		break;
	default:
		break;
	}
	return err_new(ERR_CONFIG, "\"%s\" has a value of the wrong kind", name);
}

struct err *settings_from_json(TALLOC_CTX *ctx, const struct setting *table,
			       const char *json, struct settings **out)
{
	json_error_t why;
	json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, &why);
	struct settings *s = settings_new(ctx, table);
	struct err *err = NULL;
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		err = err_new(ERR_CONFIG, "settings are no JSON object");
	json_object_foreach(object, name, value)
	{
		if (err == NULL)
			err = set_json(s, name, value);
	}
	json_decref(object);
	if (err != NULL) {
		mem_free(s);
		return err;
	}
	*out = s;
	return NULL;
}
