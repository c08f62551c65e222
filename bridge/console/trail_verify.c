/* SPDX-License-Identifier: MIT */
#include "bridge/console/trail.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* What a line must be, whoever says so: a checkpoint, or an exported head. */
struct pin {
	int64_t seq;
	uint8_t hash[HASH_SIZE];
	const char *epoch; /* of an exported head; NULL: a checkpoint */
	bool is_upgrade;   /* what is below was hashed in another way */
};

struct pass {
	const struct trail_chain *chain;
	struct trail_verdict *v;
	struct pin *pins; /* by seq */
	size_t n_pins, c_pins, next;
	struct str *scratch;
	char *seal; /* what is on record for the checkpoint where it starts; or NULL */
	uint8_t hash[HASH_SIZE]; /* of the last line */
	int64_t seq;             /* of the last line */
	bool begun;
};

static void fault(struct pass *p, enum trail_fault fault, int64_t seq, int64_t other)
{
	p->v->fault = fault;
	p->v->seq = seq;
	p->v->other = other;
}

/* ---- pins ---- */

static struct pin *add_pin(TALLOC_CTX *ctx, struct pass *p, int64_t seq, const void *hash)
{
	struct pin *pin;

	mem_grow(ctx, p->pins, p->n_pins + 1, &p->c_pins);
	pin = &p->pins[p->n_pins++];
	*pin = (struct pin){ .seq = seq };
	if (hash != NULL)
		memcpy(pin->hash, hash, HASH_SIZE);
	return pin;
}

static int by_seq(const void *a, const void *b)
{
	const struct pin *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

static struct err *load_pins(TALLOC_CTX *ctx, struct pass *p, struct store *store,
			     const struct trail_head *heads, size_t n)
{
	struct rows *rows;
	struct err *err;
	bool more = true;

	err = store_query(store, &rows,
			  "SELECT seq, head, principal = 'upgrade' FROM checkpoint"
			  " WHERE organization_id = ?1 ORDER BY seq",
			  "i", p->chain->organization);
	while (err == NULL) {
		const void *hash;
		size_t len;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		hash = row_blob(rows, 1, &len);
		add_pin(ctx, p, row_int(rows, 0), len == HASH_SIZE ? hash : NULL)
			->is_upgrade = row_int(rows, 2) != 0;
	}
	for (size_t i = 0; i < n; i++) {
		const char *a = heads[i].uid, *b = p->chain->uid;

		if (a == NULL || b == NULL ? a == b : strcmp(a, b) == 0)
			add_pin(ctx, p, heads[i].seq, heads[i].hash)->epoch =
				heads[i].epoch;
	}
	if (p->n_pins > 0)
		qsort(p->pins, p->n_pins, sizeof *p->pins, by_seq);
	return err;
}

/* A checkpoint in the middle, or an exported head. */
static bool meets_pins(struct pass *p)
{
	for (; p->next < p->n_pins && p->pins[p->next].seq <= p->seq; p->next++) {
		const struct pin *pin = &p->pins[p->next];

		if (pin->seq < p->seq) {
			p->v->too_old += pin->epoch != NULL;
			continue;
		}
		if (memcmp(pin->hash, p->hash, HASH_SIZE) != 0) {
			fault(p, pin->epoch ? TRAIL_REBUILT : TRAIL_CHECKPOINT, p->seq,
			      0);
			p->v->epoch = pin->epoch;
			return false;
		}
		p->v->compared += pin->epoch != NULL;
	}
	return true;
}

/* ---- the start ---- */

/* The last checkpoint at this line, or below it when exact is false. */
static const struct pin *checkpoint(const struct pass *p, int64_t seq, bool exact)
{
	const struct pin *found = NULL;

	for (size_t i = 0; i < p->n_pins && p->pins[i].seq <= seq; i++)
		if (p->pins[i].epoch == NULL && (!exact || p->pins[i].seq == seq))
			found = &p->pins[i];
	return found;
}

/* From line 1, or from the checkpoint below what is there. */
static bool begin(struct pass *p, int64_t first)
{
	const struct pin *at = checkpoint(p, first - 1, true);

	p->begun = true;
	for (size_t i = 0; i < p->n_pins; i++)
		if (p->pins[i].is_upgrade)
			p->v->accepted = p->pins[i].seq;
	if (first == 1)
		return true;
	if (at == NULL) {
		at = checkpoint(p, first - 1, false);
		fault(p, TRAIL_MISSING, at ? at->seq + 1 : 1, first - 1);
		return false;
	}
	p->v->start = p->seq = at->seq;
	memcpy(p->hash, at->hash, HASH_SIZE);
	if (!at->is_upgrade)
		p->seal = trail_seal_text(p->scratch, at->seq, at->hash);
	return meets_pins(p);
}

/* ---- one line ---- */

static const char lines[] =
	"SELECT seq, at, run_id, source_id, principal, os_user, impersonated, subject,"
	" action, target, before, after, code, hash FROM audit"
	" WHERE organization_id = ?1 ORDER BY seq";

static bool is_written_as(struct pass *p, const struct audit_row *row, int64_t seq,
			  const uint8_t *before, const uint8_t *stored)
{
	struct audit_row other = *row;
	uint8_t hash[HASH_SIZE] = { 0 };

	if (seq == row->seq || seq < 1 || (seq > 1 && before == NULL))
		return false;
	other.seq = seq;
	if (before != NULL)
		memcpy(hash, before, HASH_SIZE);
	audit_hash(p->scratch, &other, hash);
	return memcmp(hash, stored, HASH_SIZE) == 0;
}

/* Would the line be right in another place? The hash that it follows from is by now at
 * the place before that one, or at that one, or anywhere when lines were shifted by one.
 */
static struct err *find_place(struct pass *p, struct store *store,
			      const struct audit_row *row, const uint8_t *stored)
{
	uint8_t last[HASH_SIZE];
	const uint8_t *before = NULL;
	int64_t at, wrong = row->seq;
	struct rows *rows;
	struct err *err;
	bool more = true;
	size_t len;

	err = store_query(store, &rows,
			  "SELECT seq, hash FROM audit WHERE organization_id = ?1"
			  " ORDER BY seq",
			  "i", p->chain->organization);
	while (err == NULL) {
		const uint8_t *own;

		err = rows_next(rows, &more);
		if (err || !more)
			return err;
		at = row_int(rows, 0);
		own = row_blob(rows, 1, &len);
		if (len != HASH_SIZE)
			continue;
		if (!is_written_as(p, row, at, before, stored) &&
		    !is_written_as(p, row, at, own, stored))
			at = is_written_as(p, row, wrong + 1, own, stored)   ? wrong + 1
			     : is_written_as(p, row, wrong - 1, own, stored) ? wrong - 1
									     : 0;
		if (at != 0) {
			fault(p, TRAIL_MOVED, wrong, at);
			rows_end(rows);
			return NULL;
		}
		memcpy(last, own, HASH_SIZE);
		before = last;
	}
	return err;
}

static bool follows(struct pass *p, const struct audit_row *row, const void *stored,
		    size_t len)
{
	if (len != HASH_SIZE)
		return false;
	if (row->seq <= p->v->accepted)
		memcpy(p->hash, stored, HASH_SIZE);
	else
		audit_hash(p->scratch, row, p->hash);
	return memcmp(p->hash, stored, HASH_SIZE) == 0;
}

/* false: something is wrong with it, which the verdict says. */
static bool check_line(struct pass *p, const struct audit_row *row, const void *stored,
		       size_t len)
{
	if (!p->begun && !begin(p, row->seq))
		return false;
	if (row->seq != p->seq + 1) {
		fault(p, TRAIL_MISSING, p->seq + 1, row->seq - 1);
		return false;
	}
	if (!follows(p, row, stored, len)) {
		fault(p, TRAIL_CHANGED, row->seq, 0);
		return false;
	}
	p->seq = row->seq;
	p->v->lines++;
	if (p->seal != NULL && strcmp(row->action, TRAIL_SEAL) == 0 &&
	    row->after != NULL && strcmp(row->after, p->seal) == 0)
		p->seal = NULL;
	return p->next == p->n_pins || meets_pins(p);
}

/* ---- the end ---- */

static void check_end(struct pass *p)
{
	const struct trail_chain *c = p->chain;
	int64_t last = c->seq;
	const struct pin *end = NULL;

	if (!p->begun && (end = checkpoint(p, INT64_MAX, false)) != NULL) {
		p->v->start = p->seq = end->seq;
		memcpy(p->hash, end->hash, HASH_SIZE);
	}
	if (last == 0 && p->seq == 0 && c->changes > 0)
		last = c->changes;
	if (p->next < p->n_pins && p->pins[p->n_pins - 1].seq > last) {
		p->v->epoch = p->pins[p->n_pins - 1].epoch;
		last = p->pins[p->n_pins - 1].seq;
	}
	if (last > p->seq)
		fault(p, TRAIL_CUT, p->seq + 1, last);
	else if (c->seq != p->seq ||
		 (p->seq > 0 && memcmp(c->head, p->hash, HASH_SIZE) != 0))
		fault(p, TRAIL_HEAD, p->seq, c->seq);
	else if (p->seal != NULL)
		fault(p, TRAIL_UNSEALED, p->v->start, 0);
}

static struct err *check_lines(TALLOC_CTX *ctx, struct pass *p, struct store *store)
{
	struct audit_row row;
	struct rows *rows;
	struct err *err = store_query(store, &rows, lines, "i", p->chain->organization);
	const void *stored;
	bool more = true;
	size_t len;

	while (err == NULL) {
		err = rows_next(rows, &more);
		if (err || !more)
			break;
		audit_row_of(rows, p->chain->uid, &row);
		stored = row_blob(rows, 13, &len);
		if (check_line(p, &row, stored, len))
			continue;
		if (p->v->fault == TRAIL_CHANGED && len == HASH_SIZE)
			err = find_place(p, store, &row, mem_dup(ctx, stored, len));
		rows_end(rows);
		return err;
	}
	if (err == NULL)
		check_end(p);
	return err;
}

struct err *trail_verify(struct store *store, const struct trail_chain *chain,
			 const struct trail_head *heads, size_t n,
			 struct trail_verdict *v)
{
	AUTO_MEM TALLOC_CTX *ctx = mem_ctx(NULL);
	struct pass p = { .chain = chain, .v = v, .scratch = str_new(ctx) };
	struct err *err;

	*v = (struct trail_verdict){ .fault = TRAIL_GOOD };
	err = load_pins(ctx, &p, store, heads, n);
	return err ? err : check_lines(ctx, &p, store);
}

/* ---- in words ---- */

const char *trail_fault_name(enum trail_fault fault)
{
	static const char *const names[TRAIL_FAULTS] = {
		"good", "changed",    "moved",    "missing", "cut",
		"head", "checkpoint", "unsealed", "rebuilt",
	};
	return names[fault];
}

static char *lines_text(TALLOC_CTX *ctx, int64_t from, int64_t to, const char *what)
{
	if (from == to)
		return mem_printf(ctx, "line %" PRId64 " %s", from, what);
	return mem_printf(ctx, "lines %" PRId64 " to %" PRId64 " %s", from, to, what);
}

static char *head_text(TALLOC_CTX *ctx, const struct trail_verdict *v)
{
	if (v->other == v->seq)
		return mem_printf(ctx,
				  "the head is not that of the last line, %" PRId64
				  ": it was changed",
				  v->seq);
	return mem_printf(ctx, "the last line is %" PRId64 ", and the head says %" PRId64,
			  v->seq, v->other);
}

char *trail_verdict_text(TALLOC_CTX *ctx, const struct trail_verdict *v)
{
	bool one = v->seq == v->other;

	switch (v->fault) {
	case TRAIL_CHANGED:
		return mem_printf(ctx,
				  "line %" PRId64 " was changed: its hash does not"
				  " follow from the line before",
				  v->seq);
	case TRAIL_MOVED:
		return mem_printf(ctx,
				  "line %" PRId64 " was written as line %" PRId64
				  ", and moved",
				  v->seq, v->other);
	case TRAIL_MISSING:
		return lines_text(ctx, v->seq, v->other,
				  one ? "is missing" : "are missing");
	case TRAIL_CUT:
		return lines_text(ctx, v->seq, v->other,
				  one ? "is cut off at the end"
				      : "are cut off at the end");
	case TRAIL_HEAD:
		return head_text(ctx, v);
	case TRAIL_CHECKPOINT:
		return mem_printf(ctx,
				  "line %" PRId64 " is not the one that its checkpoint"
				  " has sealed",
				  v->seq);
	case TRAIL_UNSEALED:
		return mem_printf(ctx,
				  "lines 1 to %" PRId64 " were deleted, and no line says"
				  " who sealed them",
				  v->seq);
	case TRAIL_REBUILT:
		return mem_printf(ctx,
				  "line %" PRId64 " is not the one whose head was"
				  " exported: the chain was made anew",
				  v->seq);
	default:
		return mem_strdup(ctx, "good");
	}
}
