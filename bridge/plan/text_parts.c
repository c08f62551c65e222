/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/plan/text_p.h"

void paint(struct printer *p, const char *colour)
{
	if (p->style->colour)
		str_addf(p->out, "\x1b[%sm", colour);
}

void unpaint(struct printer *p)
{
	paint(p, "0");
}

const char *colour_of(char sign)
{
	return sign == '+' ? GREEN : sign == '-' ? RED : sign == '~' ? YELLOW : MAGENTA;
}

void pad(struct printer *p, size_t columns)
{
	str_addf(p->out, "%*s", (int)columns, "");
}

char *escape(TALLOC_CTX *ctx, const char *text, size_t limit)
{
	struct str *s = str_new(ctx);

	escape_terminal(s, text, strlen(text), limit);
	return str_take(ctx, s);
}

/* A name, cut until it fits. */
char *fitting(TALLOC_CTX *ctx, const char *text, size_t columns)
{
	size_t limit = columns < ESCAPE_NAME_LIMIT ? columns : ESCAPE_NAME_LIMIT;
	char *name = escape_name(ctx, text);

	while (escape_width(name) > columns && limit > 1) {
		mem_free(name);
		name = escape(ctx, text, --limit);
	}
	return name;
}

static size_t char_size(const char *at)
{
	size_t n = 1;

	while (((unsigned char)at[n] & 0xC0) == 0x80)
		n++;
	return n;
}

/* How many bytes of an escaped text go on a line: up to a space where there is one. */
static size_t line_size(const char *text, size_t columns)
{
	size_t used = 0, space = 0, at = 0;
	char one[8];

	while (text[at] != '\0') {
		size_t n = char_size(text + at);

		if (n >= sizeof one)
			n = sizeof one - 1;
		memcpy(one, text + at, n);
		one[n] = '\0';
		used += escape_width(one);
		if (used > columns && at > 0)
			return space ? space : at;
		if (text[at] == ' ')
			space = at;
		at += n;
	}
	return at;
}

/* The cursor stands at this column; further lines begin there as well. */
void wrapped(struct printer *p, size_t column, const char *text)
{
	size_t columns = p->width > column ? p->width - column : SIZE_MAX;

	for (;;) {
		size_t n = line_size(text, columns);

		str_add_bytes(p->out, text, n);
		str_add_char(p->out, '\n');
		text += n;
		text += strspn(text, " ");
		if (*text == '\0')
			return;
		pad(p, column);
	}
}

void counted(struct str *out, size_t n, const char *one, const char *many)
{
	str_addf(out, "%zu %s", n, n == 1 ? one : many);
}

void cell(struct printer *p, const char *text, size_t columns)
{
	size_t width = escape_width(text);

	str_add(p->out, text);
	pad(p, (width < columns ? columns - width : 0) + GAP);
}

void print_title(struct printer *p, const char *name, const char *right)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	size_t end = p->width && p->width < HEAD ? p->width : HEAD, len = strlen(right);
	char *left = fitting(scratch, name, p->width ? end - len - 2 : SIZE_MAX);
	size_t used = escape_width(left) + len;

	paint(p, BOLD);
	str_add(p->out, left);
	unpaint(p);
	if (len > 0) {
		pad(p, used + 2 < end ? end - used : 2);
		str_add(p->out, right);
	}
	str_add_char(p->out, '\n');
}

void tell_folded(struct printer *p)
{
	if (p->folded == 0)
		return;
	paint(p, GREEN);
	str_addf(p->out, "  + … and %zu more", p->folded);
	unpaint(p);
	str_add_char(p->out, '\n');
	p->folded = 0;
}
