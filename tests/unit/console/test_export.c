/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/console/erase.h"
#include "bridge/console/roster.h"
#include "tests/schema.h"
#include "tests/unit/console/moved.h"

#define ADA "ada@northwind.example"

static json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (json == NULL)
		fail_msg("line %d: %s", error.line, error.text);
	return json;
}

static json_t *schema_named(const char *name)
{
	AUTO_MEM char *path =
		mem_printf(NULL, TOP_SRCDIR "/bridge/console/%s.schema.json", name);
	json_t *schema = json_load_file(path, 0, NULL);

	assert_non_null(schema);
	return schema;
}

/* ---- there and back ---- */

static void test_round_trip_is_exact(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	char *first = exported(w, "northwind");

	assert_string_equal(exported(w, "northwind"), first);
	assert_ok(imported(other, first));
	assert_string_equal(without_header(exported(other, "northwind")),
			    without_header(first));
}

/* Nothing of another root is in the way, and its people are not mixed up with ours. */
static void test_into_a_store_that_has_other_roots(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	char *first;

	assert_ok(imported(other, exported(w, "northwind")));
	run(w, "INSERT INTO source (name, organization_id) SELECT 'globex', id"
	       " FROM organization WHERE name = 'globex'");
	first = exported_by(w, "globex", "gil@globex.example");
	assert_ok(imported(other, first));
	assert_string_equal(
		without_header(exported_by(other, "globex", "gil@globex.example")),
		without_header(first));
	/* Numbers of sources and groups moved up, and still mean the same. */
	assert_int_equal(number(other, "SELECT count(*) FROM source"), 2);
	assert_int_equal(number(other, "PRAGMA foreign_key_check"), -1);
}

static void test_nothing_is_left_out(void **state)
{
	struct world *w = rich_world(*state);
	json_t *json = parsed(exported(w, "northwind")), *part;
	const char *key;

	json_object_foreach(json, key, part)
	{
		if (json_is_array(part) && json_array_size(part) == 0)
			fail_msg("there are no %s", key);
	}
	json_decref(json);
}

/* People of the root as the roster shows them, then and now. */
static char *roster_of(struct world *w, int64_t at)
{
	struct str *s = str_new(w);
	struct roster r;

	enter(w, "northwind", "ada");
	assert_ok(roster_load(w, w->c, organization(w, "northwind/contoso"), at, &r));
	for (size_t i = 0; i < r.n_people; i++)
		str_addf(s, "%s %zu %d\n", r.people[i].email, r.people[i].n_ways,
			 r.people[i].blocked);
	for (size_t i = 0; i < r.n_invitations; i++)
		str_addf(s, "%s invited\n", r.invitations[i].email);
	give_up(w);
	return str_take(w, s);
}

static void test_rosters_are_the_same_at_every_time(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);

	assert_ok(imported(other, exported(w, "northwind")));
	exported(other, "northwind"); /* lets ada in */
	other->now = w->now;
	for (int64_t at = w->now - 11 * DAY; at <= w->now; at += DAY / 7)
		assert_string_equal(roster_of(w, at), roster_of(other, at));
	assert_non_null(strstr(roster_of(other, w->now), "bo@contoso.example"));
}

static void test_the_imported_root_goes_on(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	struct acceptance done;

	assert_ok(imported(other, exported(w, "northwind")));
	exported(other, "northwind");
	other->now = w->now + 60;
	/* The old token is worth nothing, the new one is as good as it was. */
	assert_refused(console_accept(other, other->store,
				      token_of(w, "silent@contoso.example"), BY(),
				      other->now, &done),
		       "invite-ended");
	assert_ok(console_accept(other, other->store,
				 token_of(other, "silent@contoso.example"), BY(),
				 other->now, &done));
	assert_int_equal(done.roles, 1);
	enter(other, "northwind", "ada");
	assert_ok(make_group(other, "northwind/contoso", "Later"));
	commit(other);
	assert_int_equal(number(other, "SELECT count(*) FROM audit a JOIN chain c"
				       " ON c.organization_id = a.organization_id"
				       " AND c.seq = a.seq AND c.head = a.hash"),
			 number(other, "SELECT count(*) FROM chain"));
	assert_int_equal(number(other, "SELECT max(seq) FROM outbox"),
			 number(w, "SELECT max(seq) FROM outbox") + 2);
}

static void test_on_the_stores_own_chain(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);

	assert_ok(imported(other, exported(w, "northwind")));
	assert_int_equal(number(other, "SELECT count(*) FROM audit WHERE"
				       " organization_id = 0 AND action = 'root.import'"
				       " AND target = 'northwind'"
				       " AND principal = 'operator'"),
			 1);
}

/* ---- who somebody is ---- */

static void test_a_known_address_is_that_person(void **state)
{
	struct world *w = rich_world(*state), *other = world_new(*state);
	char *text = exported(w, "northwind");

	run(other, "UPDATE organization SET name = 'north', name_key = 'north'"
		   " WHERE name = 'northwind'");
	run(other, "UPDATE source SET name = 'other'");
	assert_ok(imported(other, text));
	assert_int_equal(number(other, "SELECT count(*) FROM subject"
				       " WHERE email_key = '" ADA "'"),
			 1);
	assert_int_equal(number(other, "SELECT count(*) FROM subject_alias l"
				       " JOIN subject s ON s.id = l.subject_id"
				       " WHERE s.email_key = '" ADA "'"),
			 1);
	assert_int_equal(number(other, "SELECT count(*) FROM principal"
				       " WHERE name = 'sync'"),
			 1);
	assert_int_equal(number(other, "SELECT count(*) FROM principal"
				       " WHERE name = '" ADA "'"),
			 1);
}

/* An account in another root shows in nothing. */
static void test_invited_people_are_an_address(void **state)
{
	struct world *w = rich_world(*state);
	json_t *json, *people, *one;
	size_t i, found = 0;

	run(w, "UPDATE subject SET name = 'Gil Secret', email = 'Gil@Globex.example'"
	       " WHERE email_key = 'gil@globex.example'");
	invite(w, "northwind/contoso", "Operators", ROLE_MEMBER, "gil@globex.example");
	assert_null(strstr(exported(w, "northwind"), "Secret"));
	assert_null(strstr(events(w, "northwind", 0), "Secret"));
	json = parsed(exported(w, "northwind"));
	people = json_object_get(json, "people");
	json_array_foreach(people, i, one)
	{
		const char *email = json_string_value(json_object_get(one, "email"));

		if (email == NULL || strcmp(email, "gil@globex.example") != 0)
			continue;
		found++;
		assert_true(json_is_null(json_object_get(one, "kind")));
		assert_true(json_is_null(json_object_get(one, "created")));
	}
	assert_int_equal(found, 1);
	json_decref(json);
}

static void test_secrets_stay(void **state)
{
	struct world *w = rich_world(*state);
	char *text = exported(w, "northwind");
	struct rows *rows;
	const void *id;
	size_t len;
	bool more;

	assert_ok(store_query(w->store, &rows, "SELECT token_id FROM mail", ""));
	for (;;) {
		assert_ok(rows_next(rows, &more));
		if (!more)
			break;
		id = row_blob(rows, 0, &len);
		assert_null(strstr(text, hex_of(w, id, len)));
	}
	assert_null(strstr(text, "globex"));
}

static void test_erased_people_travel_and_stay_erased(void **state)
{
	struct world *w = rich_world(*state), *other = empty_world(*state);
	const struct looking by = { "root", NULL };
	char *before = exported(w, "northwind"), *after;
	struct erasure done;

	assert_ok(console_erase(w->store, "bo@contoso.example", &by, w->now, &done));
	after = exported(w, "northwind");
	assert_null(strstr(after, "bo@contoso.example"));
	assert_ok(imported(other, after));
	assert_string_equal(without_header(exported(other, "northwind")),
			    without_header(after));
	/* A store that erased somebody does not take them back from an older document. */
	other = empty_world(*state);
	assert_ok(imported(other, before));
	assert_ok(console_erase(other->store, "bo@contoso.example", &by, other->now,
				&done));
	run(other, "UPDATE organization SET uid = 'x' || id, name_key = 'x' || id");
	run(other, "UPDATE security_group SET uid = 'x' || id");
	run(other, "UPDATE source SET name = 'x'");
	run(other, "UPDATE subject SET pseudonym = 'x' || id");
	run(other, "DELETE FROM subject_alias");
	assert_err(imported(other, before), ERR_CONFIG, "people[2].email: erased: ");
}

/* ---- the schemas ---- */

static void test_output_fits_the_schema(void **state)
{
	struct world *w = rich_world(*state);
	json_t *schema = schema_named("root"), *json = parsed(exported(w, "northwind"));

	assert_true(schema_fits(json, schema));
	json_object_set_new(json_at(json, "groups.6.links.0"), "surprise", json_null());
	assert_false(schema_fits(json, schema));
	json_decref(json);
	json_decref(schema);
}

static void test_events_fit_the_schema(void **state)
{
	struct world *w = rich_world(*state);
	json_t *schema = schema_named("event"), *event;
	char *text = events(w, "northwind", 0), *line;
	AUTO_MEM char *start = NULL;
	int64_t n = 0;

	enter(w, "northwind", "ada");
	start = mem_printf(
		NULL, "{\"id\":\"%s-%s-1\",\"epoch\":\"%s\",\"sequence\":1,\"root\":",
		store_epoch(w->store), w->c->view->organizations[0].uid,
		store_epoch(w->store));
	give_up(w);
	assert_memory_equal(text, start, strlen(start));
	while ((line = strsep(&text, "\n")) != NULL && *line != '\0') {
		event = parsed(line);
		assert_true(schema_fits(event, schema));
		assert_int_equal(json_integer_value(json_object_get(event, "sequence")),
				 ++n);
		json_decref(event);
	}
	assert_int_equal(n, number(w, "SELECT event_seq FROM organization"
				      " WHERE name = 'northwind'"));
	line = events(w, "northwind", n - 1);
	assert_non_null(strstr(line, "\"kind\":\"account.block\""));
	assert_int_equal(strcspn(line, "\n") + 1, strlen(line));
	assert_string_equal(events(w, "northwind", n), "");
	json_decref(schema);
}

/* What happened before a store was accepted keeps its id; what happens then has another
 * than anything that was lost. */
static void test_events_keep_the_epoch_they_happened_in(void **state)
{
	struct world *w = rich_world(*state);
	char *before = events(w, "northwind", 0), *after;
	char *was = mem_strdup(w->ctx, store_epoch(w->store));

	enter(w, "", "ada");
	assert_refused(console_new_epoch(w->c, "it is mine"), "not-operator");
	give_up(w);
	assert_string_equal(store_epoch(w->store), was);
	enter(w, "", "root");
	assert_ok(console_new_epoch(w->c, "monday is right"));
	commit(w);
	assert_string_equal(events(w, "northwind", 0), before);
	enter(w, "northwind", "ada");
	assert_ok(make_group(w, "northwind/contoso", "Night"));
	commit(w);
	after = events(w, "northwind", 0);
	assert_memory_equal(after, before, strlen(before));
	after += strlen(before);
	assert_memory_equal(after, "{\"id\":\"", 7);
	assert_memory_equal(after + 7, store_epoch(w->store), strlen(was));
	assert_string_not_equal(store_epoch(w->store), was);
	assert_int_equal(number(w, "SELECT count(*) FROM audit WHERE organization_id = 0"
				   " AND action = 'store.accept'"
				   " AND code = 'monday is right' AND before <> after"),
			 1);
}

/* ---- who may ---- */

static struct err *nowhere(void *to, const char *bytes, size_t len)
{
	(void)to, (void)bytes, (void)len;
	return err_new(ERR_LATER, "it is full");
}

static void test_only_owners_export(void **state)
{
	struct world *w = rich_world(*state);
	struct export_counts counts;
	int64_t n;

	enter(w, "northwind", "root");
	assert_refused(console_export(w->c, "northwind", nowhere, NULL, &counts),
		       "org-isolated");
	assert_refused(console_export_events(w->c, "northwind", 0, nowhere, NULL, &n),
		       "org-isolated");
	give_up(w);
	enter(w, "northwind", "gil");
	assert_refused(console_export(w->c, "northwind", nowhere, NULL, &counts),
		       "org-isolated");
	give_up(w);
	enter(w, "northwind", "ada");
	assert_err(console_export(w->c, "northwind/contoso", nowhere, NULL, &counts),
		   ERR_USAGE, "is no root");
	assert_err(console_export(w->c, "northwind", nowhere, NULL, &counts), ERR_LATER,
		   "it is full");
	assert_err(console_export_events(w->c, "northwind", 0, nowhere, NULL, &n),
		   ERR_LATER, "it is full");
	give_up(w);
}

static void test_only_the_operator_imports(void **state)
{
	struct world *w = world_new(*state);
	struct import_result result;

	enter(w, "", "ada");
	assert_refused(console_import(w->c, NULL, NULL, &result), "not-operator");
	give_up(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip_is_exact),
		TEST(test_into_a_store_that_has_other_roots),
		TEST(test_nothing_is_left_out),
		TEST(test_rosters_are_the_same_at_every_time),
		TEST(test_the_imported_root_goes_on),
		TEST(test_on_the_stores_own_chain),
		TEST(test_a_known_address_is_that_person),
		TEST(test_invited_people_are_an_address),
		TEST(test_secrets_stay),
		TEST(test_erased_people_travel_and_stay_erased),
		TEST(test_output_fits_the_schema),
		TEST(test_events_fit_the_schema),
		TEST(test_events_keep_the_epoch_they_happened_in),
		TEST(test_only_owners_export),
		TEST(test_only_the_operator_imports),
	};
	return test_main(tests);
}
