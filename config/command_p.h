/* SPDX-License-Identifier: MIT */
/*
 * Run a program for what it prints, in bounded time and memory: no shell, words split
 * at spaces, nothing on its standard input, our standard error, a process group of its
 * own. Whatever is left of the group when the time is over is killed.
 */
#ifndef DIRBRIDGE_CONFIG_COMMAND_P_H
#define DIRBRIDGE_CONFIG_COMMAND_P_H

#include "bridge/base/err.h"
#include <stddef.h>
#include <stdint.h>

#define SECRET_MAX (64 * 1024)

/*
 * What it printed, up to SECRET_MAX bytes, into a buffer of one byte more. ERR_CONFIG
 * when it cannot be started, prints more, takes longer, or leaves with anything but 0.
 */
MUST_CHECK struct err *command_output(const char *words, char *buffer, size_t *len);

/* For tests: seconds that a command may take; 0 stands for the usual 30. */
void command_set_timeout(int64_t seconds);

#endif
