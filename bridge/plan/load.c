/* SPDX-License-Identifier: MIT */
#include "bridge/plan/save_p.h"
#include <jansson.h>
#include <stdlib.h>

/* A file as it is read, line by line. */
struct reading {
	FILE *in;
	const char *path;
	char *line; /* malloc'ed by getline() */
	size_t size;
	ssize_t len; /* without the line end; -1 at the end */
	size_t number;
	json_t *object;
	bool bad; /* something in the object is not as it was written */
	struct plan_saved *to;
};

static struct err *no_plan(const struct reading *r, const char *why)
{
	return err_hint(err_new(ERR_CONFIG, "\"%s\" is no saved plan: %s", r->path, why),
			"Make one: dirbridge plan SOURCE -o FILE");
}

static struct err *edited(const struct reading *r)
{
	return err_hint(err_refused("plan-edited",
				    "plan-edited: \"%s\" is not as it was saved",
				    r->path),
			"Nothing was changed. Plan again; what a person wants otherwise"
			" belongs into the console or the configuration.");
}

static bool next_line(struct reading *r)
{
	r->len = getline(&r->line, &r->size, r->in);
	if (r->len <= 0 || r->len > PLAN_LINE_MAX || r->line[r->len - 1] != '\n')
		return false;
	r->line[--r->len] = '\0';
	r->number++;
	return true;
}

static void next_object(struct reading *r)
{
	json_decref(r->object);
	r->object = NULL;
	if (next_line(r))
		r->object =
			json_loadb(r->line, (size_t)r->len, JSON_REJECT_DUPLICATES, NULL);
	r->bad |= !json_is_object(r->object);
}

/* ---- values ---- */

static int64_t number(struct reading *r, const char *name, int64_t max)
{
	json_t *value = json_object_get(r->object, name);
	int64_t n = json_integer_value(value);

	if (value == NULL)
		return 0;
	if (json_is_integer(value) && n >= 0 && n <= max)
		return n;
	r->bad = true;
	return 0;
}

static bool flag(struct reading *r, const char *name)
{
	json_t *value = json_object_get(r->object, name);

	r->bad |= value != NULL && !json_is_true(value);
	return value != NULL;
}

static const char *text(struct reading *r, const char *name)
{
	json_t *value = json_object_get(r->object, name);

	r->bad |= value != NULL && !json_is_string(value);
	return json_is_string(value) ? mem_strdup(r->to, json_string_value(value)) : NULL;
}

static struct value bytes(struct reading *r, const char *name, size_t max)
{
	const char *hex = json_string_value(json_object_get(r->object, name));
	size_t len = hex ? strlen(hex) / 2 : 0;
	uint8_t *out;

	if (len == 0)
		return (struct value){ NULL, 0 };
	out = mem_array(r->to, uint8_t, len);
	if (len <= max && hex_read(hex, out, len))
		return (struct value){ (const char *)out, len };
	r->bad = true;
	return (struct value){ NULL, 0 };
}

static void digest(struct reading *r, const char *name, struct digest *out)
{
	const char *hex = json_string_value(json_object_get(r->object, name));

	if (hex == NULL || !hex_read(hex, out->bytes, DIGEST_SIZE))
		r->bad = true;
}

/* The number of a word: name_of(0) to name_of(n - 1). */
static uint8_t word(struct reading *r, const char *name, const char *(*name_of)(int),
		    int n)
{
	const char *found = json_string_value(json_object_get(r->object, name));

	if (found == NULL)
		return 0;
	for (int i = 0; i < n; i++)
		if (strcmp(name_of(i), found) == 0)
			return (uint8_t)i;
	r->bad = true;
	return 0;
}

static uint32_t index_below(struct reading *r, const char *name, size_t n)
{
	int64_t one_up = number(r, name, (int64_t)n);

	return one_up == 0 ? PLAN_NONE : (uint32_t)(one_up - 1);
}

static const char *verdict_of(int i)
{
	return verdict_name((enum verdict)i);
}

static const char *rule_of(int i)
{
	return i == RULE_NONE ? "" : rule_code((enum rule)i);
}

static const char *reason_of(int i)
{
	return reason_code((enum reason)i);
}

static const char *role_of(int i)
{
	return role_name((enum role)i);
}

static const char *given_of(int i)
{
	return given_name((enum given_state)i);
}

static const char *console_of(int i)
{
	return console_state_name((enum console_state)i);
}

static const char *mode_of(int i)
{
	return invite_mode_name((enum invite_mode)i);
}

static const char *evidence_of(int i)
{
	return i == EVIDENCE_NONE ? "" : evidence_name((enum evidence_kind)i);
}

/* ---- lines ---- */

static void read_directories(struct reading *r)
{
	struct pull_facts *facts = &r->to->plan->pull;
	json_t *header = r->object, *all = json_object_get(header, "directories");
	size_t n = json_array_size(all);

	facts->directories = mem_array(r->to, struct pull_directory, n);
	facts->n_directories = n;
	r->bad |= all != NULL && !json_is_array(all);
	for (size_t i = 0; i < n; i++) {
		struct pull_directory *d = &facts->directories[i];

		r->object = json_array_get(all, i);
		d->name = text(r, "name");
		d->identity = text(r, "identity");
		d->anchor = text(r, "anchor");
		d->complete = flag(r, "complete");
		d->why = text(r, "why");
		d->read = (uint32_t)number(r, "read", UINT32_MAX);
		d->pages = (uint32_t)number(r, "pages", UINT32_MAX);
		r->bad |= d->name == NULL || (d->identity != NULL && d->anchor == NULL);
	}
	r->object = header;
}

static void read_changed(struct reading *r)
{
	struct plan_changed *changed = mem_new(r->to, struct plan_changed);

	changed->n_settings = (size_t)number(r, "changed_settings", UINT32_MAX - 1);
	changed->n_grants = (size_t)number(r, "changed_grants", UINT32_MAX - 1);
	r->to->plan->changed = changed;
}

static const char *move_of(int i)
{
	return plan_move_name((enum plan_move)i);
}

static void read_changed_setting(struct reading *r, size_t i)
{
	struct plan_changed_setting *s = &r->to->changed_settings[i];

	s->name = text(r, "name");
	s->before = text(r, "before");
	s->after = text(r, "after");
	r->bad |= s->name == NULL;
}

static void read_changed_grant(struct reading *r, size_t i)
{
	struct plan_changed_grant *g = &r->to->changed_grants[i];

	*g = (struct plan_changed_grant){
		.move = (enum plan_move)word(r, "move", move_of, PLAN_MOVES),
		.anchor = bytes(r, "anchor", ENTRY_ANCHOR_MAX),
		.who = text(r, "who"),
		.organization = text(r, "organization"),
		.group = text(r, "name"),
		.group_key = text(r, "key"),
		.role = (enum role)word(r, "role", role_of, ROLES),
		.added = flag(r, "added"),
	};
	r->bad |= g->who == NULL || g->organization == NULL || g->group == NULL ||
		  g->group_key == NULL;
}

static void read_header(struct reading *r)
{
	struct plan *plan = r->to->plan;

	plan->source = text(r, "source");
	plan->organization = text(r, "organization");
	plan->source_id = number(r, "source_id", INT64_MAX);
	digest(r, "config", &plan->config);
	digest(r, "plan", &plan->digest);
	plan->now = number(r, "now", INT64_MAX);
	plan->invitations =
		(enum invite_mode)word(r, "invitations", mode_of, INVITE_MODES);
	plan->first = flag(r, "first");
	plan->suspect = flag(r, "suspect");
	plan->pull.complete = flag(r, "complete");
	plan->pull.people = (uint32_t)number(r, "people", UINT32_MAX);
	plan->pull.groups = (uint32_t)number(r, "directory_groups", UINT32_MAX);
	read_directories(r);
	plan->budgets[BUDGET_PEOPLE].limit = (uint32_t)number(r, "limit", UINT32_MAX);
	plan->n_groups = (uint32_t)number(r, "groups", UINT32_MAX - 1);
	plan->n_persons = (uint32_t)number(r, "persons", UINT32_MAX - 1);
	plan->n_operations = (size_t)number(r, "operations", UINT32_MAX - 1);
	if (flag(r, "changed"))
		read_changed(r);
	r->bad |= plan->source == NULL || plan->organization == NULL;
}

static void read_group(struct reading *r, size_t i)
{
	struct plan_group *g = &r->to->plan->groups[i];

	*g = (struct plan_group){
		.organization = text(r, "organization"),
		.name = text(r, "name"),
		.name_key = text(r, "key"),
		.feeder = bytes(r, "feeder", ENTRY_ANCHOR_MAX),
		.bind = flag(r, "bind"),
		.allow_owner_claim = flag(r, "allow_owner_claim"),
		.members = (uint32_t)number(r, "members", UINT32_MAX),
		.owners = (uint32_t)number(r, "owners", UINT32_MAX),
		.had = (uint32_t)number(r, "had", UINT32_MAX),
		.view_organization = VIEW_NONE,
		.view = VIEW_NONE,
	};
	r->to->organizations[i] = number(r, "organization_id", INT64_MAX);
	r->to->groups[i] = number(r, "id", INT64_MAX);
	r->bad |= g->organization == NULL || g->name == NULL || g->name_key == NULL;
}

static void read_person(struct reading *r, size_t i)
{
	struct plan_person *p = &r->to->plan->persons[i];

	*p = (struct plan_person){
		.anchor = bytes(r, "anchor", ENTRY_ANCHOR_MAX),
		.email = text(r, "email"),
		.email_key = text(r, "email_key"),
		.name = text(r, "name"),
		.who = text(r, "who"),
		.why = text(r, "why"),
		.bind = flag(r, "bind"),
		.had = (uint32_t)number(r, "had", UINT32_MAX),
		.account = VIEW_NONE,
		.view_email = VIEW_NONE,
	};
	r->to->accounts[i] = number(r, "account", INT64_MAX);
	r->bad |= p->anchor.len == 0 || (p->bind && r->to->accounts[i] == 0);
}

static void read_evidence(struct reading *r, const struct operation *op)
{
	struct plan_saved *to = r->to;
	uint8_t kind = word(r, "evidence", evidence_of, EVIDENCE_KINDS);

	if (kind == EVIDENCE_NONE || op->person == PLAN_NONE)
		return;
	to->evidence[to->n_evidence++] = (struct evidence){
		.anchor = to->plan->persons[op->person].anchor,
		.kind = (enum evidence_kind)kind,
		.first = number(r, "evidence_first", INT64_MAX),
		.last = number(r, "evidence_last", INT64_MAX),
	};
}

/* What carrying it out takes for granted. */
static bool is_whole(const struct operation *op)
{
	bool group = op->kind <= OPERATION_GROUP_RENAME;

	if (op->hand && op->kind != OPERATION_JOIN && op->kind != OPERATION_REVOKE &&
	    op->kind != OPERATION_LEAVE)
		return false;
	if (op->verdict != VERDICT_DO && op->verdict != VERDICT_HOLD)
		return true;
	if (op->kind >= OPERATION_KEEP)
		return op->verdict != VERDICT_DO;
	return op->group != PLAN_NONE && (group || op->person != PLAN_NONE);
}

static void read_operation(struct reading *r, size_t i)
{
	struct plan_saved *to = r->to;
	struct operation *op = &to->plan->operations[i];

	*op = (struct operation){
		.kind = (uint8_t)number(r, "kind", OPERATIONS - 1),
		.verdict = word(r, "verdict", verdict_of, VERDICTS),
		.rule = word(r, "rule", rule_of, RULES),
		.reason = word(r, "reason", reason_of, REASONS),
		.guard = word(r, "guard", reason_of, REASONS),
		.row = (uint8_t)number(r, "row", UINT8_MAX),
		.role = word(r, "role", role_of, ROLES),
		.given = word(r, "given", given_of, GIVEN_STATES),
		.console = word(r, "console", console_of, CONSOLE_STATES),
		.after = word(r, "after", given_of, GIVEN_STATES),
		.repeats = (uint8_t)number(r, "repeats", UINT8_MAX),
		.hand = flag(r, "hand"),
		.changed = flag(r, "changed"),
		.group = index_below(r, "group", to->plan->n_groups),
		.person = index_below(r, "person", to->plan->n_persons),
		.other = index_below(r, "other", to->plan->n_persons),
		.grant = (uint32_t)i,
		.until = number(r, "until", INT64_MAX),
		.email_key = text(r, "email_key"),
	};
	digest(r, "id", &op->id);
	to->vias[i] = bytes(r, "via", VIA_MAX);
	to->because[i] = text(r, "because");
	read_evidence(r, op);
	r->bad |= !is_whole(op);
}

/* No count of a header makes room before its lines are there. */
static void read_lines(struct reading *r, size_t n,
		       void (*read)(struct reading *, size_t),
		       void (*room)(struct plan_saved *, size_t, size_t *))
{
	size_t capacity = 0;

	for (size_t i = 0; !r->bad && i < n; i++) {
		next_object(r);
		room(r->to, i + 1, &capacity);
		if (!r->bad)
			read(r, i);
	}
}

static void room_for_groups(struct plan_saved *to, size_t n, size_t *capacity)
{
	size_t same = *capacity, too = *capacity;

	mem_grow(to, to->plan->groups, n, capacity);
	mem_grow(to, to->organizations, n, &same);
	mem_grow(to, to->groups, n, &too);
}

static void room_for_persons(struct plan_saved *to, size_t n, size_t *capacity)
{
	size_t same = *capacity;

	mem_grow(to, to->plan->persons, n, capacity);
	mem_grow(to, to->accounts, n, &same);
}

static void room_for_operations(struct plan_saved *to, size_t n, size_t *capacity)
{
	size_t same = *capacity, too = *capacity, three = *capacity;

	mem_grow(to, to->plan->operations, n, capacity);
	mem_grow(to, to->vias, n, &same);
	mem_grow(to, to->because, n, &too);
	mem_grow(to, to->evidence, n, &three);
}

static void room_for_changed_settings(struct plan_saved *to, size_t n, size_t *capacity)
{
	mem_grow(to, to->changed_settings, n, capacity);
}

static void room_for_changed_grants(struct plan_saved *to, size_t n, size_t *capacity)
{
	mem_grow(to, to->changed_grants, n, capacity);
}

static void read_changes(struct reading *r)
{
	struct plan_changed *changed = r->to->plan->changed;

	if (r->bad || changed == NULL)
		return;
	read_lines(r, changed->n_settings, read_changed_setting,
		   room_for_changed_settings);
	read_lines(r, changed->n_grants, read_changed_grant, room_for_changed_grants);
	changed->settings = r->to->changed_settings;
	changed->grants = r->to->changed_grants;
}

static char *explain(TALLOC_CTX *ctx, const struct plan *plan, uint32_t grant)
{
	const struct plan_saved *saved = plan->explain_data;
	const char *because = saved->because[grant];

	return mem_strdup(ctx, because ? because : reason_text(REASON_WANTED));
}

static void read_all(struct reading *r)
{
	struct plan *plan = r->to->plan;

	next_object(r);
	if (!r->bad)
		read_header(r);
	read_lines(r, plan->n_groups, read_group, room_for_groups);
	read_lines(r, plan->n_persons, read_person, room_for_persons);
	read_lines(r, plan->n_operations, read_operation, room_for_operations);
	read_changes(r);
	next_object(r);
	r->bad |= json_object_get(r->object, "seal") == NULL;
	r->bad |= next_line(r);
	plan->explain = explain;
	plan->explain_data = r->to;
}

/* ---- whose it is ---- */

static struct err *read_first(struct reading *r)
{
	json_t *format;

	rewind(r->in);
	next_object(r);
	format = json_object_get(r->object, "dirbridge-plan");
	if (r->bad || !json_is_integer(format))
		return no_plan(r, "its first line is another");
	if (json_integer_value(format) > PLAN_FILE_FORMAT)
		return no_plan(r, "a newer dirbridge has written it");
	if (json_integer_value(format) != PLAN_FILE_FORMAT)
		return no_plan(r, "no such format");
	return NULL;
}

static struct err *check_store(struct reading *r, const uint8_t *key)
{
	struct digest mark, wanted;

	store_mark(key, &wanted);
	digest(r, "store", &mark);
	if (r->bad)
		return edited(r);
	if (digest_equal(&mark, &wanted))
		return NULL;
	return err_hint(err_refused("plan-foreign",
				    "plan-foreign: \"%s\" is a plan for another store",
				    r->path),
			"Nothing was changed. Name that store, or plan again with this"
			" one.");
}

/* The last line holds the seal of all lines before it. */
static struct err *check_seal(struct reading *r, const uint8_t *key)
{
	uint8_t seal[MAC_SIZE] = { 0 }, before[MAC_SIZE] = { 0 }, found[MAC_SIZE];
	const char *hex;

	rewind(r->in);
	while (next_line(r)) {
		memcpy(before, seal, sizeof before);
		seal_line(key, r->line, (size_t)r->len, seal);
		if (strncmp(r->line, "{\"seal\":", 8) == 0)
			break;
	}
	if (r->len < 0 || getc(r->in) != EOF)
		return edited(r);
	json_decref(r->object);
	r->object = json_loadb(r->line, (size_t)r->len, 0, NULL);
	hex = json_string_value(json_object_get(r->object, "seal"));
	if (hex == NULL || !hex_read(hex, found, sizeof found) ||
	    !bytes_equal_secretly(found, before, sizeof found))
		return edited(r);
	rewind(r->in);
	return NULL;
}

static void end(struct reading *r)
{
	json_decref(r->object);
	free(r->line);
}

struct err *plan_read_source(TALLOC_CTX *ctx, FILE *in, const char *path,
			     const char **source)
{
	struct reading r = { .in = in, .path = path };
	struct err *err = read_first(&r);
	const char *found = json_string_value(json_object_get(r.object, "source"));

	if (err == NULL && found == NULL)
		err = edited(&r);
	if (err == NULL)
		*source = mem_strdup(ctx, found);
	end(&r);
	return err;
}

struct err *plan_read(TALLOC_CTX *ctx, FILE *in, const char *path,
		      const uint8_t key[KEY_SIZE], struct plan_saved **out)
{
	struct reading r = { .in = in, .path = path };
	struct err *err = read_first(&r);

	if (err == NULL)
		err = check_store(&r, key);
	if (err == NULL)
		err = check_seal(&r, key);
	if (err == NULL) {
		r.to = mem_new(ctx, struct plan_saved);
		r.to->plan = plan_new(r.to);
		r.number = 0;
		read_all(&r);
		if (r.bad)
			err = err_new(ERR_BUG, "\"%s\", line %zu: not as it is written",
				      path, r.number);
	}
	end(&r);
	if (err)
		mem_free(r.to);
	else
		*out = r.to;
	return err;
}
