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
 * The first four are allowed in the main file only. A tenant's file says secret:NAME;
 * NAME holds no slash. config_load() keeps it as secret:FOLDER/secrets/NAME, with that
 * tenant's own folder, an absolute path; nobody may write that form. What lies there may
 * be a link to somebody else's secret, so none is followed. Only the process that needs a
 * secret resolves it.
 */
#ifndef DIRBRIDGE_CONFIG_SECRET_H
#define DIRBRIDGE_CONFIG_SECRET_H

#include "bridge/base/digest.h"
#include "bridge/base/err.h"

/* True when text has the form of a reference; *why says what is wrong otherwise. */
bool secret_is_reference(const char *text, const char **why);

/* True when a reference has the form that is kept; *why then says what to write. */
bool secret_is_kept(const char *reference, const char **why);

/* A tenant's secret:NAME as it is kept; folder is that of the tenant's file. */
char *secret_keep(TALLOC_CTX *ctx, const char *folder, const char *reference);

/* The variable that an env: reference names, or NULL: borrowed from the text. */
const char *secret_variable(const char *reference);

/*
 * Fetch it. ERR_CONFIG when it is not there, is empty, is over 64 KiB, or is a file
 * that others can write; the text names the reference, never the secret. A command is
 * ended after 30 seconds.
 */
MUST_CHECK struct err *secret_resolve(TALLOC_CTX *ctx, const char *reference,
				      struct secret **out);

#endif
