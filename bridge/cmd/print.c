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

static void report_json(struct cmd *cmd, const struct err *err)
{
	cmd_json(cmd, json_pack("{s:o}", "error",
				cmd_object("class", err_class_name(err_class(err)),
					   "code", err_code(err), "text", err_text(err),
					   "hint", err_hint_text(err), NULL)));
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
		report_json(cmd, err);
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

json_t *cmd_object(const char *name, ...)
{
	json_t *object = json_object();
	va_list args;

	va_start(args, name);
	for (; name != NULL; name = va_arg(args, const char *))
		json_object_set_new(object, name, cmd_text(va_arg(args, const char *)));
	va_end(args);
	return object;
}

const char *cmd_count(TALLOC_CTX *ctx, int64_t n, const char *what)
{
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
	int columns;
	const char **cells;
	size_t n, capacity;
	size_t *widths;
};

struct grid *grid_new(TALLOC_CTX *ctx, int columns)
{
	struct grid *g = mem_new(ctx, struct grid);

	g->columns = columns;
	g->widths = mem_array(g, size_t, (size_t)columns);
	return g;
}

void grid_row(struct grid *g, ...)
{
	va_list args;

	va_start(args, g);
	for (int i = 0; i < g->columns; i++) {
		const char *text = va_arg(args, const char *);
		const char *cell = escape_name(g, text ? text : "");
		size_t width = escape_width(cell);

		mem_grow(g, g->cells, g->n + 1, &g->capacity);
		g->cells[g->n++] = cell;
		if (width > g->widths[i])
			g->widths[i] = width;
	}
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
