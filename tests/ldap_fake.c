/* SPDX-License-Identifier: MIT */
#include "tests/ldap_fake.h"
#include "bridge/base/digest.h"
#include "bridge/base/str.h"
#include <arpa/inet.h>
#include <errno.h>
#include <ldap.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* One request, as far as rules look at it. */
struct fake_request {
	ber_int_t id;
	ber_tag_t kind;
	struct berval base, filter, cookie;
	BerVarray asked;
	bool paged;
};

struct fake {
	char **lines; /* without indentation; NULL-terminated */
	bool *used;   /* by line of the rule's head */
	int fd;
	Sockbuf *in;
	const char *page; /* for the next "done"; NULL: no control */
	bool garbled;     /* the control makes no sense */
	const char *matched;
};

static bool starts(const char *line, const char *word, const char **rest)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || (line[len] != ' ' && line[len] != '\0'))
		return false;
	*rest = line + len + (line[len] == ' ');
	return true;
}

static bool is_head(const char *line)
{
	const char *rest;

	return starts(line, "bind", &rest) || starts(line, "search", &rest) ||
	       starts(line, "extended", &rest);
}

/* ---- answers */

static void send_ber(struct fake *f, BerElement *ber)
{
	struct berval bytes;

	if (ber_flatten2(ber, &bytes, 0) == 0)
		send(f->fd, bytes.bv_val, bytes.bv_len, MSG_NOSIGNAL);
	ber_free(ber, 1);
}

static char *unescape(TALLOC_CTX *ctx, const char *text, size_t *len)
{
	char *out = mem_strdup(ctx, text);

	for (*len = 0; *text != '\0'; ++*len)
		if (*text == '\\' &&
		    hex_read(mem_strndup(ctx, text + 1, 2), out + *len, 1))
			text += 3;
		else
			out[*len] = *text++;
	return out;
}

/* Values of one name that stand together become one attribute. */
static size_t add_attribute(BerElement *ber, char **lines)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	size_t n = 0, name = strcspn(lines[0], ":") + 1, len;

	ber_printf(ber, "{o[", lines[0], (ber_len_t)(name - 1));
	for (; lines[n] != NULL && strncmp(lines[n], lines[0], name) == 0; n++) {
		const char *text = lines[n] + name + (lines[n][name] == ' ');
		char *value = unescape(tmp, text, &len);

		if (*text != '\0')
			ber_printf(ber, "o", value, (ber_len_t)len);
	}
	ber_printf(ber, "]}");
	return n;
}

static bool is_attribute(const char *line)
{
	size_t len;

	if (line == NULL || is_head(line))
		return false;
	len = strcspn(line, ": ");
	return line[len] == ':';
}

static size_t send_entry(struct fake *f, ber_int_t id, const char *dn, char **lines)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	size_t n = 0;

	ber_printf(ber, "{it{s{", id, LDAP_RES_SEARCH_ENTRY, dn);
	while (is_attribute(lines[n]))
		n += add_attribute(ber, lines + n);
	ber_printf(ber, "}}}");
	send_ber(f, ber);
	return n;
}

static void add_page_control(BerElement *ber, const char *cookie, bool garbled)
{
	BerElement *value = ber_alloc_t(LBER_USE_DER);
	struct berval bytes;

	if (garbled)
		ber_printf(value, "s", cookie);
	else
		ber_printf(value, "{is}", 0, cookie);
	ber_flatten2(value, &bytes, 0);
	ber_printf(ber, "t{{sO}}", LDAP_TAG_CONTROLS, LDAP_CONTROL_PAGEDRESULTS, &bytes);
	ber_free(value, 1);
}

static void send_done(struct fake *f, const struct fake_request *r, const char *rest)
{
	ber_tag_t kind = r->kind == LDAP_REQ_BIND     ? LDAP_RES_BIND
			 : r->kind == LDAP_REQ_SEARCH ? LDAP_RES_SEARCH_RESULT
						      : LDAP_RES_EXTENDED;
	char *text;
	ber_int_t code = (ber_int_t)strtol(rest, &text, 10);
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	ber_printf(ber, "{it{ess}", r->id, kind, code,
		   f->matched != NULL ? f->matched : "", text + (*text == ' '));
	if (f->garbled || f->page != NULL)
		add_page_control(ber, f->garbled ? "" : f->page, f->garbled);
	ber_printf(ber, "}");
	f->page = f->matched = NULL;
	f->garbled = false;
	send_ber(f, ber);
}

static void send_reference(struct fake *f, ber_int_t id, const char *url)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	ber_printf(ber, "{it{s}}", id, LDAP_RES_SEARCH_REFERENCE, url);
	send_ber(f, ber);
}

static void send_intermediate(struct fake *f, ber_int_t id)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);

	ber_printf(ber, "{it{ts}}", id, LDAP_RES_INTERMEDIATE, LDAP_TAG_IM_RES_OID,
		   "1.3.6.1.4.1.32473.1");
	send_ber(f, ber);
}

static void send_raw(struct fake *f, const char *hex)
{
	uint8_t bytes[256];
	size_t len = strlen(hex) / 2;

	if (len <= sizeof(bytes) && hex_read(hex, bytes, len))
		send(f->fd, bytes, len, MSG_NOSIGNAL);
}

/* Say everything from this line to the end of the rule; false to hang up. */
static bool answer(struct fake *f, const struct fake_request *r, char **lines)
{
	const char *rest;

	for (; *lines != NULL && !is_head(*lines); lines++) {
		if (starts(*lines, "entry", &rest))
			lines += send_entry(f, r->id, rest, lines + 1);
		else if (starts(*lines, "ref", &rest))
			send_reference(f, r->id, rest);
		else if (starts(*lines, "raw", &rest))
			send_raw(f, rest);
		else if (starts(*lines, "intermediate", &rest))
			send_intermediate(f, r->id);
		else if (starts(*lines, "matched", &rest))
			f->matched = rest;
		else if (starts(*lines, "page", &rest))
			f->page = r->paged ? rest : NULL;
		else if (starts(*lines, "garbled", &rest))
			f->garbled = true;
		else if (starts(*lines, "done", &rest))
			send_done(f, r, rest);
		else if (starts(*lines, "hang up", &rest))
			return false;
	}
	return true;
}

/* ---- requests */

static bool is(const struct berval *bytes, const char *text)
{
	return bytes->bv_len == strlen(text) &&
	       strncasecmp(bytes->bv_val, text, bytes->bv_len) == 0;
}

static bool asks(const struct fake_request *r, const char *name)
{
	for (BerVarray at = r->asked; at != NULL && at->bv_val != NULL; at++)
		if (is(at, name))
			return true;
	return false;
}

static bool head_fits(const struct fake_request *r, const char *line)
{
	const char *rest;

	if (starts(line, "bind", &rest))
		return r->kind == LDAP_REQ_BIND;
	if (starts(line, "extended", &rest))
		return r->kind == LDAP_REQ_EXTENDED;
	return starts(line, "search", &rest) && r->kind == LDAP_REQ_SEARCH &&
	       is(&r->base, strcmp(rest, "\"\"") == 0 ? "" : rest);
}

/* The conditions after the head; *first becomes the first answer. */
static bool conditions_fit(struct fake *f, const struct fake_request *r, size_t head,
			   size_t *first)
{
	bool fits = !f->used[head];
	const char *rest;

	for (*first = head + 1; f->lines[*first] != NULL; ++*first) {
		const char *line = f->lines[*first];

		if (starts(line, "first", &rest))
			fits &= r->cookie.bv_len == 0;
		else if (starts(line, "cookie", &rest))
			fits &= is(&r->cookie, rest);
		else if (starts(line, "asks", &rest))
			fits &= asks(r, rest);
		else if (starts(line, "filter", &rest))
			fits &= memmem(r->filter.bv_val, r->filter.bv_len, rest,
				       strlen(rest)) != NULL;
		else if (!starts(line, "once", &rest))
			break;
	}
	return fits;
}

static bool serve(struct fake *f, const struct fake_request *r)
{
	const char *rest;

	for (size_t i = 0; f->lines[i] != NULL; i++) {
		size_t first;

		if (!is_head(f->lines[i]) || !head_fits(r, f->lines[i]) ||
		    !conditions_fit(f, r, i, &first))
			continue;
		for (size_t k = i + 1; k < first; k++)
			f->used[i] |= starts(f->lines[k], "once", &rest);
		return answer(f, r, f->lines + first);
	}
	send_done(f, r, "53 no rule fits");
	return true;
}

static void take_search(BerElement *ber, struct fake_request *r)
{
	ber_int_t scope, deref, size, time, types;
	struct berval oid, value = { 0, NULL };
	BerElement *control;
	ber_len_t len, each = sizeof(struct berval), offset = 0;

	ber_scanf(ber, "{meeiib", &r->base, &scope, &deref, &size, &time, &types);
	ber_skip_element(ber, &r->filter);
	ber_scanf(ber, "{M}}", &r->asked, &each, offset);
	if (ber_peek_tag(ber, &len) != LDAP_TAG_CONTROLS)
		return;
	r->paged = true;
	ber_scanf(ber, "{{mbm", &oid, &types, &value);
	control = ber_init(&value);
	ber_scanf(control, "{im", &size, &r->cookie);
	r->cookie.bv_val =
		r->cookie.bv_len > 0 ? strndup(r->cookie.bv_val, r->cookie.bv_len) : NULL;
	ber_free(control, 1);
}

/* Requests of one connection until it ends. */
static void serve_connection(struct fake *f)
{
	bool open = true;

	while (open) {
		BerElement *ber = ber_alloc_t(LBER_USE_DER);
		struct fake_request r = { .id = 0 };
		ber_len_t len;

		if (ber_get_next(f->in, &len, ber) != LDAP_TAG_MESSAGE) {
			ber_free(ber, 1);
			return;
		}
		ber_get_int(ber, &r.id);
		r.kind = ber_peek_tag(ber, &len);
		if (r.kind == LDAP_REQ_SEARCH)
			take_search(ber, &r);
		if (r.kind == LDAP_REQ_UNBIND)
			open = false;
		else if (r.kind != LDAP_REQ_ABANDON)
			open = serve(f, &r);
		ber_memfree(r.asked);
		free(r.cookie.bv_val);
		ber_free(ber, 1);
	}
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

static NORETURN void run(int listener, const char *script)
{
	TALLOC_CTX *ctx = mem_ctx(NULL);
	struct fake f = { .fd = -1 };
	char *copy = mem_strdup(ctx, script), *line;
	size_t n = 0, capacity = 0;

	become_child();
	while ((line = strsep(&copy, "\n")) != NULL) {
		mem_grow(ctx, f.lines, n + 2, &capacity);
		f.lines[n++] = line + strspn(line, " \t");
	}
	f.lines[n] = NULL;
	f.used = mem_array(ctx, bool, n + 1);
	for (;;) {
		int on = 1;

		f.fd = accept(listener, NULL, NULL);
		setsockopt(f.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		f.in = ber_sockbuf_alloc();
		ber_sockbuf_ctrl(f.in, LBER_SB_OPT_SET_FD, &f.fd);
		ber_sockbuf_add_io(f.in, &ber_sockbuf_io_tcp, LBER_SBIOD_LEVEL_PROVIDER,
				   NULL);
		serve_connection(&f);
		ber_sockbuf_free(f.in);
	}
}

static int end_fake(struct ldap_fake *fake)
{
	kill(fake->pid, SIGKILL);
	while (waitpid(fake->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return 0;
}

struct ldap_fake *ldap_fake_start(TALLOC_CTX *ctx, const char *script)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct ldap_fake *fake = mem_new(ctx, struct ldap_fake);
	socklen_t size = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (bind(listener, (struct sockaddr *)&address, size) != 0 ||
	    listen(listener, 16) != 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) != 0) {
		perror("listen");
		exit(1);
	}
	fake->port = ntohs(address.sin_port);
	fake->url = mem_printf(fake, "ldap://127.0.0.1:%d", fake->port);
	fake->pid = fork();
	if (fake->pid == 0)
		run(listener, script);
	close(listener);
	talloc_set_destructor(fake, end_fake);
	return fake;
}
