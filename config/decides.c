/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "config/config.h"
#include "config/settings_p.h"
#include <stdio.h>
#include <unistr.h>

/* The text as it grows, at so many maps deep. */
struct writing {
	struct str *out;
	unsigned depth;
};

/* Of what YAML takes for a line's end, or refuses. */
static bool is_plain(ucs4_t c)
{
	return c >= ' ' && (c < 0x7f || c >= 0xa0) && c != 0x2028 && c != 0x2029 &&
	       c != 0xfeff && c != 0xfffe && c != 0xffff;
}

/* A text that cannot be taken for another line or another value. */
static void add_quoted(struct str *out, const char *text)
{
	size_t left = strlen(text);
	ucs4_t c;

	str_add_char(out, '"');
	for (size_t n; left > 0; text += n, left -= n) {
		n = (size_t)u8_mbtouc(&c, (const uint8_t *)text, left);
		if (c == '"' || c == '\\')
			str_add_char(out, '\\');
		if (is_plain(c))
			str_add_bytes(out, text, n);
		else
			str_addf(out, "\\u%04x", (unsigned)c);
	}
	str_add_char(out, '"');
}

static void add_key(const struct writing *w, const char *name)
{
	str_addf(w->out, "%*s%s:", (int)(2 * w->depth), "", name);
}

static void begin(struct writing *w, const char *name)
{
	add_key(w, name);
	str_add_char(w->out, '\n');
	w->depth++;
}

static void end(struct writing *w)
{
	w->depth--;
}

static void line(const struct writing *w, const char *name, const char *text)
{
	if (text == NULL)
		return;
	add_key(w, name);
	str_add_char(w->out, ' ');
	add_quoted(w->out, text);
	str_add_char(w->out, '\n');
}

static void line_flag(const struct writing *w, const char *name, bool flag)
{
	line(w, name, flag ? "yes" : "no");
}

static void line_list(const struct writing *w, const char *name, const char *const *texts)
{
	add_key(w, name);
	str_add(w->out, " [");
	for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
		str_add(w->out, i > 0 ? ", " : "");
		add_quoted(w->out, texts[i]);
	}
	str_add(w->out, "]\n");
}

static void line_filter(const struct writing *w, const char *name,
			const struct filter *filter)
{
	line(w, name, filter ? filter_text(filter) : NULL);
}

/* Numbers and times are limits of the work; whatever else a connector is told decides
 * what it finds. */
static bool decides(const struct setting *row)
{
	return row->type != SETTING_NUMBER && row->type != SETTING_DURATION &&
	       row->type != SETTING_RANGE;
}

static void add_setting(const struct writing *w, const struct settings *s,
			const struct setting *row, const char *name)
{
	const struct setting *same;
	const struct slot *slot = settings_slot(s, row->name, &same);

	if (row->type == SETTING_BOOL)
		line_flag(w, name, slot->low != 0);
	else if (setting_is_list(row))
		line_list(w, name, slot->n > 0 ? slot->texts : NULL);
	else
		line(w, name, slot->n > 0 ? slot->texts[0] : NULL);
}

/* What is said in the same map as this row, as far as the row's name is the first. */
static void add_section(struct writing *w, const struct settings *s,
			const struct setting *first, size_t len)
{
	const struct setting *row = settings_table(s);
	const char *section = first->name;

	while (row < first && strncmp(row->name, section, len) != 0)
		row++;
	if (row < first)
		return;
	begin(w, mem_strndup(w->out, section, len - 1));
	for (; row->name != NULL; row++)
		if (strncmp(row->name, section, len) == 0 && decides(row))
			add_setting(w, s, row, row->name + len);
	end(w);
}

static bool section_decides(const struct settings *s, const char *section, size_t len)
{
	for (const struct setting *row = settings_table(s); row->name != NULL; row++)
		if (strncmp(row->name, section, len) == 0 && decides(row))
			return true;
	return false;
}

static void add_connector(struct writing *w, const struct settings *s)
{
	for (const struct setting *row = settings_table(s); row->name != NULL; row++) {
		size_t len = strcspn(row->name, ".");

		if (row->name[len] == '.' && section_decides(s, row->name, len + 1))
			add_section(w, s, row, len + 1);
		else if (row->name[len] != '.' && decides(row))
			add_setting(w, s, row, row->name);
	}
}

static void add_value(struct writing *w, const char *name, const struct value_rule *value)
{
	begin(w, name);
	line_list(w, "from", value->attributes);
	line(w, "template", value->template_text);
	line_flag(w, "lower", value->lower);
	if (value->pattern != NULL) {
		begin(w, "replace");
		line(w, "pattern", value->pattern);
		line(w, "with", value->replacement);
		end(w);
	}
	end(w);
}

static void add_people(struct writing *w, const struct people_rule *people)
{
	begin(w, "people");
	line_filter(w, "filter", people->filter);
	add_value(w, "email", &people->email);
	add_value(w, "name", &people->name);
	line(w, "without_email",
	     people->without_email == WITHOUT_EMAIL_HOLD ? "hold" : "skip");
	line_filter(w, "disabled", people->disabled);
	line_list(w, "expires", people->expires);
	end(w);
}

static void add_groups(struct writing *w, const struct groups_rule *groups)
{
	begin(w, "groups");
	line_filter(w, "filter", groups->filter);
	line(w, "name_attribute", groups->name_attribute);
	line_list(w, "placeholders", groups->placeholders);
	line_flag(w, "expand_owner_groups", groups->expand_owner_groups);
	end(w);
}

static void add_grant(struct writing *w, const struct grant_rule *rule)
{
	str_addf(w->out, "%*s-\n", (int)(2 * w->depth), "");
	w->depth++;
	begin(w, "from");
	line(w, "dn", rule->dn);
	line_filter(w, "filter", rule->filter);
	line(w, "name", rule->pattern);
	end(w);
	begin(w, "to");
	line(w, "organization", rule->organization);
	line(w, "group", rule->group);
	line(w, "role", role_name(rule->role));
	line_flag(w, "create", rule->create);
	line_flag(w, "allow_owner_claim", rule->allow_owner_claim);
	line_list(w, "owners", rule->owners);
	end(w);
	w->depth--;
}

static void add_grants(struct writing *w, const struct source_config *source)
{
	if (source->n_grants == 0) {
		line_list(w, "grants", NULL);
		return;
	}
	begin(w, "grants");
	for (size_t i = 0; i < source->n_grants; i++)
		add_grant(w, &source->grants[i]);
	end(w);
}

static void add_directory(struct writing *w, const struct directory_config *directory)
{
	line(w, "type", directory->type);
	add_connector(w, directory->settings);
}

static void add_directories(struct writing *w, const struct source_config *source)
{
	if (source->n_directories == 1 && *source->directories[0].name == '\0') {
		add_directory(w, &source->directories[0]);
		return;
	}
	begin(w, "directories");
	for (size_t i = 0; i < source->n_directories; i++) {
		begin(w, source->directories[i].name);
		add_directory(w, &source->directories[i]);
		end(w);
	}
	end(w);
}

char *config_decides(TALLOC_CTX *ctx, const struct source_config *source)
{
	struct writing w = { .out = str_new(ctx) };
	char grace[32];

	snprintf(grace, sizeof grace, "%jds", (intmax_t)source->grace);
	line(&w, "organization", source->organization);
	add_directories(&w, source);
	add_people(&w, &source->people);
	add_groups(&w, &source->groups);
	add_grants(&w, source);
	line(&w, "removal", source->removal == REMOVAL_SUSPEND ? "suspend" : "revoke");
	line(&w, "grace", grace);
	line_list(&w, "protect", source->protect);
	line(&w, "leavers", source->leavers == LEAVERS_ALL ? "all" : NULL);
	line(&w, "adopt", source->adopt ? "yes" : NULL);
	return str_take(ctx, w.out);
}

void config_digest(const struct source_config *source, struct digest *out)
{
	AUTO_MEM char *text = config_decides(NULL, source);

	digest_of(text, strlen(text), out);
}
