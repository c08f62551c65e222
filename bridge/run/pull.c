/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/map/map.h"
#include "bridge/run/run_p.h"
#include "connectors/connector.h"
#include <stdlib.h>

enum {
	PROGRESS_EVERY = 1000,
	NOTES_MAX = 1000,
};

/* ---- facts and notes ---- */

static bool is_fact(const struct value *text, const char *name, struct value *value)
{
	size_t len = strlen(name);

	if (text->len <= len || memcmp(text->bytes, name, len) != 0 ||
	    text->bytes[len] != '=')
		return false;
	value->bytes = text->bytes + len + 1;
	value->len = text->len - len - 1;
	return true;
}

static uint32_t count_of(const struct value *value)
{
	char text[16];

	snprintf(text, sizeof text, "%.*s", (int)value->len, value->bytes);
	return (uint32_t)strtoul(text, NULL, 10);
}

static void keep_fact(struct run *run, const struct value *text)
{
	if (run->n_facts == NOTES_MAX)
		return;
	mem_grow(run, run->facts, run->n_facts + 1, &run->c_facts);
	run->facts[run->n_facts++] = mem_strndup(run, text->bytes, text->len);
}

static void take_fact(struct run *run, const struct value *text)
{
	struct far_side *f = &run->far_side;
	struct pull_facts *p = &run->plan->pull;
	const struct {
		const char *name;
		const char **to;
	} texts[] = {
		{ "server", &f->server },
		{ "identity", &f->identity },
		{ "anchor", &f->anchor },
	};
	const struct {
		const char *name;
		uint32_t *to;
	} counts[] = {
		{ "pages", &p->pages },
		{ "ranges", &p->ranges },
		{ "references", &p->referrals },
	};
	struct value value;

	keep_fact(run, text);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (is_fact(text, texts[i].name, &value))
			*texts[i].to = mem_strndup(run, value.bytes, value.len);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (is_fact(text, counts[i].name, &value))
			*counts[i].to = count_of(&value);
	if (is_fact(text, "lookup", &value))
		f->lookup = value_is(&value, "yes");
	if (is_fact(text, "pull", &value))
		f->changes = value_is(&value, "changes");
}

static void take_note(struct run *run, const struct item *item)
{
	run->plan->pull.set_aside += item->note == NOTE_RECORD;
	if (item->note == NOTE_FINDING || item->note == NOTE_RECORD) {
		if (run->plan->n_findings < NOTES_MAX)
			plan_find(run->plan,
				  item->note == NOTE_RECORD ? "set-aside" : "directory",
				  NULL, "%.*s", (int)item->text.len, item->text.bytes);
		return;
	}
	if (!run->verbose || run->n_notes == NOTES_MAX)
		return;
	mem_grow(run, run->notes, run->n_notes + 1, &run->c_notes);
	run->notes[run->n_notes++] = mem_strndup(run, item->text.bytes, item->text.len);
}

/* ---- reading an answer ---- */

struct err *read_answer(struct run *run, struct item *end,
			struct err *(*take)(struct run *, const struct item *))
{
	struct err *err = NULL;

	while (err == NULL) {
		err = process_read(run->process, end);
		if (err || end->kind == ITEM_END)
			break;
		if (end->kind == ITEM_FACT)
			take_fact(run, &end->text);
		else if (end->kind == ITEM_NOTE)
			take_note(run, end);
		else
			err = take(run, end);
	}
	return err;
}

static struct err *take_item(struct run *run, const struct item *item)
{
	if (item->kind == ITEM_ENTRY && ++run->plan->pull.read % PROGRESS_EVERY == 0 &&
	    run->progress != NULL)
		run->progress(run->data, run->plan->pull.read);
	return entries_take(run, item);
}

static struct err *take_none(struct run *run, const struct item *item)
{
	(void)run;
	(void)item;
	return NULL;
}

/* ---- who is on the other side ---- */

static struct err *check_anchor(const struct run *run)
{
	const char *pinned = run->memory->anchor, *now = run->far_side.anchor;

	if (now == NULL || anchor_kind_of(now) == ANCHOR_KINDS ||
	    run->far_side.identity == NULL)
		return err_new(ERR_BUG,
			       "the connector does not say who is on the other side");
	if (pinned == NULL || strcmp(pinned, now) == 0)
		return NULL;
	return err_hint(
		err_new(ERR_CONFIG,
			"people are known by their %s, the directory now offers %s",
			pinned, now),
		"Read the same kind of directory, or give the new one another source.");
}

struct err *check_identity(struct run *run)
{
	const char *pinned = run->memory->identity, *now = run->far_side.identity;
	bool shared;
	struct err *err = check_anchor(run);

	if (err || run->console == NULL)
		return err;
	if (pinned != NULL && strcmp(pinned, now) != 0)
		return err_hint(
			err_new(ERR_CONFIG,
				"this is not the directory that was read before: its "
				"identity "
				"is \"%s\", it was \"%s\"",
				now, pinned),
			"Check the address and the base. For a new directory make a new "
			"source.");
	err = memory_is_shared(run->store, run->memory, now,
			       run->console->view->organizations[run->plan->scope].id,
			       &shared);
	if (err || !shared || run->source->shared_directory)
		return err;
	return err_hint(err_new(ERR_CONFIG, "another source reads the same directory for "
					    "another organization"),
			"If that is meant, say shared_directory: yes for this source.");
}

struct err *dial(struct run *run)
{
	const struct source_config *s = run->source;
	struct request request = {
		.settings = s->connector,
		.filter = map_filter(run, s),
		.attributes = map_attributes(run, s),
		.anchor = run->memory ? run->memory->anchor : NULL,
	};
	struct stream_limits limits = {
		.idle = s->idle_timeout,
		.total = s->run_timeout,
		.bytes = s->max_bytes,
	};
	struct item end;
	struct err *err;

	err = process_start(run, s->type, &request, &limits, &run->process);
	if (err == NULL)
		err = process_probe(run->process);
	if (err == NULL)
		err = read_answer(run, &end, take_none);
	return err;
}

/* Changes are relative to what was known; a whole pull starts from nothing. */
static struct err *start_from_mirror(struct run *run)
{
	struct entry **known;
	struct err *err;
	size_t n;

	if (!run->far_side.changes)
		return NULL;
	if (run->store == NULL)
		return err_hint(
			err_new(ERR_CONFIG,
				"this directory tells only what has changed, which shows "
				"nothing without what it changes"),
			"What was known before is in the store: dirbridge plan %s",
			run->source->name);
	err = memory_entries(run, run->store, run->memory->source, &known, &n);
	for (size_t i = 0; err == NULL && i < n; i++)
		entries_add(run, known[i]);
	return err;
}

/* An entry that exists but could not be read keeps the place it had. */
struct err *keep_what_was_seen(struct run *run)
{
	struct entry **known;
	struct err *err;
	size_t n;

	if (table_count(run->seen) == 0 || run->store == NULL)
		return NULL;
	err = memory_entries(run, run->store, run->memory->source, &known, &n);
	for (size_t i = 0; err == NULL && i < n; i++) {
		struct value anchor = entry_anchor(known[i]);

		if (is_seen(run, &anchor) && !entries_has(run, &anchor))
			entries_add(run, known[i]);
	}
	return err;
}

struct err *pull(struct run *run)
{
	struct pull_facts *facts = &run->plan->pull;
	int64_t began = clock_ticks();
	struct item end;
	struct err *err = check_identity(run);

	if (err == NULL)
		err = start_from_mirror(run);
	if (err == NULL)
		err = process_pull(run->process);
	if (err == NULL)
		err = read_answer(run, &end, take_item);
	if (err)
		return err;
	err = keep_what_was_seen(run);
	facts->complete = end.complete;
	facts->why = mem_strndup(run, end.text.bytes, end.text.len);
	facts->server = run->far_side.server;
	facts->identity = run->far_side.identity;
	facts->anchor = run->far_side.anchor;
	facts->bytes = process_bytes(run->process);
	facts->us_pull = clock_ticks() - began;
	return err;
}

void stop_connector(struct run *run)
{
	mem_free(run->process);
	run->process = NULL;
}

struct err *keep_what_was_known(struct run *run)
{
	struct entry **known;
	size_t n;
	struct err *err =
		memory_entries(run, run->store, run->memory->source, &known, &n);

	for (size_t i = 0; err == NULL && i < n; i++) {
		struct value anchor = entry_anchor(known[i]);
		const struct evidence *seen = evidence_seen(run, &anchor);

		if (!is_alive(run, &anchor) &&
		    (seen == NULL || seen->last != run->plan->now))
			entries_add(run, known[i]);
	}
	return err;
}
