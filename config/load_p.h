/* SPDX-License-Identifier: MIT */
/*
 * What the files that make up config_load() share: the load as a whole, and one source
 * (or profile) that is being read. Trees and problems live in scratch; what the result
 * points at lives in config.
 */
#ifndef DIRBRIDGE_CONFIG_LOAD_P_H
#define DIRBRIDGE_CONFIG_LOAD_P_H

#include "config/config.h"
#include "config/read_p.h"

/* One file, and everything that is wrong because of it. */
struct config_file {
	struct yaml_file yaml;
	const struct node *root; /* NULL when nothing could be read */
	bool whole;              /* no error of syntax has cut it short */
	const char *tied;        /* the one organization it may describe, or NULL */
	struct problems *problems;
};

/* A source and the file whose errors break it. */
struct draft {
	struct source_config source;
	struct config_file *file;
	const struct node *key; /* its name, where it is written */
};

struct loader {
	TALLOC_CTX *scratch;
	struct config *config;
	config_connector_fn connectors;
	const char *const *connector_names;
	config_check_fn check; /* or NULL */
	struct config_file *main;
	struct config_file **tenants; /* sorted by path */
	size_t n_tenants, tenants_capacity;
	const struct node *profiles; /* a map, or NULL */
	struct draft *drafts;
	size_t n_drafts, drafts_capacity;
};

/* A file that is read, with its folder found out. */
struct config_file *load_file(struct loader *l, const char *path, bool included);

/* include.c: read every file that include names, their sources too. It is a text, a list
 * of texts, or a map from organizations to either. */
void load_includes(struct loader *l, const struct node *include);

/* source.c: read a source into a new draft; or a profile, only to find what is wrong. */
void load_source(struct loader *l, struct config_file *file, const struct node *key,
		 const struct node *map);
void load_profile(struct loader *l, const struct node *key, const struct node *map);
/* Likewise, what config_decides() wrote of a source, into out, as parts of l->config. */
void load_released(struct loader *l, struct config_file *file, const struct node *key,
		   struct source_config *out);

/* Sources and directories are named alike: at most NAME_MAX_LEN of letters, digits, "-",
 * "_" and ".", the first a letter or a digit. */
#define NAME_MAX_LEN 64
bool is_short_name(const char *name);

/* ---- one source ---------------------------------------------------------------------
 */

/* One of its directories. */
struct directory_words {
	const struct node *key; /* its name; where it has none, the source's */
	const struct node *own; /* the map below that name, or NULL */
	const struct node *map; /* all that holds of it, and the source's own settings */
	const char *type;
	const struct setting *table; /* NULL when the type is missing or unknown */
	struct settings *settings;   /* NULL without a table */
};

struct building {
	struct loader *load;
	struct problems *problems;
	TALLOC_CTX *ctx;            /* of what the result points at */
	const struct node *key;     /* its name */
	const char *tied;           /* the organization it must be of, or NULL */
	const struct node *own;     /* what it says itself */
	const struct node *profile; /* or NULL */
	const struct node *map;     /* the one with the other merged in */
	struct settings *source, *people, *groups;
	struct directory_words *directories; /* sorted by name */
	size_t n_directories;
	struct source_config *out;
};

/* Where a setting is written; the source's name when it is not. */
const struct place *place_of_setting(const struct building *b, const char *path);

/* The filter of a setting that was checked when it was read, or NULL without one. */
const struct filter *filter_of(const struct building *b, const struct settings *s,
			       const char *name);

/* check.c: a problem for each complaint of the kind of directory. */
void check_connector(const struct building *b, const struct directory_words *d);

/* directories.c: which there are, and what holds of each: what the profile says of it,
 * and over that what the source says; then each read against the table of its type. A
 * profile need not be whole. */
void directories_find(struct building *b);
void directories_read(struct building *b, bool profile);

/* value.c: attribute names in lower case; a problem for each that is none. */
const char *const *attribute_names(const struct building *b, const struct place *at,
				   const char *const *names);
void value_read(const struct building *b, const char *path, struct value_rule *out);

/* grants.c */
void grants_read(const struct building *b);

/* limits.c */
void limits_read(const struct building *b);

/* inherit.c: the profile that a source names, or NULL. */
const struct node *find_profile(const struct building *b, const struct node *own);

/* inherit.c: over, with what it lacks taken from base; either may be NULL. Credentials
 * stay with the address that they are written beside; who ("source") inherits from what
 * ("profile") is for people. */
const struct node *inherit(const struct building *b, const struct setting *table,
			   const struct node *base, const struct node *over,
			   const char *who, const char *from);

/* inherit.c: the text of a key, or NULL. */
const char *text_at(const struct node *map, const char *key);

/* inherit.c: true for what says who reads. */
bool is_credential(const struct setting *row);

/* tenant.c: a problem for each base by which a source of an included file would read
 * more under a profile's credentials than the profile does. table may be NULL. */
void check_tenant_base(const struct building *b, const struct setting *table,
		       const struct node *profile, const struct node *own);

/* organization.c: the path as it is kept, or NULL when it is none; whether it is top or
 * lies below; whether both name one. */
char *organization_path(TALLOC_CTX *ctx, const char *text);
bool organization_is_within(const char *path, const char *top);
bool organization_is_same(const char *a, const char *b);

#endif
