/* SPDX-License-Identifier: MIT */
/* The most members within a day, as the store tells it, beside what a list of all changes
 * tells: a random history of giving, taking, suspending, restoring and shutting out. */
#include "tests/unit/console/world.h"
#include <stdlib.h>

#define HOME "northwind/contoso"

enum { PEOPLE = 4, GIVERS = 2, STEPS = 300 };

static const char *const people[PEOPLE] = { "bo@contoso.example", "eve@contoso.example",
					    "kim@contoso.example",
					    "lea@contoso.example" };

enum { NOT_GIVEN, GIVEN, SUSPENDED };

struct history {
	struct world *w;
	int given[PEOPLE][GIVERS]; /* by hand, and by the source */
	bool blocked[PEOPLE];
	struct {
		int64_t when;
		uint32_t members;
	} past[STEPS + 1];
	size_t n;
};

static bool is_member(const struct history *h, int person)
{
	return !h->blocked[person] &&
	       (h->given[person][0] == GIVEN || h->given[person][1] == GIVEN);
}

/* What holds at the end of a second held in it. */
static void note(struct history *h)
{
	uint32_t members = 0;

	for (int i = 0; i < PEOPLE; i++)
		members += is_member(h, i);
	if (h->n > 0 && h->past[h->n - 1].when == h->w->now)
		h->n--;
	h->past[h->n].when = h->w->now;
	h->past[h->n++].members = members;
}

static uint32_t most_of_a_day(const struct history *h)
{
	uint32_t most = 0;

	for (size_t i = 0; i < h->n; i++) {
		bool over = i + 1 < h->n && h->past[i + 1].when <= h->w->now - DAY;

		if (!over && h->past[i].members > most)
			most = h->past[i].members;
	}
	return most;
}

static void step(struct history *h, int person, int giver)
{
	static const enum change_kind kinds[][2] = {
		[NOT_GIVEN] = { CHANGE_GIVE, CHANGE_GIVE },
		[GIVEN] = { CHANGE_TAKE, CHANGE_SUSPEND },
		[SUSPENDED] = { CHANGE_TAKE, CHANGE_RESTORE },
	};
	int *state = &h->given[person][giver];
	enum change_kind kind = kinds[*state][giver && rand() % 2];

	if (h->blocked[person] && (kind == CHANGE_GIVE || kind == CHANGE_RESTORE))
		return;
	enter(h->w, "northwind", giver ? "sync" : "ada");
	assert_ok(change_role(h->w, kind, HOME, "Operators", ROLE_MEMBER, people[person],
			      giver ? SOURCE : GIVER_HAND));
	commit(h->w);
	*state = kind == CHANGE_TAKE      ? NOT_GIVEN
		 : kind == CHANGE_SUSPEND ? SUSPENDED
					  : GIVEN;
}

static void shut(struct history *h, int person)
{
	struct change change = { .kind = h->blocked[person] ? CHANGE_UNBLOCK
							    : CHANGE_BLOCK };

	enter(h->w, "northwind", "ada");
	change.account = account(h->w, people[person]);
	assert_ok(console_change(h->w->c, &change, NULL, "a test"));
	commit(h->w);
	h->blocked[person] = !h->blocked[person];
}

static void assert_recent(const struct history *h, int at)
{
	struct world *w = h->w;
	uint32_t expected = most_of_a_day(h), recent;

	enter(w, "northwind", "ada");
	recent = w->c->view->groups[group(w, HOME, "Operators")].recent;
	give_up(w);
	if (recent != expected)
		fail_msg("step %d: %u, and not %u", at, recent, expected);
}

/* People whom the root knows by other roles, and a source that may act. */
static struct history *history_new(TALLOC_CTX *ctx)
{
	struct history *h = mem_new(ctx, struct history);
	struct change change = { .kind = CHANGE_GIVE, .role = ROLE_OWNER };

	h->w = world_new(ctx);
	enter(h->w, "northwind", "ada");
	assert_ok(make_group(h->w, HOME, "Others"));
	assert_ok(console_known(h->w->c, "sync", &change.account));
	change.group = group(h->w, HOME, "Operators");
	assert_ok(console_change(h->w->c, &change, NULL, NULL));
	commit(h->w);
	for (int i = 0; i < PEOPLE; i++)
		join(h->w, HOME, "Others", ROLE_MEMBER, people[i]);
	note(h);
	return h;
}

static void test_a_random_history(void **state)
{
	struct history *h = history_new(*state);

	srand(7);
	for (int i = 0; i < STEPS; i++) {
		int person = rand() % PEOPLE;

		if (rand() % 4 > 0)
			h->w->now += rand() % (8 * 3600);
		if (rand() % 6 == 0)
			shut(h, person);
		else
			step(h, person, rand() % GIVERS);
		note(h);
		assert_recent(h, i);
	}
}

/* One who goes as another comes: there were never two. */
static void test_never_two_at_one_time(void **state)
{
	struct history *h = history_new(*state);

	step(h, 0, 0);
	note(h);
	h->w->now += 100;
	step(h, 0, 0);
	step(h, 1, 0);
	note(h);
	assert_int_equal(most_of_a_day(h), 1);
	assert_recent(h, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_random_history),
		TEST(test_never_two_at_one_time),
	};

	return test_main(tests);
}
