/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/base/escape.h"
#include "bridge/cmd/cmd.h"
#include "bridge/cmd/cmd_p.h"
#include <stdio.h>

static void print_escaped(FILE *to, const char *prefix, const char *text, size_t len)
{
	AUTO_MEM struct str *line = str_new(NULL);

	escape_terminal(line, text, len, 0);
	fprintf(to, "%s%s\n", prefix, line->text);
}

/* ---- errors ---- */

json_t *cmd_error(const struct err *err)
{
	return cmd_object("class", err_class_name(err_class(err)), "code", err_code(err),
			  "text", err_text(err), "hint", err_hint_text(err), NULL);
}

/* Errors of a configuration come many at once, one a line; others are one line. */
static void report_text(const struct err *err)
{
	const char *at = err_text(err);

	while (err_class(err) == ERR_CONFIG && strchr(at, '\n') != NULL) {
		size_t len = strcspn(at, "\n");

		print_escaped(stderr, "dirbridge: ", at, len);
		at += len + 1;
	}
	print_escaped(stderr, "dirbridge: ", at, strlen(at));
	if (err_hint_text(err) != NULL)
		print_escaped(stderr, "  ", err_hint_text(err),
			      strlen(err_hint_text(err)));
}

int cmd_report(struct cmd *cmd, struct err *err)
{
	int status = err_exit_code(err);

	if (cmd->json)
		cmd_json(cmd, json_pack("{s:o}", "error", cmd_error(err)));
	else
		report_text(err);
	err_free(err);
	return status;
}

/* ---- results ---- */

void cmd_say(struct cmd *cmd, const char *fmt, ...)
{
	va_list args;
	char *text;

	if (cmd->json)
		return;
	va_start(args, fmt);
	text = mem_vprintf(cmd, fmt, args);
	va_end(args);
	print_escaped(stdout, "", text, strlen(text));
}

void cmd_json(struct cmd *cmd, json_t *value)
{
	if (cmd->json) {
		json_dumpf(value, stdout, JSON_INDENT(2));
		fputc('\n', stdout);
	}
	json_decref(value);
}

void cmd_json_line(json_t *value)
{
	json_dumpf(value, stdout, JSON_COMPACT);
	fputc('\n', stdout);
	json_decref(value);
}

json_t *cmd_text(const char *text)
{
	AUTO_MEM char *utf8 = text ? escape_utf8(NULL, text, strlen(text)) : NULL;

	return text ? json_string(utf8) : json_null();
}

json_t *cmd_stamp(int64_t time)
{
	AUTO_MEM char *text = time ? clock_format(NULL, time) : NULL;

	return cmd_text(text);
}

static void set_pairs(json_t *object, const char *name, va_list args)
{
	for (; name != NULL; name = va_arg(args, const char *))
		json_object_set_new(object, name, cmd_text(va_arg(args, const char *)));
}

json_t *cmd_object(const char *name, ...)
{
	json_t *object = json_object();
	va_list args;

	va_start(args, name);
	set_pairs(object, name, args);
	va_end(args);
	return object;
}

json_t *cmd_texts(const char *const *list)
{
	json_t *array = json_array();

	for (; list != NULL && *list != NULL; list++)
		json_array_append_new(array, cmd_text(*list));
	return array;
}

const char *cmd_joined(TALLOC_CTX *ctx, const char *before, const char *const *list)
{
	struct str *s = str_new(ctx);

	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		str_addf(s, "%s%s", i > 0 ? ", " : before, list[i]);
	return str_take(ctx, s);
}

const char *cmd_count(TALLOC_CTX *ctx, int64_t n, const char *what)
{
	if (n != 1 && strcmp(what, "person") == 0)
		return mem_printf(ctx, "%lld people", (long long)n);
	return mem_printf(ctx, "%lld %s%s", (long long)n, what, n == 1 ? "" : "s");
}

const char *cmd_age(TALLOC_CTX *ctx, int64_t seconds)
{
	static const struct {
		int64_t size;
		const char *name;
	} units[] = { { CLOCK_DAY, "day" },
		      { CLOCK_HOUR, "hour" },
		      { CLOCK_MINUTE, "minute" } };

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		int64_t n = seconds / units[i].size;

		if (n > 0)
			return cmd_count(ctx, n, units[i].name);
	}
	return "now";
}

/* ---- columns ---- */

struct grid {
	const struct cmd *cmd;
	int columns;
	const char **cells;
	size_t n, capacity;
	size_t *widths;
};

struct grid *grid_new(struct cmd *cmd, int columns)
{
	struct grid *g = mem_new(cmd, struct grid);

	g->cmd = cmd;
	g->columns = columns;
	g->widths = mem_array(g, size_t, (size_t)columns);
	return g;
}

static void add_row(struct grid *g, va_list args)
{
	for (int i = 0; !g->cmd->json && i < g->columns; i++) {
		const char *text = va_arg(args, const char *);
		const char *cell = escape_name(g, text ? text : "");
		size_t width = escape_width(cell);

		mem_grow(g, g->cells, g->n + 1, &g->capacity);
		g->cells[g->n++] = cell;
		if (width > g->widths[i])
			g->widths[i] = width;
	}
}

void grid_row(struct grid *g, ...)
{
	va_list args;

	va_start(args, g);
	add_row(g, args);
	va_end(args);
}

/* Blanks come before the next cell that has something in it, so no line ends in one. */
static void print_row(const struct grid *g, const char *const *cells, const char *indent)
{
	int blanks = 0;

	fputs(indent, stdout);
	for (int i = 0; i < g->columns; i++) {
		if (cells[i][0] != '\0') {
			printf("%*s%s", blanks, "", cells[i]);
			blanks = 0;
		}
		blanks += (int)(g->widths[i] - escape_width(cells[i])) + 2;
	}
	fputc('\n', stdout);
}

void grid_print(const struct grid *g, const char *indent)
{
	for (size_t i = 0; i < g->n; i += (size_t)g->columns)
		print_row(g, g->cells + i, indent);
}

/* ---- lists ---- */

static int drop_array(struct listing *list)
{
	json_decref(list->array);
	return 0;
}

struct listing *listing_new(struct cmd *cmd, int columns)
{
	struct listing *list = mem_new(cmd, struct listing);

	list->cmd = cmd;
	list->grid = grid_new(cmd, columns);
	list->array = json_array();
	talloc_set_destructor(list, drop_array);
	return list;
}

void listing_add(struct listing *list, json_t *element, ...)
{
	va_list args;

	va_start(args, element);
	add_row(list->grid, args);
	va_end(args);
	json_array_append_new(list->array, element);
	list->n++;
}

void listing_end(struct listing *list, const char *key, ...)
{
	json_t *whole = json_object();
	va_list args;
	const char *name;

	va_start(args, key);
	name = va_arg(args, const char *);
	set_pairs(whole, name, args);
	va_end(args);
	json_object_set(whole, key, list->array);
	grid_print(list->grid, "");
	cmd_json(list->cmd, whole);
}
