/* SPDX-License-Identifier: MIT */
/*
 * A proxy on the loopback interface that injects one fault into what a server sends.
 * Each connection is served in turn, in a child process that ends with the test.
 */
#ifndef DIRBRIDGE_TESTS_FAULTPROXY_H
#define DIRBRIDGE_TESTS_FAULTPROXY_H

#include "bridge/base/mem.h"

enum fault {
	FAULT_CUT,     /* close the connection */
	FAULT_RESET,   /* reset it */
	FAULT_STALL,   /* send nothing more, and stay */
	FAULT_TRICKLE, /* send one byte a quarter of a second */
};

struct faultproxy {
	int pid;
	int port; /* where it listens */
};

/* Pass this many bytes of the server at target (a port) on, then do it. With 0 the
 * client gets a connection and never an answer. */
struct faultproxy *faultproxy_start(TALLOC_CTX *ctx, int target, enum fault fault,
				    size_t after);

/* A port that nobody listens on. */
int unused_port(void);

#endif
