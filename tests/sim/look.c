/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"
#include <stdarg.h>

void sim_fail(const struct sim *s, const char *format, ...)
{
	AUTO_MEM struct str *out = str_new(NULL);
	va_list args;
	char *what;

	va_start(args, format);
	what = talloc_vasprintf(NULL, format, args);
	va_end(args);
	str_addf(out, "seed %llu, step %d: %s\nthe last commands:\n",
		 (unsigned long long)s->seed, s->step, what);
	for (unsigned i = s->n_last < SIM_LAST ? 0 : s->n_last - SIM_LAST; i < s->n_last;
	     i++)
		str_addf(out, "  %s\n", s->last[i % SIM_LAST]);
	fprintf(stderr, "%s", out->text);
	mem_free(s->stage);
	exit(EXIT_FAILURE);
}

/* ---- before ---- */

static char *bindings(struct sim *s)
{
	return sim_rows(s, "SELECT source_id, account_id, anchor FROM binding");
}

void sim_remember(struct sim *s)
{
	s->run = strtoll(sim_rows(s, "SELECT coalesce(max(id), 0) FROM run"), NULL, 10);
	s->bound = bindings(s);
	s->had = sim_grants(s, &s->n_had);
}

void sim_forget(struct sim *s)
{
	s->n_moments = s->n_losses = 0;
	str_clear(s->rejected);
	str_add(s->rejected, sim_rows(s, "SELECT lower(hex(operation)) FROM decision"
					 " WHERE word = 'reject' AND used_run IS NULL"));
	str_clear(s->approved);
	str_add(s->approved, sim_rows(s, "SELECT lower(hex(operation)) FROM decision"
					 " WHERE word = 'approve'"));
}

/* ---- no removal without evidence or a person's decision ---- */

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

/* The days were counted when it was suspended, and evidence was asked for then. */
static void check_grace(struct sim *s, const struct sim_done *d)
{
	for (size_t i = 0; i < s->n_had; i++) {
		const struct sim_grant *g = &s->had[i];

		if (strcmp(g->anchor, d->anchor) == 0 && g->group == d->group &&
		    g->role == d->role && strcmp(g->state, "suspended") == 0 &&
		    g->until <= s->now)
			return;
	}
	sim_fail(s, "the grace of %s in %s is not over", d->anchor, d->name);
}

static void check_evidence(struct sim *s, enum sim_by by, const struct sim_done *d)
{
	static const char *const proofs[] = { "tombstone",  "disabled",     "not-found",
					      "left-group", "out-of-scope", NULL };
	const struct sim_seen *seen =
		by == SIM_SAVED ? &s->saved_seen : &s->past.seen[s->at];

	if (strcmp(d->code, "grace-over") == 0) {
		check_grace(s, d);
		return;
	}
	if (!is_one_of(d->code, proofs))
		sim_fail(s, "%s of %s without evidence: %s", d->kind, d->anchor, d->code);
	if (!sim_lets_go(s, seen, s->at, d))
		sim_fail(s, "%s of %s in %s (%s), and nothing has shown that", d->kind,
			 d->anchor, d->name, d->code);
}

/* Whatever a source no longer gives, one of its operations has ended. */
static bool was_ended(const struct sim *s, const struct sim_grant *g)
{
	static const char *const ends[] = { "revoke", "suspend", "cancel",
					    "leave",  "forget",  NULL };

	for (size_t i = 0; i < s->n_done; i++) {
		const struct sim_done *d = &s->done[i];

		if (d->source == g->source && d->group == g->group &&
		    d->role == g->role && strcmp(d->anchor, g->anchor) == 0 &&
		    is_one_of(d->kind, ends))
			return true;
	}
	return false;
}

static bool still_has(const struct sim *s, const struct sim_grant *g)
{
	for (size_t i = 0; i < s->n_has; i++)
		if (s->has[i].source == g->source && s->has[i].group == g->group &&
		    s->has[i].role == g->role && strcmp(s->has[i].anchor, g->anchor) == 0)
			return true;
	return false;
}

static void check_lost(struct sim *s, const char *line)
{
	if (strncmp(line, "invite", 6) == 0 || strncmp(line, "account", 7) == 0 ||
	    strncmp(line, "undo", 4) == 0)
		return;
	for (size_t i = 0; i < s->n_had; i++)
		if (!still_has(s, &s->had[i]) && !was_ended(s, &s->had[i]))
			sim_fail(s,
				 "%s lost what it had in group %lld, and nobody did that",
				 s->had[i].anchor, (long long)s->had[i].group);
}

/* Under one address, another entry is somebody else, until a person says otherwise. */
static void check_bound(struct sim *s, const char *line)
{
	char *now = bindings(s), *row;

	if (strncmp(line, "account bind", 12) == 0)
		return;
	while ((row = sim_line(&now)) != NULL) {
		char *of = strrchr(row, '|'), *before;

		of[1] = '\0';
		before = strstr(s->bound, row);
		of[1] = ' ';
		if (before != NULL && (before == s->bound || before[-1] == '\n') &&
		    !sim_has_line(s->bound, row))
			sim_fail(s, "the account of another: %s", row);
	}
}

/* ---- what was carried out is what was asked for ---- */

static void check_approved(struct sim *s, const struct sim_done *d)
{
	const char *shown =
		sim_rows(s,
			 "SELECT kind, anchor, role, (SELECT count(*) FROM decision d"
			 " WHERE d.operation = j.operation AND d.word = 'approve'"
			 " AND d.used_run = %lld AND d.at > %lld - 72 * 3600),"
			 " (SELECT count(DISTINCT os_user) FROM decision d"
			 " WHERE d.operation = j.operation AND d.word = 'approve'"
			 " AND d.used_run = %lld)"
			 " FROM journal j WHERE operation = x'%s' AND run_id < %lld"
			 " AND verdict = 'hold' ORDER BY run_id DESC LIMIT 1",
			 (long long)d->run, (long long)s->now, (long long)d->run, d->id,
			 (long long)d->run);
	AUTO_MEM char *done =
		mem_printf(NULL, "%s | %s | %d | ", d->kind, d->anchor, d->role);

	if (!sim_has_line(s->approved->text, d->id))
		sim_fail(s, "nobody approved %s of %s: %s", d->kind, d->anchor, d->id);
	if (strncmp(shown, done, strlen(done)) != 0)
		sim_fail(s, "%s of %s was not what was read: %s", d->kind, d->anchor,
			 shown);
	if (shown[strlen(done)] == '0')
		sim_fail(s, "the approval of %s had lapsed", d->id);
}

/* So many removals take two people. */
static void check_second(struct sim *s)
{
	unsigned n = 0, alone = 0;

	for (size_t i = 0; i < s->n_done; i++) {
		const struct sim_done *d = &s->done[i];
		char *people;

		if (!d->approved || !d->takes)
			continue;
		people = sim_rows(s,
				  "SELECT count(DISTINCT os_user) FROM decision"
				  " WHERE operation = x'%s' AND word = 'approve'"
				  " AND used_run = %lld",
				  d->id, (long long)d->run);
		n++;
		alone += sim_number(people) < 2;
	}
	if (n >= SIM_SECOND && alone > 0)
		sim_fail(s, "%u removals were approved, %u of them by one alone", n,
			 alone);
}

static void check_done(struct sim *s, enum sim_by by, const char *line,
		       const struct sim_done *d)
{
	if (by == SIM_NOBODY)
		sim_fail(s, "%s carried something out: %s %s", line, d->kind, d->anchor);
	if (d->source != s->at)
		sim_fail(s, "another source did %s of %s", d->kind, d->anchor);
	if (by == SIM_APPROVE && !d->approved)
		sim_fail(s, "%s of %s was not approved: %s", d->kind, d->anchor, d->id);
	if (d->approved)
		check_approved(s, d);
	if (by == SIM_SAVED && strstr(s->saved_ids, d->id) == NULL)
		sim_fail(s, "%s of %s was not in the plan: %s", d->kind, d->anchor,
			 d->id);
	if (sim_has_line(s->rejected->text, d->id))
		sim_fail(s, "%s of %s was rejected: %s", d->kind, d->anchor, d->id);
	if (by == SIM_UNDO && strcmp(d->code, "undone") != 0)
		sim_fail(s, "undone for another reason: %s", d->code);
	if ((by == SIM_RUN || by == SIM_SAVED) && d->takes && !d->approved)
		check_evidence(s, by, d);
	s->counts[1] += d->takes;
}

/* ---- one group ---- */

static void count_members(struct sim *s, struct sim_moment *m)
{
	char *rows = sim_rows(
		s, "SELECT g.name, count(DISTINCT r.account_id) FROM security_group g"
		   " JOIN role r ON r.group_id = g.id AND r.role = 0"
		   " AND r.valid_to IS NULL JOIN giver v ON v.role_id = r.id"
		   " AND v.valid_to IS NULL AND v.suspended_until IS NULL"
		   " WHERE g.name <> 'Owners' GROUP BY g.name");
	char *row;

	*m = (struct sim_moment){ .at = s->now };
	while ((row = sim_line(&rows)) != NULL) {
		const char *name = sim_cut(&row);

		m->members[sim_grant_of(s, name, 0)] = (unsigned)sim_number(row);
	}
}

/* A moment lasts until the next one. */
static unsigned most_in_a_day(const struct sim *s, int group)
{
	unsigned most = 0;

	for (size_t i = s->n_moments; i-- > 0;) {
		if (s->moments[i].members[group] > most)
			most = s->moments[i].members[group];
		if (s->moments[i].at <= s->now - SIM_DAY)
			break;
	}
	return most;
}

static bool was_emptied(struct sim *s, int group)
{
	bool taken = false;

	for (size_t i = 0; i < s->n_done; i++) {
		const struct sim_done *d = &s->done[i];

		if (!d->takes || strcmp(d->kind, "cancel") == 0 ||
		    sim_grant_of(s, d->name, d->role) != group)
			continue;
		if (d->approved)
			return false;
		taken = true;
	}
	return taken;
}

static void check_members(struct sim *s, bool undone)
{
	struct sim_moment now;

	count_members(s, &now);
	for (int g = 0; g < SIM_OWNER && s->n_moments > 0 && !undone; g++) {
		if (now.members[g] > 0 || s->moments[s->n_moments - 1].members[g] == 0)
			continue;
		if (most_in_a_day(s, g) >= 2 && was_emptied(s, g))
			sim_fail(s, "%s was emptied, it had %u members", sim_names[g],
				 most_in_a_day(s, g));
	}
	mem_grow(s, s->moments, s->n_moments + 1, &s->c_moments);
	s->moments[s->n_moments++] = now;
}

/* ---- decisions ---- */

static const char *check_rejection(struct sim *s, const char *id)
{
	char *run = sim_rows(s,
			     "SELECT coalesce(abs(used_run), 'open') FROM decision"
			     " WHERE word = 'reject' AND operation = x'%s'"
			     " ORDER BY id DESC LIMIT 1",
			     id);
	char *verdict;

	if (*run == '\0')
		sim_fail(s, "the rejection of %s is lost", id);
	if (strcmp(run, "open\n") == 0) {
		verdict = sim_rows(s,
				   "SELECT verdict, code FROM journal WHERE run_id > %lld"
				   " AND operation = x'%s' AND verdict = 'hold'"
				   " AND code <> 'paused'",
				   (long long)s->run, id);
		if (*verdict != '\0')
			sim_fail(s, "rejected, and asked again: %s %s", id, verdict);
		return id;
	}
	verdict = sim_rows(s,
			   "SELECT 1 FROM run WHERE id = %s AND (health <> 'healthy'"
			   " OR EXISTS (SELECT 1 FROM journal j"
			   " WHERE j.run_id = run.id AND j.operation = x'%s'))",
			   run, id);
	if (*verdict != '\0')
		sim_fail(s, "the rejection of %s ended too early", id);
	return NULL;
}

static void check_rejections(struct sim *s)
{
	AUTO_MEM char *copy = mem_strdup(NULL, s->rejected->text);
	char *rows = copy, *id;

	str_clear(s->rejected);
	while ((id = sim_line(&rows)) != NULL)
		if (check_rejection(s, id) != NULL)
			str_addf(s->rejected, "%s\n", id);
}

/* What was approved now, and is wanted still, isn't asked again. */
static void check_approvals(struct sim *s)
{
	const char *again = sim_rows(
		s,
		"SELECT j.kind, j.code, lower(hex(j.operation)) FROM journal j"
		" JOIN decision d ON d.operation = j.operation AND d.word = 'approve'"
		" AND d.used_run IS NULL AND d.at = %lld WHERE j.run_id > %lld"
		" AND j.verdict = 'hold' AND j.kind NOT IN ('conflict', 'keep')"
		" AND j.code <> 'second-person'",
		(long long)s->now, (long long)s->run);
	const char *lost = sim_rows(
		s, "SELECT lower(hex(operation)) FROM decision WHERE word = 'approve'");
	AUTO_MEM char *copy = mem_strdup(NULL, s->approved->text);
	char *rows = copy, *id;

	if (*again != '\0' && !s->paused[s->at])
		sim_fail(s, "approved, and held again: %s", again);
	while ((id = sim_line(&rows)) != NULL)
		if (!sim_has_line(lost, id))
			sim_fail(s, "the approval of %s is lost", id);
}

/* ---- the store by itself ---- */

static const char never[] =
	"SELECT 'a role twice', group_id || ' ' || account_id FROM role"
	" WHERE valid_to IS NULL GROUP BY group_id, role, account_id HAVING count(*) > 1"
	" UNION ALL SELECT 'invited twice', group_id || ' ' || subject_id FROM invitation"
	" WHERE state = 'pending' GROUP BY group_id, role, subject_id HAVING count(*) > 1"
	" UNION ALL SELECT 'done twice in one run', hex(operation) FROM journal"
	" WHERE verdict = 'do' GROUP BY run_id, operation HAVING count(*) > 1"
	" UNION ALL SELECT 'mailed twice in a day', m.subject_id FROM mail m JOIN mail n"
	" ON n.subject_id = m.subject_id AND n.organization_id = m.organization_id"
	" AND n.id > m.id AND n.queued < m.queued + 86400 AND n.mode = 'mail'"
	" WHERE m.mode = 'mail'"
	" UNION ALL SELECT 'held twice', hex(operation) FROM held"
	" GROUP BY operation HAVING count(*) > 1"
	" UNION ALL SELECT 'an approval let nothing through', d.id FROM decision d"
	" WHERE d.word = 'approve' AND d.used_run > 0 AND NOT EXISTS (SELECT 1"
	"  FROM journal j WHERE j.run_id = d.used_run AND j.operation = d.operation"
	"  AND j.verdict = 'do')"
	" UNION ALL SELECT 'given, and not remembered', r.group_id || ' ' || r.account_id"
	" FROM role r JOIN giver v ON v.role_id = r.id AND v.giver > 0"
	" AND v.valid_to IS NULL WHERE r.valid_to IS NULL AND NOT EXISTS (SELECT 1"
	"  FROM given m JOIN binding b ON b.source_id = m.source_id AND b.anchor = "
	"m.anchor"
	"  WHERE m.source_id = v.giver AND m.group_id = r.group_id AND m.role = r.role"
	"  AND b.account_id = r.account_id"
	"  AND m.state IN ('given', 'suspended', 'undone'))"
	" UNION ALL SELECT 'a role without a giver', r.id FROM role r"
	" WHERE r.valid_to IS NULL AND NOT EXISTS (SELECT 1 FROM giver v"
	"  WHERE v.role_id = r.id AND v.valid_to IS NULL)";

static void check_store(struct sim *s)
{
	const char *rows = sim_rows(s, "%s", never);

	if (*rows != '\0')
		sim_fail(s, "%s", rows);
}

/* ---- after ---- */

static void note_health(struct sim *s, enum sim_by by)
{
	const char *health =
		sim_rows(s, "SELECT health FROM run WHERE id > %lld", (long long)s->run);
	bool whole = strcmp(health, "healthy\n") == 0;

	s->counts[0] += *health != '\0';
	if (whole && !sim_is_credible(s, s->at))
		sim_fail(s, "an outage was taken for healthy");
	if (*health == '\0' || by == SIM_UNDO)
		return;
	if (by == SIM_SAVED)
		sim_see_saved(s);
	else
		sim_see(s, &s->past.seen[s->at], s->at, whole);
}

/* The plan that is saved now has seen what its pull shows, and what was known. */
void sim_note_saved(struct sim *s)
{
	s->saved_seen = s->past.seen[s->at];
	sim_see(s, &s->saved_seen, s->at, sim_is_credible(s, s->at));
}

void sim_look(struct sim *s, enum sim_by by, const char *line)
{
	note_health(s, by);
	s->done = sim_what_was_done(s, &s->n_done);
	s->has = sim_grants(s, &s->n_has);
	for (size_t i = 0; i < s->n_done; i++)
		check_done(s, by, line, &s->done[i]);
	check_second(s);
	check_lost(s, line);
	check_bound(s, line);
	if (by != SIM_UNDO)
		sim_check_budgets(s);
	check_members(s, by == SIM_UNDO);
	check_rejections(s);
	if (by == SIM_APPROVE)
		check_approvals(s);
	check_store(s);
}
