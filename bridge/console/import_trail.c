/* SPDX-License-Identifier: MIT */
#include "bridge/console/audit.h"
#include "bridge/console/import_p.h"

/* ---- chains ---- */

int64_t import_chain(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_chain *chain = &im->chains[v[0].number];

	(void)parent;
	if (chain->any)
		import_problem(im, "organization", "it has a chain already");
	chain->any = true;
	chain->seq = v[1].number;
	memcpy(chain->head, v[2].text, HASH_SIZE);
	im->chain = (uint32_t)v[0].number;
	if (chain->seq == 0)
		import_problem(im, "seq", "a chain has at least one line");
	import_row(im,
		   "INSERT INTO chain (organization_id, seq, head) VALUES (?2, ?3, ?4)",
		   0, PART_CHAINS, v, NULL, 0);
	return v[0].id;
}

/* Where lines may have been taken away: what lies below is known by its last hash. */
int64_t import_checkpoint(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_chain *chain = &im->chains[im->chain];
	AUTO_MEM char *key =
		mem_printf(NULL, "seal %u %lld", im->chain, (long long)v[0].number);

	if (v[0].number == 0 || v[0].number > chain->seq)
		import_problem(im, "seq", "the chain has no such line");
	else if (table_get(im->seen, key, strlen(key)) != TABLE_NONE)
		import_problem(im, "seq", "it is sealed twice");
	mem_grow(im->ctx, im->seals, im->n_seals + 1, &im->c_seals);
	memcpy(im->seals[im->n_seals].head, v[1].text, HASH_SIZE);
	table_put(im->seen, arena_keep(im->keys, key, strlen(key)), strlen(key),
		  (uint32_t)im->n_seals++);
	/* Lines from before version 2 of the store were sealed as they are. */
	if (strcmp(v[3].text, "upgrade") == 0)
		chain->sealed = v[0].number;
	import_row(im,
		   "INSERT INTO checkpoint (organization_id, seq, head, at, principal)"
		   " VALUES (?1, ?2, ?3, ?4, ?5)",
		   parent, PART_CHECKPOINTS, v, NULL, 0);
	return 0;
}

/* The hash that a checkpoint has for this line, or NULL. */
static const uint8_t *seal_of(const struct import *im, uint32_t organization, int64_t seq)
{
	AUTO_MEM char *key =
		mem_printf(NULL, "seal %u %lld", organization, (long long)seq);
	uint32_t at = table_get(im->seen, key, strlen(key));

	return at == TABLE_NONE ? NULL : im->seals[at].head;
}

/* ---- lines ---- */

enum {
	ORGANIZATION,
	SEQ,
	AT,
	RUN,
	SOURCE,
	PRINCIPAL,
	OS_USER,
	IMPERSONATED,
	SUBJECT,
	ACTION,
	TARGET,
	BEFORE,
	AFTER,
	CODE,
	HASH
};

static struct audit_row row_of(const struct import_value *v, const char *uid)
{
	return (struct audit_row){
		.organization = uid,
		.seq = v[SEQ].number,
		.at = v[AT].number,
		.run = v[RUN].number,
		.source = v[SOURCE].number,
		.principal = v[PRINCIPAL].text,
		.os_user = v[OS_USER].text,
		.impersonated = v[IMPERSONATED].number,
		.subject = v[SUBJECT].text,
		.action = v[ACTION].text,
		.target = v[TARGET].text,
		.before = v[BEFORE].text,
		.after = v[AFTER].text,
		.code = v[CODE].text,
	};
}

/* It is the line after the last, or the first above a seal. */
static bool follows(const struct import *im, struct import_chain *chain, uint32_t number,
		    int64_t seq)
{
	const uint8_t *seal;

	if (chain->last > 0 || seq == 1)
		return seq == chain->last + 1;
	seal = seal_of(im, number, seq - 1);
	if (seal == NULL)
		return false;
	memcpy(chain->hash, seal, HASH_SIZE);
	return true;
}

static void check_line(struct import *im, const struct import_value *v,
		       struct import_chain *chain)
{
	uint32_t number = (uint32_t)v[ORGANIZATION].number;
	struct audit_row row = row_of(v, im->organizations[number].uid);
	const uint8_t *seal = seal_of(im, number, row.seq);

	if (!follows(im, chain, number, row.seq)) {
		import_problem(im, "seq",
			       "the chain does not verify: line %lld is "
			       "missing",
			       (long long)chain->last + 1);
	} else {
		audit_hash(im->line, &row, chain->hash);
		if (row.seq > chain->sealed &&
		    memcmp(chain->hash, v[HASH].text, HASH_SIZE) != 0)
			import_problem(im, "hash",
				       "the chain does not verify: line %lld "
				       "is not what it was",
				       (long long)row.seq);
	}
	if (seal != NULL && memcmp(seal, v[HASH].text, HASH_SIZE) != 0)
		import_problem(im, "hash",
			       "the chain does not verify: its checkpoint differs");
	memcpy(chain->hash, v[HASH].text, HASH_SIZE);
	chain->last = row.seq;
}

int64_t import_line(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_chain *chain = &im->chains[v[ORGANIZATION].number];

	(void)parent;
	if (!chain->any && !im->chain_lost)
		import_problem(im, "organization", "it has no chain");
	else if (chain->any && im->organizations[v[ORGANIZATION].number].uid != NULL)
		check_line(im, v, chain);
	import_row(im,
		   "INSERT INTO audit (organization_id, seq, at, run_id, source_id,"
		   " principal, os_user, impersonated, subject, action, target, before,"
		   " after, code, hash) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
		   " ?11, ?12, ?13, ?14, ?15, ?16)",
		   0, PART_AUDIT, v, NULL, 0);
	return 0;
}

void import_chains_end(struct import *im)
{
	im->place[0] = export_parts[PART_CHAINS].name;
	im->depth = 0;
	for (uint32_t o = 0; o < im->n[PART_ORGANIZATIONS]; o++) {
		struct import_chain *chain = &im->chains[o];
		const uint8_t *end =
			chain->last ? chain->hash : seal_of(im, o, chain->seq);

		if (chain->any && im->organizations[o].uid != NULL &&
		    (end == NULL || (chain->last != 0 && chain->last != chain->seq) ||
		     memcmp(end, chain->head, HASH_SIZE) != 0))
			import_problem(im, NULL,
				       "the chain of organizations[%u] does not verify: "
				       "its lines do not lead to its head",
				       o);
	}
}

int64_t import_review(struct import *im, const struct import_value *v, int64_t parent)
{
	(void)parent;
	import_row(im,
		   "INSERT INTO review (organization_id, as_of, at, principal_id, people,"
		   " invitations, digest, note) VALUES (?2, ?3, ?4, coalesce(?5,"
		   " (SELECT id FROM principal WHERE kind = 'operator')), ?6, ?7, ?8,"
		   " ?9)",
		   0, PART_REVIEWS, v, NULL, 0);
	return 0;
}
