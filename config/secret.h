/* SPDX-License-Identifier: MIT */
/*
 * A secret is written in the configuration as a reference:
 *
 *   env:NAME           the environment of the process
 *   file:PATH          the first line of a file
 *   command:WORDS      the first line that a program prints (no shell)
 *   credential:NAME    a systemd credential ($CREDENTIALS_DIRECTORY/NAME)
 *   secret:NAME        the file NAME in the tenant's own folder of secrets
 *
 * The first four are allowed in the main file only. A tenant's file says secret:NAME,
 * which config_load() turns into file: of that tenant's own folder; NAME holds no
 * slash. Only the process that needs a secret resolves it.
 */
#ifndef DIRBRIDGE_CONFIG_SECRET_H
#define DIRBRIDGE_CONFIG_SECRET_H

#include "bridge/base/digest.h"
#include "bridge/base/err.h"

/* True when text has the form of a reference; *why says what is wrong otherwise. */
bool secret_is_reference(const char *text, const char **why);

/*
 * Fetch it. ERR_CONFIG when it is not there, is empty, is over 64 KiB, or is a file
 * that others can write; the text names the reference, never the secret. A command is
 * ended after 30 seconds.
 */
MUST_CHECK struct err *secret_resolve(TALLOC_CTX *ctx, const char *reference,
				      struct secret **out);

#endif
