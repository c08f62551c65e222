/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/base/escape.h"
#include "bridge/console/import_p.h"
#include "bridge/record/text.h"

enum { LINE_LIMIT = 400 };

static const struct {
	import_fn *take;
	void (*end)(struct import *im);
} takers[ALL_PARTS] = {
	[PART_ORGANIZATIONS] = { import_organization, NULL },
	[PART_ASSETS] = { import_asset, NULL },
	[PART_LICENCES] = { import_licence, NULL },
	[PART_PEOPLE] = { import_person, NULL },
	[PART_ALIASES] = { import_alias, NULL },
	[PART_BLOCKS] = { import_block, NULL },
	[PART_CLAIMS] = { import_claim, NULL },
	[PART_GROUPS] = { import_group, NULL },
	[PART_LINKS] = { import_link, NULL },
	[PART_GROUP_CLAIMS] = { import_group_claim, NULL },
	[PART_SOURCES] = { import_source, NULL },
	[PART_DIRECTORIES] = { import_directory, NULL },
	[PART_BINDINGS] = { import_binding, NULL },
	[PART_GROUP_BINDINGS] = { import_group_binding, NULL },
	[PART_ROLES] = { import_role, import_role_end },
	[PART_ROLE_GIVERS] = { import_role_giver, NULL },
	[PART_MAILS] = { import_mail, NULL },
	[PART_INVITATIONS] = { import_invitation, import_invitation_end },
	[PART_INVITATION_GIVERS] = { import_invitation_giver, NULL },
	[PART_GIVEN] = { import_given, NULL },
	[PART_EVIDENCE] = { import_evidence, NULL },
	[PART_CHAINS] = { import_chain, NULL },
	[PART_CHECKPOINTS] = { import_checkpoint, NULL },
	[PART_AUDIT] = { import_line, NULL },
	[PART_REVIEWS] = { import_review, NULL },
};

/* ---- values ---- */

static bool read_reference(struct import *im, enum field_kind kind, json_int_t place,
			   struct import_value *v)
{
	enum part_id part = kind == FIELD_ORGANIZATION ? PART_ORGANIZATIONS
			    : kind == FIELD_GROUP      ? PART_GROUPS
			    : kind == FIELD_MAIL       ? PART_MAILS
			    : kind == FIELD_SOURCE || kind == FIELD_GIVER ? PART_SOURCES
									  : PART_PEOPLE;

	if (place < 0 || (uint64_t)place >= im->n[part])
		return false;
	v->number = place;
	switch (kind) {
	case FIELD_ORGANIZATION:
		v->id = im->organizations[place].id;
		return true;
	case FIELD_GROUP:
		v->id = im->groups[place].id;
		return true;
	case FIELD_MAIL:
		v->id = im->mails[place].id;
		return true;
	case FIELD_SOURCE:
	case FIELD_GIVER:
		v->id = im->sources[place].id;
		return true;
	case FIELD_PERSON:
		v->id = im->people[place].subject;
		return true;
	default:
		v->id = kind == FIELD_PRINCIPAL ? im->people[place].principal
						: im->people[place].account;
		return im->people[place].has_account;
	}
}

static bool read_hex(struct import *im, const struct field *f, struct import_value *v)
{
	size_t len = strlen(v->text) / 2;
	uint8_t *bytes = mem_array(im->scratch, uint8_t, len + 1);
	bool good = hex_read(v->text, bytes, len);

	v->text = (const char *)bytes;
	v->len = len;
	return good && (f->size == 0 || f->size == len);
}

/* In lower case, as it is written: the same bytes again. */
static bool is_hex(const char *text, size_t len)
{
	return strspn(text, "0123456789abcdef") == len;
}

static bool read_text(struct import *im, const struct field *f, struct import_value *v)
{
	AUTO_MEM char *name = NULL;

	switch (f->kind) {
	case FIELD_NAME:
		name = text_name(NULL, v->text, v->len);
		return name != NULL;
	case FIELD_UID:
		return v->len == 32 && is_hex(v->text, v->len);
	case FIELD_HEX:
		return is_hex(v->text, v->len) && read_hex(im, f, v);
	case FIELD_TIME:
		return clock_parse(v->text, v->len, &v->number) && v->number > 0;
	case FIELD_ROLE:
		v->number = strcmp(v->text, role_name(ROLE_OWNER)) == 0 ? ROLE_OWNER
									: ROLE_MEMBER;
		return strcmp(v->text, role_name((enum role)v->number)) == 0;
	case FIELD_WORD:
		for (const char *const *word = f->words; *word != NULL; word++)
			if (strcmp(*word, v->text) == 0)
				return true;
		return false;
	default:
		return true;
	}
}

static bool read_value(struct import *im, const struct field *f, const json_t *json,
		       struct import_value *v)
{
	*v = (struct import_value){ .none = json_is_null(json) };
	if (v->none)
		return f->maybe;
	if (f->kind == FIELD_FLAG) {
		v->number = json_is_true(json);
		return json_is_boolean(json);
	}
	if (f->kind == FIELD_NUMBER) {
		v->number = json_integer_value(json);
		return json_is_integer(json) && v->number >= 0;
	}
	if (f->kind >= FIELD_ORGANIZATION)
		return json_is_integer(json) &&
		       read_reference(im, f->kind, json_integer_value(json), v);
	if (!json_is_string(json))
		return false;
	v->text = json_string_value(json);
	v->len = json_string_length(json);
	return read_text(im, f, v);
}

static const char *wanted(TALLOC_CTX *ctx, const struct field *f)
{
	static const char *const kinds[] = {
		[FIELD_TEXT] = "a text",
		[FIELD_NAME] = "a name, without control characters",
		[FIELD_UID] = "32 hexadecimal digits in lower case",
		[FIELD_NUMBER] = "a number that is not negative",
		[FIELD_FLAG] = "true or false",
		[FIELD_TIME] = "a time as 2026-11-24T09:00:00Z",
		[FIELD_HEX] = "hexadecimal digits in lower case",
		[FIELD_ROLE] = "\"member\" or \"owner\"",
		[FIELD_ORGANIZATION] = "the number of an organization before it",
		[FIELD_PERSON] = "the number of a person",
		[FIELD_ACCOUNT] = "the number of a person who has an account",
		[FIELD_PRINCIPAL] = "the number of a person who has an account",
		[FIELD_GROUP] = "the number of a group",
		[FIELD_SOURCE] = "the number of a source",
		[FIELD_GIVER] = "the number of a source",
		[FIELD_MAIL] = "the number of a mail",
	};
	struct str *s = str_new(ctx);

	if (f->kind != FIELD_WORD)
		str_add(s, kinds[f->kind]);
	if (f->kind == FIELD_HEX && f->size > 0)
		str_addf(s, ", %zu of them", 2 * f->size);
	for (const char *const *w = f->words; f->kind == FIELD_WORD && *w != NULL; w++)
		str_addf(s, "%s\"%s\"", w == f->words ? "one of " : ", ", *w);
	return str_take(ctx, s);
}

/* ---- elements ---- */

static bool is_known(const struct part *part, const char *key)
{
	for (int f = 0; f < FIELDS_MAX && part->fields[f].name; f++)
		if (strcmp(part->fields[f].name, key) == 0)
			return true;
	for (int w = 0; w < part->n_within; w++)
		if (strcmp(export_parts[part->within[w]].name, key) == 0)
			return true;
	return false;
}

static bool read_values(struct import *im, const struct part *part, json_t *object,
			struct import_value v[FIELDS_MAX])
{
	int before = im->n_problems;
	const char *key;
	json_t *one;

	if (!json_is_object(object)) {
		import_problem(im, NULL, "must be an object");
		return false;
	}
	json_object_foreach(object, key, one)
	{
		if (!is_known(part, key))
			import_problem(im, key, "is unknown here");
	}
	for (int f = 0; f < FIELDS_MAX && part->fields[f].name; f++) {
		one = json_object_get(object, part->fields[f].name);
		if (one == NULL)
			import_problem(im, part->fields[f].name, "is missing");
		else if (!read_value(im, &part->fields[f], one, &v[f]))
			import_problem(im, part->fields[f].name, "must be %s%s",
				       wanted(im->scratch, &part->fields[f]),
				       part->fields[f].maybe ? ", or null" : "");
	}
	return im->n_problems == before;
}

static void take(struct import *im, enum part_id number, json_t *object, int64_t parent);

static void take_within(struct import *im, enum part_id number, json_t *object,
			int64_t parent)
{
	const char *name = export_parts[number].name;
	json_t *array = json_object_get(object, name), *one;

	if (!json_is_array(array)) {
		import_problem(im, name, "must be an array");
		return;
	}
	im->place[1] = name;
	im->depth = 2;
	im->n[number] = 0;
	json_array_foreach(array, im->at[1], one) take(im, number, one, parent);
	im->depth = 1;
}

static void grow(struct import *im, enum part_id part)
{
	size_t n = im->n[part] + 1, *capacity = &im->capacity[part];

	switch (part) {
	case PART_ORGANIZATIONS:
		mem_grow(im->ctx, im->organizations, n, capacity);
		im->organizations[n - 1] =
			(struct import_organization){ .parent = VIEW_NONE, .level = 1 };
		mem_grow(im->ctx, im->chains, n, &im->c_chains);
		im->chains[n - 1] = (struct import_chain){ 0 };
		return;
	case PART_PEOPLE:
		mem_grow(im->ctx, im->people, n, capacity);
		im->people[n - 1] = (struct import_person){ 0 };
		return;
	case PART_GROUPS:
		mem_grow(im->ctx, im->groups, n, capacity);
		im->groups[n - 1] = (struct import_group){ 0 };
		return;
	case PART_SOURCES:
		mem_grow(im->ctx, im->sources, n, capacity);
		im->sources[n - 1] = (struct import_thing){ 0 };
		return;
	case PART_MAILS:
		mem_grow(im->ctx, im->mails, n, capacity);
		im->mails[n - 1] = (struct import_thing){ 0 };
		return;
	default:
		return;
	}
}

/* One whose values are wrong still has its number, so that others can refer to it, and
 * are not wrong for that. */
static void stand_in(struct import *im, enum part_id part)
{
	size_t n = im->n[part];

	switch (part) {
	case PART_PEOPLE:
		im->people[n].has_account = im->people[n].has_email = true;
		return;
	case PART_GROUPS:
		im->groups[n].organization = VIEW_NONE;
		return;
	case PART_MAILS:
		im->mails[n].organization = VIEW_NONE;
		return;
	case PART_CHAINS:
		im->chain_lost = true;
		return;
	default:
		return;
	}
}

static void take(struct import *im, enum part_id number, json_t *object, int64_t parent)
{
	const struct part *part = &export_parts[number];
	struct import_value v[FIELDS_MAX];
	bool good = read_values(im, part, object, v);
	int64_t id;

	if (number < PARTS)
		grow(im, number);
	if (!good) {
		stand_in(im, number);
		im->n[number]++;
		return;
	}
	id = takers[number].take(im, v, parent);
	im->n[number]++;
	for (int w = 0; w < part->n_within; w++)
		take_within(im, part->within[w], object, id);
	if (takers[number].end != NULL)
		takers[number].end(im);
}

static bool is_enough(const struct import *im)
{
	return im->err != NULL || im->taken != NULL || im->n_problems >= IMPORT_PROBLEMS;
}

static struct err *read_part(struct import *im, struct reader *r, enum part_id part)
{
	struct err *err = NULL;
	json_t *object;

	im->place[0] = export_parts[part].name;
	im->depth = 1;
	for (size_t n = 0; err == NULL && !is_enough(im); n++) {
		if (reader_peek(r) == ']')
			break;
		if (n > 0)
			err = reader_expect(r, ",");
		if (err == NULL && n == VIEW_NONE - 1)
			err = reader_error(r, "there are too many %s", im->place[0]);
		if (err == NULL)
			err = reader_element(r, &object);
		if (err)
			return err_wrap(err, "%s[%zu]", im->place[0], n);
		im->at[0] = n;
		take(im, part, object, im->root);
		json_decref(object);
		talloc_free_children(im->scratch);
	}
	return err;
}

/* ---- the document ---- */

static const struct part header = {
	.name = EXPORT_HEADER,
	.fields = { { .name = "format", .kind = FIELD_NUMBER },
		    { .name = "epoch", .kind = FIELD_UID },
		    { .name = "exported_at", .kind = FIELD_TIME },
		    { .name = "event_sequence", .kind = FIELD_NUMBER } },
};

static struct err *read_header(struct import *im, struct reader *r)
{
	struct import_value v[FIELDS_MAX];
	json_t *object;
	struct err *err = reader_expect(r, "{");

	if (err == NULL)
		err = reader_expect(r, "\"" EXPORT_HEADER "\"");
	if (err == NULL)
		err = reader_expect(r, ":");
	if (err == NULL)
		err = reader_element(r, &object);
	if (err)
		return err;
	im->place[0] = EXPORT_HEADER;
	if (read_values(im, &header, object, v) && v[0].number != EXPORT_FORMAT)
		import_problem(im, "format", "must be %d", EXPORT_FORMAT);
	else
		im->event_seq = v[3].number;
	json_decref(object);
	return NULL;
}

static struct err *read_name(struct reader *r, const char *name)
{
	AUTO_MEM char *quoted = mem_printf(NULL, "\"%s\"", name);
	struct err *err = reader_expect(r, ",");

	if (err == NULL)
		err = reader_expect(r, quoted);
	if (err == NULL)
		err = reader_expect(r, ":");
	return err ? err : reader_expect(r, "[");
}

static struct err *read_document(struct import *im, struct reader *r)
{
	struct err *err = read_header(im, r);

	for (enum part_id part = 0; err == NULL && part < PARTS; part++) {
		/* Of another format: nothing in it means what it seems to. */
		if (part == 0 && im->n_problems > 0)
			return NULL;
		err = read_name(r, export_parts[part].name);
		if (err == NULL)
			err = read_part(im, r, part);
		if (err || is_enough(im))
			return err;
		err = reader_expect(r, "]");
		if (err == NULL && part == PART_ORGANIZATIONS && im->n[part] == 0)
			err = reader_error(r, "there is no organization");
	}
	if (err == NULL)
		err = reader_expect(r, "}");
	if (err == NULL && reader_peek(r) >= 0)
		err = reader_error(r, "something stands behind the document");
	if (err == NULL)
		import_chains_end(im);
	return err;
}

/* ---- what is wrong ---- */

void import_problem(struct import *im, const char *field, const char *fmt, ...)
{
	AUTO_MEM struct str *line = str_new(NULL);
	AUTO_MEM char *text = NULL;
	va_list args;

	if (im->n_problems++ >= IMPORT_PROBLEMS)
		return;
	va_start(args, fmt);
	text = mem_vprintf(NULL, fmt, args);
	va_end(args);
	for (int i = 0; i < im->depth; i++)
		str_addf(line, "%s%s[%zu]", i > 0 ? "." : "", im->place[i], im->at[i]);
	if (im->depth == 0)
		str_add(line, im->place[0]);
	if (field != NULL)
		str_addf(line, ".%s", field);
	str_addf(line, ": %s", text);
	if (im->problems->len > 0)
		str_add_char(im->problems, '\n');
	/* One line each, whatever the document says. */
	escape_terminal(im->problems, line->text, line->len, LINE_LIMIT);
}

void import_taken(struct import *im, const char *field, const char *what)
{
	if (im->taken == NULL)
		im->taken =
			err_hint(err_refused("name-taken", "name-taken: %s[%zu].%s: %s",
					     im->place[0], im->at[0], field, what),
				 "A root is imported into a store that has nothing of "
				 "it; nothing was changed.");
}

static struct err *outcome(struct import *im, struct err *err)
{
	if (im->err != NULL) {
		err_ignore(err);
		err_ignore(im->taken);
		return im->err;
	}
	if (im->n_problems > 0) {
		err_ignore(im->taken);
		if (err != NULL)
			str_addf(im->problems, "\n%s", err_text(err));
		err_ignore(err);
		return err_hint(err_new(ERR_CONFIG, "%s", im->problems->text),
				"Nothing was changed.");
	}
	if (im->taken != NULL)
		err_ignore(err);
	return im->taken ? im->taken : err;
}

/* ---- from first to last ---- */

static struct err *finish(struct import *im, struct import_result *result)
{
	struct change change = { .kind = CHANGE_IMPORT,
				 .name = im->organizations[0].name };
	struct err *err;

	*result = (struct import_result){
		.counts = { (int64_t)im->n[PART_ORGANIZATIONS],
			    (int64_t)im->n[PART_PEOPLE], (int64_t)im->n[PART_GROUPS],
			    (int64_t)im->n[PART_ROLES] },
		.root = mem_strdup(im->c, im->organizations[0].name),
	};
	change.name = result->root;
	err = store_run(im->c->store,
			"UPDATE organization SET event_seq = ?2 WHERE id = ?1", "ii",
			im->root, im->event_seq);
	return err ? err : console_change(im->c, &change, NULL, NULL);
}

struct err *console_import(struct console *c, import_read_fn *read, void *from,
			   struct import_result *result)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct import *im = mem_new(ctx, struct import);
	struct reader *r = mem_new(ctx, struct reader);
	struct change change = { .kind = CHANGE_IMPORT };
	enum rule rule = judge(c->view, &c->principal, &change, c->now);
	struct err *err;

	if (rule != RULE_NONE)
		return refusal(rule);
	im->c = c;
	im->ctx = ctx;
	im->scratch = mem_ctx(ctx);
	im->keys = arena_new(ctx);
	im->seen = table_new(ctx);
	im->problems = str_new(ctx);
	im->line = str_new(ctx);
	err = store_number(c->store, &im->first_id, 0,
			   "SELECT coalesce(max(id), 0) + 1 FROM organization", "");
	if (err)
		return err;
	err = erased_load(ctx, c->store, &im->erased);
	if (err)
		return err;
	reader_start(r, read, from);
	err = outcome(im, read_document(im, r));
	return err ? err : finish(im, result);
}
