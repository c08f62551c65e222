/* SPDX-License-Identifier: MIT */
#include "bridge/record/entry.h"
#include "tests/test.h"

#define ADD(b, name, value) entry_add(b, name, strlen(name), value, strlen(value))

static void begin(struct entry_builder *b)
{
	entry_begin(b, "id", 2, "cn=a", 4);
}

static const char *first(TALLOC_CTX *ctx, const struct entry *entry, const char *name)
{
	struct value value = entry_first(entry, name);

	return mem_strndup(ctx, value.bytes, value.len);
}

static void test_sorts_and_joins(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	struct attribute attribute = { 0 };
	struct value value;
	struct entry *entry;

	begin(b);
	ADD(b, "sn", "z");
	ADD(b, "CN", "one");
	ADD(b, "mail", "m");
	ADD(b, "cn", "two");
	ADD(b, "Cn", "three");
	assert_ok(entry_finish(b, ctx, &entry));
	value = entry_anchor(entry);
	assert_true(value_is(&value, "id"));
	value = entry_dn(entry);
	assert_true(value_is(&value, "cn=a"));

	assert_true(entry_next_attribute(entry, &attribute));
	assert_true(value_is(&attribute.name, "cn"));
	assert_int_equal(attribute.count, 3);
	assert_true(attribute_next(&attribute, &value) && value_is(&value, "one"));
	assert_true(attribute_next(&attribute, &value) && value_is(&value, "two"));
	assert_true(attribute_next(&attribute, &value) && value_is(&value, "three"));
	assert_false(attribute_next(&attribute, &value));
	assert_true(entry_next_attribute(entry, &attribute));
	assert_true(value_is(&attribute.name, "mail"));
	assert_true(entry_next_attribute(entry, &attribute));
	assert_true(value_is(&attribute.name, "sn"));
	assert_false(entry_next_attribute(entry, &attribute));
}

static void test_builder_is_used_again(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	struct digest one, two, three;
	struct entry *entry;

	begin(b);
	ADD(b, "a", "1");
	ADD(b, "b", "2");
	assert_ok(entry_finish(b, ctx, &entry));
	entry_digest(entry, &one);
	begin(b);
	ADD(b, "b", "2");
	ADD(b, "a", "1");
	assert_ok(entry_finish(b, ctx, &entry));
	entry_digest(entry, &two);
	begin(b);
	ADD(b, "a", "12");
	assert_ok(entry_finish(b, ctx, &entry));
	entry_digest(entry, &three);
	assert_true(digest_equal(&one, &two));
	assert_false(digest_equal(&one, &three));
}

static void test_F53_names_without_regard_to_case(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	struct entry *entry;

	begin(b);
	ADD(b, "sAMAccountName", "Ada");
	assert_ok(entry_finish(b, ctx, &entry));
	assert_string_equal(first(ctx, entry, "samaccountname"), "Ada");
}

static void test_T68_values_are_bytes(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	size_t big_len = 5 << 20;
	char *big = mem_array(ctx, char, big_len);
	struct attribute attribute;
	struct value value;
	struct entry *entry;

	memset(big, 0xFF, big_len);
	begin(b);
	entry_add(b, "x", 1, "a\0b", 3);
	entry_add(b, "x", 1, "\xC3\x28", 2);
	entry_add(b, "x", 1, "", 0);
	entry_add(b, "jpegphoto", 9, big, big_len);
	assert_ok(entry_finish(b, ctx, &entry));
	assert_true(entry_attribute(entry, "x", &attribute));
	assert_true(attribute_next(&attribute, &value));
	assert_int_equal(value.len, 3);
	assert_memory_equal(value.bytes, "a\0b", 3);
	assert_true(attribute_next(&attribute, &value) && value_is(&value, "\xC3\x28"));
	assert_true(attribute_next(&attribute, &value) && value_is(&value, ""));
	assert_non_null(value.bytes);
	assert_int_equal(entry_first(entry, "jpegphoto").len, big_len);
}

static void test_T69_options_stay_apart(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	struct attribute attribute;
	struct entry *entry;

	begin(b);
	ADD(b, "userCertificate;binary", "der");
	ADD(b, "cn;lang-fr", "Jean");
	ADD(b, "cn", "John");
	assert_ok(entry_finish(b, ctx, &entry));
	assert_string_equal(first(ctx, entry, "cn"), "John");
	assert_string_equal(first(ctx, entry, "cn;lang-fr"), "Jean");
	assert_string_equal(first(ctx, entry, "usercertificate;binary"), "der");
	assert_false(entry_attribute(entry, "usercertificate", &attribute));
	assert_int_equal(attribute.count, 0);
	assert_null(entry_first(entry, "usercertificate").bytes);
}

static void test_limits(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	char *text = mem_array(ctx, char, 70000);
	struct entry *entry;

	memset(text, 'x', 70000);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "never begun");
	ADD(b, "cn", "early");
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "came before an entry");
	entry_begin(b, "", 0, "cn=a", 4);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "no anchor");
	entry_begin(b, text, 256, "cn=a", 4);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "longer than 255");
	entry_begin(b, text, 255, text, 65536);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "longer than 65535");
	begin(b);
	entry_add(b, "", 0, "x", 1);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "name is empty");
	begin(b);
	entry_add(b, text, 65536, "x", 1);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "name is empty or longer");
	begin(b);
	entry_add(b, "cn", 2, text, SIZE_MAX - 2);
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "larger than 64 MiB");
	begin(b);
	for (int i = 0; i < 65536; i++)
		ADD(b, mem_printf(ctx, "a%d", i), "v");
	assert_err(entry_finish(b, ctx, &entry), ERR_RECORD, "65535 attributes");
	assert_null(entry);
	entry_begin(b, text, 255, text, 65535);
	assert_ok(entry_finish(b, ctx, &entry));
}

/* A group of half a million, and one of twice and four times as many. */
static void test_size_limit_is_an_error(void **state)
{
	enum { MEMBERS = 500000, DN_LEN = 100 };
	TALLOC_CTX *ctx = *state;
	struct entry_builder *b = entry_builder_new(ctx);
	char *dn = mem_array(ctx, char, DN_LEN);
	struct attribute attribute;
	struct entry *entry;

	for (int times = 1; times <= 4; times *= 2) {
		begin(b);
		for (int i = 0; i < times * MEMBERS; i++)
			entry_add(b, "member", 6, dn, DN_LEN);
		if (times > 1) {
			assert_err(entry_finish(b, ctx, &entry), ERR_RECORD,
				   "larger than 64 MiB");
			continue;
		}
		assert_ok(entry_finish(b, ctx, &entry));
		assert_true(entry_attribute(entry, "member", &attribute));
		assert_int_equal(attribute.count, MEMBERS);
	}
}

static struct entry *sample(TALLOC_CTX *ctx)
{
	struct entry_builder *b = entry_builder_new(ctx);
	struct entry *entry;

	begin(b);
	ADD(b, "cn", "one");
	ADD(b, "cn", "");
	ADD(b, "member", "uid=x,dc=y");
	assert_ok(entry_finish(b, ctx, &entry));
	return entry;
}

static void test_decodes_what_was_built(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry *entry = sample(ctx), *copy;

	assert_ok(entry_decode(ctx, entry->bytes, entry->size, &copy));
	assert_int_equal(copy->size, entry->size);
	assert_memory_equal(copy->bytes, entry->bytes, entry->size);
}

/* Cut at every place, and with every byte changed: refused, or whole. */
static void test_decodes_nothing_malformed(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct entry *entry = sample(ctx), *out;
	struct attribute attribute = { 0 };
	struct value value;

	for (uint32_t i = 0; i < entry->size; i++)
		assert_err(entry_decode(ctx, entry->bytes, i, &out), ERR_RECORD,
			   "malformed");
	assert_err(entry_decode(ctx, mem_strndup(ctx, (char *)entry->bytes, entry->size),
				entry->size + 1, &out),
		   ERR_RECORD, "more bytes follow");
	for (uint32_t i = 0; i < entry->size; i++) {
		entry->bytes[i] ^= 0x41;
		err_ignore(entry_decode(ctx, entry->bytes, entry->size, &out));
		entry->bytes[i] ^= 0x41;
		attribute = (struct attribute){ 0 };
		while (out != NULL && entry_next_attribute(out, &attribute))
			while (attribute_next(&attribute, &value))
				assert_true(value.len <= out->size);
		mem_free(out);
	}
	assert_err(entry_decode(ctx, "", (size_t)ENTRY_SIZE_MAX + 1, &out), ERR_RECORD,
		   "is over");
}

static void test_decode_refuses_names(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
#define ENTRY(attributes)                                                                \
	{ "\1\0x\0\0\0\0" attributes, sizeof("\1\0x\0\0\0\0" attributes) - 1 }
		ENTRY("\1\0\1\0A\0\0\0\0\0\0\0\0"),
		ENTRY("\1\0\0\0\0\0\0\0\0\0\0\0"),
		ENTRY("\2\0\1\0b\0\0\0\0\0\0\0\0\1\0a\0\0\0\0\0\0\0\0"),
		ENTRY("\2\0\1\0a\0\0\0\0\0\0\0\0\1\0a\0\0\0\0\0\0\0\0"),
	};
	struct entry *out;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_err(entry_decode(*state, bad[i].bytes, bad[i].len, &out),
			   ERR_RECORD, "name is bad or out of order");
	assert_err(entry_decode(*state, "\0\0\0\0\0\0\0\0", 8, &out), ERR_RECORD,
		   "anchor");
}

static void test_value_compare(void **state)
{
	const struct value a = { "a", 1 }, ab = { "ab", 2 }, b = { "b", 1 };
	const struct value high = { "\xFF", 1 }, none = { NULL, 0 };

	(void)state;
	assert_true(value_compare(&a, &ab) < 0);
	assert_true(value_compare(&ab, &b) < 0);
	assert_true(value_compare(&high, &b) > 0);
	assert_true(value_compare(&none, &a) < 0);
	assert_int_equal(value_compare(&a, &a), 0);
	assert_true(value_is(&none, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_sorts_and_joins),
		TEST(test_builder_is_used_again),
		TEST(test_F53_names_without_regard_to_case),
		TEST(test_T68_values_are_bytes),
		TEST(test_T69_options_stay_apart),
		TEST(test_limits),
		TEST(test_size_limit_is_an_error),
		TEST(test_decodes_what_was_built),
		TEST(test_decodes_nothing_malformed),
		TEST(test_decode_refuses_names),
		TEST(test_value_compare),
	};
	return test_main(tests);
}
