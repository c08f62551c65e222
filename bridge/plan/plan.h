/* SPDX-License-Identifier: MIT */
/*
 * A plan: what would change in the console, why, and whether it may. Made by reconcile,
 * given its verdicts by plan_judge() and plan_guard(), then frozen; printed as text or
 * JSON; carried out by the run. Same input, same plan, byte for byte.
 *
 * Groups and people stand once in arrays; operations point into them and are sorted:
 * by group (organization path, then name), in a group by enum operation_kind's order of
 * reading (what takes from hand last), role, then e-mail or anchor.
 *
 * Memory: everything in a plan belongs to the plan, or to what it was made from (the
 * wanted, the view, the configuration), which must outlive it.
 */
#ifndef DIRBRIDGE_PLAN_PLAN_H
#define DIRBRIDGE_PLAN_PLAN_H

#include "bridge/base/digest.h"
#include "bridge/base/str.h"
#include "bridge/base/table.h"
#include "bridge/plan/budget.h"
#include "bridge/plan/changed.h"
#include "bridge/record/given.h"
#include "bridge/rules/rules.h"

#define PLAN_NONE UINT32_MAX

enum operation_kind {
	OPERATION_GROUP_CREATE,
	OPERATION_GROUP_RENAME,
	OPERATION_GRANT,  /* give a role to an account that is known */
	OPERATION_INVITE, /* invite, or invite again (repeats says so) */
	OPERATION_JOIN,   /* join the givers of a role; access is unchanged */
	OPERATION_JOIN_INVITATION,
	OPERATION_RESTORE, /* end a suspension */
	OPERATION_REVOKE,  /* the role ends */
	OPERATION_SUSPEND,
	OPERATION_LEAVE,    /* leave the givers; access is unchanged */
	OPERATION_CANCEL,   /* end the invitation, or leave it to those who joined it */
	OPERATION_FORGET,   /* nothing is left to remember */
	OPERATION_KEEP,     /* no change; only where a person should know: see code */
	OPERATION_CONFLICT, /* two claim one thing: both are named, the incumbent keeps */
	OPERATIONS
};

enum verdict {
	VERDICT_DO,
	VERDICT_HOLD,   /* a person decides */
	VERDICT_DEFER,  /* a date decides: until */
	VERDICT_REFUSE, /* a rule forbids: rule */
	VERDICT_SKIP,   /* known, nothing to do */
	VERDICTS
};

/* Why: a code, never a number or a date; part of an operation's id. */
enum reason {
	REASON_WANTED,          /* wanted: a rule of the configuration asks for it */
	REASON_TOMBSTONE,       /* tombstone: deleted in the directory */
	REASON_DISABLED,        /* disabled in the directory */
	REASON_EXPIRED,         /* expired in the directory */
	REASON_OUT_OF_SCOPE,    /* out-of-scope: exists, but is no longer in scope */
	REASON_NOT_FOUND,       /* not-found twice, at least an hour apart */
	REASON_LEFT_GROUP,      /* left-group: no longer in the directory group */
	REASON_GRACE_OVER,      /* grace-over: the suspension's days are over */
	REASON_ADDRESS_CHANGED, /* address-changed: invited under another address */
	REASON_REMOVED_BY_HAND, /* removed-by-hand, still wanted */
	REASON_DECLINED,        /* declined, still wanted */
	REASON_CANCELLED,       /* cancelled by hand, still wanted */
	REASON_REPEATS,         /* repeats: invited as often as is allowed */
	REASON_GROUP_MISSING,   /* group-missing: and the rule may not create it */
	REASON_GROUP_DELETED,   /* group-deleted by hand, still wanted */
	REASON_GROUP_RENAMED,   /* group-renamed in the directory */
	REASON_NO_ORGANIZATION, /* no-organization of that path */
	REASON_SAME_ADDRESS,    /* same-address: two entries of the source have one */
	REASON_ADDRESS_BOUND,   /* address-bound: to an account of somebody else */
	REASON_NO_ADDRESS,      /* no-address: nobody can be invited */
	REASON_UNKNOWN,         /* unknown: the entry failed to map */
	REASON_UNPROVED,        /* unproved: missing, but absence is not proved */
	REASON_LAST_MEMBER,     /* last-member of a group that had two or more */
	REASON_BUDGET_PEOPLE,   /* budget-people: more than may go without a person */
	REASON_BUDGET_DISABLED, /* budget-disabled: likewise, who is disabled */
	REASON_BUDGET_GROUPS,
	REASON_BUDGET_GROUP,
	REASON_BUDGET_GRANTS,
	REASON_BUDGET_OWNERS,
	REASON_BUDGET_EMAILS,
	REASON_BUDGET_INVITATIONS,
	REASON_REJECTED,      /* rejected: a person said no, and it is not asked again */
	REASON_NOT_ASKED,     /* not-asked: this run carries out what was approved only */
	REASON_HAS_ROLE,      /* has-role: the invitation is not needed any more */
	REASON_PAUSED,        /* paused: a person has stopped it until resumed */
	REASON_SECOND_PERSON, /* second-person: must approve as well, it is so many */
	REASON_UNDONE,        /* undone: a person turns round what a run did */
	REASON_MAIL_DOMAIN,   /* mail-domain: the address is of none of the source */
	REASON_BUG,           /* bug: no row of the table fits */
	REASONS
};

/* What stands in the console, of one grant, as one source sees it. */
enum console_state {
	CONSOLE_NOTHING,
	CONSOLE_OURS,           /* the role, given by this source alone */
	CONSOLE_OURS_OTHERS,    /* ... and by others */
	CONSOLE_OTHERS,         /* the role, given by others only */
	CONSOLE_PENDING_OURS,   /* an invitation that this source joined */
	CONSOLE_PENDING_OTHERS, /* an invitation of others */
	CONSOLE_STATES
};

/* What a person has stopped; ored together. */
enum paused {
	PAUSED_REMOVALS = 1,
	PAUSED_INVITATIONS = 2,
	PAUSED_ALL = 4,
};

struct plan_group {
	const char *organization; /* path */
	const char *name;
	const char *name_key;
	uint32_t view_organization; /* VIEW_NONE: there is none of that path */
	uint32_t view;              /* VIEW_NONE until it is made */
	struct value feeder;        /* anchor of the directory group that would make it */
	bool bind;                  /* remember which directory group it came from */
	bool allow_owner_claim;
	uint32_t members, owners; /* before the plan */
	uint32_t had;             /* grants that the source gave in it before; where the
				     plan takes from hand, what a person gave too */
	uint32_t spent, spent_owners; /* grants, and owners of them, that went in the
					 last 24 hours without a person */
	uint8_t paused;               /* of enum paused: in the organization */
};

struct plan_person {
	struct value anchor;
	const char *email; /* NULL when unknown */
	const char *email_key;
	const char *name;
	const char *who;     /* what to call them: e-mail, name, DN or anchor's text */
	const char *why;     /* what is wrong with the entry, not escaped; or NULL */
	uint32_t account;    /* in the view; VIEW_NONE */
	uint32_t view_email; /* in the view; VIEW_NONE until it is needed */
	bool bind;           /* known by address, to be bound to account */
	uint32_t had;        /* grants that the source gave before */
	uint32_t lost;       /* of them, how many the plan takes */
};

struct operation {
	struct digest id;
	uint8_t kind;    /* enum operation_kind */
	uint8_t verdict; /* enum verdict */
	uint8_t rule;    /* enum rule, when refused or deferred */
	uint8_t reason;  /* enum reason */
	uint8_t guard;   /* enum reason why the guard holds it, or 0 */
	uint8_t row;     /* of the decision table; 0 also where none applies */
	uint8_t role;
	uint8_t given;   /* enum given_state, before */
	uint8_t console; /* enum console_state, before */
	uint8_t after;   /* enum given_state, after */
	uint8_t repeats;
	bool hand;       /* JOIN: what a person gave ends with it; REVOKE, LEAVE: ends
			    what a person gave, and nothing of the source's */
	bool changed;    /* for no other reason than that the configuration changed */
	bool wish;       /* of GIVEN_UNDONE after: what was wanted of what is undone */
	uint32_t group;  /* index into groups, or PLAN_NONE */
	uint32_t person; /* index into persons, or PLAN_NONE */
	uint32_t other;  /* the other person of a conflict, or PLAN_NONE */
	uint32_t grant;  /* of the wanted, for explain; PLAN_NONE */
	int64_t until;   /* deferred until; suspended until; since when for evidence */
	const char *email_key; /* CANCEL: the address that was invited */
};

/* A grant that stays, but came another way than is remembered, or had been undone: what
 * is remembered is put right by the way, and nobody needs to read of it. */
struct plan_way {
	uint32_t given; /* index into what was given */
	uint32_t grant; /* of the wanted */
};

/* Something that a person should read: one sentence, and what to do. */
struct finding {
	const char *code; /* constant: "empty", "shrunken", "group-unresolved", ... */
	const char *text; /* names quoted, not escaped */
	const char *hint; /* or NULL */
};

/* What one base of a directory showed. */
struct pull_base {
	const char *name; /* as it is configured; "" where a directory is one base */
	uint32_t entries;
};

/* How one directory was read. */
struct pull_directory {
	const char *name;   /* "" where the source is one directory and names none */
	const char *server; /* for people; NULL when it was not reached */
	const char *identity, *anchor; /* what is pinned, the kind of its anchors; NULL */
	bool complete;
	const char *why, *hint; /* not complete: why, and what to do, or NULL */
	uint32_t read;          /* entries read */
	uint32_t pages, ranges, referrals;
	struct pull_base *bases; /* as the connector told them, each once */
	size_t n_bases, c_bases;
};

/* How it was read. */
struct pull_facts {
	bool complete;
	bool unread;     /* no directory was asked, and nothing below means anything */
	const char *why; /* not complete: why */
	struct pull_directory *directories; /* by name */
	size_t n_directories;
	uint32_t people, groups; /* entries of each, as read or looked up */
	uint32_t addresses;      /* people who have a usable one */
	uint32_t members;        /* member values of the groups that name an entry */
	/* Of all directories together. */
	uint32_t read, pages, ranges, referrals, set_aside, lookups;
	uint64_t bytes;
	int64_t us_pull, us_map, us_reconcile, us_judge; /* microseconds */
	int64_t peak_kb;
};

struct plan {
	const char *source;
	int64_t source_id;
	const char *organization; /* path of the source's own */
	uint32_t scope;           /* the same, in the view */
	struct digest config;     /* config_digest() */
	int64_t now;
	struct digest digest; /* of all ids and verdicts, in order */
	struct plan_group *groups;
	uint32_t n_groups;
	struct plan_person *persons;
	uint32_t n_persons;
	struct operation *operations;
	size_t n_operations;
	size_t c_operations;
	struct plan_way *ways;
	size_t n_ways, c_ways;
	struct finding *findings;
	size_t n_findings;
	size_t c_findings;
	size_t unchanged;        /* grants kept as they are, without an operation */
	size_t kept_unknown;     /* grants kept because absence is not proved */
	uint32_t people_before;  /* people with anything given, before */
	uint32_t people_removed; /* of them, how many the plan leaves without */
	size_t by_verdict[VERDICTS];
	bool suspect;      /* the source is not healthy: see findings */
	bool first;        /* first run of this configuration */
	size_t unlicensed; /* additions left out because the licence has lapsed */
	enum invite_mode invitations; /* how those who are invited learn of it */
	struct plan_changed *changed; /* by the configuration; NULL: it is the same, or
					 nothing can be said */
	struct pull_facts pull;
	const struct view *view;
	struct budget budgets[BUDGETS];
	/* By id of operation; each may be NULL. What the guard held before, to the
	 * reason; what has been approved, to how many people did; and rejected. */
	const struct table *held, *approved, *rejected;
	bool only_approved;     /* nothing else is to be carried out */
	uint8_t paused;         /* of enum paused: the source itself */
	uint32_t second_person; /* so many approved removals need two people; 0: never */
	/* The reason of a wanted grant, for people; belongs to ctx. May be NULL. */
	char *(*explain)(TALLOC_CTX *ctx, const struct plan *plan, uint32_t grant);
	const void *explain_data;
	/*
	 * Takes what is printed as it comes, so that a plan of any size can be; the end
	 * stays in the str. NULL: all stays there.
	 */
	void (*drain)(void *to, const char *bytes, size_t len);
	void *drain_to;
};

struct plan *plan_new(TALLOC_CTX *ctx);
/* A zeroed operation at the end; its indexes are PLAN_NONE. Valid until the next. */
struct operation *plan_add(struct plan *plan);
void plan_find(struct plan *plan, const char *code, const char *hint, const char *fmt,
	       ...) PRINTF_LIKE(4, 5);

/* Ids, order, digest and counts; after reconcile and after the verdicts. */
void plan_identify(struct plan *plan);
void plan_seal(struct plan *plan);
/* The counts alone, after verdicts have changed; the digest stays what was read. */
void plan_count(struct plan *plan);

/*
 * The change to the console that an operation asks for; false when it asks for none
 * (keep, forget, conflict). Enters the person's address into the view when it is new.
 */
bool plan_change(struct plan *plan, const struct operation *op, struct view *view,
		 struct change *change);

/* Is it about what a person gave, and about nothing that the source gives? */
bool plan_is_by_hand(const struct operation *op);

/* The second change of an operation that adopts: what a person gave ends. */
bool plan_change_adopted(struct plan *plan, const struct operation *op, struct view *view,
			 struct change *change);

/* One grant as a source sees it; everything by its number in the view. */
struct plan_seen {
	int64_t source;
	uint32_t group, account, email;
	enum role role;
	bool invited; /* the source has invited this very person */
};

/* What stands in the console of it. */
enum console_state plan_console_state(const struct view *view,
				      const struct plan_seen *seen);

/* Mark the operations that plan->changed accounts for. */
void plan_mark_changed(struct plan *plan);

/* Does it take something from a person, or from nobody but the source's memory of it? */
bool plan_takes(const struct operation *op);

/* Is its id in this table? NULL is an empty one. */
bool plan_names(const struct table *ids, const struct operation *op);

/* Has a person stopped operations such as this, of the source or where it acts? */
bool plan_is_paused(const struct plan *plan, const struct operation *op);

/*
 * What people have decided, before the guards: what they approved is done, also where its
 * row would hold it, what they rejected or paused is left out. Paused wins.
 */
void plan_decide(struct plan *plan);

/*
 * Verdicts: every operation that would be done passes the guard and then the judge, in
 * order, on this view (what the guard held before stays held), which afterwards shows the
 * console as the plan would leave it. Within a group additions come first, so that who
 * takes over is there before the one who leaves. What is to be told of the root's licence
 * is one finding, not one refusal a person; what is protected, and operations on a group
 * that may not be made, are skipped.
 */
void plan_judge(struct plan *plan, struct view *view, const struct principal *principal);

/*
 * The guard's own question: would this change take the last member of a group that had
 * two or more within the last 24 hours? Such a change is held, whatever the signal.
 */
bool guard_empties(const struct view *view, const struct change *change);

/* Holds, before people's decisions, whoever would be let in or invited under an address
 * of none of these domains (keys, as behind the @ of email_key()); no domains: nobody. */
void guard_domains(struct plan *plan, const char *const *domains);

/* ---- source health ---- */

/* What a person said with `expect`, still in force. */
struct said {
	bool anything; /* else nothing was said */
	int64_t low, high;
};

/* The same of one part of a source: of a base of one of its directories. */
struct part_history {
	const char *directory, *base;
	uint32_t entries[5]; /* of the last good runs */
	size_t n;
	struct said said;
};

/* What is known of a source's size, and what a person said of it. */
struct history {
	uint32_t people[5], groups[5]; /* of the last good runs */
	uint32_t addresses[5], members[5];
	size_t n;
	uint32_t mirror;                  /* entries in the mirror so far */
	int64_t expect_low, expect_high;  /* from the configuration; both 0: not set */
	struct said said, said_groups;    /* of the people, and of the groups */
	const struct part_history *parts; /* by directory, then base */
	size_t n_parts;
};

/*
 * Is what was read believable as a set? Adds one finding for each of: incomplete, empty,
 * unreadable, shrunken (over 30 % fewer people or groups than the median of the last
 * five good runs), attribute-lost (half of the addresses, or of the memberships, though
 * the entries are there), unexpected (outside expect_people). True when healthy. What was
 * not read whole is incomplete and nothing else: its counts mean nothing.
 *
 * Where a source has several parts, each is judged by itself as well: base-empty, when
 * one that showed entries shows none, and base-shrunken, over 30 % fewer of ten or more.
 * A base that may no longer be read answers with success and nothing.
 *
 * Only `expect` silences shrunken, empty, unexpected and those of a base, only for a
 * count inside what was said, and what was said of the people says nothing of the groups,
 * nor of a base.
 */
bool guard_health(struct plan *plan, const struct history *history);

/* A part, for people and for `expect`: its base, its directory, or "emea: ou=people". */
char *part_name(TALLOC_CTX *ctx, const char *directory, const char *base);

/* How many missing anchors may be looked up when n are known; more is one finding and
 * none is. Twice what one run may remove: min(500, max(2, min(10 %, max(50, 2 %)))). */
size_t guard_lookups(size_t n);

/* The exit code of `plan` for it: 3, 4, 5, 2 or 0, the first that is true of these. */
int plan_exit_code(const struct plan *plan);

const char *operation_name(enum operation_kind kind); /* "grant" */
/* As the journal names it: "adopt", "revoke-hand", "leave-hand", or its name. */
const char *operation_record(const struct operation *op);
const char *operation_sign(const struct operation *op); /* "+", "~", "-", "!" */
const char *verdict_name(enum verdict verdict);         /* "do", "hold", ... */
/* Why it is refused, held by the guard, or made at all: the code that counts. */
const char *operation_code(const struct operation *op);
const char *reason_code(enum reason reason); /* "left-group" */
/* The reason of a code; REASON_BUG when there is none. */
enum reason reason_of_code(const char *code);
const char *reason_text(enum reason reason); /* for people, no full stop */
const char *console_state_name(enum console_state state);

/* One operation in plain words, for lists of what waits: "revoke eve@x.example as member
 * of northwind/contoso / Operators"; and why it is held. Not escaped; they belong to ctx.
 */
char *plan_what(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op);
char *plan_why(TALLOC_CTX *ctx, const struct plan *plan, const struct operation *op);

/* ---- printing ---- */

enum plan_format {
	PLAN_TEXT,
	PLAN_JSON,
};

struct plan_style {
	bool colour;
	bool verbose; /* nothing is folded */
	size_t width; /* columns; 0: do not fit */
};

/* The mode of a dry run; the last line then says how to apply it. */
#define PLAN_UNCHANGED "nothing has been changed"

/* "nothing has been changed", "applied": how the first and last line name the mode. */
void plan_text(struct str *out, const struct plan *plan, const char *mode,
	       const struct plan_style *style);
/* One JSON object: header, findings, operations, summary, how it was read. */
void plan_json(struct str *out, const struct plan *plan, const char *mode);

#endif
