/* SPDX-License-Identifier: MIT */
#include "bridge/map/map_p.h"
#include "bridge/record/dn.h"
#include "bridge/record/text.h"

#define TEXT_BLOCK 65536

struct err *map(TALLOC_CTX *ctx, const struct source_config *source,
		const struct entry *const *entries, const uint16_t *homes,
		size_t n_entries, int64_t now, struct wanted **out)
{
	AUTO_MEM struct mapping *m = mem_new(NULL, struct mapping);
	struct err *err;

	*out = NULL;
	if (n_entries > MAP_ENTRIES_MAX)
		return err_new(ERR_INCOMPLETE, "%zu entries are more than can be mapped",
			       n_entries);
	m->source = source;
	m->entries = entries;
	m->homes = homes;
	m->n_entries = n_entries;
	m->n_placeholders = list_len(source->groups.placeholders);
	m->now = now;
	m->name_attribute = lower_name(m, source->groups.name_attribute);
	m->wanted = mem_new(m, struct wanted);

	map_classify(m);
	err = map_persons(m);
	if (err == NULL) {
		map_names(m);
		map_members(m);
		err = map_groups(m);
	}
	if (err == NULL)
		err = map_flatten(m);
	if (m->ambiguous.count > 0)
		m->wanted->ambiguous = tally_text(m->wanted, &m->ambiguous);
	if (err != NULL)
		return err_wrap(err, "map \"%s\"", source->name);
	*out = talloc_steal(ctx, m->wanted);
	return NULL;
}

void map_find(struct mapping *m, const struct entry *entry, const char *fmt, ...)
{
	struct wanted *w = m->wanted;
	va_list args;

	va_start(args, fmt);
	mem_grow(w, m->findings, w->n_findings + (size_t)1, &m->findings_capacity);
	m->findings[w->n_findings++] =
		(struct map_finding){ mem_vprintf(w, fmt, args), entry };
	w->findings = m->findings;
	va_end(args);
}

const char *map_keep(struct mapping *m, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy;

	if (size > m->text_left) {
		m->text_left = size > TEXT_BLOCK ? size : TEXT_BLOCK;
		m->text_at = mem_array(m->wanted, char, m->text_left);
	}
	copy = memcpy(m->text_at, text, size);
	m->text_at += size;
	m->text_left -= size;
	return copy;
}

void tally_add(struct tally *tally, const struct value *example)
{
	if (tally->count++ == 0 || value_compare(example, &tally->example) < 0)
		tally->example = *example;
}

char *tally_text(TALLOC_CTX *ctx, const struct tally *tally)
{
	int len = tally->example.len < MAP_NAME_MAX ? (int)tally->example.len
						    : MAP_NAME_MAX;

	if (tally->count == 1)
		return mem_printf(ctx, "\"%.*s\"", len, tally->example.bytes);
	return mem_printf(ctx, "\"%.*s\" and %u more", len, tally->example.bytes,
			  tally->count - 1);
}

char *group_name(TALLOC_CTX *ctx, const char *attribute, const struct entry *entry)
{
	struct value value = value_lowest(entry, attribute), dn = entry_dn(entry);
	char *name = value.bytes ? text_name(ctx, value.bytes, value.len) : NULL;

	return name ? name : dn_leaf(ctx, dn.bytes, dn.len);
}
