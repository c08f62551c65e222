/* SPDX-License-Identifier: MIT */
/*
 * Tables of settings. Every key that dirbridge.yaml may hold is a row of a table; the
 * reader knows none of them by name. A connector brings its own table, so a new kind of
 * directory adds its settings in its own file. A test holds the tables against
 * dirbridge.yaml(5) and the sample.
 *
 * A key inside a map is written with a dot: "bind.dn" is `bind: { dn: ... }`.
 */
#ifndef DIRBRIDGE_CONFIG_SETTINGS_H
#define DIRBRIDGE_CONFIG_SETTINGS_H

#include "bridge/base/err.h"
#include "bridge/base/mem.h"
#include <stdbool.h>

enum setting_type {
	SETTING_TEXT,
	SETTING_TEXTS,    /* a list of texts; one text alone is a list of one */
	SETTING_BOOL,     /* true, false, yes, no */
	SETTING_NUMBER,   /* within min..max */
	SETTING_DURATION, /* "90s", "15m", "24h", "7d"; kept in seconds, within min..max
			   */
	SETTING_RANGE,    /* "300..500"; two numbers */
	SETTING_CHOICE,   /* one of choices */
	SETTING_FILE,     /* a path; relative to the file that names it */
	SETTING_SECRET,   /* a reference (secret.h), never the secret itself */
	SETTING_FILTER,   /* RFC 4515; checked when read */
	SETTING_DN,       /* RFC 4514; checked when read */
	SETTING_PATTERN,  /* a PCRE2 pattern; checked when read */
	SETTING_VALUE, /* struct value_rule of config.h: an attribute, a list, or a map */
	SETTING_MAPS,  /* maps that a table of their own describes (sources, grants) */
};

enum setting_flags {
	SETTING_REQUIRED = 1,   /* must be given by the source or its profile */
	SETTING_ADDRESS = 2,    /* names the far side: a source that sets it inherits no
				   credentials from its profile */
	SETTING_CREDENTIAL = 4, /* says who reads there; each SETTING_SECRET is one too */
	SETTING_MAIN = 8,       /* keeps tenants apart: only the main file may say it, its
				   profiles included */
};

/* One row. A table ends with a row whose name is NULL. */
struct setting {
	const char *name;
	enum setting_type type;
	unsigned flags;
	const char *standard;       /* default as it would be written, or NULL */
	const char *help;           /* one line for people, no full stop */
	int64_t min, max;           /* NUMBER, DURATION; both 0: no limit */
	const char *const *choices; /* CHOICE; NULL-terminated */
};

/*
 * Values read against a table, or handed over as JSON to a connector process. Getters
 * fall back to the table's default; asking for a name that the table lacks, or as the
 * wrong type, is a bug and ends the process. What they return is borrowed.
 */
struct settings;

struct settings *settings_new(TALLOC_CTX *ctx, const struct setting *table);

/* Set from text; used by the reader, after its own check, and by tests. ERR_CONFIG says
 * what is wrong with the value. A list gains one more text with every call. */
MUST_CHECK struct err *settings_set(struct settings *s, const char *name,
				    const char *text);

/* A list that is given and empty: its default does not apply. */
void settings_set_none(struct settings *s, const char *name);

const struct setting *settings_table(const struct settings *s);
bool settings_given(const struct settings *s, const char *name);
const char *settings_text(const struct settings *s, const char *name); /* or NULL */
/* NULL-terminated, never NULL. */
const char *const *settings_texts(const struct settings *s, const char *name);
bool settings_bool(const struct settings *s, const char *name);
int64_t settings_number(const struct settings *s, const char *name);
void settings_range(const struct settings *s, const char *name, int64_t *low,
		    int64_t *high);

/* The row of a name in a table, or NULL; and the names for "did you mean". */
const struct setting *setting_find(const struct setting *table, const char *name);

/* As one JSON object, defaults left out, names sorted; secrets stay references. */
char *settings_to_json(TALLOC_CTX *ctx, const struct settings *s);
MUST_CHECK struct err *settings_from_json(TALLOC_CTX *ctx, const struct setting *table,
					  const char *json, struct settings **out);

#endif
