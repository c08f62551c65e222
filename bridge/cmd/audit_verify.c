/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/cmd/audit.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- a file of heads ---- */

static bool read_head(TALLOC_CTX *ctx, const json_t *one, struct trail_head *head)
{
	const json_t *uid = json_object_get(one, "organization");
	const char *hex = json_string_value(json_object_get(one, "head"));
	const char *epoch = json_string_value(json_object_get(one, "epoch"));

	if ((!json_is_string(uid) && !json_is_null(uid)) || hex == NULL || epoch == NULL)
		return false;
	head->uid = json_is_null(uid) ? NULL : mem_strdup(ctx, json_string_value(uid));
	head->epoch = mem_strdup(ctx, epoch);
	head->seq = json_integer_value(json_object_get(one, "seq"));
	return head->seq > 0 && hex_read(hex, head->hash, HASH_SIZE);
}

static struct err *read_lines(struct cmd *cmd, FILE *file, const char *path,
			      struct trail_head **heads, size_t *n)
{
	size_t capacity = 0, size = 0;
	struct err *err = NULL;
	char *line = NULL;
	int number = 0;

	while (err == NULL && getline(&line, &size, file) >= 0) {
		json_t *one;

		number++;
		if (line[strspn(line, " \t\r\n")] == '\0')
			continue;
		mem_grow(cmd, *heads, *n + 1, &capacity);
		one = json_loads(line, 0, NULL);
		if (!read_head(cmd, one, &(*heads)[(*n)++]))
			err = err_hint(err_new(ERR_USAGE, "\"%s\", line %d, is no head",
					       path, number),
				       "Give it what was printed by: dirbridge audit "
				       "--head");
		json_decref(one);
	}
	free(line);
	return err;
}

struct err *audit_read_heads(struct cmd *cmd, const char *path, struct trail_head **heads,
			     size_t *n)
{
	FILE *file = fopen(path, "re");
	struct err *err;

	*heads = NULL;
	*n = 0;
	if (file == NULL)
		return err_hint(
			err_new(ERR_USAGE, "heads \"%s\": %s", path, strerror(errno)),
			"Name a file that holds what dirbridge audit --head printed.");
	err = read_lines(cmd, file, path, heads, n);
	if (err == NULL && ferror(file))
		err = err_new(ERR_USAGE, "heads \"%s\": %s", path, strerror(errno));
	fclose(file);
	return err;
}

/* ---- verdicts ---- */

struct verifying {
	struct cmd *cmd;
	struct listing *list;
	struct trail_head *heads;
	size_t n_heads;
};

/* What was compared and what could not be, after what is good. */
static const char *good_text(TALLOC_CTX *ctx, const struct trail_verdict *v)
{
	char *text = mem_strdup(ctx, "good");

	if (v->start > 0)
		text = mem_printf(ctx, "%s, from line %lld, sealed below", text,
				  (long long)v->start + 1);
	if (v->accepted > v->start)
		text = mem_printf(ctx,
				  "%s, accepted to line %lld as an upgrade sealed it",
				  text, (long long)v->accepted);
	if (v->compared > 0)
		text = mem_printf(ctx, "%s, %s compared", text,
				  cmd_count(ctx, (int64_t)v->compared, "head"));
	if (v->too_old > 0)
		text = mem_printf(ctx, "%s, %s older than what is left", text,
				  cmd_count(ctx, (int64_t)v->too_old, "head"));
	return text;
}

static const char *fault_text(struct cmd *cmd, const struct trail_verdict *v)
{
	const char *text = trail_verdict_text(cmd, v);

	if (v->epoch == NULL || strcmp(v->epoch, store_epoch(cmd->console->store)) == 0)
		return text;
	return mem_printf(cmd, "%s (the head is from before the store was restored)",
			  text);
}

static void add_verdict(struct cmd *cmd, struct listing *list,
			const struct trail_chain *chain, const struct trail_verdict *v)
{
	bool good = v->fault == TRAIL_GOOD;
	const char *text = good ? good_text(cmd, v) : fault_text(cmd, v);
	json_t *one =
		cmd_object("organization", chain->uid, "path", chain->path, "verdict",
			   trail_fault_name(v->fault), "text", text, NULL);

	json_object_set_new(one, "seq", good ? json_null() : json_integer(v->seq));
	json_object_set_new(one, "lines", json_integer(v->lines));
	json_object_set_new(one, "from", json_integer(v->start + 1));
	json_object_set_new(one, "accepted", json_integer(v->accepted));
	json_object_set_new(one, "compared", json_integer((json_int_t)v->compared));
	json_object_set_new(one, "too_old", json_integer((json_int_t)v->too_old));
	listing_add(list, one, chain->path ? chain->path : "(the store)",
		    cmd_count(cmd, v->lines, "line"), good ? "" : "WRONG", text);
	if (!good)
		cmd->status = 1;
}

static struct err *verify_one(struct verifying *w, const struct trail_chain *chain)
{
	struct trail_verdict verdict;
	struct err *err = trail_verify(w->cmd->console->store, chain, w->heads,
				       w->n_heads, &verdict);

	if (err == NULL)
		add_verdict(w->cmd, w->list, chain, &verdict);
	return err;
}

/* Does a head belong to one of the chains? */
static bool belongs(const struct trail_head *head, const struct trail_chain *chains,
		    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (head->uid == NULL || chains[i].uid == NULL
			    ? head->uid == chains[i].uid
			    : strcmp(head->uid, chains[i].uid) == 0)
			return true;
	return false;
}

/* Organizations end, and their rows stay: a chain that was exported once is there. */
static void add_lost(struct verifying *w, const struct trail_chain *chains, size_t n)
{
	for (size_t i = 0; i < w->n_heads; i++) {
		const struct trail_head *h = &w->heads[i];
		struct trail_chain lost = { .uid = h->uid, .path = h->uid };

		if (!belongs(h, chains, n))
			add_verdict(w->cmd, w->list, &lost,
				    &(struct trail_verdict){ .fault = TRAIL_CUT,
							     .seq = 1,
							     .other = h->seq,
							     .epoch = h->epoch });
	}
}

static struct err *check_heads(const struct verifying *w, const struct audit_ask *a,
			       const struct trail_chain *chains, size_t n)
{
	if (a->against == NULL || a->all)
		return NULL;
	for (size_t i = 0; i < w->n_heads; i++)
		if (belongs(&w->heads[i], chains, n))
			return NULL;
	return err_hint(
		err_new(ERR_USAGE, "\"%s\" holds no head of %s", a->against, a->what),
		"Give it what was printed by: dirbridge audit --head");
}

struct err *audit_verify(struct cmd *cmd, const struct audit_ask *a)
{
	struct verifying w = { .cmd = cmd, .list = listing_new(cmd, 4) };
	struct trail_chain *chains;
	size_t n;
	struct err *err =
		trail_chains(cmd, cmd->console->store, a->organization, &chains, &n);

	if (err == NULL && a->against != NULL)
		err = audit_read_heads(cmd, a->against, &w.heads, &w.n_heads);
	if (err == NULL)
		err = check_heads(&w, a, chains, n);
	for (size_t i = 0; err == NULL && i < n; i++)
		err = verify_one(&w, &chains[i]);
	if (err)
		return err;
	if (a->all)
		add_lost(&w, chains, n);
	listing_end(w.list, "chains", "verdict", cmd->status == 0 ? "good" : "wrong",
		    NULL);
	return NULL;
}

/* ---- sealing ---- */

struct err *audit_seal(struct cmd *cmd, const struct audit_ask *a)
{
	struct trail_chain chain = { .path = cmd->n_args > 0 ? cmd->args[0] : NULL };
	const char *until = clock_format_short(cmd, a->time);
	struct trail_sealed done;
	json_t *json;
	struct err *err = trail_seal(cmd->console, a->here, a->time, &done);

	if (err)
		return err;
	if (done.verdict.fault != TRAIL_GOOD) {
		struct listing *list = listing_new(cmd, 4);

		add_verdict(cmd, list, &chain, &done.verdict);
		listing_end(list, "chains", "verdict", "wrong", NULL);
		return NULL;
	}
	if (done.seq == 0)
		cmd_say(cmd, "nothing on the trail of %s is from before %s", a->what,
			until);
	else
		cmd_say(cmd, "sealed the trail of %s at line %lld: %s deleted", a->what,
			(long long)done.seq, cmd_count(cmd, done.lines, "line"));
	json = cmd_object("path", chain.path, NULL);
	json_object_set_new(json, "before", cmd_stamp(a->time));
	json_object_set_new(json, "seq", done.seq ? json_integer(done.seq) : json_null());
	json_object_set_new(json, "deleted", json_integer(done.lines));
	cmd_json(cmd, json);
	return NULL;
}
