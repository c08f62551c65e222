/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/console/import.h"
#include "tests/fuzz/fuzz.h"
#include <unistd.h>

static char folder[] = "/tmp/fuzz_import.XXXXXX";
static bool made;

/* What a store leaves beside it has names of its own. */
static void clean(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".epoch", ".key" };
	char path[64];

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		snprintf(path, sizeof(path), "%s/s.db%s", folder, ends[i]);
		unlink(path);
	}
	rmdir(folder);
}

static char *url_of(TALLOC_CTX *ctx)
{
	return mem_printf(ctx, "sqlite:%s/s.db", folder);
}

static void make_store(TALLOC_CTX *ctx)
{
	MUST(mkdtemp(folder) != NULL);
	MUST(atexit(clean) == 0);
	MUST(console_init(url_of(ctx), "root") == NULL);
	made = true;
}

struct from {
	const uint8_t *at;
	size_t len;
};

/* In small pieces: an element goes over many borders. */
static size_t piece(void *from, char *bytes, size_t size)
{
	struct from *f = from;
	size_t n = f->len < 61 ? f->len : 61;

	n = n < size ? n : size;
	memcpy(bytes, f->at, n);
	f->at += n;
	f->len -= n;
	return n;
}

static int64_t organizations(struct store *store)
{
	int64_t n = -1;

	MUST(store_number(store, &n, 0, "SELECT count(*) FROM organization", "") == NULL);
	return n;
}

/* A whole root, or an error that says why; given up, the store is as it was. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct from from = { bytes, len };
	struct import_result result;
	struct console *console;
	struct store *store;
	struct err *err;

	digest_init();
	if (!made)
		make_store(ctx);
	MUST(store_open(ctx, url_of(ctx), STORE_WRITE, &store) == NULL);
	MUST(store_begin(store) == NULL);
	MUST(console_load(ctx, store, "", INT64_C(1795510800), &console) == NULL);
	MUST(console_act(console, "root", NULL) == NULL);
	err = console_import(console, piece, &from, &result);
	MUST(err != NULL || organizations(store) > 0);
	MUST(err == NULL || err_class(err) == ERR_CONFIG ||
	     err_class(err) == ERR_REFUSED);
	MUST(err == NULL || err_text(err)[0] != '\0');
	err_ignore(err);
	store_rollback(store);
	MUST(organizations(store) == 0);
	return 0;
}
