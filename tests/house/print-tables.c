/* SPDX-License-Identifier: MIT */
/* Every row of every table of settings, as check-manual expects to find it in the
 * manual: section, the macro line, whether it is required, its default. */
#include "config/config.h"
#include "connectors/connector.h"
#include <ctype.h>
#include <stdio.h>

static const char *const types[] = {
	[SETTING_TEXT] = "text",         [SETTING_TEXTS] = "list",
	[SETTING_BOOL] = "boolean",      [SETTING_NUMBER] = "number",
	[SETTING_DURATION] = "duration", [SETTING_RANGE] = "range",
	[SETTING_FILE] = "file",         [SETTING_SECRET] = "secret",
	[SETTING_FILTER] = "filter",     [SETTING_DN] = "DN",
	[SETTING_PATTERN] = "pattern",   [SETTING_VALUE] = "value",
	[SETTING_MAPS] = "maps",
};

static void print_takes(const struct setting *row)
{
	if (row->type != SETTING_CHOICE) {
		printf(" Ar %s", types[row->type]);
		return;
	}
	for (size_t i = 0; row->choices[i] != NULL; i++)
		printf(" %s %s", i > 0 ? "|" : "Cm", row->choices[i]);
}

static void print_table(const char *section, const struct setting *row)
{
	for (; row->name != NULL; row++) {
		for (const char *c = section; *c != '\0'; c++)
			putchar(toupper((unsigned char)*c));
		printf("\t.It Ic %s", row->name);
		print_takes(row);
		printf("\t%s\t%s\n",
		       (row->flags & SETTING_REQUIRED) ? "required" : "free",
		       row->standard ? row->standard : "");
	}
}

int main(void)
{
	const char *const *name = connector_names();

	print_table("main file", config_file_settings);
	print_table("sources", config_source_settings);
	print_table("directories", config_directory_settings);
	print_table("people", config_people_settings);
	print_table("groups", config_groups_settings);
	print_table("grants", config_grant_settings);
	print_table("values", config_value_settings);
	for (; *name != NULL; name++)
		print_table(*name, connector_settings(*name));
	return 0;
}
