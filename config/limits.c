/* SPDX-License-Identifier: MIT */
#include "bridge/base/clock.h"
#include "config/load_p.h"
#include <stdlib.h>

static const char *const names[LIMITS] = {
	[LIMIT_PEOPLE] = "limits.people", [LIMIT_DISABLED] = "limits.disabled",
	[LIMIT_GROUPS] = "limits.groups", [LIMIT_GROUP] = "limits.group",
	[LIMIT_GRANTS] = "limits.grants", [LIMIT_OWNERS] = "limits.owners",
	[LIMIT_EMAILS] = "limits.emails", [LIMIT_INVITATIONS] = "limits.invitations",
};

static bool read_number(const char **at, struct limit *out)
{
	char *end;
	unsigned long n;

	if (**at < '0' || **at > '9')
		return false;
	n = strtoul(*at, &end, 10);
	if (n == 0 || n > 1000000000 || (*end == '%' && n > 100))
		return false;
	if (*end == '%')
		out->percent = (uint32_t)n;
	else
		out->count = (uint32_t)n;
	*at = end + (*end == '%');
	return true;
}

static bool read_word(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

/* "50 or 25% until 2026-12-31" */
static bool read_limit(const char *text, struct limit *out)
{
	*out = (struct limit){ 0 };
	if (!read_number(&text, out))
		return false;
	if (read_word(&text, " or ") && !read_number(&text, out))
		return false;
	if (read_word(&text, " until "))
		return clock_parse(text, strlen(text), &out->until);
	return *text == '\0';
}

void limits_read(const struct building *b)
{
	for (enum limit_of l = 0; l < LIMITS; l++) {
		const char *text = settings_text(b->source, names[l]);

		if (text != NULL && !read_limit(text, &b->out->limits[l]))
			problem(b->problems, place_of_setting(b, names[l]),
				"\"%s\" is \"%s\", which is no limit: write 50, 25%%, "
				"\"50 or 25%%\", \"25%% until 2026-12-31\"",
				names[l], text);
	}
}
