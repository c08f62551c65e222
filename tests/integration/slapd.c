/* SPDX-License-Identifier: MIT */
#include "tests/integration/slapd.h"
#include "bridge/base/str.h"
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCRIPT TOP_SRCDIR "/contrib/slapd"

/* The exit code of a shell command; what it says goes where ours goes. */
static int run(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void must_run(const char *command)
{
	if (run(command) == 0)
		return;
	fprintf(stderr, "failed: %s\n", command);
	exit(1);
}

bool slapd_available(void)
{
	int code = run(SCRIPT " check");

	if (code != 0 && code != 77)
		exit(1);
	return code == 0;
}

void slapd_required(void)
{
	if (!slapd_available())
		exit(77);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
		perror(path);
		exit(1);
	}
}

static int end_slapd(struct slapd *slapd)
{
	slapd_kill(slapd);
	must_run(mem_printf(slapd, "rm -rf '%s'", slapd->dir));
	return 0;
}

/* The value of a line NAME=value of DIR/env. */
static const char *setting(const struct slapd *slapd, const char *name)
{
	char line[4096];
	const char *value = NULL;
	FILE *file = fopen(mem_printf(slapd->dir, "%s/env", slapd->dir), "r");
	size_t len = strlen(name);

	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		if (strncmp(line, name, len) == 0 && line[len] == '=')
			value = mem_strndup(slapd->dir, line + len + 1,
					    strcspn(line + len + 1, "\n"));
	if (file != NULL)
		fclose(file);
	if (value == NULL) {
		fprintf(stderr, "slapd: no %s\n", name);
		exit(1);
	}
	return value;
}

static char *make_directory(TALLOC_CTX *ctx)
{
	const char *folder = getenv("TMPDIR");
	char *path = mem_printf(ctx, "%s/slapd-XXXXXX", folder ? folder : "/tmp");

	if (mkdtemp(path) == NULL) {
		perror(path);
		exit(1);
	}
	return path;
}

static struct slapd *new_slapd(TALLOC_CTX *ctx)
{
	struct slapd *slapd = mem_new(ctx, struct slapd);

	slapd->dir = make_directory(slapd);
	talloc_set_destructor(slapd, end_slapd);
	return slapd;
}

static struct slapd *launch(struct slapd *slapd, const char *suffix, const char *path)
{
	char *command =
		mem_printf(slapd, "SUFFIX=%s " SCRIPT " start '%s' '%s' >/dev/null",
			   suffix != NULL ? suffix : SLAPD_SUFFIX, slapd->dir, path);

	if (run(command) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		mem_free(slapd);
		exit(1);
	}
	slapd->ldap = setting(slapd, "LDAP_URL");
	slapd->ldaps = setting(slapd, "LDAPS_URL");
	slapd->ldapi = setting(slapd, "LDAPI_URL");
	slapd->ca = setting(slapd, "CA");
	slapd->client_cert = setting(slapd, "CLIENT_CERT");
	slapd->client_key = setting(slapd, "CLIENT_KEY");
	slapd->other_ca = mem_printf(slapd, "%s/tls/otherca.pem", slapd->dir);
	return slapd;
}

struct slapd *slapd_start(TALLOC_CTX *ctx, const char *suffix, const char *ldif)
{
	struct slapd *slapd = new_slapd(ctx);
	char *path = mem_printf(slapd, "%s/given.ldif", slapd->dir);

	write_file(path, ldif);
	return launch(slapd, suffix, path);
}

struct slapd *slapd_start_file(TALLOC_CTX *ctx, const char *suffix, const char *path)
{
	return launch(new_slapd(ctx), suffix, path);
}

static void modify(const struct slapd *slapd, const char *options, const char *ldif)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	char *path = mem_printf(tmp, "%s/change.ldif", slapd->dir);

	write_file(path, ldif);
	must_run(mem_printf(tmp, "LDAPNOINIT=1 ldapmodify -H '%s' %s -f '%s' >/dev/null",
			    slapd->ldapi, options, path));
}

void slapd_certificate(const struct slapd *slapd, const char *name)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);

	slapd_configure(slapd, mem_printf(tmp,
					  "dn: cn=config\n"
					  "changetype: modify\n"
					  "replace: olcTLSCertificateFile\n"
					  "olcTLSCertificateFile: %s/tls/%s.pem\n"
					  "-\n"
					  "replace: olcTLSCertificateKeyFile\n"
					  "olcTLSCertificateKeyFile: %s/tls/%s.key\n",
					  slapd->dir, name, slapd->dir, name));
}

void slapd_modify(const struct slapd *slapd, const char *ldif)
{
	modify(slapd, "-x -D " SLAPD_ADMIN " -w adminpw -e relax", ldif);
}

void slapd_configure(const struct slapd *slapd, const char *ldif)
{
	modify(slapd, "-Q -Y EXTERNAL", ldif);
}

void slapd_kill(const struct slapd *slapd)
{
	must_run(mem_printf(
		slapd->dir,
		"cd '%s' && { [ ! -f pid ] || kill -9 $(cat pid); rm -f pid; }",
		slapd->dir));
}

void slapd_again(const struct slapd *slapd)
{
	must_run(mem_printf(slapd->dir, SCRIPT " start '%s' >/dev/null", slapd->dir));
}

void slapd_keep(const struct slapd *slapd)
{
	slapd_kill(slapd);
	must_run(mem_printf(slapd->dir, "cd '%s' && mkdir kept && cp -a conf db kept",
			    slapd->dir));
}

void slapd_back(const struct slapd *slapd)
{
	slapd_kill(slapd);
	must_run(mem_printf(slapd->dir, "cd '%s' && rm -rf conf db && cp -a kept/* .",
			    slapd->dir));
	slapd_again(slapd);
}

int slapd_port(const char *url)
{
	return (int)strtol(strrchr(url, ':') + 1, NULL, 10);
}
