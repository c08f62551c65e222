/* SPDX-License-Identifier: MIT */
/*
 * The LDAP connector's inside, shared by ldap.c and the ldap_*.c files; nobody else
 * includes it. One file, one matter:
 *
 *   ldap.c         settings, the contract's calls
 *   ldap_check.c   URLs, bases, and settings that go together
 *   ldap_resolve.c a name becomes addresses, within a time limit
 *   ldap_dial.c    a URL becomes a connected socket, within a time limit
 *   ldap_socket.c  that socket under a handle of libldap
 *   ldap_tls.c     TLS on that socket
 *   ldap_why.c     why TLS failed, in words a person can act on
 *   ldap_open.c    servers in turn, StartTLS, bind
 *   ldap_server.c  who is on the other side: the root DSE
 *   ldap_probe.c   what this server and this account can do: facts, findings
 *   ldap_ask.c     one search on the wire; the small ones read whole
 *   ldap_code.c    result codes as errors, limits as advice
 *   ldap_page.c    the pull: pages of one base after the other
 *   ldap_entry.c   an entry from the network buffer into the sink, without a copy
 *   ldap_range.c   large attributes that Active Directory hands out in ranges
 *   ldap_refer.c   search references: which are known, which leave a hole
 *   ldap_lookup.c  anchors looked up without the filter
 *
 * Names begin with dir_ because libldap owns ldap_.
 *
 * libldap is used with care: it never connects by itself (a connection that it opens
 * again would be anonymous), the socket never blocks, every wait has a limit, and a
 * handle that failed is not used again.
 */
#ifndef DIRBRIDGE_CONNECTORS_LDAP_P_H
#define DIRBRIDGE_CONNECTORS_LDAP_P_H

#include "bridge/base/str.h"
#include "config/complaint.h"
#include "connectors/connector.h"
#include <ldap.h>

/* One `DN?scope?(filter)` of the setting "base". */
struct dir_base {
	const char *dn;
	struct value key;   /* dn_key() of dn */
	int scope;          /* LDAP_SCOPE_* */
	const char *filter; /* or NULL */
	const char *text;   /* as it was written */
};

enum dir_vendor { DIR_OTHER, DIR_AD, DIR_SAMBA, DIR_389, DIR_OPENLDAP };

/* What the root DSE says. */
struct dir_server {
	enum dir_vendor vendor;
	const char *vendor_text; /* for people */
	enum anchor_kind anchor;
	bool pages;            /* says that it knows paged results */
	const char **contexts; /* naming contexts, NULL-terminated */
};

/* The pull: where it stands. */
struct dir_pull {
	size_t base;        /* index of the base that is being read */
	int message;        /* id of the search in flight, or 0 */
	bool unpaged;       /* the server knows no paging */
	bool again;         /* this base was begun a second time */
	unsigned page;      /* of this base, from 1 */
	uint64_t entries;   /* of this base */
	LDAPMessage **held; /* entries with ranges, finished between two pages */
	size_t n_held, held_capacity;
	unsigned pages, references; /* of all bases */
	size_t ranges;
};

struct session {
	const struct request *request;
	const struct settings *settings;
	struct dir_base *bases;
	size_t n_bases;
	const char **attributes; /* what is asked for, NULL-terminated: first those of
				    the request, sorted, then our own */
	size_t n_asked;          /* how many are of the request */
	LDAP *ld;
	const char *url;      /* the server that answered */
	const char *patience; /* the setting that limits the wait for an answer */
	bool lost;            /* the connection is gone; nothing more is tried */
	struct dir_server server;
	struct dir_pull pull;
	struct dir_scratch *scratch; /* of ldap_entry.c */
	const char *incomplete;      /* why the pull is not whole, or NULL */
};

/* Only the first reason is kept. */
void dir_incomplete(struct session *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- ldap_check.c */

/* ERR_CONFIG; *out is to be freed even then. A text that may hold a password is not
 * repeated. */
MUST_CHECK struct err *dir_parse_url(const char *text, LDAPURLDesc **out);
void dir_auto_url(LDAPURLDesc **url);

/* What base points at belongs to ctx; ERR_CONFIG. */
MUST_CHECK struct err *dir_parse_base(TALLOC_CTX *ctx, const char *text,
				      struct dir_base *base);

/* The connector's check(). */
void dir_check(const struct settings *settings, struct complaints *to);

/* ---- ldap_resolve.c, ldap_dial.c, ldap_socket.c */

/* A wait with an end: milliseconds that are left until then, never below 0. */
int64_t dir_deadline(int64_t seconds);
int dir_left(int64_t deadline);

/* Wait until the socket can be read (or written); false when the time is over. */
bool dir_wait(int fd, short events, int64_t deadline);

/* The addresses of a URL's host, for freeaddrinfo(). ERR_LATER. */
struct addrinfo;
MUST_CHECK struct err *dir_resolve(const LDAPURLDesc *url, int64_t deadline,
				   struct addrinfo **out);

/*
 * A connected socket that does not block. ERR_LATER says why there is none. The limit is
 * for name and connection together; but each address of the name gets a second at least,
 * so that one that is dead leaves time for the others.
 */
MUST_CHECK struct err *dir_dial(const LDAPURLDesc *url, int64_t seconds, int *fd);

/* A handle on this socket, which is closed with it, also after an error. */
MUST_CHECK struct err *dir_attach(int fd, const char *url, LDAP **out);

/* ---- ldap_open.c, ldap_tls.c, ldap_why.c */

/*
 * Connect to the first server that answers: reached, secured, bound, and heard. Before
 * each further one a note is passed on at once, so that the run knows that we live.
 */
MUST_CHECK struct err *dir_open(struct session *s, struct sink *sink);
void dir_hang_up(struct session *s);

/* Make this handle's TLS as the settings say, and nothing else in this process. */
MUST_CHECK struct err *dir_tls_options(LDAP *ld, const struct settings *settings);

/* The handshake, on a handle whose socket is connected. */
MUST_CHECK struct err *dir_tls_start(struct session *s, const LDAPURLDesc *url,
				     bool start_tls);

/*
 * libldap says no more than "can't contact LDAP server" when a handshake fails. Try
 * again without it and say what is wrong; no password is ever sent on this connection.
 */
MUST_CHECK struct err *dir_tls_why(const struct settings *settings, const char *text,
				   const LDAPURLDesc *url, bool start_tls);

/* The same for tls.ca, tls.cert and tls.key: what is wrong with them, or NULL. */
MUST_CHECK struct err *dir_tls_files_why(const struct settings *settings);

/* What GnuTLS may speak, as a priority string; a constant. */
const char *dir_tls_priority(const struct settings *settings);

/* ---- ldap_code.c */

/* The connection is dead, or the server is not able to serve: another may. */
bool dir_is_down(int code);
/* Some of the answer was left out. */
bool dir_is_partial(int code);

/* "time limit exceeded (LDAP 3): diagnostic text". */
char *dir_code_text(TALLOC_CTX *ctx, int code, const char *diagnostic);

/* What an administrator of this kind of server changes to lift a limit. */
char *dir_limit_advice(TALLOC_CTX *ctx, const struct session *s, int code,
		       const char *diagnostic);

/* An error of the class that the code asks for, and a hint; names the server. */
MUST_CHECK struct err *dir_failed(const struct session *s, int code,
				  const char *diagnostic);
MUST_CHECK struct err *dir_no_base(const struct session *s, const char *base,
				   const char *matched);
MUST_CHECK struct err *dir_bind_failed(const struct session *s, int code,
				       const char *diagnostic);

/* ---- ldap_ask.c */

struct dir_question {
	const char *base;
	int scope;
	const char *filter;
	const char *const *attributes;
	bool paged;
	int page;                    /* entries a page */
	const struct berval *cookie; /* of the page before */
	int size_limit;              /* 0: none */
	bool sample;                 /* as many as are collected at most are enough */
};

/* What a SearchResultDone says; strings belong to the ctx that was given. */
struct dir_done {
	int code;
	const char *matched; /* the nearest DN that exists, with code 32 */
	const char *diagnostic;
	bool paged;   /* there was a paged-results control, */
	bool garbled; /* or one that cannot be read */
	struct berval cookie;
};

/* What a pull asks of this base: its first page. */
struct dir_question dir_question_of(TALLOC_CTX *ctx, const struct session *s,
				    const struct dir_base *base);

MUST_CHECK struct err *dir_send(struct session *s, const struct dir_question *q,
				int *message);

/* Wait for one more message of an answer; within the setting s->patience. */
MUST_CHECK struct err *dir_receive(struct session *s, int message, LDAPMessage **out);

MUST_CHECK struct err *dir_done(struct session *s, TALLOC_CTX *ctx, LDAPMessage *m,
				struct dir_done *done);

/* Tell the server that no further page will be asked for (RFC 2696 3). */
void dir_abandon(struct session *s, const struct dir_question *q,
		 const struct dir_done *done);

/* Entries of an answer that was read whole; freed with it. */
struct dir_answer {
	LDAPMessage **entries;
	size_t n, capacity;
	bool cut; /* a sample: there was more, and done was not waited for */
	struct dir_done done;
};

/*
 * Ask and read the whole answer, at most max entries of it (more is ERR_INCOMPLETE; of
 * a sample the rest is left unread). A result code is no error here: the caller
 * looks at (*out)->done.code.
 */
MUST_CHECK struct err *dir_ask(struct session *s, TALLOC_CTX *ctx,
			       const struct dir_question *q, size_t max,
			       struct dir_answer **out);

/* "(&(a)(b))", or the one that is not NULL, or what finds everything. */
char *dir_and(TALLOC_CTX *ctx, const char *a, const char *b);

/* First value of an attribute of an entry, as a string of ctx; or NULL. */
char *dir_text(TALLOC_CTX *ctx, struct session *s, LDAPMessage *entry, const char *name);
/* All values, NULL-terminated; never NULL. */
const char **dir_texts(TALLOC_CTX *ctx, struct session *s, LDAPMessage *entry,
		       const char *name);

/* A note for people: the same search with ldapsearch(1). */
void dir_note_search(const struct session *s, struct sink *sink,
		     const struct dir_question *q);

#define AUTO_MESSAGE AUTO(dir_auto_message)
void dir_auto_message(LDAPMessage **message);

/* ---- ldap_entry.c, ldap_range.c */

/* An attribute of an entry; bytes lie in the message. */
struct dir_field {
	struct berval name;
	BerVarray values; /* NULL: none */
};

/* An entry taken apart; valid until the next dir_take(). */
struct dir_view {
	struct berval dn;
	const struct dir_field *fields;
	size_t n;
	bool ranged; /* some attribute came in ranges */
	uint8_t anchor[ENTRY_ANCHOR_MAX];
	size_t anchor_len;        /* 0: none */
	const char *not_a_record; /* "alias", "referral", or NULL */
};

MUST_CHECK struct err *dir_take(struct session *s, LDAPMessage *message,
				struct dir_view *view);

/* Take one entry of a pull: into the sink, or onto the held ones. */
MUST_CHECK struct err *dir_pull_entry(struct session *s, struct sink *sink,
				      LDAPMessage **message);

/*
 * Write an entry; ranges are read to their end, which needs an idle connection.
 * ERR_RECORD when it cannot be read whole; then nothing is written.
 */
MUST_CHECK struct err *dir_write(struct session *s, struct sink *sink,
				 const struct dir_view *view);

/* Such an entry exists, but nobody knows what it says: a note, and SEEN. Takes err. */
void dir_set_aside(struct sink *sink, const struct dir_view *view, struct err *err);

/* "member;range=0-1499" */
struct dir_range {
	struct berval before, after; /* the description without the option; after may
					be empty */
	uint64_t low, high;
	bool last; /* "range=1500-*" */
};

/* False when the description has no such option. */
bool dir_is_ranged(const struct berval *description, struct dir_range *range);

/* The values of an attribute that was read in ranges. */
struct dir_values {
	char *name; /* without the range */
	BerVarray *lists;
	size_t n, capacity;
	uint64_t bytes;
};

/*
 * Read an attribute in ranges from its first value to its last, from one state of the
 * entry: when the entry changes meanwhile, begin again. Each range must begin where the
 * one before ended. The values belong to ctx. ERR_RECORD when this entry cannot be read
 * so; ERR_INCOMPLETE when an answer cannot be understood.
 */
MUST_CHECK struct err *dir_read_range(struct session *s, TALLOC_CTX *ctx, const char *dn,
				      const struct dir_range *range,
				      struct dir_values **out);

/* ---- the rest */

MUST_CHECK struct err *dir_read_server(struct session *s);
MUST_CHECK struct err *dir_probe(struct session *s, struct sink *sink);
MUST_CHECK struct err *dir_next(struct session *s, struct sink *sink, bool *more);
void dir_end_pull(struct session *s);
MUST_CHECK struct err *dir_reference(struct session *s, struct sink *sink,
				     LDAPMessage *message);
MUST_CHECK struct err *dir_lookup(struct session *s, const struct value *anchors,
				  size_t n, struct sink *sink);

#endif
