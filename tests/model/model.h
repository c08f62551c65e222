/* SPDX-License-Identifier: MIT */
/*
 * A small plain model of the console's rules, written from the table of rules alone. It
 * shares no code with the program, finds everything by walking arrays, and keeps its own
 * history. test_model.c makes the same random changes here and in a real store; the two
 * must say the same.
 *
 * An operation names things as a person would: organizations by their path, groups by
 * name, people by address. So any part of a list of operations can be played again, which
 * is how a failing one is made short.
 */
#ifndef DIRBRIDGE_TESTS_MODEL_MODEL_H
#define DIRBRIDGE_TESTS_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum m_kind {
	M_WAIT, /* until: so many seconds go by */
	M_ROOT,
	M_ORG,
	M_ORG_RENAME,
	M_ORG_DELETE,
	M_LICENCE,
	M_ASSET, /* until: how many the console holds, of the kind name */
	M_CLAIM,
	M_UNCLAIM,
	M_GROUP,
	M_GROUP_RENAME,
	M_GROUP_DELETE,
	M_GROUP_CLAIM,
	M_GROUP_UNCLAIM,
	M_LINK,
	M_UNLINK,
	M_GIVE,
	M_TAKE,
	M_SUSPEND,
	M_RESTORE,
	M_INVITE,
	M_UNINVITE,
	M_CANCEL,
	M_RESEND,
	M_RELEASE,
	M_ACCEPT,
	M_DECLINE,
	M_BLOCK,
	M_UNBLOCK,
	M_EMAIL,
	M_ERASE,
	M_KINDS
};

enum { M_MEMBER, M_OWNER };          /* roles */
enum { M_MAIL, M_SILENT, M_STAGED }; /* how an invitation is told */
enum { M_PENDING, M_ACCEPTED, M_DECLINED, M_CANCELLED, M_EXPIRED };

#define M_OPERATOR   (-1)
#define M_SERVICE(n) (100 + (n)) /* service principal of source n, 1 or 2 */
#define M_NOBODY     (-1)

enum {
	M_PEOPLE = 14, /* addresses there are */
	M_ORGS = 512,
	M_GROUPS = 1024,
	M_MANY = 4096,
	M_ACCOUNTS = 160,
	M_GIVERS = 6,
	M_ASSETS = 3, /* kinds of what the console holds for an organization */
	M_TEXT = 32
};

/* A path: numbers of names from the root down; -1 ends it. */
struct m_path {
	int name[3];
};

struct m_op {
	enum m_kind kind;
	bool joins; /* goes into the transaction of the one before */
	int actor;  /* M_OPERATOR, an address, or M_SERVICE */
	struct m_path root;
	struct m_path place; /* the organization where it acts */
	struct m_path home;  /* of the group */
	struct m_path from;  /* INVITE: from where; empty: home */
	int group, name;     /* group 0 is Owners */
	bool upper;          /* the new name is written in capitals */
	int role, who, email;
	int giver; /* 0: by hand */
	int mode;
	int64_t until;
	bool trial, allow;
	int token;  /* of which mail, counted from the last */
	bool stale; /* an older token of that mail */
};

/* Names are numbers, so that all names of a kind can be tried; upper: written in
 * capitals, which makes no other name. Nothing is ever deleted from an array but what is
 * said here: a number stays good, so that a day that is past can be shown. */
struct m_org {
	bool alive;
	int parent, root, level, name;
	bool upper;
};

struct m_group {
	bool alive;
	int home, name;
	bool upper;
};

/* Home is not a link. What is off may be another's next. */
struct m_link {
	bool on;
	int group, org;
};

/* Members of a group have it in an organization where the group is active. */
struct m_claim {
	bool on;
	int group, org, name;
};

struct m_direct { /* Owner held directly */
	bool on;
	int account, org;
	int64_t since;
	int ended; /* in which transaction */
};

/* There while it has a giver, active while one of them is not suspended. */
struct m_role {
	int group, role, account, n;
	struct {
		int giver;
		bool suspended;
	} by[M_GIVERS];
	int64_t since;
	int ended;
};

/* Who joined it stands in by: a source as the person that it wants (anchor). Pending ends
 * by itself, with its time. */
struct m_invitation {
	int state;
	int group, role, subject, mail, mode, inviter;
	int64_t created, expires;
	int account; /* ACCEPTED: whose it became */
	int n;
	struct {
		int giver, anchor;
		bool gone; /* the source no longer knows the person */
	} by[M_GIVERS];
};

/* One for all that waits for one address in one organization and goes the same way. Each
 * time it is sent its token is of another generation. */
struct m_mail {
	int org, subject, mode, generation;
	int64_t queued;
};

/* Whoever is, or was, invited or known under an address. */
struct m_subject {
	int email; /* or -1: became another's, or was erased */
	int account;
};

/* The store numbers them in the same order, from 1. */
struct m_account {
	bool service, closed;
	int subject, number; /* of a service principal: its source */
};

/* A binding, or a block; see where it is used. */
struct m_pair {
	bool on;
	int a, b, c, ended;
};

/* The last one counts, for thirty days after its end. */
struct m_licence {
	int root;
	int64_t from, to;
};

/* All there is at one moment; saved and put back as a whole when something is refused. */
struct m_state {
	int64_t now;
	int transaction, actor; /* actor: its account, or M_OPERATOR */
	int root;               /* the organization this transaction is about, or -1 */
	int source_org[3];
	bool protected_email[M_PEOPLE], erased_email[M_PEOPLE];
	int64_t asset[M_ORGS][M_ASSETS]; /* what the console holds */
	bool ever[M_ACCOUNTS][M_ORGS];   /* played a part in this root */
	int protected_name;              /* groups of this name */
	int64_t changes;                 /* made, each of which is an event */
	int n_orgs, n_groups, n_links, n_claims, n_directs, n_roles, n_invitations,
		n_mails, n_subjects, n_accounts, n_bindings, n_blocks, n_licences;
	struct m_org org[M_ORGS];
	struct m_group group[M_GROUPS];
	struct m_link link[M_MANY];
	struct m_claim claim[M_MANY];
	struct m_direct direct[M_MANY];
	struct m_role role[M_MANY];
	struct m_invitation invitation[M_MANY];
	struct m_mail mail[M_MANY];
	struct m_subject subject[M_ACCOUNTS];
	struct m_account account[M_ACCOUNTS];
	struct m_pair binding[M_MANY]; /* source, anchor, account */
	struct m_pair block[M_MANY];   /* account, root */
	struct m_licence licence[M_MANY];
};

/* One line of a roster as it was once: things by number, names as they are now. */
struct m_line {
	int org, account, group, role, invitation;
	bool linked, claim[3], suspended, blocked;
	int64_t since;
};

/* How all rosters were, until the next thing happened. */
struct m_day {
	int64_t from, until; /* from its first second up to, without, its last */
	struct m_line *line;
	size_t n;
};

/* saved: before the operation. */
struct model {
	struct m_state s, saved;
	struct m_day *day;
	size_t n_days;
};

struct model *model_new(int64_t now);
void model_free(struct model *m);

/* A transaction begins: whose, and about which root. */
void model_begin(struct model *m, const struct m_op *op);
/* The code of the refusal, or "". Either all of it is done or nothing. */
const char *model_do(struct model *m, const struct m_op *op);

/* ---- finding: the number, or -1 ---- */

int model_org(const struct m_state *s, const struct m_path *path);
int model_group(const struct m_state *s, int home, int name);
int model_account(const struct m_state *s, int who);
int model_subject(struct m_state *s, int email);
int model_invitation(const struct m_state *s, int group, int role, int subject);
/* A source has joined it as two people: its leaving is no single change. */
bool model_twice(const struct m_invitation *i, int giver);
/* The mail, counted from the last; -1 when there is none. */
int model_token(const struct m_state *s, const struct m_op *op);
bool model_present(const struct m_state *s, int account);
bool model_sees(const struct m_state *s, int account);

/* ---- how things are called ---- */

void model_org_path(const struct m_state *s, int org, char out[4 * M_TEXT]);
void model_org_name(int level, int name, bool upper, char out[M_TEXT]);
void model_group_name(int name, bool upper, char out[M_TEXT]);
void model_email(int email, char out[M_TEXT]);
const char *model_claim(int name);

/* ---- rosters ---- */

/* Remember how it is, until then. */
void model_remember(struct model *m, int64_t until);
/* The lines of all rosters now; the caller frees them. */
struct m_line *model_roster(const struct m_state *s, size_t *n);
/* As text. False when it is not to be seen: the organization is gone by now, or an
 * invitation was over at that time. */
bool model_line(const struct m_state *s, const struct m_line *line, int64_t at, char *out,
		size_t size);

/* ---- shared by the two files ---- */

/* Each as the table of rules says it, by walking everything. Owning, here, is what is
 * left when the account is not blocked in that root. */

/* Org is above, or below it. */
bool m_within(const struct m_state *s, int above, int org);
bool m_blocked(const struct m_state *s, int account, int org);
/* Not wholly suspended. */
bool m_active(const struct m_role *r);
/* At home there, or linked. */
bool m_active_in(const struct m_state *s, int group, int org);
bool m_owns(const struct m_state *s, int account, int org);
bool m_owns_group(const struct m_state *s, int account, int group);
/* Org -1: anywhere. */
bool m_carries(const struct m_state *s, int group, int org, int claim);
/* The role, or -1. */
int m_role(const struct m_state *s, int group, int role, int account);
/* Service principals do not count. */
int m_people_owning(const struct m_state *s, int org);
int m_people_owning_group(const struct m_state *s, int group);
/* Not answered, and not over. */
bool m_pending(const struct m_state *s, const struct m_invitation *i);

#endif
