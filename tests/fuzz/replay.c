/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"
#include <dirent.h>

#define FILE_MAX (1u << 20)

static size_t load(const char *path, uint8_t *bytes)
{
	FILE *file = fopen(path, "re");
	size_t len;

	if (file == NULL) {
		perror(path);
		exit(1);
	}
	len = fread(bytes, 1, FILE_MAX, file);
	fclose(file);
	return len;
}

/* A copy of its own for each, so that a read past its end is seen. */
static void feed(TALLOC_CTX *ctx, const uint8_t *bytes, size_t len)
{
	uint8_t *exact = mem_dup(ctx, bytes, len);
	size_t before = talloc_total_blocks(NULL);

	MUST(LLVMFuzzerTestOneInput(exact, len) == 0);
	MUST(talloc_total_blocks(NULL) == before);
	mem_free(exact);
}

int main(int argc, char **argv)
{
	const char *corpus = argc > 1 ? argv[1] : CORPORA "/" CORPUS;
	DIR *directory = opendir(corpus);
	struct dirent *file;
	TALLOC_CTX *ctx;
	uint8_t *bytes;
	int n = 0;

	talloc_enable_null_tracking();
	ctx = mem_ctx(NULL);
	bytes = mem_array(ctx, uint8_t, FILE_MAX);
	if (directory == NULL) {
		perror(corpus);
		return 1;
	}
	while ((file = readdir(directory)) != NULL) {
		char *path = mem_printf(ctx, "%s/%s", corpus, file->d_name);

		if (file->d_name[0] == '.')
			continue;
		printf("%s\n", path);
		fflush(stdout);
		feed(ctx, bytes, load(path, bytes));
		n++;
	}
	closedir(directory);
	mem_free(ctx);
	talloc_disable_null_tracking();
	return n > 0 ? 0 : 1;
}
