/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"
#include <stdarg.h>

enum { DAY = 86400 };

void sim_fail(struct sim *s, const char *format, ...)
{
	AUTO_MEM struct str *out = str_new(NULL);
	va_list args;
	char *what;

	va_start(args, format);
	what = talloc_vasprintf(s, format, args);
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

/* An invitation that is over by now counts for nobody, though that isn't noted yet. */
#define LIVE                                                                             \
	" FROM given WHERE (state IN ('given', 'suspended') OR (state = 'invited'"       \
	" AND since > %lld)) GROUP BY "

static char *live(struct sim *s, const char *of)
{
	return sim_rows(s, "SELECT %s, count(*)" LIVE "%s", of,
			(long long)s->now - 7 * DAY, of);
}

void sim_remember(struct sim *s)
{
	s->run = strtoll(sim_rows(s, "SELECT coalesce(max(id), 0) FROM run"), NULL, 10);
	s->held = sim_rows(s, "SELECT lower(hex(operation)) FROM held");
	s->had = live(s, "anchor");
	s->grants = live(s, "group_id");
}

void sim_forget(struct sim *s)
{
	s->n_moments = s->n_losses = 0;
	str_clear(s->rejected);
	str_add(s->rejected, sim_rows(s, "SELECT lower(hex(operation)) FROM decision"
					 " WHERE word = 'reject' AND used_run IS NULL"));
}

/* ---- what one operation was ---- */

struct done {
	const char *kind, *code, *id, *anchor, *group;
	bool approved;
	bool takes;
};

static char *cut(char **row)
{
	char *from = *row, *end = strstr(from, " | ");

	if (end == NULL) {
		*row = from + strlen(from);
		return from;
	}
	*end = '\0';
	*row = end + 3;
	return from;
}

static bool is_one_of(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static bool has_line(const char *lines, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = lines; (at = strstr(at, line)) != NULL; at += len)
		if ((at == lines || at[-1] == '\n') && at[len] == '\n')
			return true;
	return false;
}

static struct done done_of(char *row)
{
	static const char *const taking[] = { "revoke", "suspend", "cancel", NULL };
	struct done d = { .kind = cut(&row) };

	d.code = cut(&row);
	d.id = cut(&row);
	d.approved = *cut(&row) == '1';
	d.anchor = cut(&row);
	d.group = cut(&row);
	d.takes = is_one_of(d.kind, taking);
	return d;
}

static char *what_was_done(struct sim *s)
{
	return sim_rows(
		s,
		"SELECT j.kind, j.code, lower(hex(j.operation)), EXISTS (SELECT 1"
		" FROM decision d WHERE d.operation = j.operation"
		" AND d.word = 'approve' AND d.used_run = j.run_id), j.anchor, g.name"
		" FROM journal j LEFT JOIN security_group g ON g.id = j.group_id"
		" WHERE j.run_id > %lld AND j.verdict = 'do'"
		" AND j.kind NOT IN ('keep', 'conflict') ORDER BY j.run_id, j.seq",
		(long long)s->run);
}

/* ---- no removal without evidence or a person's decision ---- */

static int group_of(struct sim *s, const char *name)
{
	for (int g = 0; g < SIM_GROUPS; g++)
		if (strcmp(sim_groups[g], name) == 0)
			return g;
	sim_fail(s, "something was done to the group \"%s\"", name);
}

static void check_evidence(struct sim *s, const struct done *d)
{
	static const char *const proofs[] = { "tombstone",  "disabled",   "not-found",
					      "left-group", "grace-over", NULL };
	static const char *const others[] = { "address-changed", "has-role", NULL };
	const struct sim_person *p = &s->people[strtol(d->anchor + 1, NULL, 10)];

	if (is_one_of(d->code, others)) {
		if (strcmp(d->kind, "cancel") != 0)
			sim_fail(s, "%s of %s for %s", d->kind, d->anchor, d->code);
		return;
	}
	if (!is_one_of(d->code, proofs))
		sim_fail(s, "%s of %s without evidence: %s", d->kind, d->anchor, d->code);
	if (sim_wants(s, p, group_of(s, d->group)) && !p->proved)
		sim_fail(s, "%s of %s in %s (%s), though the directory wants it\n%s",
			 d->kind, d->anchor, d->group, d->code,
			 sim_rows(s,
				  "SELECT e.run_id, datetime(e.last, 'unixepoch'),"
				  " r.id, r.health FROM evidence e JOIN run r"
				  " ON r.id >= e.run_id - 1"
				  " WHERE e.anchor = CAST('%s' AS BLOB)",
				  d->anchor));
}

/* ---- what was carried out is what was asked for ---- */

static void check_done(struct sim *s, enum sim_by by, const char *line,
		       const struct done *d)
{
	if (by == SIM_NOBODY)
		sim_fail(s, "%s carried something out: %s %s", line, d->kind, d->anchor);
	if (by == SIM_APPROVE && (!d->approved || !has_line(s->held, d->id)))
		sim_fail(s, "%s of %s was not held and approved: %s", d->kind, d->anchor,
			 d->id);
	if (by == SIM_APPROVE && !has_line(s->approved->text, d->id))
		sim_fail(s, "nobody asked for %s of %s: %s", d->kind, d->anchor, d->id);
	if (by == SIM_SAVED && strstr(s->saved_ids, d->id) == NULL)
		sim_fail(s, "%s of %s was not in the plan: %s", d->kind, d->anchor,
			 d->id);
	if (has_line(s->rejected->text, d->id))
		sim_fail(s, "%s of %s was rejected: %s", d->kind, d->anchor, d->id);
	if (by == SIM_UNDO && strcmp(d->code, "undone") != 0)
		sim_fail(s, "undone for another reason: %s", d->code);
	if (by == SIM_RUN && d->takes && !d->approved)
		check_evidence(s, d);
	s->counts[1] += d->takes;
}

/* ---- budgets ---- */

static unsigned limit_of(unsigned people)
{
	return people / 10 > 2 ? people / 10 : 2;
}

static unsigned lines_of(const char *text)
{
	unsigned n = 0;

	for (; (text = strchr(text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* Why one who has nothing any more has not; false where a person has decided it. */
static bool was_lost(const char *anchor, unsigned long had, const char *done,
		     bool *disabled)
{
	AUTO_MEM char *copy = mem_strdup(NULL, done);
	char *rows = copy, *row;
	unsigned long taken = 0;

	*disabled = true;
	while ((row = sim_line(&rows)) != NULL) {
		struct done d = done_of(row);

		if (strcmp(d.anchor, anchor) != 0 || !d.takes)
			continue;
		if (d.approved)
			return false;
		taken++;
		*disabled &= strcmp(d.code, "disabled") == 0;
	}
	return taken == had;
}

static void check_day(struct sim *s, unsigned had)
{
	const struct sim_loss *last = &s->losses[s->n_losses - 1];
	unsigned limit = limit_of(had), people = 0, disabled = 0;

	for (size_t i = 0; i < s->n_losses; i++) {
		if (s->losses[i].at <= s->now - DAY)
			continue;
		people += s->losses[i].people;
		disabled += s->losses[i].disabled;
	}
	if (last->people > limit || (last->people > 0 && people > 2 * limit))
		sim_fail(s, "%u of %u people at once, %u in a day", last->people, had,
			 people);
	if (last->disabled > 2 * limit || (last->disabled > 0 && disabled > 4 * limit))
		sim_fail(s, "%u of %u disabled people at once, %u in a day",
			 last->disabled, had, disabled);
}

static void check_people(struct sim *s, const char *done)
{
	const char *now = sim_rows(s, "SELECT DISTINCT anchor FROM given"
				      " WHERE state IN ('given', 'invited')");
	struct sim_loss loss = { .at = s->now };
	AUTO_MEM char *had = mem_strdup(NULL, s->had);
	char *rows = had, *row;
	bool disabled;

	while ((row = sim_line(&rows)) != NULL) {
		const char *anchor = cut(&row);

		if (has_line(now, anchor) ||
		    !was_lost(anchor, strtoul(row, NULL, 10), done, &disabled))
			continue;
		if (disabled)
			loss.disabled++;
		else
			loss.people++;
	}
	mem_grow(s, s->losses, s->n_losses + 1, &s->c_losses);
	s->losses[s->n_losses++] = loss;
	check_day(s, lines_of(s->had));
}

/* What is written down of a day passes no limit of it either, whatever was seen. */
static void check_spent(struct sim *s)
{
	const char *people =
		sim_rows(s,
			 "SELECT coalesce(sum(n), 0) FROM spent WHERE layer = 'people'"
			 " AND at > %lld AND at >= (SELECT max(at) FROM spent"
			 "  WHERE layer = 'people') - 86400",
			 (long long)s->now - DAY);
	unsigned limit = limit_of(SIM_PEOPLE);

	if (strtoul(people, NULL, 10) > 2 * limit)
		sim_fail(s, "%s people were spent in a day", people);
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
		const char *name = cut(&row);

		m->members[group_of(s, name)] = (unsigned)strtoul(row, NULL, 10);
	}
}

/* A moment lasts until the next one. */
static unsigned most_in_a_day(const struct sim *s, int group)
{
	unsigned most = 0;

	for (size_t i = s->n_moments; i-- > 0;) {
		if (s->moments[i].members[group] > most)
			most = s->moments[i].members[group];
		if (s->moments[i].at <= s->now - DAY)
			break;
	}
	return most;
}

static bool approved_in(const char *done, const char *group, bool *taken)
{
	AUTO_MEM char *copy = mem_strdup(NULL, done);
	char *rows = copy, *row;
	bool approved = false;

	*taken = false;
	while ((row = sim_line(&rows)) != NULL) {
		struct done d = done_of(row);

		if (!d.takes || strcmp(d.kind, "cancel") == 0 ||
		    strcmp(d.group, group) != 0)
			continue;
		*taken = true;
		approved |= d.approved;
	}
	return approved;
}

static void check_members(struct sim *s, const char *done)
{
	struct sim_moment now;
	bool taken;

	count_members(s, &now);
	for (int g = 0; g < SIM_GROUPS && s->n_moments > 0; g++) {
		if (now.members[g] > 0 || s->moments[s->n_moments - 1].members[g] == 0)
			continue;
		if (!approved_in(done, sim_groups[g], &taken) && taken &&
		    most_in_a_day(s, g) >= 2)
			sim_fail(s, "%s was emptied, it had %u members", sim_groups[g],
				 most_in_a_day(s, g));
	}
	mem_grow(s, s->moments, s->n_moments + 1, &s->c_moments);
	s->moments[s->n_moments++] = now;
}

/* Of one group with 10 grants or more, a quarter at most. */
static void check_groups(struct sim *s)
{
	AUTO_MEM char *copy = mem_strdup(NULL, s->grants);
	char *rows = copy, *row;

	while ((row = sim_line(&rows)) != NULL) {
		const char *group = cut(&row);
		unsigned long had = strtoul(row, NULL, 10);
		char *n;

		if (had < 10)
			continue;
		n = sim_rows(s,
			     "SELECT count(*) FROM journal j WHERE group_id = %s"
			     " AND run_id > %lld AND verdict = 'do'"
			     " AND kind IN ('revoke', 'suspend', 'cancel')"
			     " AND code NOT IN ('address-changed', 'has-role')"
			     " AND NOT EXISTS (SELECT 1 FROM decision d"
			     "  WHERE d.operation = j.operation"
			     "  AND d.word = 'approve' AND d.used_run = j.run_id)",
			     group, (long long)s->run);
		if (strtoul(n, NULL, 10) > had / 4)
			sim_fail(s, "%s of %lu grants of one group went", n, had);
	}
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

/* ---- the store by itself ---- */

static const char never[] =
	"SELECT 'role twice', group_id || ' ' || account_id FROM role"
	" WHERE valid_to IS NULL GROUP BY group_id, role, account_id HAVING count(*) > 1"
	" UNION ALL SELECT 'invited twice', group_id || ' ' || subject_id FROM invitation"
	" WHERE state = 'pending' GROUP BY group_id, role, subject_id HAVING count(*) > 1"
	" UNION ALL SELECT 'done twice in one run', hex(operation) FROM journal"
	" WHERE verdict = 'do' GROUP BY run_id, operation HAVING count(*) > 1"
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

/* What a pull has shown of one, which counts by its health. */
static void note_person(struct sim_person *p, const char *health)
{
	if (strcmp(health, "saved\n") == 0) {
		p->proved |= p->saved;
		return;
	}
	if (p->shown)
		p->proved = p->saved = false;
	else if (p->shown_out || strcmp(health, "healthy\n") == 0)
		p->proved = true;
}

static void note_health(struct sim *s)
{
	const char *health =
		sim_rows(s, "SELECT health FROM run WHERE id > %lld", (long long)s->run);

	s->counts[0] += *health != '\0';
	if (strcmp(health, "healthy\n") == 0 && s->outage != SIM_FINE &&
	    s->outage != SIM_SHRUNKEN)
		sim_fail(s, "an outage was taken for healthy");
	for (int i = 0; i < SIM_PEOPLE && *health && strcmp(health, "undo\n") != 0; i++)
		note_person(&s->people[i], health);
}

/* The plan that is saved now has seen what its pull shows, and what was known. */
void sim_note_saved(struct sim *s)
{
	for (int i = 0; i < SIM_PEOPLE; i++)
		s->people[i].saved = !s->people[i].shown;
}

void sim_look(struct sim *s, enum sim_by by, const char *line)
{
	AUTO_MEM char *done = what_was_done(s);
	AUTO_MEM char *copy = mem_strdup(NULL, done);
	char *rows = copy, *row;

	note_health(s);
	while ((row = sim_line(&rows)) != NULL) {
		struct done d = done_of(row);

		check_done(s, by, line, &d);
	}
	if (by != SIM_UNDO) {
		check_people(s, done);
		check_groups(s);
	}
	check_members(s, by == SIM_UNDO ? "" : done);
	check_spent(s);
	check_rejections(s);
	check_store(s);
}
