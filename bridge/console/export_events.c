/* SPDX-License-Identifier: MIT */
#include "bridge/console/export_p.h"
#include <stdlib.h>

struct person {
	int64_t id; /* of the subject */
	const char *pseudonym, *email, *name;
};

struct feed {
	struct console *c;
	struct export_out out;
	TALLOC_CTX *ctx;
	struct person *people; /* by id */
	size_t n, capacity;
	const char *root_uid;
};

static const char *copy(TALLOC_CTX *ctx, const char *text)
{
	return text ? mem_strdup(ctx, text) : NULL;
}

static struct err *load_people(struct feed *f)
{
	struct rows *rows;
	bool more;
	struct err *err = store_query(f->c->store, &rows, export_people, "i", f->c->root);

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(f->ctx, f->people, f->n + 1, &f->capacity);
		f->people[f->n++] = (struct person){ row_int(rows, 0),
						     copy(f->ctx, row_text(rows, 2)),
						     copy(f->ctx, row_text(rows, 3)),
						     copy(f->ctx, row_text(rows, 4)) };
	}
	return err;
}

static int by_id(const void *a, const void *b)
{
	const struct person *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static struct err *set_text(json_t *object, const char *name, const char *text)
{
	json_t *value;
	struct err *err = export_text(text, text ? strlen(text) : 0, &value);

	if (err == NULL)
		export_set(object, name, value);
	return err;
}

static struct err *subject_of(const struct feed *f, int64_t id, json_t *event)
{
	const struct person *p = id == 0 ? NULL
					 : bsearch(&(struct person){ .id = id },
						   f->people, f->n, sizeof *p, by_id);
	json_t *object = p ? json_object() : json_null();
	struct err *err = NULL;

	export_set(event, "subject", object);
	if (p == NULL)
		return NULL;
	err = set_text(object, "pseudonym", p->pseudonym);
	if (err == NULL)
		err = set_text(object, "email", p->email);
	return err ? err : set_text(object, "name", p->name);
}

static struct err *pair(json_t *event, const char *name, const char *uid,
			const char *second, const char *text)
{
	json_t *object = uid ? json_object() : json_null();
	struct err *err = NULL;

	export_set(event, name, object);
	if (uid != NULL)
		err = set_text(object, "uid", uid);
	return err || uid == NULL ? err : set_text(object, second, text);
}

static struct err *fill(const struct feed *f, const struct rows *r, json_t *event)
{
	AUTO_MEM char *id = mem_printf(NULL, "%s-%s-%lld", row_text(r, 10), f->root_uid,
				       (long long)row_int(r, 0));
	struct err *err = set_text(event, "id", id);

	if (err == NULL)
		err = set_text(event, "epoch", row_text(r, 10));
	export_set(event, "sequence", json_integer(row_int(r, 0)));
	if (err == NULL)
		err = set_text(event, "root", f->root_uid);
	if (err == NULL)
		err = pair(event, "organization", row_text(r, 1), "path", row_text(r, 2));
	export_set(event, "at", export_time(row_int(r, 3)));
	if (err == NULL)
		err = set_text(event, "kind", row_text(r, 4));
	if (err == NULL)
		err = subject_of(f, row_int(r, 5), event);
	if (err == NULL)
		err = pair(event, "group", row_text(r, 6), "name", row_text(r, 7));
	if (err == NULL)
		err = set_text(event, "role", row_text(r, 8));
	return err ? err : set_text(event, "value", row_text(r, 9));
}

#define EVENTS                                                                           \
	"WITH RECURSIVE tree(id, uid, path) AS (SELECT id, uid, name FROM organization"  \
	" WHERE id = ?1 UNION ALL SELECT o.id, o.uid, t.path || '/' || o.name"           \
	" FROM tree t JOIN organization o ON o.parent_id = t.id)"                        \
	" SELECT e.seq, t.uid, t.path, e.at, e.kind, e.subject_id, g.uid, g.name,"       \
	" e.role, e.value, e.epoch FROM outbox e JOIN tree t ON t.id = "                 \
	"e.organization_id"                                                              \
	" LEFT JOIN security_group g ON g.id = e.group_id"                               \
	" WHERE e.root_id = ?1 AND e.seq > ?2 ORDER BY e.seq"

static struct err *write_events(struct feed *f, int64_t after, int64_t *n)
{
	struct rows *rows;
	json_t *event;
	bool more;
	struct err *err =
		store_query(f->c->store, &rows, EVENTS, "ii", f->c->root, after);

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		event = json_object();
		err = fill(f, rows, event);
		if (err) {
			json_decref(event);
		} else {
			export_value(&f->out, event);
			export_put(&f->out, "\n");
			++*n;
			err = f->out.err;
		}
		if (err)
			rows_end(rows);
	}
	return err;
}

static struct err *load_root(struct feed *f)
{
	struct rows *rows;
	bool more;
	struct err *err = store_query(f->c->store, &rows,
				      "SELECT uid FROM organization WHERE id = ?1", "i",
				      f->c->root);

	if (err == NULL)
		err = rows_next(rows, &more);
	if (err)
		return err;
	f->root_uid = copy(f->ctx, row_text(rows, 0));
	rows_end(rows);
	return NULL;
}

struct err *console_export_events(struct console *c, const char *path, int64_t after,
				  export_write_fn *write, void *to, int64_t *n)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct feed f = { .c = c, .out = { write, to, NULL }, .ctx = ctx };
	uint32_t root;
	struct err *err = console_organization(c, path, &root);

	*n = 0;
	if (err == NULL && root != 0)
		err = err_new(ERR_USAGE, "\"%s\" is no root", path);
	if (err == NULL)
		err = load_root(&f);
	if (err == NULL)
		err = load_people(&f);
	return err ? err : write_events(&f, after, n);
}
