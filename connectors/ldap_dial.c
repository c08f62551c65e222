/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "connectors/ldap_p.h"
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ADDRESSES_MAX 16   /* of one name that are tried */
#define LEAST         1000 /* milliseconds for each of them */

int64_t dir_deadline(int64_t seconds)
{
	return clock_ticks() + seconds * 1000000;
}

int dir_left(int64_t deadline)
{
	int64_t left = (deadline - clock_ticks()) / 1000;

	if (left < 0)
		return 0;
	return left < INT32_MAX ? (int)left : INT32_MAX;
}

bool dir_wait(int fd, short events, int64_t deadline)
{
	struct pollfd ask = { .fd = fd, .events = events };
	int n;

	do
		n = poll(&ask, 1, dir_left(deadline));
	while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Connect within the limit; 0 or an errno. */
static int connect_within(int fd, const struct sockaddr *address, socklen_t len,
			  int64_t deadline)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (connect(fd, address, len) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EINTR)
		return errno;
	if (!dir_wait(fd, POLLOUT, deadline))
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		return errno;
	return error;
}

static int dial_address(const struct addrinfo *a, int64_t deadline, int *out)
{
	int on = 1, error;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	if (a->ai_family != AF_UNIX)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	error = connect_within(fd, a->ai_addr, a->ai_addrlen, deadline);
	if (error == 0)
		*out = fd;
	else
		close(fd);
	return error;
}

static int dial_path(const char *path, int64_t deadline, int *fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct addrinfo a = { .ai_family = AF_UNIX,
			      .ai_addr = (struct sockaddr *)&address,
			      .ai_addrlen = sizeof(address) };
	size_t len = strlen(path);

	if (len >= sizeof(address.sun_path))
		return ENAMETOOLONG;
	memcpy(address.sun_path, path, len + 1);
	return dial_address(&a, deadline, fd);
}

/* What this address may use of the time that is left for it and those after it. */
static int64_t share(int64_t deadline, int addresses)
{
	int64_t part = dir_left(deadline) / addresses;

	return clock_ticks() + 1000 * (part > LEAST ? part : LEAST);
}

static struct err *dial_host(const LDAPURLDesc *url, int64_t deadline, int *fd,
			     int *error)
{
	struct addrinfo *all = NULL;
	struct err *err = dir_resolve(url, deadline, &all);
	int n = 0;

	if (err != NULL)
		return err;
	for (const struct addrinfo *a = all; a != NULL && n < ADDRESSES_MAX;
	     a = a->ai_next)
		n++;
	*error = EHOSTUNREACH;
	for (const struct addrinfo *a = all; n > 0 && *fd < 0; a = a->ai_next)
		*error = dial_address(a, share(deadline, n--), fd);
	freeaddrinfo(all);
	return NULL;
}

struct err *dir_dial(const LDAPURLDesc *url, int64_t seconds, int *fd)
{
	int64_t deadline = dir_deadline(seconds);
	struct err *err = NULL;
	int error = 0;

	*fd = -1;
	if (strcmp(url->lud_scheme, "ldapi") == 0)
		error = dial_path(url->lud_host, deadline, fd);
	else
		err = dial_host(url, deadline, fd, &error);
	if (err != NULL || *fd >= 0)
		return err;
	if (error == ETIMEDOUT)
		return err_new(ERR_LATER, "no connection within %lld s (timeout.connect)",
			       (long long)seconds);
	return err_new(ERR_LATER, "%s",
		       error == ECONNREFUSED ? "connection refused" : strerror(error));
}
