/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/base/escape.h"
#include "bridge/plan/plan_p.h"
#include <jansson.h>
#include <stdlib.h>

enum { FORMAT = 1 };

/* ---- values ---- */

/* As everywhere in this house, out of memory ends the process. */
static json_t *need(json_t *value)
{
	if (value == NULL)
		abort();
	return value;
}

/* jansson refuses what is no UTF-8, which is rare. */
static json_t *text(const char *s)
{
	AUTO_MEM char *clean = NULL;
	json_t *value = s ? json_string(s) : json_null();

	if (value != NULL)
		return value;
	clean = escape_utf8(NULL, s, strlen(s));
	return need(json_string(clean));
}

static json_t *number(int64_t n)
{
	return need(json_integer((json_int_t)n));
}

static json_t *hex(const void *data, size_t len)
{
	AUTO_MEM char *digits = hex_of(NULL, data, len);

	return need(json_string(digits));
}

static json_t *anchor(const struct value *value)
{
	return value->bytes == NULL ? json_null() : hex(value->bytes, value->len);
}

static json_t *when(int64_t time)
{
	AUTO_MEM char *date = time > 0 ? clock_format(NULL, time) : NULL;

	return text(date);
}

static void put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0)
		abort();
}

/* ---- writing: one value at a time, so that no plan stands in memory twice ---- */

static int to_str(const char *buffer, size_t size, void *out)
{
	str_add_bytes(out, buffer, size);
	return 0;
}

static void write_value(struct str *out, json_t *value)
{
	const size_t flags = JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY;
	char small[4096];
	size_t size = json_dumpb(value, small, sizeof small, flags);

	if (size > 0 && size <= sizeof small)
		str_add_bytes(out, small, size);
	else if (json_dump_callback(value, to_str, out, flags) != 0)
		abort();
	json_decref(value);
}

static void write_key(struct str *out, const char *key)
{
	str_addf(out, "%s\"%s\":", out->text[out->len - 1] == '{' ? "" : ",\n", key);
}

static void write_member(struct str *out, const char *key, json_t *value)
{
	write_key(out, key);
	write_value(out, value);
}

typedef json_t *element_fn(const struct plan *plan, size_t i);

static void write_array(struct str *out, const char *key, const struct plan *plan,
			size_t n, element_fn *element)
{
	write_key(out, key);
	str_add_char(out, '[');
	for (size_t i = 0; i < n; i++) {
		str_add(out, i ? ",\n" : "\n");
		write_value(out, element(plan, i));
		words_drain(out, plan);
	}
	str_add(out, n ? "\n]" : "]");
}

/* ---- what a plan holds ---- */

static json_t *finding_of(const struct plan *plan, size_t i)
{
	const struct finding *f = &plan->findings[i];
	json_t *o = need(json_object());

	put(o, "code", text(f->code));
	put(o, "hint", text(f->hint));
	put(o, "text", text(f->text));
	return o;
}

static json_t *group_of(const struct plan *plan, size_t i)
{
	const struct plan_group *g = &plan->groups[i];
	json_t *o = need(json_object());

	put(o, "anchor", anchor(&g->feeder));
	put(o, "members", number(g->members));
	put(o, "name", text(words_group(plan, (uint32_t)i)));
	put(o, "organization", text(g->organization));
	put(o, "owners", number(g->owners));
	return o;
}

static void put_person(json_t *o, const struct plan *plan, uint32_t person)
{
	static const struct plan_person nobody;
	const struct plan_person *p =
		person == PLAN_NONE ? &nobody : &plan->persons[person];

	put(o, "anchor", anchor(&p->anchor));
	put(o, "email", text(p->email));
	put(o, "name", text(p->name));
	put(o, "who", text(p->who));
}

static json_t *other_of(const struct plan *plan, uint32_t person)
{
	json_t *o;

	if (person == PLAN_NONE)
		return json_null();
	o = need(json_object());
	put_person(o, plan, person);
	return o;
}

static void put_group(json_t *o, const struct plan *plan, uint32_t group)
{
	bool any = group != PLAN_NONE;

	put(o, "group", any ? text(words_group(plan, group)) : json_null());
	put(o, "organization",
	    any ? text(plan->groups[group].organization) : json_null());
}

static void put_words(json_t *o, const struct plan *plan, const struct operation *op)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	json_t *lines = need(json_array());
	struct words details;

	words_details(scratch, plan, op, &details);
	for (size_t i = 0; i < details.n; i++)
		if (json_array_append_new(lines, text(details.line[i])) != 0)
			abort();
	put(o, "details", lines);
	put(o, "reason", text(words_reason(scratch, plan, op)));
}

static json_t *before_of(const struct operation *op)
{
	json_t *o = need(json_object());

	put(o, "console", text(console_state_name((enum console_state)op->console)));
	put(o, "given", text(given_name((enum given_state)op->given)));
	return o;
}

static json_t *operation_of(const struct plan *plan, size_t i)
{
	const struct operation *op = &plan->operations[i];
	bool one = op->person != PLAN_NONE && op->group != PLAN_NONE;
	json_t *o = need(json_object());

	put(o, "after", text(given_name((enum given_state)op->after)));
	put(o, "before", before_of(op));
	put(o, "by_hand", json_boolean(op->hand));
	put(o, "changed", json_boolean(op->changed));
	put(o, "code", text(operation_code(op)));
	put(o, "id", hex(op->id.bytes, DIGEST_SIZE));
	put(o, "invited", text(op->email_key));
	put(o, "kind", text(operation_name((enum operation_kind)op->kind)));
	put(o, "mode",
	    text(op->kind == OPERATION_INVITE ? invite_mode_name(plan->invitations)
					      : NULL));
	put(o, "other", other_of(plan, op->other));
	put(o, "repeats", number(op->repeats));
	put(o, "role", one ? text(role_name((enum role)op->role)) : json_null());
	put(o, "row", number(op->row));
	put(o, "until", when(op->until));
	put(o, "verdict", text(verdict_name((enum verdict)op->verdict)));
	put(o, "why", text(reason_code((enum reason)op->reason)));
	put_group(o, plan, op->group);
	put_person(o, plan, op->person);
	put_words(o, plan, op);
	return o;
}

static json_t *directory_of(const struct pull_directory *d)
{
	json_t *o = need(json_object()), *bases = need(json_array());

	for (size_t i = 0; i < d->n_bases; i++) {
		json_t *base = need(json_object());

		put(base, "base", text(d->bases[i].name));
		put(base, "entries", number(d->bases[i].entries));
		if (json_array_append_new(bases, base) != 0)
			abort();
	}
	put(o, "bases", bases);
	put(o, "complete", json_boolean(d->complete));
	put(o, "name", text(d->name));
	put(o, "pages", number(d->pages));
	put(o, "ranges", number(d->ranges));
	put(o, "read", number(d->read));
	put(o, "referrals", number(d->referrals));
	put(o, "server", text(d->server));
	put(o, "why", text(d->complete ? NULL : d->why));
	return o;
}

static json_t *directories_of(const struct pull_facts *f)
{
	json_t *all = need(json_array());

	for (size_t i = 0; i < f->n_directories; i++)
		if (json_array_append_new(all, directory_of(&f->directories[i])) != 0)
			abort();
	return all;
}

static json_t *changed_setting_of(const struct plan *plan, size_t i)
{
	const struct plan_changed_setting *s = &plan->changed->settings[i];
	json_t *o = need(json_object());

	put(o, "after", text(s->after));
	put(o, "before", text(s->before));
	put(o, "name", text(s->name));
	return o;
}

static json_t *changed_grant_of(const struct plan *plan, size_t i)
{
	const struct plan_changed_grant *g = &plan->changed->grants[i];
	json_t *o = need(json_object());

	put(o, "added", json_boolean(g->added));
	put(o, "anchor", anchor(&g->anchor));
	put(o, "group", text(g->group));
	put(o, "move", text(plan_move_name(g->move)));
	put(o, "organization", text(g->organization));
	put(o, "role", text(role_name(g->role)));
	put(o, "who", text(g->who));
	return o;
}

static void write_changed(struct str *out, const struct plan *plan)
{
	if (plan->changed == NULL) {
		write_member(out, "changed", json_null());
		return;
	}
	write_key(out, "changed");
	str_add_char(out, '{');
	write_array(out, "grants", plan, plan->changed->n_grants, changed_grant_of);
	write_array(out, "settings", plan, plan->changed->n_settings, changed_setting_of);
	str_add_char(out, '}');
}

static json_t *pull_of(const struct pull_facts *f)
{
	json_t *o = need(json_object()), *us = need(json_object());

	put(us, "judge", number(f->us_judge));
	put(us, "map", number(f->us_map));
	put(us, "pull", number(f->us_pull));
	put(us, "reconcile", number(f->us_reconcile));
	put(o, "bytes", number((int64_t)f->bytes));
	put(o, "complete", json_boolean(f->complete));
	put(o, "directories", directories_of(f));
	put(o, "groups", number(f->groups));
	put(o, "lookups", number(f->lookups));
	put(o, "microseconds", us);
	put(o, "pages", number(f->pages));
	put(o, "peak_kb", number(f->peak_kb));
	put(o, "people", number(f->people));
	put(o, "ranges", number(f->ranges));
	put(o, "read", number(f->read));
	put(o, "referrals", number(f->referrals));
	put(o, "set_aside", number(f->set_aside));
	put(o, "why", text(f->why));
	return o;
}

static json_t *budget_of(const struct budget *b)
{
	json_t *o = need(json_object());

	put(o, "announced", number(b->announced));
	put(o, "limit", b->limit == UINT32_MAX ? json_null() : number(b->limit));
	put(o, "of", number(b->of));
	put(o, "spent", number(b->spent));
	put(o, "tripped", json_boolean(b->tripped));
	put(o, "would", number(b->would));
	return o;
}

static json_t *budgets_of(const struct plan *plan)
{
	json_t *o = need(json_object());

	for (enum budget_layer l = 0; l < BUDGETS; l++)
		put(o, budget_name(l), budget_of(&plan->budgets[l]));
	return o;
}

static json_t *summary_of(const struct plan *plan)
{
	static const char *const names[CLASSES] = {
		[CLASS_ADD] = "add",           [CLASS_CHANGE] = "change",
		[CLASS_REMOVE] = "remove",     [CLASS_HOLD] = "hold",
		[CLASS_REFUSE] = "refuse",     [CLASS_DEFER] = "defer",
		[CLASS_CONFLICT] = "conflict", [CLASS_SKIP] = "skip",
		[CLASS_KEEP] = "keep",
	};
	json_t *o = need(json_object());
	struct tally tally;

	words_tally(plan, &tally);
	for (size_t i = 0; i < CLASSES; i++)
		put(o, names[i], number((int64_t)tally.n[i]));
	put(o, "kept_unknown", number((int64_t)plan->kept_unknown));
	put(o, "people_before", number(plan->people_before));
	put(o, "people_removed", number(plan->people_removed));
	put(o, "unchanged", number((int64_t)plan->unchanged));
	put(o, "unlicensed", number((int64_t)plan->unlicensed));
	return o;
}

void plan_json(struct str *out, const struct plan *plan, const char *mode)
{
	str_add_char(out, '{');
	write_member(out, "budgets", budgets_of(plan));
	write_changed(out, plan);
	write_member(out, "config", hex(plan->config.bytes, DIGEST_SIZE));
	write_array(out, "findings", plan, plan->n_findings, finding_of);
	write_member(out, "first", json_boolean(plan->first));
	write_member(out, "format", number(FORMAT));
	write_array(out, "groups", plan, plan->n_groups, group_of);
	write_member(out, "mode", text(mode));
	write_member(out, "now", when(plan->now));
	write_array(out, "operations", plan, plan->n_operations, operation_of);
	write_member(out, "organization", text(plan->organization));
	write_member(out, "plan", hex(plan->digest.bytes, DIGEST_SIZE));
	write_member(out, "pull", pull_of(&plan->pull));
	write_member(out, "source", text(plan->source));
	write_member(out, "summary", summary_of(plan));
	write_member(out, "suspect", json_boolean(plan->suspect));
	str_add(out, "}\n");
}
