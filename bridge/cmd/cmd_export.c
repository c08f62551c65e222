/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/commands.h"
#include "bridge/console/export.h"
#include "bridge/console/import.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- where it goes: standard output, or a file that is there only when it is whole ----
 */

struct target {
	const char *path; /* NULL: standard output */
	char *new;
	FILE *file;
};

static struct err *failed(const char *path)
{
	return err_hint(err_new(ERR_LATER, "\"%s\": %s", path ? path : "standard output",
				strerror(errno)),
			"Free some space, or name another file.");
}

static struct err *target_write(void *to, const char *bytes, size_t len)
{
	struct target *t = to;

	if (fwrite(bytes, 1, len, t->file) == len)
		return NULL;
	return failed(t->path);
}

/* It holds names and addresses: for this user only. */
static struct err *target_open(struct cmd *cmd, struct target *t)
{
	int fd;

	t->file = stdout;
	if (t->path == NULL)
		return NULL;
	t->new = mem_printf(cmd, "%s.%d", t->path, (int)getpid());
	fd = open(t->new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_hint(
			err_new(ERR_USAGE, "\"%s\": %s", t->path, strerror(errno)),
			"Name a file in a directory that this user may write.");
	t->file = fdopen(fd, "w");
	return NULL;
}

static struct err *target_close(struct target *t, struct err *err)
{
	if (t->new == NULL || t->file == NULL)
		return err;
	if (err == NULL && (fflush(t->file) != 0 || fsync(fileno(t->file)) != 0))
		err = failed(t->path);
	if (fclose(t->file) != 0 && err == NULL)
		err = failed(t->path);
	if (err == NULL && rename(t->new, t->path) != 0)
		err = failed(t->path);
	if (err)
		unlink(t->new);
	return err;
}

/* ---- export ---- */

struct what {
	bool events;
	const char *after;
};

static struct err *read_after(const struct what *w, int64_t *after)
{
	char *end;

	*after = 0;
	if (w->after == NULL)
		return NULL;
	if (!w->events)
		return err_hint(err_new(ERR_USAGE, "\"--after\" is for events"),
				"Say --events too.");
	errno = 0;
	*after = strtoll(w->after, &end, 10);
	if (end != w->after && *end == '\0' && *after >= 0 && errno == 0)
		return NULL;
	return err_hint(err_new(ERR_USAGE, "\"%s\" is no sequence number", w->after),
			"It is the sequence of the last event that was read.");
}

static void say_counts(struct cmd *cmd, const char *what, const char *root,
		       const char *where, const struct export_counts *n)
{
	cmd_say(cmd, "%s \"%s\" %s: %s, %s, %s, %s", what, root, where,
		cmd_count(cmd, n->organizations, "organization"),
		cmd_count(cmd, n->people, "person"), cmd_count(cmd, n->groups, "group"),
		cmd_count(cmd, n->roles, "role"));
	cmd_json(cmd, json_pack("{s:o, s:I, s:I, s:I, s:I}", "root", cmd_text(root),
				"organizations", (json_int_t)n->organizations, "people",
				(json_int_t)n->people, "groups", (json_int_t)n->groups,
				"roles", (json_int_t)n->roles));
}

static struct err *write_all(struct cmd *cmd, const struct what *w, struct target *t)
{
	struct export_counts counts;
	int64_t after, n;
	struct err *err = read_after(w, &after);

	if (err == NULL)
		err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
	if (err == NULL)
		err = target_open(cmd, t);
	if (err == NULL && w->events)
		err = console_export_events(cmd->console, cmd->args[0], after,
					    target_write, t, &n);
	else if (err == NULL)
		err = console_export(cmd->console, cmd->args[0], target_write, t,
				     &counts);
	err = target_close(t, cmd_leave(cmd, err));
	if (err || t->path == NULL)
		return err;
	if (!w->events) {
		say_counts(cmd, "exported", cmd->args[0],
			   mem_printf(cmd, "to \"%s\"", t->path), &counts);
		return NULL;
	}
	cmd_say(cmd, "exported \"%s\" to \"%s\": %s", cmd->args[0], t->path,
		cmd_count(cmd, n, "event"));
	cmd_json(cmd, json_pack("{s:o, s:I}", "root", cmd_text(cmd->args[0]), "events",
				(json_int_t)n));
	return NULL;
}

struct err *cmd_export(struct cmd *cmd)
{
	struct target target = { .path = NULL };
	struct what what = { .events = false };
	const struct cmd_option options[] = {
		{ "output", 'o', CMD_TEXT, &target.path },
		{ "events", 0, CMD_FLAG, &what.events },
		{ "after", 0, CMD_TEXT, &what.after },
		{ NULL, 0, CMD_FLAG, NULL },
	};
	struct err *err = cmd_parse(cmd, options, 1, 1);

	if (err == NULL)
		err = cmd_root(cmd->args[0]);
	return err ? err : write_all(cmd, &what, &target);
}

/* ---- import ---- */

struct reading {
	FILE *file;
	int error; /* errno, once it failed */
};

static size_t read_some(void *from, char *bytes, size_t size)
{
	struct reading *r = from;
	size_t n = fread(bytes, 1, size, r->file);

	if (ferror(r->file))
		r->error = errno;
	return n;
}

static struct err *no_file(const char *path, int error)
{
	return err_hint(err_new(ERR_CONFIG, "\"%s\": %s", path, strerror(error)),
			"Name a file that dirbridge export wrote.");
}

/* What cannot be read to its end looks like a document that is cut. */
static struct err *import_from(struct cmd *cmd, struct reading *r,
			       struct import_result *result)
{
	struct err *err = cmd_enter(cmd, STORE_WRITE, "");

	if (err == NULL)
		err = console_import(cmd->console, read_some, r, result);
	if (r->error != 0) {
		err_free(err);
		err = no_file(cmd->args[0], r->error);
	}
	return cmd_leave(cmd, err);
}

struct err *cmd_import(struct cmd *cmd)
{
	struct import_result result;
	struct err *err = cmd_parse(cmd, NULL, 1, 1);
	struct reading reading = { .error = 0 };

	if (err)
		return err;
	reading.file = fopen(cmd->args[0], "re");
	if (reading.file == NULL)
		return no_file(cmd->args[0], errno);
	err = import_from(cmd, &reading, &result);
	fclose(reading.file);
	if (err)
		return err;
	say_counts(cmd, "imported", result.root,
		   mem_printf(cmd, "from \"%s\"", cmd->args[0]), &result.counts);
	cmd_say(cmd, "next: dirbridge principal allow NAME --user USER");
	return NULL;
}
