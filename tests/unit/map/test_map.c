/* SPDX-License-Identifier: MIT */
#include "tests/unit/map/world.h"

static const char *const owners[] = { "owner", NULL };

/* Numbers that are the same in every run of the test. */
static unsigned next(unsigned *seed)
{
	*seed = *seed * 1103515245u + 12345u;
	return *seed >> 16;
}

struct pair {
	const char *attribute, *value;
};

/* Attributes and values in an order that the seed decides. */
static void add_shuffled(struct world *w, const char *anchor, const char *dn,
			 struct pair *pairs, size_t n, unsigned seed)
{
	struct entry *entry = NULL;

	entry_begin(w->builder, anchor, strlen(anchor), dn, strlen(dn));
	for (size_t i = n; i > 0; i--) {
		size_t at = next(&seed) % i;
		struct pair p = pairs[at];

		pairs[at] = pairs[i - 1];
		entry_add(w->builder, p.attribute, strlen(p.attribute), p.value,
			  strlen(p.value));
	}
	assert_ok(entry_finish(w->builder, w, &entry));
	mem_grow(w, w->entries, w->n + 1, &w->capacity);
	w->entries[w->n++] = entry;
}

enum { PEOPLE = 60, GROUPS = 40, MEMBERS = 12 };

static void add_person(struct world *w, unsigned i, unsigned shuffle)
{
	char *uid = mem_printf(w, "u%02u", i);
	struct pair pairs[] = {
		{ "objectClass", "person" },
		{ "objectClass", "top" },
		{ "uid", uid },
		{ "uid", mem_printf(w, "alias%u", i / 3) },
		{ "mail", mem_printf(w, "%s@x.example", uid) },
		{ "mail", i % 7 ? mem_printf(w, "a%u@x.example", i % 5) : "no address" },
		{ "displayName", i % 4 ? uid : "\x01" },
		{ "displayName", mem_printf(w, "Z %s", uid) },
		{ "gidNumber", i % 9 ? "1" : "2" },
		{ "shadowExpire", i % 8 ? "-1" : mem_printf(w, "%u", 20000 + i * 40) },
		{ "nsAccountLock", i % 11 ? "false" : "true" },
	};

	add_shuffled(w, mem_printf(w, "p-%s", uid), person_dn(w, uid), pairs,
		     ARRAY_LEN(pairs), shuffle);
}

static char *some_member(struct world *w, unsigned *seed)
{
	unsigned n = next(seed), i = next(seed);

	if (n % 3 == 0)
		return group_dn(w, mem_printf(w, "Team-%c%02u", 'a' + i % 2, i % GROUPS));
	return person_dn(w, mem_printf(w, "u%02u", i % (PEOPLE + 3)));
}

static void add_group(struct world *w, unsigned i, unsigned shuffle)
{
	char *cn = mem_printf(w, "%s-%c%02u", i % 6 ? "Team" : "team", 'a' + i % 2, i);
	struct pair pairs[7 + MEMBERS] = {
		{ "objectClass", "groupOfNames" },
		{ "objectClass", i % 5 ? "top" : "posixGroup" },
		{ "cn", cn },
		{ "cn", mem_printf(w, "other-%u", i % 3) },
		{ "gidNumber", "2" },
		{ "memberUid", mem_printf(w, "u%02u", i) },
		{ "memberUid", mem_printf(w, "alias%u", i) },
	};
	unsigned seed = i * 77 + 5;

	for (size_t k = 0; k < MEMBERS; k++)
		pairs[7 + k] = (struct pair){ k % 4 ? "member" : "owner",
					      some_member(w, &seed) };
	add_shuffled(w, mem_printf(w, "g-%02u", (i * 13) % GROUPS), group_dn(w, cn),
		     pairs, ARRAY_LEN(pairs), shuffle);
}

static char *shuffled_dump(TALLOC_CTX *ctx, unsigned shuffle)
{
	static const char *const expires[] = { "shadowExpire", NULL };
	struct world *w = world_new(ctx);

	w->source.people.expires = expires;
	w->source.groups.expand_owner_groups = true;
	for (unsigned i = 0; i < PEOPLE; i++)
		add_person(w, (i + shuffle) % PEOPLE, shuffle * 31 + i);
	for (unsigned i = 0; i < GROUPS; i++)
		add_group(w, (i + shuffle) % GROUPS, shuffle * 17 + i);
	world_rule_named(w, "team-(.).*", "Team $1")->owners = owners;
	world_rule_named(w, "team-.*(.)", "team $1")->owners = owners;
	world_rule_named(w, "other-(.)", "Other $1")->role = ROLE_OWNER;
	assert_ok(world_map(w));
	return world_dump(w);
}

static void test_any_order_gives_the_same(void **state)
{
	char *first = shuffled_dump(*state, 0);

	assert_non_null(strstr(first, " through "));
	assert_non_null(strstr(first, "owner of "));
	assert_non_null(strstr(first, "uids that two people have"));
	for (unsigned shuffle = 1; shuffle < 20; shuffle++)
		assert_string_equal(shuffled_dump(*state, shuffle), first);
}

/* The conflict is the reconciler's; neither is lost here. */
static void test_f64_t71_one_address_of_two_people(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_entry(w, "p-bo", person_dn(w, "bo"), "objectClass", "person", "mail",
		    "ADA@X.example", NULL);
	world_group(w, "ops", "member", person_dn(w, "ada"), "member", person_dn(w, "bo"),
		    NULL);
	world_rule_named(w, "ops", "Operators");
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_persons, 2);
	assert_string_equal(world_find(w, "p-bo")->email, "ADA@X.example");
	assert_string_equal(world_find(w, "p-bo")->email_key,
			    world_find(w, "p-ada")->email_key);
	assert_int_equal(w->wanted->n_grants, 2);
}

static void test_both_person_and_group_is_a_group(void **state)
{
	struct world *w = world_new(*state);

	world_person(w, "ada", NULL);
	world_group(w, "both", "objectClass", "person", "member", person_dn(w, "ada"),
		    NULL);
	world_entry(w, "neither", "dc=x", "objectClass", "domain", NULL);
	world_rule_named(w, "both", "Operators");
	assert_ok(world_map(w));
	assert_int_equal(w->wanted->n_persons, 1);
	assert_int_equal(w->wanted->directory_groups, 1);
	assert_int_equal(w->wanted->n_grants, 1);
	assert_string_equal(world_findings(w),
			    "entries that match the filters of both people and groups, "
			    "taken as groups: \"cn=both,ou=groups,dc=x\"\n");
}

/* F57: three schemas side by side give what each of them says. */
static void test_f57_three_schemas(void **state)
{
	struct world *w = world_new(*state);

	w->source.groups.filter =
		world_filter(w, "(|(objectClass=group)(objectClass=groupOfUniqueNames)"
				"(objectClass=posixGroup))");
	world_person(w, "ada", NULL);
	world_person(w, "bo", NULL);
	world_entry(w, "g-1", "cn=ad,dc=x", "objectClass", "group", "cn", "ad", "member",
		    person_dn(w, "ada"), NULL);
	world_entry(w, "g-2", "cn=bis,dc=x", "objectClass", "groupOfUniqueNames", "cn",
		    "bis", "uniqueMember", person_dn(w, "ada"), "uniqueMember",
		    "cn=posix,dc=x", NULL);
	world_entry(w, "g-3", "cn=posix,dc=x", "objectClass", "posixGroup", "cn", "posix",
		    "memberUid", "bo", NULL);
	world_rule_named(w, "(.*)", "$1");
	assert_ok(world_map(w));
	assert_string_equal(world_grants(w),
			    "ad member p-ada in \"ad\" (rule 1)\n"
			    "bis member p-ada in \"bis\" (rule 1)\n"
			    "bis member p-bo in \"bis\" through \"posix\" (rule 1)\n"
			    "posix member p-bo in \"posix\" (rule 1)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_any_order_gives_the_same),
		TEST(test_f64_t71_one_address_of_two_people),
		TEST(test_both_person_and_group_is_a_group),
		TEST(test_f57_three_schemas),
	};
	return test_main(tests);
}
