/* SPDX-License-Identifier: MIT */
#include "config/config.h"
#include "connectors/connector.h"
#include "tests/test.h"

static void test_the_sample_is_read_without_a_word(void **state)
{
	struct config *config;
	const struct source_config *source;

	assert_ok(config_load(*state, TOP_SRCDIR "/config/dirbridge.yaml",
			      connector_settings, connector_names(), connector_check,
			      &config));
	assert_int_equal(config->n_problems, 0);
	assert_int_equal(config->n_sources, 5);
	assert_ok(config_source(config, "contoso", &source));
	assert_int_equal(source->n_grants, 3);
	assert_int_equal(source->expect_people.low, 300);
	assert_string_equal(source->groups.name_attribute, "samaccountname");
	assert_string_equal(settings_text(source->directories->settings, "bind.password"),
			    "file:/etc/dirbridge/contoso");
	assert_ok(config_source(config, "fabrikam", &source));
	assert_int_equal(source->removal, REMOVAL_SUSPEND);
	assert_true(source->people.email.lower);
	assert_non_null(strstr(settings_text(source->directories->settings, "tls.ca"),
			       "/config/fabrikam-ca.pem"));
	assert_ok(config_source(config, "litware", &source));
	assert_int_equal(source->n_directories, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct directory_config *d = &source->directories[i];

		assert_string_equal(d->name, i ? "emea" : "amer");
		assert_int_equal(settings_number(d->settings, "page_size"), 1000);
		assert_non_null(strstr(settings_text(d->settings, "bind.dn"), d->name));
	}
	assert_ok(config_source(config, "adatum", &source));
	assert_string_equal(source->directories->type, "ldif");
	assert_ok(config_source(config, "wingtip", &source));
	assert_string_equal(source->directories->type, "scim");
	assert_string_equal(source->people.email.attributes[0], "emails;work");
}

static void test_every_source_of_the_sample_can_be_released(void **state)
{
	struct config *config;

	assert_ok(config_load(*state, TOP_SRCDIR "/config/dirbridge.yaml",
			      connector_settings, connector_names(), connector_check,
			      &config));
	for (size_t i = 0; i < config->n_sources; i++) {
		const struct source_config *back, *source = &config->sources[i];
		char *text = config_decides(*state, source);

		assert_ok(config_released(*state, text, source->name, connector_settings,
					  &back));
		assert_string_equal(config_decides(*state, back), text);
	}
}

/* A setting that a connector has under a name of ours would never reach it. */
static void test_no_connector_shadows_a_setting_of_a_source(void **state UNUSED)
{
	static const struct setting *const ours[] = { config_source_settings,
						      config_people_settings,
						      config_groups_settings };
	const char *const *name = connector_names();

	for (; *name != NULL; name++) {
		const struct setting *row = connector_settings(*name);

		assert_non_null(row);
		for (; row->name != NULL; row++)
			for (size_t i = 0; i < ARRAY_LEN(ours); i++)
				assert_null(setting_find(ours[i], row->name));
	}
	assert_null(connector_settings(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_sample_is_read_without_a_word),
		TEST(test_every_source_of_the_sample_can_be_released),
		TEST(test_no_connector_shadows_a_setting_of_a_source),
	};
	return test_main(tests);
}
