/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/console/export_p.h"
#include <stdlib.h>

/* The ids of a part's elements, by their place in it; the query gives them in order. */
struct numbers {
	int64_t *ids;
	size_t n, capacity;
};

struct export
{
	struct console *c;
	struct export_out out;
	struct numbers numbers[PARTS];
	TALLOC_CTX *ctx;
};

/* ---- values ---- */

static json_t *need(json_t *value)
{
	if (value == NULL)
		abort();
	return value;
}

void export_set(json_t *object, const char *name, json_t *value)
{
	if (json_object_set_new_nocheck(object, name, need(value)) != 0)
		abort();
}

struct err *export_text(const char *text, size_t len, json_t **value)
{
	*value = text ? json_stringn(text, len) : json_null();
	if (*value != NULL)
		return NULL;
	return err_new(ERR_RECORD, "\"%.*s\" is no UTF-8", (int)len, text);
}

json_t *export_time(int64_t time)
{
	AUTO_MEM char *text = time ? clock_format(NULL, time) : NULL;

	return need(text ? json_string(text) : json_null());
}

static json_t *hex(const struct cell *cell)
{
	AUTO_MEM char *digits = hex_of(NULL, cell->bytes, cell->len);

	return need(json_string(digits));
}

/* ---- writing ---- */

static int hand_on(const char *bytes, size_t len, void *data)
{
	struct export_out *out = data;

	if (out->err == NULL)
		out->err = out->write(out->to, bytes, len);
	return out->err ? -1 : 0;
}

void export_put(struct export_out *out, const char *text)
{
	hand_on(text, strlen(text), out);
}

void export_value(struct export_out *out, json_t *value)
{
	char small[4096];
	size_t len = json_dumpb(value, small, sizeof small, JSON_COMPACT);

	if (len > 0 && len <= sizeof small)
		hand_on(small, len, out);
	else if (out->err == NULL &&
		 json_dump_callback(value, hand_on, out, JSON_COMPACT) != 0 &&
		 out->err == NULL)
		abort();
	json_decref(value);
}

/* ---- what refers to what ---- */

static enum part_id part_of(enum field_kind kind)
{
	switch (kind) {
	case FIELD_ORGANIZATION:
		return PART_ORGANIZATIONS;
	case FIELD_GROUP:
		return PART_GROUPS;
	case FIELD_SOURCE:
	case FIELD_GIVER:
		return PART_SOURCES;
	case FIELD_MAIL:
		return PART_MAILS;
	default:
		return PART_PEOPLE;
	}
}

static int by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct err *refer(const struct export *x, enum field_kind kind, int64_t id,
			 json_t **value)
{
	const struct numbers *in = &x->numbers[part_of(kind)];
	const int64_t *at = in->n ? bsearch(&id, in->ids, in->n, sizeof id, by_id) : NULL;

	if (at == NULL)
		return err_new(ERR_BUG, "%lld is not among the root's %s", (long long)id,
			       export_parts[part_of(kind)].name);
	*value = need(json_integer(at - in->ids));
	return NULL;
}

static void count(struct export *x, enum part_id part, int64_t id)
{
	struct numbers *in = &x->numbers[part];

	mem_grow(x->ctx, in->ids, in->n + 1, &in->capacity);
	in->ids[in->n++] = id;
}

/* ---- elements ---- */

static struct err *field_value(const struct export *x, const struct field *f,
			       const struct cell *cell, json_t **value)
{
	*value = NULL;
	if (cell->kind == CELL_NULL) {
		*value = need(json_null());
		return NULL;
	}
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_UID:
	case FIELD_WORD:
		return export_text(cell->len ? cell->bytes : "", cell->len, value);
	case FIELD_NUMBER:
		*value = json_integer(cell->number);
		break;
	case FIELD_FLAG:
		*value = json_boolean(cell->number);
		break;
	case FIELD_TIME:
		*value = export_time(cell->number);
		break;
	case FIELD_HEX:
		*value = hex(cell);
		break;
	case FIELD_ROLE:
		*value = json_string(role_name((enum role)cell->number));
		break;
	default:
		return refer(x, f->kind, cell->number, value);
	}
	need(*value);
	return NULL;
}

static struct err *element(struct export *x, const struct part *part,
			   const struct rows *rows, int64_t *id, json_t **out);

static struct err *within(struct export *x, enum part_id number, int64_t parent,
			  json_t *object)
{
	const struct part *part = &export_parts[number];
	json_t *array = need(json_array()), *one;
	struct rows *rows;
	int64_t id;
	bool more;
	struct err *err = store_query(x->c->store, &rows, part->select, part->types,
				      parent, x->c->root);

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		err = element(x, part, rows, &id, &one);
		if (err)
			rows_end(rows);
		else if (json_array_append_new(array, one) != 0)
			abort();
	}
	export_set(object, part->name, array);
	return err;
}

static struct err *element(struct export *x, const struct part *part,
			   const struct rows *rows, int64_t *id, json_t **out)
{
	struct cell cells[STORE_COLUMNS];
	json_t *object = need(json_object()), *value;
	struct err *err = NULL;

	row_cells(rows, cells);
	*id = cells[0].number;
	for (int f = 0; err == NULL && f < FIELDS_MAX && part->fields[f].name; f++) {
		err = field_value(x, &part->fields[f], &cells[f + 1], &value);
		if (err)
			err = err_wrap(err, "%s of %s", part->fields[f].name, part->name);
		else
			export_set(object, part->fields[f].name, value);
	}
	for (int w = 0; err == NULL && w < part->n_within; w++)
		err = within(x, part->within[w], *id, object);
	if (err) {
		json_decref(object);
		return err;
	}
	*out = object;
	return NULL;
}

static struct err *write_part(struct export *x, enum part_id number)
{
	const struct part *part = &export_parts[number];
	const char *before = "\n";
	struct rows *rows;
	json_t *object;
	int64_t id;
	bool more;
	struct err *err =
		store_query(x->c->store, &rows, part->select, part->types, x->c->root);

	export_put(&x->out, ",\n\"");
	export_put(&x->out, part->name);
	export_put(&x->out, "\":[");
	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		/* An organization's parent stands before it. */
		err = element(x, part, rows, &id, &object);
		if (err == NULL) {
			count(x, number, id);
			export_put(&x->out, before);
			export_value(&x->out, object);
			before = ",\n";
			err = x->out.err;
		}
		if (err)
			rows_end(rows);
	}
	export_put(&x->out, "]");
	return err;
}

static struct err *write_header(struct export *x)
{
	json_t *header = need(json_object());
	int64_t sequence;
	struct err *err = store_number(x->c->store, &sequence, 0,
				       "SELECT event_seq FROM organization WHERE id = ?1",
				       "i", x->c->root);

	export_set(header, "format", json_integer(EXPORT_FORMAT));
	export_set(header, "epoch", json_string(store_epoch(x->c->store)));
	export_set(header, "exported_at", export_time(x->c->now));
	export_set(header, "event_sequence", json_integer(err ? 0 : sequence));
	export_put(&x->out, "{\"" EXPORT_HEADER "\":");
	export_value(&x->out, header);
	return err;
}

struct err *console_export(struct console *c, const char *path, export_write_fn *write,
			   void *to, struct export_counts *counts)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct export x = { .c = c, .out = { write, to, NULL }, .ctx = ctx };
	uint32_t root;
	struct err *err = console_organization(c, path, &root);

	if (err == NULL && root != 0)
		err = err_new(ERR_USAGE, "\"%s\" is no root", path);
	if (err == NULL)
		err = write_header(&x);
	for (enum part_id part = 0; err == NULL && part < PARTS; part++)
		err = write_part(&x, part);
	if (err == NULL)
		export_put(&x.out, "}\n");
	/* Either the store or whoever takes the bytes failed first. */
	if (err != NULL && x.out.err != NULL && err != x.out.err)
		err_ignore(x.out.err);
	else if (err == NULL)
		err = x.out.err;
	*counts = (struct export_counts){
		.organizations = (int64_t)x.numbers[PART_ORGANIZATIONS].n,
		.people = (int64_t)x.numbers[PART_PEOPLE].n,
		.groups = (int64_t)x.numbers[PART_GROUPS].n,
		.roles = (int64_t)x.numbers[PART_ROLES].n,
	};
	return err;
}
