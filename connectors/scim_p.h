/* SPDX-License-Identifier: MIT */
/*
 * The SCIM connector's inside, shared by scim.c and the scim_*.c files; nobody else
 * includes it. One file, one matter:
 *
 *   scim.c          settings, the contract's calls, the order of a pull
 *   scim_check.c    URLs, and settings that go together
 *   scim_auth.c     who we are there: tokens, passwords, certificates
 *   scim_ask.c      one request, its answer as JSON, its refusal as an error
 *   scim_server.c   what the server says of itself, and whether it can be believed
 *   scim_dialect.c  what kinds of servers are known for: a table
 *   scim_page.c     a listing, page after page, and whether it was whole
 *   scim_entry.c    a resource as an entry
 *   scim_member.c   who is in a group: several ways to know, or not to
 *   scim_lookup.c   ids looked up one by one
 *
 * The server is not trusted: what it lists is whole when that is proved, a membership
 * that it does not show is unknown, and nothing it names is fetched from elsewhere.
 */
#ifndef DIRBRIDGE_CONNECTORS_SCIM_P_H
#define DIRBRIDGE_CONNECTORS_SCIM_P_H

#include "bridge/base/str.h"
#include "bridge/base/table.h"
#include "bridge/record/filter.h"
#include "config/complaint.h"
#include "connectors/connector.h"
#include "connectors/http.h"
#include "connectors/json_strict.h"

enum scim_kind { SCIM_USER, SCIM_GROUP, SCIM_KINDS };

enum scim_paging {
	PAGING_AUTO,   /* as the first page shows */
	PAGING_INDEX,  /* RFC 7644 3.4.2.4 */
	PAGING_CURSOR, /* RFC 9865 */
	PAGING_NONE,   /* everything in one answer */
};

/* How it is known who is in a group, in the order in which it is tried. */
enum scim_way {
	WAY_AUTO,
	WAY_LIST,     /* "members" in the listing of groups */
	WAY_EACH,     /* each group read by itself */
	WAY_USER,     /* "groups" of each user */
	WAY_BY_GROUP, /* users whose groups.value is that group */
	WAY_BY_USER,  /* groups whose members.value is that user */
	WAY_NONE,     /* nobody knows */
};

/* What a kind of server is known for; a row of the table in scim_dialect.c. */
struct scim_dialect {
	const char *name;
	const char *host; /* end of the host's name that tells it, or NULL */
	const char *path; /* part of the path that tells it, or NULL */
	enum scim_paging paging;
	int page_size; /* at most; 0: as set */
	enum scim_way way;
	bool no_sort;        /* do not ask for an order, whatever it says */
	bool unknown_is_400; /* an id that is not there is answered by 400 */
};

/* What the server says of itself; nothing of it need be there or true. */
struct scim_server {
	bool described; /* there was a ServiceProviderConfig */
	bool sort;
	enum scim_paging paging;
	int page_size;                 /* at most; 0: not said */
	const char *paths[SCIM_KINDS]; /* "/Users", "/Groups" */
	const char *location;          /* its own address, as it sees it; or NULL */
	bool lookup;                   /* a resource can be read by its id */
	const char *doubt;             /* why a listing is not to be believed, or NULL */
};

/* Ids in order of arrival. */
struct scim_ids {
	const char **list;
	size_t n, capacity;
};

/* The listing that is being read; scim_page.c. */
struct scim_list {
	const char *what;  /* "users", for people */
	const char *path;  /* "/Users" */
	const char *query; /* more parameters, "filter=...", or NULL */
	enum scim_paging mode;
	int count; /* asked for at a time; 0: not said */
	bool sort;
	int64_t start;
	const char *cursor; /* of the next page */
	unsigned pages, tries, empty;
	struct table *seen; /* ids */
	int64_t total;      /* what it says; -1: nothing */
	int64_t received, distinct, repeated, nameless;
	bool changed; /* the total did */
	bool lying;   /* more came than the total says */
	bool done;
	const char *why; /* not whole, or NULL */
};

struct scim_pull {
	enum scim_kind kind;
	struct scim_list *lists[SCIM_KINDS];
	struct scim_ids users; /* for WAY_BY_USER */
	bool users_asked;      /* for their groups */
	struct table *groups;  /* id -> index into members, for WAY_USER, WAY_BY_USER */
	struct scim_ids *members;
	size_t n_members, members_capacity;
	size_t members_named, members_found;
	struct scim_ids dangling; /* a few members that were not found when they came */
	unsigned pages;
};

struct session {
	const struct request *request;
	const struct settings *settings;
	struct sink *sink; /* of the call that is under way */
	struct http *http;
	struct url base;
	const char *root; /* base without the slash at its end */
	const struct scim_dialect *dialect;
	struct scim_auth *auth;
	struct scim_server server;
	enum scim_way way;
	bool filter_checked; /* one that finds members does not find everybody */
	int empty_is_shown;  /* a filter proves that a group is empty: 1 yes, -1 no, 0 not
				tried */
	const char *filled;  /* id of a group that has members, or NULL */
	struct filter *filter;
	struct entry_builder *builder;
	struct scim_pull pull;
	const char *incomplete;
};

/* Only the first reason is kept. */
void scim_incomplete(struct session *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- scim_check.c */

void scim_check(const struct settings *settings, struct complaints *to);

/* ---- scim_dialect.c */

extern const struct scim_dialect scim_dialects[]; /* the first one is generic */
extern const char *const scim_dialect_names[];    /* "auto", then theirs */

/* The one of this name; for "auto" the one whose host and path fit, else generic. */
const struct scim_dialect *scim_dialect_of(const char *name, const struct url *base);

/* ---- scim_auth.c */

/* Fetch the secrets, and a first token where one must be asked for. */
MUST_CHECK struct err *scim_auth_open(struct session *s);

/* The header line to send, or NULL. Asks for a new token when the old one has ended. */
MUST_CHECK struct err *scim_auth_header(struct session *s, const char **line);

/* The server refused it: get another one, and ask once more. False when there is none to
 * be had. */
bool scim_auth_again(struct session *s);

/* ---- scim_ask.c */

struct scim_reply {
	int status;
	json_t *json;       /* an object, when status is 200; belongs to the ctx */
	const char *type;   /* scimType of a refusal, or "" */
	const char *detail; /* of a refusal, or "" */
};

/* GET root + path. A status other than 200 is no error: see scim_refused(). */
MUST_CHECK struct err *scim_get(struct session *s, TALLOC_CTX *ctx, const char *path,
				struct scim_reply *reply);

/* The refusal as an error: `read users: HTTP 403: detail`. */
MUST_CHECK struct err *scim_refused(const struct session *s, const char *what,
				    const struct scim_reply *reply);

/* The id of a resource, as a text of ctx; NULL without one. */
char *scim_id(TALLOC_CTX *ctx, json_t *resource);

/* "/Users/ID", encoded. */
char *scim_path(TALLOC_CTX *ctx, const struct session *s, enum scim_kind kind,
		const char *id);

/* `filter=NAME eq "ID"`, encoded. */
char *scim_filter(TALLOC_CTX *ctx, const char *name, const char *id);

/* ---- scim_server.c */

/* Discovery, and one user as a sample. */
MUST_CHECK struct err *scim_meet(struct session *s);
MUST_CHECK struct err *scim_probe(struct session *s, struct sink *sink);

/* ---- scim_page.c */

struct scim_list *scim_list_new(TALLOC_CTX *ctx, const struct session *s,
				const char *what, const char *path, const char *query);

/*
 * The resources of the next page: an array that belongs to ctx, perhaps empty. list->done
 * is set with the last one, and list->why when they are not all. A listing that proves
 * unstable is begun again, once: then resources come a second time.
 */
MUST_CHECK struct err *scim_list_next(struct session *s, struct scim_list *list,
				      TALLOC_CTX *ctx, json_t **resources);

/* All ids of a small listing. *why is set when it is not whole. */
MUST_CHECK struct err *scim_list_ids(struct session *s, TALLOC_CTX *ctx, const char *what,
				     const char *path, const char *query,
				     struct scim_ids *ids, const char **why);

void scim_ids_add(TALLOC_CTX *ctx, struct scim_ids *ids, const char *id);

/* ---- scim_entry.c */

/* The DN under which the entry of this id is known: `id=...`. Ids are exact, DNs are
 * not: one that folding would change is written as bytes. */
char *scim_dn(TALLOC_CTX *ctx, const char *id);

/* A resource with all its attributes; members are those of a group, or NULL.
 * ERR_RECORD. */
MUST_CHECK struct err *scim_entry(struct session *s, TALLOC_CTX *ctx, enum scim_kind kind,
				  json_t *resource, const struct scim_ids *members,
				  struct entry **out);

/* The entry, when it passes the filter or all is true, reduced to what was asked for. */
MUST_CHECK struct err *scim_pass_on(struct session *s, const struct entry *entry,
				    bool all);

/* It exists, and cannot be read whole: a note, and SEEN. */
void scim_set_aside(struct session *s, enum scim_kind kind, json_t *resource,
		    const char *why);

/* ---- scim_member.c */

/* The ids of "members" of a group; false when they are not shown, or not all by id. */
bool scim_members_shown(TALLOC_CTX *ctx, json_t *group, struct scim_ids *ids);

/* Keep what a user says of its groups. */
void scim_members_of_user(struct session *s, json_t *user);

/* Choose the way, on the first groups that are seen. */
MUST_CHECK struct err *scim_members_choose(struct session *s, json_t *groups);

/* The listing of users begins again: forget what they said. */
void scim_members_forget(struct session *s);

/* For WAY_BY_USER, once: ask for the groups of every user. */
MUST_CHECK struct err *scim_members_ask_users(struct session *s);

/* Who is in this group. *why is set when that is unknown; ids belong to ctx. */
MUST_CHECK struct err *scim_members(struct session *s, TALLOC_CTX *ctx, json_t *group,
				    struct scim_ids *ids, const char **why);

/* ---- scim_lookup.c */

MUST_CHECK struct err *scim_lookup(struct session *s, const struct value *anchors,
				   size_t n, struct sink *sink);

#endif
