/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/dn_p.h"
#include "bridge/record/text_p.h"
#include "bridge/record/wire.h"
#include <ldap.h>
#include <stdlib.h>

/* No alias is shorter than its name, and none has fewer letters than four. */
static const struct {
	const char *alias;
	const char *name;
} types[] = {
	{ "2.5.4.3", "cn" },
	{ "2.5.4.4", "sn" },
	{ "2.5.4.5", "serialnumber" },
	{ "2.5.4.6", "c" },
	{ "2.5.4.7", "l" },
	{ "2.5.4.8", "st" },
	{ "2.5.4.9", "street" },
	{ "2.5.4.10", "o" },
	{ "2.5.4.11", "ou" },
	{ "2.5.4.12", "title" },
	{ "2.5.4.42", "givenname" },
	{ "0.9.2342.19200300.100.1.1", "uid" },
	{ "0.9.2342.19200300.100.1.3", "mail" },
	{ "0.9.2342.19200300.100.1.25", "dc" },
	{ "1.2.840.113549.1.9.1", "email" },
	{ "commonname", "cn" },
	{ "surname", "sn" },
	{ "countryname", "c" },
	{ "localityname", "l" },
	{ "stateorprovincename", "st" },
	{ "organizationname", "o" },
	{ "organizationalunitname", "ou" },
	{ "userid", "uid" },
	{ "rfc822mailbox", "mail" },
	{ "domaincomponent", "dc" },
	{ "emailaddress", "email" },
};

struct value dn_type(const char *type, size_t len)
{
	struct value value = { type, len };

	for (size_t i = 0; len > 3 && i < ARRAY_LEN(types); i++)
		if (value_is(&value, types[i].alias))
			return (struct value){ types[i].name, strlen(types[i].name) };
	return value;
}

bool dn_cut_prefix(const char **dn, size_t *len)
{
	const char *end = *dn + *len, *at = *dn;

	while (at < end && *at == '<') {
		at = memchr(at, '>', (size_t)(end - at));
		if (at == NULL || end - at < 3 || at[1] != ';')
			return false;
		at += 2;
	}
	*dn = at;
	*len = (size_t)(end - at);
	return true;
}

/* ---- the long way ---- */

static void free_dn(LDAPDN *dn)
{
	ldap_dnfree(*dn);
}

/* libldap reads up to a NUL in places, so give it a copy that ends with one. */
static bool parse(TALLOC_CTX *ctx, const char *dn, size_t len, LDAPDN *out)
{
	struct berval bv = { len, NULL };

	*out = NULL;
	if (len > ENTRY_DN_MAX || (len > 0 && memchr(dn, '\0', len) != NULL))
		return false;
	bv.bv_val = mem_strndup(ctx, dn, len);
	return ldap_bv2dn(&bv, out, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS;
}

static void add_type(struct str *key, const struct berval *type)
{
	size_t start = key->len;
	struct value name;

	str_add_bytes(key, type->bv_val, type->bv_len);
	ascii_lower(key->text + start, type->bv_len);
	name = dn_type(key->text + start, type->bv_len);
	if (name.bytes == key->text + start)
		return;
	key->len = start;
	str_add_bytes(key, name.bytes, name.len);
}

static void add_value(struct str *key, const struct value *value)
{
	uint8_t len[4];

	wire_put32(len, (uint32_t)value->len);
	str_add_bytes(key, len, sizeof(len));
	str_add_bytes(key, value->bytes, value->len);
}

static void add_part(struct str *key, const LDAPAVA *ava)
{
	bool binary = (ava->la_flags & LDAP_AVA_BINARY) != 0;
	struct value value = { ava->la_value.bv_val, ava->la_value.bv_len };
	AUTO(folded_free) struct folded f;

	f.heap = NULL;
	add_type(key, &ava->la_attr);
	str_add_char(key, binary ? '#' : '=');
	if (!binary)
		value = folded_value(&f, &value);
	add_value(key, &value);
}

static int compare_values(const void *a, const void *b)
{
	return value_compare(a, b);
}

static void add_sorted(struct str *key, LDAPRDN rdn, size_t n)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct value *parts = mem_array(tmp, struct value, n);

	for (size_t i = 0; i < n; i++) {
		struct str *part = str_new(tmp);

		add_part(part, rdn[i]);
		parts[i] = (struct value){ part->text, part->len };
	}
	qsort(parts, n, sizeof(*parts), compare_values);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			str_add_char(key, '+');
		str_add_bytes(key, parts[i].bytes, parts[i].len);
	}
}

static void add_rdn(struct str *key, LDAPRDN rdn)
{
	size_t n = 0;

	while (rdn[n] != NULL)
		n++;
	if (n == 1)
		add_part(key, rdn[0]);
	else
		add_sorted(key, rdn, n);
	str_add_char(key, ',');
}

bool dn_long_key(const char *dn, size_t len, struct str *key)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	AUTO(free_dn) LDAPDN parsed = NULL;
	size_t n = 0;

	if (!parse(tmp, dn, len, &parsed))
		return false;
	mem_grow(key, key->text, 2 * len + 64, &key->capacity);
	while (parsed != NULL && parsed[n] != NULL)
		n++;
	while (n > 0)
		add_rdn(key, parsed[--n]);
	return true;
}

/* ---- the calls ---- */

/* The end of the RDN at dn: the next comma that no backslash stands before. */
static size_t rdn_len(const char *dn, size_t len)
{
	size_t i = 0;

	while (i < len && dn[i] != ',')
		i += dn[i] == '\\' && i + 1 < len ? 2 : 1;
	return i < len ? i : len;
}

static int shown(size_t len)
{
	return len < 200 ? (int)len : 200;
}

static struct err *no_dn(const char *dn, size_t len)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	const char *part = dn, *end = dn + len;
	size_t part_len;

	if (len > ENTRY_DN_MAX)
		return err_new(ERR_RECORD, "a DN of %zu bytes is over %d", len,
			       ENTRY_DN_MAX);
	for (;;) {
		AUTO(free_dn) LDAPDN parsed = NULL;

		part_len = rdn_len(part, (size_t)(end - part));
		if (part_len == 0 || !parse(tmp, part, part_len, &parsed) ||
		    part + part_len >= end)
			break;
		part += part_len + 1;
	}
	return err_new(ERR_RECORD,
		       "\"%.*s\" is no DN: the part \"%.*s\" at byte %td is malformed",
		       shown(len), dn, shown(part_len), part, part - dn);
}

struct err *dn_key(TALLOC_CTX *ctx, const char *dn, size_t len, struct value *key)
{
	uint8_t buffer[DN_SHORT_KEY_MAX];
	const char *whole = dn;
	size_t whole_len = len;
	struct str *s;

	key->len = dn_short_key(dn, len, buffer);
	if (key->len > 0) {
		key->bytes = mem_dup(ctx, buffer, key->len);
		return NULL;
	}
	s = str_new(ctx);
	if (!dn_cut_prefix(&dn, &len) || !dn_long_key(dn, len, s)) {
		mem_free(s);
		return no_dn(whole, whole_len);
	}
	key->len = s->len;
	key->bytes = str_take(ctx, s);
	return NULL;
}

bool dn_digest(const char *dn, size_t len, struct digest *out)
{
	uint8_t buffer[DN_SHORT_KEY_MAX];
	size_t key_len = dn_short_key(dn, len, buffer);
	struct str *s;
	bool ok;

	if (key_len > 0) {
		digest_fast(buffer, key_len, out);
		return true;
	}
	s = str_new(NULL);
	ok = dn_cut_prefix(&dn, &len) && dn_long_key(dn, len, s);
	if (ok)
		digest_fast(s->text, s->len, out);
	mem_free(s);
	return ok;
}

size_t dn_without_uid(const char *value, size_t len)
{
	size_t at = len, slashes = 0;

	if (len < 4 || value[len - 1] != 'B' || value[len - 2] != '\'')
		return len;
	at = len - 2;
	while (at > 0 && (value[at - 1] == '0' || value[at - 1] == '1'))
		at--;
	if (at < 2 || value[at - 1] != '\'' || value[at - 2] != '#')
		return len;
	at -= 2;
	while (slashes < at && value[at - 1 - slashes] == '\\')
		slashes++;
	return slashes % 2 == 0 ? at : len;
}

bool dn_is_below(const struct value *key, const struct value *base_key)
{
	return key->len >= base_key->len &&
	       (base_key->len == 0 ||
		memcmp(key->bytes, base_key->bytes, base_key->len) == 0);
}

char *dn_leaf(TALLOC_CTX *ctx, const char *dn, size_t len)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	AUTO(free_dn) LDAPDN parsed = NULL;
	const LDAPAVA *ava;
	char *hex;

	if (!dn_cut_prefix(&dn, &len) || !parse(tmp, dn, len, &parsed) || parsed == NULL)
		return mem_strndup(ctx, dn, len);
	ava = parsed[0][0];
	if ((ava->la_flags & LDAP_AVA_BINARY) == 0)
		return mem_strndup(ctx, ava->la_value.bv_val, ava->la_value.bv_len);
	hex = hex_of(tmp, ava->la_value.bv_val, ava->la_value.bv_len);
	return mem_printf(ctx, "#%s", hex);
}
