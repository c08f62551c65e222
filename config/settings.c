/* SPDX-License-Identifier: MIT */
#include "config/settings_p.h"
#include <stdio.h>
#include <stdlib.h>

struct settings {
	const struct setting *table;
	struct slot *slots;
};

static NORETURN void bug(const char *name, const char *what)
{
	fprintf(stderr, "dirbridge: bug: setting \"%s\" %s\n", name, what);
	abort();
}

const struct setting *setting_find(const struct setting *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

bool setting_is_list(const struct setting *row)
{
	return row->type == SETTING_TEXTS || row->type == SETTING_VALUE;
}

static void append(struct settings *s, struct slot *slot, const char *text, size_t len)
{
	mem_grow(s, slot->texts, slot->n + 2, &slot->capacity);
	slot->texts[slot->n++] = mem_strndup(s, text, len);
	slot->texts[slot->n] = NULL;
}

/* A default is a constant, so nothing is copied for it: sources are many. */
static void put_one(struct slot *slot, const char *text)
{
	slot->one[0] = text;
	slot->texts = slot->one;
	slot->n = 1;
}

static void begin_given(struct slot *slot)
{
	if (slot->given)
		return;
	slot->given = true;
	slot->n = 0;
}

struct err *settings_set(struct settings *s, const char *name, const char *text)
{
	const struct setting *row;
	struct slot *slot = settings_slot(s, name, &row);
	struct slot numbers = { 0 };
	struct err *err = setting_check(row, text, &numbers);

	if (err != NULL)
		return err;
	begin_given(slot);
	slot->low = numbers.low;
	slot->high = numbers.high;
	if (setting_is_list(row))
		append(s, slot, text, strlen(text));
	else
		put_one(slot, mem_strdup(s, text));
	return NULL;
}

void settings_set_none(struct settings *s, const char *name)
{
	const struct setting *row;
	struct slot *slot = settings_slot(s, name, &row);

	if (!setting_is_list(row))
		bug(name, "is no list");
	begin_given(slot);
}

/* "[a, b]", or one text alone. */
static void set_standard_list(struct settings *s, struct slot *slot, const char *text)
{
	size_t len;

	if (*text == '[')
		text++;
	for (; *text != '\0' && *text != ']'; text += len) {
		text += strspn(text, ", ");
		len = strcspn(text, ",]");
		if (len > 0)
			append(s, slot, text, len);
	}
}

static void set_standard(struct settings *s, const struct setting *row, struct slot *slot)
{
	struct err *err;

	if (setting_is_list(row)) {
		set_standard_list(s, slot, row->standard);
		return;
	}
	err = setting_check(row, row->standard, slot);
	if (err != NULL)
		bug(row->name, err_text(err));
	put_one(slot, row->standard);
}

struct settings *settings_new(TALLOC_CTX *ctx, const struct setting *table)
{
	struct settings *s = mem_new(ctx, struct settings);
	size_t n = 0;

	while (table[n].name != NULL)
		n++;
	s->table = table;
	s->slots = mem_array(s, struct slot, n);
	for (size_t i = 0; i < n; i++)
		if (table[i].standard != NULL)
			set_standard(s, &table[i], &s->slots[i]);
	return s;
}

const struct setting *settings_table(const struct settings *s)
{
	return s->table;
}

struct slot *settings_slot(const struct settings *s, const char *name,
			   const struct setting **row)
{
	*row = setting_find(s->table, name);
	if (*row == NULL)
		bug(name, "is in no table");
	return &s->slots[*row - s->table];
}

/* The slot of a name whose row must be of one of these types (a set of bits). */
static const struct slot *typed(const struct settings *s, const char *name,
				unsigned types)
{
	const struct setting *row;
	const struct slot *slot = settings_slot(s, name, &row);

	if ((types & 1u << row->type) == 0)
		bug(name, "is not of the type asked for");
	return slot;
}

bool settings_given(const struct settings *s, const char *name)
{
	const struct setting *row;

	return settings_slot(s, name, &row)->given;
}

const char *settings_text(const struct settings *s, const char *name)
{
	const unsigned types = 1u << SETTING_TEXT | 1u << SETTING_CHOICE |
			       1u << SETTING_FILE | 1u << SETTING_SECRET |
			       1u << SETTING_FILTER | 1u << SETTING_DN |
			       1u << SETTING_PATTERN;
	const struct slot *slot = typed(s, name, types);

	return slot->n > 0 ? slot->texts[0] : NULL;
}

const char *const *settings_texts(const struct settings *s, const char *name)
{
	static const char *const none[] = { NULL };
	const struct slot *slot =
		typed(s, name, 1u << SETTING_TEXTS | 1u << SETTING_VALUE);

	return slot->n > 0 ? slot->texts : none;
}

bool settings_bool(const struct settings *s, const char *name)
{
	return typed(s, name, 1u << SETTING_BOOL)->low != 0;
}

int64_t settings_number(const struct settings *s, const char *name)
{
	return typed(s, name, 1u << SETTING_NUMBER | 1u << SETTING_DURATION)->low;
}

void settings_range(const struct settings *s, const char *name, int64_t *low,
		    int64_t *high)
{
	const struct slot *slot = typed(s, name, 1u << SETTING_RANGE);

	*low = slot->low;
	*high = slot->high;
}
