/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "bridge/base/escape.h"
#include "bridge/base/str.h"
#include "bridge/cmd/roster.h"

static bool is_suspended(const struct roster_person *p)
{
	for (size_t i = 0; i < p->n_ways; i++)
		if (!p->ways[i].suspended)
			return false;
	return true;
}

const char *roster_access(const struct roster_person *p)
{
	return p->blocked ? "blocked" : is_suspended(p) ? "suspended" : "with access";
}

const char *review_text(struct cmd *cmd, const struct review *r)
{
	AUTO_MEM char *hex = hex_of(NULL, r->digest, sizeof r->digest);

	return mem_printf(cmd, "signed off by %s at %s: %s, %zu invited, %.16s%s%s",
			  r->by, clock_format_short(cmd, r->at),
			  cmd_count(cmd, (int64_t)r->people, "person"), r->invitations,
			  hex, r->note ? ", " : "", r->note ? r->note : "");
}

json_t *review_json(const struct review *r)
{
	AUTO_MEM char *hex = hex_of(NULL, r->digest, sizeof r->digest);
	json_t *one = cmd_object("by", r->by, "note", r->note, "digest", hex, NULL);

	json_object_set_new(one, "as_of", cmd_stamp(r->as_of));
	json_object_set_new(one, "at", cmd_stamp(r->at));
	json_object_set_new(one, "people", json_integer((json_int_t)r->people));
	json_object_set_new(one, "invitations", json_integer((json_int_t)r->invitations));
	return one;
}

/* ---- for people ---- */

static const char *group_text(TALLOC_CTX *ctx, enum role role, const char *group,
			      bool linked, const char *home)
{
	return mem_printf(ctx, "%s of %s%s%s", role_name(role), group,
			  linked ? ", linked from " : "", linked ? home : "");
}

static const char *way_text(TALLOC_CTX *ctx, const struct roster_way *w)
{
	return w->group ? group_text(ctx, w->role, w->group, w->linked, w->home)
			: "held directly";
}

static const char *claims_text(TALLOC_CTX *ctx, const struct roster_way *w)
{
	struct str *s = str_new(ctx);

	for (size_t i = 0; i < w->n_claims; i++)
		str_addf(s, "%s%s", i > 0 ? ", " : "", w->claims[i]);
	return str_take(ctx, s);
}

static const char *remark(TALLOC_CTX *ctx, const struct roster_person *p, size_t way)
{
	const char *said = p->blocked               ? "blocked"
			   : p->ways[way].suspended ? "suspended"
						    : "";

	if (!p->ways[way].linked || p->elsewhere == NULL)
		return said;
	return mem_printf(ctx, "%s%salso in %s", said, said[0] ? ", " : "", p->elsewhere);
}

static void print_person(struct cmd *cmd, const struct roster_person *p,
			 struct grid *grid)
{
	const char *name = p->email == NULL ? "(service)" : p->name;

	for (size_t i = 0; i < p->n_ways; i++)
		grid_row(grid,
			 i > 0      ? ""
			 : p->email ? p->email
				    : p->name,
			 i > 0 ? "" : name, way_text(cmd, &p->ways[i]),
			 claims_text(cmd, &p->ways[i]), remark(cmd, p, i));
}

static const char *counts(struct cmd *cmd, const struct roster *r)
{
	size_t blocked = 0, suspended = 0;
	struct str *s = str_new(cmd);

	for (size_t i = 0; i < r->n_people; i++) {
		blocked += r->people[i].blocked;
		suspended += !r->people[i].blocked && is_suspended(&r->people[i]);
	}
	str_addf(s, "%zu with access, %zu invited", r->n_people - blocked - suspended,
		 r->n_invitations);
	if (blocked > 0)
		str_addf(s, ", %zu blocked", blocked);
	if (suspended > 0)
		str_addf(s, ", %zu suspended", suspended);
	return str_take(cmd, s);
}

static const char *until_text(TALLOC_CTX *ctx, const struct roster_invitation *i)
{
	return i->mode == INVITE_STAGED
		       ? "staged"
		       : mem_printf(ctx, "until %s%s",
				    clock_format_short(ctx, i->expires),
				    i->mode == INVITE_SILENT ? ", no mail" : "");
}

void roster_text(struct cmd *cmd, const struct roster_page *page)
{
	const struct roster *r = page->roster;
	struct grid *people = grid_new(cmd, 5), *invited = grid_new(cmd, 5);

	cmd_say(cmd, "%s on %s: %s", page->path, clock_format_short(cmd, r->at),
		counts(cmd, r));
	for (size_t i = 0; i < r->n_people; i++)
		print_person(cmd, &r->people[i], people);
	for (size_t i = 0; i < r->n_invitations; i++) {
		const struct roster_invitation *n = &r->invitations[i];

		grid_row(invited, n->email,
			 group_text(cmd, n->role, n->group, n->linked, n->home),
			 mem_printf(cmd, "by %s", n->inviter),
			 cmd_age(cmd, r->at - n->created), until_text(cmd, n));
	}
	grid_print(people, "  ");
	if (r->n_invitations > 0)
		cmd_say(cmd, "invited:");
	grid_print(invited, "  ");
	if (page->signed_off != NULL)
		cmd_say(cmd, "%s", review_text(cmd, page->signed_off));
}

/* ---- for programs ---- */

static json_t *way_json(const struct roster_way *w)
{
	json_t *one = cmd_object("group", w->group, "home", w->home, "role",
				 w->group ? role_name(w->role) : NULL, NULL);
	json_t *claims = json_array();

	for (size_t i = 0; i < w->n_claims; i++)
		json_array_append_new(claims, cmd_text(w->claims[i]));
	json_object_set_new(one, "linked", json_boolean(w->linked));
	json_object_set_new(one, "claims", claims);
	json_object_set_new(one, "owner", json_boolean(w->owner));
	json_object_set_new(one, "suspended", json_boolean(w->suspended));
	json_object_set_new(one, "since", cmd_stamp(w->since));
	return one;
}

static json_t *person_json(const struct roster_person *p)
{
	json_t *one = cmd_object("kind", p->email ? "person" : "service", "email",
				 p->email, "name", p->name, NULL);
	json_t *ways = json_array();

	for (size_t i = 0; i < p->n_ways; i++)
		json_array_append_new(ways, way_json(&p->ways[i]));
	json_object_set_new(one, "blocked", json_boolean(p->blocked));
	json_object_set_new(one, "elsewhere", cmd_text(p->elsewhere));
	json_object_set_new(one, "ways", ways);
	return one;
}

static json_t *invitation_json(const struct roster_invitation *i)
{
	json_t *one = cmd_object("email", i->email, "group", i->group, "home", i->home,
				 "role", role_name(i->role), "inviter", i->inviter, NULL);

	json_object_set_new(one, "linked", json_boolean(i->linked));
	json_object_set_new(one, "created", cmd_stamp(i->created));
	json_object_set_new(one, "expires", cmd_stamp(i->expires));
	json_object_set_new(one, "mode", cmd_text(invite_mode_name(i->mode)));
	return one;
}

void roster_json(struct cmd *cmd, const struct roster_page *page)
{
	const struct roster *r = page->roster;
	json_t *people = json_array(), *invited = json_array();
	json_t *all = cmd_object("organization", page->path, NULL);

	for (size_t i = 0; i < r->n_people; i++)
		json_array_append_new(people, person_json(&r->people[i]));
	for (size_t i = 0; i < r->n_invitations; i++)
		json_array_append_new(invited, invitation_json(&r->invitations[i]));
	json_object_set_new(all, "at", cmd_stamp(r->at));
	json_object_set_new(all, "people", people);
	json_object_set_new(all, "invitations", invited);
	json_object_set_new(all, "signed_off",
			    page->signed_off ? review_json(page->signed_off)
					     : json_null());
	cmd_json(cmd, all);
}

/* ---- as a sheet, and to be kept ---- */

typedef void escape_fn(struct str *out, const char *bytes, size_t len);

static void write_row(struct str *s, escape_fn *escape, const char *const *cells,
		      size_t n)
{
	bool csv = escape == escape_csv;

	for (size_t i = 0; i < n; i++) {
		str_add(s, csv ? (i > 0 ? "," : "") : "| ");
		if (cells[i] != NULL)
			escape(s, cells[i], strlen(cells[i]));
		if (!csv)
			str_add_char(s, ' ');
	}
	str_add(s, csv ? "\r\n" : "|\n");
}

static void write_out(struct str *s)
{
	fwrite(s->text, 1, s->len, stdout);
	mem_free(s);
}

void roster_csv(struct cmd *cmd, const struct roster_page *page)
{
	static const char *const names[] = { "organization", "access",  "email",
					     "name",         "group",   "home",
					     "role",         "claims",  "since",
					     "until",        "inviter", "elsewhere" };
	const struct roster *r = page->roster;
	struct str *s = str_new(cmd);

	write_row(s, escape_csv, names, ARRAY_LEN(names));
	for (size_t i = 0; i < r->n_people; i++)
		for (size_t k = 0; k < r->people[i].n_ways; k++) {
			const struct roster_person *p = &r->people[i];
			const struct roster_way *w = &p->ways[k];

			write_row(s, escape_csv,
				  (const char *[]){
					  page->path,
					  !p->blocked && w->suspended ? "suspended"
								      : roster_access(p),
					  p->email, p->name, w->group, w->home,
					  w->group ? role_name(w->role) : NULL,
					  claims_text(s, w), clock_format(s, w->since),
					  NULL, NULL, w->linked ? p->elsewhere : NULL },
				  ARRAY_LEN(names));
		}
	for (size_t i = 0; i < r->n_invitations; i++) {
		const struct roster_invitation *n = &r->invitations[i];

		write_row(s, escape_csv,
			  (const char *[]){
				  page->path,
				  n->mode == INVITE_STAGED ? "staged" : "invited",
				  n->email, NULL, n->group, n->home, role_name(n->role),
				  NULL, clock_format(s, n->created),
				  n->expires ? clock_format(s, n->expires) : NULL,
				  n->inviter, NULL },
			  ARRAY_LEN(names));
	}
	write_out(s);
}

static void people_markdown(struct cmd *cmd, const struct roster *r, struct str *s)
{
	str_add(s, "| person | name | way in | gives | since | remark |\n"
		   "|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < r->n_people; i++)
		for (size_t k = 0; k < r->people[i].n_ways; k++) {
			const struct roster_person *p = &r->people[i];
			const struct roster_way *w = &p->ways[k];

			write_row(s, escape_markdown,
				  (const char *[]){ p->email ? p->email : p->name,
						    p->email ? p->name : "(service)",
						    way_text(s, w), claims_text(s, w),
						    clock_format_short(s, w->since),
						    remark(cmd, p, k) },
				  6);
		}
}

static void invited_markdown(const struct roster *r, struct str *s)
{
	str_add(s,
		"\n| invited | way in | by | since | until |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < r->n_invitations; i++) {
		const struct roster_invitation *n = &r->invitations[i];

		write_row(s, escape_markdown,
			  (const char *[]){
				  n->email,
				  group_text(s, n->role, n->group, n->linked, n->home),
				  n->inviter, clock_format_short(s, n->created),
				  until_text(s, n) },
			  5);
	}
}

void roster_markdown(struct cmd *cmd, const struct roster_page *page)
{
	const struct roster *r = page->roster;
	struct str *s = str_new(cmd);

	str_add(s, "# Roster of ");
	escape_markdown(s, page->path, strlen(page->path));
	str_addf(s, "\n\nOn %s (UTC): %s.\n\n", clock_format_short(s, r->at),
		 counts(cmd, r));
	people_markdown(cmd, r, s);
	if (r->n_invitations > 0)
		invited_markdown(r, s);
	if (page->signed_off != NULL) {
		const char *text = review_text(cmd, page->signed_off);

		str_add(s, "\n");
		escape_markdown(s, text, strlen(text));
		str_add(s, "\n");
	}
	write_out(s);
}
