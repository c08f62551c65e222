/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

enum { DAYS_MAX = 60, NIGHT = 25 * 3600 };

static void accept_all(struct sim *s)
{
	char *rows = sim_rows(s,
			      "SELECT DISTINCT s.email_key FROM invitation i"
			      " JOIN subject s ON s.id = i.subject_id"
			      " WHERE i.state = 'pending' AND i.expires > %lld",
			      (long long)s->now);
	char *who;

	while ((who = sim_line(&rows)) != NULL)
		sim_do(s, SIM_NOBODY, "invite accept %s", stage_token(s, s->stage, who));
}

/* One day: what shrank is right, what is held is approved, who is invited comes. */
static bool is_quiet(struct sim *s)
{
	AUTO_MEM struct str *plan = str_new(NULL), *errors = str_new(NULL);
	const char *words[] = { "plan", "contoso", "--format", "json",
				"--as", SIM_ADA,   NULL };
	int status;

	mem_free(s->scratch);
	s->scratch = mem_ctx(s);
	s->now += NIGHT;
	clock_set(s->now);
	if (sim_do(s, SIM_RUN, "apply contoso --yes") == 4)
		sim_do(s, SIM_NOBODY, "expect contoso --people 0..%d --reason right",
		       SIM_PEOPLE);
	if (*sim_rows(s, "SELECT 1 FROM held") != '\0')
		sim_approve_all(s);
	accept_all(s);
	status = stage_words(s->stage, words, plan, errors);
	return status == 0 && strstr(plan->text, "\"verdict\":\"do\"") == NULL &&
	       strstr(plan->text, "\"verdict\":\"hold\"") == NULL &&
	       strstr(plan->text, "\"verdict\":\"defer\"") == NULL &&
	       strstr(plan->text, "\"code\":\"unproved\"") == NULL &&
	       *sim_rows(s, "SELECT 1 FROM invitation WHERE state = 'pending'") == '\0';
}

/* What a person has said: no, or the other way round. */
static bool is_decided(struct sim *s, int person, int group)
{
	return *sim_rows(
		       s,
		       "SELECT 1 FROM given v JOIN security_group g ON g.id = v.group_id"
		       " WHERE v.state = 'undone' AND g.name = '%s'"
		       " AND v.anchor = CAST('p%d' AS BLOB) UNION ALL SELECT 1"
		       " FROM decision d JOIN journal j ON j.operation = d.operation"
		       " JOIN security_group g ON g.id = j.group_id WHERE g.name = '%s'"
		       " AND j.anchor = CAST('p%d' AS BLOB) AND d.word = 'reject'"
		       " AND d.used_run IS NULL",
		       sim_groups[group], person, sim_groups[group], person) != '\0';
}

static bool has(struct sim *s, int person, int group)
{
	return *sim_rows(s,
			 "SELECT 1 FROM role r JOIN giver v ON v.role_id = r.id"
			 " AND v.valid_to IS NULL AND v.giver > 0"
			 " AND v.suspended_until IS NULL"
			 " JOIN security_group g ON g.id = r.group_id"
			 " JOIN binding b ON b.account_id = r.account_id"
			 " WHERE r.valid_to IS NULL AND r.role = 0 AND g.name = '%s'"
			 " AND b.anchor = CAST('p%d' AS BLOB)",
			 sim_groups[group], person) != '\0';
}

static void check_role(struct sim *s, int person, int group)
{
	bool wants = sim_wants(s, &s->people[person], group);
	struct str *out;

	if (has(s, person, group) == wants || is_decided(s, person, group))
		return;
	out = str_new(s);
	sim_do_out(s, SIM_NOBODY, out, mem_strdup(s, "plan contoso"));
	sim_fail(s, "calm, and p%d has %s in %s\n%s%s", person, wants ? "none" : "a role",
		 sim_groups[group],
		 sim_rows(s,
			  "SELECT state, g.name, anchor FROM given v"
			  " JOIN security_group g ON g.id = v.group_id"
			  " WHERE anchor = CAST('p%d' AS BLOB)",
			  person),
		 out->text);
}

static void check_roster(struct sim *s)
{
	for (int i = 0; i < SIM_PEOPLE; i++)
		for (int g = 0; g < SIM_GROUPS; g++)
			check_role(s, i, g);
}

void sim_calm(struct sim *s)
{
	AUTO_MEM struct str *out = str_new(NULL);
	int day = 0;

	if (s->paused)
		sim_do(s, SIM_NOBODY, "resume contoso --reason calm");
	sim_write_source(s, SIM_FINE);
	while (!is_quiet(s))
		if (++day > DAYS_MAX) {
			sim_do_out(s, SIM_NOBODY, out, mem_strdup(s, "plan contoso"));
			sim_fail(s, "no calm after %d days\n%s", DAYS_MAX, out->text);
		}
	check_roster(s);
	if (sim_do(s, SIM_NOBODY, "audit " SIM_HOME " --verify") != 0)
		sim_fail(s, "the trail is not whole");
}
