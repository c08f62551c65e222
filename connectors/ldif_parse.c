/* SPDX-License-Identifier: MIT */
#include "connectors/ldif_parse.h"
#include "bridge/base/str.h"
#include "bridge/base/table.h"
#include "bridge/record/dn.h"
#include "bridge/record/text.h"
#include "connectors/lines.h"
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>

#define KEYS_PER_BLOCK 4096
#define CORRECT        "Correct the file, or export the directory again."

struct ldif {
	const char *path;
	struct lines *lines;
	struct value ahead; /* the line after the unfolded one; its start when it is not
			       folded */
	bool begun;
	struct str *line; /* unfolded */
	size_t number;    /* where it begins */
	char *decoded;
	size_t capacity;
	struct entry_builder *builder;
	size_t entry_line;
	struct table *seen;  /* digest of what must be unique to line */
	struct digest *keys; /* what the table borrows, in blocks */
	size_t n_keys;
};

/* A line taken apart: "name: value". */
struct pair {
	struct value name;
	struct value value;
};

struct ldif *ldif_new(TALLOC_CTX *ctx, int fd, const char *path)
{
	struct ldif *f = mem_new(ctx, struct ldif);

	f->path = path;
	f->lines = lines_new(f, fd, LDIF_LINE_MAX);
	f->line = str_new(f);
	f->builder = entry_builder_new(f);
	f->seen = table_new(f);
	return f;
}

static PRINTF_LIKE(3, 0) struct err *error_at(const struct ldif *f, size_t line,
					      const char *fmt, va_list args)
{
	AUTO_MEM char *text = mem_vprintf(NULL, fmt, args);

	return err_new(ERR_INCOMPLETE, "%s:%zu: %s", f->path, line, text);
}

struct err *ldif_error(const struct ldif *f, const char *fmt, ...)
{
	va_list args;
	struct err *err;

	va_start(args, fmt);
	err = error_at(f, f->entry_line, fmt, args);
	va_end(args);
	return err;
}

struct err *ldif_unique(struct ldif *f, const char *what, const void *bytes, size_t len)
{
	AUTO_MEM struct str *text = str_new(NULL);
	size_t i = f->n_keys++ % KEYS_PER_BLOCK;
	uint32_t before;

	if (i == 0)
		f->keys = mem_array(f, struct digest, KEYS_PER_BLOCK);
	str_addf(text, "%s=", what);
	str_add_bytes(text, bytes, len);
	digest_of(text->text, text->len, &f->keys[i]);
	before = table_add(f->seen, &f->keys[i], sizeof(f->keys[i]),
			   (uint32_t)f->entry_line);
	if (before == TABLE_NONE)
		return NULL;
	return ldif_error(f, "the entry has the same %s as the one at line %u", what,
			  before);
}

static PRINTF_LIKE(3, 4) struct err *bad_line(const struct ldif *f, const char *hint,
					      const char *fmt, ...)
{
	va_list args;
	struct err *err;

	va_start(args, fmt);
	err = error_at(f, f->number, fmt, args);
	va_end(args);
	return err_hint(err, "%s", hint);
}

static struct err *read_ahead(struct ldif *f)
{
	struct err *err = lines_next(f->lines, &f->ahead);

	if (err == NULL && f->ahead.bytes != NULL && lines_cut(f->lines))
		err = err_hint(
			err_new(ERR_INCOMPLETE, "the file ends in the middle of a line"),
			"Export the directory again, to the end; a whole file ends "
			"with the end of a line.");
	return err == NULL ? NULL
			   : err_wrap(err, "%s:%zu", f->path, lines_number(f->lines));
}

static struct err *begin(struct ldif *f)
{
	struct err *err = read_ahead(f);

	f->begun = true;
	if (err == NULL && f->ahead.len >= 3 &&
	    memcmp(f->ahead.bytes, "\xef\xbb\xbf", 3) == 0) {
		f->ahead.bytes += 3;
		f->ahead.len -= 3;
	}
	return err;
}

static bool is_folded(const struct ldif *f)
{
	return f->line->len > 0 && f->ahead.len > 0 && f->ahead.bytes[0] == ' ';
}

static struct err *unfold(struct ldif *f)
{
	struct err *err = read_ahead(f);

	while (err == NULL && is_folded(f)) {
		if (f->line->len + f->ahead.len > LDIF_LINE_MAX)
			return bad_line(f, "Leave this attribute out of the export.",
					"the value is longer than 64 MiB");
		str_add_bytes(f->line, f->ahead.bytes + 1, f->ahead.len - 1);
		err = read_ahead(f);
	}
	return err;
}

/* The next unfolded line that is no comment; *more becomes false at the end. */
static struct err *next_line(struct ldif *f, bool *more)
{
	struct err *err = f->begun ? NULL : begin(f);

	do {
		*more = f->ahead.bytes != NULL;
		if (err != NULL || !*more)
			return err;
		f->number = lines_number(f->lines);
		str_clear(f->line);
		str_add_bytes(f->line, f->ahead.bytes, f->ahead.len);
		err = unfold(f);
	} while (err == NULL && f->line->text[0] == '#');
	if (err == NULL && memchr(f->line->text, '\0', f->line->len) != NULL)
		return bad_line(f,
				"Export the directory as UTF-8, not as UTF-16; binary "
				"values are written in base64.",
				"the line holds a NUL byte");
	return err;
}

static struct err *decode(struct ldif *f, struct pair *pair)
{
	size_t room = pair->value.len / 4 * 3 + 3;

	mem_grow(f, f->decoded, room, &f->capacity);
	if (sodium_base642bin((unsigned char *)f->decoded, room, pair->value.bytes,
			      pair->value.len, NULL, &pair->value.len, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return bad_line(f, CORRECT, "the value of \"%.60s\" is no base64",
				pair->name.bytes);
	pair->value.bytes = f->decoded;
	return NULL;
}

static bool is_name(const struct value *name)
{
	for (size_t i = 0; i < name->len; i++)
		if (!isalnum((unsigned char)name->bytes[i]) &&
		    memchr("-;._", name->bytes[i], 4) == NULL)
			return false;
	return name->len > 0;
}

static struct err *split(struct ldif *f, struct pair *pair)
{
	char *text = f->line->text, *end = text + f->line->len;
	char *colon = memchr(text, ':', f->line->len), *at;

	if (colon == NULL)
		return bad_line(f, CORRECT, "the line has no colon");
	pair->name = (struct value){ text, (size_t)(colon - text) };
	if (!is_name(&pair->name))
		return bad_line(f, CORRECT,
				"what stands before the colon is no attribute");
	*colon = '\0';
	at = colon + 1;
	if (*at == '<')
		return bad_line(f, "Put the value itself into the file, in base64.",
				"the value is to be fetched from a URL");
	at += *at == ':';
	at += strspn(at, " ");
	pair->value = (struct value){ at, (size_t)(end - at) };
	return colon[1] == ':' ? decode(f, pair) : NULL;
}

static bool named(const struct pair *pair, const char *name)
{
	return pair->name.len == strlen(name) &&
	       ascii_equal(pair->name.bytes, name, pair->name.len);
}

static struct err *no_entry(const struct ldif *f, const struct pair *pair)
{
	static const struct {
		const char *name, *why, *hint;
	} known[] = {
		{ "version", "only version 1 of LDIF is known",
		  "Export the directory as LDIF version 1." },
		{ "include", "the line includes another file",
		  "Put all entries into one file." },
		{ "search", "this is a comment of ldapsearch, no entry",
		  "Export with \"ldapsearch -LLL\", which writes entries only." },
		{ "result", "this is a comment of ldapsearch, no entry",
		  "Export with \"ldapsearch -LLL\", which writes entries only." },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (named(pair, known[i].name))
			return bad_line(f, known[i].hint, "%s", known[i].why);
	return bad_line(f, CORRECT, "an entry has to begin with \"dn:\"");
}

/* The "dn:" line of the next entry; *more becomes false when there is none. */
static struct err *find_entry(struct ldif *f, struct pair *pair, bool *more)
{
	struct err *err;

	for (;;) {
		err = next_line(f, more);
		if (err != NULL || !*more)
			return err;
		if (f->line->len == 0)
			continue;
		err = split(f, pair);
		if (err != NULL)
			return err;
		if (named(pair, "dn"))
			return NULL;
		if (!named(pair, "version") || !value_is(&pair->value, "1"))
			return no_entry(f, pair);
	}
}

static struct err *begin_entry(struct ldif *f, const struct pair *pair)
{
	struct digest digest;
	struct err *err;
	char anchor[24];
	int len;

	f->entry_line = f->number;
	if (!dn_digest(pair->value.bytes, pair->value.len, &digest))
		return bad_line(f, CORRECT, "the entry's name is no DN");
	err = ldif_unique(f, "DN", digest.bytes, sizeof(digest.bytes));
	if (err != NULL)
		return err_hint(err, "Export the directory again, into one new file.");
	len = snprintf(anchor, sizeof(anchor), "%zu", f->entry_line);
	entry_begin(f->builder, anchor, (size_t)len, pair->value.bytes, pair->value.len);
	return NULL;
}

static struct err *read_attributes(struct ldif *f)
{
	struct pair pair;
	struct err *err;
	bool more;

	for (;;) {
		err = next_line(f, &more);
		if (err != NULL || !more || f->line->len == 0)
			return err;
		err = split(f, &pair);
		if (err != NULL)
			return err;
		if (named(&pair, "changetype"))
			return bad_line(f,
					"Export the entries of the directory, not a log "
					"of its changes.",
					"this is a change, no entry");
		if (named(&pair, "dn"))
			return bad_line(f, CORRECT,
					"an empty line is missing before this entry");
		entry_add(f->builder, pair.name.bytes, pair.name.len, pair.value.bytes,
			  pair.value.len);
	}
}

static struct err *finish(struct ldif *f, TALLOC_CTX *ctx, struct entry **entry)
{
	struct err *err = entry_finish(f->builder, ctx, entry), *located;

	if (err == NULL)
		return NULL;
	located = ldif_error(f, "%s", err_text(err));
	err_free(err);
	return err_hint(located, "Leave such attributes out of the export.");
}

struct err *ldif_next(struct ldif *f, TALLOC_CTX *ctx, struct entry **entry)
{
	struct pair pair;
	bool more;
	struct err *err = find_entry(f, &pair, &more);

	*entry = NULL;
	if (err != NULL || !more)
		return err;
	err = begin_entry(f, &pair);
	if (err == NULL)
		err = read_attributes(f);
	return err == NULL ? finish(f, ctx, entry) : err;
}
