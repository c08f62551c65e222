/* SPDX-License-Identifier: MIT */
#include "bridge/reconcile/reconcile_p.h"
#include <stdlib.h>

static int by_evidence(const void *key, const void *member)
{
	return value_compare(key, &((const struct evidence *)member)->anchor);
}

const struct evidence *evidence_of(const struct facts *f, const struct value *anchor)
{
	if (f->n_evidence == 0)
		return NULL;
	return bsearch(anchor, f->evidence, f->n_evidence, sizeof *f->evidence,
		       by_evidence);
}

bool evidence_proves(const struct facts *f, const struct evidence *e, enum reason *reason,
		     int64_t *since)
{
	static const enum reason reasons[EVIDENCE_KINDS] = {
		[EVIDENCE_TOMBSTONE] = REASON_TOMBSTONE,
		[EVIDENCE_DISABLED] = REASON_DISABLED,
		[EVIDENCE_EXPIRED] = REASON_EXPIRED,
		[EVIDENCE_OUT_OF_SCOPE] = REASON_OUT_OF_SCOPE,
		[EVIDENCE_NOT_FOUND] = REASON_NOT_FOUND,
	};

	if (e == NULL || e->kind == EVIDENCE_NONE)
		return false;
	if (e->kind == EVIDENCE_NOT_FOUND &&
	    (!f->census || e->last - e->first < NOT_FOUND_AGAIN))
		return false;
	*reason = reasons[e->kind];
	*since = e->first;
	return true;
}

static int by_anchor(const void *key, const void *member)
{
	struct value anchor = entry_anchor(*(const struct entry *const *)member);

	return value_compare(key, &anchor);
}

bool is_mirrored(const struct facts *f, const struct value *anchor)
{
	return f->n_entries > 0 &&
	       bsearch(anchor, f->entries, f->n_entries, sizeof(const struct entry *),
		       by_anchor) != NULL;
}
