/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

#define PEOPLE "ou=people,dc=contoso,dc=example"
#define GROUPS "ou=groups,dc=contoso,dc=example"

const char *const sim_groups[SIM_GROUPS] = { "Operators", "Red", "Blue", "Green" };

unsigned sim_pick(struct sim *s, unsigned below)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (unsigned)((z ^ (z >> 31)) % below);
}

bool sim_chance(struct sim *s, unsigned percent)
{
	return sim_pick(s, 100) < percent;
}

bool sim_wants(const struct sim *s, const struct sim_person *p, int group)
{
	return p->state == SIM_ALIVE && p->in[group] &&
	       (group < SIM_GROUPS - 1 || !s->narrow);
}

/* ---- what happens there ---- */

static void join(struct sim *s, struct sim_person *p)
{
	p->state = SIM_ALIVE;
	p->in[sim_pick(s, SIM_GROUPS)] = true;
	p->in[sim_pick(s, SIM_GROUPS)] = true;
}

static void leave(struct sim *s, struct sim_person *p)
{
	static const enum sim_state ways[] = { SIM_DISABLED, SIM_GONE, SIM_HIDDEN };

	p->state = ways[sim_pick(s, ARRAY_LEN(ways))];
}

void sim_change_world(struct sim *s)
{
	struct sim_person *p = &s->people[sim_pick(s, SIM_PEOPLE)];
	unsigned group = sim_pick(s, SIM_GROUPS);

	switch (p->state) {
	case SIM_NEVER:
		join(s, p);
		break;
	case SIM_ALIVE:
		if (sim_chance(s, 25))
			leave(s, p);
		else if (sim_chance(s, 10))
			p->address++;
		else
			p->in[group] = !p->in[group];
		break;
	default:
		if (sim_chance(s, 40))
			p->state = SIM_ALIVE;
	}
}

/* A closed branch, or one that is opened: many at once. */
static void change_many(struct sim *s)
{
	for (unsigned n = 4 + sim_pick(s, 8); n > 0; n--)
		sim_change_world(s);
}

/* ---- what is shown of it ---- */

static void add_person(struct str *out, const struct sim_person *p, int i)
{
	str_addf(out, "entry p%d cn=p%d," PEOPLE "\n  objectClass: person\n  cn: p%d\n",
		 i, i, i);
	str_addf(out, "  mail: p%d.%u@contoso.example\n", i, p->address);
	if (p->state == SIM_DISABLED)
		str_add(out, "  employeeType: disabled\n");
}

static void add_people(struct sim *s, struct str *out, unsigned percent)
{
	for (int i = 0; i < SIM_PEOPLE; i++) {
		struct sim_person *p = &s->people[i];

		if (p->state == SIM_GONE)
			str_addf(out, "lookup p%d gone\n", i);
		if (p->state != SIM_ALIVE && p->state != SIM_DISABLED)
			continue;
		if (percent < 100 && !sim_chance(s, percent))
			continue;
		p->shown = p->state == SIM_ALIVE;
		p->shown_out = !p->shown;
		add_person(out, p, i);
	}
}

static void add_groups(const struct sim *s, struct str *out)
{
	for (int g = 0; g < SIM_GROUPS; g++) {
		str_addf(out,
			 "entry g%d cn=%s," GROUPS
			 "\n  objectClass: groupOfNames\n  cn: %s\n",
			 g, sim_groups[g], sim_groups[g]);
		for (int i = 0; i < SIM_PEOPLE; i++)
			if (s->people[i].in[g] && s->people[i].state != SIM_GONE)
				str_addf(out, "  member: cn=p%d," PEOPLE "\n", i);
	}
}

void sim_write_source(struct sim *s, enum sim_outage outage)
{
	AUTO_MEM struct str *out = str_new(NULL);

	s->outage = outage;
	for (int i = 0; i < SIM_PEOPLE; i++)
		s->people[i].shown = s->people[i].shown_out = false;
	if (outage == SIM_FAILS)
		str_add(out, "fail later the server cannot be reached\n");
	else if (outage != SIM_EMPTY)
		add_people(s, out, outage == SIM_FINE ? 100 : 35);
	if (outage == SIM_FINE || outage == SIM_SHRUNKEN ||
	    (outage == SIM_INCOMPLETE && sim_chance(s, 50)))
		add_groups(s, out);
	if (outage == SIM_INCOMPLETE)
		str_add(out, "incomplete the server is busy\n");
	stage_write(s->stage, "source.script", out->text);
}

void sim_write_config(const struct sim *s)
{
	AUTO_MEM char *text =
		mem_printf(NULL,
			   "store: sqlite:console.db\n"
			   "sources:\n"
			   "  contoso:\n"
			   "    type: script\n"
			   "    file: source.script\n"
			   "    act_as: sync@northwind.example\n"
			   "    organization: " SIM_HOME "\n"
			   "    people: { email: mail, name: cn,"
			   " disabled: \"(employeeType=disabled)\" }\n"
			   "%s"
			   "    grants:\n"
			   "      - from: { name: \"%s(.+)\" }\n"
			   "        to:   { group: \"$1\", create: true }\n",
			   s->patient ? "    removal: suspend\n    grace: 3d\n" : "",
			   s->narrow ? "(?!Green)" : "");

	stage_write(s->stage, "dirbridge.yaml", text);
}

/* ---- time ---- */

static void play(struct sim *s, const char *text)
{
	stage_play(s->stage, text);
	for (const char *at = s->stage->log->text; (at = strstr(at, "\nexit ")); at += 6)
		if (at[6] != '0')
			sim_fail(s, "%s", s->stage->log->text);
	str_clear(s->stage->log);
}

static const char setup[] =
	"clock 2026-11-20 09:00\n"
	"$ store init\n"
	"$ org create northwind --owner " SIM_ADA " --name Ada\n"
	"$ licence set northwind --until 2029-12-31\n"
	"$ principal allow " SIM_ADA " --user {user}\n"
	"$ org create " SIM_HOME " --as " SIM_ADA "\n"
	"$ principal add sync@northwind.example --owner-of " SIM_HOME " --as operator\n"
	"$ group create " SIM_HOME " Operators --as " SIM_ADA "\n"
	"$ group add " SIM_HOME
	" Operators sync@northwind.example --role owner --as " SIM_ADA "\n";

struct sim *sim_new(TALLOC_CTX *ctx, uint64_t seed)
{
	struct sim *s = mem_new(ctx, struct sim);

	s->seed = s->random = seed;
	s->scratch = mem_ctx(s);
	s->stage = stage_new(s, NULL);
	s->approved = str_new(s);
	s->rejected = str_new(s);
	sim_write_config(s);
	play(s, setup);
	s->now = clock_now();
	change_many(s);
	change_many(s);
	sim_write_source(s, SIM_FINE);
	sim_do(s, SIM_RUN, "apply contoso --yes");
	return s;
}
