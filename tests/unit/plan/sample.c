/* SPDX-License-Identifier: MIT */
#include "tests/unit/plan/sample.h"

/* ---- the console ------------------------------------------------------------------- */

static struct view *new_view(TALLOC_CTX *ctx)
{
	struct view *v = view_new(ctx);
	uint32_t root = view_add_organization(v, 1, VIEW_NONE, "northwind", "northwind");
	uint32_t own = view_add_organization(v, 2, root, "contoso", "contoso");

	v->licensed = true;
	view_add_group(v, 1, own, "Operators", "operators");
	view_add_group(v, 2, root, "Auditors", "auditors");
	view_add_group(v, 3, own, "Readers", "readers");
	view_add_group(v, 4, root, "Elsewhere", "elsewhere");
	view_add_link(v, AUDITORS, own);
	return v;
}

static char *explain(TALLOC_CTX *ctx, const struct plan *plan, uint32_t grant)
{
	const char *const *reasons = plan->explain_data;

	return mem_strdup(ctx, reasons[grant]);
}

static const char *const reasons[] = {
	"in \"Backup Ops\" (rule 1)",
	"in \"Backup Ops\" through \"Infra\" (rule 1)",
	"in \"部長 \x1b]0;owned\x07\" through \"\u202Eevil\", \"in between\" (rule 2)",
};

struct sample *sample_new(TALLOC_CTX *ctx)
{
	struct sample *s = mem_new(ctx, struct sample);
	struct plan *plan = plan_new(s);

	s->plan = plan;
	s->view = new_view(s);
	plan->source = "contoso";
	plan->source_id = 7;
	plan->organization = "northwind/contoso";
	plan->scope = 1;
	plan->now = SAMPLE_NOW;
	plan->view = s->view;
	plan->explain = explain;
	plan->explain_data = reasons;
	plan->people_before = 412;
	s->directory = (struct pull_directory){
		.name = "",
		.server = "ldaps://dc1.contoso.example",
		.complete = true,
		.read = 450,
		.pages = 5,
		.referrals = 3,
	};
	plan->pull = (struct pull_facts){
		.complete = true,
		.directories = &s->directory,
		.n_directories = 1,
		.people = 412,
		.groups = 38,
		.read = 450,
		.pages = 5,
		.referrals = 3,
		.bytes = 123456,
		.us_pull = 150000,
		.us_map = 30000,
		.us_reconcile = 20000,
		.us_judge = 10000,
		.peak_kb = 9000,
	};
	return s;
}

static uint32_t add_group(struct sample *s, struct plan_group group)
{
	uint32_t number = s->plan->n_groups++;

	mem_grow(s->plan, s->plan->groups, s->plan->n_groups, &s->c_groups);
	s->plan->groups[number] = group;
	return number;
}

uint32_t sample_group(struct sample *s, uint32_t view)
{
	const struct view_group *g = &s->view->groups[view];

	return add_group(
		s, (struct plan_group){
			   .organization = s->view->organizations[g->organization].path,
			   .name = g->name,
			   .name_key = g->name_key,
			   .view_organization = g->organization,
			   .view = view,
			   .members = 12,
			   .owners = 2,
		   });
}

uint32_t sample_new_group(struct sample *s, const char *name)
{
	return add_group(s, (struct plan_group){
				    .organization = "northwind/contoso",
				    .name = name,
				    .name_key = name,
				    .view_organization = 1,
				    .view = VIEW_NONE,
				    .feeder = { name, strlen(name) },
			    });
}

uint32_t sample_person(struct sample *s, const char *email, const char *name)
{
	uint32_t number = s->plan->n_persons++;
	const char *who = email ? email : name;

	mem_grow(s->plan, s->plan->persons, s->plan->n_persons, &s->c_persons);
	s->plan->persons[number] = (struct plan_person){
		.anchor = { who, strlen(who) },
		.email = email,
		.email_key = email,
		.name = name,
		.who = who,
		.account = VIEW_NONE,
		.view_email = VIEW_NONE,
	};
	return number;
}

uint32_t sample_account(struct sample *s, const char *email, const char *name)
{
	uint32_t number = sample_person(s, email, name);
	struct plan_person *p = &s->plan->persons[number];

	p->view_email = view_add_email(s->view, email, email);
	p->account = view_add_account(s->view, 100 + number, p->view_email, name, false);
	return number;
}

void sample_give(struct sample *s, uint32_t person, uint32_t view_group, enum role role)
{
	view_give(s->view, view_group, role, s->plan->persons[person].account, GIVER_HAND,
		  false);
}

struct operation *sample_op(struct sample *s, enum operation_kind kind, uint32_t group,
			    uint32_t person)
{
	struct operation *op = plan_add(s->plan);

	op->kind = (uint8_t)kind;
	op->group = group;
	op->person = person;
	return op;
}

/* ---- whole plans ------------------------------------------------------------------- */

struct sample *sample_manual(TALLOC_CTX *ctx)
{
	struct sample *s = sample_new(ctx);
	uint32_t group = sample_group(s, OPERATORS);
	uint32_t eve = sample_account(s, "eve@contoso.example", "Eve");
	struct operation *op;

	sample_give(s, eve, AUDITORS, ROLE_MEMBER);
	op = sample_op(s, OPERATION_INVITE, group,
		       sample_person(s, "ada@contoso.example", "Ada"));
	op->grant = 1;
	op->row = 3;
	op->after = GIVEN_INVITED;
	op = sample_op(s, OPERATION_GRANT, group,
		       sample_account(s, "bo@contoso.example", "Bo"));
	op->grant = 0;
	op->row = 2;
	op->after = GIVEN_GIVEN;
	op = sample_op(s, OPERATION_INVITE, group,
		       sample_person(s, "cy@contoso.example", "Cy"));
	op->grant = 0;
	op->row = 3;
	op->verdict = VERDICT_DEFER;
	op->rule = RULE_INVITE_COOLDOWN;
	op->until = SAMPLE_NOW + SAMPLE_DAY;
	op = sample_op(s, OPERATION_REVOKE, group, eve);
	op->reason = REASON_DISABLED;
	op->row = 13;
	op->given = GIVEN_GIVEN;
	op->console = CONSOLE_OURS;
	op->until = SAMPLE_NOW - 2 * SAMPLE_DAY;
	op = sample_op(s, OPERATION_GRANT, group,
		       sample_account(s, "kim@contoso.example", "Kim"));
	op->verdict = VERDICT_HOLD;
	op->reason = REASON_REMOVED_BY_HAND;
	op->row = 10;
	op->given = GIVEN_GIVEN;
	op->grant = 0;
	op->until = SAMPLE_NOW - 5 * SAMPLE_DAY;
	s->plan->people_removed = 1;
	return s;
}

/* Every kind of operation, to be done. */
static void add_kinds(struct sample *s)
{
	uint32_t made = sample_new_group(s, "New");
	uint32_t group = sample_group(s, OPERATORS);
	uint32_t ada = sample_person(s, "ada@contoso.example", "Ada");
	uint32_t eve = sample_account(s, "eve@contoso.example", "Eve");
	struct operation *op;

	sample_op(s, OPERATION_GROUP_CREATE, made, PLAN_NONE);
	for (enum operation_kind kind = OPERATION_GROUP_RENAME; kind < OPERATION_CONFLICT;
	     kind++) {
		bool person = kind != OPERATION_GROUP_RENAME;

		op = sample_op(s, kind, group, person ? eve : PLAN_NONE);
		op->role = kind % 2 ? ROLE_OWNER : ROLE_MEMBER;
		op->row = (uint8_t)kind;
		op->grant = operation_sign(op)[0] == '+' ? 0 : PLAN_NONE;
		if (op->grant != PLAN_NONE)
			continue;
		op->reason = REASON_LEFT_GROUP;
		op->until = SAMPLE_NOW - SAMPLE_DAY;
	}
	op = sample_op(s, OPERATION_INVITE, group, ada);
	op->repeats = 1;
	op->grant = 1;
	op = sample_op(s, OPERATION_CANCEL, group, ada);
	op->reason = REASON_ADDRESS_CHANGED;
	op->email_key = "ada.old@contoso.example";
	op = sample_op(s, OPERATION_SUSPEND, group, eve);
	op->reason = REASON_DISABLED;
	op->until = SAMPLE_NOW + 30 * SAMPLE_DAY;
	op = sample_op(s, OPERATION_JOIN, group, eve);
	op->hand = true;
	op = sample_op(s, OPERATION_REVOKE, group, eve);
	op->hand = true;
	op->reason = REASON_DISABLED;
	op->until = SAMPLE_NOW - SAMPLE_DAY;
	op = sample_op(s, OPERATION_KEEP, group, eve);
	op->verdict = VERDICT_SKIP;
	op->reason = REASON_UNPROVED;
	op->until = SAMPLE_NOW - SAMPLE_DAY;
}

/* Every reason held, every rule refusing, and the other verdicts. */
static void add_verdicts(struct sample *s)
{
	uint32_t group = sample_group(s, READERS);
	uint32_t kim = sample_account(s, "kim@contoso.example", "Kim");
	struct operation *op;

	s->plan->groups[group].name = "Lectores";
	for (enum reason reason = REASON_WANTED; reason < REASONS; reason++) {
		bool removes = reason >= REASON_TOMBSTONE && reason <= REASON_GRACE_OVER;
		bool renames = reason == REASON_GROUP_RENAMED;

		op = sample_op(s,
			       removes   ? OPERATION_REVOKE
			       : renames ? OPERATION_GROUP_RENAME
					 : OPERATION_INVITE,
			       group, renames ? PLAN_NONE : kim);
		op->verdict = VERDICT_HOLD;
		op->reason = (uint8_t)reason;
		op->until = SAMPLE_NOW - SAMPLE_DAY;
	}
	for (enum rule rule = RULE_NONE + 1; rule < RULES; rule++) {
		op = sample_op(s, OPERATION_REVOKE, group, kim);
		op->verdict = VERDICT_REFUSE;
		op->rule = (uint8_t)rule;
		op->reason = REASON_DISABLED;
		op->until = SAMPLE_NOW - SAMPLE_DAY;
	}
	op = sample_op(s, OPERATION_INVITE, group, kim);
	op->verdict = VERDICT_DEFER;
	op->grant = 1;
	op->until = SAMPLE_NOW + 7200;
	op = sample_op(s, OPERATION_INVITE, group, kim);
	op->verdict = VERDICT_DEFER;
	op->rule = RULE_INVITE_COOLDOWN;
	op->grant = 1;
	op->until = SAMPLE_NOW + 3600;
	op = sample_op(s, OPERATION_GRANT, group, kim);
	op->verdict = VERDICT_SKIP;
	op->rule = RULE_LICENCE;
	op->grant = 0;
}

static void add_people(struct sample *s)
{
	uint32_t old = sample_account(s, "lee@contoso.example", "Lee Old");
	uint32_t new = sample_person(s, "lee@contoso.example", "Lee New");
	struct operation *op;

	s->plan->persons[new].anchor = (struct value){ "\x01\x02\x00\xFF", 4 };
	op = sample_op(s, OPERATION_CONFLICT, PLAN_NONE, old);
	op->other = new;
	op->reason = REASON_SAME_ADDRESS;
	op->verdict = VERDICT_SKIP;
	op = sample_op(s, OPERATION_KEEP, PLAN_NONE, sample_person(s, NULL, "No Mail"));
	op->reason = REASON_NO_ADDRESS;
	op->verdict = VERDICT_SKIP;
}

void sample_changed(struct sample *s, const char *who, const char *group)
{
	struct plan_changed *changed = mem_new(s, struct plan_changed);
	struct plan_changed_setting *settings =
		mem_array(changed, struct plan_changed_setting, 2);
	struct plan_changed_grant *grants =
		mem_array(changed, struct plan_changed_grant, PLAN_MOVES + 1);

	settings[0] = (struct plan_changed_setting){ "people.disabled", NULL, group };
	settings[1] = (struct plan_changed_setting){ who, "revoke", "suspend" };
	for (size_t i = 0; i <= PLAN_MOVES; i++)
		grants[i] = (struct plan_changed_grant){
			.move = i < PLAN_MOVES ? (enum plan_move)i : PLAN_CHANGES,
			.anchor = { who, i < PLAN_CHANGES ? i + 1 : 3 },
			.who = who,
			.organization = i == PLAN_MOVES ? "northwind/contoso/lab"
							: s->plan->organization,
			.group = group,
			.group_key = group,
			.role = i == PLAN_MOVES ? ROLE_OWNER : ROLE_MEMBER,
			.added = i == PLAN_ENTERS || i == PLAN_MOVES,
		};
	changed->settings = settings;
	changed->n_settings = 2;
	changed->grants = grants;
	changed->n_grants = PLAN_MOVES + 1;
	s->plan->changed = changed;
}

struct sample *sample_everything(TALLOC_CTX *ctx)
{
	struct sample *s = sample_new(ctx);

	plan_find(s->plan, "incomplete", "Nothing is removed by difference.",
		  "the directory was not read whole: \"%s\"", "size \x1b[2Jlimit");
	plan_find(s->plan, "sentence", NULL, "a finding without a hint");
	add_kinds(s);
	add_verdicts(s);
	add_people(s);
	sample_changed(s, "zoe@contoso.example", "Operators");
	s->plan->operations[s->plan->n_operations - 1].changed = true;
	s->plan->people_removed = 30;
	s->plan->kept_unknown = 1;
	s->plan->unchanged = 1200;
	s->plan->suspect = s->plan->first = true;
	s->plan->pull.complete = false;
	s->plan->pull.why = "size limit exceeded (LDAP 4)";
	s->plan->pull.ranges = 2;
	s->plan->pull.set_aside = 1;
	s->plan->pull.lookups = 4;
	return s;
}

/* ---- printing ---------------------------------------------------------------------- */

/* Sealing counts the people of the operations; a sample stands for more than those. */
static void seal(struct sample *s)
{
	uint32_t before = s->plan->people_before, removed = s->plan->people_removed;

	plan_identify(s->plan);
	plan_seal(s->plan);
	s->plan->people_before += before;
	s->plan->people_removed += removed;
}

char *sample_text(TALLOC_CTX *ctx, struct sample *s, const struct plan_style *style)
{
	struct str *out = str_new(ctx);

	seal(s);
	plan_text(out, s->plan, PLAN_UNCHANGED, style);
	return str_take(ctx, out);
}

char *sample_json(TALLOC_CTX *ctx, struct sample *s)
{
	struct str *out = str_new(ctx);

	seal(s);
	plan_json(out, s->plan, PLAN_UNCHANGED);
	return str_take(ctx, out);
}

static void write_golden(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static struct str *read_golden(const char *path)
{
	struct str *s = str_new(NULL);
	FILE *file = fopen(path, "rb");
	char bytes[4096];
	size_t n;

	if (file == NULL)
		fail_msg("cannot open \"%s\"", path);
	while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
		str_add_bytes(s, bytes, n);
	fclose(file);
	return s;
}

void assert_golden(const char *name, const char *text)
{
	AUTO_MEM char *path =
		mem_printf(NULL, "%s/tests/unit/plan/golden/%s", TOP_SRCDIR, name);
	AUTO_MEM struct str *wanted = NULL;

	if (getenv("UPDATE_GOLDEN") != NULL)
		write_golden(path, text);
	wanted = read_golden(path);
	assert_string_equal(text, wanted->text);
}
