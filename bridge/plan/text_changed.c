/* SPDX-License-Identifier: MIT */
#include "bridge/base/escape.h"
#include "bridge/plan/text_p.h"

enum { SETTING = 22, SETTING_MOST = 36 };

static void print_settings(struct printer *p, const struct plan_changed *changed)
{
	size_t column = SETTING;

	for (size_t i = 0; i < changed->n_settings; i++) {
		size_t width = escape_width(changed->settings[i].name);

		if (width > column && width <= SETTING_MOST)
			column = width;
	}
	for (size_t i = 0; i < changed->n_settings; i++) {
		AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
		const struct plan_changed_setting *s = &changed->settings[i];
		char *text = mem_printf(scratch, "%s → %s",
					s->before ? s->before : "(not set)",
					s->after ? s->after : "(not set)");

		pad(p, SIGN);
		cell(p, fitting(scratch, s->name, column), column);
		wrapped(p, SIGN + column + GAP, escape(scratch, text, LINE_MAX_COLUMNS));
	}
}

/* The grants of one person stand together: how many they are. */
static size_t grants_of(const struct plan_changed *changed, size_t at)
{
	const struct plan_changed_grant *first = &changed->grants[at];
	size_t n = 1;

	while (at + n < changed->n_grants &&
	       changed->grants[at + n].move == first->move &&
	       value_compare(&changed->grants[at + n].anchor, &first->anchor) == 0)
		n++;
	return n;
}

/* "member of Operators; owner of northwind/berlin / Ops"; with signs where both come and
 * go. */
static char *roles_of(TALLOC_CTX *ctx, const struct plan *plan,
		      const struct plan_changed_grant *grants, size_t n)
{
	struct str *out = str_new(ctx);

	for (size_t i = 0; i < n; i++) {
		const struct plan_changed_grant *g = &grants[i];
		bool own = strcmp(g->organization, plan->organization) == 0;

		str_addf(out, "%s%s%s of \"%s%s%s\"", i > 0 ? ", " : "",
			 g->move != PLAN_CHANGES ? ""
			 : g->added              ? "+ "
						 : "- ",
			 role_name(g->role), own ? "" : g->organization, own ? "" : " / ",
			 g->group);
	}
	return str_take(ctx, out);
}

static void print_person(struct printer *p, const struct plan_changed_grant *grants,
			 size_t n)
{
	static const char signs[PLAN_MOVES] = {
		[PLAN_ENTERS] = '+', [PLAN_LEAVES] = '-', [PLAN_CHANGES] = '~'
	};
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	size_t column = SIGN + p->who + GAP + p->verb + GAP;
	char sign = signs[grants->move];
	char *who = fitting(scratch, grants->who, p->width ? p->width - SIGN : SIZE_MAX);

	paint(p, colour_of(sign));
	str_addf(p->out, "  %c ", sign);
	if (escape_width(who) > p->who) {
		str_addf(p->out, "%s\n", who);
		pad(p, SIGN);
		who = mem_strdup(scratch, "");
	}
	cell(p, who, p->who);
	cell(p, plan_move_name(grants->move), p->verb);
	unpaint(p);
	wrapped(p, column,
		escape(scratch, roles_of(scratch, p->plan, grants, n), LINE_MAX_COLUMNS));
}

/* Additions are folded as everywhere, what goes never is. */
static bool is_folded(struct printer *p, const struct plan_changed_grant *grant)
{
	return grant->move == PLAN_ENTERS && p->additions++ >= FOLDED &&
	       !p->style->verbose;
}

static void measure(struct printer *p, const struct plan_changed *changed,
		    size_t people[PLAN_MOVES])
{
	size_t most = p->width ? p->width / 2 : SIZE_MAX;

	p->who = WHO;
	p->verb = VERB;
	p->additions = p->folded = 0;
	for (size_t i = 0; i < changed->n_grants; i += grants_of(changed, i)) {
		AUTO_MEM char *who = NULL;
		size_t width;

		people[changed->grants[i].move]++;
		if (is_folded(p, &changed->grants[i]))
			continue;
		who = escape_name(NULL, changed->grants[i].who);
		width = escape_width(who);
		if (width > p->who && width <= most)
			p->who = width;
	}
	p->additions = 0;
}

static void print_people(struct printer *p, const struct plan_changed *changed)
{
	size_t n;

	for (size_t i = 0; i < changed->n_grants; i += n) {
		const struct plan_changed_grant *first = &changed->grants[i];

		n = grants_of(changed, i);
		if (is_folded(p, first)) {
			p->folded++;
			continue;
		}
		tell_folded(p);
		print_person(p, first, n);
		words_drain(p->out, p->plan);
	}
	tell_folded(p);
}

void print_changed(struct printer *p)
{
	const struct plan_changed *changed = p->plan->changed;
	size_t people[PLAN_MOVES] = { 0 };
	AUTO_MEM struct str *right = str_new(NULL);

	measure(p, changed, people);
	counted(right, people[PLAN_ENTERS], "enters, ", "enter, ");
	counted(right, people[PLAN_LEAVES], "leaves, ", "leave, ");
	counted(right, people[PLAN_CHANGES], "changes", "change");
	print_title(p, "because the configuration changed", right->text);
	print_settings(p, changed);
	print_people(p, changed);
	str_add_char(p->out, '\n');
}
