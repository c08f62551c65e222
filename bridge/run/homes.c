/* SPDX-License-Identifier: MIT */
#include "bridge/map/map.h"
#include "bridge/run/run_p.h"

static bool is_the_same(const struct far_side *far, const struct known_directory *known)
{
	return far->pull->identity != NULL &&
	       strcmp(far->pull->identity, known->identity) == 0;
}

uint16_t home_of(const struct run *run, const struct known_directory *known)
{
	if (known == NULL)
		return HOME_NONE;
	for (uint16_t i = 0; i < run->n_directories; i++)
		if (strcmp(run->directories[i].config->name, known->name) == 0)
			return i;
	for (uint16_t i = 0; i < run->n_directories; i++)
		if (is_the_same(&run->directories[i], known))
			return i;
	return HOME_NONE;
}

bool leaves_directories(const struct run *run)
{
	for (size_t i = 0; i < run->memory->n_directories; i++)
		if (home_of(run, &run->memory->directories[i]) == HOME_NONE)
			return true;
	return false;
}

enum anchor_kind anchor_kind_of_all(const struct run *run)
{
	enum anchor_kind all = ANCHOR_KINDS;

	for (size_t i = 0; i < run->n_directories; i++) {
		const struct pull_directory *d = run->directories[i].pull;
		const struct known_directory *known =
			memory_directory(run->memory, d->name);
		const char *name = d->anchor ? d->anchor : known ? known->anchor : NULL;

		if (name == NULL)
			continue;
		if (all != ANCHOR_KINDS && all != anchor_kind_of(name))
			return ANCHOR_KINDS;
		all = anchor_kind_of(name);
	}
	return all;
}

/* A name that two directories have stands for nobody where a third uses it. */
bool names_are_clear(struct run *run)
{
	if (run->wanted->ambiguous == NULL)
		return true;
	plan_find(
		run->plan, "ambiguous",
		"Until it is clear who is meant, nobody gains by these names, and nobody "
		"loses anything for being missing.",
		"names that two directories have, used where neither is at home: %s",
		run->wanted->ambiguous);
	return false;
}
