/* SPDX-License-Identifier: MIT */
#include "bridge/map/map_p.h"
#include "bridge/record/text.h"

#define FILETIME_UNIT 10000000             /* 100 ns, MS-DTYP 2.3.3 */
#define FILETIME_1970 INT64_C(11644473600) /* seconds from 1601 to 1970 */
#define DAY           86400

#define UAC_ACCOUNTDISABLE 0x2 /* MS-ADTS 2.2.16 */

static bool read_number(const struct value *value, int64_t *out)
{
	size_t i = value->len > 0 && value->bytes[0] == '-';
	bool negative = i == 1;

	*out = 0;
	if (i == value->len)
		return false;
	for (; i < value->len; i++) {
		int digit = value->bytes[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, digit, out))
			return false;
	}
	if (negative)
		*out = -*out;
	return true;
}

/* ---- disabled ---- */

static bool has_disabled_bit(const struct value *value)
{
	int64_t flags;

	return read_number(value, &flags) && (flags & UAC_ACCOUNTDISABLE) != 0;
}

static bool is_true(const struct value *value)
{
	return value->len == 4 && ascii_equal(value->bytes, "true", 4);
}

static bool is_false(const struct value *value)
{
	return value->len == 5 && ascii_equal(value->bytes, "false", 5);
}

/* Locked for good by an administrator (draft-behera-ldap-password-policy 5.3.3); any
 * other time is a lockout that ends by itself. */
static bool is_locked_for_good(const struct value *value)
{
	return value_is(value, "000001010000Z");
}

static const struct {
	const char *attribute, *shown;
	bool (*says)(const struct value *value);
} disabled_by[] = {
	{ "useraccountcontrol", "userAccountControl", has_disabled_bit },
	{ "nsaccountlock", "nsAccountLock", is_true },
	{ "pwdaccountlockedtime", "pwdAccountLockedTime", is_locked_for_good },
	{ "ds-pwp-account-disabled", "ds-pwp-account-disabled", is_true },
	{ "logindisabled", "loginDisabled", is_true },
	{ "active", "active", is_false },
};

const char *status_attribute(size_t i)
{
	return i < ARRAY_LEN(disabled_by) ? disabled_by[i].attribute : NULL;
}

static const char *find_disabled(const struct people_rule *rule,
				 const struct entry *entry)
{
	struct attribute a;
	struct value value;

	for (size_t i = 0; i < ARRAY_LEN(disabled_by); i++) {
		entry_attribute(entry, disabled_by[i].attribute, &a);
		while (attribute_next(&a, &value))
			if (disabled_by[i].says(&value))
				return disabled_by[i].shown;
	}
	if (rule->disabled != NULL && filter_match(rule->disabled, entry))
		return filter_text(rule->disabled);
	return NULL;
}

/* ---- expired ---- */

enum expiry { EXPIRY_NEVER, EXPIRY_TIME, EXPIRY_UNREADABLE };

static enum expiry read_filetime(const struct value *value, int64_t *time)
{
	int64_t n;

	if (!read_number(value, &n) || n < 0)
		return EXPIRY_UNREADABLE;
	if (n == 0 || n == INT64_MAX)
		return EXPIRY_NEVER;
	*time = n / FILETIME_UNIT - FILETIME_1970;
	return EXPIRY_TIME;
}

static enum expiry read_days(const struct value *value, int64_t *time)
{
	int64_t n;

	if (value_is(value, "-1"))
		return EXPIRY_NEVER;
	if (!read_number(value, &n) || n < 0 || __builtin_mul_overflow(n, DAY, time))
		return EXPIRY_UNREADABLE;
	return EXPIRY_TIME;
}

static enum expiry read_generalized(const struct value *value, int64_t *time)
{
	return text_time(value->bytes, value->len, time) ? EXPIRY_TIME
							 : EXPIRY_UNREADABLE;
}

/* How an attribute writes its times; any other writes generalized times. */
static const struct {
	const char *attribute;
	enum expiry (*read)(const struct value *value, int64_t *time);
} expires_in[] = {
	{ "accountexpires", read_filetime },
	{ "shadowexpire", read_days },
};

static enum expiry read_expiry(const char *attribute, const struct value *value,
			       int64_t *time)
{
	for (size_t i = 0; i < ARRAY_LEN(expires_in); i++)
		if (strcmp(attribute, expires_in[i].attribute) == 0)
			return expires_in[i].read(value, time);
	return read_generalized(value, time);
}

static void meet_expiry(TALLOC_CTX *ctx, struct wanted_person *p, const char *shown,
			const char *attribute, const struct value *value, int64_t now)
{
	int64_t time = 0;
	enum expiry expiry = read_expiry(attribute, value, &time);

	if (expiry == EXPIRY_UNREADABLE && p->status == PERSON_ACTIVE) {
		p->status = PERSON_UNKNOWN;
		p->why = mem_printf(ctx, "%s \"%.*s\" is no time", shown,
				    value->len < 64 ? (int)value->len : 64, value->bytes);
	}
	if (expiry != EXPIRY_TIME)
		return;
	if (time > now && (p->due == 0 || time < p->due))
		p->due = time;
	if (time <= now && (p->status != PERSON_EXPIRED || time < p->since)) {
		p->status = PERSON_EXPIRED;
		p->why = shown;
		p->since = time;
	}
}

void person_status(TALLOC_CTX *ctx, const struct people_rule *rule,
		   const char *const *expires, int64_t now, struct wanted_person *p)
{
	const char *disabled = find_disabled(rule, p->entry);

	p->status = PERSON_ACTIVE;
	for (size_t i = 0; expires[i] != NULL; i++) {
		struct value value = value_lowest(p->entry, expires[i]);

		if (value.bytes != NULL)
			meet_expiry(ctx, p, rule->expires[i], expires[i], &value, now);
	}
	if (disabled != NULL) {
		p->status = PERSON_DISABLED;
		p->why = disabled;
		p->since = 0;
	}
}
