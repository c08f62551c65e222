/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "config/yaml.h"
#include "tests/test.h"
#include <sys/stat.h>
#include <unistd.h>

static bool whole; /* what the last parse said */
static const struct yaml_file file = { .path = "f", .folder = "/" };

static const struct node *parse(TALLOC_CTX *ctx, const char *text,
				struct problems *problems)
{
	return yaml_parse(ctx, &file, text, strlen(text), problems, &whole);
}

/* Parse what must be free of problems. */
static const struct node *good(TALLOC_CTX *ctx, const char *text)
{
	struct problems *problems = problems_new(ctx);
	const struct node *root = parse(ctx, text, problems);

	assert_int_equal(problems_count(problems), 0);
	assert_true(whole);
	return root;
}

/* Parse what must have this one problem. */
static void bad(TALLOC_CTX *ctx, const char *text, const char *line)
{
	struct problems *problems = problems_new(ctx);
	size_t n;
	const char *const *lines;

	parse(ctx, text, problems);
	lines = problems_lines(ctx, problems, &n);
	assert_int_equal(n, 1);
	assert_string_equal(lines[0], line);
}

static void test_nodes_know_their_place(void **state)
{
	const struct node *root =
		good(*state, "# top\na: 1\nb:\n  - x\n  - {c: 'y z'}\n");
	const struct node *b = node_get(root, "b");

	assert_int_equal(root->kind, NODE_MAP);
	assert_string_equal(node_get(root, "a")->text, "1");
	assert_int_equal(b->kind, NODE_LIST);
	assert_int_equal(b->n, 2);
	assert_string_equal(node_get(b->items[1], "c")->text, "y z");
	assert_string_equal(node_get(b->items[1], "c")->at.path, "f");
	assert_int_equal(node_get(b->items[1], "c")->at.line, 5);
	assert_int_equal(node_get(b->items[1], "c")->at.column, 9);
	assert_null(node_get(root, "c"));
	assert_null(node_get(b, "c"));
	assert_null(node_get(NULL, "c"));
}

static void test_nothing_is_not_an_empty_text(void **state)
{
	const struct node *root = good(*state, "a:\nb: ~\nc: null\nx: ''\ny: \"~\"\n");

	assert_true(node_get(root, "a")->nothing);
	assert_true(node_get(root, "b")->nothing);
	assert_true(node_get(root, "c")->nothing);
	assert_false(node_get(root, "x")->nothing);
	assert_false(node_get(root, "y")->nothing);
}

static void test_empty_documents_have_no_tree(void **state)
{
	assert_null(good(*state, ""));
	assert_null(good(*state, "# nothing\n"));
}

static void test_what_is_refused(void **state)
{
	bad(*state, "a: 1\nb: 2\na: 3\n", "f:3:1: \"a\" stands here twice");
	bad(*state, "a: &x 1\nb: *x\n",
	    "f:2:4: aliases are not known here; what sources share is written once, as "
	    "a profile");
	bad(*state, "a: !!int 1\n", "f:1:4: tags are not known here");
	bad(*state, "a: !x {b: c}\n", "f:1:4: tags are not known here");
	bad(*state, "a: 1\n---\nb: 2\n", "f:2:1: a second document begins here");
	bad(*state, "{[a]: 1}\n", "f:1:2: a key must be a word");
	bad(*state, "{~: 1}\n", "f:1:2: a key must be a word");
	bad(*state, "a: \"x\\0y\"\n", "f:1:4: a text cannot hold a NUL");
	bad(*state, "a: [1, 2\n",
	    "f:2:1: did not find expected ',' or ']' while parsing a flow sequence");
	bad(*state, "a: 1\n b: 2\n",
	    "f:2:3: mapping values are not allowed in this context");
	bad(*state, "a: \xff\n", "f: invalid leading UTF-8 octet");
}

static void test_what_stands_before_an_error_is_kept(void **state)
{
	struct problems *problems = problems_new(*state);
	const struct node *root = parse(*state, "a: {b: 1}\nc: {d: [", problems);

	assert_int_equal(problems_count(problems), 1);
	assert_false(whole);
	assert_string_equal(node_path(root, "a.b")->text, "1");
}

static void test_depth_is_limited(void **state)
{
	struct str *deep = str_new(*state);

	for (int i = 0; i < YAML_DEPTH_MAX - 1; i++)
		str_add_char(deep, '[');
	str_add(deep, "x");
	for (int i = 0; i < YAML_DEPTH_MAX - 1; i++)
		str_add_char(deep, ']');
	assert_non_null(good(*state, deep->text));
	str_clear(deep);
	for (int i = 0; i < 100000; i++)
		str_add_char(deep, '[');
	bad(*state, deep->text, "f:1:33: nested too deeply");
}

static void test_a_billion_laughs_stay_a_few(void **state)
{
	struct problems *problems = problems_new(*state);
	size_t before = talloc_total_size(*state);

	parse(*state,
	      "a: &a [lol, lol, lol, lol]\nb: &b [*a, *a, *a, *a]\n"
	      "c: &c [*b, *b, *b, *b]\nx: [*c, *c, *c, *c]\n",
	      problems);
	assert_int_equal(problems_count(problems), 1);
	assert_true(talloc_total_size(*state) < before + 65536);
}

static void test_the_number_of_values_is_limited(void **state)
{
	struct str *many = str_new(*state);
	struct problems *problems = problems_new(*state);
	size_t n;

	str_add_char(many, '[');
	for (int i = 0; i < YAML_NODES_MAX; i++)
		str_add(many, "a,");
	str_add_char(many, ']');
	parse(*state, many->text, problems);
	assert_non_null(
		strstr(problems_lines(*state, problems, &n)[0], "too many values"));
}

/* Load a path that must fail as a whole. */
static void cannot_load(TALLOC_CTX *ctx, const char *path, const char *why)
{
	struct yaml_file named = { .path = path, .folder = "/" };
	struct problems *problems = problems_new(ctx);
	size_t n;

	assert_null(yaml_load(ctx, &named, problems, &whole));
	assert_string_equal(problems_lines(ctx, problems, &n)[0],
			    mem_printf(ctx, "%s: cannot be read: %s", path, why));
}

static void test_files_that_cannot_be_read(void **state)
{
	char folder[] = "/tmp/dirbridge-yaml-XXXXXX";
	char *path;

	assert_non_null(mkdtemp(folder));
	path = mem_printf(*state, "%s/x", folder);
	cannot_load(*state, path, "No such file or directory");
	cannot_load(*state, folder, "it is no regular file");
	assert_int_equal(mkfifo(path, 0600), 0);
	cannot_load(*state, path, "it is no regular file");
	unlink(path);
	fclose(fopen(path, "w"));
	assert_int_equal(truncate(path, (off_t)YAML_SIZE_MAX + 1), 0);
	cannot_load(*state, path, "it is larger than 4 MiB");
	unlink(path);
	rmdir(folder);
}

static void test_merge_goes_key_by_key(void **state)
{
	const struct node *base = good(*state, "a: 1\nm: {x: 1, y: [1, 2]}\nz: {k: 1}\n");
	const struct node *over = good(*state, "m: {y: [3], w: 4}\nb: 2\nz: text\n");
	const struct node *map = node_merge(*state, base, over);

	assert_int_equal(map->n, 4);
	assert_string_equal(node_get(map, "a")->text, "1");
	assert_string_equal(node_get(map, "b")->text, "2");
	assert_string_equal(node_path(map, "m.x")->text, "1");
	assert_string_equal(node_path(map, "m.w")->text, "4");
	assert_int_equal(node_path(map, "m.y")->n, 1);
	assert_string_equal(node_get(map, "z")->text, "text");
	assert_int_equal(node_path(base, "m.y")->n, 2);
}

static void test_without_takes_one_path_out(void **state)
{
	const struct node *map =
		good(*state, "bind: {dn: a, password: b}\nbinder: c\nlist: [1]\n");

	assert_null(node_get(node_without(*state, map, "bind"), "bind"));
	assert_non_null(node_get(node_without(*state, map, "bind"), "binder"));
	assert_null(node_path(node_without(*state, map, "bind.dn"), "bind.dn"));
	assert_non_null(node_path(node_without(*state, map, "bind.dn"), "bind.password"));
	assert_non_null(node_get(node_without(*state, map, "list.x"), "list"));
	assert_non_null(node_path(map, "bind.dn"));
}

static void test_problems_are_sorted_and_said_once(void **state)
{
	struct problems *problems = problems_new(*state);
	const struct place second = { "f", 2, 1 }, first = { "f", 1, 9 };
	const char *const *lines;
	size_t n;

	problem(problems, &second, "b");
	problem(problems, &first, "a\n\033[31m");
	problem(problems, &second, "b");
	lines = problems_lines(*state, problems, &n);
	assert_int_equal(n, 2);
	assert_string_equal(lines[0], "f:1:9: a\\x0a\\x1b[31m");
	assert_string_equal(lines[1], "f:2:1: b");
	assert_null(lines[2]);
	for (int i = 0; i < 200; i++)
		problem(problems, &(struct place){ "f", i + 10, 1 }, "c");
	lines = problems_lines(*state, problems, &n);
	assert_int_equal(n, 101);
	assert_string_equal(lines[100], "f: 102 more problems");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nodes_know_their_place),
		TEST(test_nothing_is_not_an_empty_text),
		TEST(test_empty_documents_have_no_tree),
		TEST(test_what_is_refused),
		TEST(test_what_stands_before_an_error_is_kept),
		TEST(test_depth_is_limited),
		TEST(test_a_billion_laughs_stay_a_few),
		TEST(test_the_number_of_values_is_limited),
		TEST(test_files_that_cannot_be_read),
		TEST(test_merge_goes_key_by_key),
		TEST(test_without_takes_one_path_out),
		TEST(test_problems_are_sorted_and_said_once),
	};
	return test_main(tests);
}
