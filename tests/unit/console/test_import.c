/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "tests/unit/console/moved.h"

/* ---- one thing wrong at a time ---- */

static int64_t rows_of(struct world *w)
{
	return number(w,
		      "SELECT (SELECT count(*) FROM organization)"
		      " + (SELECT count(*) FROM subject) + (SELECT count(*) FROM audit)"
		      " + (SELECT count(*) FROM role) + (SELECT count(*) FROM mail)");
}

/* Each is refused, says so, and leaves nothing behind. */
static void refuse(void **state, const struct wrong *wrong, size_t n)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	char *text = exported(w, "northwind"), *spoilt;
	int64_t before = rows_of(other);

	for (size_t i = 0; i < n; i++) {
		json_t *document = json_loads(text, 0, NULL);
		struct err *err;

		put(document, &wrong[i]);
		spoilt = json_dumps(document, JSON_COMPACT);
		json_decref(document);
		err = imported(other, spoilt);
		free(spoilt);
		if (err == NULL)
			fail_msg("%s: is taken", wrong[i].path);
		if (err_class(err) != ERR_CONFIG ||
		    strstr(err_text(err), wrong[i].text) == NULL)
			fail_msg("%s: %s", wrong[i].path, err_text(err));
		err_free(err);
		assert_int_equal(rows_of(other), before);
	}
	assert_ok(imported(other, text));
}

static void test_shape(void **state)
{
	static const struct wrong wrong[] = {
		{ "export.format", "2", "export.format: must be 1" },
		{ "export.epoch", "\"x\"",
		  "export.epoch: must be 32 hexadecimal digits" },
		{ "groups", NULL, "\"groups\" is missing here" },
		{ "groups", "{}", "[ is missing here" },
		{ "groups.0", "3", "groups[0]: line 1: an object is missing here" },
		{ "groups.0.name", NULL, "groups[0].name: is missing" },
		{ "groups.0.name", "null", "groups[0].name: must be a name" },
		{ "groups.0.name", "\"\\u001b[31m\"", "groups[0].name: must be a name" },
		{ "groups.0.colour", "1", "groups[0].colour: is unknown here" },
		{ "groups.0.links", "{}", "groups[0].links: must be an array" },
		{ "groups.6.links.0", "1", "groups[6].links[0]: must be an object" },
		{ "groups.0.uid", "\"CAFE\"", "groups[0].uid: must be 32 hexadecimal" },
		{ "groups.0.valid_from", "\"yesterday\"",
		  "groups[0].valid_from: must be a time" },
		{ "groups.0.valid_from", "5", "groups[0].valid_from: must be a time" },
		{ "groups.0.organization", "99",
		  "groups[0].organization: must be the number of an organization" },
		{ "groups.0.organization", "-1", "groups[0].organization: must be" },
		{ "groups.0.organization", "0.5", "groups[0].organization: must be" },
		{ "roles.0.person", "4",
		  "roles[0].person: must be the number of a person"
		  " who has an account" },
		{ "roles.0.role", "\"boss\"", "roles[0].role: must be \"member\" or" },
		{ "audit.0.impersonated", "0", "audit[0].impersonated: must be true or" },
		{ "bindings.0.anchor", "\"0g\"", "bindings[0].anchor: must be hexadec" },
		{ "bindings.0.anchor", "\"\"", "bindings[0].anchor: it is empty" },
		{ "chains.0.head", "\"00\"",
		  "chains[0].head: must be hexadecimal digits"
		  " in lower case, 64 of them" },
		{ "mails.0.mode", "\"pigeon\"",
		  "mails[0].mode: must be one of \"mail\"" },
		{ "mails.0.generation", "0", "mails[0].generation: the first one is 1" },
		{ "organizations", "[]", "there is no organization" },
		{ "+organizations", "{\"a\":[[[[[[[[[1]]]]]]]]]}", "nested too deep" },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

static void test_organizations(void **state)
{
	static const struct wrong wrong[] = {
		{ "organizations.1.parent", "null",
		  "organizations[1].parent: the first" },
		{ "organizations.0.parent", "0", "organizations[0].parent: must be" },
		{ "organizations.1.parent", "4", "organizations[1].parent: must be" },
		{ "organizations.4.parent", "5", "organizations[4].parent: must be" },
		{ "organizations.1.parent", "1", "organizations[1].parent: must be" },
		{ "organizations.1.parent", "3", "organizations[1].parent: must be" },
		{ "organizations.1.parent", "99", "organizations[1].parent: must be" },
		{ "organizations.4.parent", "3", "organizations[4].parent: org-depth: " },
		{ "organizations.2.name", "\"CONTOSO\"",
		  "organizations[2].name: name-taken: " },
		{ "organizations.2.name", "\"a/b\"", "organizations[2].name: " },
		{ "organizations.0.valid_to", "\"2027-01-01T00:00:00Z\"",
		  "organizations[0].valid_to: a root that has ended" },
		{ "organizations.1.valid_to", "\"2027-01-01T00:00:00Z\"",
		  "organizations[3].parent: org-not-empty: " },
		{ "organizations.4.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "organizations[4].valid_to: it ends before it begins" },
		{ "organizations.1.assets.0.count", "0", "organizations[1].assets[0]" },
		{ "+organizations.1.assets", "@0", "organizations[1].assets[1].kind: " },
		{ "+licences", "@0", "licences[1].valid_from: it overlaps" },
		{ "licences.0.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "licences[0].valid_to: it ends before it begins" },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

static void test_people(void **state)
{
	static const struct wrong wrong[] = {
		{ "people.2.pseudonym", "\"0123456789abcdef0123456789abcdef\"",
		  "people[2].aliases[0].pseudonym: somebody else has it" },
		{ "people.2.email", "\"ADA@Northwind.example\"",
		  "people[2].email: email-taken: " },
		{ "people.2.email", "\"nobody\"", "people[2].email: it is no e-mail" },
		{ "people.2.email", "\"a@b.example\\r\\n\"",
		  "people[2].email: it is no e-mail" },
		{ "invitations.0.email", "\"a@b.example\\nBcc: c@d.example\"",
		  "invitations[0].email: it is no e-mail" },
		{ "people.2.email", "null", "people[2].email: only who was erased" },
		{ "people.2.erased", "\"2026-01-01T00:00:00Z\"",
		  "people[2].erased: who" },
		{ "people.2.active", "null", "people[2]: kind, active and created" },
		{ "people.1.name", "null", "people[1]: a service principal has a name" },
		{ "people.1.email", "\"a@b.example\"", "people[1]: a service principal" },
		{ "+people.3.blocks", "@0",
		  "people[3].blocks[1].valid_from: it overlaps" },
		{ "+people.4.blocks",
		  "{\"valid_from\":\"2026-01-01T00:00:00Z\","
		  "\"valid_to\":null,\"reason\":null}",
		  "people[4].blocks[0]: who has no account" },
		{ "+people.1.claims", "@1",
		  "people[1].claims[2].valid_from: it overlaps" },
		{ "people.1.claims.0.organization", "null",
		  "people[1].claims[0].organization: must be the number of an org" },
		{ "people.1.claims.0.organization", "99",
		  "people[1].claims[0].organization: must be the number of an org" },
		{ "people.1.claims.0.organization", NULL,
		  "people[1].claims[0].organization: is missing" },
		{ "people.1.claims.0.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "people[1].claims[0].valid_to: it ends before it begins" },
		{ "people.3.blocks.0.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "people[3].blocks[0].valid_to: it ends before it begins" },
		{ "people.1.claims.0.organization", "4",
		  "people[1].claims[0].organization: it is there when" },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

static void test_groups(void **state)
{
	static const struct wrong wrong[] = {
		{ "groups.1.name", "\"OPERATORS\"", "groups[3].name: name-taken: " },
		{ "groups.5.valid_to", "null", "groups[5].organization: it is there" },
		{ "groups.6.links.0.organization", "0",
		  "groups[6].links[0].organization: link-self: " },
		{ "groups.6.links.0.organization", "99",
		  "groups[6].links[0].organization: must be the number of an org" },
		{ "groups.6.links.0.organization", NULL,
		  "groups[6].links[0].organization: is missing" },
		{ "groups.6.organization", "1",
		  "groups[6].links[0].organization: link-self: " },
		{ "groups.6.claims.0.organization", NULL,
		  "groups[6].claims[0].organization: is missing" },
		{ "groups.6.claims.0.organization", "null",
		  "groups[6].claims[0].organization: must be the number of an org" },
		{ "groups.6.links.2.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "groups[6].links[2].valid_to: it ends before it begins" },
		{ "groups.5.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "groups[5].valid_to: it ends before it begins" },
		{ "groups.6.organization", "3",
		  "groups[6].links[0].organization: link-up: " },
		{ "groups.6.organization", "2",
		  "groups[6].links[0].organization: link-across: " },
		{ "groups.6.links.0.organization", "99",
		  "groups[6].links[0].organization: must be the number" },
		{ "groups.6.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "groups[6].valid_to: it ends before it begins" },
		{ "groups.6.links.1.valid_from", "\"2026-11-24T09:00:30Z\"",
		  "groups[6].links[1].valid_from: it overlaps" },
		{ "groups.6.links.2.organization", "4",
		  "groups[6].links[2]: it is there when" },
		{ "groups.6.claims.0.organization", "2",
		  "groups[6].claims[0].organization: not-active: " },
		{ "groups.6.claims.0.valid_to", "\"2026-11-24T09:01:30Z\"",
		  "groups[6].claims[0].organization: not-active: " },
		{ "+groups.0.claims", "@0",
		  "groups[0].claims[1].valid_from: it overlaps" },
		{ "+groups.6.links", "@1", "groups[6].links[3].valid_from: it overlaps" },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

static void test_roles_and_invitations(void **state)
{
	static const struct wrong wrong[] = {
		{ "+roles", "@0", "roles[18].valid_from: it overlaps" },
		{ "roles.0.person", "99", "roles[0].person: must be the number of a p" },
		{ "roles.0.person", NULL, "roles[0].person: is missing" },
		{ "roles.0.group", "99", "roles[0].group: must be the number of a g" },
		{ "roles.0.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "roles[0].valid_to: it ends before it begins" },
		{ "roles.0.givers.0.valid_to", "\"2001-01-01T00:00:00Z\"",
		  "roles[0].givers[0].valid_to: it ends before it begins" },
		{ "invitations.5.group", NULL, "invitations[5].group: is missing" },
		{ "invitations.5.group", "null", "invitations[5].group: must be the" },
		{ "invitations.5.group", "99", "invitations[5].group: must be the" },
		{ "invitations.5.person", "99", "invitations[5].person: must be the" },
		{ "invitations.0.ended", "\"2001-01-01T00:00:00Z\"",
		  "invitations[0].ended: it ends before it begins" },
		{ "mails.0.sent", "\"2001-01-01T00:00:00Z\"",
		  "mails[0].sent: it comes before it was queued" },
		{ "roles.9.valid_to", "null", "roles[9].group: it is there when" },
		{ "roles.0.givers", "[]", "roles[0].givers: nobody gives it" },
		{ "roles.0.givers.0.valid_to", "\"2026-12-01T00:00:00Z\"",
		  "roles[0].givers: nobody gives it any more" },
		{ "roles.14.givers.0.valid_to", "null", "roles[14].givers[0]: it gives" },
		{ "+roles.0.givers", "@0", "roles[0].givers[1].valid_from: it overlaps" },
		{ "roles.0.givers.0.source", "0",
		  "roles[0].givers[0].source: source-scope: " },
		{ "+invitations", "@5", "invitations[8]: invite-duplicate: " },
		{ "invitations.0.ended", "null", "invitations[0].ended: it is null" },
		{ "invitations.2.account", "0", "invitations[2].account: only who" },
		{ "invitations.0.expires", "\"2001-01-01T00:00:00Z\"",
		  "invitations[0].expires: it ends" },
		{ "invitations.0.mail", "1", "invitations[0].mail: it went to somebody" },
		{ "invitations.5.group", "7", "invitations[5].group: nobody is invited" },
		{ "invitations.5.group", NULL, "invitations[5].group: is missing" },
		{ "invitations.5.group", "null", "invitations[5].group: must be the" },
		{ "invitations.5.group", "99", "invitations[5].group: must be the" },
		{ "roles.0.person", "99", "roles[0].person: must be the number of" },
		{ "roles.0.group", "99", "roles[0].group: must be the number of" },
		{ "invitations.5.givers", "[]", "invitations[5].givers: nobody has" },
		{ "invitations.5.givers.0.source", "null",
		  "invitations[5].givers[0].anchor: a source has one" },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

static void test_sources(void **state)
{
	static const struct wrong wrong[] = {
		{ "+sources", "@0", "sources[1].name: another source has it" },
		{ "sources.0.released_at", "null", "sources[0]: what is released" },
		{ "sources.0.organization", "3", "given[0].source: source-scope: " },
		{ "group_bindings.0.group", "0",
		  "group_bindings[0].source: source-scope: " },
		{ "+bindings", "@0", "bindings[1].person: account-bound: " },
		{ "+given", "@0", "given[2]: store " },
		{ "evidence.0.last", "\"2001-01-01T00:00:00Z\"", "evidence[0].last: " },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

static void test_chains(void **state)
{
	static const struct wrong wrong[] = {
		{ "audit.3.target", "\"Infrb\"", "audit[3].hash: the chain does not" },
		{ "audit.3.run", "7", "audit[3].hash: the chain does not verify" },
		{ "audit.3", NULL, "audit[3].seq: the chain does not verify: line 4" },
		{ "audit.4", NULL, "chains: the chain of organizations[0] does not" },
		{ "audit.0", NULL, "audit[0].seq: the chain does not verify: line 1" },
		{ "audit.5", NULL, "audit[5].seq: the chain does not verify: line 1" },
		{ "+audit", "@3", "].seq: the chain does not verify: line " },
		{ "audit.4.at", "\"2001-01-01T00:00:00Z\"",
		  "audit[4].hash: the chain does not verify: line 5 is not" },
		{ "chains.0", NULL, "audit[0].organization: it has no chain" },
		{ "+chains", "@0", "chains[5].organization: it has a chain already" },
		{ "chains.1.checkpoints.0.seq", "99", "chains[1].checkpoints[0].seq: " },
		{ "+chains.1.checkpoints", "@0", "chains[1].checkpoints[1].seq: it is" },
		{ "chains.1.checkpoints.0.head",
		  "\"0000000000000000000000000000000000000000000000000000000000000000\"",
		  "audit[5].hash: the chain does not verify" },
		{ "organizations.2.uid", "\"0123456789abcdef0123456789abcdef\"",
		  "hash: the chain does not verify: line 1 is not what it was" },
	};

	refuse(state, wrong, ARRAY_LEN(wrong));
}

/* ---- the text itself ---- */

static void test_what_is_no_document(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "", "line 1: { is missing here" },
		{ "\n\n[", "line 3: { is missing here" },
		{ "{\"export\":{\"format\":1,\"format\":1}", "duplicate" },
		{ "{\"export\":{\"format\":", "line 1: " },
		{ "{\"export\":{}}", "export.format: is missing" },
	};
	struct world *w = empty_world(*state), *rich = rich_world(*state);
	char *text = exported(rich, "northwind"), *cut, *twice;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_err(imported(w, cases[i].text), ERR_CONFIG, cases[i].says);
	for (size_t len = 0; len < strlen(text) - 2; len += strlen(text) / 97) {
		cut = mem_strndup(w, text, len);
		assert_err(imported(w, cut), ERR_CONFIG, "");
	}
	twice = mem_printf(w, "%sx", text);
	assert_err(imported(w, twice), ERR_CONFIG, "something stands behind");
	assert_int_equal(number(w, "SELECT count(*) FROM organization"), 0);
}

/* What refers to something that cannot be read is not wrong for that. */
static void test_one_thing_wrong_is_one_line(void **state)
{
	static const char *const names[] = {
		"organizations.0.name", "organizations.1.name", "organizations.3.uid",
		"people.0.pseudonym",   "people.2.pseudonym",   "groups.0.name",
		"groups.3.uid",         "groups.6.name",        "sources.0.name",
		"mails.0.mode",         "mails.3.queued",       "chains.1.head",
	};
	struct world *w = rich_world(*state), *other = empty_world(*state);
	char *text = exported(w, "northwind"), *spoilt;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		AUTO_MEM char *place = mem_strdup(NULL, names[i]), *says;
		json_t *document = json_loads(text, 0, NULL);
		struct err *err;

		put(document, &(struct wrong){ names[i], "5", "" });
		spoilt = json_dumps(document, 0);
		json_decref(document);
		err = imported(other, spoilt);
		free(spoilt);
		*strchr(place, '.') = '[';
		*strchr(place, '.') = ']';
		says = mem_printf(NULL, "%.*s.%s: must be ",
				  (int)(strchr(place, ']') + 1 - place), place,
				  strchr(place, ']') + 1);
		if (err == NULL || strstr(err_text(err), says) != err_text(err) ||
		    strchr(err_text(err), '\n') != NULL)
			fail_msg("%s: %s", says, err ? err_text(err) : "is taken");
		err_free(err);
	}
}

static void test_everything_wrong_is_named(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	json_t *document = json_loads(exported(w, "northwind"), 0, NULL);
	struct err *err;
	char *text;

	put(document, &(struct wrong){ "groups.0.name", "5", "" });
	put(document, &(struct wrong){ "groups.2.name", "\"\\n\"", "" });
	put(document, &(struct wrong){ "roles.0.givers", "[]", "" });
	put(document, &(struct wrong){ "groups.1.b\xE2\x80\xAE\n", "1", "" });
	text = json_dumps(document, 0);
	json_decref(document);
	err = imported(other, text);
	free(text);
	assert_non_null(err);
	assert_non_null(strstr(err_text(err), "groups[0].name: "));
	assert_non_null(strstr(err_text(err), "\ngroups[2].name: "));
	assert_non_null(strstr(err_text(err), "\nroles[0].givers: "));
	assert_non_null(strstr(err_text(err), "groups[1].b\\u{202e}\\x0a: is unknown"));
	err_free(err);
}

/* ---- what the store has ---- */

static void test_what_the_store_has_is_not_imported_again(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	char *text = exported(w, "northwind");

	assert_ok(imported(other, text));
	assert_refused(imported(other, text), "name-taken");
	run(other, "UPDATE organization SET name_key = 'x' WHERE parent_id IS NULL");
	assert_err(imported(other, text), ERR_REFUSED,
		   "organizations[0].uid: the store has this organization");
	run(other, "UPDATE organization SET uid = 'x' || id");
	assert_err(imported(other, text), ERR_REFUSED,
		   "groups[0].uid: the store has this group");
	run(other, "UPDATE security_group SET uid = 'x' || id");
	assert_err(imported(other, text), ERR_REFUSED,
		   "sources[0].name: the store has a source of this name");
	run(other, "UPDATE source SET name = 'x'");
	assert_ok(imported(other, text));
}

static void test_a_pseudonym_of_somebody_else(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	char *text = exported(w, "northwind");

	run(other, "INSERT INTO subject (pseudonym, email, email_key) VALUES"
		   " ('0123456789abcdef0123456789abcdef', 'x@x.example', 'x@x.example')");
	assert_err(imported(other, text), ERR_CONFIG,
		   "people[2].aliases[0].pseudonym: somebody else in this store has it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shape),
		TEST(test_organizations),
		TEST(test_people),
		TEST(test_groups),
		TEST(test_roles_and_invitations),
		TEST(test_sources),
		TEST(test_chains),
		TEST(test_what_is_no_document),
		TEST(test_one_thing_wrong_is_one_line),
		TEST(test_everything_wrong_is_named),
		TEST(test_what_the_store_has_is_not_imported_again),
		TEST(test_a_pseudonym_of_somebody_else),
	};
	return test_main(tests);
}
