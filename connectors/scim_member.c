/* SPDX-License-Identifier: MIT */
#include "connectors/scim_p.h"

#define SAMPLES      10  /* groups or users that a way is tried on */
#define USERS_A_TURN 50  /* asked about between two looks at the sink */
#define ROUND_FROM   100 /* members from which a round number may be a limit */
#define ROUND        50
#define DANGLING_MAX 100

static const char no_such_id[] = "00000000-0000-4000-8000-dirbridge0000";

/* ---- members that are shown ---- */

/* The id at the end of "$ref", of whatever version; NULL when it is of another server. */
static char *id_of_reference(TALLOC_CTX *ctx, const char *reference)
{
	const char *slash = reference ? strrchr(reference, '/') : NULL;
	struct str *s;

	if (slash == NULL || slash[1] == '\0')
		return NULL;
	s = str_new(ctx);
	for (const char *at = slash + 1; *at != '\0' && *at != '?' && *at != '#'; at++) {
		char c = *at;

		if (c == '%' &&
		    hex_read((char[]){ at[1], at[1] ? at[2] : '\0', '\0' }, &c, 1))
			at += 2;
		str_add_char(s, c);
	}
	return strlen(s->text) == s->len && s->len > 0 ? str_take(ctx, s) : NULL;
}

static bool is_foreign(const struct url *base, const char *reference)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct url url;

	return base != NULL &&
	       (!url_resolve(tmp, base, reference, &url) || !url_same_origin(base, &url));
}

static char *id_of_member(TALLOC_CTX *ctx, const struct url *base, json_t *member)
{
	const char *reference;
	char *id;

	if (!json_is_object(member))
		return json_text(ctx, member);
	id = json_text(ctx, json_member(member, "value"));
	reference = json_string_value(json_member(member, "$ref"));
	if ((id != NULL && *id != '\0') || reference == NULL ||
	    is_foreign(base, reference))
		return id != NULL && *id != '\0' ? id : NULL;
	return id_of_reference(ctx, reference);
}

static bool read_members(TALLOC_CTX *ctx, const struct url *base, json_t *group,
			 struct scim_ids *ids)
{
	json_t *members = json_member(group, "members");
	json_t *member;
	size_t i;

	ids->n = 0;
	if (json_is_object(members)) {
		scim_ids_add(ctx, ids, id_of_member(ctx, base, members));
		return ids->list[0] != NULL;
	}
	if (!json_is_array(members))
		return false;
	json_array_foreach(members, i, member)
	{
		char *id = id_of_member(ctx, base, member);

		if (id == NULL)
			return false;
		scim_ids_add(ctx, ids, id);
	}
	return true;
}

bool scim_members_shown(TALLOC_CTX *ctx, json_t *group, struct scim_ids *ids)
{
	return read_members(ctx, NULL, group, ids);
}

static bool shown(const struct session *s, TALLOC_CTX *ctx, json_t *group,
		  struct scim_ids *ids)
{
	return read_members(ctx, &s->base, group, ids);
}

/* ---- from the users ---- */

static struct scim_ids *members_of(struct session *s, const char *group)
{
	struct scim_pull *p = &s->pull;
	uint32_t i;
	char *key;

	if (p->groups == NULL)
		p->groups = table_new(s);
	i = table_get(p->groups, group, strlen(group));
	if (i != TABLE_NONE)
		return &p->members[i];
	key = mem_strdup(p->groups, group);
	i = (uint32_t)p->n_members++;
	table_add(p->groups, key, strlen(key), i);
	mem_grow(s, p->members, p->n_members, &p->members_capacity);
	p->members[i] = (struct scim_ids){ 0 };
	return &p->members[i];
}

static void add_to(struct session *s, const char *group, const char *user)
{
	scim_ids_add(s, members_of(s, group), user);
}

/* Groups that a user is in by another group are that group's matter. */
static bool is_indirect(json_t *group)
{
	const char *type = json_string_value(json_member(group, "type"));

	return type != NULL && strcasecmp(type, "indirect") == 0;
}

void scim_members_of_user(struct session *s, json_t *user)
{
	json_t *groups = json_member(user, "groups");
	char *id = scim_id(s, user);
	json_t *group;
	size_t i;

	if (s->way == WAY_AUTO || s->way == WAY_BY_USER)
		scim_ids_add(s, &s->pull.users, id);
	if (s->way != WAY_AUTO && s->way != WAY_USER)
		return;
	json_array_foreach(groups, i, group)
	{
		char *key = id_of_member(s, &s->base, group);

		if (key != NULL && !is_indirect(group))
			add_to(s, key, id);
	}
}

static struct err *ask_user(struct session *s, const char *user)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct scim_ids groups = { 0 };
	const char *why;
	struct err *err =
		scim_list_ids(s, tmp, "the groups of a user", s->server.paths[SCIM_GROUP],
			      scim_filter(tmp, "members.value", user), &groups, &why);

	if (err == NULL && why != NULL)
		scim_incomplete(s, "%s", why);
	for (size_t i = 0; err == NULL && i < groups.n; i++)
		add_to(s, groups.list[i], user);
	return err;
}

void scim_members_forget(struct session *s)
{
	struct scim_pull *p = &s->pull;

	mem_free(p->groups);
	p->groups = NULL;
	p->users.n = p->n_members = 0;
}

struct err *scim_members_ask_users(struct session *s)
{
	struct scim_pull *p = &s->pull;
	struct err *err = NULL;

	if (s->way != WAY_BY_USER || p->users_asked)
		return NULL;
	p->users_asked = true;
	for (size_t i = 0; err == NULL && i < p->users.n; i++) {
		err = ask_user(s, p->users.list[i]);
		if (err == NULL && i % USERS_A_TURN == USERS_A_TURN - 1) {
			sink_note(s->sink, NOTE_INFO, "the groups of %zu users were read",
				  i + 1);
			err = sink_flush(s->sink);
		}
	}
	return err;
}

/* ---- the choice ---- */

struct question {
	const char *what;
	enum scim_kind kind; /* of what is asked for */
	const char *name;    /* of the filter */
};

static const struct question by_group = { "the users of a group", SCIM_USER,
					  "groups.value" };
static const struct question by_user = { "the groups of a user", SCIM_GROUP,
					 "members.value" };

/* How many it finds; -1 when it cannot be asked. */
static struct err *count_found(struct session *s, const struct question *q,
			       const char *id, int64_t *found)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct scim_ids ids = { 0 };
	const char *why = NULL;
	struct err *err = scim_list_ids(s, tmp, q->what, s->server.paths[q->kind],
					scim_filter(tmp, q->name, id), &ids, &why);

	*found = why != NULL ? -1 : (int64_t)ids.n;
	if (err == NULL || err_class(err) == ERR_LATER)
		return err;
	err_free(err);
	*found = -1;
	return NULL;
}

/* A filter that is understood finds nothing for an id that is not there, and something
 * for one of a few that are. */
static struct err *try_question(struct session *s, const struct question *q,
				const struct scim_ids *ids, bool *works)
{
	int64_t found;
	struct err *err = count_found(s, q, no_such_id, &found);

	*works = false;
	if (err != NULL || found != 0)
		return err;
	for (size_t i = 0; err == NULL && i < ids->n && i < SAMPLES && !*works; i++) {
		err = count_found(s, q, ids->list[i], &found);
		*works = found > 0;
	}
	return err;
}

static struct err *get_group(struct session *s, TALLOC_CTX *ctx, const char *id,
			     json_t **out)
{
	struct scim_reply reply;
	struct err *err = scim_get(s, ctx, scim_path(ctx, s, SCIM_GROUP, id), &reply);

	*out = err == NULL && reply.status == 200 ? reply.json : NULL;
	if (err == NULL && (reply.status == 429 || reply.status >= 500))
		return scim_refused(s, "a group", &reply);
	return err;
}

struct sight {
	bool present, filled;
};

static struct sight look_at(const struct session *s, TALLOC_CTX *ctx, json_t *group)
{
	struct scim_ids ids = { 0 };
	bool present = shown(s, ctx, group, &ids);

	return (struct sight){ present, present && ids.n > 0 };
}

static struct err *choose_by_question(struct session *s, TALLOC_CTX *ctx, json_t *groups)
{
	struct scim_ids ids = { 0 };
	json_t *group;
	bool works;
	size_t i;
	struct err *err;

	json_array_foreach(groups, i, group)
	{
		char *id = scim_id(ctx, group);

		if (id != NULL)
			scim_ids_add(ctx, &ids, id);
	}
	err = try_question(s, &by_group, &ids, &works);
	if (err == NULL && works)
		s->way = WAY_BY_GROUP;
	if (err != NULL || works)
		return err;
	err = try_question(s, &by_user, &s->pull.users, &works);
	if (err == NULL)
		s->way = works ? WAY_BY_USER : WAY_NONE;
	return err;
}

static struct err *choose(struct session *s, TALLOC_CTX *ctx, json_t *groups)
{
	struct sight first = { false, false };
	json_t *group;
	char *id;
	size_t i;
	struct err *err;

	json_array_foreach(groups, i, group)
	{
		struct sight sight = look_at(s, ctx, group);

		first = i == 0 ? sight : first;
		if (sight.filled) {
			s->way = WAY_LIST;
			return NULL;
		}
	}
	if (s->pull.groups != NULL) {
		s->way = WAY_USER;
		return NULL;
	}
	id = scim_id(ctx, json_array_get(groups, 0));
	err = id ? get_group(s, ctx, id, &group) : NULL;
	if (err != NULL || id == NULL)
		return err;
	if (group != NULL && look_at(s, ctx, group).filled)
		s->way = WAY_EACH;
	else if (first.present)
		s->way = WAY_LIST;
	else
		return choose_by_question(s, ctx, groups);
	return NULL;
}

static const char *const ways[] = {
	[WAY_AUTO] = "in no known way",
	[WAY_LIST] = "in the list of groups",
	[WAY_EACH] = "by reading each group",
	[WAY_USER] = "in each user",
	[WAY_BY_GROUP] = "by asking for the users of each group",
	[WAY_BY_USER] = "by asking for the groups of each user",
	[WAY_NONE] = "in no known way",
};

/* A server that ignores the filter of a set way would put everybody into every group. */
static struct err *check_filter(struct session *s)
{
	bool set = s->way == WAY_BY_GROUP || s->way == WAY_BY_USER;
	int64_t found = 0;
	struct err *err = NULL;

	if (!set || s->filter_checked)
		return NULL;
	s->filter_checked = true;
	err = count_found(s, s->way == WAY_BY_GROUP ? &by_group : &by_user, no_such_id,
			  &found);
	if (err != NULL || found <= 0)
		return err;
	s->way = WAY_NONE;
	sink_note(
		s->sink, NOTE_FINDING,
		"the server ignores the filter that asks who is in a group: memberships "
		"stay as they are");
	return NULL;
}

struct err *scim_members_choose(struct session *s, json_t *groups)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct err *err;

	if (json_array_size(groups) == 0)
		return NULL;
	if (s->way != WAY_AUTO)
		return check_filter(s);
	err = choose(s, tmp, groups);
	if (err != NULL)
		return err_wrap(err, "find out who is in the groups");
	sink_note(s->sink, NOTE_INFO, "members of groups are seen %s", ways[s->way]);
	if (s->way == WAY_NONE)
		sink_note(s->sink, NOTE_FINDING,
			  "the server shows nobody who is in a group, in any of five "
			  "ways: memberships stay as they are");
	return NULL;
}

/* ---- one group ---- */

static void copy_ids(TALLOC_CTX *ctx, const struct scim_ids *from, struct scim_ids *to)
{
	to->n = 0;
	for (size_t i = 0; from != NULL && i < from->n; i++)
		scim_ids_add(ctx, to, from->list[i]);
}

static struct err *count_filled(struct session *s, const char *id, int64_t *found)
{
	AUTO_MEM TALLOC_CTX *tmp = mem_ctx(NULL);
	struct scim_ids ids = { 0 };
	const char *why = NULL;
	char *query =
		mem_printf(tmp, "%s%%20and%%20members%%20pr", scim_filter(tmp, "id", id));
	struct err *err = scim_list_ids(s, tmp, "a group", s->server.paths[SCIM_GROUP],
					query, &ids, &why);

	*found = why != NULL ? -1 : (int64_t)ids.n;
	if (err == NULL || err_class(err) == ERR_LATER)
		return err;
	err_free(err);
	*found = -1;
	return NULL;
}

/* A group that shows no members at all is empty only when a filter says so that finds
 * another group, which has some. */
static struct err *prove_empty(struct session *s, const char *id, bool *empty)
{
	int64_t found;
	struct err *err = NULL;

	*empty = false;
	if (s->empty_is_shown == 0 && s->filled != NULL) {
		err = count_filled(s, s->filled, &found);
		s->empty_is_shown = found == 1 ? 1 : -1;
	}
	if (err != NULL || s->empty_is_shown != 1)
		return err;
	err = count_filled(s, id, &found);
	*empty = err == NULL && found == 0;
	return err;
}

static struct err *read_each(struct session *s, TALLOC_CTX *ctx, const char *id,
			     struct scim_ids *ids, const char **why)
{
	json_t *group;
	bool empty;
	struct err *err = get_group(s, ctx, id, &group);

	*why = NULL;
	if (err != NULL || (group != NULL && shown(s, ctx, group, ids)))
		return err;
	ids->n = 0;
	if (group == NULL) {
		*why = "it is listed and cannot be read";
		return NULL;
	}
	if (json_member(group, "members") != NULL) {
		*why = "its members are not shown by id";
		return NULL;
	}
	err = prove_empty(s, id, &empty);
	if (err == NULL && !empty)
		*why = "its members are not shown";
	return err;
}

/* So round a number may be where the server stops. */
static bool looks_cut(size_t n)
{
	return n >= ROUND_FROM && n % ROUND == 0;
}

static struct err *read_listed(struct session *s, TALLOC_CTX *ctx, json_t *group,
			       const char *id, struct scim_ids *ids, const char **why)
{
	struct scim_ids whole = { 0 };
	struct err *err;

	if (shown(s, ctx, group, ids) && !looks_cut(ids->n))
		return NULL;
	if (!looks_cut(ids->n))
		return read_each(s, ctx, id, ids, why);
	err = read_each(s, ctx, id, &whole, why);
	if (err == NULL && *why == NULL && whole.n > ids->n) {
		s->way = WAY_EACH;
		sink_note(s->sink, NOTE_FINDING,
			  "lists of groups show only %zu members of a group: each group "
			  "is read by itself",
			  ids->n);
	}
	if (err == NULL && *why == NULL)
		*ids = whole;
	return err;
}

struct err *scim_members(struct session *s, TALLOC_CTX *ctx, json_t *group,
			 struct scim_ids *ids, const char **why)
{
	char *id = scim_id(ctx, group);
	struct err *err = NULL;
	uint32_t i;

	*why = NULL;
	switch (s->way) {
	case WAY_LIST:
		err = read_listed(s, ctx, group, id, ids, why);
		break;
	case WAY_EACH:
		err = read_each(s, ctx, id, ids, why);
		break;
	case WAY_USER:
	case WAY_BY_USER:
		i = s->pull.groups ? table_get(s->pull.groups, id, strlen(id))
				   : TABLE_NONE;
		copy_ids(ctx, i != TABLE_NONE ? &s->pull.members[i] : NULL, ids);
		break;
	case WAY_BY_GROUP:
		err = scim_list_ids(s, ctx, "the users of a group",
				    s->server.paths[SCIM_USER],
				    scim_filter(ctx, "groups.value", id), ids, why);
		break;
	default:
		*why = "its members are not shown";
	}
	if (err == NULL && *why == NULL && ids->n > 0 && s->filled == NULL)
		s->filled = mem_strdup(s, id);
	return err;
}
