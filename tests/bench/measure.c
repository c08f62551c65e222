/* SPDX-License-Identifier: MIT */
/*
 * usage: measure FILE COMMAND...
 *
 * Runs the command and appends one line to FILE: seconds of wall time, user and system
 * time of the process and its children, and the peak memory in KiB of the process and of
 * its children together. The time of the children counts when the process waits for
 * them; their memory is looked at every few milliseconds, since the system adds no peaks.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EVERY_MS = 5, CHILDREN = 8 };

static struct peak {
	long pid, kb;
} peaks[CHILDREN];

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static long peak_of(long pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%ld/status", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return 0;
	while (kb == 0 && fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			kb = strtol(line + 6, NULL, 10);
	fclose(file);
	return kb;
}

static void keep_peak(long pid)
{
	long kb = peak_of(pid);

	for (size_t i = 0; i < CHILDREN; i++) {
		if (peaks[i].pid != 0 && peaks[i].pid != pid)
			continue;
		peaks[i].pid = pid;
		if (kb > peaks[i].kb)
			peaks[i].kb = kb;
		return;
	}
}

static void look_at_children(pid_t pid)
{
	char path[64], text[4096], *at = text, *end;
	size_t len;
	FILE *file;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	len = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[len] = '\0';
	for (long child = strtol(at, &end, 10); end != at; child = strtol(at, &end, 10)) {
		keep_peak(child);
		at = end;
	}
}

static int wait_for(pid_t pid, struct rusage *usage)
{
	struct pollfd child = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int status = 0;

	while (poll(&child, 1, EVERY_MS) == 0)
		look_at_children(pid);
	close(child.fd);
	wait4(pid, &status, 0, usage);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	double began = now();
	struct rusage usage;
	long children = 0;
	int code;
	FILE *out;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: measure FILE COMMAND...\n", stderr);
		return 64;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0)
		return 1;
	code = wait_for(pid, &usage);
	began = now() - began;
	for (size_t i = 0; i < CHILDREN; i++)
		children += peaks[i].kb;
	out = fopen(argv[1], "ae");
	if (out == NULL)
		return 1;
	fprintf(out, "%.3f %.3f %.3f %ld %ld\n", began, seconds(usage.ru_utime),
		seconds(usage.ru_stime), usage.ru_maxrss, children);
	return fclose(out) == 0 ? code : 1;
}
