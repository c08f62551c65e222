/* SPDX-License-Identifier: MIT */
#include "bridge/record/text.h"
#include "connectors/connector.h"

static const struct connector *const connectors[] = {
#define CONNECTOR(name) &connector_##name,
#include "connectors/list.h"
#undef CONNECTOR
};

static const char *const names[] = {
#define CONNECTOR(name) #name,
#include "connectors/list.h"
#undef CONNECTOR
	NULL
};

const struct connector *connector_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(connectors); i++)
		if (strcmp(names[i], name) == 0)
			return connectors[i];
	return NULL;
}

const char *const *connector_names(void)
{
	return names;
}

const struct setting *connector_settings(const char *name)
{
	const struct connector *connector = name ? connector_find(name) : NULL;

	return connector ? connector->settings : NULL;
}

void connector_check(const char *name, const struct settings *settings,
		     struct complaints *to)
{
	const struct connector *connector = connector_find(name);

	if (connector != NULL && connector->check != NULL)
		connector->check(settings, to);
}

static bool is_name(const struct value *name, const char *asked)
{
	return name->len == strlen(asked) && ascii_equal(name->bytes, asked, name->len);
}

bool request_wants(const struct request *request, const struct value *name)
{
	const char *semicolon = memchr(name->bytes, ';', name->len);
	struct value base = { name->bytes,
			      semicolon ? (size_t)(semicolon - name->bytes) : name->len };

	for (size_t i = 0; request->attributes[i] != NULL; i++)
		if (is_name(&base, request->attributes[i]) ||
		    is_name(name, request->attributes[i]))
			return true;
	return false;
}
