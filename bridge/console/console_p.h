/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: what a console keeps until it is finished, and the
 * steps that more than one of them takes.
 */
#ifndef DIRBRIDGE_CONSOLE_CONSOLE_P_H
#define DIRBRIDGE_CONSOLE_CONSOLE_P_H

#include "bridge/console/console.h"

/* The head of one organization's audit chain, kept here until console_finish(). */
struct audit_head {
	int64_t seq;
	uint8_t hash[HASH_SIZE];
	bool loaded;
	int64_t changes; /* to be added to the organization's counter */
};

struct console_private {
	struct audit_head *heads; /* by number of organization */
	uint32_t n_heads;
	size_t c_heads;
	struct table *mails; /* (organization, email): mail of this transaction */
	int64_t *mail;
	uint32_t n_mails;
	size_t c_mails;
	struct str *line; /* scratch of the audit */
	uint32_t actor;   /* email of the person who acts; VIEW_NONE: no person does */
};

/* One line of the audit trail; subject: an email of the view, or VIEW_NONE. */
struct audit_line {
	uint32_t organization;
	uint32_t subject;
	const char *action;
	const char *target; /* no names of people */
	const char *before, *after, *code;
};

/* The most members of each group within the last day; after its roles were loaded. */
MUST_CHECK struct err *load_recent(struct console *c);

MUST_CHECK struct err *audit_write(struct console *c, const struct audit_line *line);
MUST_CHECK struct err *audit_finish(struct console *c);

/* The refusal of a rule, in words, with what to do about it. */
MUST_CHECK struct err *refusal(enum rule rule);

/* The id of the subject of an address, stored when it is new. */
MUST_CHECK struct err *subject_id(struct console *c, uint32_t email, const char *name,
				  int64_t *id);
MUST_CHECK struct err *subject_new(struct console *c, const char *email, const char *key,
				   const char *name, int64_t *id);

/* Rows of what the judge has let through. */
MUST_CHECK struct err *write_organization(struct console *c, const struct change *change);
MUST_CHECK struct err *write_group(struct console *c, const struct change *change);
MUST_CHECK struct err *write_role(struct console *c, uint32_t role, int64_t giver);
MUST_CHECK struct err *write_giver(struct console *c, int64_t role, int64_t giver,
				   int64_t suspended_until);
MUST_CHECK struct err *write_invitation(struct console *c, const struct change *change,
					const struct value *anchor);
MUST_CHECK struct err *write_uninvite(struct console *c, const struct change *change,
				      const struct value *anchor);

/* How an invitation ended, in what the sources that joined it remember of its people. */
MUST_CHECK struct err *remember(struct console *c, int64_t invitation, const char *state);

#endif
