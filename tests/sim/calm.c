/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

enum { DAYS_MAX = 60, NIGHT = 25 * SIM_HOUR };

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

/* ---- two with one address ---- */

/* Whom the account of this address is bound to; -1: nobody. */
static int bound_to(struct sim *s, int source, const char *mail)
{
	const char *anchor =
		sim_rows(s,
			 "SELECT b.anchor FROM binding b JOIN account a"
			 " ON a.id = b.account_id JOIN subject s ON s.id = a.subject_id"
			 " WHERE b.source_id = %d AND s.email_key = '%s'",
			 source + 1, mail);

	return *anchor == '\0' ? -1 : sim_person_of(anchor);
}

/* Hired again, a person says who it is; else it is somebody else, whose address is new.
 */
static void tell_apart(struct sim *s, int source, int i)
{
	struct sim_source *q = &s->sources[source];
	AUTO_MEM char *mail = sim_mail(NULL, &q->people[i]);
	AUTO_MEM char *anchor = mem_printf(NULL, "%c%d", q->letter, i);
	AUTO_MEM char *hex = hex_of(NULL, anchor, strlen(anchor));
	int other = bound_to(s, source, mail);

	if (q->people[i].state != SIM_ALIVE || other < 0 || other == i)
		return;
	if (q->people[other].state == SIM_ALIVE ||
	    sim_do(s, SIM_NOBODY, "account bind %s %s %s --reason again", q->name, mail,
		   hex) != 0)
		sim_new_address(q, i);
}

/* ---- one day ---- */

/* More are missing than may be looked up: a person says that it is right. */
static bool is_too_much(struct sim *s, const char *plan)
{
	if (strstr(plan, "\"code\":\"missing\"") == NULL)
		return false;
	sim_announce(s, SIM_BUDGET_PEOPLE, SIM_PEOPLE);
	return true;
}

static bool is_empty(struct sim *s, int source)
{
	AUTO_MEM struct str *plan = str_new(NULL), *errors = str_new(NULL);
	const char *words[] = {
		"plan", s->sources[source].name, "--format", "json", "--as", SIM_ADA, NULL
	};
	int status;

	s->at = source;
	status = stage_words(s->stage, words, plan, errors);
	return !is_too_much(s, plan->text) && status == 0 &&
	       strstr(plan->text, "\"verdict\":\"do\"") == NULL &&
	       strstr(plan->text, "\"verdict\":\"hold\"") == NULL &&
	       strstr(plan->text, "\"verdict\":\"defer\"") == NULL &&
	       strstr(plan->text, "\"code\":\"unproved\"") == NULL;
}

/* What shrank is right, what is held is approved, by two. */
static void settle(struct sim *s, int source)
{
	const char *name = s->sources[source].name;

	s->at = source;
	sim_write_source(s, source, SIM_FINE);
	if (sim_do(s, SIM_RUN, "apply %s --yes", name) == 4) {
		sim_do(s, SIM_NOBODY, "expect %s --people 0..%d --reason right", name,
		       SIM_PEOPLE);
		sim_do(s, SIM_NOBODY, "expect %s --groups 0..%d --reason right", name,
		       SIM_PEOPLE);
		s->past.expected_until[source] = s->now + 3 * SIM_DAY;
	}
	if (*sim_rows(s, "SELECT 1 FROM held WHERE source_id = %d", source + 1) == '\0')
		return;
	sim_approve_all(s, source);
	sim_second(s, source);
	sim_do(s, SIM_RUN, "run %s", name);
	for (int i = 0; i < SIM_PEOPLE; i++)
		tell_apart(s, source, i);
}

static bool is_quiet(struct sim *s)
{
	int64_t before;

	mem_free(s->scratch);
	s->scratch = mem_ctx(s);
	s->now += NIGHT;
	clock_set(s->now);
	for (int source = 0; source < SIM_SOURCES; source++)
		settle(s, source);
	accept_all(s);
	before = s->run;
	for (int source = 0; source < SIM_SOURCES; source++)
		if (!is_empty(s, source))
			return false;
	return s->run == before &&
	       *sim_rows(s, "SELECT 1 FROM invitation WHERE state = 'pending'") == '\0';
}

/* ---- and then ---- */

/* What a person has said: no, or the other way round. */
static bool is_decided(struct sim *s, int source, int person, int grant)
{
	const char *name = grant == SIM_OWNER ? sim_names[0] : sim_names[grant];
	AUTO_MEM char *anchor =
		mem_printf(NULL, "%c%d", s->sources[source].letter, person);

	return *sim_rows(
		       s,
		       "SELECT 1 FROM given v JOIN security_group g ON g.id = v.group_id"
		       " WHERE v.state = 'undone' AND g.name GLOB '%s*'"
		       " AND v.role = %d AND v.anchor = CAST('%s' AS BLOB)"
		       " UNION ALL SELECT 1 FROM decision d"
		       " JOIN journal j ON j.operation = d.operation"
		       " JOIN security_group g ON g.id = j.group_id"
		       " WHERE g.name GLOB '%s*' AND j.role = %d"
		       " AND j.anchor = CAST('%s' AS BLOB) AND d.word = 'reject'"
		       " AND d.used_run IS NULL",
		       name, grant == SIM_OWNER, anchor, name, grant == SIM_OWNER,
		       anchor) != '\0';
}

static bool has(struct sim *s, int source, int person, int grant)
{
	const char *name = grant == SIM_OWNER ? sim_names[0] : sim_names[grant];

	return *sim_rows(s,
			 "SELECT 1 FROM role r JOIN giver v ON v.role_id = r.id"
			 " AND v.valid_to IS NULL AND v.giver = %d"
			 " AND v.suspended_until IS NULL"
			 " JOIN security_group g ON g.id = r.group_id"
			 " JOIN binding b ON b.account_id = r.account_id"
			 " AND b.source_id = v.giver"
			 " WHERE r.valid_to IS NULL AND r.role = %d"
			 " AND g.name GLOB '%s*' AND b.anchor = CAST('%c%d' AS BLOB)",
			 source + 1, grant == SIM_OWNER, name, s->sources[source].letter,
			 person) != '\0';
}

static void check_role(struct sim *s, int source, int person, int grant)
{
	bool wants = sim_wants(s, source, person, grant);
	struct str *out;

	if (has(s, source, person, grant) == wants ||
	    is_decided(s, source, person, grant))
		return;
	out = str_new(s);
	sim_do_out(s, SIM_NOBODY, out, mem_printf(s, "plan %s", s->sources[source].name));
	sim_fail(s, "calm, and %c%d has %s in %s\n%s%s", s->sources[source].letter,
		 person, wants ? "none" : "a role", sim_names[grant],
		 sim_rows(s,
			  "SELECT state, g.name, anchor FROM given v"
			  " JOIN security_group g ON g.id = v.group_id"
			  " WHERE anchor = CAST('%c%d' AS BLOB)",
			  s->sources[source].letter, person),
		 out->text);
}

static void check_roster(struct sim *s)
{
	for (int q = 0; q < SIM_SOURCES; q++)
		for (int i = 0; i < SIM_PEOPLE; i++)
			for (int g = 0; g < SIM_GRANTS; g++)
				if (s->sources[q].feeds[g])
					check_role(s, q, i, g);
}

static void wake(struct sim *s, int source)
{
	s->at = source;
	if (s->paused[source])
		sim_do(s, SIM_NOBODY, "resume %s --reason calm", s->sources[source].name);
	sim_part_addresses(&s->sources[source]);
}

void sim_calm(struct sim *s)
{
	AUTO_MEM struct str *out = str_new(NULL);
	int day = 0;

	for (int source = 0; source < SIM_SOURCES; source++)
		wake(s, source);
	while (!is_quiet(s))
		if (++day > DAYS_MAX) {
			for (s->at = 0; s->at < SIM_SOURCES; s->at++)
				sim_do_out(
					s, SIM_NOBODY, out,
					mem_printf(s, "plan %s", s->sources[s->at].name));
			s->at = 0;
			sim_fail(s, "no calm after %d days\n%s", DAYS_MAX, out->text);
		}
	check_roster(s);
	if (sim_do(s, SIM_NOBODY, "audit " SIM_HOME " --verify") != 0)
		sim_fail(s, "the trail is not whole");
}
