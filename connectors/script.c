/* SPDX-License-Identifier: MIT */
/*
 * A directory that does what a text file says: every kind of item, every way of being
 * incomplete, every answer to a lookup, and every way a connector can fail. For tests
 * of what stands behind a connector, and of how it is kept in check.
 *
 *   # a comment; empty lines mean nothing
 *   identity NAME                what is pinned; "script" by default
 *   anchor KIND                  text, entryUUID, nsUniqueId; text by default
 *
 *   entry ANCHOR DN              then indented lines "name: value", "name:: base64",
 *     mail: ada@example.test     or "name:" alone for an attribute without values
 *   changed ANCHOR DN            the same
 *   link ANCHOR add ATTRIBUTE DN     or remove
 *   gone ANCHOR    left ANCHOR    seen ANCHOR    unknown ANCHOR
 *   note KIND TEXT               info, search, finding, record
 *   fact NAME=VALUE              "probe fact pull=changes": what follows is relative to
 *                                what was read before
 *                                "fact base=12 ou=people,dc=test": what a base showed;
 *                                without one the whole is one base
 *   page                         the page ends here
 *   incomplete WHY               goes on, but is no longer whole
 *   fail CLASS TEXT              the error ends the pull; err_class_name()
 *   crash   hang   flood         die of a signal; say nothing more; never stop
 *   cut     garbage              leave without END; write what is no item
 *
 * The pull is these lines in their order. "open LINE" and "probe LINE" happen in that
 * call instead, and "lookup ANCHOR VERB ..." is the answer about one anchor. Without
 * such an answer an anchor is looked up among the entries of the pull.
 *
 * Attributes that were not asked for are left out; the filter is not applied.
 */
#include "connectors/connector.h"
#include "connectors/lines.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#define SCRIPT_LINE_MAX (16u << 20)

enum when { IN_PULL, IN_OPEN, IN_PROBE, IN_LOOKUP };

struct pair {
	struct value name;
	struct value value; /* bytes NULL: none */
};

struct step {
	const struct verb *verb;
	enum when when;
	size_t line;
	struct value anchor;
	const char *rest;
	struct pair *pairs;
	size_t n_pairs, pairs_capacity;
};

struct session {
	const struct request *request;
	const char *path;
	const char *identity;
	enum anchor_kind kind;
	struct step *steps;
	size_t n_steps, steps_capacity;
	size_t at;                 /* of the pull */
	unsigned long long passed; /* entries of the pull */
	const char *incomplete;
};

struct verb {
	const char *name;
	bool anchor;    /* comes first */
	unsigned words; /* that have to follow at least */
	struct err *(*run)(struct session *s, const struct step *step, struct sink *sink);
	enum item_kind kind; /* that it writes */
};

static struct err *script_error(const struct session *s, size_t line, const char *what)
{
	return err_hint(err_new(ERR_CONFIG, "%s:%zu: %s", s->path, line, what),
			"The lines of a script are described in connectors/script.c.");
}

/* Cut the first word off; an empty one when nothing is left. */
static char *word(char **text)
{
	char *from = *text + strspn(*text, " \t"), *end = from + strcspn(from, " \t");

	*text = end + strspn(end, " \t");
	*end = '\0';
	return from;
}

static int choose(const char *name, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(name, names[i]) == 0)
			return i;
	return -1;
}

/* ---- what the verbs do ------------------------------------------------------------- */

static struct err *run_entry(struct session *s, const struct step *step,
			     struct sink *sink)
{
	sink_entry_begin(sink, step->verb->kind, step->anchor.bytes, step->anchor.len,
			 step->rest, strlen(step->rest));
	for (size_t i = 0; i < step->n_pairs; i++) {
		const struct pair *pair = &step->pairs[i];

		if (!request_wants(s->request, &pair->name))
			continue;
		sink_attribute(sink, pair->name.bytes, pair->name.len);
		if (pair->value.bytes != NULL)
			sink_value(sink, pair->value.bytes, pair->value.len);
	}
	sink_entry_end(sink);
	s->passed += step->verb->kind == ITEM_ENTRY;
	return NULL;
}

static struct err *run_link(struct session *s, const struct step *step, struct sink *sink)
{
	static const char *const ways[] = { "remove", "add" };
	AUTO_MEM char *copy = mem_strdup(NULL, step->rest);
	char *rest = copy;
	int added = choose(word(&rest), ways, 2);
	const char *attribute = word(&rest);
	struct value target = { rest, strlen(rest) };

	if (added < 0)
		return script_error(s, step->line, "neither \"add\" nor \"remove\"");
	sink_link(sink, added, &step->anchor, attribute, &target);
	return NULL;
}

static struct err *run_fact(struct session *s UNUSED, const struct step *step,
			    struct sink *sink)
{
	size_t len = strcspn(step->rest, "=");
	AUTO_MEM char *name = mem_strndup(NULL, step->rest, len);

	sink_fact(sink, name, "%s", step->rest[len] == '=' ? step->rest + len + 1 : "");
	return NULL;
}

static struct err *run_anchor(struct session *s UNUSED, const struct step *step,
			      struct sink *sink)
{
	sink_anchor(sink, step->verb->kind, &step->anchor);
	return NULL;
}

static struct err *run_note(struct session *s, const struct step *step, struct sink *sink)
{
	static const char *const kinds[] = { "", "info", "search", "finding", "record" };
	AUTO_MEM char *copy = mem_strdup(NULL, step->rest);
	char *rest = copy;
	int kind = choose(word(&rest), kinds, ARRAY_LEN(kinds));

	if (kind < NOTE_INFO)
		return script_error(s, step->line, "no such kind of note");
	sink_note(sink, (enum note_kind)kind, "%s", rest);
	return NULL;
}

static struct err *run_incomplete(struct session *s, const struct step *step,
				  struct sink *sink UNUSED)
{
	s->incomplete = step->rest;
	return NULL;
}

static struct err *run_fail(struct session *s, const struct step *step,
			    struct sink *sink UNUSED)
{
	AUTO_MEM char *copy = mem_strdup(NULL, step->rest);
	char *rest = copy;
	const char *name = word(&rest);

	for (enum err_class class = ERR_CONFIG; class <= ERR_BUG; class ++)
		if (strcmp(err_class_name(class), name) == 0)
			return err_new(class, "%s", rest);
	return script_error(s, step->line, "no such class of error");
}

static struct err *run_crash(struct session *s UNUSED, const struct step *step UNUSED,
			     struct sink *sink)
{
	err_ignore(sink_flush(sink));
	abort();
}

static struct err *run_hang(struct session *s UNUSED, const struct step *step UNUSED,
			    struct sink *sink)
{
	err_ignore(sink_flush(sink));
	while (pause() < 0)
		continue;
	return NULL;
}

static struct err *run_flood(struct session *s UNUSED, const struct step *step UNUSED,
			     struct sink *sink)
{
	struct err *err = NULL;

	while (err == NULL) {
		sink_note(sink, NOTE_INFO, "%01000d", 0);
		err = sink_flush(sink);
	}
	return err;
}

static struct err *run_cut(struct session *s UNUSED, const struct step *step UNUSED,
			   struct sink *sink)
{
	err_ignore(sink_flush(sink));
	_exit(0);
}

static struct err *run_garbage(struct session *s, const struct step *step,
			       struct sink *sink)
{
	static const char garbage[] = "Segmentation fault (core dumped)\n";

	err_ignore(sink_flush(sink));
	if (write(STDOUT_FILENO, garbage, sizeof(garbage)) < 0)
		return script_error(s, step->line, "cannot write garbage");
	return NULL;
}

/* clang-format off */
static const struct verb verbs[] = {
	{ "entry",      true,  1, run_entry,      ITEM_ENTRY },
	{ "changed",    true,  1, run_entry,      ITEM_CHANGED },
	{ "link",       true,  3, run_link,       ITEM_LINK },
	{ "gone",       true,  0, run_anchor,     ITEM_GONE },
	{ "left",       true,  0, run_anchor,     ITEM_LEFT },
	{ "seen",       true,  0, run_anchor,     ITEM_SEEN },
	{ "unknown",    true,  0, run_anchor,     ITEM_UNKNOWN },
	{ "note",       false, 2, run_note,       ITEM_NOTE },
	{ "fact", false, 1, run_fact, 0 },
	{ "page",       false, 0, NULL,           ITEM_END },
	{ "incomplete", false, 1, run_incomplete, ITEM_END },
	{ "fail",       false, 2, run_fail,       ITEM_ERROR },
	{ "crash",      false, 0, run_crash,      ITEM_ERROR },
	{ "hang",       false, 0, run_hang,       ITEM_ERROR },
	{ "flood",      false, 0, run_flood,      ITEM_ERROR },
	{ "cut",        false, 0, run_cut,        ITEM_ERROR },
	{ "garbage",    false, 0, run_garbage,    ITEM_ERROR },
};
/* clang-format on */

/* ---- reading the script ------------------------------------------------------------ */

static struct err *parse_anchor(struct session *s, struct step *step, const char *text)
{
	struct value value = { text, strlen(text) };
	uint8_t bytes[ENTRY_ANCHOR_MAX];
	size_t len = sizeof(bytes);

	if (value.len == 0 || !anchor_read(s->kind, &value, bytes, &len))
		return script_error(s, step->line, "the anchor is missing or malformed");
	step->anchor = (struct value){ mem_dup(s, bytes, len), len };
	return NULL;
}

static unsigned count_words(const char *text)
{
	unsigned n = 0;

	while (*(text += strspn(text, " \t")) != '\0') {
		n++;
		text += strcspn(text, " \t");
	}
	return n;
}

static struct err *parse_step(struct session *s, struct step *step, char *name,
			      char *rest)
{
	static const char *const prefixes[] = { "", "open", "probe", "lookup" };
	int prefix = choose(name, prefixes, ARRAY_LEN(prefixes));
	struct err *err = NULL;

	step->when = prefix > 0 ? (enum when)prefix : IN_PULL;
	if (step->when == IN_LOOKUP)
		err = parse_anchor(s, step, word(&rest));
	if (err != NULL)
		return err;
	if (step->when != IN_PULL)
		name = word(&rest);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			step->verb = &verbs[i];
	if (step->verb == NULL)
		return script_error(s, step->line, "no such verb");
	if (step->verb->anchor && step->when != IN_LOOKUP)
		err = parse_anchor(s, step, word(&rest));
	if (err == NULL && count_words(rest) < step->verb->words)
		err = script_error(s, step->line, "words are missing");
	step->rest = mem_strdup(s, rest);
	return err;
}

static bool decode(TALLOC_CTX *ctx, const char *text, struct value *value)
{
	size_t room = strlen(text) + 1;
	char *bytes = mem_array(ctx, char, room);

	value->bytes = bytes;
	return sodium_base642bin((unsigned char *)bytes, room, text, strlen(text), NULL,
				 &value->len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0;
}

/* "name: value", "name:: base64", or "name:" alone. */
static struct err *parse_pair(struct session *s, size_t line, char *text)
{
	struct step *step = s->n_steps > 0 ? &s->steps[s->n_steps - 1] : NULL;
	char *name = text + strspn(text, " \t"), *colon = strchr(name, ':'), *value;
	struct pair *pair;

	if (step == NULL || colon == NULL || colon == name)
		return script_error(s, line, "no attribute of an entry");
	mem_grow(s, step->pairs, step->n_pairs + 1, &step->pairs_capacity);
	pair = &step->pairs[step->n_pairs++];
	*pair = (struct pair){ 0 };
	pair->name.len = (size_t)(colon - name);
	pair->name.bytes = mem_strndup(s, name, pair->name.len);
	value = colon + 1 + (colon[1] == ':');
	value += strspn(value, " ");
	if (colon[1] == ':')
		return decode(s, value, &pair->value)
			       ? NULL
			       : script_error(s, line, "no base64");
	if (value[0] != '\0')
		pair->value = (struct value){ mem_strdup(s, value), strlen(value) };
	return NULL;
}

static struct err *parse_line(struct session *s, size_t line, char *text)
{
	char *rest = text, *name;
	struct step *step;

	if (isspace((unsigned char)text[0]) && text[strspn(text, " \t")] != '\0')
		return parse_pair(s, line, text);
	name = word(&rest);
	if (name[0] == '\0' || name[0] == '#')
		return NULL;
	if (strcmp(name, "identity") == 0) {
		s->identity = mem_strdup(s, rest);
		return NULL;
	}
	if (strcmp(name, "anchor") == 0) {
		s->kind = anchor_kind_of(rest);
		return s->kind == ANCHOR_KINDS
			       ? script_error(s, line, "no such kind of anchor")
			       : NULL;
	}
	mem_grow(s, s->steps, s->n_steps + 1, &s->steps_capacity);
	step = &s->steps[s->n_steps++];
	*step = (struct step){ .line = line };
	return parse_step(s, step, name, rest);
}

static struct err *parse(struct session *s, int fd)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct lines *lines = lines_new(ctx, fd, SCRIPT_LINE_MAX);
	struct value line;
	struct err *err;

	for (;;) {
		char *text;

		err = lines_next(lines, &line);
		if (err != NULL || line.bytes == NULL)
			return err;
		text = mem_strndup(ctx, line.bytes, line.len);
		err = parse_line(s, lines_number(lines), text);
		if (err != NULL)
			return err;
		mem_free(text);
	}
}

/* ---- the connector ------------------------------------------------------------------
 */

static struct err *run_all(struct session *s, enum when when, struct sink *sink)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < s->n_steps; i++)
		if (s->steps[i].when == when && s->steps[i].verb->run != NULL)
			err = s->steps[i].verb->run(s, &s->steps[i], sink);
	return err;
}

static struct err *script_open(TALLOC_CTX *ctx, const struct request *request,
			       struct sink *sink, struct session **out)
{
	struct session *s = mem_new(ctx, struct session);
	struct err *err;
	int fd;

	s->request = request;
	s->path = settings_text(request->settings, "file");
	s->identity = "script";
	fd = open(s->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = err_hint(err_new(ERR_CONFIG, "cannot open \"%s\": %s", s->path,
				       strerror(errno)),
			       "Correct \"file\".");
	} else {
		err = parse(s, fd);
		close(fd);
	}
	if (err == NULL)
		err = run_all(s, IN_OPEN, sink);
	if (err != NULL)
		mem_free(s);
	else
		*out = s;
	return err;
}

static struct err *script_probe(struct session *s, struct sink *sink)
{
	sink_fact(sink, "identity", "%s", s->identity);
	sink_fact(sink, "anchor", "%s", anchor_kind_name(s->kind));
	sink_fact(sink, "server", "script %s", s->path);
	sink_fact(sink, "lookup", "yes");
	return run_all(s, IN_PROBE, sink);
}

static bool says(const struct session *s, const char *fact)
{
	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].verb->run == run_fact &&
		    strncmp(s->steps[i].rest, fact, strlen(fact)) == 0)
			return true;
	return false;
}

static struct err *script_next(struct session *s, struct sink *sink, bool *more,
			       const char **incomplete)
{
	struct err *err = NULL;

	while (err == NULL && s->at < s->n_steps) {
		const struct step *step = &s->steps[s->at++];

		if (step->when != IN_PULL)
			continue;
		if (step->verb->run == NULL)
			break;
		err = step->verb->run(s, step, sink);
	}
	*more = s->at < s->n_steps;
	*incomplete = s->incomplete;
	if (err == NULL && !*more && s->incomplete == NULL && !says(s, "base=") &&
	    !says(s, "pull=changes"))
		sink_fact(sink, "base", "%llu", s->passed);
	return err;
}

static const struct step *find_answer(const struct session *s, const struct value *anchor)
{
	const struct step *found = NULL;

	for (size_t i = 0; i < s->n_steps; i++) {
		const struct step *step = &s->steps[i];

		if (step->anchor.bytes == NULL ||
		    value_compare(&step->anchor, anchor) != 0)
			continue;
		if (step->when == IN_LOOKUP)
			return step;
		if (step->verb->kind == ITEM_ENTRY)
			found = step;
	}
	return found;
}

static struct err *script_lookup(struct session *s, const struct value *anchors, size_t n,
				 struct sink *sink)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < n; i++) {
		const struct step *step = find_answer(s, &anchors[i]);

		if (step == NULL)
			sink_anchor(sink, ITEM_UNKNOWN, &anchors[i]);
		else if (step->verb->run != NULL)
			err = step->verb->run(s, step, sink);
	}
	return err;
}

static void script_close(struct session *s)
{
	mem_free(s);
}

static const struct setting settings[] = {
	{ .name = "file",
	  .type = SETTING_FILE,
	  .flags = SETTING_REQUIRED | SETTING_ADDRESS,
	  .help = "the script to follow" },
	{ .name = NULL },
};

const struct connector connector_script = {
	.name = "script",
	.help = "a directory that follows a script, for tests",
	.caps = CONNECTOR_LOOKUP | CONNECTOR_TOMBSTONES | CONNECTOR_CHANGES,
	.settings = settings,
	.open = script_open,
	.probe = script_probe,
	.next = script_next,
	.lookup = script_lookup,
	.close = script_close,
};
