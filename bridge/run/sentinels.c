/* SPDX-License-Identifier: MIT */
#include "bridge/map/map.h"
#include "bridge/record/dn.h"
#include "bridge/run/run_p.h"

static bool has_address(const struct run *run, const char *key)
{
	for (uint32_t i = 0; i < run->wanted->n_persons; i++) {
		const struct wanted_person *p = &run->wanted->persons[i];

		if (p->email_key != NULL && strcmp(p->email_key, key) == 0)
			return true;
	}
	return false;
}

static bool has_dn(const struct run *run, const char *dn)
{
	struct digest wanted, found;

	if (!dn_digest(dn, strlen(dn), &wanted))
		return false;
	for (size_t i = 0; i < run->n_entries; i++) {
		struct value at = entry_dn(run->entries[i]);

		if (dn_digest(at.bytes, at.len, &found) && digest_equal(&found, &wanted))
			return true;
	}
	return false;
}

bool sentinels_read(struct run *run)
{
	const char *const *one = run->source->sentinels;
	bool all = true;

	for (; one != NULL && *one != NULL; one++) {
		if (strchr(*one, '=') ? has_dn(run, *one) : has_address(run, *one))
			continue;
		plan_find(
			run->plan, "sentinel",
			"Look at the directory, and at what its account may see; when "
			"this one has left, name another in `sentinels`.",
			"\"%s\" was not read, which this directory always shows: nobody "
			"loses anything for being missing",
			*one);
		all = false;
	}
	return all;
}
