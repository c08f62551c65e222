/* SPDX-License-Identifier: MIT */
#include "bridge/console/life.h"
#include "bridge/console/console_p.h"

static const char *text_of(TALLOC_CTX *ctx, const struct rows *rows, int column)
{
	const char *text = row_text(rows, column);

	return text ? mem_strdup(ctx, text) : NULL;
}

struct err *life_find(TALLOC_CTX *ctx, struct store *store, const char *name,
		      struct source_life *out)
{
	struct rows *rows;
	bool more = false;
	struct err *err = store_query(
		store, &rows,
		"SELECT s.id, o.uid, (SELECT p.name FROM run r JOIN principal p"
		" ON p.id = r.principal_id WHERE r.source_id = s.id"
		" ORDER BY r.id DESC LIMIT 1)"
		" FROM source s JOIN organization o ON o.id = s.organization_id"
		" WHERE s.name = ?1 AND s.retired IS NULL",
		"t", name);

	*out = (struct source_life){ .name = name };
	if (err == NULL)
		err = rows_next(rows, &more);
	if (err || !more)
		return err;
	out->id = row_int(rows, 0);
	out->place = text_of(ctx, rows, 1);
	out->service = text_of(ctx, rows, 2);
	rows_end(rows);
	return NULL;
}

struct err *life_enter(const struct console *c, const struct source_life *life,
		       uint32_t *organization)
{
	struct err *err = NULL;

	if (life->id != 0)
		err = console_organization(c, life->place, organization);
	if (life->id != 0 && (err == NULL || err_class(err) != ERR_REFUSED))
		return err;
	err_free(err);
	return err_hint(
		err_refused("org-isolated",
			    "org-isolated: \"%s\" owns no organization of a source"
			    " \"%s\"",
			    c->principal.name, life->name),
		"Only what was applied before is remembered. Check the name, or"
		" act as somebody who owns its organization (--as).");
}

static struct err *take_name(struct console *c, uint32_t organization,
			     const struct source_life *life, const char *name)
{
	int64_t taken;
	struct err *err =
		store_number(c->store, &taken, 0,
			     "SELECT count(*) FROM source WHERE name = ?1", "t", name);

	if (err)
		return err;
	if (taken != 0)
		return err_new(ERR_USAGE, "the name \"%s\" is taken in this store", name);
	err = store_run(c->store, "UPDATE source SET name = ?2 WHERE id = ?1", "it",
			life->id, name);
	if (err)
		return err;
	c->source = life->id;
	return store_run(c->store,
			 "UPDATE pause SET source = ?3 WHERE source = ?2"
			 " AND organization_id = ?1 AND ended IS NULL",
			 "itt", c->view->organizations[organization].id, life->name,
			 name);
}

struct err *life_rename(struct console *c, uint32_t organization,
			const struct source_life *life, const char *name,
			const char *reason)
{
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = "source.rename",
		.target = name,
		.before = life->name,
		.after = name,
		.code = reason,
	};
	struct err *err = take_name(c, organization, life, name);

	return err ? err : audit_write(c, &line);
}

/* ---- another directory ---- */

static struct err *move_rows(struct console *c, int64_t source, const struct value *from,
			     const struct value *to)
{
	static const char *const steps[] = {
		("UPDATE given SET anchor = ?3, via = NULL WHERE source_id = ?1"
		 " AND anchor = ?2"),
		"UPDATE binding SET anchor = ?3 WHERE source_id = ?1 AND anchor = ?2",
		("UPDATE invitation_giver SET anchor = ?3 WHERE giver = ?1"
		 " AND anchor = ?2"),
	};
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < ARRAY_LEN(steps); i++)
		err = store_run(c->store, steps[i], "ibb", source, from->bytes, from->len,
				to->bytes, to->len);
	return err;
}

/* By way of anchors that no directory has: one person's new anchor may be another's old
 * one. */
static struct err *move_all(struct console *c, int64_t source,
			    const struct life_move *moves, size_t n)
{
	struct err *err = NULL;

	for (int step = 0; step < 2; step++) {
		for (size_t i = 0; err == NULL && i < n; i++) {
			AUTO_MEM char *text = mem_printf(NULL, "moving to %zu", i);
			const struct value between = { text, strlen(text) + 1 };

			err = move_rows(c, source, step ? &between : &moves[i].from,
					step ? &moves[i].to : &between);
		}
	}
	return err;
}

static struct err *run_steps(struct console *c, int64_t source, const char *const *steps,
			     size_t n)
{
	struct err *err = NULL;

	for (size_t i = 0; err == NULL && i < n; i++)
		err = store_run(c->store, steps[i], "i", source);
	return err;
}

/* What was seen of its directory, and what was decided about that. */
static struct err *forget_directory(struct console *c, int64_t source)
{
	static const char *const steps[] = {
		"DELETE FROM group_binding WHERE source_id = ?1",
		"DELETE FROM mirror WHERE source_id = ?1",
		"DELETE FROM directory WHERE source_id = ?1",
		"DELETE FROM part WHERE source_id = ?1",
		"DELETE FROM evidence WHERE source_id = ?1",
		"DELETE FROM held WHERE source_id = ?1",
		"DELETE FROM decision WHERE source_id = ?1",
		"DELETE FROM announced WHERE source_id = ?1",
		("UPDATE source SET released_digest = NULL, released_config = NULL,"
		 " released_at = NULL, reconciled_changes = NULL, due = NULL"
		 " WHERE id = ?1"),
	};

	return run_steps(c, source, steps, ARRAY_LEN(steps));
}

struct err *life_replace(struct console *c, uint32_t organization,
			 const struct source_life *life, const char *name,
			 const struct life_move *moves, size_t n, const char *reason)
{
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = "source.replace",
		.target = name,
		.before = life->name,
		.after = name,
		.code = reason,
	};
	struct err *err = take_name(c, organization, life, name);

	if (err == NULL)
		err = move_all(c, life->id, moves, n);
	if (err == NULL)
		err = forget_directory(c, life->id);
	return err ? err : audit_write(c, &line);
}

/* ---- the end ---- */

static struct err *forget_all(struct console *c, int64_t source)
{
	static const char *const steps[] = {
		"DELETE FROM given WHERE source_id = ?1",
		"DELETE FROM binding WHERE source_id = ?1",
	};
	struct err *err = run_steps(c, source, steps, ARRAY_LEN(steps));

	return err ? err : forget_directory(c, source);
}

struct err *life_forget(struct console *c, uint32_t organization,
			const struct source_life *life, const char *how,
			const char *reason)
{
	AUTO_MEM char *uid = uid_new(NULL);
	AUTO_MEM char *name = mem_printf(NULL, "%s (retired %s)", life->name, uid);
	struct audit_line line = {
		.organization = organization,
		.subject = VIEW_NONE,
		.action = "source.retire",
		.target = life->name,
		.after = how,
		.code = reason,
	};
	struct err *err = forget_all(c, life->id);

	if (err == NULL)
		err = store_run(c->store,
				"UPDATE source SET name = ?2, retired = ?3 WHERE id = ?1",
				"iti", life->id, name, c->now);
	if (err == NULL)
		err = store_run(c->store,
				"UPDATE pause SET ended = ?3, ended_by = ?4"
				" WHERE source = ?2 AND organization_id = ?1"
				" AND ended IS NULL",
				"itii", c->view->organizations[organization].id,
				life->name, c->now, c->principal_id);
	c->source = life->id;
	return err ? err : audit_write(c, &line);
}
