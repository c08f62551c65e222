/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/record/text.h"
#include "tests/hostile.h"
#include "tests/stage.h"
#include <ctype.h>
#include <jansson.h>
#include <sodium.h>

#define ADA  "ada@northwind.example"
#define HOME "northwind/contoso"

enum { ORGANIZATIONS, GROUPS, PEOPLE, REASONS, EMAILS, PRINCIPALS, KINDS };

struct play {
	TALLOC_CTX *ctx;
	struct stage *stage;
	const struct hostile *all;
	const char **taken[KINDS]; /* what the program took, as it keeps it */
	size_t n[KINDS], capacity[KINDS];
	struct str *out, *errors;
};

/* ---- commands ---- */

/* Whatever comes of it, nothing hostile is printed on the way; true when it succeeds. */
#define attempt(p, ...) attempt_(p, (const char *[]){ __VA_ARGS__, NULL })
static bool attempt_(struct play *p, const char *const *words)
{
	int status;

	str_clear(p->out);
	str_clear(p->errors);
	status = stage_words(p->stage, words, p->out, p->errors);
	if (status != 0 && status != 5 && status != 64)
		fail_msg("%s %s: exit code %d: %s", words[0], words[1], status,
			 p->errors->text);
	assert_int_equal(strlen(p->out->text), p->out->len);
	assert_harmless_lines(p->out->text, true);
	assert_harmless_lines(p->errors->text, true);
	assert_int_equal(p->errors->len > 0, status != 0);
	return status == 0;
}

/* What it prints; it succeeds, or has something to say about a plan. */
#define shown(p, ...) shown_(p, (const char *[]){ __VA_ARGS__, NULL })
static const char *shown_(struct play *p, const char *const *words)
{
	int status;

	str_clear(p->out);
	str_clear(p->errors);
	status = stage_words(p->stage, words, p->out, p->errors);
	if (status < 0 || status > 5 || status == 1 || p->errors->len > 0)
		fail_msg("%s %s: exit code %d: %s", words[0], words[1], status,
			 p->errors->text);
	assert_int_equal(strlen(p->out->text), p->out->len);
	return p->out->text;
}

/* A reason is any text of UTF-8. */
static void keep(struct play *p, int kind, const char *name)
{
	size_t len = strlen(name);
	char *kept = kind == REASONS  ? mem_strndup(p->ctx, name, len)
		     : kind == EMAILS ? email_key(p->ctx, name, len)
				      : text_name(p->ctx, name, len);

	if (kept == NULL)
		fail_msg("as kind %d, \"%s\" is taken", kind, escape_name(p->ctx, name));
	mem_grow(p->ctx, p->taken[kind], p->n[kind] + 1, &p->capacity[kind]);
	p->taken[kind][p->n[kind]++] = kept;
}

/* ---- names that come from a person at the console ---- */

/* An error is a JSON document as well, whatever it quotes. */
static void refused_as_json(struct play *p, const char *path, const char *name)
{
	const char *const words[] = { "group", "show", path,     name,
				      "--as",  ADA,    "--json", NULL };
	json_t *all;

	str_clear(p->out);
	str_clear(p->errors);
	assert_true(stage_words(p->stage, words, p->out, p->errors) != 0);
	assert_int_equal(p->errors->len, 0);
	all = json_loads(p->out->text, 0, NULL);
	assert_non_null(all);
	assert_non_null(json_object_get(json_object_get(all, "error"), "text"));
	json_decref(all);
}

static void say_all(struct play *p, const char *name, size_t i)
{
	const char *who = mem_printf(p->ctx, "p%zu@contoso.example", i);
	const char *path = mem_printf(p->ctx, "northwind/%s", name);
	const char *email = mem_printf(p->ctx, "%s@x.example", name);
	const char *token;

	if (attempt(p, "org", "create", path, "--as", ADA))
		keep(p, ORGANIZATIONS, name);
	if (attempt(p, "group", "create", HOME, name, "--as", ADA))
		keep(p, GROUPS, name);
	if (attempt(p, "principal", "add", name, "--owner-of", HOME, "--as", "operator"))
		keep(p, PRINCIPALS, name);
	if (attempt(p, "invite", "send", HOME, "Operators", email, "--role", "owner",
		    "--as", ADA))
		keep(p, EMAILS, email);
	assert_true(attempt(p, "invite", "send", HOME, "Operators", who, "--role",
			    "member", "--as", ADA));
	token = stage_token(p->ctx, p->stage, who);
	if (attempt(p, "invite", "accept", token, "--name", name))
		keep(p, PEOPLE, name);
	else
		assert_true(attempt(p, "invite", "accept", token));
	if (attempt(p, "account", "block", who, "--in", "northwind", "--reason", name,
		    "--as", ADA))
		keep(p, REASONS, name);
	else
		assert_true(!text_is_utf8(name, strlen(name)) ||
			    name[strspn(name, " ")] == '\0');
	/* Names that are nobody's. */
	attempt(p, "group", "show", HOME, email, "--as", ADA);
	attempt(p, "roster", path, "--at", name, "--as", ADA);
	attempt(p, "account", "list", email, "--as", ADA);
	attempt(p, name, name);
	refused_as_json(p, HOME, email);
	refused_as_json(p, email, name);
}

static void at_the_console(struct play *p)
{
	for (size_t i = 0; i < p->all->n; i++) {
		const struct str *name = p->all->names[i];

		/* No argument of a program holds a NUL; a directory's names do. */
		if (memchr(name->text, '\0', name->len) == NULL)
			say_all(p, name->text, i);
	}
	/* What the console takes is much, but never a control. */
	assert_in_range(p->n[GROUPS], 40, p->all->n - 20);
	assert_in_range(p->n[ORGANIZATIONS], 30, p->all->n - 20);
	assert_in_range(p->n[PEOPLE], 40, p->all->n - 20);
}

/* ---- names that come from a directory ---- */

static const char *base64(TALLOC_CTX *ctx, const struct str *name)
{
	size_t room =
		sodium_base64_encoded_len(name->len, sodium_base64_VARIANT_ORIGINAL);
	char *text = mem_array(ctx, char, room);

	return sodium_bin2base64(text, room, (const unsigned char *)name->text, name->len,
				 sodium_base64_VARIANT_ORIGINAL);
}

/* A person and a group of each name; the groups' names are turned by some places. */
static void write_directory(struct play *p, size_t turn)
{
	struct str *s = str_new(p->ctx);

	for (size_t i = 0; i < p->all->n; i++) {
		const struct str *other = p->all->names[(i + turn) % p->all->n];

		str_addf(
			s,
			"entry h%zu cn=h%zu,ou=people,dc=contoso,dc=example\n"
			"  objectClass: person\n  cn:: %s\n  mail: h%zu@contoso.example\n"
			"entry m%zu cn=m%zu,ou=people,dc=contoso,dc=example\n"
			"  objectClass: person\n  cn: m\n  mail:: %s\n"
			"entry g%zu cn=g%zu,ou=groups,dc=contoso,dc=example\n"
			"  objectClass: groupOfNames\n  cn:: %s\n"
			"  member: cn=h%zu,ou=people,dc=contoso,dc=example\n"
			"  member: cn=m%zu,ou=people,dc=contoso,dc=example\n",
			i, i, base64(s, p->all->names[i]), i, i, i,
			base64(s, p->all->names[i]), i, i, base64(s, other), i, i);
	}
	stage_write(p->stage, "source.script", s->text);
}

/* ---- what is printed ---- */

static void check_text(struct play *p, const char *const *words)
{
	assert_harmless_lines(shown_(p, words), true);
	assert_true(p->out->len > 0);
}

/* Every string of a value, and what stands behind the last slash of a path. */
static void collect(json_t *value, json_t *set)
{
	json_t *one;
	const char *key, *text;
	size_t i;

	if (json_is_string(value)) {
		text = json_string_value(value);
		json_object_set_new(set, text, json_true());
		if (strncmp(text, "northwind/", 10) == 0)
			json_object_set_new(set, text + 10, json_true());
	}
	json_array_foreach(value, i, one) collect(one, set);
	json_object_foreach(value, key, one) collect(one, set);
}

/* The whole is one document, or one a line; it gives the names of these kinds back. */
static void check_json(struct play *p, const char *const *words, unsigned kinds)
{
	const char *text = shown_(p, words), *end = text + strlen(text);
	json_t *set = json_object();
	json_error_t error;

	while (text < end) {
		json_t *all = json_loadb(text, (size_t)(end - text),
					 JSON_DISABLE_EOF_CHECK, &error);

		if (all == NULL)
			fail_msg("%s %s: %s", words[0], words[1], error.text);
		collect(all, set);
		json_decref(all);
		text += error.position;
		text += strspn(text, "\n");
	}
	assert_true(json_object_size(set) > 0);
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t i = 0; kinds & 1u << kind && i < p->n[kind]; i++)
			if (json_object_get(set, p->taken[kind][i]) == NULL)
				fail_msg("%s %s does not give \"%s\" back", words[0],
					 words[1], p->taken[kind][i]);
	json_decref(set);
}

#define both(p, kinds, ...)                                                              \
	do {                                                                             \
		check_text(p, (const char *[]){ __VA_ARGS__, NULL });                    \
		check_json(p, (const char *[]){ __VA_ARGS__, "--json", NULL }, kinds);   \
	} while (0)

/* One cell, as a spreadsheet reads it; moves on to the next. */
static const char *read_cell(TALLOC_CTX *ctx, const char **at)
{
	struct str *s = str_new(ctx);
	const char *c = *at;
	bool quoted = *c == '"';

	for (c += quoted; *c != '\0' && (quoted || strchr(",\r", *c) == NULL); c++) {
		if (quoted && *c == '"' && *++c != '"')
			break;
		/* None of these outside quotes, and no line end within a name. */
		assert_null(strchr(quoted ? "\r\n" : "\";\t\n", *c));
		str_add_char(s, *c);
	}
	assert_non_null(strchr(",\r", *c));
	*at = c;
	return str_take(ctx, s);
}

static void check_csv(struct play *p)
{
	TALLOC_CTX *ctx = p->ctx;
	const char *at = shown(p, "roster", HOME, "--format", "csv", "--as", ADA);
	json_t *set = json_object();
	size_t cells = 0, columns = 0, formulas = 0;

	while (*at != '\0') {
		const char *cell = read_cell(ctx, &at);

		if (cell[0] != '\0' && strchr("=+-@\t\r\n", cell[0]) != NULL)
			fail_msg("a cell begins with a formula: %s", cell);
		if (cell[0] == '\'' && strchr("=+-@", cell[1]) != NULL) {
			formulas++;
			json_object_set_new(set, cell + 1, json_true());
		}
		json_object_set_new(set, cell, json_true());
		cells++;
		if (*at == '\r') {
			assert_int_equal(at[1], '\n');
			columns = columns > 0 ? columns : cells;
			assert_int_equal(cells % columns, 0);
			at++;
		}
		at++;
	}
	assert_true(formulas > 3);
	for (size_t i = 0; i < p->n[PEOPLE]; i++)
		if (json_object_get(set, p->taken[PEOPLE][i]) == NULL)
			fail_msg("no cell is \"%s\"", p->taken[PEOPLE][i]);
	json_decref(set);
}

/* Of a line; nothing else in it has a meaning. */
static size_t bars(const char *line)
{
	size_t n = 0;

	for (const char *at = line; *at != '\0'; at++) {
		if (*at == '\\') {
			at++;
			assert_true(ispunct((unsigned char)*at));
			continue;
		}
		n += *at == '|';
		assert_null(strchr("<>[]`*_~!", *at));
	}
	return n;
}

/* Every line of the table has its cells and no more; nothing in them is mark-up. */
static void check_markdown(struct play *p)
{
	TALLOC_CTX *ctx = p->ctx;
	char *text =
		mem_strdup(ctx, shown(p, "roster", HOME, "--format", "md", "--as", ADA));
	size_t rows = 0, columns = 0;

	assert_harmless_lines(text, true);
	for (size_t i = 0; i < p->n[PEOPLE]; i++) {
		struct str *s = str_new(ctx);

		str_add(s, " | ");
		escape_markdown(s, p->taken[PEOPLE][i], strlen(p->taken[PEOPLE][i]));
		str_add(s, " | ");
		assert_non_null(strstr(text, s->text));
	}
	for (char *line; (line = strsep(&text, "\n")) != NULL;) {
		size_t n = bars(line);

		if (strncmp(line, "|-", 2) == 0 || n == 0)
			columns = n;
		else if (columns > 0 && n != columns)
			fail_msg("%zu bars, not %zu: %s", n, columns, line);
		rows += columns > 0;
	}
	assert_true(rows > p->n[PEOPLE]);
}

/* What was taken goes to another store and is the same there. */
static void check_moved(struct play *p)
{
	const char *text =
		mem_strdup(p->ctx, shown(p, "export", "northwind", "--as", ADA));
	const char *again;

	stage_write(p->stage, "northwind.json", text);
	assert_true(attempt(p, "store", "init", "--store", "sqlite:other.db"));
	assert_true(attempt(p, "import", "northwind.json", "--store", "sqlite:other.db"));
	assert_true(attempt(p, "principal", "allow", ADA, "--user", p->stage->user,
			    "--store", "sqlite:other.db"));
	again = shown(p, "export", "northwind", "--as", ADA, "--store",
		      "sqlite:other.db");
	/* But for the first line, which says where and when. */
	assert_string_equal(strchr(again, '}'), strchr(text, '}'));
}

/* ---- */

static void prepare(struct play *p, void **state)
{
	TALLOC_CTX *ctx = *state;

	*p = (struct play){ .ctx = ctx, .stage = stage_new(ctx, NULL) };
	p->all = hostile_names(ctx, TOP_SRCDIR "/tests/data/hostile.txt");
	p->out = str_new(ctx);
	p->errors = str_new(ctx);
	stage_write(p->stage, "dirbridge.yaml",
		    stage_read(ctx, TOP_SRCDIR "/tests/decide/dirbridge.yaml"));
	stage_play(p->stage, stage_read(ctx, TOP_SRCDIR "/tests/decide/setup"));
	stage_play(p->stage, "sql INSERT INTO principal_user SELECT os_user, 1"
			     " FROM principal_user LIMIT 1\n");
}

/* In the JSON that was printed last. */
static void assert_is(const struct play *p, const char *key, const char *want)
{
	json_t *all = json_loads(p->out->text, 0, NULL);

	assert_non_null(all);
	assert_string_equal(json_string_value(json_object_get(all, key)), want);
	json_decref(all);
}

static void test_names_from_the_console(void **state)
{
	struct play p;

	prepare(&p, state);
	at_the_console(&p);
	both(&p, 1u << ORGANIZATIONS, "org", "list", "--as", ADA);
	both(&p, 1u << GROUPS, "group", "list", HOME, "--as", ADA);
	both(&p, 1u << PEOPLE, "roster", HOME, "--as", ADA);
	both(&p, 1u << PEOPLE | 1u << REASONS, "account", "list", "northwind", "--as",
	     ADA);
	both(&p, 1u << EMAILS, "invite", "list", HOME, "--as", ADA);
	both(&p, 1u << PRINCIPALS, "principal", "list", "--as", "operator");
	both(&p, 1u << GROUPS, "audit", HOME, "--as", ADA);
	both(&p, 1u << REASONS, "audit", "northwind", "--as", ADA);
	both(&p, 0, "org", "show", HOME, "--as", ADA);
	check_json(&p, (const char *[]){ "export", "northwind", "--as", ADA, NULL },
		   1u << ORGANIZATIONS | 1u << GROUPS | 1u << PEOPLE | 1u << REASONS);
	for (size_t i = 0; i < p.n[GROUPS]; i++) {
		both(&p, 0, "group", "show", HOME, p.taken[GROUPS][i], "--as", ADA);
		assert_is(&p, "group", p.taken[GROUPS][i]);
	}
	for (size_t i = 0; i < p.n[ORGANIZATIONS]; i++) {
		const char *path =
			mem_printf(p.ctx, "northwind/%s", p.taken[ORGANIZATIONS][i]);

		both(&p, 0, "org", "show", path, "--as", ADA);
		attempt(&p, "roster", path, "--sign-off", "--note", p.all->names[i]->text,
			"--as", ADA);
		check_text(&p, (const char *[]){ "roster", path, "--as", ADA, NULL });
		check_text(&p, (const char *[]){ "roster", path, "--reviews", "--as", ADA,
						 NULL });
	}
	check_csv(&p);
	check_markdown(&p);
	check_moved(&p);
}

static void keep_what_is_a_name(struct play *p)
{
	for (size_t i = 0; i < p->all->n; i++) {
		const struct str *name = p->all->names[i];

		/* What a rule captures is one segment of a path. */
		if (name->len <= 200 && strchr(name->text, '/') == NULL &&
		    text_name(p->ctx, name->text, name->len))
			keep(p, GROUPS, name->text);
	}
}

static void test_names_from_a_directory(void **state)
{
	struct play p;

	prepare(&p, state);
	write_directory(&p, 0);
	keep_what_is_a_name(&p);
	both(&p, 1u << GROUPS, "look", "contoso");
	both(&p, 1u << GROUPS, "plan", "contoso", "--as", ADA);
	both(&p, 0, "plan", "contoso", "-v", "--as", ADA);
	check_text(&p,
		   (const char *[]){ "apply", "contoso", "--yes", "--as", ADA, NULL });
	both(&p, 0, "group", "list", HOME, "--as", ADA);
	both(&p, 0, "invite", "list", HOME, "--as", ADA);
	both(&p, 0, "roster", HOME, "--as", ADA);
	both(&p, 0, "audit", HOME, "--as", ADA);
	/* Every group has another name now. */
	write_directory(&p, 1);
	both(&p, 0, "plan", "contoso", "--as", ADA);
	check_text(&p, (const char *[]){ "run", "contoso", "--as", ADA, NULL });
	both(&p, 0, "holds", "contoso", "--as", ADA);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names_from_the_console),
		TEST(test_names_from_a_directory),
	};

	if (stage_is_connector(argc, argv))
		return stage_connector();
	return test_main(tests);
}
