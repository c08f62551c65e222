/* SPDX-License-Identifier: MIT */
/*
 * The pieces that a plan in text is printed with: columns, colours, lines that wrap.
 * Every text that comes from outside is escaped here, or by who calls; all widths are in
 * columns. Private to the room.
 */
#ifndef DIRBRIDGE_PLAN_TEXT_P_H
#define DIRBRIDGE_PLAN_TEXT_P_H

#include "bridge/plan/plan_p.h"

enum {
	GAP = 3,
	SIGN = 4, /* columns of "  + " */
	WHO = 22, /* columns of who, at least */
	ROLE = 6, /* "member" */
	VERB = 7, /* "suspend", at least */
	REASON = 30,
	HEAD = 90, /* where the right side of a group's head ends */
	NARROW = 60,
	FOLDED = 20,
	LINE_MAX_COLUMNS = 2000,
};

#define BOLD    "1"
#define RED     "31"
#define GREEN   "32"
#define YELLOW  "33"
#define MAGENTA "35"

struct printer {
	struct str *out;
	const struct plan *plan;
	const struct plan_style *style;
	size_t width;     /* 0: as wide as it gets */
	size_t who, verb; /* columns of this block */
	size_t additions; /* of this block, printed or folded */
	size_t folded;    /* not told yet */
};

/* Begin and end a colour, or nothing; the colour of a sign; blanks. */
void paint(struct printer *p, const char *colour);
void unpaint(struct printer *p);
const char *colour_of(char sign);
void pad(struct printer *p, size_t columns);

/* A text of ctx for the terminal, of so many characters at most. */
char *escape(TALLOC_CTX *ctx, const char *text, size_t limit);
/* A name, cut until it fits. */
char *fitting(TALLOC_CTX *ctx, const char *text, size_t columns);

/* An escaped text to the end of its line; the cursor stands at this column, and further
 * lines begin there as well. */
void wrapped(struct printer *p, size_t column, const char *text);
/* An escaped text in a column of this width, and the gap behind it. */
void cell(struct printer *p, const char *text, size_t columns);
/* "3 people", "1 person". */
void counted(struct str *out, size_t n, const char *one, const char *many);
/* The head of a block: a name, not escaped, and what stands at the right. */
void print_title(struct printer *p, const char *name, const char *right);
/* How many additions were left out since the last time, if any. */
void tell_folded(struct printer *p);

/* text_changed.c: the section of plan->changed, which there is. */
void print_changed(struct printer *p);

#endif
