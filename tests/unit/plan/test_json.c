/* SPDX-License-Identifier: MIT */
#include "tests/unit/plan/sample.h"
#include <jansson.h>

static json_t *parsed(TALLOC_CTX *ctx, struct sample *s)
{
	json_error_t error;
	json_t *plan = json_loads(sample_json(ctx, s), JSON_REJECT_DUPLICATES, &error);

	if (plan == NULL)
		fail_msg("line %d: %s", error.line, error.text);
	return plan;
}

static const char *text_at(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_int_t number_at(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static void test_golden(void **state)
{
	char *text = sample_json(*state, sample_everything(*state));

	assert_golden("manual.json", sample_json(*state, sample_manual(*state)));
	assert_golden("everything.json", text);
	assert_string_equal(text, sample_json(*state, sample_everything(*state)));
}

/* ---- the schema -------------------------------------------------------------------- */

static bool type_fits(const json_t *value, const char *type)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "object", [JSON_ARRAY] = "array",
		[JSON_STRING] = "string", [JSON_INTEGER] = "integer",
		[JSON_REAL] = "number",   [JSON_TRUE] = "boolean",
		[JSON_FALSE] = "boolean", [JSON_NULL] = "null",
	};

	return strcmp(names[json_typeof(value)], type) == 0;
}

static bool is_one_of(const json_t *value, const json_t *values)
{
	size_t i;
	json_t *one;

	json_array_foreach(values, i, one) if (json_equal(one, value)) return true;
	return false;
}

static bool any_type_fits(const json_t *value, const json_t *types)
{
	size_t i;
	json_t *one;

	if (json_is_string(types))
		return type_fits(value, json_string_value(types));
	json_array_foreach(types, i,
			   one) if (type_fits(value, json_string_value(one))) return true;
	return false;
}

static bool fits(const json_t *value, const json_t *schema);

static bool members_fit(json_t *value, const json_t *schema)
{
	json_t *known = json_object_get(schema, "properties"), *one;
	const char *key;
	size_t i;

	json_array_foreach(json_object_get(schema, "required"), i,
			   one) if (json_object_get(value, json_string_value(one)) ==
				    NULL) return false;
	json_object_foreach(
		value, key,
		one) if (known != NULL &&
			 (json_object_get(known, key) == NULL ||
			  !fits(one, json_object_get(known, key)))) return false;
	return true;
}

static bool items_fit(const json_t *value, const json_t *schema)
{
	json_t *items = json_object_get(schema, "items"), *one;
	size_t i;

	json_array_foreach(value, i,
			   one) if (items != NULL && !fits(one, items)) return false;
	return true;
}

/* As much of JSON Schema as this schema uses to name members and their types. */
static bool fits(const json_t *value, const json_t *schema)
{
	json_t *type = json_object_get(schema, "type");
	json_t *values = json_object_get(schema, "enum");
	json_t *constant = json_object_get(schema, "const");
	json_t *either = json_object_get(schema, "oneOf"), *one;
	size_t i, n = 0;

	json_array_foreach(either, i, one) n += fits(value, one);
	return (type == NULL || any_type_fits(value, type)) &&
	       (values == NULL || is_one_of(value, values)) &&
	       (constant == NULL || json_equal(constant, value)) &&
	       (either == NULL || n == 1) &&
	       (!json_is_object(value) ||
		members_fit((json_t *)(uintptr_t)value, schema)) &&
	       (!json_is_array(value) || items_fit(value, schema));
}

static json_t *load_schema(void)
{
	json_t *schema =
		json_load_file(TOP_SRCDIR "/bridge/plan/plan.schema.json", 0, NULL);

	assert_non_null(schema);
	return schema;
}

static void test_output_fits_the_schema(void **state)
{
	struct sample *samples[] = { sample_new(*state), sample_manual(*state),
				     sample_everything(*state) };
	json_t *schema = load_schema();

	for (size_t i = 0; i < 3; i++) {
		json_t *plan = parsed(*state, samples[i]);

		assert_true(fits(plan, schema));
		json_object_set_new(plan, "surprise", json_null());
		assert_false(fits(plan, schema));
		json_decref(plan);
	}
	json_decref(schema);
}

static void test_schema_knows_every_word(void **state)
{
	json_t *schema = load_schema(), *members, *before;

	(void)state;
	members = json_object_get(schema, "properties");
	members = json_object_get(json_object_get(members, "operations"), "items");
	members = json_object_get(members, "properties");
	before = json_object_get(json_object_get(members, "before"), "properties");
	for (int i = 0; i < OPERATIONS + VERDICTS + GIVEN_STATES + CONSOLE_STATES; i++) {
		int j = i;
		const char *key = "kind", *word = NULL;
		json_t *in = members, *value;

		if (j < OPERATIONS)
			word = operation_name((enum operation_kind)j);
		else if ((j -= OPERATIONS) < VERDICTS)
			key = "verdict", word = verdict_name((enum verdict)j);
		else if ((j -= VERDICTS) < GIVEN_STATES)
			key = "after", word = given_name((enum given_state)j);
		else
			in = before, key = "console",
			word = console_state_name((enum console_state)(j - GIVEN_STATES));
		value = json_string(word);
		assert_true(fits(value, json_object_get(in, key)));
		json_decref(value);
	}
	json_decref(schema);
}

/* ---- what is in it ----------------------------------------------------------------- */

static void test_keys_are_sorted(void **state)
{
	const char *text = sample_json(*state, sample_manual(*state));
	json_t *plan = parsed(*state, sample_manual(*state));
	char *sorted = json_dumps(plan, JSON_SORT_KEYS | JSON_COMPACT);
	const char *at = sorted;

	for (; *text != '\0'; text++)
		if (*text != '\n')
			assert_int_equal(*text, *at++);
	assert_int_equal(*at, '\0');
	free(sorted);
	json_decref(plan);
}

static void test_operations_in_plan_order(void **state)
{
	struct sample *s = sample_everything(*state);
	json_t *plan = parsed(*state, s), *ops = json_object_get(plan, "operations");

	assert_int_equal(json_array_size(ops), s->plan->n_operations);
	for (size_t i = 0; i < s->plan->n_operations; i++) {
		const struct operation *op = &s->plan->operations[i];
		const json_t *o = json_array_get(ops, i);

		assert_string_equal(text_at(o, "id"),
				    hex_of(*state, op->id.bytes, DIGEST_SIZE));
		assert_string_equal(text_at(o, "kind"),
				    operation_name((enum operation_kind)op->kind));
		assert_string_equal(text_at(o, "verdict"),
				    verdict_name((enum verdict)op->verdict));
		assert_string_equal(text_at(o, "why"),
				    reason_code((enum reason)op->reason));
		assert_string_equal(text_at(o, "code"),
				    op->rule ? rule_code((enum rule)op->rule)
					     : text_at(o, "why"));
	}
	json_decref(plan);
}

static void test_one_operation(void **state)
{
	json_t *plan = parsed(*state, sample_manual(*state));
	json_t *o = json_array_get(json_object_get(plan, "operations"), 3);
	json_t *before = json_object_get(o, "before");

	assert_string_equal(text_at(o, "kind"), "revoke");
	assert_string_equal(text_at(o, "email"), "eve@contoso.example");
	assert_string_equal(text_at(o, "name"), "Eve");
	assert_string_equal(text_at(o, "anchor"),
			    "65766540636f6e746f736f2e6578616d706c65");
	assert_string_equal(text_at(o, "organization"), "northwind/contoso");
	assert_string_equal(text_at(o, "group"), "Operators");
	assert_string_equal(text_at(o, "role"), "member");
	assert_string_equal(text_at(o, "code"), "disabled");
	assert_string_equal(text_at(o, "reason"),
			    "disabled in the directory since 2025-11-23");
	assert_string_equal(text_at(o, "until"), "2025-11-23T09:00:00Z");
	assert_string_equal(text_at(before, "given"), "given");
	assert_string_equal(text_at(before, "console"), "ours");
	assert_string_equal(text_at(o, "after"), "none");
	assert_int_equal(number_at(o, "row"), 13);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(o, "details"), 0)),
		"keeps access through \"Auditors\" (link from northwind)");
	assert_string_equal(text_at(plan, "now"), "2025-11-25T09:00:00Z");
	assert_string_equal(text_at(plan, "mode"), PLAN_UNCHANGED);
	json_decref(plan);
}

static void test_F71_summary_is_counted_from_the_operations(void **state)
{
	struct sample *s = sample_everything(*state);
	json_t *plan = parsed(*state, s), *summary = json_object_get(plan, "summary"), *o;
	static const char *const classes[] = { "add",      "change", "remove",
					       "hold",     "refuse", "defer",
					       "conflict", "skip",   "keep" };
	size_t i, n[VERDICTS] = { 0 };
	json_int_t total = 0;

	json_array_foreach(json_object_get(plan, "operations"), i,
			   o) for (enum verdict v = 0; v < VERDICTS; v++) n[v] +=
		strcmp(text_at(o, "verdict"), verdict_name(v)) == 0;
	assert_int_equal(number_at(summary, "hold"), n[VERDICT_HOLD]);
	assert_int_equal(number_at(summary, "refuse"), n[VERDICT_REFUSE]);
	assert_int_equal(number_at(summary, "defer"), n[VERDICT_DEFER]);
	for (i = 0; i < sizeof classes / sizeof *classes; i++)
		total += number_at(summary, classes[i]);
	assert_int_equal(total, s->plan->n_operations);
	assert_int_equal(number_at(summary, "unchanged"), 1200);
	assert_int_equal(number_at(summary, "kept_unknown"), 1);
	assert_int_equal(number_at(summary, "people_before"), 413);
	assert_int_equal(number_at(summary, "people_removed"), 30);
	json_decref(plan);
}

/* Bytes that are no UTF-8 are replaced; all else comes back as it was. */
static void test_hostile_names(void **state)
{
	static const char *const names[][2] = {
		{ "quote \" back \\ slash", "quote \" back \\ slash" },
		{ "\x1b[31m\r\n\t", "\x1b[31m\r\n\t" },
		{ "\xE2\x80\xAE\xE2\x80\xA8", "\xE2\x80\xAE\xE2\x80\xA8" },
		{ "a\xFFz\xC3", "a\xEF\xBF\xBDz\xEF\xBF\xBD" },
		{ "\xF0\x9F\x91\xBB \xE5\xB1\xB1", "\xF0\x9F\x91\xBB \xE5\xB1\xB1" },
		{ "", "" },
	};
	enum { NAMES = sizeof names / sizeof *names };
	struct sample *s = sample_new(*state);
	json_t *plan, *ops;

	for (size_t i = 0; i < NAMES; i++)
		sample_op(s, OPERATION_GRANT, sample_new_group(s, names[i][0]),
			  sample_person(s, names[i][0], names[i][0]));
	s->plan->pull.why = names[3][0];
	plan_find(s->plan, "x", names[3][0], "%s", names[3][0]);
	plan = parsed(*state, s);
	ops = json_object_get(plan, "operations");
	for (size_t i = 0; i < NAMES; i++) {
		const json_t *o = json_array_get(ops, i);

		assert_string_equal(text_at(o, "email"), names[i][1]);
		assert_string_equal(text_at(o, "name"), names[i][1]);
		assert_string_equal(text_at(o, "group"), names[i][1]);
	}
	assert_string_equal(text_at(json_object_get(plan, "pull"), "why"), names[3][1]);
	json_decref(plan);
}

static void to_str(void *to, const char *bytes, size_t len)
{
	str_add_bytes(to, bytes, len);
}

/* In pieces or in one, it is the same text. */
static void test_many_operations_in_pieces(void **state)
{
	struct sample *s = sample_new(*state);
	uint32_t group = sample_group(s, OPERATORS);
	uint32_t ada = sample_person(s, "ada@contoso.example", "Ada");
	struct str *pieces = str_new(*state);
	char *whole, *rest;
	json_t *plan;

	for (int i = 0; i < 5000; i++)
		sample_op(s, OPERATION_INVITE, group, ada)->grant = (uint32_t)i % 3;
	plan = parsed(*state, s);
	assert_int_equal(json_array_size(json_object_get(plan, "operations")), 5000);
	assert_int_equal(number_at(json_object_get(plan, "summary"), "add"), 5000);
	json_decref(plan);
	whole = sample_json(*state, s);
	s->plan->drain = to_str;
	s->plan->drain_to = pieces;
	rest = sample_json(*state, s);
	assert_true(strlen(rest) < strlen(whole) / 10);
	str_add(pieces, rest);
	assert_string_equal(pieces->text, whole);
}

/* One that is longer than the buffer most of them fit in. */
static void test_one_large_operation(void **state)
{
	struct sample *s = sample_new(*state);
	char *name = mem_array(*state, char, 100001);
	json_t *plan, *o;

	memset(name, 'x', 100000);
	sample_op(s, OPERATION_INVITE, sample_group(s, OPERATORS),
		  sample_person(s, "ada@contoso.example", name));
	plan = parsed(*state, s);
	o = json_array_get(json_object_get(plan, "operations"), 0);
	assert_string_equal(text_at(o, "name"), name);
	json_decref(plan);
}

static void test_how_they_learn_of_it(void **state)
{
	static const char *const words[INVITE_MODES] = {
		[INVITE_MAIL] = "mail",
		[INVITE_SILENT] = "silent",
		[INVITE_STAGED] = "staged",
	};
	struct sample *s = sample_new(*state);
	uint32_t group = sample_group(s, OPERATORS);
	uint32_t ada = sample_person(s, "ada@contoso.example", "Ada");
	json_t *plan, *operations;

	sample_op(s, OPERATION_INVITE, group, ada);
	sample_op(s, OPERATION_GRANT, group, ada);
	for (enum invite_mode mode = 0; mode < INVITE_MODES; mode++) {
		s->plan->invitations = mode;
		plan = parsed(*state, s);
		operations = json_object_get(plan, "operations");
		for (size_t i = 0; i < 2; i++) {
			json_t *o = json_array_get(operations, i);
			bool invites = strcmp(text_at(o, "kind"), "invite") == 0;

			if (invites)
				assert_string_equal(text_at(o, "mode"), words[mode]);
			else
				assert_true(json_is_null(json_object_get(o, "mode")));
		}
		json_decref(plan);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_golden),
		TEST(test_output_fits_the_schema),
		TEST(test_schema_knows_every_word),
		TEST(test_keys_are_sorted),
		TEST(test_operations_in_plan_order),
		TEST(test_one_operation),
		TEST(test_F71_summary_is_counted_from_the_operations),
		TEST(test_hostile_names),
		TEST(test_many_operations_in_pieces),
		TEST(test_one_large_operation),
		TEST(test_how_they_learn_of_it),
	};

	return test_main(tests);
}
