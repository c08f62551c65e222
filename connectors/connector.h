/* SPDX-License-Identifier: MIT */
/*
 * A connector reads one kind of directory. It runs in a process of its own that holds
 * the source's secret, no store and few rights; what it reads goes as items into a sink
 * (bridge/record/stream.h). It adds no meaning: it knows no mapping, no console, no
 * difference between a person and a group.
 *
 * Order: open; then any of probe, lookup, and next until *more is false; then close.
 * After a failed open nothing else is called; after a successful one close always is.
 * Only one call is under way at a time; calls block and must respect the timeouts.
 *
 * Memory: what open makes belongs to the ctx it was given. What is passed in stays valid
 * until close.
 *
 * Errors: their class says who must act (bridge/base/err.h); the caller adds the
 * source's name. An error ends the pull. A pull that can go on but is no longer whole
 * (a size limit, a referral inside the base) is not an error: next says so by
 * *incomplete, and what was read counts as an update, never as a set.
 *
 * To add a kind of directory: copy ldif.c, the smallest one, to one new file; add one
 * line to list.h and one to Makefile.inc. The contract suite then runs on it, and a test
 * fails until dirbridge.yaml(5) names each of its settings.
 */
#ifndef DIRBRIDGE_CONNECTORS_CONNECTOR_H
#define DIRBRIDGE_CONNECTORS_CONNECTOR_H

#include "bridge/record/anchor.h"
#include "bridge/record/stream.h"
#include "config/complaint.h"
#include "config/settings.h"

enum connector_caps {
	CONNECTOR_LOOKUP = 1,     /* can look an anchor up without the filter */
	CONNECTOR_TOMBSTONES = 2, /* can tell deleted from not found */
	CONNECTOR_CHANGES = 4,    /* can deliver changes only */
};

/* What to read. */
struct request {
	const struct settings *settings; /* by the connector's own table */
	const char *filter; /* RFC 4515; entries that can matter to the mapping */
	const char *const *attributes; /* lower case, sorted, NULL-terminated; no others
					  are asked for, beside the anchor */
	const char *anchor; /* pinned kind of anchor, or NULL on the first run */
};

struct session; /* a connector's own; everything it keeps hangs off it */

struct connector {
	const char *name; /* the word after "type:" */
	const char *help; /* one line, no full stop */
	unsigned caps;    /* of enum connector_caps; what this kind can do at best */
	const struct setting *settings;

	/*
	 * Optional, may be NULL: complain about what no row of the table can see, such as
	 * a text that is no URL or two settings that exclude each other. Pure: no file,
	 * no network, nothing kept; no open comes before it. Called when the
	 * configuration is read, so that `dirbridge check` names all of it with file,
	 * line and column, and again before open, which so never meets such settings.
	 */
	void (*check)(const struct settings *settings, struct complaints *to);

	/* Connect, secure, authenticate, and find out who is on the other side. */
	MUST_CHECK struct err *(*open)(TALLOC_CTX *ctx, const struct request *request,
				       struct sink *sink, struct session **out);

	/*
	 * Say as FACTs what this server and this account can do. Always: "identity" (what
	 * is pinned: the base's anchor, a domain SID), "anchor" (anchor_kind_name()),
	 * "server" (for people), "lookup" (yes, no); "pull" is "changes" when what next
	 * delivers is relative to the mirror. And NOTE_FINDINGs for what a person
	 * should grant or change. Reads at most one page.
	 */
	MUST_CHECK struct err *(*probe)(struct session *session, struct sink *sink);

	/*
	 * Write the next page of items. *more becomes false with the last one;
	 * *incomplete is set, to a text of the session, when the whole is not whole; it
	 * stays set. A base that was read from its first entry to its last is a FACT
	 * "base": the number of entries that it returned, then a blank and what the
	 * configuration calls it; where a directory is one base, the number alone. It
	 * proves later that the base can still be read.
	 */
	MUST_CHECK struct err *(*next)(struct session *session, struct sink *sink,
				       bool *more, const char **incomplete);

	/*
	 * Answer for each anchor, in the order given, without the request's filter:
	 * ENTRY when it exists inside a base; LEFT when it exists outside; GONE when a
	 * tombstone proves it deleted; UNKNOWN when it was not found (gone or hidden);
	 * SEEN, after a NOTE_RECORD that names it, when it exists and cannot be read
	 * whole. UNKNOWN ends, when it stays so, what was given; SEEN ends nothing. What
	 * cannot be answered at all is an error, never an answer left out.
	 */
	MUST_CHECK struct err *(*lookup)(struct session *session,
					 const struct value *anchors, size_t n,
					 struct sink *sink);

	/* Hang up. Cannot fail. */
	void (*close)(struct session *session);
};

/* True when this attribute is asked for: "cn;lang-fr" is when it or "cn" is. */
bool request_wants(const struct request *request, const struct value *name);

/* Each is the constant at the end of its file: connector_ldap, connector_ldif. */
#define CONNECTOR(name) extern const struct connector connector_##name;
#include "connectors/list.h"
#undef CONNECTOR

/* The connector of this name, or NULL; the names, NULL-terminated; its settings. */
const struct connector *connector_find(const char *name);
const char *const *connector_names(void);
const struct setting *connector_settings(const char *name);

/* Its check() of these settings, where it has one. For config_load(). */
void connector_check(const char *name, const struct settings *settings,
		     struct complaints *to);

#endif
