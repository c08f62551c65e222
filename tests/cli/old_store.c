/* SPDX-License-Identifier: MIT */
/* usage: old_store FILE USER: a store as version 1 of the schema had it. */
#include "tests/unit/store/old.h"
#include <stdio.h>

int main(int argc, char **argv)
{
	if (argc != 3) {
		fputs("usage: old_store FILE USER\n", stderr);
		return 64;
	}
	old_store(argv[1], argv[2]);
	return 0;
}
