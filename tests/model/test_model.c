/* SPDX-License-Identifier: MIT */
/*
 * Ten thousand random changes, by an operator, owners of roots, of sub-organizations and
 * of groups, two sources' service principals and those who bring a token, to a model of
 * the rules and to a real store: both say the same of every change, and show the same
 * rosters, now and on days that are past.
 *
 * When they do not: the seed, the step and the shortest list of operations that was found
 * are printed. DIRBRIDGE_MODEL_SEED=N plays one seed, DIRBRIDGE_MODEL_STEPS=N so many.
 */
#include "tests/model/gen.h"
#include "tests/model/play.h"
#include "tests/test.h"

enum { SEEDS = 5, STEPS = 2000, LOOK_EVERY = 100, PAST_EVERY = 500, DAYS = 10 };

#define START INT64_C(1795510800) /* 2026-11-24 09:00 */

struct scene {
	TALLOC_CTX *ctx;
	struct model *m;
	struct play *p;
	struct gen gen;
	bool open, quiet, remembers;
	char *why; /* how they differ; NULL while they do not */
};

static void differ(struct scene *s, char *why)
{
	s->why = s->why ? s->why : why;
}

/* ---- what both show ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void compare(struct scene *s, char **want, size_t n_want, char **got, size_t n_got,
		    int64_t at)
{
	size_t i = 0, k = 0;

	qsort(want, n_want, sizeof *want, by_text);
	qsort(got, n_got, sizeof *got, by_text);
	while (i < n_want || k < n_got) {
		int order = i == n_want ? 1 : k == n_got ? -1 : strcmp(want[i], got[k]);

		if (order != 0) {
			differ(s,
			       mem_printf(s->ctx, "rosters at %lld: only the %s has: %s",
					  (long long)at, order < 0 ? "model" : "store",
					  order < 0 ? want[i] : got[k]));
			return;
		}
		i++;
		k++;
	}
}

static void compare_rosters(struct scene *s, const struct m_line *line, size_t n,
			    int64_t at)
{
	TALLOC_CTX *ctx = mem_ctx(s->ctx);
	char **want = talloc_array(ctx, char *, n + 1), **got = NULL, text[512];
	size_t n_want = 0, n_got = 0;

	for (size_t i = 0; i < n; i++)
		if (model_line(&s->m->s, &line[i], at, text, sizeof text))
			want[n_want++] = mem_strdup(ctx, text);
	for (int o = 0; o < s->m->s.n_orgs; o++)
		if (s->m->s.org[o].alive && s->m->s.org[o].parent < 0)
			play_roster(s->p, ctx, s->m, o, at, &got, &n_got);
	if (n_want > 0 || n_got > 0)
		compare(s, want, n_want, got ? got : want, n_got, at);
	mem_free(ctx);
}

static void look(struct scene *s)
{
	size_t n;
	struct m_line *line = model_roster(&s->m->s, &n);

	compare_rosters(s, line, n, s->m->s.now);
	free(line);
	for (int o = 0; o < s->m->s.n_orgs; o++)
		if (s->m->s.org[o].alive && s->m->s.org[o].parent < 0 &&
		    play_structure(s->p, s->m, o) != 0)
			differ(s, mem_strdup(s->ctx, "links or claims differ"));
	s->open = false;
}

static void look_back(struct scene *s)
{
	struct gen random = { .random = s->gen.random };

	for (int i = 0; i < DAYS && s->m->n_days > 0; i++) {
		const struct m_day *day = &s->m->day[gen_number(&random, s->m->n_days)];
		int64_t at =
			day->from +
			(int64_t)gen_number(&random, (uint64_t)(day->until - day->from));

		compare_rosters(s, day->line, day->n, at);
	}
	s->open = false;
}

/* Every change is one event. What is over is marked first, everywhere. */
static void count_events(struct scene *s)
{
	for (int o = 0; o < s->m->s.n_orgs; o++) {
		struct m_op op = { .kind = M_CLAIM, .actor = M_OPERATOR };

		if (!s->m->s.org[o].alive || s->m->s.org[o].parent >= 0)
			continue;
		op.root = gen_path(&s->m->s, o);
		model_begin(s->m, &op);
		play_begin(s->p, s->m, &op);
	}
	play_end(s->p);
	s->open = false;
	if (play_number(s->p, "SELECT count(*) FROM outbox") != s->m->s.changes)
		differ(s, mem_printf(s->ctx, "%lld events for %lld changes",
				     (long long)play_number(s->p, "SELECT count(*) FROM"
								  " outbox"),
				     (long long)s->m->s.changes));
}

/* ---- one operation ---- */

static void wait_for(struct scene *s, int64_t seconds)
{
	play_end(s->p);
	s->open = false;
	if (seconds > 0 && s->remembers)
		model_remember(s->m, s->m->s.now + seconds);
	s->m->s.now += seconds;
	s->p->now += seconds;
}

static bool can_act(const struct scene *s, const struct m_op *op)
{
	return op->kind == M_ACCEPT || op->kind == M_DECLINE || op->actor == M_OPERATOR ||
	       model_account(&s->m->s, op->actor) >= 0;
}

/* What has been seen: a kind that is never allowed, or a code that never comes, would
 * show that the dice are loaded. */
static unsigned allowed[M_KINDS];
static struct {
	char code[32];
	unsigned n;
} refused[64];

static void count(enum m_kind kind, const char *code)
{
	size_t i = 0;

	if (code[0] == '\0') {
		allowed[kind]++;
		return;
	}
	while (refused[i].n > 0 && strcmp(refused[i].code, code) != 0)
		i++;
	assert_in_range(i, 0, ARRAY_LEN(refused) - 2);
	snprintf(refused[i].code, sizeof refused[i].code, "%s", code);
	refused[i].n++;
}

static void step(struct scene *s, const struct m_op *op)
{
	const char *want, *got;

	if (op->kind == M_WAIT) {
		wait_for(s, op->until);
		return;
	}
	if (!can_act(s, op))
		return;
	if (!op->joins || !s->open) {
		if (gen_alone(op->kind)) {
			play_end(s->p);
		} else {
			model_begin(s->m, op);
			play_begin(s->p, s->m, op);
		}
		s->open = true;
	}
	got = play_do(s->p, s->m, op);
	want = model_do(s->m, op);
	count(op->kind, want);
	if (strcmp(want, got) != 0)
		differ(s, mem_printf(s->ctx, "the model says \"%s\", the store \"%s\" %s",
				     want, got,
				     strcmp(got, "error") == 0 ? s->p->error : ""));
	if (s->p->dirty || gen_closes(op->kind)) {
		play_end(s->p);
		s->open = false;
	}
}

/* ---- a world ---- */

#define PATH(...)                                                                        \
	{                                                                                \
		{                                                                        \
			__VA_ARGS__                                                      \
		}                                                                        \
	}
#define YEAR (INT64_C(300) * 86400)

static const struct m_op beginning[] = {
	{ M_ROOT, .actor = M_OPERATOR, .root = PATH(0, -1, -1), .place = PATH(0, -1, -1),
	  .email = 0 },
	{ M_ROOT, .actor = M_OPERATOR, .root = PATH(1, -1, -1), .place = PATH(1, -1, -1),
	  .name = 1, .email = 1 },
	{ M_ROOT, .actor = M_OPERATOR, .root = PATH(2, -1, -1), .place = PATH(2, -1, -1),
	  .name = 2, .email = 2 },
	{ M_LICENCE, .actor = M_OPERATOR, .root = PATH(0, -1, -1), .until = YEAR },
	{ M_CLAIM, true, M_OPERATOR, .root = PATH(0, -1, -1), .place = PATH(0, -1, -1),
	  .who = M_SERVICE(1) },
	{ M_LICENCE, .actor = M_OPERATOR, .root = PATH(1, -1, -1), .until = YEAR },
	{ M_CLAIM, true, M_OPERATOR, .root = PATH(1, -1, -1), .place = PATH(1, -1, -1),
	  .who = M_SERVICE(2) },
	{ M_LICENCE, .actor = M_OPERATOR, .root = PATH(2, -1, -1), .trial = true },
	{ M_ORG, .actor = 0, .root = PATH(0, -1, -1), .place = PATH(0, -1, -1) },
	{ M_ORG, true, 0, .root = PATH(0, -1, -1), .place = PATH(0, -1, -1), .name = 1 },
	{ M_ORG, true, 0, .root = PATH(0, -1, -1), .place = PATH(0, 0, -1) },
	{ M_CLAIM, .actor = M_OPERATOR, .root = PATH(0, -1, -1), .place = PATH(0, 0, -1),
	  .who = M_SERVICE(1) },
	{ M_GROUP, .actor = M_SERVICE(1), .root = PATH(0, -1, -1), .home = PATH(0, 0, -1),
	  .group = 1, .name = 1 },
	{ M_GROUP, .actor = M_SERVICE(2), .root = PATH(1, -1, -1),
	  .home = PATH(1, -1, -1), .group = 1, .name = 1 },
};

static struct scene *scene_new(uint64_t seed, bool remembers)
{
	TALLOC_CTX *ctx = mem_ctx(NULL);
	struct scene *s = mem_new(ctx, struct scene);
	const struct m_path of_1 = PATH(0, 0, -1), of_2 = PATH(1, -1, -1);

	s->ctx = ctx;
	s->m = model_new(START);
	s->p = play_new(ctx, START);
	s->gen.random = seed;
	s->remembers = remembers;
	for (int n = 1; n <= 2; n++) {
		s->m->s.account[n - 1] = (struct m_account){ true, false, -1, n };
		s->m->s.n_accounts = n;
	}
	s->m->s.protected_email[5] = true;
	s->m->s.protected_name = 4;
	for (size_t i = 0; i < ARRAY_LEN(beginning); i++) {
		step(s, &beginning[i]);
		if (s->why)
			fail_msg("beginning, step %zu: %s", i, s->why);
	}
	play_end(s->p);
	s->open = false;
	s->m->s.source_org[1] = model_org(&s->m->s, &of_1);
	s->m->s.source_org[2] = model_org(&s->m->s, &of_2);
	play_source(s->p, s->m, 1, s->m->s.source_org[1]);
	play_source(s->p, s->m, 2, s->m->s.source_org[2]);
	return s;
}

static void scene_free(struct scene *s)
{
	play_end(s->p);
	model_free(s->m);
	mem_free(s->ctx);
}

/* ---- the shortest list that shows it ---- */

static bool fails(const struct m_op *op, size_t n, char **why)
{
	struct scene *s = scene_new(0, true);
	bool failed;

	for (size_t i = 0; i < n && !s->why; i++)
		step(s, &op[i]);
	if (!s->why)
		look(s);
	if (!s->why)
		look_back(s);
	if (!s->why)
		count_events(s);
	failed = s->why != NULL;
	if (failed && why)
		*why = strdup(s->why);
	scene_free(s);
	return failed;
}

/* Leave out ever smaller parts as long as it still fails. */
static size_t shorten(struct m_op *op, size_t n)
{
	struct m_op *less = calloc(n, sizeof *less);

	for (size_t part = n / 2; part > 0; part /= 2)
		for (size_t at = 0; at + part <= n;) {
			memcpy(less, op, at * sizeof *op);
			memcpy(less + at, op + at + part, (n - at - part) * sizeof *op);
			if (fails(less, n - part, NULL)) {
				n -= part;
				memcpy(op, less, n * sizeof *op);
			} else {
				at += part;
			}
		}
	free(less);
	return n;
}

static void report(uint64_t seed, size_t at, struct m_op *op, const char *why)
{
	char text[512], *again = NULL;
	size_t n = at + 1;

	gen_print(&op[at], text, sizeof text);
	fprintf(stderr, "seed %llu, step %zu: %s\n  %s\n", (unsigned long long)seed, at,
		why, text);
	if (!fails(op, n, NULL)) {
		fprintf(stderr, "  it does not fail when it is played again\n");
		fail();
	}
	n = shorten(op, n);
	fails(op, n, &again);
	fprintf(stderr, "  made short, %zu operations: %s\n", n, again);
	free(again);
	for (size_t i = 0; i < n; i++) {
		gen_print(&op[i], text, sizeof text);
		fprintf(stderr, "  %s\n", text);
	}
	fail();
}

static void play_seed(uint64_t seed, size_t steps)
{
	struct m_op *op = calloc(steps, sizeof *op);
	struct scene *s = scene_new(seed, true);
	char *why = NULL;
	size_t i;

	for (i = 0; i < steps && !s->why; i++) {
		op[i] = gen_op(&s->gen, &s->m->s);
		step(s, &op[i]);
		if (!s->why && i % LOOK_EVERY == LOOK_EVERY - 1)
			look(s);
		if (!s->why && i % PAST_EVERY == PAST_EVERY - 1)
			look_back(s);
	}
	if (!s->why)
		count_events(s);
	if (s->why)
		why = strdup(s->why);
	scene_free(s);
	if (why)
		report(seed, i - 1, op, why);
	free(op);
}

static size_t number_of(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoul(text, NULL, 10) : otherwise;
}

static bool was_refused(const char *code)
{
	for (size_t i = 0; refused[i].n > 0; i++)
		if (strcmp(refused[i].code, code) == 0)
			return true;
	return false;
}

static void check_dice(void)
{
	unsigned missing = 0;

	for (int k = M_WAIT + 1; k < M_KINDS; k++)
		if (allowed[k] < SEEDS) {
			fprintf(stderr, "kind %d was allowed %u times\n", k, allowed[k]);
			missing++;
		}
	for (int rule = RULE_NONE + 1; rule < RULES; rule++)
		if (!was_refused(rule_code((enum rule)rule))) {
			fprintf(stderr, "%s never came\n", rule_code((enum rule)rule));
			missing++;
		}
	assert_int_equal(missing, 0);
}

static void test_model_and_store_agree(void **state)
{
	size_t steps = number_of("DIRBRIDGE_MODEL_STEPS", STEPS);
	size_t seed = number_of("DIRBRIDGE_MODEL_SEED", 0);

	(void)state;
	if (seed != 0)
		play_seed(seed, steps);
	else
		for (uint64_t n = 1; n <= SEEDS; n++)
			play_seed(n, steps);
	if (seed == 0 && steps >= STEPS)
		check_dice();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_model_and_store_agree),
	};
	return test_main(tests);
}
