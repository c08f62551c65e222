/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

static struct world *new_world(TALLOC_CTX *ctx)
{
	struct world *w = world_new(ctx);

	world_person(w, "ada", "gidNumber", "100", NULL);
	world_person(w, "bo", NULL);
	world_rule_named(w, "ops", "Operators");
	return w;
}

static void test_t51_dangling_member_resolves_when_it_is_back(void **state)
{
	struct world *w = new_world(*state);

	world_group(w, "ops", "member", person_dn(w, "cy"), "member", person_dn(w, "bo"),
		    NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-bo in \"ops\" (rule 1)\n");
	assert_string_equal(world_findings(w), "members of \"ops\" that are not there: "
					       "\"uid=cy,ou=people,dc=x\"\n");
	assert_int_equal(w->wanted->unresolved, 1);
	world_person(w, "cy", NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-bo in \"ops\" (rule 1)\n"
			    "Operators member p-cy in \"ops\" (rule 1)\n");
	assert_int_equal(w->wanted->unresolved, 0);
	assert_string_equal(world_findings(w), "");
}

static void test_t57_placeholder_and_own_name_are_nobody(void **state)
{
	static const char *const placeholders[] = { "CN=empty, dc=x", NULL };
	struct world *w = new_world(*state);

	w->source.groups.placeholders = placeholders;
	world_group(w, "ops", "member", "cn=empty,dc=x", "member", group_dn(w, "ops"),
		    NULL);
	world_person(w, "x", NULL);
	world_entry(w, "p-0", "cn=empty,dc=x", "objectClass", "person", NULL);
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_grants, 0);
	assert_int_equal(w->wanted->unresolved, 0);
	assert_string_equal(world_findings(w), "");
}

static void test_t58_unique_member_with_uid(void **state)
{
	struct world *w = new_world(*state);

	world_group(w, "ops", "uniqueMember", "uid=ADA, ou=people,dc=x#'0101'B", NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n");
}

static void test_t59_member_uid_is_exact_and_gid_counts(void **state)
{
	struct world *w = new_world(*state);

	world_entry(w, "g-ops", group_dn(w, "ops"), "objectClass", "PosixGroup", "cn",
		    "ops", "gidNumber", "100", "memberUid", "BO", NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n");
	assert_int_equal(w->wanted->unresolved, 1);
	assert_string_equal(world_findings(w),
			    "members of \"ops\" that are not there: \"BO\"\n");
	world_entry(w, "g-ops2", "cn=ops,dc=x", "objectClass", "posixGroup", "cn", "ops",
		    "gidNumber", "101", "memberUid", "bo", NULL);
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_grants, 2);
}

/* In Active Directory gidNumber is no membership. */
static void test_t59_gid_counts_for_posix_groups_only(void **state)
{
	struct world *w = new_world(*state);

	world_group(w, "ops", "gidNumber", "100", NULL);
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_grants, 0);
}

static void test_t60_f57_all_kinds_united(void **state)
{
	struct world *w = new_world(*state);

	world_person(w, "cy", NULL);
	world_entry(w, "g-ops", group_dn(w, "ops"), "objectClass", "posixGroup",
		    "objectClass", "groupOfNames", "cn", "ops", "gidNumber", "100",
		    "memberUid", "ada", "member", person_dn(w, "ada"), "uniqueMember",
		    person_dn(w, "ada"), "uniqueMember", person_dn(w, "bo"), "memberUid",
		    "bo", "memberUid", "cy", NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n"
			    "Operators member p-bo in \"ops\" (rule 1)\n"
			    "Operators member p-cy in \"ops\" (rule 1)\n");
}

/* A name is no identity: a uid of two people gives neither of them anything. */
static void test_f47_uid_of_two_people(void **state)
{
	struct world *w = new_world(*state);

	world_entry(w, "p-2", "uid=bo,ou=other,dc=x", "objectClass", "person", "uid",
		    "bo", "mail", "bo@other.example", NULL);
	world_entry(w, "g-ops", group_dn(w, "ops"), "objectClass", "posixGroup", "cn",
		    "ops", "memberUid", "bo", "memberUid", "ada", NULL);
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n");
	assert_string_equal(world_findings(w), "uids that two people have, as members "
					       "neither of them: \"bo\"\n");
}

/* An account made anew under the old name is another person. */
static void test_f67_name_of_two_entries(void **state)
{
	struct world *w = new_world(*state);

	world_entry(w, "p-new", person_dn(w, "ada"), "objectClass", "person", "mail",
		    "new@x.example", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), NULL);
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_persons, 3);
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n");
	assert_string_equal(
		world_findings(w),
		"names that two entries have, as members the one of the lower "
		"id: \"uid=ada,ou=people,dc=x\"\n");
}

static void test_out_of_scope_is_not_missing(void **state)
{
	struct world *w = new_world(*state);

	world_entry(w, "c-1", "cn=pc,dc=x", "objectClass", "device", NULL);
	world_group(w, "ops", "member", "cn=pc,dc=x", NULL);
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->unresolved, 0);
}

static void test_hostile_values(void **state)
{
	struct world *w = new_world(*state);

	world_group(w, "ops", "member", "", "member", "not a dn", "member", "\xff\xfe",
		    "member", ",,,", "uniqueMember", "#''B", "memberUid", "", "owner", "",
		    NULL);
	world_entry(w, "odd", "not a dn", "objectClass", "person", "uid", "", NULL);
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_grants, 0);
	assert_int_equal(w->wanted->unresolved, 6);
}

/* ---- several directories: homes by anchor, g-ops, g-oth, p-ada, p-bo, ... ---- */

static void test_members_of_another_directory(void **state)
{
	static const uint16_t homes[] = { 1, 0, 0 };
	struct world *w = new_world(*state);

	world_group(w, "ops", "member", person_dn(w, "ada"), "member", person_dn(w, "bo"),
		    NULL);
	w->homes = homes;
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-ada in \"ops\" (rule 1)\n"
			    "Operators member p-bo in \"ops\" (rule 1)\n");
	assert_null(w->wanted->ambiguous);
}

/* A group's own directory first; a third's means nobody, and is told. */
static void test_one_name_in_two_directories(void **state)
{
	static const uint16_t own[] = { 1, 0, 0, 1 }, third[] = { 2, 0, 0, 1 };
	struct world *w = new_world(*state);

	world_entry(w, "p-new", person_dn(w, "ada"), "objectClass", "person", "mail",
		    "new@x.example", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), NULL);
	w->homes = own;
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-new in \"ops\" (rule 1)\n");
	assert_null(w->wanted->ambiguous);
	w->homes = third;
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w), "");
	assert_string_equal(w->wanted->ambiguous, "\"uid=ada,ou=people,dc=x\"");
}

/* A uid or a gidNumber is a name of its own directory. */
static void test_local_names_stay_at_home(void **state)
{
	static const uint16_t homes[] = { 1, 1, 0, 0 };
	struct world *w = new_world(*state);

	world_entry(w, "p-2", "uid=bo,ou=other,dc=x", "objectClass", "person", "uid",
		    "bo", "mail", "bo@other.example", "gidNumber", "7", NULL);
	world_entry(w, "g-ops", group_dn(w, "ops"), "objectClass", "posixGroup", "cn",
		    "ops", "memberUid", "bo", "memberUid", "ada", NULL);
	w->homes = homes;
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Operators member p-2 in \"ops\" (rule 1)\n");
	assert_non_null(strstr(world_findings(w),
			       "members of \"ops\" that are not there: \"ada\"\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_members_of_another_directory),
		TEST(test_one_name_in_two_directories),
		TEST(test_local_names_stay_at_home),
		TEST(test_t51_dangling_member_resolves_when_it_is_back),
		TEST(test_t57_placeholder_and_own_name_are_nobody),
		TEST(test_t58_unique_member_with_uid),
		TEST(test_t59_member_uid_is_exact_and_gid_counts),
		TEST(test_t59_gid_counts_for_posix_groups_only),
		TEST(test_t60_f57_all_kinds_united),
		TEST(test_f47_uid_of_two_people),
		TEST(test_f67_name_of_two_entries),
		TEST(test_out_of_scope_is_not_missing),
		TEST(test_hostile_values),
	};
	return test_main(tests);
}
