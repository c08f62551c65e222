/* SPDX-License-Identifier: MIT */
#include "tests/stage.h"
#include "bridge/console/console.h"
#include "connectors/process.h"
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <regex.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

int stage_main(int argc, char **argv);
#define main stage_main
#include "bridge/main.c"
#undef main

#define STORE "console.db"
#define KEPT  "kept.db"

enum { WORDS_MAX = 64 };

bool stage_is_connector(int argc, char **argv)
{
	return argc == 2 && strcmp(argv[1], "connector") == 0;
}

int stage_connector(void)
{
	return process_serve(STDIN_FILENO, STDOUT_FILENO);
}

/* ---- files ---- */

static char *path_of(TALLOC_CTX *ctx, const char *folder, const char *name)
{
	return mem_printf(ctx, "%s/%s", folder, name);
}

static void write_file(const char *path, const char *bytes, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static struct str *read_file(TALLOC_CTX *ctx, const char *path)
{
	FILE *file = fopen(path, "r");
	struct str *s = str_new(ctx);
	char bytes[8192];
	size_t n;

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		str_add_bytes(s, bytes, n);
	fclose(file);
	return s;
}

void stage_write(const struct stage *stage, const char *name, const char *text)
{
	AUTO_MEM char *path = path_of(NULL, stage->folder, name);
	AUTO_MEM char *bytes = stage_values(NULL, stage, text);

	write_file(path, bytes, strlen(bytes));
}

char *stage_read(TALLOC_CTX *ctx, const char *path)
{
	return str_take(ctx, read_file(NULL, path));
}

static void each_file(const char *folder, void (*fn)(const char *name, const void *data),
		      const void *data)
{
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	for (struct dirent *e; (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			fn(e->d_name, data);
	closedir(dir);
}

static void remove_file(const char *name, const void *folder)
{
	AUTO_MEM char *path = path_of(NULL, folder, name);

	unlink(path);
}

struct copy {
	const char *from, *to;
};

static void copy_file(const char *name, const void *data)
{
	const struct copy *c = data;
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct str *bytes = read_file(ctx, path_of(ctx, c->from, name));

	write_file(path_of(ctx, c->to, name), bytes->text, bytes->len);
}

/* ---- the store, by plain SQL ---- */

/* Open from the first statement on until the next command, which is not to find anybody
 * there. */
static sqlite3 *opened;

static sqlite3 *open_store(void)
{
	if (opened != NULL)
		return opened;
	assert_int_equal(sqlite3_open_v2(STORE, &opened, SQLITE_OPEN_READWRITE, NULL),
			 SQLITE_OK);
	sqlite3_exec(opened, "PRAGMA foreign_keys = ON", NULL, NULL, NULL);
	return opened;
}

static void close_store(void)
{
	sqlite3_close(opened);
	opened = NULL;
}

/* ---- a stage ---- */

static int stage_end(struct stage *s)
{
	close_store();
	chmod(s->folder, 0700);
	each_file(s->folder, remove_file, s->folder);
	return chdir(s->before) | rmdir(s->folder);
}

static const char *who_we_are(TALLOC_CTX *ctx)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? mem_strdup(ctx, user->pw_name)
		    : mem_printf(ctx, "%lu", (unsigned long)getuid());
}

struct stage *stage_new(TALLOC_CTX *ctx, const struct stage *like)
{
	const char *tmp = getenv("TMPDIR");
	struct stage *s = mem_new(ctx, struct stage);
	char before[4096];

	close_store();
	assert_non_null(getcwd(before, sizeof before));
	s->before = mem_strdup(s, before);
	s->folder = mem_printf(s, "%s/dirbridge-stage-XXXXXX", tmp ? tmp : "/tmp");
	s->user = who_we_are(s);
	s->log = str_new(s);
	assert_non_null(mkdtemp(s->folder));
	assert_int_equal(chdir(s->folder), 0);
	talloc_set_destructor(s, stage_end);
	setenv("DIRBRIDGE_CONFIG", "dirbridge.yaml", 1);
	if (like != NULL)
		each_file(like->folder, copy_file,
			  &(struct copy){ like->folder, s->folder });
	return s;
}

/* ---- what is printed, as it is anywhere ---- */

char *stage_replace(TALLOC_CTX *ctx, const char *text, const char *from, const char *to)
{
	struct str *s = str_new(NULL);
	const char *hit;

	while ((hit = strstr(text, from)) != NULL) {
		str_add_bytes(s, text, (size_t)(hit - text));
		str_add(s, to);
		text = hit + strlen(from);
	}
	str_add(s, text);
	return str_take(ctx, s);
}

static void replace(char **text, const char *from, const char *to)
{
	char *new = stage_replace(NULL, *text, from, to);

	mem_free(*text);
	*text = new;
}

void stage_name(struct stage *s, const char *name, const char *value)
{
	size_t i = 0;

	while (i < STAGE_NAMES_MAX && s->names[i] != NULL && strcmp(s->names[i], name))
		i++;
	assert_true(i < STAGE_NAMES_MAX);
	s->names[i] = mem_strdup(s, name);
	s->values[i] = mem_strdup(s, value);
}

char *stage_values(TALLOC_CTX *ctx, const struct stage *s, const char *text)
{
	char *out = stage_replace(NULL, text, "{user}", s->user);

	for (size_t i = 0; i < STAGE_NAMES_MAX && s->names[i] != NULL; i++) {
		AUTO_MEM char *name = mem_printf(NULL, "{%s}", s->names[i]);

		replace(&out, name, s->values[i]);
	}
	return talloc_steal(ctx, out);
}

static void show_names(const struct stage *s, char **text)
{
	for (size_t i = 0; i < STAGE_NAMES_MAX && s->names[i] != NULL; i++) {
		AUTO_MEM char *name = mem_printf(NULL, "{%s}", s->names[i]);

		replace(text, s->values[i], name);
	}
}

static void replace_pattern(char **text, const char *pattern, const char *to)
{
	struct str *s = str_new(NULL);
	const char *at = *text;
	regmatch_t match;
	regex_t regex;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NEWLINE), 0);
	while (regexec(&regex, at, 1, &match, 0) == 0) {
		str_add_bytes(s, at, (size_t)match.rm_so);
		str_add(s, to);
		at += match.rm_eo;
	}
	regfree(&regex);
	str_add(s, at);
	mem_free(*text);
	*text = str_take(NULL, s);
}

static void add_comparable(const struct stage *s, struct str *out, const char *path)
{
	char *text = stage_read(NULL, path);
	AUTO_MEM char *quoted = mem_printf(NULL, "\"%s\"", s->user);

	show_names(s, &text);
	replace(&text, s->folder, "FOLDER");
	replace(&text, quoted, "\"USER\"");
	replace_pattern(&text, "plan [0-9a-f]{8}", "plan DIGEST");
	replace_pattern(&text, "; ([0-9.]+ s, )?[0-9]+ MB$", "");
	str_add(out, text);
	mem_free(text);
}

/* ---- commands ---- */

static char *next_word(char **line)
{
	char *from = *line + strspn(*line, " "), *end;
	bool quoted = *from == '"';

	if (*from == '\0')
		return NULL;
	from += quoted;
	end = from + strcspn(from, quoted ? "\"" : " ");
	*line = *end ? end + 1 : end;
	*end = '\0';
	return from;
}

static int redirect(int fd, const char *path, int flags)
{
	int saved = dup(fd), file = open(path, flags | O_CLOEXEC, 0600);

	assert_true(saved >= 0 && file >= 0);
	dup2(file, fd);
	close(file);
	return saved;
}

static void restore(int fd, int saved)
{
	dup2(saved, fd);
	close(saved);
}

static int run(int argc, char **argv)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC, status;
	int in = redirect(STDIN_FILENO, "/dev/null", O_RDONLY);
	int out = redirect(STDOUT_FILENO, "stdout", flags);
	int err = redirect(STDERR_FILENO, "stderr", flags);

	close_store();
	status = stage_main(argc, argv);
	fflush(stdout);
	restore(STDIN_FILENO, in);
	restore(STDOUT_FILENO, out);
	restore(STDERR_FILENO, err);
	return status;
}

int stage_command(struct stage *s, const char *line, struct str *out)
{
	AUTO_MEM char *copy = mem_strdup(NULL, line);
	char *rest = copy, *argv[WORDS_MAX + 1] = { copy };
	int argc = 1, status;

	while (argc < WORDS_MAX && (argv[argc] = next_word(&rest)) != NULL)
		argc++;
	argv[argc] = NULL;
	fflush(stdout);
	status = run(argc, argv);
	add_comparable(s, out, "stdout");
	add_comparable(s, out, "stderr");
	return status;
}

static void add_file(struct str *out, const char *path)
{
	AUTO_MEM struct str *bytes = read_file(NULL, path);

	str_add_bytes(out, bytes->text, bytes->len);
}

int stage_words(struct stage *s UNUSED, const char *const *words, struct str *out,
		struct str *errors)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	char *argv[WORDS_MAX + 2] = { mem_strdup(ctx, "dirbridge") };
	int argc = 1, status;

	for (; argc < WORDS_MAX && words[argc - 1] != NULL; argc++)
		argv[argc] = mem_strdup(ctx, words[argc - 1]);
	fflush(stdout);
	status = run(argc, argv);
	add_file(out, "stdout");
	add_file(errors, "stderr");
	return status;
}

/* ---- the store, beside the program ---- */

static void copy_store(const struct stage *s, const char *from, const char *to)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct str *bytes = read_file(ctx, path_of(ctx, s->folder, from));

	write_file(path_of(ctx, s->folder, to), bytes->text, bytes->len);
}

void stage_keep(const struct stage *s)
{
	close_store();
	copy_store(s, STORE, KEPT);
}

/* What a writer has left beside the store belongs to what it wrote. */
void stage_back(const struct stage *s)
{
	close_store();
	remove_file(STORE "-wal", s->folder);
	remove_file(STORE "-shm", s->folder);
	remove_file(STORE ".epoch", s->folder);
	copy_store(s, KEPT, STORE);
}

/* A blob that holds a text reads as that text. */
static void add_column(struct str *out, sqlite3_stmt *stmt, int column)
{
	const unsigned char *bytes = sqlite3_column_blob(stmt, column);
	int n = sqlite3_column_bytes(stmt, column);
	bool binary = sqlite3_column_type(stmt, column) == SQLITE_BLOB;

	if (sqlite3_column_type(stmt, column) == SQLITE_NULL) {
		str_add(out, "-");
		return;
	}
	if (!binary) {
		str_add(out, (const char *)sqlite3_column_text(stmt, column));
		return;
	}
	for (int i = 0; i < n && binary; i++)
		binary = isgraph(bytes[i]);
	for (int i = 0; i < n; i++)
		str_addf(out, binary ? "%c" : "%02x", bytes[i]);
}

static void add_rows(sqlite3 *db, const char *sql, struct str *out)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			str_add(out, i ? " | " : "");
			add_column(out, stmt, i);
		}
		str_add_char(out, '\n');
	}
	if (rc != SQLITE_DONE)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_finalize(stmt);
}

void stage_sql(const struct stage *s UNUSED, const char *sql, struct str *out)
{
	add_rows(open_store(), sql, out);
}

char *stage_token(TALLOC_CTX *ctx, const struct stage *s UNUSED, const char *email)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct store *store;
	char *token;
	int64_t mail;

	assert_ok(store_open(scratch, STORE, STORE_READ, &store));
	assert_ok(store_number(store, &mail, 0,
			       "SELECT i.mail_id FROM invitation i JOIN subject s"
			       " ON s.id = i.subject_id WHERE i.state = 'pending'"
			       " AND s.email_key = ?1 ORDER BY i.id LIMIT 1",
			       "t", email));
	if (mail == 0)
		fail_msg("no invitation of %s is pending", email);
	assert_ok(console_token(ctx, store, mail, &token));
	return token;
}

/* ---- all that is in the store ---- */

static const char *const random_columns[] = {
	"audit.hash", "audit.subject",      "mail.token_id",
	"meta.value", "outbox.epoch",       "organization.uid",
	"chain.head", "security_group.uid", "subject.pseudonym",
};

static bool is_random(const char *table, const char *column)
{
	AUTO_MEM char *name = mem_printf(NULL, "%s.%s", table, column);

	for (size_t i = 0; i < ARRAY_LEN(random_columns); i++)
		if (strcmp(name, random_columns[i]) == 0)
			return true;
	return false;
}

static char *select_of(TALLOC_CTX *ctx, sqlite3 *db, const char *table)
{
	AUTO_MEM char *info = mem_printf(NULL, "PRAGMA table_info(%s)", table);
	struct str *columns = str_new(ctx);
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(db, info, -1, &stmt, NULL), SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *column = (const char *)sqlite3_column_text(stmt, 1);

		if (!is_random(table, column))
			str_addf(columns, "%s\"%s\"", columns->len ? ", " : "", column);
	}
	sqlite3_finalize(stmt);
	return mem_printf(ctx, "SELECT %s FROM %s ORDER BY %s", columns->text, table,
			  columns->text);
}

char *stage_dump(TALLOC_CTX *ctx, const struct stage *s UNUSED)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct str *out = str_new(ctx);
	sqlite3 *db = open_store();
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT name FROM sqlite_master"
					    " WHERE type = 'table' ORDER BY name",
					    -1, &stmt, NULL),
			 SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(stmt, 0);

		str_addf(out, "== %s\n", table);
		add_rows(db, select_of(scratch, db, table), out);
	}
	sqlite3_finalize(stmt);
	close_store();
	return str_take(ctx, out);
}
