/* SPDX-License-Identifier: MIT */
#include "bridge/base/err.h"
#include "bridge/base/str.h"
#include "connectors/ldif_parse.h"
#include "tests/fuzz/fuzz.h"
#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

static int file_of(const void *bytes, size_t len)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	return fd;
}

static void write_line(struct str *out, const struct value *name,
		       const struct value *value)
{
	size_t room =
		sodium_base64_encoded_len(value->len, sodium_base64_VARIANT_ORIGINAL);
	char *text = mem_array(out, char, room);

	sodium_bin2base64(text, room, (const unsigned char *)value->bytes, value->len,
			  sodium_base64_VARIANT_ORIGINAL);
	str_add_bytes(out, name->bytes, name->len);
	str_addf(out, ":: %s\n", text);
}

static void write_entry(struct str *out, const struct entry *entry)
{
	struct value dn = entry_dn(entry), value;
	struct attribute attribute = { 0 };

	write_line(out, &(struct value){ "dn", 2 }, &dn);
	while (entry_next_attribute(entry, &attribute))
		while (attribute_next(&attribute, &value))
			write_line(out, &attribute.name, &value);
	str_add(out, "\n");
}

/* Write what can be read, entry by entry; true when it could be read to the end. */
static bool copy(TALLOC_CTX *ctx, const void *bytes, size_t len, struct str *out)
{
	int fd = file_of(bytes, len);
	struct ldif *ldif = ldif_new(ctx, fd, "corpus");
	struct entry *entry, *same;
	struct err *err;

	for (;;) {
		err = ldif_next(ldif, ctx, &entry);
		if (err != NULL || entry == NULL)
			break;
		err_ignore(entry_decode(ctx, entry->bytes, entry->size, &same));
		MUST(same != NULL);
		write_entry(out, entry);
	}
	close(fd);
	MUST(err == NULL || strncmp(err_text(err), "corpus:", 7) == 0);
	err_ignore(err);
	return err == NULL;
}

/* The copy, which may be of the entries before a bad line, is read whole, as itself. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct str *first = str_new(ctx), *second = str_new(ctx);

	digest_init();
	copy(ctx, bytes, len, first);
	MUST(copy(ctx, first->text, first->len, second));
	MUST(first->len == second->len &&
	     memcmp(first->text, second->text, first->len) == 0);
	return 0;
}
