/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

static char *joined(TALLOC_CTX *ctx, const char *const *list)
{
	char *text = mem_strdup(ctx, "");

	for (size_t i = 0; list[i] != NULL; i++)
		text = mem_printf(ctx, "%s%s ", text, list[i]);
	return text;
}

static void test_attributes_of_a_bare_source(void **state)
{
	struct world *w = world_new(*state);

	assert_string_equal(joined(w, map_attributes(w, &w->source, NULL)),
			    "active cn displayname ds-pwp-account-disabled gidnumber "
			    "logindisabled mail member "
			    "memberuid nsaccountlock objectclass pwdaccountlockedtime "
			    "uid uniquemember "
			    "useraccountcontrol ");
}

static void test_attributes_of_every_rule(void **state)
{
	static const char *const expires[] = { "accountExpires", NULL };
	static const char *const ids[] = { "staffNo", NULL };
	static const char *const owners[] = { "managedBy", NULL };
	static const char *const expected[] = {
		"employeetype", "givenname",     "sn",       "accountexpires",
		"managedby",    "description",   "location", "samaccountname",
		"department",   "preferredname", "staffno",
	};
	struct world *w = world_new(*state);
	const char *const *list;

	w->source.people.filter = world_filter(w, "(&(objectClass=user)(Location=*))");
	w->source.people.disabled = world_filter(w, "(employeeType=left)");
	w->source.people.email.template_text = "{givenName}.{SN}@x.example";
	w->source.people.name.template_text = "{preferredName}";
	w->source.people.expires = expires;
	w->source.people.employee_id = ids;
	w->source.groups.filter = world_filter(w, "(!(department=x))");
	w->source.groups.name_attribute = "sAMAccountName";
	world_rule(w, (struct grant_rule){ .from = GRANT_FROM_FILTER,
					   .filter = world_filter(w, "(description=vip)"),
					   .owners = owners });
	list = map_attributes(w, &w->source, NULL);
	for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
		size_t k = 0;

		while (list[k] != NULL && strcmp(list[k], expected[i]) != 0)
			k++;
		assert_non_null(list[k]);
	}
	for (size_t k = 1; list[k] != NULL; k++)
		assert_true(strcmp(list[k - 1], list[k]) < 0);
}

static void test_filter(void **state)
{
	struct world *w = world_new(*state);
	struct filter *filter = NULL;
	const char *text = map_filter(w, &w->source);

	assert_ok(filter_parse(w, text, &filter));
	assert_string_equal(text, mem_printf(w, "(|%s%s)",
					     filter_question(w->source.people.filter),
					     filter_question(w->source.groups.filter)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_attributes_of_a_bare_source),
		TEST(test_attributes_of_every_rule),
		TEST(test_filter),
	};
	return test_main(tests);
}
