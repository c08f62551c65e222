/* SPDX-License-Identifier: MIT */
#include "bridge/run/run_p.h"

/* The oldest announcement first. */
static struct err *use_announced(struct store *store, int64_t source, int64_t now,
				 const char *layer, uint32_t used)
{
	int64_t id = 0, remaining = 0;
	struct err *err = NULL;

	while (err == NULL && used > 0) {
		err = store_number(store, &id, 0,
				   "SELECT min(id) FROM announced WHERE source_id = ?1"
				   " AND layer = ?2 AND remaining > 0 AND until > ?3",
				   "iti", source, layer, now);
		if (err == NULL)
			err = store_number(
				store, &remaining, 0,
				"SELECT remaining FROM announced WHERE id = ?1", "i", id);
		if (err || id == 0)
			break;
		if (remaining > used)
			remaining = used;
		used -= (uint32_t)remaining;
		err = store_run(store,
				"UPDATE announced SET remaining = remaining - ?2"
				" WHERE id = ?1",
				"ii", id, remaining);
	}
	return err;
}

/* What went without a person counts for a day; what was announced, for what was said. */
struct err *record_spent(const struct run *run, struct store *store, int64_t id,
			 int64_t now)
{
	const struct plan *plan = run->plan;
	int64_t source = run->memory->source;
	uint32_t counts[BUDGETS];
	struct err *err = NULL;

	budget_count(plan, counts);
	for (enum budget_layer l = 0; err == NULL && l < BUDGETS; l++) {
		uint32_t used = budget_used(plan, l, counts);

		err = use_announced(store, source, now, budget_name(l), used);
		if (err || counts[l] <= used)
			continue;
		err = store_run(store,
				"INSERT INTO spent (source_id, run_id, at, layer, n)"
				" VALUES (?1, ?2, ?3, ?4, ?5)",
				"iiiti", source, id, now, budget_name(l),
				(int64_t)counts[l] - used);
	}
	return err;
}
