/* SPDX-License-Identifier: MIT */
/*
 * An LDIF file as a directory: for tests, for a first look at an export, and as the
 * example of how a connector is written.
 *
 * It reads entries (ldif_parse.h), finds each one's anchor, and passes on those that
 * match the filter. Two entries with one DN or one anchor, or an entry in scope without
 * an anchor, refuse the whole file: nobody can tell which of them is meant.
 */
#include "bridge/base/digest.h"
#include "bridge/base/table.h"
#include "bridge/record/dn.h"
#include "bridge/record/filter.h"
#include "bridge/record/text.h"
#include "connectors/connector.h"
#include "connectors/ldif_parse.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 1000
#define CHOOSE_AN_ANCHOR                                                                 \
	"Set \"anchor\" to an attribute that every person and group has, and whose "     \
	"value is unique and never changes."

struct session {
	const struct request *request;
	const char *path;
	int fd;
	struct stat opened;
	struct filter *filter; /* NULL: everything */
	char *identity;
	enum anchor_kind kind;
	char *anchor; /* the attribute, in lower case */
	struct entry_builder *builder;
	struct ldif *pull;
	unsigned long long passed; /* entries of the pull */
};

struct anchor {
	uint8_t bytes[ENTRY_ANCHOR_MAX];
	size_t len; /* 0: the entry has none */
};

static int close_file(struct session *s)
{
	close(s->fd);
	return 0;
}

static struct err *open_file(struct session *s)
{
	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (s->fd < 0)
		return err_hint(err_new(ERR_CONFIG, "cannot open \"%s\": %s", s->path,
					strerror(errno)),
				"Correct \"file\", or the permissions of that file.");
	talloc_set_destructor(s, close_file);
	if (fstat(s->fd, &s->opened) != 0 || !S_ISREG(s->opened.st_mode))
		return err_hint(err_new(ERR_CONFIG, "\"%s\" is no regular file", s->path),
				"Correct \"file\"; it is read more than once.");
	return NULL;
}

static char *lower(TALLOC_CTX *ctx, const char *text)
{
	char *copy = mem_strdup(ctx, text);

	if (copy != NULL)
		ascii_lower(copy, strlen(copy));
	return copy;
}

/* The kind whose attribute this is, or that this entry carries; text when there is
 * none. */
static enum anchor_kind find_kind(const char *attribute, const struct entry *entry)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *wanted = lower(ctx, attribute);

	for (enum anchor_kind kind = 0; kind < ANCHOR_KINDS; kind++) {
		const char *own = lower(ctx, anchor_attribute(kind));

		if (own == NULL)
			continue;
		if (wanted ? strcmp(own, wanted) == 0
			   : entry_first(entry, own).bytes != NULL)
			return kind;
	}
	return ANCHOR_TEXT;
}

/* What the configuration names, else what the run has pinned, else what is there. */
static struct err *choose_anchor(struct session *s, const struct entry *first)
{
	const char *named = settings_text(s->request->settings, "anchor");
	const char *pinned = s->request->anchor;

	if (named == NULL && pinned != NULL)
		s->kind = anchor_kind_of(pinned);
	else
		s->kind = find_kind(named, first);
	if (named == NULL && (s->kind == ANCHOR_TEXT || s->kind == ANCHOR_KINDS))
		return err_hint(err_new(ERR_CONFIG,
					"the first entry of \"%s\" carries no entryUUID, "
					"objectGUID or nsUniqueId",
					s->path),
				CHOOSE_AN_ANCHOR);
	if (pinned != NULL && strcmp(pinned, anchor_kind_name(s->kind)) != 0)
		return err_hint(err_new(ERR_CONFIG,
					"the anchor was \"%s\" until now and would be "
					"\"%s\"",
					pinned, anchor_kind_name(s->kind)),
				"Set \"anchor\" back to what it was.");
	s->anchor = lower(s, named ? named : anchor_attribute(s->kind));
	return NULL;
}

static struct err *read_first_entry(struct session *s)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct ldif *file = ldif_new(ctx, s->fd, s->path);
	struct entry *entry;
	struct value dn;
	struct err *err = ldif_next(file, ctx, &entry);

	if (err != NULL)
		return err;
	if (entry == NULL)
		return err_hint(err_new(ERR_INCOMPLETE, "\"%s\" holds no entry", s->path),
				"Export the directory again.");
	dn = entry_dn(entry);
	s->identity = mem_printf(s, "ldif:%s", text_fold(ctx, dn.bytes, dn.len));
	return choose_anchor(s, entry);
}

static struct err *ldif_open(TALLOC_CTX *ctx, const struct request *request,
			     struct sink *sink UNUSED, struct session **out)
{
	struct session *s = mem_new(ctx, struct session);
	struct err *err;

	s->request = request;
	s->path = settings_text(request->settings, "file");
	s->builder = entry_builder_new(s);
	err = open_file(s);
	if (err == NULL && request->filter != NULL)
		err = filter_parse(s, request->filter, &s->filter);
	if (err == NULL)
		err = read_first_entry(s);
	if (err != NULL)
		mem_free(s);
	else
		*out = s;
	return err;
}

static struct err *ldif_probe(struct session *s, struct sink *sink)
{
	sink_fact(sink, "identity", "%s", s->identity);
	sink_fact(sink, "anchor", "%s", anchor_kind_name(s->kind));
	sink_fact(sink, "server", "LDIF file %s", s->path);
	sink_fact(sink, "lookup", "yes");
	return NULL;
}

static struct err *read_anchor(const struct session *s, const struct ldif *file,
			       const struct entry *entry, struct anchor *anchor)
{
	struct attribute attribute;
	struct value value;
	const char *why = NULL;

	anchor->len = 0;
	if (!entry_attribute(entry, s->anchor, &attribute) ||
	    !attribute_next(&attribute, &value))
		return NULL;
	anchor->len = sizeof(anchor->bytes);
	if (attribute.count > 1)
		why = "more than one value";
	else if (!anchor_read(s->kind, &value, anchor->bytes, &anchor->len))
		why = "a value that is no anchor";
	if (why == NULL)
		return NULL;
	return err_hint(ldif_error(file, "the entry has %s in \"%s\"", why, s->anchor),
			CHOOSE_AN_ANCHOR);
}

/* The entry with its anchor and without what was not asked for. */
static struct err *reduce(struct session *s, TALLOC_CTX *ctx, const struct entry *entry,
			  const struct anchor *anchor, struct entry **out)
{
	struct value dn = entry_dn(entry), value;
	struct attribute attribute = { 0 };

	entry_begin(s->builder, anchor->bytes, anchor->len, dn.bytes, dn.len);
	while (entry_next_attribute(entry, &attribute))
		if (request_wants(s->request, &attribute.name))
			while (attribute_next(&attribute, &value))
				entry_add(s->builder, attribute.name.bytes,
					  attribute.name.len, value.bytes, value.len);
	return entry_finish(s->builder, ctx, out);
}

static struct err *pass_on(struct session *s, TALLOC_CTX *ctx, const struct entry *entry,
			   struct sink *sink)
{
	struct entry *reduced;
	struct anchor anchor;
	struct err *err = read_anchor(s, s->pull, entry, &anchor);

	if (err == NULL && anchor.len > 0)
		err = ldif_unique(s->pull, s->anchor, anchor.bytes, anchor.len);
	if (err != NULL)
		return err_hint(err, CHOOSE_AN_ANCHOR);
	if (s->filter != NULL && !filter_match(s->filter, entry))
		return NULL;
	if (anchor.len == 0)
		return err_hint(ldif_error(s->pull,
					   "the entry is in scope and has no \"%s\"",
					   s->anchor),
				CHOOSE_AN_ANCHOR);
	err = reduce(s, ctx, entry, &anchor, &reduced);
	if (err == NULL) {
		sink_entry(sink, reduced);
		s->passed++;
	}
	return err;
}

static bool has_changed(const struct session *s)
{
	struct stat now;

	return fstat(s->fd, &now) != 0 || now.st_size != s->opened.st_size ||
	       now.st_mtim.tv_sec != s->opened.st_mtim.tv_sec ||
	       now.st_mtim.tv_nsec != s->opened.st_mtim.tv_nsec;
}

static struct err *ldif_next_page(struct session *s, struct sink *sink, bool *more,
				  const char **incomplete)
{
	*more = true;
	if (s->pull == NULL)
		s->pull = ldif_new(s, s->fd, s->path);
	for (size_t i = 0; i < PAGE && *more; i++) {
		AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
		struct entry *entry;
		struct err *err = ldif_next(s->pull, ctx, &entry);

		if (err == NULL && entry != NULL)
			err = pass_on(s, ctx, entry, sink);
		if (err != NULL)
			return err;
		*more = entry != NULL;
	}
	if (!*more && has_changed(s))
		*incomplete = "the file was changed while it was read";
	else if (!*more)
		sink_fact(sink, "base", "%llu", s->passed);
	return NULL;
}

/* Keep the entries of these anchors, each under its anchor's number. */
static struct err *find(struct session *s, const struct table *numbers,
			struct entry **found)
{
	AUTO_MEM TALLOC_CTX *file_ctx = mem_ctx(NULL);
	struct ldif *file = ldif_new(file_ctx, s->fd, s->path);

	for (;;) {
		AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
		struct anchor anchor;
		struct entry *entry;
		struct err *err = ldif_next(file, ctx, &entry);
		uint32_t i;

		if (err != NULL || entry == NULL)
			return err;
		err = read_anchor(s, file, entry, &anchor);
		if (err != NULL)
			return err;
		i = table_get(numbers, anchor.bytes, anchor.len);
		if (i != TABLE_NONE)
			err = reduce(s, found, entry, &anchor, &found[i]);
		if (err != NULL)
			return err;
	}
}

static struct err *ldif_lookup(struct session *s, const struct value *anchors, size_t n,
			       struct sink *sink)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct entry **found = mem_array(ctx, struct entry *, n);
	struct table *numbers = table_new(ctx);
	struct err *err;

	for (size_t i = 0; i < n; i++)
		table_add(numbers, anchors[i].bytes, anchors[i].len, (uint32_t)i);
	err = find(s, numbers, found);
	for (size_t i = 0; err == NULL && i < n; i++) {
		uint32_t number = table_get(numbers, anchors[i].bytes, anchors[i].len);

		if (found[number] != NULL)
			sink_entry(sink, found[number]);
		else
			sink_anchor(sink, ITEM_UNKNOWN, &anchors[i]);
	}
	return err;
}

static void ldif_close(struct session *s)
{
	mem_free(s);
}

static const struct setting settings[] = {
	{ .name = "file",
	  .type = SETTING_FILE,
	  .flags = SETTING_REQUIRED | SETTING_ADDRESS,
	  .help = "the LDIF file to read (RFC 2849)" },
	{ .name = "anchor",
	  .type = SETTING_TEXT,
	  .help = "attribute that is unique and never changes; found by itself where "
		  "entries carry entryUUID, objectGUID or nsUniqueId" },
	{ .name = NULL },
};

const struct connector connector_ldif = {
	.name = "ldif",
	.help = "an LDIF file, exported from any directory",
	.caps = CONNECTOR_LOOKUP,
	.settings = settings,
	.open = ldif_open,
	.probe = ldif_probe,
	.next = ldif_next_page,
	.lookup = ldif_lookup,
	.close = ldif_close,
};
