/* SPDX-License-Identifier: MIT */
/* What reads a plan file, behind its seal: each input is sealed first, as whoever holds
 * the key could. */
#include "bridge/plan/save_p.h"
#include "tests/fuzz/fuzz.h"

static const uint8_t key[KEY_SIZE] = { 1 };

static char *sealed(TALLOC_CTX *ctx, const char *bytes, size_t len, size_t *size)
{
	struct str *out = str_new(ctx);
	uint8_t seal[MAC_SIZE] = { 0 };
	AUTO_MEM char *hex = NULL;

	for (const char *at = bytes, *end = bytes + len; at < end;) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = (size_t)((stop ? stop : end) - at);

		str_add_bytes(out, at, n);
		str_add_char(out, '\n');
		seal_line(key, at, n, seal);
		at += n + 1;
	}
	hex = hex_of(NULL, seal, sizeof seal);
	str_addf(out, "{\"seal\":\"%s\"}\n", hex);
	*size = out->len;
	return str_take(ctx, out);
}

static void check_saved(TALLOC_CTX *ctx, const struct plan_saved *saved)
{
	const struct plan *plan = saved->plan;

	for (size_t i = 0; i < plan->n_operations; i++) {
		const struct operation *op = &plan->operations[i];

		MUST(op->group == PLAN_NONE || op->group < plan->n_groups);
		MUST(op->person == PLAN_NONE || op->person < plan->n_persons);
		MUST(op->other == PLAN_NONE || op->other < plan->n_persons);
		MUST(op->kind < OPERATIONS && op->verdict < VERDICTS);
		MUST(plan->explain(ctx, plan, op->grant) != NULL);
	}
	MUST(saved->n_evidence <= plan->n_operations);
	for (size_t i = 0; i < plan->pull.n_directories; i++) {
		const struct pull_directory *d = &plan->pull.directories[i];

		MUST(d->name != NULL && (d->identity == NULL || d->anchor != NULL));
	}
}

static void read_it(const char *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct plan_saved *saved;
	const char *source;
	FILE *in = fmemopen(mem_dup(ctx, bytes, len), len, "r");
	struct err *err;

	MUST(in != NULL);
	err = plan_read_source(ctx, in, "fuzz", &source);
	MUST(err != NULL || source != NULL);
	err_ignore(err);
	err = plan_read(ctx, in, "fuzz", key, &saved);
	if (err == NULL)
		check_saved(ctx, saved);
	err_ignore(err);
	fclose(in);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	size_t size;
	char *text;

	digest_init();
	if (len == 0)
		return 0;
	read_it((const char *)bytes, len);
	text = sealed(ctx, (const char *)bytes, len, &size);
	read_it(text, size);
	return 0;
}
