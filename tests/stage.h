/* SPDX-License-Identifier: MIT */
/*
 * For tests of the whole program: a folder with a configuration, a store and the script
 * of a directory, in which the program's own commands run one after the other in this
 * process, at a time that stands still. Whoever uses it starts main() with
 *
 *   if (stage_is_connector(argc, argv))
 *           return stage_connector();
 *
 * because a run starts this very program again as its connector.
 *
 * What a command prints is kept as it can be compared anywhere: without the folder, the
 * operating-system user, digests of plans, times and megabytes.
 */
#ifndef DIRBRIDGE_TESTS_STAGE_H
#define DIRBRIDGE_TESTS_STAGE_H

#include "bridge/base/str.h"
#include "tests/test.h"

enum { STAGE_NAMES_MAX = 8 };

struct stage {
	char *folder;     /* the current directory as long as the stage is there */
	char *before;     /* the one to go back to */
	const char *user; /* of the operating system */
	struct str *log;  /* everything that was played, and what it printed */
	char *last, *last_but_one; /* what was shown last, or NULL */
	const char *names[STAGE_NAMES_MAX], *values[STAGE_NAMES_MAX]; /* stage_name() */
	/* What else a line may say; false when it is none of these either. The block is
	 * the lines below it that begin with a tab, without that, and blank ones between
	 * them; NULL for none. */
	bool (*verb)(struct stage *stage, const char *verb, char *rest,
		     const char *block);
};

bool stage_is_connector(int argc, char **argv);
int stage_connector(void);

/* An empty folder, gone with ctx; or one with the files of another stage, which must not
 * be in use. */
struct stage *stage_new(TALLOC_CTX *ctx, const struct stage *like);

/* What differs from one machine to the next: {name} in a command and in what a file is
 * written of stands for this value, and where the value is printed it is shown as {name}.
 */
void stage_name(struct stage *stage, const char *name, const char *value);
/* The text with values for names; and one text in place of another. */
char *stage_values(TALLOC_CTX *ctx, const struct stage *stage, const char *text);
char *stage_replace(TALLOC_CTX *ctx, const char *text, const char *from, const char *to);

void stage_write(const struct stage *stage, const char *name, const char *text);
/* The whole file as a string of ctx; fails the test when there is none. */
char *stage_read(TALLOC_CTX *ctx, const char *path);

/* Run a command ("plan contoso"; words in double quotes are one). Returns its exit code;
 * what it printed goes to out, first standard output, then standard error. */
int stage_command(struct stage *stage, const char *line, struct str *out);

/* The same with words as they are, NULL at the end; what it printed is added to out and
 * errors byte for byte. */
int stage_words(struct stage *stage, const char *const *words, struct str *out,
		struct str *errors);

/* Put the store aside, and take it back as it was then. */
void stage_keep(const struct stage *stage);
void stage_back(const struct stage *stage);

/* Carry out one statement; rows come as lines of columns, if any. */
void stage_sql(const struct stage *stage, const char *sql, struct str *out);
/* Every row of every table, in order, but for what is random. */
char *stage_dump(TALLOC_CTX *ctx, const struct stage *stage);
/* The token of an address's pending invitation. */
char *stage_token(TALLOC_CTX *ctx, const struct stage *stage, const char *email);

/*
 * Play a text of lines into stage->log:
 *
 *   # ...                    kept in the log
 *   clock 2026-11-24 09:00   it is this time from here on
 *   source [FILE]            what the directory shows, in the lines below that begin with
 *                            a tab; into source.script unless FILE is given
 *   config                   the configuration, in such lines
 *   $ plan contoso           a command
 *   quietly apply contoso    a command, logged only when it fails
 *   accept EMAIL [OTHER]     its pending invitation, with another address of the account
 *   decline EMAIL
 *   sql STATEMENT            what no command does
 *   given                    show what the sources remember
 *   keep, back               put the store aside; take it back
 *   same                     fail unless the last two that showed anything showed the
 * same
 *
 * A source's lines are those of the scripted connector (connectors/script.c), and three
 * short forms, of which names are also anchors:
 *
 *   person ada [NAME=VALUE ...]         cn=ada,ou=people; mail ada@contoso.example. "dn",
 *                                       "mail" and "cn" replace, "disabled" says so
 *   people p 20                         person p1 to person p20
 *   group ops Operators [MEMBER ...]    cn=Operators,ou=groups. A member is a person's
 *                                       name, p*20 for twenty of them, a group's name
 *                                       with a plus in front, or owner:NAME
 */
void stage_play(struct stage *stage, const char *text);

#endif
