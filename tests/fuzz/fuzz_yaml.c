/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "config/yaml.h"
#include "tests/fuzz/fuzz.h"
#include <sys/mman.h>
#include <unistd.h>

static const struct setting settings[] = {
	{ "url", SETTING_TEXTS, SETTING_ADDRESS, NULL, "where", 0, 0, NULL },
	{ "base", SETTING_TEXTS, 0, NULL, "below what", 0, 0, NULL },
	{ "bind.dn", SETTING_DN, 0, NULL, "who", 0, 0, NULL },
	{ "bind.password", SETTING_SECRET, 0, NULL, "the secret", 0, 0, NULL },
	{ "tls.ca", SETTING_FILE, 0, NULL, "a file", 0, 0, NULL },
	{ "timeout", SETTING_DURATION, 0, "60s", "a time", 1, 3600, NULL },
	{ .name = NULL },
};

static const char *const names[] = { "ldap", NULL };

static const struct setting *connectors(const char *type)
{
	return type != NULL && strcmp(type, "ldap") == 0 ? settings : NULL;
}

static void check_tree(const uint8_t *bytes, size_t len)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	const struct yaml_file file = { .path = "f", .folder = "/" };
	struct problems *problems = problems_new(ctx);
	const struct node *root;
	bool whole;
	size_t n;

	root = yaml_parse(ctx, &file, (const char *)bytes, len, problems, &whole);
	MUST(whole || problems_count(problems) > 0);
	problems_lines(ctx, problems, &n);
	if (root != NULL && root->kind == NODE_MAP)
		MUST(node_merge(ctx, root, root)->n == root->n);
}

static void check_directory(TALLOC_CTX *ctx, const struct directory_config *directory)
{
	struct settings *again;
	char *json = settings_to_json(ctx, directory->settings);

	MUST(settings_from_json(ctx, settings, json, &again) == NULL);
	MUST(strcmp(settings_to_json(ctx, again), json) == 0);
}

static void check_source(TALLOC_CTX *ctx, const struct source_config *source)
{
	MUST(config_decides(ctx, source)[0] != '\0');
	MUST(source->n_directories > 0);
	for (size_t i = 0; i < source->n_directories; i++)
		check_directory(ctx, &source->directories[i]);
}

static void check_config(int fd)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	char *path = mem_printf(ctx, "/proc/self/fd/%d", fd);
	struct config *config;
	struct err *err = config_load(ctx, path, connectors, names, NULL, &config);

	for (size_t i = 0; err == NULL && i < config->n_sources; i++)
		check_source(ctx, &config->sources[i]);
	err_ignore(err);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	int fd;

	digest_init();
	check_tree(bytes, len);
	/* Patterns of include would wander through this machine's folders. */
	if (memmem(bytes, len, "include", strlen("include")) != NULL)
		return 0;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	MUST(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
	check_config(fd);
	close(fd);
	return 0;
}
