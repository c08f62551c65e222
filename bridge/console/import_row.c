/* SPDX-License-Identifier: MIT */
#include "bridge/console/import_p.h"

/* ---- what may be there once ---- */

bool import_once(struct import *im, const char *key, size_t len)
{
	const char *kept;

	if (table_get(im->seen, key, len) != TABLE_NONE)
		return false;
	kept = arena_keep(im->keys, key, len);
	table_put(im->seen, kept, len, 0);
	return true;
}

bool import_once_(struct import *im, const char *key)
{
	return import_once(im, key, strlen(key));
}

bool span_within(struct span inner, struct span outer)
{
	return inner.from >= outer.from &&
	       (outer.to == 0 || (inner.to != 0 && inner.to <= outer.to));
}

void import_span(struct import *im, struct span span, const char *fmt, ...)
{
	AUTO_MEM char *key = NULL;
	va_list args;
	uint32_t at;

	va_start(args, fmt);
	key = mem_vprintf(NULL, fmt, args);
	va_end(args);
	if (span.to != 0 && span.to < span.from)
		import_problem(im, "valid_to", "it ends before it begins");
	at = table_get(im->seen, key, strlen(key));
	if (at == TABLE_NONE) {
		mem_grow(im->ctx, im->spans, im->n_spans + 1, &im->c_spans);
		im->spans[im->n_spans] = span;
		table_put(im->seen, arena_keep(im->keys, key, strlen(key)), strlen(key),
			  (uint32_t)im->n_spans++);
		return;
	}
	if (im->spans[at].to == 0 || span.from < im->spans[at].to)
		import_problem(im, "valid_from",
			       "it overlaps with an earlier one of the same");
	im->spans[at] = span;
}

bool import_is_placed(const struct import *im, uint32_t organization)
{
	while (organization != VIEW_NONE && im->organizations[organization].uid != NULL)
		organization = im->organizations[organization].parent;
	return organization == VIEW_NONE;
}

bool import_is_below(const struct import *im, uint32_t organization, uint32_t top)
{
	while (organization != VIEW_NONE && organization != top)
		organization = im->organizations[organization].parent;
	return organization == top;
}

/* ---- rows ---- */

static struct cell cell_of(const struct field *f, const struct import_value *v)
{
	if (f->kind == FIELD_GIVER && v->none)
		return (struct cell){ .kind = CELL_NUMBER, .number = GIVER_HAND };
	if (v->none)
		return (struct cell){ .kind = CELL_NULL };
	switch (f->kind) {
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_UID:
	case FIELD_WORD:
		return (struct cell){ CELL_TEXT, 0, v->text, v->len };
	case FIELD_HEX:
		return (struct cell){ CELL_BYTES, 0, v->text, v->len };
	case FIELD_NUMBER:
	case FIELD_FLAG:
	case FIELD_TIME:
	case FIELD_ROLE:
		return (struct cell){ .kind = CELL_NUMBER, .number = v->number };
	default:
		return (struct cell){ .kind = CELL_NUMBER, .number = v->id };
	}
}

void import_row(struct import *im, const char *sql, int64_t parent, enum part_id part,
		const struct import_value *v, const struct cell *more, int n_more)
{
	const struct field *fields = export_parts[part].fields;
	struct cell cells[1 + FIELDS_MAX + 4];
	int n = 0;

	if (!import_goes_on(im))
		return;
	cells[n++] = (struct cell){ .kind = CELL_NUMBER, .number = parent };
	for (int f = 0; f < FIELDS_MAX && fields[f].name; f++)
		cells[n++] = cell_of(&fields[f], &v[f]);
	for (int i = 0; i < n_more; i++)
		cells[n++] = more[i];
	import_done(im, store_run_cells(im->c->store, sql, cells, n));
}

/* What the database's constraints refuse is wrong with the document. */
void import_done(struct import *im, struct err *err)
{
	if (err == NULL)
		return;
	if (err_class(err) != ERR_STALE) {
		if (im->err == NULL)
			im->err = err;
		else
			err_ignore(err);
		return;
	}
	import_problem(im, NULL, "%s", err_text(err));
	err_ignore(err);
}

void import_rule(struct import *im, const char *field, enum rule rule)
{
	import_problem(im, field, "%s: %s", rule_code(rule), rule_text(rule));
}

bool import_goes_on(const struct import *im)
{
	return im->n_problems == 0 && im->err == NULL && im->taken == NULL;
}
