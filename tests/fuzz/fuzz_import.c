/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/console/console.h"
#include "bridge/console/import.h"
#include "tests/fuzz/fuzz.h"
#include <unistd.h>

enum { PROBLEMS = 100, NOW = 1800000000 };

/* ---- one store for all; what is read into it is taken back ---- */

static char folder[] = "/tmp/dirbridge-fuzz-XXXXXX", store_path[sizeof folder + 16];

static void remove_store(void)
{
	static const char *const names[] = { "", "-wal", "-shm", ".epoch" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char path[sizeof store_path + 8];

		snprintf(path, sizeof path, "%s%s", store_path, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static const char *store_url(void)
{
	if (store_path[0] != '\0')
		return store_path;
	MUST(mkdtemp(folder) != NULL);
	snprintf(store_path, sizeof store_path, "%s/console.db", folder);
	MUST(console_init(store_path, "fuzz") == NULL);
	atexit(remove_store);
	return store_path;
}

static int64_t rows(struct store *store)
{
	int64_t n = -1;

	MUST(store_number(
		     store, &n, 0,
		     "SELECT (SELECT count(*) FROM organization)"
		     " + (SELECT count(*) FROM subject) + (SELECT count(*) FROM role)"
		     " + (SELECT count(*) FROM mail) + (SELECT count(*) FROM audit)",
		     "") == NULL);
	return n;
}

/* ---- ---- */

struct bytes {
	const uint8_t *at;
	size_t len;
};

static size_t read_some(void *from, char *bytes, size_t size)
{
	struct bytes *b = from;
	size_t n = b->len < size ? b->len : size;

	memcpy(bytes, b->at, n);
	b->at += n;
	b->len -= n;
	return n;
}

/* What a message says is for a terminal as it is, line by line. */
static void check_error(TALLOC_CTX *ctx, const struct err *err)
{
	size_t lines = 1;

	MUST(err_class(err) == ERR_CONFIG || err_class(err) == ERR_REFUSED);
	for (const char *at = err_text(err), *end; *at != '\0';
	     at = end + (*end == '\n')) {
		struct str *s = str_new(ctx);

		end = at + strcspn(at, "\n");
		escape_terminal(s, at, (size_t)(end - at), 0);
		MUST(s->len == (size_t)(end - at));
		lines += *end == '\n';
	}
	MUST(lines <= PROBLEMS + 1);
}

static void import(TALLOC_CTX *ctx, struct store *store, struct bytes from)
{
	struct import_result result;
	struct console *console;
	struct err *err;

	MUST(store_begin(store) == NULL);
	MUST(console_load(ctx, store, "", NOW, &console) == NULL);
	MUST(console_act(console, "fuzz", NULL) == NULL);
	err = console_import(console, read_some, &from, &result);
	if (err != NULL)
		check_error(ctx, err);
	else
		MUST(result.root[0] != '\0' && result.counts.organizations > 0 &&
		     console_finish(console) == NULL);
	err_ignore(err);
	store_rollback(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct store *store;
	int64_t before;

	digest_init();
	MUST(store_open(ctx, store_url(), STORE_WRITE, &store) == NULL);
	before = rows(store);
	import(ctx, store, (struct bytes){ bytes, len });
	MUST(rows(store) == before);
	return 0;
}
