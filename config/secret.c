/* SPDX-License-Identifier: MIT */
#include "config/secret.h"
#include "config/command_p.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_word(const char *name)
{
	return name[strspn(name, " ")] != '\0';
}

static bool is_variable(const char *name)
{
	static const char first[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";

	return *name != '\0' && strchr(first, *name) != NULL && strchr(name, '=') == NULL;
}

static bool is_file_name(const char *name)
{
	return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

/* A name as people write it, or a path as it is kept. */
static bool is_tenants(const char *text)
{
	return *text == '/' || is_file_name(text);
}

static struct err *from_env(TALLOC_CTX *ctx, const char *name, struct secret **out);
static struct err *from_file(TALLOC_CTX *ctx, const char *path, struct secret **out);
static struct err *from_command(TALLOC_CTX *ctx, const char *words, struct secret **out);
static struct err *from_credential(TALLOC_CTX *ctx, const char *name,
				   struct secret **out);
static struct err *from_tenant(TALLOC_CTX *ctx, const char *name, struct secret **out);

static const struct kind {
	const char *prefix;
	bool (*is_good)(const char *rest);
	const char *why; /* when the rest is not good */
	struct err *(*fetch)(TALLOC_CTX *ctx, const char *rest, struct secret **out);
} kinds[] = {
	{ "env:", is_variable, "must name an environment variable after env:", from_env },
	{ "file:", is_word, "must name a file after file:", from_file },
	{ "command:", is_word, "must name a program after command:", from_command },
	{ "credential:", is_file_name,
	  "must name a credential after credential:, without a slash", from_credential },
	{ "secret:", is_tenants, "must name a file after secret:, without a slash",
	  from_tenant },
};

static const struct kind *kind_of(const char *text, const char **rest)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len) == 0) {
			*rest = text + len;
			return &kinds[i];
		}
	}
	return NULL;
}

bool secret_is_reference(const char *text, const char **why)
{
	const char *rest;
	const struct kind *kind = kind_of(text, &rest);

	*why = NULL;
	if (kind == NULL)
		*why = "holds a secret itself, not a reference to one, such as "
		       "file:/etc/dirbridge/password";
	else if (!kind->is_good(rest))
		*why = kind->why;
	return *why == NULL;
}

bool secret_is_kept(const char *reference, const char **why)
{
	const char *rest;
	const struct kind *kind = kind_of(reference, &rest);
	bool kept = kind != NULL && kind->is_good == is_tenants && *rest == '/';

	if (kept)
		*why = kind->why;
	return kept;
}

char *secret_keep(TALLOC_CTX *ctx, const char *folder, const char *reference)
{
	return mem_printf(ctx, "secret:%s/secrets/%s", folder,
			  strchr(reference, ':') + 1);
}

const char *secret_variable(const char *reference)
{
	const char *rest;
	const struct kind *kind = kind_of(reference, &rest);

	return kind != NULL && kind->fetch == from_env ? rest : NULL;
}

/* The first line of bytes, as a secret. */
static struct err *first_line(TALLOC_CTX *ctx, const char *bytes, size_t len,
			      struct secret **out)
{
	const char *end = len > 0 ? memchr(bytes, '\n', len) : NULL;

	if (end != NULL)
		len = (size_t)(end - bytes);
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len == 0)
		return err_new(ERR_CONFIG, "it is empty");
	if (memchr(bytes, '\0', len) != NULL)
		return err_new(ERR_CONFIG, "it holds a NUL");
	*out = secret_new(ctx, bytes, len);
	return NULL;
}

/* Read to the end; one byte more than SECRET_MAX means too large. */
static struct err *read_whole(int fd, char *buffer, size_t *len)
{
	*len = 0;
	while (*len <= SECRET_MAX) {
		ssize_t n = read(fd, buffer + *len, SECRET_MAX + 1 - *len);

		if (n == 0)
			return NULL;
		if (n < 0 && errno != EINTR)
			return err_new(ERR_CONFIG, "%s", strerror(errno));
		if (n > 0)
			*len += (size_t)n;
	}
	return err_new(ERR_CONFIG, "it is larger than %d KiB", SECRET_MAX / 1024);
}

static struct err *check_mode(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_new(ERR_CONFIG, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_new(ERR_CONFIG, "it is no regular file");
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_hint(err_new(ERR_CONFIG,
					"others can write it (mode %03o), so it proves "
					"nothing",
					(unsigned)st.st_mode & 0777),
				"Take the right away: chmod go-w.");
	return NULL;
}

#define READ_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/* Closes fd. */
static struct err *from_open(TALLOC_CTX *ctx, int fd, struct secret **out)
{
	char buffer[SECRET_MAX + 1];
	size_t len = 0;
	struct err *err = check_mode(fd);

	if (err == NULL)
		err = read_whole(fd, buffer, &len);
	if (err == NULL)
		err = first_line(ctx, buffer, len, out);
	bytes_wipe(buffer, sizeof buffer);
	close(fd);
	return err;
}

static struct err *from_file(TALLOC_CTX *ctx, const char *path, struct secret **out)
{
	int fd = open(path, READ_FLAGS);

	if (fd < 0)
		return err_new(ERR_CONFIG, "%s", strerror(errno));
	return from_open(ctx, fd, out);
}

static struct err *from_env(TALLOC_CTX *ctx, const char *name, struct secret **out)
{
	const char *text = getenv(name);

	if (text == NULL)
		return err_new(ERR_CONFIG, "it is not set");
	if (strlen(text) > SECRET_MAX)
		return err_new(ERR_CONFIG, "it is larger than %d KiB", SECRET_MAX / 1024);
	return first_line(ctx, text, strlen(text), out);
}

static struct err *from_command(TALLOC_CTX *ctx, const char *words, struct secret **out)
{
	char buffer[SECRET_MAX + 1];
	size_t len = 0;
	struct err *err = command_output(words, buffer, &len);

	if (err == NULL)
		err = first_line(ctx, buffer, len, out);
	bytes_wipe(buffer, sizeof buffer);
	return err;
}

static struct err *from_credential(TALLOC_CTX *ctx, const char *name, struct secret **out)
{
	AUTO_MEM char *path = NULL;
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	if (folder == NULL)
		return err_new(ERR_CONFIG, "systemd has handed over no credentials "
					   "($CREDENTIALS_DIRECTORY is not set)");
	path = mem_printf(NULL, "%s/%s", folder, name);
	return from_file(ctx, path, out);
}

/* Neither the file nor its folder may be a link. */
static int open_tenants(const char *path)
{
	const char *slash = strrchr(path, '/');
	AUTO_MEM char *folder = mem_strndup(NULL, path, (size_t)(slash - path));
	int at = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int fd = at < 0 ? -1 : openat(at, slash + 1, READ_FLAGS | O_NOFOLLOW);
	int code = errno;

	if (at >= 0)
		close(at);
	errno = code;
	return fd;
}

static struct err *from_tenant(TALLOC_CTX *ctx, const char *path, struct secret **out)
{
	int fd;

	if (*path != '/')
		return err_new(ERR_CONFIG,
			       "secret: means something in an included file only");
	fd = open_tenants(path);
	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		return err_new(ERR_CONFIG,
			       "it, or the folder \"secrets\", is a symbolic link");
	if (fd < 0)
		return err_new(ERR_CONFIG, "%s", strerror(errno));
	return from_open(ctx, fd, out);
}

struct err *secret_resolve(TALLOC_CTX *ctx, const char *reference, struct secret **out)
{
	const char *why, *rest;
	struct err *err;

	if (!secret_is_reference(reference, &why))
		return err_new(ERR_CONFIG, "the setting %s", why);
	err = kind_of(reference, &rest)->fetch(ctx, rest, out);
	return err ? err_wrap(err, "secret \"%s\"", reference) : NULL;
}
