/* SPDX-License-Identifier: MIT */
/*
 * What SCIM servers do wrong, one test each: people were let in while all was well; with
 * the defect nothing changes that did not change in the directory, and the run says what
 * it saw; and when the server is well again, a change arrives.
 */
#include "tests/scim_fake.h"
#include "tests/stage.h"
#include <unistd.h>

#define SETUP_FOLDER TOP_SRCDIR "/tests/decide"
#define USERS        34
#define GROUPS       3

struct scene {
	enum scim_defect defect;
	int code;         /* of a run with the defect */
	const char *says; /* what it prints */
};

static const struct scene scenes[] = {
	/* read whole, whatever it looks like */
	{ SCIM_HEALTHY, 0, "complete" },
	{ SCIM_COUNT_LOWERED, 0, "complete" },
	{ SCIM_COUNT_EXCEEDED, 0, "complete" },
	{ SCIM_TOTAL_IS_PAGE_SIZE, 0, "fewer users than it lists" },
	{ SCIM_TOTAL_TOO_SMALL, 0, "fewer users than it lists" },
	{ SCIM_TOTAL_MISSING, 0, "complete" },
	{ SCIM_NUMBERS_AS_TEXT, 0, "complete" },
	{ SCIM_FIRST_PAGE_PAST_THE_END, 0, "complete" },
	{ SCIM_CURSORS, 0, "complete" },
	{ SCIM_CURSOR_EMPTY_AT_END, 0, "complete" },
	{ SCIM_CURSOR_NULL_AT_END, 0, "complete" },
	{ SCIM_CURSOR_TO_ENCODE, 0, "complete" },
	{ SCIM_CURSOR_EXPIRES_ONCE, 0, "complete" },
	{ SCIM_LIST_LOWER_CASE, 0, "complete" },
	{ SCIM_BOOLEANS_AS_TEXT, 0, "complete" },
	{ SCIM_EMAILS_AS_OBJECT, 0, "complete" },
	{ SCIM_SCHEMAS_MISSING, 0, "complete" },
	{ SCIM_EXTENSION_INLINED, 0, "complete" },
	{ SCIM_DATES_ODD, 0, "complete" },
	{ SCIM_MEMBERS_BY_REFERENCE, 0, "complete" },
	{ SCIM_REFERENCE_RELATIVE, 0, "complete" },
	{ SCIM_MEMBERS_IN_EACH_GROUP, 0, "complete" },
	{ SCIM_GZIP, 0, "complete" },
	{ SCIM_BUSY_ONCE, 0, "complete" },
	{ SCIM_BUSY_SECONDS, 0, "complete" },
	{ SCIM_BUSY_X_SECONDS, 0, "complete" },
	{ SCIM_BUSY_DATE, 0, "complete" },
	{ SCIM_REDIRECT_HERE, 0, "complete" },
	{ SCIM_NOT_DESCRIBED, 0, "complete" },
	{ SCIM_NO_USER_BY_ID, 0, "cannot be looked up" },
	/* not whole, or not known */
	{ SCIM_TOTAL_TOO_LARGE, 4, "the server has 36 users and listed 34" },
	{ SCIM_TOTAL_CHANGES, 4, "changed while they were listed" },
	{ SCIM_START_FROM_ZERO, 4, "the server has 34 users and listed 33" },
	{ SCIM_START_IGNORED, 4, "the same page of users again and again" },
	{ SCIM_START_TOO_BIG, 4, "Start index too big" },
	{ SCIM_PAGES_OVERLAP, 4, "came more than once in one listing" },
	{ SCIM_ROW_LEFT_OUT, 4, "users and listed" },
	{ SCIM_ROW_WITHOUT_ID, 4, "came without an id" },
	{ SCIM_LAST_PAGE_FOR_EVER, 4, "the server has 39 users and listed 34" },
	{ SCIM_FIRST_PAGE_ONLY, 4, "the server has 34 users and listed 10" },
	{ SCIM_CURSOR_EXPIRES_ALWAYS, 4, "lost its place" },
	{ SCIM_CURSOR_REPEATS, 4, "again and again" },
	{ SCIM_LIST_MISSING, 4, "the server has 34 users and listed 0" },
	{ SCIM_LIST_NULL, 4, "the server has 34 users and listed 0" },
	{ SCIM_PLACEHOLDER, 4, "who is not there when asked for by id" },
	{ SCIM_MEMBERS_ABSENT, 0, "shows nobody who is in a group" },
	{ SCIM_MEMBERS_NULL, 0, "shows nobody who is in a group" },
	{ SCIM_MEMBERS_NAMED_ONLY, 0, "shows nobody who is in a group" },
	{ SCIM_REFERENCE_OF_OTHER_HOST, 0, "shows nobody who is in a group" },
	{ SCIM_MEMBERS_BY_OTHER_NAMES, 4, "not one member of the groups is" },
	{ SCIM_MEMBERS_IN_USERS, 0, "complete" },
	{ SCIM_MEMBERS_BY_GROUP, 0, "complete" },
	{ SCIM_MEMBERS_BY_USER, 0, "complete" },
	/* not read at all */
	{ SCIM_KEYS_TWICE, 4, "a name stands twice in one object" },
	{ SCIM_NESTED_DEEPLY, 4, "nested too deeply" },
	{ SCIM_HTML, 1, "an HTML page" },
	{ SCIM_HTML_LATER, 1, "an HTML page" },
	{ SCIM_EMPTY_BODY, 4, "it is empty" },
	{ SCIM_NO_CONTENT, 4, "HTTP 204" },
	{ SCIM_GZIP_BOMB, 4, "larger than 1000000 bytes" },
	{ SCIM_CHUNKED_WITHOUT_END, 1, "too slow" },
	{ SCIM_CUT_OFF, 1, "does not answer" },
	{ SCIM_BUSY, 1, "busy or down (HTTP 429" },
	{ SCIM_BUSY_LONG, 1, "busy or down (HTTP 429" },
	{ SCIM_DOWN, 1, "busy or down (HTTP 503" },
	{ SCIM_REFUSED_LATER, 78, "the server refuses us (HTTP 401" },
	{ SCIM_REDIRECT_AWAY, 78, "redirects to another server" },
};

static struct stage *prepared;
static const struct scene *scene_at_hand;

static void test_prepare(void **state UNUSED)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);

	prepared = stage_new(NULL, NULL);
	stage_write(prepared, "dirbridge.yaml",
		    stage_read(scratch, SETUP_FOLDER "/dirbridge.yaml"));
	stage_play(prepared, stage_read(scratch, SETUP_FOLDER "/setup"));
}

static struct stage *begin(TALLOC_CTX *ctx, const struct scim_fake *fake)
{
	struct stage *s = stage_new(ctx, prepared);

	stage_write(s, "dirbridge.yaml",
		    mem_printf(ctx,
			       "store: sqlite:console.db\n"
			       "sources:\n"
			       "  contoso:\n"
			       "    organization: northwind/contoso\n"
			       "    act_as: sync@northwind.example\n"
			       "    type: scim\n"
			       "    url: %s\n"
			       "    tls: { mode: none }\n"
			       "    allow_local: yes\n"
			       "    auth: { token: \"env:SCIM_TOKEN\" }\n"
			       "    page_size: 10\n"
			       "    max_answer: 1000000\n"
			       "    timeout: { connect: 2s, answer: 1s, wait: 3s }\n"
			       "    grants:\n"
			       "      - from: { name: \"(.+)\" }\n"
			       "        to: { group: \"$1\", create: true }\n",
			       fake->url));
	return s;
}

static int run(struct stage *s, const char *command, struct str *out)
{
	str_clear(out);
	return stage_command(s, command, out);
}

/* Who is invited where. */
static char *access_of(TALLOC_CTX *ctx, const struct stage *s)
{
	struct str *out = str_new(ctx);

	stage_sql(
		s,
		"SELECT g.name || ' ' || group_concat(i.subject_id) FROM (SELECT * FROM "
		"invitation ORDER BY subject_id) i JOIN security_group g ON g.id = "
		"i.group_id WHERE i.state = 'pending' GROUP BY g.id ORDER BY g.id",
		out);
	return str_take(ctx, out);
}

static void must(struct stage *s, const char *command, int code, const char *says,
		 struct str *out)
{
	int got = run(s, command, out);

	if (got == code && (says == NULL || strstr(out->text, says) != NULL))
		return;
	fail_msg("%s: exit %d, not %d with \"%s\":\n%s", command, got, code,
		 says ? says : "", out->text);
}

static void play(struct stage *s, struct scim_fake *fake, const struct scene *scene,
		 TALLOC_CTX *ctx)
{
	struct str *out = str_new(ctx);
	char *before, *after;

	must(s, "apply contoso --yes", 0, NULL, out);
	before = access_of(ctx, s);
	assert_non_null(strstr(before, "Group 3 "));
	fake->world->defect = scene->defect;
	must(s, "run contoso", scene->code, scene->says, out);
	after = access_of(ctx, s);
	assert_string_equal(before, after);
	fake->world->defect = SCIM_HEALTHY;
	fake->world->left = 5;
	must(s, "run contoso", 0, "u5@contoso.example       member   cancel", out);
	after = access_of(ctx, s);
	assert_string_not_equal(before, after);
	assert_true(strlen(after) + 4 >= strlen(before));
}

static void test_scene(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct scim_fake *fake = scim_fake_start(ctx, USERS, GROUPS);

	play(begin(ctx, fake), fake, scene_at_hand, ctx);
}

static int setup(void **state)
{
	scene_at_hand = *state;
	return test_setup(state);
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[ARRAY_LEN(scenes) + 1] = { cmocka_unit_test(
		test_prepare) };
	size_t n = 1;
	int failed;

	if (stage_is_connector(argc, argv))
		return stage_connector();
	test_start();
	setenv("SCIM_TOKEN", "secret", 1);
	for (size_t i = 0; i < ARRAY_LEN(scenes); i++) {
		const char *name = scim_defect_names[scenes[i].defect];

		if (argc == 1 || strstr(name, argv[1]) != NULL)
			tests[n++] = (struct CMUnitTest){ name, test_scene, setup,
							  test_teardown,
							  (void *)(uintptr_t)&scenes[i] };
	}
	failed = _cmocka_run_group_tests("scim", tests, n, NULL, NULL);
	mem_free(prepared);
	return failed != 0 || n == 1;
}
