/* SPDX-License-Identifier: MIT */
#include "connectors/lines.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define READ_SIZE 65536u

struct lines {
	int fd;
	off_t offset;
	size_t max;
	size_t number;
	char *bytes; /* what was read and not yet handed out is start..end */
	size_t start, end, capacity;
	bool over;
	bool cut; /* the line handed out last had no end */
};

struct lines *lines_new(TALLOC_CTX *ctx, int fd, size_t max)
{
	struct lines *l = mem_new(ctx, struct lines);

	l->fd = fd;
	l->max = max;
	mem_grow(l, l->bytes, READ_SIZE, &l->capacity);
	return l;
}

static ssize_t read_some(struct lines *l)
{
	ssize_t n;

	do {
		n = pread(l->fd, l->bytes + l->end, READ_SIZE, l->offset);
		if (n < 0 && errno == ESPIPE)
			n = read(l->fd, l->bytes + l->end, READ_SIZE);
	} while (n < 0 && errno == EINTR);
	return n;
}

static struct err *fill(struct lines *l)
{
	ssize_t n;

	if (l->start > 0) {
		memmove(l->bytes, l->bytes + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	mem_grow(l, l->bytes, l->end + READ_SIZE, &l->capacity);
	n = read_some(l);
	if (n < 0)
		return err_new(ERR_INCOMPLETE, "cannot read: %s", strerror(errno));
	l->over = n == 0;
	l->end += (size_t)n;
	l->offset += n;
	return NULL;
}

/* Hand out len bytes; skip is the length of the line's end. */
static struct err *hand_out(struct lines *l, size_t len, size_t skip, struct value *line)
{
	l->number++;
	l->cut = skip == 0;
	if (len > l->max)
		return err_new(ERR_INCOMPLETE, "the line is longer than %zu bytes",
			       l->max);
	*line = (struct value){ l->bytes + l->start, len };
	if (len > 0 && line->bytes[len - 1] == '\r')
		line->len--;
	l->start += len + skip;
	return NULL;
}

struct err *lines_next(struct lines *l, struct value *line)
{
	size_t searched = 0;
	struct err *err = NULL;

	*line = (struct value){ NULL, 0 };
	while (err == NULL) {
		const char *from = l->bytes + l->start;
		size_t held = l->end - l->start;
		const char *newline = memchr(from + searched, '\n', held - searched);

		if (newline != NULL)
			return hand_out(l, (size_t)(newline - from), 1, line);
		if (held > l->max || (l->over && held > 0))
			return hand_out(l, held, 0, line);
		if (l->over)
			return NULL;
		searched = held;
		err = fill(l);
	}
	return err;
}

bool lines_cut(const struct lines *l)
{
	return l->cut;
}

size_t lines_number(const struct lines *l)
{
	return l->number;
}
