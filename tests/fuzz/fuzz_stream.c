/* SPDX-License-Identifier: MIT */
#include "bridge/record/stream.h"
#include "tests/fuzz/fuzz.h"
#include <sys/mman.h>
#include <unistd.h>

/* A file in memory is a pipe that never blocks. */
static int file_of(const uint8_t *bytes, size_t len)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(fd >= 0 && ftruncate(fd, 0) == 0);
	MUST(pwrite(fd, bytes, len, 0) == (ssize_t)len && lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* What decodes, a builder makes again, byte for byte. */
static void check_entry(TALLOC_CTX *ctx, const struct entry *entry)
{
	struct entry_builder *b = entry_builder_new(ctx);
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry), value;
	struct attribute attribute = { 0 };
	struct entry *again;
	bool same = true;

	entry_begin(b, anchor.bytes, anchor.len, dn.bytes, dn.len);
	while (entry_next_attribute(entry, &attribute)) {
		same = same && attribute.count > 0;
		while (attribute_next(&attribute, &value))
			entry_add(b, attribute.name.bytes, attribute.name.len,
				  value.bytes, value.len);
	}
	MUST(entry_finish(b, ctx, &again) == NULL);
	MUST(!same || (again->size == entry->size &&
		       memcmp(again->bytes, entry->bytes, entry->size) == 0));
}

static void check_item(TALLOC_CTX *ctx, const struct item *item)
{
	struct entry *entry;

	if (item->kind != ITEM_ENTRY && item->kind != ITEM_CHANGED)
		return;
	err_ignore(entry_decode(ctx, item->entry.bytes, item->entry.len, &entry));
	if (entry != NULL)
		check_entry(ctx, entry);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const struct stream_limits limits = { .idle = 1, .total = 5, .bytes = 1 << 20 };
	struct stream *stream = stream_new(ctx, file_of(bytes, len), &limits);
	struct err *err = NULL;
	struct item item;

	while (err == NULL) {
		err = stream_read(stream, &item);
		if (err == NULL)
			check_item(ctx, &item);
	}
	err_free(err);
	MUST(stream_bytes(stream) <= len);
	return 0;
}
