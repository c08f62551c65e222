/* SPDX-License-Identifier: MIT */
#include "config/read_p.h"
#include "config/secret.h"
#include "config/settings_p.h"

static void read_map(const struct reading *r, const struct node *map, const char *prefix);

/* A tenant's paths stay in the tenant's folder. */
static bool leaves_folder(const char *path)
{
	if (*path == '/')
		return true;
	for (size_t len; *path != '\0'; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len == 2 && strncmp(path, "..", 2) == 0)
			return true;
	}
	return false;
}

static char *absolute(const struct reading *r, const struct node *node, const char *path)
{
	return *path == '/' ? mem_strdup(r->scratch, path)
			    : mem_printf(r->scratch, "%s/%s", node->file->folder, path);
}

static const char *file_of(const struct reading *r, const struct setting *row,
			   const struct node *node)
{
	if (!node->file->included || !leaves_folder(node->text))
		return absolute(r, node, node->text);
	problem(r->problems, &node->at,
		"\"%s\" must be a path below the folder of this included file",
		row->name);
	return NULL;
}

static const char *secret_of(const struct reading *r, const struct setting *row,
			     const struct node *node)
{
	const char *text = node->text, *why;
	bool tenants = strncmp(text, "secret:", strlen("secret:")) == 0;

	if (!secret_is_reference(text, &why) ||
	    (!node->file->kept && secret_is_kept(text, &why))) {
		problem(r->problems, &node->at, "\"%s\" %s", row->name, why);
		return NULL;
	}
	if (node->file->kept)
		return text;
	if (tenants != node->file->included) {
		problem(r->problems, &node->at, "\"%s\" %s", row->name,
			tenants ? "must not be a secret:NAME, which is for included files"
				: "must be a secret:NAME, because this file is included");
		return NULL;
	}
	if (tenants)
		return secret_keep(r->scratch, node->file->folder, text);
	if (strncmp(text, "file:", strlen("file:")) == 0)
		return mem_printf(r->scratch, "file:%s",
				  absolute(r, node, text + strlen("file:")));
	return text;
}

static void read_text(const struct reading *r, struct settings *s,
		      const struct setting *row, const struct node *node)
{
	const char *text = node->text;
	struct err *err;

	if (node->kind != NODE_TEXT || node->nothing) {
		problem(r->problems, &node->at, "\"%s\" must be a single text",
			row->name);
		return;
	}
	if (row->type == SETTING_FILE && *text != '\0')
		text = file_of(r, row, node);
	else if (row->type == SETTING_SECRET)
		text = secret_of(r, row, node);
	if (text == NULL)
		return;
	err = settings_set(s, row->name, text);
	if (err != NULL)
		problem(r->problems, &node->at, "%s", err_text(err));
	err_free(err);
}

static void read_list(const struct reading *r, struct settings *s,
		      const struct setting *row, const struct node *list)
{
	if (list->n == 0 && (row->flags & SETTING_REQUIRED) != 0)
		problem(r->problems, &list->at, "\"%s\" must not be empty", row->name);
	settings_set_none(s, row->name);
	for (size_t i = 0; i < list->n; i++)
		read_text(r, s, row, list->items[i]);
}

static void read_value(const struct reading *r, struct settings *s,
		       const struct setting *row, const struct node *node)
{
	if (node->nothing)
		problem(r->problems, &node->at, "\"%s\" has no value", row->name);
	else if (row->type == SETTING_MAPS ||
		 (row->type == SETTING_VALUE && node->kind == NODE_MAP))
		return;
	else if (setting_is_list(row) && node->kind == NODE_LIST)
		read_list(r, s, row, node);
	else
		read_text(r, s, row, node);
}

static bool is_section(const struct reading *r, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < r->n_sets; i++)
		for (const struct setting *row = settings_table(r->sets[i]);
		     row->name != NULL; row++)
			if (strncmp(row->name, name, len) == 0 && row->name[len] == '.')
				return true;
	return false;
}

/* What may stand beside the keys that begin with prefix, as far as the next dot. */
static const char *const *names_beside(const struct reading *r, const char *prefix)
{
	size_t n = 0, capacity = 0, len = strlen(prefix);
	const char **names = NULL;

	for (size_t i = 0; i < r->n_sets; i++)
		for (const struct setting *row = settings_table(r->sets[i]);
		     row->name != NULL; row++)
			if (strncmp(row->name, prefix, len) == 0) {
				mem_grow(r->scratch, names, n + 2, &capacity);
				names[n++] =
					mem_strndup(r->scratch, row->name,
						    len + strcspn(row->name + len, "."));
			}
	mem_grow(r->scratch, names, n + 1, &capacity);
	names[n] = NULL;
	return names;
}

static void read_key(const struct reading *r, const struct node *key,
		     const struct node *value, const char *prefix)
{
	const char *name = mem_printf(r->scratch, "%s%s", prefix, key->text);

	if (strchr(key->text, '.') != NULL) {
		problem(r->problems, &key->at,
			"\"%s\" holds a dot; what comes after it belongs in a map", name);
		return;
	}
	for (size_t i = 0; i < r->n_sets; i++) {
		const struct setting *row =
			setting_find(settings_table(r->sets[i]), name);

		if (row != NULL && (row->flags & SETTING_MAIN) != 0 &&
		    key->file->included)
			problem(r->problems, &key->at,
				"\"%s\" is for the main file, and this one is included",
				name);
		else if (row != NULL)
			read_value(r, r->sets[i], row, value);
		if (row != NULL)
			return;
	}
	if (is_section(r, name))
		read_map(r, value, mem_printf(r->scratch, "%s.", name));
	else if (!r->open)
		problem(r->problems, &key->at, "there is no setting \"%s\"%s", name,
			did_you_mean(r->scratch, name, names_beside(r, prefix)));
}

static void read_map(const struct reading *r, const struct node *map, const char *prefix)
{
	if (map->kind != NODE_MAP || map->nothing) {
		problem(r->problems, &map->at, "\"%.*s\" must be a map of settings",
			(int)strlen(prefix) - 1, prefix);
		return;
	}
	for (size_t i = 0; i < map->n && !problems_full(r->problems); i++)
		read_key(r, map->keys[i], map->items[i], prefix);
}

void read_settings(const struct reading *r, const struct node *map)
{
	read_map(r, map, "");
}

void read_required(const struct reading *r, const struct node *map,
		   const struct place *at)
{
	for (size_t i = 0; i < r->n_sets; i++)
		for (const struct setting *row = settings_table(r->sets[i]);
		     row->name != NULL; row++)
			if ((row->flags & SETTING_REQUIRED) != 0 &&
			    node_path(map, row->name) == NULL)
				problem(r->problems, at, "\"%s\" is missing", row->name);
}
