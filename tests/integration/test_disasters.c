/* SPDX-License-Identifier: MIT */
#include "tests/cases.h"
#include "tests/integration/faultproxy.h"
#include "tests/integration/slapd.h"
#include <unistd.h>

#define CASES TOP_SRCDIR "/tests/integration/disasters"

static struct slapd *slapd, *second;
static struct faultproxy *proxy;
static char *remembered;

static void start_proxy(struct stage *s, char *rest)
{
	static const char *const faults[] = { "cut", "reset", "stall" };
	size_t i = 0;
	char url[64];

	while (i < ARRAY_LEN(faults) && strncmp(rest, faults[i], strlen(faults[i])) != 0)
		i++;
	assert_true(i < ARRAY_LEN(faults));
	mem_free(proxy);
	proxy = faultproxy_start(s, slapd_port(slapd->ldap), (enum fault)i,
				 strtoul(rest + strlen(faults[i]), NULL, 10));
	snprintf(url, sizeof(url), "ldap://127.0.0.1:%d", proxy->port);
	stage_name(s, "proxy", url);
}

/* OLD => NEW */
static void edit(struct stage *s, char *rest)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	char *arrow = strstr(rest, " => "), *text = stage_read(ctx, "dirbridge.yaml");
	char *old;

	assert_non_null(arrow);
	*arrow = '\0';
	old = stage_values(ctx, s, rest);
	assert_non_null(strstr(text, old));
	text = stage_replace(ctx, text, old,
			     stage_values(ctx, s, arrow + strlen(" => ")));
	stage_write(s, "dirbridge.yaml", text);
}

/* All of the export but when it was made, and what was seen of whom. */
static char *console(struct stage *s)
{
	static const char *const words[] = { "export", "northwind", NULL };
	struct str *out = str_new(NULL);
	char *text, *from, *to;

	assert_int_equal(stage_words(s, words, out, out), 0);
	text = str_take(s, out);
	from = strstr(text, "\n\"evidence\":");
	to = strstr(text, "\n\"chains\":");
	assert_true(from != NULL && to != NULL && from < to);
	memmove(from, to, strlen(to) + 1);
	from = strchr(text, '\n');
	memmove(text, from, strlen(from) + 1);
	return text;
}

static void compare(struct stage *s)
{
	char *now = console(s);

	assert_non_null(remembered);
	if (strcmp(now, remembered) == 0)
		return;
	stage_write(s, "before", remembered);
	stage_write(s, "after", now);
	fail_msg("the console has changed (%d)", system("diff -u before after >&2"));
}

static void remember(struct stage *s)
{
	remembered = console(s);
}

static bool verb(struct stage *s, const char *verb, char *rest, const char *block)
{
	if (strcmp(verb, "change") == 0 && block != NULL)
		slapd_modify(slapd, block);
	else if (strcmp(verb, "slapd") == 0 && block != NULL)
		slapd_configure(slapd, block);
	else if (strcmp(verb, "kill") == 0)
		slapd_kill(slapd);
	else if (strcmp(verb, "start") == 0)
		slapd_again(slapd);
	else if (strcmp(verb, "proxy") == 0)
		start_proxy(s, rest);
	else if (strcmp(verb, "edit") == 0)
		edit(s, rest);
	else if (strcmp(verb, "password") == 0)
		setenv("DISASTER_PASSWORD", rest, 1);
	else if (strcmp(verb, "remember") == 0)
		remember(s);
	else if (strcmp(verb, "unchanged") == 0)
		compare(s);
	else
		return false;
	return true;
}

/* The same directory made anew: all its anchors begin with another digit. */
static struct slapd *start_second(void)
{
	AUTO_MEM char *first = stage_read(NULL, CASES "/company.ldif");
	AUTO_MEM char *ldif = stage_replace(NULL, first, "entryUUID: 0", "entryUUID: 9");

	return slapd_start(NULL, NULL, ldif);
}

static void begin(struct stage *s)
{
	slapd_back(slapd);
	stage_name(s, "server", slapd->ldaps);
	stage_name(s, "ca", slapd->ca);
	stage_name(s, "second", second->ldaps);
	stage_name(s, "second_ca", second->ca);
	setenv("DISASTER_PASSWORD", "bridgepw", 1);
	s->verb = verb;
	remembered = NULL;
	proxy = NULL;
}

/* Whatever ends this program ends its servers. */
static void end_servers(void)
{
	mem_free(second);
	mem_free(slapd);
}

int main(int argc, char **argv)
{
	if (stage_is_connector(argc, argv))
		return stage_connector();
	slapd_required();
	atexit(end_servers);
	setenv("OVERLAYS", "ppolicy", 1);
	slapd = slapd_start_file(NULL, NULL, CASES "/company.ldif");
	slapd_keep(slapd);
	second = start_second();
	return cases_main(CASES, begin, argc, argv);
}
