/* SPDX-License-Identifier: MIT */
#include "tests/stage.h"
#include "tests/unit/console/moved.h"

#define OVER "\"2001-01-01T00:00:00Z\""

/* A rule each; what the program says of it begins with the place in the document. */
static const struct wrong rules[] = {
	{ "organizations.4.parent", "3", "organizations[4].parent: org-depth: " },
	{ "groups.6.organization", "3", "groups[6].links[0].organization: link-up: " },
	{ "groups.6.organization", "2",
	  "groups[6].links[0].organization: link-across: " },
	{ "groups.6.links.0.organization", "0",
	  "groups[6].links[0].organization: link-self: " },
	{ "groups.6.links.0.organization", "99",
	  "groups[6].links[0].organization: must be the number of an organization" },
	{ "organizations.2.name", "\"CONTOSO\"", "organizations[2].name: name-taken: " },
	{ "groups.1.name", "\"OPERATORS\"", "groups[3].name: name-taken: " },
	{ "people.2.email", "\"ADA@Northwind.example\"",
	  "people[2].email: email-taken: " },
	{ "roles.0.person", "4",
	  "roles[0].person: must be the number of a person who has an account" },
	{ "roles.0.person", "99", "roles[0].person: must be the number of a person" },
	{ "roles.0.givers.0.source", "0", "roles[0].givers[0].source: source-scope: " },
	{ "+invitations", "@5", "invitations[8]: invite-duplicate: " },
	{ "invitations.5.group", "null",
	  "invitations[5].group: must be the number of a group" },
	{ "invitations.5.group", NULL, "invitations[5].group: is missing" },
	{ "organizations.1.parent", "3", "organizations[1].parent: must be the number" },
	{ "organizations.1.parent", "1", "organizations[1].parent: must be the number" },
	{ "organizations.1.parent", "null", "organizations[1].parent: the first one" },
	{ "people.1.claims.0.organization", NULL,
	  "people[1].claims[0].organization: is missing" },
	{ "groups.6.claims.0.organization", "2",
	  "groups[6].claims[0].organization: not-active: " },
	{ "organizations.4.valid_to", OVER, "organizations[4].valid_to: it ends before" },
	{ "licences.0.valid_to", OVER, "licences[0].valid_to: it ends before" },
	{ "roles.0.valid_to", OVER, "roles[0].valid_to: it ends before" },
	{ "invitations.0.ended", OVER, "invitations[0].ended: it ends before" },
	{ "audit.3.target", "\"Infrb\"", "audit[3].hash: the chain does not verify: " },
	{ "audit.3", NULL, "audit[3].seq: the chain does not verify: line 4 is missing" },
	{ "+bindings", "@0", "bindings[1].person: account-bound: " },
	{ "export.format", "2", "export.format: must be 1" },
	{ "groups.0.name", "\"\\u202e\\u001b[31m\"", "groups[0].name: must be a name" },
};

static struct stage *stage_with(TALLOC_CTX *ctx)
{
	struct stage *s = stage_new(ctx, NULL);

	stage_write(s, "dirbridge.yaml", "store: sqlite:console.db\n");
	stage_play(s, "clock 2027-03-01 10:00\n$ store init\n");
	return s;
}

static void spoil(const struct stage *s, const char *text, const struct wrong *wrong)
{
	json_t *document = json_loads(text, 0, NULL);
	char *spoilt;

	put(document, wrong);
	spoilt = json_dumps(document, 0);
	json_decref(document);
	stage_write(s, "bad.json", spoilt);
	free(spoilt);
}

static void assert_says(struct stage *s, const struct wrong *wrong)
{
	AUTO_MEM struct str *out = str_new(NULL), *json = str_new(NULL);
	json_t *said;

	if (stage_command(s, "import bad.json", out) != 78 ||
	    strncmp(out->text, "dirbridge: ", 11) != 0 ||
	    strstr(out->text, wrong->text) == NULL ||
	    strstr(out->text, "\n  Nothing was changed.\n") == NULL)
		fail_msg("%s: %s", wrong->path, out->text);
	assert_int_equal(stage_command(s, "import bad.json --json", json), 78);
	said = json_loads(json->text, 0, NULL);
	assert_non_null(said);
	assert_string_equal(json_string_value(json_at(said, "error.class")),
			    "configuration");
	assert_non_null(
		strstr(json_string_value(json_at(said, "error.text")), wrong->text));
	json_decref(said);
}

static void test_each_rule(void **state)
{
	struct world *w = rich_world(*state);
	char *text = exported(w, "northwind");
	struct stage *s = stage_with(*state);
	AUTO_MEM char *before = stage_dump(NULL, s);
	AUTO_MEM struct str *out = str_new(NULL);

	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		AUTO_MEM char *after = NULL;

		spoil(s, text, &rules[i]);
		assert_says(s, &rules[i]);
		after = stage_dump(NULL, s);
		assert_string_equal(before, after);
	}
	stage_write(s, "good.json", text);
	assert_int_equal(stage_command(s, "import good.json", out), 0);
	assert_int_equal(stage_command(s, "import good.json", out), 5);
	assert_non_null(strstr(out->text, "name-taken: organizations[0].name: "));
}

/* Everything is named at once, a line each, and nothing of it is obeyed by a terminal. */
static void test_many(void **state)
{
	struct world *w = rich_world(*state);
	char *text = exported(w, "northwind");
	struct stage *s = stage_with(*state);
	json_t *document = json_loads(text, 0, NULL);
	AUTO_MEM struct str *out = str_new(NULL);
	size_t lines = 0;
	char *spoilt;

	put(document, &rules[0]);
	put(document, &(struct wrong){ "groups.0.a\x1B[2J\xE2\x80\xAE", "1", NULL });
	put(document, &(struct wrong){ "roles.0.givers", "[]", NULL });
	spoilt = json_dumps(document, 0);
	json_decref(document);
	stage_write(s, "bad.json", spoilt);
	free(spoilt);
	assert_int_equal(stage_command(s, "import bad.json", out), 78);
	assert_non_null(strstr(out->text, rules[0].text));
	assert_non_null(strstr(out->text, "dirbridge: groups[0].a\\x1b[2J\\u{202e}: is "
					  "unknown here\n"));
	assert_non_null(
		strstr(out->text, "dirbridge: roles[0].givers: nobody gives it\n"));
	for (const char *at = out->text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 4);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_rule),
		TEST(test_many),
	};

	if (stage_is_connector(argc, argv))
		return stage_connector();
	return test_main(tests);
}
