/* SPDX-License-Identifier: MIT */
#include "connectors/process.h"
#include "bridge/base/digest.h"
#include "bridge/base/str.h"
#include "config/secret.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE  2000 /* milliseconds until a child that should go is killed */
#define PIPE_SIZE (1 << 20)
#define HELD_MAX  1000
#define HELD_SIZE (1u << 20) /* of their texts */

struct process {
	const char *type;
	pid_t pid; /* 0: reaped */
	int pidfd;
	int status; /* of waitpid() */
	int requests;
	int items;
	struct stream *stream;
	struct item *held; /* what came with the answer to "open" */
	size_t n_held, held_capacity, next_held, held_size;
};

static const char *program = "/proc/self/exe";

void process_set_program(const char *path)
{
	program = path;
}

/* ---- birth and death ----------------------------------------------------------------
 */

/* Give the child this many milliseconds to go; false when it had to be killed. */
static bool end_child(struct process *p, int patience)
{
	struct pollfd child = { .fd = p->pidfd, .events = POLLIN };
	bool went = poll(&child, 1, patience) == 1;

	if (!went)
		kill(p->pid, SIGKILL);
	while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
		continue;
	p->pid = 0;
	return went;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int end_process(struct process *p)
{
	close_if_open(p->requests);
	close_if_open(p->items);
	if (p->pid != 0)
		end_child(p, PATIENCE);
	close_if_open(p->pidfd);
	return 0;
}

/* The child is of no more use. */
static struct err *stop(struct process *p, struct err *err)
{
	if (p->pid != 0)
		end_child(p, 0);
	return err;
}

/* The child has hung up: say how it ended instead. */
static struct err *hung_up(struct process *p, struct err *err)
{
	if (p->pid == 0 || !end_child(p, PATIENCE))
		return err;
	err_free(err);
	if (!WIFSIGNALED(p->status))
		return err_hint(err_new(ERR_RETRY,
					"connector \"%s\" ended in the middle of an "
					"answer (exit code %d)",
					p->type, WEXITSTATUS(p->status)),
				"Run it again; if this stays so, report it.");
	err = err_new(ERR_RETRY, "connector \"%s\" died (signal %d, %s)", p->type,
		      WTERMSIG(p->status), strsignal(WTERMSIG(p->status)));
	if (WTERMSIG(p->status) == SIGKILL)
		err = err_hint(err, "The system may be out of memory: see its log.");
	return err_hint(err, "Run it again; if this stays so, report it with what the "
			     "connector has written to standard error.");
}

/* Where things are and how to write them; how libraries and sanitizers are to behave. */
static const char *const passed_on[] = {
	"PATH",
	"HOME",
	"TMPDIR",
	"TZ",
	"LANG",
	"LC_*",
	"CREDENTIALS_DIRECTORY",
	"KRB5*",
	"SSL_CERT_*",
	"LDAPNOINIT",
	"LD_LIBRARY_PATH",
	"LD_PRELOAD",
	"ASAN_OPTIONS",
	"LSAN_OPTIONS",
	"UBSAN_OPTIONS",
};

static bool is_passed_on(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_LEN(passed_on); i++) {
		size_t same = strcspn(passed_on[i], "*");
		bool exact = passed_on[i][same] == '\0';

		if (strncmp(name, passed_on[i], same) == 0 &&
		    (exact ? len == same : len >= same))
			return true;
	}
	return false;
}

static bool is_secret(const struct settings *s, const char *name, size_t len)
{
	const struct setting *row = settings_table(s);

	for (; row->name != NULL; row++) {
		const char *reference =
			row->type == SETTING_SECRET ? settings_text(s, row->name) : NULL;
		const char *own = reference ? secret_variable(reference) : NULL;

		if (own != NULL && strlen(own) == len && strncmp(own, name, len) == 0)
			return true;
	}
	return false;
}

/* What the child gets to see of our environment; borrowed from there. */
static char **environment(TALLOC_CTX *ctx, const struct settings *s)
{
	size_t n = 0;
	char **out;

	while (environ != NULL && environ[n] != NULL)
		n++;
	out = mem_array(ctx, char *, n + 1);
	n = 0;
	for (char **each = environ; each != NULL && *each != NULL; each++) {
		size_t len = strcspn(*each, "=");

		if (is_passed_on(*each, len) || is_secret(s, *each, len))
			out[n++] = *each;
	}
	return out;
}

static int start_child(struct process *p, const struct settings *s, int requests,
		       int items)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	static char name[] = "dirbridge", command[] = "connector";
	char *argv[] = { name, command, NULL };
	posix_spawn_file_actions_t actions;
	int failure;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, requests, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, items, STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	failure =
		posix_spawn(&p->pid, program, &actions, NULL, argv, environment(tmp, s));
	posix_spawn_file_actions_destroy(&actions);
	if (failure != 0)
		p->pid = 0;
	return failure;
}

static struct err *start(struct process *p, const struct settings *s)
{
	int requests[2] = { -1, -1 }, items[2] = { -1, -1 };
	int failure = 0;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, requests) != 0 ||
	    pipe2(items, O_CLOEXEC) != 0)
		failure = errno;
	p->requests = requests[0];
	p->items = items[0];
	if (failure == 0) {
		fcntl(p->items, F_SETPIPE_SZ, PIPE_SIZE);
		failure = start_child(p, s, requests[1], items[1]);
	}
	close_if_open(requests[1]);
	close_if_open(items[1]);
	if (failure != 0)
		return err_new(ERR_LATER, "connector \"%s\" cannot be started: %s",
			       p->type, strerror(failure));
	p->pidfd = pidfd_open(p->pid, 0);
	return NULL;
}

/* ---- asking -------------------------------------------------------------------------
 */

static int add_to_str(const char *bytes, size_t len, void *str)
{
	str_add_bytes(str, bytes, len);
	return 0;
}

static struct err *send_all(struct process *p, const struct str *line)
{
	size_t done = 0;

	while (done < line->len) {
		ssize_t n = send(p->requests, line->text + done, line->len - done,
				 MSG_NOSIGNAL);

		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			return stop(p,
				    err_new(ERR_LATER,
					    "connector \"%s\" does not read what it is "
					    "asked",
					    p->type));
		else if (errno != EINTR)
			return hung_up(p, err_new(ERR_RETRY,
						  "connector \"%s\" cannot be asked: %s",
						  p->type, strerror(errno)));
	}
	return NULL;
}

/* Takes the request over; NULL is one that is no UTF-8. */
static struct err *ask(struct process *p, json_t *request)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct str *line = str_new(ctx);

	if (request == NULL)
		return err_new(ERR_CONFIG,
			       "connector \"%s\" cannot be asked: a setting, "
			       "the filter or an attribute is no UTF-8",
			       p->type);
	json_dump_callback(request, add_to_str, line, JSON_COMPACT);
	json_decref(request);
	str_add_char(line, '\n');
	return send_all(p, line);
}

static json_t *open_request(const char *type, const struct request *request)
{
	AUTO_MEM char *settings = settings_to_json(NULL, request->settings);
	json_t *attributes = json_array();

	for (size_t i = 0; request->attributes[i] != NULL; i++)
		if (json_array_append_new(attributes,
					  json_string(request->attributes[i])) != 0) {
			json_decref(attributes);
			return NULL;
		}
	return json_pack("{s:{s:s, s:o, s:s?, s:o, s:s?}}", "open", "type", type,
			 "settings", json_loads(settings, 0, NULL), "filter",
			 request->filter, "attributes", attributes, "anchor",
			 request->anchor);
}

struct err *process_probe(struct process *p)
{
	return ask(p, json_pack("{s:{}}", "probe"));
}

struct err *process_pull(struct process *p)
{
	return ask(p, json_pack("{s:{}}", "pull"));
}

struct err *process_lookup(struct process *p, const struct value *anchors, size_t n)
{
	json_t *list;

	if (n > PROCESS_LOOKUP_MAX)
		return err_new(ERR_INCOMPLETE, "%zu anchors cannot be looked up at once",
			       n);
	list = json_array();
	for (size_t i = 0; i < n; i++) {
		AUTO_MEM char *hex = hex_of(NULL, anchors[i].bytes, anchors[i].len);

		json_array_append_new(list, json_string(hex));
	}
	return ask(p, json_pack("{s:{s:o}}", "lookup", "anchors", list));
}

/* ---- reading ------------------------------------------------------------------------
 */

static struct err *carried_error(const struct item *item)
{
	struct err *err =
		err_new(item->class, "%.*s", (int)item->text.len, item->text.bytes);

	if (item->hint.len > 0)
		err = err_hint(err, "%.*s", (int)item->hint.len, item->hint.bytes);
	return err;
}

struct err *process_read(struct process *p, struct item *item)
{
	struct err *err;

	if (p->next_held < p->n_held) {
		*item = p->held[p->next_held++];
		return NULL;
	}
	err = stream_read(p->stream, item);
	if (err == NULL)
		return item->kind == ITEM_ERROR ? carried_error(item) : NULL;
	return err_class(err) == ERR_RETRY ? hung_up(p, err) : stop(p, err);
}

static struct err *hold(struct process *p, const struct item *item)
{
	struct item *held;

	if (item->kind != ITEM_NOTE && item->kind != ITEM_FACT)
		return stop(p, err_new(ERR_BUG,
				       "connector \"%s\" answered before it was asked",
				       p->type));
	if (p->n_held == HELD_MAX || item->text.len > HELD_SIZE - p->held_size)
		return stop(
			p,
			err_hint(err_new(ERR_BUG,
					 "connector \"%s\" does not come to an end: it "
					 "has sent %zu notes and facts instead of "
					 "opening",
					 p->type, p->n_held),
				 "Report it with what the connector has written to "
				 "standard error."));
	p->held_size += item->text.len;
	mem_grow(p, p->held, p->n_held + 1, &p->held_capacity);
	held = &p->held[p->n_held++];
	*held = *item;
	held->text.bytes = mem_dup(p, item->text.bytes, item->text.len);
	return NULL;
}

static struct err *open_connector(struct process *p, const struct request *request)
{
	struct err *err = ask(p, open_request(p->type, request));
	struct item item = { 0 };

	while (err == NULL) {
		p->next_held = p->n_held;
		err = process_read(p, &item);
		if (err == NULL && item.kind == ITEM_END)
			break;
		if (err == NULL)
			err = hold(p, &item);
	}
	p->next_held = 0;
	return err;
}

struct err *process_start(TALLOC_CTX *ctx, const char *type,
			  const struct request *request,
			  const struct stream_limits *limits, struct process **out)
{
	struct process *p = mem_new(ctx, struct process);
	struct timeval idle = { .tv_sec = limits->idle };
	struct err *err;

	*out = NULL;
	p->type = mem_strdup(p, type);
	p->pidfd = p->requests = p->items = -1;
	talloc_set_destructor(p, end_process);
	err = start(p, request->settings);
	if (err == NULL) {
		setsockopt(p->requests, SOL_SOCKET, SO_SNDTIMEO, &idle, sizeof(idle));
		p->stream = stream_new(p, p->items, limits);
		err = open_connector(p, request);
	}
	if (err != NULL)
		mem_free(p);
	else
		*out = p;
	return err;
}

uint64_t process_bytes(const struct process *p)
{
	return stream_bytes(p->stream);
}
