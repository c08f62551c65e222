/* SPDX-License-Identifier: MIT */
/*
 * From nodes to settings: the one place where a tree of YAML meets the tables. A map
 * may be read against several tables at once; a source is, because its own settings,
 * people, groups and its connector's settings stand side by side.
 */
#ifndef DIRBRIDGE_CONFIG_READ_P_H
#define DIRBRIDGE_CONFIG_READ_P_H

#include "config/settings.h"
#include "config/yaml.h"

struct reading {
	TALLOC_CTX *scratch;
	struct problems *problems;
	struct settings *const *sets;
	size_t n_sets;
	bool open; /* a table is missing, so a key that no other knows may be its */
};

/*
 * Every key of map into the set whose table knows it. Rows of maps and values that are
 * written as a map are left to the caller. A relative path becomes
 * absolute; secret:NAME becomes file: of the tenant's folder.
 */
void read_settings(const struct reading *r, const struct node *map);

/* A problem at this place for each required row that map does not mention. */
void read_required(const struct reading *r, const struct node *map,
		   const struct place *at);

#endif
