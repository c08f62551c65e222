/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"
#include "tests/connector.h"
#include "tests/scim_fake.h"

static const char *const usual[] = { "active", "cn", "mail", "member", NULL };

struct set {
	struct scim_fake *fake;
	struct settings *settings;
	struct request request;
};

static struct set *set_new(TALLOC_CTX *ctx, unsigned users, unsigned groups)
{
	struct set *t = mem_new(ctx, struct set);

	setenv("SCIM_TOKEN", "secret", 1);
	t->fake = scim_fake_start(t, users, groups);
	t->settings = settings_new(t, connector_settings("scim"));
	t->request = (struct request){ .settings = t->settings, .attributes = usual };
	assert_ok(settings_set(t->settings, "url", t->fake->url));
	assert_ok(settings_set(t->settings, "tls.mode", "none"));
	assert_ok(settings_set(t->settings, "allow_local", "yes"));
	assert_ok(settings_set(t->settings, "page_size", "10"));
	assert_ok(settings_set(t->settings, "timeout.wait", "0s"));
	return t;
}

static void use_token(struct set *t)
{
	assert_ok(settings_set(t->settings, "auth.token", "env:SCIM_TOKEN"));
}

static char *pull(struct set *t)
{
	struct direct *d;
	char *lines;

	assert_ok(direct_open(t, "scim", &t->request, &d));
	assert_ok(direct_pull(d, &lines));
	mem_steal(t, lines);
	mem_free(d);
	return lines;
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)) != NULL; text++)
		n++;
	return n;
}

static void holds(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in\n%s", part, text);
}

/* ---- resources as entries ---- */

static const char *entry_line(struct set *t, const char *json)
{
	static const char *const all[] = {
		"active",
		"addresses.locality",
		"cn",
		"emails",
		"emails;primary",
		"mail",
		"name.familyname",
		"nickname",
		"objectclass",
		"uid",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager."
		"value",
		NULL
	};
	AUTO_JSON json_t *resource = NULL;
	struct direct *d;
	struct entry *entry;

	use_token(t);
	t->request.attributes = all;
	assert_ok(direct_open(t, "scim", &t->request, &d));
	assert_ok(json_strict_read(json, strlen(json), &resource));
	assert_ok(scim_entry(d->session, t, SCIM_USER, resource, NULL, &entry));
	assert_ok(scim_pass_on(d->session, entry, true));
	return strstr(direct_items(d), "entry ");
}

static void test_flattening(void **state)
{
	struct set *t = set_new(*state, 1, 1);

	assert_string_equal(
		entry_line(t, "{\"id\":7,\"userName\":\"ada\",\"displayName\":\"Ada\","
			      "\"name\":{\"familyName\":\"L\"},\"nickName\":null,"
			      "\"active\":\"False\",\"emails\":[{\"value\":\"h@x\","
			      "\"type\":\"home\"},{\"value\":\"w@x\",\"type\":\"work\"},"
			      "{\"value\":\"p@x\",\"primary\":true}],\"addresses\":[{"
			      "\"locality\":\"Paris\"}],\"urn:ietf:params:scim:schemas:"
			      "extension:enterprise:2.0:User\":{\"department\":\"D\","
			      "\"manager\":{\"value\":\"9\"}}}"),
		"entry 37 id=7 active=false addresses.locality=Paris cn=Ada emails=h@x "
		"emails=w@x emails=p@x emails;home=h@x emails;primary=p@x "
		"emails;work=w@x mail=p@x name.familyname=L objectclass=User uid=ada "
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:department=D "
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:user:manager."
		"value=9\n");
}

static void test_extension_at_the_top_is_found_under_its_name(void **state)
{
	struct set *t = set_new(*state, 1, 1);

	holds(entry_line(t, "{\"id\":\"a\",\"Department\":\"D\"}"),
	      "enterprise:2.0:user:department=D");
}

static void test_ids_stay_apart(void **state)
{
	assert_string_equal(scim_dn(*state, "2819c223-7f76"), "id=2819c223-7f76");
	assert_string_equal(scim_dn(*state, "aB"), "id=#04026142");
	assert_string_not_equal(scim_dn(*state, "aB"), scim_dn(*state, "ab"));
	assert_string_equal(scim_dn(*state, "a b"), "id=#0403612062");
}

static void test_ids_of_every_look(void **state)
{
	for (enum scim_ids_look look = IDS_PLAIN; look <= IDS_ODD; look++) {
		struct set *t = set_new(*state, 25, 3);
		char *lines;

		use_token(t);
		t->fake->world->ids = look;
		lines = pull(t);
		assert_int_equal(count(lines, "entry "), 28);
		assert_int_equal(count(lines, " member="), 25);
		holds(lines, "end complete");
		mem_free(t);
	}
}

static void test_active_as_text_F73(void **state)
{
	struct set *t = set_new(*state, 5, 1);

	use_token(t);
	t->fake->world->disabled = 2;
	t->fake->world->defect = SCIM_BOOLEANS_AS_TEXT;
	assert_int_equal(count(pull(t), " active=false"), 1);
}

/* ---- members ---- */

static void test_members_cut_at_a_hundred_F42(void **state)
{
	struct set *t = set_new(*state, 4, 2);
	char *lines;

	use_token(t);
	t->fake->world->crowd = 600;
	t->fake->world->page = 200;
	t->fake->world->defect = SCIM_MEMBERS_CUT;
	assert_ok(settings_set(t->settings, "page_size", "200"));
	lines = pull(t);
	holds(lines, "lists of groups show only 100 members");
	assert_true(count(lines, " member=") >= 603);
	holds(lines, "end complete");
}

static void test_more_than_a_page_of_members_F75(void **state)
{
	struct set *t = set_new(*state, 4, 2);

	use_token(t);
	t->fake->world->crowd = 600;
	t->fake->world->page = 200;
	assert_true(count(pull(t), " member=") >= 603);
}

static void test_every_way_finds_the_same(void **state)
{
	static const enum scim_defect ways[] = { SCIM_HEALTHY, SCIM_MEMBERS_IN_EACH_GROUP,
						 SCIM_MEMBERS_IN_USERS,
						 SCIM_MEMBERS_BY_GROUP,
						 SCIM_MEMBERS_BY_USER };
	char *first = NULL;

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct set *t = set_new(*state, 25, 3);
		char *lines;

		use_token(t);
		t->fake->world->defect = ways[i];
		lines = pull(t);
		assert_int_equal(count(lines, " member="), 25);
		lines = mem_strdup(*state, strstr(lines, "entry 67"));
		first = first ? first : lines;
		assert_memory_equal(lines, first, strcspn(first, "\n"));
		mem_free(t);
	}
}

static void test_a_way_can_be_forced(void **state)
{
	static const char *const ways[] = { "list", "each", "user", "by-group",
					    "by-user" };

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct set *t = set_new(*state, 25, 3);

		use_token(t);
		if (i == 2)
			t->fake->world->defect = SCIM_MEMBERS_IN_USERS;
		if (i == 3)
			t->fake->world->defect = SCIM_MEMBERS_BY_GROUP;
		if (i == 4)
			t->fake->world->defect = SCIM_MEMBERS_BY_USER;
		assert_ok(settings_set(t->settings, "members", ways[i]));
		assert_int_equal(count(pull(t), " member="), 25);
		mem_free(t);
	}
}

static void test_a_filter_that_is_ignored_lets_nobody_in(void **state)
{
	static const char *const ways[] = { "by-group", "by-user" };

	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		struct set *t = set_new(*state, 25, 3);
		char *lines;

		use_token(t);
		t->fake->world->defect = SCIM_FILTER_IGNORED;
		assert_ok(settings_set(t->settings, "members", ways[i]));
		lines = pull(t);
		assert_int_equal(count(lines, " member="), 0);
		assert_int_equal(count(lines, "\nseen "), 3);
		holds(lines, "ignores the filter");
		mem_free(t);
	}
}

static void test_empty_is_not_absent_F78(void **state)
{
	struct set *t = set_new(*state, 6, 3);
	char *lines;

	use_token(t);
	t->fake->world->emptied = 2;
	lines = pull(t);
	assert_int_equal(count(lines, "entry "), 9);
	assert_int_equal(count(lines, "\nseen "), 0);
	t->fake->world->defect = SCIM_EMPTY_NOT_SHOWN;
	lines = pull(t);
	assert_int_equal(count(lines, "entry "), 9);
	t->fake->world->emptied = 0;
	t->fake->world->defect = SCIM_MEMBERS_NULL;
	lines = pull(t);
	assert_int_equal(count(lines, "entry "), 6);
	assert_int_equal(count(lines, "\nseen "), 3);
	holds(lines, "its members are not shown");
}

static void test_member_who_is_not_there_F79(void **state)
{
	struct set *t = set_new(*state, 6, 3);
	char *lines;

	use_token(t);
	t->fake->world->dangling = 1;
	lines = pull(t);
	holds(lines, "member=id=nobody-at-all");
	holds(lines, "end complete");
}

static void test_users_and_groups_that_share_an_id(void **state)
{
	struct set *t = set_new(*state, 3, 1);

	use_token(t);
	t->fake->world->fixture = true;
	t->fake->world->same_ids = true;
	holds(pull(t), "is that of a user and of a group");
}

/* ---- pages ---- */

static void test_only_the_first_page_F16(void **state)
{
	struct set *t = set_new(*state, 25, 1);

	use_token(t);
	t->fake->world->defect = SCIM_FIRST_PAGE_ONLY;
	holds(pull(t), "end the server has 25 users and listed 10");
}

static void test_paging_none(void **state)
{
	struct set *t = set_new(*state, 25, 1);

	use_token(t);
	assert_ok(settings_set(t->settings, "dialect", "google"));
	t->fake->world->page = 100;
	holds(pull(t), "end complete");
	t->fake->world->page = 10;
	holds(pull(t), "end the server has 25 users and listed 10");
}

/* ---- who we are ---- */

static void use_oauth(struct set *t)
{
	setenv("SCIM_SECRET", "a+b/c", 1);
	assert_ok(settings_set(t->settings, "auth.method", "oauth"));
	assert_ok(settings_set(t->settings, "auth.token_url", t->fake->token_url));
	assert_ok(settings_set(t->settings, "auth.client_id", "bridge"));
	assert_ok(settings_set(t->settings, "auth.client_secret", "env:SCIM_SECRET"));
}

static void test_client_credentials(void **state)
{
	struct set *t = set_new(*state, 25, 2);

	use_oauth(t);
	holds(pull(t), "end complete");
	assert_int_equal(t->fake->world->tokens, 1);
	setenv("SCIM_SECRET", "wrong", 1);
	{
		struct direct *d;

		assert_err(direct_open(t, "scim", &t->request, &d), ERR_CONFIG,
			   "gives no token");
	}
}

static void test_a_token_that_ends_is_renewed(void **state)
{
	struct set *t = set_new(*state, 35, 2);
	char *lines;

	use_oauth(t);
	t->fake->world->defect = SCIM_TOKEN_ENDS;
	assert_ok(settings_set(t->settings, "page_size", "2"));
	lines = pull(t);
	holds(lines, "end complete");
	assert_int_equal(count(lines, "entry "), 37);
	assert_true(t->fake->world->tokens >= 3);
}

static void test_accounts_and_headers(void **state)
{
	struct set *t = set_new(*state, 3, 1);
	struct direct *d;

	setenv("SCIM_PASSWORD", "open sesame", 1);
	assert_ok(settings_set(t->settings, "auth.method", "basic"));
	assert_ok(settings_set(t->settings, "auth.user", "Aladdin"));
	assert_ok(settings_set(t->settings, "auth.password", "env:SCIM_PASSWORD"));
	snprintf(t->fake->world->header, sizeof(t->fake->world->header),
		 "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	holds(pull(t), "end complete");
	mem_free(t);
	t = set_new(*state, 3, 1);
	use_token(t);
	assert_ok(settings_set(t->settings, "auth.method", "header"));
	assert_ok(settings_set(t->settings, "auth.header", "X-Api-Key"));
	snprintf(t->fake->world->header, sizeof(t->fake->world->header),
		 "X-Api-Key: secret");
	holds(pull(t), "end complete");
	snprintf(t->fake->world->header, sizeof(t->fake->world->header), "X-Api-Key: no");
	assert_err(direct_open(t, "scim", &t->request, &d), ERR_CONFIG,
		   "refuses us (HTTP 401)");
}

/* ---- lookups ---- */

static struct value id(const char *text)
{
	return (struct value){ text, strlen(text) };
}

static void test_lookups(void **state)
{
	struct value anchors[] = { id("user-002"), id("group-1"), id("user-003"),
				   id("nobody") };
	struct set *t = set_new(*state, 4, 2);
	struct direct *d;
	char *lines;

	use_token(t);
	t->fake->world->gone = 3;
	assert_ok(direct_open(t, "scim", &t->request, &d));
	assert_ok(d->connector->lookup(d->session, anchors, ARRAY_LEN(anchors), d->sink));
	lines = direct_items(d);
	assert_int_equal(count(lines, "entry "), 2);
	assert_int_equal(count(lines, "unknown "), 2);
	assert_int_equal(count(lines, "gone "), 0);
	assert_int_equal(count(lines, " member="), 2);
	t->fake->world->defect = SCIM_DOWN;
	assert_err(d->connector->lookup(d->session, anchors, 1, d->sink), ERR_LATER,
		   "busy or down");
	t->fake->world->defect = SCIM_REFUSED_ALWAYS;
	assert_err(d->connector->lookup(d->session, anchors, 1, d->sink), ERR_CONFIG,
		   "refuses us");
}

/* ---- kinds of servers ---- */

static void test_dialects_are_told_by_their_address(void **state)
{
	static const struct {
		const char *url, *name;
	} cases[] = {
		{ "https://graph.microsoft.com/rp/scim", "entra" },
		{ "https://scim.us-east-1.amazonaws.com/abc/scim/v2/", "aws" },
		{ "https://api.github.com/scim/v2/enterprises/x/", "github" },
		{ "https://cloudidentity.googleapis.com/x", "google" },
		{ "https://amazonaws.com.example/scim/v2", "generic" },
		{ "https://scim.example/v2", "generic" },
	};
	struct url url;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_ok(url_read(*state, cases[i].url, &url));
		assert_string_equal(scim_dialect_of("auto", &url)->name, cases[i].name);
	}
	assert_string_equal(scim_dialect_of("slack", &url)->name, "slack");
}

/* As these servers answer: one list of members a dialect, whatever is in the groups. */
static void test_dialects(void **state)
{
	static const struct {
		const char *name;
		enum scim_defect like;
	} cases[] = {
		{ "generic", SCIM_HEALTHY },
		{ "entra", SCIM_LIKE_ENTRA },
		{ "aws", SCIM_LIKE_AWS },
		{ "github", SCIM_HEALTHY },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct set *t = set_new(*state, 25, 3);
		char *lines;

		use_token(t);
		t->fake->world->defect = cases[i].like;
		assert_ok(settings_set(t->settings, "dialect", cases[i].name));
		lines = pull(t);
		holds(lines, "end complete");
		assert_int_equal(count(lines, " member="), 25);
		mem_free(t);
	}
}

static void test_identity(void **state)
{
	struct set *t = set_new(*state, 3, 1);
	struct direct *d;
	char *lines;

	use_oauth(t);
	assert_ok(direct_open(t, "scim", &t->request, &d));
	assert_ok(d->connector->probe(d->session, d->sink));
	lines = direct_items(d);
	holds(lines, mem_printf(t, "fact identity=scim:%s by %s\n", t->fake->url,
				t->fake->token_url));
	holds(lines, "fact anchor=text\n");
	holds(lines, "fact lookup=yes\n");
}

/* ---- settings ---- */

struct heard {
	struct complaints to;
	struct str *text;
};

static void hear(struct complaints *to, const char *name, size_t which UNUSED,
		 struct err *err)
{
	struct heard *heard = (struct heard *)to;

	str_addf(heard->text, "%s: %s\n", name, err_text(err));
	err_free(err);
}

static const char *complaints_of(TALLOC_CTX *ctx, const char *const *pairs)
{
	struct settings *s = settings_new(ctx, connector_settings("scim"));
	struct heard heard = { { hear }, str_new(ctx) };

	for (; *pairs != NULL; pairs += 2)
		assert_ok(settings_set(s, pairs[0], pairs[1]));
	connector_check("scim", s, &heard.to);
	return heard.text->text;
}

static void test_settings_that_do_not_go_together(void **state)
{
	static const char *const plain[] = { "url", "http://x.example/v2", "auth.token",
					     "env:A", NULL };
	static const char *const account[] = { "url", "https://a:b@x.example/",
					       "auth.token", "env:A", NULL };
	static const char *const query[] = { "url", "https://x.example/?a=b",
					     "auth.token", "env:A", NULL };
	static const char *const none[] = { "url", "https://x.example/", NULL };
	static const char *const both[] = {
		"url",   "https://x.example/", "auth.method", "basic", "auth.token",
		"env:A", "auth.user",          "u",           NULL
	};
	static const char *const pair[] = { "url",         "https://x.example/",
					    "auth.method", "certificate",
					    "tls.cert",    "c.pem",
					    "tls.pin",     "abc",
					    NULL };

	holds(complaints_of(*state, plain), "url: url \"http://x.example/v2\" is not");
	holds(complaints_of(*state, account), "url: url: a URL holds no account");
	holds(complaints_of(*state, query), "ends in a query");
	holds(complaints_of(*state, none), "auth.method bearer needs auth.token");
	holds(complaints_of(*state, both), "auth.method basic takes no auth.token");
	holds(complaints_of(*state, both), "auth.method basic needs auth.password");
	holds(complaints_of(*state, pair), "tls.cert and tls.key go together");
	holds(complaints_of(*state, pair), "does not begin with \"sha256//\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_flattening),
		TEST(test_extension_at_the_top_is_found_under_its_name),
		TEST(test_ids_stay_apart),
		TEST(test_ids_of_every_look),
		TEST(test_active_as_text_F73),
		TEST(test_members_cut_at_a_hundred_F42),
		TEST(test_more_than_a_page_of_members_F75),
		TEST(test_every_way_finds_the_same),
		TEST(test_a_way_can_be_forced),
		TEST(test_a_filter_that_is_ignored_lets_nobody_in),
		TEST(test_empty_is_not_absent_F78),
		TEST(test_member_who_is_not_there_F79),
		TEST(test_users_and_groups_that_share_an_id),
		TEST(test_only_the_first_page_F16),
		TEST(test_paging_none),
		TEST(test_client_credentials),
		TEST(test_a_token_that_ends_is_renewed),
		TEST(test_accounts_and_headers),
		TEST(test_lookups),
		TEST(test_dialects_are_told_by_their_address),
		TEST(test_dialects),
		TEST(test_identity),
		TEST(test_settings_that_do_not_go_together),
	};
	return test_main(tests);
}
