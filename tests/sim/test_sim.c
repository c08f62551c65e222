/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

enum { SEEDS = 5, STEPS = 60 };

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL && *text != '\0' ? strtoull(text, NULL, 10) : otherwise;
}

static void play(TALLOC_CTX *ctx, uint64_t seed, uint64_t steps, size_t counts[2])
{
	struct sim *s = sim_new(ctx, seed);

	while (steps-- > 0)
		sim_step(s);
	sim_calm(s);
	counts[0] += s->counts[0];
	counts[1] += s->counts[1];
	mem_free(s);
}

static void test_months(void **state)
{
	uint64_t seed = number("DIRBRIDGE_SIM_SEED", 0);
	uint64_t steps = number("DIRBRIDGE_SIM_STEPS", STEPS);
	size_t counts[2] = { 0 };

	for (uint64_t i = 1; seed == 0 && i <= SEEDS; i++)
		play(*state, i, steps, counts);
	if (seed != 0)
		play(*state, seed, steps, counts);
	printf("%zu runs, %zu removals\n", counts[0], counts[1]);
	assert_true(counts[0] > 0);
	assert_true(seed != 0 || counts[1] > SEEDS * 5);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { TEST(test_months) };

	if (stage_is_connector(argc, argv))
		return stage_connector();
	return test_main(tests);
}
