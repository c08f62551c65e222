/* SPDX-License-Identifier: MIT */
/*
 * The contract of connectors/connector.h, through the process that a run talks to, held
 * against every kind of directory of connectors/list.h.
 */
#include "bridge/record/text.h"
#include "connectors/process.h"
#include "tests/connector.h"
#include "tests/contract/fixture.h"
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#define UUID(last) "5d4c0a10000040008000000000" last

static const struct {
	const char *anchor;
	const char *dn;
	unsigned cn, mail, member; /* numbers of values */
} people[] = {
	{ UUID("0000a1"), "uid=ada,ou=people,dc=example,dc=test", 1, 1, 0 },
	{ UUID("0000a2"), "uid=bo,ou=people,dc=example,dc=test", 1, 2, 0 },
	{ UUID("0000a3"),
	  "uid=c\xc3\xa9"
	  "cile,ou=people,dc=example,dc=test",
	  1, 1, 0 },
	{ UUID("0000a4"), "uid=dee,ou=people,dc=example,dc=test", 1, 0, 0 },
	{ UUID("0000a5"), "uid=eve,ou=people,dc=example,dc=test", 1, 1, 0 },
	{ UUID("0000b1"), "cn=staff,ou=groups,dc=example,dc=test", 1, 0, 4 },
	{ UUID("0000b2"), "cn=ops,ou=groups,dc=example,dc=test", 1, 0, 2 },
};

static const char *const usual[] = { "cn", "mail", "member", NULL };

/* The row that the tests run on, and why they cannot. */
static const struct fixture *fixture;
static const char *missing;

static struct settings *make_settings(TALLOC_CTX *ctx)
{
	struct settings *settings;

	if (missing != NULL)
		skip();
	settings = settings_new(ctx, connector_settings(fixture->type));
	fixture->configure(settings);
	return settings;
}

static struct err *begin(TALLOC_CTX *ctx, const char *filter,
			 const char *const *attributes, struct process **p)
{
	static const struct stream_limits limits = { .idle = 20, .total = 60 };
	struct request request = { .settings = make_settings(ctx),
				   .filter = filter,
				   .attributes = attributes };

	return process_start(ctx, fixture->type, &request, &limits, p);
}

/* A number of people.ldif as this source writes it: anchor (hex), DN. */
static const char *anchor_hex(TALLOC_CTX *ctx, const char *hex)
{
	char *text;

	if (!fixture->texts)
		return hex;
	text = mem_printf(ctx, "%.8s-%.4s-%.4s-%.4s-%s", hex, hex + 8, hex + 12, hex + 16,
			  hex + 20);
	return hex_of(ctx, text, strlen(text));
}

static const char *dn_of(TALLOC_CTX *ctx, const char *dn)
{
	size_t i = 0;

	if (!fixture->texts)
		return dn;
	while (strcmp(people[i].dn, dn) != 0)
		i++;
	return mem_printf(ctx, "id=%.8s-%.4s-%.4s-%.4s-%s", people[i].anchor,
			  people[i].anchor + 8, people[i].anchor + 12,
			  people[i].anchor + 16, people[i].anchor + 20);
}

/* Read one whole, complete answer; notes are for people and vary. */
static void read_all(struct process *p, struct str *lines,
		     void (*check)(const struct item *item, void *data), void *data)
{
	struct item item = { 0 };

	for (;;) {
		assert_ok(process_read(p, &item));
		if (item.kind == ITEM_NOTE)
			continue;
		if (item.kind == ITEM_END)
			break;
		if (lines != NULL)
			show_item(lines, &item);
		if (check != NULL)
			check(&item, data);
	}
	assert_true(item.complete);
	assert_int_equal(item.text.len, 0);
}

static void assert_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static unsigned count(const struct entry *entry, const char *name)
{
	struct attribute attribute;

	entry_attribute(entry, name, &attribute);
	return attribute.count;
}

/* ---- the calls ----------------------------------------------------------------------
 */

static void test_probe_says_who_it_is(void **state)
{
	const char *const facts[] = { "fact identity=",
				      fixture->texts ? "fact anchor=text\n"
						     : "fact anchor=entryUUID\n",
				      "fact server=", "fact lookup=yes\n" };
	struct str *lines = str_new(*state);
	struct process *p;

	assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
	assert_ok(process_probe(p));
	read_all(p, lines, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(facts); i++) {
		const char *fact = strstr(lines->text, facts[i]);

		assert_non_null(fact);
		assert_int_not_equal(fact[strlen(facts[i])], '\n');
	}
}

struct seen {
	unsigned times[ARRAY_LEN(people)];
	unsigned entries;
};

static void check_person(const struct item *item, void *data)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct seen *seen = data;
	struct entry *entry;
	struct value anchor, dn;

	if (item->kind != ITEM_ENTRY)
		return;
	seen->entries++;
	assert_ok(entry_decode(ctx, item->entry.bytes, item->entry.len, &entry));
	anchor = entry_anchor(entry);
	dn = entry_dn(entry);
	for (size_t i = 0; i < ARRAY_LEN(people); i++) {
		if (strcmp(hex_of(ctx, anchor.bytes, anchor.len),
			   anchor_hex(ctx, people[i].anchor)) != 0)
			continue;
		seen->times[i]++;
		assert_true(value_is(&dn, dn_of(ctx, people[i].dn)));
		assert_int_equal(count(entry, "cn"), people[i].cn);
		assert_int_equal(count(entry, "mail"), people[i].mail);
		assert_int_equal(count(entry, "member"), people[i].member);
	}
}

static void test_pull_gives_each_entry_once(void **state)
{
	struct seen seen = { { 0 }, 0 };
	struct process *p;

	assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
	assert_ok(process_pull(p));
	read_all(p, NULL, check_person, &seen);
	for (size_t i = 0; i < ARRAY_LEN(people); i++)
		assert_int_equal(seen.times[i], 1);
	assert_int_equal(seen.entries, ARRAY_LEN(people));
}

static void add_base(const struct item *item, void *data)
{
	AUTO_MEM char *text = mem_strndup(NULL, item->text.bytes, item->text.len);
	unsigned *entries = data;

	if (item->kind == ITEM_FACT && strncmp(text, "base=", 5) == 0)
		*entries += (unsigned)strtoul(text + 5, NULL, 10);
}

/* What a base showed is counted, so that one that shows nothing any more is noticed. */
static void test_pull_counts_what_each_base_showed(void **state)
{
	unsigned entries = 0;
	struct process *p;

	assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
	assert_ok(process_pull(p));
	read_all(p, NULL, add_base, &entries);
	assert_int_equal(entries, ARRAY_LEN(people));
}

static void check_only_cn(const struct item *item, void *data)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct attribute attribute = { 0 };
	struct entry *entry;
	bool *options = data;

	if (item->kind != ITEM_ENTRY)
		return;
	assert_ok(entry_decode(ctx, item->entry.bytes, item->entry.len, &entry));
	while (entry_next_attribute(entry, &attribute)) {
		*options |= value_is(&attribute.name, "cn;lang-sv");
		assert_true(value_is(&attribute.name, "cn") ||
			    value_is(&attribute.name, "cn;lang-sv"));
	}
}

static void test_pull_gives_only_what_is_asked_for(void **state)
{
	static const char *const only_cn[] = { "cn", NULL };
	bool options = false;
	struct process *p;

	assert_ok(begin(*state, FIXTURE_FILTER, only_cn, &p));
	assert_ok(process_pull(p));
	read_all(p, NULL, check_only_cn, &options);
	assert_true(options == !fixture->texts);
}

static void test_the_filter_narrows_the_pull(void **state)
{
	char *ada = mem_printf(
		*state, "entry %s %s cn=Ada Lovelace mail=ada@example.test\n",
		anchor_hex(*state, people[0].anchor), dn_of(*state, people[0].dn));
	struct str *lines = str_new(*state);
	struct process *p;

	if (!fixture->filters)
		skip();
	assert_ok(begin(*state, "(uid=ada)", usual, &p));
	assert_ok(process_pull(p));
	read_all(p, lines, NULL, NULL);
	assert_int_equal(strncmp(lines->text, ada, strlen(ada)), 0);
	assert_null(strstr(lines->text + strlen(ada), "entry "));
}

static void test_two_pulls_are_equal(void **state)
{
	struct str *lines[2];

	for (size_t i = 0; i < 2; i++) {
		struct process *p;

		lines[i] = str_new(*state);
		assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
		assert_ok(process_pull(p));
		read_all(p, lines[i], NULL, NULL);
		mem_free(p);
	}
	assert_true(lines[0]->len > 0);
	assert_string_equal(lines[0]->text, lines[1]->text);
}

static struct value anchor_of(TALLOC_CTX *ctx, const char *uuid)
{
	const char *hex = anchor_hex(ctx, uuid);
	size_t len = strlen(hex) / 2;
	char *bytes = mem_room(ctx, len);

	assert_true(hex_read(hex, bytes, len));
	return (struct value){ bytes, len };
}

static void test_lookup_answers_in_order_without_the_filter(void **state)
{
	struct value anchors[] = { anchor_of(*state, UUID("0000b2")),
				   anchor_of(*state, UUID("0000ff")),
				   anchor_of(*state, UUID("0000a4")),
				   anchor_of(*state, UUID("0000a2")) };
	struct str *lines = str_new(*state), *expected = str_new(*state);
	struct process *p;

	assert_ok(begin(*state, "(uid=nobody)", usual, &p));
	assert_ok(process_lookup(p, anchors, ARRAY_LEN(anchors)));
	read_all(p, lines, NULL, NULL);
	str_addf(expected, "entry %s %s cn=ops member=%s member=%s\n",
		 anchor_hex(*state, people[6].anchor), dn_of(*state, people[6].dn),
		 dn_of(*state, people[0].dn), dn_of(*state, people[5].dn));
	str_addf(expected, "unknown %s\n", anchor_hex(*state, UUID("0000ff")));
	str_addf(expected, "entry %s %s cn=Dee Dahl\n",
		 anchor_hex(*state, people[3].anchor), dn_of(*state, people[3].dn));
	str_addf(expected,
		 "entry %s %s cn=Bo Berg %smail=bo@example.test "
		 "mail=bo.berg@example.test\n",
		 anchor_hex(*state, people[1].anchor), dn_of(*state, people[1].dn),
		 fixture->texts ? "" : "cn;lang-sv=Bo Berg af Sverige ");
	assert_string_equal(lines->text, expected->text);
}

static void test_all_calls_in_one_session(void **state)
{
	struct value anchor = anchor_of(*state, UUID("0000a5"));
	struct seen seen = { { 0 }, 0 };
	struct process *p;

	assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
	assert_ok(process_probe(p));
	read_all(p, NULL, NULL, NULL);
	assert_ok(process_pull(p));
	read_all(p, NULL, check_person, &seen);
	assert_int_equal(seen.entries, ARRAY_LEN(people));
	assert_ok(process_lookup(p, &anchor, 1));
	read_all(p, NULL, check_person, &seen);
	assert_int_equal(seen.entries, ARRAY_LEN(people) + 1);
	assert_ok(process_lookup(p, NULL, 0));
	read_all(p, NULL, check_person, &seen);
	assert_int_equal(seen.entries, ARRAY_LEN(people) + 1);
}

static void test_settings_that_lead_nowhere(void **state)
{
	struct request request = { .settings = make_settings(*state),
				   .attributes = usual };
	struct settings *spoilt = make_settings(*state);
	struct settings *empty = settings_new(*state, connector_settings(fixture->type));
	struct stream_limits limits = { .idle = 20 };
	struct process *p;
	struct err *err;

	fixture->spoil(spoilt);
	request.settings = spoilt;
	err = process_start(*state, fixture->type, &request, &limits, &p);
	assert_non_null(err);
	assert_int_equal(err_class(err), fixture->refusal);
	assert_non_null(err_hint_text(err));
	err_free(err);
	request.settings = empty;
	assert_err(process_start(*state, fixture->type, &request, &limits, &p),
		   ERR_CONFIG, "is not set");
	assert_no_children();
}

static void refuse_complaint(struct complaints *to UNUSED, const char *name,
			     size_t which UNUSED, struct err *err)
{
	fprintf(stderr, "%s: %s\n", name, err_text(err));
	err_free(err);
	fail();
}

static void test_settings_that_work_are_not_complained_about(void **state)
{
	struct complaints none = { refuse_complaint };

	connector_check(fixture->type, make_settings(*state), &none);
}

static void test_an_abandoned_pull_leaves_nothing_behind(void **state)
{
	struct item item;
	struct process *p;

	assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
	assert_ok(process_pull(p));
	mem_free(p);
	assert_ok(begin(*state, FIXTURE_FILTER, usual, &p));
	assert_ok(process_pull(p));
	assert_ok(process_read(p, &item));
	mem_free(p);
	assert_no_children();
}

/* ---- the tables ---------------------------------------------------------------------
 */

static void test_every_connector_has_a_fixture(void **state)
{
	const char *const *names = connector_names();
	size_t n = 0;

	(void)state;
	for (; names[n] != NULL; n++)
		assert_string_equal(fixtures[n].type, names[n]);
	assert_null(fixtures[n].type);
}

static void test_every_connector_explains_itself(void **state)
{
	const char *const *names = connector_names();

	(void)state;
	for (size_t i = 0; names[i] != NULL; i++) {
		const struct connector *c = connector_find(names[i]);

		assert_string_equal(c->name, names[i]);
		assert_true(strlen(c->help) > 0);
		assert_ptr_equal(connector_settings(names[i]), c->settings);
		assert_true(c->open && c->probe && c->next && c->lookup && c->close);
		for (const struct setting *s = c->settings; s->name != NULL; s++)
			assert_true(s->help != NULL && strlen(s->help) > 0);
	}
	assert_null(connector_find("vax"));
	assert_null(connector_settings("vax"));
	assert_null(connector_settings(NULL));
}

static int run_fixture(const struct fixture *row)
{
	const struct CMUnitTest tests[] = {
		TEST(test_probe_says_who_it_is),
		TEST(test_pull_gives_each_entry_once),
		TEST(test_pull_counts_what_each_base_showed),
		TEST(test_pull_gives_only_what_is_asked_for),
		TEST(test_the_filter_narrows_the_pull),
		TEST(test_two_pulls_are_equal),
		TEST(test_lookup_answers_in_order_without_the_filter),
		TEST(test_all_calls_in_one_session),
		TEST(test_settings_that_lead_nowhere),
		TEST(test_settings_that_work_are_not_complained_about),
		TEST(test_an_abandoned_pull_leaves_nothing_behind),
	};
	int failed;

	fixture = row;
	missing = row->begin ? row->begin() : NULL;
	if (missing != NULL)
		fprintf(stderr, "SKIP: %s: %s\n", row->type, missing);
	failed = cmocka_run_group_tests_name(row->type, tests, NULL, NULL);
	if (missing == NULL && row->end != NULL)
		row->end();
	return failed;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tables[] = {
		TEST(test_every_connector_has_a_fixture),
		TEST(test_every_connector_explains_itself),
	};
	int failed;

	if (argc > 1 && strcmp(argv[1], "connector") == 0)
		return process_serve(STDIN_FILENO, STDOUT_FILENO);
	failed = test_main(tables);
	for (const struct fixture *row = fixtures; row->type != NULL; row++)
		failed += run_fixture(row);
	return failed;
}
