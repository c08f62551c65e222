/* SPDX-License-Identifier: MIT */
#include "tests/scim_fake_p.h"
#include <stdint.h>

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define CROWD_FROM 1000 /* numbers of the users of the crowd */

/* ---- tests/contract/people.ldif ---- */

#define UUID(last) "5d4c0a10-0000-4000-8000-0000000000" last

static const struct {
	const char *id, *user, *name, *emails;
} people[] = {
	{ UUID("a1"), "ada", "Ada Lovelace", "{\"value\":\"ada@example.test\"}" },
	{ UUID("a2"), "bo", "Bo Berg",
	  "{\"value\":\"bo@example.test\"},{\"value\":\"bo.berg@example.test\"}" },
	{ UUID("a3"), "c\\u00e9cile", "C\\u00e9cile Chou",
	  "{\"value\":\"cecile@example.test\"}" },
	{ UUID("a4"), "dee", "Dee Dahl", "" },
	{ UUID("a5"), "eve", "Eve Ek", "{\"value\":\"eve@example.test\"}" },
};

static const struct {
	const char *id, *name;
	const char *members[5];
} teams[] = {
	{ UUID("b1"), "staff", { UUID("a1"), UUID("a2"), UUID("a3"), UUID("a4"), NULL } },
	{ UUID("b2"), "ops", { UUID("a1"), UUID("b1"), NULL } },
};

static void add_person(struct str *s, unsigned n)
{
	str_addf(s,
		 "{\"id\":\"%s\",\"userName\":\"%s\",\"displayName\":\"%s\",\"emails\":"
		 "[%s]}",
		 people[n - 1].id, people[n - 1].user, people[n - 1].name,
		 people[n - 1].emails);
}

static void add_team(struct str *s, unsigned n, bool same)
{
	str_addf(s, "{\"id\":\"%s\",\"displayName\":\"%s\",\"members\":[",
		 same ? people[0].id : teams[n - 1].id, teams[n - 1].name);
	for (size_t i = 0; teams[n - 1].members[i] != NULL; i++)
		str_addf(s, "%s{\"value\":\"%s\"}", i > 0 ? "," : "",
			 teams[n - 1].members[i]);
	str_add(s, "]}");
}

/* ---- what is in the directory ---- */

bool fake_is(const struct client *c, enum scim_defect defect)
{
	return c->w->defect == defect;
}

static void add_id(const struct client *c, struct str *s, bool user, unsigned n)
{
	switch (c->w->ids) {
	case IDS_NUMBERS:
		str_addf(s, "%u", user ? n : 100000 + n);
		break;
	case IDS_ODD:
		str_addf(s, "\"%s/%%41 @\xc3\xa9=%c%u\"", user ? "u" : "g",
			 n % 2 ? 'a' : 'A', (n + 1) / 2);
		break;
	default:
		str_addf(s, user ? "\"user-%03u\"" : "\"group-%u\"", n);
	}
}

char *fake_id(const struct client *c, bool user, unsigned n)
{
	struct str *s = str_new(c->ctx);

	if (c->w->fixture)
		return mem_strdup(c->ctx, user ? people[n - 1].id : teams[n - 1].id);
	add_id(c, s, user, n);
	if (s->text[0] != '"')
		return s->text;
	s->text[s->len - 1] = '\0';
	return s->text + 1;
}

static unsigned group_of(const struct scim_world *w, unsigned user)
{
	return user >= CROWD_FROM ? 1 : user % w->groups + 1;
}

bool fake_is_in(const struct scim_world *w, unsigned user, unsigned group)
{
	return group_of(w, user) == group && user != w->left && user != w->gone &&
	       group != w->emptied;
}

/* The i-th user, counting from 0, the crowd last; 0 behind the last. */
unsigned fake_user_at(const struct scim_world *w, unsigned i)
{
	unsigned n = i + 1;

	if (w->fixture)
		return i < ARRAY_LEN(people) ? n : 0;
	if (w->gone > 0 && n >= w->gone)
		n++;
	if (n <= w->users)
		return n;
	n -= w->users + 1;
	return n < w->crowd ? CROWD_FROM + n : 0;
}

unsigned fake_group_at(const struct scim_world *w, unsigned i)
{
	unsigned n = w->fixture ? (unsigned)ARRAY_LEN(teams) : w->groups;

	return i < n ? i + 1 : 0;
}

/* ---- resources ---- */

static void add_member(const struct client *c, struct str *s, bool user, unsigned n)
{
	const char *kind = user ? "Users" : "Groups";
	char *id = fake_id(c, user, n);

	str_add(s, s->text[s->len - 1] == '[' ? "{" : ",{");
	if (fake_is(c, SCIM_MEMBERS_NAMED_ONLY))
		str_addf(s, "\"display\":\"User %u\"", n);
	else if (fake_is(c, SCIM_MEMBERS_BY_OTHER_NAMES))
		str_addf(s, "\"value\":\"u%u@contoso.example\"", n);
	else if (fake_is(c, SCIM_MEMBERS_BY_REFERENCE))
		str_addf(s, "\"$ref\":\"%s/%s/%s\"", c->fake->url, kind, id);
	else if (fake_is(c, SCIM_REFERENCE_RELATIVE))
		str_addf(s, "\"$ref\":\"../v1/%s/%s\",\"type\":null", kind, id);
	else if (fake_is(c, SCIM_REFERENCE_OF_OTHER_HOST))
		str_addf(s, "\"$ref\":\"https://other.example/%s/%s\"", kind, id);
	else {
		str_add(s, "\"value\":");
		add_id(c, s, user, n);
		str_addf(s, ",\"$ref\":null,\"display\":\"%u\"", n);
	}
	str_add(s, "}");
}

static void add_members(const struct client *c, struct str *s, unsigned group, bool alone)
{
	unsigned most = fake_is(c, SCIM_MEMBERS_CUT) && !alone ? 100 : UINT32_MAX, n = 0;

	if (fake_is(c, SCIM_LIKE_AWS)) {
		str_add(s, ",\"members\":[]");
		return;
	}
	if (fake_is(c, SCIM_MEMBERS_ABSENT) || fake_is(c, SCIM_LIKE_ENTRA) ||
	    fake_is(c, SCIM_MEMBERS_IN_USERS) || fake_is(c, SCIM_MEMBERS_BY_GROUP) ||
	    fake_is(c, SCIM_MEMBERS_BY_USER) ||
	    (fake_is(c, SCIM_MEMBERS_IN_EACH_GROUP) && !alone) ||
	    (fake_is(c, SCIM_EMPTY_NOT_SHOWN) && group == c->w->emptied))
		return;
	if (fake_is(c, SCIM_MEMBERS_NULL)) {
		str_add(s, ",\"members\":null");
		return;
	}
	str_add(s, ",\"members\":[");
	for (unsigned i = 0, user; (user = fake_user_at(c->w, i)) != 0 && n < most; i++)
		if (fake_is_in(c->w, user, group)) {
			add_member(c, s, true, user);
			n++;
		}
	if (c->w->nested && group == c->w->groups)
		add_member(c, s, false, 1);
	if (group == c->w->dangling)
		str_addf(s, "%s{\"value\":\"nobody-at-all\"}",
			 s->text[s->len - 1] == '[' ? "" : ",");
	str_add(s, "]");
}

void fake_add_group(const struct client *c, struct str *s, unsigned n, bool alone)
{
	if (c->w->fixture) {
		add_team(s, n, c->w->same_ids);
		return;
	}
	str_add(s,
		"{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],\"id\":");
	add_id(c, s, false, n);
	str_addf(s, ",\"displayName\":\"Group %u\"", n);
	add_members(c, s, n, alone);
	str_add(s, "}");
}

static void add_emails(const struct client *c, struct str *s, unsigned n)
{
	bool object = fake_is(c, SCIM_EMAILS_AS_OBJECT);
	const char *yes = fake_is(c, SCIM_BOOLEANS_AS_TEXT) ? "\"True\"" : "true";

	str_addf(s,
		 ",\"emails\":%s{\"value\":\"u%u@contoso.example\",\"type\":\"work\","
		 "\"primary\":%s}%s",
		 object ? "" : "[{\"value\":\"private@example.net\",\"type\":\"home\"},",
		 n, yes, object ? "" : "]");
}

static void add_extension(const struct client *c, struct str *s)
{
	if (fake_is(c, SCIM_EXTENSION_INLINED))
		str_add(s, ",\"department\":\"Tours\"");
	else
		str_add(s, ",\"" ENTERPRISE "\":{\"department\":\"Tours\"}");
}

void fake_add_user(const struct client *c, struct str *s, unsigned n)
{
	bool active = n != c->w->disabled;

	if (c->w->fixture) {
		add_person(s, n);
		return;
	}
	if (fake_is(c, SCIM_PLACEHOLDER)) {
		str_add(s, "{\"id\":\"placeholder\",\"userName\":\"placeholder\"}");
		return;
	}

	str_add(s, "{");
	if (!fake_is(c, SCIM_SCHEMAS_MISSING))
		str_add(s, "\"schemas\":[\"" ENTERPRISE
			   "\",\"urn:ietf:params:scim:schemas:core:2.0:User\"],");
	if (!(fake_is(c, SCIM_ROW_WITHOUT_ID) && n == 4)) {
		str_add(s, "\"id\":");
		add_id(c, s, true, n);
		str_add(s, ",");
	}
	str_addf(s,
		 "\"userName\":\"u%u\",\"displayName\":\"User "
		 "%u\",\"name\":{\"familyName\":"
		 "\"%u\"},\"externalId\":null,\"active\":",
		 n, n, n);
	if (fake_is(c, SCIM_BOOLEANS_AS_TEXT))
		str_add(s, active ? "\"True\"" : "\"False\"");
	else
		str_add(s, active ? "true" : "false");
	if (fake_is(c, SCIM_KEYS_TWICE))
		str_add(s, ",\"Active\":true");
	if (fake_is(c, SCIM_DATES_ODD))
		str_add(s, ",\"meta\":{\"created\":\"2026-11-24T10:00:00.1234567\","
			   "\"lastModified\":1764000000}");
	if (fake_is(c, SCIM_MEMBERS_IN_USERS) && n != c->w->left) {
		str_add(s, ",\"groups\":[{\"value\":");
		add_id(c, s, false, group_of(c->w, n));
		str_add(s, ",\"type\":\"direct\"}]");
	}
	add_emails(c, s, n);
	add_extension(c, s);
	str_add(s, "}");
}
