/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

static char *groups(struct world *w)
{
	char *text = mem_strdup(w, "");

	for (uint32_t i = 0; i < w->wanted->n_groups; i++) {
		const struct wanted_group *g = &w->wanted->groups[i];
		struct value feeder = entry_anchor(g->feeder);

		text = mem_printf(w, "%s%s/%s %u %.*s%s%s\n", text, g->organization,
				  g->name, g->feeders, (int)feeder.len, feeder.bytes,
				  g->create ? " create" : "",
				  g->allow_owner_claim ? " owner-claim" : "");
	}
	return text;
}

static void test_by_dn_filter_and_name(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_group(w, "Backup-Paris", "member", person_dn(w, "ada"), NULL);
	world_group(w, "backup-rome", "member", person_dn(w, "bo"), NULL);
	world_group(w, "No-Backup-Paris", "member", person_dn(w, "bo"), NULL);
	world_group(w, "sec", "description", "vip", "member", person_dn(w, "bo"), NULL);
	world_rule_named(w, "Backup-(.*)", "$1 Ops")->create = true;
	world_rule(w, (struct grant_rule){ .from = GRANT_FROM_DN,
					   .dn = "CN=Sec, OU=groups,DC=X",
					   .group = "By DN",
					   .organization = "root/contoso/sub" });
	world_rule(w, (struct grant_rule){ .from = GRANT_FROM_FILTER,
					   .filter = world_filter(w, "(description=VIP)"),
					   .group = "By filter" });
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "By filter member p-bo in \"sec\" (rule 3)\n"
			    "Paris Ops member p-ada in \"Backup-Paris\" (rule 1)\n"
			    "rome Ops member p-bo in \"backup-rome\" (rule 1)\n"
			    "By DN member p-bo in \"sec\" (rule 2)\n");
	assert_string_equal(groups(w), "root/contoso/By filter 1 g-sec\n"
				       "root/contoso/Paris Ops 1 g-Backup-Paris create\n"
				       "root/contoso/rome Ops 1 g-backup-rome create\n"
				       "root/contoso/sub/By DN 1 g-sec\n");
	assert_string_equal(world_findings(w), "");
}

static void test_case_folds_into_one_group_named_by_the_lowest_anchor(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_entry(w, "g-2", "cn=a,ou=1,dc=x", "objectClass", "posixGroup", "cn",
		    "Backup-OPS", NULL);
	world_entry(w, "g-1", "cn=a,ou=2,dc=x", "objectClass", "posixGroup", "cn",
		    "backup-Ops", NULL);
	world_rule_named(w, "backup-(.*)", "$1")->allow_owner_claim = true;
	world_rule_named(w, "BACKUP-.*", "OPS")->create = true;
	assert_ok(world_map(w));
	assert_string_equal(groups(w), "root/contoso/Ops 2 g-1 create\n");
	w->source.n_grants = 1;
	assert_ok(world_map(w));
	assert_string_equal(groups(w), "root/contoso/Ops 2 g-1 owner-claim\n");
}

/* Two groups of one cn stay two in the graph; both feed, and neither gets the other's. */
static void test_f47_groups_of_one_name_stay_apart(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_entry(w, "g-1", "cn=ops,ou=one,dc=x", "objectClass", "groupOfNames", "cn",
		    "ops", "member", person_dn(w, "ada"), NULL);
	world_entry(w, "g-2", "cn=ops,ou=two,dc=x", "objectClass", "groupOfNames", "cn",
		    "ops", "member", person_dn(w, "bo"), NULL);
	world_group(w, "outer", "member", "cn=ops,ou=two,dc=x", NULL);
	world_rule_named(w, "outer", "Outer");
	world_rule_named(w, "ops", "Ops");
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "Ops member p-ada in \"ops\" (rule 2)\n"
			    "Ops member p-bo in \"ops\" (rule 2)\n"
			    "Outer member p-bo in \"outer\" through \"ops\" (rule 1)\n");
	assert_int_equal(w->wanted->groups[0].feeders, 2);
}

static void test_names_that_no_group_can_have(void **state)
{
	struct world *w = world_new(*state);
	char *longer = mem_array(w, char, 220);

	memset(longer, 'x', 210);
	world_group(w, "b-", NULL);
	world_group(w, "b-up/../root", NULL);
	world_group(w, "b-one\x01two", NULL);
	world_group(w, "b-\xff\xfe", NULL);
	world_group(w, "b-ok", NULL);
	world_group(w, mem_printf(w, "b-%s", longer), NULL);
	world_rule_named(w, "b-(.*)", "$1");
	world_rule_named(w, "b-(ok)(.*)", "Team $2");
	world_rule_named(w, "b-(ok)", "Team $1 $");
	assert_ok(world_map(w));
	assert_string_equal(groups(w), "root/contoso/ok 1 g-b-ok\n"
				       "root/contoso/Team ok $ 1 g-b-ok\n");
	assert_string_equal(
		world_findings(w),
		mem_printf(w,
			   "rule 1 makes no usable group name of \"b-\"\n"
			   "rule 1 makes no usable group name of \"b-up/../root\": "
			   "up/../root\n"
			   "rule 1 makes no usable group name of \"b-%s\": %s\n"
			   "rule 2 makes no usable group name of \"b-ok\"\n",
			   longer, longer));
}

static void test_rules_that_match_nothing(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), NULL);
	world_rule_named(w, "Ops-.*", NULL);
	world_rule(w, (struct grant_rule){ .from = GRANT_FROM_DN, .dn = "cn=gone,dc=x" });
	world_rule(w, (struct grant_rule){ .from = GRANT_FROM_DN,
					   .dn = person_dn(w, "ada") });
	world_rule(w, (struct grant_rule){ .from = GRANT_FROM_FILTER,
					   .filter = world_filter(w, "(cn=x)") });
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_groups, 0);
	assert_int_equal(w->wanted->n_grants, 0);
	assert_string_equal(
		world_findings(w),
		"rule 1 matches no group: none is called \"Ops-.*\"\n"
		"rule 2 matches no group: there is no \"cn=gone,dc=x\"\n"
		"rule 3 matches no group: \"uid=ada,ou=people,dc=x\" is none\n"
		"rule 4 matches no group: none passes (cn=x)\n");
}

static void test_pattern_without_end_names_its_rule(void **state)
{
	struct world *w = world_new(*state);

	world_group(w, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", NULL);
	world_rule_named(w, "(a+)+(a+)+[cd]", NULL);
	assert_err(world_map(w), ERR_CONFIG, "test.yaml:20: rule 1");
	assert_null(w->wanted);
	w->rules[0].pattern = "(unclosed";
	assert_err(world_map(w), ERR_CONFIG, "test.yaml:20: rule 1");
}

static void test_no_entries_and_no_rules(void **state)
{
	struct world *w = world_new(*state);

	assert_ok(world_map(w));
	assert_string_equal(world_dump(w), "0 0 0 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_by_dn_filter_and_name),
		TEST(test_case_folds_into_one_group_named_by_the_lowest_anchor),
		TEST(test_f47_groups_of_one_name_stay_apart),
		TEST(test_names_that_no_group_can_have),
		TEST(test_rules_that_match_nothing),
		TEST(test_pattern_without_end_names_its_rule),
		TEST(test_no_entries_and_no_rules),
	};
	return test_main(tests);
}
