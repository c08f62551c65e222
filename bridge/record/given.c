/* SPDX-License-Identifier: MIT */
#include "bridge/record/given.h"

static const char *const states[GIVEN_STATES] = {
	[GIVEN_NONE] = "none",           [GIVEN_GIVEN] = "given",
	[GIVEN_SUSPENDED] = "suspended", [GIVEN_INVITED] = "invited",
	[GIVEN_EXPIRED] = "expired",     [GIVEN_DECLINED] = "declined",
	[GIVEN_CANCELLED] = "cancelled", [GIVEN_UNDONE] = "undone",
};

static const char *const kinds[EVIDENCE_KINDS] = {
	[EVIDENCE_NONE] = "none",
	[EVIDENCE_TOMBSTONE] = "tombstone",
	[EVIDENCE_DISABLED] = "disabled",
	[EVIDENCE_EXPIRED] = "expired",
	[EVIDENCE_OUT_OF_SCOPE] = "out-of-scope",
	[EVIDENCE_NOT_FOUND] = "not-found",
};

static int name_index(const char *const *names, int n, const char *name)
{
	int i = 0;

	while (i < n && strcmp(names[i], name) != 0)
		i++;
	return i;
}

const char *given_name(enum given_state state)
{
	return states[state];
}

enum given_state given_state_of(const char *name)
{
	return (enum given_state)name_index(states, GIVEN_STATES, name);
}

const char *evidence_name(enum evidence_kind kind)
{
	return kinds[kind];
}

enum evidence_kind evidence_kind_of(const char *name)
{
	return (enum evidence_kind)name_index(kinds, EVIDENCE_KINDS, name);
}

int given_compare(const struct given *a, const struct given *b)
{
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	if (a->role != b->role)
		return a->role < b->role ? -1 : 1;
	return value_compare(&a->anchor, &b->anchor);
}

bool via_next(struct value *via, struct value *anchor)
{
	size_t len;

	if (via->len == 0)
		return false;
	len = (uint8_t)via->bytes[0];
	if (len + 1 > via->len)
		return false;
	anchor->bytes = via->bytes + 1;
	anchor->len = len;
	via->bytes += len + 1;
	via->len -= len + 1;
	return true;
}
