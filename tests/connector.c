/* SPDX-License-Identifier: MIT */
#include "tests/connector.h"
#include <fcntl.h>
#include <unistd.h>

/*
 * libldap 2.5.13 loses GnuTLS's default priorities when it is given others, what it has
 * read of a certificate whose key is bad, and the message of a notice of disconnection.
 */
const char *__asan_default_options(void);
const char *__lsan_default_suppressions(void);

const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0:print_suppressions=0";
}

const char *__lsan_default_suppressions(void)
{
	return "leak:ldap_set_option\nleak:ldap_alloc_ber_with_options\n";
}

static int test_file_remove(char *path)
{
	unlink(path);
	return 0;
}

char *test_file(TALLOC_CTX *ctx, const char *bytes, size_t len)
{
	const char *folder = getenv("TMPDIR");
	char *path = mem_printf(ctx, "%s/dirbridge-XXXXXX", folder ? folder : "/tmp");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	for (size_t done = 0; done < len;) {
		ssize_t n = write(fd, bytes + done, len - done);

		assert_true(n > 0);
		done += (size_t)n;
	}
	close(fd);
	talloc_set_destructor(path, test_file_remove);
	return path;
}

struct request test_request(TALLOC_CTX *ctx, const char *type, const char *file)
{
	static const char *const attributes[] = { "cn",   "description", "jpegphoto",
						  "mail", "member",      NULL };
	struct settings *s = settings_new(ctx, connector_settings(type));

	assert_ok(settings_set(s, "file", file));
	return (struct request){ .settings = s, .attributes = attributes };
}

static void show_bytes(struct str *out, const struct value *value)
{
	for (size_t i = 0; i < value->len; i++) {
		unsigned char c = (unsigned char)value->bytes[i];

		if (c < 0x20 || c > 0x7e || c == '\\')
			str_addf(out, "\\x%02x", c);
		else
			str_add_char(out, (char)c);
	}
}

static void show_hex(struct str *out, const struct value *value)
{
	char *hex = hex_of(out, value->bytes, value->len);

	str_addf(out, " %s", hex);
	mem_free(hex);
}

static void show_entry(struct str *out, const struct value *encoded)
{
	struct attribute attribute = { 0 };
	struct entry *entry;
	struct value dn, anchor, value;

	assert_ok(entry_decode(out, encoded->bytes, encoded->len, &entry));
	anchor = entry_anchor(entry);
	dn = entry_dn(entry);
	show_hex(out, &anchor);
	str_add_char(out, ' ');
	show_bytes(out, &dn);
	while (entry_next_attribute(entry, &attribute)) {
		if (attribute.count == 0) {
			str_add_char(out, ' ');
			show_bytes(out, &attribute.name);
		}
		while (attribute_next(&attribute, &value)) {
			str_add_char(out, ' ');
			show_bytes(out, &attribute.name);
			str_add_char(out, '=');
			if (value.len > 1000)
				str_addf(out, "(%zu bytes)", value.len);
			else
				show_bytes(out, &value);
		}
	}
	mem_free(entry);
}

static void show_text(struct str *out, const struct item *item)
{
	static const char *const notes[] = { "", "info", "search", "finding", "record" };

	if (item->kind == ITEM_NOTE)
		str_addf(out, " %s", notes[item->note]);
	if (item->kind == ITEM_END)
		str_add(out, item->complete ? " complete" : " incomplete");
	if (item->text.len > 0)
		str_add_char(out, ' ');
	show_bytes(out, &item->text);
}

void show_item(struct str *out, const struct item *item)
{
	static const char *const kinds[] = {
		[ITEM_ENTRY] = "entry",     [ITEM_CHANGED] = "changed",
		[ITEM_LINK] = "link",       [ITEM_GONE] = "gone",
		[ITEM_LEFT] = "left",       [ITEM_SEEN] = "seen",
		[ITEM_UNKNOWN] = "unknown", [ITEM_NOTE] = "note",
		[ITEM_FACT] = "fact",       [ITEM_END] = "end",
		[ITEM_ERROR] = "error",
	};

	str_add(out, kinds[item->kind]);
	if (item->entry.bytes != NULL)
		show_entry(out, &item->entry);
	if (item->anchor.bytes != NULL)
		show_hex(out, &item->anchor);
	if (item->kind == ITEM_LINK) {
		str_add(out, item->added ? " add " : " remove ");
		show_bytes(out, &item->attribute);
		str_add_char(out, ' ');
		show_bytes(out, &item->target);
	}
	show_text(out, item);
	str_add_char(out, '\n');
}

static int direct_end(struct direct *d)
{
	if (d->session != NULL)
		d->connector->close(d->session);
	close(d->written);
	close(d->read);
	return 0;
}

struct err *direct_open(TALLOC_CTX *ctx, const char *type, const struct request *request,
			struct direct **out)
{
	struct direct *d = mem_new(ctx, struct direct);
	struct stream_limits limits = { 0 };
	char *path = test_file(d, "", 0);

	d->connector = connector_find(type);
	d->written = open(path, O_WRONLY);
	d->read = open(path, O_RDONLY);
	talloc_set_destructor(d, direct_end);
	d->sink = sink_new(d, d->written);
	d->stream = stream_new(d, d->read, &limits);
	*out = d;
	return d->connector->open(d, request, d->sink, &d->session);
}

char *direct_items(struct direct *d)
{
	struct str *out = str_new(d);
	struct item item = { 0 };

	sink_end(d->sink, true, "");
	assert_ok(sink_flush(d->sink));
	for (;;) {
		assert_ok(stream_read(d->stream, &item));
		if (item.kind == ITEM_END)
			return str_take(d, out);
		show_item(out, &item);
	}
}

struct err *direct_pull(struct direct *d, char **out)
{
	struct str *pages = str_new(d);
	const char *incomplete = NULL;
	bool more = true;

	while (more) {
		struct err *err =
			d->connector->next(d->session, d->sink, &more, &incomplete);

		str_add(pages, direct_items(d));
		if (err != NULL)
			return err;
		str_add(pages, more ? "page\n" : "");
	}
	str_addf(pages, "end %s\n", incomplete ? incomplete : "complete");
	*out = str_take(d, pages);
	return NULL;
}
