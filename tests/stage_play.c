/* SPDX-License-Identifier: MIT */
#include "tests/stage.h"

/* A text that is taken apart line by line and word by word. */
struct lines {
	char *at;
};

static char *next_line(struct lines *l)
{
	char *line = l->at, *end;

	if (*line == '\0')
		return NULL;
	end = line + strcspn(line, "\n");
	l->at = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

/* The first word is cut off; the rest begins behind the blanks. */
static char *cut_word(char **text)
{
	char *word = *text, *end = word + strcspn(word, " ");

	*text = end + strspn(end, " ");
	*end = '\0';
	return word;
}

/* ---- what a directory shows ---- */

#define PEOPLE "ou=people,dc=contoso,dc=example"
#define GROUPS "ou=groups,dc=contoso,dc=example"

static void add_person(struct str *out, char *rest)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const char *anchor = cut_word(&rest), *cn = anchor;
	const char *dn = mem_printf(ctx, "cn=%s," PEOPLE, anchor);
	const char *mail = mem_printf(ctx, "%s@contoso.example", anchor);
	struct str *more = str_new(ctx);

	while (*rest != '\0') {
		char *name = cut_word(&rest), *value = strchr(name, '=');

		if (value != NULL)
			*value++ = '\0';
		if (strcmp(name, "dn") == 0)
			dn = value;
		else if (strcmp(name, "mail") == 0)
			mail = value;
		else if (strcmp(name, "cn") == 0)
			cn = value;
		else if (strcmp(name, "disabled") == 0)
			str_add(more, "  employeeType: disabled\n");
		else
			str_addf(more, "  %s: %s\n", name, value);
	}
	str_addf(out, "entry %s %s\n  objectClass: person\n  cn: %s\n", anchor, dn, cn);
	if (*mail != '\0')
		str_addf(out, "  mail: %s\n", mail);
	str_add(out, more->text);
}

/* "p 3": p1, p2, p3. */
static void add_people(struct str *out, char *rest)
{
	const char *name = cut_word(&rest);
	long n = strtol(rest, NULL, 10);

	for (long i = 1; i <= n; i++) {
		AUTO_MEM char *one = mem_printf(NULL, "%s%ld", name, i);

		add_person(out, one);
	}
}

static void add_member(struct str *out, const char *who)
{
	const char *star = strchr(who, '*');
	long n = star ? strtol(star + 1, NULL, 10) : 0;

	for (long i = 1; i <= n; i++)
		str_addf(out, "  member: cn=%.*s%ld," PEOPLE "\n", (int)(star - who), who,
			 i);
	if (star == NULL)
		str_addf(out, "  member: cn=%s," PEOPLE "\n", who);
}

static void add_group(struct str *out, char *rest)
{
	const char *anchor = cut_word(&rest), *name = cut_word(&rest);

	str_addf(out,
		 "entry %s cn=%s," GROUPS "\n  objectClass: groupOfNames\n  cn: %s\n",
		 anchor, name, name);
	while (*rest != '\0') {
		const char *who = cut_word(&rest);

		if (*who == '+')
			str_addf(out, "  member: cn=%s," GROUPS "\n", who + 1);
		else if (strncmp(who, "owner:", 6) == 0)
			str_addf(out, "  owner: cn=%s," PEOPLE "\n", who + 6);
		else
			add_member(out, who);
	}
}

static void add_source_line(struct str *out, char *line)
{
	if (strncmp(line, "person ", 7) == 0)
		add_person(out, line + 7);
	else if (strncmp(line, "people ", 7) == 0)
		add_people(out, line + 7);
	else if (strncmp(line, "group ", 6) == 0)
		add_group(out, line + 6);
	else
		str_addf(out, "%s\n", line);
}

static void add_plain_line(struct str *out, char *line)
{
	str_addf(out, "%s\n", line);
}

/* The lines below that begin with a tab. */
static void write_block(struct stage *s, struct lines *l, const char *name,
			void (*add)(struct str *, char *))
{
	AUTO_MEM struct str *out = str_new(NULL);

	while (*l->at == '\t')
		add(out, next_line(l) + 1);
	stage_write(s, name, out->text);
}

/* ---- one line ---- */

static void show(struct stage *s, const char *text)
{
	str_add(s->log, text);
	mem_free(s->last_but_one);
	s->last_but_one = s->last;
	s->last = mem_strdup(s, text);
}

static void play_command(struct stage *s, const char *text, bool quietly)
{
	AUTO_MEM char *line = stage_values(NULL, s, text);
	struct str *out = str_new(NULL);
	int status = stage_command(s, line, out);

	if (!quietly || status != 0) {
		str_addf(out, "exit %d\n\n", status);
		show(s, out->text);
	}
	mem_free(out);
}

static void play_answer(struct stage *s, const char *verb, char *rest)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	char *token = stage_token(ctx, s, cut_word(&rest));

	play_command(s,
		     mem_printf(ctx, "invite %s %s%s%s", verb, token,
				*rest ? " --email " : "", rest),
		     true);
}

static void play_sql(struct stage *s, const char *sql)
{
	AUTO_MEM struct str *out = str_new(NULL);

	stage_sql(s, sql, out);
	if (out->len > 0)
		show(s, out->text);
}

static void play_clock(char *text)
{
	int64_t now;

	assert_true(clock_parse(text, strlen(text), &now));
	clock_set(now);
}

static const char given[] =
	"SELECT '  ' || q.name, g.name, iif(v.role, 'owner', 'member'), v.anchor, "
	"v.state,"
	" iif(v.until > 0, datetime(v.until, 'unixepoch'), '-'), v.repeats, v.email_key"
	" FROM given v JOIN source q ON q.id = v.source_id"
	" JOIN security_group g ON g.id = v.group_id ORDER BY 1, 2, 3, 4";

static bool play_own(struct stage *s, struct lines *l, const char *verb, char *rest)
{
	AUTO_MEM struct str *block = str_new(NULL);

	if (s->verb == NULL)
		return false;
	while (*l->at == '\t' || (l->at[0] == '\n' && l->at[1] == '\t')) {
		const char *line = next_line(l);

		str_addf(block, "%s\n", *line ? line + 1 : line);
	}
	return s->verb(s, verb, rest, block->len > 0 ? block->text : NULL);
}

static void play_line(struct stage *s, struct lines *l, char *line)
{
	char *verb = cut_word(&line);

	if (strcmp(verb, "clock") == 0)
		play_clock(line);
	else if (strcmp(verb, "source") == 0)
		write_block(s, l, *line ? line : "source.script", add_source_line);
	else if (strcmp(verb, "config") == 0)
		write_block(s, l, "dirbridge.yaml", add_plain_line);
	else if (strcmp(verb, "$") == 0)
		play_command(s, line, false);
	else if (strcmp(verb, "quietly") == 0)
		play_command(s, line, true);
	else if (strcmp(verb, "accept") == 0 || strcmp(verb, "decline") == 0)
		play_answer(s, verb, line);
	else if (strcmp(verb, "sql") == 0)
		play_sql(s, line);
	else if (strcmp(verb, "given") == 0)
		play_sql(s, given);
	else if (strcmp(verb, "keep") == 0)
		stage_keep(s);
	else if (strcmp(verb, "back") == 0)
		stage_back(s);
	else if (strcmp(verb, "same") == 0)
		assert_string_equal(s->last, s->last_but_one);
	else if (*verb != '#' && *verb != '\0' && !play_own(s, l, verb, line))
		fail_msg("no such line: %s %s", verb, line);
}

void stage_play(struct stage *s, const char *text)
{
	AUTO_MEM char *copy = mem_strdup(NULL, text);
	struct lines l = { copy };
	char *line;

	while ((line = next_line(&l)) != NULL) {
		if (*line == '\0')
			continue;
		str_addf(s->log, "%s\n", line);
		play_line(s, &l, line);
	}
}
