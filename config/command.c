/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "config/command_p.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define USUAL_TIMEOUT 30
#define MILLISECOND   1000

extern char **environ;

static int64_t timeout = USUAL_TIMEOUT;

void command_set_timeout(int64_t seconds)
{
	timeout = seconds ? seconds : USUAL_TIMEOUT;
}

static char **split(TALLOC_CTX *ctx, const char *words)
{
	char **argv = mem_array(ctx, char *, strlen(words) / 2 + 2);
	size_t n = 0, len;

	for (words += strspn(words, " "); *words != '\0'; words += strspn(words, " ")) {
		len = strcspn(words, " ");
		argv[n++] = mem_strndup(argv, words, len);
		words += len;
	}
	return argv;
}

static int spawn(char **argv, int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none, usual;
	int code;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
						      POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &usual);
	code = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&files);
	return code;
}

static struct err *too_slow(void)
{
	return err_new(ERR_CONFIG, "it was not done after %jd seconds",
		       (intmax_t)timeout);
}

static struct err *read_until(int fd, int64_t deadline, char *buffer, size_t *len)
{
	for (*len = 0; *len <= SECRET_MAX;) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left = (deadline - clock_ticks()) / MILLISECOND;
		ssize_t n;

		if (left <= 0)
			return too_slow();
		if (poll(&ready, 1, (int)left) <= 0)
			continue;
		n = read(fd, buffer + *len, SECRET_MAX + 1 - *len);
		if (n == 0)
			return NULL;
		if (n < 0 && errno != EINTR)
			return err_new(ERR_CONFIG, "%s", strerror(errno));
		if (n > 0)
			*len += (size_t)n;
	}
	return err_new(ERR_CONFIG, "it printed more than %d KiB", SECRET_MAX / 1024);
}

/* Its output has ended, so it should be about to. */
static struct err *wait_until(pid_t pid, int64_t deadline, int *status)
{
	const struct timespec pause = { 0, 5 * MILLISECOND * 1000 };

	while (waitpid(pid, status, WNOHANG) == 0) {
		if (clock_ticks() >= deadline)
			return too_slow();
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static struct err *judge(int status)
{
	if (WIFSIGNALED(status))
		return err_new(ERR_CONFIG, "it was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return err_new(ERR_CONFIG, "it left with exit code %d",
			       WEXITSTATUS(status));
	return NULL;
}

static struct err *collect(pid_t pid, int fd, char *buffer, size_t *len)
{
	int64_t deadline = clock_ticks() + timeout * 1000 * MILLISECOND;
	int status = 0;
	struct err *err = read_until(fd, deadline, buffer, len);

	if (err == NULL)
		err = wait_until(pid, deadline, &status);
	if (err == NULL)
		return judge(status);
	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return err;
}

struct err *command_output(const char *words, char *buffer, size_t *len)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	char **argv = split(tmp, words);
	int ends[2], code;
	pid_t pid;
	struct err *err;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_new(ERR_CONFIG, "%s", strerror(errno));
	code = spawn(argv, ends[1], &pid);
	close(ends[1]);
	err = code == 0 ? collect(pid, ends[0], buffer, len)
			: err_new(ERR_CONFIG, "\"%s\" cannot be started: %s", argv[0],
				  strerror(code));
	close(ends[0]);
	return err;
}
