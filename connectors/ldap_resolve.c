/* SPDX-License-Identifier: MIT */
#include "connectors/ldap_p.h"
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/*
 * getaddrinfo() knows no limit, so it runs in a thread of its own. Whoever lets go of
 * this last, the thread or who waits for it, clears it away. No talloc here: it is not
 * made for two threads.
 */
struct resolving {
	atomic_int users;
	int done; /* can be read once code and all are there */
	char *host;
	char port[16];
	int code;
	struct addrinfo *all;
};

static void let_go(struct resolving *r)
{
	if (atomic_fetch_sub(&r->users, 1) > 1)
		return;
	if (r->all != NULL)
		freeaddrinfo(r->all);
	if (r->done >= 0)
		close(r->done);
	free(r->host);
	free(r);
}

static void *resolve(void *data)
{
	struct addrinfo want = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct resolving *r = data;

	r->code = getaddrinfo(r->host, r->port, &want, &r->all);
	eventfd_write(r->done, 1);
	let_go(r);
	return NULL;
}

/* NULL when this machine is short of something. */
static struct resolving *begin(const LDAPURLDesc *url)
{
	struct resolving *r = calloc(1, sizeof(*r));
	pthread_t thread;

	if (r == NULL)
		return NULL;
	atomic_init(&r->users, 2);
	r->host = strdup(url->lud_host);
	r->done = eventfd(0, EFD_CLOEXEC);
	snprintf(r->port, sizeof(r->port), "%d", url->lud_port);
	if (r->host != NULL && r->done >= 0 &&
	    pthread_create(&thread, NULL, resolve, r) == 0) {
		pthread_detach(thread);
		return r;
	}
	atomic_store(&r->users, 1);
	let_go(r);
	return NULL;
}

struct err *dir_resolve(const LDAPURLDesc *url, int64_t deadline, struct addrinfo **out)
{
	struct resolving *r = begin(url);
	struct err *err = NULL;

	*out = NULL;
	if (r == NULL)
		return err_new(ERR_LATER, "the name \"%s\" cannot be resolved: %m",
			       url->lud_host);
	if (!dir_wait(r->done, POLLIN, deadline))
		err = err_new(ERR_LATER,
			      "the name \"%s\" was not resolved in time "
			      "(timeout.connect)",
			      url->lud_host);
	else if (r->code != 0)
		err = err_new(ERR_LATER, "the name \"%s\" cannot be resolved: %s",
			      url->lud_host, gai_strerror(r->code));
	else {
		*out = r->all;
		r->all = NULL;
	}
	let_go(r);
	return err;
}
