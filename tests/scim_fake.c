/* SPDX-License-Identifier: MIT */
#include "tests/scim_fake_p.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROOT "/scim/v2"

const char *const scim_defect_names[] = {
#define X(name) #name,
	SCIM_DEFECTS(X)
#undef X
};

/* ---- answers ---- */

static void put(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n <= 0)
			_exit(0);
		bytes += n;
		len -= (size_t)n;
	}
}

static void answer(const struct client *c, int status, const char *headers,
		   const char *body, size_t len)
{
	char *head =
		mem_printf(c->ctx, "HTTP/1.1 %d Status\r\nContent-Length: %zu\r\n%s\r\n",
			   status, len, headers);

	struct str *s = str_new(c->ctx);

	str_add(s, head);
	str_add_bytes(s, body, len);
	put(c->fd, s->text, s->len);
}

void fake_refuse(const struct client *c, int status, const char *type,
		 const char *headers)
{
	char *body = mem_printf(c->ctx,
				"{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:"
				"Error\"],\"status\":\"%d\",\"scimType\":\"%s\","
				"\"detail\":\"%s\"}",
				status, type, type);

	answer(c, status, headers, body, strlen(body));
}

/* What gzip(1) makes of the output of a shell command. */
static void answer_gzip(const struct client *c, const char *command)
{
	struct str *s = str_new(c->ctx);
	FILE *pipe = popen(mem_printf(c->ctx, "%s | gzip -c", command), "r");
	char bytes[4096];
	size_t n;

	while (pipe != NULL && (n = fread(bytes, 1, sizeof(bytes), pipe)) > 0)
		str_add_bytes(s, bytes, n);
	if (pipe != NULL)
		pclose(pipe);
	answer(c, 200, JSON_TYPE "Content-Encoding: gzip\r\n", s->text, s->len);
}

static void answer_smaller(const struct client *c, const struct str *body)
{
	char path[] = "/tmp/scim-fake-XXXXXX";
	int fd = mkstemp(path);
	char *command = mem_printf(c->ctx, "cat %s", path);

	if (write(fd, body->text, body->len) == (ssize_t)body->len)
		answer_gzip(c, command);
	close(fd);
	unlink(path);
}

void fake_send_json(const struct client *c, const struct str *s)
{
	char *head;

	if (fake_is(c, SCIM_GZIP)) {
		answer_smaller(c, s);
	} else if (fake_is(c, SCIM_CHUNKED_WITHOUT_END)) {
		head = mem_printf(c->ctx,
				  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
				  "\r\n%zx\r\n",
				  s->len);
		put(c->fd, head, strlen(head));
		put(c->fd, s->text, s->len);
		put(c->fd, "\r\n", 2);
		pause();
	} else if (fake_is(c, SCIM_CUT_OFF)) {
		head = mem_printf(
			c->ctx, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", s->len);
		put(c->fd, head, strlen(head));
		put(c->fd, s->text, s->len / 2);
		_exit(0);
	} else {
		answer(c, 200, JSON_TYPE, s->text, s->len);
	}
}

static void send_one(const struct client *c, const char *id)
{
	struct str *s = str_new(c->ctx);
	char *wanted = mem_strdup(c->ctx, id);

	fake_unescape(wanted);
	for (unsigned i = 0; i < 4096; i++) {
		unsigned n = c->users ? fake_user_at(c->w, i) : fake_group_at(c->w, i);

		if (n == 0)
			break;
		if (strcmp(fake_id(c, c->users, n), wanted) != 0)
			continue;
		if (c->users)
			fake_add_user(c, s, n);
		else
			fake_add_group(c, s, n, true);
		fake_send_json(c, s);
		return;
	}
	fake_refuse(c, 404, "", JSON_TYPE);
}

/* ---- requests ---- */

static bool is_later(const struct client *c)
{
	return fake_parameter(c, "startIndex=", 1) > 1;
}

static void send_token(const struct client *c)
{
	struct str *s = str_new(c->ctx);

	if (strstr(c->header, "client_secret=a%2Bb%2Fc") == NULL) {
		fake_refuse(c, 401, "invalid_client", JSON_TYPE);
		return;
	}
	c->w->tokens++;
	if (fake_is(c, SCIM_TOKEN_ENDS))
		snprintf(c->w->token, sizeof(c->w->token), "token-%u", c->w->tokens);
	str_addf(s,
		 "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%d}",
		 c->w->token, 3600);
	answer(c, 200, JSON_TYPE, s->text, s->len);
}

static bool be_busy(const struct client *c)
{
	char date[64];
	time_t soon = time(NULL) + 2;
	struct tm tm;

	strftime(date, sizeof(date), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n",
		 gmtime_r(&soon, &tm));
	if (fake_is(c, SCIM_BUSY)) {
		fake_refuse(c, 429, "tooMany", JSON_TYPE);
		return true;
	}
	if (fake_is(c, SCIM_BUSY_LONG)) {
		fake_refuse(c, 429, "tooMany", "Retry-After: 86400\r\n");
		return true;
	}
	if (fake_is(c, SCIM_DOWN)) {
		fake_refuse(c, 503, "", "");
		return true;
	}
	if (c->w->busy > 0 || !is_later(c))
		return false;
	c->w->busy += c->w->defect >= SCIM_BUSY_ONCE && c->w->defect <= SCIM_BUSY_DATE;
	if (fake_is(c, SCIM_BUSY_ONCE))
		fake_refuse(c, 429, "tooMany", JSON_TYPE);
	else if (fake_is(c, SCIM_BUSY_SECONDS))
		fake_refuse(c, 429, "tooMany", "Retry-After: 1\r\n");
	else if (fake_is(c, SCIM_BUSY_X_SECONDS))
		answer(c, 429, "X-Retry-After: 1\r\n", "slow down", 9);
	else if (fake_is(c, SCIM_BUSY_DATE))
		fake_refuse(c, 503, "", date);
	else
		return false;
	return true;
}

static bool be_wrong(const struct client *c)
{
	static const char html[] = "<html><title>Sign in</title></html>";

	if (be_busy(c))
		return true;
	if (fake_is(c, SCIM_HTML) || (fake_is(c, SCIM_HTML_LATER) && is_later(c)))
		answer(c, 200, "Content-Type: text/html\r\n", html, strlen(html));
	else if (fake_is(c, SCIM_EMPTY_BODY))
		answer(c, 200, JSON_TYPE, "", 0);
	else if (fake_is(c, SCIM_NO_CONTENT))
		answer(c, 204, "", "", 0);
	else if (fake_is(c, SCIM_GZIP_BOMB))
		answer_gzip(c, "head -c 4000000 /dev/zero");
	else if (fake_is(c, SCIM_REFUSED_ALWAYS) ||
		 (fake_is(c, SCIM_REFUSED_LATER) && is_later(c)))
		fake_refuse(c, 401, "", "");
	else if (fake_is(c, SCIM_REDIRECT_AWAY))
		answer(c, 307, "Location: https://other.example/scim/v2/Users\r\n", "",
		       0);
	else if (fake_is(c, SCIM_REDIRECT_HERE) && strstr(c->target, "moved") == NULL)
		answer(c, 308,
		       mem_printf(c->ctx, "Location: %s%smoved=1\r\n", c->target,
				  *c->query != '\0' ? "&" : "?"),
		       "", 0);
	else if (fake_has_cursors(c) && strstr(c->query, "cursor=c") != NULL &&
		 (fake_is(c, SCIM_CURSOR_EXPIRES_ALWAYS) ||
		  (fake_is(c, SCIM_CURSOR_EXPIRES_ONCE) && c->w->expired++ == 0)))
		fake_refuse(c, 400, "expiredCursor", JSON_TYPE);
	else
		return false;
	return true;
}

/* A token that ends is good for ten requests. */
static bool is_allowed(const struct client *c)
{
	bool other = c->w->header[0] != '\0';
	char *line = mem_printf(c->ctx, "\r\n%s%s\r\n",
				other ? c->w->header : "Authorization: Bearer ",
				other ? "" : c->w->token);

	if (fake_is(c, SCIM_TOKEN_ENDS) && c->w->tokens > 0 && ++c->w->expired % 10 == 0)
		snprintf(c->w->token, sizeof(c->w->token), "ended");
	return strstr(c->header, line) != NULL;
}

static void send_config(const struct client *c)
{
	struct str *s = str_new(c->ctx);

	str_addf(s,
		 "{\"schemas\":[],\"sort\":{\"supported\":false},\"meta\":{\"location\":"
		 "\"%s/ServiceProviderConfig\"}}",
		 c->fake->url);
	answer(c, 200, JSON_TYPE, s->text, s->len);
}

static void handle(struct client *c)
{
	const char *path = c->path + strlen(ROOT);
	const char *id;

	c->w->requests++;
	snprintf(c->w->last, sizeof(c->w->last), "%s", c->target);
	c->users = strncmp(path, "/Users", 6) == 0;
	id = strchr(path + 1, '/');
	if (strcmp(c->path, "/token") == 0)
		send_token(c);
	else if (!is_allowed(c))
		fake_refuse(c, 401, "", JSON_TYPE);
	else if (strcmp(path, "/ServiceProviderConfig") == 0 &&
		 !fake_is(c, SCIM_NOT_DESCRIBED))
		send_config(c);
	else if (!c->users && strncmp(path, "/Groups", 7) != 0)
		fake_refuse(c, 404, "", JSON_TYPE);
	else if (id != NULL && c->users &&
		 (fake_is(c, SCIM_PLACEHOLDER) || fake_is(c, SCIM_NO_USER_BY_ID)))
		fake_refuse(c, fake_is(c, SCIM_PLACEHOLDER) ? 404 : 501, "", JSON_TYPE);
	else if (be_wrong(c))
		return;
	else if (id != NULL)
		send_one(c, id + 1);
	else
		fake_send_list(c);
}

static void split_target(struct client *c, char *request)
{
	char *target = strchr(request, ' ') + 1, *query;

	c->header = strchr(target, ' ') + 1;
	*strchr(target, ' ') = '\0';
	c->target = mem_strdup(c->ctx, target);
	query = strchr(target, '?');
	if (query != NULL)
		*query++ = '\0';
	c->path = target;
	c->query = query ? query : "";
}

/* One request after the other; bodies are small and arrive with their headers. */
static void serve(struct scim_fake *fake, int fd)
{
	for (;;) {
		AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
		struct client c = {
			.ctx = ctx, .fake = fake, .w = fake->world, .fd = fd
		};
		size_t len = 0;
		char *request = mem_room(ctx, 65536);

		do {
			ssize_t n = recv(fd, request + len, 65535 - len, 0);

			if (n <= 0)
				_exit(0);
			len += (size_t)n;
			request[len] = '\0';
		} while (strstr(request, "\r\n\r\n") == NULL);
		split_target(&c, request);
		handle(&c);
	}
}

static void become_child(void)
{
	signal(SIGCHLD, SIG_IGN);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGABRT, SIG_DFL);
}

/* Until the test ends: its end of the lifeline is closed then. */
static void accept_all(struct scim_fake *fake, int listener, int lifeline)
{
	struct pollfd fds[2] = { { .fd = listener, .events = POLLIN },
				 { .fd = lifeline, .events = POLLIN } };

	become_child();
	while (poll(fds, 2, -1) > 0 && fds[1].revents == 0) {
		int fd = accept(listener, NULL, NULL);

		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			serve(fake, fd);
		}
		close(fd);
	}
	_exit(0);
}

static int end_fake(struct scim_fake *fake)
{
	if (fake->pid > 0)
		kill(fake->pid, SIGKILL);
	close(fake->lifeline);
	munmap(fake->world, sizeof(*fake->world));
	return 0;
}

/* A grandchild, so that a test has no child but those of what it tests. */
static void start_server(struct scim_fake *fake, int listener)
{
	int ends[2];
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) != 0)
		exit(1);
	child = fork();
	if (child == 0) {
		close(ends[1]);
		child = fork();
		if (child == 0)
			accept_all(fake, listener, ends[0]);
		fake->world->pid = child;
		_exit(0);
	}
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	close(ends[0]);
	fake->lifeline = ends[1];
	fake->pid = fake->world->pid;
}

static int listen_somewhere(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
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

struct scim_fake *scim_fake_start(TALLOC_CTX *ctx, unsigned users, unsigned groups)
{
	struct scim_fake *fake = mem_new(ctx, struct scim_fake);
	int listener = listen_somewhere(&fake->port);

	fake->world = mmap(NULL, sizeof(*fake->world), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fake->world == MAP_FAILED)
		exit(1);
	*fake->world = (struct scim_world){
		.users = users, .groups = groups, .page = 10, .token = "secret"
	};
	fake->url = mem_printf(fake, "http://127.0.0.1:%d" ROOT, fake->port);
	fake->token_url = mem_printf(fake, "http://127.0.0.1:%d/token", fake->port);
	start_server(fake, listener);
	close(listener);
	talloc_set_destructor(fake, end_fake);
	return fake;
}
