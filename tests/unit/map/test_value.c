/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

static const struct wanted_person *mapped(struct world *w, struct value_rule rule)
{
	w->source.people.email = rule;
	assert_ok(world_map(w));
	return &w->wanted->persons[0];
}

static const char *const mail_upn[] = { "mail", "userPrincipalName", NULL };
static const char *const proxies[] = { "proxyAddresses", NULL };

static struct world *world_with(TALLOC_CTX *ctx, const char *a, const char *x,
				const char *b, const char *y)
{
	struct world *w = world_new(ctx);

	world_entry(w, "p-1", "cn=Ada \\2B Bo,dc=x", "objectClass", "person", a, x, b, y,
		    NULL);
	return w;
}

static void test_first_attribute_with_a_valid_address(void **state)
{
	struct value_rule rule = { .attributes = mail_upn };
	struct world *w = world_with(*state, "mail", "no address", "userPrincipalName",
				     " Ada@X.example ");
	const struct wanted_person *p = mapped(w, rule);

	assert_int_equal(p->status, PERSON_ACTIVE);
	assert_string_equal(p->email, "Ada@X.example");
	assert_string_equal(p->email_key, "ada@x.example");
	assert_string_equal(p->name, "Ada@X.example");
	w = world_with(*state, "mail", "ada@x.example", "userPrincipalName",
		       "bo@x.example");
	assert_string_equal(mapped(w, rule)->email, "ada@x.example");
}

/* Directories promise no order of values. */
static void test_lowest_of_several_values(void **state)
{
	struct value_rule rule = { .attributes = mail_upn };
	struct world *w =
		world_with(*state, "mail", "b@x.example", "mail", "a@x.example");

	assert_string_equal(mapped(w, rule)->email, "a@x.example");
	w = world_with(*state, "mail", "A nobody", "mail", "a@x.example");
	assert_string_equal(mapped(w, rule)->email, "a@x.example");
}

static void test_values_but_no_address_is_unknown(void **state)
{
	struct value_rule rule = { .attributes = mail_upn };
	struct world *w =
		world_with(*state, "mail", "nobody@", "userPrincipalName", "ada");
	const struct wanted_person *p = mapped(w, rule);

	assert_int_equal(p->status, PERSON_UNKNOWN);
	assert_string_equal(p->why, "\"ada\" is no e-mail address");
	assert_null(p->email);
	assert_null(p->email_key);
	assert_string_equal(p->name, "Ada + Bo");
}

static void test_no_value_is_no_email(void **state)
{
	struct value_rule rule = { .attributes = mail_upn };
	struct world *w = world_with(*state, "mail", "  ", "sn", "Ada");
	const struct wanted_person *p = mapped(w, rule);

	assert_int_equal(p->status, PERSON_NO_EMAIL);
	assert_string_equal(p->why, "has no e-mail address in mail, userPrincipalName");
}

static void test_template(void **state)
{
	struct value_rule rule = { .attributes = mail_upn,
				   .template_text = "{givenName}.{SN}@x.example" };
	struct world *w = world_with(*state, "givenName", "Ada", "sn", "Bo");

	assert_string_equal(mapped(w, rule)->email, "Ada.Bo@x.example");
	w = world_with(*state, "givenName", "Ada", "sn", "");
	assert_int_equal(mapped(w, rule)->status, PERSON_NO_EMAIL);
	assert_string_equal(w->wanted->persons[0].why,
			    "has no e-mail address in mail, userPrincipalName "
			    "\"{givenName}.{SN}@x.example\"");
	w = world_with(*state, "givenName", "A da", "sn", "Bo");
	assert_int_equal(mapped(w, rule)->status, PERSON_UNKNOWN);
	rule.template_text = "a{@x.example";
	assert_string_equal(mapped(w, rule)->email, "a{@x.example");
}

static void test_lower_then_replace(void **state)
{
	struct value_rule rule = { .attributes = mail_upn,
				   .lower = true,
				   .pattern = "@(old|older)\\.example$",
				   .replacement = "@$1.New.example" };
	struct world *w = world_with(*state, "mail", "ADA@OLD.example", "sn", "x");

	assert_string_equal(mapped(w, rule)->email, "ada@old.New.example");
	assert_string_equal(w->wanted->persons[0].email_key, "ada@old.new.example");
	rule.lower = false;
	assert_string_equal(mapped(w, rule)->email, "ADA@OLD.example");
	rule.pattern = "DA";
	rule.replacement = NULL;
	assert_string_equal(mapped(w, rule)->email, "A@OLD.example");
}

static void test_primary_proxy_address(void **state)
{
	struct value_rule rule = {
		.attributes = proxies, .pattern = "^SMTP:", .replacement = ""
	};
	struct world *w = world_with(*state, "proxyAddresses", "smtp:alias@x.example",
				     "proxyAddresses", "SMTP:ada@x.example");

	assert_string_equal(mapped(w, rule)->email, "ada@x.example");
}

static void test_pattern_limits(void **state)
{
	struct value_rule rule = { .attributes = mail_upn,
				   .pattern = "(a+)+(a+)+$",
				   .replacement = "x" };
	struct world *w = world_with(*state, "mail", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
				     "sn", "x");

	w->source.people.email = rule;
	assert_err(world_map(w), ERR_CONFIG, "test.yaml:7: people.email");
	w->source.people.email.pattern = "a";
	w->source.people.email.replacement = "${";
	assert_err(world_map(w), ERR_CONFIG, "test.yaml:7: people.email");
	w->source.people.email.pattern = "(";
	assert_err(world_map(w), ERR_CONFIG, "people.email");
	w->source.people.email = (struct value_rule){ .attributes = mail_upn };
	w->source.people.name.pattern = "(";
	assert_err(world_map(w), ERR_CONFIG, "people.name");
}

static void test_replacement_that_explodes_is_refused(void **state)
{
	struct world *w = world_new(*state);
	char *longer = mem_array(w, char, 3000);

	memset(longer, 'a', 2500);
	world_entry(w, "p-1", "cn=x", "objectClass", "person", "mail", longer, NULL);
	w->source.people.email.pattern = "a";
	w->source.people.email.replacement = "bb";
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->persons[0].status, PERSON_UNKNOWN);
}

/* T68: a NUL ends nothing, and what is no UTF-8 is no address. */
static void test_t68_hostile_bytes(void **state)
{
	static const struct value bad[] = {
		{ "ada@x.example\0.evil", 19 },
		{ "\xff@x.example", 11 },
		{ "a\nb@x.example", 13 },
	};
	struct world *w = world_new(*state);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct entry *entry = NULL;

		entry_begin(w->builder, "p-1", 3, "cn=x", 4);
		entry_add(w->builder, "objectClass", 11, "person", 6);
		entry_add(w->builder, "mail", 4, bad[i].bytes, bad[i].len);
		entry_add(w->builder, "displayName", 11, bad[i].bytes, bad[i].len);
		assert_ok(entry_finish(w->builder, w, &entry));
		w->n = 1;
		w->entries = (const struct entry **)mem_dup(w, &entry, sizeof entry);
		assert_ok(world_map(w));
		assert_int_equal(w->wanted->persons[0].status, PERSON_UNKNOWN);
		assert_string_equal(w->wanted->persons[0].name, "x");
	}
}

static void test_names(void **state)
{
	struct world *w = world_new(*state);
	char *longer = mem_strdup(w, ""), *cut;

	for (int i = 0; i < 100; i++)
		longer = mem_printf(w, "%s\u20ac", longer);
	cut = mem_strndup(w, longer, 255);
	world_entry(w, "p-1", "cn=x", "objectClass", "person", "displayName", longer,
		    NULL);
	world_entry(w, "p-2", "cn=y", "objectClass", "person", "cn", "a\u202e<b>=1+1",
		    NULL);
	world_entry(w, "p-3", "cn=z", "objectClass", "person", "displayName", "a\x1b[2J",
		    NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_find(w, "p-1")->name, cut);
	assert_string_equal(world_find(w, "p-2")->name, "a\u202e<b>=1+1");
	assert_string_equal(world_find(w, "p-3")->name, "z");
}

static void test_t70_people_stay_distinct(void **state)
{
	static const char *const mails[] = { "stra\u00dfe@x.example", "strasse@x.example",
					     "I@x.example", "\u0131@x.example" };
	struct world *w = world_new(*state);

	for (size_t i = 0; i < ARRAY_LEN(mails); i++)
		world_entry(w, mem_printf(w, "p-%zu", i), mem_printf(w, "cn=%zu", i),
			    "objectClass", "person", "mail", mails[i], NULL);
	world_entry(w, "p-8", "cn=8", "objectClass", "person", "mail",
		    "e\u0301@x.example", NULL);
	world_entry(w, "p-9", "cn=9", "objectClass", "person", "mail", "\u00e9@x.example",
		    NULL);
	assert_ok(world_map(w));
	for (size_t i = 0; i < ARRAY_LEN(mails); i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(w->wanted->persons[i].email_key,
						w->wanted->persons[j].email_key);
	assert_string_equal(world_find(w, "p-8")->email_key,
			    world_find(w, "p-9")->email_key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_attribute_with_a_valid_address),
		TEST(test_lowest_of_several_values),
		TEST(test_values_but_no_address_is_unknown),
		TEST(test_no_value_is_no_email),
		TEST(test_template),
		TEST(test_lower_then_replace),
		TEST(test_primary_proxy_address),
		TEST(test_pattern_limits),
		TEST(test_replacement_that_explodes_is_refused),
		TEST(test_t68_hostile_bytes),
		TEST(test_names),
		TEST(test_t70_people_stay_distinct),
	};
	return test_main(tests);
}
