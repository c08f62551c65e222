/* SPDX-License-Identifier: MIT */
#include "tests/unit/store/raw.h"
#include "bridge/base/str.h"

struct place place_new(TALLOC_CTX *ctx)
{
	struct place p = { .dir = scratch_new(ctx) };

	p.file = mem_printf(ctx, "%s/console.db", p.dir);
	p.epoch = mem_printf(ctx, "%s.epoch", p.file);
	return p;
}

static sqlite3 *open_raw(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open_v2(path, &db,
					 SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
					 NULL),
			 SQLITE_OK);
	sqlite3_busy_timeout(db, 10000);
	return db;
}

void raw_run(const char *path, const char *sql)
{
	sqlite3 *db = open_raw(path);
	char *problem = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &problem) != SQLITE_OK)
		fail_msg("%s: %s", problem, sql);
	sqlite3_close(db);
}

static char *rows_of(TALLOC_CTX *ctx, sqlite3 *db, const char *sql)
{
	struct str *out = str_new(ctx);
	sqlite3_stmt *stmt;

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sqlite3_errmsg(db), sql);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(stmt); i++) {
			char *cell = sqlite3_mprintf("%Q", sqlite3_column_text(stmt, i));

			str_addf(out, "%s%s", i ? "|" : "", cell);
			sqlite3_free(cell);
		}
		str_add(out, "\n");
	}
	sqlite3_finalize(stmt);
	return str_take(ctx, out);
}

char *raw_rows(TALLOC_CTX *ctx, const char *path, const char *sql)
{
	sqlite3 *db = open_raw(path);
	char *rows = rows_of(ctx, db, sql);

	sqlite3_close(db);
	return rows;
}

int64_t raw_number(const char *path, const char *sql)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *text = raw_rows(ctx, path, sql);

	assert_int_equal(text[0], '\'');
	return strtoll(text + 1, NULL, 10);
}

char **raw_tables(TALLOC_CTX *ctx, const char *path)
{
	char *names = raw_rows(ctx, path,
			       "SELECT name FROM sqlite_schema WHERE type = 'table'"
			       " ORDER BY name");
	char **tables = mem_array(ctx, char *, strlen(names) / 4 + 1), *rest = NULL;
	size_t n = 0;

	for (char *name = strtok_r(names, "'\n", &rest); name != NULL;
	     name = strtok_r(NULL, "'\n", &rest))
		tables[n++] = name;
	tables[n] = NULL;
	return tables;
}

/* Of all columns of a table, by this expression over pragma_table_info(). */
static char *columns(TALLOC_CTX *ctx, sqlite3 *db, const char *table,
		     const char *expression)
{
	AUTO_MEM char *sql = mem_printf(
		NULL, "SELECT group_concat(%s, ', ') FROM pragma_table_info('%s')",
		expression, table);
	char *quoted = rows_of(ctx, db, sql);

	quoted[strlen(quoted) - 2] = '\0';
	return quoted + 1;
}

/* Every cell in full, whatever it is. */
static char *select_of(TALLOC_CTX *ctx, sqlite3 *db, const char *table)
{
	return mem_printf(ctx, "SELECT %s FROM %s%s ORDER BY %s",
			  columns(ctx, db, table, "'quote(' || name || ')'"), table,
			  strcmp(table, "meta") == 0 ? " WHERE name <> 'sequence'" : "",
			  columns(ctx, db, table, "cid + 1"));
}

char *raw_dump(TALLOC_CTX *ctx, const char *path)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct str *out = str_new(ctx);
	char **tables = raw_tables(scratch, path);
	sqlite3 *db = open_raw(path);

	for (size_t i = 0; tables[i] != NULL; i++) {
		str_addf(out, "== %s\n", tables[i]);
		str_add(out, rows_of(scratch, db, select_of(scratch, db, tables[i])));
	}
	sqlite3_close(db);
	return str_take(ctx, out);
}

/* ---- files ---- */

bool file_is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

char *file_read(TALLOC_CTX *ctx, const char *path, size_t *len)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	char *bytes;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	bytes = mem_array(ctx, char, (size_t)st.st_size + 1);
	assert_int_equal(read(fd, bytes, (size_t)st.st_size), st.st_size);
	bytes[st.st_size] = '\0';
	close(fd);
	*len = (size_t)st.st_size;
	return bytes;
}

void file_write(const char *path, const void *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
}

void file_copy(const char *from, const char *to)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	size_t len;
	const char *bytes = file_read(ctx, from, &len);

	file_write(to, bytes, len);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *folder_names(TALLOC_CTX *ctx, const char *folder)
{
	struct str *out = str_new(ctx);
	char *names[64];
	size_t n = 0;
	DIR *dir = opendir(folder);

	assert_non_null(dir);
	for (struct dirent *e; n < ARRAY_LEN(names) && (e = readdir(dir)) != NULL;)
		if (e->d_name[0] != '.')
			names[n++] = mem_strdup(out, e->d_name);
	closedir(dir);
	qsort(names, n, sizeof *names, by_name);
	for (size_t i = 0; i < n; i++)
		str_addf(out, "%s\n", names[i]);
	return str_take(ctx, out);
}

int child_end(pid_t child)
{
	int status = -1;

	assert_true(child > 0);
	while (waitpid(child, &status, 0) < 0)
		continue;
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}
