/* SPDX-License-Identifier: MIT */
#include "bridge/record/text.h"
#include "connectors/scim_p.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

/* ---- the DN ---- */

/* Such an id is itself in any spelling that a DN allows. */
static bool is_plain(const char *id, size_t len)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-._~@:/";

	return strspn(id, plain) == len;
}

/* As an OCTET STRING in BER (RFC 4514 2.4). */
static char *dn_of_bytes(TALLOC_CTX *ctx, const char *id, size_t len)
{
	AUTO_MEM char *hex = hex_of(NULL, id, len);

	if (len < 128)
		return mem_printf(ctx, "id=#04%02zx%s", len, hex);
	return mem_printf(ctx, "id=#0482%04zx%s", len, hex);
}

char *scim_dn(TALLOC_CTX *ctx, const char *id)
{
	size_t len = strlen(id);

	if (len <= ENTRY_ANCHOR_MAX && is_plain(id, len))
		return mem_printf(ctx, "id=%s", id);
	return dn_of_bytes(ctx, id, len < 65535 ? len : 65535);
}

/* ---- attributes ---- */

struct flattening {
	struct session *s;
	TALLOC_CTX *tmp;
};

static void put(struct flattening *f, const char *name, const char *value)
{
	entry_add(f->s->builder, name, strlen(name), value, strlen(value));
}

/* "emails;work": the type as an option, when it can be one. */
static void put_option(struct flattening *f, const char *name, const char *option,
		       const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	if (option != NULL && *option != '\0' && option[strspn(option, plain)] == '\0')
		put(f, mem_printf(f->tmp, "%s;%s", name, option), value);
}

static void put_value(struct flattening *f, const char *name, json_t *json)
{
	char *text = json_text(f->tmp, json);

	if (text != NULL)
		put(f, name, text);
}

static void put_parts(struct flattening *f, const char *name, json_t *object,
		      char separator)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		char *part = mem_printf(f->tmp, "%s%c%s", name, separator, key);

		if (json_is_object(value))
			put_parts(f, part, value, '.');
		else
			put_value(f, part, value);
	}
}

static bool is_primary(json_t *object)
{
	AUTO_MEM char *text = json_text(NULL, json_member(object, "primary"));

	return text != NULL && strcasecmp(text, "true") == 0;
}

/* One of several values of an attribute: a value with a type, or parts. */
static void put_element(struct flattening *f, const char *name, json_t *element)
{
	json_t *object = json_is_object(element) ? element : NULL;
	char *value = json_text(f->tmp, object ? json_member(object, "value") : element);
	const char *type = json_string_value(json_member(object, "type"));

	if (value == NULL) {
		put_parts(f, name, object, '.');
		return;
	}
	put(f, name, value);
	put_option(f, name, type, value);
	if (is_primary(object))
		put_option(f, name, "primary", value);
}

static bool is_urn(const char *name)
{
	return strncasecmp(name, "urn:", 4) == 0;
}

/* Some servers write an extension's attributes beside the others. */
static void put_inlined(struct flattening *f, const char *name, json_t *value)
{
	static const char *const names[] = { "employeeNumber", "costCenter",
					     "organization",   "division",
					     "department",     "manager" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *whole;

		if (strcasecmp(name, names[i]) != 0)
			continue;
		whole = mem_printf(f->tmp, "%s:%s", ENTERPRISE, names[i]);
		if (json_is_object(value))
			put_parts(f, whole, value, '.');
		else
			put_value(f, whole, value);
	}
}

static void put_active(struct flattening *f, json_t *value)
{
	char *text = json_text(f->tmp, value);

	if (text != NULL)
		put(f, "active",
		    strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0 ? "false"
									     : "true");
}

static void put_attribute(struct flattening *f, const char *name, json_t *value)
{
	json_t *element;
	size_t i;

	if (strcasecmp(name, "members") == 0 || strcasecmp(name, "schemas") == 0 ||
	    strcasecmp(name, "objectclass") == 0)
		return;
	if (strcasecmp(name, "active") == 0) {
		put_active(f, value);
		return;
	}
	put_inlined(f, name, value);
	if (json_is_array(value))
		json_array_foreach(value, i, element) put_element(f, name, element);
	else if (!json_is_object(value))
		put_element(f, name, value);
	else if (is_urn(name))
		put_parts(f, name, value, ':');
	else if (json_member(value, "value") != NULL)
		put_element(f, name, value);
	else
		put_parts(f, name, value, '.');
}

/* The primary addresses, else those of work, else all. */
static unsigned rank_of(json_t *email)
{
	const char *type = json_string_value(json_member(email, "type"));

	if (is_primary(email))
		return 0;
	return type != NULL && strcasecmp(type, "work") == 0 ? 1 : 2;
}

static void put_mail(struct flattening *f, json_t *emails)
{
	bool list = json_is_array(emails);
	size_t n = list ? json_array_size(emails) : emails != NULL;
	unsigned best = 2;

	for (size_t i = 0; i < n; i++) {
		unsigned rank = rank_of(list ? json_array_get(emails, i) : emails);

		best = rank < best ? rank : best;
	}
	for (size_t i = 0; i < n; i++) {
		json_t *email = list ? json_array_get(emails, i) : emails;

		if (rank_of(email) == best)
			put_value(f, "mail",
				  json_is_object(email) ? json_member(email, "value")
							: email);
	}
}

/* The names that the defaults of the mapping look at. */
static void put_usual(struct flattening *f, enum scim_kind kind, json_t *resource)
{
	json_t *name = json_member(resource, "displayName");

	if (name == NULL)
		name = json_member(json_member(resource, "name"), "formatted");
	put_value(f, "cn", name);
	put(f, "objectclass", kind == SCIM_USER ? "User" : "Group");
	if (kind != SCIM_USER)
		return;
	put_value(f, "uid", json_member(resource, "userName"));
	put_mail(f, json_member(resource, "emails"));
}

struct err *scim_entry(struct session *s, TALLOC_CTX *ctx, enum scim_kind kind,
		       json_t *resource, const struct scim_ids *members,
		       struct entry **out)
{
	struct flattening f = { .s = s, .tmp = mem_ctx(ctx) };
	const char *id = scim_id(f.tmp, resource);
	char *dn = scim_dn(f.tmp, id);
	const char *key;
	json_t *value;
	struct err *err;

	entry_begin(s->builder, id, strlen(id), dn, strlen(dn));
	json_object_foreach(resource, key, value)
	{
		if (!json_is_null(value))
			put_attribute(&f, key, value);
	}
	put_usual(&f, kind, resource);
	for (size_t i = 0; members != NULL && i < members->n; i++) {
		AUTO_MEM char *member = scim_dn(NULL, members->list[i]);

		put(&f, "member", member);
	}
	err = entry_finish(s->builder, ctx, out);
	mem_free(f.tmp);
	return err;
}

/* ---- into the sink ---- */

struct err *scim_pass_on(struct session *s, const struct entry *entry, bool all)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry), value;
	struct attribute attribute = { 0 };
	struct entry *reduced;
	struct err *err;

	if (!all && s->filter != NULL && !filter_match(s->filter, entry))
		return NULL;
	entry_begin(s->builder, anchor.bytes, anchor.len, dn.bytes, dn.len);
	while (entry_next_attribute(entry, &attribute))
		if (request_wants(s->request, &attribute.name))
			while (attribute_next(&attribute, &value))
				entry_add(s->builder, attribute.name.bytes,
					  attribute.name.len, value.bytes, value.len);
	err = entry_finish(s->builder, tmp, &reduced);
	if (err == NULL)
		sink_entry(s->sink, reduced);
	return err;
}

void scim_set_aside(struct session *s, enum scim_kind kind, json_t *resource,
		    const char *why)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	char *id = scim_id(tmp, resource);
	char *name =
		json_text(tmp, json_member(resource, kind == SCIM_USER ? "userName"
								       : "displayName"));
	struct value anchor = { id, strlen(id) };

	sink_note(s->sink, NOTE_RECORD, "%s \"%s\" (id \"%s\") was set aside: %s",
		  kind == SCIM_USER ? "user" : "group", name ? name : "", id, why);
	if (anchor.len <= ENTRY_ANCHOR_MAX)
		sink_anchor(s->sink, ITEM_SEEN, &anchor);
	else
		scim_incomplete(s, "an id of %zu bytes is too long", anchor.len);
}
