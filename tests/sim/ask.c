/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

char *sim_line(char **rows)
{
	char *line = *rows, *end = line + strcspn(line, "\n");

	if (*line == '\0')
		return NULL;
	*rows = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

char *sim_cut(char **row)
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

bool sim_has_line(const char *lines, const char *line)
{
	size_t len = strlen(line);

	for (const char *at = lines; (at = strstr(at, line)) != NULL; at += len)
		if ((at == lines || at[-1] == '\n') && at[len] == '\n')
			return true;
	return false;
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

int sim_number(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

int sim_person_of(const char *anchor)
{
	return sim_number(anchor + 1);
}

int sim_grant_of(const struct sim *s, const char *name, int role)
{
	if (role == 1 && strcmp(name, sim_names[0]) == 0)
		return SIM_OWNER;
	for (int g = 0; g < SIM_OWNER; g++)
		if (strncmp(sim_names[g], name, strlen(sim_names[g])) == 0)
			return g;
	sim_fail(s, "something was done to the group \"%s\"", name);
}

/* An invitation that is over by now counts for nobody, though that isn't noted yet. */
struct sim_grant *sim_grants(struct sim *s, size_t *n)
{
	char *rows = sim_rows(
		s,
		"SELECT source_id, anchor, state, group_id, coalesce(until, 0), role"
		" FROM given WHERE state IN ('given', 'suspended')"
		" OR (state = 'invited' AND since > %lld)",
		(long long)s->now - 7 * SIM_DAY);
	struct sim_grant *all = NULL;
	size_t capacity = 0;
	char *row;

	for (*n = 0; (row = sim_line(&rows)) != NULL; ++*n) {
		mem_grow(s->scratch, all, *n + 1, &capacity);
		all[*n] = (struct sim_grant){ .source = sim_number(sim_cut(&row)) - 1 };
		all[*n].anchor = sim_cut(&row);
		all[*n].state = sim_cut(&row);
		all[*n].group = strtoll(sim_cut(&row), NULL, 10);
		all[*n].until = strtoll(sim_cut(&row), NULL, 10);
		all[*n].role = sim_number(row);
	}
	return all;
}

static struct sim_done done_of(char *row)
{
	struct sim_done d = { .source = sim_number(sim_cut(&row)) - 1 };

	d.kind = sim_cut(&row);
	d.code = sim_cut(&row);
	d.id = sim_cut(&row);
	d.anchor = sim_cut(&row);
	d.name = sim_cut(&row);
	d.run = strtoll(sim_cut(&row), NULL, 10);
	d.group = strtoll(sim_cut(&row), NULL, 10);
	d.role = sim_number(sim_cut(&row));
	d.approved = sim_number(row);
	d.takes = strcmp(d.kind, "revoke") == 0 || strcmp(d.kind, "suspend") == 0 ||
		  (strcmp(d.kind, "cancel") == 0 &&
		   strcmp(d.code, "address-changed") != 0 &&
		   strcmp(d.code, "has-role") != 0);
	return d;
}

struct sim_done *sim_what_was_done(struct sim *s, size_t *n)
{
	char *rows = sim_rows(
		s,
		"SELECT r.source_id, j.kind, j.code, lower(hex(j.operation)), j.anchor,"
		" g.name, j.run_id, j.group_id, j.role, EXISTS (SELECT 1 FROM decision d"
		"  WHERE d.operation = j.operation AND d.word = 'approve'"
		"  AND d.used_run = j.run_id) FROM journal j JOIN run r ON r.id = "
		"j.run_id"
		" LEFT JOIN security_group g ON g.id = j.group_id"
		" WHERE j.run_id > %lld AND j.verdict = 'do'"
		" AND j.kind NOT IN ('keep', 'conflict') ORDER BY j.run_id, j.seq",
		(long long)s->run);
	struct sim_done *all = NULL;
	size_t capacity = 0;
	char *row;

	for (*n = 0; (row = sim_line(&rows)) != NULL; ++*n) {
		mem_grow(s->scratch, all, *n + 1, &capacity);
		all[*n] = done_of(row);
	}
	return all;
}
