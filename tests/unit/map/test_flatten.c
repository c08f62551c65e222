/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

#define SECOND INT64_C(1000000)

static void test_f45_f46_nested_members_of_more_than_one_level(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_person(w, "cy", NULL);
	world_group(w, "ops", "member", group_dn(w, "infra"), "member",
		    person_dn(w, "ada"), NULL);
	world_group(w, "infra", "member", person_dn(w, "bo"), "member",
		    group_dn(w, "linux"), NULL);
	world_group(w, "linux", "member", person_dn(w, "cy"), NULL);
	world_rule_named(w, "ops", "Operators");
	assert_ok(world_map(w));
	assert_string_equal(
		world_grants(w),
		"Operators member p-ada in \"ops\" (rule 1)\n"
		"Operators member p-bo in \"ops\" through \"infra\" (rule 1)\n"
		"Operators member p-cy in \"ops\" through \"linux\", "
		"\"infra\" (rule 1)\n");
	assert_int_equal(w->wanted->directory_groups, 3);
	assert_int_equal(w->wanted->unresolved, 0);
}

static void test_t54_f44_cycle_self_and_diamond(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_group(w, "a", "member", group_dn(w, "b"), "member", group_dn(w, "a"), NULL);
	world_group(w, "b", "member", group_dn(w, "c"), "member", person_dn(w, "bo"),
		    NULL);
	world_group(w, "c", "member", group_dn(w, "a"), "member", person_dn(w, "ada"),
		    NULL);
	world_group(w, "top", "member", group_dn(w, "right"), "member",
		    group_dn(w, "left"), NULL);
	world_group(w, "left", "member", group_dn(w, "bottom"), NULL);
	world_group(w, "right", "member", group_dn(w, "bottom"), NULL);
	world_group(w, "bottom", "member", person_dn(w, "ada"), NULL);
	world_rule_named(w, "[abc]", "Cycle");
	world_rule_named(w, "b", "B");
	world_rule_named(w, "top", "Top");
	assert_ok(world_map(w));
	assert_string_equal(
		world_grants(w),
		"B member p-ada in \"b\" through \"c\" (rule 2)\n"
		"B member p-bo in \"b\" (rule 2)\n"
		"Cycle member p-ada in \"c\" (rule 1)\n"
		"Cycle member p-bo in \"b\" (rule 1)\n"
		"Top member p-ada in \"top\" through \"bottom\", \"left\" (rule 3)\n");
}

static void test_t54_ten_thousand_groups_in_a_cycle(void **state)
{
	enum { N = 10000 };
	struct world *w = world_new(*state);
	int64_t before;

	world_person(w, "ada", NULL);
	for (int i = 0; i < N; i++)
		world_group(w, mem_printf(w, "g%05d", i), "member",
			    group_dn(w, mem_printf(w, "g%05d", (i + 1) % N)), "member",
			    group_dn(w, mem_printf(w, "g%05d", (i * 7 + 3) % N)),
			    "member", group_dn(w, mem_printf(w, "g%05d", i)),
			    i == N / 2 ? "member" : NULL, person_dn(w, "ada"), NULL);
	world_rule_named(w, "g00000", "Operators");
	world_rule_named(w, "g000(..)", "Ring $1");
	before = clock_ticks();
	assert_ok(world_map(w));
	assert_true(clock_ticks() - before < 10 * SECOND);
	assert_int_equal(w->wanted->n_grants, 101);
	assert_int_equal(w->wanted->n_groups, 101);
}

static void test_t55_depth_200(void **state)
{
	enum { N = 200 };
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	for (int i = 0; i < N; i++)
		world_group(w, mem_printf(w, "g%03d", i), "member",
			    i + 1 < N ? group_dn(w, mem_printf(w, "g%03d", i + 1))
				      : person_dn(w, "ada"),
			    NULL);
	world_rule_named(w, "g000", "Operators");
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"g000\" through \"g199\", "
			    "\"g198\", \"g197\", \"g196\" and 195 more (rule 1)\n");
	assert_int_equal(w->wanted->n_paths, N);
}

static void test_one_grant_first_rule_then_shortest_then_lowest(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_group(w, "deep", "member", group_dn(w, "flat-b"), NULL);
	world_group(w, "flat-a", "member", person_dn(w, "ada"), NULL);
	world_group(w, "flat-b", "member", person_dn(w, "ada"), "member",
		    person_dn(w, "bo"), NULL);
	world_rule_named(w, "deep", "Operators");
	world_rule_named(w, ".*", "Operators");
	world_rule_named(w, ".*", "Others");
	assert_ok(world_map(w));
	assert_string_equal(
		world_grants(w),
		"Operators member p-ada in \"deep\" through \"flat-b\" (rule 1)\n"
		"Operators member p-bo in \"deep\" through \"flat-b\" (rule 1)\n"
		"Others member p-ada in \"flat-a\" (rule 3)\n"
		"Others member p-bo in \"flat-b\" (rule 3)\n");
}

static void test_roles_are_independent(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), NULL);
	world_rule_named(w, "ops", "Operators")->role = ROLE_OWNER;
	world_rule_named(w, "ops", "Operators");
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 2)\n"
			    "Operators owner p-ada in \"ops\" (rule 1)\n");
	assert_int_equal(w->wanted->n_groups, 1);
}

static const char *const owners[] = { "managedBy", "msExchCoManagedByLink", NULL };

static struct world *owned_world(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_person(w, "cy", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), "managedBy",
		    person_dn(w, "bo"), "msExchCoManagedByLink", person_dn(w, "cy"),
		    "msExchCoManagedByLink", group_dn(w, "bosses"), "managedBy",
		    "cn=deleted,dc=x", "managedBy", "no dn", NULL);
	world_group(w, "bosses", "member", person_dn(w, "ada"), "member",
		    person_dn(w, "bo"), NULL);
	world_rule_named(w, "ops", "Operators")->owners = owners;
	return w;
}

static void test_t62_owners(void **state)
{
	struct world *w = owned_world(*state);

	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n"
			    "Operators owner p-bo owner of \"ops\" (rule 1)\n"
			    "Operators owner p-cy owner of \"ops\" (rule 1)\n");
	assert_string_equal(
		world_findings(w),
		"rule 1: owners of \"ops\" that are not there: \"cn=deleted,dc=x\" and 1 "
		"more\n"
		"rule 1: groups that own \"ops\", whose members are not made owners: "
		"\"cn=bosses,ou=groups,dc=x\"\n");
}

static void test_t62_owner_groups_expanded(void **state)
{
	struct world *w = owned_world(*state);

	w->source.groups.expand_owner_groups = true;
	assert_ok(world_map(w));
	assert_string_equal(
		world_grants(w),
		"Operators member p-ada in \"ops\" (rule 1)\n"
		"Operators owner p-ada owner of \"ops\" through \"bosses\" (rule 1)\n"
		"Operators owner p-bo owner of \"ops\" (rule 1)\n"
		"Operators owner p-cy owner of \"ops\" (rule 1)\n");
}

static void test_t62_group_that_owns_itself(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), "managedBy",
		    group_dn(w, "ops"), NULL);
	world_rule_named(w, "ops", "Operators")->owners = owners;
	w->source.groups.expand_owner_groups = true;
	assert_ok(world_map(w));
	assert_string_equal(
		world_grants(w),
		"Operators member p-ada in \"ops\" (rule 1)\n"
		"Operators owner p-ada owner of \"ops\" through \"ops\" (rule 1)\n");
}

static void test_f40_linear_time(void **state)
{
	enum { USERS = 20000, GROUPS = 1000, MEMBERS = 100 };
	struct world *w = world_new(*state);
	int64_t before;

	for (int i = 0; i < USERS; i++)
		world_person(w, mem_printf(w, "u%05d", i), NULL);
	for (int g = 0; g < GROUPS; g++) {
		char *anchor = mem_printf(w, "g-%04d", g);
		char *dn = group_dn(w, anchor);

		entry_begin(w->builder, anchor, strlen(anchor), dn, strlen(dn));
		entry_add(w->builder, "objectClass", 11, "groupOfNames", 12);
		entry_add(w->builder, "cn", 2, anchor, strlen(anchor));
		for (int i = 0; i < MEMBERS; i++) {
			char *member = person_dn(
				w, mem_printf(w, "u%05d", (g * 7919 + i * 13) % USERS));

			entry_add(w->builder, "member", 6, member, strlen(member));
			mem_free(member);
		}
		mem_grow(w, w->entries, w->n + 1, &w->capacity);
		struct entry *entry = NULL;
		assert_ok(entry_finish(w->builder, w->ctx, &entry));
		w->entries[w->n++] = entry;
	}
	world_rule_named(w, "g-(.*)", "Group $1");
	before = clock_ticks();
	assert_ok(world_map(w));
	assert_true(clock_ticks() - before < 10 * SECOND);
	assert_int_equal(w->wanted->n_grants, GROUPS * MEMBERS);
	assert_int_equal(w->wanted->n_paths, GROUPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_f45_f46_nested_members_of_more_than_one_level),
		TEST(test_t54_f44_cycle_self_and_diamond),
		TEST(test_t54_ten_thousand_groups_in_a_cycle),
		TEST(test_t55_depth_200),
		TEST(test_one_grant_first_rule_then_shortest_then_lowest),
		TEST(test_roles_are_independent),
		TEST(test_t62_owners),
		TEST(test_t62_owner_groups_expanded),
		TEST(test_t62_group_that_owns_itself),
		TEST(test_f40_linear_time),
	};
	return test_main(tests);
}
