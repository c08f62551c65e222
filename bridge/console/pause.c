/* SPDX-License-Identifier: MIT */
#include "bridge/console/pause.h"
#include "bridge/console/console_p.h"

static const char *const names[PAUSE_WHATS] = {
	[PAUSE_ALL] = "all",
	[PAUSE_REMOVALS] = "removals",
	[PAUSE_INVITATIONS] = "invitations",
};

const char *pause_name(enum pause_what what)
{
	return names[what];
}

static struct err *stop(struct console *c, int64_t organization, const char *source,
			enum pause_what what, const char *reason)
{
	struct err *err = store_run(
		c->store,
		"INSERT INTO pause (organization_id, source, what, principal_id, reason,"
		" at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
		"nttiti", organization, source, names[what], c->principal_id, reason,
		c->now);

	if (err == NULL && store_changed(c->store) == 0)
		err = err_new(ERR_USAGE, "that is paused already");
	return err;
}

static struct err *go_on(struct console *c, int64_t organization, const char *source,
			 enum pause_what what)
{
	struct err *err = store_run(
		c->store,
		"UPDATE pause SET ended = ?4, ended_by = ?5 WHERE ended IS NULL"
		" AND coalesce(organization_id, 0) = ?1"
		" AND coalesce(source, '') = coalesce(?2, '') AND what = ?3",
		"ittii", organization, source, names[what], c->now, c->principal_id);

	if (err == NULL && store_changed(c->store) == 0)
		err = err_hint(err_new(ERR_USAGE, "that is not paused"),
			       "What is paused, and how, is said by: dirbridge plan"
			       " SOURCE");
	return err;
}

struct err *console_pause(struct console *c, uint32_t organization, const char *source,
			  enum pause_what what, bool resume, const char *reason)
{
	bool all = organization == VIEW_NONE;
	int64_t id = all ? 0 : c->view->organizations[organization].id;
	AUTO_MEM char *action =
		mem_printf(NULL, "%s.%s", source ? "source" : "organization",
			   resume ? "resume" : "pause");
	struct audit_line line = {
		.organization = all ? AUDIT_STORE : organization,
		.subject = VIEW_NONE,
		.action = action,
		.target = source ? source
			  : all  ? "everything"
				 : c->view->organizations[organization].path,
		.before = resume ? names[what] : NULL,
		.after = resume ? NULL : names[what],
		.code = reason,
	};
	struct err *err = all ? console_operates(c) : NULL;

	if (err)
		return err;
	err = resume ? go_on(c, id, source, what) : stop(c, id, source, what, reason);
	return err ? err : audit_write(c, &line);
}

struct err *pause_list(TALLOC_CTX *ctx, struct store *store, struct pause **out,
		       size_t *n)
{
	struct rows *rows;
	size_t capacity = 0;
	bool more = true;
	struct err *err = store_query(store, &rows,
				      "SELECT organization_id, source, what, at, reason"
				      " FROM pause WHERE ended IS NULL ORDER BY id",
				      "");

	*out = NULL;
	*n = 0;
	while (err == NULL) {
		struct pause *p;

		err = rows_next(rows, &more);
		if (err || !more)
			break;
		mem_grow(ctx, *out, *n + 1, &capacity);
		p = &(*out)[(*n)++];
		*p = (struct pause){
			.organization = row_int(rows, 0),
			.source = row_text(rows, 1) ? mem_strdup(ctx, row_text(rows, 1))
						    : NULL,
			.at = row_int(rows, 3),
			.reason = mem_strdup(ctx, row_text(rows, 4)),
		};
		while (strcmp(names[p->what], row_text(rows, 2)) != 0)
			p->what++;
	}
	return err;
}

bool pause_place(const struct view *v, const struct pause *p, uint32_t *place)
{
	*place = VIEW_NONE;
	if (p->organization != 0)
		*place = view_organization_by_id(v, p->organization);
	return p->organization == 0 || *place != VIEW_NONE;
}

bool pause_stops(const struct view *v, const struct pause *p, const char *source,
		 uint32_t scope)
{
	uint32_t place;

	if (!pause_place(v, p, &place))
		return false;
	if (p->source != NULL)
		return place == scope && strcmp(p->source, source) == 0;
	return place == VIEW_NONE || view_is_within(v, place, scope);
}

bool pause_stops_at(const struct view *v, const struct pause *p, uint32_t organization)
{
	uint32_t place;

	return p->source == NULL && pause_place(v, p, &place) &&
	       view_is_within(v, place, organization);
}
