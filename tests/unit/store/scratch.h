/* SPDX-License-Identifier: MIT */
/*
 * A directory for a store, gone with its context together with what is in it. Used by
 * the tests of the rooms that write one.
 */
#ifndef DIRBRIDGE_TESTS_UNIT_STORE_SCRATCH_H
#define DIRBRIDGE_TESTS_UNIT_STORE_SCRATCH_H

#include "tests/test.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Its path, and nothing else: what lies in it is found when it goes. A store leaves files
 * beside its own (-wal, -shm), which a list of names would miss.
 */
struct scratch {
	char *path;
};

/* Files only: tests make no folders in it. Rights that a test took away come back. */
static inline int scratch_remove(struct scratch *s)
{
	DIR *dir;

	chmod(s->path, 0700);
	dir = opendir(s->path);
	for (struct dirent *e; dir && (e = readdir(dir)) != NULL;)
		unlinkat(dirfd(dir), e->d_name, 0);
	if (dir)
		closedir(dir);
	return rmdir(s->path);
}

/* A new one; the path stays good as long as ctx does. */
static inline const char *scratch_new(TALLOC_CTX *ctx)
{
	struct scratch *s = mem_new(ctx, struct scratch);

	s->path = mem_strdup(s, "/tmp/dirbridge-test.XXXXXX");
	assert_non_null(mkdtemp(s->path));
	talloc_set_destructor(s, scratch_remove);
	return s->path;
}

#endif
