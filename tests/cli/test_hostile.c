/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/record/text.h"
#include "tests/hostile.h"
#include "tests/unit/store/scratch.h"
#include <fcntl.h>
#include <jansson.h>
#include <pwd.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unictype.h>
#include <unistr.h>

/* The built program, with the corpus of hostile names as the names of organizations,
 * groups and people, by hand and from a directory. */
#define ADA     "ada@northwind.example"
#define SYNC    "sync@northwind.example"
#define HOME    "northwind/contoso"
#define PROGRAM TOP_BUILDDIR "/dirbridge"

enum { WORDS = 24, NAME_LIMIT = 200 };

struct house {
	TALLOC_CTX *ctx;
	const char *folder;
	const struct hostile *all;
	struct str *out; /* of the last command, both of its outputs */
	int status;
};

/* ---- the program ---- */

static void be_the_program(struct house *h, const char *const *words, int to)
{
	char *argv[WORDS + 5] = { mem_strdup(h, PROGRAM), mem_strdup(h, "--config"),
				  mem_printf(h, "%s/dirbridge.yaml", h->folder) };
	int argc = 3;

	while (*words != NULL && argc < WORDS + 4)
		argv[argc++] = mem_strdup(h, *words++);
	dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO);
	dup2(to, STDOUT_FILENO);
	dup2(to, STDERR_FILENO);
	execv(PROGRAM, argv);
	_exit(99);
}

static int call(struct house *h, const char *const *words)
{
	char buffer[65536];
	ssize_t n;
	pid_t child;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_the_program(h, words, ends[1]);
	close(ends[1]);
	mem_free(h->out);
	h->out = str_new(h);
	while ((n = read(ends[0], buffer, sizeof(buffer))) > 0)
		str_add_bytes(h->out, buffer, (size_t)n);
	close(ends[0]);
	assert_int_equal(waitpid(child, &h->status, 0), child);
	assert_true(WIFEXITED(h->status));
	return WEXITSTATUS(h->status);
}

#define CALL(h, ...) call(h, (const char *const[]){ __VA_ARGS__, NULL })
#define MUST(h, ...)                                                                     \
	do {                                                                             \
		if (CALL(h, __VA_ARGS__) != 0)                                           \
			fail_msg("%s", (h)->out->text);                                  \
	} while (0)

/* ---- what may come out ---- */

/* Lines of plain text: nothing that moves the cursor, changes the colour, or turns what
 * is read about. */
static void assert_harmless(const struct str *out)
{
	const uint8_t *at = (const uint8_t *)out->text, *end = at + out->len;
	ucs4_t c;

	while (at < end) {
		int n = u8_mbtoucr(&c, at, (size_t)(end - at));
		bool joiner = c == 0x200C || c == 0x200D;

		if (n <= 0)
			fail_msg("no UTF-8 in: %s", out->text);
		if ((c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) || c == 0x2028 ||
		    c == 0x2029 || (!joiner && uc_is_general_category(c, UC_FORMAT)))
			fail_msg("U+%04X in: %s", c, out->text);
		at += n;
	}
}

/* One document, or one a line; all of them in an array. */
static json_t *parsed(const struct str *out)
{
	json_t *all = json_array(), *one;
	size_t at = 0, skipped;
	json_error_t error;

	for (;;) {
		skipped = strspn(out->text + at, " \n");
		at += skipped;
		if (at == out->len)
			return all;
		one = json_loadb(out->text + at, out->len - at,
				 JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &error);
		if (one == NULL)
			fail_msg("%s: %s", error.text, out->text + at);
		json_array_append_new(all, one);
		at += (size_t)error.position;
	}
}

static bool holds(json_t *json, const char *text)
{
	const char *key;
	json_t *one;
	size_t i;

	if (json_is_string(json))
		return strcmp(json_string_value(json), text) == 0;
	json_array_foreach(json, i, one)
	{
		if (holds(one, text))
			return true;
	}
	json_object_foreach(json, key, one)
	{
		if (holds(one, text))
			return true;
	}
	return false;
}

/* As text it is harmless; as JSON it can be read, and gives every one of these back. */
static void look_at(struct house *h, const char *const *names, const char *const *words)
{
	const char *as_json[WORDS] = { "--json" };
	json_t *json;
	int n = 1, status = call(h, words);

	assert_harmless(h->out);
	while (*words != NULL)
		as_json[n++] = *words++;
	assert_int_equal(call(h, as_json), status);
	json = parsed(h->out);
	assert_true(json_array_size(json) > 0);
	for (; names != NULL && *names != NULL; names++)
		if (!holds(json, *names))
			fail_msg("\"%s\" is not in: %s", *names, h->out->text);
	json_decref(json);
}

#define LOOK(h, names, ...) look_at(h, names, (const char *const[]){ __VA_ARGS__, NULL })

/* No cell of it begins as a formula does, however the cells are quoted. */
static void assert_no_formula(const struct str *out)
{
	bool quoted = false, begins = true;

	for (size_t i = 0; i < out->len; i++) {
		char c = out->text[i];

		if (c == '"') {
			quoted = !quoted;
			continue;
		}
		if (begins && strchr("=+-@\t", c) != NULL)
			fail_msg("a formula: %.80s", out->text + i);
		begins = !quoted && (c == ',' || c == '\n');
	}
	assert_false(quoted);
}

/* What would be markup has a backslash before it. */
static void assert_no_markup(const struct str *out)
{
	bool escaped = false;

	for (size_t i = 0; i < out->len; i++) {
		char c = out->text[i];

		if (!escaped && strchr("<>[]`$", c) != NULL)
			fail_msg("markup: %.80s", out->text + i);
		escaped = !escaped && c == '\\';
	}
}

static void look_at_roster(struct house *h, const char *path)
{
	MUST(h, "roster", path, "--as", ADA, "--format", "csv");
	assert_true(h->out->len > 0);
	assert_no_formula(h->out);
	MUST(h, "roster", path, "--as", ADA, "--format", "md");
	assert_true(h->out->len > 0);
	assert_harmless(h->out);
	assert_no_markup(h->out);
}

/* ---- a console full of them ---- */

static const char *file(struct house *h, const char *name)
{
	return mem_printf(h, "%s/%s", h->folder, name);
}

static void write_config(struct house *h)
{
	FILE *to = fopen(file(h, "dirbridge.yaml"), "we");

	assert_non_null(to);
	fprintf(to,
		"store: sqlite:%s\n"
		"sources:\n"
		"  contoso:\n"
		"    organization: " HOME "\n"
		"    act_as: " SYNC "\n"
		"    type: script\n"
		"    file: %s\n"
		"    people: { email: mail, name: cn }\n"
		"    grants:\n"
		"      - from: { name: \"(?s)(.+)\" }\n"
		"        to: { group: \"$1\", role: member, create: true }\n",
		file(h, "console.db"), file(h, "people.script"));
	fclose(to);
}

static struct house *house_new(TALLOC_CTX *ctx)
{
	struct house *h = mem_new(ctx, struct house);
	const char *user = getpwuid(getuid())->pw_name;

	*h = (struct house){ .ctx = ctx, .folder = scratch_new(ctx) };
	h->all = hostile_names(h, HOSTILE_TXT);
	assert_int_equal(setenv("LC_ALL", "C.UTF-8", 1), 0);
	write_config(h);
	MUST(h, "store", "init");
	MUST(h, "org", "create", "northwind", "--owner", ADA);
	MUST(h, "licence", "set", "northwind", "--until", "2099-12-31");
	MUST(h, "principal", "allow", ADA, "--user", user);
	MUST(h, "org", "create", HOME, "--as", ADA);
	MUST(h, "principal", "add", SYNC, "--owner-of", HOME, "--as", "operator");
	MUST(h, "principal", "allow", SYNC, "--user", user, "--as", "operator");
	return h;
}

/* How a name is kept, or NULL when it is none. */
static const char *kept(struct house *h, size_t i)
{
	const struct str *name = h->all->names[i];
	char *text = text_name(h, name->text, name->len);

	return text != NULL && strlen(text) <= NAME_LIMIT ? text : NULL;
}

/* Made, or refused as no name; either way nothing hostile comes out. */
static void expect(struct house *h, const char *name, const char *as_kept,
		   const char **names, size_t *n)
{
	int status = h->status;

	assert_harmless(h->out);
	if (as_kept == NULL && WEXITSTATUS(status) != 64)
		fail_msg("%s is taken for a name: %s", escape_name(h, name),
			 h->out->text);
	if (as_kept == NULL || strstr(h->out->text, "name-taken: ") != NULL)
		return;
	if (WEXITSTATUS(status) != 0)
		fail_msg("%s", h->out->text);
	names[(*n)++] = as_kept;
	names[*n] = NULL;
}

static const char **list_of(struct house *h)
{
	const char **names = mem_array(h, const char *, h->all->n + 1);

	names[0] = NULL;
	return names;
}

/* An argument of a command ends at a NUL. */
static bool is_argument(const struct str *name)
{
	return name->len > 0 && strlen(name->text) == name->len;
}

/* ---- by hand ---- */

static void test_organizations(void **state)
{
	struct house *h = house_new(*state);
	const char **names = list_of(h);
	size_t n = 0;

	for (size_t i = 0; i < h->all->n; i++) {
		const char *name = h->all->names[i]->text, *path, *good;

		if (!is_argument(h->all->names[i]) || strchr(name, '/') != NULL)
			continue;
		path = mem_printf(h, "northwind/%s", name);
		good = kept(h, i);
		CALL(h, "org", "create", path, "--as", ADA);
		expect(h, name, good ? mem_printf(h, "northwind/%s", good) : NULL, names,
		       &n);
		CALL(h, "org", "show", path, "--as", ADA);
		assert_harmless(h->out);
	}
	assert_true(n > 15);
	LOOK(h, names, "org", "list", "--as", ADA);
	LOOK(h, NULL, "audit", "northwind", "--as", ADA);
	for (size_t i = 0; i < n; i++) {
		LOOK(h, NULL, "org", "show", names[i], "--as", ADA);
		CALL(h, "roster", names[i], "--as", ADA);
		assert_harmless(h->out);
	}
}

static void test_groups(void **state)
{
	struct house *h = house_new(*state);
	const char **names = list_of(h);
	size_t n = 0;

	MUST(h, "org", "create", HOME "/lab", "--as", ADA);
	for (size_t i = 0; i < h->all->n; i++) {
		const char *name = h->all->names[i]->text;

		if (!is_argument(h->all->names[i]))
			continue;
		CALL(h, "--as", ADA, "group", "create", "--", HOME, name);
		expect(h, name, kept(h, i), names, &n);
		CALL(h, "--as", ADA, "group", "show", "--", HOME, name);
		assert_harmless(h->out);
	}
	assert_true(n > 15);
	for (size_t i = 0; i < n; i++) {
		MUST(h, "--as", ADA, "link", "add", "--", HOME, names[i], HOME "/lab");
		assert_harmless(h->out);
		MUST(h, "--as", ADA, "invite", "send", "--role", "member", "--", HOME,
		     names[i], "bo@contoso.example");
		assert_harmless(h->out);
		MUST(h, "--as", ADA, "group", "show", "--", HOME, names[i]);
		assert_harmless(h->out);
	}
	LOOK(h, names, "group", "list", HOME, "--as", ADA);
	LOOK(h, names, "group", "list", HOME "/lab", "--as", ADA);
	LOOK(h, names, "org", "show", HOME, "--as", ADA);
	LOOK(h, names, "link", "list", HOME, "--as", ADA);
	LOOK(h, names, "invite", "list", HOME, "--as", ADA);
	LOOK(h, names, "roster", HOME, "--as", ADA);
	look_at_roster(h, HOME);
	LOOK(h, names, "roster", HOME "/lab", "--as", ADA);
	LOOK(h, NULL, "audit", HOME, "--as", ADA);
}

/* Everybody who is invited, with the token, for who owns all the groups. */
static json_t *invited(struct house *h, const char *who)
{
	json_t *all, *list;

	MUST(h, "--json", "invite", "list", HOME, "--tokens", "--as", who);
	all = parsed(h->out);
	list = json_incref(json_object_get(json_array_get(all, 0), "invitations"));
	json_decref(all);
	return list;
}

static const char *token_of(json_t *list, size_t number)
{
	AUTO_MEM char *email = mem_printf(NULL, "p%zu@contoso.example", number);
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (strcmp(json_string_value(json_object_get(one, "email")), email) == 0)
			return json_string_value(json_object_get(one, "token"));
	}
	fail_msg("%s is not invited", email);
	return NULL;
}

static void invite(struct house *h, size_t number)
{
	CALL(h, "--as", ADA, "invite", "send", "--role", "member", "--", HOME, "Night",
	     h->all->names[number]->text);
	assert_harmless(h->out);
	assert_int_equal(WEXITSTATUS(h->status), 64);
	MUST(h, "--as", ADA, "invite", "send", HOME, "Night",
	     mem_printf(h, "p%zu@contoso.example", number), "--role", "member");
}

static void test_people(void **state)
{
	struct house *h = house_new(*state);
	const char **names = list_of(h);
	json_t *list;
	size_t n = 0;

	MUST(h, "group", "create", HOME, "Night", "--as", ADA);
	for (size_t i = 0; i < h->all->n; i++)
		if (is_argument(h->all->names[i]))
			invite(h, i);
	list = invited(h, ADA);
	for (size_t i = 0; i < h->all->n; i++) {
		const char *name = h->all->names[i]->text;

		if (!is_argument(h->all->names[i]))
			continue;
		CALL(h, "invite", "accept", token_of(list, i), "--name", name);
		expect(h, name, kept(h, i), names, &n);
	}
	json_decref(list);
	assert_true(n > 15);
	LOOK(h, names, "roster", HOME, "--as", ADA);
	look_at_roster(h, HOME);
	LOOK(h, NULL, "account", "list", "northwind", "--as", ADA);
	LOOK(h, NULL, "group", "show", HOME, "Night", "--as", ADA);
	LOOK(h, NULL, "audit", HOME, "--as", ADA);
	LOOK(h, NULL, "principal", "list", "--as", "operator");
}

/* ---- from a directory ---- */

static void write_value(FILE *to, const char *name, const struct str *value)
{
	char base64[20000];

	sodium_bin2base64(base64, sizeof(base64), (const uint8_t *)value->text,
			  value->len, sodium_base64_VARIANT_ORIGINAL);
	fprintf(to, "  %s:: %s\n", name, base64);
}

/* Each name is that of a person, of a group with this person, and an address; all of
 * these people are in one group besides. */
static void write_people(struct house *h)
{
	FILE *to = fopen(file(h, "people.script"), "we");

	assert_non_null(to);
	for (size_t i = 0; i < h->all->n; i++) {
		const struct str *name = h->all->names[i];

		if (name->len == 0)
			continue;
		fprintf(to,
			"entry p%zu uid=p%zu,dc=x\n  objectClass: inetOrgPerson\n"
			"  mail: p%zu@contoso.example\n",
			i, i, i);
		write_value(to, "cn", name);
		fprintf(to, "entry m%zu uid=m%zu,dc=x\n  objectClass: inetOrgPerson\n", i,
			i);
		write_value(to, "cn", name);
		write_value(to, "mail", name);
		fprintf(to,
			"entry g%zu cn=g%zu,dc=x\n  objectClass: groupOfNames\n"
			"  member: uid=p%zu,dc=x\n  member: uid=m%zu,dc=x\n",
			i, i, i, i);
		write_value(to, "cn", name);
	}
	fprintf(to, "entry all cn=all,dc=x\n  objectClass: groupOfNames\n  cn: Night\n");
	for (size_t i = 0; i < h->all->n; i++)
		fprintf(to, "  member: uid=p%zu,dc=x\n", i);
	fclose(to);
}

static void test_a_directory(void **state)
{
	struct house *h = house_new(*state);
	const char **people = list_of(h);
	json_t *list;
	size_t n = 0;

	write_people(h);
	for (size_t i = 0; i < h->all->n; i++)
		if (h->all->names[i]->len > 0 && kept(h, i) != NULL)
			people[n++] = kept(h, i);
	people[n] = NULL;
	assert_true(n > 15);
	LOOK(h, people, "look", "contoso", "--as", ADA);
	LOOK(h, people, "plan", "contoso", "--as", ADA);
	LOOK(h, people, "plan", "contoso", "-v", "--as", ADA);
	CALL(h, "apply", "contoso", "--yes", "--as", ADA);
	assert_harmless(h->out);
	LOOK(h, NULL, "holds", "contoso", "--as", ADA);
	LOOK(h, NULL, "group", "list", HOME, "--as", ADA);
	LOOK(h, NULL, "invite", "list", HOME, "--as", ADA);
	list = invited(h, SYNC);
	for (size_t i = 0; i < h->all->n; i++)
		if (h->all->names[i]->len > 0 && kept(h, i) != NULL)
			MUST(h, "invite", "accept", token_of(list, i));
	json_decref(list);
	LOOK(h, people, "roster", HOME, "--as", ADA);
	look_at_roster(h, HOME);
	LOOK(h, NULL, "roster", HOME, "--as", ADA, "--at", "2020-01-01");
	LOOK(h, NULL, "account", "list", "northwind", "--as", ADA);
	LOOK(h, NULL, "audit", HOME, "--as", ADA);
	LOOK(h, NULL, "plan", "contoso", "-v", "--as", ADA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_organizations),
		TEST(test_groups),
		TEST(test_people),
		TEST(test_a_directory),
	};
	return test_main(tests);
}
