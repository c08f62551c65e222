/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "bridge/map/map_p.h"
#include "bridge/record/dn.h"
#include "bridge/record/text.h"

enum { IS_NOBODY, IS_PERSON, IS_GROUP };

static uint32_t what_is(struct mapping *m, const struct entry *entry, struct tally *both)
{
	bool person = filter_match(m->source->people.filter, entry);
	struct value dn = entry_dn(entry);

	if (!filter_match(m->source->groups.filter, entry))
		return person ? IS_PERSON : IS_NOBODY;
	if (person)
		tally_add(both, &dn);
	return IS_GROUP;
}

static void take_entry(struct mapping *m, size_t i)
{
	uint32_t what = m->nodes[i];

	m->nodes[i] = NODE_NOBODY;
	if (what == IS_PERSON) {
		m->nodes[i] = m->wanted->n_persons;
		m->persons[m->wanted->n_persons++].entry = m->entries[i];
	} else if (what == IS_GROUP) {
		m->nodes[i] = m->n_persons + m->n_groups;
		m->groups[m->n_groups].home = home_of_entry(m, i);
		m->groups[m->n_groups++].entry = m->entries[i];
	}
}

void map_classify(struct mapping *m)
{
	struct tally both = { 0 };
	uint32_t n[3] = { 0 };

	m->nodes = mem_array(m, uint32_t, m->n_entries + m->n_placeholders);
	for (size_t i = 0; i < m->n_entries; i++)
		n[m->nodes[i] = what_is(m, m->entries[i], &both)]++;
	m->n_persons = n[IS_PERSON];
	m->persons = mem_array(m->wanted, struct wanted_person, n[IS_PERSON]);
	m->groups = mem_array(m, struct group, n[IS_GROUP]);
	for (size_t i = 0; i < m->n_entries; i++)
		take_entry(m, i);
	for (size_t i = 0; i < m->n_placeholders; i++)
		m->nodes[m->n_entries + i] = NODE_NOBODY;
	m->wanted->persons = m->persons;
	m->wanted->directory_groups = m->n_groups;
	if (both.count > 0)
		map_find(m, NULL,
			 "entries that match the filters of both people and groups, "
			 "taken as groups: %s",
			 tally_text(m->wanted, &both));
}

/* ---- what a person is called ---- */

/* The value rules of people, ready, and what does not change from person to person. */
struct people_reader {
	struct value_reader *email, *name;
	const char *const *expires;
	const char *no_email;
};

static char *no_email_text(TALLOC_CTX *ctx, const struct value_rule *rule)
{
	struct str *s = str_new(ctx);

	str_add(s, "has no e-mail address in");
	for (size_t i = 0; rule->attributes != NULL && rule->attributes[i] != NULL; i++)
		str_addf(s, "%s %s", i > 0 ? "," : "", rule->attributes[i]);
	if (rule->template_text != NULL)
		str_addf(s, " \"%s\"", rule->template_text);
	return str_take(ctx, s);
}

static struct err *open_reader(struct mapping *m, struct people_reader *r)
{
	const struct people_rule *rule = &m->source->people;
	struct err *err = value_open(m, &rule->email, &r->email);

	if (err != NULL)
		return err_wrap(err, "people.email");
	err = value_open(m, &rule->name, &r->name);
	if (err != NULL)
		return err_wrap(err, "people.name");
	r->expires = lower_list(m, rule->expires);
	r->no_email = no_email_text(m->wanted, &rule->email);
	return NULL;
}

static void fill_email(struct mapping *m, const struct people_reader *r,
		       TALLOC_CTX *scratch, const struct text_found *found,
		       struct wanted_person *p)
{
	const struct value *bad = &found->refused;

	if (found->text != NULL) {
		char *email = text_name(scratch, found->text, strlen(found->text));

		p->email_key = map_keep(m, found->accepted);
		p->email = email == NULL || strcmp(email, p->email_key) == 0
				   ? p->email_key
				   : map_keep(m, email);
	} else if (p->status == PERSON_ACTIVE && bad->bytes != NULL) {
		p->status = PERSON_UNKNOWN;
		p->why = mem_printf(m->wanted, "\"%.*s\" is no e-mail address",
				    bad->len < 64 ? (int)bad->len : 64, bad->bytes);
	} else if (p->status == PERSON_ACTIVE) {
		p->status = PERSON_NO_EMAIL;
		p->why = r->no_email;
	}
}

static void cut(char *name)
{
	size_t len = strlen(name), end = MAP_NAME_MAX;

	if (len <= end)
		return;
	while ((name[end] & 0xC0) == 0x80)
		end--;
	name[end] = '\0';
}

static void fill_name(struct mapping *m, TALLOC_CTX *scratch, const char *found,
		      struct wanted_person *p)
{
	struct value dn = entry_dn(p->entry);
	char *name;

	if (found == NULL && p->email != NULL) {
		p->name = p->email;
		return;
	}
	name = found ? mem_strdup(scratch, found) : dn_leaf(scratch, dn.bytes, dn.len);
	cut(name);
	p->name = map_keep(m, name);
}

static struct err *fill_person(struct mapping *m, const struct people_reader *r,
			       struct wanted_person *p)
{
	AUTO_MEM TALLOC_CTX *scratch = mem_ctx(NULL);
	struct text_found email, name;
	struct err *err;

	person_status(m->wanted, &m->source->people, r->expires, m->now, p);
	err = value_find(r->email, scratch, p->entry, email_key, &email);
	if (err != NULL)
		return err_wrap(err, "people.email");
	fill_email(m, r, scratch, &email, p);
	err = value_find(r->name, scratch, p->entry, text_name, &name);
	if (err != NULL)
		return err_wrap(err, "people.name");
	fill_name(m, scratch, name.accepted, p);
	if (p->status != PERSON_ACTIVE)
		p->due = 0;
	if (p->due != 0 && (m->wanted->due == 0 || p->due < m->wanted->due))
		m->wanted->due = p->due;
	return NULL;
}

struct err *map_persons(struct mapping *m)
{
	struct people_reader reader;
	struct err *err = open_reader(m, &reader);

	for (uint32_t i = 0; err == NULL && i < m->n_persons; i++)
		err = fill_person(m, &reader, &m->persons[i]);
	if (err != NULL)
		return err_wrap(err, "%s:%d", m->source->file, m->source->line);
	return NULL;
}
