/* SPDX-License-Identifier: MIT */
#include "bridge/base/str.h"
#include "config/config.h"
#include "config/settings_p.h"

/* A text that cannot be taken for another line or another value. */
static void add_quoted(struct str *out, const char *text)
{
	str_add_char(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			str_add_char(out, '\\');
		if ((unsigned char)*text < ' ')
			str_addf(out, "\\x%02x", (unsigned)*text);
		else
			str_add_char(out, *text);
	}
	str_add_char(out, '"');
}

static void line(struct str *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	str_addf(out, "%s: ", name);
	add_quoted(out, text);
	str_add_char(out, '\n');
}

static void line_list(struct str *out, const char *name, const char *const *texts)
{
	str_addf(out, "%s:", name);
	for (; texts != NULL && *texts != NULL; texts++) {
		str_add_char(out, ' ');
		add_quoted(out, *texts);
	}
	str_add_char(out, '\n');
}

static void line_filter(struct str *out, const char *name, const struct filter *filter)
{
	line(out, name, filter ? filter_text(filter) : NULL);
}

/* Numbers and times are limits of the work; whatever else a connector is told decides
 * what it finds. */
static void add_connector(struct str *out, const struct settings *s)
{
	const struct setting *row, *same;

	for (row = settings_table(s); row->name != NULL; row++) {
		const struct slot *slot = settings_slot(s, row->name, &same);

		if (row->type == SETTING_NUMBER || row->type == SETTING_DURATION ||
		    row->type == SETTING_RANGE)
			continue;
		if (row->type == SETTING_BOOL)
			line(out, row->name, slot->low ? "yes" : "no");
		else if (setting_is_list(row))
			line_list(out, row->name, slot->n > 0 ? slot->texts : NULL);
		else
			line(out, row->name, slot->n > 0 ? slot->texts[0] : NULL);
	}
}

static void add_value(struct str *out, const char *name, const struct value_rule *value)
{
	line_list(out, name, value->attributes);
	line(out, "  template", value->template_text);
	line(out, "  lower", value->lower ? "yes" : "no");
	line(out, "  pattern", value->pattern);
	line(out, "  with", value->replacement);
}

static void add_people(struct str *out, const struct people_rule *people)
{
	line_filter(out, "people.filter", people->filter);
	add_value(out, "people.email", &people->email);
	add_value(out, "people.name", &people->name);
	line(out, "people.without_email",
	     people->without_email == WITHOUT_EMAIL_HOLD ? "hold" : "skip");
	line_filter(out, "people.disabled", people->disabled);
	line_list(out, "people.expires", people->expires);
}

static void add_groups(struct str *out, const struct groups_rule *groups)
{
	line_filter(out, "groups.filter", groups->filter);
	line(out, "groups.name_attribute", groups->name_attribute);
	line_list(out, "groups.placeholders", groups->placeholders);
	line(out, "groups.expand_owner_groups",
	     groups->expand_owner_groups ? "yes" : "no");
}

static void add_grant(struct str *out, const struct grant_rule *rule)
{
	str_addf(out, "grant: %u\n", rule->number);
	line(out, "  from.dn", rule->dn);
	line_filter(out, "  from.filter", rule->filter);
	line(out, "  from.name", rule->pattern);
	line(out, "  to.organization", rule->organization);
	line(out, "  to.group", rule->group);
	line(out, "  to.role", role_name(rule->role));
	line(out, "  to.create", rule->create ? "yes" : "no");
	line(out, "  to.allow_owner_claim", rule->allow_owner_claim ? "yes" : "no");
	line_list(out, "  to.owners", rule->owners);
}

char *config_decides(TALLOC_CTX *ctx, const struct source_config *source)
{
	struct str *out = str_new(ctx);

	line(out, "organization", source->organization);
	line(out, "type", source->type);
	add_connector(out, source->connector);
	add_people(out, &source->people);
	add_groups(out, &source->groups);
	for (size_t i = 0; i < source->n_grants; i++)
		add_grant(out, &source->grants[i]);
	line(out, "removal", source->removal == REMOVAL_SUSPEND ? "suspend" : "revoke");
	str_addf(out, "grace: %jd\n", (intmax_t)source->grace);
	line_list(out, "protect", source->protect);
	line(out, "leavers", source->leavers == LEAVERS_ALL ? "all" : NULL);
	line(out, "adopt", source->adopt ? "yes" : NULL);
	return str_take(ctx, out);
}

void config_digest(const struct source_config *source, struct digest *out)
{
	AUTO_MEM char *text = config_decides(NULL, source);

	digest_of(text, strlen(text), out);
}
