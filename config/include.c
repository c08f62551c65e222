/* SPDX-License-Identifier: MIT */
#include "config/load_p.h"
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>

/* The folder of a path as it is written, with its slash; empty without one. */
static char *folder_of(TALLOC_CTX *ctx, const char *path)
{
	const char *slash = strrchr(path, '/');

	return mem_strndup(ctx, path, slash ? (size_t)(slash - path) + 1 : 0);
}

struct config_file *load_file(struct loader *l, const char *path, bool included)
{
	struct config_file *file = mem_new(l->scratch, struct config_file);
	const char *folder = folder_of(l->scratch, path);
	char real[PATH_MAX];

	file->problems = problems_new(l->scratch);
	file->yaml.path = mem_strdup(l->scratch, path);
	file->yaml.folder = mem_strdup(
		l->scratch, realpath(*folder ? folder : ".", real) ? real : folder);
	file->yaml.included = included;
	file->root = yaml_load(l->scratch, &file->yaml, file->problems, &file->whole);
	return file;
}

/* ---- what a tenant's file may say
 * --------------------------------------------------------- */

static void check_keys(const struct config_file *file)
{
	for (size_t i = 0; i < file->root->n; i++) {
		const struct node *key = file->root->keys[i];

		if (strcmp(key->text, "sources") == 0)
			continue;
		if (setting_find(config_file_settings, key->text) != NULL)
			problem(file->problems, &key->at,
				"\"%s\" is for the main file, and this one is included",
				key->text);
		else
			problem(file->problems, &key->at,
				"an included file holds \"sources\" and nothing else, "
				"not \"%s\"",
				key->text);
	}
}

/* All drafts from first on are of one file. */
static void check_one_organization(const struct loader *l, size_t first)
{
	const char *one = NULL;

	for (size_t i = first; i < l->n_drafts; i++) {
		const struct draft *draft = &l->drafts[i];
		const char *own = draft->source.organization;

		if (own == NULL)
			continue;
		if (one == NULL)
			one = own;
		else if (!organization_is_within(own, one) ||
			 !organization_is_within(one, own))
			problem(draft->file->problems, &draft->key->at,
				"an included file describes one organization: \"%s\" "
				"belongs to \"%s\", the sources before it to \"%s\"",
				draft->source.name, own, one);
	}
}

static void load_tenant(struct loader *l, struct config_file *file)
{
	const struct node *sources;
	size_t first = l->n_drafts;

	if (file->root == NULL || file->root->kind != NODE_MAP) {
		if (file->whole)
			problem(file->problems, &(struct place){ file->yaml.path, 0, 0 },
				"an included file must be a map that holds \"sources\"");
		return;
	}
	check_keys(file);
	sources = node_get(file->root, "sources");
	if (sources == NULL || sources->kind != NODE_MAP || sources->n == 0) {
		problem(file->problems, sources ? &sources->at : &file->root->at,
			"\"sources\" must be a map of sources by name");
		return;
	}
	for (size_t i = 0; i < sources->n && !problems_full(file->problems); i++)
		load_source(l, file, sources->keys[i], sources->items[i]);
	check_one_organization(l, first);
}

/* ---- which files those are
 * -------------------------------------------------------------------- */

/* A folder that cannot be read would hide tenants; one that is not there has none. */
static int cannot_look(const char *path UNUSED, int code)
{
	return code != ENOENT && code != ENOTDIR;
}

static void add_matches(struct loader *l, const struct node *node, char ***paths,
			size_t *n, size_t *capacity)
{
	const char *pattern =
		*node->text == '/'
			? node->text
			: mem_printf(l->scratch, "%s%s",
				     folder_of(l->scratch, node->file->path), node->text);
	glob_t found = { 0 };
	int code = glob(pattern, GLOB_NOSORT, cannot_look, &found);

	if (code == GLOB_NOMATCH && pattern[strcspn(pattern, "*?[")] == '\0')
		problem(l->main->problems, &node->at, "there is no file \"%s\"", pattern);
	else if (code != 0 && code != GLOB_NOMATCH)
		problem(l->main->problems, &node->at, "a folder of \"%s\" cannot be read",
			pattern);
	for (size_t i = 0; code == 0 && i < found.gl_pathc; i++) {
		mem_grow(l->scratch, *paths, *n + 1, capacity);
		(*paths)[(*n)++] = mem_strdup(l->scratch, found.gl_pathv[i]);
	}
	globfree(&found);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void load_includes(struct loader *l, const struct node *patterns)
{
	char **paths = NULL;
	size_t n = 0, capacity = 0;

	if (patterns->kind == NODE_TEXT)
		add_matches(l, patterns, &paths, &n, &capacity);
	for (size_t i = 0; patterns->kind == NODE_LIST && i < patterns->n; i++)
		if (patterns->items[i]->kind == NODE_TEXT)
			add_matches(l, patterns->items[i], &paths, &n, &capacity);
	if (n > 0)
		qsort(paths, n, sizeof *paths, by_text);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && strcmp(paths[i - 1], paths[i]) == 0)
			continue;
		mem_grow(l->scratch, l->tenants, l->n_tenants + 1, &l->tenants_capacity);
		l->tenants[l->n_tenants] = load_file(l, paths[i], true);
		load_tenant(l, l->tenants[l->n_tenants++]);
	}
}
