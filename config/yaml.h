/* SPDX-License-Identifier: MIT */
/*
 * YAML as a tree of nodes that know where they were written. A small, strict part of
 * YAML 1.1: maps with text keys, lists and texts. Refused, each with its place: aliases
 * (so no document grows when it is read), tags, a key that stands twice, a second
 * document, a NUL in a text, more than YAML_DEPTH_MAX levels, YAML_SIZE_MAX bytes or
 * YAML_NODES_MAX nodes.
 *
 * Nothing is typed here: `yes`, `5` and `"5"` are texts. What a text means is the
 * table's business (settings.h).
 */
#ifndef DIRBRIDGE_CONFIG_YAML_H
#define DIRBRIDGE_CONFIG_YAML_H

#include "config/problems_p.h"
#include <stdbool.h>

#define YAML_DEPTH_MAX 32
#define YAML_SIZE_MAX  ((size_t)4 << 20)
#define YAML_NODES_MAX 400000

/* A file of the configuration. Nodes point at it, so it must outlive them. */
struct yaml_file {
	const char *path;   /* as named by whoever asked; what problems show */
	const char *folder; /* absolute; what its relative paths start from */
	bool included;      /* a tenant's, which may do less than the main file */
	bool kept;          /* written by config_decides(): secrets as they are kept */
};

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

/* Immutable once made; parts of one tree may be shared by another. */
struct node {
	enum node_kind kind;
	bool nothing; /* no value at all: `key:`, ~ or null */
	const struct yaml_file *file;
	struct place at;
	const char *text;          /* TEXT */
	const struct node **items; /* LIST; MAP: the values */
	const struct node **keys;  /* MAP: TEXT nodes, in the order of the file */
	size_t n;
};

/*
 * The tree of a file, NULL when there is none; *whole is false when an error of syntax
 * has cut it short. Errors go to problems. file must outlive the result.
 */
const struct node *yaml_load(TALLOC_CTX *ctx, const struct yaml_file *file,
			     struct problems *problems, bool *whole);
const struct node *yaml_parse(TALLOC_CTX *ctx, const struct yaml_file *file,
			      const char *bytes, size_t len, struct problems *problems,
			      bool *whole);

/* The value under a key of a map, or NULL; and along a path with dots ("bind.dn"). */
const struct node *node_get(const struct node *map, const char *key);
const struct node *node_path(const struct node *map, const char *path);

/* over, with what it lacks taken from base: maps key by key, all else replaced whole. */
const struct node *node_merge(TALLOC_CTX *ctx, const struct node *base,
			      const struct node *over);

/* map without what stands under this path with dots. */
const struct node *node_without(TALLOC_CTX *ctx, const struct node *map,
				const char *path);

#endif
