/* SPDX-License-Identifier: MIT */
#include "bridge/plan/save.h"
#include "bridge/base/escape.h"
#include "bridge/plan/plan_p.h"
#include "bridge/plan/save_p.h"
#include <jansson.h>
#include <stdlib.h>

struct saving {
	struct str *out, *line;
	const struct plan *plan;
	const uint8_t *key;
	uint8_t seal[MAC_SIZE];
};

static void put(json_t *object, const char *name, json_t *value)
{
	if (value == NULL || json_object_set_new_nocheck(object, name, value) != 0)
		abort();
}

static void put_text(json_t *object, const char *name, const char *text)
{
	AUTO_MEM char *clean = text ? escape_utf8(NULL, text, strlen(text)) : NULL;

	if (text != NULL)
		put(object, name, json_string(clean));
}

static void put_hex(json_t *object, const char *name, const void *bytes, size_t len)
{
	AUTO_MEM char *hex = hex_of(NULL, bytes, len);

	if (len > 0)
		put(object, name, json_string(hex));
}

static void put_number(json_t *object, const char *name, int64_t number)
{
	if (number != 0)
		put(object, name, json_integer((json_int_t)number));
}

static void put_flag(json_t *object, const char *name, bool flag)
{
	if (flag)
		put(object, name, json_true());
}

void seal_line(const uint8_t key[KEY_SIZE], const char *line, size_t len,
	       uint8_t seal[MAC_SIZE])
{
	AUTO_MEM struct str *all = str_new(NULL);

	str_add_bytes(all, seal, MAC_SIZE);
	str_add_bytes(all, line, len);
	mac_of(key, all->text, all->len, seal);
}

static int to_line(const char *bytes, size_t len, void *line)
{
	str_add_bytes(line, bytes, len);
	return 0;
}

static void write_line(struct saving *s, json_t *object)
{
	str_clear(s->line);
	if (json_dump_callback(object, to_line, s->line, JSON_COMPACT | JSON_SORT_KEYS))
		abort();
	json_decref(object);
	seal_line(s->key, s->line->text, s->line->len, s->seal);
	str_add_bytes(s->out, s->line->text, s->line->len);
	str_add_char(s->out, '\n');
	words_drain(s->out, s->plan);
}

/* ---- lines ---- */

void store_mark(const uint8_t key[KEY_SIZE], struct digest *mark)
{
	uint8_t mac[MAC_SIZE];

	mac_of(key, "store", strlen("store"), mac);
	memcpy(mark->bytes, mac, DIGEST_SIZE);
}

static json_t *directories_of(const struct pull_facts *f)
{
	json_t *all = json_array();

	for (size_t i = 0; i < f->n_directories; i++) {
		const struct pull_directory *d = &f->directories[i];
		json_t *o = json_object();

		put_text(o, "name", d->name);
		put_text(o, "identity", d->identity);
		put_text(o, "anchor", d->anchor);
		put_flag(o, "complete", d->complete);
		put_text(o, "why", d->why);
		put_number(o, "read", d->read);
		put_number(o, "pages", d->pages);
		if (json_array_append_new(all, o) != 0)
			abort();
	}
	return all;
}

static json_t *header(const struct plan *plan, const uint8_t *key)
{
	json_t *o = json_object();
	struct digest mark;

	store_mark(key, &mark);
	put(o, "dirbridge-plan", json_integer(PLAN_FILE_FORMAT));
	put_hex(o, "store", mark.bytes, DIGEST_SIZE);
	put_text(o, "source", plan->source);
	put_text(o, "organization", plan->organization);
	put_number(o, "source_id", plan->source_id);
	put_hex(o, "config", plan->config.bytes, DIGEST_SIZE);
	put_hex(o, "plan", plan->digest.bytes, DIGEST_SIZE);
	put_number(o, "now", plan->now);
	put_text(o, "invitations", invite_mode_name(plan->invitations));
	put_flag(o, "first", plan->first);
	put_flag(o, "suspect", plan->suspect);
	put_flag(o, "complete", plan->pull.complete);
	put_number(o, "people", plan->pull.people);
	put_number(o, "directory_groups", plan->pull.groups);
	put(o, "directories", directories_of(&plan->pull));
	put_number(o, "limit", plan->budgets[BUDGET_PEOPLE].limit);
	put_number(o, "groups", plan->n_groups);
	put_number(o, "persons", plan->n_persons);
	put_number(o, "operations", (int64_t)plan->n_operations);
	put_flag(o, "changed", plan->changed != NULL);
	if (plan->changed != NULL) {
		put_number(o, "changed_settings", (int64_t)plan->changed->n_settings);
		put_number(o, "changed_grants", (int64_t)plan->changed->n_grants);
	}
	return o;
}

static json_t *group_line(const struct plan *plan, const struct plan_group *g)
{
	const struct view *v = plan->view;
	json_t *o = json_object();

	put_text(o, "organization", g->organization);
	put_text(o, "name", g->name);
	put_text(o, "key", g->name_key);
	put_hex(o, "feeder", g->feeder.bytes, g->feeder.len);
	put_flag(o, "bind", g->bind);
	put_flag(o, "allow_owner_claim", g->allow_owner_claim);
	put_number(o, "members", g->members);
	put_number(o, "owners", g->owners);
	put_number(o, "had", g->had);
	if (g->view_organization != VIEW_NONE)
		put_number(o, "organization_id",
			   v->organizations[g->view_organization].id);
	if (g->view != VIEW_NONE)
		put_number(o, "id", v->groups[g->view].id);
	return o;
}

static json_t *person_line(const struct plan *plan, const struct plan_person *p)
{
	json_t *o = json_object();

	put_hex(o, "anchor", p->anchor.bytes, p->anchor.len);
	put_text(o, "email", p->email);
	put_text(o, "email_key", p->email_key);
	put_text(o, "name", p->name);
	put_text(o, "who", p->who);
	put_text(o, "why", p->why);
	put_flag(o, "bind", p->bind);
	put_number(o, "had", p->had);
	if (p->account != VIEW_NONE)
		put_number(o, "account", plan->view->accounts[p->account].id);
	return o;
}

static void put_extra(json_t *o, const struct plan_extra *extra)
{
	const struct evidence *e = &extra->evidence;

	put_hex(o, "via", extra->via.bytes, extra->via.len);
	put_text(o, "because", extra->because);
	if (e->kind == EVIDENCE_NONE)
		return;
	put_text(o, "evidence", evidence_name(e->kind));
	put_number(o, "evidence_first", e->first);
	put_number(o, "evidence_last", e->last);
}

/* From 1 on, so that none at all is not written. */
static int64_t one_up(uint32_t index)
{
	return index == PLAN_NONE ? 0 : (int64_t)index + 1;
}

static json_t *operation_line(const struct operation *op, const struct plan_extra *extra)
{
	json_t *o = json_object();

	put_hex(o, "id", op->id.bytes, DIGEST_SIZE);
	put_number(o, "kind", op->kind);
	put_text(o, "does", operation_name((enum operation_kind)op->kind));
	put_text(o, "verdict", verdict_name((enum verdict)op->verdict));
	if (op->rule != RULE_NONE)
		put_text(o, "rule", rule_code((enum rule)op->rule));
	put_text(o, "reason", reason_code((enum reason)op->reason));
	if (op->guard != 0)
		put_text(o, "guard", reason_code((enum reason)op->guard));
	put_number(o, "row", op->row);
	put_text(o, "role", role_name((enum role)op->role));
	put_text(o, "given", given_name((enum given_state)op->given));
	put_text(o, "console", console_state_name((enum console_state)op->console));
	put_text(o, "after", given_name((enum given_state)op->after));
	put_number(o, "repeats", op->repeats);
	put_flag(o, "hand", op->hand);
	put_flag(o, "changed", op->changed);
	put_number(o, "group", one_up(op->group));
	put_number(o, "person", one_up(op->person));
	put_number(o, "other", one_up(op->other));
	put_number(o, "until", op->until);
	put_text(o, "email_key", op->email_key);
	put_extra(o, extra);
	return o;
}

static json_t *changed_setting_line(const struct plan_changed_setting *s)
{
	json_t *o = json_object();

	put_text(o, "name", s->name);
	put_text(o, "before", s->before);
	put_text(o, "after", s->after);
	return o;
}

static json_t *changed_grant_line(const struct plan_changed_grant *g)
{
	json_t *o = json_object();

	put_text(o, "move", plan_move_name(g->move));
	put_hex(o, "anchor", g->anchor.bytes, g->anchor.len);
	put_text(o, "who", g->who);
	put_text(o, "organization", g->organization);
	put_text(o, "name", g->group);
	put_text(o, "key", g->group_key);
	put_text(o, "role", role_name(g->role));
	put_flag(o, "added", g->added);
	return o;
}

static void write_changed(struct saving *s, const struct plan_changed *changed)
{
	if (changed == NULL)
		return;
	for (size_t i = 0; i < changed->n_settings; i++)
		write_line(s, changed_setting_line(&changed->settings[i]));
	for (size_t i = 0; i < changed->n_grants; i++)
		write_line(s, changed_grant_line(&changed->grants[i]));
}

void plan_save(struct str *out, const struct plan *plan, const uint8_t key[KEY_SIZE],
	       plan_extra_fn *extra, const void *data)
{
	AUTO_MEM struct str *line = str_new(NULL);
	struct saving s = { .out = out, .line = line, .plan = plan, .key = key };
	json_t *trailer = json_object();

	write_line(&s, header(plan, key));
	for (uint32_t i = 0; i < plan->n_groups; i++)
		write_line(&s, group_line(plan, &plan->groups[i]));
	for (uint32_t i = 0; i < plan->n_persons; i++)
		write_line(&s, person_line(plan, &plan->persons[i]));
	for (size_t i = 0; i < plan->n_operations; i++) {
		AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
		const struct operation *op = &plan->operations[i];
		struct plan_extra more = { 0 };

		extra(scratch, data, plan, op, &more);
		write_line(&s, operation_line(op, &more));
	}
	write_changed(&s, plan->changed);
	put_hex(trailer, "seal", s.seal, MAC_SIZE);
	write_line(&s, trailer);
}
