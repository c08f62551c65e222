/* SPDX-License-Identifier: MIT */
#include "config/load_p.h"

const char *text_at(const struct node *map, const char *key)
{
	const struct node *node = node_get(map, key);

	return node && node->kind == NODE_TEXT && !node->nothing ? node->text : NULL;
}

static const struct node *own_address(const struct setting *table, const struct node *own)
{
	for (; table->name != NULL; table++)
		if ((table->flags & SETTING_ADDRESS) != 0 &&
		    node_path(own, table->name) != NULL)
			return node_path(own, table->name);
	return NULL;
}

bool is_credential(const struct setting *row)
{
	return row->type == SETTING_SECRET || (row->flags & SETTING_CREDENTIAL) != 0;
}

/* What is said anew with a row: the map of a secret ("bind"), or the row alone. */
static char *unit_of(TALLOC_CTX *ctx, const struct setting *row)
{
	const char *dot = row->type == SETTING_SECRET ? strrchr(row->name, '.') : NULL;

	return mem_strndup(ctx, row->name,
			   dot ? (size_t)(dot - row->name) : strlen(row->name));
}

static bool says_credentials(const struct building *b, const struct setting *row,
			     const struct node *own)
{
	for (; row->name != NULL; row++)
		if (is_credential(row) &&
		    node_path(own, unit_of(b->load->scratch, row)) != NULL)
			return true;
	return false;
}

static bool says_secret(const struct setting *row, const struct node *profile)
{
	for (; row->name != NULL; row++)
		if (row->type == SETTING_SECRET && node_path(profile, row->name) != NULL)
			return true;
	return false;
}

/* Credentials are meant for the address that they are written beside. */
static const struct node *without_credentials(const struct building *b,
					      const struct setting *table,
					      const struct node *profile,
					      const struct node *own, const char *who,
					      const char *from)
{
	const struct node *address = own_address(table, own), *kept = profile;
	bool told = says_secret(table, profile) || says_credentials(b, table, own);

	for (; address != NULL && table->name != NULL; table++) {
		const char *unit = unit_of(b->load->scratch, table);

		if (!is_credential(table) || node_path(profile, table->name) == NULL)
			continue;
		kept = node_without(b->load->scratch, kept, unit);
		if (table->type == SETTING_SECRET ? node_path(own, unit) == NULL : !told)
			problem(b->problems, &address->at,
				"\"%s\" is missing: a %s that sets its own address "
				"inherits no credentials from its %s",
				table->name, who, from);
	}
	return kept;
}

static const char *const *names_of(TALLOC_CTX *ctx, const struct node *map)
{
	const char **names = mem_array(ctx, const char *, map->n + 1);

	for (size_t i = 0; i < map->n; i++)
		names[i] = map->keys[i]->text;
	return names;
}

const struct node *find_profile(const struct building *b, const struct node *own)
{
	const struct node *at = node_get(own, "profile"), *profile = NULL;
	const char *name = text_at(own, "profile");

	if (name == NULL)
		return NULL;
	if (b->load->profiles != NULL)
		profile = node_get(b->load->profiles, name);
	if (profile == NULL)
		problem(b->problems, &at->at, "there is no profile \"%s\"%s", name,
			b->load->profiles ? did_you_mean(b->load->scratch, name,
							 names_of(b->load->scratch,
								  b->load->profiles))
					  : "");
	return profile;
}

const struct node *inherit(const struct building *b, const struct setting *table,
			   const struct node *base, const struct node *over,
			   const char *who, const char *from)
{
	if (base == NULL || over == NULL)
		return base ? base : over;
	if (table != NULL)
		base = without_credentials(b, table, base, over, who, from);
	return node_merge(b->load->scratch, base, over);
}
