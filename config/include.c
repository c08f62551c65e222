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

/* All drafts from first on are of one file, which is not tied to an organization. */
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
		else if (!organization_is_same(own, one))
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
	if (file->tied == NULL)
		check_one_organization(l, first);
}

/* ---- which files those are
 * -------------------------------------------------------------------- */

/* A file that include names, and where it does. */
struct match {
	char *path;
	const char *tied; /* to this organization, or NULL */
	const struct node *by;
};

struct matches {
	struct loader *l;
	struct match *all;
	size_t n, capacity;
};

/* A folder that cannot be read would hide tenants; one that is not there has none. */
static int cannot_look(const char *path UNUSED, int code)
{
	return code != ENOENT && code != ENOTDIR;
}

static void add_matches(struct matches *m, const struct node *node, const char *tied)
{
	struct loader *l = m->l;
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
		mem_grow(l->scratch, m->all, m->n + 1, &m->capacity);
		m->all[m->n++] =
			(struct match){ mem_strdup(l->scratch, found.gl_pathv[i]), tied,
					node };
	}
	globfree(&found);
}

/* One text, or a list; what is neither is told when the settings are read. */
static void add_list(struct matches *m, const struct node *node, const char *tied)
{
	if (node->kind == NODE_TEXT && !node->nothing)
		add_matches(m, node, tied);
	for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		if (node->items[i]->kind == NODE_TEXT)
			add_matches(m, node->items[i], tied);
}

static bool is_list_of_texts(const struct node *node)
{
	if (node->kind == NODE_TEXT)
		return !node->nothing;
	for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++)
		if (node->items[i]->kind != NODE_TEXT || node->items[i]->nothing)
			return false;
	return node->kind == NODE_LIST;
}

static void add_map(struct matches *m, const struct node *map)
{
	struct problems *problems = m->l->main->problems;

	for (size_t i = 0; i < map->n; i++) {
		const struct node *key = map->keys[i], *files = map->items[i];
		const char *tied = organization_path(m->l->scratch, key->text);

		if (tied == NULL)
			problem(problems, &key->at,
				"\"include\" must be a list of files, or a map of them "
				"by organization, and \"%s\" is no path of at most "
				"three names",
				key->text);
		else if (!is_list_of_texts(files))
			problem(problems, &files->at,
				"\"include\" must hold a file or a list of files for "
				"\"%s\"",
				key->text);
		else
			add_list(m, files, tied);
	}
}

static int by_path(const void *a, const void *b)
{
	const struct match *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	if (order == 0)
		order = x->by->at.line - y->by->at.line;
	return order != 0 ? order : x->by->at.column - y->by->at.column;
}

static bool is_repeated(const struct loader *l, const struct match *before,
			const struct match *match)
{
	if (strcmp(before->path, match->path) != 0)
		return false;
	if (match->tied != NULL && !organization_is_same(before->tied, match->tied))
		problem(l->main->problems, &match->by->at,
			"\"%s\" is included for \"%s\" already", match->path,
			before->tied);
	return true;
}

void load_includes(struct loader *l, const struct node *include)
{
	struct matches m = { .l = l };

	if (include->kind == NODE_MAP)
		add_map(&m, include);
	else
		add_list(&m, include, NULL);
	if (m.n > 0)
		qsort(m.all, m.n, sizeof *m.all, by_path);
	for (size_t i = 0; i < m.n; i++) {
		struct config_file *file;

		if (i > 0 && is_repeated(l, &m.all[i - 1], &m.all[i]))
			continue;
		file = load_file(l, m.all[i].path, true);
		file->tied = m.all[i].tied;
		mem_grow(l->scratch, l->tenants, l->n_tenants + 1, &l->tenants_capacity);
		l->tenants[l->n_tenants++] = file;
		load_tenant(l, file);
	}
}
