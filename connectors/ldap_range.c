/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"

#define ATTEMPTS 3

static bool read_number(const char **at, const char *end, uint64_t *out)
{
	const char *start = *at;

	*out = 0;
	for (; *at < end && **at >= '0' && **at <= '9' && *at - start < 10; ++*at)
		*out = *out * 10 + (uint64_t)(**at - '0');
	return *at > start;
}

static bool read_option(const char *at, const char *end, struct dir_range *range)
{
	if (end - at < 6 || strncasecmp(at, "range=", 6) != 0)
		return false;
	at += 6;
	if (!read_number(&at, end, &range->low) || at == end || *at++ != '-')
		return false;
	range->last = end - at == 1 && *at == '*';
	return range->last || (read_number(&at, end, &range->high) && at == end);
}

bool dir_is_ranged(const struct berval *description, struct dir_range *range)
{
	const char *all = description->bv_val, *end = all + description->bv_len;
	const char *at = memchr(all, ';', description->bv_len);

	while (at != NULL) {
		const char *next = memchr(at + 1, ';', (size_t)(end - at - 1));
		const char *stop = next != NULL ? next : end;

		if (read_option(at + 1, stop, range)) {
			range->before = (struct berval){ (size_t)(at - all),
							 description->bv_val };
			range->after =
				(struct berval){ (size_t)(end - stop),
						 description->bv_val + (stop - all) };
			return true;
		}
		at = next;
	}
	return false;
}

static int free_values(struct dir_values *values)
{
	for (size_t i = 0; i < values->n; i++)
		ber_memfree(values->lists[i]);
	return 0;
}

static struct dir_values *new_values(TALLOC_CTX *ctx, const struct dir_range *range)
{
	struct dir_values *values = mem_new(ctx, struct dir_values);

	talloc_set_destructor(values, free_values);
	values->name = mem_printf(values, "%.*s%.*s", (int)range->before.bv_len,
				  range->before.bv_val, (int)range->after.bv_len,
				  range->after.bv_val);
	return values;
}

static bool is_of(const struct berval *description, const struct berval *name)
{
	return description->bv_len >= name->bv_len &&
	       strncasecmp(description->bv_val, name->bv_val, name->bv_len) == 0 &&
	       (description->bv_len == name->bv_len ||
		description->bv_val[name->bv_len] == ';');
}

static void keep(struct dir_values *values, BerVarray list)
{
	mem_grow(values, values->lists, values->n + 1, &values->capacity);
	values->lists[values->n++] = list;
	for (; list != NULL && list->bv_val != NULL; list++)
		values->bytes += list->bv_len + 4;
}

/* One range of an answer must begin where the last one ended. Without any the server
 * has sent everything, which is right only for the first. */
static struct err *check_range(const struct berval *name, uint64_t low,
			       struct dir_range *got)
{
	if (!dir_is_ranged(name, got)) {
		*got = (struct dir_range){ .last = true };
		if (low > 0)
			return err_new(ERR_RECORD,
				       "the server was asked for the values from %llu on "
				       "and sent them without a range",
				       (unsigned long long)low);
		return NULL;
	}
	if (got->low != low || (!got->last && got->high < low))
		return err_new(ERR_RECORD,
			       "the server was asked for the values from %llu on and "
			       "sent range %.*s",
			       (unsigned long long)low, (int)name->bv_len, name->bv_val);
	return NULL;
}

/* Keep the values of this attribute, all from low on that one answer holds. */
static struct err *keep_range(struct session *s, BerElement *ber, LDAPMessage *entry,
			      const struct dir_range *asked, uint64_t low,
			      struct dir_values *values, struct dir_range *got)
{
	size_t before = values->n;
	struct err *err = NULL;
	int code = LDAP_SUCCESS;

	*got = (struct dir_range){ .last = true };
	while (err == NULL) {
		struct berval name;
		BerVarray list = NULL;

		code = ldap_get_attribute_ber(s->ld, entry, ber, &name, &list);
		if (code != LDAP_SUCCESS)
			return err_wrap(dir_failed(s, code, NULL),
					"an entry cannot be read");
		if (name.bv_val == NULL)
			break;
		if (!is_of(&name, &asked->before) || list == NULL ||
		    list->bv_val == NULL) {
			ber_memfree(list);
			continue;
		}
		keep(values, list);
		err = check_range(&name, low, got);
	}
	if (err == NULL && low == 0 && values->n == before)
		err = err_new(ERR_RECORD, "it had more values than fit one answer, and "
					  "now none is shown");
	return err;
}

static struct err *take_range(struct session *s, LDAPMessage *entry,
			      const struct dir_range *asked, uint64_t low,
			      struct dir_values *values, struct dir_range *got)
{
	BerElement *ber = NULL;
	struct berval dn;
	struct err *err = NULL;
	int code = ldap_get_dn_ber(s->ld, entry, &ber, &dn);

	if (code == LDAP_SUCCESS)
		err = keep_range(s, ber, entry, asked, low, values, got);
	else
		err = err_wrap(dir_failed(s, code, NULL), "an entry cannot be read");
	if (ber != NULL)
		ber_free(ber, 0);
	return err;
}

static struct err *ask_range(struct session *s, struct dir_values *values, const char *dn,
			     const struct dir_range *range, uint64_t low,
			     LDAPMessage **entry)
{
	const char *attributes[] = { NULL, "uSNChanged", NULL };
	struct dir_question q = { .base = dn,
				  .scope = LDAP_SCOPE_BASE,
				  .filter = "(objectClass=*)",
				  .attributes = attributes };
	struct dir_answer *answer;
	struct err *err;

	attributes[0] =
		mem_printf(values, "%.*s;range=%llu-*%.*s", (int)range->before.bv_len,
			   range->before.bv_val, (unsigned long long)low,
			   (int)range->after.bv_len, range->after.bv_val);
	err = dir_ask(s, values, &q, 1, &answer);
	if (err != NULL)
		return err;
	if (answer->done.code == LDAP_NO_SUCH_OBJECT ||
	    (answer->done.code == LDAP_SUCCESS && answer->n == 0))
		return err_new(ERR_RECORD, "it went away meanwhile");
	if (answer->done.code != LDAP_SUCCESS)
		return dir_failed(s, answer->done.code, answer->done.diagnostic);
	*entry = answer->entries[0];
	return NULL;
}

/* From first to last; *changed when the entry was written to between two ranges. */
static struct err *read_once(struct session *s, struct dir_values *values, const char *dn,
			     const struct dir_range *range, bool *changed)
{
	struct dir_range got = { .last = false };
	char *stamp = NULL, *first = NULL;
	uint64_t low = 0;

	while (!got.last) {
		LDAPMessage *entry = NULL;
		struct err *err = ask_range(s, values, dn, range, low, &entry);

		if (err != NULL)
			return err;
		stamp = dir_text(values, s, entry, "uSNChanged");
		if (low == 0)
			first = stamp;
		*changed = stamp != NULL && first != NULL && strcmp(stamp, first) != 0;
		if (*changed)
			return NULL;
		err = take_range(s, entry, range, low, values, &got);
		if (err != NULL)
			return err;
		if (values->bytes > ENTRY_SIZE_MAX)
			return err_new(ERR_RECORD, "it is larger than " ENTRY_SIZE_TEXT);
		low = got.high + 1;
	}
	return NULL;
}

struct err *dir_read_range(struct session *s, TALLOC_CTX *ctx, const char *dn,
			   const struct dir_range *range, struct dir_values **out)
{
	struct err *err = NULL;
	bool changed = true;

	for (int i = 0; changed && err == NULL && i < ATTEMPTS; i++) {
		*out = new_values(ctx, range);
		err = read_once(s, *out, dn, range, &changed);
	}
	if (err == NULL && changed)
		err = err_new(ERR_RECORD, "it changes faster than it can be read");
	return err == NULL
		       ? NULL
		       : err_wrap(err, "\"%.*s\" of \"%s\"", (int)range->before.bv_len,
				  range->before.bv_val, dn);
}
