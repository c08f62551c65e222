/* SPDX-License-Identifier: MIT */
#include "config/load_p.h"
#include <stdlib.h>

/* ---- which there are ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct directory_words *)a)->key->text,
		      ((const struct directory_words *)b)->key->text);
}

static bool is_good(const struct building *b, const struct node *key,
		    const struct node *map)
{
	if (!is_short_name(key->text))
		problem(b->problems, &key->at,
			"the name of a directory is at most %d letters, digits, \"-\", "
			"\"_\" and \".\", not \"%s\"",
			NAME_MAX_LEN, key->text);
	if (map->kind != NODE_MAP)
		problem(b->problems, &map->at,
			"directory \"%s\" must be a map of settings", key->text);
	return map->kind == NODE_MAP;
}

static void list_named(struct building *b, const struct node *all)
{
	b->directories = mem_array(b->load->scratch, struct directory_words, all->n);
	for (size_t i = 0; i < all->n; i++)
		if (is_good(b, all->keys[i], all->items[i]))
			b->directories[b->n_directories++] =
				(struct directory_words){ .key = all->keys[i],
							  .own = all->items[i] };
	if (b->n_directories > 0)
		qsort(b->directories, b->n_directories, sizeof *b->directories, by_name);
}

static void list(struct building *b)
{
	const struct node *all = node_get(b->map, "directories");

	if (all == NULL) {
		b->directories = mem_new(b->load->scratch, struct directory_words);
		b->directories->key = b->key;
		b->n_directories = 1;
	} else if (all->kind != NODE_MAP || all->n == 0) {
		problem(b->problems, &all->at,
			"\"directories\" must be a map of directories by name");
	} else {
		list_named(b, all);
	}
}

/* ---- what holds of each ---- */

/* What a source, or a profile, says of a directory of its own. */
static const struct node *said_of(const struct directory_words *d, const struct node *map)
{
	const struct node *all = map ? node_get(map, "directories") : NULL;
	const struct node *own =
		all != NULL && d->own != NULL ? node_get(all, d->key->text) : NULL;

	return own != NULL && own->kind == NODE_MAP ? own : NULL;
}

static const char *type_of(const struct building *b, const struct directory_words *d)
{
	const struct node *maps[] = { said_of(d, b->own), b->own, said_of(d, b->profile),
				      b->profile };

	for (size_t i = 0; i < ARRAY_LEN(maps); i++)
		if (maps[i] != NULL && text_at(maps[i], "type") != NULL)
			return text_at(maps[i], "type");
	return NULL;
}

static void find_words(struct building *b, struct directory_words *d)
{
	const struct node *own, *profile;

	d->type = type_of(b, d);
	d->table = b->load->connectors(d->type);
	own = inherit(b, d->table, b->own, said_of(d, b->own), "directory", "source");
	profile = inherit(b, d->table, b->profile, said_of(d, b->profile), "directory",
			  "profile");
	d->map = inherit(b, d->table, profile, own, "source", "profile");
	if (profile != NULL && b->own->file->included)
		check_tenant_base(b, d->table, profile, own);
}

void directories_find(struct building *b)
{
	list(b);
	for (size_t i = 0; i < b->n_directories; i++)
		find_words(b, &b->directories[i]);
}

/* ---- read against the table of its type ---- */

/* What it says itself must be known; of what it inherits, the rest is another's. */
static void read_one(struct building *b, struct directory_words *d, bool profile)
{
	TALLOC_CTX *scratch = b->load->scratch;
	struct settings *sets[] = { settings_new(scratch, config_directory_settings),
				    NULL };
	struct reading r = { scratch, b->problems, sets, 1, true };

	if (d->table != NULL)
		sets[r.n_sets++] = d->settings = settings_new(b->ctx, d->table);
	else if (d->type != NULL)
		problem(b->problems, &node_get(d->map, "type")->at,
			"there is no kind of directory named \"%s\"%s", d->type,
			did_you_mean(scratch, d->type, b->load->connector_names));
	read_settings(&r, d->map);
	if (!profile)
		read_required(&r, d->map, &d->key->at);
	if (d->own == NULL || d->table == NULL)
		return;
	sets[1] = settings_new(scratch, d->table);
	r.open = false;
	read_settings(&r, d->own);
}

void directories_read(struct building *b, bool profile)
{
	for (size_t i = 0; i < b->n_directories; i++)
		read_one(b, &b->directories[i], profile);
}
