/* SPDX-License-Identifier: MIT */
/*
 * Months of one source, played in seconds: a directory whose people come, leave and move,
 * polls of it, outages, and persons who decide, change things by hand, restore an older
 * store and change the configuration. Everything follows from a seed. The directory's
 * truth is known here, so that what the program did can be judged without asking it.
 *
 *   sim_new → sim_step ... → sim_calm
 *
 * Every command ends with sim_look(), which fails the test where a rule of safety is
 * broken; a failure names seed, step and the last commands. Nothing here reads what the
 * program thinks of the directory: only the store's tables, by plain SQL, and the plan.
 */
#ifndef DIRBRIDGE_TESTS_SIM_SIM_H
#define DIRBRIDGE_TESTS_SIM_SIM_H

#include "tests/stage.h"

#define SIM_ADA  "ada@northwind.example"
#define SIM_HOME "northwind/contoso"

enum { SIM_PEOPLE = 24, SIM_GROUPS = 4, SIM_LAST = 10 };

/* Of a person: not there yet; there; there, and disabled; deleted, which the directory
 * proves; or no longer shown, which it doesn't. */
enum sim_state { SIM_NEVER, SIM_ALIVE, SIM_DISABLED, SIM_GONE, SIM_HIDDEN };

/* What comes of a pull, whatever the truth is. */
enum sim_outage { SIM_FINE, SIM_INCOMPLETE, SIM_EMPTY, SIM_SHRUNKEN, SIM_FAILS };

struct sim_person {
	enum sim_state state;
	unsigned address; /* how often it has changed */
	bool in[SIM_GROUPS];
	bool shown, shown_out; /* in the pull that is written now: alive, disabled */
	bool proved; /* a pull that counts has shown otherwise since he was last alive */
	bool saved;  /* the same, of the plan that is saved */
};

/* What one command may carry out. */
enum sim_by { SIM_NOBODY, SIM_RUN, SIM_APPROVE, SIM_SAVED, SIM_UNDO };

struct sim_moment {
	int64_t at;
	unsigned members[SIM_GROUPS]; /* who have access by it, from then on */
};

struct sim_loss {
	int64_t at;
	unsigned people, disabled; /* who lost everything, without a person's decision */
};

struct sim {
	struct stage *stage;
	TALLOC_CTX *scratch; /* until the next step */
	uint64_t seed, random;
	int step;
	int64_t now;
	struct sim_person people[SIM_PEOPLE];
	enum sim_outage outage; /* of the pull that is written now */
	bool narrow, patient;   /* configured: without the last group; suspend */
	bool paused, kept, saved;
	char *saved_ids;                 /* what the saved plan does, by id */
	struct str *approved, *rejected; /* ids, a line each */
	char *last[SIM_LAST];            /* the commands, in a ring */
	unsigned n_last;
	struct sim_moment *moments;
	size_t n_moments, c_moments;
	struct sim_loss *losses;
	size_t n_losses, c_losses;
	/* Before the command at hand: */
	int64_t run;               /* the last one */
	char *held, *had, *grants; /* ids; anchors; groups and how many they have */
	size_t counts[2];          /* out: runs looked at, removals among them */
};

extern const char *const sim_groups[SIM_GROUPS];

/* A console with its source, which has been applied once. Belongs to ctx. */
struct sim *sim_new(TALLOC_CTX *ctx, uint64_t seed);
/* Hours pass, and something happens. */
void sim_step(struct sim *sim);
/* The directory is whole and everything held is approved, until nothing is left to do;
 * then the roster is what the directory says, but for what a person has said no to. */
void sim_calm(struct sim *sim);

/* From 0 up to, and without, below. */
unsigned sim_pick(struct sim *sim, unsigned below);
bool sim_chance(struct sim *sim, unsigned percent);

/* ---- the directory ---- */
void sim_change_world(struct sim *sim);
/* The script of the connector, as the truth and the outage say. */
void sim_write_source(struct sim *sim, enum sim_outage outage);
void sim_write_config(const struct sim *sim);
/* The truth: the directory, under the configuration, wants this. */
bool sim_wants(const struct sim *sim, const struct sim_person *p, int group);

/* ---- commands ---- */
/* Carry one out as Ada, look at the store before and after, and fail at an exit code that
 * none of them may have. What it printed is added to out, unless that is NULL. */
#define sim_do(sim, by, ...) sim_do_out(sim, by, NULL, mem_printf(sim, __VA_ARGS__))
int sim_do_out(struct sim *sim, enum sim_by by, struct str *out, char *line);
void sim_approve_all(struct sim *sim);
/* What a statement gives, rows as lines, until the next step. */
#define sim_rows(sim, ...) sim_rows_of(sim, mem_printf((sim)->scratch, __VA_ARGS__))
char *sim_rows_of(struct sim *sim, char *sql);
/* One of its rows, by chance; NULL when there is none. */
char *sim_one_of(struct sim *sim, char *rows);
/* Cut the next line off; NULL at the end. */
char *sim_line(char **rows);

/* ---- rules ---- */
/* Before a command: what there is. After it: what became of it. And once a plan was
 * saved: who isn't there by it. */
void sim_remember(struct sim *sim);
void sim_note_saved(struct sim *sim);
void sim_look(struct sim *sim, enum sim_by by, const char *line);
/* What was seen of the past no longer holds: another store is there. */
void sim_forget(struct sim *sim);
_Noreturn void sim_fail(struct sim *sim, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
