/* SPDX-License-Identifier: MIT */
/*
 * The console's operations, written through the judge. This room is the only code that
 * writes console state; every change of it passes judge() on a view that was loaded in
 * the same transaction, is written, and is put on the audit trail.
 *
 * Order: store_begin(); console_load(); any number of console_change() and the like;
 * console_finish(); store_commit(). After an error: store_rollback(); the view is then
 * worth nothing. For reading alone: store_begin(), console_load(), store_rollback().
 *
 * Memory: a console belongs to the ctx it was loaded with.
 */
#ifndef DIRBRIDGE_CONSOLE_CONSOLE_H
#define DIRBRIDGE_CONSOLE_CONSOLE_H

#include "bridge/base/digest.h"
#include "bridge/record/given.h"
#include "bridge/rules/rules.h"
#include "bridge/store/store.h"

struct console {
	struct store *store;
	struct view *view;
	int64_t root; /* id; 0 when the root is yet to be made */
	int64_t now;
	struct principal principal;
	int64_t principal_id;
	const char *os_user;
	int64_t run;    /* 0: by hand */
	int64_t source; /* 0: by hand */
	struct console_private *private;
};

/* Who looks: an operating-system user, as one of their principals (or NULL). */
struct looking {
	const char *os_user, *as;
};

/*
 * Make a store: schema, keys, the operator, mapped to the operating-system user who does
 * this. The URL must name nothing that exists.
 */
MUST_CHECK struct err *console_init(const char *url, const char *os_user);

/* A key that console_init() made: "plan-key", "token-key" or "erase-key". To be wiped
 * after use. */
MUST_CHECK struct err *console_key(struct store *store, const char *name,
				   uint8_t key[KEY_SIZE]);

/*
 * The state of one root, by the first part of an organization's path or by the id of one
 * of its organizations, as of now. Invitations whose time is over count as expired. An
 * unknown root gives an empty view, which only the operator can do anything with: whether
 * it exists shows in nothing.
 */
MUST_CHECK struct err *console_load(TALLOC_CTX *ctx, struct store *store,
				    const char *path, int64_t now, struct console **out);

/*
 * For reading about one organization, at a cost that does not grow with its root: a
 * console whose view holds the organizations from the root down to this one, and what the
 * principals of one operating-system user own of them, now; acting as who is asked for.
 * What console_organization() asks of a whole view is asked of this one by the same
 * functions: rows that cannot bear on the answer are left out, the rules are not written
 * down again. No change can be made on it (ERR_BUG).
 *
 * at: the path is looked up among the organizations of that time, under the names that
 * they have now or had last. One that was deleted since is whose the nearest organization
 * above it is that is still there; a root that was deleted is nobody's. Who does not own
 * it gets org-isolated after the same statements as for one that does not exist.
 */
MUST_CHECK struct err *console_look(TALLOC_CTX *ctx, struct store *store,
				    const char *path, const struct looking *who,
				    int64_t at, int64_t now, struct console **out,
				    uint32_t *organization);

/*
 * Who acts. as: one of the principals that this operating-system user may be; NULL when
 * there is only one. ERR_REFUSED (not-yours) otherwise, naming the choices.
 */
MUST_CHECK struct err *console_act(struct console *console, const char *os_user,
				   const char *as);
/* Whether any of this user's principals (or as, when given) owns the organization: asked
 * of who plans or applies, since a source then acts as its own service principal. The
 * refusal is that of console_organization(). */
MUST_CHECK struct err *console_may_run(const struct console *console, const char *os_user,
				       const char *as, const char *path);
/* Whether this user may act as the operator (and as, when given, is that): asked of a
 * store that may be older than what console_load() reads. ERR_REFUSED (not-operator). */
MUST_CHECK struct err *console_may_operate(struct store *store, const char *os_user,
					   const char *as);
/* The operator acts: refused (not-operator) otherwise. For what shows all of a store, its
 * keys too. */
MUST_CHECK struct err *console_operates(const struct console *console);
/* A source acts as its service principal, whoever starts it. */
MUST_CHECK struct err *console_act_for_source(struct console *console,
					      const char *os_user, const char *service);

/* ---- organizations and groups, by path or by id: 32 hexadecimal digits ---- */

/* May it be an id: an organization of that name comes first. */
bool console_is_id(const char *path);
/* The number of an organization of this view, whoever asks; or VIEW_NONE. */
uint32_t console_place(const struct console *console, const char *path);
/* The organization of a path, when the principal owns it; org-isolated otherwise, in the
 * same words whether it exists or not. */
MUST_CHECK struct err *console_organization(const struct console *console,
					    const char *path, uint32_t *organization);
/* The same, and the operator is let through: for what an operator does (roots, licences,
 * service principals, shutting a person out), never for reading who is where. */
MUST_CHECK struct err *console_administered(const struct console *console,
					    const char *path, uint32_t *organization);
/* A group by name in an organization. ERR_REFUSED (no-group). */
MUST_CHECK struct err *console_group(const struct console *console, uint32_t organization,
				     const char *name, uint32_t *group);

/* The same for whoever owns the group, or its organization: group owners need no Owner to
 * change who is in it, and for the operator, who names the next owner of a root that has
 * none. org-isolated, or no-group to an organization owner. */
MUST_CHECK struct err *console_own_group(const struct console *console, const char *path,
					 const char *name, uint32_t *group);
/* The root of the view, which path must name: what is not the principal's, or the
 * operator's, is isolated; ERR_USAGE for an organization below it. */
MUST_CHECK struct err *console_root(const struct console *console, const char *path,
				    uint32_t *root);
/* A group of another organization, for who owns `here`: where it is linked to here it is
 * known by its home and name; otherwise to the owner of its home. */
MUST_CHECK struct err *console_group_at(const struct console *console, uint32_t here,
					const char *home, const char *name,
					uint32_t *group);
/* A group and where it is linked to, for who owns the one end or the other. */
MUST_CHECK struct err *console_linked(const struct console *console, const char *home,
				      const char *name, const char *path, uint32_t *group,
				      uint32_t *organization);
/* Where a link of a group of this view is to lead to: an organization that the principal
 * owns, VIEW_NONE when it is in another root; isolated otherwise. Reads that root. */
MUST_CHECK struct err *console_link_target(struct console *console, const char *path,
					   uint32_t *organization);
/* Somebody on the roster of an organization, or in a group, that the principal owns, by
 * e-mail; or a service principal by name. ERR_REFUSED (unknown-account), whether or not
 * the account exists elsewhere. The operator knows everybody in this root. */
MUST_CHECK struct err *console_known(const struct console *console, const char *who,
				     uint32_t *account);
bool console_sees(const struct console *console, uint32_t account);

/*
 * One change: judged, written, audited. A refusal comes back as ERR_REFUSED with the
 * rule's code, and nothing is written. anchor is the person of the source for whom it is
 * made (empty by hand); reason is a short code or row for the audit trail.
 */
MUST_CHECK struct err *console_change(struct console *console, struct change *change,
				      const struct value *anchor, const char *reason);

/* How many of a kind ("agents") the console holds for an organization; the operator says
 * so, and 0 is none. Unchanged when it is so already. */
MUST_CHECK struct err *console_asset(struct console *console, uint32_t organization,
				     const char *kind, uint32_t count);
/* The kinds, NULL-terminated. */
const char *const *console_asset_kinds(void);

/* So many people, groups, or entries of a base. */
struct expectation {
	bool groups;
	const char *directory, *base; /* NULL: of the whole source */
	int64_t low, high;
	int64_t lapses;
	const char *reason;
};

/* A person's word that a source of this organization, by name, will have so many; in
 * force until it lapses. ERR_USAGE when no source of the organization has that name,
 * whoever else's has. */
MUST_CHECK struct err *console_expect(struct console *console, uint32_t organization,
				      const char *source, const struct expectation *e);

/* A person's word, ahead of it, that so many more of a layer of the budgets ("people",
 * "grants") may go from this source, until then; used up as they go. Errors as above. */
MUST_CHECK struct err *console_announce(struct console *console, uint32_t organization,
					const char *source, const char *layer, int64_t n,
					int64_t until, const char *reason);

/* One thing that waits for a person. */
struct held {
	uint8_t id[DIGEST_SIZE];
	const char *source;
	const char *kind, *code;
	const char *what, *reason; /* in words, not escaped */
	int64_t since;
	uint32_t organization; /* where it acts */
	const char *decision;  /* "approve" or "reject" when there is one; NULL */
	int64_t until;         /* when that lapses; 0: not by a date */
	const char *by, *why;  /* who decided so, and the reason; not escaped */
};

/* What is held of the sources of an organization that the principal owns (and below), or
 * of one of them by name; by source, then since. Belongs to ctx. */
MUST_CHECK struct err *console_holds(TALLOC_CTX *ctx, struct console *console,
				     uint32_t organization, const char *source,
				     struct held **out, size_t *n);

/*
 * A person's decision on an operation of a source, by its id: "approve" lapses after 72
 * hours, "reject" silences the operation until it is no longer derived, or until that
 * time (0: none), when it is held again. Needs Owner where the operation acts (acts_at)
 * as well as of the source's organization.
 */
MUST_CHECK struct err *console_decide(struct console *console, uint32_t organization,
				      const char *source, const char *word,
				      const uint8_t id[DIGEST_SIZE], uint32_t acts_at,
				      int64_t until, const char *reason);

/*
 * A person's word that a store that was restored is right: it begins a new epoch.
 * Operator only, on the store's own audit chain, with both epochs. The store must have
 * been opened with STORE_ACCEPT; see store_accept().
 */
MUST_CHECK struct err *console_new_epoch(struct console *console, const char *reason);

/*
 * A person's word that somebody of a source (anchor, as its bytes) is this account, who
 * is bound to it already or known to the principal: after a rehire, or when a directory
 * was made anew. What the source remembers of whom it was bound to is theirs from now on.
 * ERR_USAGE when it is bound so, or to somebody else, already. On the audit trail.
 */
MUST_CHECK struct err *console_bind(struct console *console, uint32_t organization,
				    const char *source, const char *email,
				    const struct value *anchor, const char *reason);

/* Write what is kept until the end: heads of the audit chains, change counters. */
MUST_CHECK struct err *console_finish(struct console *console);

/* ---- accounts and principals ---- */

/* An address that somebody wrote, as it is kept and shown (text_name()), and its key
 * (email_key()). ERR_USAGE when it is none. Both belong to ctx. */
MUST_CHECK struct err *console_address(TALLOC_CTX *ctx, const char *text, char **address,
				       char **key);
/* The account of this address, made when there is none. For the first owner of a root,
 * and for who accepts an invitation; nobody else makes accounts. */
MUST_CHECK struct err *console_account(struct console *console, const char *email,
				       const char *name, uint32_t *account);
/* The service principal of this name, made when there is none. Operator only. */
MUST_CHECK struct err *console_service(struct console *console, const char *name,
				       uint32_t *account);
/* Let an operating-system user act as a principal (by name or e-mail, with "person:" or
 * "service:" before it where both have the name), or no longer. Operator only; on the
 * store's own audit chain. The operator who takes the last user of the operator away
 * is refused (last-owner). */
MUST_CHECK struct err *console_allow(struct console *console, const char *principal,
				     const char *os_user, bool allow);

/* ---- invitations ---- */

/* Mark what is over as expired, in the invitation and in what its sources remember. */
MUST_CHECK struct err *console_expire(struct console *console);

/* The token of an invitation's mail, for whoever delivers it. */
MUST_CHECK struct err *console_token(TALLOC_CTX *ctx, struct store *store, int64_t mail,
				     char **token);

/* The same for a person who asks: NULL unless the principal owns the group, and its
 * organization, of everything that the token would give. Who holds a token can accept. */
MUST_CHECK struct err *console_show_token(TALLOC_CTX *ctx, struct console *console,
					  int64_t mail, char **token);

struct acceptance {
	const char *email; /* of the account */
	uint32_t roles;    /* how many invitations became roles */
	const char *organization;
};

/* Who answers: the operating-system user who brings the token; and, to accept, the
 * account's own address when it is another than the invited one (or NULL), and a name for
 * a new account (or NULL: the name that the invitation came with). */
struct answer_by {
	const char *os_user;
	const char *email, *name;
};

/*
 * Accept: the token is the authority. All pending invitations of its mail, and all others
 * of the same people of the same sources, become roles of the account; the people are
 * bound to it. One transaction of its own.
 */
MUST_CHECK struct err *console_accept(TALLOC_CTX *ctx, struct store *store,
				      const char *token, const struct answer_by *by,
				      int64_t now, struct acceptance *out);
/* Decline: final until a person decides otherwise. One transaction of its own. */
MUST_CHECK struct err *console_decline(TALLOC_CTX *ctx, struct store *store,
				       const char *token, const struct answer_by *by,
				       int64_t now);

/* ---- for the rooms that keep what a source remembers ---- */

/* The change counter of an organization's subtree: the sum over it. */
MUST_CHECK struct err *console_changes(struct store *store, int64_t organization,
				       int64_t *changes);

#endif
