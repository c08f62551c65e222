/* SPDX-License-Identifier: MIT */
#include "bridge/record/anchor.h"
#include "tests/test.h"

#define BYTES "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"

static const struct value raw = { BYTES, 16 };

static bool read_text(enum anchor_kind kind, const char *text, struct value *out,
		      uint8_t buffer[ENTRY_ANCHOR_MAX])
{
	struct value value = { text, strlen(text) };

	out->bytes = (const char *)buffer;
	out->len = ENTRY_ANCHOR_MAX;
	return anchor_read(kind, &value, buffer, &out->len);
}

static void test_text_forms(void **state)
{
	static const struct {
		enum anchor_kind kind;
		const char *text;
		const char *filter;
	} forms[] = {
		{ ANCHOR_ENTRY_UUID, "00112233-4455-6677-8899-aabbccddeeff",
		  "(entryUUID=00112233-4455-6677-8899-aabbccddeeff)" },
		{ ANCHOR_NS_UNIQUE_ID, "00112233-44556677-8899aabb-ccddeeff",
		  "(nsUniqueId=00112233-44556677-8899aabb-ccddeeff)" },
		{ ANCHOR_OBJECT_GUID, "33221100-5544-7766-8899-aabbccddeeff",
		  "(objectGUID=\\00\\11\\22\\33\\44\\55\\66\\77\\88\\99\\aa\\bb\\cc\\dd"
		  "\\ee\\ff)" },
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		assert_string_equal(anchor_text(*state, forms[i].kind, &raw),
				    forms[i].text);
		assert_string_equal(anchor_filter(*state, forms[i].kind, &raw),
				    forms[i].filter);
	}
	assert_null(anchor_filter(*state, ANCHOR_TEXT, &raw));
}

static void test_reads_what_servers_send(void **state)
{
	uint8_t buffer[ENTRY_ANCHOR_MAX];
	size_t len = sizeof(buffer);
	struct value out;

	(void)state;
	assert_true(read_text(ANCHOR_ENTRY_UUID, "00112233-4455-6677-8899-AABBCCDDEEFF",
			      &out, buffer));
	assert_int_equal(value_compare(&out, &raw), 0);
	assert_true(read_text(ANCHOR_NS_UNIQUE_ID, "00112233-44556677-8899aabb-ccddeeff",
			      &out, buffer));
	assert_int_equal(value_compare(&out, &raw), 0);
	assert_true(anchor_read(ANCHOR_OBJECT_GUID, &raw, buffer, &len));
	assert_int_equal(len, 16);
	assert_memory_equal(buffer, BYTES, 16);
	assert_true(read_text(ANCHOR_TEXT, "2819c223", &out, buffer));
	assert_true(value_is(&out, "2819c223"));
}

static void test_refuses_the_malformed(void **state)
{
	static const char *const bad[] = {
		"",
		"00112233-4455-6677-8899-aabbccddeef",
		"00112233-4455-6677-8899-aabbccddeeff0",
		"00112233-4455-6677-8899-aabbccddeefg",
		"00112233-4455-6677-8899_aabbccddeeff",
		"0011223344556677-8899-aabbccddeeff-1",
		"00112233-44556677-8899aabb-ccddeeff",
		"{0112233-4455-6677-8899-aabbccddeeff",
	};
	const struct value nul = { "a\0b", 3 };
	uint8_t buffer[ENTRY_ANCHOR_MAX];
	size_t len = sizeof(buffer);
	struct value out;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(read_text(ANCHOR_ENTRY_UUID, bad[i], &out, buffer));
	assert_false(read_text(ANCHOR_NS_UNIQUE_ID,
			       "00112233-4455-6677-8899-aabbccddeeff", &out, buffer));
	assert_false(read_text(ANCHOR_OBJECT_GUID, "15 bytes, no GU", &out, buffer));
	assert_false(read_text(ANCHOR_OBJECT_GUID, "17 bytes, no GUID", &out, buffer));
	assert_false(read_text(ANCHOR_TEXT, "", &out, buffer));
	assert_false(
		read_text(ANCHOR_TEXT, mem_printf(*state, "%256s", ""), &out, buffer));
	assert_false(anchor_read(ANCHOR_TEXT, &nul, buffer, &len));
}

static void test_names(void **state)
{
	(void)state;
	for (enum anchor_kind kind = 0; kind < ANCHOR_KINDS; kind++)
		assert_int_equal(anchor_kind_of(anchor_kind_name(kind)), kind);
	assert_int_equal(anchor_kind_of("ENTRYUUID"), ANCHOR_ENTRY_UUID);
	assert_int_equal(anchor_kind_of("dn"), ANCHOR_KINDS);
	assert_string_equal(anchor_attribute(ANCHOR_NS_UNIQUE_ID), "nsUniqueId");
	assert_null(anchor_attribute(ANCHOR_TEXT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text_forms),
		TEST(test_reads_what_servers_send),
		TEST(test_refuses_the_malformed),
		TEST(test_names),
	};
	return test_main(tests);
}
