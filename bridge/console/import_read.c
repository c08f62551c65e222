/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/console/import_p.h"

void reader_start(struct reader *r, import_read_fn *read, void *from)
{
	*r = (struct reader){ .read = read, .from = from, .line = 1, .ahead = -1 };
}

struct err *reader_error(const struct reader *r, const char *fmt, ...)
{
	AUTO_MEM struct str *line = str_new(NULL);
	AUTO_MEM char *text = NULL;
	va_list args;

	va_start(args, fmt);
	text = mem_vprintf(NULL, fmt, args);
	va_end(args);
	/* jansson quotes what it could not read. */
	escape_terminal(line, text, strlen(text), 0);
	return err_hint(err_new(ERR_CONFIG, "line %llu: %s", (unsigned long long)r->line,
				r->limit ? r->limit : line->text),
			"Import what `dirbridge export` wrote; nothing was changed.");
}

static int next(struct reader *r)
{
	int c = r->ahead;

	if (c >= 0) {
		r->ahead = -1;
		return c;
	}
	if (r->limit != NULL)
		return -1;
	if (r->at == r->len) {
		r->at = 0;
		r->len = r->read(r->from, r->buffer, sizeof r->buffer);
		if (r->len == 0)
			return -1;
	}
	if (++r->bytes > IMPORT_BYTES) {
		r->limit = "the document is larger than 8 GiB";
		return -1;
	}
	c = (unsigned char)r->buffer[r->at++];
	r->line += c == '\n';
	return c;
}

int reader_peek(struct reader *r)
{
	int c;

	do
		c = next(r);
	while (c == ' ' || c == '\t' || c == '\n' || c == '\r');
	r->ahead = c;
	return c;
}

struct err *reader_expect(struct reader *r, const char *text)
{
	reader_peek(r);
	for (const char *at = text; *at != '\0'; at++)
		if (next(r) != (unsigned char)*at)
			return reader_error(r, "%s is missing here", text);
	return NULL;
}

/* Strings hide brackets; everything else counts them. */
static void follow(struct reader *r, int c)
{
	if (r->quoted) {
		r->quoted = r->escaped || c != '"';
		r->escaped = !r->escaped && c == '\\';
		return;
	}
	r->quoted = c == '"';
	r->depth += (c == '{' || c == '[') - (c == '}' || c == ']');
	if (r->depth > IMPORT_DEPTH)
		r->limit = "it is nested too deep";
}

/* One character at a time: what stands behind the element is not jansson's. */
static size_t feed(void *buffer, size_t size, void *data)
{
	struct reader *r = data;
	int c = next(r);

	(void)size;
	if (c < 0)
		return 0;
	if (++r->element > IMPORT_ELEMENT)
		r->limit = "one element is larger than 16 MiB";
	follow(r, c);
	if (r->limit != NULL)
		return 0;
	*(char *)buffer = (char)c;
	return 1;
}

struct err *reader_element(struct reader *r, json_t **object)
{
	json_error_t error;

	if (reader_peek(r) != '{')
		return reader_error(r, "an object is missing here");
	r->element = 0;
	r->depth = 0;
	r->quoted = r->escaped = false;
	*object = json_load_callback(
		feed, r, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
	if (*object == NULL || r->limit != NULL) {
		json_decref(*object);
		return reader_error(r, "%s", error.text);
	}
	return NULL;
}
