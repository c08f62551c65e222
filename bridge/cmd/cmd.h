/* SPDX-License-Identifier: MIT */
/*
 * What the commands share. A command is one function: it parses its arguments, calls one
 * function of the room that does the work, and prints what came of it, as text or, with
 * --json, as one JSON document on standard output. Its error goes back to cmd_main(),
 * which prints it and leaves with the exit code of its class.
 *
 *   struct err *cmd_org_list(struct cmd *cmd)
 *   {
 *           struct listing *list = listing_new(cmd, 2);
 *           struct err *err = cmd_parse(cmd, NULL, 1, 1);
 *
 *           if (err == NULL)
 *                   err = cmd_enter(cmd, STORE_READ, cmd->args[0]);
 *           if (err == NULL)
 *                   err = list_below(cmd, list); calls listing_add() for each
 *           err = cmd_leave(cmd, err);
 *           if (err == NULL)
 *                   listing_end(list, "organizations", NULL);
 *           return err;
 *   }
 *
 * Everything that a command makes hangs off the cmd, which is a talloc context.
 */
#ifndef DIRBRIDGE_CMD_CMD_H
#define DIRBRIDGE_CMD_CMD_H

#include "bridge/console/console.h"
#include "config/config.h"
#include <jansson.h>

#define CONFIG_PATH "/etc/dirbridge/dirbridge.yaml"

struct cmd;

/* One row of main.c's table, which ends with a row without a name. */
struct command {
	const char *name; /* one word or two: "org create" */
	struct err *(*run)(struct cmd *cmd);
	const char *args; /* as usage shows them; NULL: internal, shown nowhere */
	const char *help; /* one line, no full stop */
};

struct cmd {
	const struct command *command;
	char **args; /* after cmd_parse(): the operands, NULL-terminated */
	int n_args;
	int status; /* exit code when no error comes back */

	/* Global options, which may stand before the command or after it. */
	const char *config_path;
	const char *store; /* --store, in place of the configuration's */
	const char *as;    /* --as, or NULL */
	bool json, verbose;
	bool color;    /* standard output is a terminal and nobody said no */
	bool progress; /* standard error is a terminal, and the output is text */

	const char *os_user; /* who called, by the operating system */
	int64_t now;
	struct console *console; /* between cmd_enter() and cmd_leave() */
	struct cmd_private *private;
};

/* Find the command, run it, report; returns the exit code. */
int cmd_main(const struct command *commands, int argc, char **argv);

/* ---- arguments ---- */

enum cmd_kind {
	CMD_FLAG,  /* value: bool * */
	CMD_TEXT,  /* value: const char ** */
	CMD_TEXTS, /* value: const char ***, NULL-terminated; may be given again and again
		    */
};

/* An option of one command; a table ends with a row without a name. */
struct cmd_option {
	const char *name; /* without the dashes */
	char letter;      /* short form, or 0 */
	enum cmd_kind kind;
	void *value;
};

/* Read the options (NULL: none) and at least min, at most max operands. ERR_USAGE. */
MUST_CHECK struct err *cmd_parse(struct cmd *cmd, const struct cmd_option *options,
				 int min, int max);

/* A name that a person gives to something new: in NFC, trimmed. ERR_USAGE, and what it
 * names, when it is none. */
MUST_CHECK struct err *cmd_name(struct cmd *cmd, const char *what, const char *text,
				const char **name);
/* "member" or "owner"; ERR_USAGE for anything else, and for NULL. */
MUST_CHECK struct err *cmd_role(const char *text, enum role *role);
/* Of commands that act on a whole root. ERR_USAGE, and which root to say, for a path that
 * goes on below it. */
MUST_CHECK struct err *cmd_root(const char *path);
/* ERR_USAGE for NULL, for nothing but blanks, and for what is no UTF-8, which no export
 * could hold. */
MUST_CHECK struct err *cmd_reason(const char *text);
/* The same of a text that need not be there. */
MUST_CHECK struct err *cmd_note(const char *text);
/* A time as clock_parse() reads it. */
MUST_CHECK struct err *cmd_time(const char *text, int64_t *time);

/* ---- configuration and store ---- */

/* Read once; borrowed from then on. */
MUST_CHECK struct err *cmd_config(struct cmd *cmd, const struct config **config);
/* The store's URL: --store, or the configuration's. */
MUST_CHECK struct err *cmd_store_url(struct cmd *cmd, const char **url);
MUST_CHECK struct err *cmd_open(struct cmd *cmd, enum store_mode mode,
				struct store **store);

/*
 * Open the store, begin, load the root of a path ("" for none) and act as who called. For
 * writing, what is over is marked as expired first.
 */
MUST_CHECK struct err *cmd_enter(struct cmd *cmd, enum store_mode mode, const char *path);
/* For reading about one organization, as of a time: see console_look(). */
MUST_CHECK struct err *cmd_visit(struct cmd *cmd, const char *path, int64_t at,
				 uint32_t *organization);
/* End it: committed when it was for writing and err is NULL, given up otherwise. Returns
 * err, or why the commit failed. */
MUST_CHECK struct err *cmd_leave(struct cmd *cmd, struct err *err);

/* ---- who is who ---- */

/* The e-mail address of a person, the name of a service principal. */
const char *cmd_who(const struct view *view, uint32_t account);

/* Something of the view by a name, for lists in order. */
struct named {
	const char *name;
	uint32_t number;
};

void cmd_sort(struct named *list, size_t n);

/* ---- output ---- */

/* One line, escaped for the terminal; nothing with --json. */
void cmd_say(struct cmd *cmd, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The document of --json; nothing without. The value is taken. */
void cmd_json(struct cmd *cmd, json_t *value);

/* One of the lines of a command that prints JSON lines. The value is taken. */
void cmd_json_line(json_t *value);

/* Bytes from anywhere as a JSON string; NULL as null. */
json_t *cmd_text(const char *text);
/* A time as RFC 3339; 0 as null. */
json_t *cmd_stamp(int64_t time);
/* An object of pairs of name and text, NULL-terminated. */
json_t *cmd_object(const char *name, ...) __attribute__((sentinel));
/* A list that ends with NULL (NULL: an empty one), as an array, */
json_t *cmd_texts(const char *const *list);
/* and as one text with what comes before it, "" for an empty one: "by hand, contoso". */
const char *cmd_joined(TALLOC_CTX *ctx, const char *before, const char *const *list);
/* Class, code, text and hint; the error stays the caller's. */
json_t *cmd_error(const struct err *err);

/* Lines of aligned columns; nothing with --json. Cells are escaped when they are added;
 * NULL is an empty one. */
struct grid;

struct grid *grid_new(struct cmd *cmd, int columns);
void grid_row(struct grid *grid, ...); /* one const char * for each column */
void grid_print(const struct grid *grid, const char *indent);

/* What a list command shows: lines of columns as text, an array with --json. One that is
 * given up, for an error, is just not ended. */
struct listing {
	struct cmd *cmd;
	struct grid *grid;
	json_t *array;
	size_t n; /* added so far */
};

struct listing *listing_new(struct cmd *cmd, int columns);
/* The element is taken; a const char * for each column follows, as in grid_row(). */
void listing_add(struct listing *list, json_t *element, ...);
/* Print it. The document has pairs of name and text, NULL-terminated, then the array. */
void listing_end(struct listing *list, const char *key, ...) __attribute__((sentinel));

/* "1 member", "2 members"; "1 person", "2 people". */
const char *cmd_count(TALLOC_CTX *ctx, int64_t n, const char *what);
/* "now", "5 minutes", "3 hours", "12 days". */
const char *cmd_age(TALLOC_CTX *ctx, int64_t seconds);

#endif
