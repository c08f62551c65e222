/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

/* 100 ns since 1601 of a time in seconds since 1970. */
#define FILETIME(t) ((INT64_C(11644473600) + (t)) * 10000000)

static const char *const expires[] = { "accountExpires", "shadowExpire", "pwdEndTime",
				       NULL };

/* The one person of a directory who has this attribute. */
static const struct wanted_person *person_with(struct world *w, const char *attribute,
					       const char *value)
{
	w->n = 0;
	w->source.people.expires = expires;
	world_person(w, "ada", attribute, value, NULL);
	assert_ok(world_map(w));
	return &w->wanted->persons[0];
}

static void assert_disabled(struct world *w, const char *attribute, const char *value)
{
	const struct wanted_person *p = person_with(w, attribute, value);

	assert_int_equal(p->status, PERSON_DISABLED);
	assert_string_equal(p->why, attribute);
	assert_int_equal(p->since, 0);
}

static void assert_active(struct world *w, const char *attribute, const char *value)
{
	assert_int_equal(person_with(w, attribute, value)->status, PERSON_ACTIVE);
}

static void test_f69_t66_disabled(void **state)
{
	struct world *w = world_new(*state);

	assert_disabled(w, "userAccountControl", "514");
	assert_disabled(w, "userAccountControl", "66050");
	assert_active(w, "userAccountControl", "512");
	assert_active(w, "userAccountControl", "0x202");
	assert_disabled(w, "nsAccountLock", "TRUE");
	assert_disabled(w, "nsAccountLock", "true");
	assert_active(w, "nsAccountLock", "FALSE");
	assert_disabled(w, "ds-pwp-account-disabled", "True");
	assert_disabled(w, "loginDisabled", "TRUE");
}

static void test_t66_lockout_is_not_disabled(void **state)
{
	struct world *w = world_new(*state);

	assert_active(w, "lockoutTime", "133500000000000000");
	assert_disabled(w, "pwdAccountLockedTime", "000001010000Z");
	assert_active(w, "pwdAccountLockedTime", "20270115080000Z");
}

static void test_disabled_by_filter(void **state)
{
	struct world *w = world_new(*state);
	const struct wanted_person *p;

	w->source.people.disabled = world_filter(w, "(employeeType=left)");
	p = person_with(w, "employeeType", "LEFT");
	assert_int_equal(p->status, PERSON_DISABLED);
	assert_string_equal(p->why, "(employeetype=left)");
	assert_active(w, "employeeType", "staff");
}

static void assert_time(struct world *w, const char *attribute, const char *value,
			int64_t time)
{
	const struct wanted_person *p = person_with(w, attribute, value);

	if (time > WORLD_NOW) {
		assert_int_equal(p->status, PERSON_ACTIVE);
		assert_int_equal(p->due, time);
		assert_int_equal(p->since, 0);
		assert_int_equal(w->wanted->due, time);
	} else {
		assert_int_equal(p->status, PERSON_EXPIRED);
		assert_string_equal(p->why, attribute);
		assert_int_equal(p->since, time);
		assert_int_equal(p->due, 0);
		assert_int_equal(w->wanted->due, 0);
	}
}

static void test_t65_account_expires(void **state)
{
	struct world *w = world_new(*state);
	int64_t times[] = { WORLD_NOW - 86400, WORLD_NOW - 1, WORLD_NOW, WORLD_NOW + 1,
			    WORLD_NOW + 86400 };

	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		assert_time(w, "accountExpires",
			    mem_printf(w, "%lld", (long long)FILETIME(times[i])),
			    times[i]);
	assert_active(w, "accountExpires", "0");
	assert_active(w, "accountExpires", "9223372036854775807");
	assert_int_equal(w->wanted->due, 0);
}

static void test_shadow_expire(void **state)
{
	struct world *w = world_new(*state);

	assert_time(w, "shadowExpire", "20000", INT64_C(20000) * 86400);
	assert_time(w, "shadowExpire", "99999", INT64_C(99999) * 86400);
	assert_active(w, "shadowExpire", "-1");
	assert_active(w, "shadowExpire", "");
}

static void test_generalized_time(void **state)
{
	struct world *w = world_new(*state);

	assert_time(w, "pwdEndTime", "20270115080000Z", WORLD_NOW);
	assert_time(w, "pwdEndTime", "20270115080001.0Z", WORLD_NOW + 1);
	assert_time(w, "pwdEndTime", "20270115090000+0100", WORLD_NOW);
}

static void test_unreadable_time_is_unknown(void **state)
{
	static const char *const bad[][2] = {
		{ "accountExpires", "never" },
		{ "accountExpires", "-5" },
		{ "accountExpires", "9223372036854775808" },
		{ "accountExpires", "-" },
		{ "shadowExpire", "-2" },
		{ "shadowExpire", "9223372036854775807" },
		{ "pwdEndTime", "tomorrow" },
	};
	struct world *w = world_new(*state);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		const struct wanted_person *p = person_with(w, bad[i][0], bad[i][1]);

		assert_int_equal(p->status, PERSON_UNKNOWN);
		assert_string_equal(p->why, mem_printf(w, "%s \"%s\" is no time",
						       bad[i][0], bad[i][1]));
	}
}

static void test_disabled_before_expired_before_unknown(void **state)
{
	struct world *w = world_new(*state);

	w->source.people.expires = expires;
	world_person(w, "a", "accountExpires", "x", "shadowExpire", "20000", "pwdEndTime",
		     "20200101000000Z", "nsAccountLock", "true", NULL);
	world_person(w, "b", "accountExpires", "x", "shadowExpire", "20000", "pwdEndTime",
		     "20200101000000Z", NULL);
	world_person(w, "c", "accountExpires", "x", "shadowExpire", "30000", NULL);
	world_person(w, "d", "shadowExpire", "30000", "pwdEndTime", "20280101000000Z",
		     NULL);
	world_person(w, "e", "shadowExpire", "31000", NULL);
	assert_ok(world_map(w));
	assert_int_equal(world_find(w, "p-a")->status, PERSON_DISABLED);
	assert_int_equal(world_find(w, "p-b")->status, PERSON_EXPIRED);
	assert_string_equal(world_find(w, "p-b")->why, "pwdEndTime");
	assert_int_equal(world_find(w, "p-c")->status, PERSON_UNKNOWN);
	assert_int_equal(world_find(w, "p-c")->due, 0);
	assert_int_equal(world_find(w, "p-d")->status, PERSON_ACTIVE);
	assert_int_equal(world_find(w, "p-d")->due, 1830297600);
	assert_int_equal(w->wanted->due, 1830297600);
}

static void test_no_grants_for_disabled_and_expired(void **state)
{
	struct world *w = world_new(*state);

	w->source.people.expires = expires;
	world_person(w, "active", NULL);
	world_person(w, "disabled", "nsAccountLock", "true", NULL);
	world_person(w, "expired", "shadowExpire", "1", NULL);
	world_person(w, "unknown", "shadowExpire", "x", NULL);
	world_entry(w, "p-nomail", person_dn(w, "nomail"), "objectClass", "person", NULL);
	world_group(w, "ops", "member", person_dn(w, "active"), "member",
		    person_dn(w, "disabled"), "member", person_dn(w, "expired"), "member",
		    person_dn(w, "unknown"), "member", person_dn(w, "nomail"), NULL);
	world_rule_named(w, "ops", "Operators");
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-active in \"ops\" (rule 1)\n"
			    "Operators member p-nomail in \"ops\" (rule 1)\n"
			    "Operators member p-unknown in \"ops\" (rule 1)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_f69_t66_disabled),
		TEST(test_t66_lockout_is_not_disabled),
		TEST(test_disabled_by_filter),
		TEST(test_t65_account_expires),
		TEST(test_shadow_expire),
		TEST(test_generalized_time),
		TEST(test_unreadable_time_is_unknown),
		TEST(test_disabled_before_expired_before_unknown),
		TEST(test_no_grants_for_disabled_and_expired),
	};
	return test_main(tests);
}
