/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

enum { HOUR = 3600 };

char *sim_line(char **rows)
{
	char *line = *rows, *end = line + strcspn(line, "\n");

	if (*line == '\0')
		return NULL;
	*rows = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

char *sim_rows_of(struct sim *s, char *sql)
{
	struct str *out = str_new(NULL);

	stage_sql(s->stage, sql, out);
	mem_free(sql);
	return str_take(s->scratch, out);
}

char *sim_one_of(struct sim *s, char *rows)
{
	char *line, *chosen = NULL;

	for (unsigned n = 1; (line = sim_line(&rows)) != NULL; n++)
		if (sim_pick(s, n) == 0)
			chosen = line;
	return chosen;
}

/* ---- commands ---- */

static void keep_line(struct sim *s, const char *line, int status)
{
	char **at = &s->last[s->n_last++ % SIM_LAST];

	mem_free(*at);
	*at = mem_printf(s, "%s  %s → %d", clock_format_short(s, s->now), line, status);
}

/* Nothing may fail for a reason that only a developer can remove. */
static bool may_end_so(const struct sim *s, enum sim_by by, int status, const char *text)
{
	if (status != 1)
		return status >= 0 && status <= 5;
	if (by == SIM_SAVED)
		return strstr(text, "Nothing was changed. Plan again.") != NULL;
	return s->outage == SIM_FAILS && strstr(text, "cannot be reached") != NULL;
}

int sim_do_out(struct sim *s, enum sim_by by, struct str *out, char *line)
{
	AUTO_MEM char *all = mem_printf(NULL, "%s --as %s", line, SIM_ADA);
	AUTO_MEM struct str *printed = str_new(NULL);
	int status;

	sim_remember(s);
	status = stage_command(s->stage, all, printed);
	keep_line(s, line, status);
	if (!may_end_so(s, by, status, printed->text))
		sim_fail(s, "exit %d\n%s", status, printed->text);
	sim_look(s, by, line);
	if (out != NULL)
		str_add(out, printed->text);
	mem_free(line);
	return status;
}

/* ---- what persons do ---- */

static char *held(struct sim *s)
{
	return sim_one_of(s, sim_rows(s, "SELECT lower(hex(operation)) FROM held"));
}

/* Whoever approves by its id what was rejected has changed their mind. */
static void no_longer_rejected(struct sim *s, const char *id)
{
	char *at = strstr(s->rejected->text, id), *rest;

	if (at == NULL)
		return;
	rest = mem_strdup(s->scratch, at + strlen(id) + 1);
	*at = '\0';
	s->rejected->len = (size_t)(at - s->rejected->text);
	str_add(s->rejected, rest);
}

void sim_approve_all(struct sim *s)
{
	str_add(s->approved, sim_rows(s, "SELECT lower(hex(operation)) FROM held"));
	sim_do(s, SIM_APPROVE, "approve contoso --all --reason right");
}

static void decide(struct sim *s)
{
	const char *id = held(s);

	if (id == NULL)
		return;
	if (sim_chance(s, 80))
		sim_write_source(s, SIM_FINE);
	if (sim_chance(s, 25)) {
		sim_approve_all(s);
	} else if (sim_chance(s, 60)) {
		no_longer_rejected(s, id);
		str_addf(s->approved, "%s\n", id);
		sim_do(s, SIM_APPROVE, "approve contoso %s --reason right", id);
	} else {
		no_longer_rejected(s, id);
		if (sim_do(s, SIM_NOBODY, "reject contoso %s --reason wrong", id) == 0)
			str_addf(s->rejected, "%s\n", id);
	}
}

static char *pending(struct sim *s)
{
	return sim_one_of(s,
			  sim_rows(s,
				   "SELECT s.email_key || ' ' || g.name FROM invitation i"
				   " JOIN subject s ON s.id = i.subject_id"
				   " JOIN security_group g ON g.id = i.group_id"
				   " WHERE i.state = 'pending' AND i.expires > %lld",
				   (long long)s->now));
}

static void answer(struct sim *s)
{
	char *who = pending(s), *group = who ? strchr(who, ' ') : NULL;

	if (group == NULL)
		return;
	*group++ = '\0';
	if (sim_chance(s, 5))
		sim_do(s, SIM_NOBODY, "invite cancel " SIM_HOME " %s %s --role member",
		       group, who);
	else
		sim_do(s, SIM_NOBODY, "invite %s %s",
		       sim_chance(s, 8) ? "decline" : "accept",
		       stage_token(s, s->stage, who));
}

static void by_hand(struct sim *s)
{
	const char *who = sim_one_of(
		s,
		sim_rows(s, "SELECT s.email_key FROM account a"
			    " JOIN subject s ON s.id = a.subject_id"
			    " WHERE a.kind = 'person' AND s.email_key <> '" SIM_ADA "'"));

	if (who != NULL)
		sim_do(s, SIM_NOBODY, "group %s " SIM_HOME " Operators %s --role member",
		       sim_chance(s, 50) ? "add" : "remove", who);
}

/* No command takes what a source alone has given: somebody goes round them. */
static void take_by_hand(struct sim *s)
{
	const char *role = sim_one_of(
		s, sim_rows(s, "SELECT r.id FROM role r JOIN giver v ON v.role_id = r.id"
			       " WHERE r.role = 0 AND r.valid_to IS NULL"
			       " AND v.valid_to IS NULL AND v.giver > 0"));

	if (role == NULL)
		return;
	sim_rows(s,
		 "UPDATE giver SET valid_to = %lld WHERE role_id = %s"
		 " AND valid_to IS NULL",
		 (long long)s->now, role);
	sim_rows(s, "UPDATE role SET valid_to = %lld WHERE id = %s", (long long)s->now,
		 role);
}

static void restore(struct sim *s)
{
	AUTO_MEM struct str *out = str_new(NULL);

	if (!s->kept || sim_chance(s, 70)) {
		stage_keep(s->stage);
		s->kept = true;
		return;
	}
	stage_back(s->stage);
	sim_forget(s);
	if (stage_command(s->stage, "store accept --reason restored --as operator", out))
		sim_fail(s, "store accept: %s", out->text);
	s->kept = s->saved = false;
	s->paused = *sim_rows(s, "SELECT 1 FROM pause WHERE ended IS NULL") != '\0';
}

static void configure(struct sim *s)
{
	if (sim_chance(s, 50))
		s->narrow = !s->narrow;
	else
		s->patient = !s->patient;
	sim_write_config(s);
}

static void pause_or_resume(struct sim *s)
{
	sim_do(s, SIM_NOBODY, "%s contoso --reason quiet",
	       s->paused ? "resume" : "pause");
	s->paused = !s->paused;
}

static void undo(struct sim *s)
{
	const char *run = sim_one_of(
		s, sim_rows(s,
			    "SELECT DISTINCT run_id FROM journal WHERE verdict = 'do'"
			    " AND kind IN ('grant', 'invite', 'revoke', 'suspend',"
			    " 'restore', 'cancel') AND run_id > %lld - 4",
			    (long long)s->run));

	if (run != NULL)
		sim_do(s, SIM_UNDO, "undo contoso %s --yes", run);
}

/* A plan waits in a file; what it does is in its lines. */
static void save_or_apply(struct sim *s)
{
	if (s->saved) {
		sim_do(s, SIM_SAVED, "apply --plan plan --yes");
		s->saved = false;
		return;
	}
	sim_write_source(s, SIM_FINE);
	sim_do(s, SIM_NOBODY, "plan contoso -o plan");
	sim_note_saved(s);
	mem_free(s->saved_ids);
	s->saved_ids = stage_read(s, "plan");
	s->saved = true;
}

static void expect(struct sim *s)
{
	sim_do(s, SIM_NOBODY, "expect contoso --people 1..%d --reason right", SIM_PEOPLE);
}

static void poll(struct sim *s)
{
	static const enum sim_outage outages[] = { SIM_INCOMPLETE, SIM_EMPTY,
						   SIM_SHRUNKEN, SIM_FAILS };
	bool fine = sim_chance(s, 75);

	sim_write_source(s, fine ? SIM_FINE : outages[sim_pick(s, ARRAY_LEN(outages))]);
	sim_do(s, SIM_RUN, "run contoso");
}

static void apply(struct sim *s)
{
	sim_write_source(s, SIM_FINE);
	sim_do(s, SIM_RUN, "apply contoso --yes");
}

/* ---- one step ---- */

static const struct {
	unsigned weight;
	void (*move)(struct sim *s);
} moves[] = {
	{ 60, poll },         { 12, decide },         { 20, answer },
	{ 4, by_hand },       { 2, take_by_hand },    { 3, restore },
	{ 2, configure },     { 2, pause_or_resume }, { 2, undo },
	{ 4, save_or_apply }, { 1, expect },          { 3, apply },
};

void sim_step(struct sim *s)
{
	unsigned all = 0, n;
	size_t i = 0;

	s->step++;
	mem_free(s->scratch);
	s->scratch = mem_ctx(s);
	s->now += 600 + sim_pick(s, 14 * HOUR);
	clock_set(s->now);
	while (sim_chance(s, 45))
		sim_change_world(s);
	for (size_t m = 0; m < ARRAY_LEN(moves); m++)
		all += moves[m].weight;
	if (s->saved && sim_chance(s, 40)) {
		save_or_apply(s);
		return;
	}
	for (n = sim_pick(s, all); n >= moves[i].weight; i++)
		n -= moves[i].weight;
	moves[i].move(s);
}
