/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

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
	if (status == 64)
		return strstr(text, "bound to another account") != NULL;
	if (status != 1)
		return status >= 0 && status <= 5;
	if (by == SIM_SAVED)
		return strstr(text, "Nothing was changed. Plan again.") != NULL;
	return s->sources[s->at].outage == SIM_FAILS &&
	       strstr(text, "cannot be reached") != NULL;
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

static const char *name(const struct sim *s)
{
	return s->sources[s->at].name;
}

static void run(struct sim *s)
{
	sim_do(s, SIM_RUN, "run %s", name(s));
}

/* All, that is, but for what was set aside. */
void sim_approve_all(struct sim *s, int source)
{
	char *rows = sim_rows(s,
			      "SELECT lower(hex(operation)) FROM held"
			      " WHERE source_id = %d",
			      source + 1);
	char *id;

	s->at = source;
	while ((id = sim_line(&rows)) != NULL)
		if (!sim_has_line(s->rejected->text, id))
			str_addf(s->approved, "%s\n", id);
	sim_do(s, SIM_APPROVE, "approve %s --all --reason right", name(s));
}

/* No command speaks as another user of the operating system. */
void sim_second(struct sim *s, int source)
{
	s->at = source;
	sim_rows(s,
		 "INSERT INTO decision (source_id, operation, word, principal_id, reason,"
		 " at, lapses, os_user) SELECT source_id, operation, word,"
		 " (SELECT id FROM principal WHERE kind = 'service'), 'so say I', at,"
		 " lapses, 'bob' FROM decision WHERE word = 'approve'"
		 " AND source_id = %d AND used_run IS NULL AND lapses > %lld"
		 " AND operation IS NOT NULL GROUP BY operation",
		 source + 1, (long long)s->now);
}

static void second(struct sim *s)
{
	sim_second(s, s->at);
	sim_write_source(s, s->at, SIM_FINE);
	run(s);
}

static void decide(struct sim *s)
{
	const char *id = sim_one_of(
		s,
		sim_rows(s, "SELECT lower(hex(operation)) FROM held WHERE source_id = %d",
			 s->at + 1));

	if (id == NULL)
		return;
	if (sim_chance(s, 80))
		sim_write_source(s, s->at, SIM_FINE);
	if (sim_chance(s, 25)) {
		sim_approve_all(s, s->at);
	} else if (sim_chance(s, 60)) {
		no_longer_rejected(s, id);
		str_addf(s->approved, "%s\n", id);
		sim_do(s, SIM_APPROVE, "approve %s %s --reason right", name(s), id);
	} else {
		no_longer_rejected(s, id);
		if (sim_do(s, SIM_NOBODY, "reject %s %s --reason wrong", name(s), id) ==
		    0)
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

static void put_back(struct sim *s)
{
	AUTO_MEM struct str *out = str_new(NULL);

	stage_back(s->stage);
	if (stage_command(s->stage, "store accept --reason restored --as operator", out))
		sim_fail(s, "store accept: %s", out->text);
	sim_forget(s);
	s->past = s->kept_past;
	s->kept = false;
	s->saved = -1;
	for (int i = 0; i < SIM_SOURCES; i++)
		s->paused[i] = *sim_rows(s,
					 "SELECT 1 FROM pause WHERE ended IS NULL"
					 " AND source = '%s'",
					 s->sources[i].name) != '\0';
}

static void restore(struct sim *s)
{
	if (s->kept && sim_chance(s, 50)) {
		put_back(s);
		return;
	}
	stage_keep(s->stage);
	s->kept_past = s->past;
	s->kept = true;
}

static void configure(struct sim *s)
{
	bool *what[] = { &s->narrow, &s->filtered, &s->patient };
	unsigned i = sim_pick(s, ARRAY_LEN(what));

	*what[i] = !*what[i];
	sim_write_config(s);
}

static void pause_or_resume(struct sim *s)
{
	sim_do(s, SIM_NOBODY, "%s %s --reason quiet",
	       s->paused[s->at] ? "resume" : "pause", name(s));
	s->paused[s->at] = !s->paused[s->at];
}

static void undo(struct sim *s)
{
	const char *id = sim_one_of(
		s, sim_rows(s,
			    "SELECT DISTINCT run_id FROM journal JOIN run r"
			    " ON r.id = run_id WHERE verdict = 'do' AND source_id = %d"
			    " AND kind IN ('grant', 'invite', 'revoke', 'suspend',"
			    " 'restore', 'cancel') AND run_id > %lld - 4",
			    s->at + 1, (long long)s->run));

	if (id != NULL)
		sim_do(s, SIM_UNDO, "undo %s %s --yes", name(s), id);
}

/* A plan waits in a file; what it does is in its lines. */
static void save_or_apply(struct sim *s)
{
	if (s->saved >= 0) {
		s->at = s->saved;
		sim_do(s, SIM_SAVED, "apply --plan plan --yes");
		s->saved = -1;
		return;
	}
	sim_write_source(s, s->at, SIM_FINE);
	sim_do(s, SIM_NOBODY, "plan %s -o plan", name(s));
	sim_note_saved(s);
	mem_free(s->saved_ids);
	s->saved_ids = stage_read(s, "plan");
	s->saved = s->at;
}

static void expect(struct sim *s)
{
	const char *what = sim_chance(s, 50) ? "people" : "groups";

	sim_do(s, SIM_NOBODY, "expect %s --%s 1..%d --reason right", name(s), what,
	       SIM_PEOPLE);
	s->past.expected_until[s->at] = s->now + 3 * SIM_DAY;
}

static void announce(struct sim *s)
{
	static const enum sim_layer layers[] = { SIM_BUDGET_PEOPLE, SIM_BUDGET_DISABLED,
						 SIM_BUDGET_GROUP, SIM_BUDGET_GRANTS,
						 SIM_BUDGET_OWNERS };

	sim_announce(s, layers[sim_pick(s, ARRAY_LEN(layers))], 1 + sim_pick(s, 5));
}

static void poll(struct sim *s)
{
	static const enum sim_outage outages[] = { SIM_INCOMPLETE, SIM_EMPTY,
						   SIM_SHRUNKEN, SIM_FAILS };
	bool fine = sim_chance(s, 75);

	sim_write_source(s, s->at,
			 fine ? SIM_FINE : outages[sim_pick(s, ARRAY_LEN(outages))]);
	run(s);
}

static void apply(struct sim *s)
{
	sim_write_source(s, s->at, SIM_FINE);
	sim_do(s, SIM_RUN, "apply %s --yes", name(s));
}

/* ---- one step ---- */

static const struct {
	unsigned weight;
	void (*move)(struct sim *s);
} moves[] = {
	{ 60, poll },  { 12, decide },      { 20, answer },  { 4, by_hand },
	{ 2, undo },   { 2, take_by_hand }, { 3, restore },  { 2, pause_or_resume },
	{ 2, second }, { 2, configure },    { 3, announce }, { 4, save_or_apply },
	{ 1, expect }, { 3, apply },
};

/* Days come when little time passes between two commands, and much happens. */
static void pass(struct sim *s)
{
	s->now += 600 + sim_pick(s, sim_chance(s, 60) ? 3 * SIM_HOUR : 20 * SIM_HOUR);
	clock_set(s->now);
	for (int i = 0; i < SIM_SOURCES; i++)
		while (sim_chance(s, 45))
			sim_change_world(s, &s->sources[i]);
	if (sim_chance(s, 2))
		sim_close_branch(s, &s->sources[0]);
}

void sim_step(struct sim *s)
{
	unsigned all = 0, n;
	size_t i = 0;

	s->step++;
	mem_free(s->scratch);
	s->scratch = mem_ctx(s);
	pass(s);
	s->at = sim_chance(s, 25);
	for (size_t m = 0; m < ARRAY_LEN(moves); m++)
		all += moves[m].weight;
	if (s->saved >= 0 && sim_chance(s, 40)) {
		save_or_apply(s);
		return;
	}
	for (n = sim_pick(s, all); n >= moves[i].weight; i++)
		n -= moves[i].weight;
	moves[i].move(s);
}
