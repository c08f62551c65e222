/* SPDX-License-Identifier: MIT */
#include "bridge/base/digest.h"
#include "bridge/console/import_p.h"

/* ---- roles ---- */

/* The givers of the element that is being read. */
static void begin(struct import *im, uint32_t group, struct span span)
{
	im->giving = (struct import_giving){ .group = group, .span = span };
}

int64_t import_role(struct import *im, const struct import_value *v, int64_t parent)
{
	uint32_t group = (uint32_t)v[0].number;
	struct span span = { v[3].number, v[4].number };

	(void)parent;
	begin(im, group, span);
	import_span(im, span, "role %u %lld %lld", group, (long long)v[1].number,
		    (long long)v[2].number);
	if (!span_within(span, im->groups[group].span))
		import_problem(im, "group", "it is there when that one is not");
	import_row(im,
		   "INSERT INTO role (group_id, role, account_id, valid_from, valid_to)"
		   " VALUES (?2, ?3, ?4, ?5, ?6)",
		   0, PART_ROLES, v, NULL, 0);
	return store_last_id(im->c->store);
}

static void check_scope(struct import *im, const struct import_value *source)
{
	uint32_t home = im->groups[im->giving.group].organization;

	if (!source->none && home != VIEW_NONE && import_is_placed(im, home) &&
	    !import_is_below(im, home, im->sources[source->number].organization))
		import_rule(im, "source", RULE_SOURCE_SCOPE);
}

int64_t import_role_giver(struct import *im, const struct import_value *v, int64_t parent)
{
	struct span span = { v[2].number, v[3].number };

	im->giving.n++;
	im->giving.open += span.to == 0;
	import_span(im, span, "giver %zu %lld", im->n[PART_ROLES],
		    v[0].none ? -1LL : (long long)v[0].number);
	if (!span_within(span, im->giving.span))
		import_problem(im, NULL, "it gives the role when it is not there");
	check_scope(im, &v[0]);
	import_row(im,
		   "INSERT INTO giver (role_id, giver, suspended_until, valid_from,"
		   " valid_to) VALUES (?1, ?2, ?3, ?4, ?5)",
		   parent, PART_ROLE_GIVERS, v, NULL, 0);
	return 0;
}

void import_role_end(struct import *im)
{
	if (im->giving.n == 0)
		import_problem(im, "givers", "nobody gives it");
	else if (im->giving.span.to == 0 && im->giving.open == 0)
		import_problem(im, "givers", "nobody gives it any more");
}

/* ---- mails and invitations ---- */

enum { TOKEN_ID = 16 };

int64_t import_mail(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_thing *mail = &im->mails[im->n[PART_MAILS]];
	uint8_t token[TOKEN_ID];

	(void)parent;
	mail->organization = (uint32_t)v[0].number;
	mail->person = (uint32_t)v[1].number;
	if (v[2].number == 0)
		import_problem(im, "generation", "the first one is 1");
	if (!v[4].none && v[4].number < v[3].number)
		import_problem(im, "sent", "it comes before it was queued");
	random_bytes(token, sizeof token);
	import_row(im,
		   "INSERT INTO mail (organization_id, subject_id, generation, queued,"
		   " sent, mode, token_id) VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8)",
		   0, PART_MAILS, v,
		   (const struct cell[]){ { CELL_BYTES, 0, token, sizeof token } }, 1);
	mail->id = store_last_id(im->c->store);
	return mail->id;
}

enum {
	GROUP,
	ROLE,
	PERSON,
	INVITER,
	MAIL,
	STATE,
	CREATED,
	EXPIRES,
	ENDED,
	ACCOUNT,
	MODE,
	EMAIL
};

static void check_state(struct import *im, const struct import_value *v)
{
	bool pending = strcmp(v[STATE].text, "pending") == 0;

	if (pending != v[ENDED].none)
		import_problem(im, "ended", "it is null as long as it is pending");
	if (!v[ACCOUNT].none && strcmp(v[STATE].text, "accepted") != 0)
		import_problem(im, "account", "only who has accepted has one");
	if (v[EXPIRES].number < v[CREATED].number)
		import_problem(im, "expires", "it ends before it begins");
	if (!v[ENDED].none && v[ENDED].number < v[CREATED].number)
		import_problem(im, "ended", "it ends before it begins");
	im->giving.open = pending;
	if (!pending)
		return;
	if (!im->people[v[PERSON].number].has_email)
		import_problem(im, "person", "nobody is invited without an address");
	if (im->groups[v[GROUP].number].span.to != 0)
		import_problem(im, "group", "nobody is invited into what has ended");
	if (!import_once_f(im, "pending %lld %lld %lld", (long long)v[GROUP].number,
			   (long long)v[ROLE].number, (long long)v[PERSON].number))
		import_rule(im, NULL, RULE_INVITE_DUPLICATE);
}

int64_t import_invitation(struct import *im, const struct import_value *v, int64_t parent)
{
	const struct import_thing *mail = &im->mails[v[MAIL].number];
	uint32_t home = im->groups[v[GROUP].number].organization;

	(void)parent;
	begin(im, (uint32_t)v[GROUP].number, (struct span){ 0 });
	if (mail->organization != VIEW_NONE &&
	    (mail->person != v[PERSON].number ||
	     (home != VIEW_NONE && mail->organization != home)))
		import_problem(im, "mail",
			       "it went to somebody else, or for another "
			       "organization");
	if (!v[EMAIL].none && import_email(im, &v[EMAIL]) == NULL)
		import_problem(im, "email", "it is no e-mail address");
	check_state(im, v);
	import_row(im,
		   "INSERT INTO invitation (group_id, role, subject_id, inviter_id,"
		   " mail_id, state, created, expires, ended, account_id, mode, email,"
		   " name) VALUES (?2, ?3, ?4, coalesce(?5, (SELECT id FROM principal"
		   " WHERE kind = 'operator')), ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
		   0, PART_INVITATIONS, v, NULL, 0);
	return store_last_id(im->c->store);
}

int64_t import_invitation_giver(struct import *im, const struct import_value *v,
				int64_t parent)
{
	im->giving.n++;
	check_scope(im, &v[0]);
	if (v[0].none != (v[1].len == 0))
		import_problem(im, "anchor", "a source has one, a person by hand none");
	import_row(im,
		   "INSERT INTO invitation_giver (invitation_id, giver, anchor)"
		   " VALUES (?1, ?2, ?3)",
		   parent, PART_INVITATION_GIVERS, v, NULL, 0);
	return 0;
}

void import_invitation_end(struct import *im)
{
	if (im->giving.open > 0 && im->giving.n == 0)
		import_problem(im, "givers", "nobody has joined it");
}

/* ---- sources, and what they remember ---- */

int64_t import_source(struct import *im, const struct import_value *v, int64_t parent)
{
	struct import_thing *source = &im->sources[im->n[PART_SOURCES]];
	int64_t n = 0;

	(void)parent;
	source->organization = (uint32_t)v[1].number;
	if (!import_once_f(im, "source %s", v[0].text))
		import_problem(im, "name", "another source has it");
	if (v[2].none != v[3].none || v[2].none != v[4].none)
		import_problem(im, NULL,
			       "what is released is there whole, or not at all");
	if (import_goes_on(im))
		import_done(im,
			    store_number(im->c->store, &n, 0,
					 "SELECT count(*) FROM source WHERE name = ?1",
					 "t", v[0].text));
	if (n != 0)
		import_taken(im, "name", "the store has a source of this name");
	import_row(im,
		   "INSERT INTO source (name, organization_id, released_digest,"
		   " released_config, released_at, retired)"
		   " VALUES (?2, ?3, ?4, ?5, ?6, ?7)",
		   0, PART_SOURCES, v, NULL, 0);
	source->id = store_last_id(im->c->store);
	return source->id;
}

int64_t import_directory(struct import *im, const struct import_value *v, int64_t parent)
{
	if (!import_once_f(im, "directory %zu %s", im->n[PART_SOURCES], v[0].text))
		import_problem(im, "name", "another directory of the source has it");
	import_row(im,
		   "INSERT INTO directory (source_id, name, identity, anchor)"
		   " VALUES (?1, ?2, ?3, ?4)",
		   parent, PART_DIRECTORIES, v, NULL, 0);
	return 0;
}

static void check_anchor(struct import *im, const struct import_value *anchor)
{
	if (anchor->len == 0)
		import_problem(im, "anchor", "it is empty");
}

int64_t import_binding(struct import *im, const struct import_value *v, int64_t parent)
{
	(void)parent;
	check_anchor(im, &v[1]);
	if (!import_once_f(im, "bound %lld %lld", (long long)v[0].number,
			   (long long)v[2].number))
		import_rule(im, "person", RULE_ACCOUNT_BOUND);
	import_row(im,
		   "INSERT INTO binding (source_id, anchor, account_id, since)"
		   " VALUES (?2, ?3, ?4, ?5)",
		   0, PART_BINDINGS, v, NULL, 0);
	return 0;
}

int64_t import_group_binding(struct import *im, const struct import_value *v,
			     int64_t parent)
{
	(void)parent;
	check_anchor(im, &v[1]);
	begin(im, (uint32_t)v[2].number, (struct span){ 0 });
	check_scope(im, &v[0]);
	import_row(im,
		   "INSERT INTO group_binding (source_id, anchor, group_id, name_key)"
		   " VALUES (?2, ?3, ?4, ?5)",
		   0, PART_GROUP_BINDINGS, v, NULL, 0);
	return 0;
}

int64_t import_given(struct import *im, const struct import_value *v, int64_t parent)
{
	(void)parent;
	check_anchor(im, &v[3]);
	begin(im, (uint32_t)v[1].number, (struct span){ 0 });
	check_scope(im, &v[0]);
	import_row(im,
		   "INSERT INTO given (source_id, group_id, role, anchor, state, since,"
		   " until, repeats, wish, email_key, via)"
		   " VALUES (?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
		   0, PART_GIVEN, v, NULL, 0);
	return 0;
}

int64_t import_evidence(struct import *im, const struct import_value *v, int64_t parent)
{
	(void)parent;
	check_anchor(im, &v[1]);
	if (v[4].number < v[3].number)
		import_problem(im, "last", "it comes before the first");
	import_row(im,
		   "INSERT INTO evidence (source_id, anchor, kind, first, last)"
		   " VALUES (?2, ?3, ?4, ?5, ?6)",
		   0, PART_EVIDENCE, v, NULL, 0);
	return 0;
}
