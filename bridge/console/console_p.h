/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: what a console keeps until it is finished, and the
 * steps that more than one of them takes.
 */
#ifndef DIRBRIDGE_CONSOLE_CONSOLE_P_H
#define DIRBRIDGE_CONSOLE_CONSOLE_P_H

#include "bridge/base/str.h"
#include "bridge/console/console.h"

/* The head of one audit chain, kept here until console_finish(). */
struct audit_head {
	int64_t id;      /* of the organization; 0: the store's own chain */
	const char *uid; /* of the organization; NULL: the store's own chain */
	int64_t seq;
	uint8_t hash[HASH_SIZE];
	bool loaded;
	int64_t changes; /* to be added to the organization's counter */
};

struct console_private {
	struct audit_head *heads; /* by number of organization */
	struct audit_head store_head;
	uint32_t n_heads;
	size_t c_heads;
	struct table *mails; /* (organization, email, mode): mail of this transaction */
	int64_t *mail;
	uint32_t n_mails;
	size_t c_mails;
	struct str *line; /* scratch of the audit */
	uint32_t actor;   /* email of the person who acts; VIEW_NONE: no person does */
	int64_t event_seq;
	bool events_loaded;
	bool for_reading;            /* the view holds one organization: console_look() */
	const struct review *review; /* being signed */
};

/* ---- loading ---- */

struct console *console_new(TALLOC_CTX *ctx, struct store *store, int64_t now);

/* One row into the view; the columns are those of the queries in load.c. */
typedef void load_fn(struct console *c, const struct rows *r);

load_fn load_organization, load_licence, load_account, load_owner_claim;
load_fn load_group, load_link, load_claim, load_role;

MUST_CHECK struct err *load_rows(struct console *c, load_fn *load, struct rows *rows);

/* org-isolated, in the same words whether the organization exists or not. */
MUST_CHECK struct err *isolated(const char *who, const char *path);

/* ---- on record ---- */

/* The store's own chain, for what belongs to no root: principals. */
#define AUDIT_STORE VIEW_NONE

/* One line of the audit trail; subject: an email of the view, or VIEW_NONE. */
struct audit_line {
	uint32_t organization; /* or AUDIT_STORE */
	uint32_t subject;
	const char *action;
	const char *target; /* no names of people */
	const char *before, *after, *code;
};

/* The most members of each group within the last day; after its roles were loaded. */
MUST_CHECK struct err *load_recent(struct console *c);

/* Appends to the chain; console_finish() writes its head. */
MUST_CHECK struct err *audit_write(struct console *c, const struct audit_line *line);
MUST_CHECK struct err *audit_finish(struct console *c);

/* An event of a change for whoever feeds a console from the outbox. */
MUST_CHECK struct err *event_write(struct console *c, const struct change *change,
				   const struct audit_line *line);
MUST_CHECK struct err *event_finish(struct console *c);

/* Sets c->source to the source of this name and organization. ERR_USAGE when there is
 * none. */
MUST_CHECK struct err *console_find_source(struct console *c, uint32_t organization,
					   const char *name);

/* The refusal of a rule, in words, with what to do about it. */
MUST_CHECK struct err *refusal(enum rule rule);

/* ---- rows of what the judge has let through ---- */

/* Who joined an invitation that became a role, and did not give that role before. */
struct joined {
	int64_t *givers;
	size_t n;
};

struct written {
	const struct change *change;
	const struct value *anchor; /* of the source's person; empty by hand */
	const char *reason;         /* or NULL */
	const struct joined *joined;
};

/* By kind of change. */
MUST_CHECK struct err *write_change(struct console *c, const struct written *w);

typedef struct err *write_fn(struct console *c, const struct written *w);

write_fn write_organization, write_organization_rename, write_organization_delete;
write_fn write_licence, write_asset, write_claim, write_group, write_group_rename,
	write_group_delete;
write_fn write_group_claim, write_link, write_unlink, write_giver_change,
	write_suspension;
write_fn write_invitation, write_uninvite, write_resend, write_release, write_accept,
	write_answer;
write_fn write_block, write_email, write_erase, write_review, write_epoch, write_nothing;

/* Make the rows say what the view says about this role and this giver. */
MUST_CHECK struct err *write_role(struct console *c, uint32_t role, int64_t giver);

/* The id of the subject of an address, stored when it is new. */
MUST_CHECK struct err *subject_id(struct console *c, uint32_t email, int64_t *id);
MUST_CHECK struct err *subject_new(struct console *c, const char *email, const char *key,
				   const char *name, int64_t *id);

/* 32 random hexadecimal digits: the id that an organization or a group keeps in every
 * copy of the store. */
char *uid_new(TALLOC_CTX *ctx);

/* Of a row of invitation_giver that is called v: the source still remembers that it has
 * invited this person, under this address. What it has ended since is worth nothing. */
#define STANDS(v)                                                                        \
	"EXISTS (SELECT 1 FROM given x JOIN invitation k ON k.id = " v ".invitation_id"  \
	" JOIN subject z ON z.id = k.subject_id"                                         \
	" WHERE x.source_id = " v ".giver AND x.anchor = " v ".anchor"                   \
	" AND x.group_id = k.group_id AND x.role = k.role AND x.state = 'invited'"       \
	" AND (x.email_key IS NULL OR x.email_key = z.email_key))"

/* How an invitation ended, in what the sources that joined it remember of its people. */
MUST_CHECK struct err *remember(struct console *c, int64_t invitation, const char *state);

#endif
