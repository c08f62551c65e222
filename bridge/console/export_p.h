/* SPDX-License-Identifier: MIT */
/*
 * The document of one root, as tables that writing and reading share: which parts it has,
 * in which order, what each element holds, and the query that finds it. A part stands
 * after those that it refers to, so that it can be read in one go.
 */
#ifndef DIRBRIDGE_CONSOLE_EXPORT_P_H
#define DIRBRIDGE_CONSOLE_EXPORT_P_H

#include "bridge/console/export.h"
#include <jansson.h>

enum { EXPORT_FORMAT = 1 };

enum field_kind {
	FIELD_TEXT,
	FIELD_NAME,   /* of an organization, a group, a source: as text_name() takes it */
	FIELD_UID,    /* 32 hexadecimal digits */
	FIELD_NUMBER, /* not negative */
	FIELD_FLAG,
	FIELD_TIME,
	FIELD_HEX,  /* bytes; as many as size says, 0: any number */
	FIELD_ROLE, /* "member", "owner" */
	FIELD_WORD, /* one of words */
	/* The number of an element of another part: its place in that array. */
	FIELD_ORGANIZATION,
	FIELD_PERSON,
	FIELD_ACCOUNT,   /* a person who has an account here */
	FIELD_PRINCIPAL, /* the same; null is the operator */
	FIELD_GROUP,
	FIELD_SOURCE,
	FIELD_GIVER, /* a source; null is a person, by hand */
	FIELD_MAIL,
};

struct field {
	const char *name;
	enum field_kind kind;
	bool maybe; /* null is allowed */
	size_t size;
	const char *const *words; /* NULL-terminated */
};

enum part_id {
	PART_ORGANIZATIONS,
	PART_LICENCES,
	PART_PEOPLE,
	PART_GROUPS,
	PART_SOURCES,
	PART_BINDINGS,
	PART_GROUP_BINDINGS,
	PART_ROLES,
	PART_MAILS,
	PART_INVITATIONS,
	PART_GIVEN,
	PART_EVIDENCE,
	PART_CHAINS,
	PART_AUDIT,
	PART_REVIEWS,
	PARTS,
	/* What stands within an element of one of these. */
	PART_ASSETS = PARTS,
	PART_ALIASES,
	PART_BLOCKS,
	PART_CLAIMS, /* held directly by an account */
	PART_LINKS,
	PART_GROUP_CLAIMS,
	PART_DIRECTORIES,
	PART_ROLE_GIVERS,
	PART_INVITATION_GIVERS,
	PART_CHECKPOINTS,
	ALL_PARTS
};

enum { FIELDS_MAX = 16, PARTS_WITHIN = 3 };

struct part {
	const char *name;
	/* ?1 is the root's id, for what stands within another the id of that; with types
	 * "ii" the root's is ?2. Column 0 is its own id, then come the fields in order.
	 */
	const char *select, *types;
	struct field fields[FIELDS_MAX]; /* up to one without a name */
	enum part_id within[PARTS_WITHIN];
	int n_within;
};

extern const struct part export_parts[ALL_PARTS];

/* The first members of the document, which say what it is. */
#define EXPORT_HEADER "export"

/* The subjects that play a part in the root ?1, and whether with an account that does;
 * columns: id, account id or null, pseudonym, e-mail, name. What an account elsewhere is
 * called is nobody's business here. */
extern const char *const export_people;

/* ---- writing ---- */

struct export_out {
	export_write_fn *write;
	void *to;
	struct err *err; /* the first one */
};

void export_put(struct export_out *out, const char *text);
/* The value is taken. */
void export_value(struct export_out *out, json_t *value);
/* A text, or NULL for null; ERR_RECORD when it is no UTF-8. */
MUST_CHECK struct err *export_text(const char *text, size_t len, json_t **value);
/* A time as RFC 3339; 0 is null. */
json_t *export_time(int64_t time);
void export_set(json_t *object, const char *name, json_t *value);

#endif
