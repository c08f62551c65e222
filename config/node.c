/* SPDX-License-Identifier: MIT */
#include "config/yaml.h"

static const struct node *get(const struct node *map, const char *key, size_t len)
{
	if (map == NULL || map->kind != NODE_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strncmp(map->keys[i]->text, key, len) == 0 &&
		    map->keys[i]->text[len] == '\0')
			return map->items[i];
	return NULL;
}

const struct node *node_get(const struct node *map, const char *key)
{
	return get(map, key, strlen(key));
}

const struct node *node_path(const struct node *map, const char *path)
{
	size_t len;

	for (; map != NULL; path += len + 1) {
		len = strcspn(path, ".");
		map = get(map, path, len);
		if (path[len] == '\0')
			break;
	}
	return map;
}

static void put(struct node *map, const struct node *key, const struct node *value)
{
	map->keys[map->n] = key;
	map->items[map->n++] = value;
}

/* A map of the same place with room for n keys. */
static struct node *map_like(TALLOC_CTX *ctx, const struct node *model, size_t n)
{
	struct node *map = mem_new(ctx, struct node);

	*map = *model;
	map->keys = mem_array(map, const struct node *, n);
	map->items = mem_array(map, const struct node *, n);
	map->n = 0;
	return map;
}

const struct node *node_merge(TALLOC_CTX *ctx, const struct node *base,
			      const struct node *over)
{
	struct node *map;

	if (base->kind != NODE_MAP || over->kind != NODE_MAP)
		return over;
	map = map_like(ctx, over, base->n + over->n);
	for (size_t i = 0; i < over->n; i++) {
		const struct node *below = node_get(base, over->keys[i]->text);

		put(map, over->keys[i],
		    below ? node_merge(ctx, below, over->items[i]) : over->items[i]);
	}
	for (size_t i = 0; i < base->n; i++)
		if (node_get(over, base->keys[i]->text) == NULL)
			put(map, base->keys[i], base->items[i]);
	return map;
}

const struct node *node_without(TALLOC_CTX *ctx, const struct node *map, const char *path)
{
	size_t len = strcspn(path, ".");
	struct node *copy;

	if (map->kind != NODE_MAP)
		return map;
	copy = map_like(ctx, map, map->n);
	for (size_t i = 0; i < map->n; i++) {
		const char *key = map->keys[i]->text;
		bool hit = strncmp(key, path, len) == 0 && key[len] == '\0';

		if (!hit)
			put(copy, map->keys[i], map->items[i]);
		else if (path[len] == '.')
			put(copy, map->keys[i],
			    node_without(ctx, map->items[i], path + len + 1));
	}
	return copy;
}
