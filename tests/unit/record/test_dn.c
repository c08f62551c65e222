/* SPDX-License-Identifier: MIT */
#include "bridge/record/dn.h"
#include "bridge/record/dn_p.h"
#include "tests/test.h"

static struct value key_of(TALLOC_CTX *ctx, const char *dn)
{
	struct value key;

	assert_ok(dn_key(ctx, dn, strlen(dn), &key));
	return key;
}

/* By key and by digest; both must say the same. */
static bool same(TALLOC_CTX *ctx, const char *a, const char *b)
{
	struct value key_a = key_of(ctx, a), key_b = key_of(ctx, b);
	bool equal = value_compare(&key_a, &key_b) == 0;
	struct digest digest_a, digest_b;

	assert_true(dn_digest(a, strlen(a), &digest_a));
	assert_true(dn_digest(b, strlen(b), &digest_b));
	assert_int_equal(digest_equal(&digest_a, &digest_b), equal);
	return equal;
}

static void test_F52_case_and_space(void **state)
{
	static const char *const forms[] = {
		"uid=ada,ou=People,dc=example,dc=com",
		"UID=Ada,OU=people,DC=Example,DC=COM",
		"uid=ada, ou=people, dc=example, dc=com",
		" uid = ada , ou = people ,dc=example,dc=com ",
		"uid=ada,ou=people,dc=example,dc=com ",
		"uid=\\61da,ou=people,dc=example,dc=com",
	};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		assert_true(same(*state, forms[0], forms[i]));
	assert_true(same(*state, "cn=Ada  King", "cn=ada king"));
	assert_false(same(*state, "cn=Ada King", "cn=adaking"));
}

static void test_T67_equal(void **state)
{
	static const char *const pairs[][2] = {
		{ "cn=Lovelace\\, Ada,dc=x", "CN=lovelace\\2C ada,DC=X" },
		{ "cn=Lovelace\\, Ada,dc=x", "cn=lovelace\\2c\\20Ada,dc=x" },
		{ "cn=M\xC3\xBCller", "cn=M\\C3\\BCller" },
		{ "cn=M\xC3\xBCller", "cn=M\\C3\\9Cller" },
		{ "cn=Ren\xC3\xA9", "cn=Rene\xCC\x81" },
		{ "cn=\xEF\xBC\xA1"
		  "da",
		  "cn=ada" },
		{ "2.5.4.3=ada,0.9.2342.19200300.100.1.25=x", "cn=ada,dc=x" },
		{ "commonName=ada,organizationalUnitName=y", "CN=ada,OU=y" },
		{ "cn=a+sn=b,dc=x", "SN=B+CN=A,dc=x" },
		{ "cn=a + sn=b,dc=x", "sn=b+cn=a,dc=x" },
		{ "cn=ada\\20,dc=x", "cn=ada,dc=x" },
		{ "cn=ada\\ ,dc=x", "cn=ada,dc=x" },
		{ "cn=\\ ada,dc=x", "cn=ada,dc=x" },
		{ "cn=\\#1,dc=x", "cn=\\231,dc=x" },
		{ "cn=a\\=b", "cn=a=b" },
		{ "cn=a\\2Bb", "cn=a\\+b" },
		{ "cn=a\\\\b", "cn=a\\5Cb" },
		{ "cn=Re\\0ADEL:1", "cn=re\\0adel:1" },
		{ "1.3.6.1.4.1.1466.0=#04024869,dc=x",
		  "1.3.6.1.4.1.1466.0=#04024869,DC=X" },
		{ "cn=#0402AB69", "cn=#0402ab69" },
		{ "cn=", "cn=\\20" },
		{ "<GUID=95af9b1d-0000>;<SID=S-1-5>;CN=a,DC=x", "cn=a,dc=x" },
		{ "<GUID=95af9b1d-0000>;CN=\\C3\\BC,DC=x", "cn=\xC3\x9C,dc=x" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (!same(*state, pairs[i][0], pairs[i][1]))
			fail_msg("%s | %s", pairs[i][0], pairs[i][1]);
}

static void test_T67_unequal(void **state)
{
	static const char *const pairs[][2] = {
		{ "cn=a\\,b", "cn=ab" },
		{ "cn=a\\,cn=b", "cn=a,cn=b" },
		{ "cn=a+sn=b", "cn=a,sn=b" },
		{ "cn=a\\+sn=b", "cn=a+sn=b" },
		{ "cn=a,dc=b", "dc=b,cn=a" },
		{ "cn=a", "sn=a" },
		{ "cn=a", "cn=a,cn=a" },
		{ "cn=a+cn=a", "cn=a" },
		{ "cn=#04024869", "cn=Hi" },
		{ "cn=#61", "cn=a" },
		{ "cn=#04024869", "cn=#04024868" },
		{ "cn=\\#04024869", "cn=#04024869" },
		{ "cn=M\xC3\xBCller", "cn=Muller" },
		{ "cn=M\xC3\xBCller", "cn=Mueller" },
		{ "cn=\xC4\xB1", "cn=i" },
		{ "cn=\xC4\xB0", "cn=i" },
		{ "cn=Re\\0ADEL:1", "cn=ReDEL:1" },
		{ "cn=\\FF", "cn=\\FE" },
		{ "cn=a\\00b", "cn=a" },
		{ "cn=a", "cn=\\61\\00" },
	};

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		if (same(*state, pairs[i][0], pairs[i][1]))
			fail_msg("%s | %s", pairs[i][0], pairs[i][1]);
}

static void test_F55_escaped_and_umlaut_rdns(void **state)
{
	TALLOC_CTX *ctx = *state;
	static const struct {
		const char *dn;
		const char *leaf;
	} leaves[] = {
		{ "cn=Lovelace\\, Ada,dc=x", "Lovelace, Ada" },
		{ "cn=a\\+b\\\"c\\\\d\\#,dc=x", "a+b\"c\\d#" },
		{ "cn=\\ a\\ ,dc=x", " a " },
		{ "cn=M\\C3\\BCller,dc=x", "M\xC3\xBCller" },
		{ "cn=ADA + uid=1,dc=x", "ADA" },
		{ "<GUID=1>;CN=a,DC=x", "a" },
		{ "cn=#0402FF00,dc=x", "#0402ff00" },
		{ "no dn", "no dn" },
		{ "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(leaves); i++)
		assert_string_equal(dn_leaf(ctx, leaves[i].dn, strlen(leaves[i].dn)),
				    leaves[i].leaf);
}

static void test_what_is_no_dn(void **state)
{
	static const struct {
		const char *dn;
		const char *place;
	} bad[] = {
		{ "ada", "part \"ada\" at byte 0" },
		{ "cn=a,,dc=x", "part \"\" at byte 5" },
		{ "cn=a,", "part \"\" at byte 5" },
		{ ",cn=a", "part \"\" at byte 0" },
		{ "cn=a\\,b,x y=1,dc=x", "part \"x y=1\" at byte 8" },
		{ "cn=a\\", "part \"cn=a\\\" at byte 0" },
		{ "cn=a\\zz", "part" },
		{ "cn=#zz", "part" },
		{ "cn=#012", "part" },
		{ "cn=a+", "part" },
		{ "cn=\"a", "part" },
		{ "=a", "part" },
		{ " ", "part" },
		{ "<GUID=1>", "part" },
		{ "<GUID=1>;", NULL },
		{ "<GUID=1", "part" },
		{ "<GUID=1>cn=a", "part" },
	};
	char *large = mem_array(*state, char, ENTRY_DN_MAX + 2);
	struct digest digest;
	struct value key;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		size_t len = strlen(bad[i].dn);

		assert_false(dn_digest(bad[i].dn, len, &digest));
		assert_err(dn_key(*state, bad[i].dn, len, &key), ERR_RECORD,
			   bad[i].place ? bad[i].place : "no DN");
	}
	assert_false(dn_digest("cn=a\0b", 6, &digest));
	memset(large, 'a', ENTRY_DN_MAX + 1);
	memcpy(large, "cn=", 3);
	assert_err(dn_key(*state, large, ENTRY_DN_MAX + 1, &key), ERR_RECORD, "over");
	assert_ok(dn_key(*state, large, ENTRY_DN_MAX, &key));
}

static void test_empty_dn(void **state)
{
	struct value key = key_of(*state, "");
	struct digest digest;

	assert_int_equal(key.len, 0);
	assert_true(dn_digest("", 0, &digest));
}

/* Every DN that the short way takes has the key that the long way gives it. */
static void test_short_way_is_the_long_way(void **state)
{
	static const char *const parts[] = {
		"cn=a",
		"CN = A  b ",
		"ou=",
		" dc=x.y-z ",
		"uid=a=b",
		"c1-2=(x)*",
		"sn",
		"=",
		"surname=q",
		"1a=b",
		"2.5.4.3=",
		"cn=a/b:c@d",
		"cn=a\\b",
		"cn=#1",
		"cn=a;b",
		"cn=a<b",
		"a b=c",
		"",
		" ",
		"cn=\x7F",
		"cn=\xC3\xBC",
		"-a=b",
		"cn='~`|{}[]^_?!$%&",
		"cn=a\tb",
		"cn=\"a\"",
		"cn=a+sn=b",
		"l=Z",
		"userid=X  Y   Z  ",
	};
	size_t n = ARRAY_LEN(parts), taken = 0;
	uint8_t buffer[DN_SHORT_KEY_MAX];

	for (size_t i = 0; i < n * n * n; i++) {
		char *dn = mem_printf(*state, "%s,%s,%s", parts[i % n], parts[i / n % n],
				      parts[i / n / n]);
		size_t len = dn_short_key(dn, strlen(dn), buffer);
		struct str *key = str_new(*state);

		if (len > 0) {
			assert_true(dn_long_key(dn, strlen(dn), key));
			assert_int_equal(key->len, len);
			assert_memory_equal(key->text, buffer, len);
			taken++;
		}
		mem_free(key);
		mem_free(dn);
	}
	assert_in_range(taken, 1000, n * n * n);
}

static void test_short_way_ends_at_its_limit(void **state)
{
	char *dn = mem_array(*state, char, DN_SHORT_MAX + 2);
	uint8_t buffer[DN_SHORT_KEY_MAX];

	for (size_t i = 0; i < DN_SHORT_MAX; i++)
		dn[i] = "a=,"[i % 3];
	assert_true(dn_short_key(dn, DN_SHORT_MAX, buffer) > 0);
	dn[DN_SHORT_MAX] = '1';
	assert_int_equal(dn_short_key(dn, DN_SHORT_MAX + 1, buffer), 0);
}

static void test_is_below(void **state)
{
	TALLOC_CTX *ctx = *state;
	struct value base = key_of(ctx, "ou=People,dc=x");
	struct value root = key_of(ctx, "");
	static const char *const below[] = { "ou=people,DC=X", "uid=a,ou=people,dc=x",
					     "cn=\xC3\xBC,ou=b,ou=people,dc=x" };
	static const char *const beside[] = { "dc=x",
					      "ou=pe,dc=x",
					      "ou=people2,dc=x",
					      "uid=a,ou=people,dc=y",
					      "ou=people+cn=a,dc=x",
					      "cn=ou\\=people\\,dc\\=x" };

	for (size_t i = 0; i < ARRAY_LEN(below); i++) {
		struct value key = key_of(ctx, below[i]);

		assert_true(dn_is_below(&key, &base));
		assert_true(dn_is_below(&key, &root));
	}
	for (size_t i = 0; i < ARRAY_LEN(beside); i++) {
		struct value key = key_of(ctx, beside[i]);

		assert_false(dn_is_below(&key, &base));
	}
}

static void test_without_uid(void **state)
{
	static const struct {
		const char *value;
		size_t len;
	} values[] = {
		{ "cn=a#'0101'B", 4 },  { "cn=a#''B", 4 },      { "cn=a", 4 },
		{ "cn=a#'0121'B", 12 }, { "cn=a\\#'01'B", 11 }, { "cn=a\\\\#'01'B", 6 },
		{ "#'01'B", 0 },        { "'01'B", 5 },         { "", 0 },
		{ "cn=a#01'B", 9 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		assert_int_equal(dn_without_uid(values[i].value, strlen(values[i].value)),
				 values[i].len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_F52_case_and_space),
		TEST(test_T67_equal),
		TEST(test_T67_unequal),
		TEST(test_F55_escaped_and_umlaut_rdns),
		TEST(test_what_is_no_dn),
		TEST(test_empty_dn),
		TEST(test_short_way_is_the_long_way),
		TEST(test_short_way_ends_at_its_limit),
		TEST(test_is_below),
		TEST(test_without_uid),
	};
	return test_main(tests);
}
