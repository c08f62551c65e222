/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "connectors/ldap_p.h"

/* The memory of dir_take(), used again for each entry. */
struct dir_scratch {
	BerElement *ber;
	struct dir_field *fields;
	size_t n, capacity;
};

static void empty(struct dir_scratch *scratch)
{
	for (size_t i = 0; i < scratch->n; i++)
		ber_memfree(scratch->fields[i].values);
	scratch->n = 0;
	if (scratch->ber != NULL)
		ber_free(scratch->ber, 0);
	scratch->ber = NULL;
}

static int free_scratch(struct dir_scratch *scratch)
{
	empty(scratch);
	return 0;
}

static struct dir_scratch *scratch_of(struct session *s)
{
	if (s->scratch == NULL) {
		s->scratch = mem_new(s, struct dir_scratch);
		talloc_set_destructor(s->scratch, free_scratch);
	}
	empty(s->scratch);
	return s->scratch;
}

static bool is(const struct berval *bytes, const char *text)
{
	return bytes->bv_len == strlen(text) &&
	       strncasecmp(bytes->bv_val, text, bytes->bv_len) == 0;
}

static void take_anchor(struct session *s, const struct dir_field *field,
			struct dir_view *view)
{
	struct value value;

	if (field->values == NULL || field->values[0].bv_val == NULL)
		return;
	value = (struct value){ field->values[0].bv_val, field->values[0].bv_len };
	view->anchor_len = sizeof(view->anchor);
	if (!anchor_read(s->server.anchor, &value, view->anchor, &view->anchor_len))
		view->anchor_len = 0;
}

static void take_class(const struct dir_field *field, struct dir_view *view)
{
	for (BerVarray v = field->values; v != NULL && v->bv_val != NULL; v++)
		if (is(v, "alias"))
			view->not_a_record = "alias";
		else if (is(v, "referral"))
			view->not_a_record = "referral";
}

static void look_at(struct session *s, const struct dir_field *field,
		    struct dir_view *view)
{
	const char *anchor = anchor_attribute(s->server.anchor);
	struct dir_range range;

	if (anchor != NULL && is(&field->name, anchor))
		take_anchor(s, field, view);
	else if (is(&field->name, "objectClass"))
		take_class(field, view);
	else if (dir_is_ranged(&field->name, &range))
		view->ranged = true;
}

struct err *dir_take(struct session *s, LDAPMessage *message, struct dir_view *view)
{
	struct dir_scratch *scratch = scratch_of(s);
	struct dir_field field;
	int code;

	memset(view, 0, sizeof(*view));
	code = ldap_get_dn_ber(s->ld, message, &scratch->ber, &view->dn);
	while (code == LDAP_SUCCESS) {
		code = ldap_get_attribute_ber(s->ld, message, scratch->ber, &field.name,
					      &field.values);
		if (code != LDAP_SUCCESS || field.name.bv_val == NULL)
			break;
		mem_grow(scratch, scratch->fields, scratch->n + 1, &scratch->capacity);
		scratch->fields[scratch->n++] = field;
		look_at(s, &field, view);
	}
	view->fields = scratch->fields;
	view->n = scratch->n;
	if (code == LDAP_SUCCESS)
		return NULL;
	return err_wrap(dir_failed(s, code, NULL), "an entry cannot be read");
}

static int compare_name(const char *bytes, size_t len, const char *name)
{
	int order = strncasecmp(bytes, name, len);

	return order != 0 ? order : (name[len] != '\0' ? -1 : 0);
}

static bool is_asked(const struct session *s, const char *bytes, size_t len)
{
	size_t low = 0, high = s->n_asked;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = compare_name(bytes, len, s->attributes[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* What the mapping asked for, with any options ("cn;lang-fr"); not what was asked for
 * on top, such as the anchor. */
static bool is_wanted(const struct session *s, const struct berval *name)
{
	const char *option = memchr(name->bv_val, ';', name->bv_len);

	if (is_asked(s, name->bv_val, name->bv_len))
		return true;
	return option != NULL &&
	       is_asked(s, name->bv_val, (size_t)(option - name->bv_val));
}

static void write_values(struct sink *sink, BerVarray values)
{
	for (; values != NULL && values->bv_val != NULL; values++)
		sink_value(sink, values->bv_val, values->bv_len);
}

static void write_field(struct sink *sink, const struct dir_field *field,
			const struct dir_values *read)
{
	if (read == NULL) {
		sink_attribute(sink, field->name.bv_val, field->name.bv_len);
		write_values(sink, field->values);
		return;
	}
	sink_attribute(sink, read->name, strlen(read->name));
	for (size_t i = 0; i < read->n; i++)
		write_values(sink, read->lists[i]);
}

/* read[i], where it is there, holds the whole of the field that came in ranges. */
static void write_entry(struct session *s, struct sink *sink, const struct dir_view *view,
			struct dir_values *const *read)
{
	sink_entry_begin(sink, ITEM_ENTRY, view->anchor, view->anchor_len,
			 view->dn.bv_val, view->dn.bv_len);
	for (size_t i = 0; i < view->n; i++)
		if (is_wanted(s, &view->fields[i].name))
			write_field(sink, &view->fields[i],
				    read != NULL ? read[i] : NULL);
	sink_entry_end(sink);
}

static struct err *write_ranged(struct session *s, struct sink *sink,
				const struct dir_view *view)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct dir_values **read = mem_array(tmp, struct dir_values *, view->n);
	char *dn = mem_strndup(tmp, view->dn.bv_val, view->dn.bv_len);
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < view->n; i++) {
		const struct berval *name = &view->fields[i].name;
		struct dir_range range;

		if (dir_is_ranged(name, &range) && is_wanted(s, name))
			err = dir_read_range(s, tmp, dn, &range, &read[i]);
	}
	if (err == NULL)
		write_entry(s, sink, view, read);
	return err;
}

void dir_set_aside(struct sink *sink, const struct dir_view *view, struct err *err)
{
	struct value anchor = { (const char *)view->anchor, view->anchor_len };

	sink_note(sink, NOTE_RECORD, "%s", err_text(err));
	sink_anchor(sink, ITEM_SEEN, &anchor);
	err_free(err);
}

struct err *dir_write(struct session *s, struct sink *sink, const struct dir_view *view)
{
	if (view->ranged)
		return write_ranged(s, sink, view);
	write_entry(s, sink, view, NULL);
	return NULL;
}

static bool ends_with(const struct berval *dn, const char *base, size_t len)
{
	const char *tail;

	if (dn->bv_len < len)
		return false;
	tail = dn->bv_val + dn->bv_len - len;
	if (strncasecmp(tail, base, len) != 0)
		return false;
	return tail == dn->bv_val ||
	       (tail - dn->bv_val >= 2 && tail[-1] == ',' && tail[-2] != '\\');
}

/* ERR_RECORD when the DN cannot be read. */
static struct err *is_below(const struct dir_base *base, const struct berval *dn,
			    bool *below)
{
	AUTO_MEM TALLOC_CTX *tmp = NULL;
	struct value key;
	struct err *err;

	*below = ends_with(dn, base->dn, strlen(base->dn));
	if (*below)
		return NULL;
	tmp = mem_ctx(NULL);
	err = dn_key(tmp, dn->bv_val, dn->bv_len, &key);
	if (err == NULL)
		*below = dn_is_below(&key, &base->key);
	return err;
}

/* The parts of a DN. */
static unsigned depth(const char *dn, size_t len)
{
	unsigned n = len > 0;

	for (size_t i = 0; i < len; i++)
		if (dn[i] == '\\')
			i++;
		else
			n += dn[i] == ',' || dn[i] == ';';
	return n;
}

/* What lies below a base is in its scope. */
static bool in_scope(const struct dir_base *base, const struct berval *dn)
{
	unsigned deeper =
		depth(dn->bv_val, dn->bv_len) - depth(base->dn, strlen(base->dn));

	if (base->scope == LDAP_SCOPE_SUBTREE)
		return true;
	return deeper == (base->scope == LDAP_SCOPE_ONELEVEL ? 1 : 0);
}

enum where { OUTSIDE, INSIDE, PERHAPS };

/*
 * RFC 2696 is no snapshot: an entry may be moved while the pages are read, out of all
 * bases or into another, whose own filter nobody has asked then.
 */
static struct err *place(const struct session *s, const struct berval *dn,
			 enum where *where)
{
	struct err *unreadable = NULL;

	*where = OUTSIDE;
	for (size_t i = 0; i < s->n_bases && *where != INSIDE; i++) {
		size_t at = (s->pull.base + i) % s->n_bases;
		const struct dir_base *base = &s->bases[at];
		bool below;
		struct err *err = is_below(base, dn, &below);

		if (unreadable == NULL)
			unreadable = err;
		else
			err_free(err);
		if (below && in_scope(base, dn))
			*where = base->filter == NULL || i == 0 ? INSIDE : PERHAPS;
	}
	if (*where == OUTSIDE)
		return unreadable;
	err_free(unreadable);
	return NULL;
}

static int shown(const struct dir_view *view)
{
	return view->dn.bv_len < 1024 ? (int)view->dn.bv_len : 1024;
}

/* Entries that are no record, or that cannot be told apart: named and left out. */
static bool is_no_record(struct session *s, struct sink *sink,
			 const struct dir_view *view)
{
	const char *anchor = anchor_attribute(s->server.anchor);

	if (view->not_a_record != NULL) {
		sink_note(sink, NOTE_RECORD,
			  "\"%.*s\" is an %s entry and is not imported", shown(view),
			  view->dn.bv_val, view->not_a_record);
		return true;
	}
	if (view->anchor_len > 0)
		return false;
	sink_note(sink, NOTE_RECORD, "\"%.*s\" has no readable %s", shown(view),
		  view->dn.bv_val, anchor);
	dir_incomplete(s,
		       "\"%.*s\" has no readable %s; the account needs the right to read "
		       "it",
		       shown(view), view->dn.bv_val, anchor);
	return true;
}

/* Entries that are not, or not for certain, in the view that is asked for. */
static bool is_elsewhere(struct session *s, struct sink *sink,
			 const struct dir_view *view)
{
	struct value anchor = { (const char *)view->anchor, view->anchor_len };
	enum where where;
	struct err *err = place(s, &view->dn, &where);

	if (err != NULL) {
		dir_incomplete(s, "%s", err_text(err));
		dir_set_aside(sink, view, err);
		return true;
	}
	if (where != INSIDE)
		sink_anchor(sink, where == OUTSIDE ? ITEM_LEFT : ITEM_SEEN, &anchor);
	return where != INSIDE;
}

struct err *dir_pull_entry(struct session *s, struct sink *sink, LDAPMessage **message)
{
	struct dir_pull *pull = &s->pull;
	struct dir_view view;
	struct err *err = dir_take(s, *message, &view);

	if (err != NULL || is_no_record(s, sink, &view) || is_elsewhere(s, sink, &view))
		return err;
	if (!view.ranged)
		return dir_write(s, sink, &view);
	mem_grow(s, pull->held, pull->n_held + 1, &pull->held_capacity);
	pull->held[pull->n_held++] = *message;
	*message = NULL;
	return NULL;
}
