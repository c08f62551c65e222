/* SPDX-License-Identifier: MIT */
#include "config/pattern_p.h"
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#define PATTERN_MAX 1000

struct err *pattern_check(const char *pattern, unsigned *captures)
{
	PCRE2_UCHAR why[120] = "";
	PCRE2_SIZE at;
	uint32_t count = 0;
	int code;
	pcre2_code *compiled;

	if (strlen(pattern) > PATTERN_MAX)
		return err_new(ERR_CONFIG, "a pattern has at most %d characters",
			       PATTERN_MAX);
	compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
				 PCRE2_UTF | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C,
				 &code, &at, NULL);
	if (compiled == NULL) {
		pcre2_get_error_message(code, why, sizeof why);
		return err_new(ERR_CONFIG, "%s, at character %zu of the pattern", why,
			       at);
	}
	pcre2_pattern_info(compiled, PCRE2_INFO_CAPTURECOUNT, &count);
	pcre2_code_free(compiled);
	*captures = count;
	return NULL;
}

unsigned captures_used(const char *text)
{
	unsigned highest = 0;

	for (; (text = strchr(text, '$')) != NULL; text++)
		if (text[1] >= '1' && text[1] <= '9' &&
		    (unsigned)(text[1] - '0') > highest)
			highest = (unsigned)(text[1] - '0');
	return highest;
}

struct err *captures_check(const char *text, const char *pattern)
{
	unsigned used = captures_used(text), captures = 0;
	struct err *err = pattern_check(pattern, &captures);

	if (err != NULL || used <= captures)
		return err;
	if (captures == 0)
		return err_new(ERR_CONFIG, "uses $%u, but the pattern captures nothing",
			       used);
	return err_new(ERR_CONFIG, "uses $%u, but the pattern ends at $%u", used,
		       captures);
}
