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

static void keep_fact(struct far_side *far, TALLOC_CTX *ctx, const struct value *text)
{
	if (far->n_facts == NOTES_MAX)
		return;
	mem_grow(ctx, far->facts, far->n_facts + 1, &far->c_facts);
	far->facts[far->n_facts++] = mem_strndup(ctx, text->bytes, text->len);
}

/* "412 ou=people,dc=contoso,dc=example", or the number alone. */
static void take_base(struct run *run, struct pull_directory *d,
		      const struct value *value)
{
	const char *name, *space = memchr(value->bytes, ' ', value->len);
	struct pull_base *base;
	size_t i = 0;

	name = space == NULL
		       ? ""
		       : mem_strndup(run, space + 1,
				     (size_t)(value->bytes + value->len - space - 1));
	while (i < d->n_bases && strcmp(d->bases[i].name, name) != 0)
		i++;
	if (i == d->n_bases) {
		if (d->n_bases == NOTES_MAX)
			return;
		mem_grow(run, d->bases, ++d->n_bases, &d->c_bases);
	}
	base = &d->bases[i];
	*base = (struct pull_base){ name, count_of(value) };
}

static void take_fact(struct run *run, const struct value *text)
{
	struct far_side *far = &run->directories[run->reading];
	struct pull_directory *d = far->pull;
	const struct {
		const char *name;
		const char **to;
	} texts[] = {
		{ "server", &d->server },
		{ "identity", &d->identity },
		{ "anchor", &d->anchor },
	};
	const struct {
		const char *name;
		uint32_t *to;
	} counts[] = {
		{ "pages", &d->pages },
		{ "ranges", &d->ranges },
		{ "references", &d->referrals },
	};
	struct value value;

	keep_fact(far, run, text);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		if (is_fact(text, texts[i].name, &value))
			*texts[i].to = mem_strndup(run, value.bytes, value.len);
	for (size_t i = 0; i < ARRAY_LEN(counts); i++)
		if (is_fact(text, counts[i].name, &value))
			*counts[i].to = count_of(&value);
	if (is_fact(text, "lookup", &value))
		far->lookup = value_is(&value, "yes");
	if (is_fact(text, "pull", &value))
		far->changes = value_is(&value, "changes");
	if (is_fact(text, "base", &value))
		take_base(run, d, &value);
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
		err = process_read(run->directories[run->reading].process, end);
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
	if (item->kind == ITEM_ENTRY) {
		run->directories[run->reading].pull->read++;
		if (++run->plan->pull.read % PROGRESS_EVERY == 0 && run->progress != NULL)
			run->progress(run->data, run->plan->pull.read);
	}
	return entries_take(run, item);
}

static struct err *take_none(struct run *run, const struct item *item)
{
	(void)run;
	(void)item;
	return NULL;
}

/* ---- who is on the other side ---- */

static struct err *check_anchor(const struct known_directory *known,
				const struct pull_directory *d)
{
	if (d->anchor == NULL || anchor_kind_of(d->anchor) == ANCHOR_KINDS ||
	    d->identity == NULL)
		return err_new(ERR_BUG,
			       "the connector does not say who is on the other side");
	if (known == NULL || strcmp(known->anchor, d->anchor) == 0)
		return NULL;
	return err_hint(
		err_new(ERR_CONFIG,
			"people are known by their %s, the directory now offers %s",
			known->anchor, d->anchor),
		"Read the same kind of directory, or give the new one another source.");
}

static struct err *check_shared(const struct run *run, const struct pull_directory *d)
{
	bool shared;
	struct err *err = memory_is_shared(
		run->store, run->memory, d->identity,
		run->console->view->organizations[run->plan->scope].id, &shared);

	if (err || !shared || run->source->shared_directory)
		return err;
	return err_hint(err_new(ERR_CONFIG, "another source reads the same directory for "
					    "another organization"),
			"If that is meant, say shared_directory: yes for this source.");
}

/* Of several, which one. */
static struct err *of_directory(const struct run *run, const char *name, struct err *err)
{
	return err != NULL && run->n_directories > 1
		       ? err_wrap(err, "directory \"%s\"", name)
		       : err;
}

struct err *check_identity(struct run *run, const struct pull_directory *d)
{
	const struct known_directory *known = memory_directory(run->memory, d->name);
	struct err *err = check_anchor(known, d);

	if (err == NULL && run->console != NULL && known != NULL &&
	    strcmp(known->identity, d->identity) != 0)
		err = err_hint(
			err_new(ERR_CONFIG,
				"this is not the directory that was read before: its "
				"identity "
				"is \"%s\", it was \"%s\"",
				d->identity, known->identity),
			"Check the address and the base. For a directory that was made "
			"anew make a new source, and put it in the place of this one: "
			"dirbridge source replace.");
	if (err == NULL && run->console != NULL)
		err = check_shared(run, d);
	return of_directory(run, d->name, err);
}

struct err *dial(struct run *run, uint16_t number)
{
	const struct source_config *s = run->source;
	struct far_side *far = &run->directories[number];
	const struct known_directory *known =
		run->memory ? memory_directory(run->memory, far->config->name) : NULL;
	struct request request = {
		.settings = far->config->settings,
		.filter = map_filter(run, s),
		.attributes = map_attributes(run, s, run->released),
		.anchor = known ? known->anchor : NULL,
	};
	struct stream_limits limits = {
		.idle = s->idle_timeout,
		.total = s->run_timeout,
		.bytes = s->max_bytes,
	};
	struct item end;
	struct err *err;

	run->reading = number;
	err = process_start(run, far->config->type, &request, &limits, &far->process);
	if (err == NULL)
		err = process_probe(far->process);
	if (err == NULL)
		err = read_answer(run, &end, take_none);
	return err;
}

void stop_connectors(struct run *run)
{
	for (size_t i = 0; i < run->n_directories; i++) {
		mem_free(run->directories[i].process);
		run->directories[i].process = NULL;
	}
}

/* ---- the set to start from, and to fall back on ---- */

static void add_known(struct run *run, struct entry *entry)
{
	struct value anchor = entry_anchor(entry);

	entries_add(run, entry, home_of(run, memory_home(run->memory, &anchor)));
}

/* Changes are relative to what was known; a whole pull starts from nothing. */
static struct err *start_from_mirror(struct run *run, uint16_t number)
{
	struct entry **known;
	struct err *err;
	size_t n;

	if (!run->directories[number].changes)
		return NULL;
	if (run->store == NULL)
		return err_hint(
			err_new(ERR_CONFIG,
				"this directory tells only what has changed, which shows "
				"nothing without what it changes"),
			"What was known before is in the store: dirbridge plan %s",
			run->source->name);
	err = memory_entries(run, run->store, run->memory->source, &known, &n);
	for (size_t i = 0; err == NULL && i < n; i++) {
		struct value anchor = entry_anchor(known[i]);

		if (home_of(run, memory_home(run->memory, &anchor)) == number &&
		    !entries_has(run, &anchor))
			entries_add(run, known[i], number);
	}
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
			add_known(run, known[i]);
	}
	return err;
}

struct err *keep_what_was_known(struct run *run)
{
	struct entry **known;
	size_t n;
	struct err *err =
		memory_entries(run, run->store, run->memory->source, &known, &n);

	run->with_known = true;
	for (size_t i = 0; err == NULL && i < n; i++) {
		struct value anchor = entry_anchor(known[i]);
		const struct evidence *seen = evidence_seen(run, &anchor);

		if (!is_alive(run, &anchor) &&
		    (seen == NULL || seen->last != run->plan->now))
			add_known(run, known[i]);
	}
	return err;
}

/* ---- one directory after the other ---- */

static struct err *read_whole(struct run *run, struct far_side *far)
{
	struct pull_directory *d = far->pull;
	struct item end;
	struct err *err = process_pull(far->process);

	if (err == NULL)
		err = read_answer(run, &end, take_item);
	if (err)
		return err;
	d->complete = end.complete && far->twice == 0;
	if (far->twice == 0)
		d->why = mem_strndup(run, end.text.bytes, end.text.len);
	else if (far->twice > 1)
		d->why = mem_printf(run, "%s, and so have %u more", d->why,
				    far->twice - 1);
	return NULL;
}

/* sick: why it could not be reached or read; anything else is not for this run to get
 * over. */
static struct err *read_directory(struct run *run, uint16_t number, struct err **sick)
{
	struct far_side *far = &run->directories[number];
	struct err *err;

	*sick = dial(run, number);
	if (*sick)
		return NULL;
	err = check_identity(run, far->pull);
	if (err == NULL)
		err = start_from_mirror(run, number);
	if (err == NULL)
		*sick = read_whole(run, far);
	return err;
}

static void note_sick(struct run *run, struct far_side *far, const struct err *sick)
{
	const char *hint = err_hint_text(sick);

	far->pull->complete = false;
	far->pull->why = mem_strdup(run, err_text(sick));
	far->pull->hint = hint ? mem_strdup(run, hint) : NULL;
	mem_free(far->process);
	far->process = NULL;
}

static struct err *read_all(struct run *run)
{
	struct err *err = NULL, *first = NULL;
	size_t sick = 0;

	for (uint16_t i = 0; err == NULL && i < run->n_directories; i++) {
		struct err *why;

		err = read_directory(run, i, &why);
		if (why == NULL)
			continue;
		note_sick(run, &run->directories[i], why);
		if (sick++ == 0)
			first = of_directory(run, run->directories[i].config->name, why);
		else
			err_free(why);
	}
	if (err == NULL && sick == run->n_directories)
		return first;
	err_free(first);
	return err;
}

static void add_up(struct run *run)
{
	struct pull_facts *facts = &run->plan->pull;

	facts->complete = true;
	for (size_t i = 0; i < run->n_directories; i++) {
		const struct pull_directory *d = run->directories[i].pull;

		facts->pages += d->pages;
		facts->ranges += d->ranges;
		facts->referrals += d->referrals;
		if (run->directories[i].process != NULL)
			facts->bytes += process_bytes(run->directories[i].process);
		if (facts->complete && !d->complete)
			facts->why =
				run->n_directories == 1
					? d->why
					: mem_printf(run, "\"%s\": %s", d->name, d->why);
		facts->complete &= d->complete;
	}
}

struct err *pull(struct run *run)
{
	int64_t began = clock_ticks();
	struct err *err = read_all(run);

	if (err == NULL)
		err = keep_what_was_seen(run);
	if (err)
		return err;
	add_up(run);
	run->plan->pull.us_pull = clock_ticks() - began;
	return NULL;
}
