/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/decide.h"
#include "tests/test.h"

#define TABLE TOP_SRCDIR "/bridge/reconcile/README.md"

/* ---- the table as people read it ---- */

struct line {
	unsigned wish, given, console, known; /* bit sets */
};

static const char *const wishes[] = {
	[WISH_NO] = "no", [WISH_YES] = "yes", [WISH_UNKNOWN] = "unknown", NULL
};

static const char *const givens[] = {
	[GIVEN_NONE] = "–",
	[GIVEN_GIVEN] = "given",
	[GIVEN_SUSPENDED] = "suspended",
	[GIVEN_INVITED] = "invited",
	[GIVEN_EXPIRED] = "expired",
	[GIVEN_DECLINED] = "declined",
	[GIVEN_CANCELLED] = "cancelled",
	[GIVEN_UNDONE] = "undone",
	NULL,
};

static const char *const consoles[] = {
	[CONSOLE_NOTHING] = "nothing",
	[CONSOLE_OURS] = "ours",
	[CONSOLE_OURS_OTHERS] = "ours+others",
	[CONSOLE_OTHERS] = "others",
	[CONSOLE_PENDING_OURS] = "pending ours",
	[CONSOLE_PENDING_OTHERS] = "pending others",
	NULL,
};

static const char *const knowns[] = { "no", "yes", NULL };

static unsigned bit_of(const char *word, const char *const *names)
{
	unsigned all = 0;

	for (unsigned i = 0; names[i] != NULL; i++) {
		if (strcmp(word, names[i]) == 0)
			return 1u << i;
		all |= 1u << i;
	}
	if (strcmp(word, "any") != 0)
		fail_msg("the table has a word \"%s\" that means nothing", word);
	return all;
}

/* "given, suspended" */
static unsigned set_of(char *cell, const char *const *names)
{
	unsigned set = 0;
	char *comma;

	for (; (comma = strstr(cell, ", ")) != NULL; cell = comma + 2) {
		*comma = '\0';
		set |= bit_of(cell, names);
	}
	return set | bit_of(cell, names);
}

static char *next_cell(char **line)
{
	char *cell = *line, *bar = strstr(cell, " |");

	assert_non_null(bar);
	*bar = '\0';
	*line = bar + 3;
	return cell;
}

static size_t read_table(struct line *lines)
{
	FILE *file = fopen(TABLE, "r");
	char text[500];
	size_t n = 0;

	assert_non_null(file);
	while (fgets(text, sizeof text, file) != NULL) {
		char *at = text + 2;

		if (text[0] != '|' || at[0] < '0' || at[0] > '9')
			continue;
		assert_in_range(n, 0, ROWS - 1);
		assert_int_equal(strtoul(next_cell(&at), NULL, 10), n);
		lines[n].wish = set_of(next_cell(&at), wishes);
		lines[n].given = set_of(next_cell(&at), givens);
		lines[n].console = set_of(next_cell(&at), consoles);
		lines[n++].known = set_of(next_cell(&at), knowns);
	}
	fclose(file);
	return n;
}

/* ---- every cell of the product ---- */

struct cell {
	unsigned wish, given, console, known, undone_wish;
};

static bool next_combination(struct cell *c)
{
	const struct {
		unsigned *number, n;
	} digits[] = {
		{ &c->undone_wish, 2 },
		{ &c->known, 2 },
		{ &c->console, CONSOLE_STATES },
		{ &c->given, GIVEN_STATES },
		{ &c->wish, WISHES },
	};

	for (size_t i = 0; i < ARRAY_LEN(digits); i++) {
		if (++*digits[i].number < digits[i].n)
			return true;
		*digits[i].number = 0;
	}
	return false;
}

/* "Once the wish changes it counts as given." */
static unsigned counts_as(const struct cell *c)
{
	bool changed = c->wish != WISH_UNKNOWN && (c->wish == WISH_YES) != c->undone_wish;

	return c->given == GIVEN_UNDONE && changed ? GIVEN_GIVEN : c->given;
}

static size_t first_fitting(const struct line *lines, size_t n, const struct cell *c)
{
	unsigned given = counts_as(c);
	size_t i = 0;

	while (i < n &&
	       !((lines[i].wish >> c->wish & 1) && (lines[i].given >> given & 1) &&
		 (lines[i].console >> c->console & 1) &&
		 (lines[i].known >> c->known & 1)))
		i++;
	return i;
}

static void test_every_cell_has_the_row_of_the_readme(void **state UNUSED)
{
	struct line lines[ROWS];
	struct cell c = { 0 };
	size_t n = read_table(lines), cells = 0;

	assert_int_equal(n, ROWS);
	do {
		enum row row =
			decide((enum wish)c.wish, (enum given_state)c.given,
			       (enum console_state)c.console, c.known, c.undone_wish);

		if (row != first_fitting(lines, n, &c))
			fail_msg("%s, %s, %s, %s (undone when %s): row %d, the README "
				 "says %zu",
				 wishes[c.wish], givens[c.given], consoles[c.console],
				 c.known ? "known" : "not known", knowns[c.undone_wish],
				 row, first_fitting(lines, n, &c));
		cells++;
	} while (next_combination(&c));
	assert_int_equal(cells, WISHES * GIVEN_STATES * CONSOLE_STATES * 2 * 2);
}

static void test_every_row_is_first_somewhere(void **state UNUSED)
{
	bool first[ROWS] = { false };
	struct cell c = { 0 };

	do
		first[decide((enum wish)c.wish, (enum given_state)c.given,
			     (enum console_state)c.console, c.known, c.undone_wish)] =
			true;
	while (next_combination(&c));
	for (size_t i = 0; i < ROWS; i++)
		if (!first[i])
			fail_msg("row %zu is never first", i);
}

/* What the walk must never reach: a person who is asked, and what a source cannot see. */
static void test_row_19_holds_only_what_cannot_be(void **state UNUSED)
{
	assert_int_equal(decide(WISH_YES, GIVEN_NONE, CONSOLE_OURS, true, false),
			 ROW_BUG);
	assert_int_equal(decide(WISH_YES, GIVEN_GIVEN, CONSOLE_PENDING_OURS, true, false),
			 ROW_BUG);
	assert_int_equal(decide(WISH_NO, GIVEN_INVITED, CONSOLE_OURS, true, false),
			 ROW_BUG);
	assert_int_equal(decide(WISH_UNKNOWN, GIVEN_INVITED, CONSOLE_OURS, true, false),
			 ROW_AS_IS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_cell_has_the_row_of_the_readme),
		TEST(test_every_row_is_first_somewhere),
		TEST(test_row_19_holds_only_what_cannot_be),
	};

	return test_main(tests);
}
