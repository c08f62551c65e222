/* SPDX-License-Identifier: MIT */
#include "tests/integration/faultproxy.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct proxy {
	int target;
	enum fault fault;
	size_t after;
};

static struct sockaddr_in loopback(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listen_somewhere(int *port)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 16) != 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) != 0) {
		perror("listen");
		exit(1);
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static int call(int port)
{
	struct sockaddr_in address = loopback(port);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static bool put(int fd, const char *bytes, ssize_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, (size_t)len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		bytes += n;
		len -= n;
	}
	return true;
}

/* Up to the fault everything passes; false when one side hung up before. */
static bool pass(int client, int server, size_t after)
{
	struct pollfd ends[2] = { { .fd = client, .events = POLLIN },
				  { .fd = server, .events = POLLIN } };
	char buffer[16384];

	while (after > 0) {
		size_t want = after < sizeof(buffer) ? after : sizeof(buffer);
		ssize_t n;

		if (poll(ends, 2, -1) < 0)
			return false;
		if (ends[0].revents != 0) {
			n = recv(client, buffer, sizeof(buffer), 0);
			if (n <= 0 || !put(server, buffer, n))
				return false;
		}
		if (ends[1].revents != 0) {
			n = recv(server, buffer, want, 0);
			if (n <= 0 || !put(client, buffer, n))
				return false;
			after -= (size_t)n;
		}
	}
	return true;
}

static void trickle(int client, int server)
{
	const struct timespec pause = { .tv_nsec = 250000000 };
	char byte;

	while (recv(server, &byte, 1, 0) == 1 && put(client, &byte, 1))
		nanosleep(&pause, NULL);
}

static void stall(int client)
{
	char buffer[16384];

	while (recv(client, buffer, sizeof(buffer), 0) > 0)
		continue;
}

static void serve(const struct proxy *proxy, int client)
{
	struct linger reset = { 1, 0 };
	int server = call(proxy->target);

	if (server >= 0 && pass(client, server, proxy->after)) {
		if (proxy->fault == FAULT_STALL)
			stall(client);
		if (proxy->fault == FAULT_TRICKLE)
			trickle(client, server);
		if (proxy->fault == FAULT_RESET)
			setsockopt(client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	}
	close(client);
	close(server);
}

/* End with the test; and let a crash be a crash, which cmocka would take for the test's.
 */
static void become_child(void)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGBUS, SIG_DFL);
	signal(SIGFPE, SIG_DFL);
	signal(SIGILL, SIG_DFL);
}

static int end_proxy(struct faultproxy *proxy)
{
	kill(proxy->pid, SIGKILL);
	while (waitpid(proxy->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return 0;
}

struct faultproxy *faultproxy_start(TALLOC_CTX *ctx, int target, enum fault fault,
				    size_t after)
{
	struct faultproxy *out = mem_new(ctx, struct faultproxy);
	struct proxy proxy = { target, fault, after };
	int listener = listen_somewhere(&out->port);

	out->pid = fork();
	if (out->pid == 0) {
		become_child();
		for (;;)
			serve(&proxy, accept(listener, NULL, NULL));
	}
	close(listener);
	talloc_set_destructor(out, end_proxy);
	return out;
}

int unused_port(void)
{
	int port;

	close(listen_somewhere(&port));
	return port;
}
