/* SPDX-License-Identifier: MIT */
#include "bridge/map/map_p.h"
#include "bridge/record/dn.h"
#include "bridge/record/text.h"
#include <stdlib.h>

/* Where the digest stands, or would. It is secret and even as it is, so its own bytes
 * say where to look first. */
static uint32_t *slot_of(const struct mapping *m, const struct digest *digest)
{
	size_t i;

	memcpy(&i, digest, sizeof i);
	for (i &= m->names_mask; m->names[i] != 0; i = (i + 1) & m->names_mask)
		if (digest_equal(&m->digests[m->names[i] - 1], digest))
			break;
	return &m->names[i];
}

uint32_t home_of_entry(const struct mapping *m, size_t i)
{
	return m->homes ? m->homes[i] : 0;
}

static uint32_t next_namesake(const struct mapping *m, uint32_t at)
{
	return m->namesakes != NULL && at <= m->n_entries ? m->namesakes[at - 1] : 0;
}

/* The one of its own directory, or the only one there is. */
static uint32_t choose(struct mapping *m, uint32_t at, const struct value *dn,
		       uint32_t home)
{
	for (uint32_t i = at; i != 0; i = next_namesake(m, i))
		if (home_of_entry(m, i - 1) == home)
			return m->nodes[i - 1];
	tally_add(&m->ambiguous, dn);
	return NODE_NOBODY;
}

uint32_t node_of_dn(struct mapping *m, const struct value *dn, uint32_t home)
{
	struct digest digest;
	uint32_t at;

	if (!dn_digest(dn->bytes, dn->len, &digest))
		return TABLE_NONE;
	at = *slot_of(m, &digest);
	if (at == 0)
		return TABLE_NONE;
	return next_namesake(m, at) == 0 ? m->nodes[at - 1] : choose(m, at, dn, home);
}

/* The i-th name is this one, unless an earlier one is. Returns that earlier one, from 1
 * on, or 0. */
static uint32_t add_name(struct mapping *m, size_t i, const char *dn, size_t len)
{
	uint32_t *slot;

	if (len == 0 || !dn_digest(dn, len, &m->digests[i]))
		return 0;
	slot = slot_of(m, &m->digests[i]);
	if (*slot != 0)
		return *slot;
	*slot = (uint32_t)i + 1;
	return 0;
}

/* Behind those before it; the node of the one that is of its own directory, if any. */
static uint32_t add_namesake(struct mapping *m, size_t i, uint32_t first)
{
	uint32_t last = first;

	if (first > m->n_entries)
		return m->nodes[first - 1];
	for (uint32_t at = first; at != 0; at = next_namesake(m, at)) {
		if (home_of_entry(m, at - 1) == home_of_entry(m, i))
			return m->nodes[at - 1];
		last = at;
	}
	if (m->namesakes == NULL)
		m->namesakes = mem_array(m, uint32_t, m->n_entries);
	m->namesakes[last - 1] = (uint32_t)i + 1;
	return NODE_NOBODY;
}

static void add_entry_name(struct mapping *m, size_t i, struct tally *twice)
{
	struct value dn = entry_dn(m->entries[i]);
	uint32_t first = add_name(m, i, dn.bytes, dn.len);

	if (first != 0 && add_namesake(m, i, first) < NODE_NOBODY &&
	    m->nodes[i] != NODE_NOBODY)
		tally_add(twice, &dn);
}

/* Placeholders come first, so that an entry of that name is nobody. */
void map_names(struct mapping *m)
{
	const char *const *placeholders = m->source->groups.placeholders;
	struct tally twice = { 0 };
	size_t size = 16, n = m->n_entries + m->n_placeholders;

	while (size < 3 * n)
		size *= 2;
	m->names = mem_array(m, uint32_t, size);
	m->names_mask = size - 1;
	m->digests = mem_array(m, struct digest, n);
	for (size_t i = m->n_entries; i < n; i++, placeholders++)
		add_name(m, i, *placeholders, strlen(*placeholders));
	for (size_t i = 0; i < m->n_entries; i++)
		add_entry_name(m, i, &twice);
	if (twice.count > 0)
		map_find(m, NULL,
			 "names that two entries have, as members the one of the lower "
			 "id: %s",
			 tally_text(m->wanted, &twice));
}

/* ---- RFC 2307: people by uid and gidNumber ---- */

static struct local *local_of(const struct mapping *m, uint32_t home)
{
	return &m->locals[home < m->n_locals ? home : m->n_locals - 1];
}

static void index_uids(struct mapping *m, struct table *uids, uint32_t person)
{
	struct attribute a;
	struct value uid;

	entry_attribute(m->persons[person].entry, "uid", &a);
	while (attribute_next(&a, &uid)) {
		uint32_t before;

		if (uid.len == 0)
			continue;
		before = table_add(uids, uid.bytes, uid.len, person);
		if (before == TABLE_NONE || before == person)
			continue;
		table_put(uids, uid.bytes, uid.len, NODE_NOBODY);
		if (before != NODE_NOBODY)
			tally_add(&m->same_uid, &uid);
	}
}

static void index_gid(struct mapping *m, struct table *gids, uint32_t person)
{
	struct value own = value_lowest(m->persons[person].entry, "gidnumber");

	m->gid_next[person] =
		own.bytes ? table_put(gids, own.bytes, own.len, person) : MAP_NONE;
}

/* One directory's names mean nothing in another. */
static void index_locals(struct mapping *m)
{
	uint32_t top = 0;

	for (size_t i = 0; m->homes != NULL && i < m->n_entries; i++)
		if (m->homes[i] < UINT16_MAX && m->homes[i] > top)
			top = m->homes[i];
	m->n_locals = top + 2;
	m->locals = mem_array(m, struct local, m->n_locals);
	m->gid_next = mem_array(m, uint32_t, m->n_persons);
	for (uint32_t i = 0; i < m->n_locals; i++)
		m->locals[i] = (struct local){ table_new(m), table_new(m) };
	for (size_t i = 0; i < m->n_entries; i++) {
		const struct local *l = local_of(m, home_of_entry(m, i));

		if (m->nodes[i] >= m->n_persons)
			continue;
		index_uids(m, l->uids, m->nodes[i]);
		index_gid(m, l->gids, m->nodes[i]);
	}
}

static const struct local *names_of(struct mapping *m, uint32_t home)
{
	if (m->locals == NULL)
		index_locals(m);
	return local_of(m, home);
}

/* ---- who a group names ---- */

/* One group being read; groups wait until its persons are all there. */
struct reading {
	struct mapping *m;
	uint32_t group; /* index */
	uint32_t *seen; /* by node: the last group that named it, plus one */
	uint32_t *groups;
	size_t n_groups, capacity;
};

static void add_edge(struct mapping *m, uint32_t to)
{
	mem_grow(m, m->edges, m->n_edges + 1, &m->edges_capacity);
	m->edges[m->n_edges++] = to;
}

static void take_node(struct reading *r, uint32_t node)
{
	struct mapping *m = r->m;

	if (node == NODE_NOBODY || r->seen[node] == r->group + 1)
		return;
	r->seen[node] = r->group + 1;
	if (node < m->n_persons) {
		add_edge(m, node);
	} else if (node != m->n_persons + r->group) {
		mem_grow(m, r->groups, r->n_groups + 1, &r->capacity);
		r->groups[r->n_groups++] = node - m->n_persons;
	}
}

static uint32_t resolve_dn_and_uid(struct mapping *m, const struct value *value,
				   uint32_t home)
{
	struct value dn = { value->bytes, dn_without_uid(value->bytes, value->len) };

	return node_of_dn(m, &dn, home);
}

static uint32_t resolve_uid(struct mapping *m, const struct value *uid, uint32_t home)
{
	return table_get(names_of(m, home)->uids, uid->bytes, uid->len);
}

const char *const member_attributes[] = {
	"member", "uniquemember", "memberuid", "gidnumber", "objectclass", "uid", NULL,
};

/* Which attributes name members, and how. */
static const struct {
	const char *attribute;
	uint32_t (*resolve)(struct mapping *m, const struct value *value, uint32_t home);
} named_by[] = {
	{ "member", node_of_dn },
	{ "uniquemember", resolve_dn_and_uid },
	{ "memberuid", resolve_uid },
};

static void read_attribute(struct reading *r, struct group *g, size_t i)
{
	struct attribute a;
	struct value value;

	entry_attribute(g->entry, named_by[i].attribute, &a);
	while (attribute_next(&a, &value)) {
		uint32_t node = named_by[i].resolve(r->m, &value, g->home);

		if (node == TABLE_NONE)
			tally_add(&g->unresolved, &value);
		else
			take_node(r, node);
	}
}

static bool is_posix_group(const struct entry *entry)
{
	static const char name[] = "posixgroup";
	struct attribute a;
	struct value value;

	entry_attribute(entry, "objectclass", &a);
	while (attribute_next(&a, &value))
		if (value.len == strlen(name) &&
		    ascii_equal(value.bytes, name, value.len))
			return true;
	return false;
}

static void read_gid(struct reading *r, const struct group *g)
{
	struct value gid = value_lowest(g->entry, "gidnumber");
	uint32_t person;

	if (gid.bytes == NULL || !is_posix_group(g->entry))
		return;
	person = table_get(names_of(r->m, g->home)->gids, gid.bytes, gid.len);
	for (; person != MAP_NONE; person = r->m->gid_next[person])
		take_node(r, person);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void read_group(struct reading *r)
{
	struct mapping *m = r->m;
	struct group *g = &m->groups[r->group];

	r->n_groups = 0;
	g->persons.first = m->n_edges;
	for (size_t i = 0; i < ARRAY_LEN(named_by); i++)
		read_attribute(r, g, i);
	read_gid(r, g);
	g->groups.first = m->n_edges;
	if (r->n_groups > 0)
		qsort(r->groups, r->n_groups, sizeof *r->groups, by_number);
	for (size_t i = 0; i < r->n_groups; i++)
		add_edge(m, r->groups[i]);
	g->persons.count = g->groups.first - g->persons.first;
	g->groups.count = m->n_edges - g->groups.first;
	m->wanted->members += (uint32_t)(m->n_edges - g->persons.first);
	m->wanted->unresolved += g->unresolved.count;
}

void map_members(struct mapping *m)
{
	struct reading r = { .m = m };

	r.seen = mem_array(m, uint32_t, (size_t)m->n_persons + m->n_groups);
	for (; r.group < m->n_groups; r.group++)
		read_group(&r);
	mem_free(r.seen);
	mem_free(r.groups);
	if (m->same_uid.count > 0)
		map_find(m, NULL,
			 "uids that two people have, as members neither of them: %s",
			 tally_text(m->wanted, &m->same_uid));
}
