/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/record/dn.h"
#include "config/load_p.h"

#define KEPT "released" /* where problems say that it stands */

/* A text of config_decides() as a tree that belongs to scratch. */
static struct config_file *read_text(TALLOC_CTX *scratch, const char *text)
{
	struct config_file *file = mem_new(scratch, struct config_file);

	file->problems = problems_new(scratch);
	file->yaml = (struct yaml_file){ .path = KEPT, .folder = "/", .kept = true };
	file->root = yaml_parse(scratch, &file->yaml, text, strlen(text), file->problems,
				&file->whole);
	if (file->whole && (file->root == NULL || file->root->kind != NODE_MAP))
		problem(file->problems, &(struct place){ KEPT, 0, 0 },
			"must be a map of settings");
	return file;
}

/* Without these it is the text of something else. */
static void check_whole(const struct config_file *file)
{
	static const char *const needed[] = { "organization", "grants", "type" };
	bool several = node_get(file->root, "directories") != NULL;

	for (size_t i = 0; i < ARRAY_LEN(needed) - several; i++)
		if (node_get(file->root, needed[i]) == NULL)
			problem(file->problems, &file->root->at, "\"%s\" is missing",
				needed[i]);
}

struct err *config_released(TALLOC_CTX *ctx, const char *text, const char *name,
			    config_connector_fn connectors,
			    const struct source_config **out)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	static const char *const no_names[] = { NULL };
	struct loader l = { .scratch = scratch,
			    .config = mem_new(ctx, struct config),
			    .connectors = connectors,
			    .connector_names = no_names };
	struct source_config *source = mem_new(l.config, struct source_config);
	const struct node key = { .kind = NODE_TEXT, .text = name, .at = { KEPT, 0, 0 } };
	struct config_file *file = read_text(scratch, text);
	size_t n = problems_count(file->problems);

	if (n == 0)
		check_whole(file);
	if (n == 0)
		load_released(&l, file, &key, source);
	if (problems_count(file->problems) == 0) {
		*out = source;
		return NULL;
	}
	mem_free(l.config);
	return err_new(ERR_CONFIG, "%s", problems_lines(scratch, file->problems, &n)[0]);
}

/* ---- where it reads ---- */

/* "DN?scope?filter", as the settings of LDAP write it. */
static enum config_reads reads_at(const char *base, const struct value *dn)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	size_t len = strcspn(base, "?");
	const char *scope = base + len + (base[len] == '?');
	bool whole = *scope == '\0' || strcmp(scope, "sub") == 0;
	struct value place, own;
	struct err *err = dn_key(tmp, base, len, &place);

	if (err == NULL)
		err = dn_key(tmp, dn->bytes, dn->len, &own);
	if (err != NULL) {
		err_free(err);
		return CONFIG_READS_UNKNOWN;
	}
	if (!dn_is_below(&own, &place))
		return CONFIG_READS_NOT;
	return whole ? CONFIG_READS : CONFIG_READS_UNKNOWN;
}

static enum config_reads likelier(enum config_reads a, enum config_reads b)
{
	if (a == CONFIG_READS || b == CONFIG_READS)
		return CONFIG_READS;
	return a == CONFIG_READS_UNKNOWN ? a : b;
}

static enum config_reads directory_reads(const struct settings *settings,
					 const struct value *dn)
{
	const struct setting *row = setting_find(settings_table(settings), "base");
	const char *const *base;
	enum config_reads reads = CONFIG_READS_NOT;

	if (row == NULL || row->type != SETTING_TEXTS)
		return CONFIG_READS_UNKNOWN;
	base = settings_texts(settings, "base");
	if (*base == NULL)
		return CONFIG_READS_UNKNOWN;
	for (; *base != NULL; base++)
		reads = likelier(reads, reads_at(*base, dn));
	return reads;
}

enum config_reads config_reads(const struct source_config *source, const struct value *dn)
{
	enum config_reads reads = CONFIG_READS_NOT;

	for (size_t i = 0; i < source->n_directories; i++)
		reads = likelier(reads,
				 directory_reads(source->directories[i].settings, dn));
	return reads;
}

/* ---- in what two differ ---- */

struct differences {
	TALLOC_CTX *scratch;
	struct config_difference *all;
	size_t n, capacity;
};

static void add_node(struct str *out, const struct node *node)
{
	const char *ends = node->kind == NODE_MAP ? "{}" : "[]";

	if (node->kind == NODE_TEXT) {
		str_add(out, node->text);
		return;
	}
	str_add_char(out, ends[0]);
	for (size_t i = 0; i < node->n; i++) {
		str_add(out, i > 0 ? ", " : "");
		if (node->kind == NODE_MAP)
			str_addf(out, "%s: ", node->keys[i]->text);
		add_node(out, node->items[i]);
	}
	str_add_char(out, ends[1]);
}

/* A list of one is written as people write it. */
static char *text_of(TALLOC_CTX *ctx, const struct node *node)
{
	struct str *out;

	if (node == NULL)
		return NULL;
	out = str_new(ctx);
	if (node->kind == NODE_LIST && node->n == 1 && node->items[0]->kind == NODE_TEXT)
		node = node->items[0];
	add_node(out, node);
	return str_take(ctx, out);
}

static bool same(TALLOC_CTX *scratch, const struct node *a, const struct node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->kind == b->kind &&
	       strcmp(text_of(scratch, a), text_of(scratch, b)) == 0;
}

static void compare(struct differences *d, const char *name, const struct node *a,
		    const struct node *b);

static bool is_maps(const struct node *list)
{
	return list != NULL && list->kind == NODE_LIST && list->n > 0 &&
	       list->items[0]->kind == NODE_MAP;
}

/* Rules: what is alike at both ends of the lists has only moved. */
static void compare_rules(struct differences *d, const char *name, const struct node *a,
			  const struct node *b)
{
	size_t first = 0, n_a = a->n, n_b = b->n;

	while (first < n_a && first < n_b &&
	       same(d->scratch, a->items[first], b->items[first]))
		first++;
	while (n_a > first && n_b > first &&
	       same(d->scratch, a->items[n_a - 1], b->items[n_b - 1])) {
		n_a--;
		n_b--;
	}
	for (size_t i = first; i < n_a || i < n_b; i++)
		compare(d, mem_printf(d->scratch, "%s %zu", name, i + 1),
			i < n_a ? a->items[i] : NULL, i < n_b ? b->items[i] : NULL);
}

static void compare_maps(struct differences *d, const char *name, const struct node *a,
			 const struct node *b)
{
	for (size_t i = 0; i < b->n; i++) {
		const char *key = b->keys[i]->text;

		compare(d, mem_printf(d->scratch, "%s%s%s", name, *name ? "." : "", key),
			node_get(a, key), b->items[i]);
	}
	for (size_t i = 0; i < a->n; i++) {
		const char *key = a->keys[i]->text;

		if (node_get(b, key) == NULL)
			compare(d,
				mem_printf(d->scratch, "%s%s%s", name, *name ? "." : "",
					   key),
				a->items[i], NULL);
	}
}

static void compare(struct differences *d, const char *name, const struct node *a,
		    const struct node *b)
{
	if (same(d->scratch, a, b))
		return;
	if (a != NULL && b != NULL && a->kind == NODE_MAP && b->kind == NODE_MAP) {
		compare_maps(d, name, a, b);
		return;
	}
	if (a != NULL && b != NULL && a->kind == NODE_LIST && b->kind == NODE_LIST &&
	    (is_maps(a) || is_maps(b))) {
		compare_rules(d, name, a, b);
		return;
	}
	mem_grow(d->scratch, d->all, d->n + 1, &d->capacity);
	d->all[d->n++] = (struct config_difference){ name, text_of(d->scratch, a),
						     text_of(d->scratch, b) };
}

const struct config_difference *config_compare(TALLOC_CTX *ctx, const char *before,
					       const char *after, size_t *n)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct differences d = { .scratch = scratch };
	const struct node *a = read_text(scratch, before)->root;
	const struct node *b = read_text(scratch, after)->root;
	struct config_difference *out;

	if (a != NULL && b != NULL)
		compare(&d, "", a, b);
	out = mem_array(ctx, struct config_difference, d.n + 1);
	for (size_t i = 0; i < d.n; i++)
		out[i] = (struct config_difference){ mem_strdup(out, d.all[i].name),
						     mem_strdup(out, d.all[i].before),
						     mem_strdup(out, d.all[i].after) };
	*n = d.n;
	return out;
}
