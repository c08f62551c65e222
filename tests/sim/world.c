/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

#define PEOPLE "ou=people,dc=contoso,dc=example"
#define GROUPS "ou=groups,dc=contoso,dc=example"

/* The last is the directory group whose members own the first. */
const char *const sim_names[SIM_GRANTS] = { "Operators", "Red", "Blue", "Green",
					    "Heads" };

enum { RED = 1, GREEN = 3 };

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

static bool is_temp(int person)
{
	return person % 6 == 5;
}

bool sim_is_left_out(const struct sim *s, int source, int person, int grant)
{
	return source == 0 &&
	       ((s->narrow && grant == GREEN) || (s->filtered && is_temp(person)));
}

bool sim_wants(const struct sim *s, int source, int person, int grant)
{
	const struct sim_source *q = &s->sources[source];

	return q->people[person].state == SIM_ALIVE && q->people[person].in[grant] &&
	       q->groups[grant].state == SIM_ALIVE &&
	       !sim_is_left_out(s, source, person, grant);
}

char *sim_mail(TALLOC_CTX *ctx, const struct sim_person *p)
{
	return mem_printf(ctx, "p%u.%u@contoso.example", p->mail, p->address);
}

/* ---- what happens there ---- */

static unsigned any_grant(struct sim *s, const struct sim_source *q)
{
	unsigned grant = sim_pick(s, SIM_GRANTS);

	return q->feeds[grant] ? grant : 0;
}

/* Some are hired again: their old address, and an entry that is another. */
static void join(struct sim *s, struct sim_source *q, struct sim_person *p)
{
	const struct sim_person *old = &q->people[sim_pick(s, SIM_PEOPLE)];

	if (old->state >= SIM_DISABLED) {
		p->mail = old->mail;
		p->address = old->address;
	}
	p->state = SIM_ALIVE;
	p->in[any_grant(s, q)] = true;
	p->in[any_grant(s, q)] = true;
}

static enum sim_state any_way(struct sim *s)
{
	static const enum sim_state ways[] = { SIM_DISABLED, SIM_GONE, SIM_HIDDEN };

	return ways[sim_pick(s, ARRAY_LEN(ways))];
}

static void change_group(struct sim *s, struct sim_source *q)
{
	struct sim_group *g = &q->groups[sim_chance(s, 50) ? RED : GREEN];

	if (g->state != SIM_ALIVE)
		g->state = SIM_ALIVE;
	else if (sim_chance(s, 50))
		g->renamed = !g->renamed;
	else
		g->state = sim_chance(s, 50) ? SIM_GONE : SIM_HIDDEN;
}

void sim_change_world(struct sim *s, struct sim_source *q)
{
	struct sim_person *p = &q->people[sim_pick(s, SIM_PEOPLE)];
	unsigned grant = any_grant(s, q);

	if (sim_chance(s, 2)) {
		change_group(s, q);
		return;
	}
	switch (p->state) {
	case SIM_NEVER:
		join(s, q, p);
		break;
	case SIM_ALIVE:
		if (sim_chance(s, 25))
			p->state = any_way(s);
		else if (sim_chance(s, 15))
			p->address++;
		else
			p->in[grant] = !p->in[grant];
		break;
	default:
		if (sim_chance(s, 40))
			p->state = SIM_ALIVE;
	}
}

/* A closed branch, or one that is opened: many at once. */
static void change_many(struct sim *s, struct sim_source *q)
{
	for (unsigned n = 4 + sim_pick(s, 8); n > 0; n--)
		sim_change_world(s, q);
}

void sim_close_branch(struct sim *s, struct sim_source *q)
{
	enum sim_state way = any_way(s);

	for (int i = 0; i < SIM_PEOPLE; i++)
		if (q->people[i].state == SIM_ALIVE && sim_chance(s, 50))
			q->people[i].state = way;
}

void sim_new_address(struct sim_source *q, int person)
{
	q->people[person].mail = (unsigned)person;
	q->people[person].address += 100;
}

void sim_part_addresses(struct sim_source *q)
{
	for (int i = 0; i < SIM_PEOPLE; i++)
		for (int j = 0; j < i; j++)
			if (q->people[i].state == SIM_ALIVE &&
			    q->people[j].state == SIM_ALIVE &&
			    q->people[i].mail == q->people[j].mail &&
			    q->people[i].address == q->people[j].address)
				sim_new_address(q, i);
}

/* ---- what is shown of it ---- */

static void add_person(const struct sim_source *q, struct str *out, int i)
{
	AUTO_MEM char *mail = sim_mail(NULL, &q->people[i]);

	str_addf(out,
		 "entry %c%d cn=p%d," PEOPLE "\n  objectClass: person\n  cn: p%d\n"
		 "  mail: %s\n",
		 q->letter, i, i, i, mail);
	if (is_temp(i))
		str_add(out, "  title: temp\n");
	if (q->people[i].state == SIM_DISABLED)
		str_add(out, "  employeeType: disabled\n");
}

static void add_people(struct sim *s, int source, struct str *out, unsigned percent)
{
	struct sim_source *q = &s->sources[source];

	for (int i = 0; i < SIM_PEOPLE; i++) {
		enum sim_state state = q->people[i].state;

		if (state == SIM_GONE)
			str_addf(out, "lookup %c%d gone\n", q->letter, i);
		if (state != SIM_ALIVE && state != SIM_DISABLED)
			continue;
		q->left[i] = source == 0 && s->filtered && is_temp(i);
		if (q->left[i])
			str_addf(out, "lookup %c%d left\n", q->letter, i);
		if (q->left[i] || (percent < 100 && !sim_chance(s, percent)))
			continue;
		q->alive[i] = state == SIM_ALIVE;
		q->out[i] = !q->alive[i];
		add_person(q, out, i);
	}
}

static void add_group(struct sim_source *q, struct str *out, int g)
{
	q->group[g] = true;
	str_addf(out, "entry %cg%d cn=%s%s," GROUPS "\n  objectClass: groupOfNames\n",
		 q->letter, g, sim_names[g], q->groups[g].renamed ? "2" : "");
	str_addf(out, "  cn: %s%s\n", sim_names[g], q->groups[g].renamed ? "2" : "");
	for (int i = 0; i < SIM_PEOPLE; i++) {
		q->in[i][g] = q->people[i].in[g] && q->people[i].state != SIM_GONE;
		if (q->in[i][g])
			str_addf(out, "  member: cn=p%d," PEOPLE "\n", i);
	}
}

static void add_groups(struct sim_source *q, struct str *out)
{
	for (int g = 0; g < SIM_GRANTS; g++) {
		if (q->groups[g].state == SIM_GONE)
			str_addf(out, "lookup %cg%d gone\n", q->letter, g);
		if (q->feeds[g] && q->groups[g].state == SIM_ALIVE)
			add_group(q, out, g);
	}
}

void sim_write_source(struct sim *s, int source, enum sim_outage outage)
{
	AUTO_MEM struct str *out = str_new(NULL);
	struct sim_source *q = &s->sources[source];
	AUTO_MEM char *file = mem_printf(NULL, "%s.script", q->name);

	q->outage = outage;
	memset(q->alive, 0, sizeof q->alive);
	memset(q->out, 0, sizeof q->out);
	memset(q->left, 0, sizeof q->left);
	memset(q->group, 0, sizeof q->group);
	memset(q->in, 0, sizeof q->in);
	str_addf(out, "identity %s\n", q->name);
	if (outage == SIM_FAILS)
		str_add(out, "fail later the server cannot be reached\n");
	else if (outage != SIM_EMPTY)
		add_people(s, source, out, outage == SIM_FINE ? 100 : 35);
	if (outage == SIM_FINE || outage == SIM_SHRUNKEN ||
	    (outage == SIM_INCOMPLETE && sim_chance(s, 50)))
		add_groups(q, out);
	if (outage == SIM_INCOMPLETE)
		str_add(out, "incomplete the server is busy\n");
	stage_write(s->stage, file, out->text);
}

static void add_config(const struct sim *s, struct str *out, int source)
{
	str_addf(out,
		 "  %s:\n    type: script\n    file: %s.script\n"
		 "    act_as: sync@northwind.example\n    organization: " SIM_HOME "\n"
		 "    second_person: %d\n%s%s",
		 s->sources[source].name, s->sources[source].name, SIM_SECOND,
		 s->tight ? "    limits: { grants: 6, groups: 1, emails: 1,"
			    " invitations: 3 }\n"
			  : "",
		 s->patient ? "    removal: suspend\n    grace: 3d\n" : "");
	str_addf(out,
		 "    people: { email: mail, name: cn, disabled:"
		 " \"(employeeType=disabled)\"%s }\n    grants:\n",
		 source == 0 && s->filtered ? ", filter: \"(!(title=temp))\"" : "");
	if (source == 0)
		str_add(out, "      - from: { name: Heads }\n"
			     "        to:   { group: Operators, role: owner }\n");
	str_addf(out,
		 "      - from: { name: \"(%s.+)\" }\n"
		 "        to:   { group: \"$1\", create: true }\n",
		 source == 0 && s->narrow ? "(?!Green)(?!Heads)" : "(?!Heads)");
}

void sim_write_config(const struct sim *s)
{
	AUTO_MEM struct str *out = str_new(NULL);

	str_add(out, "store: sqlite:console.db\nsources:\n");
	for (int source = 0; source < SIM_SOURCES; source++)
		add_config(s, out, source);
	stage_write(s->stage, "dirbridge.yaml", out->text);
}

/* ---- the beginning ---- */

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

/* The second feeds two of the groups of the first, with people of the same addresses. */
static void open_directories(struct sim *s)
{
	static const struct sim_source sources[SIM_SOURCES] = {
		{ .name = "contoso",
		  .letter = 'p',
		  .feeds = { true, true, true, true, true } },
		{ .name = "hr", .letter = 'h', .feeds = { true, false, true } },
	};

	for (int source = 0; source < SIM_SOURCES; source++) {
		struct sim_source *q = &s->sources[source];

		*q = sources[source];
		for (int g = 0; g < SIM_GRANTS; g++)
			q->groups[g].state = q->feeds[g] ? SIM_ALIVE : SIM_NEVER;
		for (unsigned i = 0; i < SIM_PEOPLE; i++)
			q->people[i].mail = i;
		change_many(s, q);
		if (source == 0)
			change_many(s, q);
	}
}

struct sim *sim_new(TALLOC_CTX *ctx, uint64_t seed)
{
	struct sim *s = mem_new(ctx, struct sim);

	s->seed = s->random = seed;
	s->saved = -1;
	s->scratch = mem_ctx(s);
	s->stage = stage_new(s, NULL);
	s->approved = str_new(s);
	s->rejected = str_new(s);
	open_directories(s);
	sim_write_config(s);
	play(s, setup);
	s->now = clock_now();
	for (s->at = 0; s->at < SIM_SOURCES; s->at++) {
		sim_write_source(s, s->at, SIM_FINE);
		sim_do(s, SIM_RUN, "apply %s --yes", s->sources[s->at].name);
	}
	s->at = 0;
	s->tight = seed % 2 == 1;
	sim_write_config(s);
	return s;
}
