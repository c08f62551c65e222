/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

/* One line a difference: "p-ada + member of root/contoso/Ops (had, has)". */
static char *differences(TALLOC_CTX *ctx, const struct wanted *before,
			 const struct wanted *after)
{
	char *text = mem_strdup(ctx, "");
	size_t n;
	const struct map_difference *d = map_compare(ctx, before, after, &n);

	for (size_t i = 0; i < n; i++) {
		struct value anchor = entry_anchor(d[i].person->entry);

		text = mem_printf(ctx, "%s%.*s %s %s of %s/%s%s%s\n", text,
				  (int)anchor.len, anchor.bytes, d[i].added ? "+" : "-",
				  role_name(d[i].role), d[i].group->organization,
				  d[i].group->name, d[i].had ? " had" : "",
				  d[i].has ? " has" : "");
	}
	return text;
}

static struct world *company(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_person(w, "eve", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), "member", person_dn(w, "bo"),
		    NULL);
	world_group(w, "all", "member", person_dn(w, "bo"), "member", person_dn(w, "eve"),
		    NULL);
	return w;
}

static struct wanted *mapped(struct world *w)
{
	struct wanted *wanted;

	assert_ok(world_map(w));
	wanted = w->wanted;
	w->wanted = NULL;
	return wanted;
}

static void test_the_same_does_not_differ(void **state)
{
	struct world *w = company(*state);
	struct wanted *before, *after;

	world_rule_named(w, "ops", "Ops");
	before = mapped(w);
	after = mapped(w);
	assert_string_equal(differences(w, before, after), "");
}

/* How it came about makes no difference: another rule gives the same grants. */
static void test_enters_leaves_changes_F11(void **state)
{
	struct world *w = company(*state);
	struct wanted *before, *after;
	struct grant_rule *rule = world_rule_named(w, "ops", "Ops");

	before = mapped(w);
	rule->pattern = "all";
	after = mapped(w);
	assert_string_equal(differences(w, before, after),
			    "p-ada - member of root/contoso/Ops had\n"
			    "p-eve + member of root/contoso/Ops has\n");
	rule->group = "All";
	after = mapped(w);
	assert_string_equal(differences(w, before, after),
			    "p-ada - member of root/contoso/Ops had\n"
			    "p-bo + member of root/contoso/All had has\n"
			    "p-bo - member of root/contoso/Ops had has\n"
			    "p-eve + member of root/contoso/All has\n");
	rule->pattern = "ops";
	rule->group = "Ops";
	rule->role = ROLE_OWNER;
	after = mapped(w);
	assert_string_equal(differences(w, before, after),
			    "p-ada - member of root/contoso/Ops had has\n"
			    "p-ada + owner of root/contoso/Ops had has\n"
			    "p-bo - member of root/contoso/Ops had has\n"
			    "p-bo + owner of root/contoso/Ops had has\n");
}

static void test_groups_of_one_name_in_two_organizations(void **state)
{
	struct world *w = company(*state);
	struct wanted *before, *after;
	struct grant_rule *rule = world_rule_named(w, "all", "Ops");

	before = mapped(w);
	rule->organization = "root/contoso/lab";
	after = mapped(w);
	assert_string_equal(differences(w, before, after),
			    "p-bo - member of root/contoso/Ops had has\n"
			    "p-bo + member of root/contoso/lab/Ops had has\n"
			    "p-eve - member of root/contoso/Ops had has\n"
			    "p-eve + member of root/contoso/lab/Ops had has\n");
}

/* Who is in one of them only; nobody at all in the other. */
static void test_people_of_one_of_both(void **state)
{
	struct world *w = company(*state);
	struct wanted *before, *after;

	world_rule_named(w, "ops", "Ops");
	after = mapped(w);
	w->source.people.filter = world_filter(w, "(uid=nobody)");
	before = mapped(w);
	assert_int_equal(before->n_persons, 0);
	assert_string_equal(differences(w, before, after),
			    "p-ada + member of root/contoso/Ops has\n"
			    "p-bo + member of root/contoso/Ops has\n");
	assert_string_equal(differences(w, after, before),
			    "p-ada - member of root/contoso/Ops had\n"
			    "p-bo - member of root/contoso/Ops had\n");
	assert_string_equal(differences(w, before, before), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_same_does_not_differ),
		TEST(test_enters_leaves_changes_F11),
		TEST(test_groups_of_one_name_in_two_organizations),
		TEST(test_people_of_one_of_both),
	};
	return test_main(tests);
}
