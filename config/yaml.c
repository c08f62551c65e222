/* SPDX-License-Identifier: MIT */
#include "config/yaml.h"
#include "bridge/base/table.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

struct reader {
	TALLOC_CTX *ctx;
	const struct yaml_file *file;
	struct problems *problems;
	yaml_parser_t parser;
	yaml_event_t event; /* the current one; empty when stopped */
	size_t nodes;
	bool stopped;
};

static struct place place_of(const struct reader *r, const yaml_mark_t *mark)
{
	return (struct place){ r->file->path, (int)mark->line + 1,
			       (int)mark->column + 1 };
}

static void stop(struct reader *r, const yaml_mark_t *mark, const char *why)
{
	struct place at = place_of(r, mark);

	problem(r->problems, &at, "%s", why);
	r->stopped = true;
}

static void stop_at_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	struct place at = place_of(r, &p->problem_mark);
	const char *what = p->problem ? p->problem : "no YAML";

	if (p->error == YAML_READER_ERROR || p->error == YAML_MEMORY_ERROR)
		at.line = 0;
	if (p->context != NULL)
		problem(r->problems, &at, "%s %s", what, p->context);
	else
		problem(r->problems, &at, "%s", what);
	r->stopped = true;
}

static void next(struct reader *r)
{
	yaml_event_delete(&r->event);
	if (!r->stopped && !yaml_parser_parse(&r->parser, &r->event))
		stop_at_syntax(r);
	if (r->stopped)
		memset(&r->event, 0, sizeof r->event);
}

static struct node *node_new(struct reader *r, enum node_kind kind)
{
	struct node *node = mem_new(r->ctx, struct node);

	node->kind = kind;
	node->file = r->file;
	node->at = place_of(r, &r->event.start_mark);
	if (++r->nodes > YAML_NODES_MAX)
		stop(r, &r->event.start_mark, "too many values in one file");
	return node;
}

static const struct node *read_node(struct reader *r, unsigned depth);

static const struct node *read_scalar(struct reader *r)
{
	struct node *node = node_new(r, NODE_TEXT);
	const char *text = (const char *)r->event.data.scalar.value;
	size_t len = r->event.data.scalar.length;

	if (strlen(text) != len)
		problem(r->problems, &node->at, "a text cannot hold a NUL");
	node->text = mem_strdup(node, text);
	node->nothing = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
			(len == 0 || strcmp(text, "~") == 0 || strcmp(text, "null") == 0);
	next(r);
	return node;
}

static const struct node *read_list(struct reader *r, unsigned depth)
{
	struct node *list = node_new(r, NODE_LIST);
	size_t capacity = 0;

	for (next(r); !r->stopped && r->event.type != YAML_SEQUENCE_END_EVENT;) {
		const struct node *item = read_node(r, depth + 1);

		if (item == NULL)
			break;
		mem_grow(list, list->items, list->n + 1, &capacity);
		list->items[list->n++] = item;
	}
	next(r);
	return list;
}

static bool key_is_good(struct reader *r, struct table *seen, const struct node *key)
{
	if (key->kind != NODE_TEXT || key->nothing) {
		problem(r->problems, &key->at, "a key must be a word");
		return false;
	}
	if (table_add(seen, key->text, strlen(key->text), 0) == TABLE_NONE)
		return true;
	problem(r->problems, &key->at, "\"%s\" stands here twice", key->text);
	return false;
}

static const struct node *read_map(struct reader *r, unsigned depth)
{
	struct node *map = node_new(r, NODE_MAP);
	struct table *seen = table_new(map);
	size_t capacity = 0, same = 0;

	for (next(r); !r->stopped && r->event.type != YAML_MAPPING_END_EVENT;) {
		const struct node *key = read_node(r, depth + 1);
		const struct node *value = key ? read_node(r, depth + 1) : NULL;

		if (value == NULL)
			break;
		if (!key_is_good(r, seen, key))
			continue;
		mem_grow(map, map->keys, map->n + 1, &same);
		mem_grow(map, map->items, map->n + 1, &capacity);
		map->keys[map->n] = key;
		map->items[map->n++] = value;
	}
	mem_free(seen);
	next(r);
	return map;
}

static bool is_tagged(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return event->data.scalar.tag != NULL;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.tag != NULL;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.tag != NULL;
	default:
		return false;
	}
}

static const struct node *read_node(struct reader *r, unsigned depth)
{
	const yaml_mark_t mark = r->event.start_mark;

	if (r->stopped)
		return NULL;
	if (depth > YAML_DEPTH_MAX) {
		stop(r, &mark, "nested too deeply");
		return NULL;
	}
	if (is_tagged(&r->event)) {
		stop(r, &mark, "tags are not known here");
		return NULL;
	}
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(r);
	case YAML_SEQUENCE_START_EVENT:
		return read_list(r, depth);
	case YAML_MAPPING_START_EVENT:
		return read_map(r, depth);
	default:
		stop(r, &mark,
		     "aliases are not known here; what sources share is written once, "
		     "as a profile");
		return NULL;
	}
}

static const struct node *read_document(struct reader *r)
{
	const struct node *root = NULL;

	next(r);
	if (r->event.type == YAML_STREAM_START_EVENT)
		next(r);
	if (r->event.type == YAML_DOCUMENT_START_EVENT) {
		next(r);
		root = read_node(r, 1);
	}
	if (r->event.type == YAML_DOCUMENT_END_EVENT)
		next(r);
	if (!r->stopped && r->event.type == YAML_DOCUMENT_START_EVENT)
		stop(r, &r->event.start_mark, "a second document begins here");
	return root;
}

const struct node *yaml_parse(TALLOC_CTX *ctx, const struct yaml_file *file,
			      const char *bytes, size_t len, struct problems *problems,
			      bool *whole)
{
	struct reader r = { .ctx = ctx, .file = file, .problems = problems };
	const struct node *root = NULL;

	*whole = false;
	if (!yaml_parser_initialize(&r.parser)) {
		stop_at_syntax(&r);
		return NULL;
	}
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, len);
	root = read_document(&r);
	*whole = !r.stopped;
	yaml_event_delete(&r.event);
	yaml_parser_delete(&r.parser);
	return root;
}

/* Not blocking, so that a named pipe cannot hold the program up. */
static int open_regular(const char *path, size_t *size, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	*why = NULL;
	if (fd < 0 || fstat(fd, &st) < 0)
		*why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		*why = "it is no regular file";
	else if (st.st_size > (off_t)YAML_SIZE_MAX)
		*why = "it is larger than 4 MiB";
	else
		*size = (size_t)st.st_size;
	return fd;
}

static const char *read_all(int fd, char *bytes, size_t *len)
{
	size_t size = *len;

	for (*len = 0; *len < size;) {
		ssize_t n = read(fd, bytes + *len, size - *len);

		if (n < 0 && errno != EINTR)
			return strerror(errno);
		if (n == 0)
			break;
		if (n > 0)
			*len += (size_t)n;
	}
	return NULL;
}

const struct node *yaml_load(TALLOC_CTX *ctx, const struct yaml_file *file,
			     struct problems *problems, bool *whole)
{
	const struct place at = { file->path, 0, 0 };
	const struct node *root = NULL;
	size_t len = 0;
	const char *why;
	int fd = open_regular(file->path, &len, &why);
	char *bytes = mem_array(ctx, char, len);

	*whole = false;
	if (why == NULL)
		why = read_all(fd, bytes, &len);
	if (why == NULL)
		root = yaml_parse(ctx, file, bytes, len, problems, whole);
	else
		problem(problems, &at, "cannot be read: %s", why);
	if (fd >= 0)
		close(fd);
	mem_free(bytes);
	return root;
}
