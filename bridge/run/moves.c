/* SPDX-License-Identifier: MIT */
#include "bridge/map/map.h"
#include "bridge/record/dn.h"
#include "bridge/run/run_p.h"
#include <stdlib.h>

enum {
	NAMED = 20 /* moves that get a line each */
};

static int by_mirrored(const void *key, const void *member)
{
	return value_compare(key, &((const struct mirrored *)member)->anchor);
}

/* Was the entry another one when it was last mirrored? */
static bool has_changed(const struct run *run, const struct entry *entry)
{
	const struct memory *m = run->memory;
	struct value anchor = entry_anchor(entry);
	const struct mirrored *old = NULL;
	struct digest now;

	if (m->n_mirror > 0)
		old = bsearch(&anchor, m->mirror, m->n_mirror, sizeof *old, by_mirrored);
	if (old == NULL)
		return false;
	entry_digest(entry, &now);
	return !digest_equal(&now, &old->digest);
}

static struct err *compare(struct run *run, const struct entry *entry, uint32_t *moves)
{
	struct value anchor = entry_anchor(entry), dn = entry_dn(entry), was;
	struct digest old_dn, new_dn;
	struct entry *old;
	struct err *err =
		memory_entry(run, run->store, run->memory->source, &anchor, &old);

	if (err || old == NULL)
		return err;
	was = entry_dn(old);
	if (!dn_digest(was.bytes, was.len, &old_dn) ||
	    !dn_digest(dn.bytes, dn.len, &new_dn) || digest_equal(&old_dn, &new_dn))
		return NULL;
	if (++*moves <= NAMED)
		plan_find(run->plan, "renamed", NULL,
			  "renamed or moved, nothing changes: \"%.*s\" is now \"%.*s\"",
			  (int)was.len, was.bytes, (int)dn.len, dn.bytes);
	return NULL;
}

struct err *note_moves(struct run *run)
{
	uint32_t moves = 0;
	struct err *err = NULL;

	for (uint32_t i = 0; err == NULL && i < run->wanted->n_persons; i++) {
		const struct entry *entry = run->wanted->persons[i].entry;

		if (has_changed(run, entry))
			err = compare(run, entry, &moves);
	}
	if (err == NULL && moves > NAMED)
		plan_find(run->plan, "renamed", NULL, "%u more were renamed or moved",
			  moves - NAMED);
	return err;
}
