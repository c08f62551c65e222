/* SPDX-License-Identifier: MIT */
/*
 * Months of two sources of one organization, played in seconds: directories whose people
 * come, leave, move and are hired again, whose groups are renamed and go, polls of them,
 * outages, and persons who decide, change things by hand, restore an older store and
 * change the configuration. Everything follows from a seed. The directories' truth is
 * known here, so that what the program did can be judged without asking it.
 *
 *   sim_new → sim_step ... → sim_calm
 *
 * Every command ends with sim_look(), which fails the test where a rule of safety is
 * broken; a failure names seed, step and the last commands. The rules are those of the
 * design, written down once more: nothing here calls, or shares a number with, what the
 * program judges by. Only the store's tables are read, by plain SQL, and the plan.
 */
#ifndef DIRBRIDGE_TESTS_SIM_SIM_H
#define DIRBRIDGE_TESTS_SIM_SIM_H

#include "tests/stage.h"

#define SIM_ADA  "ada@northwind.example"
#define SIM_HOME "northwind/contoso"

enum {
	SIM_SOURCES = 2,
	SIM_PEOPLE = 24,
	SIM_GRANTS = 5, /* member of four groups, and owner of the first */
	SIM_OWNER = SIM_GRANTS - 1,
	SIM_LAST = 10,
	SIM_ANNOUNCED = 256,
	SIM_SECOND = 3, /* so many approved removals take two people */
	SIM_HOUR = 3600,
	SIM_DAY = 86400,
};

/* Of an entry: not there yet; there; there, and disabled; deleted, which the directory
 * proves; or no longer shown, which it doesn't. */
enum sim_state { SIM_NEVER, SIM_ALIVE, SIM_DISABLED, SIM_GONE, SIM_HIDDEN };

/* What comes of a pull, whatever the truth is. */
enum sim_outage { SIM_FINE, SIM_INCOMPLETE, SIM_EMPTY, SIM_SHRUNKEN, SIM_FAILS };

struct sim_person {
	enum sim_state state;
	unsigned mail, address; /* whose name it is, and how often it has changed */
	bool in[SIM_GRANTS];
};

struct sim_group {
	enum sim_state state;
	bool renamed;
};

/* A directory, as it is, and what the pull shows that is written now. */
struct sim_source {
	const char *name;
	char letter; /* of its anchors */
	bool feeds[SIM_GRANTS];
	struct sim_person people[SIM_PEOPLE];
	struct sim_group groups[SIM_GRANTS];
	enum sim_outage outage;
	bool alive[SIM_PEOPLE], out[SIM_PEOPLE], left[SIM_PEOPLE]; /* shown */
	bool group[SIM_GRANTS], in[SIM_PEOPLE][SIM_GRANTS];        /* shown */
};

/* What anybody could know by now of an anchor that is not as it should be. */
struct sim_sign {
	bool proof;
	int64_t missing; /* since when a census has not found it; 0: it has */
};

struct sim_seen {
	struct sim_sign people[SIM_PEOPLE], groups[SIM_GRANTS];
	bool out[SIM_PEOPLE];              /* disabled in the last census */
	bool left[SIM_PEOPLE][SIM_GRANTS]; /* the last census showed the group without */
};

enum sim_layer {
	SIM_BUDGET_PEOPLE,
	SIM_BUDGET_DISABLED,
	SIM_BUDGET_GROUPS,
	SIM_BUDGET_GROUP,
	SIM_BUDGET_GRANTS,
	SIM_BUDGET_OWNERS,
	SIM_BUDGET_EMAILS,
	SIM_BUDGET_INVITATIONS,
	SIM_LAYERS
};

struct sim_announced {
	int source;
	enum sim_layer layer;
	unsigned left;
	int64_t until;
};

/* What goes back with the store. */
struct sim_past {
	struct sim_seen seen[SIM_SOURCES];
	int64_t expected_until[SIM_SOURCES];
	struct sim_announced announced[SIM_ANNOUNCED];
	size_t n_announced;
};

/* What one command may carry out. */
enum sim_by { SIM_NOBODY, SIM_RUN, SIM_APPROVE, SIM_SAVED, SIM_UNDO };

struct sim_moment {
	int64_t at;
	unsigned members[SIM_GRANTS]; /* who have access by it, from then on */
};

/* What went without a person's decision. */
struct sim_loss {
	int64_t at, group; /* 0: of none alone */
	enum sim_layer layer;
	unsigned n;
};

/* A grant that a source has given, or asked somebody to accept. */
struct sim_grant {
	int source;
	const char *anchor, *state;
	int64_t group, until;
	int role;
};

/* One operation that was carried out. */
struct sim_done {
	int source;
	const char *kind, *code, *id, *anchor, *name; /* of the group */
	int64_t run, group;
	int role;
	bool approved, takes;
};

struct sim {
	struct stage *stage;
	TALLOC_CTX *scratch; /* until the next step */
	uint64_t seed, random;
	int step;
	int64_t now;
	struct sim_source sources[SIM_SOURCES];
	int at;                         /* the source that the command at hand is about */
	bool tight;                     /* configured: limits of our own */
	bool narrow, filtered, patient; /* without a group; without some; suspend */
	bool paused[SIM_SOURCES], kept;
	int saved;       /* the source that a saved plan is of, or -1 */
	char *saved_ids; /* what it does, by id */
	struct sim_seen saved_seen;
	struct sim_past past, kept_past;
	struct str *approved, *rejected; /* ids, a line each */
	char *last[SIM_LAST];            /* the commands, in a ring */
	unsigned n_last;
	struct sim_moment *moments;
	size_t n_moments, c_moments;
	struct sim_loss *losses;
	size_t n_losses, c_losses;
	/* Before the command at hand: */
	int64_t run; /* the last one */
	char *bound; /* who is bound to whom */
	struct sim_grant *had;
	size_t n_had;
	/* After it: */
	struct sim_grant *has;
	size_t n_has;
	struct sim_done *done;
	size_t n_done;
	size_t counts[2]; /* out: runs looked at, removals among them */
};

extern const char *const sim_names[SIM_GRANTS];

/* A console with its sources, which have been applied once. Belongs to ctx. */
struct sim *sim_new(TALLOC_CTX *ctx, uint64_t seed);
/* Hours pass, and something happens. */
void sim_step(struct sim *sim);
/* The directories are whole and everything held is approved, until nothing is left to do;
 * then the roster is what they say, but for what a person has said no to. */
void sim_calm(struct sim *sim);

/* From 0 up to, and without, below. */
unsigned sim_pick(struct sim *sim, unsigned below);
bool sim_chance(struct sim *sim, unsigned percent);

/* ---- the directories ---- */
void sim_change_world(struct sim *sim, struct sim_source *source);
/* A branch is closed: many leave at once, and in the same way. */
void sim_close_branch(struct sim *sim, struct sim_source *source);
/* Of two who have one address, the second gets another. */
void sim_part_addresses(struct sim_source *source);
void sim_new_address(struct sim_source *source, int person);
/* The script of the connector, as the truth and the outage say. */
void sim_write_source(struct sim *sim, int source, enum sim_outage outage);
void sim_write_config(const struct sim *sim);
/* The configuration lets nobody have this of the source. */
bool sim_is_left_out(const struct sim *sim, int source, int person, int grant);
/* The truth: the directory, under the configuration, wants this. */
bool sim_wants(const struct sim *sim, int source, int person, int grant);
char *sim_mail(TALLOC_CTX *ctx, const struct sim_person *person);

/* ---- the store, read ---- */
/* What a statement gives, rows as lines, until the next step. */
#define sim_rows(sim, ...) sim_rows_of(sim, mem_printf((sim)->scratch, __VA_ARGS__))
char *sim_rows_of(struct sim *sim, char *sql);
/* One of some rows, by chance; NULL when there is none. */
char *sim_one_of(struct sim *sim, char *rows);
/* Cut the next line off; NULL at the end. And its next column. */
char *sim_line(char **rows);
char *sim_cut(char **row);
bool sim_has_line(const char *lines, const char *line);
struct sim_grant *sim_grants(struct sim *sim, size_t *n);
struct sim_done *sim_what_was_done(struct sim *sim, size_t *n);
int sim_number(const char *text);
/* Of an anchor. */
int sim_person_of(const char *anchor);
/* Which of a group and a role, by its name. */
int sim_grant_of(const struct sim *sim, const char *name, int role);

/* ---- commands ---- */
/* Carry one out as Ada, look at the store before and after, and fail at an exit code that
 * none of them may have. What it printed is added to out, unless that is NULL. */
#define sim_do(sim, by, ...) sim_do_out(sim, by, NULL, mem_printf(sim, __VA_ARGS__))
int sim_do_out(struct sim *sim, enum sim_by by, struct str *out, char *line);
void sim_approve_all(struct sim *sim, int source);
/* Somebody else approves whatever Ada has. */
void sim_second(struct sim *sim, int source);

/* ---- rules ---- */
/* Before a command: what there is. After it: what became of it. And once a plan was
 * saved: what it knows. */
void sim_remember(struct sim *sim);
void sim_note_saved(struct sim *sim);
void sim_look(struct sim *sim, enum sim_by by, const char *line);
/* What was seen of the past no longer holds: another store is there. */
void sim_forget(struct sim *sim);
/* Evidence (seen.c): what a run of this health has shown; and whether all that was seen
 * lets a role go. */
void sim_see(const struct sim *sim, struct sim_seen *seen, int source, bool whole);
/* What the saved plan knew is known from now on. */
void sim_see_saved(struct sim *sim);
bool sim_lets_go(const struct sim *sim, const struct sim_seen *seen, int source,
		 const struct sim_done *done);
/* A census can't be so much smaller than those before it. */
bool sim_is_credible(struct sim *sim, int source);
/* Budgets (budgets.c), of the run that was. */
void sim_check_budgets(struct sim *sim);
/* Of the source at hand, so many may go beside the limits. */
void sim_announce(struct sim *sim, enum sim_layer layer, unsigned n);
_Noreturn void sim_fail(const struct sim *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
