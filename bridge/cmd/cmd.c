/* SPDX-License-Identifier: MIT */
#include "bridge/cmd/cmd.h"
#include "bridge/base/clock.h"
#include "bridge/base/str.h"
#include "bridge/cmd/cmd_p.h"
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPTIONS_MAX = 32, LONG = 256 };

/* ---- help ---- */

static const char options_help[] =
	"\noptions of every command:\n"
	"  -c, --config FILE  the configuration (" CONFIG_PATH ")\n"
	"      --store URL    the store, in place of the configuration's\n"
	"      --as NAME      act as this one of your principals\n"
	"      --json         one JSON document on standard output\n"
	"  -v, --verbose      say more\n"
	"      --no-color     no colour, even on a terminal\n"
	"  -h, --help         this, or the usage of a command\n"
	"      --version      the version\n"
	"\nEverything else is in dirbridge(8).\n";

/* Rows whose name begins with these words; all of them for "". */
static int print_rows(FILE *to, const struct command *commands, const char *words)
{
	size_t len = strlen(words);
	int n = 0;

	for (const struct command *c = commands; c->name != NULL; c++) {
		if (c->args == NULL || strncmp(c->name, words, len) != 0 ||
		    (len > 0 && c->name[len] != ' ' && c->name[len] != '\0'))
			continue;
		fprintf(to, "  %s%s%s\n      %s\n", c->name, c->args[0] ? " " : "",
			c->args, c->help);
		n++;
	}
	return n;
}

static NORETURN void print_help(const struct cmd *cmd, const struct command *commands)
{
	if (cmd->command != NULL && cmd->command->args != NULL) {
		printf("usage: dirbridge %s [option ...] %s\n\n%s\n", cmd->command->name,
		       cmd->command->args, cmd->command->help);
	} else {
		printf("usage: dirbridge [option ...] command ...\n\n");
		print_rows(stdout, commands, "");
	}
	fputs(options_help, stdout);
	exit(fflush(stdout) == 0 ? 0 : 1);
}

static struct err *with_usage(const struct cmd *cmd, struct err *err)
{
	if (cmd->command == NULL)
		return err_hint(err, "See: dirbridge --help");
	return err_hint(err, "Usage: dirbridge %s %s", cmd->command->name,
			cmd->command->args ? cmd->command->args : "");
}

/* ---- options ---- */

/* All options of a call: the global ones, then the command's. */
struct options {
	struct cmd_option all[OPTIONS_MAX];
	int n;
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
};

static void add_options(struct options *o, const struct cmd_option *more)
{
	for (; more->name != NULL && o->n < OPTIONS_MAX; more++)
		o->all[o->n++] = *more;
}

static void add_globals(struct options *o, struct cmd *cmd)
{
	const struct cmd_option globals[] = {
		{ "config", 'c', CMD_TEXT, &cmd->config_path },
		{ "store", 0, CMD_TEXT, &cmd->store },
		{ "as", 0, CMD_TEXT, &cmd->as },
		{ "json", 0, CMD_FLAG, &cmd->json },
		{ "verbose", 'v', CMD_FLAG, &cmd->verbose },
		{ "no-color", 0, CMD_FLAG, &cmd->private->no_color },
		{ "help", 'h', CMD_FLAG, &cmd->private->help },
		{ "version", 0, CMD_FLAG, &cmd->private->version },
		{ NULL, 0, CMD_FLAG, NULL },
	};

	add_options(o, globals);
}

/* The forms that getopt wants. */
static void prepare(struct options *o, bool stop_at_operand)
{
	char *at = o->shorts;

	if (stop_at_operand)
		*at++ = '+';
	*at++ = ':';
	for (int i = 0; i < o->n; i++) {
		bool takes = o->all[i].kind != CMD_FLAG;

		o->longs[i] = (struct option){ o->all[i].name, takes, NULL, LONG + i };
		if (o->all[i].letter == 0)
			continue;
		*at++ = o->all[i].letter;
		if (takes)
			*at++ = ':';
	}
	*at = '\0';
}

static void set_option(struct cmd *cmd, const struct cmd_option *option)
{
	const char ***texts = option->value;
	size_t n = 0;

	switch (option->kind) {
	case CMD_FLAG:
		*(bool *)option->value = true;
		return;
	case CMD_TEXT:
		*(const char **)option->value = optarg;
		return;
	case CMD_TEXTS:
		while (*texts != NULL && (*texts)[n] != NULL)
			n++;
		*texts = talloc_realloc(cmd, *texts, const char *, (unsigned)n + 2);
		(*texts)[n] = optarg;
		(*texts)[n + 1] = NULL;
	}
}

static struct err *bad_option(const struct options *o, int c, const char *word)
{
	if (c == ':')
		return err_new(ERR_USAGE, "option \"%s\" needs a value", word);
	if (optopt >= LONG)
		return err_new(ERR_USAGE, "option \"--%s\" takes no value",
			       o->all[optopt - LONG].name);
	if (optopt != 0)
		return err_new(ERR_USAGE, "unknown option \"-%c\"", optopt);
	return err_new(ERR_USAGE, "unknown option \"%s\"", word);
}

/* Read options; optind is then the first operand. */
static struct err *read_options(struct cmd *cmd, struct options *o, int argc, char **argv,
				bool stop_at_operand)
{
	int c;

	prepare(o, stop_at_operand);
	optind = 0; /* start over, as glibc and musl understand it */
	opterr = 0;
	while ((c = getopt_long(argc, argv, o->shorts, o->longs, NULL)) != -1) {
		int i = c - LONG;

		if (c == ':' || c == '?')
			return bad_option(o, c, argv[optind - 1]);
		for (int j = 0; c < LONG && j < o->n; j++)
			if (o->all[j].letter == c)
				i = j;
		set_option(cmd, &o->all[i]);
	}
	return NULL;
}

static void settle(struct cmd *cmd)
{
	const char *no_color = getenv("NO_COLOR");

	cmd->color = isatty(STDOUT_FILENO) && !cmd->json && !cmd->private->no_color &&
		     (no_color == NULL || no_color[0] == '\0');
	cmd->progress = isatty(STDERR_FILENO) && !cmd->json;
}

struct err *cmd_parse(struct cmd *cmd, const struct cmd_option *options, int min, int max)
{
	struct options o = { .n = 0 };
	struct err *err;

	add_globals(&o, cmd);
	if (options != NULL)
		add_options(&o, options);
	err = read_options(cmd, &o, cmd->private->argc, cmd->private->argv, false);
	if (cmd->private->help)
		print_help(cmd, NULL);
	if (err)
		return with_usage(cmd, err);
	settle(cmd);
	cmd->args = cmd->private->argv + optind;
	cmd->n_args = cmd->private->argc - optind;
	if (cmd->n_args < min)
		return with_usage(cmd, err_new(ERR_USAGE, "something is missing"));
	if (cmd->n_args > max)
		return with_usage(
			cmd, err_new(ERR_USAGE, "\"%s\" is too much", cmd->args[max]));
	return NULL;
}

/* ---- finding the command ---- */

/* How many words of argv name this command: 0, 1 or 2. */
static int words_of(const struct command *c, int argc, char **argv)
{
	size_t len = strcspn(c->name, " ");

	if (strncmp(c->name, argv[0], len) != 0 || argv[0][len] != '\0')
		return 0;
	if (c->name[len] == '\0')
		return 1;
	return argc > 1 && strcmp(c->name + len + 1, argv[1]) == 0 ? 2 : 0;
}

static struct err *no_such_command(struct cmd *cmd, const struct command *commands,
				   int argc, char **argv)
{
	const char **names = mem_array(cmd, const char *, 1);
	const char *typed = argc > 1 ? mem_printf(cmd, "%s %s", argv[0], argv[1]) : "";
	size_t n = 0, capacity = 0;
	const char *nearest;

	names = NULL;
	for (const struct command *c = commands; c->name != NULL; c++) {
		mem_grow(cmd, names, n + 2, &capacity);
		if (c->args != NULL)
			names[n++] = c->name;
		names[n] = NULL;
	}
	nearest = str_nearest(typed, names);
	if (nearest == NULL && argc > 1 && print_rows(stderr, commands, argv[0]) > 0)
		return err_new(ERR_USAGE, "there is no command \"%s\"", typed);
	if (nearest == NULL)
		nearest = str_nearest(argv[0], names);
	if (nearest != NULL)
		return err_hint(err_new(ERR_USAGE, "there is no command \"%s\"",
					argc > 1 ? typed : argv[0]),
				"Did you mean: dirbridge %s", nearest);
	return with_usage(cmd, err_new(ERR_USAGE, "there is no command \"%s\"", argv[0]));
}

static struct err *find_command(struct cmd *cmd, const struct command *commands, int argc,
				char **argv)
{
	for (const struct command *c = commands; c->name != NULL; c++) {
		int words = words_of(c, argc, argv);

		if (words == 0)
			continue;
		cmd->command = c;
		cmd->private->argc = argc - words + 1;
		cmd->private->argv = argv + words - 1;
		return NULL;
	}
	if ((argc == 1 || argv[1][0] == '-') && print_rows(stderr, commands, argv[0]) > 0)
		return err_new(ERR_USAGE, "\"%s\" needs a second word", argv[0]);
	return no_such_command(cmd, commands, argc, argv);
}

static struct err *start(struct cmd *cmd, const struct command *commands, int argc,
			 char **argv)
{
	struct options o = { .n = 0 };
	struct err *err;

	add_globals(&o, cmd);
	err = read_options(cmd, &o, argc, argv, true);
	if (err)
		return with_usage(cmd, err);
	settle(cmd);
	if (cmd->private->version) {
		printf("dirbridge %s\n", DIRBRIDGE_VERSION);
		exit(fflush(stdout) == 0 ? 0 : 1);
	}
	if (cmd->private->help)
		print_help(cmd, commands);
	if (optind == argc)
		return with_usage(cmd, err_new(ERR_USAGE, "no command is given"));
	return find_command(cmd, commands, argc - optind, argv + optind);
}

/* ---- the frame ---- */

static const char *who_called(TALLOC_CTX *ctx)
{
	const struct passwd *user = getpwuid(getuid());

	return user ? mem_strdup(ctx, user->pw_name)
		    : mem_printf(ctx, "%lu", (unsigned long)getuid());
}

static struct cmd *cmd_new(int argc, char **argv)
{
	struct cmd *cmd = mem_new(NULL, struct cmd);
	const char *config = getenv("DIRBRIDGE_CONFIG");

	cmd->private = mem_new(cmd, struct cmd_private);
	cmd->config_path = config && config[0] ? config : CONFIG_PATH;
	cmd->os_user = who_called(cmd);
	cmd->now = clock_now();
	/* An error before --json was read is JSON as well. */
	for (int i = 1; i < argc; i++)
		cmd->json |= strcmp(argv[i], "--json") == 0;
	return cmd;
}

int cmd_main(const struct command *commands, int argc, char **argv)
{
	struct cmd *cmd = cmd_new(argc, argv);
	struct err *err;
	int status;

	digest_init();
	err = start(cmd, commands, argc, argv);
	if (err == NULL)
		err = cmd->command->run(cmd);
	if (err == NULL && (fflush(stdout) != 0 || ferror(stdout)))
		err = err_new(ERR_LATER, "cannot write to standard output");
	status = err ? cmd_report(cmd, err) : cmd->status;
	mem_free(cmd);
	return status;
}
