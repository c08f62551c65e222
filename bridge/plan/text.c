/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/base/escape.h"
#include "bridge/plan/text_p.h"

/* ---- findings ---- */

static void print_findings(struct printer *p)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);

	for (size_t i = 0; i < p->plan->n_findings; i++) {
		const struct finding *f = &p->plan->findings[i];

		paint(p, MAGENTA);
		str_add_char(p->out, '!');
		unpaint(p);
		str_add_char(p->out, ' ');
		wrapped(p, 2, escape(scratch, f->text, LINE_MAX_COLUMNS));
		if (f->hint != NULL) {
			pad(p, 2);
			wrapped(p, 2, escape(scratch, f->hint, LINE_MAX_COLUMNS));
		}
	}
	if (p->plan->n_findings > 0)
		str_add_char(p->out, '\n');
}

/* ---- one operation ---- */

static bool is_shown(const struct printer *p, const struct operation *op)
{
	return p->style->verbose || words_class(op) != CLASS_SKIP ||
	       op->guard == REASON_PAUSED;
}

static const char *verb_of(const struct printer *p, const struct operation *op)
{
	enum operation_class class = words_class(op);

	return class >= CLASS_HOLD && class != CLASS_CONFLICT && class != CLASS_KEEP
		       ? verdict_name((enum verdict)op->verdict)
		       : words_verb(p->plan, op);
}

static char *who_of(TALLOC_CTX *ctx, const struct printer *p, const struct operation *op)
{
	size_t room = p->width ? p->width - SIGN : SIZE_MAX;

	if (op->person == PLAN_NONE)
		return mem_strdup(ctx, "the group");
	return fitting(ctx, p->plan->persons[op->person].who, room);
}

/* Who is too long for the column has a line alone. */
static void print_who(struct printer *p, const struct operation *op)
{
	AUTO_MEM char *who = who_of(NULL, p, op);

	if (escape_width(who) <= p->who) {
		cell(p, who, p->who);
		return;
	}
	str_add(p->out, who);
	str_add_char(p->out, '\n');
	pad(p, SIGN + p->who + GAP);
}

static void print_operation(struct printer *p, const struct operation *op)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	char sign = words_class(op) == CLASS_SKIP ? ' ' : operation_sign(op)[0];
	size_t column = SIGN + p->who + GAP + ROLE + GAP + p->verb + GAP;
	const char *reason = words_reason(scratch, p->plan, op);
	struct words details;

	words_details(scratch, p->plan, op, &details);
	paint(p, colour_of(sign));
	str_addf(p->out, "  %c ", sign);
	print_who(p, op);
	cell(p,
	     op->person == PLAN_NONE || op->group == PLAN_NONE
		     ? ""
		     : role_name((enum role)op->role),
	     ROLE);
	cell(p, verb_of(p, op), p->verb);
	unpaint(p);
	wrapped(p, column, escape(scratch, reason, LINE_MAX_COLUMNS));
	for (size_t i = 0; i < details.n; i++) {
		pad(p, column);
		wrapped(p, column, escape(scratch, details.line[i], LINE_MAX_COLUMNS));
	}
}

/* ---- one block ---- */

static void print_head(struct printer *p, uint32_t group)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	const struct plan_group *g = group == PLAN_NONE ? NULL : &p->plan->groups[group];
	struct str *right = str_new(scratch);

	if (g == NULL) {
		print_title(p, "people", "");
		return;
	}
	counted(right, g->members, "member, ", "members, ");
	counted(right, g->owners, "owner", "owners");
	print_title(p,
		    mem_printf(scratch, "%s / %s", g->organization,
			       words_group(p->plan, group)),
		    right->text);
}

static bool folds(struct printer *p, const struct operation *op)
{
	return words_class(op) == CLASS_ADD && p->additions++ >= FOLDED &&
	       !p->style->verbose;
}

/* The columns that the rows of a block need; returns how many rows it shows. */
static size_t measure(struct printer *p, const struct operation *ops, size_t n)
{
	size_t rows = 0, most = SIZE_MAX;

	p->who = WHO;
	p->verb = VERB;
	p->additions = p->folded = 0;
	for (size_t i = 0; i < n; i++) {
		AUTO_MEM char *who = NULL;

		if (!is_shown(p, &ops[i]) || folds(p, &ops[i]))
			continue;
		rows++;
		who = who_of(NULL, p, &ops[i]);
		if (escape_width(who) > p->who)
			p->who = escape_width(who);
		if (strlen(verb_of(p, &ops[i])) > p->verb)
			p->verb = strlen(verb_of(p, &ops[i]));
	}
	if (p->width)
		most = p->width - SIGN - GAP - ROLE - GAP - p->verb - GAP;
	if (most != SIZE_MAX && p->who + REASON > most)
		p->who = most > REASON + WHO / 2 ? most - REASON : WHO / 2;
	return rows;
}

/* The operations of one group, which stand together; returns how many there are. */
static size_t print_block(struct printer *p, const struct operation *ops, size_t left,
			  bool *first)
{
	size_t n = 1;

	while (n < left && ops[n].group == ops->group)
		n++;
	if (measure(p, ops, n) == 0)
		return n;
	if (!*first)
		str_add_char(p->out, '\n');
	*first = false;
	print_head(p, ops->group);
	p->additions = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_shown(p, &ops[i]))
			continue;
		if (folds(p, &ops[i])) {
			p->folded++;
			continue;
		}
		tell_folded(p);
		print_operation(p, &ops[i]);
		words_drain(p->out, p->plan);
	}
	tell_folded(p);
	return n;
}

/* ---- the end ---- */

static void print_counts(struct printer *p, const struct tally *t)
{
	static const struct {
		enum operation_class class;
		bool always;
		const char *words;
	} counts[] = {
		{ CLASS_ADD, true, "to add" },
		{ CLASS_CHANGE, false, "to change" },
		{ CLASS_REMOVE, true, "to remove" },
		{ CLASS_HOLD, true, "held" },
		{ CLASS_REFUSE, true, "refused" },
		{ CLASS_DEFER, true, "deferred" },
		{ CLASS_CONFLICT, false, "in conflict" },
		{ CLASS_SKIP, false, "skipped" },
	};

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		size_t n = t->n[counts[i].class];

		if (n == 0 && !counts[i].always)
			continue;
		str_addf(p->out, "%s%zu %s", i ? ", " : "", n, counts[i].words);
		if (counts[i].class == CLASS_DEFER && n > 0) {
			AUTO_MEM char *date = clock_format_short(NULL, t->first_date);

			str_addf(p->out, " until %s%s", date,
				 t->many_dates ? " at the earliest" : "");
		}
	}
	str_add_char(p->out, '\n');
}

static void print_people(struct printer *p)
{
	const struct plan *plan = p->plan;
	const struct budget *people = &plan->budgets[BUDGET_PEOPLE];
	uint64_t before = plan->people_before;
	AUTO_MEM struct str *line = str_new(NULL);

	if (before > 0) {
		uint64_t permille =
			(plan->people_removed * UINT64_C(1000) + before / 2) / before;

		str_addf(line, "removed %u of ", plan->people_removed);
		counted(line, before, "person", "people");
		str_addf(line, " (%u.%u %%, limit %u", (unsigned)(permille / 10),
			 (unsigned)(permille % 10), people->limit);
		if (people->announced > 0)
			str_addf(line, ", of them %u announced", people->announced);
		str_add_char(line, ')');
	}
	if (plan->kept_unknown > 0) {
		str_add(line, line->len ? "; kept " : "kept ");
		counted(line, plan->kept_unknown, "grant", "grants");
		str_add(line, " whose absence is not proved");
	}
	if (plan->unchanged > 0)
		str_addf(line, "%s%zu unchanged", line->len ? "; " : "", plan->unchanged);
	if (line->len > 0)
		str_addf(p->out, "%s\n", line->text);
}

static void add_seconds(struct str *out, int64_t us)
{
	int64_t hundredths = (us + 5000) / 10000;

	str_addf(out, "%lld.%02lld s", (long long)(hundredths / 100),
		 (long long)(hundredths % 100));
}

static void print_extras(struct printer *p, const struct pull_facts *f)
{
	const struct {
		uint32_t n;
		const char *one, *many;
	} extras[] = {
		{ f->ranges, "range followed", "ranges followed" },
		{ f->referrals, "referral not followed", "referrals not followed" },
		{ f->set_aside, "entry set aside", "entries set aside" },
		{ f->lookups, "entry looked up", "entries looked up" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof extras / sizeof *extras; i++) {
		if (extras[i].n == 0)
			continue;
		str_add(p->out, any ? ", " : "; ");
		counted(p->out, extras[i].n, extras[i].one, extras[i].many);
		any = true;
	}
}

static void print_pull(struct printer *p)
{
	const struct pull_facts *f = &p->plan->pull;
	int64_t us = f->us_pull + f->us_map + f->us_reconcile + f->us_judge;

	if (f->unread) {
		str_add(p->out, "no directory was read\n");
		return;
	}
	str_add(p->out, "read ");
	counted(p->out, f->people, "person", "people");
	str_add(p->out, " and ");
	counted(p->out, f->groups, "group", "groups");
	if (f->pages > 0) {
		str_add(p->out, " in ");
		counted(p->out, f->pages, "page", "pages");
	}
	str_add(p->out, f->complete ? ", complete" : ", incomplete");
	if (!f->complete && f->why != NULL && f->n_directories < 2) {
		str_add(p->out, ": ");
		escape_terminal(p->out, f->why, strlen(f->why), LINE_MAX_COLUMNS);
	}
	print_extras(p, f);
	if (us > 0) {
		str_add(p->out, "; ");
		add_seconds(p->out, us);
	}
	if (f->peak_kb > 0)
		str_addf(p->out, "%s%lld MB", us > 0 ? ", " : "; ",
			 (long long)((f->peak_kb + 1023) / 1024));
	str_add_char(p->out, '\n');
}

static void add_quoted(struct str *out, const char *name)
{
	str_add_char(out, '"');
	escape_terminal(out, name, strlen(name), ESCAPE_NAME_LIMIT);
	str_add_char(out, '"');
}

static void print_bases(struct printer *p, const struct pull_directory *d)
{
	for (size_t i = 0; i < d->n_bases; i++) {
		str_add(p->out, "    ");
		add_quoted(p->out, d->bases[i].name);
		str_add(p->out, ": ");
		counted(p->out, d->bases[i].entries, "entry", "entries");
		str_add_char(p->out, '\n');
	}
}

static void print_directory(struct printer *p, const struct pull_directory *d)
{
	str_add(p->out, "  ");
	add_quoted(p->out, d->name);
	str_add(p->out, ": ");
	counted(p->out, d->read, "entry", "entries");
	if (d->pages > 0) {
		str_add(p->out, " in ");
		counted(p->out, d->pages, "page", "pages");
	}
	if (p->style->verbose && d->server != NULL) {
		str_add(p->out, " from ");
		add_quoted(p->out, d->server);
	}
	str_add(p->out, d->complete ? ", complete" : ", incomplete");
	if (!d->complete && d->why != NULL) {
		str_add(p->out, ": ");
		escape_terminal(p->out, d->why, strlen(d->why), LINE_MAX_COLUMNS);
	}
	str_add_char(p->out, '\n');
}

/* Where there is one, the line before has said it all, but for its bases. */
static void print_directories(struct printer *p)
{
	const struct pull_facts *f = &p->plan->pull;

	for (size_t i = 0; !f->unread && i < f->n_directories; i++) {
		if (f->n_directories > 1)
			print_directory(p, &f->directories[i]);
		if (p->style->verbose && f->directories[i].n_bases > 1)
			print_bases(p, &f->directories[i]);
	}
}

static void print_phases(struct printer *p)
{
	const struct pull_facts *f = &p->plan->pull;
	const struct {
		const char *name;
		int64_t us;
	} phases[] = {
		{ "pull", f->us_pull },
		{ "map", f->us_map },
		{ "reconcile", f->us_reconcile },
		{ "judge", f->us_judge },
	};

	counted(p->out, f->read, "entry", "entries");
	str_addf(p->out, ", %llu bytes", (unsigned long long)f->bytes);
	if (f->n_directories == 1 && f->directories->server != NULL) {
		str_add(p->out, " from ");
		add_quoted(p->out, f->directories->server);
	}
	for (size_t i = 0; i < sizeof phases / sizeof *phases; i++) {
		str_addf(p->out, "%s %s ", i ? "," : ";", phases[i].name);
		add_seconds(p->out, phases[i].us);
	}
	str_add_char(p->out, '\n');
}

static void print_last(struct printer *p, const struct tally *t, const char *mode)
{
	AUTO_MEM char *source = escape_name(NULL, p->plan->source);

	if (t->doing == 0 && t->n[CLASS_HOLD] == 0) {
		str_add(p->out, "nothing to do\n");
		return;
	}
	str_add(p->out, mode);
	if (t->doing > 0 && strcmp(mode, PLAN_UNCHANGED) == 0)
		str_addf(p->out, "; apply it with: dirbridge apply %s", source);
	else if (t->n[CLASS_HOLD] > 0)
		str_add(p->out, "; what is held waits for a person");
	str_add_char(p->out, '\n');
}

static void print_first(struct printer *p, const char *mode)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	char *digest = hex_of(scratch, p->plan->digest.bytes, 4);

	str_addf(p->out, "%s → %s      plan %s, %s\n\n",
		 escape_name(scratch, p->plan->source),
		 escape_name(scratch, p->plan->organization), digest, mode);
}

void plan_text(struct str *out, const struct plan *plan, const char *mode,
	       const struct plan_style *style)
{
	struct printer p = { .out = out, .plan = plan, .style = style };
	struct tally tally;
	bool first = true;

	if (style->width > 0)
		p.width = style->width < NARROW ? NARROW : style->width;
	words_tally(plan, &tally);
	print_first(&p, mode);
	print_findings(&p);
	if (plan->changed != NULL)
		print_changed(&p);
	for (size_t i = 0; i < plan->n_operations;)
		i += print_block(&p, &plan->operations[i], plan->n_operations - i,
				 &first);
	print_counts(&p, &tally);
	print_people(&p);
	print_pull(&p);
	print_directories(&p);
	if (style->verbose)
		print_phases(&p);
	print_last(&p, &tally, mode);
}
