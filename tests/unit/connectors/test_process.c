/* SPDX-License-Identifier: MIT */
#include "connectors/process.h"
#include "tests/connector.h"
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct stream_limits usual = { .idle = 20, .total = 60 };

static struct err *begin(TALLOC_CTX *ctx, const char *script,
			 const struct stream_limits *limits, struct process **p)
{
	struct request request =
		test_request(ctx, "script", test_file(ctx, script, strlen(script)));

	return process_start(ctx, "script", &request, limits, p);
}

/* Read to the end as lines; what was read stays in out when there is an error. */
static struct err *read_all(struct process *p, struct str *out)
{
	struct item item = { 0 };
	struct err *err = NULL;

	while (err == NULL && item.kind != ITEM_END) {
		err = process_read(p, &item);
		if (err == NULL)
			show_item(out, &item);
	}
	return err;
}

static struct err *pull(TALLOC_CTX *ctx, const char *script,
			const struct stream_limits *limits, struct str *out)
{
	struct process *p;
	struct err *err = begin(ctx, script, limits, &p);

	if (err == NULL)
		err = process_pull(p);
	if (err == NULL)
		err = read_all(p, out);
	mem_free(p);
	return err;
}

/* The only child of this process, or 0. */
static pid_t child(void)
{
	FILE *file = fopen("/proc/thread-self/children", "r");
	long pid = 0;

	if (file == NULL)
		skip();
	if (fscanf(file, "%ld", &pid) != 1)
		pid = 0;
	fclose(file);
	return (pid_t)pid;
}

static void assert_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_items_arrive_as_they_were_written(void **state)
{
	struct str *out = str_new(*state);

	assert_ok(pull(*state,
		       "open note finding at the opening\n"
		       "entry a cn=ada,dc=test\n"
		       "  cn:: QQBC\n"
		       "page\n"
		       "seen b\n"
		       "note info x\n"
		       "incomplete it was cut\n",
		       &usual, out));
	assert_string_equal(out->text, "note finding at the opening\n"
				       "entry 61 cn=ada,dc=test cn=A\\x00B\n"
				       "seen 62\n"
				       "note info x\n"
				       "end incomplete it was cut\n");
	assert_no_children();
}

static void test_an_error_crosses_with_class_and_hint(void **state)
{
	struct str *out = str_new(*state);
	struct request request = test_request(*state, "script", "/nonexistent/script");
	struct process *p;

	assert_err(pull(*state, "open fail later it is \"busy\"\n", &usual, out),
		   ERR_LATER, "it is \"busy\"");
	assert_err(pull(*state, "seen a\nfail incomplete half of it\n", &usual, out),
		   ERR_INCOMPLETE, "half of it");
	assert_err(pull(*state, "nonsense\n", &usual, out), ERR_CONFIG,
		   "connectors/script.c");
	assert_err(process_start(*state, "script", &request, &usual, &p), ERR_CONFIG,
		   "cannot open \"/nonexistent/script\"");
	assert_no_children();
}

static void test_a_crash_is_named(void **state)
{
	struct str *out = str_new(*state);

	assert_err(pull(*state, "seen a\ncrash\n", &usual, out), ERR_RETRY,
		   "connector \"script\" died (signal 6, Aborted)");
	assert_string_equal(out->text, "seen 61\n");
	assert_err(pull(*state, "open crash\n", &usual, out), ERR_RETRY, "signal 6");
	assert_err(pull(*state, "seen a\ncut\n", &usual, out), ERR_RETRY,
		   "ended in the middle of an answer (exit code 0)");
	assert_no_children();
}

static void test_a_hang_ends_in_time(void **state)
{
	struct stream_limits idle = { .idle = 1 }, total = { .total = 1 };
	struct str *out = str_new(*state);
	int64_t begun = clock_ticks();

	assert_err(pull(*state, "seen a\nhang\n", &idle, out), ERR_LATER, "for 1 s");
	assert_err(pull(*state, "open hang\n", &idle, out), ERR_LATER, "for 1 s");
	assert_err(pull(*state, "hang\n", &total, out), ERR_LATER, "within 1 s");
	assert_true(clock_ticks() - begun < 6 * INT64_C(1000000));
	assert_no_children();
}

static void test_a_flood_is_bounded(void **state)
{
	struct stream_limits bytes = { .idle = 20, .bytes = 1 << 20 };
	struct stream_limits total = { .total = 1 };
	struct str *out = str_new(*state);

	assert_err(pull(*state, "flood\n", &bytes, out), ERR_INCOMPLETE, "1048576 bytes");
	bytes.bytes = 1 << 16;
	assert_err(pull(*state, "open flood\n", &bytes, out), ERR_INCOMPLETE, "bytes");
	str_clear(out);
	assert_err(pull(*state, "flood\n", &total, out), ERR_LATER, "within 1 s");
	assert_no_children();
}

/* What comes with the answer to "open" is kept, so it has an end of its own. */
static void test_a_flood_at_the_opening_is_not_kept(void **state)
{
	struct str *out = str_new(*state), *script = str_new(*state);
	int64_t begun = clock_ticks();

	for (int i = 0; i < 1000; i++)
		str_add(script, "open note info x\n");
	assert_ok(pull(*state, script->text, &usual, out));
	assert_int_equal(out->len, 1000 * strlen("note info x\n") +
					   strlen("fact base=0\nend complete\n"));
	str_add(script, "open note info x\n");
	assert_err(pull(*state, script->text, &usual, out), ERR_BUG,
		   "has sent 1000 notes and facts instead of opening");
	str_clear(script);
	for (int i = 0; i < 18; i++)
		str_addf(script, "open fact x=%060000d\n", i);
	assert_err(pull(*state, script->text, &usual, out), ERR_BUG,
		   "has sent 17 notes and facts instead of opening");
	assert_err(pull(*state, "open flood\n", &usual, out), ERR_BUG,
		   "instead of opening");
	assert_no_children();
	assert_true(clock_ticks() - begun < 10 * INT64_C(1000000));
}

static void test_garbage_is_no_item(void **state)
{
	struct str *out = str_new(*state);

	assert_err(pull(*state, "seen a\ngarbage\n", &usual, out), ERR_BUG, "item");
	assert_err(pull(*state, "open seen a\n", &usual, out), ERR_BUG,
		   "before it was asked");
	assert_no_children();
}

static void test_a_second_pull_is_refused(void **state)
{
	struct str *out = str_new(*state);
	struct process *p;

	assert_ok(begin(*state, "seen a\n", &usual, &p));
	assert_ok(process_pull(p));
	assert_ok(read_all(p, out));
	assert_ok(process_pull(p));
	assert_err(read_all(p, out), ERR_BUG, "twice");
	assert_ok(process_probe(p));
	assert_ok(read_all(p, out));
}

static void test_nothing_works_after_death(void **state)
{
	struct str *out = str_new(*state);
	struct process *p;

	assert_ok(begin(*state, "crash\n", &usual, &p));
	assert_ok(process_pull(p));
	assert_err(read_all(p, out), ERR_RETRY, "died");
	assert_err(process_probe(p), ERR_RETRY, "cannot be asked");
	assert_err(read_all(p, out), ERR_BUG, "again");
}

static struct value *many(TALLOC_CTX *ctx, size_t n)
{
	struct value *anchors = mem_array(ctx, struct value, n);

	for (size_t i = 0; i < n; i++)
		anchors[i] = (struct value){ mem_printf(anchors, "%036zu", i), 36 };
	return anchors;
}

static void test_a_large_lookup(void **state)
{
	struct value *anchors = many(*state, PROCESS_LOOKUP_MAX + 1);
	struct item item = { 0 };
	struct process *p;
	size_t n = 0;

	assert_ok(begin(*state, "lookup x gone\n", &usual, &p));
	assert_err(process_lookup(p, anchors, PROCESS_LOOKUP_MAX + 1), ERR_INCOMPLETE,
		   "100001 anchors");
	assert_ok(process_lookup(p, anchors, PROCESS_LOOKUP_MAX));
	for (;;) {
		assert_ok(process_read(p, &item));
		if (item.kind == ITEM_END)
			break;
		assert_int_equal(item.kind, ITEM_UNKNOWN);
		assert_int_equal(value_compare(&item.anchor, &anchors[n++]), 0);
	}
	assert_int_equal(n, PROCESS_LOOKUP_MAX);
	assert_true(process_bytes(p) > 100000 * 36);
}

static void test_a_child_that_does_not_read(void **state)
{
	struct stream_limits idle = { .idle = 1 };
	struct value *anchors = many(*state, PROCESS_LOOKUP_MAX);
	struct process *p;

	assert_ok(begin(*state, "", &idle, &p));
	kill(child(), SIGSTOP);
	assert_err(process_lookup(p, anchors, PROCESS_LOOKUP_MAX), ERR_LATER,
		   "does not read");
	assert_no_children();
}

static void test_freed_in_the_middle(void **state)
{
	int64_t begun = clock_ticks();
	struct item item;
	struct process *p;

	assert_ok(begin(*state, "flood\n", &usual, &p));
	assert_ok(process_pull(p));
	assert_ok(process_read(p, &item));
	mem_free(p);
	assert_no_children();
	assert_true(clock_ticks() - begun < INT64_C(1500000));
	assert_ok(begin(*state, "seen a\nhang\n", &usual, &p));
	assert_ok(process_pull(p));
	assert_ok(process_read(p, &item));
	mem_free(p);
	assert_no_children();
	assert_true(clock_ticks() - begun < INT64_C(4000000));
}

static void test_the_child_dies_with_its_parent(void **state)
{
	struct request request =
		test_request(*state, "script", test_file(*state, "hang\n", 5));
	struct pollfd gone = { .events = POLLIN };
	pid_t parent, pid = 0;
	struct process *p;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	parent = fork();
	if (parent == 0) {
		err_ignore(process_start(*state, "script", &request, &usual, &p));
		err_ignore(process_pull(p));
		pid = child();
		if (write(ends[1], &pid, sizeof(pid)) == sizeof(pid))
			pause();
		_exit(1);
	}
	assert_int_equal(read(ends[0], &pid, sizeof(pid)), sizeof(pid));
	gone.fd = pidfd_open(pid, 0);
	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	assert_true(gone.fd >= 0);
	assert_int_equal(poll(&gone, 1, 5000), 1);
	close(gone.fd);
	close(ends[0]);
	close(ends[1]);
}

static bool file_says(pid_t pid, const char *name, const char *wanted)
{
	char path[64], line[256];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		found |= strstr(line, wanted) != NULL;
	fclose(file);
	return found;
}

static unsigned count_files(pid_t pid)
{
	char path[64];
	unsigned n = 0;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	if (folder == NULL)
		skip();
	while (readdir(folder) != NULL)
		n++;
	closedir(folder);
	return n - 2;
}

static void test_the_child_has_few_rights(void **state)
{
	int leaked = dup(STDERR_FILENO);
	struct process *p;
	pid_t pid;

	assert_ok(begin(*state, "", &usual, &p));
	pid = child();
	assert_true(pid > 0);
	assert_true(file_says(pid, "status", "NoNewPrivs:\t1"));
	assert_true(file_says(pid, "limits",
			      "Max core file size        0                    0 "));
	assert_int_equal(count_files(pid), 3);
	close(leaked);
}

static char *environment_of(TALLOC_CTX *ctx, const struct request *request)
{
	char *seen = test_file(ctx, "", 0), *text = mem_array(ctx, char, 65536);
	const char *script = mem_printf(ctx, "#!/bin/sh\nexec env >'%s'\n", seen);
	char *program = test_file(ctx, script, strlen(script));
	struct process *p;
	FILE *file;

	assert_int_equal(chmod(program, 0700), 0);
	process_set_program(program);
	assert_err(process_start(ctx, "ldap", request, &usual, &p), ERR_RETRY,
		   "exit code 0");
	process_set_program("/proc/self/exe");
	file = fopen(seen, "r");
	assert_non_null(file);
	text[0] = '\n';
	text[1 + fread(text + 1, 1, 65534, file)] = '\0';
	fclose(file);
	return text;
}

static void test_the_child_sees_the_secrets_of_its_source_only(void **state)
{
	static const char *const attributes[] = { NULL };
	struct settings *s = settings_new(*state, connector_settings("ldap"));
	struct request request = { .settings = s, .attributes = attributes };
	const char *seen;

	assert_ok(settings_set(s, "bind.password", "env:DIRBRIDGE_TEST_OWN"));
	setenv("DIRBRIDGE_TEST_OWN", "own", 1);
	setenv("DIRBRIDGE_TEST_OWN2", "other", 1);
	setenv("DIRBRIDGE_TEST_OW", "other", 1);
	setenv("PATHS", "other", 1);
	setenv("LC_TIME", "C", 1);
	seen = environment_of(*state, &request);
	assert_non_null(strstr(seen, "\nDIRBRIDGE_TEST_OWN=own\n"));
	assert_non_null(strstr(seen, "\nPATH="));
	assert_non_null(strstr(seen, "\nLC_TIME=C\n"));
	assert_null(strstr(seen, "other"));
	assert_ok(settings_set(s, "bind.password", "file:DIRBRIDGE_TEST_OWN"));
	seen = environment_of(*state, &request);
	assert_null(strstr(seen, "\nDIRBRIDGE_TEST"));
	unsetenv("DIRBRIDGE_TEST_OWN");
	unsetenv("DIRBRIDGE_TEST_OWN2");
	unsetenv("DIRBRIDGE_TEST_OW");
	unsetenv("PATHS");
	unsetenv("LC_TIME");
	assert_no_children();
}

static void test_a_program_that_is_not_there(void **state)
{
	struct process *p;

	process_set_program("/nonexistent/dirbridge");
	assert_err(begin(*state, "", &usual, &p), ERR_LATER,
		   "connector \"script\" cannot be started: No such file");
	process_set_program("/bin/true");
	assert_err(begin(*state, "", &usual, &p), ERR_RETRY, "exit code 0");
	process_set_program("/proc/self/exe");
	assert_no_children();
}

static void test_what_is_no_text_cannot_be_asked(void **state)
{
	struct request request = test_request(*state, "script", "/dev/null");
	static const char *const attributes[] = { "cn", "\xff", NULL };
	struct process *p;

	request.filter = "(cn=\xff)";
	assert_err(process_start(*state, "script", &request, &usual, &p), ERR_CONFIG,
		   "no UTF-8");
	request.filter = NULL;
	request.attributes = attributes;
	assert_err(process_start(*state, "script", &request, &usual, &p), ERR_CONFIG,
		   "no UTF-8");
	request.attributes += 2;
	assert_err(process_start(*state, "vax", &request, &usual, &p), ERR_BUG, "type");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_items_arrive_as_they_were_written),
		TEST(test_an_error_crosses_with_class_and_hint),
		TEST(test_a_crash_is_named),
		TEST(test_a_hang_ends_in_time),
		TEST(test_a_flood_is_bounded),
		TEST(test_a_flood_at_the_opening_is_not_kept),
		TEST(test_garbage_is_no_item),
		TEST(test_a_second_pull_is_refused),
		TEST(test_nothing_works_after_death),
		TEST(test_a_large_lookup),
		TEST(test_a_child_that_does_not_read),
		TEST(test_freed_in_the_middle),
		TEST(test_the_child_dies_with_its_parent),
		TEST(test_the_child_has_few_rights),
		TEST(test_the_child_sees_the_secrets_of_its_source_only),
		TEST(test_a_program_that_is_not_there),
		TEST(test_what_is_no_text_cannot_be_asked),
	};

	if (argc > 1 && strcmp(argv[1], "connector") == 0)
		return process_serve(STDIN_FILENO, STDOUT_FILENO);
	return test_main(tests);
}
