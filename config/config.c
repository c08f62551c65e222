/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "bridge/base/str.h"
#include "config/load_p.h"
#include <stdlib.h>

/* ---- the main file
 * ---------------------------------------------------------------------- */

static const struct node *map_of(struct loader *l, const char *name)
{
	const struct node *node = node_get(l->main->root, name);

	if (node == NULL || node->kind == NODE_MAP)
		return node;
	if (!node->nothing)
		problem(l->main->problems, &node->at, "\"%s\" must be a map by name",
			name);
	return NULL;
}

static void load_main(struct loader *l)
{
	struct settings *file = settings_new(l->config, config_file_settings);
	const struct reading r = { l->scratch, l->main->problems, &file, 1, false };
	const struct place whole = { l->main->yaml.path, 0, 0 };
	const struct node *sources, *root = l->main->root;
	const struct node *include = node_get(root, "include");

	if (!l->main->whole)
		return;
	if (root == NULL || root->kind != NODE_MAP) {
		problem(l->main->problems, &whole, "must be a map of settings");
		return;
	}
	/* As a map it is read with the files that it names. */
	if (include != NULL && include->kind == NODE_MAP)
		root = node_without(l->scratch, root, "include");
	read_settings(&r, root);
	read_required(&r, root, &whole);
	l->config->store = settings_text(file, "store");
	l->profiles = map_of(l, "profiles");
	for (size_t i = 0; l->profiles != NULL && i < l->profiles->n; i++)
		load_profile(l, l->profiles->keys[i], l->profiles->items[i]);
	sources = map_of(l, "sources");
	for (size_t i = 0; sources != NULL && i < sources->n; i++)
		load_source(l, l->main, sources->keys[i], sources->items[i]);
	if (include != NULL)
		load_includes(l, include);
}

/* ---- one source for each name
 * ---------------------------------------------------------------- */

/* By name; the main file's first, then as the files and their lines come. */
static int by_name(const void *a, const void *b)
{
	const struct draft *x = a, *y = b;
	int order = strcmp(x->source.name, y->source.name);

	if (order == 0)
		order = x->file->yaml.included - y->file->yaml.included;
	if (order == 0)
		order = strcmp(x->source.file, y->source.file);
	return order != 0 ? order : x->source.line - y->source.line;
}

static void claimed_twice(const struct draft *by, const struct draft *also)
{
	problem(by->file->problems, &by->key->at, "source \"%s\" is also in \"%s\"",
		by->source.name, also->source.file);
}

/* Whoever claims the name of another stops; the main file's names are not up for it. */
static void unite(struct loader *l)
{
	size_t kept = 0;

	if (l->n_drafts > 0)
		qsort(l->drafts, l->n_drafts, sizeof *l->drafts, by_name);
	for (size_t i = 0; i < l->n_drafts; i++) {
		struct draft *draft = &l->drafts[i];
		struct draft *first = kept > 0 ? &l->drafts[kept - 1] : NULL;

		if (first == NULL ||
		    strcmp(first->source.name, draft->source.name) != 0) {
			l->drafts[kept++] = *draft;
			continue;
		}
		claimed_twice(draft, first);
		if (first->file->yaml.included)
			claimed_twice(first, draft);
	}
	l->n_drafts = kept;
}

/* ---- the result
 * --------------------------------------------------------------------------------- */

static const char *why_broken(struct loader *l, const struct config_file *file)
{
	size_t n;
	const char *const *lines = problems_lines(l->scratch, file->problems, &n);

	return n > 1 ? mem_printf(l->config, "%s (and %zu more)", lines[0], n - 1)
		     : mem_strdup(l->config, lines[0]);
}

static void finish_sources(struct loader *l)
{
	struct source_config *sources =
		mem_array(l->config, struct source_config, l->n_drafts);

	for (size_t i = 0; i < l->n_drafts; i++) {
		const struct config_file *file = l->drafts[i].file;

		sources[i] = l->drafts[i].source;
		if (problems_count(file->problems) > 0)
			sources[i].broken = why_broken(l, file);
	}
	l->config->sources = sources;
	l->config->n_sources = l->n_drafts;
}

static void finish_problems(struct loader *l)
{
	size_t total = 0, n, capacity = 0;
	const char **all = NULL;

	for (size_t i = 0; i < l->n_tenants; i++) {
		const char *const *lines =
			problems_lines(l->config, l->tenants[i]->problems, &n);

		mem_grow(l->config, all, total + n + 1, &capacity);
		for (size_t j = 0; j < n; j++)
			all[total++] = lines[j];
	}
	l->config->problems = all;
	l->config->n_problems = total;
}

static struct err *main_errors(const struct loader *l)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	size_t n;
	const char *const *lines = problems_lines(tmp, l->main->problems, &n);
	struct str *text = str_new(tmp);

	if (n == 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		str_addf(text, "%s%s", i > 0 ? "\n" : "", lines[i]);
	return err_hint(err_new(ERR_CONFIG, "%s", text->text),
			"Every setting is described in dirbridge.yaml(5).");
}

static const struct setting *no_connector(const char *type UNUSED)
{
	return NULL;
}

struct err *config_load(TALLOC_CTX *ctx, const char *path, config_connector_fn connectors,
			const char *const *connector_names, config_check_fn check,
			struct config **out)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct loader l = { .scratch = scratch,
			    .config = mem_new(ctx, struct config),
			    .connectors = connectors ? connectors : no_connector,
			    .connector_names = connector_names,
			    .check = check };
	struct err *err;

	l.main = load_file(&l, path, false);
	load_main(&l);
	unite(&l);
	err = main_errors(&l);
	if (err != NULL) {
		mem_free(l.config);
		return err;
	}
	finish_sources(&l);
	finish_problems(&l);
	*out = l.config;
	return NULL;
}

static struct err *no_source(const struct config *config, const char *name)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char **names = mem_array(tmp, const char *, config->n_sources + 1);
	struct err *err;

	for (size_t i = 0; i < config->n_sources; i++)
		names[i] = config->sources[i].name;
	err = err_new(ERR_CONFIG, "there is no source \"%s\"%s", name,
		      did_you_mean(tmp, name, names));
	if (config->n_problems > 0)
		err = err_hint(err, "It may be in one of the included files that have "
				    "errors; dirbridge check names them.");
	return err;
}

struct err *config_source(const struct config *config, const char *name,
			  const struct source_config **out)
{
	for (size_t i = 0; i < config->n_sources; i++) {
		const struct source_config *source = &config->sources[i];

		if (strcmp(source->name, name) != 0)
			continue;
		if (source->broken != NULL)
			return err_new(ERR_CONFIG, "source \"%s\" cannot be used: %s",
				       name, source->broken);
		*out = source;
		return NULL;
	}
	return no_source(config, name);
}
